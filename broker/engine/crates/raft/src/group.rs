//! [`RaftGroup`]: one peer of one group.
//!
//! The owner's turn is: any number of inputs ([`RaftGroup::step`], [`RaftGroup::tick`],
//! [`RaftGroup::propose`], …), then for as long as [`RaftGroup::ready`] returns something: send
//! `messages_now`, stage the snapshot, the entries and the hard state so that the
//! [`EntrySource`] shows them, apply `committed`, call [`RaftGroup::staged`]. When the sync that
//! covers them has returned: [`RaftGroup::persisted`], and only then send what was in
//! `messages_after_persist`. A ready that needs no sync still waits for those before it.

use std::cell::RefCell;
use std::collections::BTreeMap;

use bytes::Bytes;
use raft::eraftpb::{Entry, EntryType, Message, MessageType};
use raft::{Config, ProgressState, RawNode, ReadOnlyOption, SnapshotStatus, StateRole};

use crate::cached::{Ballots, Cached, Doubt};
use crate::entry::{Membership, Payload};
use crate::message::{Body, RaftMessage};
use crate::source::{Adapter, ConfState, EntrySource, HardState, SourceError, StoredEntry};
use crate::{logger, timeout, PeerId};

/// How a group behaves.
#[derive(Clone, Debug)]
pub struct GroupConfig {
    /// The group's id: spreads election timeouts.
    pub group: u64,
    /// This peer.
    pub peer: PeerId,
    /// Ticks without a leader before an election: this to twice this.
    pub election_ticks: usize,
    /// Ticks between a leader's heartbeats.
    pub heartbeat_ticks: usize,
    /// Spreads election timeouts between clusters and simulations.
    pub seed: u64,
    /// Entries of one append message, in bytes (at least one entry goes).
    pub max_message_bytes: u64,
    /// Append messages under way to one peer.
    pub max_inflight_messages: usize,
    /// Committed entries of one [`GroupReady`], in bytes (at least one goes).
    pub max_committed_bytes: u64,
    /// Tell followers of a new commit index at once instead of with the next append or heartbeat.
    pub broadcast_commit: bool,
    /// This peer's log was damaged: it follows, but neither votes nor stands for election until
    /// it has everything again that a leader of its time had committed.
    pub lost_log: bool,
    /// This peer may lack entries that it had acknowledged from its operating system's cache: a
    /// number that no other run of it has. It says so with its votes until it has them again.
    pub doubt: Option<u64>,
}

/// What is durable when a group is opened.
#[derive(Clone, Debug)]
pub struct Durable {
    /// Term, vote, commit.
    pub hard_state: HardState,
    /// The members as of `applied`.
    pub members: ConfState,
    /// The last entry whose effect the owner's state has; later ones are handed out again.
    pub applied: u64,
}

/// A peer's part in its group.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Role {
    /// Follows, or waits for a leader.
    #[default]
    Follower,
    /// Stands for election (or asks whether it should).
    Candidate,
    /// Leads.
    Leader,
}

/// Names a [`GroupReady`] for [`RaftGroup::persisted`]; later ones cover earlier ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Token(u64);

/// A committed entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Committed {
    /// Its index.
    pub index: u64,
    /// Its term.
    pub term: u64,
    /// What it carries.
    pub payload: Payload,
}

/// A snapshot that a follower must install in place of its log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InstallSnapshot {
    /// The index that it stands for.
    pub index: u64,
    /// That index's term.
    pub term: u64,
    /// The group's members.
    pub members: ConfState,
    /// What [`EntrySource::snapshot`] of the leader returned.
    pub data: Bytes,
}

/// What the owner must do now.
#[derive(Debug)]
pub struct GroupReady {
    /// To send at once.
    pub messages_now: Vec<(PeerId, RaftMessage)>,
    /// To install before the entries are staged.
    pub snapshot: Option<InstallSnapshot>,
    /// To stage; the first one's index may lie within the log, which ends before it then.
    pub entries: Vec<StoredEntry>,
    /// Term, vote and commit, to be staged when `must_sync`.
    pub hard_state: HardState,
    /// Whether something here must be durable before `messages_after_persist` may go.
    pub must_sync: bool,
    /// To send after the sync.
    pub messages_after_persist: Vec<(PeerId, RaftMessage)>,
    /// To apply, in order.
    pub committed: Vec<Committed>,
    /// For [`RaftGroup::persisted`].
    pub token: Token,
}

/// What a peer knows of its group.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Status {
    /// This peer's part.
    pub role: Role,
    /// Its term.
    pub term: u64,
    /// The leader that it knows of.
    pub leader: Option<PeerId>,
    /// The commit index.
    pub commit: u64,
    /// The last applied index.
    pub applied: u64,
    /// The last durable index.
    pub persisted: u64,
    /// The last index.
    pub last_index: u64,
    /// Leads, and an entry of its own term is committed: it knows all that ever was.
    pub established: bool,
}

/// What a leader knows of a member (itself included).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PeerStatus {
    /// The member.
    pub peer: PeerId,
    /// The last index that it durably has, as far as is known.
    pub matched: u64,
    /// The last index that it has at least in its operating system's cache.
    pub cached: u64,
    /// It takes entries as they come.
    pub replicating: bool,
    /// It votes.
    pub voter: bool,
}

/// Why a group cannot be opened or used.
#[derive(Debug, thiserror::Error)]
pub enum RaftError {
    /// raft-rs refuses.
    #[error("{0}")]
    Raft(#[from] raft::Error),
    /// The log contradicts itself.
    #[error("{0}")]
    Source(#[from] SourceError),
}

/// Why nothing was proposed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProposeError {
    /// This peer does not lead (any more, or it is handing over).
    #[error("this peer does not lead")]
    NotLeader,
    /// A membership change is still under way.
    #[error("a membership change is under way")]
    Busy,
}

/// How far a peer with a damaged log is on its way back. What it acknowledged and lost must count
/// nowhere before it may vote again.
#[derive(Clone, Copy, Debug, Default)]
struct Lost {
    /// The term whose leader has forgotten what this peer had acknowledged to it.
    forgotten_in: u64,
    /// What that leader had committed then, perhaps by counting what was lost.
    upto: Option<u64>,
}

/// One peer of one group.
pub struct RaftGroup {
    pub(crate) raw: RawNode<Adapter>,
    pub(crate) config: GroupConfig,
    ready: Option<(raft::Ready, Vec<Membership>)>,
    applied_to: u64,
    /// While the peer waits for what its damaged log lost.
    lost: Option<Lost>,
    pub(crate) cached: Cached,
    pub(crate) doubt: Option<Doubt>,
    pub(crate) ballots: Ballots,
    pub(crate) own_messages: Vec<(PeerId, RaftMessage)>,
    /// Ticks since a snapshot went to a peer.
    snapshot_ticks: BTreeMap<PeerId, usize>,
}

impl std::fmt::Debug for RaftGroup {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "RaftGroup({}, {:?})", self.config.group, self.status())
    }
}

impl RaftGroup {
    /// Opens a group on what is durable of it.
    ///
    /// # Errors
    /// [`RaftError`] when the configuration or the stored state makes no sense.
    pub fn new(
        config: GroupConfig,
        durable: Durable,
        source: Box<dyn EntrySource>,
    ) -> Result<Self, RaftError> {
        let applied = durable.applied.max(source.first_index() - 1);
        let mut hard_state = durable.hard_state;
        // The commit index is written with the next entries only, so it may lag behind.
        hard_state.commit = hard_state.commit.max(applied);
        if hard_state.commit > source.last_index() {
            if !config.lost_log {
                return Err(SourceError::corrupt("the log ends before its commit index").into());
            }
            hard_state.commit = source.last_index();
        }
        let raft_config = Config {
            id: config.peer,
            election_tick: config.election_ticks,
            heartbeat_tick: config.heartbeat_ticks,
            applied,
            max_size_per_msg: config.max_message_bytes,
            max_inflight_msgs: config.max_inflight_messages,
            check_quorum: true,
            pre_vote: true,
            read_only_option: ReadOnlyOption::LeaseBased,
            skip_bcast_commit: !config.broadcast_commit,
            // It appends to an empty message without a look at that one's index.
            batch_append: false,
            max_committed_size_per_ready: config.max_committed_bytes,
            ..Config::default()
        };
        let members = RefCell::new(durable.members);
        let adapter = Adapter { source, initial: hard_state, members };
        let raw = RawNode::new(&raft_config, adapter, &logger::logger())?;
        let lost = config.lost_log.then(Lost::default);
        let doubt = config.doubt.map(|run| Doubt { run, upto: None });
        Ok(RaftGroup {
            raw,
            config,
            ready: None,
            applied_to: applied,
            lost,
            cached: Cached::default(),
            doubt,
            ballots: Ballots::default(),
            own_messages: Vec::new(),
            snapshot_ticks: BTreeMap::new(),
        })
    }

    /// Where the peer and its group are.
    pub fn status(&self) -> Status {
        let raft = &self.raw.raft;
        let role = match raft.state {
            StateRole::Leader => Role::Leader,
            StateRole::Follower => Role::Follower,
            StateRole::Candidate | StateRole::PreCandidate => Role::Candidate,
        };
        Status {
            role,
            term: raft.term,
            leader: (raft.leader_id != 0).then_some(raft.leader_id),
            commit: raft.raft_log.committed,
            applied: self.applied_to,
            persisted: raft.raft_log.persisted,
            last_index: raft.raft_log.last_index(),
            established: role == Role::Leader && raft.commit_to_current_term(),
        }
    }

    /// The members as this leader sees them; on others, nothing in it but the names counts.
    pub fn peers(&self) -> impl Iterator<Item = PeerStatus> + '_ {
        let prs = self.raw.raft.prs();
        prs.iter().map(move |(&peer, progress)| PeerStatus {
            peer,
            matched: progress.matched,
            cached: self.cached.of(self.raw.raft.term, peer).max(progress.matched),
            replicating: progress.state == ProgressState::Replicate,
            voter: prs.conf().voters().contains(peer),
        })
    }

    /// The members as of the last applied entry.
    pub fn members(&self) -> ConfState {
        self.raw.store().members.borrow().clone()
    }

    /// Term, vote and commit as they are now.
    pub fn hard_state(&self) -> HardState {
        let raft = &self.raw.raft;
        HardState { term: raft.term, vote: raft.vote, commit: raft.raft_log.committed }
    }

    /// Whether [`RaftGroup::ready`] would return something.
    pub fn has_ready(&self) -> bool {
        self.raw.has_ready() || !self.own_messages.is_empty()
    }

    /// Whether nothing is under way here: all there is is durable, committed and applied, and, on
    /// a leader, everywhere.
    pub fn is_at_rest(&self) -> bool {
        let raft = &self.raw.raft;
        let (log, last) = (&raft.raft_log, raft.raft_log.last_index());
        let everywhere = || {
            let done =
                |p: &raft::Progress| p.state == ProgressState::Replicate && p.matched == last;
            let others = raft.prs().iter().filter(|(&peer, _)| peer != self.config.peer);
            raft.lead_transferee.is_none()
                && !raft.has_pending_conf()
                && others.map(|(_, progress)| progress).all(done)
        };
        raft.leader_id != 0
            && !self.lost_log()
            && !self.in_doubt()
            && !self.has_ready()
            && (log.committed, log.persisted, self.applied_to) == (last, last, last)
            && (raft.state != StateRole::Leader || everywhere())
    }

    /// Whether this peer still waits for what its damaged log lost.
    pub fn lost_log(&self) -> bool {
        self.lost.is_some()
    }

    /// Whether this peer may lack what it had acknowledged.
    pub fn in_doubt(&self) -> bool {
        self.doubt.is_some()
    }

    /// Whether leadership is being handed over.
    pub fn transferring(&self) -> bool {
        self.raw.raft.lead_transferee.is_some()
    }

    /// Time passes by one tick.
    pub fn tick(&mut self) {
        // An append that brought nothing new leaves nothing to persist.
        self.note_whole();
        if self.lost_log() {
            return;
        }
        // raft-rs draws its timeouts from a thread's generator; ours must be there at each tick.
        let ticks = timeout::election_timeout_ticks(
            self.config.seed,
            self.config.group,
            self.config.peer,
            self.raw.raft.term,
            self.config.election_ticks,
        );
        self.raw.raft.set_randomized_election_timeout(ticks);
        self.raw.tick();
        self.retry_snapshots();
    }

    /// A snapshot that got lost would pause its receiver for good: try again after a while.
    fn retry_snapshots(&mut self) {
        if self.raw.raft.state != StateRole::Leader {
            self.snapshot_ticks.clear();
            return;
        }
        let sending = |p: &raft::Progress| p.state == ProgressState::Snapshot;
        let prs = self.raw.raft.prs();
        if self.snapshot_ticks.is_empty() && !prs.iter().any(|(_, p)| sending(p)) {
            return;
        }
        let peers: Vec<PeerId> =
            prs.iter().filter(|(_, p)| sending(p)).map(|(&id, _)| id).collect();
        self.snapshot_ticks.retain(|peer, _| peers.contains(peer));
        for peer in peers {
            let ticks = self.snapshot_ticks.entry(peer).or_insert(0);
            *ticks += 1;
            if *ticks > self.config.election_ticks {
                self.snapshot_ticks.remove(&peer);
                self.raw.report_snapshot(peer, SnapshotStatus::Failure);
            }
        }
    }

    /// Stands for election now.
    pub fn campaign(&mut self) {
        if !self.lost_log() {
            // The only error is that a local message came from the network, which it did not.
            let _ = self.raw.campaign();
        }
    }

    /// Takes in a peer's message.
    pub fn step(&mut self, from: PeerId, message: RaftMessage) {
        match message.body {
            Body::LostLog { last_index } => {
                return self.restart_peer(from, message.term, last_index);
            }
            Body::Cached { .. } | Body::Doubt { .. } | Body::LogEnd { .. } => {
                return self.take_own(from, &message);
            }
            Body::Heartbeat { .. } | Body::Sleep { .. } => self.ask_leader(from, message.term),
            _ => {}
        }
        if let Some(lost) = self.lost {
            if !self.admit_while_lost(lost, from, &message) {
                return;
            }
        }
        if self.raw.snap().is_some() && matches!(message.body, Body::Append { .. }) {
            // Its entries would have to be staged along with the snapshot; it will come again.
            return;
        }
        match message.body {
            Body::VoteResponse { pre, reject: false, .. } => {
                for (from, vote) in self.count_vote(pre, from, message) {
                    self.step_raft(from, vote);
                }
            }
            _ => self.step_raft(from, message),
        }
    }

    fn step_raft(&mut self, from: PeerId, message: RaftMessage) {
        if let Some(m) = message.into_raft(from, self.config.peer) {
            if let Err(error) = self.raw.step(m) {
                tracing::debug!(group = self.config.group, %error, "message not taken");
            }
        }
    }

    /// With a damaged log: what would need an intact one is not taken.
    fn admit_while_lost(&mut self, lost: Lost, from: PeerId, message: &RaftMessage) -> bool {
        let term = message.term;
        let forgotten = lost.forgotten_in == term;
        match message.body {
            Body::Vote { .. } | Body::TimeoutNow => false,
            // A leader's heartbeat names what is committed and, it believes, held by its receiver.
            Body::Heartbeat { commit: 0 } | Body::Sleep { commit: 0 }
                if !forgotten && term >= self.raw.raft.term =>
            {
                self.lost = Some(Lost { forgotten_in: term, upto: None });
                true
            }
            Body::Heartbeat { .. } | Body::Sleep { .. } if !forgotten => {
                let last_index = self.raw.raft.raft_log.last_index();
                let reply = RaftMessage { term, body: Body::LostLog { last_index } };
                self.own_messages.push((from, reply));
                false
            }
            // Late, from before the leader forgot.
            Body::Heartbeat { commit } | Body::Sleep { commit } => {
                commit <= self.raw.raft.raft_log.last_index()
            }
            Body::Append { commit, .. } if forgotten => {
                self.lost = Some(Lost { upto: lost.upto.or(Some(commit)), ..lost });
                true
            }
            Body::Append { .. } | Body::Snapshot { .. } => forgotten,
            _ => true,
        }
    }

    /// Whether a damaged log has again all that was ever committed: it matches that of a leader up
    /// to an entry of its term, below which lies what earlier leaders had committed, and up to what
    /// that leader had when it forgot what this peer had acknowledged.
    fn is_whole_again(&self, lost: Lost) -> bool {
        let raft = &self.raw.raft;
        let log = &raft.raft_log;
        lost.forgotten_in == raft.term
            && lost.upto.is_some_and(|upto| log.persisted >= upto)
            && log.persisted >= log.committed
            && raft.commit_to_current_term()
    }

    /// A follower lost what it had acknowledged: forget that it did, and probe from its end.
    fn restart_peer(&mut self, peer: PeerId, term: u64, last_index: u64) {
        let raft = &mut self.raw.raft;
        if raft.state != StateRole::Leader || raft.term != term {
            return;
        }
        if let Some(progress) = raft.mut_prs().get_mut(peer) {
            tracing::warn!(group = self.config.group, peer, last_index, "member lost entries");
            progress.matched = 0;
            progress.become_probe();
            progress.recent_active = true;
        }
    }

    /// The connection to `peer` broke: stop sending ahead of its answers.
    pub fn report_unreachable(&mut self, peer: PeerId) {
        if self.raw.raft.state == StateRole::Leader {
            self.raw.report_unreachable(peer);
        }
    }

    /// Appends batches, already stamped with this term and their offsets, to the leader's log.
    /// Returns the first one's index.
    ///
    /// # Errors
    /// [`ProposeError`]; none was appended then.
    pub fn propose(&mut self, batches: Vec<Bytes>) -> Result<u64, ProposeError> {
        let entries = batches.into_iter().map(|data| Entry { data, ..Entry::default() });
        self.propose_entries(entries.collect())
    }

    /// Appends a new start of the log for its readers. Returns its index.
    ///
    /// # Errors
    /// [`ProposeError`].
    pub fn propose_start(&mut self, offset: i64) -> Result<u64, ProposeError> {
        self.propose_entries(vec![Payload::Start(offset).into_entry(0, 0)])
    }

    /// Appends a membership change, taken for this version of the goal. Returns its index.
    ///
    /// # Errors
    /// `Busy` while another one is not applied yet.
    pub fn propose_membership(
        &mut self,
        change: Membership,
        goal: u64,
    ) -> Result<u64, ProposeError> {
        use protobuf::Message as _;
        if self.raw.raft.has_pending_conf() {
            return Err(ProposeError::Busy);
        }
        let data = change.conf_change().write_to_bytes().map_err(|_| ProposeError::Busy)?;
        let context = change.encode(goal);
        let mut entry = Entry { data: data.into(), context, ..Entry::default() };
        entry.set_entry_type(EntryType::EntryConfChange);
        self.propose_entries(vec![entry])
    }

    fn propose_entries(&mut self, entries: Vec<Entry>) -> Result<u64, ProposeError> {
        if self.raw.raft.state != StateRole::Leader {
            return Err(ProposeError::NotLeader);
        }
        let first = self.raw.raft.raft_log.last_index() + 1;
        let mut m = Message { from: self.config.peer, ..Message::default() };
        m.set_msg_type(MessageType::MsgPropose);
        m.set_entries(entries.into());
        self.raw.raft.step(m).map_err(|_| ProposeError::NotLeader)?;
        Ok(first)
    }

    /// Hands leadership to `to` as soon as it has the whole log; given up after an election
    /// timeout. Proposals are refused meanwhile.
    pub fn transfer_leader(&mut self, to: PeerId) {
        if self.raw.raft.state == StateRole::Leader {
            self.raw.transfer_leader(to);
        }
    }

    /// What to do, if anything. Every result must be followed by [`RaftGroup::staged`].
    ///
    /// # Errors
    /// [`SourceError`] when entries do not fit the log: the group must be fenced.
    pub fn ready(&mut self) -> Result<Option<GroupReady>, SourceError> {
        assert!(self.ready.is_none(), "staged() must follow ready()");
        if !self.has_ready() {
            return Ok(None);
        }
        let mut ready = self.raw.ready();
        let mut messages_now = self.out(ready.take_messages());
        messages_now.append(&mut self.own_messages);
        let snapshot = install(ready.snapshot());
        let entries = self.to_store(ready.take_entries(), snapshot.as_ref())?;
        let hard_state = self.hard_state();
        let mut changes = Vec::new();
        let mut committed = Vec::with_capacity(ready.committed_entries().len());
        for entry in ready.take_committed_entries() {
            let payload = Payload::of(&entry)
                .ok_or(SourceError::corrupt("a committed entry of no known kind"))?;
            if let Payload::Membership { change, .. } = payload {
                changes.push(change);
            }
            self.applied_to = entry.index;
            committed.push(Committed { index: entry.index, term: entry.term, payload });
        }
        if let Some(snapshot) = &snapshot {
            self.applied_to = self.applied_to.max(snapshot.index);
            *self.raw.store().members.borrow_mut() = snapshot.members.clone();
        }
        let group_ready = GroupReady {
            messages_now,
            snapshot,
            entries,
            hard_state,
            must_sync: ready.must_sync(),
            messages_after_persist: self.out(ready.take_persisted_messages()),
            committed,
            token: Token(ready.number()),
        };
        self.ready = Some((ready, changes));
        Ok(Some(group_ready))
    }

    fn to_store(
        &self,
        entries: Vec<Entry>,
        snapshot: Option<&InstallSnapshot>,
    ) -> Result<Vec<StoredEntry>, SourceError> {
        let Some(first) = entries.first() else { return Ok(Vec::new()) };
        let mut offset = match snapshot {
            // step() lets none in.
            Some(_) => return Err(SourceError::corrupt("entries came along with a snapshot")),
            None => self.raw.store().source.end_offset_at(first.index - 1),
        };
        let mut stored = Vec::with_capacity(entries.len());
        for entry in entries {
            let payload =
                Payload::of(&entry).ok_or(SourceError::corrupt("an entry of no known kind"))?;
            let batch = payload
                .into_batch(offset, entry.term)
                .map_err(|error| SourceError::Corrupt(format!("entry {}: {error}", entry.index)))?;
            let header = headrace_wire::batch::BatchHeader::parse(&batch)
                .map_err(|_| SourceError::corrupt("an entry is not a batch"))?;
            offset = header.next_offset();
            stored.push(StoredEntry { index: entry.index, term: entry.term, batch });
        }
        Ok(stored)
    }

    /// The last [`GroupReady`] is staged and its committed entries are applied.
    pub fn staged(&mut self) {
        let (ready, changes) = self.ready.take().expect("staged() follows ready()");
        self.raw.advance_append_async(ready);
        for change in changes {
            match self.raw.apply_conf_change(&change.conf_change()) {
                Ok(members) => {
                    *self.raw.store().members.borrow_mut() = ConfState::from_raft(&members);
                }
                Err(error) => {
                    tracing::error!(group = self.config.group, %error, ?change, "not applied");
                }
            }
        }
        self.step_down_if_removed();
        self.raw.advance_apply_to(self.applied_up_to());
        self.note_whole();
    }

    /// raft-rs lets a leader that was removed go on, but take in and count nothing any more (and
    /// panics at its next persisted entry): better that the others elect one of them.
    fn step_down_if_removed(&mut self) {
        let raft = &mut self.raw.raft;
        if raft.state == StateRole::Leader && !raft.promotable() {
            raft.become_follower(raft.term, raft::INVALID_ID);
        }
    }

    /// A snapshot under way is not persisted yet, so raft-rs must not count it as applied.
    fn applied_up_to(&self) -> u64 {
        let log = &self.raw.raft.raft_log;
        self.applied_to.min(log.persisted).min(log.committed).max(log.applied)
    }

    /// Everything up to this ready is durable.
    pub fn persisted(&mut self, token: Token) {
        self.raw.on_persist_ready(token.0);
        self.raw.advance_apply_to(self.applied_up_to());
        self.note_whole();
    }

    fn note_whole(&mut self) {
        self.lost = self.lost.filter(|&lost| !self.is_whole_again(lost));
        let log = &self.raw.raft.raft_log;
        let sure = log.committed.min(log.persisted);
        // Whoever was elected has all that was promised: its votes were counted so.
        let leads = self.raw.raft.state == StateRole::Leader;
        self.doubt = self.doubt.filter(|d| !leads && d.upto.is_none_or(|(_, upto)| sure < upto));
    }

    fn out(&self, messages: Vec<Message>) -> Vec<(PeerId, RaftMessage)> {
        let mut out: Vec<_> = messages.into_iter().filter_map(RaftMessage::from_raft).collect();
        for (_, message) in &mut out {
            if let Body::VoteResponse { doubtful, .. } = &mut message.body {
                *doubtful = self.in_doubt();
            }
        }
        out
    }
}

fn install(snapshot: &raft::eraftpb::Snapshot) -> Option<InstallSnapshot> {
    if snapshot.is_empty() {
        return None;
    }
    let meta = snapshot.get_metadata();
    Some(InstallSnapshot {
        index: meta.index,
        term: meta.term,
        members: ConfState::from_raft(meta.get_conf_state()),
        data: snapshot.data.clone(),
    })
}
