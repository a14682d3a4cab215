//! Answers on their way to Python: a bounded queue with an eventfd that asyncio watches.
//!
//! One file descriptor becomes readable when the queue is no longer empty, and one `drain` takes
//! all that waits: about a microsecond a call when batched, no thread and no GIL on this side.

use std::io;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd, RawFd};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use crate::errors::{Code, Failure};

/// Requests that may be under way or wait to be drained.
pub const MAX_REQUESTS: usize = 1024;

/// The answer to one request: (id, whether it went well, JSON).
pub type Completion = (u64, bool, String);

/// The completion side of the bridge.
pub struct Queue {
    event: OwnedFd,
    done: Mutex<Vec<Completion>>,
    /// Requests submitted and not drained yet: bounds `done`.
    open: AtomicUsize,
    next_id: AtomicU64,
}

impl Queue {
    /// An empty queue.
    ///
    /// # Errors
    /// If the operating system has no file descriptor left.
    pub fn new() -> io::Result<Arc<Queue>> {
        // SAFETY: eventfd takes no pointers; the result is checked before it is used.
        let fd = unsafe { libc::eventfd(0, libc::EFD_NONBLOCK | libc::EFD_CLOEXEC) };
        if fd < 0 {
            return Err(io::Error::last_os_error());
        }
        // SAFETY: the call above succeeded, so the descriptor is open and nobody else's.
        let event = unsafe { OwnedFd::from_raw_fd(fd) };
        Ok(Arc::new(Queue {
            event,
            done: Mutex::new(Vec::new()),
            open: AtomicUsize::new(0),
            next_id: AtomicU64::new(1),
        }))
    }

    /// The descriptor that is readable while completions wait.
    pub fn fileno(&self) -> RawFd {
        self.event.as_raw_fd()
    }

    /// Takes a place for a request, or says that all are taken.
    pub fn open(self: &Arc<Self>) -> Result<Slot, Failure> {
        let taken = self.open.fetch_add(1, Ordering::AcqRel);
        if taken >= MAX_REQUESTS {
            self.open.fetch_sub(1, Ordering::AcqRel);
            let message = format!("{MAX_REQUESTS} requests to the engine are under way");
            return Err(Failure::new(Code::Busy, message));
        }
        let id = self.next_id.fetch_add(1, Ordering::Relaxed);
        Ok(Slot { id, queue: self.clone(), answered: false })
    }

    /// Everything that is done, oldest first.
    pub fn drain(&self) -> Vec<Completion> {
        let mut count = 0u64;
        // SAFETY: the buffer is eight bytes, as an eventfd's read wants; the descriptor is open
        // as long as self. EAGAIN (nothing waits) is fine, as nothing is read from the buffer.
        unsafe { libc::read(self.event.as_raw_fd(), (&raw mut count).cast(), 8) };
        let done = std::mem::take(&mut *self.done.lock().unwrap_or_else(PoisonError::into_inner));
        self.open.fetch_sub(done.len(), Ordering::AcqRel);
        done
    }

    fn push(&self, completion: Completion) {
        self.done.lock().unwrap_or_else(PoisonError::into_inner).push(completion);
        let one = 1u64;
        // SAFETY: writes eight bytes from a live u64 to a descriptor that is open as long as
        // self. It cannot block or overflow: at most MAX_REQUESTS are added between two reads.
        unsafe { libc::write(self.event.as_raw_fd(), (&raw const one).cast(), 8) };
    }
}

/// A request's place. It is answered exactly once: dropping it unanswered (the operation
/// panicked, or the engine stopped) answers with an error, so nobody waits in Python for ever.
pub struct Slot {
    id: u64,
    queue: Arc<Queue>,
    answered: bool,
}

impl Slot {
    /// The request's id.
    pub fn id(&self) -> u64 {
        self.id
    }

    /// Gives the answer.
    pub fn answer(mut self, outcome: Result<String, Failure>) {
        self.answered = true;
        let (ok, json) = match outcome {
            Ok(json) => (true, json),
            Err(failure) => (false, failure.to_json()),
        };
        self.queue.push((self.id, ok, json));
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        if !self.answered {
            let failure = if std::thread::panicking() {
                Failure::new(Code::Internal, "the operation failed unexpectedly; see the log")
            } else {
                Failure::new(Code::ShuttingDown, "the node is stopping")
            };
            self.queue.push((self.id, false, failure.to_json()));
        }
    }
}
