//! What is accepted and what is refused, as tables.

use uuid::Uuid;

use super::super::command::{
    Assignment, ConfigChange, ConfigOp, ConfigOpKind, ConfigResource, MorePartitions, NewTopic,
    TopicRef,
};
use super::super::error::ErrorCode;
use super::super::{ControllerCommand, ControllerReply, State};
use super::{registration, Cluster};
use crate::image::TimestampType;

fn error_of(result: &super::TopicResult) -> String {
    result.error.as_ref().map_or("ok".to_string(), |e| e.code.to_string())
}

#[test]
fn names_are_checked_as_in_kafka() {
    let long = "a".repeat(249);
    let too_long = "a".repeat(250);
    let table: &[(&str, &str)] = &[
        ("flights", "ok"),
        ("a.b-c_D9", "ok"),
        (&long, "ok"),
        (&too_long, "INVALID_TOPIC_EXCEPTION"),
        ("", "INVALID_TOPIC_EXCEPTION"),
        (".", "INVALID_TOPIC_EXCEPTION"),
        ("..", "INVALID_TOPIC_EXCEPTION"),
        ("...", "ok"),
        ("a b", "INVALID_TOPIC_EXCEPTION"),
        ("ä", "INVALID_TOPIC_EXCEPTION"),
        ("a/b", "INVALID_TOPIC_EXCEPTION"),
        ("a\n", "INVALID_TOPIC_EXCEPTION"),
        ("a_b-c_D9", "INVALID_TOPIC_EXCEPTION"), // collides with a.b-c_D9
        ("flights", "TOPIC_ALREADY_EXISTS"),
        ("__cluster_metadata", "INVALID_TOPIC_EXCEPTION"),
        ("__consumer_offsets", "ok"),
    ];
    let mut cluster = Cluster::with_racks(&["-"]);
    for (name, expected) in table {
        let topic = cluster.topic(name, 1, 1);
        assert_eq!(error_of(&cluster.create(vec![topic])[0]), *expected, "{name}");
    }
    assert!(cluster.state.image().topic("__consumer_offsets").unwrap().internal);
    assert!(!cluster.state.image().topic("flights").unwrap().internal);
}

#[test]
fn shapes_are_checked() {
    let table: &[(i32, i16, &str)] = &[
        (1, 1, "ok"),
        (12, 3, "ok"),
        (-1, -1, "ok"),
        (0, 1, "INVALID_PARTITIONS"),
        (-2, 1, "INVALID_PARTITIONS"),
        (1, 0, "INVALID_REPLICATION_FACTOR"),
        (1, -2, "INVALID_REPLICATION_FACTOR"),
        (1, 4, "INVALID_REPLICATION_FACTOR"),
        (10_001, 1, "POLICY_VIOLATION"),
        (i32::MAX, 1, "POLICY_VIOLATION"),
    ];
    let mut cluster = Cluster::with_racks(&["a", "b", "c"]);
    for (at, (partitions, factor, expected)) in table.iter().enumerate() {
        let topic = cluster.topic(&format!("t{at}"), *partitions, *factor);
        let result = cluster.create(vec![topic]).remove(0);
        assert_eq!(error_of(&result), *expected, "{partitions} {factor}");
    }
    let image = cluster.state.image();
    assert_eq!(image.topics().len(), 3);
    assert_eq!(image.topic("t2").unwrap().partitions.len(), 1, "num.partitions");
    assert_eq!(image.groups().len(), 14);
    assert_eq!(image.next_group(), 15);
}

#[test]
fn explicit_replicas_are_checked() {
    type Row = (&'static [(i32, &'static [i32])], &'static str);
    let table: &[Row] = &[
        (&[(0, &[1, 2]), (1, &[2, 0])], "ok"),
        (&[(1, &[1, 2]), (0, &[2, 0])], "ok"),
        (&[(0, &[1]), (2, &[2])], "INVALID_REPLICA_ASSIGNMENT"),
        (&[(0, &[1]), (0, &[2])], "INVALID_REPLICA_ASSIGNMENT"),
        (&[(0, &[1, 1])], "INVALID_REPLICA_ASSIGNMENT"),
        (&[(0, &[7])], "INVALID_REPLICA_ASSIGNMENT"),
        (&[(0, &[])], "INVALID_REPLICA_ASSIGNMENT"),
        (&[(0, &[1]), (1, &[1, 2])], "INVALID_REPLICA_ASSIGNMENT"),
        (&[(-1, &[1])], "INVALID_REPLICA_ASSIGNMENT"),
    ];
    let mut cluster = Cluster::with_racks(&["a", "b", "c"]);
    for (at, (assignments, expected)) in table.iter().enumerate() {
        let mut topic = cluster.topic(&format!("t{at}"), -1, -1);
        topic.assignments = assignments
            .iter()
            .map(|(partition, replicas)| Assignment {
                partition: *partition,
                replicas: replicas.to_vec(),
            })
            .collect();
        let result = cluster.create(vec![topic]).remove(0);
        assert_eq!(error_of(&result), *expected, "{assignments:?}");
    }
    assert_eq!(cluster.state.image().partition("t1", 0).unwrap().replicas, [2, 0]);
    let mut both = cluster.topic("both", 1, 1);
    both.assignments = vec![Assignment { partition: 0, replicas: vec![0] }];
    assert_eq!(error_of(&cluster.create(vec![both])[0]), "INVALID_REQUEST");
}

#[test]
fn a_request_over_many_topics_answers_for_each() {
    let mut cluster = Cluster::with_racks(&["-"]);
    let topics = ["a", "b", "b", "c d"].map(|name| cluster.topic(name, 1, 1)).to_vec();
    let validated = cluster.topics(ControllerCommand::CreateTopics {
        topics: topics.clone(),
        validate_only: true,
        avoid: vec![],
    });
    assert_eq!(cluster.state.image().topics().len(), 0, "validate_only creates nothing");
    let created = cluster.create(topics);
    let expected = ["ok", "INVALID_REQUEST", "INVALID_REQUEST", "INVALID_TOPIC_EXCEPTION"];
    assert_eq!(validated.iter().map(error_of).collect::<Vec<_>>(), expected);
    assert_eq!(created.iter().map(error_of).collect::<Vec<_>>(), expected);
    let id = created[0].topic_id;
    let again = NewTopic { topic_id: id, ..cluster.topic("fresh", 1, 1) };
    assert_eq!(error_of(&cluster.create(vec![again])[0]), "INVALID_REQUEST");
    let deleted = cluster.topics(ControllerCommand::DeleteTopics {
        topics: vec![
            TopicRef::Id(id),
            TopicRef::Name("a".into()),
            TopicRef::Id(Uuid::from_u128(99)),
        ],
    });
    let outcomes: Vec<_> = deleted.iter().map(error_of).collect();
    assert_eq!(outcomes, ["ok", "UNKNOWN_TOPIC_OR_PARTITION", "UNKNOWN_TOPIC_ID"]);
    assert_eq!(deleted[0].name, "a");
    assert_eq!(cluster.state.image().groups().len(), 0);
    let topic = cluster.topic("a", 1, 1);
    assert_eq!(cluster.create(vec![topic])[0].groups, [2], "group ids are never used again");
}

#[test]
fn partitions_only_grow() {
    let mut cluster = Cluster::with_racks(&["a", "b", "c"]);
    let topics = vec![cluster.topic("t", 2, 2), cluster.topic("__consumer_offsets", 2, 1)];
    cluster.create(topics);
    let table: &[(&str, i32, &[&[i32]], &str)] = &[
        ("t", 2, &[], "INVALID_PARTITIONS"),
        ("t", 1, &[], "INVALID_PARTITIONS"),
        ("t", -5, &[], "INVALID_PARTITIONS"),
        ("t", 20_000, &[], "POLICY_VIOLATION"),
        ("no", 3, &[], "UNKNOWN_TOPIC_OR_PARTITION"),
        ("__consumer_offsets", 3, &[], "INVALID_PARTITIONS"),
        ("t", 3, &[&[0], &[1]], "INVALID_REPLICA_ASSIGNMENT"),
        ("t", 3, &[&[0]], "INVALID_REPLICA_ASSIGNMENT"),
        ("t", 3, &[&[0, 9]], "INVALID_REPLICA_ASSIGNMENT"),
        ("t", 3, &[&[2, 0]], "ok"),
        ("t", 6, &[], "ok"),
    ];
    for (name, total, assignments, expected) in table {
        let more = MorePartitions {
            name: (*name).to_string(),
            total: *total,
            assignments: assignments.iter().map(|r| r.to_vec()).collect(),
        };
        let command = |validate_only| ControllerCommand::CreatePartitions {
            topics: vec![more.clone()],
            validate_only,
            avoid: vec![],
        };
        let before = cluster.state.image().groups().len();
        let checked = cluster.topics(command(true)).remove(0);
        assert_eq!(error_of(&checked), *expected, "{more:?}");
        assert_eq!(cluster.state.image().groups().len(), before);
        let result = cluster.topics(command(false)).remove(0);
        assert_eq!(error_of(&result), *expected, "{more:?}");
    }
    let image = cluster.state.image();
    let topic = image.topic("t").unwrap();
    assert_eq!(topic.partitions.len(), 6);
    assert_eq!(topic.partitions[2].replicas, [2, 0]);
    assert!(topic.partitions.iter().all(|p| p.replicas.len() == 2));
    for (group, owner) in image.groups() {
        let (_, _, partition) = image.group(*group).unwrap();
        assert_eq!(partition.group, *group, "{owner:?}");
    }
}

#[test]
fn nodes_keep_their_ids() {
    let mut cluster = Cluster::with_racks(&["a", "b", "c"]);
    let mut come = |wanted, uuid: u128| {
        let mut r = registration(0, None);
        r.wanted_id = wanted;
        r.node_uuid = Uuid::from_u128(uuid);
        match cluster.run(ControllerCommand::RegisterNode(r)) {
            Ok(ControllerReply::NodeRegistered { node_id, .. }) => node_id.to_string(),
            other => other.unwrap_err().code.to_string(),
        }
    };
    assert_eq!(come(None, 1), "3");
    assert_eq!(come(None, 2), "4");
    assert_eq!(come(None, 1), "3", "a restart keeps the id");
    assert_eq!(come(Some(3), 1), "3");
    assert_eq!(come(Some(4), 1), "DUPLICATE_BROKER_REGISTRATION");
    assert_eq!(come(Some(0), 5), "DUPLICATE_BROKER_REGISTRATION", "a lost disk gets a new id");
    assert_eq!(come(Some(-1), 5), "INVALID_REQUEST");
    assert_eq!(come(Some(77), 5), "77");
    assert_eq!(come(None, 6), "78");
}

#[test]
fn a_late_seed_still_gets_its_place() {
    let mut state = State::new();
    let cluster_uuid = Uuid::from_u128(1);
    state.apply(1, ControllerCommand::SetClusterUuid { cluster_uuid, seed_nodes: 3 }).unwrap();
    let mut first = registration(9, None);
    first.wanted_id = None;
    let reply = state.apply(2, ControllerCommand::RegisterNode(first)).unwrap();
    assert_eq!(
        reply,
        ControllerReply::NodeRegistered { node_id: 3, cluster_uuid: Some(cluster_uuid) }
    );
    let seed = registration(1, None);
    assert!(state.apply(3, ControllerCommand::RegisterNode(seed)).is_ok());
}

#[test]
fn strangers_are_refused() {
    let mut cluster = Cluster::with_racks(&["-"]);
    let mut r = registration(1, None);
    r.cluster_uuid = Some(Uuid::from_u128(2));
    let refusal = cluster.run(ControllerCommand::RegisterNode(r)).unwrap_err();
    assert_eq!(refusal.code, ErrorCode::INCONSISTENT_CLUSTER_ID);
    let other = Uuid::from_u128(2);
    let rename = ControllerCommand::SetClusterUuid { cluster_uuid: other, seed_nodes: 1 };
    assert_eq!(cluster.run(rename).unwrap_err().code, ErrorCode::INCONSISTENT_CLUSTER_ID);
    let mut r = registration(1, None);
    r.feature_level_max = 0;
    let refusal = cluster.run(ControllerCommand::RegisterNode(r)).unwrap_err();
    assert_eq!(refusal.code, ErrorCode::UNSUPPORTED_VERSION);
    for level in [0, 2] {
        let refusal = cluster.run(ControllerCommand::SetFeatureLevel { level }).unwrap_err();
        assert_eq!(refusal.code, ErrorCode::INVALID_UPDATE_VERSION);
    }
}

#[test]
fn one_node_at_a_time_is_in_maintenance() {
    let mut cluster = Cluster::with_racks(&["a", "b", "c"]);
    let set = |node_id, on| ControllerCommand::SetMaintenance { node_id, on };
    assert!(cluster.run(set(1, true)).is_ok());
    assert!(cluster.run(set(1, true)).is_ok());
    assert_eq!(cluster.run(set(2, true)).unwrap_err().code, ErrorCode::POLICY_VIOLATION);
    cluster.ok(ControllerCommand::RegisterNode(registration(1, Some("b".into()))));
    assert!(cluster.state.image().node(1).unwrap().maintenance, "a restart does not end it");
    let topics = vec![cluster.topic("t", 4, 2)];
    cluster.create(topics);
    let image = cluster.state.image();
    let avoided = image.topic("t").unwrap().partitions.iter().all(|p| !p.replicas.contains(&1));
    assert!(avoided, "new replicas go elsewhere");
    assert!(cluster.run(set(1, false)).is_ok());
    assert!(cluster.run(set(2, true)).is_ok());
    assert_eq!(cluster.run(set(9, true)).unwrap_err().code, ErrorCode::BROKER_ID_NOT_REGISTERED);
}

#[test]
fn a_node_that_holds_replicas_stays() {
    let mut cluster = Cluster::with_racks(&["-", "-"]);
    let topics = vec![cluster.topic("t", 1, 2)];
    cluster.create(topics);
    let leave = ControllerCommand::UnregisterNode { node_id: 1 };
    assert_eq!(cluster.run(leave.clone()).unwrap_err().code, ErrorCode::INVALID_REQUEST);
    cluster.topics(ControllerCommand::DeleteTopics { topics: vec![TopicRef::Name("t".into())] });
    assert!(cluster.run(leave).is_ok());
    assert!(cluster.state.image().node(1).is_none());
}

#[test]
fn producer_ids_are_given_once() {
    let mut cluster = Cluster::with_racks(&["-"]);
    for first in [0, 1000, 2000] {
        let reply = cluster.ok(ControllerCommand::AllocateProducerIds { node_id: 0 });
        assert_eq!(reply, ControllerReply::ProducerIds { first, count: 1000 });
    }
}

#[test]
fn internal_topics_wait_for_the_seeds() {
    let mut state = State::new();
    let cluster_uuid = Uuid::from_u128(1);
    state.apply(1, ControllerCommand::SetClusterUuid { cluster_uuid, seed_nodes: 3 }).unwrap();
    let create = |state: &mut State| {
        let topic = NewTopic::with_defaults("__consumer_offsets", Uuid::from_u128(7));
        let (topics, index) = (vec![topic], state.applied_index() + 1);
        let command =
            ControllerCommand::CreateTopics { topics, validate_only: false, avoid: vec![] };
        match state.apply(index, command).unwrap() {
            ControllerReply::Topics(mut results) => results.remove(0),
            other => panic!("unexpected {other:?}"),
        }
    };
    for id in 0..3 {
        assert_eq!(error_of(&create(&mut state)), "INVALID_REPLICATION_FACTOR");
        let index = state.applied_index() + 1;
        state.apply(index, ControllerCommand::RegisterNode(registration(id, None))).unwrap();
    }
    let created = create(&mut state);
    assert_eq!((created.partitions, created.replication_factor), (50, 3));
}

#[test]
fn cluster_properties_reach_topics_and_deletion() {
    let mut cluster = Cluster::with_racks(&["-"]);
    let topics = vec![cluster.topic("t", 1, 1)];
    cluster.create(topics);
    let set = |key: &str, value: &str| ControllerCommand::AlterConfigs {
        changes: vec![ConfigChange {
            resource: ConfigResource::Cluster,
            ops: vec![ConfigOp {
                key: key.into(),
                op: ConfigOpKind::Set,
                value: Some(value.into()),
            }],
        }],
        validate_only: false,
        replace: false,
    };
    for (key, value) in [
        ("log.retention.ms", "60000"),
        ("log.message.timestamp.type", "LogAppendTime"),
        ("delete.topic.enable", "false"),
        ("num.partitions", "4"),
    ] {
        let ControllerReply::Configs(results) = cluster.ok(set(key, value)) else { panic!() };
        assert_eq!(results[0].error, None);
    }
    let image = cluster.state.image();
    let config = image.topic("t").unwrap().config;
    assert_eq!(config.retention_ms, 60_000);
    assert_eq!(config.timestamp_type, TimestampType::LogAppendTime);
    let topics = vec![TopicRef::Name("t".into())];
    let refused = cluster.topics(ControllerCommand::DeleteTopics { topics });
    assert_eq!(error_of(&refused[0]), "TOPIC_DELETION_DISABLED");
    let topic = cluster.topic("four", -1, -1);
    assert_eq!(cluster.create(vec![topic])[0].partitions, 4);
}
