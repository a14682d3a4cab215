//! The engine's configuration, as `headrace/node/engine_config.py` writes it.

use headrace_cluster::NodeConfig;
use headrace_server::config::ServerConfig;
use serde::Deserialize;

use crate::errors::{Code, Failure};
use crate::logging::LogConfig;

/// More bring nothing: the records' work is done by the shards.
const DEFAULT_IO_THREADS_MAX: usize = 4;
const IO_THREADS_MAX: usize = 256;

/// Threads and times of the process.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ProcessConfig {
    /// Threads that read and write sockets; 0: one per core, at most four.
    pub io_threads: usize,
    /// How long a stop may take before the process goes regardless.
    pub stop_timeout_ms: u64,
}

impl Default for ProcessConfig {
    fn default() -> Self {
        ProcessConfig { io_threads: 0, stop_timeout_ms: 30_000 }
    }
}

/// Everything.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EngineConfig {
    /// Storage, replication, the cluster.
    pub node: NodeConfig,
    /// The Kafka listeners.
    pub kafka: ServerConfig,
    /// The log of the process.
    #[serde(default)]
    pub log: LogConfig,
    /// Threads and times.
    #[serde(default)]
    pub process: ProcessConfig,
}

impl EngineConfig {
    /// Reads the JSON and refuses what makes no sense by itself.
    pub fn parse(json: &str) -> Result<EngineConfig, Failure> {
        let config: EngineConfig = serde_json::from_str(json).map_err(|e| {
            Failure::new(Code::ConfigInvalid, format!("the engine's configuration: {e}"))
        })?;
        config.log.check().map_err(|(setting, message)| Failure {
            code: Code::ConfigInvalid,
            message,
            setting,
        })?;
        config.node.check()?;
        config.kafka.validate().map_err(|message| Failure {
            code: Code::ConfigInvalid,
            message,
            setting: "kafka_api",
        })?;
        if config.process.io_threads > IO_THREADS_MAX {
            let message = format!("io_threads must be at most {IO_THREADS_MAX}");
            return Err(Failure::new(Code::ConfigInvalid, message));
        }
        Ok(config)
    }

    /// Threads that read and write sockets.
    pub fn io_threads(&self) -> usize {
        if self.process.io_threads > 0 {
            return self.process.io_threads;
        }
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        cores.min(DEFAULT_IO_THREADS_MAX)
    }
}
