//! What a host needs of a state machine over one partition of an internal topic.

use std::sync::Arc;

use bytes::Bytes;
use headrace_cluster::image::Image;
use headrace_wire::marker::Marker;
use headrace_wire::ErrorCode;
use uuid::Uuid;

/// Names one request until its answer.
pub(super) type Token = u64;
/// Names one append until its outcome.
pub(super) type WriteId = u64;

/// A coordinator as a state machine: requests, time, outcomes and news in, effects out.
pub(super) trait Machine: Sized + Send + 'static {
    /// What it coordinates, for the log: `groups`.
    const WHAT: &'static str;
    /// Its settings.
    type Config: Default + Send + 'static;
    /// A request with what is known of who asks.
    type Ask: Send + 'static;
    /// The answer.
    type Response: Send + 'static;
    /// Something to be done outside of the partition.
    type Work: Send + 'static;
    /// What the machine is told: that work is done, or what happened in the cluster.
    type News: Send + 'static;

    fn new(config: Self::Config, now_ms: i64) -> Self;
    fn configure(&mut self, config: Self::Config);
    /// Takes one record of the log; `producer_id` of the transaction that it is part of. False: it
    /// is none of ours.
    fn load(&mut self, producer_id: Option<i64>, key: &[u8], value: Option<&[u8]>) -> bool;
    /// Takes the end of a transaction in the log.
    fn load_marker(&mut self, marker: &Marker);
    /// The log is read.
    fn loaded(&mut self, now_ms: i64) -> Vec<Effect<Self>>;
    fn handle(&mut self, now_ms: i64, token: Token, ask: Self::Ask) -> Vec<Effect<Self>>;
    fn news(&mut self, now_ms: i64, news: Self::News) -> Vec<Effect<Self>>;
    fn appended(
        &mut self,
        now_ms: i64,
        write: WriteId,
        outcome: Result<(), Refused>,
    ) -> Vec<Effect<Self>>;
    fn next_tick_ms(&self) -> i64;
    fn tick(&mut self, now_ms: i64) -> Vec<Effect<Self>>;
    /// Answers all who wait.
    fn resign(&mut self, code: ErrorCode) -> Vec<Effect<Self>>;

    /// Its settings out of the cluster's properties.
    fn config(image: &Arc<Image>) -> Self::Config;
    /// What it is told when topics are deleted, if it wants to know.
    fn topics_deleted(topics: &[(String, Uuid)]) -> Option<Self::News>;
}

/// What a host must do for its machine, in the order given.
pub(super) enum Effect<M: Machine> {
    Reply { token: Token, response: M::Response },
    Append { write: WriteId, entry: Entry },
    Work(M::Work),
}

/// A record's key and value.
pub(super) type KeyValue = (Bytes, Option<Bytes>);

/// What is appended in one piece.
pub(super) enum Entry {
    /// Records, which may share a batch with others.
    Records(Vec<KeyValue>),
    /// Records of a transaction.
    Transactional {
        producer_id: i64,
        producer_epoch: i16,
        /// The transaction's verification, see [`headrace_cluster::ProducerRules`].
        verified: Option<u64>,
        records: Vec<KeyValue>,
    },
    /// The end of a transaction.
    Marker { marker: Marker, second_protocol: bool },
}

/// Why an append changed nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refused {
    /// Too few replicas, too slow or too busy.
    NotAvailable,
    /// Larger than a batch may be.
    TooLarge,
    /// The transaction is not, or no more, the producer's.
    Producer(ErrorCode),
}
