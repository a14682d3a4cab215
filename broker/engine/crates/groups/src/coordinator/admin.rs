//! What administrators ask: lists, descriptions, deletions.

use headrace_wire::messages::consumer_group_describe;
use headrace_wire::messages::describe_groups::{DescribedGroup, DescribedGroupMember};
use headrace_wire::messages::list_groups::ListedGroup;
use headrace_wire::{ErrorCode, Str};

use super::Coordinator;
use crate::api::{Call, Response};
use crate::consumer::classic::CONSUMER;
use crate::errors::delete_result;
use crate::group::{Group, GroupState};
use crate::streams::STREAMS;

/// From this version on an unknown group is an error, not a dead group.
const GROUP_ID_NOT_FOUND_FROM: i16 = 6;
/// The type of groups whose members assign among themselves; KIP-848's is `consumer`.
const CLASSIC: &str = "classic";

impl Coordinator {
    pub(super) fn list(&mut self, call: &Call, states: &[String], types: &[String]) {
        let wanted = |filter: &[String], name: &str| {
            filter.is_empty() || filter.iter().any(|item| item.eq_ignore_ascii_case(name))
        };
        let listed = self.groups.values().map(Group::listed).filter(|listed| {
            wanted(states, &listed.group_state) && wanted(types, &listed.group_type)
        });
        let listed = listed.collect();
        self.context.reply(call.token, Response::List(listed));
    }

    pub(super) fn describe(&mut self, call: &Call, id: &str) {
        let group = self.groups.get(id);
        let classic =
            |group: &&Group| group.consumer_state().is_none() && group.streams_state().is_none();
        let described = match group.filter(classic) {
            Some(group) => group.describe(),
            None => {
                let mut none = DescribedGroup {
                    group_id: id.into(),
                    group_state: GroupState::Dead.name().into(),
                    ..Default::default()
                };
                if call.version >= GROUP_ID_NOT_FOUND_FROM {
                    none.error_code = ErrorCode::GroupIdNotFound.code();
                    let why = match group {
                        Some(_) => format!("Group {id} is not a classic group."),
                        None => format!("Group {id} not found."),
                    };
                    none.error_message = Some(why.into());
                }
                none
            }
        };
        self.context.reply(call.token, Response::Describe(described));
    }

    pub(super) fn describe_consumers(&mut self, now_ms: i64, call: &Call, id: &str) {
        let group = self.groups.get(id);
        let state = group.and_then(Group::consumer_state);
        let described = match state {
            Some(state) => state.describe(self.context.view(id, now_ms)),
            None => {
                let why = match group {
                    Some(_) => format!("Group {id} is not a consumer group."),
                    None => format!("Group {id} not found."),
                };
                consumer_group_describe::DescribedGroup {
                    group_id: id.into(),
                    error_code: ErrorCode::GroupIdNotFound.code(),
                    error_message: Some(why.into()),
                    ..Default::default()
                }
            }
        };
        self.context.reply(call.token, Response::DescribeConsumers(described));
    }

    pub(super) fn delete(&mut self, call: &Call, id: &str) {
        let open = self.unstable(id);
        self.make_if_open(id);
        let code = match self.groups.get_mut(id) {
            None => ErrorCode::GroupIdNotFound,
            Some(group) if group.is(GroupState::Dead) => ErrorCode::GroupIdNotFound,
            Some(group) if group.is_vacant() => {
                group.delete(&mut self.context, call.token, open);
                return;
            }
            Some(_) => ErrorCode::NonEmptyGroup,
        };
        self.context.reply(call.token, Response::Delete(delete_result(id, code)));
    }
}

impl Group {
    fn listed(&self) -> ListedGroup {
        let states = (self.consumer_state(), self.streams_state());
        let (group_state, group_type, protocol_type) = match states {
            (Some(state), _) => (state.name(), CONSUMER, CONSUMER),
            (None, Some(state)) => (state.name(), STREAMS, STREAMS),
            (None, None) => {
                let protocol_type = self.protocol_type.as_deref().unwrap_or_default();
                (self.state.name(), CLASSIC, protocol_type)
            }
        };
        ListedGroup {
            group_id: (&self.id).into(),
            protocol_type: protocol_type.into(),
            group_state: group_state.into(),
            group_type: group_type.into(),
        }
    }

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
