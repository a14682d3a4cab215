//! [`Server`]: the Kafka API of one node, from start to shutdown.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use headrace_cluster::Node;
use headrace_env::Env;
use tokio::runtime::Handle;

use crate::config::ServerConfig;
use crate::context::Broker;
use crate::coordinator::{Coordinators, Transactions};
use crate::dispatch::KafkaService;
use crate::fetch_sessions::FetchSessions;
use crate::metrics::Metrics;
use crate::net::{BindError, Budget, Limits, Listeners};
use crate::peers::{AnswersNodes, Peers};
use crate::producer_ids::ProducerIds;
use crate::session::AllowAll;
use crate::share::Shares;
use crate::telemetry::Telemetry;

/// Why the Kafka server cannot start. The texts are for the person who started it.
#[derive(Debug, thiserror::Error)]
pub enum ServerError {
    /// A setting makes no sense; the text names it.
    #[error("kafka: {0}")]
    Config(String),
    /// A listener cannot be opened.
    #[error(transparent)]
    Bind(#[from] BindError),
}

impl ServerError {
    /// The setting in the node's file that the error is about.
    pub fn setting(&self) -> &'static str {
        match self {
            ServerError::Config(_) => "kafka",
            ServerError::Bind(_) => "kafka_api",
        }
    }
}

/// The Kafka API of one node.
pub struct Server {
    listeners: Listeners,
    broker: Arc<Broker>,
    /// Whoever answers other nodes lives as long as the server.
    _answers: Arc<dyn AnswersNodes>,
    grace: Duration,
}

impl Server {
    /// Opens all listeners, or none, and starts the group coordinators. The node may still be on
    /// its way: the first requests wait a little for it.
    ///
    /// # Errors
    /// [`ServerError`].
    pub fn start(
        config: ServerConfig,
        node: Node,
        env: Env,
        runtime: Handle,
    ) -> Result<Server, ServerError> {
        config.validate().map_err(ServerError::Config)?;
        let limits = Limits {
            budget: Budget::new(config.queued_max_request_bytes),
            request_max_bytes: config.socket_request_max_bytes,
            in_flight: config.max_in_flight_requests_per_connection,
            idle: Duration::from_millis(config.connections_max_idle_ms),
            stall: Duration::from_millis(config.socket_stall_timeout_ms),
            grace: Duration::from_millis(config.shutdown_grace_ms),
        };
        let coordinators = Coordinators::start(node.clone(), env.clone(), runtime.clone());
        let peers = Peers::new(node.clone());
        let shares = Shares::start(node.clone(), env.clone(), peers.clone(), runtime.clone());
        let transactions =
            Transactions::start(node.clone(), env.clone(), runtime.clone(), peers.clone());
        let broker = Arc::new(Broker {
            node,
            coordinators,
            shares,
            transactions,
            peers,
            metrics: Metrics::new(),
            producer_ids: ProducerIds::default(),
            telemetry: Telemetry::default(),
            fetch_sessions: FetchSessions::new(config.max_fetch_sessions),
            responses: Budget::new(config.queued_max_response_bytes),
            env,
            config,
        });
        let grace = limits.grace;
        let service = Arc::new(KafkaService::new(Arc::clone(&broker), Arc::new(AllowAll)));
        let answers: Arc<dyn AnswersNodes> = service.clone();
        broker.peers.serve(&answers);
        let listeners = Listeners::start(&broker.config, limits, service, &runtime);
        let listeners = listeners.inspect_err(|_| end(&broker))?;
        Ok(Server { listeners, broker, _answers: answers, grace })
    }

    /// Name and bound address of every listener.
    pub fn addresses(&self) -> &[(String, SocketAddr)] {
        self.listeners.addresses()
    }

    /// Prometheus text without the final `# EOF`.
    pub fn metrics_text(&self) -> String {
        self.broker.metrics.text()
    }

    /// Stops accepting, lets requests in progress end within the grace time, closes.
    pub async fn shutdown(&self) {
        // groups answer their waiting members first, so that those connections can end
        end(&self.broker);
        self.listeners.stop(self.grace).await;
    }
}

/// Ends what runs beside the connections.
fn end(broker: &Broker) {
    broker.coordinators.shutdown();
    broker.transactions.shutdown();
    broker.shares.shutdown();
}
