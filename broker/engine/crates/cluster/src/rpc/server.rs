//! The listening side: checks who calls, takes links' frames in, answers requests.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use headrace_raft::{decode_message, FrameReader, RaftMessage};
use tokio::io::BufReader;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;

use super::beat;
use super::frame::{kind, read_frame, within, write_frame, MAX_FRAME_BYTES};
use super::gossip::Gossip;
use super::hello::{self, Hello, Purpose};
use super::messages::{Request, Response};
use crate::image::{GroupId, NodeId};

/// Connections from other nodes at a time.
const MAX_CONNECTIONS: usize = 1024;
/// What is read from a link at once.
const LINK_READ_BYTES: usize = 64 << 10;
const HELLO_TIMEOUT: Duration = Duration::from_secs(5);
/// A pause after the operating system refuses a connection (out of descriptors).
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// What the listening side needs from its node.
pub(crate) trait ServerHost: Send + Sync + 'static {
    /// Whether the caller may connect; who this node is, or why not.
    ///
    /// # Errors
    /// `PermissionDenied` for good, `NotConnected` while this node cannot tell yet.
    fn admit(&self, caller: &Hello) -> io::Result<Hello>;
    /// Raft's messages from a node, in order. Waits while the shards are busy.
    fn raft(
        &self,
        from: NodeId,
        messages: Vec<(GroupId, RaftMessage)>,
        bytes: usize,
    ) -> impl std::future::Future<Output = ()> + Send;
    /// A node's shard is well.
    fn beat(&self, from: NodeId, shard: u64, shards: u64);
    /// News from a node.
    fn gossip(&self, from: NodeId, gossip: Gossip);
    /// A node's request.
    fn request(
        self: Arc<Self>,
        caller: Hello,
        request: Request,
    ) -> impl std::future::Future<Output = Response> + Send;
    /// What the layer above on another node asks of ours; an error ends the connection.
    fn forwarded(
        self: Arc<Self>,
        caller: &Hello,
        body: Bytes,
    ) -> impl std::future::Future<Output = Result<Bytes, String>> + Send;
    /// Bytes came in.
    fn received(&self, bytes: usize);
}

/// Serves until it is aborted.
pub(crate) async fn serve<H: ServerHost>(listener: TcpListener, host: Arc<H>) {
    let slots = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    let mut connections = tokio::task::JoinSet::new();
    loop {
        while connections.try_join_next().is_some() {}
        let Ok(slot) = slots.clone().acquire_owned().await else { return };
        match listener.accept().await {
            Ok((stream, address)) => {
                let host = host.clone();
                connections.spawn(async move {
                    let _slot = slot;
                    if let Err(error) = connection(stream, host).await {
                        tracing::debug!(%address, %error, "connection ended");
                    }
                });
            }
            Err(error) => {
                tracing::warn!(%error, "cannot accept a node's connection");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

async fn connection<H: ServerHost>(mut stream: TcpStream, host: Arc<H>) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let caller = within(HELLO_TIMEOUT, hello::listen(&mut stream)).await?;
    let admitted = host.admit(&caller);
    within(HELLO_TIMEOUT, hello::answer(&mut stream, admitted.as_ref())).await?;
    admitted?;
    match (caller.purpose, caller.node_id) {
        (Purpose::Link, Some(from)) => link(stream, from, host).await,
        (Purpose::Link, None) => Err(io::ErrorKind::PermissionDenied.into()),
        (Purpose::Requests, _) => requests(stream, caller, host).await,
    }
}

async fn link<H: ServerHost>(stream: TcpStream, from: NodeId, host: Arc<H>) -> io::Result<()> {
    // Most frames are small, and come several at a time.
    let mut stream = BufReader::with_capacity(LINK_READ_BYTES, stream);
    loop {
        let (kind, body) = read_frame(&mut stream, MAX_FRAME_BYTES).await?;
        let bytes = body.len();
        host.received(bytes);
        match kind {
            kind::RAFT => {
                let messages = decode_all(body).map_err(|e| bad(from, &e))?;
                host.raft(from, messages, bytes).await;
            }
            kind::BEAT => {
                let (shard, shards) = beat::decode(body).map_err(|e| bad(from, &e))?;
                host.beat(from, shard, shards);
            }
            kind::GOSSIP => {
                host.gossip(from, Gossip::decode(body, from).map_err(|e| bad(from, &e))?);
            }
            other => return Err(bad(from, &format!("frame kind {other} on a link"))),
        }
    }
}

fn bad(from: NodeId, why: &dyn std::fmt::Display) -> io::Error {
    tracing::warn!(node = from, "node sent a frame that makes no sense: {why}");
    io::Error::new(io::ErrorKind::InvalidData, why.to_string())
}

fn decode_all(body: Bytes) -> Result<Vec<(GroupId, RaftMessage)>, headrace_raft::DecodeError> {
    let mut input = FrameReader::new(body);
    let mut messages = Vec::new();
    while input.remaining() > 0 {
        messages.push(decode_message(&mut input)?);
    }
    Ok(messages)
}

async fn requests<H: ServerHost>(
    mut stream: TcpStream,
    caller: Hello,
    host: Arc<H>,
) -> io::Result<()> {
    loop {
        let (kind, body) = read_frame(&mut stream, MAX_FRAME_BYTES).await?;
        host.received(body.len());
        if kind == kind::FORWARD {
            let answer = host.clone().forwarded(&caller, body).await;
            let answer = answer.map_err(io::Error::other)?;
            write_frame(&mut stream, kind::FORWARDED, &[answer]).await?;
            continue;
        }
        if kind != kind::REQUEST {
            let why = format!("frame kind {kind} instead of a request");
            return Err(io::Error::new(io::ErrorKind::InvalidData, why));
        }
        let response = match serde_json::from_slice(&body) {
            Ok(request) => host.clone().request(caller.clone(), request).await,
            Err(error) => Response::Failed { why: format!("not a request: {error}") },
        };
        let body = Bytes::from(serde_json::to_vec(&response)?);
        write_frame(&mut stream, kind::RESPONSE, &[body]).await?;
    }
}
