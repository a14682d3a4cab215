//! Consumer groups of the newer protocol (KIP-848), and deletions of offsets: authorisation here,
//! everything else in the coordinator.

use headrace_wire::messages::consumer_group_describe::DescribedGroup;
use headrace_wire::messages::offset_delete::{
    OffsetDeleteRequestPartition, OffsetDeleteResponsePartition,
};
use headrace_wire::messages::{
    ConsumerGroupDescribeRequest, ConsumerGroupDescribeResponse, ConsumerGroupHeartbeatRequest,
    ConsumerGroupHeartbeatResponse, OffsetDeleteRequest, OffsetDeleteResponse,
};
use headrace_wire::{ErrorCode, Str};
use uuid::Uuid;

use super::group_kinds::refuse_share;
use super::groups::split;
use super::lookup;
use crate::context::Context;
use crate::session::{Operation, Resource};

pub(crate) async fn heartbeat(
    cx: Context,
    request: ConsumerGroupHeartbeatRequest,
) -> ConsumerGroupHeartbeatResponse {
    let topics = request.subscribed_topic_names.iter().flatten();
    let allowed = cx.authorize(Operation::Read, Resource::Group(&request.group_id));
    let allowed = topics.fold(allowed, |allowed, topic| {
        allowed.and_then(|()| cx.authorize(Operation::Describe, Resource::Topic(topic)))
    });
    if let Err(error) = allowed {
        let error_code = cx.code(error);
        return ConsumerGroupHeartbeatResponse { error_code, ..Default::default() };
    }
    if request.member_epoch == 0 {
        if let Err(refusal) = refuse_share(&cx, &request.group_id, "consumer").await {
            return ConsumerGroupHeartbeatResponse {
                error_code: cx.code(refusal.code),
                error_message: refusal.text(),
                ..Default::default()
            };
        }
    }
    let response = cx.broker.coordinators.consumer_group_heartbeat(cx.caller(), request).await;
    cx.count(response.error_code);
    response
}

pub(crate) async fn describe(
    cx: Context,
    mut request: ConsumerGroupDescribeRequest,
) -> ConsumerGroupDescribeResponse {
    let operations = request.include_authorized_operations;
    let names = std::mem::take(&mut request.group_ids);
    let (allowed, mut refused) = split(&cx, Operation::Describe, names);
    let (unnamed, allowed) = allowed.into_iter().partition(|id: &Str| id.is_empty());
    refused.extend(Vec::into_iter(unnamed).map(|id| (id, ErrorCode::InvalidGroupId)));
    request.group_ids = allowed;
    let mut response = cx.broker.coordinators.consumer_group_describe(cx.caller(), request).await;
    for group in &mut response.groups {
        cx.count(group.error_code);
        if operations && group.error_code == 0 {
            let resource = Resource::Group(&group.group_id);
            group.authorized_operations = cx.session.authorized_operations(resource);
        }
    }
    response.groups.extend(refused.into_iter().map(|(group_id, error)| DescribedGroup {
        group_id,
        error_code: cx.code(error),
        ..Default::default()
    }));
    response
}

pub(crate) async fn offset_delete(
    cx: Context,
    mut request: OffsetDeleteRequest,
) -> OffsetDeleteResponse {
    if let Err(error) = cx.authorize(Operation::Delete, Resource::Group(&request.group_id)) {
        return OffsetDeleteResponse { error_code: cx.code(error), ..Default::default() };
    }
    let image = cx.image();
    let mut refused = Vec::with_capacity(request.topics.len());
    for topic in &mut request.topics {
        let readable = cx.authorize(Operation::Read, Resource::Topic(&topic.name));
        let found = readable.and_then(|()| lookup::topic(&image, false, &topic.name, Uuid::nil()));
        let mut unknown = Vec::new();
        topic.partitions.retain(|partition| {
            let known = found.and_then(|found| lookup::group(found, partition.partition_index));
            unknown.extend(known.err().map(|error| refuse(&cx, partition, error)));
            known.is_ok()
        });
        refused.push(unknown);
    }
    let mut response = cx.broker.coordinators.offset_delete(cx.caller(), request).await;
    cx.count(response.error_code);
    let codes = response.topics.iter().flat_map(|topic| &topic.partitions);
    codes.for_each(|partition| cx.count(partition.error_code));
    // The answer has the request's topics in their order.
    for (topic, refused) in response.topics.iter_mut().zip(refused) {
        topic.partitions.extend(refused);
    }
    response
}

fn refuse(
    cx: &Context,
    partition: &OffsetDeleteRequestPartition,
    error: ErrorCode,
) -> OffsetDeleteResponsePartition {
    OffsetDeleteResponsePartition {
        partition_index: partition.partition_index,
        error_code: cx.code(error),
    }
}
