//! The offsets that one group has committed, and those on their way into the log.

use std::collections::BTreeMap;

use crate::records::{offset_key, OffsetValue, Record};

/// Topic and partition.
pub(crate) type Place = (String, i32);

/// Committed offsets by topic and partition, and how many writes of each are under way.
#[derive(Clone, Debug, Default)]
pub(crate) struct Offsets {
    committed: BTreeMap<String, BTreeMap<i32, OffsetValue>>,
    writing: BTreeMap<Place, u32>,
}

impl Offsets {
    /// Neither an offset nor one on its way.
    pub(crate) fn is_empty(&self) -> bool {
        self.committed.is_empty() && self.writing.is_empty()
    }

    /// Nothing but these, which must be offsets held here, and none on its way.
    pub(crate) fn is_only(&self, places: &[Place]) -> bool {
        self.writing.is_empty() && self.iter().count() == places.len()
    }

    pub(crate) fn get(&self, topic: &str, partition: i32) -> Option<&OffsetValue> {
        self.committed.get(topic)?.get(&partition)
    }

    /// The log holds or may come to hold an offset of this place.
    pub(crate) fn has(&self, place: &Place) -> bool {
        self.get(&place.0, place.1).is_some() || self.writing.contains_key(place)
    }

    pub(crate) fn topics(&self) -> impl Iterator<Item = (&String, &BTreeMap<i32, OffsetValue>)> {
        self.committed.iter()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, i32, &OffsetValue)> {
        self.committed.iter().flat_map(|(topic, partitions)| {
            partitions.iter().map(move |(partition, value)| (topic.as_str(), *partition, value))
        })
    }

    pub(crate) fn set(&mut self, topic: &str, partition: i32, value: OffsetValue) {
        match self.committed.get_mut(topic) {
            Some(partitions) => {
                partitions.insert(partition, value);
            }
            None => {
                self.committed.insert(topic.to_owned(), BTreeMap::from([(partition, value)]));
            }
        }
    }

    pub(crate) fn remove(&mut self, topic: &str, partition: i32) {
        if let Some(partitions) = self.committed.get_mut(topic) {
            partitions.remove(&partition);
            if partitions.is_empty() {
                self.committed.remove(topic);
            }
        }
    }

    /// The same offset is durable, younger than `renew_ms`, and no write of the place is on its
    /// way.
    pub(crate) fn holds(
        &self,
        topic: &str,
        partition: i32,
        value: &OffsetValue,
        renew_ms: i64,
    ) -> bool {
        let Some(held) = self.get(topic, partition) else { return false };
        let age_ms = value.commit_timestamp_ms.saturating_sub(held.commit_timestamp_ms);
        let same = OffsetValue { commit_timestamp_ms: held.commit_timestamp_ms, ..value.clone() };
        *held == same
            && (0..renew_ms).contains(&age_ms)
            && held.expire_timestamp_ms.is_none()
            && !self.writing.contains_key(&(topic.to_owned(), partition))
    }

    /// A write of this place (a commit or its deletion) was handed to the log.
    pub(crate) fn begin(&mut self, topic: &str, partition: i32) {
        *self.writing.entry((topic.to_owned(), partition)).or_default() += 1;
    }

    /// The log has answered, either way.
    pub(crate) fn end(&mut self, place: &Place) {
        if let Some(count) = self.writing.get_mut(place) {
            *count -= 1;
            if *count == 0 {
                self.writing.remove(place);
            }
        }
    }

    /// Everything that the log holds or may come to hold about this group's offsets.
    pub(crate) fn places(&self) -> Vec<Place> {
        let mut places: Vec<Place> =
            self.iter().map(|(topic, partition, _)| (topic.to_owned(), partition)).collect();
        let unknown = self.writing.keys().filter(|place| self.get(&place.0, place.1).is_none());
        places.extend(unknown.cloned());
        places
    }

    /// Offsets that `expired` names and that no write is about to renew or delete.
    pub(crate) fn select(&self, expired: impl Fn(&str, &OffsetValue) -> bool) -> Vec<Place> {
        let all = self.iter().filter(|(topic, _, value)| expired(topic, value));
        let places = all.map(|(topic, partition, _)| (topic.to_owned(), partition));
        places.filter(|place| !self.writing.contains_key(place)).collect()
    }
}

/// Records that delete these offsets.
pub(crate) fn tombstones(group: &str, places: &[Place]) -> Vec<Record> {
    let records = places.iter().map(|(topic, partition)| Record {
        key: offset_key(group, topic, *partition),
        value: None,
    });
    records.collect()
}
