// Written by generate.py from Kafka's message descriptions; do not edit.
use super::{Draw, Sample};
use headrace_wire::messages::describe_log_dirs::*;

impl Sample for DescribeLogDirsRequest {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            topics: draw
                .option(|draw| draw.array(|draw| DescribableLogDirTopic::sample(draw, version))),
        }
    }
}
impl Sample for DescribableLogDirTopic {
    fn sample(draw: &mut Draw, _version: i16) -> Self {
        Self { topic: draw.string(), partitions: draw.array(|draw| draw.i32()) }
    }
}
impl Sample for DescribeLogDirsResponse {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            throttle_time_ms: draw.i32(),
            error_code: if version >= 3 { draw.i16() } else { 0 },
            results: draw.array(|draw| DescribeLogDirsResult::sample(draw, version)),
        }
    }
}
impl Sample for DescribeLogDirsResult {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            error_code: draw.i16(),
            log_dir: draw.string(),
            topics: draw.array(|draw| DescribeLogDirsTopic::sample(draw, version)),
            total_bytes: if version >= 4 { draw.i64() } else { -1 },
            usable_bytes: if version >= 4 { draw.i64() } else { -1 },
            is_cordoned: if version == 5 { draw.bool() } else { false },
        }
    }
}
impl Sample for DescribeLogDirsTopic {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            name: draw.string(),
            partitions: draw.array(|draw| DescribeLogDirsPartition::sample(draw, version)),
        }
    }
}
impl Sample for DescribeLogDirsPartition {
    fn sample(draw: &mut Draw, _version: i16) -> Self {
        Self {
            partition_index: draw.i32(),
            partition_size: draw.i64(),
            offset_lag: draw.i64(),
            is_future_key: draw.bool(),
        }
    }
}
