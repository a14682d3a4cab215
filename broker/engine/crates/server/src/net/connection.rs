//! One connection: reads frames, runs them, writes the answers in order. One task, no locks.
//!
//! Back-pressure, in order of effect: a full flight stops reading; a request that must run alone
//! stops reading while it waits for its turn; an unwritten answer stops everything.

use std::future::poll_fn;
use std::io;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt};
use tokio::sync::watch;
use tokio::time::Instant;

use super::budget::Budget;
use super::flight::Flight;
use super::frame::{Frame, FrameError, FrameReader};
use super::outbox::Outbox;
use super::service::{Answer, Call, Peer, Reply, Service};
use super::Share;

/// Answers are gathered up to this many bytes before they are written.
const GATHER_BYTES: usize = 1 << 20;
/// How often a connection's time limits are looked at.
const WATCH_EVERY: Duration = Duration::from_secs(15);

/// Bounds of every connection.
#[derive(Clone, Debug)]
pub(crate) struct Limits {
    pub budget: Budget,
    pub request_max_bytes: usize,
    pub in_flight: usize,
    pub idle: Duration,
    pub stall: Duration,
    pub grace: Duration,
}

/// Why a connection ended; what a peer did wrong is worth a log line, the rest is not.
#[derive(Debug)]
pub(super) enum End {
    /// The peer closed, or the server did, in good order.
    Clean,
    /// No request for the idle time.
    Idle,
    /// The peer sent something that ends the connection.
    Refused(String),
    /// A frame longer than the limit.
    TooLarge(FrameError),
    /// The socket failed.
    Broken(io::Error),
}

/// A request that waits until it may run.
struct Parked {
    answer: Answer,
    overlaps: bool,
    share: Share,
}

pub(super) struct Connection<S: Service> {
    service: Arc<S>,
    session: Arc<S::Session>,
    limits: Limits,
    frames: FrameReader,
    flight: Flight,
    /// Whether what is in the flight may have company.
    overlaps: bool,
    parked: Option<Parked>,
    outbox: Outbox,
    closing: watch::Sender<bool>,
    /// Set when no more frames are read: requests in progress may end until then.
    draining_until: Option<Instant>,
}

enum Event {
    Reply(Reply),
    Frame(Result<Option<Frame>, FrameError>),
    Watch,
    Stop,
}

impl<S: Service> Connection<S> {
    /// `peer.closing` is replaced by the connection's own signal.
    pub fn new(service: Arc<S>, mut peer: Peer, limits: Limits) -> Self {
        let (closing, seen) = watch::channel(false);
        peer.closing = seen;
        let session = service.open(peer);
        let frames = FrameReader::new(limits.budget.clone(), limits.request_max_bytes);
        Connection {
            service,
            session,
            limits,
            frames,
            flight: Flight::default(),
            overlaps: true,
            parked: None,
            outbox: Outbox::default(),
            closing,
            draining_until: None,
        }
    }

    /// Serves until the peer closes, breaks a rule, or `stop` turns true.
    pub async fn serve<R, W>(mut self, mut from: R, mut to: W, stop: watch::Receiver<bool>) -> End
    where
        R: AsyncRead + Unpin,
        W: AsyncWrite + Unpin,
    {
        let end = self.run(&mut from, &mut to, stop).await;
        self.closing.send_replace(true);
        // a socket that failed cannot be closed any better
        let _ = tokio::time::timeout(Duration::from_secs(1), to.shutdown()).await;
        end
    }

    async fn run<R, W>(&mut self, from: &mut R, to: &mut W, mut stop: watch::Receiver<bool>) -> End
    where
        R: AsyncRead + Unpin,
        W: AsyncWrite + Unpin,
    {
        let every = WATCH_EVERY.min(self.limits.stall / 2).max(Duration::from_millis(1));
        let watchdog = tokio::time::sleep(every);
        tokio::pin!(watchdog);
        let mut was_reading = true;
        loop {
            self.unpark();
            let draining = self.draining_until.is_some();
            if draining && self.flight.is_empty() && self.parked.is_none() {
                return End::Clean;
            }
            let room =
                !draining && self.parked.is_none() && self.flight.len() < self.limits.in_flight;
            if room && !was_reading {
                self.frames.resume();
            }
            was_reading = room;
            let event = tokio::select! {
                biased;
                reply = self.flight.next(), if !self.flight.is_empty() => Event::Reply(reply),
                frame = self.frames.next(from), if room => Event::Frame(frame),
                _ = stop.wait_for(|&stop| stop), if !draining => Event::Stop,
                () = &mut watchdog => Event::Watch,
            };
            let ended = match event {
                Event::Reply(reply) => self.send(reply, to).await,
                Event::Frame(Ok(Some(frame))) => self.accept(frame),
                Event::Frame(Ok(None)) | Event::Stop => {
                    watchdog.as_mut().reset(self.drain());
                    None
                }
                Event::Frame(Err(error)) => Some(refused(error)),
                Event::Watch => {
                    watchdog.as_mut().reset(Instant::now() + every);
                    self.overdue()
                }
            };
            if let Some(end) = ended {
                return end;
            }
        }
    }

    /// A frame has arrived: it runs now or waits for those before it.
    fn accept(&mut self, frame: Frame) -> Option<End> {
        self.service.traffic(&self.session, frame.body.len() + 4, 0);
        match self.service.call(&self.session, frame.body) {
            Call::Run { answer, overlaps } => {
                self.parked = Some(Parked { answer, overlaps, share: frame.share });
                None
            }
            Call::Close(reason) => Some(End::Refused(reason)),
        }
    }

    /// Starts the waiting request when it may run beside what is in progress.
    fn unpark(&mut self) {
        let free = self.flight.is_empty();
        if let Some(next) = self.parked.take_if(|next| free || (self.overlaps && next.overlaps)) {
            self.overlaps = next.overlaps;
            self.flight.push(next.answer, next.share);
        }
    }

    /// Reads no more; what is in progress gets the grace time, long polls end now. Returns when
    /// the grace ends.
    fn drain(&mut self) -> Instant {
        let until = Instant::now() + self.limits.grace;
        self.draining_until = Some(until);
        self.closing.send_replace(true);
        until
    }

    fn overdue(&self) -> Option<End> {
        let now = Instant::now();
        if self.draining_until.is_some_and(|until| now >= until) {
            return Some(End::Clean);
        }
        if self.frames.deadline(self.limits.stall).is_some_and(|deadline| now >= deadline) {
            // while we do not read, the delay is ours
            let reading = self.parked.is_none() && self.flight.len() < self.limits.in_flight;
            return reading.then(|| End::Refused("a request was sent too slowly".to_owned()));
        }
        let quiet = self.flight.is_empty()
            && now.duration_since(self.frames.last_progress()) >= self.limits.idle;
        quiet.then_some(End::Idle)
    }

    /// Writes a reply, together with those that are ready too.
    async fn send<W>(&mut self, reply: Reply, to: &mut W) -> Option<End>
    where
        W: AsyncWrite + Unpin,
    {
        let mut next = Some(reply);
        let mut end = None;
        while let Some(reply) = next.take() {
            match reply {
                Reply::Send(chunks, share) => self.outbox.push(chunks, share),
                Reply::Nothing => {}
                Reply::Close(reason) => {
                    end = Some(End::Refused(reason));
                    break;
                }
            }
            if self.outbox.len() < GATHER_BYTES && !self.flight.is_empty() {
                let flight = &mut self.flight;
                next = poll_fn(|cx| Poll::Ready(flight.try_next(cx))).await;
            }
        }
        match self.outbox.write_to(to, self.limits.stall).await {
            Ok(bytes) => self.service.traffic(&self.session, 0, bytes),
            Err(error) => return Some(End::Broken(error)),
        }
        end
    }
}

fn refused(error: FrameError) -> End {
    match error {
        FrameError::Io(error) => End::Broken(error),
        FrameError::TooLarge { .. } => End::TooLarge(error),
        other => End::Refused(other.to_string()),
    }
}
