//! Share groups (KIP-932): members, descriptions, offsets, and what nodes tell each other of them.

use std::collections::BTreeSet;

use headrace_cluster::image::Image;
use headrace_groups::share::{Heartbeat, Refused, ShareGroups, StateKey, NO_OFFSET};
use headrace_wire::messages::alter_share_group_offsets as alter;
use headrace_wire::messages::delete_groups::DeletableGroupResult;
use headrace_wire::messages::delete_share_group_offsets as delete;
use headrace_wire::messages::describe_share_group_offsets as offsets;
use headrace_wire::messages::list_groups::ListedGroup;
use headrace_wire::messages::share_group_describe::DescribedGroup;
use headrace_wire::messages::{
    AlterShareGroupOffsetsRequest, AlterShareGroupOffsetsResponse, DeleteShareGroupOffsetsRequest,
    DeleteShareGroupOffsetsResponse, DeleteShareGroupStateRequest, DeleteShareGroupStateResponse,
    DescribeShareGroupOffsetsRequest, DescribeShareGroupOffsetsResponse,
    InitializeShareGroupStateRequest, InitializeShareGroupStateResponse, ListGroupsRequest,
    ReadShareGroupStateRequest, ReadShareGroupStateResponse, ReadShareGroupStateSummaryRequest,
    ReadShareGroupStateSummaryResponse, ShareGroupDescribeRequest, ShareGroupDescribeResponse,
    ShareGroupHeartbeatRequest, ShareGroupHeartbeatResponse, WriteShareGroupStateRequest,
    WriteShareGroupStateResponse,
};
use headrace_wire::{ErrorCode, Str};
use uuid::Uuid;

use super::group_kinds::is_other_than_share;
use super::lookup;
use crate::context::{Context, Refusal};
use crate::session::{Operation, Resource};
use crate::share::ShareConfig;

/// A heartbeat of a member that joins.
const JOINS: i32 = 0;
/// Kafka's name for the type and the protocol of share groups.
const SHARE: &str = "share";

impl From<Refused> for Refusal {
    fn from(Refused(code, message): Refused) -> Self {
        Refusal { code, message: Some(message) }
    }
}

pub(crate) async fn share_group_heartbeat(
    cx: Context,
    request: ShareGroupHeartbeatRequest,
) -> ShareGroupHeartbeatResponse {
    heartbeat(&cx, request).await.unwrap_or_else(|refusal| ShareGroupHeartbeatResponse {
        error_code: cx.code(refusal.code),
        error_message: refusal.text(),
        ..Default::default()
    })
}

async fn heartbeat(
    cx: &Context,
    request: ShareGroupHeartbeatRequest,
) -> Result<ShareGroupHeartbeatResponse, Refusal> {
    let group = request.group_id.to_string();
    cx.authorize(Operation::Read, Resource::Group(&group))?;
    for topic in request.subscribed_topic_names.iter().flatten() {
        cx.authorize(Operation::Describe, Resource::Topic(topic))?;
    }
    let shares = &cx.broker.shares;
    let hosted = shares.groups_of(&group).await?;
    let is_new = !hosted.look(|groups| groups.contains(&group));
    if request.member_epoch == JOINS && is_new && is_other_than_share(cx, &request.group_id).await {
        let why = format!("Group {group} is not a share group.");
        return Err(Refusal::new(ErrorCode::GroupIdNotFound, why));
    }
    let config = ShareConfig::of(&cx.image(), &group).group;
    let caller = cx.caller();
    let heartbeat = Heartbeat {
        request,
        client_id: caller.client_id.to_string(),
        client_host: caller.client_host.to_string(),
    };
    let (now_ms, topics) = (shares.now_ms(), shares.topics());
    let change = |groups: &mut ShareGroups| {
        groups.heartbeat(now_ms, &heartbeat, &config, &topics).map_err(Refusal::from)
    };
    hosted.change(now_ms, change).await
}

pub(crate) async fn share_group_describe(
    cx: Context,
    request: ShareGroupDescribeRequest,
) -> ShareGroupDescribeResponse {
    let mut groups = Vec::with_capacity(request.group_ids.len());
    for id in request.group_ids {
        let described = describe(&cx, &id).await;
        groups.push(match described {
            Ok(mut group) => {
                if request.include_authorized_operations {
                    group.authorized_operations =
                        cx.session.authorized_operations(Resource::Group(&id));
                }
                group
            }
            Err(refusal) => DescribedGroup {
                group_id: id,
                error_code: cx.code(refusal.code),
                error_message: refusal.text(),
                ..Default::default()
            },
        });
    }
    ShareGroupDescribeResponse { groups, ..Default::default() }
}

async fn describe(cx: &Context, id: &str) -> Result<DescribedGroup, Refusal> {
    has_id(id)?;
    cx.authorize(Operation::Describe, Resource::Group(id))?;
    let hosted = cx.broker.shares.groups_of(id).await?;
    let image = cx.image();
    let name = |topic: Uuid| image.topic_by_id(topic).map(|topic| topic.name.to_string());
    let described = hosted.look(|groups| groups.describe(id, &name));
    described.ok_or_else(|| not_found(id))
}

/// A share group has a name, unlike a classic one.
fn has_id(id: &str) -> Result<(), ErrorCode> {
    match id.is_empty() {
        true => Err(ErrorCode::InvalidGroupId),
        false => Ok(()),
    }
}

fn not_found(id: &str) -> Refusal {
    Refusal::new(ErrorCode::GroupIdNotFound, format!("Group {id} not found."))
}

/// The share groups that this node coordinates and that the request asks for; the code says that
/// some are missing.
pub(super) async fn list(
    cx: &Context,
    request: &ListGroupsRequest,
) -> (Vec<ListedGroup>, Option<ErrorCode>) {
    let wants = |filter: &[Str], value: &str| {
        filter.is_empty() || filter.iter().any(|one| one.eq_ignore_ascii_case(value))
    };
    if !wants(&request.types_filter, SHARE) {
        return (Vec::new(), None);
    }
    let (hosts, missing) = cx.broker.shares.all_groups().await;
    let found = hosts.iter().flat_map(|hosted| hosted.look(ShareGroups::list));
    let found = found.filter(|(_, state)| wants(&request.states_filter, state));
    let listed = found.map(|(id, state)| ListedGroup {
        group_id: Str::from(id),
        protocol_type: Str::from_static(SHARE),
        group_state: Str::from_static(state),
        group_type: Str::from_static(SHARE),
    });
    (listed.collect(), missing)
}

/// Deletes a share group with its offsets; none when there is no such share group here.
pub(super) async fn delete(cx: &Context, id: &Str) -> Option<DeletableGroupResult> {
    let shares = &cx.broker.shares;
    let hosted = shares.groups_of(id).await.ok()?;
    if !hosted.look(|groups| groups.contains(id)) {
        return None;
    }
    let outcome = async {
        let started = hosted.look(|groups| {
            groups.check_empty(id)?;
            groups.started(id)
        })?;
        for (topic, (_, partitions)) in started {
            for partition in partitions {
                let key = StateKey { group: id.to_string(), topic, partition };
                shares.delete_state(&key).await?;
            }
        }
        let delete = |groups: &mut ShareGroups| groups.delete(id).map(|records| (records, ()));
        hosted.change::<(), ErrorCode, _>(shares.now_ms(), delete).await
    };
    let error_code = outcome.await.err().map_or(0, ErrorCode::code);
    Some(DeletableGroupResult { group_id: id.clone(), error_code })
}

pub(crate) async fn describe_offsets(
    cx: Context,
    request: DescribeShareGroupOffsetsRequest,
) -> DescribeShareGroupOffsetsResponse {
    let mut groups = Vec::with_capacity(request.groups.len());
    for group in request.groups {
        let group_id = group.group_id.clone();
        groups.push(match offsets_of(&cx, group).await {
            Ok(topics) => offsets::DescribeShareGroupOffsetsResponseGroup {
                group_id,
                topics,
                ..Default::default()
            },
            Err(refusal) => offsets::DescribeShareGroupOffsetsResponseGroup {
                group_id,
                error_code: cx.code(refusal.code),
                error_message: refusal.text(),
                ..Default::default()
            },
        });
    }
    DescribeShareGroupOffsetsResponse { groups, ..Default::default() }
}

async fn offsets_of(
    cx: &Context,
    group: offsets::DescribeShareGroupOffsetsRequestGroup,
) -> Result<Vec<offsets::DescribeShareGroupOffsetsResponseTopic>, Refusal> {
    let id = &*group.group_id;
    has_id(id)?;
    cx.authorize(Operation::Describe, Resource::Group(id))?;
    let hosted = cx.broker.shares.groups_of(id).await?;
    // as in Apache Kafka, a group that is not there has read nothing yet
    let started = hosted.look(|groups| groups.started(id)).unwrap_or_default();
    let image = cx.image();
    let wanted: Vec<(Str, Vec<i32>)> = match group.topics {
        Some(topics) => topics.into_iter().map(|t| (t.topic_name, t.partitions)).collect(),
        None => started
            .values()
            .map(|(name, partitions)| (Str::from(&**name), partitions.iter().copied().collect()))
            .collect(),
    };
    let mut answer = Vec::with_capacity(wanted.len());
    for (topic_name, indexes) in wanted {
        let allowed = cx.authorize(Operation::Describe, Resource::Topic(&topic_name));
        let topic = allowed.and(lookup::topic(&image, false, &topic_name, Uuid::nil()));
        let topic_id = topic.as_ref().map_or(Uuid::nil(), |topic| topic.id);
        let mut partitions = Vec::with_capacity(indexes.len());
        for partition in indexes {
            let outcome = match topic.as_ref().map(|topic| topic.id) {
                Err(ErrorCode::UnknownTopicOrPartition) => Ok(nothing_read(partition)),
                Ok(topic) => {
                    let key = StateKey { group: id.to_owned(), topic, partition };
                    standing(cx, &image, &key).await
                }
                Err(code) => Err(*code),
            };
            partitions.push(outcome.unwrap_or_else(|code| {
                offsets::DescribeShareGroupOffsetsResponsePartition {
                    partition_index: partition,
                    start_offset: NO_OFFSET,
                    lag: -1,
                    error_code: cx.code(code),
                    error_message: Some(Str::from_static(code.text())),
                    ..Default::default()
                }
            }));
        }
        answer.push(offsets::DescribeShareGroupOffsetsResponseTopic {
            topic_name,
            topic_id,
            partitions,
        });
    }
    Ok(answer)
}

/// A partition that a group has not begun to read.
fn nothing_read(partition_index: i32) -> offsets::DescribeShareGroupOffsetsResponsePartition {
    offsets::DescribeShareGroupOffsetsResponsePartition {
        partition_index,
        start_offset: NO_OFFSET,
        lag: -1,
        ..Default::default()
    }
}

async fn standing(
    cx: &Context,
    image: &Image,
    key: &StateKey,
) -> Result<offsets::DescribeShareGroupOffsetsResponsePartition, ErrorCode> {
    let summary = cx.broker.shares.summary(key).await?;
    let topic = image.topic_by_id(key.topic).ok_or(ErrorCode::UnknownTopicId)?;
    // only a replica here tells where the log ends
    let replica = lookup::group(topic, key.partition).and_then(|group| lookup::replica(cx, group));
    let known = summary.start_offset != NO_OFFSET && summary.complete >= 0;
    let lag = replica.ok().filter(|_| known).map_or(-1, |handle| {
        let end = handle.offsets().high_watermark;
        (end - summary.start_offset - i64::from(summary.complete)).max(0)
    });
    Ok(offsets::DescribeShareGroupOffsetsResponsePartition {
        partition_index: key.partition,
        start_offset: summary.start_offset,
        leader_epoch: summary.leader_epoch,
        lag,
        ..Default::default()
    })
}

pub(crate) async fn alter_offsets(
    cx: Context,
    request: AlterShareGroupOffsetsRequest,
) -> AlterShareGroupOffsetsResponse {
    let id = request.group_id.clone();
    let allowed = match may_alter(&cx, &id).await {
        // As in Apache Kafka, offsets make a group that is not there, unless the name is taken.
        Err(Refusal { code: ErrorCode::GroupIdNotFound, .. })
            if !is_other_than_share(&cx, &id).await =>
        {
            Ok(())
        }
        known => known,
    };
    if let Err(refusal) = allowed {
        return AlterShareGroupOffsetsResponse {
            error_code: cx.code(refusal.code),
            error_message: refusal.text(),
            ..Default::default()
        };
    }
    let image = cx.image();
    let mut responses = Vec::with_capacity(request.topics.len());
    for asked in request.topics {
        let allowed = cx.authorize(Operation::Read, Resource::Topic(&asked.topic_name));
        let topic = allowed.and(lookup::topic(&image, false, &asked.topic_name, Uuid::nil()));
        let mut partitions = Vec::with_capacity(asked.partitions.len());
        for partition in &asked.partitions {
            let outcome = match &topic {
                Ok(topic) => {
                    let index = partition.partition_index;
                    let exists = lookup::group(topic, index).map(|_| ());
                    let place = (topic.id, topic.name.to_string(), index);
                    match exists {
                        Ok(()) => reset(&cx, &id, place, partition.start_offset).await,
                        Err(code) => Err(code),
                    }
                }
                Err(code) => Err(*code),
            };
            let code = outcome.err().unwrap_or(ErrorCode::None);
            partitions.push(alter::AlterShareGroupOffsetsResponsePartition {
                partition_index: partition.partition_index,
                error_code: cx.code(code),
                error_message: outcome.err().map(|code| Str::from_static(code.text())),
            });
        }
        responses.push(alter::AlterShareGroupOffsetsResponseTopic {
            topic_id: topic.map_or(Uuid::nil(), |topic| topic.id),
            topic_name: asked.topic_name,
            partitions,
        });
    }
    AlterShareGroupOffsetsResponse { responses, ..Default::default() }
}

/// Whether the group's offsets may be changed: it is there and nobody reads.
async fn may_alter(cx: &Context, id: &str) -> Result<(), Refusal> {
    has_id(id)?;
    cx.authorize(Operation::Read, Resource::Group(id))?;
    let hosted = cx.broker.shares.groups_of(id).await?;
    hosted.look(|groups| groups.check_empty(id)).map_err(|code| match code {
        ErrorCode::GroupIdNotFound => not_found(id),
        code => Refusal::from(code),
    })
}

/// Begins one share partition anew.
async fn reset(
    cx: &Context,
    id: &str,
    (topic, name, partition): (Uuid, String, i32),
    start_offset: i64,
) -> Result<(), ErrorCode> {
    let shares = &cx.broker.shares;
    let key = StateKey { group: id.to_owned(), topic, partition };
    let summary = shares.summary(&key).await?;
    let hosted = shares.groups_of(id).await?;
    let places = [(topic, name, partition)];
    let note = |groups: &mut ShareGroups| Ok((groups.start(id, &places), ()));
    hosted.change::<(), ErrorCode, _>(shares.now_ms(), note).await?;
    shares.initialize_state(&key, summary.state_epoch.saturating_add(1), start_offset).await
}

pub(crate) async fn delete_offsets(
    cx: Context,
    request: DeleteShareGroupOffsetsRequest,
) -> DeleteShareGroupOffsetsResponse {
    let id = request.group_id.clone();
    if let Err(refusal) = may_alter(&cx, &id).await {
        return DeleteShareGroupOffsetsResponse {
            error_code: cx.code(refusal.code),
            error_message: refusal.text(),
            ..Default::default()
        };
    }
    let image = cx.image();
    let mut responses = Vec::with_capacity(request.topics.len());
    for asked in request.topics {
        let allowed = cx.authorize(Operation::Read, Resource::Topic(&asked.topic_name));
        let topic = allowed.and(lookup::topic(&image, false, &asked.topic_name, Uuid::nil()));
        let topic = topic.map(|topic| topic.id);
        let outcome = match topic {
            Ok(topic) => forget(&cx, &id, topic).await,
            Err(code) => Err(code),
        };
        responses.push(delete::DeleteShareGroupOffsetsResponseTopic {
            topic_name: asked.topic_name,
            topic_id: outcome.and(topic).unwrap_or_default(),
            error_code: cx.code(outcome.err().unwrap_or(ErrorCode::None)),
            error_message: outcome.err().map(|code| Str::from_static(code.text())),
        });
    }
    DeleteShareGroupOffsetsResponse { responses, ..Default::default() }
}

/// Forgets a topic's offsets in one group.
async fn forget(cx: &Context, id: &str, topic: Uuid) -> Result<(), ErrorCode> {
    let shares = &cx.broker.shares;
    let hosted = shares.groups_of(id).await?;
    let started = hosted.look(|groups| groups.started(id))?;
    let Some((_, partitions)) = started.get(&topic) else {
        return Err(ErrorCode::UnknownTopicOrPartition);
    };
    let partitions: BTreeSet<i32> = partitions.clone();
    for partition in partitions {
        shares.delete_state(&StateKey { group: id.to_owned(), topic, partition }).await?;
    }
    let forget = |groups: &mut ShareGroups| Ok((groups.forget(id, &[topic]), ()));
    hosted.change::<(), ErrorCode, _>(shares.now_ms(), forget).await
}

/// A request between nodes about share partitions' state.
macro_rules! between_nodes {
    ($name:ident, $serve:ident, $request:ident, $response:ident) => {
        pub(crate) async fn $name(cx: Context, request: $request) -> $response {
            if cx.authorize(Operation::ClusterAction, Resource::Cluster).is_err() {
                // these answers have no error of their own: none says that nothing was done
                return $response::default();
            }
            cx.broker.shares.$serve(request).await
        }
    };
}

between_nodes!(
    initialize_state,
    serve_initialize,
    InitializeShareGroupStateRequest,
    InitializeShareGroupStateResponse
);
between_nodes!(read_state, serve_read, ReadShareGroupStateRequest, ReadShareGroupStateResponse);
between_nodes!(write_state, serve_write, WriteShareGroupStateRequest, WriteShareGroupStateResponse);
between_nodes!(
    delete_state,
    serve_delete,
    DeleteShareGroupStateRequest,
    DeleteShareGroupStateResponse
);
between_nodes!(
    read_summary,
    serve_summary,
    ReadShareGroupStateSummaryRequest,
    ReadShareGroupStateSummaryResponse
);
