//! Real nodes in one process: real threads, files and loopback sockets.
#![allow(dead_code)] // each test file uses a part of it

mod ports;

use std::path::PathBuf;
use std::time::{Duration, Instant};

use bytes::Bytes;
use headrace_cluster::controller::command::NewTopic;
use headrace_cluster::identity::random_uuid;
use headrace_cluster::{
    Acks, AppendOptions, Appended, ControllerCommand, ControllerReply, GroupId, HostPort,
    Isolation, Node, NodeConfig, PartitionError,
};
use headrace_wire::records::{read_all, BatchBuilder};

pub use ports::free_port;

pub const WAIT: Duration = Duration::from_secs(30);

/// A cluster on loopback; its folders go with it.
pub struct Cluster {
    pub dir: tempfile::TempDir,
    pub seeds: Vec<HostPort>,
    pub nodes: Vec<Option<Node>>,
    pub alone: bool,
}

pub fn local(port: u16) -> HostPort {
    HostPort { host: "127.0.0.1".into(), port }
}

impl Cluster {
    /// `count` nodes that are all seeds; none is started.
    pub fn new(count: usize, alone: bool) -> Cluster {
        if std::env::var_os("HEADRACE_TEST_LOG").is_some() {
            let _ = tracing_subscriber::fmt().with_max_level(tracing::Level::INFO).try_init();
        }
        let dir = tempfile::tempdir().expect("a folder");
        let seeds = (0..count).map(|_| local(free_port())).collect();
        Cluster { dir, seeds, nodes: vec![None; count], alone }
    }

    pub async fn started(count: usize) -> Cluster {
        let mut cluster = Cluster::new(count, false);
        cluster.start_all();
        cluster.ready().await;
        cluster
    }

    pub fn data_dir(&self, at: usize) -> PathBuf {
        self.dir.path().join(format!("node-{at}"))
    }

    pub fn config(&self, at: usize) -> NodeConfig {
        NodeConfig {
            data_dir: self.data_dir(at),
            rpc_listen: self.seeds[at].clone(),
            rpc_advertised: self.seeds[at].clone(),
            seeds: self.seeds.clone(),
            empty_seed_starts_cluster: self.alone,
            shards: 2,
            election_timeout_ms: 900,
            heartbeat_ms: 90,
            journal_bytes: 8 << 20,
            ..NodeConfig::default()
        }
    }

    pub fn start(&mut self, at: usize) {
        self.start_in(at, headrace_env::real());
    }

    pub fn start_in(&mut self, at: usize, env: headrace_env::Env) {
        let rt = tokio::runtime::Handle::current();
        let node = Node::start(self.config(at), env, rt).expect("starts");
        self.nodes[at] = Some(node);
    }

    pub fn start_all(&mut self) {
        for at in 0..self.nodes.len() {
            if self.nodes[at].is_none() {
                self.start(at);
            }
        }
    }

    pub fn node(&self, at: usize) -> &Node {
        self.nodes[at].as_ref().expect("is up")
    }

    pub fn up(&self) -> impl Iterator<Item = &Node> {
        self.nodes.iter().flatten()
    }

    pub async fn ready(&self) {
        for node in self.up() {
            node.wait_ready(WAIT).await.expect("gets ready");
        }
    }

    pub async fn stop(&mut self, at: usize) {
        if let Some(node) = self.nodes[at].take() {
            node.shutdown().await;
        }
    }

    pub async fn stop_all(&mut self) {
        for at in 0..self.nodes.len() {
            self.stop(at).await;
        }
    }

    /// Creates a topic through node `at` and returns its groups.
    pub async fn create_topic(
        &self,
        at: usize,
        name: &str,
        partitions: i32,
        replicas: i16,
        configs: &[(&str, &str)],
    ) -> Vec<GroupId> {
        let env = headrace_env::real();
        let topic = NewTopic {
            partitions,
            replication_factor: replicas,
            configs: configs.iter().map(|(k, v)| (k.to_string(), Some(v.to_string()))).collect(),
            ..NewTopic::with_defaults(name, random_uuid(env.random.as_ref()))
        };
        let command = ControllerCommand::CreateTopics {
            topics: vec![topic],
            validate_only: false,
            avoid: Vec::new(),
        };
        let reply = self.node(at).controller_request(command).await.expect("is created");
        let ControllerReply::Topics(results) = reply else { panic!("{reply:?}") };
        assert_eq!(results[0].error, None);
        results[0].groups.clone()
    }

    /// Waits until `look` gives something.
    pub async fn until<T>(&self, what: &str, mut look: impl FnMut(&Cluster) -> Option<T>) -> T {
        let deadline = Instant::now() + WAIT;
        loop {
            if let Some(found) = look(self) {
                return found;
            }
            assert!(Instant::now() < deadline, "waited too long for {what}");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// The node (by place) that leads `group` and may serve.
    pub async fn leader(&self, group: GroupId) -> usize {
        self.until(&format!("a leader of group {group}"), |cluster| {
            (0..cluster.nodes.len()).find(|&at| {
                let node = cluster.nodes[at].as_ref();
                let handle = node.and_then(|node| node.partition(group));
                handle.is_some_and(|handle| handle.offsets().is_leader)
            })
        })
        .await
    }

    /// Appends on whoever leads, again and again as a client would.
    pub async fn append(&self, group: GroupId, batch: Bytes) -> Appended {
        let deadline = Instant::now() + WAIT;
        loop {
            let leader = self.leader(group).await;
            let handle = self.node(leader).partition(group).expect("is hosted");
            let options = AppendOptions::new(Acks::All);
            let answer = tokio::time::timeout(WAIT, handle.append(batch.clone(), options)).await;
            match answer.expect("an answer") {
                Ok(appended) => return appended,
                Err(
                    PartitionError::NotLeader { .. }
                    | PartitionError::Overloaded
                    | PartitionError::NotEnoughReplicas,
                ) => assert!(Instant::now() < deadline, "waited too long to append"),
                Err(other) => panic!("{other:?}"),
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// All committed values of a group, from its leader.
    pub async fn read_all(&self, group: GroupId) -> Vec<Bytes> {
        let leader = self.leader(group).await;
        read_values(self.node(leader), group)
    }

    /// Waits until every replica has the same high watermark as the leader.
    pub async fn caught_up(&self, group: GroupId) {
        self.until("all replicas to catch up", |cluster| {
            let marks: Vec<i64> = cluster
                .up()
                .filter_map(|node| Some(node.partition(group)?.offsets().high_watermark))
                .collect();
            marks.windows(2).all(|pair| pair[0] == pair[1]).then_some(())
        })
        .await;
    }
}

/// All committed values, from this node's replica.
pub fn read_values(node: &Node, group: GroupId) -> Vec<Bytes> {
    let handle = node.partition(group).expect("is hosted");
    let mut offset = handle.offsets().log_start;
    let mut values = Vec::new();
    loop {
        let read =
            handle.read_replica(offset, 1 << 20, Isolation::ReadUncommitted).expect("can be read");
        if read.batches.is_empty() {
            return values;
        }
        for batches in read.batches {
            for record in read_all(batches).expect("sound") {
                assert_eq!(record.offset, offset, "offsets have no gaps");
                offset += 1;
                values.push(record.value.unwrap_or_default());
            }
        }
    }
}

/// A batch of one record.
pub fn batch(value: &str) -> Bytes {
    let mut builder = BatchBuilder::new();
    builder.push(now_ms(), None, Some(value.as_bytes()), &[]);
    builder.build().expect("builds")
}

/// A batch of one record of an idempotent producer.
pub fn numbered(producer: i64, epoch: i16, sequence: i32) -> Bytes {
    let mut builder = BatchBuilder::new().producer(producer, epoch, sequence);
    let value = format!("{producer}/{epoch}/{sequence}");
    builder.push(now_ms(), None, Some(value.as_bytes()), &[]);
    builder.build().expect("builds")
}

/// Records of long ago would be removed by retention.
fn now_ms() -> i64 {
    headrace_env::real().clock.now_ms()
}
