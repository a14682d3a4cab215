//! The durable state of share partitions: one partition of `__share_group_state` (KIP-932).
//!
//! A snapshot holds a share partition's whole state, an update what has changed since; both are
//! Apache Kafka's records. Every change checks two epochs: the leader's, so that a leader that was
//! replaced writes no more, and the state's, which rises when somebody resets the offsets.

use std::collections::HashMap;

use bytes::Bytes;
use headrace_wire::messages::share_snapshot_record as snapshot;
use headrace_wire::messages::share_update_record as update;
use headrace_wire::{ErrorCode, Message, Reader, Str};
use uuid::Uuid;

use super::records::{record, split, tombstone};
use crate::records::Record;

/// Updates after which the next change is written as a snapshot.
const UPDATES_PER_SNAPSHOT: u32 = 500;
const SNAPSHOT: i16 = 0;
const UPDATE: i16 = 1;
/// A start offset that nobody has chosen yet.
pub const NO_OFFSET: i64 = -1;

/// Which share partition.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct StateKey {
    /// The share group's id.
    pub group: String,
    /// The topic's id.
    pub topic: Uuid,
    /// The partition's index.
    pub partition: i32,
}

/// Offsets in one state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StateBatch {
    /// The first of them.
    pub first_offset: i64,
    /// The last of them.
    pub last_offset: i64,
    /// One of [`Delivery`](super::Delivery)'s numbers.
    pub delivery_state: i8,
    /// How often they were delivered.
    pub delivery_count: i16,
}

/// A share partition's state.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ShareState {
    /// Rises with every reset of the offsets.
    pub state_epoch: i32,
    /// Of the last leader that wrote or read it.
    pub leader_epoch: i32,
    /// The first offset that is not done, or [`NO_OFFSET`].
    pub start_offset: i64,
    /// Offsets from there on that are done; -1 when nobody counted.
    pub complete: i32,
    /// Offsets from there on whose state is known, rising.
    pub batches: Vec<StateBatch>,
    snapshot_epoch: i32,
    created_ms: i64,
    updates: u32,
}

/// A leader's change of a share partition's state.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StateWrite {
    /// The state's epoch as the leader read it.
    pub state_epoch: i32,
    /// The leader's epoch.
    pub leader_epoch: i32,
    /// The new start, or [`NO_OFFSET`] to keep it.
    pub start_offset: i64,
    /// See [`ShareState::complete`].
    pub complete: i32,
    /// What has changed.
    pub batches: Vec<StateBatch>,
}

/// The share partitions of one partition of `__share_group_state`. Changes hold at once in memory;
/// the caller makes the records durable or forgets all and loads the log again.
#[derive(Debug, Default)]
pub struct ShareStates {
    states: HashMap<StateKey, ShareState>,
}

impl ShareStates {
    /// Takes a record of the log.
    pub fn load(&mut self, key: &Bytes, value: Option<&Bytes>) {
        let (Some((kind, key)), value) = (split(key), value.and_then(split)) else { return };
        match (kind, value) {
            (SNAPSHOT, Some((version, value))) => {
                let key = snapshot::ShareSnapshotKey::decode(&mut Reader::new(key), 0);
                let value = snapshot::ShareSnapshotValue::decode(&mut Reader::new(value), version);
                if let (Ok(key), Ok(value)) = (key, value) {
                    let key = state_key(&key.group_id, key.topic_id, key.partition);
                    self.states.insert(key, from_snapshot(value));
                }
            }
            (SNAPSHOT, None) => {
                if let Ok(key) = snapshot::ShareSnapshotKey::decode(&mut Reader::new(key), 0) {
                    self.states.remove(&state_key(&key.group_id, key.topic_id, key.partition));
                }
            }
            (UPDATE, Some((version, value))) => {
                let key = update::ShareUpdateKey::decode(&mut Reader::new(key), 0);
                let value = update::ShareUpdateValue::decode(&mut Reader::new(value), version);
                if let (Ok(key), Ok(value)) = (key, value) {
                    let key = state_key(&key.group_id, key.topic_id, key.partition);
                    if let Some(state) = self.states.get_mut(&key) {
                        state.merge(&from_update(&value));
                        state.updates += 1;
                    }
                }
            }
            _ => {}
        }
    }

    /// The state, if there is one.
    pub fn get(&self, key: &StateKey) -> Option<&ShareState> {
        self.states.get(key)
    }

    /// Begins, or begins anew, at `start_offset`.
    ///
    /// # Errors
    /// `FENCED_STATE_EPOCH` for an epoch of the past.
    pub fn initialize(
        &mut self,
        key: &StateKey,
        state_epoch: i32,
        start_offset: i64,
        now_ms: i64,
    ) -> Result<Vec<Record>, ErrorCode> {
        let before = self.states.get(key);
        if before.is_some_and(|state| state.state_epoch > state_epoch) {
            return Err(ErrorCode::FencedStateEpoch);
        }
        let state = ShareState {
            state_epoch,
            leader_epoch: before.map_or(0, |state| state.leader_epoch),
            start_offset,
            complete: 0,
            snapshot_epoch: before.map_or(0, |state| state.snapshot_epoch.saturating_add(1)),
            created_ms: now_ms,
            ..Default::default()
        };
        let record = state.snapshot(key, now_ms);
        self.states.insert(key.clone(), state);
        Ok(vec![record])
    }

    /// Takes a leader's change.
    ///
    /// # Errors
    /// `INVALID_REQUEST` for a share partition without a state, `FENCED_LEADER_EPOCH` and
    /// `FENCED_STATE_EPOCH` for a leader of the past.
    pub fn write(
        &mut self,
        key: &StateKey,
        write: &StateWrite,
        now_ms: i64,
    ) -> Result<Vec<Record>, ErrorCode> {
        let state = self.states.get_mut(key).ok_or(ErrorCode::InvalidRequest)?;
        state.check(write.leader_epoch, write.state_epoch)?;
        state.merge(write);
        Ok(vec![state.changed(key, write, now_ms)])
    }

    /// The state for a leader that begins; none when there is none yet. The leader's epoch is
    /// noted, so that older ones can write no more.
    ///
    /// # Errors
    /// `FENCED_LEADER_EPOCH` for a leader of the past.
    pub fn read(
        &mut self,
        key: &StateKey,
        leader_epoch: i32,
        now_ms: i64,
    ) -> Result<(Vec<Record>, Option<ShareState>), ErrorCode> {
        let Some(state) = self.states.get_mut(key) else { return Ok((Vec::new(), None)) };
        state.check(leader_epoch, state.state_epoch)?;
        if leader_epoch == state.leader_epoch {
            return Ok((Vec::new(), Some(state.clone())));
        }
        let note = StateWrite {
            leader_epoch,
            start_offset: NO_OFFSET,
            complete: state.complete,
            ..Default::default()
        };
        state.merge(&note);
        let record = state.changed(key, &note, now_ms);
        Ok((vec![record], Some(state.clone())))
    }

    /// Forgets a share partition; what is not there needs no record.
    pub fn delete(&mut self, key: &StateKey) -> Vec<Record> {
        let gone = self.states.remove(key);
        gone.map(|_| tombstone(SNAPSHOT, &snapshot_key(key))).into_iter().collect()
    }
}

impl ShareState {
    fn check(&self, leader_epoch: i32, state_epoch: i32) -> Result<(), ErrorCode> {
        if leader_epoch < self.leader_epoch {
            return Err(ErrorCode::FencedLeaderEpoch);
        }
        if state_epoch < self.state_epoch {
            return Err(ErrorCode::FencedStateEpoch);
        }
        Ok(())
    }

    fn merge(&mut self, write: &StateWrite) {
        self.leader_epoch = self.leader_epoch.max(write.leader_epoch);
        if write.start_offset != NO_OFFSET {
            self.start_offset = write.start_offset;
        }
        self.complete = write.complete;
        self.batches = overlay(&self.batches, &write.batches, self.start_offset);
    }

    /// The record of a change that was merged.
    fn changed(&mut self, key: &StateKey, write: &StateWrite, now_ms: i64) -> Record {
        if self.updates >= UPDATES_PER_SNAPSHOT {
            self.updates = 0;
            self.snapshot_epoch = self.snapshot_epoch.saturating_add(1);
            return self.snapshot(key, now_ms);
        }
        self.updates += 1;
        let batches = write.batches.iter().map(|batch| update::StateBatch {
            first_offset: batch.first_offset,
            last_offset: batch.last_offset,
            delivery_state: batch.delivery_state,
            delivery_count: batch.delivery_count,
        });
        let value = update::ShareUpdateValue {
            snapshot_epoch: self.snapshot_epoch,
            leader_epoch: write.leader_epoch,
            start_offset: write.start_offset,
            delivery_complete_count: write.complete,
            state_batches: batches.collect(),
        };
        let key = update::ShareUpdateKey {
            group_id: Str::from(&*key.group),
            topic_id: key.topic,
            partition: key.partition,
        };
        record(UPDATE, &key, &value)
    }

    fn snapshot(&self, key: &StateKey, now_ms: i64) -> Record {
        let batches = self.batches.iter().map(|batch| snapshot::StateBatch {
            first_offset: batch.first_offset,
            last_offset: batch.last_offset,
            delivery_state: batch.delivery_state,
            delivery_count: batch.delivery_count,
        });
        let value = snapshot::ShareSnapshotValue {
            snapshot_epoch: self.snapshot_epoch,
            state_epoch: self.state_epoch,
            leader_epoch: self.leader_epoch,
            start_offset: self.start_offset,
            delivery_complete_count: self.complete,
            create_timestamp: self.created_ms,
            write_timestamp: now_ms,
            state_batches: batches.collect(),
        };
        record(SNAPSHOT, &snapshot_key(key), &value)
    }
}

fn state_key(group: &str, topic: Uuid, partition: i32) -> StateKey {
    StateKey { group: group.to_owned(), topic, partition }
}

fn snapshot_key(key: &StateKey) -> impl Message {
    snapshot::ShareSnapshotKey {
        group_id: Str::from(&*key.group),
        topic_id: key.topic,
        partition: key.partition,
    }
}

fn from_snapshot(value: snapshot::ShareSnapshotValue) -> ShareState {
    let batches = value.state_batches.iter().map(|batch| StateBatch {
        first_offset: batch.first_offset,
        last_offset: batch.last_offset,
        delivery_state: batch.delivery_state,
        delivery_count: batch.delivery_count,
    });
    ShareState {
        state_epoch: value.state_epoch,
        leader_epoch: value.leader_epoch,
        start_offset: value.start_offset,
        complete: value.delivery_complete_count,
        batches: batches.collect(),
        snapshot_epoch: value.snapshot_epoch,
        created_ms: value.create_timestamp,
        updates: 0,
    }
}

fn from_update(value: &update::ShareUpdateValue) -> StateWrite {
    let batches = value.state_batches.iter().map(|batch| StateBatch {
        first_offset: batch.first_offset,
        last_offset: batch.last_offset,
        delivery_state: batch.delivery_state,
        delivery_count: batch.delivery_count,
    });
    StateWrite {
        state_epoch: 0,
        leader_epoch: value.leader_epoch,
        start_offset: value.start_offset,
        complete: value.delivery_complete_count,
        batches: batches.collect(),
    }
}

/// `new` laid over `old`, from `start` on, neighbours in one state joined.
fn overlay(old: &[StateBatch], new: &[StateBatch], start: i64) -> Vec<StateBatch> {
    let mut all: Vec<StateBatch> = Vec::with_capacity(old.len() + new.len());
    for &top in old.iter().chain(new).filter(|batch| batch.first_offset <= batch.last_offset) {
        let mut next = Vec::with_capacity(all.len() + 1);
        for under in all {
            if under.first_offset < top.first_offset {
                let last_offset = under.last_offset.min(top.first_offset - 1);
                next.push(StateBatch { last_offset, ..under });
            }
            if under.last_offset > top.last_offset {
                let first_offset = under.first_offset.max(top.last_offset + 1);
                next.push(StateBatch { first_offset, ..under });
            }
        }
        next.push(top);
        all = next;
    }
    all.retain(|batch| batch.last_offset >= start);
    all.sort_unstable_by_key(|batch| batch.first_offset);
    let mut joined: Vec<StateBatch> = Vec::with_capacity(all.len());
    for mut batch in all {
        batch.first_offset = batch.first_offset.max(start);
        match joined.last_mut() {
            Some(last)
                if last.last_offset.checked_add(1) == Some(batch.first_offset)
                    && last.delivery_state == batch.delivery_state
                    && last.delivery_count == batch.delivery_count =>
            {
                last.last_offset = batch.last_offset;
            }
            _ => joined.push(batch),
        }
    }
    joined
}
