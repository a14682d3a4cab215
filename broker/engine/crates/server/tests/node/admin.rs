//! Topics, configurations and the cluster, as admin clients see them.

use std::time::Duration;

use headrace_wire::messages::*;
use headrace_wire::Str;

use crate::world::{batch, Client, World, PATIENCE};

async fn metadata(client: &mut Client, names: &[&str], create: bool) -> MetadataResponse {
    let topics = names.iter().map(|name| metadata::MetadataRequestTopic {
        name: Some(Str::from(*name)),
        ..Default::default()
    });
    let request = MetadataRequest {
        topics: Some(topics.collect()),
        allow_auto_topic_creation: create,
        ..Default::default()
    };
    client.call(12, &request).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn topics_are_created_on_demand_if_both_sides_allow_it() {
    let world = World::start().await;
    let mut client = world.client().await;
    let response = metadata(&mut client, &["new", "a b"], false).await;
    let codes: Vec<i16> = response.topics.iter().map(|topic| topic.error_code).collect();
    assert_eq!(codes, [3, 17]);
    let response = metadata(&mut client, &["new"], true).await;
    let topic = &response.topics[0];
    assert_eq!((topic.error_code, topic.partitions.len()), (0, 1));
    let partition = &topic.partitions[0];
    assert_eq!((partition.error_code, partition.leader_id), (0, response.brokers[0].node_id));
    assert_eq!(partition.isr_nodes, partition.replica_nodes);
    let off = broker_key("", "auto.create.topics.enable", 0, "false");
    assert_eq!(client.call(1, &off).await.responses[0].error_code, 0);
    assert_eq!(metadata(&mut client, &["other"], true).await.topics[0].error_code, 3);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn metadata_lists_all_none_or_some() {
    let world = World::start().await;
    let mut client = world.client().await;
    client.create_topic("a", 3, &[]).await;
    client.create_topic("b", 1, &[]).await;
    let all = MetadataRequest { topics: None, ..Default::default() };
    let response = client.call(12, &all).await;
    let names: Vec<&str> = response.topics.iter().filter_map(|t| t.name.as_deref()).collect();
    assert_eq!(names, ["a", "b"]);
    assert_eq!(response.topics[0].partitions.len(), 3);
    assert_eq!(response.cluster_id.as_ref().map(|id| id.len()), Some(22));
    assert_eq!(response.brokers[0].port, i32::from(world.address.port()));
    assert_eq!(response.controller_id, response.brokers[0].node_id);
    let none = MetadataRequest::default();
    assert_eq!(client.call(1, &none).await.topics.len(), 0);
    assert_eq!(client.call(0, &none).await.topics.len(), 2, "in version 0 empty means all");
    let id = response.topics[1].topic_id;
    let by_id = |topic_id| MetadataRequest {
        topics: Some(vec![metadata::MetadataRequestTopic { topic_id, name: None }]),
        ..Default::default()
    };
    assert_eq!(client.call(12, &by_id(id)).await.topics[0].name.as_deref(), Some("b"));
    let unknown = client.call(12, &by_id(uuid::Uuid::from_u128(9))).await;
    assert_eq!((unknown.topics[0].error_code, &unknown.topics[0].name), (100, &None));
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn topics_are_created_grown_and_deleted() {
    let world = World::start().await;
    let mut client = world.client().await;
    let topic = |name: &str, partitions| create_topics::CreatableTopic {
        name: Str::from(name),
        num_partitions: partitions,
        replication_factor: -1,
        ..Default::default()
    };
    let request = CreateTopicsRequest {
        topics: vec![topic("ok", 2), topic("twice", 1), topic("twice", 1), topic("bad", 0)],
        ..Default::default()
    };
    let response = client.call(7, &request).await;
    let codes: Vec<i16> = response.topics.iter().map(|topic| topic.error_code).collect();
    assert_eq!(codes, [0, 42, 42, 37]);
    let made = &response.topics[0];
    assert_eq!((made.num_partitions, made.replication_factor), (2, 1));
    assert!(made.configs.as_ref().is_some_and(|c| c.iter().any(|c| &*c.name == "retention.ms")));
    assert_eq!(client.call(7, &request).await.topics[0].error_code, 36);

    let grow = |count| CreatePartitionsRequest {
        topics: vec![create_partitions::CreatePartitionsTopic {
            name: Str::from("ok"),
            count,
            assignments: None,
        }],
        timeout_ms: 10_000,
        validate_only: false,
    };
    assert_eq!(client.call(3, &grow(5)).await.results[0].error_code, 0);
    assert_eq!(client.call(3, &grow(5)).await.results[0].error_code, 37);
    let grown = metadata(&mut client, &["ok"], false).await;
    assert!(grown.topics[0].partitions.iter().all(|p| p.error_code == 0 && p.leader_id >= 0));
    assert_eq!(grown.topics[0].partitions.len(), 5);

    let by_name = DeleteTopicsRequest {
        topic_names: vec![Str::from("ok"), Str::from("nope")],
        timeout_ms: 5_000,
        ..Default::default()
    };
    let codes: Vec<i16> =
        client.call(5, &by_name).await.responses.iter().map(|topic| topic.error_code).collect();
    assert_eq!(codes, [0, 3]);
    let by_id = DeleteTopicsRequest {
        topics: vec![delete_topics::DeleteTopicState { name: None, topic_id: made.topic_id }],
        timeout_ms: 5_000,
        ..Default::default()
    };
    assert_eq!(client.call(6, &by_id).await.responses[0].error_code, 100);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn configurations_are_described_and_changed() {
    let world = World::start().await;
    let mut client = world.client().await;
    client.create_topic("t", 1, &[("retention.ms", "60000")]).await;
    let describe = |resource_type, name: &str, keys: &[&str]| DescribeConfigsRequest {
        resources: vec![describe_configs::DescribeConfigsResource {
            resource_type,
            resource_name: Str::from(name),
            configuration_keys: Some(keys.iter().map(|key| Str::from(*key)).collect()),
        }],
        include_synonyms: true,
        include_documentation: true,
    };
    let response = client.call(4, &describe(2, "t", &["retention.ms"])).await;
    let entry = &response.results[0].configs[0];
    assert_eq!((entry.value.as_deref(), entry.config_source), (Some("60000"), 1));
    assert!(entry.synonyms.len() >= 2 && entry.documentation.is_some());
    assert_eq!(client.call(4, &describe(2, "nope", &[])).await.results[0].error_code, 3);
    assert_eq!(client.call(4, &describe(99, "x", &[])).await.results[0].error_code, 42);
    let node = world.node.node_id().expect("ready").to_string();
    let broker = client.call(4, &describe(4, &node, &[])).await;
    assert!(broker.results[0].configs.iter().any(|c| &*c.name == "num.partitions"));

    let change = |key: &str, op, value: &str| IncrementalAlterConfigsRequest {
        resources: vec![incremental_alter_configs::AlterConfigsResource {
            resource_type: 2,
            resource_name: Str::from("t"),
            configs: vec![incremental_alter_configs::AlterableConfig {
                name: Str::from(key),
                config_operation: op,
                value: Some(Str::from(value)),
            }],
        }],
        validate_only: false,
    };
    assert_eq!(client.call(1, &change("retention.ms", 0, "7")).await.responses[0].error_code, 0);
    let wrong = client.call(1, &change("retention.mss", 0, "7")).await;
    assert_eq!(wrong.responses[0].error_code, 40);
    assert!(wrong.responses[0]
        .error_message
        .as_deref()
        .is_some_and(|m| m.contains("retention.ms")));
    assert_eq!(client.call(1, &change("retention.ms", 9, "7")).await.responses[0].error_code, 42);
    let response = client.call(4, &describe(2, "t", &["retention.ms"])).await;
    assert_eq!(response.results[0].configs[0].value.as_deref(), Some("7"));
    let replace = AlterConfigsRequest {
        resources: vec![alter_configs::AlterConfigsResource {
            resource_type: 2,
            resource_name: Str::from("t"),
            configs: Vec::new(),
        }],
        validate_only: false,
    };
    assert_eq!(client.call(2, &replace).await.responses[0].error_code, 0);
    let response = client.call(4, &describe(2, "t", &["retention.ms"])).await;
    assert_eq!(response.results[0].configs[0].config_source, 5, "back to the default");
    world.stop().await;
}

fn broker_key(
    broker: &str,
    key: &str,
    operation: i8,
    value: &str,
) -> IncrementalAlterConfigsRequest {
    IncrementalAlterConfigsRequest {
        resources: vec![incremental_alter_configs::AlterConfigsResource {
            resource_type: 4,
            resource_name: Str::from(broker),
            configs: vec![incremental_alter_configs::AlterableConfig {
                name: Str::from(key),
                config_operation: operation,
                value: Some(Str::from(value)),
            }],
        }],
        validate_only: false,
    }
}

/// The value in force of a key, and each place that gives it one: (Kafka's number, value).
async fn described(
    client: &mut Client,
    resource_type: i8,
    name: &str,
    key: &str,
) -> (String, Vec<(i8, String)>) {
    let request = DescribeConfigsRequest {
        resources: vec![describe_configs::DescribeConfigsResource {
            resource_type,
            resource_name: Str::from(name),
            configuration_keys: Some(vec![Str::from(key)]),
        }],
        include_synonyms: true,
        include_documentation: false,
    };
    let entry = client.call(4, &request).await.results.remove(0).configs.remove(0);
    let text = |value: Option<Str>| value.unwrap_or_default().to_string();
    let places: Vec<_> = entry.synonyms.into_iter().map(|s| (s.source, text(s.value))).collect();
    assert_eq!(entry.config_source, places[0].0);
    (text(entry.value), places)
}

/// Asks until the node leads the partition; a new topic's replicas need a moment.
async fn produced_once_led(client: &mut Client, topic: &str, partition: i32) -> i16 {
    let large = batch(&[&"x".repeat(2_000)]);
    let answer = async {
        loop {
            let code = client.produce(topic, partition, large.clone()).await.error_code;
            if !matches!(code, 3 | 5 | 6) {
                return code;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(PATIENCE, answer).await.expect("a leader")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_brokers_value_is_in_effect_on_that_broker_only() {
    let (one, other) = World::start_pair().await;
    let id = |world: &World| world.node.node_id().expect("ready");
    let (mut here, mut there) = (one.client().await, other.client().await);
    let (key, name, none) = ("message.max.bytes", id(&other).to_string(), 0);
    for (broker, value) in [("", "1000000"), (&*name, "1000")] {
        let done = there.call(1, &broker_key(broker, key, 0, value)).await;
        assert_eq!(done.responses[0].error_code, none, "{done:?}");
    }
    let all = |own: &str| {
        let places = [(2, own), (3, "1000000"), (5, "1048588")];
        places.map(|(source, value)| (source, value.to_owned())).to_vec()
    };
    let set = ("1000".to_owned(), all("1000"));
    assert_eq!(described(&mut there, 4, &name, key).await, set);
    there.create_topic("t", 2, &[]).await;
    assert_eq!(described(&mut there, 2, "t", "max.message.bytes").await, set, "topics inherit it");
    let image = other.node.image();
    let led_by = |node: i32| {
        let partitions = &image.topic("t").expect("created").partitions;
        let at = partitions.iter().position(|p| p.replicas == [node]).expect("one each");
        i32::try_from(at).expect("of two")
    };
    let (its_own, the_others) = (led_by(id(&other)), led_by(id(&one)));
    let too_large = 10;
    assert_eq!(produced_once_led(&mut here, "t", the_others).await, none);
    assert_eq!(produced_once_led(&mut there, "t", its_own).await, too_large);
    let unset = described(&mut here, 4, &id(&one).to_string(), key).await;
    assert_eq!(unset.1, all("")[1..], "no other broker has it");
    assert_eq!(described(&mut here, 4, &name, key).await, set, "every broker knows it");

    let other = other.restart().await;
    let mut there = other.client().await;
    assert_eq!(produced_once_led(&mut there, "t", its_own).await, too_large, "it was kept");
    let done = there.call(1, &broker_key(&name, key, 1, "")).await;
    assert_eq!(done.responses[0].error_code, none);
    assert_eq!(produced_once_led(&mut there, "t", its_own).await, none);
    tokio::join!(one.stop(), other.stop());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_no_broker_can_have_for_itself_is_refused() {
    let world = World::start().await;
    let mut client = world.client().await;
    let id = world.node.node_id().expect("ready").to_string();
    for (broker, key, value, code) in [
        (&*id, "log.cleaner.backoff.ms", "30000", 0),
        (&id, "log.cleaner.backoff.ms", "-1", 40),
        (&id, "log.cleaner.backof.ms", "1", 40),
        (&id, "num.partitions", "3", 40),
        (&id, "min.insync.replicas", "1", 40),
        (&id, "log.dirs", "/nowhere", 40),
        ("77", "log.cleaner.backoff.ms", "1", 42),
    ] {
        let done = client.call(1, &broker_key(broker, key, 0, value)).await;
        assert_eq!(done.responses[0].error_code, code, "{key}={value}: {done:?}");
    }
    let own = described(&mut client, 4, &id, "log.cleaner.backoff.ms").await;
    assert_eq!(own.1, [(2, "30000".to_owned()), (5, "1000".to_owned())]);
    let replace = AlterConfigsRequest {
        resources: vec![alter_configs::AlterConfigsResource {
            resource_type: 4,
            resource_name: Str::from(id.as_str()),
            configs: Vec::new(),
        }],
        validate_only: false,
    };
    assert_eq!(client.call(2, &replace).await.responses[0].error_code, 0);
    let own = described(&mut client, 4, &id, "log.cleaner.backoff.ms").await;
    assert_eq!(own.1, [(5, "1000".to_owned())]);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_cluster_is_described_and_counted() {
    let world = World::start().await;
    let mut client = world.client().await;
    let request = DescribeClusterRequest {
        include_cluster_authorized_operations: true,
        ..Default::default()
    };
    let response = client.call(2, &request).await;
    assert_eq!((response.error_code, response.brokers.len()), (0, 1));
    assert_eq!(response.cluster_id.len(), 22);
    assert_ne!(response.cluster_authorized_operations, i32::MIN);
    let controllers = DescribeClusterRequest { endpoint_type: 2, ..Default::default() };
    assert_eq!(client.call(2, &controllers).await.error_code, 114);
    let text = world.server.metrics_text();
    assert!(text.contains("headrace_kafka_requests_total{api=\"DescribeCluster\"} 2"), "{text}");
    world.stop().await;
}
