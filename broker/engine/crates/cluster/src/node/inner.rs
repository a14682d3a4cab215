//! What a node's tasks and threads share.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock, RwLock};

use arc_swap::{ArcSwap, ArcSwapOption};
use bytes::Bytes;
use headrace_env::{DiskFile, Env};
use headrace_log::StoreConfig;
use tokio::runtime::Handle;
use tokio::sync::Notify;

use super::host::ControllerView;
use super::leaders::Leaders;
use crate::config::NodeConfig;
use crate::error::StartError;
use crate::identity::{self, Founder, Identity, IdentityError};
use crate::image::{ClusterConfig, GroupId, HostPort, NodeId, CONTROLLER_GROUP};
use crate::metrics::Metrics;
use crate::partition::PartitionHandle;
use crate::rpc::beat;
use crate::rpc::client::Client;
use crate::rpc::frame::kind;
use crate::rpc::hello::{Hello, Purpose};
use crate::rpc::link::{LinkHost, Links};
use crate::runtime::{start_shard, ShardOutput, ShardThread};
use crate::shard::{Input, ShardConfig, ShardEvent, ShardSender};

const LOCK_FILE: &str = "lock";
/// Ticks in a heartbeat: the finer, the closer timeouts are kept.
const TICKS_PER_HEARTBEAT: u64 = 3;
/// Entries after which the controller's snapshot replaces the start of its log.
const MACHINE_LOG_ENTRIES: u64 = 1_000;
/// How often replicas' states are saved: as much must be read again after a crash.
const STATES_INTERVAL_MS: i64 = 10_000;
/// How long nothing must happen to a partition before its group sleeps.
const IDLE_MS: i64 = 2_000;
/// After which it wakes by itself. Only a second line, and with thousands of partitions the most of
/// what a node at rest works.
const LONGEST_SLEEP_MS: i64 = 300_000;

/// Answers what the layer above on another node asks.
pub type ForwardHandler =
    Box<dyn Fn(Bytes) -> BoxFuture<Result<Bytes, String>> + Send + Sync + 'static>;
/// A future that a handler makes.
pub type BoxFuture<T> = std::pin::Pin<Box<dyn std::future::Future<Output = T> + Send>>;

/// A replica that is open here.
#[derive(Clone, Debug)]
pub(crate) struct Hosted {
    pub handle: PartitionHandle,
    pub settings: super::reconcile::Settings,
}

/// All of a node's state outside of its shards.
pub(crate) struct Inner {
    pub config: NodeConfig,
    pub env: Env,
    pub rt: Handle,
    pub rpc_address: SocketAddr,
    pub metrics: Arc<Metrics>,
    pub view: Arc<ControllerView>,
    pub leaders: Leaders,
    pub links: Links,
    pub client: Client,
    pub started_at_ms: i64,
    /// Who answers what the layer above on other nodes asks.
    pub forwarded: OnceLock<ForwardHandler>,
    /// Wakes the gossip task.
    pub news: Notify,
    pub registered: AtomicBool,
    pub hosted: RwLock<HashMap<GroupId, Hosted>>,
    identity: ArcSwap<Identity>,
    senders: ArcSwap<Vec<ShardSender>>,
    threads: Mutex<Vec<ShardThread>>,
    /// Groups that were found on disk, for which the metadata is not known yet.
    pub stored: Mutex<BTreeSet<GroupId>>,
    listener: Mutex<Option<std::net::TcpListener>>,
    lock: Mutex<Option<Arc<dyn DiskFile>>>,
    tasks: Mutex<Vec<tokio::task::AbortHandle>>,
    failure: ArcSwapOption<StartError>,
    /// Why a shard's store refuses everything, if one does.
    store_failure: ArcSwapOption<String>,
    stopping: AtomicBool,
    draining: AtomicBool,
    /// Nodes that told us that they are leaving.
    others_draining: Mutex<BTreeSet<NodeId>>,
    /// When each node was last heard of (monotonic ms).
    heard: RwLock<HashMap<NodeId, i64>>,
    /// Addresses that nodes told when they called.
    addresses: RwLock<BTreeMap<NodeId, HostPort>>,
}

impl std::fmt::Debug for Inner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Inner({:?})", self.identity.load())
    }
}

impl Inner {
    /// Takes the data folder and the port.
    pub fn open(config: NodeConfig, env: Env, rt: Handle) -> Result<Arc<Inner>, StartError> {
        let lock = lock_folder(&config, &env)?;
        let identity = identity::load_or_create(&env, &config.data_dir)?;
        if let Some(wanted) = config.node_id {
            identity.check_node(wanted)?;
        }
        let member = identity.node_id.is_some();
        if member && identity.founders.is_empty() {
            let path = config.data_dir.join(identity::FILE_NAME);
            let why = "it names no founders, but the node has an id".to_string();
            return Err(IdentityError::Damaged { path, why }.into());
        }
        let (listener, rpc_address) = bind(&config.rpc_listen)?;
        let metrics = Arc::new(Metrics::default());
        let inner = Arc::new(Inner {
            view: Arc::new(ControllerView::new()),
            leaders: Leaders::new(),
            links: Links::new(metrics.clone()),
            client: Client::default(),
            started_at_ms: env.clock.now_ms(),
            forwarded: OnceLock::new(),
            news: Notify::new(),
            registered: AtomicBool::new(false),
            hosted: RwLock::default(),
            identity: ArcSwap::from_pointee(identity),
            senders: ArcSwap::default(),
            threads: Mutex::default(),
            stored: Mutex::default(),
            listener: Mutex::new(Some(listener)),
            lock: Mutex::new(Some(lock)),
            tasks: Mutex::default(),
            failure: ArcSwapOption::empty(),
            store_failure: ArcSwapOption::empty(),
            stopping: AtomicBool::new(false),
            draining: AtomicBool::new(false),
            others_draining: Mutex::default(),
            heard: RwLock::default(),
            addresses: RwLock::default(),
            config,
            env,
            rt,
            rpc_address,
            metrics,
        });
        if member {
            inner.start_shards()?;
        }
        Ok(inner)
    }

    pub fn identity(&self) -> Identity {
        Identity::clone(&self.identity.load())
    }

    /// Remembers who this node is; durable when it returns.
    pub fn set_identity(&self, identity: Identity) -> Result<(), IdentityError> {
        identity::write(self.env.disk.as_ref(), &self.config.data_dir, &identity)?;
        self.identity.store(Arc::new(identity));
        Ok(())
    }

    /// Who this node's cluster was born with.
    pub fn founders(&self) -> Vec<Founder> {
        self.identity.load().founders.clone()
    }

    /// Starts the shards' threads. The node must have its id.
    pub fn start_shards(self: &Arc<Self>) -> Result<(), StartError> {
        let Some(node) = self.identity().node_id else { return Ok(()) };
        let count = self.shard_count()?;
        let mut senders = Vec::with_capacity(count);
        for index in 0..count {
            let dir = self.shard_dir(index);
            let disk = &self.env.disk;
            disk.create_dir_all(&dir).and_then(|()| disk.sync_dir(&self.config.data_dir)).map_err(
                |source| StartError::Io { what: format!("cannot make {}", dir.display()), source },
            )?;
            let output: Arc<dyn ShardOutput> = Arc::new(Output(Arc::downgrade(self)));
            let (thread, report, groups) = start_shard(
                &self.env,
                index,
                self.shard_config(node, dir),
                self.store_config(),
                self.metrics.clone(),
                output,
            )?;
            tracing::info!(shard = index, groups = groups.len(), ?report, "shard is open");
            self.stored.lock().unwrap_or_else(|e| e.into_inner()).extend(groups);
            senders.push(thread.sender.clone());
            self.threads.lock().unwrap_or_else(|e| e.into_inner()).push(thread);
        }
        self.senders.store(Arc::new(senders));
        Ok(())
    }

    /// A data folder keeps the number of shards that it began with, as groups live in one of them.
    fn shard_count(&self) -> Result<usize, StartError> {
        let disk = &self.env.disk;
        let names = disk.list(&self.config.data_dir).map_err(|source| StartError::Io {
            what: format!("cannot list {}", self.config.data_dir.display()),
            source,
        })?;
        let found = names.iter().filter(|name| name.starts_with("shard-")).count();
        let wanted = self.config.shard_count();
        if found > 0 && found != wanted {
            tracing::info!(found, wanted, "the data folder keeps its number of shards");
        }
        Ok(if found > 0 { found } else { wanted })
    }

    fn shard_dir(&self, index: usize) -> PathBuf {
        self.config.data_dir.join(format!("shard-{index}"))
    }

    fn shard_config(&self, node: NodeId, dir: PathBuf) -> ShardConfig {
        let tick_ms = (self.config.heartbeat_ms / TICKS_PER_HEARTBEAT).max(1);
        let election_ticks = (self.config.election_timeout_ms / tick_ms) as usize;
        ShardConfig {
            node,
            dir,
            seed: self.founders().first().map_or(0, |f| f.node_uuid.as_u64_pair().0),
            tick_ms,
            election_ticks,
            heartbeat_ticks: TICKS_PER_HEARTBEAT as usize,
            replica_lag_ms: self.config.replica_lag_ms,
            leader_balancing: self.config.leader_balancing,
            max_inflight_appends: self.config.max_inflight_appends,
            max_inflight_bytes: self.config.max_inflight_bytes,
            machine_log_entries: MACHINE_LOG_ENTRIES,
            idle_ms: IDLE_MS,
            longest_sleep_ms: LONGEST_SLEEP_MS,
            states_interval_ms: STATES_INTERVAL_MS,
        }
    }

    fn store_config(&self) -> StoreConfig {
        let mut store = StoreConfig::default();
        if self.config.journal_bytes > 0 {
            store.journal_bytes = self.config.journal_bytes;
        }
        if self.config.tail_cache_bytes > 0 {
            store.tail_cache_bytes = self.config.tail_cache_bytes;
        }
        store
    }

    /// The shard that owns `group`; `None` while there are none.
    pub fn shard(&self, group: GroupId) -> Option<ShardSender> {
        let senders = self.senders.load();
        let count = senders.len() as u64;
        senders.get(usize::try_from(group.checked_rem(count)?).ok()?).cloned()
    }

    pub fn shards(&self) -> Arc<Vec<ShardSender>> {
        self.senders.load_full()
    }

    pub fn partition(&self, group: GroupId) -> Option<PartitionHandle> {
        let hosted = self.hosted.read().unwrap_or_else(|e| e.into_inner());
        hosted.get(&group).map(|h| h.handle.clone())
    }

    pub fn handles(&self) -> Vec<PartitionHandle> {
        let hosted = self.hosted.read().unwrap_or_else(|e| e.into_inner());
        let mut handles: Vec<_> = hosted.values().map(|h| h.handle.clone()).collect();
        handles.sort_unstable_by_key(PartitionHandle::group);
        handles
    }

    pub fn hello(&self, purpose: Purpose) -> Hello {
        let identity = self.identity();
        Hello {
            purpose,
            node_uuid: identity.node_uuid,
            node_id: identity.node_id,
            cluster_uuid: identity.cluster_uuid,
            rpc: self.config.rpc_advertised.clone(),
        }
    }

    fn monotonic_ms(&self) -> i64 {
        i64::try_from(self.env.clock.monotonic_ns() / 1_000_000).unwrap_or(i64::MAX)
    }

    pub fn heard_of(&self, node: NodeId) {
        let now_ms = self.monotonic_ms();
        self.heard.write().unwrap_or_else(|e| e.into_inner()).insert(node, now_ms);
    }

    pub fn is_alive(&self, node: NodeId) -> bool {
        if self.identity().node_id == Some(node) {
            return true;
        }
        let heard = self.heard.read().unwrap_or_else(|e| e.into_inner()).get(&node).copied();
        let limit_ms = 2 * i64::try_from(self.config.election_timeout_ms).unwrap_or(i64::MAX / 2);
        heard.is_some_and(|at| self.monotonic_ms() - at <= limit_ms)
    }

    /// Where a node is reached: as registered, as it called, or as it was at the cluster's birth.
    pub fn node_address(&self, node: NodeId) -> Option<HostPort> {
        if let Some(info) = self.view.image().node(node) {
            return Some(info.rpc.clone());
        }
        let called = self.addresses.read().unwrap_or_else(|e| e.into_inner()).get(&node).cloned();
        called.or_else(|| {
            let founders = self.founders();
            founders.iter().find(|f| f.node_id == node).map(|f| f.rpc.clone())
        })
    }

    pub fn note_address(&self, node: NodeId, address: HostPort) {
        self.addresses.write().unwrap_or_else(|e| e.into_inner()).insert(node, address);
    }

    /// Something that will not get better by waiting; said once.
    pub fn fail(&self, error: StartError) {
        let text = error.to_string();
        let before = self.failure.swap(Some(Arc::new(error)));
        if before.is_none_or(|before| before.to_string() != text) {
            tracing::error!("{text}");
        }
    }

    pub fn failure(&self) -> Option<Arc<StartError>> {
        self.failure.load_full()
    }

    /// What keeps the node from being ready.
    pub fn missing(&self) -> Option<String> {
        if let Some(failure) = self.failure() {
            return Some(failure.to_string());
        }
        if let Some(why) = self.store_failure.load_full() {
            return Some(format!(
                "a journal failed ({why}); check the disk, then restart the node"
            ));
        }
        let identity = self.identity();
        let text = if self.stopping.load(Ordering::Acquire) {
            "it is shutting down"
        } else if identity.node_id.is_none() {
            "no cluster was found yet; are the seeds up, and do they name each other?"
        } else if identity.cluster_uuid.is_none() {
            "the new cluster has no name yet; a majority of the seeds must be up"
        } else if self.leaders.get(CONTROLLER_GROUP).is_none() {
            "the cluster has no controller; a majority of its voters must be up"
        } else if !self.registered.load(Ordering::Acquire) {
            "it is not registered with the controller yet"
        } else {
            return None;
        };
        Some(text.to_string())
    }

    pub fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::Acquire)
    }

    pub fn start_draining(&self) {
        self.draining.store(true, Ordering::Release);
        self.tell_draining();
        self.news.notify_one();
    }

    pub fn is_draining(&self) -> bool {
        self.draining.load(Ordering::Acquire)
    }

    /// A node says whether it is leaving.
    pub fn node_draining(&self, node: NodeId, draining: bool) {
        let mut others = self.others_draining.lock().unwrap_or_else(|e| e.into_inner());
        let changed = if draining { others.insert(node) } else { others.remove(&node) };
        drop(others);
        if changed {
            self.tell_draining();
        }
    }

    /// Tells the shards which nodes shall lead nothing: those that are leaving or in maintenance.
    pub fn tell_draining(&self) {
        let mut nodes = self.others_draining.lock().unwrap_or_else(|e| e.into_inner()).clone();
        nodes.extend(self.view.image().nodes().filter(|n| n.maintenance).map(|n| n.id));
        if let Some(me) = self.identity().node_id.filter(|_| self.is_draining()) {
            nodes.insert(me);
        }
        self.tell_shards(|| Input::Draining(nodes.clone()));
    }

    /// Tells the shards how often they look at their logs.
    pub fn tell_housekeeping(&self, here: &ClusterConfig) {
        self.tell_shards(|| Input::Housekeeping {
            cleaner_backoff_ms: here.log_cleaner_backoff_ms,
            retention_check_ms: here.log_retention_check_interval_ms,
        });
    }

    fn tell_shards(&self, input: impl Fn() -> Input) {
        for shard in self.shards().iter() {
            // A full queue is looked at again with the next change or image.
            let _ = shard.try_send(input());
        }
    }

    /// Whether this node leads a group that a living, willing replica could lead instead.
    pub fn leads_what_others_could(&self) -> bool {
        let Some(me) = self.identity().node_id else { return false };
        let leaving = self.others_draining.lock().unwrap_or_else(|e| e.into_inner()).clone();
        self.leaders.served().iter().any(|(_, info)| {
            info.in_sync.iter().any(|&n| n != me && !leaving.contains(&n) && self.is_alive(n))
        })
    }

    /// Remembers a task, to be ended with the node.
    pub fn keep(&self, task: tokio::task::AbortHandle) {
        self.tasks.lock().unwrap_or_else(|e| e.into_inner()).push(task);
    }

    pub fn take_listener(&self) -> Option<std::net::TcpListener> {
        self.listener.lock().unwrap_or_else(|e| e.into_inner()).take()
    }

    pub fn stop_tasks(&self) {
        self.stopping.store(true, Ordering::Release);
        for task in std::mem::take(&mut *self.tasks.lock().unwrap_or_else(|e| e.into_inner())) {
            task.abort();
        }
        self.links.close();
    }

    pub fn take_shards(&self) -> Vec<ShardThread> {
        self.senders.store(Arc::default());
        std::mem::take(&mut *self.threads.lock().unwrap_or_else(|e| e.into_inner()))
    }

    /// Lets another process use the data folder.
    pub fn unlock(&self) {
        self.lock.lock().unwrap_or_else(|e| e.into_inner()).take();
    }
}

fn lock_folder(config: &NodeConfig, env: &Env) -> Result<Arc<dyn DiskFile>, StartError> {
    let path = config.data_dir.join(LOCK_FILE);
    let io = |source: io::Error| StartError::Io {
        what: format!("cannot use the data folder {}", config.data_dir.display()),
        source,
    };
    env.disk.create_dir_all(&config.data_dir).map_err(io)?;
    env.disk.lock_exclusive(&path).map_err(|error| match error.kind() {
        io::ErrorKind::WouldBlock => StartError::Locked { path },
        _ => io(error),
    })
}

fn bind(address: &HostPort) -> Result<(std::net::TcpListener, SocketAddr), StartError> {
    let failed = |source| StartError::Bind { address: address.to_string(), source };
    let listener =
        std::net::TcpListener::bind((address.host.as_str(), address.port)).map_err(failed)?;
    listener.set_nonblocking(true).map_err(failed)?;
    let local = listener.local_addr().map_err(failed)?;
    Ok((listener, local))
}

/// Where shards' output goes. Weak, since the shards' threads must not keep the node alive.
struct Output(std::sync::Weak<Inner>);

impl ShardOutput for Output {
    fn frame(&self, to: NodeId, parts: Vec<Bytes>) {
        if let Some(inner) = self.0.upgrade() {
            inner.links.send(to, kind::RAFT, parts);
        }
    }

    fn beat(&self, to: NodeId, shard: usize) {
        if let Some(inner) = self.0.upgrade() {
            let shards = inner.shards().len();
            inner.links.send(to, kind::BEAT, beat::encode(shard as u64, shards as u64));
        }
    }

    fn event(&self, event: ShardEvent) {
        let Some(inner) = self.0.upgrade() else { return };
        match event {
            ShardEvent::Leadership { group, info, serving, epoch } => {
                let Some(me) = inner.identity().node_id else { return };
                if inner.leaders.own(me, group, info, serving, epoch) {
                    inner.news.notify_one();
                }
            }
            // The shard has logged it; the handle shows it.
            ShardEvent::Fenced { group, .. } => inner.leaders.remove(group),
            ShardEvent::StoreFailed { why } => inner.store_failure.store(Some(Arc::new(why))),
        }
    }
}

impl LinkHost for Inner {
    fn hello(&self) -> Hello {
        Inner::hello(self, Purpose::Link)
    }

    fn address(&self, node: NodeId) -> Option<HostPort> {
        self.node_address(node)
    }

    fn unreachable(&self, node: NodeId) {
        for shard in self.shards().iter() {
            // Raft finds out by itself, only later.
            let _ = shard.try_send(Input::Unreachable { node });
        }
    }
}
