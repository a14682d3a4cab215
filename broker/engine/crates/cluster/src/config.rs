//! A node's settings, as the control plane hands them over.

use std::path::PathBuf;

use serde::Deserialize;

use crate::error::StartError;
use crate::image::{HostPort, Listener, NodeId};

/// Shards beyond this bring nothing on the machines that we know.
const MAX_SHARDS: usize = 64;
const MAX_DEFAULT_SHARDS: usize = 8;

/// What a node needs to know to start.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct NodeConfig {
    /// The node's id; `None`: its place in the seed list, or what the cluster gives it.
    pub node_id: Option<NodeId>,
    /// Where everything lies that survives a restart.
    pub data_dir: PathBuf,
    /// Failure domain.
    pub rack: Option<String>,
    /// Where to listen for other nodes.
    pub rpc_listen: HostPort,
    /// Where other nodes reach this one.
    pub rpc_advertised: HostPort,
    /// Where clients reach this node.
    pub kafka_advertised: Vec<Listener>,
    /// Where the admin API answers.
    pub admin_advertised: HostPort,
    /// RPC addresses of the nodes that form the cluster, the same list in the same order on each.
    pub seeds: Vec<HostPort>,
    /// True: the first seed alone starts a new cluster. False: all seeds must have met first.
    pub empty_seed_starts_cluster: bool,
    /// Threads that own partitions; 0: one per core.
    pub shards: usize,
    /// Without a sign of the leader for this long (to twice this), a follower stands for election.
    pub election_timeout_ms: u64,
    /// How often a leader shows a sign of life.
    pub heartbeat_ms: u64,
    /// Size of a journal file; 0: the log's default.
    pub journal_bytes: u64,
    /// Memory for the newest batches, per shard; 0: the log's default.
    pub tail_cache_bytes: usize,
    /// A follower that has not caught up for this long is not in sync (`replica.lag.time.max.ms`).
    pub replica_lag_ms: i64,
    /// Whether leaders hand over to a partition's first replica.
    pub leader_balancing: bool,
    /// Appends under way, per partition.
    pub max_inflight_appends: usize,
    /// Their bytes.
    pub max_inflight_bytes: usize,
    /// The software's version, shown in the cluster's list of nodes.
    pub version: String,
    /// Hash of the configuration that the process runs with.
    pub config_hash: String,
}

fn nowhere() -> HostPort {
    HostPort { host: "127.0.0.1".into(), port: 0 }
}

impl Default for NodeConfig {
    fn default() -> Self {
        NodeConfig {
            node_id: None,
            data_dir: PathBuf::new(),
            rack: None,
            rpc_listen: nowhere(),
            rpc_advertised: nowhere(),
            kafka_advertised: Vec::new(),
            admin_advertised: nowhere(),
            seeds: Vec::new(),
            empty_seed_starts_cluster: true,
            shards: 0,
            election_timeout_ms: 1500,
            heartbeat_ms: 150,
            journal_bytes: 0,
            tail_cache_bytes: 0,
            replica_lag_ms: 10_000,
            leader_balancing: true,
            max_inflight_appends: 1024,
            max_inflight_bytes: 64 << 20,
            version: env!("CARGO_PKG_VERSION").into(),
            config_hash: String::new(),
        }
    }
}

impl NodeConfig {
    /// Refuses settings that contradict each other.
    ///
    /// # Errors
    /// [`StartError::Config`] with the setting's name.
    pub fn check(&self) -> Result<(), StartError> {
        let bad = |setting, why: &str| Err(StartError::Config { setting, why: why.into() });
        if self.data_dir.as_os_str().is_empty() {
            return bad("data_dir", "must not be empty");
        }
        if self.seeds.is_empty() {
            return bad("seeds", "must name at least one node");
        }
        let mut seen = std::collections::BTreeSet::new();
        if !self.seeds.iter().all(|seed| seen.insert(seed)) {
            return bad("seeds", "names a node twice");
        }
        if self.node_id.is_some_and(|id| id < 0) {
            return bad("node_id", "must not be negative");
        }
        if self.heartbeat_ms < 10 {
            return bad("heartbeat_ms", "must be at least 10");
        }
        if self.election_timeout_ms < 3 * self.heartbeat_ms {
            return bad("election_timeout_ms", "must be at least three times heartbeat_ms");
        }
        if self.election_timeout_ms > 600_000 {
            return bad("election_timeout_ms", "must be at most 600000");
        }
        if self.shards > MAX_SHARDS {
            return bad("shards", "must be at most 64");
        }
        if self.max_inflight_appends == 0 || self.max_inflight_bytes == 0 {
            return bad("max_inflight_appends", "must be at least 1, and so must the bytes");
        }
        Ok(())
    }

    /// Threads that own partitions.
    pub fn shard_count(&self) -> usize {
        if self.shards > 0 {
            return self.shards;
        }
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        cores.min(MAX_DEFAULT_SHARDS)
    }

    /// This node's place in the seed list.
    pub fn seed_position(&self) -> Option<usize> {
        self.seeds.iter().position(|seed| *seed == self.rpc_advertised)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sound() -> NodeConfig {
        NodeConfig { data_dir: "/d".into(), seeds: vec![nowhere()], ..NodeConfig::default() }
    }

    #[test]
    fn contradictions_name_their_setting() {
        sound().check().expect("sound");
        let setting = |change: fn(&mut NodeConfig)| {
            let mut config = sound();
            change(&mut config);
            config.check().expect_err("refused").setting()
        };
        assert_eq!(setting(|c| c.seeds.clear()), "seeds");
        assert_eq!(setting(|c| c.seeds.push(nowhere())), "seeds");
        assert_eq!(setting(|c| c.data_dir = PathBuf::new()), "data_dir");
        assert_eq!(setting(|c| c.election_timeout_ms = 200), "election_timeout_ms");
        assert_eq!(setting(|c| c.node_id = Some(-1)), "node_id");
    }

    #[test]
    fn unknown_keys_are_refused() {
        let parsed: Result<NodeConfig, _> = serde_json::from_str(r#"{"node_idd": 1}"#);
        assert!(parsed.is_err());
    }
}
