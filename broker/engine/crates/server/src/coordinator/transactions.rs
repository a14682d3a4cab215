//! The coordinators of transactions, over `__transaction_state`, and the writing of markers.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use headrace_cluster::controller::names::TRANSACTION_STATE;
use headrace_cluster::image::Image;
use headrace_cluster::{Node, NodeId};
use headrace_env::Env;
use headrace_txn::{
    Config, Coordinator, Markers, Partitions, Producer, Request, Response, WriteError,
};
use headrace_wire::marker::Marker;
use headrace_wire::messages::write_txn_markers::{WritableTxnMarker, WritableTxnMarkerTopic};
use headrace_wire::messages::{WriteTxnMarkersRequest, WriteTxnMarkersResponse};
use headrace_wire::{ErrorCode, Str};
use tokio::runtime::Handle;
use uuid::Uuid;

use super::machine::{Effect, Entry, Machine, Refused, Token, WriteId};
use super::Shared;
use crate::peers::Peers;

/// The version of WriteTxnMarkers that tells the transaction's protocol.
const MARKERS_VERSION: i16 = 2;
/// The transaction protocol that bumps epochs, as markers tell it.
const SECOND_PROTOCOL: i8 = 2;
/// Pauses between attempts to write markers.
const FIRST_PAUSE: Duration = Duration::from_millis(20);
const LONGEST_PAUSE: Duration = Duration::from_millis(500);
/// A topic that is unknown here for so long was deleted, not created a moment ago.
const DELETED_AFTER: Duration = Duration::from_secs(10);

/// All transaction coordinators of this node. Cheap to clone.
#[derive(Clone)]
pub struct Transactions(Arc<Shared<Coordinator>>);

impl Transactions {
    /// Starts watching for partitions to coordinate. The node may not be ready yet.
    pub(crate) fn start(node: Node, env: Env, runtime: Handle, peers: Peers) -> Transactions {
        let of = node.clone();
        let worker = Arc::new(move |epoch, markers| {
            let writing = write_markers(of.clone(), peers.clone(), epoch, markers);
            Box::pin(writing) as headrace_cluster::BoxFuture<Written>
        });
        Transactions(Shared::start(TRANSACTION_STATE, node, env, runtime, worker))
    }

    /// Ends all coordinators; whoever waits is told `NOT_COORDINATOR`. Returns at once.
    pub fn shutdown(&self) {
        self.0.shutdown();
    }

    /// The node that coordinates a transactional id; creates `__transaction_state` on first use.
    ///
    /// # Errors
    /// `COORDINATOR_NOT_AVAILABLE` while the topic cannot be created or its partition has no
    /// leader.
    pub async fn find(&self, transactional_id: &str) -> Result<NodeId, ErrorCode> {
        self.0.find(transactional_id).await
    }

    /// Asks the coordinator of the request's transactional id, if it is here.
    pub async fn ask(&self, request: Request) -> Response {
        match self.0.jobs_for(request.transactional_id().unwrap_or_default()) {
            Ok(jobs) => {
                let lost = Response::Refused(ErrorCode::NotCoordinator);
                super::send(&jobs, request).await.unwrap_or(lost)
            }
            Err(code) => Response::Refused(code),
        }
    }

    /// The transactional ids that this node coordinates.
    ///
    /// # Errors
    /// `COORDINATOR_LOAD_IN_PROGRESS` while a partition loads.
    pub async fn list(&self) -> Result<Vec<headrace_txn::Listed>, ErrorCode> {
        let mut all = Vec::new();
        for jobs in self.0.all_jobs() {
            match jobs {
                Ok(jobs) => {
                    if let Some(Response::List(some)) = super::send(&jobs, Request::List).await {
                        all.extend(some);
                    }
                }
                // It has just been lost: its ids are another node's to list.
                Err(ErrorCode::NotCoordinator) => {}
                Err(code) => return Err(code),
            }
        }
        all.sort_by(|a, b| a.transactional_id.cmp(&b.transactional_id));
        Ok(all)
    }
}

/// All markers of a transaction are in their logs.
pub(super) struct Written {
    transactional_id: String,
    producer: Producer,
}

impl Machine for Coordinator {
    const WHAT: &'static str = "transactions";
    type Config = Config;
    type Ask = Request;
    type Response = Response;
    type Work = Markers;
    type News = Written;

    fn new(config: Config, now_ms: i64) -> Self {
        Coordinator::new(config, now_ms)
    }

    fn configure(&mut self, config: Config) {
        Coordinator::configure(self, config);
    }

    fn load(&mut self, _producer_id: Option<i64>, key: &[u8], value: Option<&[u8]>) -> bool {
        Coordinator::load(self, key, value).is_ok()
    }

    /// Transactions are written about here, not in here.
    fn load_marker(&mut self, _marker: &Marker) {}

    fn loaded(&mut self, now_ms: i64) -> Vec<Effect<Self>> {
        effects(Coordinator::loaded(self, now_ms))
    }

    fn handle(&mut self, now_ms: i64, token: Token, ask: Request) -> Vec<Effect<Self>> {
        effects(Coordinator::handle(self, now_ms, token, ask))
    }

    fn news(&mut self, now_ms: i64, written: Written) -> Vec<Effect<Self>> {
        effects(self.markers_written(now_ms, &written.transactional_id, written.producer))
    }

    fn appended(
        &mut self,
        now_ms: i64,
        write: WriteId,
        outcome: Result<(), Refused>,
    ) -> Vec<Effect<Self>> {
        let outcome = outcome.map_err(|refused| match refused {
            Refused::TooLarge => WriteError::TooLarge,
            Refused::NotAvailable | Refused::Producer(_) => WriteError::NotAvailable,
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
        Config {
            max_timeout_ms: here.transaction_max_timeout_ms,
            id_expiration_ms: i64::from(here.transactional_id_expiration_ms),
        }
    }

    /// Markers find out themselves.
    fn topics_deleted(_topics: &[(String, Uuid)]) -> Option<Written> {
        None
    }
}

fn effects(effects: Vec<headrace_txn::Effect>) -> Vec<Effect<Coordinator>> {
    use headrace_txn::Effect as E;
    let host = |effect| match effect {
        E::Reply { token, response } => Effect::Reply { token, response },
        E::Append { write, record } => {
            let entry = Entry::Records(vec![(record.key, record.value)]);
            Effect::Append { write, entry }
        }
        E::WriteMarkers(markers) => Effect::Work(markers),
    };
    effects.into_iter().map(host).collect()
}

/// Has every partition's leader write the markers, for as long as it takes.
async fn write_markers(node: Node, peers: Peers, epoch: i32, markers: Markers) -> Written {
    let began = Instant::now();
    let mut pause = FIRST_PAUSE;
    let mut left = markers.partitions.clone();
    loop {
        let asks = by_leader(&node, &mut left, began.elapsed() >= DELETED_AFTER).into_iter().map(
            |(leader, partitions)| {
                let request = request(&markers, partitions, epoch);
                let peers = peers.clone();
                async move { peers.ask(leader, MARKERS_VERSION, &request).await }
            },
        );
        let mut answers = tokio::task::JoinSet::new();
        asks.for_each(|ask| {
            answers.spawn(ask);
        });
        while let Some(answer) = answers.join_next().await {
            match answer {
                Ok(Ok(response)) => strike_out(&mut left, &markers, &response),
                Ok(Err(error)) => {
                    let id = &markers.transactional_id;
                    tracing::debug!(transactional_id = %id, %error, "markers: asked in vain");
                }
                Err(error) => tracing::error!(%error, "a request for markers ended badly"),
            }
        }
        if left.is_empty() {
            let Markers { transactional_id, producer, .. } = markers;
            return Written { transactional_id, producer };
        }
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

/// The partitions whose leader is known. Those that are gone are struck out if `forget`.
fn by_leader(node: &Node, left: &mut Partitions, forget: bool) -> BTreeMap<NodeId, Partitions> {
    let image = node.image();
    if forget {
        left.retain(|topic, indexes| {
            indexes.retain(|index| image.partition(topic, *index).is_some());
            !indexes.is_empty()
        });
    }
    let mut leaders: BTreeMap<NodeId, Partitions> = BTreeMap::new();
    for (topic, indexes) in left.iter() {
        for index in indexes {
            let found = image.partition(topic, *index);
            if let Some(info) = found.and_then(|found| node.leader(found.group)) {
                let partitions = leaders.entry(info.leader).or_default();
                partitions.entry(topic.clone()).or_default().insert(*index);
            }
        }
    }
    leaders
}

fn request(markers: &Markers, partitions: Partitions, epoch: i32) -> WriteTxnMarkersRequest {
    let topics = partitions.into_iter().map(|(topic, indexes)| WritableTxnMarkerTopic {
        name: Str::from(topic),
        partition_indexes: indexes.into_iter().collect(),
    });
    let marker = WritableTxnMarker {
        producer_id: markers.producer.id,
        producer_epoch: markers.producer.epoch,
        transaction_result: markers.commit,
        topics: topics.collect(),
        coordinator_epoch: epoch,
        transaction_version: if markers.second_protocol { SECOND_PROTOCOL } else { 0 },
    };
    WriteTxnMarkersRequest { markers: vec![marker] }
}

fn strike_out(left: &mut Partitions, markers: &Markers, response: &WriteTxnMarkersResponse) {
    for topic in response.markers.iter().flat_map(|marker| &marker.topics) {
        for partition in &topic.partitions {
            let code = ErrorCode::try_from(partition.error_code);
            match code.unwrap_or(ErrorCode::UnknownServerError) {
                ErrorCode::None => {}
                // The producer has gone on there: this transaction was ended before.
                ErrorCode::InvalidProducerEpoch => {
                    let (id, index) = (&markers.transactional_id, partition.partition_index);
                    tracing::warn!(transactional_id = %id, topic = %topic.name, index,
                        "the partition knows a newer producer than the marker");
                }
                _ => continue,
            }
            if let Some(indexes) = left.get_mut(&*topic.name) {
                indexes.remove(&partition.partition_index);
            }
        }
    }
    left.retain(|_, indexes| !indexes.is_empty());
}
