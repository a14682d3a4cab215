//! What administrators ask: lists, descriptions, deletions.

use headrace_wire::messages::describe_groups::{DescribedGroup, DescribedGroupMember};
use headrace_wire::messages::list_groups::ListedGroup;
use headrace_wire::{ErrorCode, Str};

use super::Coordinator;
use crate::api::{Call, Response};
use crate::errors::delete_result;
use crate::group::{Group, GroupState};

/// From this version on an unknown group is an error, not a dead group.
const GROUP_ID_NOT_FOUND_FROM: i16 = 6;
/// The type of all groups here (KIP-848 calls its own type `consumer`).
const GROUP_TYPE: &str = "classic";

impl Coordinator {
    pub(super) fn list(&mut self, call: &Call, states: &[String], types: &[String]) {
        let wanted = |filter: &[String], name: &str| {
            filter.is_empty() || filter.iter().any(|item| item.eq_ignore_ascii_case(name))
        };
        let groups = self
            .groups
            .values()
            .filter(|group| wanted(states, group.state.name()) && wanted(types, GROUP_TYPE));
        let listed = groups.map(|group| ListedGroup {
            group_id: (&group.id).into(),
            protocol_type: group.protocol_type.as_deref().unwrap_or_default().into(),
            group_state: group.state.name().into(),
            group_type: GROUP_TYPE.into(),
        });
        let listed = listed.collect();
        self.context.reply(call.token, Response::List(listed));
    }

    pub(super) fn describe(&mut self, call: &Call, id: &str) {
        let described = match self.groups.get(id) {
            Some(group) => group.describe(),
            None => {
                let mut none = DescribedGroup {
                    group_id: id.into(),
                    group_state: GroupState::Dead.name().into(),
                    ..Default::default()
                };
                if call.version >= GROUP_ID_NOT_FOUND_FROM {
                    none.error_code = ErrorCode::GroupIdNotFound.code();
                    none.error_message = Some(format!("Group {id} not found.").into());
                }
                none
            }
        };
        self.context.reply(call.token, Response::Describe(described));
    }

    pub(super) fn delete(&mut self, call: &Call, id: &str) {
        let code = match self.groups.get_mut(id) {
            None => ErrorCode::GroupIdNotFound,
            Some(group) => match group.state {
                GroupState::Dead => ErrorCode::GroupIdNotFound,
                GroupState::Empty => {
                    group.delete(&mut self.context, call.token);
                    return;
                }
                _ => ErrorCode::NonEmptyGroup,
            },
        };
        self.context.reply(call.token, Response::Delete(delete_result(id, code)));
    }
}

impl Group {
    /// Metadata and assignments are shown once they are settled.
    fn describe(&self) -> DescribedGroup {
        let settled = self.is(GroupState::Stable);
        let protocol = self.protocol.as_deref().unwrap_or_default();
        let members = self.members.values().map(|member| {
            let mut shown = DescribedGroupMember {
                member_id: (&member.id).into(),
                group_instance_id: member.instance_id.as_ref().map(Str::from),
                client_id: (&member.client_id).into(),
                client_host: (&member.client_host).into(),
                ..Default::default()
            };
            if settled {
                shown.member_metadata = member.metadata(protocol);
                shown.member_assignment = member.assignment.clone();
            }
            shown
        });
        DescribedGroup {
            group_id: (&self.id).into(),
            group_state: self.state.name().into(),
            protocol_type: self.protocol_type.as_deref().unwrap_or_default().into(),
            protocol_data: if settled { protocol.into() } else { "".into() },
            members: members.collect(),
            ..Default::default()
        }
    }
}
