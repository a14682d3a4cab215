//! One member of a consumer group, as the log holds it.

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;
use uuid::Uuid;

/// Partitions by topic.
pub(crate) type Partitions = BTreeMap<Uuid, BTreeSet<i32>>;

/// Partitions by topic, each with the epoch at which its member got it (KIP-1251).
pub(crate) type Held = BTreeMap<Uuid, BTreeMap<i32, i32>>;

/// How far a member is on the way to its target assignment. The numbers are Kafka's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum MemberState {
    /// It has what it had when its epoch began, and nothing is asked of it.
    #[default]
    Stable = 0,
    /// It has to give up partitions first.
    UnrevokedPartitions = 1,
    /// It waits for partitions that others still hold.
    UnreleasedPartitions = 2,
    /// Written by a newer release: the member has to start over.
    Unknown = 127,
}

impl MemberState {
    pub(crate) fn from_number(number: i8) -> Self {
        match number {
            0 => MemberState::Stable,
            1 => MemberState::UnrevokedPartitions,
            2 => MemberState::UnreleasedPartitions,
            _ => MemberState::Unknown,
        }
    }
}

/// What a member that still speaks the classic protocol said when it joined.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct ClassicPart {
    pub(crate) session_timeout_ms: i32,
    /// Protocol name and the member's metadata for it, best first.
    pub(crate) protocols: Vec<(String, Bytes)>,
}

/// Who a member is and what it wants to read.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Subscription {
    pub(crate) instance_id: Option<String>,
    pub(crate) rack_id: Option<String>,
    pub(crate) client_id: String,
    pub(crate) client_host: String,
    pub(crate) topics: BTreeSet<String>,
    /// Empty for none.
    pub(crate) regex: String,
    pub(crate) rebalance_timeout_ms: i32,
    pub(crate) assignor: Option<String>,
    /// Some while the member speaks the classic protocol.
    pub(crate) classic: Option<ClassicPart>,
}

/// What a member has.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Current {
    pub(crate) epoch: i32,
    pub(crate) previous_epoch: i32,
    pub(crate) state: MemberState,
    pub(crate) assigned: Held,
    /// What it was told to give up and has not confirmed yet.
    pub(crate) revoking: Held,
}

impl Current {
    /// The epoch to be in from now on; a member may still ask with the one before, since the
    /// answer that raised it can be lost.
    pub(crate) fn enter(&mut self, epoch: i32) {
        if self.epoch != epoch {
            self.previous_epoch = self.epoch;
            self.epoch = epoch;
        }
    }

    /// The same partitions, whenever they were assigned.
    pub(crate) fn has_same_partitions(&self, other: &Current) -> bool {
        names(&self.assigned) == names(&other.assigned)
    }
}

/// A member of a consumer group.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Member {
    pub(crate) subscription: Subscription,
    pub(crate) current: Current,
}

impl Member {
    pub(crate) fn is_classic(&self) -> bool {
        self.subscription.classic.is_some()
    }
}

/// Without the epochs.
pub(crate) fn names(held: &Held) -> Partitions {
    let topics = held.iter().filter(|(_, partitions)| !partitions.is_empty());
    topics.map(|(id, partitions)| (*id, partitions.keys().copied().collect())).collect()
}
