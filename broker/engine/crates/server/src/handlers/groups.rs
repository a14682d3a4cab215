//! Consumer groups: authorisation here, everything else in the coordinator.

use headrace_wire::messages::find_coordinator::Coordinator;
use headrace_wire::messages::offset_commit::{
    OffsetCommitRequestTopic, OffsetCommitResponsePartition, OffsetCommitResponseTopic,
};
use headrace_wire::messages::offset_fetch::{OffsetFetchRequestGroup, OffsetFetchResponseGroup};
use headrace_wire::messages::{
    delete_groups::DeletableGroupResult, describe_groups::DescribedGroup, DeleteGroupsRequest,
    DeleteGroupsResponse, DescribeGroupsRequest, DescribeGroupsResponse, FindCoordinatorRequest,
    FindCoordinatorResponse, HeartbeatRequest, HeartbeatResponse, JoinGroupRequest,
    JoinGroupResponse, LeaveGroupRequest, LeaveGroupResponse, ListGroupsRequest,
    ListGroupsResponse, OffsetCommitRequest, OffsetCommitResponse, OffsetFetchRequest,
    OffsetFetchResponse, SyncGroupRequest, SyncGroupResponse,
};
use headrace_wire::{ErrorCode, Str};

use super::group_kinds::is_share;
use super::share_groups;
use crate::context::{Context, Refusal};
use crate::session::{Operation, Resource};

/// The kind of key that names a group.
const GROUP: i8 = 0;
/// The kind of key that is a transactional id.
const TRANSACTION: i8 = 1;
/// The kind of key that names a share partition: `group:topic-id:partition` (KIP-932).
const SHARE: i8 = 2;
/// From this version on one request names many keys.
const BATCHED_FROM: i16 = 4;
/// Letters of a topic's id: 16 bytes in base 64.
const ID_LETTERS: usize = 22;
/// From this version on share partitions have coordinators.
const SHARE_FROM: i16 = 6;

pub(crate) async fn find_coordinator(
    cx: Context,
    request: FindCoordinatorRequest,
) -> FindCoordinatorResponse {
    if cx.version < BATCHED_FROM {
        let one = locate(&cx, request.key, request.key_type).await;
        return FindCoordinatorResponse {
            error_code: one.error_code,
            error_message: one.error_message,
            node_id: one.node_id,
            host: one.host,
            port: one.port,
            ..Default::default()
        };
    }
    let mut coordinators = Vec::with_capacity(request.coordinator_keys.len());
    for key in request.coordinator_keys {
        coordinators.push(locate(&cx, key, request.key_type).await);
    }
    FindCoordinatorResponse { coordinators, ..Default::default() }
}

async fn locate(cx: &Context, key: Str, key_type: i8) -> Coordinator {
    match find(cx, &key, key_type).await {
        Ok((node_id, host, port)) => Coordinator { key, node_id, host, port, ..Default::default() },
        Err(refusal) => Coordinator {
            key,
            node_id: -1,
            port: -1,
            error_code: cx.code(refusal.code),
            error_message: refusal.text(),
            ..Default::default()
        },
    }
}

/// A share partition's name: `group:topic-id:partition`, the id as Kafka writes one.
fn check_share_key(key: &str) -> Result<(), Refusal> {
    let mut parts = key.rsplitn(3, ':');
    let (partition, topic, group) = (parts.next(), parts.next(), parts.next());
    let partition = partition.and_then(|text| text.parse::<i32>().ok());
    let is_letter = |c: u8| c.is_ascii_alphanumeric() || matches!(c, b'-' | b'_');
    let topic = topic.filter(|id| id.len() == ID_LETTERS && id.bytes().all(is_letter));
    let group = group.filter(|group| !group.is_empty());
    match (group, topic, partition) {
        (Some(_), Some(_), Some(_)) => Ok(()),
        _ => Err(Refusal::new(ErrorCode::InvalidRequest, "not the name of a share partition")),
    }
}

async fn find(cx: &Context, key: &str, key_type: i8) -> Result<(i32, Str, i32), Refusal> {
    let node = match key_type {
        GROUP => {
            cx.authorize(Operation::Describe, Resource::Group(key))?;
            cx.broker.coordinators.find(key).await?
        }
        TRANSACTION => {
            cx.authorize(Operation::Describe, Resource::TransactionalId(key))?;
            cx.broker.transactions.find(key).await?
        }
        SHARE if cx.version >= SHARE_FROM => {
            cx.authorize(Operation::ClusterAction, Resource::Cluster)?;
            check_share_key(key)?;
            cx.broker.shares.state_coordinator(key).await?
        }
        _ => {
            let why = "there is no such kind of coordinator";
            return Err(Refusal::new(ErrorCode::InvalidRequest, why));
        }
    };
    let image = cx.image();
    let info = cx.reachable(&image, node).ok_or(ErrorCode::CoordinatorNotAvailable)?;
    let at = info.listener(cx.listener()).ok_or(ErrorCode::CoordinatorNotAvailable)?;
    Ok((node, Str::from(&at.host), i32::from(at.port)))
}

/// The first version of JoinGroup in which a protocol's name can be null.
const NULL_PROTOCOL_FROM: i16 = 7;
/// The first version of SyncGroup in which a member names its protocol (KIP-559).
const NAMES_PROTOCOL_FROM: i16 = 5;

/// A handler that only asks whether the group may be read.
macro_rules! through {
    ($name:ident, $request:ty, $response:ident) => {
        pub(crate) async fn $name(cx: Context, request: $request) -> $response {
            let group = Resource::Group(&request.group_id);
            if let Err(error) = cx.authorize(Operation::Read, group) {
                return $response { error_code: cx.code(error), ..Default::default() };
            }
            let response = cx.broker.coordinators.$name(cx.caller(), request).await;
            cx.count(response.error_code);
            response
        }
    };
}

through!(heartbeat, HeartbeatRequest, HeartbeatResponse);
through!(leave_group, LeaveGroupRequest, LeaveGroupResponse);

pub(crate) async fn sync_group(cx: Context, request: SyncGroupRequest) -> SyncGroupResponse {
    let unnamed = request.protocol_type.is_none() || request.protocol_name.is_none();
    let refused = match cx.authorize(Operation::Read, Resource::Group(&request.group_id)) {
        Ok(()) if cx.version >= NAMES_PROTOCOL_FROM && unnamed => {
            Err(ErrorCode::InconsistentGroupProtocol)
        }
        allowed => allowed,
    };
    if let Err(error) = refused {
        return SyncGroupResponse { error_code: cx.code(error), ..Default::default() };
    }
    let response = cx.broker.coordinators.sync_group(cx.caller(), request).await;
    cx.count(response.error_code);
    response
}

pub(crate) async fn join_group(cx: Context, request: JoinGroupRequest) -> JoinGroupResponse {
    let allowed = cx.authorize(Operation::Read, Resource::Group(&request.group_id));
    let refused = match allowed {
        // who has a member id has been here before
        Ok(()) if request.member_id.is_empty() && is_share(&cx, &request.group_id).await => {
            Err(ErrorCode::InconsistentGroupProtocol)
        }
        allowed => allowed,
    };
    if let Err(error) = refused {
        return JoinGroupResponse {
            error_code: cx.code(error),
            generation_id: -1,
            protocol_name: (cx.version < NULL_PROTOCOL_FROM).then(Str::default),
            ..Default::default()
        };
    }
    let response = cx.broker.coordinators.join_group(cx.caller(), request).await;
    cx.count(response.error_code);
    response
}

pub(crate) async fn offset_commit(
    cx: Context,
    mut request: OffsetCommitRequest,
) -> OffsetCommitResponse {
    let image = cx.image();
    let refusal = |topic: &OffsetCommitRequestTopic| {
        let by_id = image.topic_by_id(topic.topic_id).map(|found| &*found.name);
        let name = if topic.name.is_empty() { by_id.unwrap_or_default() } else { &topic.name };
        let group = cx.authorize(Operation::Read, Resource::Group(&request.group_id));
        group.and_then(|()| cx.authorize(Operation::Read, Resource::Topic(name))).err()
    };
    let mut refused = Vec::new();
    let mut allowed = Vec::with_capacity(request.topics.len());
    for topic in std::mem::take(&mut request.topics) {
        let Some(error) = refusal(&topic) else {
            allowed.push(topic);
            continue;
        };
        let partitions = topic.partitions.iter().map(|p| OffsetCommitResponsePartition {
            partition_index: p.partition_index,
            error_code: cx.code(error),
        });
        refused.push(OffsetCommitResponseTopic {
            partitions: partitions.collect(),
            name: topic.name,
            topic_id: topic.topic_id,
        });
    }
    if allowed.is_empty() && !refused.is_empty() {
        return OffsetCommitResponse { topics: refused, ..Default::default() };
    }
    request.topics = allowed;
    let mut response = cx.broker.coordinators.offset_commit(cx.caller(), request).await;
    let codes = response.topics.iter().flat_map(|topic| &topic.partitions);
    codes.for_each(|partition| cx.count(partition.error_code));
    response.topics.append(&mut refused);
    response
}

pub(crate) async fn offset_fetch(cx: Context, request: OffsetFetchRequest) -> OffsetFetchResponse {
    let groups = request.groups.iter().map(|group| &group.group_id).chain([&request.group_id]);
    let denied = groups
        .filter(|id| !id.is_empty())
        .find_map(|id| cx.authorize(Operation::Describe, Resource::Group(id)).err());
    if let Some(error) = denied {
        let failed = |group: &OffsetFetchRequestGroup| OffsetFetchResponseGroup {
            group_id: group.group_id.clone(),
            error_code: cx.code(error),
            ..Default::default()
        };
        let groups = request.groups.iter().map(failed).collect();
        return OffsetFetchResponse { error_code: error.code(), groups, ..Default::default() };
    }
    let response = cx.broker.coordinators.offset_fetch(cx.caller(), request).await;
    cx.count(response.error_code);
    response.groups.iter().for_each(|group| cx.count(group.error_code));
    response
}

pub(crate) async fn list_groups(cx: Context, request: ListGroupsRequest) -> ListGroupsResponse {
    let sees_all = cx.authorize(Operation::Describe, Resource::Cluster).is_ok();
    let (shares, missing) = share_groups::list(&cx, &request).await;
    let mut response = cx.broker.coordinators.list_groups(cx.caller(), request).await;
    response.groups.extend(shares);
    response.groups.sort_by(|a, b| a.group_id.as_str().cmp(b.group_id.as_str()));
    if let (Some(code), 0) = (missing, response.error_code) {
        response.error_code = code.code();
    }
    cx.count(response.error_code);
    response.groups.retain(|group| {
        sees_all || cx.authorize(Operation::Describe, Resource::Group(&group.group_id)).is_ok()
    });
    response
}

pub(crate) async fn describe_groups(
    cx: Context,
    mut request: DescribeGroupsRequest,
) -> DescribeGroupsResponse {
    let operations = request.include_authorized_operations && cx.version >= 3;
    let (allowed, refused) = split(&cx, Operation::Describe, std::mem::take(&mut request.groups));
    request.groups = allowed;
    let mut response = if request.groups.is_empty() && !refused.is_empty() {
        DescribeGroupsResponse::default()
    } else {
        cx.broker.coordinators.describe_groups(cx.caller(), request).await
    };
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

pub(crate) async fn delete_groups(
    cx: Context,
    mut request: DeleteGroupsRequest,
) -> DeleteGroupsResponse {
    let names = std::mem::take(&mut request.groups_names);
    let (allowed, refused) = split(&cx, Operation::Delete, names);
    let mut shares = Vec::new();
    for group in allowed {
        match share_groups::delete(&cx, &group).await {
            Some(result) => shares.push(result),
            None => request.groups_names.push(group),
        }
    }
    let mut response = if request.groups_names.is_empty() {
        DeleteGroupsResponse::default()
    } else {
        cx.broker.coordinators.delete_groups(cx.caller(), request).await
    };
    response.results.append(&mut shares);
    response.results.iter().for_each(|group| cx.count(group.error_code));
    response.results.extend(
        refused
            .into_iter()
            .map(|(group_id, error)| DeletableGroupResult { group_id, error_code: cx.code(error) }),
    );
    response
}

/// Groups that the session may do this with, and the others with the reason.
pub(super) fn split(
    cx: &Context,
    op: Operation,
    groups: Vec<Str>,
) -> (Vec<Str>, Vec<(Str, ErrorCode)>) {
    let mut refused = Vec::new();
    let mut allowed = Vec::with_capacity(groups.len());
    for group in groups {
        match cx.authorize(op, Resource::Group(&group)) {
            Ok(()) => allowed.push(group),
            Err(error) => refused.push((group, error)),
        }
    }
    (allowed, refused)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn share_partitions_have_names_of_three_parts() {
        let id = "AAAAAAAAAAAAAAAAAAAAAQ";
        assert!(check_share_key(&format!("group:{id}:0")).is_ok());
        assert!(check_share_key(&format!("a:group:{id}:0")).is_ok(), "colons in a group's name");
        for bad in [
            "group".to_owned(),
            format!(":{id}:0"),
            format!("group:{id}:x"),
            "group:no-id:0".to_owned(),
            "group:00000000-0000-0000-0000-00000000beef:0".to_owned(),
        ] {
            assert!(check_share_key(&bad).is_err(), "{bad}");
        }
    }
}
