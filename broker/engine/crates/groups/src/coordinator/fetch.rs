//! OffsetFetch of one group: only what is durable is ever shown.
//!
//! Who asks for stable offsets (KIP-447) is told of those that an open transaction is about to
//! change, and asks again.

use std::collections::BTreeSet;

use headrace_wire::messages::offset_fetch::{
    OffsetFetchRequestGroup, OffsetFetchResponseGroup, OffsetFetchResponsePartitions,
    OffsetFetchResponseTopics,
};
use headrace_wire::{ErrorCode, Str};
use uuid::Uuid;

use super::Coordinator;
use crate::api::{Call, Response};
use crate::group::{Group, GroupState};
use crate::offsets::Place;
use crate::records::OffsetValue;

/// What stands for "nothing committed".
const NO_OFFSET: i64 = -1;

impl Coordinator {
    pub(super) fn offset_fetch(
        &mut self,
        call: &Call,
        request: &OffsetFetchRequestGroup,
        stable: bool,
    ) {
        let group = self.groups.get(&*request.group_id);
        let group = group.filter(|group| !group.is(GroupState::Dead));
        let consumers = group.and_then(Group::consumer_state);
        let streams = group.and_then(Group::streams_state);
        let checked = consumers.map(|state| state.check_fetch(request));
        let checked = checked.or_else(|| streams.map(|state| state.check_fetch(request)));
        if let Some(Err(code)) = checked {
            let response = OffsetFetchResponseGroup {
                group_id: request.group_id.clone(),
                error_code: code.code(),
                ..Default::default()
            };
            return self.context.reply(call.token, Response::OffsetFetch(response));
        }
        let topics = match &request.topics {
            None => group.map(all_topics).unwrap_or_default(),
            Some(asked) => {
                let topics = asked.iter().map(|topic| {
                    let partitions = topic.partition_indexes.iter().map(|index| {
                        let found = group.and_then(|group| group.offsets.get(&topic.name, *index));
                        let found = found.filter(|value| same_topic(value, topic.topic_id));
                        partition(*index, found)
                    });
                    OffsetFetchResponseTopics {
                        name: topic.name.clone(),
                        topic_id: topic.topic_id,
                        partitions: partitions.collect(),
                    }
                });
                topics.collect()
            }
        };
        let mut topics: Vec<OffsetFetchResponseTopics> = topics;
        if stable {
            let unstable = self.unstable(&request.group_id);
            mark_unstable(&mut topics, &unstable);
        }
        let response = OffsetFetchResponseGroup {
            group_id: request.group_id.clone(),
            topics,
            error_code: ErrorCode::None.code(),
        };
        self.context.reply(call.token, Response::OffsetFetch(response));
    }
}

fn mark_unstable(topics: &mut [OffsetFetchResponseTopics], unstable: &BTreeSet<Place>) {
    if unstable.is_empty() {
        return;
    }
    for topic in topics {
        for found in &mut topic.partitions {
            if unstable.contains(&(topic.name.to_string(), found.partition_index)) {
                let error_code = ErrorCode::UnstableOffsetCommit.code();
                *found = OffsetFetchResponsePartitions {
                    error_code,
                    ..partition(found.partition_index, None)
                };
            }
        }
    }
}

/// False when the offset is of a deleted topic that had the same name.
fn same_topic(value: &OffsetValue, topic_id: Uuid) -> bool {
    topic_id.is_nil() || value.topic_id.is_nil() || value.topic_id == topic_id
}

fn all_topics(group: &Group) -> Vec<OffsetFetchResponseTopics> {
    let topics = group.offsets.topics().map(|(name, partitions)| OffsetFetchResponseTopics {
        name: name.into(),
        topic_id: partitions.values().next().map(|value| value.topic_id).unwrap_or_default(),
        partitions: partitions
            .iter()
            .map(|(index, value)| partition(*index, Some(value)))
            .collect(),
    });
    topics.collect()
}

fn partition(index: i32, value: Option<&OffsetValue>) -> OffsetFetchResponsePartitions {
    OffsetFetchResponsePartitions {
        partition_index: index,
        committed_offset: value.map_or(NO_OFFSET, |value| value.offset),
        committed_leader_epoch: value.map_or(-1, |value| value.leader_epoch),
        metadata: Some(value.map_or_else(|| Str::from(""), |value| Str::from(&value.metadata))),
        error_code: ErrorCode::None.code(),
    }
}
