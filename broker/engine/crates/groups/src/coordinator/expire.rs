//! Offsets that nobody needs any more: expired (KIP-211), or of a deleted topic.

use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;

use super::writes::Completion;
use super::{Context, Coordinator};
use crate::api::Effect;
use crate::consumer::State;
use crate::group::{Group, GroupState};
use crate::offsets::{tombstones, Place};
use crate::records::{group_key, OffsetValue, Record};
use crate::streams;

/// Tombstones in one append, so that its batch stays far below `max.message.bytes`.
const TOMBSTONES_PER_APPEND: usize = 1_000;

impl Coordinator {
    /// Deletes what has expired in every group, and groups of which nothing is left.
    ///
    /// What an open transaction is about to commit keeps the older offset and its group.
    pub(super) fn expire_offsets(&mut self, now_ms: i64) {
        let retention_ms = self.context.config.offsets_retention_ms;
        let mut forgotten = Vec::new();
        let mut open: BTreeMap<String, BTreeSet<Place>> = BTreeMap::new();
        for (group, place, _) in self.open_places() {
            open.entry(group.to_owned()).or_default().insert(place);
        }
        for (id, group) in &mut self.groups {
            let mut expired = group.expired(now_ms, retention_ms);
            if let Some(open) = open.get(id) {
                expired.retain(|place| !open.contains(place));
                group.append_tombstones(&mut self.context, expired);
            } else if group.remove_offsets(&mut self.context, expired) {
                forgotten.push(id.clone());
            }
        }
        for id in forgotten {
            self.groups.remove(&id);
        }
    }

    /// Deletes the offsets of topics that were deleted, and those of open transactions. An offset
    /// is kept if it is known to be of another topic with the same name.
    pub fn topics_deleted(&mut self, topics: &[(String, Uuid)]) -> Vec<Effect> {
        let gone = |name: &str, value: &OffsetValue| {
            topics.iter().any(|(topic, id)| {
                topic == name && (value.topic_id.is_nil() || id.is_nil() || value.topic_id == *id)
            })
        };
        let mut places: BTreeMap<String, BTreeSet<Place>> = BTreeMap::new();
        for (id, group) in &self.groups {
            places.insert(id.clone(), group.offsets.select(gone).into_iter().collect());
        }
        for (id, place, value) in self.open_places() {
            if value.is_some_and(|value| gone(&place.0, value)) {
                places.entry(id.to_owned()).or_default().insert(place);
            }
        }
        for (id, places) in places {
            self.make_if_open(&id);
            let alive = self.groups.get_mut(&id).filter(|group| !group.is(GroupState::Dead));
            if let Some(group) = alive {
                group.append_tombstones(&mut self.context, places.into_iter().collect());
            }
        }
        std::mem::take(&mut self.context.effects)
    }
}

impl Group {
    /// Offsets that are out of their time.
    ///
    /// The time runs from the commit, for a group that had members from when it lost the last one
    /// if that was later. While there are consumers, only topics they do not read can expire.
    fn expired(&self, now_ms: i64, retention_ms: i64) -> Vec<Place> {
        let since_ms = match (&self.protocol_type, self.state) {
            (_, GroupState::Dead) => return Vec::new(),
            _ if self.consumer.is_some() || self.streams.is_some() => i64::MIN,
            (Some(_), GroupState::Empty) => self.state_since_ms,
            (None, _) | (Some(_), GroupState::Stable) => i64::MIN,
            _ => return Vec::new(),
        };
        let mut read = BTreeSet::new();
        if self.is(GroupState::Stable) {
            match self.subscribed() {
                Some(topics) => read.extend(topics),
                None => return Vec::new(),
            }
        }
        self.offsets.select(|topic, value| {
            let by_consumers = self.consumer.as_ref().is_some_and(|c| c.state.reads(topic));
            let by_streams = self.streams.as_ref().is_some_and(|s| s.state.reads(topic));
            if by_consumers || by_streams || read.contains(topic) {
                return false;
            }
            match value.expire_timestamp_ms {
                Some(at) => now_ms >= at,
                None => {
                    let from_ms = value.commit_timestamp_ms.max(since_ms);
                    now_ms.saturating_sub(from_ms) >= retention_ms
                }
            }
        })
    }

    /// Deletes these offsets, and the group if nothing else is left of it. True when the group was
    /// never written, so that it can be forgotten on the spot.
    fn remove_offsets(&mut self, ctx: &mut Context, places: Vec<Place>) -> bool {
        let idle = self.is_vacant() && self.pending.is_empty();
        if !idle || !self.offsets.is_only(&places) {
            self.append_tombstones(ctx, places);
            return false;
        }
        if self.is_pristine() {
            return true;
        }
        self.append_tombstones(ctx, places);
        self.die(ctx, None);
        false
    }

    fn append_tombstones(&mut self, ctx: &mut Context, places: Vec<Place>) {
        for (topic, partition) in &places {
            self.offsets.begin(topic, *partition);
        }
        for chunk in places.chunks(TOMBSTONES_PER_APPEND) {
            let records = tombstones(&self.id, chunk);
            ctx.append(&self.id, records, Completion::Expire { places: chunk.to_vec() });
        }
    }

    /// Deletes the group's own record; it is gone once that is written.
    pub(super) fn die(&mut self, ctx: &mut Context, token: Option<u64>) {
        // Not `enter`: should the write fail, the group is empty since when it was before.
        self.state = GroupState::Dead;
        self.pending.clear();
        let records = match (&self.consumer, &self.streams) {
            (Some(hosted), _) => hosted.state.changes(&self.id, &State::default()),
            (None, Some(hosted)) => hosted.state.changes(&self.id, &streams::State::default()),
            (None, None) => Vec::new(),
        };
        let records = match records.is_empty() {
            true => vec![Record { key: group_key(&self.id), value: None }],
            false => records,
        };
        ctx.append(&self.id, records, Completion::Delete { token });
    }

    /// Deletes all its offsets, those being written and those of `open` transactions included, and
    /// then the group.
    pub(super) fn delete(&mut self, ctx: &mut Context, token: u64, mut open: BTreeSet<Place>) {
        open.extend(self.offsets.places());
        self.append_tombstones(ctx, open.into_iter().collect());
        self.die(ctx, Some(token));
    }
}
