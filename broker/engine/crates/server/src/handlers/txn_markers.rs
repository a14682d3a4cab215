//! WriteTxnMarkers: a coordinator ends a transaction in the partitions that this node leads.

use std::time::Duration;

use headrace_cluster::controller::names::CONSUMER_OFFSETS;
use headrace_cluster::image::Image;
use headrace_cluster::{Acks, AppendOptions, BoxFuture, ProducerRules};
use headrace_wire::marker::Marker;
use headrace_wire::messages::write_txn_markers::{
    WritableTxnMarker, WritableTxnMarkerPartitionResult, WritableTxnMarkerResult,
    WritableTxnMarkerTopicResult,
};
use headrace_wire::messages::{WriteTxnMarkersRequest, WriteTxnMarkersResponse};
use headrace_wire::ErrorCode;

use super::lookup;
use crate::context::{partition_refusal, Context};
use crate::session::{Operation, Resource};

/// How long markers may take to become durable before the coordinator asks again.
const PATIENCE: Duration = Duration::from_secs(10);
/// The first transaction version whose markers have an epoch of their own (KIP-890).
const SECOND_PROTOCOL: i8 = 2;

pub(crate) async fn write_txn_markers(
    cx: Context,
    request: WriteTxnMarkersRequest,
) -> WriteTxnMarkersResponse {
    let allowed = cx.authorize(Operation::ClusterAction, Resource::Cluster);
    let image = cx.image();
    // Submitted first, then waited for: they become durable together.
    let pending: Vec<_> =
        request.markers.iter().map(|marker| submit(&cx, &image, marker, allowed)).collect();
    let until = tokio::time::Instant::now() + PATIENCE;
    let mut markers = Vec::with_capacity(pending.len());
    for (marker, topics) in request.markers.iter().zip(pending) {
        let mut results = Vec::with_capacity(topics.len());
        for (topic, partitions) in marker.topics.iter().zip(topics) {
            let mut answered = Vec::with_capacity(partitions.len());
            for (index, outcome) in topic.partition_indexes.iter().zip(partitions) {
                let code = match tokio::time::timeout_at(until, outcome).await {
                    Ok(code) => code,
                    Err(_) => ErrorCode::RequestTimedOut,
                };
                answered.push(WritableTxnMarkerPartitionResult {
                    partition_index: *index,
                    error_code: cx.code(code),
                });
            }
            results.push(WritableTxnMarkerTopicResult {
                name: topic.name.clone(),
                partitions: answered,
            });
        }
        markers.push(WritableTxnMarkerResult { producer_id: marker.producer_id, topics: results });
    }
    WriteTxnMarkersResponse { markers }
}

/// One future for each partition of each topic.
fn submit(
    cx: &Context,
    image: &Image,
    wanted: &WritableTxnMarker,
    allowed: Result<(), ErrorCode>,
) -> Vec<Vec<BoxFuture<ErrorCode>>> {
    let marker = Marker {
        producer_id: wanted.producer_id,
        producer_epoch: wanted.producer_epoch,
        commit: wanted.transaction_result,
        coordinator_epoch: wanted.coordinator_epoch,
    };
    let second_protocol = wanted.transaction_version >= SECOND_PROTOCOL;
    let topics = wanted.topics.iter().map(|topic| {
        let one = |index: &i32| -> BoxFuture<ErrorCode> {
            let begun = allowed
                .and_then(|()| begin(cx, image, (&topic.name, *index), marker, second_protocol));
            begun.unwrap_or_else(|code| Box::pin(async move { code }))
        };
        topic.partition_indexes.iter().map(one).collect()
    });
    topics.collect()
}

fn begin(
    cx: &Context,
    image: &Image,
    (topic, index): (&str, i32),
    marker: Marker,
    second_protocol: bool,
) -> Result<BoxFuture<ErrorCode>, ErrorCode> {
    if marker.producer_id < 0 || marker.producer_epoch < 0 {
        return Err(ErrorCode::InvalidRequest);
    }
    let found = image.topic(topic).ok_or(ErrorCode::UnknownTopicOrPartition)?;
    let group = lookup::group(found, index)?;
    if topic == CONSUMER_OFFSETS {
        // The group coordinator writes it, so that offsets and markers have one order.
        let coordinators = cx.broker.coordinators.clone();
        return Ok(Box::pin(async move {
            coordinators.end_transaction(index, marker, second_protocol).await
        }));
    }
    let handle = lookup::replica(cx, group)?;
    let rules = ProducerRules { second_protocol, verified: None };
    let options = AppendOptions::new(Acks::All).with_rules(rules);
    let now_ms = cx.broker.env.clock.now_ms();
    let appended = handle.append(marker.batch(now_ms), options);
    Ok(Box::pin(async move {
        match appended.await {
            Ok(_) => ErrorCode::None,
            Err(error) => partition_refusal(error).code,
        }
    }))
}
