//! What operators' tools ask for: pages of topics, folders, quorums, leaders, named configurations.

use headrace_wire::messages::*;
use headrace_wire::Str;

use crate::world::{batch, values, Client, World};

fn page(names: &[&str], limit: i32, from: Option<(&str, i32)>) -> DescribeTopicPartitionsRequest {
    let topic = |name: &&str| describe_topic_partitions::TopicRequest { name: Str::from(*name) };
    DescribeTopicPartitionsRequest {
        topics: names.iter().map(topic).collect(),
        response_partition_limit: limit,
        cursor: from.map(|(name, partition_index)| describe_topic_partitions::Cursor {
            topic_name: Str::from(name),
            partition_index,
        }),
    }
}

/// Names and partitions of a page, and where the next one begins.
type Page = (Vec<(String, i16, Vec<i32>)>, Option<(String, i32)>);

async fn read_page(client: &mut Client, request: &DescribeTopicPartitionsRequest) -> Page {
    let response = client.call(0, request).await;
    let topics = response.topics.iter().map(|topic| {
        let partitions = topic.partitions.iter().map(|p| p.partition_index).collect();
        (topic.name.as_deref().unwrap_or_default().to_owned(), topic.error_code, partitions)
    });
    let next = response.next_cursor.map(|next| (next.topic_name.to_string(), next.partition_index));
    (topics.collect(), next)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn topics_come_in_pages() {
    let world = World::start().await;
    let mut client = world.client().await;
    client.create_topic("a", 3, &[]).await;
    client.create_topic("b", 2, &[]).await;
    let c = &mut client;
    let a = |parts: &[i32]| ("a".to_owned(), 0, parts.to_vec());
    let b = |parts: &[i32]| ("b".to_owned(), 0, parts.to_vec());
    let at = |name: &str, partition| Some((name.to_owned(), partition));
    assert_eq!(read_page(c, &page(&[], 9, None)).await, (vec![a(&[0, 1, 2]), b(&[0, 1])], None));
    assert_eq!(read_page(c, &page(&[], 2, None)).await, (vec![a(&[0, 1])], at("a", 2)));
    assert_eq!(
        read_page(c, &page(&[], 2, Some(("a", 2)))).await,
        (vec![a(&[2]), b(&[0])], at("b", 1))
    );
    assert_eq!(read_page(c, &page(&[], 3, None)).await, (vec![a(&[0, 1, 2])], at("b", 0)));
    assert_eq!(read_page(c, &page(&[], 0, Some(("b", 1)))).await, (vec![b(&[1])], None));
    let named = read_page(c, &page(&["nope", "b"], 9, None)).await;
    assert_eq!(named, (vec![b(&[0, 1]), ("nope".to_owned(), 3, vec![])], None));
    let wrong = read_page(c, &page(&["b"], 9, Some(("b", -1)))).await;
    assert_eq!(wrong, (vec![("b".to_owned(), 42, vec![])], None));
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn records_are_deleted_from_a_logs_start() {
    let world = World::start().await;
    let mut client = world.client().await;
    client.create_topic("t", 1, &[]).await;
    for value in ["a", "b", "c"] {
        assert_eq!(client.produce("t", 0, batch(&[value])).await.error_code, 0);
    }
    let mut delete = async |name: &str, partition_index, offset, timeout_ms| {
        let partition = delete_records::DeleteRecordsPartition { partition_index, offset };
        let partitions = vec![partition];
        let topic = delete_records::DeleteRecordsTopic { name: Str::from(name), partitions };
        let request = DeleteRecordsRequest { topics: vec![topic], timeout_ms };
        let result = client.call(2, &request).await.topics[0].partitions[0].clone();
        assert_eq!(result.partition_index, partition_index);
        (result.low_watermark, result.error_code)
    };
    assert_eq!(delete("t", 0, 4, 5_000).await, (-1, 1), "beyond the high watermark");
    assert_eq!(delete("t", 0, -2, 5_000).await, (-1, 1));
    assert_eq!(delete("t", 1, 0, 5_000).await, (-1, 3));
    assert_eq!(delete("nope", 0, 0, 5_000).await, (-1, 3));
    assert_eq!(delete("t", 0, 2, 5_000).await, (2, 0));
    assert_eq!(delete("t", 0, 1, 5_000).await, (2, 0), "it never goes back");
    assert_eq!(client.fetch("t", 1).await.error_code, 1);
    let left = client.fetch("t", 2).await;
    assert_eq!((left.log_start_offset, values(&left)), (2, vec![(2, "c".to_owned())]));
    let earliest = list_offsets::ListOffsetsPartition { timestamp: -2, ..Default::default() };
    let topic = list_offsets::ListOffsetsTopic { name: Str::from("t"), partitions: vec![earliest] };
    let request = ListOffsetsRequest { topics: vec![topic], ..Default::default() };
    assert_eq!(client.call(7, &request).await.topics[0].partitions[0].offset, 2);
    let everything = DeleteRecordsRequest {
        topics: vec![delete_records::DeleteRecordsTopic {
            name: Str::from("t"),
            partitions: vec![delete_records::DeleteRecordsPartition {
                partition_index: 0,
                offset: -1,
            }],
        }],
        timeout_ms: 5_000,
    };
    assert_eq!(client.call(2, &everything).await.topics[0].partitions[0].low_watermark, 3);
    assert_eq!(client.produce("t", 0, batch(&["d"])).await.log_start_offset, 3);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_data_folder_is_described_and_nothing_moves_elsewhere() {
    let world = World::start().await;
    let mut client = world.client().await;
    client.create_topic("t", 2, &[]).await;
    assert_eq!(client.produce("t", 1, batch(&["some bytes"])).await.error_code, 0);
    let all = client.call(5, &DescribeLogDirsRequest { topics: None }).await;
    let dir = &all.results[0];
    assert_eq!((all.results.len(), dir.error_code), (1, 0));
    assert!(dir.total_bytes > 0 && (0..=dir.total_bytes).contains(&dir.usable_bytes), "{dir:?}");
    let sizes: Vec<i64> = dir.topics[0].partitions.iter().map(|p| p.partition_size).collect();
    assert_eq!(sizes.len(), 2);
    assert!(sizes.iter().any(|&bytes| bytes > 60), "{sizes:?}");
    let some = DescribeLogDirsRequest {
        topics: Some(vec![describe_log_dirs::DescribableLogDirTopic {
            topic: Str::from("t"),
            partitions: vec![1, 7],
        }]),
    };
    let some = client.call(4, &some).await;
    let listed: Vec<i32> =
        some.results[0].topics[0].partitions.iter().map(|p| p.partition_index).collect();
    assert_eq!(listed, [1]);
    let home = dir.log_dir.clone();
    let mut to = async |path: &str, partition| {
        let topic = alter_replica_log_dirs::AlterReplicaLogDirTopic {
            name: Str::from("t"),
            partitions: vec![partition],
        };
        let dir = alter_replica_log_dirs::AlterReplicaLogDir {
            path: Str::from(path),
            topics: vec![topic],
        };
        let request = AlterReplicaLogDirsRequest { dirs: vec![dir] };
        client.call(2, &request).await.results[0].partitions[0].error_code
    };
    assert_eq!(to("/nowhere", 0).await, 57);
    assert_eq!(to(&home, 0).await, 0);
    assert_eq!(to(&home, 5).await, 3);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_controllers_quorum_is_described() {
    let world = World::start().await;
    let mut client = world.client().await;
    let ask = |topic: &str, partition_index| DescribeQuorumRequest {
        topics: vec![describe_quorum::TopicData {
            topic_name: Str::from(topic),
            partitions: vec![describe_quorum::PartitionData { partition_index }],
        }],
    };
    let response = client.call(2, &ask("__cluster_metadata", 0)).await;
    let quorum = &response.topics[0].partitions[0];
    let node = world.node.node_id().expect("ready");
    assert_eq!((response.error_code, quorum.error_code, quorum.leader_id), (0, 0, node));
    assert_eq!((quorum.current_voters.len(), quorum.observers.len()), (1, 0));
    let voter = &quorum.current_voters[0];
    assert_eq!(voter.replica_id, node);
    assert!(voter.log_end_offset >= quorum.high_watermark && quorum.high_watermark > 0);
    assert!(voter.last_fetch_timestamp > 0);
    assert_eq!(response.nodes[0].node_id, node);
    for other in [ask("t", 0), ask("__cluster_metadata", 1)] {
        assert_eq!(client.call(2, &other).await.topics[0].partitions[0].error_code, 3);
    }
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn leaders_nodes_and_features_are_asked_for_in_vain_where_kafka_refuses() {
    let world = World::start().await;
    let mut client = world.client().await;
    client.create_topic("t", 1, &[]).await;
    let elect = |election_type, partition| ElectLeadersRequest {
        election_type,
        topic_partitions: Some(vec![elect_leaders::TopicPartitions {
            topic: Str::from("t"),
            partitions: vec![partition],
        }]),
        timeout_ms: 1_000,
    };
    for (kind, partition, expected) in [(0, 0, 84), (1, 0, 84), (0, 1, 3)] {
        let response = client.call(2, &elect(kind, partition)).await;
        let result = &response.replica_election_results[0].partition_result[0];
        assert_eq!(result.error_code, expected, "{result:?}");
        assert!(result.error_message.is_some());
    }
    assert_eq!(client.call(2, &elect(2, 0)).await.error_code, 42);
    let all = ElectLeadersRequest { topic_partitions: None, ..elect(0, 0) };
    assert!(client.call(2, &all).await.replica_election_results.is_empty());

    let own = world.node.node_id().expect("ready");
    let alive = client.call(0, &UnregisterBrokerRequest { broker_id: own }).await;
    assert_eq!(alive.error_code, 42);
    let unknown = client.call(0, &UnregisterBrokerRequest { broker_id: 77 }).await;
    assert_eq!(unknown.error_code, 102);

    let update = |feature: &str, max_version_level| UpdateFeaturesRequest {
        feature_updates: vec![update_features::FeatureUpdateKey {
            feature: Str::from(feature),
            max_version_level,
            upgrade_type: 1,
            ..Default::default()
        }],
        ..Default::default()
    };
    assert_eq!(client.call(2, &update("metadata.version", 20)).await.error_code, 95);
    let level = i16::try_from(world.node.image().feature_level()).expect("small");
    assert_eq!(client.call(2, &update("headrace.version", level)).await.error_code, 0);
    let response = client.call(1, &update("headrace.version", level)).await;
    assert_eq!((response.error_code, response.results[0].error_code), (0, 0));
    let response = client.call(1, &update("headrace.version", 99)).await;
    assert_eq!((response.error_code, response.results.len()), (95, 0));
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn groups_and_client_metrics_have_configurations() {
    let world = World::start().await;
    let mut client = world.client().await;
    let c = &mut client;
    let mut alter = async |kind, name: &str, key: &str, value: &str| {
        let config = incremental_alter_configs::AlterableConfig {
            name: Str::from(key),
            config_operation: i8::from(value.is_empty()),
            value: Some(Str::from(value)).filter(|value| !value.is_empty()),
        };
        let resource = incremental_alter_configs::AlterConfigsResource {
            resource_type: kind,
            resource_name: Str::from(name),
            configs: vec![config],
        };
        let request =
            IncrementalAlterConfigsRequest { resources: vec![resource], validate_only: false };
        c.call(1, &request).await.responses[0].error_code
    };
    assert_eq!(alter(32, "g", "consumer.session.timeout.ms", "50000").await, 0);
    assert_eq!(alter(32, "g", "share.auto.offset.reset", "by_duration:PT1H").await, 0);
    assert_eq!(alter(32, "g", "share.auto.offset.reset", "by_duration:1h").await, 40);
    assert_eq!(alter(32, "g", "consumer.session.timeout.ms", "1").await, 40);
    assert_eq!(alter(32, "", "consumer.session.timeout.ms", "50000").await, 42);
    assert_eq!(alter(16, "m", "interval.ms", "1000").await, 0);
    assert_eq!(alter(16, "m", "interval.ms", "99").await, 42);
    assert_eq!(alter(16, "m", "match", "client_id=a.*,client_software_name=b").await, 0);
    assert_eq!(alter(16, "m", "match", "colour=red").await, 42);
    assert_eq!(alter(16, "m", "match", "client_id=(").await, 42);
    assert_eq!(alter(16, "gone", "metrics", "*").await, 0);
    assert_eq!(alter(16, "gone", "metrics", "").await, 0);

    let describe = |kind, name: &str| DescribeConfigsRequest {
        resources: vec![describe_configs::DescribeConfigsResource {
            resource_type: kind,
            resource_name: Str::from(name),
            configuration_keys: None,
        }],
        ..Default::default()
    };
    let response = client.call(4, &describe(32, "g")).await;
    let find = |key: &str| {
        let entry = response.results[0].configs.iter().find(|c| &*c.name == key).expect("listed");
        (entry.value.as_deref().map(str::to_owned), entry.config_source)
    };
    assert_eq!(find("consumer.session.timeout.ms"), (Some("50000".to_owned()), 8));
    assert_eq!(find("share.session.timeout.ms"), (Some("45000".to_owned()), 5));
    let response = client.call(4, &describe(16, "m")).await;
    assert_eq!(response.results[0].configs.len(), 3);

    let list = |types: &[i8]| ListConfigResourcesRequest { resource_types: types.to_vec() };
    let names = |response: ListConfigResourcesResponse| -> Vec<(i8, String)> {
        let all = response.config_resources.iter();
        all.map(|one| (one.resource_type, one.resource_name.to_string())).collect()
    };
    assert_eq!(names(client.call(0, &list(&[])).await), [(16, "m".to_owned())]);
    assert_eq!(names(client.call(1, &list(&[32])).await), [(32, "g".to_owned())]);
    assert_eq!(names(client.call(1, &list(&[])).await).len(), 3, "a broker too");
    assert_eq!(client.call(1, &list(&[99])).await.error_code, 35);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn clients_push_the_metrics_that_the_cluster_subscribes_to() {
    let world = World::start().await;
    let mut client = world.client().await;
    let hello = ApiVersionsRequest {
        client_software_name: Str::from("tester"),
        client_software_version: Str::from("2.0"),
    };
    client.call(4, &hello).await;
    let configs = [
        ("metrics", "org.apache"),
        ("interval.ms", "100"),
        ("match", "client_software_name=test.*"),
    ];
    let configs = configs.iter().map(|(name, value)| incremental_alter_configs::AlterableConfig {
        name: Str::from(*name),
        config_operation: 0,
        value: Some(Str::from(*value)),
    });
    let resource = incremental_alter_configs::AlterConfigsResource {
        resource_type: 16,
        resource_name: Str::from("all"),
        configs: configs.collect(),
    };
    let request =
        IncrementalAlterConfigsRequest { resources: vec![resource], validate_only: false };
    assert_eq!(client.call(1, &request).await.responses[0].error_code, 0);
    let told = client.call(0, &GetTelemetrySubscriptionsRequest::default()).await;
    assert_eq!((told.error_code, told.push_interval_ms), (0, 100));
    assert_eq!(told.requested_metrics, [Str::from("org.apache")]);
    assert!(!told.client_instance_id.is_nil() && told.telemetry_max_bytes > 0);
    let push = |subscription_id, compression_type, bytes| PushTelemetryRequest {
        client_instance_id: told.client_instance_id,
        subscription_id,
        compression_type,
        terminating: bytes == 0,
        metrics: vec![1; bytes].into(),
    };
    let id = told.subscription_id;
    assert_eq!(client.call(0, &push(id, 4, 30)).await.error_code, 0);
    let wait = || tokio::time::sleep(std::time::Duration::from_millis(110));
    for (request, expected) in [
        (push(id.wrapping_add(1), 4, 30), 117),
        (push(id, 9, 30), 76),
        (push(id, 0, (1 << 20) + 1), 118),
        (push(id, 0, 0), 0),
        (push(id, 0, 1), 42),
    ] {
        wait().await;
        assert_eq!(client.call(0, &request).await.error_code, expected);
    }
    assert_eq!(client.call(0, &PushTelemetryRequest::default()).await.error_code, 42);
    let text = world.server.metrics_text();
    assert!(text.contains("headrace_kafka_client_telemetry_bytes_total 30"), "{text}");
    // a client of another name is asked for nothing
    let mut other = world.client().await;
    let told = other.call(0, &GetTelemetrySubscriptionsRequest::default()).await;
    assert!(told.requested_metrics.is_empty());
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn controllers_are_not_chosen_by_hand() {
    let world = World::start().await;
    let mut client = world.client().await;
    let mut add = async |cluster: Option<&str>| {
        let cluster_id = cluster.map(Str::from);
        let request = AddRaftVoterRequest { cluster_id, voter_id: 7, ..Default::default() };
        client.call(0, &request).await
    };
    let refused = add(None).await;
    assert_eq!(refused.error_code, 35);
    assert!(refused.error_message.is_some_and(|why| why.contains("controllers")));
    assert_eq!(add(Some("another")).await.error_code, 104);
    let described = client.call(1, &DescribeClusterRequest::default()).await;
    let cluster_id = Some(described.cluster_id);
    let request = RemoveRaftVoterRequest { cluster_id, voter_id: 7, ..Default::default() };
    assert_eq!(client.call(0, &request).await.error_code, 35);
    world.stop().await;
}
