//! Every API in every version that is served gets an answer that decodes.

use headrace_wire::messages::*;
use headrace_wire::{api, ApiKey, Request, Str};

use crate::world::{topic_id, Client, World};

/// Sends a request in each version that its API is answered in.
async fn every_version<Q: Request>(client: &mut Client, request: impl Fn(i16) -> Q) -> ApiKey {
    let served = api::find(Q::KEY).expect("served");
    for version in served.min_answered..=served.max {
        client.call(version, &request(version)).await;
    }
    Q::KEY
}

fn plain<Q: Request>() -> impl Fn(i16) -> Q {
    |_| Q::default()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_served_version_is_answered() {
    let world = World::start().await;
    let mut client = world.client().await;
    let c = &mut client;
    c.create_topic("t", 1, &[]).await;
    let id = topic_id(c, "t").await;
    let name = || Str::from("t");
    let mut tried = empty_requests(c).await;
    tried.push(
        every_version(c, |_| ApiVersionsRequest {
            client_software_name: Str::from("test"),
            client_software_version: Str::from("1.0"),
        })
        .await,
    );
    tried.push(
        every_version(c, |version| MetadataRequest {
            topics: Some(vec![metadata::MetadataRequestTopic {
                name: Some(name()),
                ..Default::default()
            }]),
            include_topic_authorized_operations: version >= 8,
            ..Default::default()
        })
        .await,
    );
    tried.extend(record_apis(c, id).await);
    tried.push(
        every_version(c, |_| DescribeConfigsRequest {
            resources: vec![describe_configs::DescribeConfigsResource {
                resource_type: 2,
                resource_name: name(),
                configuration_keys: None,
            }],
            include_synonyms: true,
            ..Default::default()
        })
        .await,
    );
    tried.extend(group_apis(c).await);
    tried.extend(offset_apis(c).await);
    tried.extend(share_apis(c).await);
    tried.extend(transaction_apis(c).await);
    world.stop().await;
    tried.sort();
    let served: Vec<ApiKey> = api::SERVED.iter().map(|entry| entry.key).collect();
    assert_eq!(tried, served, "an API is served that this test does not call");
}

/// The APIs that answer a request that says nothing.
async fn empty_requests(c: &mut Client) -> Vec<ApiKey> {
    vec![
        every_version::<ListGroupsRequest>(c, plain()).await,
        every_version::<SaslHandshakeRequest>(c, plain()).await,
        every_version::<CreateTopicsRequest>(c, plain()).await,
        every_version::<InitProducerIdRequest>(c, plain()).await,
        every_version::<DeleteTopicsRequest>(c, plain()).await,
        every_version::<AlterConfigsRequest>(c, plain()).await,
        every_version::<IncrementalAlterConfigsRequest>(c, plain()).await,
        every_version::<CreatePartitionsRequest>(c, plain()).await,
        every_version::<DeleteGroupsRequest>(c, plain()).await,
        every_version::<DescribeClusterRequest>(c, plain()).await,
        every_version::<DescribeTopicPartitionsRequest>(c, plain()).await,
        every_version::<AlterReplicaLogDirsRequest>(c, plain()).await,
        every_version::<ElectLeadersRequest>(c, plain()).await,
        every_version::<DescribeQuorumRequest>(c, plain()).await,
        every_version::<UpdateFeaturesRequest>(c, plain()).await,
        every_version(c, |_| AddRaftVoterRequest {
            ack_when_committed: true,
            ..Default::default()
        })
        .await,
        every_version::<RemoveRaftVoterRequest>(c, plain()).await,
        every_version::<UnregisterBrokerRequest>(c, plain()).await,
        every_version(c, |_| DescribeLogDirsRequest { topics: None }).await,
        every_version(c, |_| ListConfigResourcesRequest::default()).await,
        every_version::<GetTelemetrySubscriptionsRequest>(c, plain()).await,
        every_version::<PushTelemetryRequest>(c, plain()).await,
        every_version::<AlterPartitionReassignmentsRequest>(c, plain()).await,
        every_version::<ListPartitionReassignmentsRequest>(c, plain()).await,
        every_version::<DescribeAclsRequest>(c, plain()).await,
        every_version::<CreateAclsRequest>(c, plain()).await,
        every_version::<DeleteAclsRequest>(c, plain()).await,
        every_version::<DescribeClientQuotasRequest>(c, plain()).await,
        every_version::<AlterClientQuotasRequest>(c, plain()).await,
        every_version::<DescribeUserScramCredentialsRequest>(c, plain()).await,
        every_version::<AlterUserScramCredentialsRequest>(c, plain()).await,
        every_version::<SaslAuthenticateRequest>(c, plain()).await,
        every_version::<CreateDelegationTokenRequest>(c, plain()).await,
        every_version::<RenewDelegationTokenRequest>(c, plain()).await,
        every_version::<ExpireDelegationTokenRequest>(c, plain()).await,
        every_version::<DescribeDelegationTokenRequest>(c, plain()).await,
    ]
}

/// The APIs that read and write records, on the topic `t`.
async fn record_apis(c: &mut Client, id: uuid::Uuid) -> Vec<ApiKey> {
    let name = || Str::from("t");
    let mut tried = Vec::new();
    tried.push(
        every_version(c, |version| ProduceRequest {
            acks: -1,
            timeout_ms: 5_000,
            topic_data: vec![produce::TopicProduceData {
                name: if version < 13 { name() } else { Str::default() },
                topic_id: if version < 13 { uuid::Uuid::nil() } else { id },
                partition_data: vec![produce::PartitionProduceData {
                    index: 0,
                    records: Some(crate::world::batch(&["x"]).into()),
                }],
            }],
            ..Default::default()
        })
        .await,
    );
    tried.push(
        every_version(c, |version| FetchRequest {
            max_bytes: 1 << 20,
            topics: vec![fetch::FetchTopic {
                topic: if version < 13 { name() } else { Str::default() },
                topic_id: if version < 13 { uuid::Uuid::nil() } else { id },
                partitions: vec![fetch::FetchPartition {
                    partition_max_bytes: 1 << 20,
                    ..Default::default()
                }],
            }],
            ..Default::default()
        })
        .await,
    );
    tried.push(
        every_version(c, |_| ListOffsetsRequest {
            topics: vec![list_offsets::ListOffsetsTopic {
                name: name(),
                partitions: vec![list_offsets::ListOffsetsPartition {
                    timestamp: -1,
                    ..Default::default()
                }],
            }],
            ..Default::default()
        })
        .await,
    );
    tried.push(
        every_version(c, |_| DeleteRecordsRequest {
            topics: vec![delete_records::DeleteRecordsTopic {
                name: name(),
                partitions: vec![Default::default()],
            }],
            timeout_ms: 5_000,
        })
        .await,
    );
    tried.push(
        every_version(c, |_| OffsetForLeaderEpochRequest {
            replica_id: -1,
            topics: vec![offset_for_leader_epoch::OffsetForLeaderTopic {
                topic: name(),
                partitions: vec![Default::default()],
            }],
        })
        .await,
    );
    tried
}

/// The group APIs with a group that does not exist, or with a member that it refuses.
async fn group_apis(c: &mut Client) -> Vec<ApiKey> {
    let group = || Str::from("g");
    let protocol =
        || join_group::JoinGroupRequestProtocol { name: Str::from("range"), ..Default::default() };
    vec![
        every_version(c, |version| FindCoordinatorRequest {
            key: if version < 4 { group() } else { Str::default() },
            coordinator_keys: if version < 4 { Vec::new() } else { vec![group()] },
            ..Default::default()
        })
        .await,
        every_version(c, |_| JoinGroupRequest {
            group_id: group(),
            session_timeout_ms: 1,
            rebalance_timeout_ms: 1,
            protocol_type: Str::from("consumer"),
            protocols: vec![protocol()],
            ..Default::default()
        })
        .await,
        every_version(c, |version| SyncGroupRequest {
            group_id: group(),
            member_id: Str::from("nobody"),
            protocol_type: (version >= 5).then(|| Str::from("consumer")),
            protocol_name: (version >= 5).then(|| Str::from("range")),
            ..Default::default()
        })
        .await,
        every_version(c, |_| HeartbeatRequest {
            group_id: group(),
            member_id: Str::from("nobody"),
            ..Default::default()
        })
        .await,
        every_version(c, |version| LeaveGroupRequest {
            group_id: group(),
            member_id: if version < 3 { Str::from("nobody") } else { Str::default() },
            members: if version < 3 { Vec::new() } else { vec![Default::default()] },
        })
        .await,
        every_version(c, |_| DescribeGroupsRequest { groups: vec![group()], ..Default::default() })
            .await,
        every_version(c, |_| OffsetDeleteRequest { group_id: group(), ..Default::default() }).await,
        every_version(c, |_| ConsumerGroupHeartbeatRequest {
            group_id: group(),
            ..Default::default()
        })
        .await,
        every_version(c, |_| StreamsGroupHeartbeatRequest {
            group_id: group(),
            member_id: Str::from("nobody"),
            member_epoch: 1,
            ..Default::default()
        })
        .await,
        every_version(c, |_| StreamsGroupDescribeRequest {
            group_ids: vec![group()],
            include_authorized_operations: true,
        })
        .await,
        every_version(c, |_| ConsumerGroupDescribeRequest {
            group_ids: vec![group()],
            ..Default::default()
        })
        .await,
    ]
}

/// The calls about offsets of such a group.
async fn offset_apis(c: &mut Client) -> Vec<ApiKey> {
    let group = || Str::from("g");
    vec![
        every_version(c, |version| OffsetCommitRequest {
            group_id: group(),
            generation_id_or_member_epoch: -1,
            topics: vec![offset_commit::OffsetCommitRequestTopic {
                name: if version < 10 { Str::from("t") } else { Str::default() },
                partitions: vec![Default::default()],
                ..Default::default()
            }],
            ..Default::default()
        })
        .await,
        every_version(c, |version| OffsetFetchRequest {
            group_id: if version < 8 { group() } else { Str::default() },
            groups: if version < 8 {
                Vec::new()
            } else {
                vec![offset_fetch::OffsetFetchRequestGroup {
                    group_id: group(),
                    ..Default::default()
                }]
            },
            topics: Some(Vec::new()),
            ..Default::default()
        })
        .await,
    ]
}

/// The APIs of share groups with a group that does not exist.
async fn share_apis(c: &mut Client) -> Vec<ApiKey> {
    vec![
        every_version::<ShareGroupHeartbeatRequest>(c, plain()).await,
        every_version(c, |_| ShareGroupDescribeRequest {
            group_ids: vec![Str::from("s")],
            ..Default::default()
        })
        .await,
        every_version::<ShareFetchRequest>(c, plain()).await,
        every_version::<ShareAcknowledgeRequest>(c, plain()).await,
        every_version::<InitializeShareGroupStateRequest>(c, plain()).await,
        every_version::<ReadShareGroupStateRequest>(c, plain()).await,
        every_version::<WriteShareGroupStateRequest>(c, plain()).await,
        every_version::<DeleteShareGroupStateRequest>(c, plain()).await,
        every_version::<ReadShareGroupStateSummaryRequest>(c, plain()).await,
        every_version::<DescribeShareGroupOffsetsRequest>(c, plain()).await,
        every_version::<AlterShareGroupOffsetsRequest>(c, plain()).await,
        every_version::<DeleteShareGroupOffsetsRequest>(c, plain()).await,
    ]
}

/// The transaction APIs, for a transactional id that does not exist.
async fn transaction_apis(c: &mut Client) -> Vec<ApiKey> {
    let id = || Str::from("nobody");
    let topic = || add_partitions_to_txn::AddPartitionsToTxnTopic {
        name: Str::from("t"),
        partitions: vec![0],
    };
    vec![
        every_version(c, |version| match version {
            0..=3 => AddPartitionsToTxnRequest {
                v3_and_below_transactional_id: id(),
                v3_and_below_topics: vec![topic()],
                ..Default::default()
            },
            _ => AddPartitionsToTxnRequest {
                transactions: vec![add_partitions_to_txn::AddPartitionsToTxnTransaction {
                    transactional_id: id(),
                    topics: vec![topic()],
                    ..Default::default()
                }],
                ..Default::default()
            },
        })
        .await,
        every_version(c, |_| AddOffsetsToTxnRequest {
            transactional_id: id(),
            group_id: Str::from("g"),
            ..Default::default()
        })
        .await,
        every_version(c, |_| EndTxnRequest { transactional_id: id(), ..Default::default() }).await,
        every_version(c, |version| WriteTxnMarkersRequest {
            markers: vec![write_txn_markers::WritableTxnMarker {
                producer_id: 77,
                topics: vec![write_txn_markers::WritableTxnMarkerTopic {
                    name: Str::from("nope"),
                    partition_indexes: vec![0],
                }],
                transaction_version: if version >= 2 { 2 } else { 0 },
                ..Default::default()
            }],
        })
        .await,
        every_version(c, |_| TxnOffsetCommitRequest {
            transactional_id: id(),
            group_id: Str::from("g"),
            topics: vec![txn_offset_commit::TxnOffsetCommitRequestTopic {
                name: Str::from("t"),
                partitions: vec![Default::default()],
            }],
            ..Default::default()
        })
        .await,
        every_version(c, |_| DescribeProducersRequest {
            topics: vec![describe_producers::TopicRequest {
                name: Str::from("t"),
                partition_indexes: vec![0],
            }],
        })
        .await,
        every_version(c, |_| DescribeTransactionsRequest { transactional_ids: vec![id()] }).await,
        every_version::<ListTransactionsRequest>(c, plain()).await,
    ]
}
