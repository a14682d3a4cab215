//! Members that speak the classic protocol in a consumer group: their generation is their epoch,
//! a rebalance is told to each by itself, and the server's assignor assigns.

use std::sync::Arc;

use bytes::{BufMut, Bytes, BytesMut};
use headrace_wire::messages::consumer_assignment::TopicPartition;
use headrace_wire::messages::leave_group::MemberIdentity;
use headrace_wire::messages::{
    ConsumerProtocolAssignment, ConsumerProtocolSubscription, HeartbeatRequest, JoinGroupRequest,
    JoinGroupResponse, SyncGroupRequest, SyncGroupResponse,
};
use headrace_wire::{ErrorCode, Message, Str};

use super::heartbeat::{check_instance, unknown_instance};
use super::member::{names, ClassicPart, Held, Member, MemberState, Partitions};
use super::timers::rebalance_timeout_ms;
use super::{Hosted, State, View};
use crate::api::Call;
use crate::config::MAX_NAME_BYTES;
use crate::topics::Topics;

/// The only protocol type that consumer groups know.
pub(crate) const CONSUMER: &str = "consumer";
/// From this version on a new dynamic member first gets its id, then joins with it (KIP-394).
const MEMBER_ID_REQUIRED_FROM: i16 = 4;

/// Why a join is refused, and the member id that the answer carries.
pub(super) type JoinRefusal = (ErrorCode, String);

/// A consumer's metadata, and the version that it is in.
pub(crate) fn subscription_of(metadata: &[u8]) -> Option<(i16, ConsumerProtocolSubscription)> {
    let (version, body) = metadata.split_first_chunk()?;
    let version = i16::from_be_bytes(*version);
    // A newer version only adds fields.
    let known = version.min(ConsumerProtocolSubscription::MAX_VERSION);
    let mut reader = headrace_wire::Reader::new(Bytes::copy_from_slice(body));
    let subscription = ConsumerProtocolSubscription::decode(&mut reader, known).ok()?;
    Some((known, subscription))
}

/// A consumer's assignment: what the leader gave it.
pub(crate) fn assignment_of(blob: &[u8], topics: &dyn Topics) -> Option<Partitions> {
    if blob.is_empty() {
        return Some(Partitions::new());
    }
    let (version, body) = blob.split_first_chunk()?;
    let version = i16::from_be_bytes(*version).min(ConsumerProtocolAssignment::MAX_VERSION);
    let mut reader = headrace_wire::Reader::new(Bytes::copy_from_slice(body));
    let given = ConsumerProtocolAssignment::decode(&mut reader, version).ok()?;
    let known = given.assigned_partitions.into_iter().filter_map(|topic| {
        let found = topics.find(&topic.topic)?;
        Some((found.id, topic.partitions.into_iter().collect()))
    });
    Some(known.collect())
}

/// The same the other way, in the version of the member's own metadata.
pub(crate) fn assignment_blob(member: &Member, held: &Held, topics: &dyn Topics) -> Bytes {
    let first = member.subscription.classic.as_ref().and_then(|c| c.protocols.first());
    let version = first.and_then(|(_, metadata)| subscription_of(metadata)).map_or(0, |(v, _)| v);
    let assigned = names(held).into_iter().filter_map(|(id, partitions)| {
        let topic = Str::from(topics.name(id)?);
        Some(TopicPartition { topic, partitions: partitions.into_iter().collect() })
    });
    let message = ConsumerProtocolAssignment {
        assigned_partitions: assigned.collect(),
        ..Default::default()
    };
    let mut blob = BytesMut::new();
    blob.put_i16(version);
    // Topic names of the cluster fit their length fields.
    blob.put_slice(&message.to_bytes(version).unwrap_or_default());
    blob.freeze()
}

impl State {
    /// The member that the ids name.
    fn resolve(
        &self,
        member_id: &str,
        instance_id: Option<&str>,
    ) -> Result<(String, Arc<Member>), ErrorCode> {
        let Some(instance_id) = instance_id else {
            let found = self.members.get(member_id).ok_or(ErrorCode::UnknownMemberId)?;
            return Ok((member_id.to_owned(), Arc::clone(found)));
        };
        let (id, member) = self.static_member(instance_id).ok_or(ErrorCode::UnknownMemberId)?;
        check_instance(id, member_id, instance_id).map_err(|refusal| refusal.code)?;
        Ok((id.clone(), Arc::clone(member)))
    }

    /// As above, and it has to speak the classic protocol in this generation.
    fn classic_member(
        &self,
        member_id: &str,
        instance_id: Option<&str>,
        generation: i32,
    ) -> Result<(String, Arc<Member>), ErrorCode> {
        let (id, member) = self.resolve(member_id, instance_id)?;
        if !member.is_classic() {
            return Err(ErrorCode::UnknownMemberId);
        }
        match member.current.epoch == generation {
            true => Ok((id, member)),
            false => Err(ErrorCode::IllegalGeneration),
        }
    }

    /// Whether every classic member speaks one of these protocols.
    fn supports(&self, protocol_type: &str, protocols: &[(String, Bytes)], joiner: &str) -> bool {
        let speaks = |classic: &ClassicPart| {
            classic.protocols.iter().any(|(name, _)| protocols.iter().any(|(own, _)| own == name))
        };
        let others = self.members.iter().filter(|(id, _)| *id != joiner);
        let mut others = others.filter_map(|(_, member)| member.subscription.classic.as_ref());
        protocol_type == CONSUMER && !protocols.is_empty() && others.all(speaks)
    }

    /// A classic member has to rejoin to get further.
    fn must_rejoin(&self, id: &str, member: &Member) -> bool {
        let waits = || {
            let has = |topic, partition: &i32| {
                let own = member.current.assigned.get(topic);
                own.is_some_and(|own| own.contains_key(partition))
            };
            let target = self.target(id);
            let mut missing = target.iter().flat_map(|(topic, partitions)| {
                partitions.iter().filter(move |p| !has(topic, p)).map(move |p| (*topic, *p))
            });
            missing.any(|(topic, partition)| self.is_held(topic, partition))
        };
        member.current.epoch < self.epoch
            || match member.current.state {
                MemberState::UnrevokedPartitions => true,
                MemberState::UnreleasedPartitions => !waits(),
                MemberState::Stable | MemberState::Unknown => false,
            }
    }
}

impl Hosted {
    pub(super) fn join_classic(
        &mut self,
        view: View,
        call: &Call,
        request: &JoinGroupRequest,
    ) -> Result<JoinGroupResponse, JoinRefusal> {
        let refuse = |code| (code, request.member_id.to_string());
        let bounds = view.config.min_session_timeout_ms..=view.config.max_session_timeout_ms;
        if !bounds.contains(&request.session_timeout_ms) {
            return Err(refuse(ErrorCode::InvalidSessionTimeout));
        }
        let protocols = request.protocols.iter().map(|protocol| {
            (protocol.name.to_string(), Bytes::copy_from_slice(&protocol.metadata))
        });
        let protocols: Vec<(String, Bytes)> = protocols.collect();
        let texts = request.protocols.iter().map(|protocol| &protocol.name);
        let mut texts = texts.chain(&request.group_instance_id).chain([&request.member_id]);
        if texts.any(|text| text.len() > MAX_NAME_BYTES) {
            return Err(refuse(ErrorCode::InvalidRequest));
        }
        let unknown = request.member_id.is_empty();
        let instance = request.group_instance_id.as_deref();
        let id = match unknown {
            true => format!("{}-{}", instance.unwrap_or(&call.client_id), call.uuid),
            false => request.member_id.to_string(),
        };
        self.check_room(view, &request.member_id).map_err(|r| (r.code, String::new()))?;
        let first = protocols.first().and_then(|(_, metadata)| subscription_of(metadata));
        let supported = self.state.supports(&request.protocol_type, &protocols, &id);
        let Some((_, wanted)) = first.filter(|_| supported) else {
            return Err(refuse(ErrorCode::InconsistentGroupProtocol));
        };
        if unknown && instance.is_none() && call.version >= MEMBER_ID_REQUIRED_FROM {
            return Err((ErrorCode::MemberIdRequired, id));
        }
        let before = self.joiner(&id, instance, unknown).map_err(refuse)?;
        let mut member = before.clone();
        let own = &mut member.subscription;
        own.instance_id = instance.map(str::to_owned).or_else(|| own.instance_id.take());
        own.rack_id = wanted.rack_id.as_ref().map(Str::to_string).or_else(|| own.rack_id.take());
        own.rebalance_timeout_ms = request.rebalance_timeout_ms;
        own.topics = wanted.topics.iter().map(Str::to_string).collect();
        own.regex = String::new();
        own.client_id.clone_from(&call.client_id);
        own.client_host.clone_from(&call.client_host);
        let session_timeout_ms = request.session_timeout_ms;
        own.classic = Some(ClassicPart { session_timeout_ms, protocols });
        let (old, new) = (&before.subscription, &member.subscription);
        let resubscribed = old.topics != new.topics || old.regex != new.regex;
        self.put(&id, member);
        let owned = wanted.owned_partitions.iter().filter_map(|topic| {
            let found = view.topics.find(&topic.topic)?;
            Some((found.id, topic.partitions.iter().copied().collect()))
        });
        self.follow(view, &id, Some(&owned.collect()), resubscribed);
        Ok(self.joined(view, id))
    }

    /// The member that joins, as it was: new, known, or the heir of a static one.
    fn joiner(
        &mut self,
        id: &str,
        instance: Option<&str>,
        unknown: bool,
    ) -> Result<Member, ErrorCode> {
        let Some(instance) = instance else {
            return Ok(self.state.members.get(id).map(|m| (**m).clone()).unwrap_or_default());
        };
        let held = self.state.static_member(instance);
        match held.map(|(held_by, member)| (held_by.clone(), Arc::clone(member))) {
            None if unknown => Ok(Member::default()),
            None => Err(unknown_instance(instance).code),
            Some((held_by, member)) if unknown => Ok(self.take_over(&held_by, id, &member)),
            Some((held_by, member)) => {
                check_instance(&held_by, id, instance).map_err(|refusal| refusal.code)?;
                Ok((*member).clone())
            }
        }
    }

    fn joined(&mut self, view: View, id: String) -> JoinGroupResponse {
        self.heard_of(view, &id);
        self.watch_revocation(view.now_ms, &id);
        let Some(member) = self.state.members.get(&id) else { return JoinGroupResponse::default() };
        let timeout_ms = rebalance_timeout_ms(member);
        let classic = member.subscription.classic.as_ref();
        let protocol = classic.and_then(|classic| classic.protocols.first());
        let response = JoinGroupResponse {
            generation_id: member.current.epoch,
            protocol_type: Some(Str::from(CONSUMER)),
            protocol_name: protocol.map(|(name, _)| Str::from(name)),
            member_id: Str::from(&id),
            ..Default::default()
        };
        let timers = self.timers.entry(id).or_default();
        timers.join_ms = None;
        timers.sync_ms = Some(view.now_ms.saturating_add(timeout_ms));
        response
    }

    /// A classic member was told to rejoin: it has the rebalance time-out to do so.
    fn await_join(&mut self, now_ms: i64, id: &str, member: &Member) {
        let deadline_ms = now_ms.saturating_add(rebalance_timeout_ms(member));
        let timers = self.timers.entry(id.to_owned()).or_default();
        timers.join_ms.get_or_insert(deadline_ms);
    }

    /// Classic members whose group was converted in the middle of a rebalance have to rejoin.
    pub(super) fn await_joins(&mut self, now_ms: i64) {
        for (id, member) in self.state.members.clone() {
            if member.is_classic() {
                self.await_join(now_ms, &id, &member);
            }
        }
    }

    pub(super) fn sync_classic(
        &mut self,
        view: View,
        request: &SyncGroupRequest,
    ) -> Result<SyncGroupResponse, ErrorCode> {
        let instance = request.group_instance_id.as_deref();
        let generation = request.generation_id;
        let (id, member) = self.state.classic_member(&request.member_id, instance, generation)?;
        let classic = member.subscription.classic.as_ref();
        let protocol = classic.and_then(|c| c.protocols.first()).map(|(name, _)| name.as_str());
        let differs = |given: &Option<Str>, ours: Option<&str>| {
            given.as_deref().is_some_and(|given| Some(given) != ours)
        };
        if differs(&request.protocol_type, Some(CONSUMER))
            || differs(&request.protocol_name, protocol)
        {
            return Err(ErrorCode::InconsistentGroupProtocol);
        }
        // Who has yet to give partitions up has rejoined already and is behind for good reason.
        if self.state.epoch > member.current.epoch
            && member.current.state != MemberState::UnrevokedPartitions
        {
            self.await_join(view.now_ms, &id, &member);
            return Err(ErrorCode::RebalanceInProgress);
        }
        self.heard_of(view, &id);
        self.timers.entry(id).or_default().sync_ms = None;
        Ok(SyncGroupResponse {
            protocol_type: Some(Str::from(CONSUMER)),
            protocol_name: protocol.map(Str::from),
            assignment: assignment_blob(&member, &member.current.assigned, view.topics),
            ..Default::default()
        })
    }

    pub(super) fn heartbeat_classic(
        &mut self,
        view: View,
        request: &HeartbeatRequest,
    ) -> ErrorCode {
        let instance = request.group_instance_id.as_deref();
        let generation = request.generation_id;
        let found = self.state.classic_member(&request.member_id, instance, generation);
        let (id, member) = match found {
            Ok(found) => found,
            Err(code) => return code,
        };
        self.heard_of(view, &id);
        if !self.state.must_rejoin(&id, &member) {
            return ErrorCode::None;
        }
        self.await_join(view.now_ms, &id, &member);
        ErrorCode::RebalanceInProgress
    }

    /// The outcome for each of the leaving members, in their order.
    pub(super) fn leave_classic(
        &mut self,
        view: View,
        leaving: &[MemberIdentity],
    ) -> Vec<ErrorCode> {
        let mut gone = Vec::new();
        let mut codes = Vec::with_capacity(leaving.len());
        for identity in leaving {
            let instance = identity.group_instance_id.as_deref();
            let found = match instance.filter(|_| identity.member_id.is_empty()) {
                // An administrator removes a static member by its instance id alone.
                Some(instance) => self.state.static_member(instance).map(|(id, _)| id.clone()),
                None => match self.state.resolve(&identity.member_id, instance) {
                    Ok((id, member)) => member.is_classic().then_some(id),
                    Err(code) => {
                        codes.push(code);
                        continue;
                    }
                },
            };
            codes.push(match &found {
                Some(_) => ErrorCode::None,
                None => ErrorCode::UnknownMemberId,
            });
            gone.extend(found);
        }
        if !gone.is_empty() {
            self.fence(view, &gone);
        }
        codes
    }
}
