//! OffsetForLeaderEpoch (KIP-320): where an epoch ended, so that a consumer notices lost records.

use std::sync::Arc;

use headrace_cluster::image::Image;
use headrace_wire::messages::offset_for_leader_epoch::{
    EpochEndOffset, OffsetForLeaderPartition, OffsetForLeaderTopic, OffsetForLeaderTopicResult,
};
use headrace_wire::messages::{OffsetForLeaderEpochRequest, OffsetForLeaderEpochResponse};
use headrace_wire::ErrorCode;
use uuid::Uuid;

use super::lookup;
use crate::context::Context;
use crate::session::{Operation, Resource};

pub(crate) async fn offset_for_leader_epoch(
    cx: Context,
    request: OffsetForLeaderEpochRequest,
) -> OffsetForLeaderEpochResponse {
    let image: Arc<Image> = cx.image();
    let topic = |wanted: OffsetForLeaderTopic| {
        let partition = |p: &OffsetForLeaderPartition| match end_of(&cx, &image, &wanted, p) {
            Ok((leader_epoch, end_offset)) => EpochEndOffset {
                error_code: ErrorCode::None.code(),
                partition: p.partition,
                leader_epoch,
                end_offset,
            },
            Err(error) => EpochEndOffset {
                error_code: cx.code(error),
                partition: p.partition,
                ..Default::default()
            },
        };
        let partitions = wanted.partitions.iter().map(partition).collect();
        OffsetForLeaderTopicResult { topic: wanted.topic, partitions }
    };
    let topics = request.topics.into_iter().map(topic).collect();
    OffsetForLeaderEpochResponse { topics, ..Default::default() }
}

fn end_of(
    cx: &Context,
    image: &Image,
    wanted: &OffsetForLeaderTopic,
    partition: &OffsetForLeaderPartition,
) -> Result<(i32, i64), ErrorCode> {
    cx.authorize(Operation::Describe, Resource::Topic(&wanted.topic))?;
    let topic = lookup::topic(image, false, &wanted.topic, Uuid::nil())?;
    let group = lookup::group(topic, partition.partition)?;
    let handle = lookup::leader(cx, group, partition.current_leader_epoch)?;
    Ok(handle.epoch_end_offset(partition.leader_epoch))
}
