//! Hosts the group coordinators of `headrace-groups` on the replicated log.
//!
//! Each partition of `__consumer_offsets` that this node leads has one task: it reads the
//! partition to its end, then serves requests from a bounded queue. The README tells the rules.
//!
//! | module | |
//! |---|---|
//! | `topic` | which partition is a group's; creating `__consumer_offsets` |
//! | `watch` | starts and stops hosts as leadership moves |
//! | `host`, `load`, `writer` | one partition's task: life, start, writes |
//! | `requests`, `offsets`, `consumers` | Kafka's requests to the coordinator's and back |
//! | `topics` | the controller's image as coordinators see it |

mod consumers;
mod host;
mod load;
mod log;
mod offsets;
mod requests;
#[cfg(test)]
mod tests;
pub(crate) mod topic;
mod topics;
mod watch;
mod writer;

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use headrace_cluster::image::Image;
use headrace_cluster::{Node, NodeId};
use headrace_env::Env;
use headrace_groups::{Config, ConsumerConfig, MigrationPolicy, Request, Response};
use headrace_wire::{ErrorCode, Str};
use tokio::runtime::Handle;
use tokio::sync::{oneshot, watch as flag};

use host::{Ask, Host, Job};
use topics::ImageTopics;

/// What does not belong to the cluster's properties. (Those, such as
/// `group.min.session.timeout.ms`, are read from the controller's image and may change at any
/// time.)
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CoordinatorConfig {
    /// `offsets.retention.check.interval.ms`: how often expired offsets are looked for.
    pub offsets_retention_check_interval_ms: i64,
}

impl Default for CoordinatorConfig {
    fn default() -> Self {
        CoordinatorConfig { offsets_retention_check_interval_ms: 600_000 }
    }
}

/// Who asks.
#[derive(Clone, Debug)]
pub struct Caller {
    /// Version of the request.
    pub api_version: i16,
    /// The client's name for itself; empty when it gave none.
    pub client_id: Str,
    /// Where it connects from, as Kafka shows it: `/192.0.2.7`.
    pub client_host: Str,
}

/// All group coordinators of this node. Cheap to clone.
#[derive(Clone)]
pub struct Coordinators(Arc<Shared>);

pub(super) struct Shared {
    config: CoordinatorConfig,
    node: Node,
    env: Env,
    runtime: Handle,
    /// By partition of `__consumer_offsets`. Written by the watcher only.
    hosts: RwLock<HashMap<i32, Host>>,
    /// One creation of the topic at a time.
    creating: tokio::sync::Mutex<()>,
    stop: flag::Sender<bool>,
}

impl Coordinators {
    /// Starts watching for partitions to coordinate. The node may not be ready yet.
    pub fn start(config: CoordinatorConfig, node: Node, env: Env, runtime: Handle) -> Coordinators {
        let shared = Arc::new(Shared {
            config,
            node,
            env,
            runtime: runtime.clone(),
            hosts: RwLock::new(HashMap::new()),
            creating: tokio::sync::Mutex::new(()),
            stop: flag::channel(false).0,
        });
        runtime.spawn(watch::run(Arc::clone(&shared)));
        Coordinators(shared)
    }

    /// Ends all coordinators; whoever waits is told `NOT_COORDINATOR`. Returns at once.
    pub fn shutdown(&self) {
        self.0.stop.send_replace(true);
    }

    /// The node that coordinates `group`; creates `__consumer_offsets` on first use.
    ///
    /// # Errors
    /// What FindCoordinator answers: `INVALID_GROUP_ID`, or `COORDINATOR_NOT_AVAILABLE` while the
    /// topic cannot be created or its partition has no leader.
    pub async fn find(&self, group: &str) -> Result<NodeId, ErrorCode> {
        topic::find(&self.0, group).await
    }

    /// Asks the coordinator of the request's group, if it is here.
    async fn ask(&self, caller: &Caller, request: Request) -> Response {
        let version = caller.api_version;
        let group = request.group().unwrap_or_default();
        let partition = topic::partition_of(&self.0.node.image(), group);
        let jobs = match partition.ok_or(ErrorCode::NotCoordinator).and_then(|p| self.host(p)) {
            Ok(jobs) => jobs,
            Err(code) => return request.refuse(version, code),
        };
        self.send(&jobs, caller, request).await
    }

    /// The queue of a partition's host, if it serves.
    fn host(&self, partition: i32) -> Result<host::Jobs, ErrorCode> {
        let hosts = self.0.hosts.read().unwrap_or_else(PoisonError::into_inner);
        let host = hosts.get(&partition).ok_or(ErrorCode::NotCoordinator)?;
        host.jobs()
    }

    async fn send(&self, jobs: &host::Jobs, caller: &Caller, request: Request) -> Response {
        // The host may end before it answers: then the client looks for its successor.
        let lost = request.refuse(caller.api_version, ErrorCode::NotCoordinator);
        let (answer, answered) = oneshot::channel();
        let ask = Ask {
            version: caller.api_version,
            client_id: caller.client_id.to_string(),
            client_host: caller.client_host.to_string(),
            uuid: headrace_cluster::identity::random_uuid(self.0.env.random.as_ref()),
            request,
            answer,
        };
        if jobs.send(Job::Ask(Box::new(ask))).await.is_err() {
            return lost;
        }
        answered.await.unwrap_or(lost)
    }
}

/// The coordinator's settings out of the cluster's properties.
fn group_config(config: &CoordinatorConfig, image: &Arc<Image>) -> Config {
    let cluster = image.cluster();
    let positive = |value: i32| usize::try_from(value).unwrap_or(0);
    Config {
        min_session_timeout_ms: cluster.group_min_session_timeout_ms,
        max_session_timeout_ms: cluster.group_max_session_timeout_ms,
        initial_rebalance_delay_ms: cluster.group_initial_rebalance_delay_ms,
        max_group_members: positive(cluster.group_max_size),
        offset_metadata_max_bytes: positive(cluster.offset_metadata_max_bytes),
        offsets_retention_ms: i64::from(cluster.offsets_retention_minutes) * 60_000,
        offsets_retention_check_interval_ms: config.offsets_retention_check_interval_ms,
        consumer: ConsumerConfig {
            max_size: positive(cluster.group_consumer_max_size),
            assignors: cluster.group_consumer_assignors.clone(),
            migration: MigrationPolicy::named(&cluster.group_consumer_migration_policy)
                .unwrap_or(MigrationPolicy::Bidirectional),
        },
        topics: Arc::new(ImageTopics(Arc::clone(image))),
    }
}
