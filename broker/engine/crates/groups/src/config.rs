//! The coordinator's settings, by Apache Kafka's names and with its defaults.

use std::sync::Arc;

use crate::consumer::assignor::ASSIGNORS;
use crate::topics::{no_topics, Topics};

/// Longest group id, member id part, protocol name or instance id that is accepted, in bytes:
/// they end in records whose lengths have 16 bits, an instance id with a UUID appended.
pub const MAX_NAME_BYTES: usize = 16 * 1024;

/// How long a new member may wait for its first rebalance to end, as Apache Kafka's constant: its
/// client cannot send heartbeats while its JoinGroup is unanswered.
pub const NEW_MEMBER_JOIN_TIMEOUT_MS: i64 = 5 * 60 * 1000;

/// What an operator may set, and what the cluster looks like.
#[derive(Clone, Debug)]
pub struct Config {
    /// `group.min.session.timeout.ms`
    pub min_session_timeout_ms: i32,
    /// `group.max.session.timeout.ms`
    pub max_session_timeout_ms: i32,
    /// `group.initial.rebalance.delay.ms`: how long an empty group waits for more members.
    pub initial_rebalance_delay_ms: i32,
    /// `group.max.size`: members in one group.
    pub max_group_members: usize,
    /// `group.streams.max.size`: members in one streams group.
    pub max_streams_members: usize,
    /// `offset.metadata.max.bytes`
    pub offset_metadata_max_bytes: usize,
    /// `offsets.retention.minutes`, as ms.
    pub offsets_retention_ms: i64,
    /// `offsets.retention.check.interval.ms`
    pub offsets_retention_check_interval_ms: i64,
    /// Of groups of the newer protocol.
    pub consumer: ConsumerConfig,
    /// The cluster's topics when these settings were read.
    pub topics: Arc<dyn Topics>,
}

/// Which groups may change their protocol while their members work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MigrationPolicy {
    /// Both ways.
    Bidirectional,
    /// From the classic protocol to the newer one.
    Upgrade,
    /// The other way.
    Downgrade,
    /// None.
    Disabled,
}

impl MigrationPolicy {
    /// The policy of this name, whatever its case.
    pub fn named(name: &str) -> Option<Self> {
        match name.to_ascii_lowercase().as_str() {
            "bidirectional" => Some(MigrationPolicy::Bidirectional),
            "upgrade" => Some(MigrationPolicy::Upgrade),
            "downgrade" => Some(MigrationPolicy::Downgrade),
            "disabled" => Some(MigrationPolicy::Disabled),
            _ => None,
        }
    }

    pub(crate) fn upgrades(self) -> bool {
        matches!(self, MigrationPolicy::Bidirectional | MigrationPolicy::Upgrade)
    }

    pub(crate) fn downgrades(self) -> bool {
        matches!(self, MigrationPolicy::Bidirectional | MigrationPolicy::Downgrade)
    }
}

/// Settings of consumer groups (KIP-848).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConsumerConfig {
    /// `group.consumer.max.size`
    pub max_size: usize,
    /// `group.consumer.assignors`, the default first.
    pub assignors: Vec<String>,
    /// `group.consumer.migration.policy`
    pub migration: MigrationPolicy,
}

impl Default for ConsumerConfig {
    fn default() -> Self {
        ConsumerConfig {
            max_size: i32::MAX as usize,
            assignors: ASSIGNORS.map(str::to_owned).to_vec(),
            migration: MigrationPolicy::Bidirectional,
        }
    }
}

impl ConsumerConfig {
    pub(crate) fn has_assignor(&self, name: &str) -> bool {
        self.assignors.iter().any(|known| known == name)
    }

    pub(crate) fn default_assignor(&self) -> &str {
        self.assignors.first().map_or(ASSIGNORS[0], String::as_str)
    }
}

impl Default for Config {
    fn default() -> Self {
        Config {
            min_session_timeout_ms: 6_000,
            max_session_timeout_ms: 1_800_000,
            initial_rebalance_delay_ms: 3_000,
            max_group_members: i32::MAX as usize,
            max_streams_members: i32::MAX as usize,
            offset_metadata_max_bytes: 4_096,
            offsets_retention_ms: 7 * 24 * 60 * 60 * 1000,
            offsets_retention_check_interval_ms: 600_000,
            consumer: ConsumerConfig::default(),
            topics: no_topics(),
        }
    }
}

impl Config {
    /// Metadata longer than this is refused; a record's 16-bit length bounds the setting.
    pub(crate) fn metadata_limit_bytes(&self) -> usize {
        self.offset_metadata_max_bytes.min(i16::MAX as usize)
    }
}
