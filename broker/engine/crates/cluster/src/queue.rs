//! A bounded queue to one thread that sleeps while there is nothing to do.
//!
//! The usual channels spin and yield for a while before they sleep. That is well where a core is
//! idle anyway; with more busy threads than cores it takes time from the threads that are waited
//! for (docs/decisions/0006). Here a receiver takes all that waits in one go, and sleeps at once
//! when that is nothing.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::time::Instant;

/// Why something was not queued; it comes back.
#[derive(Debug)]
pub(crate) enum Refused<T> {
    /// As many wait as may.
    Full(T),
    /// The receiver is gone.
    Closed(T),
}

struct State<T> {
    waiting: VecDeque<T>,
    receiver_sleeps: bool,
    senders_sleep: usize,
    senders: usize,
    closed: bool,
}

struct Shared<T> {
    max: usize,
    state: Mutex<State<T>>,
    filled: Condvar,
    emptied: Condvar,
}

impl<T> Shared<T> {
    fn state(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(|e| e.into_inner())
    }
}

/// A queue in which at most `max` wait, beside as many that the receiver has taken already.
pub(crate) fn queue<T>(max: usize) -> (Sender<T>, Receiver<T>) {
    let state = State {
        waiting: VecDeque::new(),
        receiver_sleeps: false,
        senders_sleep: 0,
        senders: 1,
        closed: false,
    };
    let shared =
        Shared { max, state: Mutex::new(state), filled: Condvar::new(), emptied: Condvar::new() };
    let shared = Arc::new(shared);
    (Sender(shared.clone()), Receiver { shared, taken: VecDeque::new() })
}

/// Puts into the queue.
pub(crate) struct Sender<T>(Arc<Shared<T>>);

impl<T> std::fmt::Debug for Sender<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Sender")
    }
}

impl<T> std::fmt::Debug for Receiver<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Receiver")
    }
}

impl<T> Clone for Sender<T> {
    fn clone(&self) -> Self {
        self.0.state().senders += 1;
        Sender(self.0.clone())
    }
}

impl<T> Drop for Sender<T> {
    fn drop(&mut self) {
        let mut state = self.0.state();
        state.senders -= 1;
        if state.senders == 0 {
            drop(state);
            self.0.filled.notify_one();
        }
    }
}

impl<T> Sender<T> {
    /// Queues `item` if there is room.
    pub fn try_send(&self, item: T) -> Result<(), Refused<T>> {
        let state = self.0.state();
        if state.closed {
            return Err(Refused::Closed(item));
        }
        if state.waiting.len() >= self.0.max {
            return Err(Refused::Full(item));
        }
        self.put(state, item);
        Ok(())
    }

    /// Queues `item`; sleeps until there is room. It comes back when the receiver is gone.
    pub fn send(&self, item: T) -> Result<(), T> {
        let mut state = self.0.state();
        while state.waiting.len() >= self.0.max && !state.closed {
            state.senders_sleep += 1;
            state = self.0.emptied.wait(state).unwrap_or_else(|e| e.into_inner());
            state.senders_sleep -= 1;
        }
        if state.closed {
            return Err(item);
        }
        self.put(state, item);
        Ok(())
    }

    fn put(&self, mut state: MutexGuard<'_, State<T>>, item: T) {
        state.waiting.push_back(item);
        let wake = std::mem::take(&mut state.receiver_sleeps);
        drop(state);
        if wake {
            self.0.filled.notify_one();
        }
    }
}

/// Takes from the queue.
pub(crate) struct Receiver<T> {
    shared: Arc<Shared<T>>,
    taken: VecDeque<T>,
}

impl<T> Drop for Receiver<T> {
    fn drop(&mut self) {
        let mut state = self.shared.state();
        state.closed = true;
        let dropped = std::mem::take(&mut state.waiting);
        drop(state);
        self.shared.emptied.notify_all();
        drop(dropped);
    }
}

impl<T> Receiver<T> {
    /// The next one, if there is one now.
    pub fn try_recv(&mut self) -> Option<T> {
        if self.taken.is_empty() {
            self.take(self.shared.clone().state());
        }
        self.taken.pop_front()
    }

    /// The next one, or `None` at `deadline` and when all senders are gone.
    pub fn recv_deadline(&mut self, deadline: Instant) -> Option<T> {
        self.wait(Some(deadline))
    }

    /// The next one, or `None` when all senders are gone.
    pub fn recv(&mut self) -> Option<T> {
        self.wait(None)
    }

    fn wait(&mut self, deadline: Option<Instant>) -> Option<T> {
        if let Some(item) = self.taken.pop_front() {
            return Some(item);
        }
        let shared = self.shared.clone();
        let mut state = shared.state();
        while state.waiting.is_empty() && state.senders > 0 {
            state.receiver_sleeps = true;
            let left = deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
            state = match left {
                Some(left) if left.is_zero() => break,
                Some(left) => {
                    let waited = shared.filled.wait_timeout(state, left);
                    waited.unwrap_or_else(|e| e.into_inner()).0
                }
                None => shared.filled.wait(state).unwrap_or_else(|e| e.into_inner()),
            };
        }
        state.receiver_sleeps = false;
        self.take(state);
        self.taken.pop_front()
    }

    fn take(&mut self, mut state: MutexGuard<'_, State<T>>) {
        std::mem::swap(&mut state.waiting, &mut self.taken);
        let wake = state.senders_sleep > 0;
        drop(state);
        if wake {
            self.shared.emptied.notify_all();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn everything_arrives_in_each_sender_s_order_through_a_narrow_queue() {
        let (sender, mut receiver) = queue(3);
        let threads: Vec<_> = (0..4)
            .map(|who| {
                let sender = sender.clone();
                std::thread::spawn(move || {
                    (0..1000).for_each(|n| sender.send((who, n)).expect("it is there"));
                })
            })
            .collect();
        drop(sender);
        let mut next = [0; 4];
        while let Some((who, n)) = receiver.recv() {
            assert_eq!(n, next[who], "of {who}");
            next[who] += 1;
        }
        assert_eq!(next, [1000; 4]);
        threads.into_iter().for_each(|thread| thread.join().expect("no panic"));
    }

    #[test]
    fn a_full_queue_and_a_gone_receiver_refuse_and_give_back() {
        let (sender, mut receiver) = queue(2);
        sender.try_send(1).expect("room");
        sender.try_send(2).expect("room");
        assert!(matches!(sender.try_send(3), Err(Refused::Full(3))));
        assert_eq!(receiver.try_recv(), Some(1));
        sender.try_send(3).expect("room again");
        assert_eq!((receiver.try_recv(), receiver.try_recv()), (Some(2), Some(3)));
        assert_eq!(receiver.try_recv(), None);
        drop(receiver);
        assert!(matches!(sender.try_send(4), Err(Refused::Closed(4))));
        assert_eq!(sender.send(5), Err(5));
    }

    #[test]
    fn waiting_ends_at_the_deadline_with_an_item_and_with_the_last_sender() {
        let (sender, mut receiver) = queue::<u8>(1);
        let soon = Instant::now() + Duration::from_millis(10);
        assert_eq!(receiver.recv_deadline(soon), None);
        assert!(Instant::now() >= soon);
        let far = Instant::now() + Duration::from_secs(60);
        let thread = std::thread::spawn(move || sender.send(7));
        assert_eq!(receiver.recv_deadline(far), Some(7));
        thread.join().expect("no panic").expect("sent");
        assert_eq!(receiver.recv_deadline(far), None, "all senders are gone");
    }

    #[test]
    fn a_sender_that_waits_for_room_hears_of_the_receiver_s_end() {
        let (sender, receiver) = queue(1);
        sender.try_send(1).expect("room");
        let thread = std::thread::spawn(move || sender.send(2));
        std::thread::sleep(Duration::from_millis(20));
        drop(receiver);
        assert_eq!(thread.join().expect("no panic"), Err(2));
    }
}
