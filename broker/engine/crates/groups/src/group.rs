//! One group's state: members, generation, protocol, and the questions asked about them.
//!
//! ```text
//!            join                  all joined or time over
//!   Empty ─────────▶ PreparingRebalance ─────────▶ CompletingRebalance
//!     ▲                  │      ▲  ▲                      │   │ leader's assignment
//!     └──── none left ───┘      │  └── join, leave, ──────┘   ▼  made durable
//!     │                         │      time-out           Stable
//!     ▼                         └────── join, leave, time-out ─┘
//!    Dead (deleted or expired)
//! ```

use std::collections::BTreeMap;

use bytes::Bytes;
use headrace_wire::ErrorCode;

use crate::consumer::{Hosted, State};
use crate::member::Member;
use crate::offsets::Offsets;
use crate::records::{subscribed_topics, GroupValue};
use crate::streams;

/// Where a group is in its life (the names are Apache Kafka's).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GroupState {
    /// No members; perhaps offsets.
    Empty,
    /// Waiting for members to join.
    PreparingRebalance,
    /// Waiting for the leader's assignment.
    CompletingRebalance,
    /// Members work with their assignments.
    Stable,
    /// About to be removed.
    Dead,
}

impl GroupState {
    /// The name that clients see.
    pub fn name(self) -> &'static str {
        match self {
            GroupState::Empty => "Empty",
            GroupState::PreparingRebalance => "PreparingRebalance",
            GroupState::CompletingRebalance => "CompletingRebalance",
            GroupState::Stable => "Stable",
            GroupState::Dead => "Dead",
        }
    }
}

/// How long PreparingRebalance lasts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct JoinPhase {
    pub(crate) deadline_ms: i64,
    /// Some while a formerly empty group waits for company: what is left of the wait, at most the
    /// rebalance time-out in all. Such a phase never ends early.
    pub(crate) initial_left_ms: Option<i64>,
    /// A member came since the initial wait was last prolonged.
    pub(crate) member_added: bool,
}

/// A consumer group (or any other user of the classic protocol) and its offsets.
#[derive(Clone, Debug)]
pub(crate) struct Group {
    pub(crate) id: String,
    pub(crate) state: GroupState,
    /// When it entered the state, Unix ms; -1 when a loaded record did not say.
    pub(crate) state_since_ms: i64,
    pub(crate) generation: i32,
    /// `consumer`, `connect`, …; none for a group that only stores offsets.
    pub(crate) protocol_type: Option<String>,
    pub(crate) protocol: Option<String>,
    pub(crate) leader: Option<String>,
    pub(crate) members: BTreeMap<String, Member>,
    /// Instance id to member id of the static members.
    pub(crate) instances: BTreeMap<String, String>,
    /// Member ids given out (JoinGroup v4) and not used yet, and when they lapse, ms.
    pub(crate) pending: BTreeMap<String, i64>,
    /// Some exactly in PreparingRebalance.
    pub(crate) joining: Option<JoinPhase>,
    /// When members that have not asked for their assignment are dropped; none once all have.
    pub(crate) sync_deadline_ms: Option<i64>,
    /// The leader's assignment of this generation is being written: a retry must not write twice.
    pub(crate) assigning: bool,
    pub(crate) offsets: Offsets,
    /// Some for a consumer group of the newer protocol: then it has the members, and all that
    /// belongs to the classic protocol above is as in a new group.
    pub(crate) consumer: Option<Box<Hosted>>,
    /// Some for a streams group, likewise.
    pub(crate) streams: Option<Box<streams::Hosted>>,
    /// Earliest entry of the coordinator's timers for this group.
    pub(crate) scheduled_ms: Option<i64>,
}

impl Group {
    pub(crate) fn new(id: &str, now_ms: i64) -> Self {
        Group {
            id: id.to_owned(),
            state: GroupState::Empty,
            state_since_ms: now_ms,
            generation: 0,
            protocol_type: None,
            protocol: None,
            leader: None,
            members: BTreeMap::new(),
            instances: BTreeMap::new(),
            pending: BTreeMap::new(),
            joining: None,
            sync_deadline_ms: None,
            assigning: false,
            offsets: Offsets::default(),
            consumer: None,
            streams: None,
            scheduled_ms: None,
        }
    }

    pub(crate) fn is(&self, state: GroupState) -> bool {
        self.state == state
    }

    /// No members, and none on its way.
    pub(crate) fn is_vacant(&self) -> bool {
        let none = |hosted: &Hosted| hosted.state.members.is_empty() && !hosted.is_writing();
        let no_streams =
            |hosted: &streams::Hosted| hosted.state.members.is_empty() && !hosted.is_writing();
        self.is(GroupState::Empty)
            && self.consumer.as_deref().is_none_or(none)
            && self.streams.as_deref().is_none_or(no_streams)
    }

    /// The group as a streams group, once that is durable.
    pub(crate) fn streams_state(&self) -> Option<&streams::State> {
        let durable = self.streams.as_ref()?.durable();
        (!durable.is_void()).then_some(durable)
    }

    /// The group as a consumer group, once that is durable.
    pub(crate) fn consumer_state(&self) -> Option<&State> {
        let durable = self.consumer.as_ref()?.durable();
        (!durable.is_void()).then_some(durable)
    }

    /// Nothing about it was ever told to anybody.
    pub(crate) fn is_pristine(&self) -> bool {
        self.is(GroupState::Empty)
            && self.generation == 0
            && self.pending.is_empty()
            && self.offsets.is_empty()
            && self.consumer.is_none()
            && self.streams.is_none()
    }

    pub(crate) fn enter(&mut self, state: GroupState, now_ms: i64) {
        self.state = state;
        self.state_since_ms = now_ms;
    }

    /// Is `member_id` (with its instance id, if it claims one) the one it says it is?
    pub(crate) fn check_member(
        &self,
        member_id: &str,
        instance_id: Option<&str>,
    ) -> Result<(), ErrorCode> {
        if let Some(instance_id) = instance_id {
            return match self.instances.get(instance_id) {
                None => Err(ErrorCode::UnknownMemberId),
                Some(current) if current != member_id => Err(ErrorCode::FencedInstanceId),
                Some(_) => Ok(()),
            };
        }
        if self.members.contains_key(member_id) {
            Ok(())
        } else {
            Err(ErrorCode::UnknownMemberId)
        }
    }

    /// Could a member with these protocols work with those who are there?
    pub(crate) fn supports(&self, protocol_type: &str, protocols: &[(String, Bytes)]) -> bool {
        if self.members.is_empty() {
            return !protocol_type.is_empty() && !protocols.is_empty();
        }
        let common = self.common_protocols();
        self.protocol_type.as_deref() == Some(protocol_type)
            && protocols.iter().any(|(name, _)| common.contains(&name.as_str()))
    }

    /// Protocols that every member speaks.
    fn common_protocols(&self) -> Vec<&str> {
        let mut members = self.members.values();
        let Some(first) = members.next() else { return Vec::new() };
        let mut common: Vec<&str> = first.protocols.iter().map(|(name, _)| name.as_str()).collect();
        for member in members {
            common.retain(|name| member.protocols.iter().any(|(other, _)| other == name));
        }
        common
    }

    /// The protocol with the most first votes among those that all speak; the first by name when
    /// votes are even, so that every run decides alike.
    pub(crate) fn select_protocol(&self) -> Option<String> {
        let common = self.common_protocols();
        let mut votes: BTreeMap<&str, usize> = BTreeMap::new();
        for member in self.members.values() {
            if let Some(name) = member.vote(&common) {
                *votes.entry(name).or_default() += 1;
            }
        }
        let mut best: Option<(&str, usize)> = None;
        for (name, count) in votes {
            if best.is_none_or(|(_, most)| count > most) {
                best = Some((name, count));
            }
        }
        best.map(|(name, _)| name.to_owned())
    }

    /// The longest rebalance time-out of any member, ms.
    pub(crate) fn rebalance_timeout_ms(&self) -> i64 {
        let longest = self.members.values().map(|member| member.rebalance_timeout_ms).max();
        i64::from(longest.unwrap_or(0).max(0))
    }

    pub(crate) fn is_leader(&self, member_id: &str) -> bool {
        self.leader.as_deref() == Some(member_id)
    }

    pub(crate) fn all_joined(&self) -> bool {
        self.pending.is_empty() && self.members.values().all(|member| member.join.is_some())
    }

    pub(crate) fn joined(&self) -> usize {
        self.members.values().filter(|member| member.join.is_some()).count()
    }

    /// Topics that the members read, when they are consumers and all say so in the known format.
    pub(crate) fn subscribed(&self) -> Option<Vec<String>> {
        if self.protocol_type.as_deref() != Some("consumer") {
            return None;
        }
        let protocol = self.protocol.as_deref()?;
        let mut topics = Vec::new();
        for member in self.members.values() {
            topics.extend(subscribed_topics(&member.metadata(protocol))?);
        }
        Some(topics)
    }

    /// The group's record, with `assignments` in place of those in force if given.
    pub(crate) fn to_value(&self, assignments: Option<&BTreeMap<String, Bytes>>) -> GroupValue {
        let protocol = self.protocol.as_deref();
        let members = self.members.values().map(|member| {
            let assignment = match assignments {
                Some(given) => given.get(&member.id).cloned().unwrap_or_default(),
                None => member.assignment.clone(),
            };
            member.to_value(protocol, assignment)
        });
        GroupValue {
            protocol_type: self.protocol_type.clone().unwrap_or_default(),
            generation: self.generation,
            protocol: self.protocol.clone(),
            leader: self.leader.clone(),
            state_timestamp_ms: self.state_since_ms,
            members: members.collect(),
        }
    }

    /// The next moment at which something must happen without a request.
    pub(crate) fn next_deadline_ms(&self) -> Option<i64> {
        if let Some(hosted) = &self.consumer {
            return hosted.next_deadline_ms();
        }
        if let Some(hosted) = &self.streams {
            return hosted.next_deadline_ms();
        }
        let members = self.members.values().map(Member::expires_ms);
        let pending = self.pending.values().copied();
        let joining = self.joining.iter().map(|phase| phase.deadline_ms);
        let all = members.chain(pending).chain(joining).chain(self.sync_deadline_ms);
        all.min().filter(|at| *at != i64::MAX)
    }
}
