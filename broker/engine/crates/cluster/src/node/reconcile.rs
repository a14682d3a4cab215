//! Replicas follow the metadata: what this node shall hold is opened, what was deleted is removed.
//!
//! It works by levels, not by events: each look compares what should be with what is, so a missed
//! or failed step is made up for by the next look.

use std::collections::BTreeMap;
use std::sync::atomic::Ordering;
use std::sync::Arc;
use std::time::{Duration, Instant};

use headrace_log::LogConfig;
use headrace_raft::ConfState;
use tokio::sync::oneshot;
use uuid::Uuid;

use super::host::ControllerMachine;
use super::inner::{Hosted, Inner};
use crate::identity::Founder;
use crate::image::{
    ClusterConfig, Goal, GroupId, Image, NodeId, Partition, TimestampType, Topic, CONTROLLER_GROUP,
};
use crate::partition::in_sync::peer_of;
use crate::partition::{PartitionConfig, PartitionHandle};
use crate::shard::{Input, NewReplica};

/// Between two looks when nothing has changed.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// A look that found everything in order is not repeated on the same metadata before this time.
const LOOK_AGAIN_EVERY: Duration = Duration::from_secs(10);
/// Replicas that are opened or removed at once.
const MAX_AT_ONCE: usize = 256;
/// Segments of the controller's log are small: its state is, too.
const CONTROLLER_SEGMENT_BYTES: u64 = 16 << 20;

/// What of the metadata a replica works by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Settings {
    pub preferred: Option<NodeId>,
    pub log: LogConfig,
    pub config: PartitionConfig,
    pub goal: Option<Goal>,
}

struct Wanted {
    topic_id: Uuid,
    partition: i32,
    first_members: Vec<NodeId>,
    joins: bool,
    settings: Settings,
}

fn settings(topic: &Topic, here: &ClusterConfig, partition: &Partition) -> Settings {
    let replicas = &partition.target();
    let config = &topic.config;
    let (retention_ms, retention_bytes) = match config.cleanup_policy.delete {
        true => (config.retention_ms, config.retention_bytes),
        false => (-1, -1),
    };
    let compaction = config.cleanup_policy.compact.then_some(config.compaction);
    Settings {
        preferred: replicas.first().copied(),
        log: LogConfig {
            segment_bytes: config.segment_bytes,
            segment_ms: match compaction {
                // A record in the open segment cannot be compacted.
                Some(rules) => config.segment_ms.min(rules.max_lag_ms),
                None => config.segment_ms,
            },
            retention_ms,
            retention_bytes,
            index_interval_bytes: config.index_interval_bytes,
            compaction,
        },
        config: PartitionConfig {
            log_append_time: config.timestamp_type == TimestampType::LogAppendTime,
            // As Apache Kafka counts: never more than there are replicas.
            min_insync_replicas: usize::try_from(config.min_insync_replicas)
                .unwrap_or(1)
                .min(replicas.len()),
            producer_expiration_ms: here.producer_id_expiration_ms,
            write_caching: config.write_caching && !topic.internal,
        },
        goal: Some(partition.goal()),
    }
}

/// What this node shall hold.
fn wanted(image: &Image, me: NodeId) -> BTreeMap<GroupId, Wanted> {
    let mut all = BTreeMap::new();
    for topic in image.topics() {
        for (partition, p) in topic.partitions.iter().enumerate() {
            if p.replicas.contains(&me) {
                let wanted = Wanted {
                    topic_id: topic.id,
                    partition: i32::try_from(partition).unwrap_or(i32::MAX),
                    first_members: p.first_members().to_vec(),
                    joins: p.adding.contains(&me),
                    settings: settings(topic, image.here(), p),
                };
                all.insert(p.group, wanted);
            }
        }
    }
    all
}

/// The controller group's first members.
fn first_members(founders: &[Founder]) -> ConfState {
    let mut voters: Vec<u64> = founders.iter().map(|f| peer_of(f.node_id)).collect();
    voters.sort_unstable();
    ConfState { voters, learners: Vec::new() }
}

/// Opens the controller's own replica.
///
/// # Errors
/// Why it cannot be opened.
pub(crate) async fn open_controller(inner: &Arc<Inner>) -> Result<(), String> {
    let first = inner.founders();
    let settings = Settings {
        preferred: None,
        log: LogConfig {
            segment_bytes: CONTROLLER_SEGMENT_BYTES,
            retention_ms: -1,
            retention_bytes: -1,
            ..LogConfig::default()
        },
        config: PartitionConfig {
            log_append_time: false,
            min_insync_replicas: 1,
            producer_expiration_ms: i64::MAX,
            write_caching: false,
        },
        goal: None,
    };
    let me = inner.identity().node_id.ok_or("the node has no id")?;
    let replica = NewReplica {
        group: CONTROLLER_GROUP,
        topic_id: Uuid::nil(),
        partition: 0,
        members: first_members(&first),
        preferred: None,
        log: settings.log.clone(),
        config: settings.config,
        machine: Some(Box::new(ControllerMachine::new(me, inner.view.clone()))),
        broadcast_commit: true,
        campaign: first.first().is_some_and(|f| f.node_id == me),
        goal: None,
        joins: false,
    };
    open(inner, replica, settings).await
}

/// What a look that found everything in order went by.
struct InOrder {
    image: Arc<Image>,
    registered: bool,
    at: Instant,
}

impl InOrder {
    /// Whether another look by this metadata would find the same.
    fn holds(&self, image: &Arc<Image>, registered: bool) -> bool {
        let same = Arc::ptr_eq(&self.image, image) && self.registered == registered;
        same && self.at.elapsed() < LOOK_AGAIN_EVERY
    }
}

/// Follows the metadata until the node stops.
pub(crate) async fn run(inner: Arc<Inner>) {
    let mut changes = inner.view.changes();
    let mut in_order: Option<InOrder> = None;
    loop {
        let (image, registered) = (inner.view.image(), inner.registered.load(Ordering::Acquire));
        if !in_order.as_ref().is_some_and(|known| known.holds(&image, registered)) {
            let found = look(&inner, &image).await;
            let at = Instant::now();
            in_order = found.then(|| InOrder { image: image.clone(), registered, at });
        }
        inner.tell_draining();
        inner.tell_housekeeping(image.here());
        // Nobody else ends the view; an error cannot happen while `inner` lives.
        let _ = tokio::time::timeout(LOOK_EVERY, changes.changed()).await;
        changes.mark_unchanged();
    }
}

/// Makes this node hold what it shall. Returns whether there was nothing to do.
async fn look(inner: &Arc<Inner>, image: &Image) -> bool {
    let Some(me) = inner.identity().node_id else { return false };
    let wanted = wanted(image, me);
    let (missing, changed, gone) = compare(inner, image, me, &wanted);
    let in_order = missing.is_empty() && changed.is_empty() && gone.is_empty();
    for group in changed {
        configure(inner, group, &wanted[&group]);
    }
    for part in missing.chunks(MAX_AT_ONCE) {
        let mut opening = tokio::task::JoinSet::new();
        for &group in part {
            let (inner, replica, settings) = prepare(inner, me, group, &wanted[&group]);
            opening.spawn(async move { open(&inner, replica, settings).await });
        }
        for outcome in opening.join_all().await {
            if let Err(why) = outcome {
                tracing::debug!(why, "a replica is not open");
            }
        }
    }
    for (group, moved) in gone {
        remove(inner, group, moved).await;
    }
    in_order
}

/// Groups to open, to configure, and to remove; those with whether they live on elsewhere.
type Differences = (Vec<GroupId>, Vec<GroupId>, Vec<(GroupId, bool)>);

fn compare(
    inner: &Inner,
    image: &Image,
    me: NodeId,
    wanted: &BTreeMap<GroupId, Wanted>,
) -> Differences {
    let hosted = inner.hosted.read().unwrap_or_else(|e| e.into_inner());
    let missing = wanted.keys().copied().filter(|group| !hosted.contains_key(group)).collect();
    let changed = |(group, hosted): (&GroupId, &Hosted)| {
        wanted.get(group).filter(|w| w.settings != hosted.settings).map(|_| *group)
    };
    let changed = hosted.iter().filter_map(changed).collect();
    // Group ids rise and are never used again: one below the next that is not in the metadata was
    // deleted; one above is only not known here yet.
    let deleted = |group: GroupId| {
        group != CONTROLLER_GROUP && group < image.next_group() && image.group(group).is_none()
    };
    // What was moved away may have come back in what this node has not heard of yet, unless its
    // metadata is newer than its start.
    let heard = inner.registered.load(Ordering::Acquire);
    let moved = |group: GroupId| {
        let elsewhere = |p: &Partition| !p.replicas.contains(&me);
        heard && image.group(group).is_some_and(|(_, _, p)| elsewhere(p))
    };
    let stored = inner.stored.lock().unwrap_or_else(|e| e.into_inner());
    let held = hosted.keys().chain(stored.iter()).copied();
    let mut gone: Vec<(GroupId, bool)> = held
        .map(|group| (group, moved(group)))
        .filter(|&(group, moved)| moved || deleted(group))
        .collect();
    gone.sort_unstable();
    gone.dedup();
    (missing, changed, gone)
}

fn prepare(
    inner: &Arc<Inner>,
    me: NodeId,
    group: GroupId,
    wanted: &Wanted,
) -> (Arc<Inner>, NewReplica, Settings) {
    let mut voters: Vec<u64> = wanted.first_members.iter().map(|&node| peer_of(node)).collect();
    voters.sort_unstable();
    let replica = NewReplica {
        group,
        topic_id: wanted.topic_id,
        partition: wanted.partition,
        members: ConfState { voters, learners: Vec::new() },
        preferred: wanted.settings.preferred,
        log: wanted.settings.log.clone(),
        config: wanted.settings.config,
        machine: None,
        broadcast_commit: false,
        campaign: wanted.settings.preferred == Some(me),
        goal: wanted.settings.goal.clone(),
        joins: wanted.joins,
    };
    (inner.clone(), replica, wanted.settings.clone())
}

async fn open(inner: &Inner, replica: NewReplica, settings: Settings) -> Result<(), String> {
    let group = replica.group;
    let shard = inner.shard(group).ok_or("the shards are stopped")?;
    let (reply, opened) = oneshot::channel();
    let input = Input::Open { replica: Box::new(replica), reply };
    shard.try_send(input).map_err(|e| e.to_string())?;
    let shared = match opened.await {
        Ok(Ok(shared)) => shared,
        Ok(Err(error)) => return Err(error.to_string()),
        Err(_) => return Err("the shard is stopped".into()),
    };
    let handle = PartitionHandle::new(shared, shard);
    inner.stored.lock().unwrap_or_else(|e| e.into_inner()).remove(&group);
    let mut hosted = inner.hosted.write().unwrap_or_else(|e| e.into_inner());
    hosted.insert(group, Hosted { handle, settings });
    Ok(())
}

fn configure(inner: &Inner, group: GroupId, wanted: &Wanted) {
    let Some(shard) = inner.shard(group) else { return };
    let Settings { preferred, log, config, goal } = wanted.settings.clone();
    if shard.try_send(Input::Configure { group, preferred, log, config, goal }).is_ok() {
        let mut hosted = inner.hosted.write().unwrap_or_else(|e| e.into_inner());
        if let Some(hosted) = hosted.get_mut(&group) {
            hosted.settings = wanted.settings.clone();
        }
    }
}

async fn remove(inner: &Inner, group: GroupId, moved: bool) {
    let Some(shard) = inner.shard(group) else { return };
    let (reply, removed) = oneshot::channel();
    if shard.try_send(Input::Remove { group, moved, reply }).is_err() {
        return;
    }
    match removed.await {
        Ok(Ok(())) => {
            inner.hosted.write().unwrap_or_else(|e| e.into_inner()).remove(&group);
            inner.stored.lock().unwrap_or_else(|e| e.into_inner()).remove(&group);
            inner.leaders.remove(group);
        }
        Ok(Err(error)) => tracing::warn!(group, %error, "cannot remove a partition"),
        Err(_) => {}
    }
}
