//! Instructions of fixed workloads, as Callgrind counts them: the same on a busy machine and on an
//! idle one, so `make test` can hold them (bench/instructions.py).
//!
//! `produce` drives three shards in this thread over a simulated disk and no network: each batch
//! is replicated, written and acknowledged as `acks=all` asks. `fetch` reads it back on the
//! leader. `codec` reads and writes the frames that carry batches.

// The macros make modules without a text.
#![allow(missing_docs)]

use std::collections::VecDeque;
use std::hint::black_box;
use std::path::PathBuf;
use std::sync::Arc;

use bytes::Bytes;
use gungraun::{library_benchmark, library_benchmark_group, main};
use headrace_cluster::shard::{Input, NewReplica, Shard, ShardConfig};
use headrace_cluster::{
    Acks, AppendOptions, Appended, GroupId, Metrics, NodeId, PartitionConfig, PartitionError,
};
use headrace_env::sim::SimEnv;
use headrace_log::{GroupLog, LogConfig, StoreConfig};
use headrace_raft::{decode_message, ConfState, FrameReader};
use headrace_wire::messages::fetch::{FetchableTopicResponse, PartitionData};
use headrace_wire::messages::produce::{PartitionProduceData, TopicProduceData};
use headrace_wire::messages::{FetchResponse, ProduceRequest};
use headrace_wire::records::{BatchBuilder, Records};
use tokio::sync::oneshot;
use uuid::Uuid;

// As in the product, but for what depends on the time.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

/// What jemalloc reads when it starts.
#[allow(non_upper_case_globals)]
#[export_name = "_rjem_malloc_conf"]
pub static malloc_conf: &[u8; 36] = b"dirty_decay_ms:-1,muzzy_decay_ms:-1\0";

const GROUP: GroupId = 1;
const NODES: NodeId = 3;
const TICK_MS: i64 = 10;
const BATCHES: usize = 200;
/// A fetch of a consumer with defaults.
const FETCH_BYTES: usize = 1 << 20;
const PARTITIONS: i32 = 64;
const PRODUCE_VERSION: i16 = 12;
const FETCH_VERSION: i16 = 16;

/// A batch of `records` records of 100 bytes.
fn batch(records: i64) -> Bytes {
    let mut builder = BatchBuilder::new();
    for n in 0..records {
        builder.push(n, Some(&n.to_be_bytes()), Some(&[b'x'; 100]), &[]);
    }
    builder.build().expect("it is small")
}

/// Three replicas of one partition.
struct Trio {
    nodes: Vec<(SimEnv, Shard)>,
    now_ms: i64,
}

impl Trio {
    fn new() -> Trio {
        let mut trio = Trio { nodes: (0..NODES).map(open).collect(), now_ms: 0 };
        while !trio.nodes[0].1.status(GROUP).is_some_and(|status| status.established) {
            trio.now_ms += TICK_MS;
            let now_ms = trio.now_ms;
            trio.nodes.iter_mut().for_each(|(_, shard)| shard.tick(now_ms));
            trio.settle();
        }
        trio
    }

    /// Turns, writes and messages, until nothing is left to do.
    fn settle(&mut self) {
        let mut frames = VecDeque::new();
        loop {
            let mut quiet = true;
            for (from, (_, shard)) in (0..NODES).zip(&mut self.nodes) {
                let turn = shard.turn();
                quiet &= !turn.again;
                frames.extend(turn.frames.into_iter().map(|(to, parts)| (from, to, parts)));
                if let Some(mut job) = turn.checkpoint {
                    job.run();
                    shard.handle(Input::CheckpointDone(job), self.now_ms);
                }
                if let Some(round) = turn.round {
                    quiet = false;
                    let result = round.write_and_sync().map_err(|e| e.to_string());
                    shard.handle(Input::RoundDone { seq: round.seq(), result }, self.now_ms);
                }
            }
            while let Some((from, to, parts)) = frames.pop_front() {
                quiet = false;
                self.deliver(from, to, Bytes::from(parts.concat()));
            }
            if quiet {
                return;
            }
        }
    }

    fn deliver(&mut self, from: NodeId, to: NodeId, frame: Bytes) {
        let (bytes, mut input, mut messages) = (frame.len(), FrameReader::new(frame), Vec::new());
        while input.remaining() > 0 {
            messages.push(decode_message(&mut input).expect("it was just written"));
        }
        let shard = &mut self.nodes[usize::try_from(to).expect("an id")].1;
        shard.handle(Input::Peer { from, messages, bytes }, self.now_ms);
    }

    fn append(&mut self, batch: Bytes) -> oneshot::Receiver<Result<Appended, PartitionError>> {
        let (reply, answer) = oneshot::channel();
        let options = AppendOptions::new(Acks::All);
        let input = Input::Append { group: GROUP, batch, options, reply };
        self.nodes[0].1.handle(input, self.now_ms);
        answer
    }

    /// All batches at once, or each when the one before is acknowledged.
    fn produce(&mut self, batches: Vec<Bytes>, at_once: bool) {
        let mut answers = Vec::with_capacity(batches.len());
        for batch in batches {
            answers.push(self.append(batch));
            if !at_once {
                self.settle();
            }
        }
        self.settle();
        for mut answer in answers {
            answer.try_recv().expect("an answer").expect("an acknowledgement");
        }
    }
}

fn open(id: NodeId) -> (SimEnv, Shard) {
    let env = SimEnv::new(u64::try_from(id).expect("an id"));
    let dir = PathBuf::from(format!("/node-{id}/shard-0"));
    env.env.disk.create_dir_all(&dir).expect("an empty disk");
    let config = ShardConfig {
        node: id,
        dir,
        seed: 1,
        tick_ms: 10,
        election_ticks: 20,
        heartbeat_ticks: 2,
        replica_lag_ms: 500,
        leader_balancing: false,
        max_inflight_appends: 1_000,
        max_inflight_bytes: 64 << 20,
        machine_log_entries: 1_000,
        idle_ms: i64::MAX,
        longest_sleep_ms: 300_000,
        states_interval_ms: i64::MAX,
    };
    let store = StoreConfig { journal_bytes: 8 << 20, tail_cache_bytes: 1 << 20 };
    let metrics = Arc::new(Metrics::default());
    let (mut shard, _) = Shard::open(&env.env, config, 0, store, metrics).expect("a new store");
    let replica = NewReplica {
        group: GROUP,
        topic_id: Uuid::from_u128(1),
        partition: 0,
        members: ConfState { voters: vec![1, 2, 3], learners: Vec::new() },
        preferred: Some(0),
        log: LogConfig::default(),
        config: PartitionConfig {
            log_append_time: false,
            min_insync_replicas: 2,
            producer_expiration_ms: i64::MAX,
            write_caching: false,
        },
        machine: None,
        broadcast_commit: false,
        campaign: id == 0,
        goal: None,
        joins: false,
    };
    shard.open_now(replica, 0).expect("a new replica");
    (env, shard)
}

fn ready(records: i64) -> (Trio, Vec<Bytes>) {
    (Trio::new(), vec![batch(records); BATCHES])
}

fn filled(records: i64) -> Trio {
    let (mut trio, batches) = ready(records);
    trio.produce(batches, true);
    trio
}

#[library_benchmark(setup = ready)]
#[bench::of_one_record(1)]
#[bench::of_100_records(100)]
fn one_by_one((mut trio, batches): (Trio, Vec<Bytes>)) -> Trio {
    trio.produce(batches, false);
    trio
}

#[library_benchmark(setup = ready)]
#[bench::of_one_record(1)]
#[bench::of_100_records(100)]
fn at_once((mut trio, batches): (Trio, Vec<Bytes>)) -> Trio {
    trio.produce(batches, true);
    trio
}

#[library_benchmark(setup = filled)]
#[bench::of_one_record(1)]
#[bench::of_100_records(100)]
fn everything(trio: Trio) -> Trio {
    let shard = &trio.nodes[0].1;
    let reader = shard.with_log(GROUP, GroupLog::reader).expect("it is open");
    let end = shard.shared(GROUP).expect("it is open").offsets().high_watermark;
    let mut next = 0;
    while next < end {
        let slice = reader.read(next, FETCH_BYTES, end, true).expect("it is there");
        next = black_box(slice).next_offset;
    }
    trio
}

fn produce_request() -> Bytes {
    let partition_data = (0..PARTITIONS)
        .map(|index| PartitionProduceData { index, records: Some(Records::from(batch(10))) })
        .collect();
    let topic = TopicProduceData { name: "a-topic".into(), partition_data, ..Default::default() };
    let request = ProduceRequest {
        acks: -1,
        timeout_ms: 30_000,
        topic_data: vec![topic],
        ..Default::default()
    };
    headrace_wire::Message::to_bytes(&request, PRODUCE_VERSION).expect("it is valid")
}

#[library_benchmark(setup = produce_request)]
fn read_a_produce_request(data: Bytes) -> ProduceRequest {
    headrace_wire::Message::from_bytes(data, PRODUCE_VERSION).expect("it is valid")
}

fn fetch_response() -> FetchResponse {
    let partitions = (0..PARTITIONS)
        .map(|partition_index| PartitionData {
            partition_index,
            records: Some(Records::from(vec![batch(10); 4])),
            ..Default::default()
        })
        .collect();
    let topic =
        FetchableTopicResponse { topic_id: Uuid::from_u128(1), partitions, ..Default::default() };
    FetchResponse { responses: vec![topic], ..Default::default() }
}

#[library_benchmark(setup = fetch_response)]
fn write_a_fetch_response(response: FetchResponse) -> Vec<Bytes> {
    let mut out = headrace_wire::Writer::new();
    response.encode(&mut out, FETCH_VERSION).expect("it is valid");
    out.into_frame().expect("it is small")
}

fn hundred() -> Bytes {
    batch(100)
}

#[library_benchmark(setup = hundred)]
fn check_a_batch(data: Bytes) -> i32 {
    let header = headrace_wire::batch::BatchHeader::parse(&data).expect("a header");
    header.verify_crc(&data).expect("a sum");
    header.record_count
}

library_benchmark_group!(name = produce; benchmarks = one_by_one, at_once);
library_benchmark_group!(name = fetch; benchmarks = everything);
library_benchmark_group!(
    name = codec;
    benchmarks = read_a_produce_request, write_a_fetch_response, check_a_batch
);
main!(library_benchmark_groups = produce, fetch, codec);
