//! Properties, determinism and snapshots.

use std::collections::BTreeMap;

use proptest::prelude::*;
use uuid::Uuid;

use super::super::command::{
    ConfigChange, ConfigOp, ConfigOpKind, ConfigResource, MorePartitions, NewTopic, TopicRef,
};
use super::super::error::ErrorCode;
use super::super::properties::{
    cluster_property, describe_cluster, describe_topic, ConfigSource, Honour, Scope, TopicConfig,
    CLUSTER, TOPIC,
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
    for table in [TOPIC, CLUSTER] {
        assert!(table.windows(2).all(|w| w[0].name < w[1].name), "sorted, each once");
    }
    let none = BTreeMap::new();
    assert_eq!(describe_topic(&none, &none).len(), TOPIC.len());
    let described = describe_cluster(&none);
    assert!(described.windows(2).all(|w| w[0].name < w[1].name), "sorted, each once");
}

#[test]
fn a_described_value_says_where_it_comes_from() {
    let topic = BTreeMap::from([("retention.ms".to_string(), "1".to_string())]);
    let cluster = BTreeMap::from([("log.retention.ms".to_string(), "2".to_string())]);
    let find = |topic: &BTreeMap<_, _>, cluster: &BTreeMap<_, _>| {
        let all = describe_topic(topic, cluster);
        all.into_iter().find(|e| e.name == "retention.ms").unwrap()
    };
    let none = BTreeMap::new();
    let entry = find(&topic, &cluster);
    assert_eq!((entry.value.as_str(), entry.source), ("1", ConfigSource::Topic));
    let places: Vec<_> = entry.synonyms.iter().map(|(k, v, _)| format!("{k}={v}")).collect();
    assert_eq!(places, ["retention.ms=1", "log.retention.ms=2", "log.retention.ms=604800000"]);
    assert_eq!(find(&none, &cluster).source, ConfigSource::Cluster);
    assert_eq!(find(&none, &none).source, ConfigSource::Default);
}

/// Kafka Streams' tests of purging set it, and read it back.
#[test]
fn an_internal_property_is_described_where_it_is_set() {
    let set = |pairs: &[(&str, &str)]| -> BTreeMap<String, String> {
        pairs.iter().map(|(key, value)| ((*key).into(), (*value).into())).collect()
    };
    let (none, cluster) = (BTreeMap::new(), set(&[("log.segment.bytes", "3000000")]));
    let small = set(&[("internal.segment.bytes", "2000"), ("segment.bytes", "1048576")]);
    let described = describe_topic(&small, &cluster);
    let entry = described.iter().find(|e| e.name == "internal.segment.bytes").unwrap();
    assert_eq!((entry.value.as_str(), entry.source), ("2000", ConfigSource::Topic));
    assert_eq!(entry.synonyms.len(), 1);
    assert_eq!(described.len(), TOPIC.len() + 1);
    assert_eq!(TopicConfig::effective(&small, &cluster).segment_bytes, 2000);
    assert_eq!(TopicConfig::effective(&none, &cluster).segment_bytes, 3_000_000);
    assert!(describe_topic(&none, &cluster).iter().all(|e| !e.name.starts_with("internal.")));
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
    let change = (name.clone(), any::<bool>(), key, kind, "[0-9]{1,4}|delete").prop_map(
        |(topic, of_cluster, key, kind, value)| ConfigChange {
            resource: if of_cluster {
                ConfigResource::Cluster
            } else {
                ConfigResource::Topic(topic)
            },
            ops: vec![op(key, kind, Some(&value))],
        },
    );
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

    /// Two nodes that apply the same commands agree, also when one was restored half way.
    #[test]
    fn all_nodes_come_to_the_same_state(
        commands in proptest::collection::vec(any_command(), 1..40),
        restart_at in 0usize..40,
    ) {
        let start = Cluster::with_racks(&["a", "b", "-"]).state;
        let (mut one, mut two) = (start.clone(), start);
        for (at, command) in commands.into_iter().enumerate() {
            if at == restart_at {
                two = State::restore(&two.snapshot()).unwrap();
            }
            let index = one.applied_index() + 1;
            prop_assert_eq!(one.apply(index, command.clone()), two.apply(index, command));
            check_maps(&one);
        }
        prop_assert_eq!(one.snapshot(), two.snapshot());
        let restored = State::restore(&one.snapshot()).unwrap();
        check_maps(&restored);
        let (a, b) = (one.image(), restored.image());
        prop_assert!(a.topics().eq(b.topics()), "effective configurations included");
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
