//! The coordinators of consumer groups, over `__consumer_offsets`.

use std::convert::Infallible;
use std::sync::Arc;

use headrace_cluster::controller::names::CONSUMER_OFFSETS;
use headrace_cluster::image::Image;
use headrace_cluster::{Node, NodeId};
use headrace_env::Env;
use headrace_groups::records::Record;
use headrace_groups::{
    Call, Config, ConsumerConfig, Coordinator, MigrationPolicy, Request, Response,
    TransactionalOffsets, WriteError, MAX_NAME_BYTES,
};
use headrace_wire::marker::Marker;
use headrace_wire::messages::TxnOffsetCommitResponse;
use headrace_wire::{ErrorCode, Str};
use tokio::runtime::Handle;
use uuid::Uuid;

use super::host::Jobs;
use super::machine::{Effect, Entry, KeyValue, Machine, Refused, Token, WriteId};
use super::topics::ImageTopics;
use super::Shared;

/// `offsets.retention.check.interval.ms`: how often expired offsets are looked for.
const OFFSETS_RETENTION_CHECK_INTERVAL_MS: i64 = 600_000;

/// Who asks.
#[derive(Clone, Debug, Default)]
pub struct Caller {
    /// Version of the request.
    pub api_version: i16,
    /// The client's name for itself; empty when it gave none.
    pub client_id: Str,
    /// Where it connects from, as Kafka shows it: `/192.0.2.7`.
    pub client_host: Str,
}

/// A request and who asks.
pub(super) struct Ask {
    pub(super) version: i16,
    pub(super) client_id: String,
    pub(super) client_host: String,
    pub(super) uuid: Uuid,
    pub(super) request: Request,
}

/// All group coordinators of this node. Cheap to clone.
#[derive(Clone)]
pub struct Coordinators(pub(super) Arc<Shared<Coordinator>>);

impl Coordinators {
    /// Starts watching for partitions to coordinate. The node may not be ready yet.
    pub fn start(node: Node, env: Env, runtime: Handle) -> Coordinators {
        let worker = Arc::new(|_, work: Infallible| match work {});
        Coordinators(Shared::start(CONSUMER_OFFSETS, node, env, runtime, worker))
    }

    /// Ends all coordinators; whoever waits is told `NOT_COORDINATOR`. Returns at once.
    pub fn shutdown(&self) {
        self.0.shutdown();
    }

    /// The node that coordinates `group`; creates `__consumer_offsets` on first use.
    ///
    /// # Errors
    /// What FindCoordinator answers: `INVALID_GROUP_ID`, or `COORDINATOR_NOT_AVAILABLE` while the
    /// topic cannot be created or its partition has no leader.
    pub async fn find(&self, group: &str) -> Result<NodeId, ErrorCode> {
        if group.len() > MAX_NAME_BYTES {
            return Err(ErrorCode::InvalidGroupId);
        }
        self.0.find(group).await
    }

    /// Asks the coordinator of the request's group, if it is here.
    pub(super) async fn ask(&self, caller: &Caller, request: Request) -> Response {
        match self.0.jobs_for(request.group().unwrap_or_default()) {
            Ok(jobs) => self.send(&jobs, caller, request).await,
            Err(code) => request.refuse(caller.api_version, code),
        }
    }

    /// Ends a transaction in a partition of `__consumer_offsets`: what it committed is visible
    /// when this returns.
    pub async fn end_transaction(
        &self,
        partition: i32,
        marker: Marker,
        second_protocol: bool,
    ) -> ErrorCode {
        let jobs = match self.0.jobs(partition) {
            Ok(jobs) => jobs,
            Err(code) => return code,
        };
        let caller = Caller::default();
        let request = Request::EndTransaction { marker, second_protocol };
        match self.send(&jobs, &caller, request).await {
            Response::TransactionEnded(code) => code,
            _ => ErrorCode::UnknownServerError,
        }
    }

    /// The partition of `__consumer_offsets` that a group belongs to, once the topic exists.
    pub fn partition_of(&self, group: &str) -> Option<i32> {
        super::topic::partition_in(&self.0.node.image(), CONSUMER_OFFSETS, group)
    }

    /// Stores offsets as part of a transaction.
    pub async fn txn_offset_commit(
        &self,
        caller: &Caller,
        commit: TransactionalOffsets,
    ) -> TxnOffsetCommitResponse {
        match self.ask(caller, Request::TxnOffsetCommit(commit)).await {
            Response::TxnOffsetCommit(response) => response,
            _ => TxnOffsetCommitResponse::default(),
        }
    }

    pub(super) async fn send(
        &self,
        jobs: &Jobs<Coordinator>,
        caller: &Caller,
        request: Request,
    ) -> Response {
        let lost = request.refuse(caller.api_version, ErrorCode::NotCoordinator);
        let ask = Ask {
            version: caller.api_version,
            client_id: caller.client_id.to_string(),
            client_host: caller.client_host.to_string(),
            uuid: headrace_cluster::identity::random_uuid(self.0.env.random.as_ref()),
            request,
        };
        super::send(jobs, ask).await.unwrap_or(lost)
    }
}

impl Machine for Coordinator {
    const WHAT: &'static str = "groups";
    type Config = Config;
    type Ask = Ask;
    type Response = Response;
    type Work = Infallible;
    type News = Vec<(String, Uuid)>;

    fn new(config: Config, now_ms: i64) -> Self {
        Coordinator::new(config, now_ms)
    }

    fn configure(&mut self, config: Config) {
        Coordinator::configure(self, config);
    }

    fn load(&mut self, producer_id: Option<i64>, key: &[u8], value: Option<&[u8]>) -> bool {
        let taken = match producer_id {
            Some(producer_id) => self.load_open(producer_id, key, value),
            None => Coordinator::load(self, key, value),
        };
        taken.is_ok()
    }

    fn load_marker(&mut self, marker: &Marker) {
        Coordinator::load_marker(self, marker);
    }

    fn loaded(&mut self, now_ms: i64) -> Vec<Effect<Self>> {
        effects(Coordinator::loaded(self, now_ms))
    }

    fn handle(&mut self, now_ms: i64, token: Token, ask: Ask) -> Vec<Effect<Self>> {
        let Ask { version, client_id, client_host, uuid, request } = ask;
        let call = Call { token, version, client_id, client_host, uuid };
        effects(Coordinator::handle(self, now_ms, call, request))
    }

    fn news(&mut self, _now_ms: i64, topics: Vec<(String, Uuid)>) -> Vec<Effect<Self>> {
        effects(Coordinator::topics_deleted(self, &topics))
    }

    fn appended(
        &mut self,
        now_ms: i64,
        write: WriteId,
        outcome: Result<(), Refused>,
    ) -> Vec<Effect<Self>> {
        let outcome = outcome.map_err(|refused| match refused {
            Refused::NotAvailable => WriteError::NotAvailable,
            Refused::TooLarge => WriteError::TooLarge,
            Refused::Producer(code) => WriteError::Producer(code),
        });
        effects(Coordinator::appended(self, now_ms, write, outcome))
    }

    fn next_tick_ms(&self) -> i64 {
        Coordinator::next_tick_ms(self)
    }

    fn tick(&mut self, now_ms: i64) -> Vec<Effect<Self>> {
        effects(Coordinator::tick(self, now_ms))
    }

    fn resign(&mut self, code: ErrorCode) -> Vec<Effect<Self>> {
        effects(Coordinator::resign(self, code))
    }

    fn config(image: &Arc<Image>) -> Config {
        let here = image.here();
        let positive = |value: i32| usize::try_from(value).unwrap_or(0);
        Config {
            min_session_timeout_ms: here.group_min_session_timeout_ms,
            max_session_timeout_ms: here.group_max_session_timeout_ms,
            initial_rebalance_delay_ms: here.group_initial_rebalance_delay_ms,
            max_group_members: positive(here.group_max_size),
            max_streams_members: positive(here.group_streams_max_size),
            offset_metadata_max_bytes: positive(here.offset_metadata_max_bytes),
            offsets_retention_ms: i64::from(here.offsets_retention_minutes) * 60_000,
            offsets_retention_check_interval_ms: OFFSETS_RETENTION_CHECK_INTERVAL_MS,
            consumer: ConsumerConfig {
                max_size: positive(here.group_consumer_max_size),
                assignors: here.group_consumer_assignors.clone(),
                migration: MigrationPolicy::named(&here.group_consumer_migration_policy)
                    .unwrap_or(MigrationPolicy::Bidirectional),
            },
            topics: Arc::new(ImageTopics(Arc::clone(image))),
        }
    }

    fn topics_deleted(topics: &[(String, Uuid)]) -> Option<Self::News> {
        Some(topics.to_vec())
    }
}

fn key_values(records: Vec<Record>) -> Vec<KeyValue> {
    records.into_iter().map(|record| (record.key, record.value)).collect()
}

fn effects(effects: Vec<headrace_groups::Effect>) -> Vec<Effect<Coordinator>> {
    use headrace_groups::Effect as E;
    let host = |effect| match effect {
        E::Reply { token, response } => Effect::Reply { token, response },
        E::Append { write, records } => {
            Effect::Append { write, entry: Entry::Records(key_values(records)) }
        }
        E::AppendTransactional { write, producer_id, producer_epoch, verified, records } => {
            let records = key_values(records);
            let entry = Entry::Transactional { producer_id, producer_epoch, verified, records };
            Effect::Append { write, entry }
        }
        E::AppendMarker { write, marker, second_protocol } => {
            Effect::Append { write, entry: Entry::Marker { marker, second_protocol } }
        }
    };
    effects.into_iter().map(host).collect()
}
