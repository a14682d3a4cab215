//! DeleteRecords: a partition's log starts at a later offset from now on, on all of its replicas.
//!
//! All partitions are asked at once, then awaited: a deletion goes on when the time is over.

use std::future::Future;
use std::pin::Pin;

use headrace_cluster::image::Image;
use headrace_cluster::PartitionHandle;
use headrace_wire::messages::delete_records::{
    DeleteRecordsPartition, DeleteRecordsPartitionResult, DeleteRecordsTopicResult,
};
use headrace_wire::messages::{DeleteRecordsRequest, DeleteRecordsResponse};
use headrace_wire::{ErrorCode, Str};
use tokio::time::{timeout_at, Instant};
use uuid::Uuid;

use super::await_leaders::request_timeout;
use super::lookup;
use crate::context::{partition_refusal, Context};
use crate::session::{Operation, Resource};

/// What a partition that is not known, not led here or not to be touched starts at.
const NO_LOW_WATERMARK: i64 = -1;

type Pending = Pin<Box<dyn Future<Output = Result<i64, ErrorCode>> + Send>>;

/// One partition on its way: its replica, and the first offset once that is everybody's.
type Asked = Result<(PartitionHandle, Pending), ErrorCode>;

pub(crate) async fn delete_records(
    cx: Context,
    request: DeleteRecordsRequest,
) -> DeleteRecordsResponse {
    let image = cx.image();
    let until = Instant::now() + request_timeout(request.timeout_ms);
    let asked: Vec<(Str, Vec<(i32, Asked)>)> = request
        .topics
        .into_iter()
        .map(|topic| {
            let partitions = topic.partitions.iter();
            let asked = partitions.map(|p| (p.partition_index, ask(&cx, &image, &topic.name, p)));
            (topic.name.clone(), asked.collect())
        })
        .collect();
    let mut topics = Vec::with_capacity(asked.len());
    for (name, partitions) in asked {
        let mut results = Vec::with_capacity(partitions.len());
        for (partition_index, asked) in partitions {
            let (low_watermark, error) = outcome(asked, until).await;
            let error_code = cx.code(error);
            results.push(DeleteRecordsPartitionResult {
                partition_index,
                low_watermark,
                error_code,
            });
        }
        topics.push(DeleteRecordsTopicResult { name, partitions: results });
    }
    DeleteRecordsResponse { topics, ..Default::default() }
}

fn ask(cx: &Context, image: &Image, name: &Str, partition: &DeleteRecordsPartition) -> Asked {
    cx.authorize(Operation::Delete, Resource::Topic(name))?;
    let topic = lookup::topic(image, false, name, Uuid::nil())?;
    let group = lookup::group(topic, partition.partition_index)?;
    if topic.internal {
        return Err(ErrorCode::InvalidTopicException);
    }
    let handle = lookup::replica(cx, group)?;
    if !handle.offsets().is_leader {
        return Err(ErrorCode::NotLeaderOrFollower);
    }
    let policy = topic.config.cleanup_policy;
    if policy.compact && !policy.delete {
        return Err(ErrorCode::PolicyViolation);
    }
    let deleted = handle.delete_records(partition.offset);
    let pending = async move { deleted.await.map_err(|error| partition_refusal(error).code) };
    Ok((handle, Box::pin(pending)))
}

/// The partition's first offset, and why it is not what was asked for.
async fn outcome(asked: Asked, until: Instant) -> (i64, ErrorCode) {
    let (handle, pending) = match asked {
        Ok(asked) => asked,
        Err(error) => return (NO_LOW_WATERMARK, error),
    };
    match timeout_at(until, pending).await {
        Ok(Ok(start)) => (start, ErrorCode::None),
        Ok(Err(error)) => (NO_LOW_WATERMARK, error),
        Err(_) => (handle.offsets().log_start, ErrorCode::RequestTimedOut),
    }
}
