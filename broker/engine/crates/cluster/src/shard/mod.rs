//! A shard: the one owner of many replicas and of the store that holds their logs.
//!
//! [`Shard`] is synchronous and does no waiting: inputs go in ([`Shard::handle`], [`Shard::tick`]),
//! [`Shard::turn`] brings out frames for other nodes, a round for the journal and news of who
//! leads. `runtime` drives it with a thread, the simulator with a loop. See the README.

mod boot;
mod compaction;
mod deletion;
mod input;
mod machine;
mod members;
mod open;
mod replica;
mod sleep;
mod source;
mod state;
mod turn;
mod upkeep;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::Arc;

use bytes::Bytes;
use headrace_env::Disk;
use headrace_log::{CheckpointJob, CleanJob, Round, Store};
use headrace_raft::{encode_message, Body, FrameWriter, PeerId, RaftMessage, Role};

pub use input::{shard_queue, Input, NewReplica, ShardReceiver, ShardSender};
pub use machine::StateMachine;
pub use state::StatesFile;

use crate::error::PartitionError;
use crate::image::{GroupId, NodeId};
use crate::metrics::Metrics;
use crate::partition::in_sync::{node_of, peer_of};
use crate::partition::leader::Limits;
use crate::partition::shared::PartitionShared;
use crate::partition::LeaderInfo;
use replica::Replica;
use sleep::Sleepers;
use state::GroupState;

/// A frame to one node is closed from this size on.
const FRAME_BYTES: usize = 8 << 20;

/// How a shard behaves.
#[derive(Clone, Debug)]
pub struct ShardConfig {
    /// This node.
    pub node: NodeId,
    /// The shard's folder: `shard-<n>` in the data folder.
    pub dir: PathBuf,
    /// Spreads election timeouts.
    pub seed: u64,
    /// Milliseconds between ticks.
    pub tick_ms: u64,
    /// Ticks without a leader before an election.
    pub election_ticks: usize,
    /// Ticks between heartbeats.
    pub heartbeat_ticks: usize,
    /// How long a follower may lag and still count as in sync.
    pub replica_lag_ms: i64,
    /// Whether leaders hand over to the preferred replica.
    pub leader_balancing: bool,
    /// Appends under way, per partition.
    pub max_inflight_appends: usize,
    /// Their bytes.
    pub max_inflight_bytes: usize,
    /// Entries after which a state machine's snapshot replaces the start of its log.
    pub machine_log_entries: u64,
    /// How long nothing must happen to a group before it sleeps.
    pub idle_ms: i64,
    /// A sleeping leader wakes after this time (and up to half as long again), whatever happens:
    /// its heartbeats wake the followers.
    pub longest_sleep_ms: i64,
    /// Between two files that save the replicas' states, ms.
    pub states_interval_ms: i64,
}

impl ShardConfig {
    fn limits(&self) -> Limits {
        Limits { appends: self.max_inflight_appends, bytes: self.max_inflight_bytes }
    }

    /// Half of the time for which followers that heard of a leader elect no other: the rest is for
    /// messages under way.
    fn lease_ms(&self) -> i64 {
        i64::try_from(self.tick_ms * self.election_ticks as u64 / 2).unwrap_or(i64::MAX)
    }

    /// Silence after which a follower counts as gone.
    fn silence_ms(&self) -> i64 {
        2 * self.election_ms()
    }

    /// The shortest time without a leader before an election.
    fn election_ms(&self) -> i64 {
        i64::try_from(self.tick_ms * self.election_ticks as u64).unwrap_or(i64::MAX / 2)
    }
}

/// News for the node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ShardEvent {
    /// What this replica knows of its group's leader has changed.
    Leadership {
        /// The group.
        group: GroupId,
        /// The leader, its epoch, and on the leader itself who is in sync.
        info: Option<LeaderInfo>,
        /// This replica leads and may serve.
        serving: bool,
        /// This replica's epoch.
        epoch: i32,
    },
    /// A replica is out of service.
    Fenced {
        /// The group.
        group: GroupId,
        /// What happened.
        why: String,
    },
    /// The disk failed: all replicas of the shard are out of service until a restart.
    StoreFailed {
        /// What happened.
        why: String,
    },
}

/// What a turn brings out.
#[derive(Debug, Default)]
pub struct Turn {
    /// Frames for other nodes, in order.
    pub frames: Vec<(NodeId, Vec<Bytes>)>,
    /// Nodes whose shards shall hear a beat of this one ([`Input::Beat`]).
    pub beats: BTreeSet<NodeId>,
    /// To be written and synced; [`Input::RoundDone`] must follow.
    pub round: Option<Round>,
    /// To be run on a thread that may block; [`Input::CheckpointDone`] must follow.
    pub checkpoint: Option<CheckpointJob>,
    /// The same, for hours if need be; [`Input::CleanDone`] must follow.
    pub clean: Option<CleanJob>,
    /// News.
    pub events: Vec<ShardEvent>,
    /// Some work is left: take another turn soon.
    pub again: bool,
}

/// Frames that are being filled.
#[derive(Default)]
pub(crate) struct Outbox {
    open: BTreeMap<NodeId, FrameWriter>,
    full: Vec<(NodeId, Vec<Bytes>)>,
}

impl Outbox {
    pub fn send(&mut self, group: GroupId, messages: Vec<(PeerId, RaftMessage)>) {
        for (peer, message) in messages {
            let node = node_of(peer);
            let frame = self.open.entry(node).or_default();
            encode_message(group, &message, frame);
            if frame.len() >= FRAME_BYTES {
                self.full.push((node, std::mem::take(frame).into_chunks()));
            }
        }
    }

    fn take(&mut self) -> Vec<(NodeId, Vec<Bytes>)> {
        let mut frames = std::mem::take(&mut self.full);
        for (node, frame) in std::mem::take(&mut self.open) {
            if !frame.is_empty() {
                frames.push((node, frame.into_chunks()));
            }
        }
        frames
    }
}

/// The owner of many replicas. See the module's text.
pub struct Shard {
    config: ShardConfig,
    disk: Arc<dyn Disk>,
    store: Rc<RefCell<Store>>,
    replicas: BTreeMap<GroupId, Replica>,
    fenced: BTreeMap<GroupId, (Arc<PartitionShared>, String)>,
    /// States found in the file at start, not yet claimed by a replica.
    saved: BTreeMap<GroupId, GroupState>,
    /// Groups whose log lost entries that were durable.
    damaged: BTreeSet<GroupId>,
    boot: boot::Boot,
    dirty: BTreeSet<GroupId>,
    outbox: Outbox,
    sleepers: Sleepers,
    beats: BTreeSet<NodeId>,
    events: Vec<ShardEvent>,
    /// Groups with messages that wait for a round that is not taken yet.
    staged: BTreeSet<GroupId>,
    /// The round that is being synced, and the groups that wait for it.
    in_flight: Option<(u64, Vec<GroupId>)>,
    draining: BTreeSet<NodeId>,
    poisoned: Option<String>,
    metrics: Arc<Metrics>,
    /// The time of the last input.
    now_ms: i64,
    next_balance_ms: i64,
    next_members_ms: i64,
    next_states_ms: i64,
    saving_states: bool,
    /// A step of compaction that waits to be taken.
    clean: Option<CleanJob>,
    cleaner: compaction::Cleaner,
    age_checks: upkeep::AgeChecks,
}

impl std::fmt::Debug for Shard {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Shard({} replicas)", self.replicas.len())
    }
}

impl Shard {
    /// Takes an input in.
    pub fn handle(&mut self, input: Input, now_ms: i64) {
        self.now_ms = now_ms;
        match input {
            Input::Append { group, batch, options, reply } => {
                self.append(group, batch, options, reply, now_ms);
            }
            Input::Peer { from, messages, .. } => self.peer(from, messages, now_ms),
            Input::Beat { from, shard, shards } => self.beat(from, shard, shards, now_ms),
            Input::Unreachable { node } => self.unreachable(node),
            Input::Open { replica, reply } => {
                let _ = reply.send(self.open_replica(*replica, now_ms));
            }
            Input::Remove { group, moved, reply } => {
                let _ = reply.send(self.remove(group, moved));
            }
            Input::Configure { group, preferred, log, config, goal } => {
                self.touch(group);
                self.store.borrow_mut().set_config(group, log);
                if let Some(replica) = self.replicas.get_mut(&group) {
                    (replica.preferred, replica.config, replica.goal) = (preferred, config, goal);
                }
            }
            Input::Transfer { group, to, reply } => {
                let _ = reply.send(self.transfer(group, to));
            }
            Input::Progress { group, reply } => {
                let _ = reply.send(self.progress(group));
            }
            Input::Membership { group, change } => self.membership(group, change, 0),
            Input::Draining(nodes) => self.draining = nodes,
            Input::Housekeeping { cleaner_backoff_ms, retention_check_ms } => {
                self.cleaner.backoff_ms = cleaner_backoff_ms;
                self.age_checks.every_ms = retention_check_ms;
            }
            Input::Producers { group, reply } => {
                let _ = reply.send(self.producers(group));
            }
            Input::Verify { group, producer_id, producer_epoch, reply } => {
                let answer = match self.replicas.get_mut(&group).and_then(|r| r.leader.as_mut()) {
                    Some(leader) => leader.verify(producer_id, producer_epoch, now_ms),
                    None => Err(self.absent(group)),
                };
                let _ = reply.send(answer);
            }
            Input::DeleteRecords { group, before_offset, reply } => {
                self.delete_records(group, before_offset, reply);
            }
            Input::RoundDone { seq, result } => self.round_done(seq, result),
            Input::CheckpointDone(job) => self.checkpoint_done(job),
            Input::CleanDone(job) => self.clean_done(*job),
            Input::StatesSaved(indices) => self.states_saved(indices),
            // The thread that drives the shard ends it; here there is nothing to do.
            Input::Stop { reply } => {
                let _ = reply.send(());
            }
        }
    }

    fn append(
        &mut self,
        group: GroupId,
        batch: Bytes,
        options: crate::partition::AppendOptions,
        reply: crate::partition::leader::AppendReply,
        now_ms: i64,
    ) {
        let (bytes, lease_ms) = (batch.len() as u64, self.config.lease_ms());
        self.touch(group);
        let Some(replica) = self.replicas.get_mut(&group) else {
            let _ = reply.send(Err(self.absent(group)));
            return;
        };
        let standing = replica.standing(lease_ms, now_ms);
        let Some(leader) = &mut replica.leader else {
            let status = replica.raft.status();
            let me = peer_of(self.config.node);
            let leader = status.leader.filter(|&peer| peer != me).map(node_of);
            let _ = reply.send(Err(PartitionError::NotLeader { leader }));
            return;
        };
        leader.append(batch, options, &replica.config, &standing, reply);
        self.metrics.appended_batches.inc();
        self.metrics.appended_bytes.inc_by(bytes);
    }

    /// Why there is no replica of `group` at work.
    fn absent(&self, group: GroupId) -> PartitionError {
        match (&self.poisoned, self.fenced.get(&group)) {
            (Some(why), _) => PartitionError::Storage(why.clone()),
            (None, Some((_, why))) => PartitionError::Fenced(why.clone()),
            (None, None) => PartitionError::NotLeader { leader: None },
        }
    }

    fn peer(&mut self, from: NodeId, messages: Vec<(GroupId, RaftMessage)>, now_ms: i64) {
        if from < 0 || from == self.config.node {
            return;
        }
        let peer = peer_of(from);
        for (group, message) in messages {
            // The answer to a leader's last heartbeat and that heartbeat itself wake nobody.
            if !matches!(message.body, Body::Sleep { .. } | Body::HeartbeatResponse { .. }) {
                self.touch(group);
            }
            self.guarded(group, |replica, _| {
                if let Body::Sleep { commit } = message.body {
                    replica.sleep_offer = Some((message.term, commit));
                }
                if let Some(in_sync) = &mut replica.in_sync {
                    in_sync.heard(peer, now_ms);
                }
                replica.raft.step(peer, message);
                Ok(())
            });
            self.dirty.insert(group);
        }
    }

    fn unreachable(&mut self, node: NodeId) {
        let groups: Vec<GroupId> = self.replicas.keys().copied().collect();
        for group in groups {
            self.guarded(group, |replica, _| {
                replica.raft.report_unreachable(peer_of(node));
                Ok(())
            });
        }
    }

    /// Works on a replica; when that panics or fails, this replica alone is taken out of service.
    fn guarded<T>(
        &mut self,
        group: GroupId,
        work: impl FnOnce(&mut Replica, &mut Outbox) -> Result<T, String>,
    ) -> Option<T> {
        let replica = self.replicas.get_mut(&group)?;
        let outbox = &mut self.outbox;
        let outcome = catch_unwind(AssertUnwindSafe(|| work(replica, outbox)));
        let why = match outcome {
            Ok(Ok(value)) => return Some(value),
            Ok(Err(why)) => why,
            Err(panic) => panic_text(panic.as_ref()),
        };
        self.fence(group, why);
        None
    }

    /// Takes a replica out of service until the node is restarted.
    fn fence(&mut self, group: GroupId, why: String) {
        let Some(mut replica) = self.replicas.remove(&group) else { return };
        tracing::error!(group, why, "replica taken out of service");
        self.metrics.fenced_replicas.inc();
        replica.shared.fence(&why);
        replica.shared.set_leader(None);
        if let Some(leader) = replica.leader.take() {
            leader.fail(&PartitionError::Fenced(why.clone()));
        }
        if let Some(machine) = &mut replica.machine {
            machine.lost_leadership();
        }
        self.dirty.remove(&group);
        self.staged.remove(&group);
        self.sleepers.remove(group);
        self.fenced.insert(group, (replica.shared.clone(), why.clone()));
        self.events.push(ShardEvent::Fenced { group, why });
    }

    /// The disk failed: nothing that was written since the last good sync can be relied on, so
    /// every replica here stops (a failed fsync is never tried again).
    fn poison(&mut self, why: String) {
        if self.poisoned.is_some() {
            return;
        }
        tracing::error!(why, "the journal failed; all replicas of this shard stop");
        self.outbox = Outbox::default();
        self.boot.distrust(self.disk.as_ref());
        self.poisoned = Some(why.clone());
        self.events.push(ShardEvent::StoreFailed { why: why.clone() });
        let groups: Vec<GroupId> = self.replicas.keys().copied().collect();
        for group in groups {
            self.fence(group, format!("the journal failed: {why}"));
        }
    }

    fn transfer(&mut self, group: GroupId, to: Option<NodeId>) -> Result<NodeId, PartitionError> {
        let absent = self.absent(group);
        let replica = self.replicas.get_mut(&group).ok_or(absent)?;
        let status = replica.raft.status();
        if status.role != Role::Leader {
            return Err(PartitionError::NotLeader { leader: status.leader.map(node_of) });
        }
        let target = match to {
            Some(node) => node,
            None => upkeep::best_successor(replica, self.config.node, &self.draining)
                .ok_or(PartitionError::NotEnoughReplicas)?,
        };
        if target == self.config.node {
            return Ok(target);
        }
        let in_sync = replica.in_sync.as_ref().is_some_and(|s| s.nodes().contains(&target));
        if !in_sync {
            return Err(PartitionError::NotEnoughReplicas);
        }
        replica.raft.transfer_leader(peer_of(target));
        self.touch(group);
        Ok(target)
    }

    fn producers(
        &self,
        group: GroupId,
    ) -> Result<Vec<crate::partition::ProducerInfo>, PartitionError> {
        let replica = self.replicas.get(&group).ok_or_else(|| self.absent(group))?;
        let app = replica.app.borrow();
        Ok(app.producers().map(|p| p.list()).unwrap_or_default())
    }

    /// Whether a round was taken and is not done yet.
    pub fn round_in_flight(&self) -> bool {
        self.in_flight.is_some()
    }

    /// The groups that are at work here.
    pub fn groups(&self) -> impl Iterator<Item = GroupId> + '_ {
        self.replicas.keys().copied()
    }

    /// What is known of a replica; for tests and tools.
    pub fn status(&self, group: GroupId) -> Option<headrace_raft::Status> {
        Some(self.replicas.get(&group)?.raft.status())
    }

    /// Whether replicas here may still lack what was acknowledged from a cache that was lost.
    pub fn in_doubt(&self) -> bool {
        self.boot.lost
    }

    /// Why a replica is out of service, if it is.
    pub fn fenced(&self, group: GroupId) -> Option<&str> {
        Some(self.fenced.get(&group)?.1.as_str())
    }

    /// Opens a replica at once, as [`Input::Open`] does.
    ///
    /// # Errors
    /// When its log cannot be used.
    pub fn open_now(&mut self, replica: NewReplica, now_ms: i64) -> Result<(), PartitionError> {
        self.open_replica(replica, now_ms).map(|_| ())
    }

    /// What other threads see of a replica, for checks.
    pub fn shared(&self, group: GroupId) -> Option<&PartitionShared> {
        Some(&self.replicas.get(&group)?.shared)
    }

    /// Reads from a replica's log, for checks.
    pub fn with_log<T>(
        &self,
        group: GroupId,
        read: impl FnOnce(&headrace_log::GroupLog) -> T,
    ) -> Option<T> {
        self.store.borrow().log(group).map(read)
    }
}

fn panic_text(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&str>().copied());
    format!("internal error: {}", text.unwrap_or("a panic without a text"))
}
