//! DescribeTopicPartitions (KIP-966): topics by name, page by page.

use std::collections::BTreeSet;
use std::sync::Arc;

use headrace_cluster::controller::names;
use headrace_cluster::image::{Image, Partition, Topic};
use headrace_wire::messages::describe_topic_partitions::{
    DescribeTopicPartitionsResponseCursor as NextCursor,
    DescribeTopicPartitionsResponsePartition as PartitionLine,
    DescribeTopicPartitionsResponseTopic as TopicLine,
};
use headrace_wire::messages::{DescribeTopicPartitionsRequest, DescribeTopicPartitionsResponse};
use headrace_wire::{ErrorCode, Str};

use crate::context::Context;
use crate::session::{Operation, Resource};

/// Partitions of one response at most; Kafka's `max.request.partition.size.limit`.
const MAX_PARTITIONS: usize = 2_000;

pub(crate) async fn describe_topic_partitions(
    cx: Context,
    request: DescribeTopicPartitionsRequest,
) -> DescribeTopicPartitionsResponse {
    let image = cx.image();
    let every = request.topics.is_empty();
    let mut names: BTreeSet<Str> = match every {
        true => image.topics().map(|topic| Str::from(&*topic.name)).collect(),
        false => request.topics.iter().map(|topic| topic.name.clone()).collect(),
    };
    let (from, first) = match &request.cursor {
        Some(cursor) => match usize::try_from(cursor.partition_index) {
            Ok(first) => (Some(cursor.topic_name.clone()), first),
            Err(_) => return refused(&cx, &names, ErrorCode::InvalidRequest),
        },
        None => (None, 0),
    };
    names.retain(|name| from.as_ref().is_none_or(|from| name >= from));
    let may_see = |name: &&Str| cx.authorize(Operation::Describe, Resource::Topic(name)).is_ok();
    let (seen, hidden): (Vec<&Str>, Vec<&Str>) = names.iter().partition(may_see);
    let limit = usize::try_from(request.response_partition_limit).unwrap_or(1);
    let mut left = limit.clamp(1, MAX_PARTITIONS);
    let mut response = DescribeTopicPartitionsResponse::default();
    for name in seen {
        if left == 0 {
            response.next_cursor = Some(cursor(name, 0));
            break;
        }
        let Some(topic) = image.topic(name) else {
            if !every {
                let operations = cx.session.authorized_operations(Resource::Topic(name));
                response.topics.push(TopicLine {
                    topic_authorized_operations: operations,
                    ..failed(&cx, name, unknown(name))
                });
            }
            continue;
        };
        let start = if from.as_ref() == Some(name) { first } else { 0 };
        let (line, next) = describe(&cx, &image, topic, start, left);
        left -= line.partitions.len();
        response.topics.push(line);
        if let Some(next) = next {
            response.next_cursor = Some(cursor(name, next));
            break;
        }
    }
    if !every {
        let refused = |name: &&Str| failed(&cx, name, ErrorCode::TopicAuthorizationFailed);
        response.topics.extend(hidden.iter().map(refused));
    }
    response
}

/// A request that makes no sense has its error at every topic: there is no other place for it.
fn refused(
    cx: &Context,
    names: &BTreeSet<Str>,
    error: ErrorCode,
) -> DescribeTopicPartitionsResponse {
    let topics = names.iter().map(|name| failed(cx, name, error)).collect();
    DescribeTopicPartitionsResponse { topics, ..Default::default() }
}

fn unknown(name: &str) -> ErrorCode {
    match names::check(name) {
        Ok(_) => ErrorCode::UnknownTopicOrPartition,
        Err(_) => ErrorCode::InvalidTopicException,
    }
}

fn failed(cx: &Context, name: &Str, error: ErrorCode) -> TopicLine {
    TopicLine { error_code: cx.code(error), name: Some(name.clone()), ..Default::default() }
}

fn cursor(name: &Str, partition_index: i32) -> NextCursor {
    NextCursor { topic_name: name.clone(), partition_index }
}

/// At most `limit` partitions from `start` on, and the first one that is left.
fn describe(
    cx: &Context,
    image: &Image,
    topic: &Arc<Topic>,
    start: usize,
    limit: usize,
) -> (TopicLine, Option<i32>) {
    let indexed = topic.partitions.iter().zip(0..);
    let partitions: Vec<PartitionLine> =
        indexed.skip(start).take(limit).map(|(one, at)| partition(cx, image, one, at)).collect();
    let end = start.saturating_add(partitions.len());
    let next = (end < topic.partitions.len()).then(|| i32::try_from(end).unwrap_or(i32::MAX));
    let line = TopicLine {
        name: Some(Str::from(&*topic.name)),
        topic_id: topic.id,
        is_internal: topic.internal,
        partitions,
        topic_authorized_operations: cx.session.authorized_operations(Resource::Topic(&topic.name)),
        ..Default::default()
    };
    (line, next)
}

fn partition(cx: &Context, image: &Image, of: &Partition, at: i32) -> PartitionLine {
    let alive = |id: &i32| cx.node().is_alive(*id) && image.node(*id).is_some();
    let leader = cx.live_leader(of.group).filter(|i| cx.reachable(image, i.leader).is_some());
    let known = leader.as_ref();
    PartitionLine {
        partition_index: at,
        leader_id: known.map_or(-1, |info| info.leader),
        leader_epoch: known.map_or(-1, |info| info.epoch),
        replica_nodes: of.replicas.clone(),
        isr_nodes: match leader {
            Some(info) => info.in_sync,
            None => of.replicas.iter().copied().filter(alive).collect(),
        },
        // a leader is elected by a majority here, never from a list of replicas
        eligible_leader_replicas: Some(Vec::new()),
        last_known_elr: Some(Vec::new()),
        offline_replicas: of.replicas.iter().copied().filter(|id| !alive(id)).collect(),
        ..Default::default()
    }
}
