//! ListOffsets: the offset that belongs to a time stamp, or to one of Kafka's special ones.

use std::collections::BTreeSet;

use headrace_cluster::image::Image;
use headrace_cluster::{Isolation, TimestampedOffset};
use headrace_wire::messages::list_offsets::{
    ListOffsetsPartition, ListOffsetsPartitionResponse, ListOffsetsTopic, ListOffsetsTopicResponse,
};
use headrace_wire::messages::{ListOffsetsRequest, ListOffsetsResponse};
use headrace_wire::ErrorCode;
use uuid::Uuid;

use super::lookup;
use crate::context::{partition_refusal, Context};
use crate::session::{Operation, Resource};

/// The offset after the last one that a consumer may read.
const LATEST: i64 = -1;
/// The first offset.
const EARLIEST: i64 = -2;
/// The record with the largest time stamp (KIP-734).
const MAX_TIMESTAMP: i64 = -3;
const MAX_TIMESTAMP_FROM: i16 = 7;
/// The first offset on local disk (KIP-405); without remote storage that is the first of all.
const EARLIEST_LOCAL: i64 = -4;
const EARLIEST_LOCAL_FROM: i16 = 8;
/// The last offset in remote storage (KIP-1005) and the first that waits for it (KIP-1023).
const LATEST_TIERED: i64 = -5;
const LATEST_TIERED_FROM: i16 = 9;
const EARLIEST_PENDING_UPLOAD: i64 = -6;
const EARLIEST_PENDING_UPLOAD_FROM: i16 = 11;

pub(crate) async fn list_offsets(cx: Context, request: ListOffsetsRequest) -> ListOffsetsResponse {
    let image = cx.image();
    let isolation = match request.isolation_level {
        1 => Isolation::ReadCommitted,
        _ => Isolation::ReadUncommitted,
    };
    let topic = |wanted: ListOffsetsTopic| {
        let repeated = repeated(&wanted.partitions);
        let partition = |p: &ListOffsetsPartition| {
            let base = ListOffsetsPartitionResponse {
                partition_index: p.partition_index,
                ..Default::default()
            };
            let found = match repeated.contains(&p.partition_index) {
                true => Err(ErrorCode::InvalidRequest),
                false => find(&cx, &image, &wanted, p, isolation),
            };
            match found {
                Ok(Some(found)) => ListOffsetsPartitionResponse {
                    timestamp: found.timestamp_ms,
                    offset: found.offset,
                    leader_epoch: if cx.version >= 4 { found.epoch } else { -1 },
                    ..base
                },
                Ok(None) => base,
                Err(error) => ListOffsetsPartitionResponse { error_code: cx.code(error), ..base },
            }
        };
        let partitions = wanted.partitions.iter().map(partition).collect();
        ListOffsetsTopicResponse { name: wanted.name, partitions }
    };
    let topics = request.topics.into_iter().map(topic).collect();
    ListOffsetsResponse { topics, ..Default::default() }
}

/// Partitions that are asked for more than once: none of their questions is answered.
fn repeated(partitions: &[ListOffsetsPartition]) -> BTreeSet<i32> {
    let mut seen = BTreeSet::new();
    partitions.iter().map(|p| p.partition_index).filter(|index| !seen.insert(*index)).collect()
}

/// The first version whose clients know a special time stamp; time stamps below 0 that have no
/// meaning are in none.
fn known_from(timestamp: i64) -> Option<i16> {
    match timestamp {
        MAX_TIMESTAMP => Some(MAX_TIMESTAMP_FROM),
        EARLIEST_LOCAL => Some(EARLIEST_LOCAL_FROM),
        LATEST_TIERED => Some(LATEST_TIERED_FROM),
        EARLIEST_PENDING_UPLOAD => Some(EARLIEST_PENDING_UPLOAD_FROM),
        EARLIEST.. => Some(0),
        _ => None,
    }
}

/// `None`: no such record.
fn find(
    cx: &Context,
    image: &Image,
    wanted: &ListOffsetsTopic,
    partition: &ListOffsetsPartition,
    isolation: Isolation,
) -> Result<Option<TimestampedOffset>, ErrorCode> {
    cx.authorize(Operation::Describe, Resource::Topic(&wanted.name))?;
    let topic = lookup::topic(image, false, &wanted.name, Uuid::nil())?;
    let group = lookup::group(topic, partition.partition_index)?;
    let handle = lookup::leader(cx, group, partition.current_leader_epoch)?;
    let offsets = handle.offsets();
    let at = |offset, epoch| Ok(Some(TimestampedOffset { offset, timestamp_ms: -1, epoch }));
    let failed = |error| partition_refusal(error).code;
    if known_from(partition.timestamp).is_none_or(|first| cx.version < first) {
        return Err(ErrorCode::UnsupportedVersion);
    }
    match partition.timestamp {
        LATEST => match isolation {
            Isolation::ReadUncommitted => at(offsets.high_watermark, offsets.epoch),
            Isolation::ReadCommitted => at(offsets.last_stable, offsets.epoch),
        },
        EARLIEST | EARLIEST_LOCAL => at(offsets.log_start, handle.log_start_epoch()),
        MAX_TIMESTAMP => handle.max_timestamp().map_err(failed),
        LATEST_TIERED | EARLIEST_PENDING_UPLOAD => Ok(None),
        time => handle.list_offset(time, isolation).map_err(failed),
    }
}
