//! OffsetDelete: offsets of topics that the group's members do not read, those of open transactions
//! included.

use std::collections::BTreeSet;

use headrace_wire::messages::OffsetDeleteRequest;
use headrace_wire::ErrorCode;

use super::writes::Completion;
use super::{Context, Coordinator};
use crate::api::{Call, Response};
use crate::consumer::classic::CONSUMER;
use crate::errors::{offset_delete_error, offset_delete_response};
use crate::group::{Group, GroupState};
use crate::offsets::{tombstones, Place};

impl Coordinator {
    pub(super) fn delete_offsets(&mut self, call: &Call, request: OffsetDeleteRequest) {
        let open = self.unstable(&request.group_id);
        self.make_if_open(&request.group_id);
        let code = match self.groups.get_mut(&*request.group_id) {
            None => ErrorCode::GroupIdNotFound,
            Some(group) if group.is(GroupState::Dead) => ErrorCode::GroupIdNotFound,
            // What members read is known for consumers only.
            Some(group) if !group.members.is_empty() && !group.has_consumers() => {
                ErrorCode::NonEmptyGroup
            }
            Some(group) => return group.delete_offsets(&mut self.context, call, request, &open),
        };
        self.context.reply(call.token, Response::DeleteOffsets(offset_delete_error(code)));
    }
}

impl Group {
    fn has_consumers(&self) -> bool {
        self.protocol_type.as_deref() == Some(CONSUMER)
    }

    fn reads(&self, topic: &str) -> bool {
        match (self.consumer_state(), self.streams_state()) {
            (Some(state), _) => state.reads(topic),
            (None, Some(state)) => state.reads(topic),
            // Members whose subscription cannot be read, or is not chosen yet, may read anything.
            (None, None) => match self.subscribed() {
                Some(topics) => topics.iter().any(|name| name == topic),
                None => !self.members.is_empty(),
            },
        }
    }

    fn delete_offsets(
        &mut self,
        ctx: &mut Context,
        call: &Call,
        request: OffsetDeleteRequest,
        open: &BTreeSet<Place>,
    ) {
        let mut codes = Vec::new();
        let mut places = Vec::new();
        for topic in &request.topics {
            let reads = self.reads(&topic.name);
            for partition in &topic.partitions {
                codes.push(match reads {
                    true => ErrorCode::GroupSubscribedToTopic,
                    false => ErrorCode::None,
                });
                let place = (topic.name.to_string(), partition.partition_index);
                let is_known = self.offsets.has(&place) || open.contains(&place);
                if !reads && is_known && !places.contains(&place) {
                    places.push(place);
                }
            }
        }
        if places.is_empty() {
            let response = offset_delete_response(&request, &codes);
            return ctx.reply(call.token, Response::DeleteOffsets(response));
        }
        for (topic, partition) in &places {
            self.offsets.begin(topic, *partition);
        }
        let records = tombstones(&self.id, &places);
        let completion = Completion::DeleteOffsets { token: call.token, request, codes, places };
        ctx.append(&self.id, records, completion);
    }
}
