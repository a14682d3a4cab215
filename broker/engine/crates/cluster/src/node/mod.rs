//! [`Node`]: one process's part in the cluster, as the rest of the program uses it.

mod birth;
mod controller;
mod host;
mod inner;
mod leaders;
mod reassign;
mod reconcile;
mod tasks;

use std::sync::Arc;
use std::time::Duration;

use headrace_env::Env;
use tokio::sync::{broadcast, oneshot, watch};
use tokio::time::Instant;
use uuid::Uuid;

use crate::config::NodeConfig;
use crate::controller::{ControllerCommand, ControllerReply};
use crate::error::{ControllerError, ForwardError, NotReady, PartitionError, StartError};
use crate::image::{GroupId, Image, NodeId, CONTROLLER_GROUP};
use crate::partition::in_sync::node_of;
use crate::partition::{LeaderInfo, LeadershipEvent, Offsets, PartitionHandle, Progress};
use crate::rpc::client::RequestError;
use crate::shard::Input;
use inner::Inner;
pub use inner::{BoxFuture, ForwardHandler};

/// How long [`Node::leave`] tries to hand over.
const LEAVE_TIMEOUT: Duration = Duration::from_secs(10);
/// How long a shard may take to close its store.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(30);
/// How often something that is waited for is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// Who this node is, once it belongs to a cluster.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Identity {
    /// The cluster.
    pub cluster_uuid: Uuid,
    /// The node's id in it.
    pub node_id: NodeId,
    /// The data folder's own name.
    pub node_uuid: Uuid,
}

/// A replica on this node, for display.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReplicaStatus {
    /// Its group.
    pub group: GroupId,
    /// Where its log stands.
    pub offsets: Offsets,
    /// Its log's size.
    pub size_bytes: u64,
    /// Who leads it, as it knows.
    pub leader: Option<NodeId>,
    /// Why it is out of service, if it is.
    pub fenced: Option<String>,
}

/// A node of a cluster. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Node {
    inner: Arc<Inner>,
}

impl Node {
    /// Opens the data folder and the RPC port and starts to look for the cluster. Returns before
    /// there is a leader: see [`Node::wait_ready`].
    ///
    /// # Errors
    /// [`StartError`], with a text for the person who started it.
    pub fn start(
        config: NodeConfig,
        env: Env,
        rt: tokio::runtime::Handle,
    ) -> Result<Node, StartError> {
        config.check()?;
        let inner = Inner::open(config, env, rt)?;
        tasks::start(&inner);
        Ok(Node { inner })
    }

    /// Who this node is; `None` until a cluster was found or born.
    pub fn identity(&self) -> Option<Identity> {
        let identity = self.inner.identity();
        Some(Identity {
            cluster_uuid: identity.cluster_uuid?,
            node_id: identity.node_id?,
            node_uuid: identity.node_uuid,
        })
    }

    /// This node's id, once it has one.
    pub fn node_id(&self) -> Option<NodeId> {
        self.inner.identity().node_id
    }

    /// The folder that holds all of the node's data.
    pub fn data_dir(&self) -> &std::path::Path {
        &self.inner.config.data_dir
    }

    /// The members of a group and how far each has the log, as its leader sees them.
    ///
    /// # Errors
    /// `NotLeader` when no leader is known, `TimedOut` when it does not answer.
    pub async fn progress(&self, group: GroupId) -> Result<Progress, PartitionError> {
        controller::progress(&self.inner, group).await
    }

    /// Where other nodes reach this one (with the port that was chosen, if it was 0).
    pub fn rpc_address(&self) -> std::net::SocketAddr {
        self.inner.rpc_address
    }

    /// Waits until the node is a working part of a cluster.
    ///
    /// # Errors
    /// [`NotReady`] with what it still waits for; at once when there is a [`Node::failure`].
    pub async fn wait_ready(&self, timeout: Duration) -> Result<(), NotReady> {
        let deadline = Instant::now() + timeout;
        loop {
            let Some(missing) = self.inner.missing() else { return Ok(()) };
            if Instant::now() >= deadline || self.inner.failure().is_some() {
                return Err(NotReady(missing));
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    /// What was found after the start and will not get better by waiting: the seeds belong to
    /// another cluster, or the id to another data folder. The node should be stopped then.
    pub fn failure(&self) -> Option<Arc<StartError>> {
        self.inner.failure()
    }

    /// Whether the node is a working part of a cluster: the cluster is known, the node is
    /// registered in it, there is a controller, and no journal has failed.
    pub fn is_ready(&self) -> bool {
        self.inner.missing().is_none()
    }

    /// The cluster's metadata as this node knows it. Cheap.
    pub fn image(&self) -> Arc<Image> {
        self.inner.view.image()
    }

    /// Wakes after every applied change of the metadata, with its version.
    pub fn image_changes(&self) -> watch::Receiver<u64> {
        self.inner.view.changes()
    }

    /// Who leads a group, as far as this node knows.
    pub fn leader(&self, group: GroupId) -> Option<LeaderInfo> {
        self.inner.leaders.get(group)
    }

    /// The controller: who leads group 0.
    pub fn controller(&self) -> Option<NodeId> {
        Some(self.leader(CONTROLLER_GROUP)?.leader)
    }

    /// Who votes in the controller's group, by id; empty until a cluster was found or born.
    pub fn controller_voters(&self) -> Vec<NodeId> {
        let Some(handle) = self.inner.partition(CONTROLLER_GROUP) else { return Vec::new() };
        let mut voters: Vec<NodeId> =
            handle.members().voters.iter().map(|&peer| node_of(peer)).collect();
        voters.sort_unstable();
        voters
    }

    /// Whether `node` was heard of lately. This node always is.
    pub fn is_alive(&self, node: NodeId) -> bool {
        self.inner.is_alive(node)
    }

    /// The replica of `group` on this node.
    pub fn partition(&self, group: GroupId) -> Option<PartitionHandle> {
        self.inner.partition(group)
    }

    /// Has the controller carry out a command. When this returns, it is applied on this node too.
    ///
    /// # Errors
    /// `Refused` is the controller's own answer; with the others it may not have been asked, or
    /// (`TimedOut`) it may carry the command out yet.
    pub async fn controller_request(
        &self,
        command: ControllerCommand,
    ) -> Result<ControllerReply, ControllerError> {
        controller::request(&self.inner, command).await
    }

    /// Wakes when a replica of this node begins or ceases to lead and serve. After `Lagged`, look
    /// at the partitions themselves.
    pub fn leadership_events(&self) -> broadcast::Receiver<LeadershipEvent> {
        self.inner.leaders.events()
    }

    /// Asks the layer above on `node` (another node than this one) for an answer to `body`.
    ///
    /// # Errors
    /// `NotSent` when it was surely not carried out, `Unknown` when it may have been.
    pub async fn forward(
        &self,
        node: NodeId,
        body: bytes::Bytes,
        timeout: Duration,
    ) -> Result<bytes::Bytes, ForwardError> {
        let address = self.inner.node_address(node);
        let address = address.ok_or(ForwardError::NotSent("its address is not known".into()))?;
        let hello = self.inner.hello(crate::rpc::hello::Purpose::Requests);
        let answer = self.inner.client.forward(&address, &hello, body, timeout).await;
        answer.map_err(|error| match error {
            RequestError::NotSent(error) => ForwardError::NotSent(error.to_string()),
            RequestError::Unknown(error) => ForwardError::Unknown(error.to_string()),
        })
    }

    /// Sets who answers what [`Node::forward`] of other nodes asks; once.
    pub fn on_forward(&self, handler: ForwardHandler) {
        if self.inner.forwarded.set(handler).is_err() {
            tracing::error!("two handlers for what other nodes ask");
        }
    }

    /// Hands leadership of a group to `to`, or to the best of its replicas; from any node. Returns
    /// to whom it goes; it is there a moment later.
    ///
    /// # Errors
    /// `NotEnoughReplicas` when the target is not in sync, `NotLeader` when no leader is known.
    pub async fn transfer_leadership(
        &self,
        group: GroupId,
        to: Option<NodeId>,
    ) -> Result<NodeId, PartitionError> {
        controller::transfer(&self.inner, group, to).await
    }

    /// The replicas on this node, the controller's included.
    pub fn hosted(&self) -> Vec<ReplicaStatus> {
        let status = |handle: PartitionHandle| ReplicaStatus {
            group: handle.group(),
            offsets: handle.offsets(),
            size_bytes: handle.size_bytes(),
            leader: handle.leader(),
            fenced: handle.fenced(),
        };
        self.inner.handles().into_iter().map(status).collect()
    }

    /// What the node counts, in the Prometheus text format, without the closing `# EOF`.
    pub fn metrics_text(&self) -> String {
        self.inner.metrics.text()
    }

    /// Hands over all leaderships, as far as others can take them within ten seconds, and takes
    /// none from then on.
    pub async fn leave(&self) {
        self.inner.start_draining();
        let deadline = Instant::now() + LEAVE_TIMEOUT;
        while Instant::now() < deadline && self.inner.leads_what_others_could() {
            tokio::time::sleep(LOOK_EVERY).await;
        }
        let left = self.inner.leaders.serving_count();
        tracing::info!(still_led = left, "leadership handed over");
    }

    /// Stops everything and closes the logs. Call [`Node::leave`] before, if others shall notice
    /// nothing. Calling it again does nothing.
    pub async fn shutdown(&self) {
        self.inner.stop_tasks();
        for thread in self.inner.take_shards() {
            let (reply, done) = oneshot::channel();
            let stop = Input::Stop { reply };
            let mut stop = Some(stop);
            while let Some(input) = stop.take() {
                if let Err((PartitionError::Overloaded, input)) = thread.sender.offer(input) {
                    tokio::time::sleep(LOOK_EVERY).await;
                    stop = Some(*input);
                }
            }
            if tokio::time::timeout(CLOSE_TIMEOUT, done).await.is_err() {
                tracing::error!(
                    "a shard did not close in time; the next start replays its journal"
                );
                continue;
            }
            let joined = tokio::task::spawn_blocking(move || thread.thread.join()).await;
            if !matches!(joined, Ok(Ok(()))) {
                tracing::error!("a shard's thread ended with a panic");
            }
        }
        self.inner.unlock();
    }
}
