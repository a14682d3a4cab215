//! One replica: a Raft peer, its application's state and, on the leader, who waits for what.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;
use std::sync::Arc;

use bytes::Bytes;
use headrace_log::{LogReader, Store};
use headrace_raft::{
    Committed, ConfState, GroupReady, InstallSnapshot, Payload, PeerId, RaftGroup, RaftMessage,
    Role, Status, Token,
};
use headrace_wire::batch::BatchHeader;

use super::machine::StateMachine;
use super::state::{decode_snapshot, GroupState};
use crate::image::{Goal, GroupId, NodeId};
use crate::partition::aborted::AbortedTxns;
use crate::partition::in_sync::{node_of, InSync};
use crate::partition::leader::{Leader, Limits, Safe, Standing};
use crate::partition::producers::Producers;
use crate::partition::saved;
use crate::partition::shared::PartitionShared;
use crate::partition::{Offsets, PartitionConfig};

/// Entries that are read at once when a leader looks through its uncommitted tail.
const TAIL_CHUNK_BYTES: u64 = 4 << 20;

/// What lies beside the log: the members and the application's state as of `index`.
pub(crate) struct AppState {
    pub index: u64,
    pub term: u64,
    pub members: ConfState,
    /// The newest version of the goal that a change of the members was taken for.
    pub goal_version: u64,
    producers: Option<Producers>,
    /// Records below are deleted.
    deleted_before: i64,
    /// The same that readers see.
    aborted: Arc<AbortedTxns>,
}

impl AppState {
    /// A partition's producers; `None` for a group with a state machine.
    pub fn producers(&self) -> Option<&Producers> {
        self.producers.as_ref()
    }

    /// Reads a saved state; `aborted` takes the transactions in it.
    pub fn open(
        state: &GroupState,
        has_machine: bool,
        aborted: Arc<AbortedTxns>,
    ) -> Result<AppState, String> {
        let (producers, deleted_before) = match has_machine {
            true => (None, 0),
            false => {
                let saved = saved::decode(&state.payload);
                let saved = saved.ok_or("the saved producers are damaged")?;
                aborted.replace(saved.aborted);
                (Some(saved.producers), saved.deleted_before)
            }
        };
        Ok(AppState {
            index: state.index,
            term: state.term,
            members: state.members.clone(),
            goal_version: state.goal_version,
            producers,
            deleted_before,
            aborted,
        })
    }

    /// A partition's producers and aborted transactions, to be saved; `None` for a group with a
    /// state machine.
    pub fn payload(&self) -> Option<Bytes> {
        let producers = self.producers.as_ref()?;
        Some(saved::encode(producers, &self.aborted.all(), self.deleted_before))
    }

    /// All of it as of its index.
    pub fn state(&self, payload: Bytes) -> GroupState {
        let AppState { index, term, goal_version, .. } = *self;
        GroupState { index, term, members: self.members.clone(), goal_version, payload }
    }

    /// Takes in a committed batch of a partition.
    fn take(&mut self, batch: &Bytes, now_ms: i64) {
        let (Some(producers), Ok(header)) = (&mut self.producers, BatchHeader::parse(batch)) else {
            return;
        };
        match producers.take(&header, batch, now_ms) {
            Ok(Some(ended)) if !ended.commit => self.aborted.push(ended.transaction),
            Ok(_) => {}
            Err(error) => {
                let offset = header.base_offset;
                tracing::error!(offset, %error, "a control batch ends no transaction");
            }
        }
    }

    /// Where the log starts for its readers: records below are deleted by request, or gone.
    pub fn log_start(&self, log: &LogReader) -> i64 {
        self.deleted_before.max(log.start_offset())
    }

    /// Records below are deleted by request.
    pub fn deleted_before(&self) -> i64 {
        self.deleted_before
    }

    /// Where committed and yet undecided records begin, if there are any.
    fn first_unstable(&self) -> Option<i64> {
        self.producers.as_ref()?.first_unstable()
    }

    /// Forgets producers that were silent since before `before_ms`, and aborted transactions below
    /// the log's start.
    pub fn expire(&mut self, before_ms: i64, log_start: i64) {
        if let Some(producers) = &mut self.producers {
            producers.expire(before_ms);
        }
        self.aborted.forget_before(log_start);
    }
}

/// Messages that wait for a sync.
pub(crate) struct Unsynced {
    pub token: Token,
    pub messages: Vec<(PeerId, RaftMessage)>,
    /// The shard's round that covers it; 0 while it is not taken yet.
    pub round: u64,
}

/// What was last told about who leads.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Told {
    pub leader: Option<NodeId>,
    pub epoch: i32,
    pub serving: bool,
    pub in_sync: Vec<NodeId>,
}

/// What a replica must know of time in a turn.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Time {
    pub now_ms: i64,
    /// How long a follower may lag and still count as in sync.
    pub lag_ms: i64,
    /// Silence after which a follower counts as gone.
    pub silence_ms: i64,
}

pub(crate) struct Replica {
    pub group: GroupId,
    pub raft: RaftGroup,
    pub log: LogReader,
    pub shared: Arc<PartitionShared>,
    pub config: PartitionConfig,
    pub preferred: Option<NodeId>,
    /// Who shall be the members.
    pub goal: Option<Goal>,
    pub app: Rc<RefCell<AppState>>,
    pub machine: Option<Box<dyn StateMachine>>,
    pub leader: Option<Leader>,
    pub in_sync: Option<InSync>,
    pub unsynced: VecDeque<Unsynced>,
    /// When an entry was last written or applied.
    pub active_ms: i64,
    /// The leader fell asleep in this term, at this commit index.
    pub sleep_offer: Option<(u64, u64)>,
    /// The commit index that the journal knows.
    pub saved_commit: u64,
    /// The index of the state in the states file.
    pub saved_state: u64,
    /// Until when a new group's first replica asks for votes without waiting for a timeout.
    pub eager_until_ms: i64,
    /// Up to where records were acknowledged in a term, ahead of Raft's commit (write caching).
    pub promised: (u64, u64),
    pub told: Told,
    pub limits: Limits,
    /// It waits for what its damaged log lost.
    pub lost_log: bool,
}

impl Replica {
    /// `lease_ms`: how long no other leader can be elected after a majority was heard of.
    pub fn standing(&self, lease_ms: i64, now_ms: i64) -> Standing {
        let status = self.raft.status();
        let voters = &self.app.borrow().members.voters;
        let confirmed =
            self.in_sync.as_ref().is_some_and(|s| s.majority_heard(voters, lease_ms, now_ms));
        Standing {
            established: status.established,
            confirmed,
            transferring: self.raft.transferring(),
            in_sync: self.in_sync.as_ref().map_or(1, InSync::possible),
            log_start: self.app.borrow().log_start(&self.log),
            now_ms,
        }
    }

    /// Whether there is nothing left to do: all is written, committed and applied.
    pub fn may_sleep(&self) -> bool {
        let all_applied = self.app.borrow().index >= self.raft.status().last_index;
        let settled = self.has_its_members() && self.unsynced.is_empty();
        all_applied && settled && self.raft.is_at_rest()
    }

    /// Takes a snapshot in place of the log and the state.
    ///
    /// # Errors
    /// When its bytes make no sense, or the store fails: the replica must be fenced.
    pub fn install(
        &mut self,
        store: &mut Store,
        snapshot: &InstallSnapshot,
        ready: &GroupReady,
    ) -> Result<(), String> {
        let (offset, mut state) =
            decode_snapshot(snapshot.data.clone()).map_err(|e| e.to_string())?;
        state.members = snapshot.members.clone();
        let start = headrace_log::LogStart {
            index: snapshot.index,
            term: snapshot.term,
            offset,
            app: state.encode(),
        };
        store.reset_group(self.group, start, hard_state(ready)).map_err(|e| e.to_string())?;
        let aborted = self.shared.aborted().clone();
        *self.app.borrow_mut() = AppState::open(&state, self.machine.is_some(), aborted)?;
        if let Some(machine) = &mut self.machine {
            machine.restore(&state.payload)?;
        }
        self.shared.set_members(state.members);
        Ok(())
    }

    /// Applies committed entries to the application's state.
    pub fn apply(&mut self, committed: Vec<Committed>, now_ms: i64) {
        let mut app = self.app.borrow_mut();
        for entry in committed {
            if entry.index <= app.index {
                continue;
            }
            (app.index, app.term) = (entry.index, entry.term);
            if let Payload::Membership { goal, .. } = entry.payload {
                app.goal_version = app.goal_version.max(goal);
            }
            match (&entry.payload, &mut self.machine) {
                (Payload::Batch(batch), Some(machine)) => machine.apply(entry.index, batch),
                (_, Some(machine)) => machine.skip(entry.index),
                (Payload::Batch(batch), None) => app.take(batch, now_ms),
                (Payload::Start(offset), None) => {
                    app.deleted_before = app.deleted_before.max(*offset);
                }
                (Payload::Empty | Payload::Membership { .. }, None) => {}
            }
        }
    }

    /// The state as of the last applied entry, to be saved.
    pub fn state(&self) -> GroupState {
        let app = self.app.borrow();
        let payload = match &self.machine {
            Some(machine) => machine.snapshot(),
            None => app.payload().unwrap_or_default(),
        };
        app.state(payload)
    }

    /// Becomes or ceases to be a leader, as Raft says.
    ///
    /// # Errors
    /// When the log's tail cannot be read.
    pub fn follow_role(&mut self, status: &Status, me: PeerId, time: &Time) -> Result<(), String> {
        let epoch = i32::try_from(status.term).map_err(|_| "term beyond 2^31")?;
        let leads = status.role == Role::Leader;
        if self.leader.as_ref().is_some_and(|l| !leads || l.epoch() != epoch) {
            let next = status.leader.map(node_of).filter(|&node| node != node_of(me));
            if let Some(old) = self.leader.take() {
                old.resign(next);
            }
            self.in_sync = None;
            if let Some(machine) = &mut self.machine {
                machine.lost_leadership();
            }
        }
        if leads && self.leader.is_none() {
            let producers = self.producers_at_end(time.now_ms)?;
            self.leader = Some(Leader::new(epoch, self.log.end_offset(), producers, self.limits));
            let voters = self.app.borrow().members.voters.len();
            self.in_sync = Some(InSync::new(me, voters, time.lag_ms, time.silence_ms, time.now_ms));
        }
        Ok(())
    }

    /// The committed producers and those of the uncommitted tail.
    fn producers_at_end(&self, now_ms: i64) -> Result<Producers, String> {
        let (log, app) = (&self.log, self.app.borrow());
        let mut producers = app.producers.clone().unwrap_or_default();
        let (mut index, end) = (app.index.max(log.first_index() - 1) + 1, log.last_index() + 1);
        while index < end {
            let entries = log.entries(index, end, TAIL_CHUNK_BYTES).map_err(|e| e.to_string())?;
            if entries.is_empty() {
                return Err(format!("entry {index} cannot be read"));
            }
            index += entries.len() as u64;
            for entry in entries {
                let header = BatchHeader::parse(&entry.batch).map_err(|e| e.to_string())?;
                let taken = producers.take(&header, &entry.batch, now_ms);
                taken.map_err(|e| e.to_string())?;
            }
        }
        Ok(producers)
    }

    /// Takes note of how far the log is as safe as its topic asks for by now.
    pub fn promise(&mut self, status: &Status) {
        let index = match self.config.write_caching && status.established {
            true => self.raft.cached_commit(),
            false => status.commit,
        };
        // What was acknowledged in a term stays so, also when the topic asks for more now.
        self.promised = (status.term, index.max(self.safe_index(status)));
    }

    /// Up to where the log is as safe as its topic asks for; not less than the commit index.
    fn safe_index(&self, status: &Status) -> u64 {
        let (term, index) = self.promised;
        let promised = if term == status.term { index.min(status.last_index) } else { 0 };
        promised.max(status.commit)
    }

    /// Answers appends that are safe by now.
    pub fn answer(&mut self, status: &Status) {
        let safe_index = self.safe_index(status);
        let caching = self.config.write_caching;
        let written = if caching { self.raft.cached_index() } else { status.persisted };
        let Some(leader) = &mut self.leader else { return };
        if !status.established {
            return;
        }
        let (raft, log) = (&self.raft, &self.log);
        let holders = |end_offset: i64| {
            raft.peers()
                .filter(|p| {
                    let held = if caching { p.cached } else { p.matched };
                    p.voter && log.end_offset_at(held.min(status.last_index)) >= end_offset
                })
                .count()
        };
        let voters = self.app.borrow().members.voters.len();
        let safe = Safe {
            committed: log.end_offset_at(safe_index),
            written: log.end_offset_at(written.min(status.last_index)),
            in_sync: self.in_sync.as_ref().map_or(1, InSync::possible),
            majority: voters / 2 + 1,
            holders: &holders,
        };
        leader.answer(&self.config, &safe);
        let app = self.app.borrow();
        let in_sync = self.in_sync.as_ref().map_or(&[][..], |in_sync| in_sync.nodes());
        let held = raft.peers().filter(|p| in_sync.contains(&node_of(p.peer))).map(|p| p.matched);
        leader.answer_deletions(held.min().unwrap_or(0).min(app.index), app.log_start(log));
    }

    /// Where the log stands, for other threads. The high watermark never goes back within an
    /// epoch: Raft's commit index does not.
    pub fn offsets(&self, status: &Status) -> Offsets {
        let (log, app) = (&self.log, self.app.borrow());
        let log_start = app.log_start(log);
        let high_watermark = log.end_offset_at(self.safe_index(status)).max(log_start);
        // What is safe but not applied yet may hold the beginning of a transaction.
        let decided = match &self.machine {
            Some(_) => high_watermark,
            None => {
                let applied = log.end_offset_at(app.index.min(status.commit));
                let plain = |leader: &Leader| leader.transactional_end() <= applied;
                if self.leader.as_ref().is_some_and(plain) {
                    high_watermark
                } else {
                    applied
                }
            }
        };
        let last_stable = app.first_unstable().map_or(decided, |first| first.min(decided));
        Offsets {
            log_start,
            high_watermark,
            last_stable: last_stable.max(log_start),
            log_end: log.end_offset(),
            epoch: i32::try_from(status.term).unwrap_or(i32::MAX),
            is_leader: status.established && self.leader.is_some(),
        }
    }
}

/// The hard state of a ready, as the log keeps it.
pub(crate) fn hard_state(ready: &GroupReady) -> headrace_log::HardState {
    let hard = ready.hard_state;
    headrace_log::HardState { term: hard.term, vote: hard.vote, commit: hard.commit }
}
