//! Properties, determinism and snapshots.

use std::collections::BTreeMap;

use proptest::prelude::*;
use uuid::Uuid;

use super::super::command::{
    ConfigChange, ConfigOp, ConfigOpKind, ConfigResource, MorePartitions, NewTopic, TopicRef,
};
use super::super::error::ErrorCode;
use super::super::properties::{
    cluster_property, describe_cluster, describe_topic, table::WHOLE_CLUSTER, ConfigSource, Honour,
    Layers, Scope, TopicConfig, CLUSTER, TOPIC,
};
use super::super::{ControllerCommand, ControllerReply, SnapshotError, State};
use super::{registration, Cluster};

#[test]
fn values_are_checked_by_table() {
    let table: &[(Scope, &str, &str, Result<&str, &str>)] = &[
        (Scope::Topic, "retention.ms", "60000", Ok("60000")),
        (Scope::Topic, "retention.ms", " -1 ", Ok("-1")),
        (Scope::Topic, "retention.ms", "-2", Err("at least -1")),
        (Scope::Topic, "retention.ms", "soon", Err("whole number")),
        (Scope::Topic, "segment.bytes", "1048576", Ok("1048576")),
        (Scope::Topic, "segment.bytes", "14", Err("between 1048576")),
        (Scope::Topic, "internal.segment.bytes", "14", Ok("14")),
        (Scope::Topic, "internal.segment.bytes", "small", Err("whole number")),
        (Scope::Cluster, "internal.segment.bytes", "14", Err("unknown cluster property")),
        (Scope::Topic, "min.insync.replicas", "0", Err("between 1")),
        (Scope::Topic, "message.timestamp.type", "LogAppendTime", Ok("LogAppendTime")),
        (Scope::Topic, "message.timestamp.type", "logappendtime", Err("CreateTime, LogAppendTime")),
        (Scope::Topic, "cleanup.policy", "delete", Ok("delete")),
        (Scope::Topic, "cleanup.policy", "compact", Ok("compact")),
        (Scope::Topic, "cleanup.policy", "compact,delete", Ok("compact,delete")),
        (Scope::Topic, "min.cleanable.dirty.ratio", "0.01", Ok("0.01")),
        (Scope::Topic, "cleanup.policy", "", Err("list of delete, compact")),
        (Scope::Topic, "cleanup.policy", "shred", Err("list of delete, compact")),
        (Scope::Topic, "compression.type", "producer", Ok("producer")),
        (Scope::Topic, "compression.type", "zstd", Ok("zstd")),
        (Scope::Topic, "compression.gzip.level", "-1", Ok("-1")),
        (Scope::Topic, "compression.gzip.level", "0", Err("between 1 and 9 or equal to -1")),
        (Scope::Topic, "compression.zstd.level", "-131072", Ok("-131072")),
        (Scope::Topic, "compression.lz4.level", "18", Err("between 1 and 17")),
        (Scope::Topic, "compression.type", "rar", Err("one of")),
        (Scope::Topic, "unclean.leader.election.enable", "FALSE", Ok("false")),
        (Scope::Topic, "unclean.leader.election.enable", "true", Err("refused")),
        (Scope::Topic, "unclean.leader.election.enable", "perhaps", Err("true or false")),
        (Scope::Topic, "min.cleanable.dirty.ratio", "0.5", Ok("0.5")),
        (Scope::Topic, "min.cleanable.dirty.ratio", "NaN", Err("between 0 and 1")),
        (Scope::Topic, "retention.sm", "1", Err("did you mean retention.ms?")),
        (Scope::Topic, "no.such.thing.at.all", "1", Err("unknown topic property")),
        (Scope::Cluster, "num.partitions", "12", Ok("12")),
        (Scope::Cluster, "log.retention.ms", "1", Ok("1")),
        (Scope::Cluster, "log.retention.hours", "1", Err("set log.retention.ms")),
        (Scope::Cluster, "log.dirs", "/tmp", Err("headrace.yaml")),
        (Scope::Cluster, "num.partitons", "1", Err("did you mean num.partitions?")),
        (Scope::Cluster, "default.replication.factor", "40000", Err("between 1 and 32767")),
        (Scope::Cluster, "log.cleaner.backoff.ms", "15000", Ok("15000")),
        (Scope::Node, "log.cleaner.backoff.ms", "0", Ok("0")),
        (Scope::Node, "log.cleaner.backoff.ms", "-1", Err("at least 0")),
        (Scope::Node, "log.retention.hours", "1", Err("set log.retention.ms")),
        (Scope::Node, "log.dirs", "/tmp", Err("headrace.yaml")),
        (Scope::Node, "num.partitions", "12", Err("holds for the whole cluster")),
        (Scope::Node, "min.insync.replicas", "1", Err("holds for the whole cluster")),
        (Scope::Node, "mesage.max.bytes", "1", Err("did you mean message.max.bytes?")),
    ];
    for (scope, key, value, expected) in table {
        let found = scope.check(key, value);
        match expected {
            Ok(normal) => assert_eq!(found.as_deref(), Ok(*normal), "{key}={value}"),
            Err(part) => {
                let error = found.expect_err(key);
                assert_eq!(error.code, ErrorCode::INVALID_CONFIG);
                assert!(error.message.contains(part), "{key}={value}: {}", error.message);
            }
        }
    }
}

#[test]
fn group_properties_keep_within_what_the_cluster_allows() {
    let key = "streams.session.timeout.ms";
    let set = |value: &str, cluster: &[(&str, &str)]| {
        let op = ConfigOp { key: key.into(), op: ConfigOpKind::Set, value: Some(value.into()) };
        let cluster = cluster.iter().map(|(k, v)| ((*k).into(), (*v).into())).collect();
        let changed = Scope::Group.change(&BTreeMap::new(), &[op], &cluster);
        changed.map(|next| next[key].clone()).map_err(|error| error.message)
    };
    let lower = [("group.streams.min.session.timeout.ms", "100")];
    assert_eq!(set("45000", &[]).as_deref(), Ok("45000"));
    assert_eq!(set("10000", &lower).as_deref(), Ok("10000"));
    let refused = set("44999", &[]).unwrap_err();
    assert!(refused.contains("at least 45000, which group.streams.min.session"), "{refused}");
    let refused = set("60001", &lower).unwrap_err();
    assert!(refused.contains("at most 60000, which group.streams.max.session"), "{refused}");
}

#[test]
fn every_default_is_valid_and_described() {
    for p in TOPIC {
        assert_eq!(Scope::Topic.check(p.name, p.default).as_deref(), Ok(p.default), "{}", p.name);
        let Some(key) = p.broker_key else {
            assert_eq!(p.name, "write.caching", "all others inherit from the cluster");
            continue;
        };
        assert_eq!(cluster_property(key).unwrap().default, p.default);
    }
    for p in CLUSTER {
        assert_eq!(Scope::Cluster.check(p.name, p.default).as_deref(), Ok(p.default));
    }
    for p in TOPIC.iter().chain(CLUSTER) {
        assert!(p.doc.ends_with('.'), "{}: the text is a sentence", p.name);
        if let Honour::OnlyDefault(why) = p.honour {
            assert!(why.len() > 10, "{}: says why", p.name);
        }
    }
    assert!(WHOLE_CLUSTER.iter().all(|key| cluster_property(key).is_some()));
    for table in [TOPIC, CLUSTER] {
        assert!(table.windows(2).all(|w| w[0].name < w[1].name), "sorted, each once");
    }
    let none = BTreeMap::new();
    assert_eq!(describe_topic(&none, Layers::cluster(&none)).len(), TOPIC.len());
    let described = describe_cluster(Layers::cluster(&none));
    assert!(described.windows(2).all(|w| w[0].name < w[1].name), "sorted, each once");
}

#[test]
fn a_described_value_says_where_it_comes_from() {
    let topic = BTreeMap::from([("retention.ms".to_string(), "1".to_string())]);
    let cluster = BTreeMap::from([("log.retention.ms".to_string(), "2".to_string())]);
    let node = BTreeMap::from([("log.retention.ms".to_string(), "3".to_string())]);
    let none = BTreeMap::new();
    let find = |topic: &BTreeMap<_, _>, node: &BTreeMap<_, _>, cluster: &BTreeMap<_, _>| {
        let all = describe_topic(topic, Layers { node, cluster });
        all.into_iter().find(|e| e.name == "retention.ms").unwrap()
    };
    let entry = find(&topic, &node, &cluster);
    assert_eq!((entry.value.as_str(), entry.source), ("1", ConfigSource::Topic));
    let places: Vec<_> = entry.synonyms.iter().map(|(k, v, _)| format!("{k}={v}")).collect();
    let below = ["log.retention.ms=3", "log.retention.ms=2", "log.retention.ms=604800000"];
    assert_eq!((&*places[0], &places[1..]), ("retention.ms=1", &below.map(String::from)[..]));
    assert_eq!(find(&none, &node, &cluster).source, ConfigSource::Node);
    assert_eq!(find(&none, &none, &cluster).source, ConfigSource::Cluster);
    assert_eq!(find(&none, &none, &none).source, ConfigSource::Default);
}

/// Kafka Streams' tests of purging set it, and read it back.
#[test]
fn an_internal_property_is_described_where_it_is_set() {
    let set = |pairs: &[(&str, &str)]| -> BTreeMap<String, String> {
        pairs.iter().map(|(key, value)| ((*key).into(), (*value).into())).collect()
    };
    let (none, cluster) = (BTreeMap::new(), set(&[("log.segment.bytes", "3000000")]));
    let small = set(&[("internal.segment.bytes", "2000"), ("segment.bytes", "1048576")]);
    let described = describe_topic(&small, Layers::cluster(&cluster));
    let entry = described.iter().find(|e| e.name == "internal.segment.bytes").unwrap();
    assert_eq!((entry.value.as_str(), entry.source), ("2000", ConfigSource::Topic));
    assert_eq!(entry.synonyms.len(), 1);
    assert_eq!(described.len(), TOPIC.len() + 1);
    assert_eq!(TopicConfig::effective(&small, &cluster).segment_bytes, 2000);
    assert_eq!(TopicConfig::effective(&none, &cluster).segment_bytes, 3_000_000);
    assert!(describe_topic(&none, Layers::cluster(&cluster))
        .iter()
        .all(|e| !e.name.starts_with("internal.")));
}

fn op(key: &str, op: ConfigOpKind, value: Option<&str>) -> ConfigOp {
    ConfigOp { key: key.into(), op, value: value.map(String::from) }
}

#[test]
fn changes_are_whole_or_not_at_all() {
    use ConfigOpKind::{Append, Delete, Set, Subtract};
    let mut cluster = Cluster::with_racks(&["-"]);
    let topics = vec![cluster.topic("t", 1, 1), cluster.topic("__consumer_offsets", 1, 1)];
    cluster.create(topics);
    let mut alter = |topic: &str, ops: Vec<ConfigOp>, replace: bool| {
        let changes = vec![ConfigChange { resource: ConfigResource::Topic(topic.into()), ops }];
        let command = ControllerCommand::AlterConfigs { changes, validate_only: false, replace };
        let ControllerReply::Configs(mut results) = cluster.ok(command) else { panic!() };
        let error = results.remove(0).error.map(|e| e.code);
        let image = cluster.state.image();
        let overrides = image.topic(topic).map(|t| t.overrides.clone()).unwrap_or_default();
        let text: Vec<String> = overrides.iter().map(|(k, v)| format!("{k}={v}")).collect();
        (error, text.join(" "))
    };
    let ok = |text: &str| (None, text.to_string());
    let two = vec![op("retention.ms", Set, Some("5")), op("segment.ms", Set, Some("7"))];
    assert_eq!(alter("t", two, false), ok("retention.ms=5 segment.ms=7"));
    let half = vec![op("retention.ms", Delete, None), op("segment.ms", Set, Some("x"))];
    let unchanged = "retention.ms=5 segment.ms=7".to_string();
    assert_eq!(alter("t", half, false), (Some(ErrorCode::INVALID_CONFIG), unchanged.clone()));
    let twice = vec![op("retention.ms", Set, Some("1")), op("retention.ms", Set, Some("2"))];
    assert_eq!(alter("t", twice, false), (Some(ErrorCode::INVALID_REQUEST), unchanged.clone()));
    let append = vec![op("retention.ms", Append, Some("1"))];
    assert_eq!(alter("t", append, false), (Some(ErrorCode::INVALID_CONFIG), unchanged.clone()));
    let empty = vec![op("retention.ms", Set, None)];
    assert_eq!(alter("t", empty, false), (Some(ErrorCode::INVALID_CONFIG), unchanged));
    assert_eq!(alter("t", vec![op("segment.ms", Delete, None)], false), ok("retention.ms=5"));
    assert_eq!(alter("t", vec![op("segment.ms", Set, Some("9"))], true), ok("segment.ms=9"));
    let internal = "__consumer_offsets";
    let compact = vec![op("cleanup.policy", Append, Some("compact"))];
    assert_eq!(alter(internal, compact, false), ok("cleanup.policy=delete,compact"));
    let only = vec![op("cleanup.policy", Subtract, Some("delete"))];
    assert_eq!(alter(internal, only, false), ok("cleanup.policy=compact"));
    let caching = |value| vec![op("write.caching", Set, Some(value))];
    let refused = alter(internal, caching("true"), false);
    assert_eq!(refused, (Some(ErrorCode::INVALID_CONFIG), "cleanup.policy=compact".to_string()));
    assert_eq!(alter("t", caching("disabled"), false).0, Some(ErrorCode::INVALID_CONFIG));
    assert_eq!(alter("t", caching("true"), false), ok("segment.ms=9 write.caching=true"));
    let missing = alter("no", vec![], false);
    assert_eq!(missing.0, Some(ErrorCode::UNKNOWN_TOPIC_OR_PARTITION));
}

#[test]
fn a_list_of_the_cluster_changes_from_what_it_is() {
    let key = "log.cleanup.policy";
    let present = BTreeMap::from([(key.to_string(), "compact".to_string())]);
    let none = BTreeMap::new();
    let append = [op(key, ConfigOpKind::Append, Some("delete"))];
    let longer = Scope::Cluster.change(&present, &append, &none).unwrap();
    assert_eq!(longer[key], "compact,delete");
    let subtract = [op(key, ConfigOpKind::Subtract, Some("compact"))];
    assert_eq!(Scope::Cluster.change(&longer, &subtract, &none).unwrap()[key], "delete");
}

/// Changes the cluster's properties or one node's; the error, and what the image then says is set
/// for node 1.
fn alter_broker(
    cluster: &mut Cluster,
    resource: ConfigResource,
    ops: Vec<ConfigOp>,
    (validate_only, replace): (bool, bool),
) -> (Option<ErrorCode>, String) {
    let changes = vec![ConfigChange { resource, ops }];
    let command = ControllerCommand::AlterConfigs { changes, validate_only, replace };
    let ControllerReply::Configs(mut results) = cluster.ok(command) else { panic!() };
    let image = cluster.state.image();
    let set = image.layers(Some(1)).node.iter().map(|(key, value)| format!("{key}={value}"));
    (results.remove(0).error.map(|e| e.code), set.collect::<Vec<_>>().join(" "))
}

#[test]
fn a_node_has_properties_of_its_own() {
    use ConfigOpKind::{Append, Delete, Set, Subtract};
    let mut cluster = Cluster::with_racks(&["-", "-"]);
    let mut alter = |resource, key: &str, kind, value: &str, how| {
        let value = (kind != Delete).then_some(value);
        alter_broker(&mut cluster, resource, vec![op(key, kind, value)], how)
    };
    let (now, whole, node) = ((false, false), ConfigResource::Cluster, ConfigResource::Node);
    let ok = |text: &str| (None, text.to_string());
    let bad = |text: &str| (Some(ErrorCode::INVALID_CONFIG), text.to_string());
    let policy = "log.cleanup.policy";
    assert_eq!(alter(whole.clone(), policy, Set, "compact", now), ok(""));
    assert_eq!(alter(node(0), "message.max.bytes", Set, "1", now), ok(""));
    assert_eq!(alter(node(1), "message.max.bytes", Set, "7", (true, false)), ok(""));
    assert_eq!(alter(node(1), "message.max.bytes", Set, "7", now), ok("message.max.bytes=7"));
    assert_eq!(alter(node(1), "message.max.bytes", Set, "x", now), bad("message.max.bytes=7"));
    assert_eq!(alter(node(1), "message.max.bytes", Append, "8", now), bad("message.max.bytes=7"));
    let both = "log.cleanup.policy=compact,delete message.max.bytes=7";
    assert_eq!(alter(node(1), policy, Append, "delete", now), ok(both), "to the cluster's");
    let less = "log.cleanup.policy=delete message.max.bytes=7";
    assert_eq!(alter(node(1), policy, Subtract, "compact", now), ok(less), "from its own");
    let rest = "log.cleanup.policy=delete";
    assert_eq!(alter(node(1), "message.max.bytes", Delete, "", now), ok(rest));
    let replaced = "log.retention.ms=5";
    assert_eq!(alter(node(1), "log.retention.ms", Set, "5", (false, true)), ok(replaced));
    let unknown = Some(ErrorCode::BROKER_ID_NOT_REGISTERED);
    assert_eq!(alter(node(9), "message.max.bytes", Set, "7", now), (unknown, replaced.into()));
    let saved = State::restore(&cluster.state.snapshot()).unwrap();
    assert_eq!(saved.image().layers(Some(1)).node["log.retention.ms"], "5");
    cluster.ok(ControllerCommand::UnregisterNode { node_id: 1 });
    assert!(cluster.state.image().layers(Some(1)).node.is_empty(), "they went with the node");
}

/// What nodes agree on is the same everywhere; what is in force is each node's own.
#[test]
fn a_nodes_properties_are_in_force_there() {
    let mut cluster = Cluster::with_racks(&["-", "-"]);
    cluster.state = cluster.state.on(1);
    let topics = vec![cluster.topic("t", 1, 1)];
    cluster.create(topics);
    let set = |cluster: &mut Cluster, resource, value: &str| {
        let ops = [("log.retention.ms", value), ("log.cleaner.backoff.ms", value)]
            .map(|(key, value)| op(key, ConfigOpKind::Set, Some(value)));
        assert_eq!(alter_broker(cluster, resource, ops.to_vec(), (false, false)).0, None);
    };
    let in_force = |state: &State| {
        let image = state.image();
        let retention_ms = image.topic("t").unwrap().config.retention_ms;
        assert_eq!(retention_ms, image.here().log_cleaner_backoff_ms);
        retention_ms
    };
    set(&mut cluster, ConfigResource::Cluster, "5");
    assert_eq!(in_force(&cluster.state), 5);
    set(&mut cluster, ConfigResource::Node(1), "7");
    assert_eq!(in_force(&cluster.state), 7);
    set(&mut cluster, ConfigResource::Node(0), "8");
    set(&mut cluster, ConfigResource::Cluster, "6");
    assert_eq!(in_force(&cluster.state), 7, "its own value counts first");
    let topic = cluster.topic("later", 1, 1);
    let described = cluster.create(vec![topic]).remove(0).configs;
    let entry = described.iter().find(|e| e.name == "retention.ms").unwrap();
    assert_eq!(entry.value, "6", "every node gives the same answer");
    let image = cluster.state.image();
    assert_eq!(image.topic("later").unwrap().config.retention_ms, 7);
    assert_eq!(image.cluster().log_cleaner_backoff_ms, 6);
    let restored = State::restore(&cluster.state.snapshot()).unwrap();
    assert_eq!(in_force(&restored), 6);
    assert_eq!(in_force(&restored.clone().on(0)), 8);
    assert_eq!(in_force(&restored.on(1)), 7);
}

#[test]
fn a_new_topic_takes_its_overrides() {
    let mut cluster = Cluster::with_racks(&["-"]);
    let mut topic = cluster.topic("t", 1, 1);
    topic.configs = vec![("max.message.bytes".into(), Some("1000".into()))];
    let result = cluster.create(vec![topic]).remove(0);
    let entry = result.configs.iter().find(|e| e.name == "max.message.bytes").unwrap();
    assert_eq!((entry.value.as_str(), entry.source), ("1000", ConfigSource::Topic));
    assert_eq!(cluster.state.image().topic("t").unwrap().config.max_message_bytes, 1000);
    for configs in [
        vec![("max.message.bytes".to_string(), None)],
        vec![("compression.type".to_string(), Some("rar".to_string()))],
        vec![
            ("retention.ms".to_string(), Some("1".to_string())),
            ("retention.ms".to_string(), Some("1".to_string())),
        ],
    ] {
        let bad = NewTopic { configs, ..cluster.topic("bad", 1, 1) };
        let error = cluster.create(vec![bad]).remove(0).error.unwrap();
        assert_eq!(error.code, ErrorCode::INVALID_CONFIG);
    }
}

#[test]
fn commands_of_a_newer_release_are_refused() {
    let command = ControllerCommand::AllocateProducerIds { node_id: 1 };
    let text = String::from_utf8(command.encode().to_vec()).unwrap();
    let newer = text.replace("\"v\":1", "\"v\":2");
    let code = |bytes: &[u8]| ControllerCommand::decode(bytes).unwrap_err().code;
    assert_eq!(code(newer.as_bytes()), ErrorCode::UNSUPPORTED_VERSION);
    for bad in ["", "{}", "[1]", "{\"v\":1,\"command\":{\"dance\":{}}}"] {
        assert_eq!(code(bad.as_bytes()), ErrorCode::INVALID_REQUEST, "{bad}");
    }
}

#[test]
fn an_index_is_applied_once() {
    let mut cluster = Cluster::with_racks(&["-"]);
    let command = ControllerCommand::AllocateProducerIds { node_id: 0 };
    let index = cluster.state.applied_index();
    assert!(cluster.state.apply(index, command.clone()).is_err());
    cluster.state.skip(index + 5);
    assert!(cluster.state.apply(index + 5, command.clone()).is_err());
    assert!(cluster.state.apply(index + 6, command).is_ok());
}

#[test]
fn a_damaged_snapshot_is_refused() {
    let good = Cluster::with_racks(&["a", "b"]).state.snapshot();
    assert!(State::restore(&good).is_ok());
    for end in 0..good.len() {
        assert!(State::restore(&good[..end]).is_err(), "cut at {end}");
    }
    for at in 0..good.len() {
        let mut bad = good.to_vec();
        bad[at] ^= 1;
        assert!(State::restore(&bad).is_err(), "flipped at {at}");
    }
    let mut newer = good.to_vec();
    newer[8] = 9;
    assert_eq!(State::restore(&newer).unwrap_err(), SnapshotError::Newer(9));
}

fn any_command() -> impl Strategy<Value = ControllerCommand> {
    let name = prop_oneof!["[a-c]{1,2}", "[a.b_]{1,3}"];
    let new_topic =
        (name.clone(), any::<u128>(), -2i32..9, -2i16..5).prop_map(|(n, id, p, f)| NewTopic {
            partitions: p,
            replication_factor: f,
            ..NewTopic::with_defaults(n, Uuid::from_u128(id))
        });
    let key = prop_oneof![Just("retention.ms"), Just("cleanup.policy"), Just("log.retention.ms")];
    let kind = prop_oneof![
        Just(ConfigOpKind::Set),
        Just(ConfigOpKind::Delete),
        Just(ConfigOpKind::Append)
    ];
    let resource = prop_oneof![
        2 => name.clone().prop_map(ConfigResource::Topic),
        1 => Just(ConfigResource::Cluster),
        1 => (0i32..3).prop_map(ConfigResource::Node),
    ];
    let change =
        (resource, key, kind, "[0-9]{1,4}|delete").prop_map(|(resource, key, kind, value)| {
            ConfigChange { resource, ops: vec![op(key, kind, Some(&value))] }
        });
    prop_oneof![
        4 => proptest::collection::vec(new_topic, 1..4).prop_map(|topics| {
            ControllerCommand::CreateTopics { topics, validate_only: false, avoid: vec![1] }
        }),
        2 => name.clone().prop_map(|n| ControllerCommand::DeleteTopics {
            topics: vec![TopicRef::Name(n)]
        }),
        2 => (name, 1i32..20).prop_map(|(name, total)| ControllerCommand::CreatePartitions {
            topics: vec![MorePartitions { name, total, assignments: vec![] }],
            validate_only: false,
            avoid: vec![],
        }),
        2 => change.prop_map(|c| ControllerCommand::AlterConfigs {
            changes: vec![c], validate_only: false, replace: false,
        }),
        1 => (0i32..5).prop_map(|id| ControllerCommand::RegisterNode(registration(id, None))),
        1 => (0i32..5, any::<bool>()).prop_map(|(node_id, on)| {
            ControllerCommand::SetMaintenance { node_id, on }
        }),
        1 => (0i32..5).prop_map(|node_id| ControllerCommand::UnregisterNode { node_id }),
        1 => Just(ControllerCommand::AllocateProducerIds { node_id: 0 }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, ..ProptestConfig::default() })]

    /// Two nodes that apply the same commands agree, also when one was restored half way, and
    /// whatever is in force on each of them.
    #[test]
    fn all_nodes_come_to_the_same_state(
        commands in proptest::collection::vec(any_command(), 1..40),
        restart_at in 0usize..40,
    ) {
        let start = Cluster::with_racks(&["a", "b", "-"]).state;
        let (mut one, mut two) = (start.clone().on(0), start.on(1));
        for (at, command) in commands.into_iter().enumerate() {
            if at == restart_at {
                two = State::restore(&two.snapshot()).unwrap().on(1);
            }
            let index = one.applied_index() + 1;
            prop_assert_eq!(one.apply(index, command.clone()), two.apply(index, command));
            check_maps(&one);
        }
        prop_assert_eq!(one.snapshot(), two.snapshot());
        let restored = State::restore(&one.snapshot()).unwrap().on(0);
        check_maps(&restored);
        let (a, b) = (one.image(), restored.image());
        prop_assert!(a.topics().eq(b.topics()), "effective configurations included");
        prop_assert_eq!(a.here(), b.here());
        prop_assert!(a.groups().eq(b.groups()));
    }
}

/// The maps say the same thing in both directions.
fn check_maps(state: &State) {
    let image = state.image();
    let partitions: usize = image.topics().map(|t| t.partitions.len()).sum();
    assert_eq!(image.groups().len(), partitions);
    for topic in image.topics() {
        assert_eq!(image.topic_by_id(topic.id).unwrap().name, topic.name);
        for (at, partition) in (0..).zip(&topic.partitions) {
            let (owner, index, _) = image.group(partition.group).unwrap();
            assert_eq!((&owner.name, index), (&topic.name, at));
            assert!(partition.group < image.next_group());
        }
    }
}
