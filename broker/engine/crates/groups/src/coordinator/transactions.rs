//! Offsets that are committed as part of a transaction (KIP-98, KIP-447): written at once, visible
//! when the transaction's marker comes.

use std::collections::{BTreeMap, BTreeSet};

use headrace_wire::marker::Marker;
use headrace_wire::messages::txn_offset_commit::{
    TxnOffsetCommitResponsePartition, TxnOffsetCommitResponseTopic,
};
use headrace_wire::messages::{TxnOffsetCommitRequest, TxnOffsetCommitResponse};
use headrace_wire::ErrorCode;

use super::Coordinator;
use crate::api::{Call, Effect, Response, Token, TransactionalOffsets, WriteError};
use crate::group::{Group, GroupState};
use crate::offsets::Place;
use crate::records::{offset_key, OffsetValue, Record};

/// What open transactions will commit: producer to group to place.
pub(super) type OpenOffsets = BTreeMap<i64, BTreeMap<String, BTreeMap<Place, OpenOffset>>>;

/// An offset whose transaction is open.
#[derive(Debug)]
pub(super) struct OpenOffset {
    /// Where its record stands in the log among those of the others.
    order: u64,
    /// `None` when a later record of the place counts already: as in Apache Kafka, the log's order
    /// decides and not that of the markers. A compacted log has the later record only.
    value: Option<OffsetValue>,
}

/// A write of this file that the log has not answered.
#[derive(Debug)]
pub(super) enum TransactionWrite {
    /// Offsets of a transaction; the nth partition of the request has the nth offset, if any.
    Offsets {
        token: Token,
        commit: Box<TransactionalOffsets>,
        plan: Vec<Result<OffsetValue, ErrorCode>>,
    },
    /// A transaction's end.
    Marker { token: Token, marker: Marker },
}

impl TransactionWrite {
    fn token(&self) -> Token {
        match self {
            TransactionWrite::Offsets { token, .. } | TransactionWrite::Marker { token, .. } => {
                *token
            }
        }
    }

    fn producer_id(&self) -> i64 {
        match self {
            TransactionWrite::Offsets { commit, .. } => commit.request.producer_id,
            TransactionWrite::Marker { marker, .. } => marker.producer_id,
        }
    }

    /// The offsets that it brings: group, place, value.
    fn offsets(&self) -> Vec<(&str, Place, &OffsetValue)> {
        let TransactionWrite::Offsets { commit, plan, .. } = self else { return Vec::new() };
        let request = &commit.request;
        let places = request.topics.iter().flat_map(|topic| {
            let place = |index: i32| (topic.name.to_string(), index);
            topic.partitions.iter().map(move |p| place(p.partition_index))
        });
        let offsets = places.zip(plan).filter_map(|(place, value)| {
            let value = value.as_ref().ok()?;
            Some((&*request.group_id, place, value))
        });
        offsets.collect()
    }

    /// The answer when the write came to nothing.
    pub(super) fn refusal(&self, code: ErrorCode) -> (Token, Response) {
        let response = match self {
            TransactionWrite::Offsets { commit, plan, .. } => {
                let code = |at: usize| plan[at].as_ref().err().copied().unwrap_or(code);
                Response::TxnOffsetCommit(response(&commit.request, code))
            }
            TransactionWrite::Marker { .. } => Response::TransactionEnded(code),
        };
        (self.token(), response)
    }
}

impl Coordinator {
    pub(super) fn txn_offset_commit(
        &mut self,
        now_ms: i64,
        call: &Call,
        commit: TransactionalOffsets,
    ) {
        let request = &commit.request;
        let group = self.groups.get(&*request.group_id);
        if let Err(code) = check(group, &commit) {
            let response = refusal(request, code);
            self.context.reply(call.token, Response::TxnOffsetCommit(response));
            return;
        }
        let limit_bytes = self.context.config.metadata_limit_bytes();
        let (mut plan, mut records) = (Vec::new(), Vec::new());
        for (at, topic) in request.topics.iter().enumerate() {
            let topic_id = commit.topic_ids.get(at).copied().unwrap_or_default();
            for partition in &topic.partitions {
                let metadata = partition.committed_metadata.as_deref().unwrap_or_default();
                if metadata.len() > limit_bytes {
                    plan.push(Err(ErrorCode::OffsetMetadataTooLarge));
                    continue;
                }
                let value = OffsetValue {
                    offset: partition.committed_offset,
                    leader_epoch: partition.committed_leader_epoch,
                    metadata: metadata.to_owned(),
                    commit_timestamp_ms: now_ms,
                    expire_timestamp_ms: None,
                    topic_id,
                };
                let key = offset_key(&request.group_id, &topic.name, partition.partition_index);
                records.push(Record { key, value: Some(value.encode()) });
                plan.push(Ok(value));
            }
        }
        if records.is_empty() {
            let code = |at: usize| plan[at].as_ref().err().copied().unwrap_or(ErrorCode::None);
            let response = response(request, code);
            self.context.reply(call.token, Response::TxnOffsetCommit(response));
            return;
        }
        let (producer_id, producer_epoch) = (request.producer_id, request.producer_epoch);
        let verified = commit.verified;
        let write = self.context.new_write();
        let commit = Box::new(commit);
        let done = TransactionWrite::Offsets { token: call.token, commit, plan };
        self.transaction_writes.insert(write, done);
        let effect =
            Effect::AppendTransactional { write, producer_id, producer_epoch, verified, records };
        self.context.effects.push(effect);
    }

    /// Writes a transaction's marker; what it committed is visible after that.
    pub(super) fn end_transaction(&mut self, call: &Call, marker: Marker, second_protocol: bool) {
        let write = self.context.new_write();
        let done = TransactionWrite::Marker { token: call.token, marker };
        self.transaction_writes.insert(write, done);
        self.context.effects.push(Effect::AppendMarker { write, marker, second_protocol });
    }

    pub(super) fn transaction_written(
        &mut self,
        now_ms: i64,
        done: TransactionWrite,
        outcome: Result<(), WriteError>,
    ) {
        if let Err(error) = outcome {
            let (token, response) = done.refusal(error.commit_code());
            self.context.reply(token, response);
            return;
        }
        for (group, place, value) in done.offsets() {
            self.keep_open(done.producer_id(), group, place, value.clone());
        }
        match done {
            TransactionWrite::Offsets { token, commit, plan } => {
                let code = |at: usize| plan[at].as_ref().err().copied().unwrap_or(ErrorCode::None);
                let response = response(&commit.request, code);
                self.context.reply(token, Response::TxnOffsetCommit(response));
            }
            TransactionWrite::Marker { token, marker } => {
                self.close(now_ms, &marker);
                self.context.reply(token, Response::TransactionEnded(ErrorCode::None));
            }
        }
    }

    pub(super) fn keep_open(
        &mut self,
        producer: i64,
        group: &str,
        place: Place,
        value: OffsetValue,
    ) {
        self.next_order += 1;
        let open = OpenOffset { order: self.next_order, value: Some(value) };
        let groups = self.open_offsets.entry(producer).or_default();
        groups.entry(group.to_owned()).or_default().insert(place, open);
    }

    /// A record of this place is durable and counts: what open transactions wrote for it before
    /// `order` does not any more.
    pub(super) fn supersede(&mut self, group: &str, place: &Place, order: u64) {
        let open = self.open_offsets.values_mut().filter_map(|groups| groups.get_mut(group));
        for offset in open.filter_map(|places| places.get_mut(place)) {
            if offset.order < order {
                offset.value = None;
            }
        }
    }

    /// The offset of this place was deleted, and with it what open transactions wrote for it.
    pub(super) fn forget_open(&mut self, group: &str, place: &Place) {
        for groups in self.open_offsets.values_mut() {
            let Some(places) = groups.get_mut(group) else { continue };
            places.remove(place);
            if places.is_empty() {
                groups.remove(group);
            }
        }
        self.open_offsets.retain(|_, groups| !groups.is_empty());
    }

    fn close(&mut self, now_ms: i64, marker: &Marker) {
        let Some(groups) = self.open_offsets.remove(&marker.producer_id) else { return };
        if !marker.commit {
            return;
        }
        for (id, places) in groups {
            for (place, OpenOffset { order, value }) in places {
                let Some(value) = value else { continue };
                self.supersede(&id, &place, order);
                let group = self.groups.entry(id.clone());
                let group = group.or_insert_with_key(|id| Group::new(id, now_ms));
                group.offsets.set(&place.0, place.1, value);
            }
        }
    }

    /// Takes the end of a transaction in the log, in log order, before any request.
    pub fn load_marker(&mut self, marker: &Marker) {
        self.close(-1, marker);
    }

    /// Group, place and value of what open transactions wrote, or are about to write. The value is
    /// `None` when it counts no more.
    pub(super) fn open_places(&self) -> impl Iterator<Item = (&str, Place, Option<&OffsetValue>)> {
        let written = self.open_offsets.values().flatten().flat_map(|(group, places)| {
            let open = places.iter();
            open.map(move |(place, open)| (group.as_str(), place.clone(), open.value.as_ref()))
        });
        let writing = self.transaction_writes.values().flat_map(TransactionWrite::offsets);
        written.chain(writing.map(|(group, place, value)| (group, place, Some(value))))
    }

    /// Whether a transaction that may still commit has offsets of this group in the log, or on
    /// their way there.
    pub(super) fn in_transaction(&self, group: &str) -> bool {
        let writing = |write: &TransactionWrite| match write {
            TransactionWrite::Offsets { commit, .. } => &*commit.request.group_id == group,
            TransactionWrite::Marker { .. } => false,
        };
        self.open_offsets.values().any(|groups| groups.contains_key(group))
            || self.transaction_writes.values().any(writing)
    }

    /// Places of a group that an open transaction is about to change.
    pub(super) fn unstable(&self, group: &str) -> BTreeSet<Place> {
        let open = self.open_offsets.values().filter_map(|groups| groups.get(group));
        let written = open.flat_map(|places| places.keys().cloned());
        let writing = self.transaction_writes.values().flat_map(TransactionWrite::offsets);
        let writing = writing.filter(|(of, ..)| *of == group).map(|(_, place, _)| place);
        written.chain(writing).collect()
    }

    /// Before offsets are deleted: a group of which only an open transaction knows is made. In
    /// Apache Kafka it is there from that commit on.
    pub(super) fn make_if_open(&mut self, id: &str) {
        if !self.groups.contains_key(id) && self.in_transaction(id) {
            self.groups.insert(id.to_owned(), Group::new(id, -1));
        }
    }
}

/// Whether the member may commit. A producer that names no member is not looked at: its
/// transactional id is what fences it.
fn check(group: Option<&Group>, commit: &TransactionalOffsets) -> Result<(), ErrorCode> {
    let request = &commit.request;
    let named = request.generation_id >= 0
        || !request.member_id.is_empty()
        || request.group_instance_id.is_some();
    let Some(group) = group else {
        let code = ErrorCode::IllegalGeneration;
        return if request.generation_id >= 0 { Err(code) } else { Ok(()) };
    };
    if group.is(GroupState::Dead) {
        return Err(ErrorCode::CoordinatorNotAvailable);
    }
    if let Some(state) = group.consumer_state() {
        return state.check_txn_commit(commit);
    }
    if let Some(state) = group.streams_state() {
        return state.check_txn_commit(request);
    }
    if !named || (request.generation_id < 0 && group.is(GroupState::Empty)) {
        return Ok(());
    }
    group.check_member(&request.member_id, request.group_instance_id.as_deref())?;
    match request.generation_id == group.generation {
        true => Ok(()),
        false => Err(ErrorCode::IllegalGeneration),
    }
}

fn response(
    request: &TxnOffsetCommitRequest,
    mut code: impl FnMut(usize) -> ErrorCode,
) -> TxnOffsetCommitResponse {
    let mut at = 0;
    let topics = request.topics.iter().map(|topic| TxnOffsetCommitResponseTopic {
        name: topic.name.clone(),
        partitions: topic
            .partitions
            .iter()
            .map(|partition| {
                at += 1;
                TxnOffsetCommitResponsePartition {
                    partition_index: partition.partition_index,
                    error_code: code(at - 1).code(),
                }
            })
            .collect(),
    });
    TxnOffsetCommitResponse { topics: topics.collect(), ..Default::default() }
}

/// Every partition of the request with the same code.
pub(crate) fn refusal(
    request: &TxnOffsetCommitRequest,
    code: ErrorCode,
) -> TxnOffsetCommitResponse {
    response(request, |_| code)
}
