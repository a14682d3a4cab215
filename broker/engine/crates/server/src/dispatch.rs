//! From a frame to its handler: header, version rules, decoding.
//!
//! Edges as in Apache Kafka: an ApiVersions request of an unknown version is answered in version
//! 0 with error 35 (KIP-511); any other key or version that is not served ends the connection.

use std::future::Future;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use bytes::Bytes;
use headrace_cluster::BoxFuture;
use headrace_wire::messages::RequestHeader;
use headrace_wire::{api, ApiKey, DecodeError, Reader, Request};
use tokio::sync::watch;

use crate::context::{Broker, Context};
use crate::handlers as on;
use crate::net::{Answer, Call, Peer, Reply, Service, Share};
use crate::peers::{without_length, AnswersNodes};
use crate::session::{Authorizer, Session};

/// How often a starting node is looked at: who sees it ready elsewhere may connect at once.
const READY_LOOK_EVERY: Duration = Duration::from_millis(5);
/// The listener that metrics count other nodes' questions under.
const NODES: &str = "nodes";
/// While the node is not ready, the log says so this often.
const READY_REPORT_EVERY: Duration = Duration::from_secs(30);

/// The Kafka API over one node.
pub(crate) struct KafkaService {
    broker: Arc<Broker>,
    authorizer: Arc<dyn Authorizer>,
    nodes: OnceLock<Arc<Session>>,
    closing: watch::Sender<bool>,
}

impl KafkaService {
    pub fn new(broker: Arc<Broker>, authorizer: Arc<dyn Authorizer>) -> Self {
        let closing = watch::channel(false).0;
        KafkaService { broker, authorizer, nodes: OnceLock::new(), closing }
    }

    /// The session of what other nodes ask.
    fn node_session(&self) -> Arc<Session> {
        let open = || {
            let peer = Peer {
                connection: 0,
                address: ([127, 0, 0, 1], 0).into(),
                listener: Arc::from(NODES),
                closing: self.closing.subscribe(),
            };
            let metrics = self.broker.metrics.clone();
            Arc::new(Session::open(peer, Arc::clone(&self.authorizer), metrics))
        };
        Arc::clone(self.nodes.get_or_init(open))
    }

    /// Reads the header, picks the handler, decodes the body. Tells also whether the request may
    /// run beside its neighbours.
    fn route(&self, session: &Arc<Session>, frame: Bytes) -> Result<(Answer, bool), String> {
        let Some((key, version, correlation_id)) = peek(&frame) else {
            return Err("the frame is too short for a request header".to_owned());
        };
        let api = ApiKey::try_from(key).map_err(|key| format!("API key {key} does not exist"))?;
        let mut cx = Context {
            broker: Arc::clone(&self.broker),
            session: Arc::clone(session),
            api,
            version,
            correlation_id,
            client_id: None,
            arrived: Instant::now(),
        };
        if !api::is_answered(api, version) {
            if api == ApiKey::ApiVersions {
                cx.version = 0;
                let answer = Box::pin(async move {
                    let response = on::api_versions::unsupported(&cx);
                    cx.reply(&response, Share::default())
                });
                return Ok((answer, false));
            }
            return Err(format!("{api} v{version} is not served"));
        }
        let mut body = Reader::new(frame);
        let malformed = |error: DecodeError| format!("malformed {api} v{version}: {error}");
        let header_version = api::request_header_version(api, version);
        let header = RequestHeader::decode(&mut body, header_version).map_err(malformed)?;
        cx.client_id = header.client_id;
        // only produce requests overlap: anything else sees the effects of what came before it
        let overlaps = api == ApiKey::Produce && on::produce::overlaps(version, &body);
        Ok((decode(cx, &mut body).map_err(malformed)?, overlaps))
    }
}

/// Key, version and correlation id, which every version of the header starts with.
fn peek(frame: &Bytes) -> Option<(i16, i16, i32)> {
    let &[k0, k1, v0, v1, c0, c1, c2, c3] = frame.first_chunk()?;
    let (key, version) = (i16::from_be_bytes([k0, k1]), i16::from_be_bytes([v0, v1]));
    Some((key, version, i32::from_be_bytes([c0, c1, c2, c3])))
}

impl AnswersNodes for KafkaService {
    fn answer(self: Arc<Self>, frame: Bytes) -> BoxFuture<Result<Bytes, String>> {
        Box::pin(async move {
            let (answer, _) = self.route(&self.node_session(), frame)?;
            match answer.await {
                Reply::Send(chunks, _) => Ok(without_length(chunks)),
                Reply::Close(why) => Err(why),
                Reply::Nothing => Err("the request has no answer".to_owned()),
            }
        })
    }
}

impl Service for KafkaService {
    type Session = Session;

    /// A client that is let in before the node knows its cluster would be told that topics do not
    /// exist, which some take for final.
    async fn ready(&self) {
        let node = &self.broker.node;
        let mut reported = Instant::now();
        while !node.is_ready() {
            if reported.elapsed() >= READY_REPORT_EVERY {
                tracing::info!("the node is not ready: kafka clients have to wait");
                reported = Instant::now();
            }
            tokio::time::sleep(READY_LOOK_EVERY).await;
        }
    }

    fn open(&self, peer: Peer) -> Arc<Session> {
        let metrics = self.broker.metrics.clone();
        Arc::new(Session::open(peer, Arc::clone(&self.authorizer), metrics))
    }

    fn call(&self, session: &Arc<Session>, frame: Bytes) -> Call {
        match self.route(session, frame) {
            Ok((answer, overlaps)) => Call::Run { answer, overlaps },
            Err(reason) => {
                self.broker.metrics.refused();
                Call::Close(reason)
            }
        }
    }

    fn traffic(&self, _session: &Session, read_bytes: usize, written_bytes: usize) {
        self.broker.metrics.traffic(read_bytes, written_bytes);
    }
}

/// A handler that makes one response of one request.
fn simple<Q, F, A>(cx: Context, body: &mut Reader, handler: F) -> Result<Answer, DecodeError>
where
    Q: Request + Send + 'static,
    Q::Response: Send,
    F: FnOnce(Context, Q) -> A + Send + 'static,
    A: Future<Output = Q::Response> + Send,
{
    let request = Q::decode(body, cx.version)?;
    Ok(Box::pin(async move {
        let response = handler(cx.clone(), request).await;
        cx.reply(&response, Share::default())
    }))
}

/// A handler that answers itself: it may leave the answer out or charge it to a budget.
fn whole<Q, F, A>(cx: Context, body: &mut Reader, handler: F) -> Result<Answer, DecodeError>
where
    Q: Request + Send + 'static,
    F: FnOnce(Context, Q) -> A + Send + 'static,
    A: Future<Output = Reply> + Send,
{
    let request = Q::decode(body, cx.version)?;
    Ok(Box::pin(async move { handler(cx, request).await }))
}

/// As [`decode`], for share groups.
fn share(cx: Context, body: &mut Reader) -> Result<Answer, DecodeError> {
    use on::{share_fetch, share_groups};
    match cx.api {
        ApiKey::ShareGroupHeartbeat => simple(cx, body, share_groups::share_group_heartbeat),
        ApiKey::ShareGroupDescribe => simple(cx, body, share_groups::share_group_describe),
        ApiKey::ShareFetch => whole(cx, body, share_fetch::share_fetch),
        ApiKey::ShareAcknowledge => simple(cx, body, share_fetch::share_acknowledge),
        ApiKey::InitializeShareGroupState => simple(cx, body, share_groups::initialize_state),
        ApiKey::ReadShareGroupState => simple(cx, body, share_groups::read_state),
        ApiKey::WriteShareGroupState => simple(cx, body, share_groups::write_state),
        ApiKey::DeleteShareGroupState => simple(cx, body, share_groups::delete_state),
        ApiKey::ReadShareGroupStateSummary => simple(cx, body, share_groups::read_summary),
        ApiKey::DescribeShareGroupOffsets => simple(cx, body, share_groups::describe_offsets),
        ApiKey::AlterShareGroupOffsets => simple(cx, body, share_groups::alter_offsets),
        ApiKey::DeleteShareGroupOffsets => simple(cx, body, share_groups::delete_offsets),
        other => {
            tracing::error!(
                api = other.name(),
                "the table of served APIs names it, no handler does"
            );
            Err(DecodeError::Version { message: "request", version: cx.version })
        }
    }
}

/// Decodes the request and pairs it with its handler. Bytes after the last field are ignored, as
/// Apache Kafka ignores them.
fn decode(cx: Context, body: &mut Reader) -> Result<Answer, DecodeError> {
    match cx.api {
        ApiKey::Produce => whole(cx, body, on::produce::produce),
        ApiKey::Fetch => whole(cx, body, on::fetch::fetch),
        ApiKey::ListOffsets => simple(cx, body, on::list_offsets::list_offsets),
        ApiKey::Metadata => simple(cx, body, on::metadata::metadata),
        ApiKey::OffsetCommit => simple(cx, body, on::groups::offset_commit),
        ApiKey::OffsetFetch => simple(cx, body, on::groups::offset_fetch),
        ApiKey::FindCoordinator => simple(cx, body, on::groups::find_coordinator),
        ApiKey::JoinGroup => simple(cx, body, on::groups::join_group),
        ApiKey::Heartbeat => simple(cx, body, on::groups::heartbeat),
        ApiKey::LeaveGroup => simple(cx, body, on::groups::leave_group),
        ApiKey::SyncGroup => simple(cx, body, on::groups::sync_group),
        ApiKey::DescribeGroups => simple(cx, body, on::groups::describe_groups),
        ApiKey::ListGroups => simple(cx, body, on::groups::list_groups),
        ApiKey::DeleteGroups => simple(cx, body, on::groups::delete_groups),
        ApiKey::SaslHandshake => simple(cx, body, on::api_versions::sasl_handshake),
        ApiKey::ApiVersions => simple(cx, body, on::api_versions::api_versions),
        ApiKey::CreateTopics => simple(cx, body, on::topics::create_topics),
        ApiKey::DeleteTopics => simple(cx, body, on::topics::delete_topics),
        ApiKey::CreatePartitions => simple(cx, body, on::topics::create_partitions),
        ApiKey::DeleteRecords => simple(cx, body, on::delete_records::delete_records),
        ApiKey::InitProducerId => simple(cx, body, on::producer::init_producer_id),
        ApiKey::AddPartitionsToTxn => simple(cx, body, on::transactions::add_partitions_to_txn),
        ApiKey::AddOffsetsToTxn => simple(cx, body, on::transactions::add_offsets_to_txn),
        ApiKey::EndTxn => simple(cx, body, on::transactions::end_txn),
        ApiKey::WriteTxnMarkers => simple(cx, body, on::txn_markers::write_txn_markers),
        ApiKey::TxnOffsetCommit => simple(cx, body, on::txn_offsets::txn_offset_commit),
        ApiKey::DescribeProducers => simple(cx, body, on::txn_admin::describe_producers),
        ApiKey::DescribeTransactions => simple(cx, body, on::txn_admin::describe_transactions),
        ApiKey::ListTransactions => simple(cx, body, on::txn_admin::list_transactions),
        ApiKey::OffsetForLeaderEpoch => simple(cx, body, on::epochs::offset_for_leader_epoch),
        ApiKey::DescribeConfigs => simple(cx, body, on::configs::describe_configs),
        ApiKey::AlterConfigs => simple(cx, body, on::configs::alter_configs),
        ApiKey::IncrementalAlterConfigs => simple(cx, body, on::configs::incremental_alter_configs),
        ApiKey::OffsetDelete => simple(cx, body, on::consumer_groups::offset_delete),
        ApiKey::ConsumerGroupHeartbeat => simple(cx, body, on::consumer_groups::heartbeat),
        ApiKey::ConsumerGroupDescribe => simple(cx, body, on::consumer_groups::describe),
        ApiKey::DescribeCluster => simple(cx, body, on::metadata::describe_cluster),
        _ => operate(cx, body),
    }
}

/// What operators' tools ask for: replicas, rules, folders, nodes, telemetry.
fn operate(cx: Context, body: &mut Reader) -> Result<Answer, DecodeError> {
    match cx.api {
        ApiKey::AlterPartitionReassignments => {
            simple(cx, body, on::reassignments::alter_partition_reassignments)
        }
        ApiKey::ListPartitionReassignments => {
            simple(cx, body, on::reassignments::list_partition_reassignments)
        }
        ApiKey::DescribeAcls => simple(cx, body, on::acls::describe_acls),
        ApiKey::CreateAcls => simple(cx, body, on::acls::create_acls),
        ApiKey::DeleteAcls => simple(cx, body, on::acls::delete_acls),
        ApiKey::DescribeClientQuotas => simple(cx, body, on::quotas::describe_client_quotas),
        ApiKey::AlterClientQuotas => simple(cx, body, on::quotas::alter_client_quotas),
        ApiKey::DescribeUserScramCredentials => {
            simple(cx, body, on::credentials::describe_user_scram_credentials)
        }
        ApiKey::AlterUserScramCredentials => {
            simple(cx, body, on::credentials::alter_user_scram_credentials)
        }
        ApiKey::SaslAuthenticate => simple(cx, body, on::credentials::sasl_authenticate),
        ApiKey::CreateDelegationToken => simple(cx, body, on::credentials::create_delegation_token),
        ApiKey::RenewDelegationToken => simple(cx, body, on::credentials::renew_delegation_token),
        ApiKey::ExpireDelegationToken => simple(cx, body, on::credentials::expire_delegation_token),
        ApiKey::DescribeDelegationToken => {
            simple(cx, body, on::credentials::describe_delegation_token)
        }
        ApiKey::AlterReplicaLogDirs => simple(cx, body, on::log_dirs::alter_replica_log_dirs),
        ApiKey::DescribeLogDirs => simple(cx, body, on::log_dirs::describe_log_dirs),
        ApiKey::ElectLeaders => simple(cx, body, on::leadership::elect_leaders),
        ApiKey::DescribeQuorum => simple(cx, body, on::leadership::describe_quorum),
        ApiKey::AddRaftVoter => simple(cx, body, on::voters::add_raft_voter),
        ApiKey::RemoveRaftVoter => simple(cx, body, on::voters::remove_raft_voter),
        ApiKey::UpdateFeatures => simple(cx, body, on::membership::update_features),
        ApiKey::UnregisterBroker => simple(cx, body, on::membership::unregister_broker),
        ApiKey::GetTelemetrySubscriptions => {
            simple(cx, body, on::telemetry::get_telemetry_subscriptions)
        }
        ApiKey::PushTelemetry => simple(cx, body, on::telemetry::push_telemetry),
        ApiKey::ListConfigResources => simple(cx, body, on::configs::list_config_resources),
        ApiKey::StreamsGroupHeartbeat => simple(cx, body, on::streams_groups::heartbeat),
        ApiKey::StreamsGroupDescribe => simple(cx, body, on::streams_groups::describe),
        ApiKey::DescribeTopicPartitions => {
            simple(cx, body, on::topic_partitions::describe_topic_partitions)
        }
        _ => share(cx, body),
    }
}
