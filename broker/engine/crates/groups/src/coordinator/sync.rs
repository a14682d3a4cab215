//! SyncGroup: the leader hands in the assignment, everybody gets their part once it is durable.

use std::collections::BTreeMap;

use bytes::Bytes;
use headrace_wire::messages::{SyncGroupRequest, SyncGroupResponse};
use headrace_wire::{ErrorCode, Str};

use super::writes::Completion;
use super::{Context, Coordinator};
use crate::api::{Call, Response, WriteError};
use crate::errors::sync_error;
use crate::group::{Group, GroupState};
use crate::member::Waiter;
use crate::records::{group_key, Record};

impl Coordinator {
    pub(super) fn sync(&mut self, now_ms: i64, call: Call, request: SyncGroupRequest) {
        let outcome = match self.groups.get_mut(&*request.group_id) {
            None => Err(ErrorCode::UnknownMemberId),
            Some(group) => group.sync(&mut self.context, now_ms, &call, &request),
        };
        if let Err(code) = outcome {
            self.context.reply(call.token, Response::Sync(sync_error(code)));
        }
    }
}

impl Group {
    fn check_sync(&self, request: &SyncGroupRequest) -> Result<(), ErrorCode> {
        if self.is(GroupState::Dead) {
            return Err(ErrorCode::CoordinatorNotAvailable);
        }
        self.check_member(&request.member_id, request.group_instance_id.as_deref())?;
        if request.generation_id != self.generation {
            return Err(ErrorCode::IllegalGeneration);
        }
        let differs = |given: &Option<Str>, ours: &Option<String>| {
            given.as_deref().is_some_and(|given| Some(given) != ours.as_deref())
        };
        if differs(&request.protocol_type, &self.protocol_type)
            || differs(&request.protocol_name, &self.protocol)
        {
            return Err(ErrorCode::InconsistentGroupProtocol);
        }
        Ok(())
    }

    /// An error is the caller's to answer; otherwise the request is answered or waits.
    fn sync(
        &mut self,
        ctx: &mut Context,
        now_ms: i64,
        call: &Call,
        request: &SyncGroupRequest,
    ) -> Result<(), ErrorCode> {
        self.check_sync(request)?;
        let id: &str = &request.member_id;
        let waiter = Waiter { token: call.token, version: call.version };
        let Some(member) = self.members.get_mut(id) else {
            return Err(ErrorCode::UnknownMemberId);
        };
        match self.state {
            GroupState::Empty | GroupState::Dead => return Err(ErrorCode::UnknownMemberId),
            GroupState::PreparingRebalance => return Err(ErrorCode::RebalanceInProgress),
            GroupState::CompletingRebalance => {
                member.synced = true;
                if let Some(earlier) = member.sync.replace(waiter) {
                    let response = sync_error(ErrorCode::RebalanceInProgress);
                    ctx.reply(earlier.token, Response::Sync(response));
                }
                if self.is_leader(id) && !self.assigning {
                    self.write_assignment(ctx, request);
                }
            }
            GroupState::Stable => {
                member.synced = true;
                member.heard_of(now_ms);
                ctx.reply(waiter.token, Response::Sync(self.sync_response(id)));
            }
        }
        self.check_all_synced();
        Ok(())
    }

    /// Members that the leader forgot get an empty assignment; strangers get none.
    fn write_assignment(&mut self, ctx: &mut Context, request: &SyncGroupRequest) {
        let mut assignments: BTreeMap<String, Bytes> = BTreeMap::new();
        for given in &request.assignments {
            if self.members.contains_key(&*given.member_id) {
                let own = Bytes::copy_from_slice(&given.assignment);
                assignments.insert(given.member_id.to_string(), own);
            }
        }
        self.assigning = true;
        let value = self.to_value(Some(&assignments)).encode();
        let record = Record { key: group_key(&self.id), value: Some(value) };
        let completion = Completion::Assignment { generation: self.generation, assignments };
        ctx.append(&self.id, vec![record], completion);
    }

    /// The write of an assignment has ended. If the group has moved on meanwhile, it does not
    /// count: whoever waited was answered then.
    pub(super) fn assigned(
        &mut self,
        ctx: &mut Context,
        now_ms: i64,
        generation: i32,
        mut assignments: BTreeMap<String, Bytes>,
        outcome: Result<(), WriteError>,
    ) {
        if !self.is(GroupState::CompletingRebalance) || self.generation != generation {
            return;
        }
        self.assigning = false;
        if let Err(error) = outcome {
            self.answer_syncs(ctx, now_ms, Err(error.group_code()));
            self.rebalance(ctx, now_ms);
            return;
        }
        for member in self.members.values_mut() {
            member.assignment = assignments.remove(&member.id).unwrap_or_default();
        }
        self.enter(GroupState::Stable, now_ms);
        self.answer_syncs(ctx, now_ms, Ok(()));
    }

    pub(super) fn sync_response(&self, member_id: &str) -> SyncGroupResponse {
        let member = self.members.get(member_id);
        SyncGroupResponse {
            protocol_type: self.protocol_type.as_ref().map(Str::from),
            protocol_name: self.protocol.as_ref().map(Str::from),
            assignment: member.map(|member| member.assignment.clone()).unwrap_or_default(),
            ..Default::default()
        }
    }
}
