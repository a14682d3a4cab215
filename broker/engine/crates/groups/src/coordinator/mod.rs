//! The coordinator of one partition of `__consumer_offsets`.
//!
//! This file routes; each request's rules are in the module of its name. A group's methods get a
//! [`Context`] for what lies outside the group: settings, answers, writes.

mod admin;
mod commit;
mod consumers;
mod delete_offsets;
mod expire;
mod fetch;
mod join;
mod leave;
mod load;
mod rebalance;
mod streams;
mod sync;
mod transactions;
mod writes;

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

use headrace_wire::messages::HeartbeatRequest;
use headrace_wire::ErrorCode;

use crate::api::{Call, Effect, Request, Response, Token, WriteId};
use crate::config::{Config, MAX_NAME_BYTES};
use crate::errors::heartbeat;
use crate::group::{Group, GroupState};
use crate::records::Record;
pub(crate) use leave::{leave_response, leaving};
use transactions::{OpenOffsets, TransactionWrite};
use writes::{Completion, Write};

pub(crate) use transactions::refusal as txn_commit_error;

/// The groups of one partition of `__consumer_offsets`.
///
/// Every call takes the time (Unix ms) and returns what its caller must do. Each request is
/// answered exactly once: at once, after other members' requests, after the time-out it waits
/// for, after its write, or in [`Coordinator::resign`].
#[derive(Debug)]
pub struct Coordinator {
    groups: BTreeMap<String, Group>,
    /// What open transactions will commit.
    open_offsets: OpenOffsets,
    /// Of the next of them.
    next_order: u64,
    transaction_writes: BTreeMap<WriteId, TransactionWrite>,
    context: Context,
    /// Earliest first: (ms, group). Entries whose group is scheduled for another time are stale.
    timers: BinaryHeap<Reverse<(i64, String)>>,
    next_expiry_ms: i64,
}

/// What a group's methods need from outside.
#[derive(Debug)]
struct Context {
    config: Config,
    effects: Vec<Effect>,
    /// Handed to the log, not answered by it.
    writes: BTreeMap<WriteId, Write>,
    next_write: WriteId,
}

impl Context {
    fn reply(&mut self, token: Token, response: Response) {
        self.effects.push(Effect::Reply { token, response });
    }

    fn new_write(&mut self) -> WriteId {
        let write = self.next_write;
        self.next_write += 1;
        write
    }

    fn append(&mut self, group: &str, records: Vec<Record>, completion: Completion) {
        debug_assert!(!records.is_empty(), "an append has records");
        let write = self.new_write();
        self.writes.insert(write, Write { group: group.to_owned(), completion });
        self.effects.push(Effect::Append { write, records });
    }
}

impl Coordinator {
    /// A coordinator without groups; [`Coordinator::load`] brings in those of the log.
    pub fn new(config: Config, now_ms: i64) -> Self {
        let next_expiry_ms = now_ms.saturating_add(config.offsets_retention_check_interval_ms);
        let context =
            Context { config, effects: Vec::new(), writes: BTreeMap::new(), next_write: 1 };
        Coordinator {
            groups: BTreeMap::new(),
            open_offsets: OpenOffsets::new(),
            next_order: 0,
            transaction_writes: BTreeMap::new(),
            context,
            timers: BinaryHeap::new(),
            next_expiry_ms,
        }
    }

    /// Takes changed settings, and the cluster's topics as they are now: groups that read what has
    /// changed are rebalanced. The others hold for what comes; sessions and rebalances
    /// under way keep the times that they began with.
    pub fn configure(&mut self, config: Config) {
        let interval_ms = config.offsets_retention_check_interval_ms;
        let before_ms = self.context.config.offsets_retention_check_interval_ms;
        self.next_expiry_ms = self.next_expiry_ms.saturating_add(interval_ms - before_ms);
        self.context.config = config;
        for hosted in self.groups.values_mut().filter_map(|group| group.consumer.as_mut()) {
            hosted.topics_changed();
        }
        for hosted in self.groups.values_mut().filter_map(|group| group.streams.as_mut()) {
            hosted.topics_changed();
        }
    }

    /// Groups here, dead ones included.
    pub fn group_count(&self) -> usize {
        self.groups.len()
    }

    /// A group's state; none when it is not known here.
    pub fn state(&self, group: &str) -> Option<GroupState> {
        self.groups.get(group).map(|group| group.state)
    }

    /// Appends whose outcome is not known yet.
    pub fn writes_in_flight(&self) -> usize {
        self.context.writes.len() + self.transaction_writes.len()
    }

    /// Takes one request.
    pub fn handle(&mut self, now_ms: i64, call: Call, request: Request) -> Vec<Effect> {
        if let Some(code) = unacceptable(&request) {
            let response = request.refuse(call.version, code);
            return vec![Effect::Reply { token: call.token, response }];
        }
        // Heartbeats and reads bring no deadline nearer.
        let eager = !matches!(
            request,
            Request::Heartbeat(_)
                | Request::OffsetFetch(_)
                | Request::StableOffsetFetch(_)
                | Request::TxnOffsetCommit(_)
        );
        let group_id = request.group().filter(|_| eager).map(str::to_owned);
        self.route(now_ms, call, request);
        if let Some(group_id) = group_id {
            self.schedule(&group_id);
        }
        std::mem::take(&mut self.context.effects)
    }

    fn route(&mut self, now_ms: i64, call: Call, request: Request) {
        if self.is_for_consumers(&request) {
            return self.consumer_request(now_ms, call, request);
        }
        if self.is_for_streams(&request) {
            return self.streams_request(now_ms, call, request);
        }
        match request {
            Request::Join(request) => self.join(now_ms, call, request),
            Request::Sync(request) => self.sync(now_ms, call, request),
            Request::Heartbeat(request) => self.heartbeat(now_ms, &call, &request),
            Request::Leave(request) => self.leave(now_ms, &call, &request),
            Request::OffsetCommit(request) => self.offset_commit(now_ms, &call, request),
            Request::OffsetFetch(request) => self.offset_fetch(&call, &request, false),
            Request::StableOffsetFetch(request) => self.offset_fetch(&call, &request, true),
            Request::TxnOffsetCommit(commit) => self.txn_offset_commit(now_ms, &call, commit),
            Request::EndTransaction { marker, second_protocol } => {
                self.end_transaction(&call, marker, second_protocol);
            }
            Request::List { states, types } => self.list(&call, &states, &types),
            Request::Describe(group) => self.describe(&call, &group),
            Request::Delete(group) => self.delete(&call, &group),
            Request::DescribeConsumers(group) => self.describe_consumers(now_ms, &call, &group),
            Request::DeleteOffsets(request) => self.delete_offsets(&call, request),
            Request::ConsumerHeartbeat(_) => self.consumer_request(now_ms, call, request),
            Request::DescribeStreams(group) => self.describe_streams(now_ms, &call, &group),
            Request::StreamsHeartbeat(_) => self.streams_request(now_ms, call, request),
        }
    }

    fn heartbeat(&mut self, now_ms: i64, call: &Call, request: &HeartbeatRequest) {
        let code = match self.groups.get_mut(&*request.group_id) {
            None => ErrorCode::UnknownMemberId,
            Some(group) => group.heartbeat(now_ms, request),
        };
        self.context.reply(call.token, Response::Heartbeat(heartbeat(code)));
    }

    /// Does what is due: sessions and rebalances that ran out, offsets that expired.
    pub fn tick(&mut self, now_ms: i64) -> Vec<Effect> {
        while let Some(Reverse((at, _))) = self.timers.peek() {
            if *at > now_ms {
                break;
            }
            let Some(Reverse((at, group_id))) = self.timers.pop() else { break };
            let Some(group) = self.groups.get_mut(&group_id) else { continue };
            if group.scheduled_ms != Some(at) {
                continue;
            }
            group.scheduled_ms = None;
            match (&group.consumer, &group.streams) {
                (Some(_), _) => self.expire_consumers(now_ms, &group_id),
                (None, Some(_)) => self.expire_streams(now_ms, &group_id),
                (None, None) => group.time_out(&mut self.context, now_ms),
            }
            self.schedule(&group_id);
        }
        if now_ms >= self.next_expiry_ms {
            let interval_ms = self.context.config.offsets_retention_check_interval_ms;
            self.next_expiry_ms = now_ms.saturating_add(interval_ms.max(1));
            self.expire_offsets(now_ms);
        }
        std::mem::take(&mut self.context.effects)
    }

    /// When [`Coordinator::tick`] is wanted next, Unix ms. Earlier calls do no harm.
    pub fn next_tick_ms(&self) -> i64 {
        let timer = self.timers.peek().map(|Reverse((at, _))| *at);
        timer.unwrap_or(i64::MAX).min(self.next_expiry_ms)
    }

    /// Makes sure that the group's next deadline is among the timers. Sessions that heartbeats
    /// prolong keep their old entry, which finds nothing to do and is replaced when it fires.
    fn schedule(&mut self, group_id: &str) {
        let Some(group) = self.groups.get_mut(group_id) else { return };
        let Some(at) = group.next_deadline_ms() else { return };
        if group.scheduled_ms.is_none_or(|scheduled| at < scheduled) {
            group.scheduled_ms = Some(at);
            self.timers.push(Reverse((at, group_id.to_owned())));
        }
    }
}

/// Why a request is refused whatever the state of its group.
fn unacceptable(request: &Request) -> Option<ErrorCode> {
    let group = request.group()?;
    if group.len() > MAX_NAME_BYTES {
        return Some(ErrorCode::InvalidGroupId);
    }
    let members = matches!(
        request,
        Request::Join(_) | Request::Sync(_) | Request::Heartbeat(_) | Request::Leave(_)
    );
    // Offsets may be kept under the empty name, as in Apache Kafka; membership needs a name.
    (members && group.is_empty()).then_some(ErrorCode::InvalidGroupId)
}

impl Group {
    fn heartbeat(&mut self, now_ms: i64, request: &HeartbeatRequest) -> ErrorCode {
        if self.is(GroupState::Dead) {
            return ErrorCode::CoordinatorNotAvailable;
        }
        let instance_id = request.group_instance_id.as_deref();
        if let Err(code) = self.check_member(&request.member_id, instance_id) {
            return code;
        }
        if request.generation_id != self.generation {
            return ErrorCode::IllegalGeneration;
        }
        let Some(member) = self.members.get_mut(&*request.member_id) else {
            return ErrorCode::UnknownMemberId;
        };
        member.heard_of(now_ms);
        match self.state {
            GroupState::PreparingRebalance => ErrorCode::RebalanceInProgress,
            _ => ErrorCode::None,
        }
    }
}
