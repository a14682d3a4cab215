//! JoinGroup: becoming a member, staying one, coming back as a static one.

use bytes::Bytes;
use headrace_wire::messages::join_group::JoinGroupResponseMember;
use headrace_wire::messages::{JoinGroupRequest, JoinGroupResponse};
use headrace_wire::{ErrorCode, Str};
use uuid::Uuid;

use super::writes::Completion;
use super::{Context, Coordinator};
use crate::api::{Call, Response};
use crate::config::{Config, MAX_NAME_BYTES, NEW_MEMBER_JOIN_TIMEOUT_MS};
use crate::errors::{join_error, sync_error};
use crate::group::{Group, GroupState};
use crate::member::{Member, Waiter};
use crate::records::{group_key, Record};

/// From this version on a new dynamic member first gets its id, then joins with it (KIP-394).
const MEMBER_ID_REQUIRED_FROM: i16 = 4;
/// From this version on a returning static leader can be told to keep the assignment (KIP-814).
const SKIP_ASSIGNMENT_FROM: i16 = 9;

/// Why a join is refused, and the member id that the answer carries.
type Refusal = (ErrorCode, String);

/// A JoinGroup request in our own memory.
struct Joiner {
    waiter: Waiter,
    member_id: String,
    instance_id: Option<String>,
    client_id: String,
    client_host: String,
    session_timeout_ms: i32,
    rebalance_timeout_ms: i32,
    protocol_type: String,
    protocols: Vec<(String, Bytes)>,
    uuid: Uuid,
}

impl Joiner {
    fn new(config: &Config, call: Call, request: &JoinGroupRequest) -> Result<Self, ErrorCode> {
        let session_timeout_ms = request.session_timeout_ms;
        let bounds = config.min_session_timeout_ms..=config.max_session_timeout_ms;
        if !bounds.contains(&session_timeout_ms) {
            return Err(ErrorCode::InvalidSessionTimeout);
        }
        let names = request.protocols.iter().map(|protocol| &protocol.name);
        let names = names.chain(&request.group_instance_id);
        let mut names = names.chain([&request.protocol_type, &request.member_id]);
        if names.any(|name| name.len() > MAX_NAME_BYTES) {
            return Err(ErrorCode::InvalidRequest);
        }
        let protocols = request.protocols.iter().map(|protocol| {
            (protocol.name.to_string(), Bytes::copy_from_slice(&protocol.metadata))
        });
        Ok(Joiner {
            waiter: Waiter { token: call.token, version: call.version },
            member_id: request.member_id.to_string(),
            instance_id: request.group_instance_id.as_ref().map(Str::to_string),
            client_id: call.client_id,
            client_host: call.client_host,
            session_timeout_ms,
            // Version 0 knew one time-out for both.
            rebalance_timeout_ms: match call.version {
                0 => session_timeout_ms,
                _ => request.rebalance_timeout_ms,
            },
            protocol_type: request.protocol_type.to_string(),
            protocols: protocols.collect(),
            uuid: call.uuid,
        })
    }

    fn version(&self) -> i16 {
        self.waiter.version
    }

    /// A new member id: the instance's or the client's name, and a random part.
    fn fresh_id(&self) -> String {
        let name = self.instance_id.as_deref().unwrap_or(&self.client_id);
        format!("{name}-{}", self.uuid)
    }
}

impl Coordinator {
    pub(super) fn join(&mut self, now_ms: i64, call: Call, request: JoinGroupRequest) {
        let (token, version) = (call.token, call.version);
        let id: &str = &request.group_id;
        let outcome = Joiner::new(&self.context.config, call, &request)
            .map_err(|code| (code, request.member_id.to_string()))
            .and_then(|joiner| {
                if joiner.member_id.is_empty() && !self.groups.contains_key(id) {
                    self.groups.insert(id.to_owned(), Group::new(id, now_ms));
                }
                match self.groups.get_mut(id) {
                    None => Err((ErrorCode::UnknownMemberId, joiner.member_id)),
                    Some(group) => group.join(&mut self.context, now_ms, joiner),
                }
            });
        if let Err((code, member_id)) = outcome {
            self.context.reply(token, Response::Join(join_error(&member_id, version, code)));
            if self.groups.get(id).is_some_and(Group::is_pristine) {
                self.groups.remove(id);
            }
        }
    }
}

impl Group {
    fn join(&mut self, ctx: &mut Context, now_ms: i64, joiner: Joiner) -> Result<(), Refusal> {
        if self.is(GroupState::Dead) {
            return Err((ErrorCode::CoordinatorNotAvailable, joiner.member_id));
        }
        if !self.has_room(&joiner, ctx.config.max_group_members) {
            if self.remove_member(ctx, &joiner.member_id, ErrorCode::UnknownMemberId) {
                self.after_removal(ctx, now_ms);
            }
            self.pending.remove(&joiner.member_id);
            return Err((ErrorCode::GroupMaxSizeReached, String::new()));
        }
        if !self.supports(&joiner.protocol_type, &joiner.protocols) {
            return Err((ErrorCode::InconsistentGroupProtocol, joiner.member_id));
        }
        if joiner.member_id.is_empty() {
            self.join_new(ctx, now_ms, joiner)
        } else {
            self.join_known(ctx, now_ms, joiner)
        }
    }

    /// `group.max.size`: while members gather, those who have joined count; later all do. A
    /// static member that comes back takes no new place.
    fn has_room(&self, joiner: &Joiner, limit: usize) -> bool {
        let member_id = &joiner.member_id;
        let returns = |id: &String| member_id.is_empty() && self.instances.contains_key(id);
        if joiner.instance_id.as_ref().is_some_and(returns) {
            return true;
        }
        match self.state {
            GroupState::Empty | GroupState::Dead => true,
            GroupState::PreparingRebalance => {
                let waits = self.members.get(member_id).is_some_and(|m| m.join.is_some());
                waits || self.joined() < limit
            }
            GroupState::CompletingRebalance | GroupState::Stable => {
                self.members.contains_key(member_id) || self.members.len() < limit
            }
        }
    }

    fn join_new(&mut self, ctx: &mut Context, now_ms: i64, joiner: Joiner) -> Result<(), Refusal> {
        let id = joiner.fresh_id();
        if let Some(instance_id) = &joiner.instance_id {
            if let Some(old) = self.instances.get(instance_id).cloned() {
                return self.replace_static(ctx, now_ms, &old, id, joiner);
            }
        } else if joiner.version() >= MEMBER_ID_REQUIRED_FROM {
            let lapses_ms = now_ms.saturating_add(i64::from(joiner.session_timeout_ms));
            self.pending.insert(id.clone(), lapses_ms);
            return Err((ErrorCode::MemberIdRequired, id));
        }
        self.add_member(ctx, now_ms, id, joiner);
        Ok(())
    }

    fn join_known(
        &mut self,
        ctx: &mut Context,
        now_ms: i64,
        joiner: Joiner,
    ) -> Result<(), Refusal> {
        let id = joiner.member_id.clone();
        if joiner.instance_id.is_none() && self.pending.contains_key(&id) {
            self.add_member(ctx, now_ms, id, joiner);
            return Ok(());
        }
        if let Err(code) = self.check_member(&id, joiner.instance_id.as_deref()) {
            return Err((code, id));
        }
        let same = self.members.get(&id).is_some_and(|m| m.has_protocols(&joiner.protocols));
        let current = match self.state {
            GroupState::Empty | GroupState::Dead => return Err((ErrorCode::UnknownMemberId, id)),
            GroupState::PreparingRebalance => false,
            // Its answer got lost; nothing has changed since.
            GroupState::CompletingRebalance => same,
            // A follower that missed nothing; a leader that rejoins wants a new assignment.
            GroupState::Stable => same && !self.is_leader(&id),
        };
        if current {
            let response = self.join_response(&id);
            if let Some(member) = self.members.get_mut(&id) {
                member.heard_of(now_ms);
            }
            ctx.reply(joiner.waiter.token, Response::Join(response));
            return Ok(());
        }
        self.update_member(ctx, &id, joiner, true);
        self.rebalance(ctx, now_ms);
        Ok(())
    }

    fn add_member(&mut self, ctx: &mut Context, now_ms: i64, id: String, joiner: Joiner) {
        if self.members.is_empty() {
            self.protocol_type = Some(joiner.protocol_type);
        }
        self.leader.get_or_insert_with(|| id.clone());
        if self.generation == 0 {
            if let Some(phase) = &mut self.joining {
                phase.member_added = true;
            }
        }
        self.pending.remove(&id);
        if let Some(instance_id) = &joiner.instance_id {
            self.instances.insert(instance_id.clone(), id.clone());
        }
        let member = Member {
            id: id.clone(),
            instance_id: joiner.instance_id,
            client_id: joiner.client_id,
            client_host: joiner.client_host,
            session_timeout_ms: joiner.session_timeout_ms,
            rebalance_timeout_ms: joiner.rebalance_timeout_ms,
            protocols: joiner.protocols,
            assignment: Bytes::new(),
            join: Some(joiner.waiter),
            sync: None,
            is_new: true,
            synced: false,
            deadline_ms: now_ms.saturating_add(NEW_MEMBER_JOIN_TIMEOUT_MS),
        };
        self.members.insert(id, member);
        self.rebalance(ctx, now_ms);
    }

    /// Takes over what a rejoining member says; with `wait` its request waits for the rebalance.
    fn update_member(&mut self, ctx: &mut Context, id: &str, joiner: Joiner, wait: bool) {
        let Some(member) = self.members.get_mut(id) else { return };
        member.protocols = joiner.protocols;
        member.client_id = joiner.client_id;
        member.client_host = joiner.client_host;
        member.session_timeout_ms = joiner.session_timeout_ms;
        member.rebalance_timeout_ms = joiner.rebalance_timeout_ms;
        if !wait {
            return;
        }
        // A client that repeats its request has given up on the first one.
        if let Some(earlier) = member.join.replace(joiner.waiter) {
            let code = ErrorCode::RebalanceInProgress;
            let response = join_error(id, earlier.version, code);
            ctx.reply(earlier.token, Response::Join(response));
        }
    }

    /// A static member came back without its member id: it gets a new one and its old place. The
    /// old id is fenced from here on.
    fn replace_static(
        &mut self,
        ctx: &mut Context,
        now_ms: i64,
        old: &str,
        id: String,
        joiner: Joiner,
    ) -> Result<(), Refusal> {
        let Some(mut member) = self.members.remove(old) else {
            return Err((ErrorCode::UnknownMemberId, String::new()));
        };
        fence(ctx, &mut member);
        let leader_before = self.leader.clone();
        if self.is_leader(old) {
            self.leader = Some(id.clone());
        }
        if let Some(instance_id) = &member.instance_id {
            self.instances.insert(instance_id.clone(), id.clone());
        }
        member.id = id.clone();
        member.synced = true;
        self.members.insert(id.clone(), member);
        let stays = self.is(GroupState::Stable);
        let waiter = joiner.waiter;
        self.update_member(ctx, &id, joiner, false);
        if let Some(member) = self.members.get_mut(&id) {
            member.heard_of(now_ms);
        }
        self.check_all_synced();
        if stays && self.protocol == self.select_protocol() {
            let mut response = self.join_response(&id);
            let leads = self.is_leader(&id);
            if waiter.version >= SKIP_ASSIGNMENT_FROM {
                response.skip_assignment = leads;
            } else if leads {
                // Named leader, an older client would compute an assignment that nobody asked
                // for; under its old id it does not take the name for its own.
                response.leader = leader_before.unwrap_or_default().into();
                response.members.clear();
            }
            let value = self.to_value(None).encode();
            let record = Record { key: group_key(&self.id), value: Some(value) };
            let completion = Completion::StaticMember { waiter, response: Box::new(response) };
            ctx.append(&self.id, vec![record], completion);
            return Ok(());
        }
        if let Some(member) = self.members.get_mut(&id) {
            member.join = Some(waiter);
        }
        self.rebalance(ctx, now_ms);
        Ok(())
    }

    /// The answer to a member that is in the current generation; the leader gets all members.
    pub(super) fn join_response(&self, member_id: &str) -> JoinGroupResponse {
        let protocol = self.protocol.clone().unwrap_or_default();
        let members = self.is_leader(member_id).then(|| {
            let all = self.members.values().map(|member| JoinGroupResponseMember {
                member_id: (&member.id).into(),
                group_instance_id: member.instance_id.as_ref().map(Str::from),
                metadata: member.metadata(&protocol),
            });
            all.collect()
        });
        JoinGroupResponse {
            generation_id: self.generation,
            protocol_type: self.protocol_type.as_ref().map(Str::from),
            protocol_name: Some(Str::from(&protocol)),
            leader: self.leader.as_deref().unwrap_or_default().into(),
            member_id: member_id.into(),
            members: members.unwrap_or_default(),
            ..Default::default()
        }
    }
}

/// Ends the waits of a member whose instance id was taken over.
fn fence(ctx: &mut Context, member: &mut Member) {
    let code = ErrorCode::FencedInstanceId;
    if let Some(waiter) = member.join.take() {
        let response = join_error(&member.id, waiter.version, code);
        ctx.reply(waiter.token, Response::Join(response));
    }
    if let Some(waiter) = member.sync.take() {
        ctx.reply(waiter.token, Response::Sync(sync_error(code)));
    }
}
