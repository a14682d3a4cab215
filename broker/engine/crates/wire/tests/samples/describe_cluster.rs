// Written by generate.py from Kafka's message descriptions; do not edit.
use super::{Gen, Sample};
use headrace_wire::messages::describe_cluster::*;

impl Sample for DescribeClusterRequest {
    fn sample(gen: &mut Gen, version: i16) -> Self {
        Self {
            include_cluster_authorized_operations: gen.bool(),
            endpoint_type: if version >= 1 { gen.i8() } else { 1 },
            include_fenced_brokers: if version == 2 { gen.bool() } else { false },
        }
    }
}
impl Sample for DescribeClusterResponse {
    fn sample(gen: &mut Gen, version: i16) -> Self {
        Self {
            throttle_time_ms: gen.i32(),
            error_code: gen.i16(),
            error_message: gen.option(|gen| gen.string()),
            endpoint_type: if version >= 1 { gen.i8() } else { 1 },
            cluster_id: gen.string(),
            controller_id: gen.i32(),
            brokers: gen.array(|gen| DescribeClusterBroker::sample(gen, version)),
            cluster_authorized_operations: gen.i32(),
        }
    }
}
impl Sample for DescribeClusterBroker {
    fn sample(gen: &mut Gen, version: i16) -> Self {
        Self {
            broker_id: gen.i32(),
            host: gen.string(),
            port: gen.i32(),
            rack: gen.option(|gen| gen.string()),
            is_fenced: if version == 2 { gen.bool() } else { false },
        }
    }
}
