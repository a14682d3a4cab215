//! From the names in a request to partitions, and from a failure to a hint where to go.

use std::sync::Arc;

use headrace_cluster::image::{Image, NodeInfo, Topic};
use headrace_cluster::{GroupId, PartitionHandle};
use headrace_wire::{ErrorCode, Str};
use uuid::Uuid;

use crate::context::Context;

/// A topic by name, or by id from the version on in which the API names topics by id.
pub(super) fn topic<'i>(
    image: &'i Image,
    by_id: bool,
    name: &Str,
    id: Uuid,
) -> Result<&'i Arc<Topic>, ErrorCode> {
    if by_id {
        return image.topic_by_id(id).ok_or(ErrorCode::UnknownTopicId);
    }
    image.topic(name).ok_or(ErrorCode::UnknownTopicOrPartition)
}

/// The Raft group of a partition.
pub(super) fn group(topic: &Topic, partition: i32) -> Result<GroupId, ErrorCode> {
    let found = usize::try_from(partition).ok().and_then(|at| topic.partitions.get(at));
    found.map(|p| p.group).ok_or(ErrorCode::UnknownTopicOrPartition)
}

/// The replica of a partition on this node.
pub(super) fn replica(cx: &Context, group: GroupId) -> Result<PartitionHandle, ErrorCode> {
    cx.node().partition(group).ok_or(ErrorCode::NotLeaderOrFollower)
}

/// The replica on this node if it leads, and in the epoch that the client believes in (KIP-320).
pub(super) fn leader(
    cx: &Context,
    group: GroupId,
    client_epoch: i32,
) -> Result<PartitionHandle, ErrorCode> {
    let handle = replica(cx, group)?;
    let offsets = handle.offsets();
    if client_epoch >= 0 && client_epoch < offsets.epoch {
        return Err(ErrorCode::FencedLeaderEpoch);
    }
    if client_epoch > offsets.epoch {
        return Err(ErrorCode::UnknownLeaderEpoch);
    }
    if !offsets.is_leader {
        return Err(ErrorCode::NotLeaderOrFollower);
    }
    Ok(handle)
}

/// Leaders that a response points to (KIP-951): their nodes are listed once.
#[derive(Default)]
pub(super) struct Hints {
    nodes: Vec<Arc<NodeInfo>>,
}

impl Hints {
    /// The leader and epoch to go to after `error`, if this node knows one.
    pub fn leader_after(
        &mut self,
        cx: &Context,
        image: &Image,
        group: GroupId,
        error: ErrorCode,
    ) -> Option<(i32, i32)> {
        if !matches!(error, ErrorCode::NotLeaderOrFollower | ErrorCode::FencedLeaderEpoch) {
            return None;
        }
        let info = cx.live_leader(group)?;
        cx.reachable(image, info.leader)?;
        if !self.nodes.iter().any(|node| node.id == info.leader) {
            self.nodes.extend(image.node(info.leader).cloned());
        }
        Some((info.leader, info.epoch))
    }

    /// Id, host, port and rack of every node that was pointed to.
    pub fn endpoints(&self, cx: &Context) -> Vec<(i32, Str, i32, Option<Str>)> {
        let address = |node: &Arc<NodeInfo>| {
            let at = node.listener(cx.listener())?;
            let rack = node.rack.as_deref().map(Str::from);
            Some((node.id, Str::from(&at.host), i32::from(at.port), rack))
        };
        self.nodes.iter().filter_map(address).collect()
    }
}
