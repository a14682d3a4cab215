//! LeaveGroup: one member (v0 to v2), or several, by member id or by instance id (KIP-345).

use headrace_wire::messages::leave_group::{MemberIdentity, MemberResponse};
use headrace_wire::messages::{LeaveGroupRequest, LeaveGroupResponse};
use headrace_wire::ErrorCode;

use super::{Context, Coordinator};
use crate::api::{Call, Response};
use crate::errors::leave_error;
use crate::group::{Group, GroupState};

/// From this version on a request names several members and the answer each one's outcome.
const BATCHED_FROM: i16 = 3;

/// Who leaves.
pub(crate) fn leaving(version: i16, request: &LeaveGroupRequest) -> Vec<MemberIdentity> {
    if version >= BATCHED_FROM {
        return request.members.clone();
    }
    vec![MemberIdentity { member_id: request.member_id.clone(), ..Default::default() }]
}

/// The answer, with a code for each who leaves.
pub(crate) fn leave_response(
    version: i16,
    leaving: &[MemberIdentity],
    codes: &[ErrorCode],
) -> LeaveGroupResponse {
    if version < BATCHED_FROM {
        return leave_error(codes.first().copied().unwrap_or(ErrorCode::None));
    }
    let members = leaving.iter().zip(codes).map(|(member, code)| MemberResponse {
        member_id: member.member_id.clone(),
        group_instance_id: member.group_instance_id.clone(),
        error_code: code.code(),
    });
    LeaveGroupResponse { members: members.collect(), ..Default::default() }
}

impl Coordinator {
    pub(super) fn leave(&mut self, now_ms: i64, call: &Call, request: &LeaveGroupRequest) {
        let leaving = leaving(call.version, request);
        let ctx = &mut self.context;
        let response = match self.groups.get_mut(&*request.group_id) {
            Some(group) if group.is(GroupState::Dead) => {
                leave_error(ErrorCode::CoordinatorNotAvailable)
            }
            None => {
                let codes = vec![ErrorCode::UnknownMemberId; leaving.len()];
                leave_response(call.version, &leaving, &codes)
            }
            Some(group) => {
                let codes = group.leave(ctx, now_ms, &leaving);
                leave_response(call.version, &leaving, &codes)
            }
        };
        ctx.reply(call.token, Response::Leave(response));
    }
}

impl Group {
    /// Takes all of them out, then rebalances once.
    fn leave(
        &mut self,
        ctx: &mut Context,
        now_ms: i64,
        leaving: &[MemberIdentity],
    ) -> Vec<ErrorCode> {
        let mut codes = Vec::with_capacity(leaving.len());
        let mut removed = false;
        for member in leaving {
            let instance_id = member.group_instance_id.as_deref();
            codes.push(match self.leaver(&member.member_id, instance_id) {
                Err(code) => code,
                Ok(id) => {
                    self.pending.remove(&id);
                    removed |= self.remove_member(ctx, &id, ErrorCode::UnknownMemberId);
                    ErrorCode::None
                }
            });
        }
        if removed {
            self.after_removal(ctx, now_ms);
        } else {
            self.poll_join(ctx, now_ms);
        }
        codes
    }

    /// The member id that is meant. An administrator removes a static member by its instance id
    /// alone.
    fn leaver(&self, member_id: &str, instance_id: Option<&str>) -> Result<String, ErrorCode> {
        if let (true, Some(instance_id)) = (member_id.is_empty(), instance_id) {
            return self.instances.get(instance_id).cloned().ok_or(ErrorCode::UnknownMemberId);
        }
        if instance_id.is_none() && self.pending.contains_key(member_id) {
            return Ok(member_id.to_owned());
        }
        self.check_member(member_id, instance_id)?;
        Ok(member_id.to_owned())
    }
}
