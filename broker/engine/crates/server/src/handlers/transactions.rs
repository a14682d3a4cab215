//! A producer's calls to its transaction coordinator: add partitions or a group's offsets, end.

use std::collections::BTreeSet;

use headrace_cluster::controller::names::CONSUMER_OFFSETS;
use headrace_cluster::image::Image;
use headrace_txn::{Partitions, Producer, Request, Response};
use headrace_wire::messages::add_partitions_to_txn::{
    AddPartitionsToTxnPartitionResult, AddPartitionsToTxnResult, AddPartitionsToTxnTopic,
    AddPartitionsToTxnTopicResult, AddPartitionsToTxnTransaction,
};
use headrace_wire::messages::{
    AddOffsetsToTxnRequest, AddOffsetsToTxnResponse, AddPartitionsToTxnRequest,
    AddPartitionsToTxnResponse, EndTxnRequest, EndTxnResponse,
};
use headrace_wire::{ErrorCode, Str};

use super::lookup;
use super::producer::ask_with_id;
use crate::context::Context;
use crate::session::{Operation, Resource};

/// From this version on AddPartitionsToTxn is a broker's, for several transactions.
const BATCHED_FROM: i16 = 4;
/// From this version on a partition that was not added makes the transaction abortable.
const ABORTABLE_FROM: i16 = 5;
/// From this version on EndTxn moves the epoch on (KIP-890).
const BUMPS_FROM: i16 = 5;
/// From this version on these APIs know PRODUCER_FENCED.
const FENCED_FROM: i16 = 2;

/// The codes of one transaction's partitions.
type Codes = Box<dyn Fn(&str, i32) -> ErrorCode + Send>;

pub(crate) async fn add_partitions_to_txn(
    cx: Context,
    request: AddPartitionsToTxnRequest,
) -> AddPartitionsToTxnResponse {
    if cx.version < BATCHED_FROM {
        let transaction = AddPartitionsToTxnTransaction {
            transactional_id: request.v3_and_below_transactional_id,
            producer_id: request.v3_and_below_producer_id,
            producer_epoch: request.v3_and_below_producer_epoch,
            verify_only: false,
            topics: request.v3_and_below_topics,
        };
        let results_by_topic_v3_and_below = one_transaction(&cx, &transaction).await;
        return AddPartitionsToTxnResponse { results_by_topic_v3_and_below, ..Default::default() };
    }
    if let Err(error) = cx.authorize(Operation::ClusterAction, Resource::Cluster) {
        return AddPartitionsToTxnResponse { error_code: cx.code(error), ..Default::default() };
    }
    let mut results_by_transaction = Vec::with_capacity(request.transactions.len());
    for transaction in request.transactions {
        let topic_results = one_transaction(&cx, &transaction).await;
        results_by_transaction.push(AddPartitionsToTxnResult {
            transactional_id: transaction.transactional_id,
            topic_results,
        });
    }
    AddPartitionsToTxnResponse { results_by_transaction, ..Default::default() }
}

async fn one_transaction(
    cx: &Context,
    transaction: &AddPartitionsToTxnTransaction,
) -> Vec<AddPartitionsToTxnTopicResult> {
    let codes = codes(cx, transaction).await;
    let topics = transaction.topics.iter().map(|topic| AddPartitionsToTxnTopicResult {
        name: topic.name.clone(),
        results_by_partition: topic
            .partitions
            .iter()
            .map(|index| AddPartitionsToTxnPartitionResult {
                partition_index: *index,
                partition_error_code: cx.code(codes(&topic.name, *index)),
            })
            .collect(),
    });
    topics.collect()
}

async fn codes(cx: &Context, transaction: &AddPartitionsToTxnTransaction) -> Codes {
    let all = |code: ErrorCode| -> Codes { Box::new(move |_, _| code) };
    let id = Resource::TransactionalId(&transaction.transactional_id);
    if let Err(error) = cx.authorize(Operation::Write, id) {
        return all(error);
    }
    let image = cx.image();
    let refused = refused(cx, &image, &transaction.topics);
    if !refused.is_empty() {
        return Box::new(move |topic, index| {
            let found = refused.iter().find(|(name, at, _)| *name == topic && *at == index);
            found.map_or(ErrorCode::OperationNotAttempted, |(_, _, code)| *code)
        });
    }
    let producer = Producer { id: transaction.producer_id, epoch: transaction.producer_epoch };
    let transactional_id = transaction.transactional_id.to_string();
    let partitions = partitions(&transaction.topics);
    let request = match transaction.verify_only {
        true => Request::Verify { transactional_id, producer, partitions },
        false => {
            let second_protocol = cx.version >= BATCHED_FROM;
            Request::Add { transactional_id, producer, partitions, second_protocol }
        }
    };
    match cx.broker.transactions.ask(request).await {
        Response::Added => all(ErrorCode::None),
        Response::Verified { missing } => {
            let code = match cx.version >= ABORTABLE_FROM {
                true => ErrorCode::TransactionAbortable,
                false => ErrorCode::InvalidTxnState,
            };
            Box::new(move |topic, index| {
                let absent = missing.get(topic).is_some_and(|indexes| indexes.contains(&index));
                if absent {
                    code
                } else {
                    ErrorCode::None
                }
            })
        }
        other => all(refusal(cx, &other)),
    }
}

/// Partitions that cannot be part of a transaction, and why.
fn refused(
    cx: &Context,
    image: &Image,
    topics: &[AddPartitionsToTxnTopic],
) -> Vec<(Str, i32, ErrorCode)> {
    let mut refused = Vec::new();
    for topic in topics {
        // Coordinators ask about their own topic on a producer's behalf.
        let authorized = match &*topic.name {
            CONSUMER_OFFSETS if cx.version >= BATCHED_FROM => Ok(()),
            name => cx.authorize(Operation::Write, Resource::Topic(name)),
        };
        for index in &topic.partitions {
            let found = image.topic(&topic.name).ok_or(ErrorCode::UnknownTopicOrPartition);
            let found = found.and_then(|found| lookup::group(found, *index));
            if let Err(code) = authorized.and(found) {
                refused.push((topic.name.clone(), *index, code));
            }
        }
    }
    refused
}

fn partitions(topics: &[AddPartitionsToTxnTopic]) -> Partitions {
    let mut partitions = Partitions::new();
    for topic in topics {
        let indexes: &mut BTreeSet<i32> = partitions.entry(topic.name.to_string()).or_default();
        indexes.extend(&topic.partitions);
    }
    partitions
}

/// The code of a refusal, in the words that the request's version knows.
fn refusal(cx: &Context, response: &Response) -> ErrorCode {
    match response {
        Response::Refused(ErrorCode::ProducerFenced) if cx.version < FENCED_FROM => {
            ErrorCode::InvalidProducerEpoch
        }
        Response::Refused(code) => *code,
        _ => ErrorCode::UnknownServerError,
    }
}

pub(crate) async fn add_offsets_to_txn(
    cx: Context,
    request: AddOffsetsToTxnRequest,
) -> AddOffsetsToTxnResponse {
    let code = add_offsets(&cx, request).await.err().unwrap_or(ErrorCode::None);
    AddOffsetsToTxnResponse { error_code: cx.code(code), ..Default::default() }
}

async fn add_offsets(cx: &Context, request: AddOffsetsToTxnRequest) -> Result<(), ErrorCode> {
    cx.authorize(Operation::Write, Resource::TransactionalId(&request.transactional_id))?;
    cx.authorize(Operation::Read, Resource::Group(&request.group_id))?;
    // Creates the offsets' topic if nobody has used a group yet.
    cx.broker.coordinators.find(&request.group_id).await?;
    let partition = cx.broker.coordinators.partition_of(&request.group_id);
    let partition = partition.ok_or(ErrorCode::CoordinatorNotAvailable)?;
    let request = Request::Add {
        transactional_id: request.transactional_id.to_string(),
        producer: Producer { id: request.producer_id, epoch: request.producer_epoch },
        partitions: Partitions::from([(CONSUMER_OFFSETS.to_owned(), [partition].into())]),
        second_protocol: false,
    };
    match cx.broker.transactions.ask(request).await {
        Response::Added => Ok(()),
        other => Err(refusal(cx, &other)),
    }
}

pub(crate) async fn end_txn(cx: Context, request: EndTxnRequest) -> EndTxnResponse {
    match end(&cx, request).await {
        Ok(producer) if cx.version >= BUMPS_FROM => EndTxnResponse {
            producer_id: producer.id,
            producer_epoch: producer.epoch,
            ..Default::default()
        },
        Ok(_) => EndTxnResponse::default(),
        Err(code) => EndTxnResponse { error_code: cx.code(code), ..Default::default() },
    }
}

async fn end(cx: &Context, request: EndTxnRequest) -> Result<Producer, ErrorCode> {
    cx.authorize(Operation::Write, Resource::TransactionalId(&request.transactional_id))?;
    let second_protocol = cx.version >= BUMPS_FROM;
    let ask = |fresh_id| Request::End {
        transactional_id: request.transactional_id.to_string(),
        producer: Producer { id: request.producer_id, epoch: request.producer_epoch },
        commit: request.committed,
        second_protocol,
        fresh_id,
    };
    match ask_with_id(cx, ask).await? {
        Response::Producer(producer) => Ok(producer),
        other => Err(refusal(cx, &other)),
    }
}
