//! Opening and closing: the shard's store, and replicas in it.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;

use headrace_env::{Env, OpenMode};
use headrace_log::{HardState, LogMeta, LogStart, RecoveryReport, Store, StoreConfig, StoreError};
use headrace_raft::{Durable, GroupConfig, RaftGroup};

use super::boot::Boot;
use super::compaction::Cleaner;
use super::input::{NewReplica, Opened};
use super::replica::{AppState, Replica, Told};
use super::sleep::Sleepers;
use super::source::LogSource;
use super::state::{read_states, GroupState};
use super::upkeep::AgeChecks;
use super::{Outbox, Shard, ShardConfig};
use crate::error::PartitionError;
use crate::image::GroupId;
use crate::metrics::Metrics;
use crate::partition::aborted::AbortedTxns;
use crate::partition::in_sync::peer_of;
use crate::partition::shared::PartitionShared;

/// Entries of one append message.
const MAX_MESSAGE_BYTES: u64 = 1 << 20;
/// Append messages under way to one follower of one group.
const MAX_INFLIGHT_MESSAGES: usize = 32;
/// Committed entries that are applied at once.
const MAX_COMMITTED_BYTES: u64 = 4 << 20;
/// How long the first replica of a new group asks for votes without waiting for a timeout.
const EAGER_MS: i64 = 3_000;

impl Shard {
    /// Opens the store in `config.dir`, the data folder's `shard-<n>`. Replicas are opened one by
    /// one afterwards.
    ///
    /// # Errors
    /// When the store cannot be used at all; one damaged log is no such reason.
    pub fn open(
        env: &Env,
        config: ShardConfig,
        shard: usize,
        store: StoreConfig,
        metrics: Arc<Metrics>,
    ) -> Result<(Shard, RecoveryReport), StoreError> {
        let saved = read_states(env.disk.as_ref(), &config.dir);
        // The store makes its own folder in the data folder; it is this shard's.
        let data_dir = config.dir.parent().unwrap_or(Path::new(""));
        let (store, report) = Store::open(env, data_dir, shard, store)?;
        let boot = Boot::open(env.disk.as_ref(), &config.dir)?;
        if boot.lost {
            tracing::info!(dir = %config.dir.display(), "the host was started anew without an end");
        }
        let damaged: BTreeSet<GroupId> = report.damaged.iter().map(|(group, _)| *group).collect();
        let shard = Shard {
            disk: env.disk.clone(),
            store: Rc::new(RefCell::new(store)),
            replicas: BTreeMap::new(),
            fenced: BTreeMap::new(),
            saved,
            damaged,
            boot,
            dirty: BTreeSet::new(),
            outbox: Outbox::default(),
            sleepers: Sleepers::default(),
            beats: BTreeSet::new(),
            events: Vec::new(),
            staged: BTreeSet::new(),
            in_flight: None,
            draining: BTreeSet::new(),
            poisoned: None,
            metrics,
            now_ms: env.clock.now_ms(),
            next_balance_ms: 0,
            next_members_ms: 0,
            next_states_ms: 0,
            saving_states: false,
            clean: None,
            cleaner: Cleaner::default(),
            age_checks: AgeChecks::default(),
            config,
        };
        Ok((shard, report))
    }

    /// The groups that the store holds.
    pub fn stored_groups(&self) -> Vec<GroupId> {
        self.store.borrow().groups()
    }

    pub(super) fn open_replica(&mut self, new: NewReplica, now_ms: i64) -> Opened {
        let group = new.group;
        if let Some(replica) = self.replicas.get(&group) {
            return Ok(replica.shared.clone());
        }
        if let Some((_, why)) = self.fenced.get(&group) {
            return Err(PartitionError::Fenced(why.clone()));
        }
        if let Some(why) = &self.poisoned {
            return Err(PartitionError::Storage(why.clone()));
        }
        let replica = self.make_replica(new, now_ms).map_err(|why| {
            tracing::error!(group, why, "cannot open a replica");
            PartitionError::Fenced(why)
        })?;
        let shared = replica.shared.clone();
        self.replicas.insert(group, replica);
        self.sleepers.add(group);
        self.dirty.insert(group);
        Ok(shared)
    }

    fn make_replica(&mut self, new: NewReplica, now_ms: i64) -> Result<Replica, String> {
        let text = |e: StoreError| e.to_string();
        let meta = LogMeta { topic_id: new.topic_id, partition: new.partition };
        let group = new.group;
        self.store.borrow_mut().create_group(group, meta, new.log).map_err(text)?;
        let lost_log = self.reset_if_damaged(group)? || self.mark_if_joining(group, new.joins)?;
        let (state, applied) = self.newest_state(group, new.members)?;
        let mut machine = new.machine;
        if let Some(machine) = machine.as_mut().filter(|_| !state.payload.is_empty()) {
            machine.restore(&state.payload)?;
        }
        let aborted = Arc::new(AbortedTxns::default());
        let app = AppState::open(&state, machine.is_some(), aborted.clone())?;
        let app = Rc::new(RefCell::new(app));
        let hard = self.store.borrow().hard_state(group);
        let log = self.store.borrow().log(group).ok_or("the log is gone")?.reader();
        let source = LogSource { log: log.clone(), app: app.clone() };
        let durable = Durable {
            hard_state: headrace_raft::HardState {
                term: hard.term,
                vote: hard.vote,
                commit: hard.commit,
            },
            members: state.members.clone(),
            applied,
        };
        // What it had acknowledged from the cache may be gone, with the power or with the log.
        let in_doubt = new.config.write_caching && (self.boot.lost || lost_log);
        let config = GroupConfig {
            broadcast_commit: new.broadcast_commit,
            lost_log,
            doubt: in_doubt.then_some(now_ms.unsigned_abs()),
            ..self.raft_config(group)
        };
        let mut raft =
            RaftGroup::new(config, durable, Box::new(source)).map_err(|e| e.to_string())?;
        if state.members.voters == [peer_of(self.config.node)] {
            // Nobody else could lead: there is no time-out to wait for.
            raft.campaign();
        }
        let shared = Arc::new(PartitionShared::new(group, log.clone(), aborted));
        let fresh = hard == HardState::default() && log.last_index() == 0;
        let eager = fresh && new.campaign;
        let replica = Replica {
            group,
            raft,
            log,
            shared,
            config: new.config,
            preferred: new.preferred,
            goal: new.goal,
            app,
            machine,
            leader: None,
            in_sync: None,
            unsynced: Default::default(),
            active_ms: now_ms,
            sleep_offer: None,
            saved_commit: hard.commit,
            saved_state: self.saved.remove(&group).map_or(0, |s| s.index),
            eager_until_ms: if eager { now_ms + EAGER_MS } else { 0 },
            promised: (0, 0),
            told: Told::default(),
            limits: self.config.limits(),
            lost_log,
        };
        replica.shared.set_members(state.members);
        replica.shared.publish(replica.offsets(&replica.raft.status()));
        Ok(replica)
    }

    fn raft_config(&self, group: GroupId) -> GroupConfig {
        GroupConfig {
            group,
            peer: peer_of(self.config.node),
            election_ticks: self.config.election_ticks,
            heartbeat_ticks: self.config.heartbeat_ticks,
            seed: self.config.seed,
            max_message_bytes: MAX_MESSAGE_BYTES,
            max_inflight_messages: MAX_INFLIGHT_MESSAGES,
            max_committed_bytes: MAX_COMMITTED_BYTES,
            broadcast_commit: false,
            lost_log: false,
            doubt: None,
        }
    }

    /// The newest state that the log agrees with, and the index up to which Raft counts entries
    /// as applied.
    fn newest_state(
        &self,
        group: GroupId,
        members: headrace_raft::ConfState,
    ) -> Result<(GroupState, u64), String> {
        let store = self.store.borrow();
        let log = store.log(group).ok_or("the log is gone")?;
        let start = store.start(group);
        let at_start = match start.app.is_empty() {
            true => {
                let LogStart { index, term, app: payload, .. } = start;
                GroupState { index, term, members, goal_version: 0, payload }
            }
            false => GroupState::decode(start.app.clone())
                .map_err(|e| format!("the state at the log's start is damaged: {e}"))?,
        };
        // A state may be newer than the log that came with it in a snapshot; it is good all the
        // same, but Raft can count as applied only what the log has.
        let in_log = |state: &GroupState| log.term_at(state.index) == Some(state.term);
        let newest = match self.saved.get(&group) {
            // Retention may have removed all that the saved state covers: the start then has its
            // index, and no state of its own.
            Some(saved) if saved.index >= at_start.index && in_log(saved) => saved.clone(),
            _ => at_start,
        };
        let applied = if in_log(&newest) { newest.index.max(start.index) } else { start.index };
        Ok((newest, applied))
    }

    /// A log that lost durable entries starts anew, and its replica is marked until it has caught
    /// up, also over restarts.
    fn reset_if_damaged(&mut self, group: GroupId) -> Result<bool, String> {
        let marker = lost_log_marker(&self.config.dir, group);
        if !self.damaged.remove(&group) {
            return Ok(self.disk.exists(&marker));
        }
        self.mark_lost_log(group)?;
        let mut store = self.store.borrow_mut();
        let hard = HardState { commit: 0, ..store.hard_state(group) };
        tracing::warn!(group, "the log is damaged; it is fetched again from its leader");
        self.saved.remove(&group);
        store.reset_group(group, LogStart::default(), hard).map_err(|e| e.to_string())?;
        Ok(true)
    }

    fn mark_lost_log(&self, group: GroupId) -> Result<(), String> {
        let marker = lost_log_marker(&self.config.dir, group);
        let io = |e: std::io::Error| format!("{}: {e}", marker.display());
        self.disk.open(&marker, OpenMode::Create).and_then(|f| f.sync_data()).map_err(io)?;
        self.disk.sync_dir(&self.config.dir).map_err(io)
    }

    /// A replica that joins an older group begins like one that lost its log.
    fn mark_if_joining(&self, group: GroupId, joins: bool) -> Result<bool, String> {
        let store = self.store.borrow();
        let empty = store.log(group).is_some_and(|log| log.last_index() == 0);
        if !joins || !empty || store.hard_state(group) != HardState::default() {
            return Ok(false);
        }
        self.mark_lost_log(group).map(|()| true)
    }

    /// The replica has all again that it had lost.
    pub(super) fn forget_lost_log(&self, group: GroupId) {
        let marker = lost_log_marker(&self.config.dir, group);
        let removed =
            self.disk.remove_file(&marker).and_then(|()| self.disk.sync_dir(&self.config.dir));
        match removed {
            Ok(()) => tracing::info!(group, "the damaged log is whole again"),
            Err(error) => tracing::warn!(group, %error, "cannot remove the mark of a lost log"),
        }
    }

    /// `moved`: the group lives on elsewhere. What this replica has acknowledged counted there, so
    /// a later one in its place must not take its vote as its own; its term and vote stay.
    pub(super) fn remove(&mut self, group: GroupId, moved: bool) -> Result<(), PartitionError> {
        if moved {
            self.mark_lost_log(group).map_err(PartitionError::Storage)?;
        }
        if let Some(mut replica) = self.replicas.remove(&group) {
            if let Some(leader) = replica.leader.take() {
                leader.resign(None);
            }
            replica.shared.fence("the partition has left this node");
        }
        self.fenced.remove(&group);
        self.dirty.remove(&group);
        self.staged.remove(&group);
        self.sleepers.remove(group);
        self.saved.remove(&group);
        let mut store = self.store.borrow_mut();
        let removed = match moved {
            true => {
                let hard = HardState { commit: 0, ..store.hard_state(group) };
                store.reset_group(group, LogStart::default(), hard)
            }
            false => store.remove_group(group),
        };
        removed.map_err(|e| PartitionError::Storage(e.to_string()))
    }

    /// Stops all replicas and closes the store, so that the next start replays nothing.
    /// No round may be in flight.
    ///
    /// # Errors
    /// As the store says; what was acknowledged is safe in any case.
    pub fn close(mut self) -> Result<(), StoreError> {
        assert!(self.in_flight.is_none(), "close() waits for the round in flight");
        if self.poisoned.is_none() {
            if let Some(states) = self.states() {
                if let Err(error) = states.write(self.disk.as_ref(), &self.config.dir) {
                    tracing::warn!(%error, "cannot save the replicas' states");
                }
            }
        }
        for (_, mut replica) in std::mem::take(&mut self.replicas) {
            if let Some(leader) = replica.leader.take() {
                leader.fail(&PartitionError::ShuttingDown);
            }
            if let Some(machine) = &mut replica.machine {
                machine.lost_leadership();
            }
            replica.shared.fence("the node is shutting down");
        }
        match Rc::try_unwrap(self.store) {
            Ok(store) => store.into_inner().flush_and_close()?,
            Err(_) => unreachable!("replicas held the only other references"),
        }
        self.boot.close(self.disk.as_ref())
    }
}

fn lost_log_marker(dir: &Path, group: GroupId) -> PathBuf {
    dir.join(format!("lost-log-{group}"))
}
