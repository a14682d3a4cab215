//! The language of the scenarios: one command a line, `label: verb group key=value …`.
//!
//! | command | |
//! |---|---|
//! | `at MS` | sets the clock and ticks |
//! | `L: join G …` | `v client member instance session rebalance type protocols=name:metadata,…` |
//! | `L: sync G …` | `v gen member instance type protocol assign=member:text,…` |
//! | `L: beat G …` | `v gen member instance` |
//! | `L: leave G …` | `v member` (v0 to v2) or `members=id,@instance,…` |
//! | `L: commit G …` | `v gen member instance retention ids`, then `topic-0=offset[/text] …` |
//! | `L: fetch G …` | `v member epoch`, then `topic-0 …`, nothing for all |
//! | `L: list` | `v states=a,b types=a,b` |
//! | `L: describe G`, `L: delete G` | `v` |
//! | `log auto`, `log hold` | appends succeed at once, or wait for the next three |
//! | `log ok`, `log fail`, `log lost`, `log large` | the oldest append's outcome |
//! | `L: consumer G …` | ConsumerGroupHeartbeat, see `consumers::request` |
//! | `L: consumers G` | ConsumerGroupDescribe |
//! | `L: forget G topic-0 …` | OffsetDelete |
//! | `topics deleted A,B` | the topics are gone |
//! | `cluster t=2 u=3` | the topics that there are, and their partitions |
//! | `failover` | another node takes over: resign, load the log, loaded |
//! | `config KEY=VALUE …` | a new, empty coordinator with these settings |
//!
//! `+t1+t2` as metadata is a subscription, `+t.0.1` as an assignment is partitions 0 and 1 of t.
//! Member ids end in a UUID that counts joins: `a#1` stands for client a's, made by join 1.

mod consumers;
mod show;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use bytes::Bytes;
use headrace_groups::records::Record;
use headrace_groups::{
    Call, Config, ConsumerConfig, Coordinator, Effect, MigrationPolicy, Request, WriteError,
    WriteId,
};
use headrace_wire::messages::join_group::JoinGroupRequestProtocol;
use headrace_wire::messages::leave_group::MemberIdentity;
use headrace_wire::messages::offset_commit::{
    OffsetCommitRequestPartition, OffsetCommitRequestTopic,
};
use headrace_wire::messages::offset_delete::{
    OffsetDeleteRequestPartition, OffsetDeleteRequestTopic,
};
use headrace_wire::messages::offset_fetch::{OffsetFetchRequestGroup, OffsetFetchRequestTopics};
use headrace_wire::messages::sync_group::SyncGroupRequestAssignment;
use headrace_wire::messages::{
    HeartbeatRequest, JoinGroupRequest, LeaveGroupRequest, OffsetCommitRequest,
    OffsetDeleteRequest, SyncGroupRequest,
};
use headrace_wire::{ErrorCode, Str};
use uuid::Uuid;

use consumers::Cluster;

/// A coordinator, its log and its clients.
pub struct Script {
    config: Config,
    coordinator: Coordinator,
    now_ms: i64,
    joins: u128,
    next_token: u64,
    labels: BTreeMap<u64, (String, i16)>,
    answered: BTreeSet<u64>,
    auto: bool,
    log: Vec<Record>,
    pending: VecDeque<(WriteId, Vec<Record>)>,
    out: Vec<String>,
}

/// The words after the verb, `key=value` or bare.
struct Words<'a>(Vec<&'a str>);

impl<'a> Words<'a> {
    fn get(&self, key: &str) -> Option<&'a str> {
        let mut pairs = self.0.iter().filter_map(|word| word.split_once('='));
        pairs.find(|(name, _)| *name == key).map(|(_, value)| value)
    }

    fn number<T: std::str::FromStr>(&self, key: &str, otherwise: T) -> T {
        match self.get(key) {
            None => otherwise,
            Some(text) => text.parse().unwrap_or_else(|_| panic!("{key}={text}")),
        }
    }

    fn list(&self, key: &str) -> Vec<&'a str> {
        self.get(key).unwrap_or_default().split(',').filter(|item| !item.is_empty()).collect()
    }
}

/// `a#1` as the coordinator writes it.
fn full_id(short: &str) -> String {
    match short.split_once('#') {
        None => short.to_owned(),
        Some((name, join)) => {
            format!("{name}-{}", Uuid::from_u128(join.parse().expect("join number")))
        }
    }
}

fn text(value: &str) -> Str {
    Str::from(value)
}

fn place(word: &str) -> (String, i32) {
    let (topic, index) = word.rsplit_once('-').expect("topic-partition");
    (topic.to_owned(), index.parse().expect("partition"))
}

impl Script {
    pub fn new() -> Self {
        let config = Config { initial_rebalance_delay_ms: 0, ..Config::default() };
        Script {
            coordinator: Coordinator::new(config.clone(), 0),
            config,
            now_ms: 0,
            joins: 0,
            next_token: 1,
            labels: BTreeMap::new(),
            answered: BTreeSet::new(),
            auto: true,
            log: Vec::new(),
            pending: VecDeque::new(),
            out: Vec::new(),
        }
    }

    /// Runs one command; returns what it led to, one line each.
    pub fn run(&mut self, line: &str) -> Vec<String> {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words[..] {
            ["at", ms] => {
                self.now_ms = ms.parse().expect("ms");
                let effects = self.coordinator.tick(self.now_ms);
                self.take(effects);
            }
            ["log", mode @ ("auto" | "hold")] => self.auto = mode == "auto",
            ["log", outcome] => self.append_ends(match outcome {
                "ok" => Ok(()),
                "fail" => Err(WriteError::NotAvailable),
                "lost" => Err(WriteError::NotCoordinator),
                "large" => Err(WriteError::TooLarge),
                other => panic!("no such outcome: {other}"),
            }),
            ["topics", "deleted", names] => {
                let topics = names.split(',').map(|name| (name.to_owned(), Uuid::nil()));
                let effects = self.coordinator.topics_deleted(&topics.collect::<Vec<_>>());
                self.take(effects);
            }
            ["cluster", ref topics @ ..] => {
                let sizes = topics.iter().map(|topic| {
                    let (name, count) = topic.split_once('=').expect("topic=partitions");
                    (name.to_owned(), count.parse().expect("partitions"))
                });
                self.config.topics = Arc::new(Cluster(sizes.collect()));
                self.coordinator.configure(self.config.clone());
            }
            ["failover"] => self.fail_over(),
            ["config", ..] => self.configure(&Words(words)),
            [label, verb, ..] if label.ends_with(':') => {
                let label = label.trim_end_matches(':');
                self.request(label, verb, &Words(words[2..].to_vec()));
            }
            _ => panic!("not a command: {line}"),
        }
        std::mem::take(&mut self.out)
    }

    /// At the end nobody may be left without an answer.
    pub fn finish(&mut self) {
        let effects = self.coordinator.resign(ErrorCode::NotCoordinator);
        self.take(effects);
        let unanswered: Vec<_> =
            self.labels.iter().filter(|(token, _)| !self.answered.contains(token)).collect();
        assert!(unanswered.is_empty(), "without an answer: {unanswered:?}");
    }

    fn configure(&mut self, words: &Words) {
        self.config = Config {
            initial_rebalance_delay_ms: words.number("initial_delay", 0),
            max_group_members: words.number("max_size", usize::MAX),
            offsets_retention_ms: words.number("retention", 604_800_000),
            offsets_retention_check_interval_ms: words.number("check", 600_000),
            offset_metadata_max_bytes: words.number("metadata", 4_096),
            consumer: ConsumerConfig {
                max_size: words.number("consumers", usize::MAX),
                migration: MigrationPolicy::named(
                    words.get("migration").unwrap_or("bidirectional"),
                )
                .expect("a policy"),
                ..ConsumerConfig::default()
            },
            ..Config::default()
        };
        self.coordinator = Coordinator::new(self.config.clone(), self.now_ms);
        self.log.clear();
    }

    fn fail_over(&mut self) {
        let effects = self.coordinator.resign(ErrorCode::NotCoordinator);
        self.take(effects);
        self.pending.clear();
        self.coordinator = Coordinator::new(self.config.clone(), self.now_ms);
        for record in &self.log {
            self.coordinator.load(&record.key, record.value.as_deref()).expect("our own record");
        }
        let effects = self.coordinator.loaded(self.now_ms);
        self.take(effects);
    }

    fn request(&mut self, label: &str, verb: &str, words: &Words) {
        let group = words.0.first().copied().unwrap_or_default();
        let group = if group == "\"\"" { "" } else { group };
        let version: i16 = words.number("v", default_version(verb));
        let request = match verb {
            "join" => self.join(group, words),
            "sync" => sync(group, words),
            "beat" => beat(group, words),
            "leave" => leave(group, words),
            "commit" => commit(group, words),
            "fetch" => fetch(group, words),
            "list" => Request::List {
                states: words.list("states").into_iter().map(str::to_owned).collect(),
                types: words.list("types").into_iter().map(str::to_owned).collect(),
            },
            "describe" => Request::Describe(group.to_owned()),
            "delete" => Request::Delete(group.to_owned()),
            "consumer" => {
                self.joins += 1;
                consumers::request(group, words)
            }
            "consumers" => Request::DescribeConsumers(group.to_owned()),
            "forget" => forget(group, words),
            other => panic!("no such request: {other}"),
        };
        let client = label.trim_end_matches(|c: char| c.is_ascii_digit());
        let token = self.next_token;
        self.next_token += 1;
        self.labels.insert(token, (label.to_owned(), version));
        let call = Call {
            token,
            version,
            client_id: client.to_owned(),
            client_host: "/127.0.0.1".to_owned(),
            uuid: Uuid::from_u128(self.joins),
        };
        let effects = self.coordinator.handle(self.now_ms, call, request);
        self.take(effects);
    }

    fn join(&mut self, group: &str, words: &Words) -> Request {
        self.joins += 1;
        let protocols = words.get("protocols").unwrap_or("range:m").split(',');
        let protocols = protocols.filter(|item| !item.is_empty()).map(|item| {
            let (name, metadata) = item.split_once(':').unwrap_or((item, "m"));
            JoinGroupRequestProtocol { name: text(name), metadata: subscription(metadata) }
        });
        Request::Join(JoinGroupRequest {
            group_id: text(group),
            session_timeout_ms: words.number("session", 10_000),
            rebalance_timeout_ms: words.number("rebalance", 60_000),
            member_id: text(&full_id(words.get("member").unwrap_or_default())),
            group_instance_id: words.get("instance").map(text),
            protocol_type: text(words.get("type").unwrap_or("consumer")),
            protocols: protocols.collect(),
            ..Default::default()
        })
    }

    /// Notes effects; in auto mode appends end well at once.
    fn take(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                other @ (Effect::AppendTransactional { .. } | Effect::AppendMarker { .. }) => {
                    unreachable!("no transaction is asked for: {other:?}")
                }
                Effect::Reply { token, response } => {
                    assert!(self.answered.insert(token), "token {token} was answered twice");
                    let (label, version) = &self.labels[&token];
                    let shown = show::response(&response, *version);
                    self.out.push(format!("{label} <- {shown}"));
                }
                Effect::Append { write, records } => {
                    assert!(!records.is_empty());
                    self.out.extend(records.iter().map(show::record));
                    self.pending.push_back((write, records));
                }
            }
        }
        if self.auto && !self.pending.is_empty() {
            self.append_ends(Ok(()));
        }
    }

    fn append_ends(&mut self, outcome: Result<(), WriteError>) {
        let (write, records) = self.pending.pop_front().expect("an append waits");
        if outcome.is_ok() {
            self.log.extend(records);
        }
        let effects = self.coordinator.appended(self.now_ms, write, outcome);
        self.take(effects);
    }
}

/// `+t1+t2` is a real consumer subscription to t1 and t2, anything else opaque bytes.
fn subscription(word: &str) -> Bytes {
    let Some(topics) = word.strip_prefix('+') else {
        return Bytes::copy_from_slice(word.as_bytes());
    };
    let topics: Vec<&str> = topics.split('+').collect();
    let mut out = vec![0, 0];
    out.extend(u32::try_from(topics.len()).expect("few").to_be_bytes());
    for topic in topics {
        out.extend(u16::try_from(topic.len()).expect("short").to_be_bytes());
        out.extend(topic.as_bytes());
    }
    out.extend((-1i32).to_be_bytes()); // no user data
    Bytes::from(out)
}

fn default_version(verb: &str) -> i16 {
    match verb {
        "join" => 9,
        "sync" | "leave" | "list" => 5,
        "beat" => 4,
        "commit" | "fetch" => 9,
        "describe" => 6,
        "consumer" | "consumers" => 1,
        "forget" => 0,
        _ => 2,
    }
}

fn sync(group: &str, words: &Words) -> Request {
    let assignments = words.list("assign").into_iter().map(|item| {
        let (member, text) = item.split_once(':').expect("member:text");
        SyncGroupRequestAssignment {
            member_id: full_id(member).into(),
            assignment: consumers::assignment(text),
        }
    });
    Request::Sync(SyncGroupRequest {
        group_id: text(group),
        generation_id: words.number("gen", -1),
        member_id: full_id(words.get("member").unwrap_or_default()).into(),
        group_instance_id: words.get("instance").map(text),
        protocol_type: words.get("type").map(text),
        protocol_name: words.get("protocol").map(text),
        assignments: assignments.collect(),
    })
}

fn beat(group: &str, words: &Words) -> Request {
    Request::Heartbeat(HeartbeatRequest {
        group_id: text(group),
        generation_id: words.number("gen", -1),
        member_id: full_id(words.get("member").unwrap_or_default()).into(),
        group_instance_id: words.get("instance").map(text),
    })
}

fn leave(group: &str, words: &Words) -> Request {
    let members = words.list("members").into_iter().map(|item| {
        let (member, instance) = match item.split_once('@') {
            Some((member, instance)) => (member, Some(text(instance))),
            None => (item, None),
        };
        MemberIdentity {
            member_id: full_id(member).into(),
            group_instance_id: instance,
            ..Default::default()
        }
    });
    Request::Leave(LeaveGroupRequest {
        group_id: text(group),
        member_id: full_id(words.get("member").unwrap_or_default()).into(),
        members: members.collect(),
    })
}

fn commit(group: &str, words: &Words) -> Request {
    let offsets = words.0.iter().filter_map(|word| word.split_once('='));
    let offsets = offsets.filter(|(name, _)| name.contains('-'));
    let ids = words.get("ids").is_some();
    let topics = offsets.map(|(name, value)| {
        let (topic, index) = place(name);
        let (offset, metadata) = match value.split_once('/') {
            Some((offset, metadata)) => (offset, Some(text(metadata))),
            None => (value, None),
        };
        OffsetCommitRequestTopic {
            topic_id: if ids { consumers::id_of(&topic) } else { Uuid::nil() },
            name: topic.into(),
            partitions: vec![OffsetCommitRequestPartition {
                partition_index: index,
                committed_offset: offset.parse().expect("offset"),
                committed_leader_epoch: 3,
                committed_metadata: metadata,
            }],
        }
    });
    Request::OffsetCommit(OffsetCommitRequest {
        group_id: text(group),
        generation_id_or_member_epoch: words.number("gen", -1),
        member_id: full_id(words.get("member").unwrap_or_default()).into(),
        group_instance_id: words.get("instance").map(text),
        retention_time_ms: words.number("retention", -1),
        topics: topics.collect(),
    })
}

fn fetch(group: &str, words: &Words) -> Request {
    let asked = words.0.iter().skip(1).filter(|word| !word.contains('='));
    let topics: Vec<_> = asked
        .map(|word| {
            let (topic, index) = place(word);
            OffsetFetchRequestTopics {
                name: topic.into(),
                partition_indexes: vec![index],
                ..Default::default()
            }
        })
        .collect();
    Request::OffsetFetch(OffsetFetchRequestGroup {
        group_id: text(group),
        member_id: words.get("member").map(text),
        member_epoch: words.number("epoch", -1),
        topics: (!topics.is_empty()).then_some(topics),
    })
}

fn forget(group: &str, words: &Words) -> Request {
    let topics = words.0.iter().skip(1).map(|word| {
        let (topic, partition_index) = place(word);
        OffsetDeleteRequestTopic {
            name: topic.into(),
            partitions: vec![OffsetDeleteRequestPartition { partition_index }],
        }
    });
    Request::DeleteOffsets(OffsetDeleteRequest { group_id: text(group), topics: topics.collect() })
}
