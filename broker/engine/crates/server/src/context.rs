//! What every handler gets: the node, the session, and how to answer.

use std::sync::Arc;
use std::time::Instant;

use headrace_cluster::image::{Image, NodeInfo};
use headrace_cluster::{controller, ControllerError, LeaderInfo, Node, NodeId, PartitionError};
use headrace_env::Env;
use headrace_wire::messages::ResponseHeader;
use headrace_wire::{api, ApiKey, EncodeError, ErrorCode, Message, Str, Writer};

use crate::config::ServerConfig;
use crate::coordinator::{Caller, Coordinators, Transactions};
use crate::fetch_sessions::FetchSessions;
use crate::metrics::Metrics;
use crate::net::{Budget, Reply, Share};
use crate::peers::Peers;
use crate::producer_ids::ProducerIds;
use crate::session::{Operation, Resource, Session};
use crate::share::Shares;
use crate::telemetry::Telemetry;

/// One node's Kafka server: what all connections share.
pub(crate) struct Broker {
    pub node: Node,
    pub coordinators: Coordinators,
    pub shares: Arc<Shares>,
    pub transactions: Transactions,
    pub peers: Peers,
    pub config: ServerConfig,
    pub metrics: Metrics,
    pub producer_ids: ProducerIds,
    pub telemetry: Telemetry,
    pub fetch_sessions: FetchSessions,
    /// Memory of fetched records on their way out.
    pub responses: Budget,
    pub env: Env,
}

/// One request's surroundings.
#[derive(Clone)]
pub(crate) struct Context {
    pub broker: Arc<Broker>,
    pub session: Arc<Session>,
    pub api: ApiKey,
    pub version: i16,
    pub correlation_id: i32,
    pub client_id: Option<Str>,
    pub arrived: Instant,
}

/// A refusal in words, for the responses that carry a message.
pub(crate) struct Refusal {
    pub code: ErrorCode,
    pub message: Option<String>,
}

impl Refusal {
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Refusal { code, message: Some(message.into()) }
    }

    /// The message field: our words, or the code's own text.
    pub fn text(&self) -> Option<Str> {
        let own = self.message.as_deref().unwrap_or_else(|| self.code.text());
        Some(Str::from(own))
    }
}

impl From<ErrorCode> for Refusal {
    fn from(code: ErrorCode) -> Self {
        Refusal { code, message: None }
    }
}

impl Context {
    pub fn node(&self) -> &Node {
        &self.broker.node
    }

    pub fn image(&self) -> Arc<Image> {
        self.broker.node.image()
    }

    /// Shorthand of [`Session::authorize`].
    pub fn authorize(&self, op: Operation, resource: Resource<'_>) -> Result<(), ErrorCode> {
        self.session.authorize(op, resource)
    }

    /// The number that a response carries; errors are counted.
    pub fn code(&self, error: ErrorCode) -> i16 {
        if error != ErrorCode::None {
            self.broker.metrics.error(self.api, error);
        }
        error.code()
    }

    /// Counts an error that a coordinator has put into a response.
    pub fn count(&self, code: i16) {
        if code != ErrorCode::None.code() {
            let error = ErrorCode::try_from(code).unwrap_or(ErrorCode::UnknownServerError);
            self.broker.metrics.error(self.api, error);
        }
    }

    /// The listener's name, by which addresses are given out.
    pub fn listener(&self) -> &str {
        &self.session.peer.listener
    }

    /// Who asks, in the coordinator's terms.
    pub fn caller(&self) -> Caller {
        Caller {
            api_version: self.version,
            client_id: self.client_id.as_ref().map(Str::detach).unwrap_or_default(),
            client_host: Str::from(format!("/{}", self.session.peer.address.ip())),
        }
    }

    /// A live node that clients of this listener can reach.
    pub fn reachable<'i>(&self, image: &'i Image, node: NodeId) -> Option<&'i NodeInfo> {
        let info = image.node(node)?;
        (self.node().is_alive(node) && info.listener(self.listener()).is_some()).then_some(&**info)
    }

    /// The partition's leader if it is alive as far as this node knows.
    pub fn live_leader(&self, group: u64) -> Option<LeaderInfo> {
        self.node().leader(group).filter(|info| self.node().is_alive(info.leader))
    }

    /// Nodes that new replicas should not be placed on.
    pub fn dead_nodes(&self, image: &Image) -> Vec<NodeId> {
        image.nodes().map(|n| n.id).filter(|&id| !self.node().is_alive(id)).collect()
    }

    /// A response as bytes; `share` is given back when they are written.
    pub fn reply<M: Message>(&self, response: &M, share: Share) -> Reply {
        let frame = || -> Result<_, EncodeError> {
            let mut out = Writer::new();
            let header = ResponseHeader { correlation_id: self.correlation_id };
            header.encode(&mut out, api::response_header_version(self.api, self.version))?;
            response.encode(&mut out, self.version)?;
            out.into_frame()
        };
        self.broker.metrics.answered(self.api, self.arrived.elapsed());
        match frame() {
            Ok(chunks) => Reply::Send(chunks, share),
            Err(error) => {
                // our own mistake: the client sees a closed connection, we see this line
                let (api, version) = (self.api.name(), self.version);
                tracing::error!(api, version, %error, "response cannot be encoded");
                Reply::Close(format!("no answer to {api} v{version}"))
            }
        }
    }
}

/// What a client is told about a partition's failure.
pub(crate) fn partition_refusal(error: PartitionError) -> Refusal {
    use PartitionError as E;
    match error {
        E::NotLeader { .. } | E::ShuttingDown => ErrorCode::NotLeaderOrFollower.into(),
        E::OutOfRange { .. } => ErrorCode::OffsetOutOfRange.into(),
        E::NotEnoughReplicas => ErrorCode::NotEnoughReplicas.into(),
        E::NotEnoughReplicasAfterAppend => ErrorCode::NotEnoughReplicasAfterAppend.into(),
        E::TimedOut => ErrorCode::RequestTimedOut.into(),
        E::OutOfOrderSequence => ErrorCode::OutOfOrderSequenceNumber.into(),
        E::InvalidProducerEpoch => ErrorCode::InvalidProducerEpoch.into(),
        E::UnknownProducer => ErrorCode::UnknownProducerId.into(),
        E::InvalidTransaction => ErrorCode::InvalidTxnState.into(),
        E::CoordinatorFenced => ErrorCode::TransactionCoordinatorFenced.into(),
        // It was asked for and came too late: another attempt asks again.
        E::Unverified { .. } => {
            let why = "the partition could not be verified to be part of the transaction";
            Refusal::new(ErrorCode::NotEnoughReplicas, why)
        }
        E::FencedEpoch => ErrorCode::FencedLeaderEpoch.into(),
        E::UnknownEpoch => ErrorCode::UnknownLeaderEpoch.into(),
        E::InvalidBatch(why) => Refusal::new(ErrorCode::InvalidRecord, why),
        E::Fenced(why) | E::Storage(why) => Refusal::new(ErrorCode::KafkaStorageError, why),
        E::Overloaded => {
            Refusal::new(ErrorCode::RequestTimedOut, "too many writes wait for this partition")
        }
    }
}

/// The wire's name for a code of the controller.
pub(crate) fn code_of(code: controller::ErrorCode) -> ErrorCode {
    ErrorCode::try_from(code.0).unwrap_or(ErrorCode::UnknownServerError)
}

/// What a client is told when the controller did not do it.
pub(crate) fn controller_refusal(error: ControllerError) -> Refusal {
    match error {
        ControllerError::Refused(error) => Refusal::new(code_of(error.code), error.message),
        ControllerError::NoLeader => {
            Refusal::new(ErrorCode::NotController, "the cluster has no controller at the moment")
        }
        ControllerError::ShuttingDown => {
            Refusal::new(ErrorCode::NotController, "this node is shutting down")
        }
        ControllerError::TimedOut => {
            Refusal::new(ErrorCode::RequestTimedOut, "the controller did not answer in time")
        }
    }
}
