//! The tables of topic and cluster properties: Kafka's names, defaults and limits.
//!
//! Names and defaults are those of Apache Kafka 4.3 (its public configuration reference;
//! KIP-1030 for the newer defaults), but for `log.cleaner.backoff.ms`, whose text says so. A key
//! that Headrace does not act on says so in `honour`: it is refused unless its value is the
//! default, so that nobody believes in a setting that does nothing.

use super::{Honour, Kind, Property};

const MAX_I32: i64 = i32::MAX as i64;
const WHOLE: Kind = Kind::Long { min: 0, max: i64::MAX };
const OR_UNLIMITED: Kind = Kind::Long { min: -1, max: i64::MAX };
const POSITIVE: Kind = Kind::Long { min: 1, max: i64::MAX };
const COUNT: Kind = Kind::Int { min: 1, max: MAX_I32 };
const NO_FLUSH: Honour = Honour::OnlyDefault(
    "a record is synced before it is acknowledged, or right after (write.caching); there is no \
     flush to postpone",
);
const NO_TIERS: Honour = Honour::OnlyDefault("there is no remote storage yet");
const NO_THROTTLE: Honour = Honour::OnlyDefault("replication has no throttle yet");

const fn topic(
    name: &'static str,
    broker_key: &'static str,
    kind: Kind,
    default: &'static str,
    honour: Honour,
    doc: &'static str,
) -> Property {
    Property { name, broker_key: Some(broker_key), kind, default, honour, doc }
}

const fn cluster(
    name: &'static str,
    kind: Kind,
    default: &'static str,
    honour: Honour,
    doc: &'static str,
) -> Property {
    Property { name, broker_key: None, kind, default, honour, doc }
}

/// Topic properties, sorted by name. `broker_key` is the cluster property that gives the default.
#[rustfmt::skip]
pub const TOPIC: &[Property] = &[
    topic("cleanup.policy", "log.cleanup.policy",
        Kind::ListOf(&["delete", "compact"]), "delete",
        Honour::Yes,
        "How old data leaves the topic. 'delete': by retention.ms and retention.bytes; 'compact': \
         all but the newest record of each key."),
    topic("compression.gzip.level", "compression.gzip.level",
        Kind::Level { min: 1, max: 9, default: -1 }, "-1", Honour::Yes,
        "Level for recompression with gzip; -1: the codec's own default."),
    topic("compression.lz4.level", "compression.lz4.level",
        Kind::Int { min: 1, max: 17 }, "9", Honour::Yes,
        "Level for recompression with lz4."),
    topic("compression.type", "compression.type",
        Kind::Choice(&["uncompressed", "zstd", "lz4", "snappy", "gzip", "producer"]), "producer",
        Honour::Yes,
        "How batches are stored. 'producer': as their producer compressed them; else the leader \
         compresses anew what comes in another form."),
    topic("compression.zstd.level", "compression.zstd.level",
        Kind::Int { min: -131_072, max: 22 }, "3", Honour::Yes,
        "Level for recompression with zstd."),
    topic("delete.retention.ms", "log.cleaner.delete.retention.ms", WHOLE, "86400000",
        Honour::Yes,
        "How long a compacted topic keeps a deleted key's marker."),
    topic("file.delete.delay.ms", "log.segment.delete.delay.ms", WHOLE, "60000",
        Honour::OnlyDefault("files are removed as soon as no reader holds them"),
        "How long files of deleted data stay on disk."),
    topic("flush.messages", "log.flush.interval.messages", POSITIVE, "9223372036854775807",
        NO_FLUSH, "Records between forced flushes."),
    topic("flush.ms", "log.flush.interval.ms", WHOLE, "9223372036854775807", NO_FLUSH,
        "Time between forced flushes."),
    topic("follower.replication.throttled.replicas", "follower.replication.throttled.replicas",
        Kind::List, "", NO_THROTTLE, "Replicas whose incoming replication is throttled."),
    topic("index.interval.bytes", "log.index.interval.bytes",
        Kind::Int { min: 0, max: MAX_I32 }, "4096", Honour::Yes,
        "Bytes of log between two entries of its index."),
    topic("leader.replication.throttled.replicas", "leader.replication.throttled.replicas",
        Kind::List, "", NO_THROTTLE, "Replicas whose outgoing replication is throttled."),
    topic("local.retention.bytes", "log.local.retention.bytes",
        Kind::Long { min: -2, max: i64::MAX }, "-2", NO_TIERS,
        "Bytes kept on local disk when older data is in remote storage."),
    topic("local.retention.ms", "log.local.retention.ms",
        Kind::Long { min: -2, max: i64::MAX }, "-2", NO_TIERS,
        "Time that data stays on local disk when older data is in remote storage."),
    topic("max.compaction.lag.ms", "log.cleaner.max.compaction.lag.ms", POSITIVE,
        "9223372036854775807", Honour::Yes,
        "Longest time that a record may wait for compaction."),
    topic("max.message.bytes", "message.max.bytes",
        Kind::Int { min: 0, max: MAX_I32 }, "1048588", Honour::Yes,
        "The largest record batch that a producer may send, as compressed by it."),
    topic("message.timestamp.after.max.ms", "log.message.timestamp.after.max.ms", WHOLE,
        "3600000", Honour::Yes,
        "How far a record's time stamp may lie ahead of the broker's clock (CreateTime only)."),
    topic("message.timestamp.before.max.ms", "log.message.timestamp.before.max.ms", WHOLE,
        "9223372036854775807", Honour::Yes,
        "How far a record's time stamp may lie behind the broker's clock (CreateTime only)."),
    topic("message.timestamp.type", "log.message.timestamp.type",
        Kind::Choice(&["CreateTime", "LogAppendTime"]), "CreateTime", Honour::Yes,
        "Whether records carry their producer's time or the time of their append."),
    topic("min.cleanable.dirty.ratio", "log.cleaner.min.cleanable.ratio",
        Kind::Double { min: 0.0, max: 1.0 }, "0.5", Honour::Yes,
        "Share of uncompacted data that starts a compaction."),
    topic("min.compaction.lag.ms", "log.cleaner.min.compaction.lag.ms", WHOLE, "0", Honour::Yes,
        "Shortest time that a record stays uncompacted."),
    topic("min.insync.replicas", "min.insync.replicas", COUNT, "1", Honour::Yes,
        "Replicas that must be in sync for a write with acks=all to be taken; a partition that \
         has fewer needs all of them. A majority is needed in any case."),
    topic("preallocate", "log.preallocate", Kind::Bool, "false",
        Honour::OnlyDefault("the journal is preallocated; segments never are"),
        "Whether segment files get their full size at once."),
    topic("remote.log.copy.disable", "remote.log.copy.disable", Kind::Bool, "false", NO_TIERS,
        "Stops copying to remote storage."),
    topic("remote.log.delete.on.disable", "remote.log.delete.on.disable", Kind::Bool, "false",
        NO_TIERS, "Deletes remote data when remote storage is turned off."),
    topic("remote.storage.enable", "remote.storage.enable", Kind::Bool, "false", NO_TIERS,
        "Keeps older data in remote storage."),
    topic("retention.bytes", "log.retention.bytes", OR_UNLIMITED, "-1", Honour::Yes,
        "Bytes that a partition keeps; -1: no limit."),
    topic("retention.ms", "log.retention.ms", OR_UNLIMITED, "604800000", Honour::Yes,
        "How long a record is kept; -1: for ever."),
    topic("segment.bytes", "log.segment.bytes",
        Kind::Int { min: 1_048_576, max: MAX_I32 }, "1073741824", Honour::Yes,
        "Size at which a new segment file is begun; data is deleted by whole segments."),
    topic("segment.index.bytes", "log.index.size.max.bytes",
        Kind::Int { min: 4, max: MAX_I32 }, "10485760",
        Honour::OnlyDefault("indexes are sparse by bytes and need no limit of their own"),
        "Largest size of a segment's index."),
    topic("segment.jitter.ms", "log.roll.jitter.ms", WHOLE, "0",
        Honour::OnlyDefault("segments are begun on time, without jitter"),
        "Random time taken off segment.ms."),
    topic("segment.ms", "log.roll.ms", POSITIVE, "604800000", Honour::Yes,
        "Age at which a new segment file is begun even if the present one is not full."),
    topic("unclean.leader.election.enable", "unclean.leader.election.enable", Kind::Bool, "false",
        Honour::OnlyDefault("a replica that lacks acknowledged records is never made leader"),
        "Lets a replica lead that lacks acknowledged records."),
    Property {
        name: "write.caching",
        // For a whole cluster nobody shall turn durability off by one word.
        broker_key: None,
        kind: Kind::Bool,
        default: "false",
        honour: Honour::Yes,
        doc: "'true': acks=all is answered when a majority has written a record, before it is \
              synced, as Apache Kafka answers. It outlives the end of any or all brokers' \
              processes; if the hosts of a majority lose their power at once, the newest moments \
              are lost. Not for internal topics.",
    },
];

/// Topic properties of Kafka's own tests: taken, but neither suggested nor described unless set.
pub const INTERNAL: &[Property] = &[Property {
    name: "internal.segment.bytes",
    broker_key: None,
    kind: COUNT,
    default: "",
    honour: Honour::Yes,
    doc: "Takes the place of segment.bytes, which has a least value.",
}];

/// Cluster properties that are not the default of a topic property, sorted by name.
#[rustfmt::skip]
pub const CLUSTER: &[Property] = &[
    cluster("auto.create.topics.enable", Kind::Bool, "true", Honour::Yes,
        "Whether a client's request for an unknown topic creates it."),
    cluster("auto.leader.rebalance.enable", Kind::Bool, "true",
        Honour::OnlyDefault("leadership is always balanced"),
        "Whether leadership returns to preferred replicas."),
    cluster("default.replication.factor", Kind::Int { min: 1, max: i16::MAX as i64 }, "1",
        Honour::Yes, "Replicas of a topic whose creator does not say."),
    cluster("delete.topic.enable", Kind::Bool, "true", Honour::Yes,
        "Whether topics may be deleted."),
    cluster("group.consumer.assignors", Kind::ListOf(&["uniform", "range"]), "uniform,range",
        Honour::Yes, "Assignors of the newer consumer protocol, the default first."),
    cluster("group.consumer.heartbeat.interval.ms", COUNT, "5000", Honour::Yes,
        "How often a member of the newer consumer protocol sends a sign of life."),
    cluster("group.consumer.max.heartbeat.interval.ms", COUNT, "15000", Honour::Yes,
        "The longest interval between signs of life for a group of the newer protocol."),
    cluster("group.consumer.max.session.timeout.ms", COUNT, "60000", Honour::Yes,
        "The longest session time-out that a group of the newer protocol may ask for."),
    cluster("group.consumer.max.size", COUNT, "2147483647", Honour::Yes,
        "Members that a group of the newer consumer protocol may have."),
    cluster("group.consumer.migration.policy",
        Kind::Choice(&["bidirectional", "upgrade", "downgrade", "disabled"]), "bidirectional",
        Honour::Yes, "Which groups may change their protocol while their members work."),
    cluster("group.consumer.min.heartbeat.interval.ms", COUNT, "5000", Honour::Yes,
        "The shortest interval between signs of life for a group of the newer protocol."),
    cluster("group.consumer.min.session.timeout.ms", COUNT, "45000", Honour::Yes,
        "The shortest session time-out that a group of the newer protocol may ask for."),
    cluster("group.consumer.session.timeout.ms", COUNT, "45000", Honour::Yes,
        "Silence after which a member of the newer consumer protocol is gone."),
    cluster("group.initial.rebalance.delay.ms", Kind::Int { min: 0, max: MAX_I32 }, "3000",
        Honour::Yes, "How long a new consumer group waits for more members."),
    cluster("group.max.session.timeout.ms", COUNT, "1800000", Honour::Yes,
        "The longest session time-out that a consumer may ask for."),
    cluster("group.max.size", COUNT, "2147483647", Honour::Yes,
        "Members that a consumer group may have."),
    cluster("group.min.session.timeout.ms", COUNT, "6000", Honour::Yes,
        "The shortest session time-out that a consumer may ask for."),
    cluster("group.share.max.heartbeat.interval.ms", COUNT, "15000", Honour::Yes,
        "The longest interval between signs of life that a group may ask for: share groups."),
    cluster("group.share.max.record.lock.duration.ms", COUNT, "60000", Honour::Yes,
        "The longest time that a share group may give its members for a record."),
    cluster("group.share.max.session.timeout.ms", COUNT, "60000", Honour::Yes,
        "The longest session time-out that a group may ask for: share groups."),
    cluster("group.share.max.size", Kind::Int { min: 1, max: 1_000 }, "200", Honour::Yes,
        "Most members of a share group."),
    cluster("group.share.min.heartbeat.interval.ms", COUNT, "5000", Honour::Yes,
        "The shortest interval between signs of life that a group may ask for: share groups."),
    cluster("group.share.min.record.lock.duration.ms", COUNT, "15000", Honour::Yes,
        "The shortest time that a share group may give its members for a record."),
    cluster("group.share.min.session.timeout.ms", COUNT, "45000", Honour::Yes,
        "The shortest session time-out that a group may ask for: share groups."),
    cluster("group.streams.max.heartbeat.interval.ms", COUNT, "15000", Honour::Yes,
        "The longest interval between signs of life that a group may ask for: streams groups."),
    cluster("group.streams.max.session.timeout.ms", COUNT, "60000", Honour::Yes,
        "The longest session time-out that a group may ask for: streams groups."),
    cluster("group.streams.max.size", COUNT, "2147483647", Honour::Yes,
        "Members that a streams group may have."),
    cluster("group.streams.min.heartbeat.interval.ms", COUNT, "5000", Honour::Yes,
        "The shortest interval between signs of life that a group may ask for: streams groups."),
    cluster("group.streams.min.session.timeout.ms", COUNT, "45000", Honour::Yes,
        "The shortest session time-out that a group may ask for: streams groups."),
    cluster("log.cleaner.backoff.ms", WHOLE, "1000", Honour::Yes,
        "How long after a look for logs to compact that found none the next one comes; a node \
         looks once a second at most. Apache Kafka's default is 15000."),
    cluster("log.retention.check.interval.ms", POSITIVE, "300000", Honour::Yes,
        "Between two looks for records that are older than retention.ms. A retention.ms below five \
         minutes, retention.bytes and deleted records are looked at every second."),
    cluster("num.partitions", COUNT, "1", Honour::Yes,
        "Partitions of a topic whose creator does not say."),
    cluster("offset.metadata.max.bytes", Kind::Int { min: 0, max: MAX_I32 }, "4096", Honour::Yes,
        "Longest text that a consumer may attach to a committed offset."),
    cluster("offsets.retention.minutes", COUNT, "10080", Honour::Yes,
        "How long offsets of a group without members are kept."),
    cluster("offsets.topic.num.partitions", COUNT, "50", Honour::Yes,
        "Partitions of __consumer_offsets; has effect until the topic exists."),
    cluster("offsets.topic.replication.factor", Kind::Int { min: 1, max: i16::MAX as i64 }, "3",
        Honour::Yes,
        "Replicas of __consumer_offsets: as many of these as the seed list has nodes."),
    cluster("offsets.topic.segment.bytes", Kind::Int { min: 1_048_576, max: MAX_I32 },
        "104857600", Honour::Yes, "Segment size of __consumer_offsets when it is created."),
    cluster("producer.id.expiration.ms", COUNT, "86400000", Honour::Yes,
        "How long a partition remembers the sequence numbers of a silent producer."),
    cluster("replica.selector.class",
        Kind::Choice(&["", "org.apache.kafka.common.replica.RackAwareReplicaSelector"]), "",
        Honour::Yes,
        "Set, consumers that name their rack are sent to a follower in it (KIP-392)."),
    cluster("share.coordinator.state.topic.min.isr", COUNT, "2", Honour::Yes,
        "min.insync.replicas of __share_group_state when it is created."),
    cluster("share.coordinator.state.topic.num.partitions", COUNT, "50", Honour::Yes,
        "Partitions of __share_group_state; has effect until the topic exists."),
    cluster("share.coordinator.state.topic.replication.factor",
        Kind::Int { min: 1, max: i16::MAX as i64 }, "3", Honour::Yes,
        "Replicas of __share_group_state: as many of these as the seed list has nodes."),
    cluster("transaction.max.timeout.ms", COUNT, "900000", Honour::Yes,
        "The longest transaction time-out that a producer may ask for."),
    cluster("transaction.partition.verification.enable", Kind::Bool, "true", Honour::Yes,
        "Whether a partition asks the coordinator before a transaction begins in it."),
    cluster("transaction.state.log.min.isr", COUNT, "2", Honour::Yes,
        "min.insync.replicas of __transaction_state when it is created."),
    cluster("transaction.state.log.num.partitions", COUNT, "50", Honour::Yes,
        "Partitions of __transaction_state; has effect until the topic exists."),
    cluster("transaction.state.log.replication.factor",
        Kind::Int { min: 1, max: i16::MAX as i64 }, "3", Honour::Yes,
        "Replicas of __transaction_state: as many of these as the seed list has nodes."),
    cluster("transaction.state.log.segment.bytes", Kind::Int { min: 1_048_576, max: MAX_I32 },
        "104857600", Honour::Yes, "Segment size of __transaction_state when it is created."),
    cluster("transactional.id.expiration.ms", COUNT, "604800000", Honour::Yes,
        "How long a transactional id without a transaction is remembered."),
];

/// Kafka's other spellings of a key that we have under one name: (spelling, our key).
pub const OTHER_SPELLINGS: &[(&str, &str)] = &[
    ("log.retention.hours", "log.retention.ms"),
    ("log.retention.minutes", "log.retention.ms"),
    ("log.roll.hours", "log.roll.ms"),
    ("log.roll.jitter.hours", "log.roll.jitter.ms"),
];

/// Cluster properties that no node can have for itself: the controller reads them, they count once
/// when an internal topic is made, or nodes must agree on them. Apache Kafka refuses all of them
/// for one broker, too (`min.insync.replicas` since KIP-966).
pub const WHOLE_CLUSTER: &[&str] = &[
    "default.replication.factor",
    "delete.topic.enable",
    "group.consumer.max.heartbeat.interval.ms",
    "group.consumer.max.session.timeout.ms",
    "group.consumer.min.heartbeat.interval.ms",
    "group.consumer.min.session.timeout.ms",
    "group.share.max.heartbeat.interval.ms",
    "group.share.max.record.lock.duration.ms",
    "group.share.max.session.timeout.ms",
    "group.share.min.heartbeat.interval.ms",
    "group.share.min.record.lock.duration.ms",
    "group.share.min.session.timeout.ms",
    "group.streams.max.heartbeat.interval.ms",
    "group.streams.max.session.timeout.ms",
    "group.streams.min.heartbeat.interval.ms",
    "group.streams.min.session.timeout.ms",
    "min.insync.replicas",
    "num.partitions",
    "offsets.topic.num.partitions",
    "offsets.topic.replication.factor",
    "offsets.topic.segment.bytes",
    "share.coordinator.state.topic.min.isr",
    "share.coordinator.state.topic.num.partitions",
    "share.coordinator.state.topic.replication.factor",
    "transaction.state.log.min.isr",
    "transaction.state.log.num.partitions",
    "transaction.state.log.replication.factor",
    "transaction.state.log.segment.bytes",
];

/// Settings of one node that live in its configuration file, not in the cluster.
pub const NODE_FILE_KEYS: &[&str] = &[
    "advertised.listeners",
    "broker.id",
    "broker.rack",
    "listeners",
    "log.dir",
    "log.dirs",
    "node.id",
];
