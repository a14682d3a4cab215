//! What a node does all the time: listen, gossip, look after the controller's group.

use bytes::Bytes;
use std::io;
use std::sync::atomic::Ordering;
use std::sync::Arc;
use std::time::Duration;

use headrace_raft::{ConfState, Membership, PeerId, RaftMessage};
use tokio::net::TcpListener;
use tokio::time::Instant;

use super::inner::Inner;
use super::{birth, controller, reassign, reconcile};
use crate::controller::{ControllerCommand, ControllerReply};
use crate::error::{ControllerError, PartitionError, StartError};
use crate::identity::{random_uuid, Founder};
use crate::image::{GroupId, Image, NodeId, NodeInfo, CONTROLLER_GROUP};
use crate::partition::in_sync::{node_of, peer_of};
use crate::rpc::frame::kind;
use crate::rpc::gossip::Gossip;
use crate::rpc::hello::{Hello, Purpose};
use crate::rpc::link::LinkHost;
use crate::rpc::messages::{Request, Response};
use crate::rpc::server::{serve, ServerHost};
use crate::shard::Input;

/// Voters of the controller's group: more would only make it slower.
const MAX_CONTROLLER_VOTERS: usize = 5;
/// A sign of life to every node at least this often.
const GOSSIP_EVERY: Duration = Duration::from_millis(300);
/// All that this node leads is told again this often, should a message have been lost.
const GOSSIP_ALL_EVERY: Duration = Duration::from_secs(5);
/// How often what this node has and leads is counted, for its metrics.
const COUNT_EVERY: Duration = Duration::from_secs(1);
/// News within this time share a message.
const GOSSIP_GATHER: Duration = Duration::from_millis(2);
const DUTIES_EVERY: Duration = Duration::from_millis(200);
/// The same until the cluster has its name: nobody is served before.
const BIRTH_DUTIES_EVERY: Duration = Duration::from_millis(10);
const REGISTER_RETRY: Duration = Duration::from_millis(500);
/// How often a full shard queue is tried again, and for how long.
const SHARD_RETRY_EVERY: Duration = Duration::from_millis(1);
const SHARD_RETRIES: usize = 5_000;

/// Starts all of it.
pub(crate) fn start(inner: &Arc<Inner>) {
    let spawn = |name: &'static str, task: futures::Task| {
        tracing::debug!(name, "task starts");
        inner.keep(inner.rt.spawn(task).abort_handle());
    };
    spawn("listen", Box::pin(listen(inner.clone())));
    spawn("main", Box::pin(main(inner.clone())));
}

mod futures {
    pub(super) type Task =
        std::pin::Pin<Box<dyn std::future::Future<Output = ()> + Send + 'static>>;
}

async fn listen(inner: Arc<Inner>) {
    let Some(listener) = inner.take_listener() else { return };
    match TcpListener::from_std(listener) {
        Ok(listener) => serve(listener, inner).await,
        Err(error) => tracing::error!(%error, "cannot listen for other nodes"),
    }
}

async fn main(inner: Arc<Inner>) {
    birth::enter_cluster(&inner).await;
    inner.keep(inner.rt.spawn(birth::watch_for_strangers(inner.clone())).abort_handle());
    if let Err(why) = reconcile::open_controller(&inner).await {
        tracing::error!(why, "cannot open the controller's replica; this node serves nothing");
        return;
    }
    inner.keep(inner.rt.spawn(reconcile::run(inner.clone())).abort_handle());
    inner.keep(inner.rt.spawn(reassign::run(inner.clone())).abort_handle());
    inner.keep(inner.rt.spawn(gossip(inner.clone())).abort_handle());
    inner.keep(inner.rt.spawn(duties(inner.clone())).abort_handle());
    register(&inner).await;
}

/// Tells the controller about this node, once per start.
async fn register(inner: &Arc<Inner>) {
    loop {
        let command = ControllerCommand::RegisterNode(birth::registration(inner));
        match controller::request(inner, command).await {
            Ok(ControllerReply::NodeRegistered { node_id, .. }) => {
                tracing::info!(node_id, "registered with the controller");
                inner.registered.store(true, Ordering::Release);
                return;
            }
            Ok(other) => tracing::error!(?other, "unexpected reply to a registration"),
            Err(ControllerError::Refused(error)) => {
                inner.fail(StartError::Config { setting: "node_id", why: error.to_string() });
            }
            Err(error) => tracing::warn!(%error, "not registered with the controller yet"),
        }
        tokio::time::sleep(REGISTER_RETRY).await;
    }
}

/// Tells other nodes what this one leads.
async fn gossip(inner: Arc<Inner>) {
    let (mut all_at, mut count_at) = (Instant::now(), Instant::now());
    let host: Arc<dyn LinkHost> = inner.clone();
    loop {
        let wait = tokio::time::timeout(GOSSIP_EVERY, inner.news.notified());
        if wait.await.is_ok() {
            tokio::time::sleep(GOSSIP_GATHER).await;
        }
        open_links(&inner, &host);
        let all = Instant::now() >= all_at;
        let news = inner.leaders.take_news();
        let leaders = if all { inner.leaders.served() } else { news };
        if all {
            all_at = Instant::now() + GOSSIP_ALL_EVERY;
        }
        let message = Gossip { draining: inner.is_draining(), leaders }.encode();
        for node in inner.links.nodes() {
            inner.links.send(node, kind::GOSSIP, message.clone());
        }
        if Instant::now() >= count_at {
            count_at = Instant::now() + COUNT_EVERY;
            count(&inner);
        }
    }
}

/// Links to all nodes that are known.
fn open_links(inner: &Arc<Inner>, host: &Arc<dyn LinkHost>) {
    let Some(me) = inner.identity().node_id else { return };
    let image = inner.view.image();
    let founders = inner.founders();
    let known = image.nodes().map(|n| n.id).chain(founders.iter().map(|f| f.node_id));
    for node in known.filter(|&node| node != me) {
        inner.links.open(node, host, &inner.rt);
    }
}

fn count(inner: &Inner) {
    let hosted = inner.hosted.read().unwrap_or_else(|e| e.into_inner()).len();
    inner.metrics.replicas.set(i64::try_from(hosted).unwrap_or(i64::MAX));
    let served = inner.leaders.served();
    inner.metrics.leaders.set(i64::try_from(served.len()).unwrap_or(i64::MAX));
    let image = inner.view.image();
    let under = served.iter().filter(|(group, info)| {
        image.group(*group).is_some_and(|(_, _, p)| info.in_sync.len() < p.replicas.len())
    });
    inner.metrics.under_replicated.set(i64::try_from(under.count()).unwrap_or(i64::MAX));
}

/// What the controller's leader sees to, and what each node sees to for itself.
async fn duties(inner: Arc<Inner>) {
    loop {
        let named = inner.identity().cluster_uuid.is_some();
        tokio::time::sleep(if named { DUTIES_EVERY } else { BIRTH_DUTIES_EVERY }).await;
        let image = inner.view.image();
        note_cluster(&inner, &image);
        let Some(me) = inner.identity().node_id else { continue };
        let leads = inner.leaders.get(CONTROLLER_GROUP).is_some_and(|info| info.leader == me);
        if !leads {
            continue;
        }
        if image.cluster_uuid().is_none() {
            name_cluster(&inner).await;
        } else {
            grow_controller(&inner, &image);
        }
    }
}

/// Writes the cluster's name into the data folder when it is known.
fn note_cluster(inner: &Inner, image: &Image) {
    let identity = inner.identity();
    let (Some(cluster), Some(id)) = (image.cluster_uuid(), identity.node_id) else { return };
    if identity.cluster_uuid == Some(cluster) {
        return;
    }
    let noted = identity.joined(cluster, id).and_then(|identity| inner.set_identity(identity));
    if let Err(error) = noted {
        tracing::error!(%error, "cannot note the cluster's name");
    }
}

async fn name_cluster(inner: &Arc<Inner>) {
    let cluster_uuid = random_uuid(inner.env.random.as_ref());
    let seed_nodes = i32::try_from(inner.config.seeds.len()).unwrap_or(i32::MAX);
    let command = ControllerCommand::SetClusterUuid { cluster_uuid, seed_nodes };
    match controller::request(inner, command).await {
        Ok(_) => tracing::info!(cluster = %cluster_uuid, "the cluster has its name"),
        // Another one was first, or there is no quorum; the next look shows it.
        Err(error) => tracing::debug!(%error, "the cluster was not named"),
    }
}

/// Another data folder was registered later under this node's address.
fn outlived(image: &Image, node: &NodeInfo) -> bool {
    let newer = |n: &NodeInfo| n.started_at_ms > node.started_at_ms;
    image.nodes().any(|n| n.id != node.id && n.rpc == node.rpc && newer(n))
}

/// A member of the controller's group whose place another data folder has taken: its node was
/// wiped and came back under a new id, so it only makes majorities harder to get.
fn replaced(image: &Image, founders: &[Founder], members: &ConfState) -> Option<PeerId> {
    let mut peers = members.voters.iter().chain(&members.learners).copied();
    peers.find(|&peer| {
        let id = node_of(peer);
        let founder = || founders.iter().find(|f| f.node_id == id);
        match image.node(id) {
            Some(node) => outlived(image, node),
            // It never got so far as to be registered.
            None => founder().is_some_and(|f| image.nodes().any(|n| n.rpc == f.rpc)),
        }
    })
}

/// Brings registered nodes into the controller's group: as learners, and the seeds as voters.
fn grow_controller(inner: &Inner, image: &Image) {
    let Some(handle) = inner.partition(CONTROLLER_GROUP) else { return };
    let members = handle.members();
    let is_seed = |node: &NodeInfo| inner.config.seeds.contains(&node.rpc);
    let gone = replaced(image, &inner.founders(), &members).map(Membership::Remove);
    let new = || {
        image.nodes().find_map(|node| {
            let peer = peer_of(node.id);
            if !members.contains(peer) {
                let add = !outlived(image, node);
                return add.then_some(Membership::AddLearner(peer));
            }
            let promote = members.learners.contains(&peer)
                && is_seed(node)
                && inner.is_alive(node.id)
                && members.voters.len() < MAX_CONTROLLER_VOTERS;
            promote.then_some(Membership::AddVoter(peer))
        })
    };
    let change = gone.or_else(new);
    if let (Some(change), Some(shard)) = (change, inner.shard(CONTROLLER_GROUP)) {
        // One at a time; what is refused now is asked for again at the next look.
        let _ = shard.try_send(Input::Membership { group: CONTROLLER_GROUP, change });
    }
}

impl ServerHost for Inner {
    fn admit(&self, caller: &Hello) -> io::Result<Hello> {
        let identity = self.identity();
        if let (Some(ours), Some(theirs)) = (identity.cluster_uuid, caller.cluster_uuid) {
            if ours != theirs {
                let node = &caller.rpc;
                tracing::warn!(%node, cluster = %theirs, "refused a node of another cluster");
                return Err(refusal(format!(
                    "this node ({}) belongs to cluster {ours}, the caller to {theirs}",
                    self.config.rpc_advertised
                )));
            }
        }
        if let (Purpose::Link, Some(id)) = (caller.purpose, caller.node_id) {
            self.admit_link(caller, id)?;
            self.note_address(id, caller.rpc.clone());
            self.heard_of(id);
        }
        Ok(self.hello(caller.purpose))
    }

    async fn raft(&self, from: NodeId, messages: Vec<(GroupId, RaftMessage)>, bytes: usize) {
        self.heard_of(from);
        let shards = self.shards();
        if shards.is_empty() {
            return;
        }
        let mut parts: Vec<Vec<(GroupId, RaftMessage)>> = vec![Vec::new(); shards.len()];
        for (group, message) in messages {
            parts[(group % shards.len() as u64) as usize].push((group, message));
        }
        for (shard, messages) in shards.iter().zip(parts) {
            if messages.is_empty() {
                continue;
            }
            let mut input = Box::new(Input::Peer { from, messages, bytes });
            for _ in 0..SHARD_RETRIES {
                match shard.offer(*input) {
                    // While it is full, this link is not read: the sender feels it.
                    Err((PartitionError::Overloaded, back)) => input = back,
                    Ok(()) | Err(_) => break,
                }
                tokio::time::sleep(SHARD_RETRY_EVERY).await;
            }
        }
    }

    fn beat(&self, from: NodeId, shard: u64, shards: u64) {
        self.heard_of(from);
        for own in self.shards().iter() {
            // One that has no room for it hears the next.
            let _ = own.try_send(Input::Beat { from, shard, shards });
        }
    }

    fn gossip(&self, from: NodeId, gossip: Gossip) {
        self.heard_of(from);
        self.node_draining(from, gossip.draining);
        for (group, info) in gossip.leaders {
            self.leaders.learn(group, info);
        }
    }

    async fn request(self: Arc<Self>, _caller: Hello, request: Request) -> Response {
        match request {
            Request::Discover => Response::About(Box::new(birth::about(&self))),
            Request::Join(registration) => birth::admit(&self, *registration).await,
            Request::Controller(command) => controller::serve(&self, *command).await,
            Request::Progress { group } => match controller::progress_here(&self, group).await {
                Ok(progress) => Response::Progress(progress),
                Err(PartitionError::NotLeader { leader }) => Response::NotLeader { leader },
                Err(error) => Response::Failed { why: error.to_string() },
            },
            Request::Transfer { group, to } => {
                match controller::transfer_here(&self, group, to).await {
                    Ok(to) => Response::Transferring { to },
                    Err(PartitionError::NotLeader { leader }) => Response::NotLeader { leader },
                    Err(error) => Response::Failed { why: error.to_string() },
                }
            }
        }
    }

    async fn forwarded(self: Arc<Self>, caller: &Hello, body: Bytes) -> Result<Bytes, String> {
        let ours = self.identity().cluster_uuid;
        if ours.is_none() || caller.cluster_uuid != ours || caller.node_id.is_none() {
            return Err("a stranger asks what only nodes of the cluster may ask".to_string());
        }
        match self.forwarded.get() {
            Some(handler) => handler(body).await,
            None => Err("this node is not ready to be asked".to_string()),
        }
    }

    fn received(&self, bytes: usize) {
        self.metrics.rpc_received_bytes.inc_by(bytes as u64);
    }
}

/// A no that asking again does not change.
fn refusal(why: String) -> io::Error {
    io::Error::new(io::ErrorKind::PermissionDenied, why)
}

impl Inner {
    /// A link speaks for a node: its id must be bound to the caller's data folder.
    fn admit_link(&self, caller: &Hello, id: NodeId) -> io::Result<()> {
        let image = self.view.image();
        let founders = self.founders();
        let registered = image.node(id).map(|n| n.uuid);
        let known =
            registered.or_else(|| founders.iter().find(|f| f.node_id == id).map(|f| f.node_uuid));
        match known {
            Some(uuid) if uuid == caller.node_uuid => Ok(()),
            Some(uuid) => {
                let folder = caller.node_uuid;
                tracing::warn!(node = id, %folder, known = %uuid, "refused a node's link");
                Err(refusal(format!(
                    "node id {id} belongs to data folder {uuid}, the caller's is {folder}; a node \
                     whose data is lost must come back under a new id"
                )))
            }
            // Registered a moment ago: the news has not come here yet.
            None if caller.cluster_uuid.is_some()
                && caller.cluster_uuid == self.identity().cluster_uuid =>
            {
                Ok(())
            }
            // Who belongs to a cluster shows only once it is born, here too.
            None if self.identity().cluster_uuid.is_none() => {
                let why = format!("this node has no cluster yet and cannot know node {id}");
                Err(io::Error::new(io::ErrorKind::NotConnected, why))
            }
            None => Err(refusal(format!("node {id} is not known here"))),
        }
    }
}
