//! Offsets of transactions: unseen until the marker, then all or none, also from the log alone.

use bytes::Bytes;
use headrace_groups::{
    Call, Config, Coordinator, Effect, Request, Response, TransactionalOffsets, WriteError,
};
use headrace_wire::marker::Marker;
use headrace_wire::messages::offset_fetch::{OffsetFetchRequestGroup, OffsetFetchRequestTopics};
use headrace_wire::messages::txn_offset_commit::{
    TxnOffsetCommitRequestPartition, TxnOffsetCommitRequestTopic,
};
use headrace_wire::messages::{ConsumerGroupHeartbeatRequest, TxnOffsetCommitRequest};
use headrace_wire::ErrorCode;
use uuid::Uuid;

/// What the log got: a transaction's record, or a marker.
enum Logged {
    Record(i64, Bytes, Option<Bytes>),
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
        let mut effects = self.coordinator.handle(1_000, call, request);
        loop {
            match effects.pop().expect("an answer or a write") {
                Effect::Reply { response, .. } => return response,
                Effect::AppendTransactional { write, producer_id, records, .. } => {
                    if self.outcome.is_ok() {
                        let logged = |r: headrace_groups::records::Record| {
                            Logged::Record(producer_id, r.key, r.value)
                        };
                        self.log.extend(records.into_iter().map(logged));
                    }
                    effects = self.coordinator.appended(1_000, write, self.outcome);
                }
                Effect::AppendMarker { write, marker, .. } => {
                    self.log.push(Logged::Marker(marker));
                    effects = self.coordinator.appended(1_000, write, self.outcome);
                }
                Effect::Append { write, .. } => {
                    let outcome = Ok(());
                    effects = self.coordinator.appended(1_000, write, outcome);
                }
            }
        }
    }

    fn commit(&mut self, producer_id: i64, offset: i64, generation_id: i32) -> i16 {
        let request = TxnOffsetCommitRequest {
            group_id: "g".into(),
            producer_id,
            generation_id,
            topics: vec![TxnOffsetCommitRequestTopic {
                name: "t".into(),
                partitions: vec![TxnOffsetCommitRequestPartition {
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

    fn fetch(&mut self, stable: bool) -> (i64, i16) {
        let group = OffsetFetchRequestGroup {
            group_id: "g".into(),
            topics: Some(vec![OffsetFetchRequestTopics {
                name: "t".into(),
                partition_indexes: vec![0],
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

    /// The next coordinator, from the log alone.
    fn fail_over(&mut self) {
        self.coordinator = Coordinator::new(Config::default(), 0);
        for logged in &self.log {
            match logged {
                Logged::Record(producer, key, value) => {
                    let loaded = self.coordinator.load_open(*producer, key, value.as_deref());
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
