//! The seam between sockets and the Kafka API: a frame goes in, a future answer comes out.

use std::future::Future;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;

use bytes::Bytes;
use tokio::sync::watch;

use super::budget::Share;

/// The other end of a connection, as the service sees it.
#[derive(Clone, Debug)]
pub struct Peer {
    /// Number of the connection, unique in this process.
    pub connection: u64,
    /// Remote address.
    pub address: SocketAddr,
    /// Name of the listener that accepted it.
    pub listener: Arc<str>,
    /// True once the peer has closed or the server shuts down: long polls should answer at once.
    pub closing: watch::Receiver<bool>,
}

/// An answer to be.
pub type Answer = Pin<Box<dyn Future<Output = Reply> + Send>>;

/// What becomes of one frame.
pub enum Call {
    /// Run it. `overlaps`: it may run beside its neighbours that may too; others run alone, in
    /// order, as in Apache Kafka. The future does nothing before its first poll, and is polled
    /// for the first time in the order of arrival.
    Run {
        /// Produces the reply.
        answer: Answer,
        /// May be in progress together with other such calls of its connection.
        overlaps: bool,
    },
    /// The bytes are no request that we can answer; the reason goes into a debug log.
    Close(String),
}

/// The outcome of a request.
pub enum Reply {
    /// Chunks to write, the 4-byte length first, and the memory they are charged for.
    Send(Vec<Bytes>, Share),
    /// The request asked for no answer (acks=0).
    Nothing,
    /// No answer can tell what went wrong, so the connection is closed.
    Close(String),
}

/// Answers frames; one instance serves all connections.
pub trait Service: Send + Sync + 'static {
    /// State of one connection.
    type Session: Send + Sync + 'static;

    /// Resolves when requests can be answered; until then, connections wait to be accepted.
    fn ready(&self) -> impl Future<Output = ()> + Send;

    /// A connection was accepted; the session is dropped when it ends.
    fn open(&self, peer: Peer) -> Arc<Self::Session>;

    /// A frame arrived; must not block.
    fn call(&self, session: &Arc<Self::Session>, frame: Bytes) -> Call;

    /// Bytes went over the connection (for metrics).
    fn traffic(&self, session: &Self::Session, read_bytes: usize, written_bytes: usize);
}
