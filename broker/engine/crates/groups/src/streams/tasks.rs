//! Tasks: a partition of a subtopology each, active at one member and standing by at others.

use std::collections::{BTreeMap, BTreeSet};

/// Partitions by subtopology.
pub(crate) type TaskIds = BTreeMap<String, BTreeSet<i32>>;

/// As [`TaskIds`], each with the epoch at which its member got it.
pub(crate) type Dated = BTreeMap<String, BTreeMap<i32, i32>>;

/// What a member shall have, or says that it has.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Tasks {
    pub(crate) active: TaskIds,
    pub(crate) standby: TaskIds,
}

/// What a member was given.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Held {
    pub(crate) active: Dated,
    pub(crate) standby: TaskIds,
}

pub(crate) fn has(ids: &TaskIds, subtopology: &str, partition: i32) -> bool {
    ids.get(subtopology).is_some_and(|partitions| partitions.contains(&partition))
}

/// Every task of a map, as pairs.
pub(crate) fn each(ids: &TaskIds) -> impl Iterator<Item = (&str, i32)> {
    ids.iter().flat_map(|(id, partitions)| partitions.iter().map(|p| (id.as_str(), *p)))
}

pub(crate) fn add(ids: &mut TaskIds, subtopology: &str, partition: i32) {
    ids.entry(subtopology.to_owned()).or_default().insert(partition);
}

impl Held {
    pub(crate) fn is_empty(&self) -> bool {
        self.active.is_empty() && self.standby.is_empty()
    }

    pub(crate) fn has_active(&self, subtopology: &str, partition: i32) -> bool {
        self.active.get(subtopology).is_some_and(|dated| dated.contains_key(&partition))
    }

    pub(crate) fn give(&mut self, subtopology: &str, partition: i32, epoch: i32) {
        self.active.entry(subtopology.to_owned()).or_default().insert(partition, epoch);
    }

    /// Without the epochs.
    pub(crate) fn tasks(&self) -> Tasks {
        let ids = |dated: &BTreeMap<i32, i32>| dated.keys().copied().collect();
        let active = self.active.iter().map(|(id, dated)| (id.clone(), ids(dated)));
        Tasks { active: active.collect(), standby: self.standby.clone() }
    }

    /// Whether the member still has any of these.
    pub(crate) fn overlaps(&self, owned: &Tasks) -> bool {
        each(&owned.active).any(|(id, partition)| self.has_active(id, partition))
            || each(&owned.standby).any(|(id, partition)| has(&self.standby, id, partition))
    }

    /// Whether all of `owned` is among it.
    pub(crate) fn covers(&self, owned: &Tasks) -> bool {
        each(&owned.active).all(|(id, partition)| self.has_active(id, partition))
            && each(&owned.standby).all(|(id, partition)| has(&self.standby, id, partition))
    }
}
