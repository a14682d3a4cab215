//! A host on a log that fails on demand: the rules of the README, without a cluster.

use std::future::Future;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use headrace_cluster::{PartitionError, ProducerRules};
use headrace_env::Clock;
use headrace_groups::{Config, Request, Response};
use headrace_wire::batch::{stamp, BatchHeader};
use headrace_wire::messages::join_group::JoinGroupRequestProtocol;
use headrace_wire::messages::offset_commit::{
    OffsetCommitRequestPartition, OffsetCommitRequestTopic,
};
use headrace_wire::messages::offset_fetch::OffsetFetchRequestGroup;
use headrace_wire::messages::{JoinGroupRequest, OffsetCommitRequest};
use headrace_wire::ErrorCode;
use tokio::runtime::Handle;
use tokio::sync::{oneshot, watch};
use uuid::Uuid;

use super::groups::Ask;
use super::host::{Job, Parts, Settings};
use super::log::{Chunk, Outcome, TopicLog};

type Host = super::host::Host<headrace_groups::Coordinator>;

static NEXT_ID: AtomicU64 = AtomicU64::new(1);

/// What the log does with appends.
#[derive(Clone, Debug, PartialEq)]
enum Mode {
    Accept,
    /// Answers only when the mode changes, then as that says.
    Hold,
    /// Appends nothing.
    Refuse(PartitionError),
    /// Appends and does not say so.
    Lose(PartitionError),
}

#[derive(Clone)]
struct FakeLog {
    batches: Arc<Mutex<Vec<Bytes>>>,
    mode: watch::Sender<Mode>,
    readable: Arc<AtomicBool>,
}

impl FakeLog {
    fn new() -> Self {
        FakeLog {
            batches: Arc::default(),
            mode: watch::channel(Mode::Accept).0,
            readable: Arc::new(AtomicBool::new(true)),
        }
    }

    fn set(&self, mode: Mode) {
        self.mode.send_replace(mode);
    }

    fn end(&self) -> i64 {
        let batches = self.batches.lock().expect("no panic");
        batches.last().map_or(0, |batch| BatchHeader::parse(batch).expect("sound").next_offset())
    }

    fn len(&self) -> usize {
        self.batches.lock().expect("no panic").len()
    }

    fn put(&self, batch: &Bytes) {
        let mut batch = batch.to_vec();
        stamp(&mut batch, self.end(), 1);
        self.batches.lock().expect("no panic").push(batch.into());
    }
}

impl TopicLog for FakeLog {
    fn append(&self, batch: Bytes, _: ProducerRules) -> Outcome {
        BatchHeader::parse(&batch).and_then(|h| h.verify_crc(&batch)).expect("a sealed batch");
        let (log, mut mode) = (self.clone(), self.mode.subscribe());
        Box::pin(async move {
            let now = mode.wait_for(|mode| *mode != Mode::Hold).await.expect("open").clone();
            match now {
                Mode::Accept => {
                    log.put(&batch);
                    Ok(())
                }
                Mode::Refuse(error) => Err(error),
                Mode::Lose(error) => {
                    log.put(&batch);
                    Err(error)
                }
                Mode::Hold => unreachable!("waited for another"),
            }
        })
    }

    fn read(&self, offset: i64, _max_bytes: usize) -> Result<Chunk, PartitionError> {
        while !self.readable.load(Ordering::Acquire) {
            std::thread::sleep(Duration::from_millis(2));
        }
        let batches = self.batches.lock().expect("no panic");
        let header = |batch: &Bytes| BatchHeader::parse(batch).expect("sound");
        let found = batches.iter().find(|batch| header(batch).next_offset() > offset);
        let next_offset = found.map_or(offset, |batch| header(batch).next_offset());
        Ok(Chunk { batches: found.cloned().into_iter().collect(), next_offset })
    }

    fn bounds(&self) -> (i64, i64) {
        (0, self.end())
    }
}

struct Fixed(Option<Config>);

impl Settings<headrace_groups::Coordinator> for Fixed {
    fn changed(&mut self) -> Option<Config> {
        self.0.take()
    }
}

fn clock() -> Arc<dyn Clock> {
    headrace_env::real().clock
}

fn start(log: &FakeLog, epoch: i32, previous: Option<Host>) -> Host {
    let config = Config { initial_rebalance_delay_ms: 0, ..Config::default() };
    let parts = Parts {
        partition: 0,
        epoch,
        log: log.clone(),
        settings: Fixed(Some(config)),
        clock: clock(),
        worker: Arc::new(|_, work| match work {}),
        max_batch_bytes: 4_096,
    };
    Host::start(parts, previous, &Handle::current())
}

/// Waits for `condition`, for at most 10 s.
async fn until(what: &str, condition: impl Fn() -> bool) {
    for _ in 0..2_000 {
        if condition() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("never: {what}");
}

async fn ready(host: &Host) {
    until("loaded", || host.jobs().is_ok()).await;
}

/// Sends at once, in the order of the calls; the future is the answer, none when it was dropped.
fn ask(host: &Host, request: Request) -> impl Future<Output = Option<Response>> {
    let (answer, answered) = oneshot::channel();
    let ask = Ask {
        version: 3,
        client_id: "c".to_owned(),
        client_host: "/127.0.0.1".to_owned(),
        uuid: Uuid::from_u128(NEXT_ID.fetch_add(1, Ordering::Relaxed).into()),
        request,
    };
    let jobs = host.jobs().expect("ready");
    let sent = jobs.try_send(Job::Ask(Box::new(ask), answer));
    async move {
        sent.ok()?;
        answered.await.ok()
    }
}

fn commit(offset: i64, metadata: &str) -> Request {
    Request::OffsetCommit(OffsetCommitRequest {
        group_id: "g".into(),
        generation_id_or_member_epoch: -1,
        retention_time_ms: -1,
        topics: vec![OffsetCommitRequestTopic {
            name: "t".into(),
            partitions: vec![OffsetCommitRequestPartition {
                committed_offset: offset,
                committed_metadata: Some(metadata.into()),
                ..Default::default()
            }],
            ..Default::default()
        }],
        ..Default::default()
    })
}

fn join() -> Request {
    Request::Join(JoinGroupRequest {
        group_id: "g".into(),
        session_timeout_ms: 10_000,
        rebalance_timeout_ms: 60_000,
        protocol_type: "consumer".into(),
        protocols: vec![JoinGroupRequestProtocol { name: "range".into(), ..Default::default() }],
        ..Default::default()
    })
}

fn code(response: Option<Response>) -> ErrorCode {
    let raw = match response.expect("an answer") {
        Response::OffsetCommit(response) => response.topics[0].partitions[0].error_code,
        Response::Join(response) => response.error_code,
        other => panic!("{other:?}"),
    };
    ErrorCode::try_from(raw).expect("known")
}

async fn committed(host: &Host) -> i64 {
    let request = OffsetFetchRequestGroup { group_id: "g".into(), ..Default::default() };
    match ask(host, Request::OffsetFetch(request)).await.expect("an answer") {
        Response::OffsetFetch(group) => {
            group.topics.first().map_or(-1, |topic| topic.partitions[0].committed_offset)
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_log_alone_makes_the_next_coordinator() {
    let log = FakeLog::new();
    let first = start(&log, 1, None);
    ready(&first).await;
    for offset in 1..=20 {
        assert_eq!(code(ask(&first, commit(offset, "")).await), ErrorCode::None);
    }
    let second = start(&log, 2, Some(first));
    ready(&second).await;
    assert_eq!(committed(&second).await, 20);
    second.stop();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_served_before_the_log_is_read() {
    let log = FakeLog::new();
    let first = start(&log, 1, None);
    ready(&first).await;
    assert_eq!(code(ask(&first, commit(5, "")).await), ErrorCode::None);
    log.readable.store(false, Ordering::Release);
    let second = start(&log, 2, Some(first));
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert_eq!(second.jobs().err(), Some(ErrorCode::CoordinatorLoadInProgress));
    log.readable.store(true, Ordering::Release);
    ready(&second).await;
    assert_eq!(committed(&second).await, 5);
    second.stop();
    assert_eq!(second.jobs().err(), Some(ErrorCode::NotCoordinator));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refused_append_is_an_error_and_changes_nothing() {
    let log = FakeLog::new();
    let host = start(&log, 1, None);
    ready(&host).await;
    assert_eq!(code(ask(&host, commit(1, "")).await), ErrorCode::None);
    log.set(Mode::Refuse(PartitionError::NotEnoughReplicas));
    let answer = ask(&host, commit(2, "")).await;
    assert_eq!(code(answer), ErrorCode::CoordinatorNotAvailable);
    assert_eq!(committed(&host).await, 1);
    log.set(Mode::Accept);
    assert_eq!(code(ask(&host, commit(3, "")).await), ErrorCode::None);
    assert_eq!(committed(&host).await, 3);
    // Metadata may have 4096 bytes, and the batch here as many in all.
    let answer = ask(&host, commit(4, &"m".repeat(4_090))).await;
    assert_eq!(code(answer), ErrorCode::InvalidCommitOffsetSize);
    assert_eq!(committed(&host).await, 3);
    host.stop();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_append_of_unknown_fate_ends_the_coordinator() {
    for error in [PartitionError::TimedOut, PartitionError::NotLeader { leader: None }] {
        let log = FakeLog::new();
        let host = start(&log, 1, None);
        ready(&host).await;
        log.set(Mode::Lose(error));
        let waiting = ask(&host, commit(7, ""));
        assert_eq!(code(waiting.await), ErrorCode::NotCoordinator);
        until("over", || host.is_over()).await;
        log.set(Mode::Accept);
        let next = start(&log, 1, Some(host));
        ready(&next).await;
        assert_eq!(committed(&next).await, 7, "it was written after all");
        next.stop();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn commits_that_wait_share_a_batch_and_keep_their_order() {
    let log = FakeLog::new();
    let host = start(&log, 1, None);
    ready(&host).await;
    log.set(Mode::Hold);
    let answers: Vec<_> = (1..=200).map(|offset| ask(&host, commit(offset, ""))).collect();
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert_eq!(committed(&host).await, -1, "nothing is durable, so nothing is visible");
    log.set(Mode::Accept);
    for answer in answers {
        assert_eq!(code(answer.await), ErrorCode::None);
    }
    assert_eq!(committed(&host).await, 200);
    assert_eq!(log.end(), 200);
    assert!(log.len() < 50, "{} batches", log.len());
    host.stop();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_waits_is_answered_when_the_coordinator_goes() {
    let log = FakeLog::new();
    let host = start(&log, 1, None);
    ready(&host).await;
    assert_eq!(code(ask(&host, join()).await), ErrorCode::None);
    // The first member never rejoins, so the second waits for the rebalance.
    let waiting = ask(&host, join());
    log.set(Mode::Hold);
    let commits = ask(&host, commit(1, ""));
    tokio::time::sleep(Duration::from_millis(50)).await;
    host.stop();
    assert_eq!(code(waiting.await), ErrorCode::NotCoordinator);
    // A simple commit into a group with members is refused at once.
    assert_eq!(code(commits.await), ErrorCode::UnknownMemberId);
    until("over", || host.is_over()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_next_coordinator_waits_for_appends_under_way() {
    let log = FakeLog::new();
    let first = start(&log, 1, None);
    ready(&first).await;
    log.set(Mode::Hold);
    let waiting = ask(&first, commit(9, ""));
    tokio::time::sleep(Duration::from_millis(50)).await;
    let second = start(&log, 2, Some(first));
    assert_eq!(code(waiting.await), ErrorCode::NotCoordinator);
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert_eq!(second.jobs().err(), Some(ErrorCode::CoordinatorLoadInProgress));
    log.set(Mode::Accept);
    ready(&second).await;
    assert_eq!(committed(&second).await, 9);
    second.stop();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn deleted_topics_take_their_offsets_with_them() {
    let log = FakeLog::new();
    let host = start(&log, 1, None);
    ready(&host).await;
    assert_eq!(code(ask(&host, commit(9, "")).await), ErrorCode::None);
    let gone = vec![("t".to_owned(), Uuid::from_u128(3))];
    host.queue().send(Job::News(gone)).await.expect("open");
    until("a tombstone", || log.end() == 2).await;
    assert_eq!(committed(&host).await, -1);
    host.stop();
}
