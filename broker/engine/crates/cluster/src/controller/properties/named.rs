//! Properties of groups and of client-metrics subscriptions: what can be configured by a name
//! that needs no other existence.

use super::{Honour, Kind, Property};

const MAX_I32: i64 = i32::MAX as i64;
/// The cluster's properties say within which limits.
const WITHIN: Kind = Kind::Int { min: 1, max: MAX_I32 };

const fn group(
    name: &'static str,
    broker_key: Option<&'static str>,
    kind: Kind,
    default: &'static str,
    doc: &'static str,
) -> Property {
    Property { name, broker_key, kind, default, honour: Honour::Yes, doc }
}

/// Group properties, sorted by name. `broker_key` is the cluster property that gives the default.
#[rustfmt::skip]
pub const GROUP: &[Property] = &[
    group("consumer.heartbeat.interval.ms", Some("group.consumer.heartbeat.interval.ms"),
        WITHIN, "5000",
        "How often a member of the newer protocol sends a sign of life."),
    group("consumer.session.timeout.ms", Some("group.consumer.session.timeout.ms"),
        WITHIN, "45000",
        "Silence after which a member of the newer protocol is gone."),
    group("share.auto.offset.reset", None, Kind::Reset, "latest",
        "Where a share group begins: latest, earliest or by_duration:<ISO 8601 duration>."),
    group("share.delivery.count.limit", Some("group.share.delivery.count.limit"),
        Kind::Int { min: 2, max: 10 }, "5",
        "How often a record is delivered before it counts as rejected."),
    group("share.heartbeat.interval.ms", Some("group.share.heartbeat.interval.ms"),
        WITHIN, "5000",
        "How often a share group's member sends a sign of life."),
    group("share.isolation.level", None,
        Kind::Choice(&["read_committed", "read_uncommitted"]), "read_uncommitted",
        "Whether a share group sees records of transactions that are not committed."),
    group("share.partition.max.record.locks", Some("group.share.partition.max.record.locks"),
        Kind::Int { min: 100, max: 10_000 }, "2000",
        "Records of a partition that may be delivered and not acknowledged."),
    group("share.record.lock.duration.ms", Some("group.share.record.lock.duration.ms"),
        WITHIN, "30000",
        "How long a member has a delivered record for itself."),
    group("share.renew.acknowledge.enable", None, Kind::Bool, "true",
        "Whether members may ask for more time for a record."),
    group("share.session.timeout.ms", Some("group.share.session.timeout.ms"),
        WITHIN, "45000",
        "Silence after which a share group's member is gone."),
    group("streams.heartbeat.interval.ms", Some("group.streams.heartbeat.interval.ms"),
        WITHIN, "5000",
        "How often a streams group's member sends a sign of life."),
    group("streams.initial.rebalance.delay.ms", Some("group.streams.initial.rebalance.delay.ms"),
        Kind::Int { min: 0, max: MAX_I32 }, "3000",
        "How long a new streams group waits for more members."),
    group("streams.num.standby.replicas", Some("group.streams.num.standby.replicas"),
        Kind::Int { min: 0, max: 2 }, "0",
        "Standby tasks of each stateful task."),
    group("streams.session.timeout.ms", Some("group.streams.session.timeout.ms"),
        WITHIN, "45000",
        "Silence after which a streams group's member is gone."),
];

/// Properties of a client-metrics subscription (KIP-714), sorted by name.
#[rustfmt::skip]
pub const CLIENT_METRICS: &[Property] = &[
    group("interval.ms", None, Kind::Int { min: 100, max: 3_600_000 }, "300000",
        "How often a client pushes its metrics."),
    group("match", None, Kind::Matches, "",
        "Which clients: a list of name=regular expression; empty: all."),
    group("metrics", None, Kind::List, "",
        "Which metrics: a list of prefixes of names; *: all."),
];
