//! Offsets of transactions: unseen until the marker, then all or none, also from the log alone.

use std::collections::VecDeque;

use bytes::Bytes;
use headrace_groups::records::Record;
use headrace_groups::{
    Call, Config, Coordinator, Effect, Request, Response, TransactionalOffsets, WriteError,
};
use headrace_wire::marker::Marker;
use headrace_wire::messages::offset_commit::{
    OffsetCommitRequestPartition, OffsetCommitRequestTopic,
};
use headrace_wire::messages::offset_delete::{
    OffsetDeleteRequestPartition, OffsetDeleteRequestTopic,
};
use headrace_wire::messages::offset_fetch::{OffsetFetchRequestGroup, OffsetFetchRequestTopics};
use headrace_wire::messages::txn_offset_commit::{
    TxnOffsetCommitRequestPartition, TxnOffsetCommitRequestTopic,
};
use headrace_wire::messages::{
    ConsumerGroupHeartbeatRequest, OffsetCommitRequest, OffsetDeleteRequest, TxnOffsetCommitRequest,
};
use headrace_wire::ErrorCode;
use proptest::prelude::*;
use uuid::Uuid;

/// What the log got: a record, with the producer if it is part of a transaction, or a marker.
#[derive(Clone)]
enum Logged {
    Record(Option<i64>, Bytes, Option<Bytes>),
    Marker(Marker),
}

struct World {
    coordinator: Coordinator,
    log: Vec<Logged>,
    outcome: Result<(), WriteError>,
}

impl World {
    fn new() -> World {
        World {
            coordinator: Coordinator::new(Config::default(), 0),
            log: Vec::new(),
            outcome: Ok(()),
        }
    }

    fn ask(&mut self, request: Request) -> Response {
        let call = Call {
            token: 1,
            version: 5,
            client_id: String::new(),
            client_host: String::new(),
            uuid: Uuid::nil(),
        };
        let effects = self.coordinator.handle(1_000, call, request);
        self.follow(effects).expect("an answer")
    }

    /// Carries out what the coordinator wants; the last answer.
    fn follow(&mut self, effects: Vec<Effect>) -> Option<Response> {
        let mut todo = VecDeque::from(effects);
        let mut answer = None;
        while let Some(effect) = todo.pop_front() {
            let (write, outcome) = match effect {
                Effect::Reply { response, .. } => {
                    answer = Some(response);
                    continue;
                }
                Effect::AppendTransactional { write, producer_id, records, .. } => {
                    if self.outcome.is_ok() {
                        self.record(Some(producer_id), records);
                    }
                    (write, self.outcome)
                }
                Effect::AppendMarker { write, marker, .. } => {
                    if self.outcome.is_ok() {
                        self.log.push(Logged::Marker(marker));
                    }
                    (write, self.outcome)
                }
                Effect::Append { write, records } => {
                    self.record(None, records);
                    (write, Ok(()))
                }
            };
            todo.extend(self.coordinator.appended(1_000, write, outcome));
        }
        answer
    }

    fn record(&mut self, producer: Option<i64>, records: Vec<Record>) {
        self.log.extend(records.into_iter().map(|r| Logged::Record(producer, r.key, r.value)));
    }

    fn commit(&mut self, producer_id: i64, offset: i64, generation_id: i32) -> i16 {
        self.commit_to(0, producer_id, offset, generation_id)
    }

    fn commit_to(&mut self, partition: i32, producer_id: i64, offset: i64, generation: i32) -> i16 {
        let request = TxnOffsetCommitRequest {
            group_id: "g".into(),
            producer_id,
            generation_id: generation,
            topics: vec![TxnOffsetCommitRequestTopic {
                name: "t".into(),
                partitions: vec![TxnOffsetCommitRequestPartition {
                    partition_index: partition,
                    committed_offset: offset,
                    ..Default::default()
                }],
            }],
            ..Default::default()
        };
        let commit = TransactionalOffsets { request, topic_ids: Vec::new(), verified: None };
        match self.ask(Request::TxnOffsetCommit(commit)) {
            Response::TxnOffsetCommit(response) => response.topics[0].partitions[0].error_code,
            other => panic!("{other:?}"),
        }
    }

    fn end(&mut self, producer_id: i64, commit: bool) -> ErrorCode {
        let marker = Marker { producer_id, producer_epoch: 1, commit, coordinator_epoch: 0 };
        match self.ask(Request::EndTransaction { marker, second_protocol: true }) {
            Response::TransactionEnded(code) => code,
            other => panic!("{other:?}"),
        }
    }

    /// A commit outside of any transaction.
    fn commit_plainly(&mut self, partition: i32, offset: i64) -> i16 {
        let request = OffsetCommitRequest {
            group_id: "g".into(),
            generation_id_or_member_epoch: -1,
            retention_time_ms: -1,
            topics: vec![OffsetCommitRequestTopic {
                name: "t".into(),
                partitions: vec![OffsetCommitRequestPartition {
                    partition_index: partition,
                    committed_offset: offset,
                    ..Default::default()
                }],
                ..Default::default()
            }],
            ..Default::default()
        };
        match self.ask(Request::OffsetCommit(request)) {
            Response::OffsetCommit(response) => response.topics[0].partitions[0].error_code,
            other => panic!("{other:?}"),
        }
    }

    fn delete(&mut self) {
        let answer = self.ask(Request::Delete("g".into()));
        assert!(matches!(answer, Response::Delete(_)), "{answer:?}");
    }

    fn delete_offset(&mut self, partition: i32) -> i16 {
        let request = OffsetDeleteRequest {
            group_id: "g".into(),
            topics: vec![OffsetDeleteRequestTopic {
                name: "t".into(),
                partitions: vec![OffsetDeleteRequestPartition { partition_index: partition }],
            }],
        };
        match self.ask(Request::DeleteOffsets(request)) {
            Response::DeleteOffsets(response) if response.error_code != 0 => response.error_code,
            Response::DeleteOffsets(response) => response.topics[0].partitions[0].error_code,
            other => panic!("{other:?}"),
        }
    }

    fn fetch(&mut self, stable: bool) -> (i64, i16) {
        self.fetch_from(0, stable)
    }

    fn fetch_from(&mut self, partition: i32, stable: bool) -> (i64, i16) {
        let group = OffsetFetchRequestGroup {
            group_id: "g".into(),
            topics: Some(vec![OffsetFetchRequestTopics {
                name: "t".into(),
                partition_indexes: vec![partition],
                ..Default::default()
            }]),
            ..Default::default()
        };
        let request = match stable {
            true => Request::StableOffsetFetch(group),
            false => Request::OffsetFetch(group),
        };
        match self.ask(request) {
            Response::OffsetFetch(group) => {
                let found = &group.topics[0].partitions[0];
                (found.committed_offset, found.error_code)
            }
            other => panic!("{other:?}"),
        }
    }

    /// As compaction leaves the log: of each key the newest record that counts, before the first
    /// open transaction; markers stay.
    fn compact(&mut self) {
        let fate = |from: usize, producer: i64| {
            self.log[from..].iter().find_map(|logged| match logged {
                Logged::Marker(marker) if marker.producer_id == producer => Some(marker.commit),
                _ => None,
            })
        };
        let open = |at: &usize| match &self.log[*at] {
            Logged::Record(Some(producer), ..) => fate(*at, *producer).is_none(),
            _ => false,
        };
        let stable = (0..self.log.len()).find(open).unwrap_or(self.log.len());
        let counts = |at: usize| match &self.log[at] {
            Logged::Record(Some(producer), ..) => fate(at, *producer) == Some(true),
            Logged::Record(None, ..) => true,
            Logged::Marker(_) => false,
        };
        let key_of = |at: usize| match &self.log[at] {
            Logged::Record(_, key, _) => Some(key.clone()),
            Logged::Marker(_) => None,
        };
        let stays = |at: usize| match key_of(at) {
            Some(_) if at >= stable => true,
            Some(key) => {
                let newer = |later: usize| counts(later) && key_of(later).as_ref() == Some(&key);
                counts(at) && !(at + 1..stable).any(newer)
            }
            None => true,
        };
        let kept = (0..self.log.len()).filter(|&at| stays(at)).map(|at| self.log[at].clone());
        self.log = kept.collect();
    }

    /// The next coordinator, from the log alone.
    fn fail_over(&mut self) {
        self.coordinator = Coordinator::new(Config::default(), 0);
        for logged in &self.log {
            match logged {
                Logged::Record(producer, key, value) => {
                    let loaded = match producer {
                        Some(producer) => {
                            self.coordinator.load_open(*producer, key, value.as_deref())
                        }
                        None => self.coordinator.load(key, value.as_deref()),
                    };
                    loaded.expect("our own record");
                }
                Logged::Marker(marker) => self.coordinator.load_marker(marker),
            }
        }
        self.coordinator.loaded(2_000);
    }
}

const UNSTABLE: i16 = ErrorCode::UnstableOffsetCommit.code();

#[test]
fn offsets_are_seen_after_the_commit_marker_only() {
    let mut world = World::new();
    assert_eq!(world.commit(7, 10, -1), 0);
    assert_eq!(world.fetch(false), (-1, 0));
    assert_eq!(world.fetch(true), (-1, UNSTABLE));
    world.fail_over();
    assert_eq!(world.fetch(true), (-1, UNSTABLE), "the log knows that it is open");
    assert_eq!(world.end(7, true), ErrorCode::None);
    assert_eq!(world.fetch(true), (10, 0));
    assert_eq!(world.commit(7, 20, -1), 0);
    assert_eq!((world.fetch(false), world.fetch(true)), ((10, 0), (-1, UNSTABLE)));
    assert_eq!(world.end(8, true), ErrorCode::None, "another producer's");
    assert_eq!(world.fetch(true), (-1, UNSTABLE));
    assert_eq!(world.end(7, false), ErrorCode::None);
    assert_eq!(world.fetch(true), (10, 0), "aborted");
    world.fail_over();
    assert_eq!(world.fetch(true), (10, 0));
}

#[test]
fn refusals_leave_no_trace() {
    let mut world = World::new();
    assert_eq!(world.commit(7, 10, 3), ErrorCode::IllegalGeneration.code(), "no such group");
    world.outcome = Err(WriteError::Producer(ErrorCode::InvalidProducerEpoch));
    assert_eq!(world.commit(7, 10, -1), ErrorCode::InvalidProducerEpoch.code());
    assert_eq!(world.fetch(true), (-1, 0));
    world.outcome = Ok(());
    assert_eq!(world.commit(7, 10, -1), 0);
    world.outcome = Err(WriteError::NotAvailable);
    assert_eq!(world.end(7, true), ErrorCode::CoordinatorNotAvailable);
    assert_eq!(world.fetch(true), (-1, UNSTABLE), "it is to be written again");
}

/// A member of the newer protocol commits in its epoch or not at all (KIP-848).
#[test]
fn a_consumer_commits_in_its_epoch() {
    let mut world = World::new();
    let join = ConsumerGroupHeartbeatRequest {
        group_id: "g".into(),
        member_id: "m".into(),
        rebalance_timeout_ms: 60_000,
        subscribed_topic_names: Some(vec!["t".into()]),
        topic_partitions: Some(Vec::new()),
        ..Default::default()
    };
    let Response::ConsumerHeartbeat(joined) = world.ask(Request::ConsumerHeartbeat(join)) else {
        panic!("a heartbeat's answer");
    };
    assert_eq!((joined.error_code, joined.member_epoch), (0, 1));
    let mut commit = |member: &str, generation_id| {
        let request = TxnOffsetCommitRequest {
            group_id: "g".into(),
            producer_id: 1,
            generation_id,
            member_id: member.into(),
            topics: vec![TxnOffsetCommitRequestTopic {
                name: "t".into(),
                partitions: vec![Default::default()],
            }],
            ..Default::default()
        };
        let commit = TransactionalOffsets { request, topic_ids: Vec::new(), verified: None };
        let Response::TxnOffsetCommit(answer) = world.ask(Request::TxnOffsetCommit(commit)) else {
            panic!("a commit's answer");
        };
        answer.topics[0].partitions[0].error_code
    };
    assert_eq!(commit("m", 1), 0);
    assert_eq!(commit("", -1), 0, "nobody is named");
    assert_eq!(commit("m", 0), ErrorCode::IllegalGeneration.code());
    assert_eq!(commit("m", 2), ErrorCode::IllegalGeneration.code());
    assert_eq!(commit("other", 1), ErrorCode::UnknownMemberId.code());
}

/// The log's order decides, as in Apache Kafka, not that of the markers.
#[test]
fn a_later_commit_outlives_an_earlier_transaction() {
    let mut world = World::new();
    assert_eq!(world.commit(7, 10, -1), 0);
    assert_eq!(world.commit_plainly(0, 30), 0);
    assert_eq!((world.fetch(false), world.fetch(true)), ((30, 0), (-1, UNSTABLE)), "7 is open");
    assert_eq!(world.end(7, true), ErrorCode::None);
    assert_eq!(world.fetch(true), (30, 0));

    assert_eq!(world.commit(7, 40, -1), 0);
    assert_eq!(world.commit(8, 50, -1), 0);
    assert_eq!(world.end(8, true), ErrorCode::None);
    assert_eq!(world.end(7, true), ErrorCode::None);
    assert_eq!(world.fetch(true), (50, 0));

    assert_eq!(world.commit(7, 60, -1), 0);
    assert_eq!(world.commit_plainly(0, 50), 0, "the same as before, and yet the newest");
    assert_eq!(world.end(7, true), ErrorCode::None);
    assert_eq!(world.fetch(true), (50, 0));

    assert_eq!(world.commit(7, 70, -1), 0);
    world.delete();
    assert_eq!(world.end(7, true), ErrorCode::None);
    assert_eq!(world.fetch(true), (-1, 0), "it was deleted with its group");
}

/// A deletion counts for what open transactions have written so far, and for nothing after it.
#[test]
fn deleted_offsets_do_not_come_back_with_their_transaction() {
    let mut world = World::new();
    assert_eq!(world.delete_offset(0), ErrorCode::GroupIdNotFound.code());
    assert_eq!(world.commit_to(0, 7, 10, -1), 0);
    assert_eq!(world.commit_to(1, 7, 11, -1), 0);
    assert_eq!(world.delete_offset(0), 0, "a transaction alone has it");
    assert_eq!(world.fetch_from(0, true), (-1, 0), "nothing is open there");
    assert_eq!(world.fetch_from(1, true), (-1, UNSTABLE));
    world.fail_over();
    assert_eq!((world.fetch_from(0, true), world.fetch_from(1, true)), ((-1, 0), (-1, UNSTABLE)));
    assert_eq!(world.end(7, true), ErrorCode::None);
    assert_eq!((world.fetch_from(0, true), world.fetch_from(1, true)), ((-1, 0), (11, 0)));

    assert_eq!(world.commit(7, 20, -1), 0);
    assert_eq!(world.delete_offset(0), 0);
    assert_eq!(world.commit(7, 21, -1), 0);
    assert_eq!(world.end(7, true), ErrorCode::None);
    assert_eq!(world.fetch(true), (21, 0));

    assert_eq!(world.commit(7, 30, -1), 0);
    let effects = world.coordinator.topics_deleted(&[("t".to_owned(), Uuid::nil())]);
    world.follow(effects);
    assert_eq!(world.end(7, true), ErrorCode::None);
    assert_eq!(world.fetch(true), (-1, 0), "its topic is gone");
}

#[test]
fn an_offset_that_a_transaction_renews_does_not_expire() {
    let mut world = World::new();
    assert_eq!((world.commit_plainly(0, 10), world.commit_plainly(1, 11)), (0, 0));
    assert_eq!(world.commit(7, 20, -1), 0);
    let effects = world.coordinator.tick(1_000 + 2 * Config::default().offsets_retention_ms);
    world.follow(effects);
    assert_eq!((world.fetch_from(0, false), world.fetch_from(1, false)), ((10, 0), (-1, 0)));
    assert_eq!(world.end(7, true), ErrorCode::None);
    assert_eq!(world.fetch(true), (20, 0));
    let effects = world.coordinator.tick(1_000 + 4 * Config::default().offsets_retention_ms);
    world.follow(effects);
    assert_eq!(world.fetch(true), (-1, 0), "nobody renews it");
}

#[derive(Clone, Debug)]
enum Step {
    Transactional { producer: i64, partition: i32 },
    Plain { partition: i32 },
    End { producer: i64, commit: bool },
    DeleteOffset { partition: i32 },
    Delete,
}

fn step() -> impl Strategy<Value = Step> {
    let (producer, partition) = (1i64..4, 0i32..2);
    prop_oneof![
        4 => (producer.clone(), partition.clone())
            .prop_map(|(producer, partition)| Step::Transactional { producer, partition }),
        3 => partition.clone().prop_map(|partition| Step::Plain { partition }),
        1 => partition.prop_map(|partition| Step::DeleteOffset { partition }),
        3 => (producer, any::<bool>())
            .prop_map(|(producer, commit)| Step::End { producer, commit }),
        1 => Just(Step::Delete),
    ]
}

proptest! {
    /// A coordinator knows the same offsets whether it saw them committed, read the log, or read
    /// what compaction left of it.
    #[test]
    fn the_log_tells_all_compacted_or_not(steps in prop::collection::vec(step(), 1..40)) {
        let mut world = World::new();
        for (n, step) in steps.into_iter().enumerate() {
            let offset = n as i64;
            match step {
                Step::Transactional { producer, partition } => {
                    prop_assert_eq!(world.commit_to(partition, producer, offset, -1), 0);
                }
                Step::Plain { partition } => {
                    prop_assert_eq!(world.commit_plainly(partition, offset), 0);
                }
                Step::End { producer, commit } => {
                    prop_assert_eq!(world.end(producer, commit), ErrorCode::None);
                }
                Step::DeleteOffset { partition } => {
                    world.delete_offset(partition);
                }
                Step::Delete => world.delete(),
            }
        }
        let known = |world: &mut World| {
            let asked = [(0, false), (0, true), (1, false), (1, true)];
            asked.map(|(partition, stable)| world.fetch_from(partition, stable))
        };
        let seen = known(&mut world);
        world.fail_over();
        prop_assert_eq!(known(&mut world), seen, "from the log");
        world.compact();
        world.fail_over();
        prop_assert_eq!(known(&mut world), seen, "from the compacted log");
    }
}
