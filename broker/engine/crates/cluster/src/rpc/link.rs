//! Links: this node's one-way connections to the others, each with a bounded queue.
//!
//! What does not fit is dropped: Raft repeats what matters. A broken link is opened again after a
//! pause that doubles up to a limit, and what waited meanwhile is dropped, as it is old by then.

use std::collections::BTreeMap;
use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, RwLock};
use std::time::Duration;

use bytes::Bytes;
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio::time::Instant;

use super::client::connect;
use super::frame::{within, Outgoing};
use super::hello::Hello;
use crate::image::{HostPort, NodeId};
use crate::metrics::Metrics;

/// Frames that may wait for one node.
const MAX_FRAMES: usize = 4096;
/// Their bytes.
const MAX_BYTES: usize = 64 << 20;
/// What waits is written together up to about this many bytes.
const TOGETHER_BYTES: usize = 256 << 10;
/// A node that refuses for so long will not change its mind.
const REFUSED_FOR: Duration = Duration::from_secs(10);
const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);
/// A node that takes no byte for so long is given up.
const WRITE_TIMEOUT: Duration = Duration::from_secs(10);

/// What links need from their node.
pub(crate) trait LinkHost: Send + Sync + 'static {
    /// Who this node is, for a link.
    fn hello(&self) -> Hello;
    /// Where `node` is reached.
    fn address(&self, node: NodeId) -> Option<HostPort>;
    /// The link to `node` broke.
    fn unreachable(&self, node: NodeId);
}

#[derive(Debug)]
struct Queue {
    frames: mpsc::Sender<(u8, Vec<Bytes>)>,
    bytes: Arc<AtomicUsize>,
    task: tokio::task::AbortHandle,
}

/// All links of a node.
#[derive(Debug)]
pub(crate) struct Links {
    queues: RwLock<BTreeMap<NodeId, Queue>>,
    metrics: Arc<Metrics>,
}

impl Drop for Links {
    fn drop(&mut self) {
        self.close();
    }
}

impl Links {
    pub fn new(metrics: Arc<Metrics>) -> Links {
        Links { queues: RwLock::default(), metrics }
    }

    /// Opens a link to `node` unless there is one.
    pub fn open(&self, node: NodeId, host: &Arc<dyn LinkHost>, rt: &tokio::runtime::Handle) {
        let known = |queues: &BTreeMap<NodeId, Queue>| queues.contains_key(&node);
        if known(&self.queues.read().unwrap_or_else(|e| e.into_inner())) {
            return;
        }
        let mut queues = self.queues.write().unwrap_or_else(|e| e.into_inner());
        if known(&queues) {
            return;
        }
        let (frames, receiver) = mpsc::channel(MAX_FRAMES);
        let bytes = Arc::new(AtomicUsize::new(0));
        let link = Link {
            node,
            host: Arc::downgrade(host),
            frames: receiver,
            bytes: bytes.clone(),
            metrics: self.metrics.clone(),
        };
        let task = rt.spawn(link.run()).abort_handle();
        queues.insert(node, Queue { frames, bytes, task });
    }

    /// Queues a frame; drops it when there is no room.
    pub fn send(&self, node: NodeId, kind: u8, parts: Vec<Bytes>) {
        let queues = self.queues.read().unwrap_or_else(|e| e.into_inner());
        let Some(queue) = queues.get(&node) else { return };
        let size: usize = parts.iter().map(Bytes::len).sum();
        let before = queue.bytes.fetch_add(size, Ordering::Relaxed);
        if (before > 0 && before + size > MAX_BYTES)
            || queue.frames.try_send((kind, parts)).is_err()
        {
            queue.bytes.fetch_sub(size, Ordering::Relaxed);
            self.metrics.rpc_dropped_frames.inc();
        }
    }

    /// The nodes to which there are links.
    pub fn nodes(&self) -> Vec<NodeId> {
        self.queues.read().unwrap_or_else(|e| e.into_inner()).keys().copied().collect()
    }

    /// Ends all links.
    pub fn close(&self) {
        let queues = std::mem::take(&mut *self.queues.write().unwrap_or_else(|e| e.into_inner()));
        for queue in queues.values() {
            queue.task.abort();
        }
    }
}

/// What keeps a link from working; told once per cause, not once per attempt.
#[derive(Default)]
struct Trouble {
    text: String,
    refused_since: Option<Instant>,
    told: bool,
}

impl Trouble {
    fn note(&mut self, node: NodeId, error: &io::Error) {
        let text = error.to_string();
        if text != self.text {
            tracing::info!(node, "no connection to node: {text}");
            self.text = text;
        }
        if error.kind() != io::ErrorKind::PermissionDenied {
            self.refused_since = None;
            return;
        }
        // A node that has just joined is not known everywhere at once.
        let since = *self.refused_since.get_or_insert_with(Instant::now);
        if !self.told && since.elapsed() > REFUSED_FOR {
            self.told = true;
            tracing::error!(node, "node goes on refusing the connection: {}", self.text);
        }
    }
}

struct Link {
    node: NodeId,
    host: std::sync::Weak<dyn LinkHost>,
    frames: mpsc::Receiver<(u8, Vec<Bytes>)>,
    bytes: Arc<AtomicUsize>,
    metrics: Arc<Metrics>,
}

impl Link {
    async fn run(mut self) {
        let mut pause = FIRST_PAUSE;
        let mut trouble = Trouble::default();
        loop {
            let Some(host) = self.host.upgrade() else { return };
            let (address, hello) = (host.address(self.node), host.hello());
            drop(host);
            let outcome = match address {
                Some(address) => self.serve(&address, &hello, &mut pause, &mut trouble).await,
                None => Err(io::Error::new(io::ErrorKind::NotFound, "its address is not known")),
            };
            let Err(error) = outcome else { return };
            trouble.note(self.node, &error);
            self.drop_waiting();
            if let Some(host) = self.host.upgrade() {
                host.unreachable(self.node);
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    fn drop_waiting(&mut self) {
        while let Ok((_, parts)) = self.frames.try_recv() {
            let size: usize = parts.iter().map(Bytes::len).sum();
            self.bytes.fetch_sub(size, Ordering::Relaxed);
        }
    }

    /// Ends with an error when the connection does, with `Ok` when the node stops.
    async fn serve(
        &mut self,
        address: &HostPort,
        hello: &Hello,
        pause: &mut Duration,
        trouble: &mut Trouble,
    ) -> io::Result<()> {
        let (mut stream, other) = connect(address, hello).await?;
        if other.node_id != Some(self.node) {
            let why = format!("{address} is node {:?}, not {}", other.node_id, self.node);
            return Err(io::Error::new(io::ErrorKind::NotFound, why));
        }
        *pause = FIRST_PAUSE;
        *trouble = Trouble::default();
        tracing::info!(node = self.node, %address, "connected to node");
        let mut end = [0u8; 1];
        loop {
            let next = tokio::select! {
                next = self.frames.recv() => next,
                // The other side never sends: this is its end.
                _ = stream.read(&mut end) => {
                    return Err(io::ErrorKind::ConnectionReset.into());
                }
            };
            let Some(next) = next else { return Ok(()) };
            self.write(&mut stream, next).await?;
        }
    }

    /// Writes a frame, and with it those that wait behind it.
    async fn write(&mut self, stream: &mut TcpStream, next: (u8, Vec<Bytes>)) -> io::Result<()> {
        let mut outgoing = Outgoing::default();
        let mut size = 0;
        let mut next = Some(next);
        while let Some((kind, parts)) = next {
            size += parts.iter().map(Bytes::len).sum::<usize>();
            outgoing.push(kind, &parts)?;
            next = if outgoing.len() < TOGETHER_BYTES { self.frames.try_recv().ok() } else { None };
        }
        let written = within(WRITE_TIMEOUT, outgoing.write_to(stream)).await;
        self.bytes.fetch_sub(size, Ordering::Relaxed);
        self.metrics.rpc_sent_bytes.inc_by(written? as u64);
        Ok(())
    }
}
