// Written by generate.py from Kafka's message descriptions; do not edit.
use super::{Draw, Sample};
use headrace_wire::messages::describe_quorum::*;
use uuid::Uuid;

impl Sample for DescribeQuorumRequest {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self { topics: draw.array(|draw| TopicData::sample(draw, version)) }
    }
}
impl Sample for TopicData {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            topic_name: draw.string(),
            partitions: draw.array(|draw| PartitionData::sample(draw, version)),
        }
    }
}
impl Sample for PartitionData {
    fn sample(draw: &mut Draw, _version: i16) -> Self {
        Self { partition_index: draw.i32() }
    }
}
impl Sample for DescribeQuorumResponse {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            error_code: draw.i16(),
            error_message: if version == 2 { draw.option(|draw| draw.string()) } else { None },
            topics: draw.array(|draw| DescribeQuorumResponseTopicData::sample(draw, version)),
            nodes: if version == 2 {
                draw.array(|draw| Node::sample(draw, version))
            } else {
                Vec::new()
            },
        }
    }
}
impl Sample for DescribeQuorumResponseTopicData {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            topic_name: draw.string(),
            partitions: draw
                .array(|draw| DescribeQuorumResponsePartitionData::sample(draw, version)),
        }
    }
}
impl Sample for DescribeQuorumResponsePartitionData {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            partition_index: draw.i32(),
            error_code: draw.i16(),
            error_message: if version == 2 { draw.option(|draw| draw.string()) } else { None },
            leader_id: draw.i32(),
            leader_epoch: draw.i32(),
            high_watermark: draw.i64(),
            current_voters: draw.array(|draw| ReplicaState::sample(draw, version)),
            observers: draw.array(|draw| ReplicaState::sample(draw, version)),
        }
    }
}
impl Sample for ReplicaState {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            replica_id: draw.i32(),
            replica_directory_id: if version == 2 { draw.uuid() } else { Uuid::nil() },
            log_end_offset: draw.i64(),
            last_fetch_timestamp: if version >= 1 { draw.i64() } else { -1 },
            last_caught_up_timestamp: if version >= 1 { draw.i64() } else { -1 },
        }
    }
}
impl Sample for Node {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self { node_id: draw.i32(), listeners: draw.array(|draw| Listener::sample(draw, version)) }
    }
}
impl Sample for Listener {
    fn sample(draw: &mut Draw, _version: i16) -> Self {
        Self { name: draw.string(), host: draw.string(), port: draw.u16() }
    }
}
