// Written by generate.py from Kafka's message descriptions; do not edit.
use super::{Draw, Sample};
use headrace_wire::messages::streams_group_heartbeat::*;

impl Sample for StreamsGroupHeartbeatRequest {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            group_id: draw.string(),
            member_id: draw.string(),
            member_epoch: draw.i32(),
            endpoint_information_epoch: draw.i32(),
            instance_id: draw.option(|draw| draw.string()),
            rack_id: draw.option(|draw| draw.string()),
            rebalance_timeout_ms: draw.i32(),
            topology: draw.option(|draw| Topology::sample(draw, version)),
            active_tasks: draw.option(|draw| draw.array(|draw| TaskIds::sample(draw, version))),
            standby_tasks: draw.option(|draw| draw.array(|draw| TaskIds::sample(draw, version))),
            warmup_tasks: draw.option(|draw| draw.array(|draw| TaskIds::sample(draw, version))),
            process_id: draw.option(|draw| draw.string()),
            user_endpoint: draw.option(|draw| Endpoint::sample(draw, version)),
            client_tags: draw.option(|draw| draw.array(|draw| KeyValue::sample(draw, version))),
            task_offsets: draw.option(|draw| draw.array(|draw| TaskOffset::sample(draw, version))),
            task_end_offsets: draw
                .option(|draw| draw.array(|draw| TaskOffset::sample(draw, version))),
            shutdown_application: draw.bool(),
        }
    }
}
impl Sample for Topology {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            epoch: draw.i32(),
            subtopologies: draw.array(|draw| Subtopology::sample(draw, version)),
        }
    }
}
impl Sample for Subtopology {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            subtopology_id: draw.string(),
            source_topics: draw.array(|draw| draw.string()),
            source_topic_regex: draw.array(|draw| draw.string()),
            state_changelog_topics: draw.array(|draw| TopicInfo::sample(draw, version)),
            repartition_sink_topics: draw.array(|draw| draw.string()),
            repartition_source_topics: draw.array(|draw| TopicInfo::sample(draw, version)),
            copartition_groups: draw.array(|draw| CopartitionGroup::sample(draw, version)),
        }
    }
}
impl Sample for TopicInfo {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            name: draw.string(),
            partitions: draw.i32(),
            replication_factor: draw.i16(),
            topic_configs: draw.array(|draw| KeyValue::sample(draw, version)),
        }
    }
}
impl Sample for KeyValue {
    fn sample(draw: &mut Draw, _version: i16) -> Self {
        Self { key: draw.string(), value: draw.string() }
    }
}
impl Sample for CopartitionGroup {
    fn sample(draw: &mut Draw, _version: i16) -> Self {
        Self {
            source_topics: draw.array(|draw| draw.i16()),
            source_topic_regex: draw.array(|draw| draw.i16()),
            repartition_source_topics: draw.array(|draw| draw.i16()),
        }
    }
}
impl Sample for TaskIds {
    fn sample(draw: &mut Draw, _version: i16) -> Self {
        Self { subtopology_id: draw.string(), partitions: draw.array(|draw| draw.i32()) }
    }
}
impl Sample for Endpoint {
    fn sample(draw: &mut Draw, _version: i16) -> Self {
        Self { host: draw.string(), port: draw.u16() }
    }
}
impl Sample for TaskOffset {
    fn sample(draw: &mut Draw, _version: i16) -> Self {
        Self { subtopology_id: draw.string(), partition: draw.i32(), offset: draw.i64() }
    }
}
impl Sample for StreamsGroupHeartbeatResponse {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            throttle_time_ms: draw.i32(),
            error_code: draw.i16(),
            error_message: draw.option(|draw| draw.string()),
            member_id: draw.string(),
            member_epoch: draw.i32(),
            heartbeat_interval_ms: draw.i32(),
            acceptable_recovery_lag: draw.i32(),
            task_offset_interval_ms: draw.i32(),
            status: draw.option(|draw| draw.array(|draw| Status::sample(draw, version))),
            active_tasks: draw.option(|draw| {
                draw.array(|draw| StreamsGroupHeartbeatResponseTaskIds::sample(draw, version))
            }),
            standby_tasks: draw.option(|draw| {
                draw.array(|draw| StreamsGroupHeartbeatResponseTaskIds::sample(draw, version))
            }),
            warmup_tasks: draw.option(|draw| {
                draw.array(|draw| StreamsGroupHeartbeatResponseTaskIds::sample(draw, version))
            }),
            endpoint_information_epoch: draw.i32(),
            partitions_by_user_endpoint: draw
                .option(|draw| draw.array(|draw| EndpointToPartitions::sample(draw, version))),
        }
    }
}
impl Sample for Status {
    fn sample(draw: &mut Draw, _version: i16) -> Self {
        Self { status_code: draw.i8(), status_detail: draw.string() }
    }
}
impl Sample for StreamsGroupHeartbeatResponseTaskIds {
    fn sample(draw: &mut Draw, _version: i16) -> Self {
        Self { subtopology_id: draw.string(), partitions: draw.array(|draw| draw.i32()) }
    }
}
impl Sample for EndpointToPartitions {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            user_endpoint: StreamsGroupHeartbeatResponseEndpoint::sample(draw, version),
            active_partitions: draw.array(|draw| TopicPartition::sample(draw, version)),
            standby_partitions: draw.array(|draw| TopicPartition::sample(draw, version)),
        }
    }
}
impl Sample for StreamsGroupHeartbeatResponseEndpoint {
    fn sample(draw: &mut Draw, _version: i16) -> Self {
        Self { host: draw.string(), port: draw.u16() }
    }
}
impl Sample for TopicPartition {
    fn sample(draw: &mut Draw, _version: i16) -> Self {
        Self { topic: draw.string(), partitions: draw.array(|draw| draw.i32()) }
    }
}
