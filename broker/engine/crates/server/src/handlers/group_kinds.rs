//! Kinds of groups: a name belongs to one kind at a time. Share groups have a host of their own.

use headrace_wire::messages::{
    ConsumerGroupDescribeRequest, DescribeGroupsRequest, StreamsGroupDescribeRequest,
};
use headrace_wire::{ErrorCode, Str};

use crate::context::{Context, Refusal};

/// The state of a group that does not exist.
const DEAD: &str = "Dead";

/// Whether there is a share group of that name. Who does not coordinate it does not know.
pub(super) async fn is_share(cx: &Context, group: &str) -> bool {
    match cx.broker.shares.groups_of(group).await {
        Ok(hosted) => hosted.look(|groups| groups.contains(group)),
        Err(_) => false,
    }
}

/// Refuses who would make a group of another kind out of a share group.
pub(super) async fn refuse_share(cx: &Context, group: &str, kind: &str) -> Result<(), Refusal> {
    if is_share(cx, group).await {
        let why = format!("Group {group} is not a {kind} group.");
        return Err(Refusal::new(ErrorCode::GroupIdNotFound, why));
    }
    Ok(())
}

/// Whether there is a group of that name that is no share group.
pub(super) async fn is_other_than_share(cx: &Context, group: &Str) -> bool {
    let coordinators = &cx.broker.coordinators;
    let request = DescribeGroupsRequest { groups: vec![group.clone()], ..Default::default() };
    let classic = coordinators.describe_groups(cx.caller(), request).await;
    if classic.groups.iter().any(|group| group.error_code == 0 && group.group_state != *DEAD) {
        return true;
    }
    let group_ids = vec![group.clone()];
    let request = ConsumerGroupDescribeRequest { group_ids, ..Default::default() };
    let consumers = coordinators.consumer_group_describe(cx.caller(), request).await;
    if consumers.groups.iter().any(|group| group.error_code == 0) {
        return true;
    }
    let group_ids = vec![group.clone()];
    let request = StreamsGroupDescribeRequest { group_ids, ..Default::default() };
    let streams = coordinators.streams_group_describe(cx.caller(), request).await;
    streams.groups.iter().any(|group| group.error_code == 0)
}
