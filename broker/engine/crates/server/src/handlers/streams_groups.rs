//! Streams groups (KIP-1071): authorisation, and the making of the topics that an application
//! waits for; everything else is in the coordinator.

use std::collections::BTreeSet;

use headrace_cluster::controller::names;
use headrace_wire::messages::create_topics::CreatableTopic;
use headrace_wire::messages::streams_group_describe::DescribedGroup;
use headrace_wire::messages::streams_group_heartbeat::Topology;
use headrace_wire::messages::{
    StreamsGroupDescribeRequest, StreamsGroupDescribeResponse, StreamsGroupHeartbeatRequest,
    StreamsGroupHeartbeatResponse,
};
use headrace_wire::{ErrorCode, Str};

use super::group_kinds::refuse_share;
use super::groups::split;
use super::topics::create_missing;
use crate::context::{Context, Refusal};
use crate::session::{Operation, Resource};

/// The status MISSING_INTERNAL_TOPICS.
const MISSING_INTERNAL_TOPICS: i8 = 3;

pub(crate) async fn heartbeat(
    cx: Context,
    request: StreamsGroupHeartbeatRequest,
) -> StreamsGroupHeartbeatResponse {
    let mut checked = check(&cx, &request);
    if checked.is_ok() && request.member_epoch == 0 {
        checked = refuse_share(&cx, &request.group_id, "streams").await;
    }
    if let Err(refusal) = checked {
        return StreamsGroupHeartbeatResponse {
            error_code: cx.code(refusal.code),
            error_message: refusal.text(),
            status: Some(Vec::new()),
            ..Default::default()
        };
    }
    let coordinators = &cx.broker.coordinators;
    let (mut response, missing) = coordinators.streams_group_heartbeat(cx.caller(), request).await;
    cx.count(response.error_code);
    if !missing.is_empty() {
        let failures = create(&cx, &missing).await;
        let statuses = response.status.iter_mut().flatten();
        let about = |status: &&mut _| is_about_internal_topics(status);
        if let (Some(status), false) = (statuses.into_iter().find(about), failures.is_empty()) {
            let told = format!("{}; {}", status.status_detail, failures.join("; "));
            status.status_detail = told.into();
        }
    }
    response
}

fn is_about_internal_topics(
    status: &headrace_wire::messages::streams_group_heartbeat::Status,
) -> bool {
    status.status_code == MISSING_INTERNAL_TOPICS
}

fn check(cx: &Context, request: &StreamsGroupHeartbeatRequest) -> Result<(), Refusal> {
    cx.authorize(Operation::Read, Resource::Group(&request.group_id))?;
    let Some(topology) = &request.topology else { return Ok(()) };
    let (image, topics) = (cx.image(), required(topology));
    let internal = |name: &&&Str| image.topic(name).is_some_and(|topic| topic.internal);
    let internal: Vec<&str> = topics.iter().filter(internal).map(|name| &***name).collect();
    if !internal.is_empty() {
        let names = internal.join(",");
        let why = format!(
            "Use of Kafka internal topics {names} in a Kafka Streams topology is prohibited."
        );
        return Err(Refusal::new(ErrorCode::StreamsInvalidTopology, why));
    }
    let bad: Vec<&str> =
        topics.iter().map(|name| &***name).filter(|name| names::check(name).is_err()).collect();
    if !bad.is_empty() {
        let why = format!("Topic names {} are not valid topic names.", bad.join(","));
        return Err(Refusal::new(ErrorCode::StreamsInvalidTopology, why));
    }
    for topic in topics {
        cx.authorize(Operation::Describe, Resource::Topic(topic))?;
    }
    Ok(())
}

fn required(topology: &Topology) -> BTreeSet<&Str> {
    let each = topology.subtopologies.iter().flat_map(|one| {
        let internal = one.repartition_source_topics.iter().chain(&one.state_changelog_topics);
        let sinks = one.source_topics.iter().chain(&one.repartition_sink_topics);
        sinks.chain(internal.map(|topic| &topic.name))
    });
    each.collect()
}

/// Has the topics made that may be; what went wrong.
async fn create(cx: &Context, missing: &[CreatableTopic]) -> Vec<String> {
    let may_create_any = cx.authorize(Operation::Create, Resource::Cluster).is_ok();
    let refused: Vec<&str> = missing
        .iter()
        .map(|topic| &*topic.name)
        .filter(|name| {
            !may_create_any && cx.authorize(Operation::Create, Resource::Topic(name)).is_err()
        })
        .collect();
    if !refused.is_empty() {
        return vec![format!("Unauthorized to CREATE on topics {}.", refused.join(", "))];
    }
    create_missing(cx, missing).await
}

pub(crate) async fn describe(
    cx: Context,
    mut request: StreamsGroupDescribeRequest,
) -> StreamsGroupDescribeResponse {
    let operations = request.include_authorized_operations;
    let names = std::mem::take(&mut request.group_ids);
    let (allowed, mut refused) = split(&cx, Operation::Describe, names);
    let (unnamed, allowed) = allowed.into_iter().partition(|id: &Str| id.is_empty());
    refused.extend(Vec::into_iter(unnamed).map(|id| (id, ErrorCode::InvalidGroupId)));
    request.group_ids = allowed;
    let mut response = cx.broker.coordinators.streams_group_describe(cx.caller(), request).await;
    for group in &mut response.groups {
        if let Err(error) = may_see_topics(&cx, group) {
            *group = DescribedGroup {
                group_id: group.group_id.clone(),
                error_code: error.code(),
                ..Default::default()
            };
        }
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

fn may_see_topics(cx: &Context, group: &DescribedGroup) -> Result<(), ErrorCode> {
    let subtopologies = group.topology.iter().flat_map(|topology| &topology.subtopologies);
    for one in subtopologies.flatten() {
        let internal = one.repartition_source_topics.iter().chain(&one.state_changelog_topics);
        for topic in one.source_topics.iter().chain(internal.map(|topic| &topic.name)) {
            cx.authorize(Operation::Describe, Resource::Topic(topic))?;
        }
    }
    Ok(())
}
