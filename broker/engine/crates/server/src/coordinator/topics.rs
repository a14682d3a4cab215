//! The controller's image as group coordinators see it.

use std::sync::Arc;

use headrace_cluster::image::Image;
use headrace_groups::{TopicShape, Topics};
use uuid::Uuid;

/// One version of the image.
#[derive(Debug)]
pub(super) struct ImageTopics(pub(super) Arc<Image>);

impl ImageTopics {
    /// A number that was set on the group, on the cluster, or its default: values were checked
    /// when they were set.
    fn number(&self, group: &str, key: &str) -> i32 {
        let value = self.0.group_property(group, key).and_then(|text| text.parse().ok());
        value.unwrap_or(i32::MAX)
    }
}

impl Topics for ImageTopics {
    fn find(&self, name: &str) -> Option<TopicShape> {
        let topic = self.0.topic(name)?;
        let partitions = i32::try_from(topic.partitions.len()).ok()?;
        Some(TopicShape { id: topic.id, partitions })
    }

    fn name(&self, id: Uuid) -> Option<&str> {
        self.0.topic_by_id(id).map(|topic| &*topic.name)
    }

    fn each_name(&self, each: &mut dyn FnMut(&str)) {
        self.0.topics().for_each(|topic| each(&topic.name));
    }

    fn consumer_session_timeout_ms(&self, group: &str) -> i32 {
        self.number(group, "consumer.session.timeout.ms")
    }

    fn consumer_heartbeat_interval_ms(&self, group: &str) -> i32 {
        self.number(group, "consumer.heartbeat.interval.ms")
    }

    fn streams_session_timeout_ms(&self, group: &str) -> i32 {
        self.number(group, "streams.session.timeout.ms")
    }

    fn streams_heartbeat_interval_ms(&self, group: &str) -> i32 {
        self.number(group, "streams.heartbeat.interval.ms")
    }

    fn streams_num_standby_replicas(&self, group: &str) -> i32 {
        self.number(group, "streams.num.standby.replicas")
    }

    fn streams_initial_rebalance_delay_ms(&self, group: &str) -> i32 {
        self.number(group, "streams.initial.rebalance.delay.ms")
    }
}
