//! A share group over one node: fetch, acknowledge, give back, read again.

use std::time::Duration;

use headrace_wire::messages::*;
use headrace_wire::records::read_all;
use headrace_wire::{ErrorCode, Str};
use uuid::Uuid;

use crate::world::{batch, topic_id, Client, World};

const GROUP: &str = "shared";

/// Joins the group; its coordinator's topic is made on first use.
async fn join(client: &mut Client, member: &str) {
    let find =
        FindCoordinatorRequest { coordinator_keys: vec![Str::from(GROUP)], ..Default::default() };
    let heartbeat = ShareGroupHeartbeatRequest {
        group_id: Str::from(GROUP),
        member_id: Str::from(member),
        subscribed_topic_names: Some(vec![Str::from("t")]),
        ..Default::default()
    };
    for _ in 0..200 {
        client.call(6, &find).await;
        let response = client.call(1, &heartbeat).await;
        if response.error_code == 0 {
            assert_eq!(response.assignment.expect("one").topic_partitions[0].partitions, [0]);
            return;
        }
        assert!([14, 15, 16].contains(&response.error_code), "{response:?}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("the group was never joined");
}

fn request(member: &str, topic: Uuid, epoch: i32, acks: &[(i64, i64, i8)]) -> ShareFetchRequest {
    let batch =
        |&(first_offset, last_offset, kind): &(i64, i64, i8)| share_fetch::AcknowledgementBatch {
            first_offset,
            last_offset,
            acknowledge_types: vec![kind],
        };
    ShareFetchRequest {
        group_id: Some(Str::from(GROUP)),
        member_id: Some(Str::from(member)),
        share_session_epoch: epoch,
        max_wait_ms: 300,
        min_bytes: 1,
        max_bytes: 1 << 20,
        max_records: 100,
        batch_size: 100,
        topics: vec![share_fetch::FetchTopic {
            topic_id: topic,
            partitions: vec![share_fetch::FetchPartition {
                partition_index: 0,
                acknowledgement_batches: acks.iter().map(batch).collect(),
            }],
        }],
        ..Default::default()
    }
}

/// What a fetch brings: first and last offset and delivery count of each range.
async fn fetch(client: &mut Client, request: &ShareFetchRequest) -> Vec<(i64, i64, i16)> {
    let response = client.call(2, request).await;
    assert_eq!(response.error_code, 0, "{response:?}");
    let Some(topic) = response.responses.into_iter().next() else { return Vec::new() };
    let partition = topic.partitions.into_iter().next().expect("the one that was asked for");
    assert_eq!((partition.error_code, partition.acknowledge_error_code), (0, 0), "{partition:?}");
    let offsets: Vec<i64> = read_all(partition.records.into_bytes())
        .expect("sound records")
        .iter()
        .map(|record| record.offset)
        .collect();
    let ranges = partition.acquired_records.iter();
    let ranges: Vec<_> =
        ranges.map(|r| (r.first_offset, r.last_offset, r.delivery_count)).collect();
    for (first, last, _) in &ranges {
        assert!((*first..=*last).all(|offset| offsets.contains(&offset)), "{ranges:?} {offsets:?}");
    }
    ranges
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn records_are_shared_and_come_again() {
    let world = World::start().await;
    let (mut a, mut b) = (world.client().await, world.client().await);
    a.create_topic("t", 1, &[]).await;
    let id = topic_id(&mut a, "t").await;
    join(&mut a, "a").await;
    assert_eq!(fetch(&mut a, &request("a", id, 0, &[])).await, [], "latest: nothing yet");
    a.produce("t", 0, batch(&["0", "1", "2", "3"])).await;
    a.produce("t", 0, batch(&["4", "5"])).await;
    let mut some = request("a", id, 1, &[]);
    some.max_records = 2;
    assert_eq!(fetch(&mut a, &some).await, [(0, 3, 1)], "the whole first batch");
    assert_eq!(fetch(&mut b, &request("b", id, 0, &[])).await, [(4, 5, 1)], "what is left");
    let stale = a.call(2, &request("a", id, 1, &[])).await;
    assert_eq!(stale.error_code, ErrorCode::InvalidShareSessionEpoch.code());
    // accepts one, gives two back, keeps one
    let said = [(0, 0, 1), (1, 2, 2)];
    assert_eq!(fetch(&mut a, &request("a", id, 2, &said)).await, [(1, 2, 2)]);
    // b is gone without a word: its records are free at once
    drop(b);
    let mut wait = request("a", id, 3, &[]);
    wait.max_wait_ms = 20_000;
    assert_eq!(fetch(&mut a, &wait).await, [(4, 5, 2)]);
    let late = request("a", id, 4, &[(0, 1, 1)]);
    let refused = a.call(2, &late).await;
    let code = refused.responses[0].partitions[0].acknowledge_error_code;
    assert_eq!(code, 0, "before the window nobody minds");
    let close = ShareAcknowledgeRequest {
        group_id: Some(Str::from(GROUP)),
        member_id: Some(Str::from("a")),
        share_session_epoch: -1,
        topics: vec![share_acknowledge::AcknowledgeTopic {
            topic_id: id,
            partitions: vec![share_acknowledge::AcknowledgePartition {
                partition_index: 0,
                acknowledgement_batches: vec![share_acknowledge::AcknowledgementBatch {
                    first_offset: 2,
                    last_offset: 5,
                    acknowledge_types: vec![1],
                }],
            }],
        }],
        ..Default::default()
    };
    let partial = a.call(2, &close).await.responses[0].partitions[0].error_code;
    assert_eq!(partial, 0);
    // a new reader finds what nobody accepted, and only that
    assert_eq!(fetch(&mut a, &request("c", id, 0, &[])).await, []);
    a.produce("t", 0, batch(&["6"])).await;
    assert_eq!(fetch(&mut a, &request("c", id, 1, &[])).await, [(6, 6, 1)]);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn offsets_are_described_reset_and_deleted() {
    let world = World::start().await;
    let mut client = world.client().await;
    client.create_topic("t", 1, &[]).await;
    let id = topic_id(&mut client, "t").await;
    join(&mut client, "a").await;
    assert_eq!(fetch(&mut client, &request("a", id, 0, &[])).await, []);
    client.produce("t", 0, batch(&["0", "1", "2"])).await;
    assert_eq!(fetch(&mut client, &request("a", id, 1, &[])).await, [(0, 2, 1)]);
    let done = request("a", id, -1, &[(0, 1, 1), (2, 2, 2)]);
    assert_eq!(fetch(&mut client, &done).await, []);
    let describe = DescribeShareGroupOffsetsRequest {
        groups: vec![describe_share_group_offsets::DescribeShareGroupOffsetsRequestGroup {
            group_id: Str::from(GROUP),
            topics: None,
        }],
    };
    let standing = |response: DescribeShareGroupOffsetsResponse| {
        let topic = response.groups[0].topics.first();
        topic.map(|topic| (topic.partitions[0].start_offset, topic.partitions[0].lag))
    };
    assert_eq!(standing(client.call(1, &describe).await), Some((2, 1)));
    let alter = AlterShareGroupOffsetsRequest {
        group_id: Str::from(GROUP),
        topics: vec![alter_share_group_offsets::AlterShareGroupOffsetsRequestTopic {
            topic_name: Str::from("t"),
            partitions: vec![alter_share_group_offsets::AlterShareGroupOffsetsRequestPartition {
                partition_index: 0,
                start_offset: 1,
            }],
        }],
    };
    let refused = client.call(0, &alter).await.error_code;
    assert_eq!(refused, ErrorCode::NonEmptyGroup.code(), "somebody reads");
    let leave = ShareGroupHeartbeatRequest {
        group_id: Str::from(GROUP),
        member_id: Str::from("a"),
        member_epoch: -1,
        ..Default::default()
    };
    assert_eq!(client.call(1, &leave).await.error_code, 0);
    let altered = client.call(0, &alter).await;
    assert_eq!((altered.error_code, altered.responses[0].partitions[0].error_code), (0, 0));
    assert_eq!(standing(client.call(1, &describe).await), Some((1, 2)));
    join(&mut client, "b").await;
    assert_eq!(fetch(&mut client, &request("b", id, 0, &[])).await, [(1, 2, 1)]);
    fetch(&mut client, &request("b", id, -1, &[])).await;
    let leave = ShareGroupHeartbeatRequest { member_id: Str::from("b"), ..leave };
    assert_eq!(client.call(1, &leave).await.error_code, 0);
    let listed = client.call(5, &ListGroupsRequest::default()).await;
    assert_eq!((&*listed.groups[0].group_type, &*listed.groups[0].group_state), ("share", "Empty"));
    let delete = DeleteGroupsRequest { groups_names: vec![Str::from(GROUP)] };
    assert_eq!(client.call(2, &delete).await.results[0].error_code, 0);
    let gone = client.call(1, &describe).await;
    assert_eq!((gone.groups[0].error_code, gone.groups[0].topics.len()), (0, 0));
    let begun = client.call(0, &alter).await;
    assert_eq!((begun.error_code, begun.responses[0].partitions[0].error_code), (0, 0));
    assert_eq!(standing(client.call(1, &describe).await), Some((1, 2)), "offsets make a group");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_feature_is_named() {
    let world = World::start().await;
    let mut client = world.client().await;
    let request = ApiVersionsRequest {
        client_software_name: Str::from("test"),
        client_software_version: Str::from("1.0"),
    };
    for version in 0..=4 {
        let response = client.call(version, &request).await;
        let finalized = response.finalized_features.iter();
        let share = finalized.filter(|feature| &*feature.name == "share.version");
        let levels: Vec<i16> = share.map(|feature| feature.max_version_level).collect();
        assert_eq!(levels, if version >= 3 { vec![1] } else { vec![] }, "{version}");
    }
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_name_belongs_to_one_kind_of_group() {
    let world = World::start().await;
    let mut client = world.client().await;
    client.create_topic("t", 1, &[]).await;
    join(&mut client, "a").await;
    let classic = |group: &str| JoinGroupRequest {
        group_id: Str::from(group),
        session_timeout_ms: 10_000,
        rebalance_timeout_ms: 10_000,
        protocol_type: Str::from("consumer"),
        protocols: vec![Default::default()],
        ..Default::default()
    };
    let refused = client.call(9, &classic(GROUP)).await;
    assert_eq!(refused.error_code, ErrorCode::InconsistentGroupProtocol.code());
    let consumer = |group: &str| ConsumerGroupHeartbeatRequest {
        group_id: Str::from(group),
        member_id: Str::from("c"),
        rebalance_timeout_ms: 10_000,
        subscribed_topic_names: Some(vec![Str::from("t")]),
        topic_partitions: Some(Vec::new()),
        ..Default::default()
    };
    let not_found = ErrorCode::GroupIdNotFound.code();
    assert_eq!(client.call(1, &consumer(GROUP)).await.error_code, not_found);
    let streams = |group: &str| StreamsGroupHeartbeatRequest {
        group_id: Str::from(group),
        member_id: Str::from("s"),
        rebalance_timeout_ms: 10_000,
        topology: Some(streams_group_heartbeat::Topology {
            epoch: 0,
            subtopologies: vec![streams_group_heartbeat::Subtopology {
                subtopology_id: Str::from("0"),
                source_topics: vec![Str::from("t")],
                ..Default::default()
            }],
        }),
        ..Default::default()
    };
    assert_eq!(client.call(0, &streams(GROUP)).await.error_code, not_found);
    assert_eq!(client.call(0, &streams("app")).await.error_code, 0);
    assert_eq!(client.call(1, &consumer("readers")).await.error_code, 0);
    assert_eq!(client.call(1, &consumer("app")).await.error_code, not_found);
    for other in ["app", "readers"] {
        let share = ShareGroupHeartbeatRequest {
            group_id: Str::from(other),
            member_id: Str::from("a"),
            subscribed_topic_names: Some(vec![Str::from("t")]),
            ..Default::default()
        };
        assert_eq!(client.call(1, &share).await.error_code, not_found, "{other}");
    }
    let describe =
        StreamsGroupDescribeRequest { group_ids: vec![Str::from("app")], ..Default::default() };
    let described = client.call(0, &describe).await.groups.remove(0);
    assert_eq!((described.error_code, described.members.len()), (0, 1));
    world.stop().await;
}
