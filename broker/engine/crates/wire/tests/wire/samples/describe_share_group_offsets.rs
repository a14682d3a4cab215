// Written by generate.py from Kafka's message descriptions; do not edit.
use super::{Draw, Sample};
use headrace_wire::messages::describe_share_group_offsets::*;

impl Sample for DescribeShareGroupOffsetsRequest {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            groups: draw.array(|draw| DescribeShareGroupOffsetsRequestGroup::sample(draw, version)),
        }
    }
}
impl Sample for DescribeShareGroupOffsetsRequestGroup {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            group_id: draw.string(),
            topics: draw.option(|draw| {
                draw.array(|draw| DescribeShareGroupOffsetsRequestTopic::sample(draw, version))
            }),
        }
    }
}
impl Sample for DescribeShareGroupOffsetsRequestTopic {
    fn sample(draw: &mut Draw, _version: i16) -> Self {
        Self { topic_name: draw.string(), partitions: draw.array(|draw| draw.i32()) }
    }
}
impl Sample for DescribeShareGroupOffsetsResponse {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            throttle_time_ms: draw.i32(),
            groups: draw
                .array(|draw| DescribeShareGroupOffsetsResponseGroup::sample(draw, version)),
        }
    }
}
impl Sample for DescribeShareGroupOffsetsResponseGroup {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            group_id: draw.string(),
            topics: draw
                .array(|draw| DescribeShareGroupOffsetsResponseTopic::sample(draw, version)),
            error_code: draw.i16(),
            error_message: draw.option(|draw| draw.string()),
        }
    }
}
impl Sample for DescribeShareGroupOffsetsResponseTopic {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            topic_name: draw.string(),
            topic_id: draw.uuid(),
            partitions: draw
                .array(|draw| DescribeShareGroupOffsetsResponsePartition::sample(draw, version)),
        }
    }
}
impl Sample for DescribeShareGroupOffsetsResponsePartition {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            partition_index: draw.i32(),
            start_offset: draw.i64(),
            leader_epoch: draw.i32(),
            lag: if version == 1 { draw.i64() } else { -1 },
            error_code: draw.i16(),
            error_message: draw.option(|draw| draw.string()),
        }
    }
}
