//! TxnOffsetCommit: a group's offsets as part of a transaction (KIP-98, KIP-447).

use headrace_cluster::controller::names::CONSUMER_OFFSETS;
use headrace_groups::TransactionalOffsets;
use headrace_txn::Producer;
use headrace_wire::messages::txn_offset_commit::{
    TxnOffsetCommitRequestTopic, TxnOffsetCommitResponsePartition, TxnOffsetCommitResponseTopic,
};
use headrace_wire::messages::{TxnOffsetCommitRequest, TxnOffsetCommitResponse};
use headrace_wire::{ErrorCode, Str};

use super::lookup;
use super::txn_verify::{self, Question};
use crate::context::Context;
use crate::session::{Operation, Resource};

/// From this version on the group's partition is added to the transaction here (KIP-890).
const ADDS_FROM: i16 = 5;

pub(crate) async fn txn_offset_commit(
    cx: Context,
    mut request: TxnOffsetCommitRequest,
) -> TxnOffsetCommitResponse {
    if let Err(code) = authorize(&cx, &request) {
        let refused = request.topics.iter().map(|topic| answer(&cx, topic, code)).collect();
        return TxnOffsetCommitResponse { topics: refused, ..Default::default() };
    }
    let (mut refused, mut topic_ids) = (Vec::new(), Vec::new());
    let mut allowed = Vec::with_capacity(request.topics.len());
    let image = cx.image();
    for mut topic in std::mem::take(&mut request.topics) {
        let authorized = cx.authorize(Operation::Read, Resource::Topic(&topic.name));
        let found = authorized
            .and_then(|()| image.topic(&topic.name).ok_or(ErrorCode::UnknownTopicOrPartition));
        let found = match found {
            Ok(found) => found,
            Err(code) => {
                refused.push(answer(&cx, &topic, code));
                continue;
            }
        };
        let known = |index: i32| lookup::group(found, index).is_ok();
        let (there, absent): (Vec<_>, Vec<_>) = std::mem::take(&mut topic.partitions)
            .into_iter()
            .partition(|partition| known(partition.partition_index));
        if !absent.is_empty() {
            let absent =
                TxnOffsetCommitRequestTopic { name: topic.name.clone(), partitions: absent };
            refused.push(answer(&cx, &absent, ErrorCode::UnknownTopicOrPartition));
        }
        if !there.is_empty() {
            topic_ids.push(found.id);
            allowed.push(TxnOffsetCommitRequestTopic { partitions: there, ..topic });
        }
    }
    request.topics = allowed;
    let mut response = commit(&cx, request, topic_ids).await;
    merge(&mut response.topics, refused);
    response
}

async fn commit(
    cx: &Context,
    request: TxnOffsetCommitRequest,
    topic_ids: Vec<uuid::Uuid>,
) -> TxnOffsetCommitResponse {
    if request.topics.is_empty() {
        return TxnOffsetCommitResponse::default();
    }
    let verified = match verify(cx, &request).await {
        Ok(verified) => verified,
        Err(code) => {
            let topics = request.topics.iter().map(|topic| answer(cx, topic, code)).collect();
            return TxnOffsetCommitResponse { topics, ..Default::default() };
        }
    };
    let commit = TransactionalOffsets { request, topic_ids, verified };
    let response = cx.broker.coordinators.txn_offset_commit(&cx.caller(), commit).await;
    let codes = response.topics.iter().flat_map(|topic| &topic.partitions);
    codes.for_each(|partition| cx.count(partition.error_code));
    response
}

fn authorize(cx: &Context, request: &TxnOffsetCommitRequest) -> Result<(), ErrorCode> {
    cx.authorize(Operation::Write, Resource::TransactionalId(&request.transactional_id))?;
    if request.group_id.is_empty() {
        return Err(ErrorCode::InvalidGroupId);
    }
    cx.authorize(Operation::Read, Resource::Group(&request.group_id))
}

/// Makes sure that the group's partition belongs to the transaction; returns the guard to append
/// under if it has not begun there.
async fn verify(cx: &Context, request: &TxnOffsetCommitRequest) -> Result<Option<u64>, ErrorCode> {
    let partition = cx.broker.coordinators.partition_of(&request.group_id);
    let partition = partition.ok_or(ErrorCode::NotCoordinator)?;
    let image = cx.image();
    let found = image.partition(CONSUMER_OFFSETS, partition).ok_or(ErrorCode::NotCoordinator)?;
    let handle = cx.node().partition(found.group).ok_or(ErrorCode::NotCoordinator)?;
    let producer = Producer { id: request.producer_id, epoch: request.producer_epoch };
    let guard = handle.verify(producer.id, producer.epoch).await;
    let Some(guard) = guard.map_err(|_| ErrorCode::NotCoordinator)? else { return Ok(None) };
    let add = cx.version >= ADDS_FROM;
    if add || image.here().transaction_partition_verification {
        let question = Question {
            transactional_id: request.transactional_id.clone(),
            producer,
            topic: Str::from(CONSUMER_OFFSETS),
            partition,
            add,
        };
        txn_verify::ask(cx, &question).await.map_err(|code| told(code, add))?;
    }
    Ok(Some(guard))
}

/// What the client is told of the transaction coordinator's refusal: of that one's whereabouts it
/// must not hear, since it would take it for the group's.
fn told(code: ErrorCode, add: bool) -> ErrorCode {
    match code {
        ErrorCode::NotCoordinator | ErrorCode::CoordinatorNotAvailable => {
            ErrorCode::CoordinatorLoadInProgress
        }
        ErrorCode::ConcurrentTransactions if !add => ErrorCode::CoordinatorLoadInProgress,
        ErrorCode::ProducerFenced => ErrorCode::InvalidProducerEpoch,
        ErrorCode::TransactionAbortable if !add => ErrorCode::InvalidTxnState,
        other => other,
    }
}

fn answer(
    cx: &Context,
    topic: &TxnOffsetCommitRequestTopic,
    code: ErrorCode,
) -> TxnOffsetCommitResponseTopic {
    let partitions = topic.partitions.iter().map(|partition| TxnOffsetCommitResponsePartition {
        partition_index: partition.partition_index,
        error_code: cx.code(code),
    });
    TxnOffsetCommitResponseTopic { name: topic.name.clone(), partitions: partitions.collect() }
}

/// Puts refused partitions beside the others of their topic.
fn merge(
    topics: &mut Vec<TxnOffsetCommitResponseTopic>,
    refused: Vec<TxnOffsetCommitResponseTopic>,
) {
    for more in refused {
        match topics.iter_mut().find(|topic| topic.name == more.name) {
            Some(topic) => topic.partitions.extend(more.partitions),
            None => topics.push(more),
        }
    }
}
