//! What a coordinator sees of the cluster: its topics, and what was set on single groups.

use std::sync::Arc;

use uuid::Uuid;

/// A topic as group assignment needs it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TopicShape {
    /// Its id.
    pub id: Uuid,
    /// How many partitions it has.
    pub partitions: i32,
}

/// The cluster at one moment.
pub trait Topics: std::fmt::Debug + Send + Sync {
    /// The topic of this name.
    fn find(&self, name: &str) -> Option<TopicShape>;
    /// The name of the topic with this id.
    fn name(&self, id: Uuid) -> Option<&str>;
    /// Hands every topic's name to `each`.
    fn each_name(&self, each: &mut dyn FnMut(&str));

    /// `consumer.session.timeout.ms` of a group.
    fn consumer_session_timeout_ms(&self, _group: &str) -> i32 {
        45_000
    }

    /// `consumer.heartbeat.interval.ms` of a group.
    fn consumer_heartbeat_interval_ms(&self, _group: &str) -> i32 {
        5_000
    }
}

/// A cluster without topics: what a coordinator knows until it is told.
#[derive(Debug)]
struct NoTopics;

impl Topics for NoTopics {
    fn find(&self, _name: &str) -> Option<TopicShape> {
        None
    }

    fn name(&self, _id: Uuid) -> Option<&str> {
        None
    }

    fn each_name(&self, _each: &mut dyn FnMut(&str)) {}
}

pub(crate) fn no_topics() -> Arc<dyn Topics> {
    Arc::new(NoTopics)
}
