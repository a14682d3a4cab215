//! Before a transaction begins in a partition, its leader asks the transaction's coordinator
//! (KIP-890): whether the partition was added, or, for a client of the second protocol, to add it.

use std::time::Duration;

use headrace_txn::Producer;
use headrace_wire::messages::add_partitions_to_txn::{
    AddPartitionsToTxnTopic, AddPartitionsToTxnTransaction,
};
use headrace_wire::messages::AddPartitionsToTxnRequest;
use headrace_wire::{ErrorCode, Str};
use tokio::time::Instant;

use crate::context::Context;

/// The version between nodes.
const VERSION: i16 = 5;
/// The transaction before is often a moment from its end: it is waited for so long.
const PATIENCE: Duration = Duration::from_secs(1);
const PAUSE: Duration = Duration::from_millis(10);

/// A partition in which a transaction is about to begin.
pub(super) struct Question {
    pub transactional_id: Str,
    pub producer: Producer,
    pub topic: Str,
    pub partition: i32,
    /// Add it; else it must have been added.
    pub add: bool,
}

/// The coordinator's word.
///
/// # Errors
/// Its refusal, or why it cannot be asked.
pub(super) async fn ask(cx: &Context, question: &Question) -> Result<(), ErrorCode> {
    let until = Instant::now() + PATIENCE;
    loop {
        let outcome = ask_once(cx, question).await;
        match outcome {
            Err(
                ErrorCode::ConcurrentTransactions
                | ErrorCode::NotCoordinator
                | ErrorCode::CoordinatorLoadInProgress
                | ErrorCode::CoordinatorNotAvailable,
            ) if Instant::now() < until => tokio::time::sleep(PAUSE).await,
            other => return other,
        }
    }
}

async fn ask_once(cx: &Context, question: &Question) -> Result<(), ErrorCode> {
    let id = &question.transactional_id;
    let node = cx.broker.transactions.find(id).await?;
    let request = AddPartitionsToTxnRequest {
        transactions: vec![AddPartitionsToTxnTransaction {
            transactional_id: id.clone(),
            producer_id: question.producer.id,
            producer_epoch: question.producer.epoch,
            verify_only: !question.add,
            topics: vec![AddPartitionsToTxnTopic {
                name: question.topic.clone(),
                partitions: vec![question.partition],
            }],
        }],
        ..Default::default()
    };
    let asked = cx.broker.peers.ask(node, VERSION, &request).await;
    let response = asked.map_err(|error| {
        tracing::debug!(transactional_id = %id, %error, "a transaction cannot be verified");
        ErrorCode::CoordinatorNotAvailable
    })?;
    let result = response.results_by_transaction.first().and_then(|r| r.topic_results.first());
    let code = result.and_then(|topic| topic.results_by_partition.first());
    let code = code.map_or(response.error_code, |partition| partition.partition_error_code);
    match ErrorCode::try_from(code).unwrap_or(ErrorCode::UnknownServerError) {
        ErrorCode::None => Ok(()),
        error => Err(error),
    }
}
