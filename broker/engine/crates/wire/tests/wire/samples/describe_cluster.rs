// Written by generate.py from Kafka's message descriptions; do not edit.
use super::{Draw, Sample};
use headrace_wire::messages::describe_cluster::*;

impl Sample for DescribeClusterRequest {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            include_cluster_authorized_operations: draw.bool(),
            endpoint_type: if version >= 1 { draw.i8() } else { 1 },
            include_fenced_brokers: if version == 2 { draw.bool() } else { false },
        }
    }
}
impl Sample for DescribeClusterResponse {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            throttle_time_ms: draw.i32(),
            error_code: draw.i16(),
            error_message: draw.option(|draw| draw.string()),
            endpoint_type: if version >= 1 { draw.i8() } else { 1 },
            cluster_id: draw.string(),
            controller_id: draw.i32(),
            brokers: draw.array(|draw| DescribeClusterBroker::sample(draw, version)),
            cluster_authorized_operations: draw.i32(),
        }
    }
}
impl Sample for DescribeClusterBroker {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            broker_id: draw.i32(),
            host: draw.string(),
            port: draw.i32(),
            rack: draw.option(|draw| draw.string()),
            is_fenced: if version == 2 { draw.bool() } else { false },
        }
    }
}
