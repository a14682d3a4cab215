//! Share groups (KIP-932) on the cluster: hosts what `headrace_groups::share` decides.
//!
//! | module | |
//! |---|---|
//! | `hosted` | a state machine on a partition of an internal topic |
//! | `states` | the share coordinator: durable state, here or on another node |
//! | `led` | share partitions that this node leads |
//! | `upkeep` | locks and sessions that run out, lost connections |

mod config;
mod hosted;
mod led;
mod states;
mod upkeep;

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use headrace_cluster::controller::names::{CONSUMER_OFFSETS, SHARE_GROUP_STATE};
use headrace_cluster::Node;
use headrace_env::Env;
use headrace_groups::share::{Sessions, ShareGroups, ShareStates, StateKey};
use headrace_wire::ErrorCode;
use tokio::runtime::Handle;
use tokio::sync::watch;

use crate::coordinator::topic;
use crate::peers::Peers;
pub(crate) use config::ShareConfig;
use hosted::Machine;
pub(crate) use hosted::{Hosted, Hosts};
pub(crate) use led::Led;

/// `group.share.max.share.sessions` of Apache Kafka.
const MAX_SESSIONS: usize = 2_000;

impl Machine for ShareGroups {
    fn load(&mut self, key: &Bytes, value: Option<&Bytes>) {
        ShareGroups::load(self, key, value);
    }

    fn loaded(&mut self, now_ms: i64) {
        ShareGroups::loaded(self, now_ms);
    }
}

impl Machine for ShareStates {
    fn load(&mut self, key: &Bytes, value: Option<&Bytes>) {
        ShareStates::load(self, key, value);
    }

    fn loaded(&mut self, _now_ms: i64) {}
}

/// All of a node's share groups.
pub(crate) struct Shares {
    node: Node,
    env: Env,
    runtime: Handle,
    clock: Clock,
    groups: Hosts<ShareGroups>,
    states: Hosts<ShareStates>,
    peers: Peers,
    led: Mutex<HashMap<StateKey, led::Slot>>,
    pub sessions: Mutex<Sessions>,
    /// Connections whose end is waited for.
    watched: Mutex<HashSet<u64>>,
    creating: tokio::sync::Mutex<()>,
    stop: watch::Sender<bool>,
}

impl Shares {
    /// Starts what runs beside requests.
    pub fn start(node: Node, env: Env, peers: Peers, runtime: Handle) -> Arc<Shares> {
        let clock = Clock::new(env.clone());
        let (of_groups, of_states) = (clock.clone(), clock.clone());
        let shares = Arc::new(Shares {
            groups: Hosts::new(CONSUMER_OFFSETS, node.clone(), move || of_groups.now_ms()),
            states: Hosts::new(SHARE_GROUP_STATE, node.clone(), move || of_states.now_ms()),
            peers,
            led: Mutex::default(),
            sessions: Mutex::new(Sessions::new(MAX_SESSIONS)),
            watched: Mutex::default(),
            creating: tokio::sync::Mutex::new(()),
            stop: watch::channel(false).0,
            node,
            env,
            clock,
            runtime: runtime.clone(),
        });
        runtime.spawn(upkeep::run(Arc::clone(&shares)));
        shares
    }

    /// Ends what runs beside requests.
    pub fn shutdown(&self) {
        self.stop.send_replace(true);
    }

    /// Unix time that never jumps.
    pub fn now_ms(&self) -> i64 {
        self.clock.now_ms()
    }

    /// The share groups among which `group` is, if this node coordinates it.
    ///
    /// # Errors
    /// `NOT_COORDINATOR`.
    pub async fn groups_of(&self, group: &str) -> Result<Arc<Hosted<ShareGroups>>, ErrorCode> {
        let partition = topic::partition_in(&self.node.image(), CONSUMER_OFFSETS, group);
        self.groups.get(partition.ok_or(ErrorCode::NotCoordinator)?).await
    }

    /// All share groups that this node coordinates; what cannot be loaded is left out with the
    /// reason.
    pub async fn all_groups(&self) -> (Vec<Arc<Hosted<ShareGroups>>>, Option<ErrorCode>) {
        let (mut all, mut missing) = (Vec::new(), None);
        for partition in self.groups.led() {
            match self.groups.get(partition).await {
                Ok(hosted) => all.push(hosted),
                Err(ErrorCode::NotCoordinator) => {}
                Err(code) => missing = Some(code),
            }
        }
        (all, missing)
    }

    /// Id and partition count of a topic.
    pub fn topics(&self) -> impl Fn(&str) -> Option<(uuid::Uuid, i32)> {
        let image = self.node.image();
        move |name: &str| {
            let topic = image.topic(name)?;
            Some((topic.id, i32::try_from(topic.partitions.len()).ok()?))
        }
    }
}

/// Unix time that never jumps: locks and sessions must not end because the host's clock was set.
#[derive(Clone)]
struct Clock {
    env: Env,
    unix_ms: i64,
    monotonic_ns: u64,
}

impl Clock {
    fn new(env: Env) -> Self {
        let (unix_ms, monotonic_ns) = (env.clock.now_ms(), env.clock.monotonic_ns());
        Clock { env, unix_ms, monotonic_ns }
    }

    fn now_ms(&self) -> i64 {
        let elapsed_ns = self.env.clock.monotonic_ns().saturating_sub(self.monotonic_ns);
        self.unix_ms.saturating_add(i64::try_from(elapsed_ns / 1_000_000).unwrap_or(i64::MAX))
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
