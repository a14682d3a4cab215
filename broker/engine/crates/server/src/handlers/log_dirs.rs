//! DescribeLogDirs and AlterReplicaLogDirs: a node has one data folder.

use std::collections::{HashMap, HashSet};

use headrace_cluster::ReplicaStatus;
use headrace_wire::messages::alter_replica_log_dirs::{
    AlterReplicaLogDirPartitionResult, AlterReplicaLogDirTopicResult,
};
use headrace_wire::messages::describe_log_dirs::{
    DescribeLogDirsPartition, DescribeLogDirsResult, DescribeLogDirsTopic,
};
use headrace_wire::messages::{
    AlterReplicaLogDirsRequest, AlterReplicaLogDirsResponse, DescribeLogDirsRequest,
    DescribeLogDirsResponse,
};
use headrace_wire::{ErrorCode, Str};

use super::lookup;
use crate::context::Context;
use crate::session::{Operation, Resource};

/// The size of a volume that cannot be asked.
const UNKNOWN_BYTES: i64 = -1;

pub(crate) async fn describe_log_dirs(
    cx: Context,
    request: DescribeLogDirsRequest,
) -> DescribeLogDirsResponse {
    if let Err(error) = cx.authorize(Operation::Describe, Resource::Cluster) {
        return DescribeLogDirsResponse { error_code: cx.code(error), ..Default::default() };
    }
    let wanted: Option<HashSet<(Str, i32)>> = request.topics.map(|topics| {
        let pairs = topics
            .into_iter()
            .flat_map(|topic| topic.partitions.into_iter().map(move |p| (topic.topic.clone(), p)));
        pairs.collect()
    });
    let image = cx.image();
    let mut topics: HashMap<Str, Vec<DescribeLogDirsPartition>> = HashMap::new();
    for replica in cx.node().hosted() {
        let Some((topic, partition, _)) = image.group(replica.group) else { continue };
        let name = Str::from(&*topic.name);
        if wanted.as_ref().is_none_or(|wanted| wanted.contains(&(name.clone(), partition))) {
            topics.entry(name).or_default().push(line(partition, &replica));
        }
    }
    let mut topics: Vec<DescribeLogDirsTopic> = topics
        .into_iter()
        .map(|(name, partitions)| DescribeLogDirsTopic { name, partitions })
        .collect();
    topics.sort_by(|a, b| a.name.cmp(&b.name));
    let folder = cx.node().data_dir();
    let space = cx.broker.env.disk.space_bytes(folder).ok();
    let bytes = |count: Option<u64>| {
        count.map_or(UNKNOWN_BYTES, |count| i64::try_from(count).unwrap_or(i64::MAX))
    };
    let result = DescribeLogDirsResult {
        log_dir: Str::from(&*folder.to_string_lossy()),
        topics,
        total_bytes: bytes(space.map(|space| space.total)),
        usable_bytes: bytes(space.map(|space| space.usable)),
        ..Default::default()
    };
    DescribeLogDirsResponse { results: vec![result], ..Default::default() }
}

fn line(partition_index: i32, replica: &ReplicaStatus) -> DescribeLogDirsPartition {
    let offsets = replica.offsets;
    DescribeLogDirsPartition {
        partition_index,
        partition_size: i64::try_from(replica.size_bytes).unwrap_or(i64::MAX),
        offset_lag: (offsets.high_watermark - offsets.log_end).max(0),
        is_future_key: false,
    }
}

/// The only folder that a replica can be told to live in is the one where it lives.
pub(crate) async fn alter_replica_log_dirs(
    cx: Context,
    request: AlterReplicaLogDirsRequest,
) -> AlterReplicaLogDirsResponse {
    let allowed = cx.authorize(Operation::Alter, Resource::Cluster);
    let image = cx.image();
    let mut results: Vec<AlterReplicaLogDirTopicResult> = Vec::new();
    for dir in &request.dirs {
        let ours = *dir.path == *cx.node().data_dir().to_string_lossy();
        for topic in &dir.topics {
            let partitions = topic.partitions.iter().map(|&partition_index| {
                let outcome = allowed.and_then(|()| match ours {
                    false => Err(ErrorCode::LogDirNotFound),
                    true => {
                        let topic = image.topic(&topic.name);
                        let topic = topic.ok_or(ErrorCode::UnknownTopicOrPartition)?;
                        let group = lookup::group(topic, partition_index)?;
                        let here = lookup::replica(&cx, group);
                        here.map(|_| ()).map_err(|_| ErrorCode::ReplicaNotAvailable)
                    }
                });
                let error_code = cx.code(outcome.err().unwrap_or(ErrorCode::None));
                AlterReplicaLogDirPartitionResult { partition_index, error_code }
            });
            let partitions: Vec<_> = partitions.collect();
            match results.iter_mut().find(|known| known.topic_name == topic.name) {
                Some(known) => known.partitions.extend(partitions),
                None => results.push(AlterReplicaLogDirTopicResult {
                    topic_name: topic.name.clone(),
                    partitions,
                }),
            }
        }
    }
    AlterReplicaLogDirsResponse { results, ..Default::default() }
}
