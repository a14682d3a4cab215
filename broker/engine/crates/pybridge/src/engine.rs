//! The engine's life: created, running, stopped. Nothing here knows Python.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use headrace_cluster::Node;
use headrace_env::Env;
use headrace_server::Server;
use serde::Serialize;
use tokio::runtime::Runtime;
use tokio::sync::watch;

use crate::config::EngineConfig;
use crate::errors::{Code, Failure, Shown};
use crate::ops;
use crate::queue::{Completion, Queue};

/// Blocking work of the runtime (opening files, cold reads): few threads, as disks are few.
const BLOCKING_THREADS_MAX: usize = 16;
/// How long the runtime's own threads may take to end once everything on them has stopped.
const RUNTIME_END: Duration = Duration::from_secs(2);

struct Running {
    runtime: Runtime,
    node: Node,
    server: Server,
    env: Env,
}

enum Phase {
    Created,
    Running(Box<Running>),
    Stopping,
    Stopped,
}

impl Phase {
    fn name(&self) -> &'static str {
        match self {
            Phase::Created => "created",
            Phase::Running(_) => "running",
            Phase::Stopping => "stopping",
            Phase::Stopped => "stopped",
        }
    }
}

/// A node inside this process.
pub struct Engine {
    config: EngineConfig,
    phase: Mutex<Phase>,
    queue: Arc<Queue>,
    hurry: watch::Sender<bool>,
}

#[derive(Serialize)]
struct Status {
    state: &'static str,
    version: &'static str,
    ready: bool,
    node_id: Option<i32>,
    node_uuid: Option<String>,
    cluster_uuid: Option<String>,
    controller_id: Option<i32>,
    metadata_version: u64,
    kafka: Vec<(String, String)>,
    /// Why the node will never serve, if something was found that waiting does not mend.
    failure: Option<Shown>,
}

impl Engine {
    /// Checks the configuration; opens nothing.
    pub fn new(config_json: &str) -> Result<Engine, Failure> {
        let config = EngineConfig::parse(config_json)?;
        refuse_huge_pages();
        let queue = Queue::new().map_err(|e| {
            Failure::new(Code::Storage, format!("cannot make an event descriptor: {e}"))
        })?;
        let (hurry, _) = watch::channel(false);
        Ok(Engine { config, phase: Mutex::new(Phase::Created), queue, hurry })
    }

    fn phase(&self) -> MutexGuard<'_, Phase> {
        self.phase.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Opens the data folder and the sockets. Returns before the node has found its cluster.
    pub fn start(&self) -> Result<(), Failure> {
        let mut phase = self.phase();
        if !matches!(*phase, Phase::Created) {
            let message = format!("the engine is {}; it is started once", phase.name());
            return Err(Failure::new(Code::InvalidArgument, message));
        }
        crate::logging::start(&self.config.log);
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(self.config.io_threads())
            .max_blocking_threads(BLOCKING_THREADS_MAX)
            .thread_name("headrace-io")
            .enable_all()
            .build()
            .map_err(|e| Failure::new(Code::Internal, format!("cannot start threads: {e}")))?;
        let env = headrace_env::real();
        let handle = runtime.handle().clone();
        let node = Node::start(self.config.node.clone(), env.clone(), handle.clone())?;
        match Server::start(self.config.kafka.clone(), node.clone(), env.clone(), handle) {
            Ok(server) => {
                *phase = Phase::Running(Box::new(Running { runtime, node, server, env }));
                Ok(())
            }
            Err(error) => {
                runtime.block_on(node.shutdown());
                runtime.shutdown_timeout(RUNTIME_END);
                Err(error.into())
            }
        }
    }

    /// Descriptor that is readable while completions wait.
    pub fn fileno(&self) -> i32 {
        self.queue.fileno()
    }

    /// Starts an operation; its answer comes by [`Engine::drain`] under the id returned here.
    pub fn submit(&self, op: &str, args: &str) -> Result<u64, Failure> {
        let phase = self.phase();
        let Phase::Running(running) = &*phase else {
            let code = match *phase {
                Phase::Created => Code::NotReady,
                _ => Code::ShuttingDown,
            };
            return Err(Failure::new(code, format!("the engine is {}", phase.name())));
        };
        let operation = ops::Operation::parse(op, args)?;
        let slot = self.queue.open()?;
        let id = slot.id();
        let context = ops::Context { node: running.node.clone(), env: running.env.clone() };
        running.runtime.spawn(async move {
            let outcome = operation.run(&context).await;
            slot.answer(outcome);
        });
        Ok(id)
    }

    /// Everything that is done, oldest first.
    pub fn drain(&self) -> Vec<Completion> {
        self.queue.drain()
    }

    /// Metrics as Prometheus reads them.
    pub fn metrics(&self) -> String {
        match &*self.phase() {
            Phase::Running(running) => running.node.metrics_text() + &running.server.metrics_text(),
            _ => String::new(),
        }
    }

    /// What is known without asking anybody.
    pub fn status(&self) -> String {
        let phase = self.phase();
        let mut status = Status {
            state: phase.name(),
            version: env!("CARGO_PKG_VERSION"),
            ready: false,
            node_id: None,
            node_uuid: None,
            cluster_uuid: None,
            controller_id: None,
            metadata_version: 0,
            kafka: Vec::new(),
            failure: None,
        };
        if let Phase::Running(running) = &*phase {
            let (node, identity) = (&running.node, running.node.identity());
            status.failure = node.failure().map(|e| Failure::from(&*e).shown());
            status.ready = node.is_ready();
            status.node_id = node.node_id();
            status.node_uuid = identity.as_ref().map(|i| i.node_uuid.to_string());
            status.cluster_uuid = node.image().cluster_uuid().map(|u| u.to_string());
            status.controller_id = node.controller();
            status.metadata_version = node.image().version();
            let addresses = running.server.addresses().iter();
            status.kafka = addresses.map(|(name, at)| (name.clone(), at.to_string())).collect();
        }
        serde_json::to_string(&status).unwrap_or_default()
    }

    /// A stop that is under way no longer waits for leaderships to be handed over.
    pub fn hurry(&self) {
        self.hurry.send_replace(true);
    }

    /// Hands leadership over, answers what is under way, closes the logs. Blocks; safe to repeat.
    pub fn stop(&self) {
        let running = {
            let mut phase = self.phase();
            match std::mem::replace(&mut *phase, Phase::Stopping) {
                Phase::Running(running) => running,
                Phase::Created => {
                    *phase = Phase::Stopped;
                    return;
                }
                before => {
                    *phase = before;
                    return;
                }
            }
        };
        let Running { runtime, node, server, .. } = *running;
        let limit = Duration::from_millis(self.config.process.stop_timeout_ms);
        let mut hurry = self.hurry.subscribe();
        runtime.block_on(async {
            let leave = async {
                tokio::select! {
                    () = node.leave() => {}
                    _ = hurry.wait_for(|now| *now) => tracing::warn!("told to hurry: not waiting"),
                }
            };
            // Leaving and draining get the time that is set; closing the logs must always end well.
            let drain = async {
                leave.await;
                server.shutdown().await;
            };
            if tokio::time::timeout(limit, drain).await.is_err() {
                tracing::warn!(?limit, "leaving took too long; stopping regardless");
            }
            node.shutdown().await;
        });
        runtime.shutdown_timeout(RUNTIME_END);
        *self.phase() = Phase::Stopped;
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        self.stop();
    }
}

/// A huge page is resident as a whole when one byte of it is used. The allocator asks for them, and
/// a node took a quarter more memory with them, for no throughput.
fn refuse_huge_pages() {
    // SAFETY: sets a flag of this process and touches no memory. A kernel without it says no.
    unsafe {
        libc::prctl(libc::PR_SET_THP_DISABLE, 1, 0, 0, 0);
    }
}
