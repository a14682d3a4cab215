//! What a coordinator sees of the cluster: its topics, and what was set on single groups.

use std::collections::BTreeSet;
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

    /// `streams.session.timeout.ms` of a group.
    fn streams_session_timeout_ms(&self, _group: &str) -> i32 {
        45_000
    }

    /// `streams.heartbeat.interval.ms` of a group.
    fn streams_heartbeat_interval_ms(&self, _group: &str) -> i32 {
        5_000
    }

    /// `streams.num.standby.replicas` of a group.
    fn streams_num_standby_replicas(&self, _group: &str) -> i32 {
        0
    }

    /// `streams.initial.rebalance.delay.ms` of a group.
    fn streams_initial_rebalance_delay_ms(&self, _group: &str) -> i32 {
        3_000
    }
}

/// A number that changes when one of these topics comes, goes or grows (FNV-1a over names, ids and
/// sizes; 0 stands for no topics).
pub(crate) fn hash(names: BTreeSet<&str>, topics: &dyn Topics) -> i64 {
    let mut hash: u64 = 0;
    for (name, shape) in names.into_iter().filter_map(|n| topics.find(n).map(|s| (n, s))) {
        let size = shape.partitions.to_be_bytes();
        let bytes = name.bytes().chain([0]).chain(shape.id.into_bytes()).chain(size);
        let start = if hash == 0 { 0xcbf2_9ce4_8422_2325 } else { hash };
        hash = bytes.fold(start, |h, b| (h ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3));
    }
    hash as i64
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
