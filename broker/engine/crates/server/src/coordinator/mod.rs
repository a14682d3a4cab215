//! Hosts coordinators, which are state machines, on the replicated log: those of groups
//! (`headrace-groups`) over `__consumer_offsets`, those of transactions (`headrace-txn`) over
//! `__transaction_state`.
//!
//! Each partition of such a topic that this node leads has one task: it reads the partition to its
//! end, then serves requests from a bounded queue. The README tells the rules.
//!
//! | module | |
//! |---|---|
//! | `machine` | what a host needs of a state machine |
//! | `topic` | which partition a key belongs to; creating the topic |
//! | `watch` | starts and stops hosts as leadership moves |
//! | `host`, `load`, `log`, `writer` | one partition's task: life, start, writes |
//! | `topics` | the controller's image as group coordinators see it |
//! | `groups`, `requests`, `offsets`, `consumers` | groups: Kafka's requests, there and back |
//! | `transactions` | transactions: the same |

mod consumers;
mod groups;
mod host;
mod load;
mod log;
mod machine;
mod offsets;
mod requests;
mod streams;
#[cfg(test)]
mod tests;
pub(crate) mod topic;
mod topics;
mod transactions;
mod watch;
mod writer;

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use headrace_cluster::{Node, NodeId};
use headrace_env::Env;
use headrace_wire::ErrorCode;
use tokio::runtime::Handle;
use tokio::sync::{oneshot, watch as flag};

pub use groups::{Caller, Coordinators};
pub use transactions::Transactions;

use host::{Host, Job, Jobs, Worker};
use machine::Machine;

/// All coordinators of one kind on this node.
struct Shared<M: Machine> {
    /// The internal topic.
    topic: &'static str,
    node: Node,
    env: Env,
    runtime: Handle,
    worker: Arc<Worker<M>>,
    /// By partition of the topic. Written by the watcher only.
    hosts: RwLock<HashMap<i32, Host<M>>>,
    /// One creation of the topic at a time.
    creating: tokio::sync::Mutex<()>,
    stop: flag::Sender<bool>,
}

impl<M: Machine> Shared<M> {
    /// Starts watching for partitions to coordinate. The node may not be ready yet.
    fn start(
        topic: &'static str,
        node: Node,
        env: Env,
        runtime: Handle,
        worker: Arc<Worker<M>>,
    ) -> Arc<Shared<M>> {
        let shared = Arc::new(Shared {
            topic,
            node,
            env,
            runtime: runtime.clone(),
            worker,
            hosts: RwLock::new(HashMap::new()),
            creating: tokio::sync::Mutex::new(()),
            stop: flag::channel(false).0,
        });
        runtime.spawn(watch::run(Arc::clone(&shared)));
        shared
    }

    /// Ends all coordinators; whoever waits is told `NOT_COORDINATOR`. Returns at once.
    fn shutdown(&self) {
        self.stop.send_replace(true);
    }

    /// The node that coordinates `key`; creates the topic on first use.
    ///
    /// # Errors
    /// `COORDINATOR_NOT_AVAILABLE` while the topic cannot be created or its partition has no
    /// leader.
    async fn find(&self, key: &str) -> Result<NodeId, ErrorCode> {
        topic::find(self, key).await
    }

    /// The queue of the host that coordinates `key`, if it is here and serves.
    fn jobs_for(&self, key: &str) -> Result<Jobs<M>, ErrorCode> {
        let partition = topic::partition_in(&self.node.image(), self.topic, key);
        self.jobs(partition.ok_or(ErrorCode::NotCoordinator)?)
    }

    /// The queue of a partition's host, if it serves.
    fn jobs(&self, partition: i32) -> Result<Jobs<M>, ErrorCode> {
        let hosts = self.hosts.read().unwrap_or_else(PoisonError::into_inner);
        hosts.get(&partition).ok_or(ErrorCode::NotCoordinator)?.jobs()
    }

    /// The queues of all hosts.
    fn all_jobs(&self) -> Vec<Result<Jobs<M>, ErrorCode>> {
        let hosts = self.hosts.read().unwrap_or_else(PoisonError::into_inner);
        hosts.values().map(Host::jobs).collect()
    }
}

/// The host's answer; none when it ended before: the client looks for its successor then.
async fn send<M: Machine>(jobs: &Jobs<M>, ask: M::Ask) -> Option<M::Response> {
    let (answer, answered) = oneshot::channel();
    jobs.send(Job::Ask(Box::new(ask), answer)).await.ok()?;
    answered.await.ok()
}
