//! What tools see of transactions (KIP-664): producers of a partition, transactional ids.

use headrace_txn::{Listed, Request, Response, State};
use headrace_wire::messages::describe_producers::{
    PartitionResponse, ProducerState, TopicRequest, TopicResponse,
};
use headrace_wire::messages::describe_transactions::{TopicData, TransactionState};
use headrace_wire::messages::{
    list_transactions, DescribeProducersRequest, DescribeProducersResponse,
    DescribeTransactionsRequest, DescribeTransactionsResponse, ListTransactionsRequest,
    ListTransactionsResponse,
};
use headrace_wire::{ErrorCode, Str};
use regex::RegexBuilder;

use super::lookup;
use crate::context::{partition_refusal, Context, Refusal};
use crate::session::{Operation, Resource};

/// Memory that a client's pattern may take when compiled.
const PATTERN_BYTES: usize = 1 << 20;
/// States that Apache Kafka knows and no transaction here is ever seen in.
const NEVER_SEEN: [&str; 2] = ["Dead", "PrepareEpochFence"];

pub(crate) async fn describe_producers(
    cx: Context,
    request: DescribeProducersRequest,
) -> DescribeProducersResponse {
    let mut topics = Vec::with_capacity(request.topics.len());
    for topic in request.topics {
        let mut partitions = Vec::with_capacity(topic.partition_indexes.len());
        for index in &topic.partition_indexes {
            let base = PartitionResponse { partition_index: *index, ..Default::default() };
            partitions.push(match producers(&cx, &topic, *index).await {
                Ok(active_producers) => PartitionResponse { active_producers, ..base },
                Err(refusal) => PartitionResponse {
                    error_code: cx.code(refusal.code),
                    error_message: refusal.text(),
                    ..base
                },
            });
        }
        topics.push(TopicResponse { name: topic.name, partitions });
    }
    DescribeProducersResponse { topics, ..Default::default() }
}

async fn producers(
    cx: &Context,
    topic: &TopicRequest,
    index: i32,
) -> Result<Vec<ProducerState>, Refusal> {
    cx.authorize(Operation::Read, Resource::Topic(&topic.name))?;
    let image = cx.image();
    let found = image.topic(&topic.name).ok_or(ErrorCode::UnknownTopicOrPartition)?;
    let handle = lookup::leader(cx, lookup::group(found, index)?, -1)?;
    let producers = handle.producers().await.map_err(partition_refusal)?;
    let state = |info: headrace_cluster::ProducerInfo| ProducerState {
        producer_id: info.producer_id,
        producer_epoch: i32::from(info.epoch),
        last_sequence: info.last_sequence,
        last_timestamp: info.last_timestamp_ms,
        coordinator_epoch: info.coordinator_epoch,
        current_txn_start_offset: info.txn_start_offset.unwrap_or(-1),
    };
    Ok(producers.into_iter().map(state).collect())
}

pub(crate) async fn describe_transactions(
    cx: Context,
    request: DescribeTransactionsRequest,
) -> DescribeTransactionsResponse {
    let mut transaction_states = Vec::with_capacity(request.transactional_ids.len());
    for id in request.transactional_ids {
        let state = describe(&cx, &id).await.unwrap_or_else(|code| TransactionState {
            error_code: cx.code(code),
            ..Default::default()
        });
        transaction_states.push(TransactionState { transactional_id: id, ..state });
    }
    DescribeTransactionsResponse { transaction_states, ..Default::default() }
}

async fn describe(cx: &Context, id: &Str) -> Result<TransactionState, ErrorCode> {
    if id.is_empty() {
        return Err(ErrorCode::InvalidRequest);
    }
    cx.authorize(Operation::Describe, Resource::TransactionalId(id))?;
    let found = match cx.broker.transactions.ask(Request::Describe(id.to_string())).await {
        Response::Description(found) => found,
        Response::Refused(code) => return Err(code),
        _ => return Err(ErrorCode::UnknownServerError),
    };
    let visible = |topic: &str| cx.authorize(Operation::Describe, Resource::Topic(topic)).is_ok();
    let topics = found.partitions.into_iter().filter(|(topic, _)| visible(topic));
    let topics = topics.map(|(topic, indexes)| TopicData {
        topic: Str::from(topic),
        partitions: indexes.into_iter().collect(),
    });
    Ok(TransactionState {
        transaction_state: Str::from(found.state.name()),
        transaction_timeout_ms: found.timeout_ms,
        transaction_start_time_ms: found.start_ms,
        producer_id: found.producer.id,
        producer_epoch: found.producer.epoch,
        topics: topics.collect(),
        ..Default::default()
    })
}

pub(crate) async fn list_transactions(
    cx: Context,
    request: ListTransactionsRequest,
) -> ListTransactionsResponse {
    let known = |name: &str| {
        State::ALL.iter().any(|state| state.name() == name) || NEVER_SEEN.contains(&name)
    };
    let filters = &request.state_filters;
    let unknown_state_filters = filters.iter().filter(|name| !known(name)).cloned().collect();
    let pattern = request.transactional_id_pattern.as_deref().filter(|text| !text.is_empty());
    let pattern = pattern.map(|text| format!("^(?:{text})$"));
    let pattern = pattern.map(|text| RegexBuilder::new(&text).size_limit(PATTERN_BYTES).build());
    let pattern = pattern.transpose().map_err(|_| ErrorCode::InvalidRegularExpression);
    let listed = match pattern {
        Ok(pattern) => cx.broker.transactions.list().await.map(|all| (all, pattern)),
        Err(code) => Err(code),
    };
    let (all, pattern) = match listed {
        Ok(listed) => listed,
        Err(code) => {
            return ListTransactionsResponse { error_code: cx.code(code), ..Default::default() };
        }
    };
    let now_ms = cx.broker.env.clock.now_ms();
    let wanted = |listed: &Listed| {
        let states =
            filters.is_empty() || filters.iter().any(|name| listed.state.name() == &**name);
        let ids = &request.producer_id_filters;
        let ids = ids.is_empty() || ids.contains(&listed.producer_id);
        let long = request.duration_filter < 0
            || now_ms.saturating_sub(listed.start_ms) > request.duration_filter;
        let named = pattern.as_ref().is_none_or(|p| p.is_match(&listed.transactional_id));
        let id = Resource::TransactionalId(&listed.transactional_id);
        named && states && ids && long && cx.authorize(Operation::Describe, id).is_ok()
    };
    let states = all.into_iter().filter(wanted).map(|listed| list_transactions::TransactionState {
        producer_id: listed.producer_id,
        transaction_state: Str::from(listed.state.name()),
        transactional_id: Str::from(listed.transactional_id),
    });
    ListTransactionsResponse {
        transaction_states: states.collect(),
        unknown_state_filters,
        ..Default::default()
    }
}
