//! Streams groups (KIP-1071): members run one application, the coordinator knows its topology,
//! has its internal topics made, and assigns its tasks.
//!
//! ```text
//!  member, topology, topics or settings change ─▶ group epoch + 1
//!  group epoch > target epoch                  ─▶ new targets, target epoch follows
//!  member's epoch < target epoch               ─▶ each heartbeat moves the member one step
//! ```
//!
//! As in consumer groups, [`State`] is what the log holds and nothing else; a turn changes a copy
//! of it and writes the difference. What only this node knows is in [`Hosted`].

pub(crate) mod assignor;
mod describe;
pub(crate) mod heartbeat;
mod member;
mod offsets;
mod reconcile;
pub(crate) mod records;
mod tasks;
mod topology;

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use headrace_wire::messages::{StreamsGroupHeartbeatResponse, StreamsGroupTopologyValue};
use headrace_wire::ErrorCode;

use crate::api::{Call, Request, Response};
use crate::consumer::{Pending, Refusal, View};
use crate::records::{Record, RecordError};
use crate::topics::{hash, Topics};
use assignor::{Candidate, Shape};
use member::{Member, MemberState};
use records::Head;
use tasks::Tasks;
use topology::Configured;

/// The name of the groups' type and of their protocol.
pub(crate) const STREAMS: &str = "streams";
/// The setting that targets depend on.
const STANDBY_REPLICAS: &str = "num.standby.replicas";
/// The first epoch of a group: its first members are in the one before while more are waited for.
const FIRST_EPOCH: i32 = 2;

/// A streams group as the log holds it.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct State {
    pub(crate) head: Head,
    /// What the application is.
    pub(crate) topology: Option<Arc<StreamsGroupTopologyValue>>,
    /// The group's epoch for which the targets were made.
    pub(crate) target_epoch: i32,
    /// When that was, Unix ms.
    pub(crate) target_ms: i64,
    pub(crate) members: BTreeMap<String, Arc<Member>>,
    pub(crate) targets: BTreeMap<String, Arc<Tasks>>,
}

/// When a member is given up, Unix ms.
#[derive(Clone, Copy, Debug)]
struct Timers {
    /// It must be heard of before.
    session_ms: i64,
    /// It must have given up what it was told to before; the epoch that it was in then.
    revoke: Option<(i64, i32)>,
}

/// A streams group at work on this node.
#[derive(Clone, Debug, Default)]
pub(crate) struct Hosted {
    pub(crate) state: Arc<State>,
    /// Some while a change is being written: what to go back to should that fail.
    durable: Option<Arc<State>>,
    /// What waits for that write, in order of arrival.
    waiting: VecDeque<(Call, Request)>,
    timers: BTreeMap<String, Timers>,
    /// The topology over the topics as they were when it was last looked at; none when they may
    /// have changed since.
    configured: Option<Arc<Configured>>,
    /// A new group makes its first targets then, so that members that start together share.
    delayed_until_ms: Option<i64>,
    /// Who asked that the whole application stops.
    shutdown_by: Option<String>,
    /// Rises when tasks of members with an endpoint move.
    endpoint_epoch: i32,
}

/// What a turn leads to.
pub(crate) struct Outcome {
    /// Empty: nothing changed, and the answers can go out at once.
    pub(crate) records: Vec<Record>,
    pub(crate) answers: Vec<Pending>,
}

impl State {
    /// The name that clients see.
    pub(crate) fn name(&self) -> &'static str {
        let settled = |member: &Arc<Member>| {
            member.current.state == MemberState::Stable && member.current.epoch == self.target_epoch
        };
        let fits =
            |topology: &Arc<StreamsGroupTopologyValue>| topology.epoch == self.head.validated_epoch;
        if self.members.is_empty() {
            "Empty"
        } else if !self.topology.as_ref().is_some_and(fits) {
            "NotReady"
        } else if self.head.epoch > self.target_epoch {
            "Assigning"
        } else if self.members.values().all(settled) {
            "Stable"
        } else {
            "Reconciling"
        }
    }

    /// Whether the application reads the topic.
    pub(crate) fn reads(&self, topic: &str) -> bool {
        let reads = |known: &Arc<StreamsGroupTopologyValue>| topology::reads(known, topic);
        !self.members.is_empty() && self.topology.as_ref().is_some_and(reads)
    }

    /// Raises the group's epoch.
    fn raise_epoch(&mut self) {
        self.head.epoch = match self.head.epoch {
            0 => FIRST_EPOCH,
            epoch => epoch.saturating_add(1),
        };
    }

    fn hash(&self, topics: &dyn Topics) -> i64 {
        self.topology.as_ref().map_or(0, |known| hash(topology::required(known), topics))
    }

    /// Makes new targets; none have anything while the topology does not fit the topics.
    fn retarget(&mut self, view: View, configured: &Configured) {
        let none = BTreeMap::<String, Shape>::new();
        let shapes = configured.shapes.as_ref().filter(|_| configured.is_ready()).unwrap_or(&none);
        let candidate = |(id, member): (&String, &Arc<Member>)| {
            let before = self.targets.get(id).map(|target| (**target).clone());
            let process_id = member.profile.process_id.clone();
            (id.clone(), Candidate { process_id, before: before.unwrap_or_default() })
        };
        let candidates = self.members.iter().map(candidate).collect();
        let replicas = view.topics.streams_num_standby_replicas(view.group_id);
        let replicas = usize::try_from(replicas).unwrap_or(0);
        for (id, target) in assignor::assign(&candidates, shapes, replicas) {
            if self.targets.get(&id).is_none_or(|before| **before != target) {
                self.targets.insert(id, Arc::new(target));
            }
        }
        self.target_epoch = self.head.epoch;
        self.target_ms = view.now_ms;
    }
}

impl Hosted {
    /// Takes one record of the log.
    pub(crate) fn load(
        &mut self,
        entry: records::Entry,
        value: Option<&[u8]>,
    ) -> Result<(), RecordError> {
        self.edit().load(entry, value)
    }

    /// What is durable.
    pub(crate) fn durable(&self) -> &State {
        self.durable.as_ref().unwrap_or(&self.state)
    }

    pub(crate) fn is_writing(&self) -> bool {
        self.durable.is_some()
    }

    /// The cluster's topics have changed: the next heartbeat looks at them.
    pub(crate) fn topics_changed(&mut self) {
        self.configured = None;
    }

    pub(crate) fn wait(&mut self, call: Call, request: Request) {
        self.waiting.push_back((call, request));
    }

    /// What waits and can be answered in one turn: up to a request that ends the group.
    pub(crate) fn take_batch(&mut self) -> Vec<(Call, Request)> {
        let stays =
            |(_, request): &&(Call, Request)| matches!(request, Request::StreamsHeartbeat(_));
        let count = self.waiting.iter().take_while(stays).count();
        self.waiting.drain(..count).collect()
    }

    pub(crate) fn take_next(&mut self) -> Option<(Call, Request)> {
        self.waiting.pop_front()
    }

    /// Puts a request before all others.
    pub(crate) fn wait_first(&mut self, first: (Call, Request)) {
        self.waiting.push_front(first);
    }

    /// Takes all that waits.
    pub(crate) fn take_waiting(&mut self) -> VecDeque<(Call, Request)> {
        std::mem::take(&mut self.waiting)
    }

    /// Empties the state; the records that say so.
    pub(crate) fn clear(&mut self, group: &str) -> Vec<Record> {
        let before = std::mem::take(&mut self.state);
        let records = before.changes(group, &self.state);
        self.durable = Some(before);
        records
    }

    /// Answers the requests and whatever has become due.
    pub(crate) fn turn(
        &mut self,
        view: View,
        requests: impl IntoIterator<Item = (Call, Request)>,
    ) -> Outcome {
        let before = Arc::clone(&self.state);
        self.expire(view);
        if self.delayed_until_ms.is_some_and(|at| at <= view.now_ms) {
            self.delayed_until_ms = None;
            self.make_first_targets(view);
        }
        let answers = requests.into_iter().map(|(call, request)| {
            let response = self.answer(view, &call, &request);
            Pending { token: call.token, version: call.version, request, response }
        });
        let answers = answers.collect();
        let records = before.changes(view.group_id, &self.state);
        if !records.is_empty() {
            self.durable = Some(before);
        }
        Outcome { records, answers }
    }

    /// A refused request changes nothing.
    fn answer(&mut self, view: View, call: &Call, request: &Request) -> Response {
        let before = Arc::clone(&self.state);
        let Request::StreamsHeartbeat(asked) = request else {
            return request.refuse(call.version, ErrorCode::UnknownServerError);
        };
        let (response, create) = self.heartbeat(view, call, asked).unwrap_or_else(|refusal| {
            self.state = before;
            self.configured = None;
            (refused(refusal), Vec::new())
        });
        Response::StreamsHeartbeat(response, create)
    }

    /// The turn's records are in the log.
    pub(crate) fn settle(&mut self) {
        self.durable = None;
        self.drop_timers();
    }

    /// They are not: back to what the log holds.
    pub(crate) fn revert(&mut self, view: View) {
        if let Some(durable) = self.durable.take() {
            self.state = durable;
            self.configured = None;
        }
        self.drop_timers();
        // Who was thrown out is back, and has to be heard of anew.
        let known = |id: &&String| !self.timers.contains_key(*id);
        let ids: Vec<String> = self.state.members.keys().filter(known).cloned().collect();
        ids.iter().for_each(|id| self.heard_of(view, id));
    }

    /// Every member starts anew on this node.
    pub(crate) fn start_timers(&mut self, view: View) {
        let ids: Vec<String> = self.state.members.keys().cloned().collect();
        ids.iter().for_each(|id| self.heard_of(view, id));
    }

    /// The next deadline; none while a write is under way, which is waited for first.
    pub(crate) fn next_deadline_ms(&self) -> Option<i64> {
        if self.is_writing() {
            return None;
        }
        let members = self.timers.values().map(Timers::next_ms);
        members.chain(self.delayed_until_ms).min()
    }

    /// The member is alive; time runs for what it has to give up.
    fn heard_of(&mut self, view: View, id: &str) {
        let Some(member) = self.state.members.get(id) else { return };
        let timeout_ms = view.topics.streams_session_timeout_ms(view.group_id);
        let session_ms = view.now_ms.saturating_add(i64::from(timeout_ms));
        let timers = Timers { session_ms, revoke: None };
        let timers = self.timers.entry(id.to_owned()).or_insert(timers);
        timers.session_ms = session_ms;
        let epoch = member.current.epoch;
        if member.current.state != MemberState::UnrevokedPartitions {
            timers.revoke = None;
        } else if timers.revoke.is_none_or(|(_, since)| since != epoch) {
            let timeout_ms = i64::from(member.profile.rebalance_timeout_ms.max(0));
            timers.revoke = Some((view.now_ms.saturating_add(timeout_ms), epoch));
        }
    }

    fn drop_timers(&mut self) {
        let members = &self.state.members;
        self.timers.retain(|id, _| members.contains_key(id));
    }

    /// Throws out whoever is overdue.
    fn expire(&mut self, view: View) {
        let over = self.timers.iter().filter(|(_, timers)| timers.next_ms() <= view.now_ms);
        let gone: Vec<String> = over.map(|(id, _)| id.clone()).collect();
        gone.iter().for_each(|id| self.remove(id));
    }

    /// Takes a member out; the others share its tasks from the next heartbeat on.
    fn remove(&mut self, id: &str) {
        self.timers.remove(id);
        let state = self.edit();
        if state.members.remove(id).is_none() {
            return;
        }
        state.targets.remove(id);
        state.raise_epoch();
        if self.state.members.is_empty() {
            self.shutdown_by = None;
            self.delayed_until_ms = None;
        }
    }

    fn make_first_targets(&mut self, view: View) {
        if self.state.members.is_empty() || self.state.head.epoch <= self.state.target_epoch {
            return;
        }
        // A topology that makes no sense was refused when it came.
        if let Ok(configured) = self.configure(view) {
            self.edit().retarget(view, &configured);
        }
    }

    /// The topology over the topics as they are.
    fn configure(&mut self, view: View) -> Result<Arc<Configured>, Refusal> {
        if let Some(configured) = &self.configured {
            return Ok(Arc::clone(configured));
        }
        let configured = match &self.state.topology {
            Some(known) => topology::configure(known, view.topics)?,
            None => Configured::default(),
        };
        let configured = Arc::new(configured);
        self.configured = Some(Arc::clone(&configured));
        Ok(configured)
    }

    /// The state, to be changed. The copy is made when somebody else holds the old one.
    fn edit(&mut self) -> &mut State {
        Arc::make_mut(&mut self.state)
    }
}

impl Timers {
    fn next_ms(&self) -> i64 {
        self.revoke.map_or(self.session_ms, |(at, _)| at.min(self.session_ms))
    }
}

/// An answer that refuses a heartbeat.
pub(crate) fn refused(refusal: Refusal) -> StreamsGroupHeartbeatResponse {
    StreamsGroupHeartbeatResponse {
        error_code: refusal.code.code(),
        error_message: Some(refusal.why.into()),
        status: Some(Vec::new()),
        ..Default::default()
    }
}
