// Written by generate.py from Kafka's message descriptions; do not edit.
use super::{Draw, Sample};
use headrace_wire::messages::streams_group_describe::*;

impl Sample for StreamsGroupDescribeRequest {
    fn sample(draw: &mut Draw, _version: i16) -> Self {
        Self {
            group_ids: draw.array(|draw| draw.string()),
            include_authorized_operations: draw.bool(),
        }
    }
}
impl Sample for StreamsGroupDescribeResponse {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            throttle_time_ms: draw.i32(),
            groups: draw.array(|draw| DescribedGroup::sample(draw, version)),
        }
    }
}
impl Sample for DescribedGroup {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            error_code: draw.i16(),
            error_message: draw.option(|draw| draw.string()),
            group_id: draw.string(),
            group_state: draw.string(),
            group_epoch: draw.i32(),
            assignment_epoch: draw.i32(),
            topology: draw.option(|draw| Topology::sample(draw, version)),
            members: draw.array(|draw| Member::sample(draw, version)),
            authorized_operations: draw.i32(),
        }
    }
}
impl Sample for Topology {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            epoch: draw.i32(),
            subtopologies: draw
                .option(|draw| draw.array(|draw| Subtopology::sample(draw, version))),
        }
    }
}
impl Sample for Subtopology {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            subtopology_id: draw.string(),
            source_topics: draw.array(|draw| draw.string()),
            repartition_sink_topics: draw.array(|draw| draw.string()),
            state_changelog_topics: draw.array(|draw| TopicInfo::sample(draw, version)),
            repartition_source_topics: draw.array(|draw| TopicInfo::sample(draw, version)),
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
impl Sample for Member {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            member_id: draw.string(),
            member_epoch: draw.i32(),
            instance_id: draw.option(|draw| draw.string()),
            rack_id: draw.option(|draw| draw.string()),
            client_id: draw.string(),
            client_host: draw.string(),
            topology_epoch: draw.i32(),
            process_id: draw.string(),
            user_endpoint: draw.option(|draw| Endpoint::sample(draw, version)),
            client_tags: draw.array(|draw| KeyValue::sample(draw, version)),
            task_offsets: draw.array(|draw| TaskOffset::sample(draw, version)),
            task_end_offsets: draw.array(|draw| TaskOffset::sample(draw, version)),
            assignment: Assignment::sample(draw, version),
            target_assignment: Assignment::sample(draw, version),
            is_classic: draw.bool(),
        }
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
impl Sample for Assignment {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            active_tasks: draw.array(|draw| TaskIds::sample(draw, version)),
            standby_tasks: draw.array(|draw| TaskIds::sample(draw, version)),
            warmup_tasks: draw.array(|draw| TaskIds::sample(draw, version)),
        }
    }
}
impl Sample for TaskIds {
    fn sample(draw: &mut Draw, _version: i16) -> Self {
        Self { subtopology_id: draw.string(), partitions: draw.array(|draw| draw.i32()) }
    }
}
