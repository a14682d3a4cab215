//! A consumer group of one, from finding its coordinator to deleting it.

use std::time::Duration;

use bytes::Bytes;
use headrace_wire::messages::*;
use headrace_wire::Str;

use crate::world::{Client, World};

const GROUP: &str = "g";

/// The coordinator's topic is made on first use: clients ask again until it is there.
async fn find_coordinator(client: &mut Client) -> find_coordinator::Coordinator {
    let request =
        FindCoordinatorRequest { coordinator_keys: vec![Str::from(GROUP)], ..Default::default() };
    for _ in 0..200 {
        let found = client.call(4, &request).await.coordinators.remove(0);
        if found.error_code == 0 {
            return found;
        }
        assert!([14, 15].contains(&found.error_code), "{found:?}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("no coordinator was found");
}

async fn join(client: &mut Client) -> JoinGroupResponse {
    let mut request = JoinGroupRequest {
        group_id: Str::from(GROUP),
        session_timeout_ms: 10_000,
        rebalance_timeout_ms: 10_000,
        protocol_type: Str::from("consumer"),
        protocols: vec![join_group::JoinGroupRequestProtocol {
            name: Str::from("range"),
            metadata: Bytes::from_static(b"subscription"),
        }],
        ..Default::default()
    };
    for _ in 0..200 {
        let response = client.call(7, &request).await;
        match response.error_code {
            0 => return response,
            79 => request.member_id = response.member_id,
            14..=16 => tokio::time::sleep(Duration::from_millis(50)).await,
            other => panic!("joining failed with {other}"),
        }
    }
    panic!("the group was never joined");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_group_lives_and_is_deleted() {
    let world = World::start().await;
    let mut client = world.client().await;
    client.create_topic("t", 1, &[]).await;
    let coordinator = find_coordinator(&mut client).await;
    assert_eq!(coordinator.port, i32::from(world.address.port()));
    let joined = join(&mut client).await;
    assert_eq!(joined.leader, joined.member_id);
    let sync = SyncGroupRequest {
        group_id: Str::from(GROUP),
        generation_id: joined.generation_id,
        member_id: joined.member_id.clone(),
        assignments: vec![sync_group::SyncGroupRequestAssignment {
            member_id: joined.member_id.clone(),
            assignment: Bytes::from_static(b"everything"),
        }],
        ..Default::default()
    };
    let synced = client.call(3, &sync).await;
    assert_eq!((synced.error_code, &synced.assignment[..]), (0, &b"everything"[..]));
    let commit = OffsetCommitRequest {
        group_id: Str::from(GROUP),
        generation_id_or_member_epoch: joined.generation_id,
        member_id: joined.member_id.clone(),
        topics: vec![offset_commit::OffsetCommitRequestTopic {
            name: Str::from("t"),
            partitions: vec![offset_commit::OffsetCommitRequestPartition {
                committed_offset: 42,
                committed_metadata: Some(Str::from("note")),
                ..Default::default()
            }],
            ..Default::default()
        }],
        ..Default::default()
    };
    let committed = client.call(8, &commit).await;
    assert_eq!(committed.topics[0].partitions[0].error_code, 0);
    let fetch = OffsetFetchRequest {
        group_id: Str::from(GROUP),
        topics: Some(vec![offset_fetch::OffsetFetchRequestTopic {
            name: Str::from("t"),
            partition_indexes: vec![0],
        }]),
        ..Default::default()
    };
    let fetched = client.call(7, &fetch).await.topics.remove(0).partitions.remove(0);
    assert_eq!((fetched.committed_offset, fetched.metadata.as_deref()), (42, Some("note")));
    let described = client
        .call(
            5,
            &DescribeGroupsRequest {
                groups: vec![Str::from(GROUP)],
                include_authorized_operations: true,
            },
        )
        .await
        .groups
        .remove(0);
    assert_eq!((described.error_code, &*described.group_state), (0, "Stable"));
    assert_ne!(described.authorized_operations, i32::MIN);
    let leave = LeaveGroupRequest {
        group_id: Str::from(GROUP),
        member_id: joined.member_id.clone(),
        ..Default::default()
    };
    assert_eq!(client.call(1, &leave).await.error_code, 0);
    let listed = client.call(4, &ListGroupsRequest::default()).await;
    assert!(listed.groups.iter().any(|group| &*group.group_id == GROUP));
    let delete = DeleteGroupsRequest { groups_names: vec![Str::from(GROUP)] };
    assert_eq!(client.call(2, &delete).await.results[0].error_code, 0);
    world.stop().await;
}
