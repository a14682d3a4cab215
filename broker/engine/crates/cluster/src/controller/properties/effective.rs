//! Overrides turned into typed values: what the data path reads.

use std::collections::BTreeMap;

use headrace_log::Compaction;
use headrace_wire::compression::{Codec, Compression};
use serde::{Deserialize, Serialize};

use super::{topic_property, value, TOPIC};

/// Whose time a record carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum TimestampType {
    /// Its producer's.
    CreateTime,
    /// That of its append.
    LogAppendTime,
}

/// How old data leaves a topic.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CleanupPolicy {
    /// By age and size.
    pub delete: bool,
    /// All but the newest record of each key.
    pub compact: bool,
}

/// A topic's configuration in force.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TopicConfig {
    /// How long a record is kept; -1: for ever.
    pub retention_ms: i64,
    /// Bytes that a partition keeps; -1: no limit.
    pub retention_bytes: i64,
    /// Size at which a new segment is begun.
    pub segment_bytes: u64,
    /// Age at which a new segment is begun.
    pub segment_ms: i64,
    /// Bytes of log between two entries of its index.
    pub index_interval_bytes: u32,
    /// The largest batch that may be produced.
    pub max_message_bytes: u32,
    /// Whose time records carry.
    pub timestamp_type: TimestampType,
    /// How far a time stamp may lie behind the clock.
    pub timestamp_before_max_ms: i64,
    /// How far a time stamp may lie ahead of the clock.
    pub timestamp_after_max_ms: i64,
    /// Replicas that must be in sync for acks=all.
    pub min_insync_replicas: i32,
    /// Records are acknowledged before they are synced.
    pub write_caching: bool,
    /// How old data leaves.
    pub cleanup_policy: CleanupPolicy,
    /// When and how the topic is compacted, if its policy says so.
    pub compaction: Compaction,
    /// How batches are stored; `None`: as their producers compressed them.
    pub compression: Option<Compression>,
}

impl Default for TopicConfig {
    fn default() -> Self {
        TopicConfig::effective(&BTreeMap::new(), &BTreeMap::new())
    }
}

/// The value in force of a topic key and where it comes from.
pub(super) fn topic_value<'a>(
    key: &str,
    overrides: &'a BTreeMap<String, String>,
    cluster: &'a BTreeMap<String, String>,
) -> Option<&'a str> {
    let property = topic_property(key)?;
    let inherited = || cluster.get(property.broker_key?).map(String::as_str);
    overrides.get(key).map(String::as_str).or_else(inherited).or(Some(property.default))
}

impl TopicConfig {
    /// What `overrides` of a topic over `cluster` properties over the defaults come to.
    /// Stored values were validated; one that no longer parses counts as the default.
    pub fn effective(
        overrides: &BTreeMap<String, String>,
        cluster: &BTreeMap<String, String>,
    ) -> TopicConfig {
        let text = |key: &str| topic_value(key, overrides, cluster).unwrap_or_default();
        let long = |key: &str| text(key).parse::<i64>().unwrap_or_else(|_| default_number(key));
        let internal = overrides.get("internal.segment.bytes").and_then(|text| text.parse().ok());
        let policy = value::items(text("cleanup.policy"));
        TopicConfig {
            retention_ms: long("retention.ms"),
            retention_bytes: long("retention.bytes"),
            segment_bytes: internal.unwrap_or_else(|| long("segment.bytes").unsigned_abs()),
            segment_ms: long("segment.ms"),
            index_interval_bytes: clamp_u32(long("index.interval.bytes")),
            max_message_bytes: clamp_u32(long("max.message.bytes")),
            timestamp_type: match text("message.timestamp.type") {
                "LogAppendTime" => TimestampType::LogAppendTime,
                _ => TimestampType::CreateTime,
            },
            timestamp_before_max_ms: long("message.timestamp.before.max.ms"),
            timestamp_after_max_ms: long("message.timestamp.after.max.ms"),
            min_insync_replicas: clamp_i32(long("min.insync.replicas")),
            write_caching: text("write.caching") == "true",
            cleanup_policy: CleanupPolicy {
                delete: policy.contains(&"delete"),
                compact: policy.contains(&"compact"),
            },
            compaction: Compaction {
                min_dirty_ppm: millionths(text("min.cleanable.dirty.ratio")),
                min_lag_ms: long("min.compaction.lag.ms"),
                max_lag_ms: long("max.compaction.lag.ms"),
                delete_retention_ms: long("delete.retention.ms"),
            },
            compression: match text("compression.type") {
                "uncompressed" => Some((Codec::None, 0)),
                "gzip" => Some((Codec::Gzip, long("compression.gzip.level"))),
                "snappy" => Some((Codec::Snappy, 0)),
                "lz4" => Some((Codec::Lz4, long("compression.lz4.level"))),
                "zstd" => Some((Codec::Zstd, long("compression.zstd.level"))),
                _ => None,
            }
            .map(|(codec, level)| Compression { codec, level: clamp_i32(level) }),
        }
    }
}

/// The cluster's properties: what was set, and what is in force.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "BTreeMap<String, String>", into = "BTreeMap<String, String>")]
pub struct ClusterConfig {
    /// What was set, by Kafka's broker keys.
    pub overrides: BTreeMap<String, String>,
    /// Unknown topics are created when clients ask for them.
    pub auto_create_topics: bool,
    /// Consumers are sent to followers in their rack.
    pub rack_aware_reads: bool,
    /// Topics may be deleted.
    pub delete_topic: bool,
    /// Partitions of a topic whose creator does not say.
    pub num_partitions: i32,
    /// Replicas of a topic whose creator does not say.
    pub default_replication_factor: i16,
    /// Partitions of `__consumer_offsets`.
    pub offsets_topic_partitions: i32,
    /// Replicas of `__consumer_offsets`.
    pub offsets_topic_replication_factor: i16,
    /// Segment size of `__consumer_offsets`.
    pub offsets_topic_segment_bytes: i32,
    /// How long offsets of an empty group are kept.
    pub offsets_retention_minutes: i32,
    /// Longest text with a committed offset.
    pub offset_metadata_max_bytes: i32,
    /// Partitions of `__transaction_state`.
    pub transaction_topic_partitions: i32,
    /// Replicas of `__transaction_state`.
    pub transaction_topic_replication_factor: i16,
    /// `min.insync.replicas` of `__transaction_state`.
    pub transaction_topic_min_in_sync: i32,
    /// `min.insync.replicas` of `__share_group_state`.
    pub share_topic_min_in_sync: i32,
    /// The longest time-out of a transaction.
    pub transaction_max_timeout_ms: i32,
    /// How long a transactional id without a transaction is remembered.
    pub transactional_id_expiration_ms: i32,
    /// Whether partitions ask the coordinator before a transaction begins in them.
    pub transaction_partition_verification: bool,
    /// How long a partition remembers a silent producer.
    pub producer_id_expiration_ms: i64,
    /// Segment size of `__transaction_state`.
    pub transaction_topic_segment_bytes: i32,
    /// Partitions of `__share_group_state`.
    pub share_topic_partitions: i32,
    /// Replicas of `__share_group_state`.
    pub share_topic_replication_factor: i16,
    /// Members of a share group.
    pub share_group_max_size: i32,
    /// Shortest session time-out.
    pub group_min_session_timeout_ms: i32,
    /// Longest session time-out.
    pub group_max_session_timeout_ms: i32,
    /// How long a new group waits for more members.
    pub group_initial_rebalance_delay_ms: i32,
    /// Members of a group.
    pub group_max_size: i32,
    /// Members of a streams group.
    pub group_streams_max_size: i32,
    /// Assignors of consumer groups of the newer protocol, the default first.
    pub group_consumer_assignors: Vec<String>,
    /// Members of a consumer group of the newer protocol.
    pub group_consumer_max_size: i32,
    /// Which groups may change between the protocols.
    pub group_consumer_migration_policy: String,
    /// Between two looks for logs to compact.
    pub log_cleaner_backoff_ms: i64,
    /// Between two looks for records that are too old.
    pub log_retention_check_interval_ms: i64,
}

impl Default for ClusterConfig {
    fn default() -> Self {
        ClusterConfig::from(BTreeMap::new())
    }
}

impl From<ClusterConfig> for BTreeMap<String, String> {
    fn from(config: ClusterConfig) -> Self {
        config.overrides
    }
}

impl From<BTreeMap<String, String>> for ClusterConfig {
    fn from(overrides: BTreeMap<String, String>) -> Self {
        let text = |key: &str| {
            let default = super::cluster_property(key).map_or("", |p| p.default);
            overrides.get(key).map_or(default, String::as_str)
        };
        let int = |key: &str| text(key).parse::<i32>().unwrap_or(i32::MAX);
        let short = |key: &str| text(key).parse::<i16>().unwrap_or(i16::MAX);
        let flag = |key: &str| text(key) == "true";
        ClusterConfig {
            auto_create_topics: flag("auto.create.topics.enable"),
            rack_aware_reads: !text("replica.selector.class").is_empty(),
            delete_topic: flag("delete.topic.enable"),
            num_partitions: int("num.partitions"),
            default_replication_factor: short("default.replication.factor"),
            offsets_topic_partitions: int("offsets.topic.num.partitions"),
            offsets_topic_replication_factor: short("offsets.topic.replication.factor"),
            offsets_topic_segment_bytes: int("offsets.topic.segment.bytes"),
            offsets_retention_minutes: int("offsets.retention.minutes"),
            offset_metadata_max_bytes: int("offset.metadata.max.bytes"),
            transaction_topic_partitions: int("transaction.state.log.num.partitions"),
            transaction_topic_replication_factor: short("transaction.state.log.replication.factor"),
            transaction_max_timeout_ms: int("transaction.max.timeout.ms"),
            transactional_id_expiration_ms: int("transactional.id.expiration.ms"),
            transaction_partition_verification: flag("transaction.partition.verification.enable"),
            producer_id_expiration_ms: i64::from(int("producer.id.expiration.ms")),
            transaction_topic_segment_bytes: int("transaction.state.log.segment.bytes"),
            transaction_topic_min_in_sync: int("transaction.state.log.min.isr"),
            share_topic_min_in_sync: int("share.coordinator.state.topic.min.isr"),
            share_topic_partitions: int("share.coordinator.state.topic.num.partitions"),
            share_topic_replication_factor: short(
                "share.coordinator.state.topic.replication.factor",
            ),
            share_group_max_size: int("group.share.max.size"),
            group_min_session_timeout_ms: int("group.min.session.timeout.ms"),
            group_max_session_timeout_ms: int("group.max.session.timeout.ms"),
            group_initial_rebalance_delay_ms: int("group.initial.rebalance.delay.ms"),
            group_max_size: int("group.max.size"),
            group_streams_max_size: int("group.streams.max.size"),
            group_consumer_assignors: value::items(text("group.consumer.assignors"))
                .into_iter()
                .map(str::to_owned)
                .collect(),
            group_consumer_max_size: int("group.consumer.max.size"),
            group_consumer_migration_policy: text("group.consumer.migration.policy").to_owned(),
            log_cleaner_backoff_ms: text("log.cleaner.backoff.ms").parse().unwrap_or(i64::MAX),
            log_retention_check_interval_ms: text("log.retention.check.interval.ms")
                .parse()
                .unwrap_or(i64::MAX),
            overrides,
        }
    }
}

fn default_number(key: &str) -> i64 {
    TOPIC.iter().find(|p| p.name == key).and_then(|p| p.default.parse().ok()).unwrap_or(-1)
}

/// A ratio between 0 and 1.
fn millionths(ratio: &str) -> u32 {
    ratio.parse().map_or(500_000, |ratio: f64| (ratio.clamp(0.0, 1.0) * 1e6) as u32)
}

fn clamp_u32(n: i64) -> u32 {
    u32::try_from(n.max(0)).unwrap_or(u32::MAX)
}

fn clamp_i32(n: i64) -> i32 {
    i32::try_from(n).unwrap_or(i32::MAX)
}
