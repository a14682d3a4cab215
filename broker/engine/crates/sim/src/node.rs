//! One node: its disk, which survives, and its shard, which does not.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use bytes::Bytes;
use headrace_cluster::image::{Image, Partition};
use headrace_cluster::shard::{Input, NewReplica, Shard, ShardConfig, Turn};
use headrace_cluster::{GroupId, Metrics, NodeId, PartitionConfig};
use headrace_env::sim::{SimEnv, SimRandom};
use headrace_env::OpenMode;
use headrace_log::{CleanJob, Compaction, LogConfig, Round, StoreConfig};
use headrace_raft::{decode_message, ConfState, FrameReader};
use headrace_wire::batch::BatchHeader;
use uuid::Uuid;

use crate::machine::{Chain, HashMachine};

/// Small files, so that a short run rolls, checkpoints and reads cold data.
const JOURNAL_BYTES: u64 = 128 << 10;
const TAIL_CACHE_BYTES: usize = 16 << 10;
const SEGMENT_BYTES: u64 = 16 << 10;
const TICK_MS: u64 = 10;
const ELECTION_TICKS: usize = 20;
const MAINTAIN_EVERY_MS: i64 = 203;
const COMPACTION: Compaction = Compaction {
    min_dirty_ppm: 100_000,
    min_lag_ms: 0,
    max_lag_ms: i64::MAX,
    delete_retention_ms: 500,
};
/// Group 0 has a state machine, the others are partitions.
pub(crate) const MACHINE_GROUP: GroupId = 0;

struct Writing {
    round: Round,
    /// Whether it was written at its start already, and only the news of it is under way.
    written: bool,
    done_ms: i64,
}

pub(crate) struct SimNode {
    pub id: NodeId,
    pub env: SimEnv,
    pub shard: Option<Shard>,
    writing: Option<Writing>,
    next_tick_ms: i64,
    next_maintain_ms: i64,
    /// When a crashed node comes back.
    pub restart_ms: i64,
    groups: Vec<GroupId>,
    members: ConfState,
    retention_bytes: i64,
    compact: bool,
    /// A step of compaction that takes its time.
    cleaning: Option<CleanJob>,
    chain: Chain,
    seed: u64,
    /// A group whose log was cut, until it is whole again.
    truncated: Option<GroupId>,
    /// The logs' ends at the last look, and the logs that a snapshot has replaced since, with the
    /// rounds until that is surely durable: a crash before leaves them damaged.
    ends: BTreeMap<GroupId, u64>,
    replaced: BTreeMap<GroupId, u32>,
    /// Who holds what, as far as this node has heard; none: every node holds everything.
    image: Option<Image>,
    /// Partitions have write caching.
    write_caching: bool,
    /// Its power went, and what that took may not be there again.
    lost_power: bool,
}

pub(crate) struct NodeSpec {
    pub id: NodeId,
    pub nodes: NodeId,
    pub groups: Vec<GroupId>,
    pub retention_bytes: i64,
    pub compact: bool,
    pub chain: Chain,
    pub seed: u64,
    pub image: Option<Image>,
    pub write_caching: bool,
}

impl SimNode {
    pub fn new(spec: NodeSpec) -> SimNode {
        let voters = (0..spec.nodes).map(|n| u64::try_from(n).unwrap_or(0) + 1).collect();
        SimNode {
            id: spec.id,
            env: SimEnv::new(spec.seed ^ (0x9e37 * (spec.id as u64 + 1))),
            shard: None,
            writing: None,
            next_tick_ms: 0,
            next_maintain_ms: 0,
            restart_ms: 0,
            groups: spec.groups,
            members: ConfState { voters, learners: Vec::new() },
            retention_bytes: spec.retention_bytes,
            compact: spec.compact,
            cleaning: None,
            chain: spec.chain,
            seed: spec.seed,
            truncated: None,
            ends: BTreeMap::new(),
            replaced: BTreeMap::new(),
            image: spec.image,
            write_caching: spec.write_caching,
            lost_power: false,
        }
    }

    fn dir(&self) -> PathBuf {
        PathBuf::from(format!("/node-{}/shard-0", self.id))
    }

    /// Opens the shard on what the disk holds.
    pub fn start(&mut self, now_ms: i64) -> Result<(), String> {
        let config = ShardConfig {
            node: self.id,
            dir: self.dir(),
            seed: self.seed,
            tick_ms: TICK_MS,
            election_ticks: ELECTION_TICKS,
            heartbeat_ticks: 2,
            replica_lag_ms: 500,
            leader_balancing: true,
            max_inflight_appends: 64,
            max_inflight_bytes: 1 << 20,
            machine_log_entries: 40,
            idle_ms: 60,
            longest_sleep_ms: 5_000,
            states_interval_ms: 700,
        };
        let store =
            StoreConfig { journal_bytes: JOURNAL_BYTES, tail_cache_bytes: TAIL_CACHE_BYTES };
        let (disk, dir) = (&self.env.env.disk, self.dir());
        disk.create_dir_all(&dir).map_err(|e| e.to_string())?;
        for above in dir.ancestors().skip(1) {
            disk.sync_dir(above).map_err(|e| e.to_string())?;
        }
        let metrics = Arc::new(Metrics::default());
        let (shard, report) = Shard::open(&self.env.env, config, 0, store, metrics)
            .map_err(|e| format!("node {} cannot open its store: {e}", self.id))?;
        let damaged: Vec<GroupId> = report.damaged.iter().map(|(group, _)| *group).collect();
        let expected = |group| self.truncated == Some(group) || self.replaced.contains_key(&group);
        if !damaged.iter().all(|&group| expected(group)) {
            return Err(format!("node {}: a crash damaged {:?}", self.id, report.damaged));
        }
        let mut shard = shard;
        for &group in self.groups.iter().filter(|&&group| self.holds(group)) {
            shard
                .open_now(self.replica(group), now_ms)
                .map_err(|e| format!("node {}, group {group}: {e}", self.id))?;
        }
        self.replaced.clear();
        self.ends.clear();
        self.shard = Some(shard);
        self.note_replaced();
        self.next_tick_ms = now_ms + i64::from(self.id);
        self.next_maintain_ms = now_ms;
        Ok(())
    }

    /// The group's place in the metadata, if it can move.
    fn partition(&self, group: GroupId) -> Option<&Partition> {
        Some(self.image.as_ref()?.group(group)?.2)
    }

    fn holds(&self, group: GroupId) -> bool {
        self.partition(group).is_none_or(|partition| partition.replicas.contains(&self.id))
    }

    /// The version of the metadata that it has heard of.
    pub fn knows(&self) -> u64 {
        self.image.as_ref().map_or(0, Image::version)
    }

    /// News of who holds what: replicas are opened, told, and removed.
    pub fn hear(&mut self, image: Image, now_ms: i64) -> Result<(), String> {
        self.image = Some(image);
        let Some(mut shard) = self.shard.take() else { return Ok(()) };
        let open: Vec<GroupId> = shard.groups().collect();
        for &group in self.groups.iter().filter(|&&group| group != MACHINE_GROUP) {
            let new = self.replica(group);
            match (self.holds(group), open.contains(&group)) {
                (true, false) => shard.open_now(new, now_ms).map_err(|e| e.to_string())?,
                (true, true) => {
                    let NewReplica { preferred, log, config, goal, .. } = new;
                    let input = Input::Configure { group, preferred, log, config, goal };
                    shard.handle(input, now_ms);
                }
                (false, true) => {
                    let reply = tokio::sync::oneshot::channel().0;
                    shard.handle(Input::Remove { group, moved: true, reply }, now_ms);
                    self.ends.remove(&group);
                    self.replaced.insert(group, 2);
                }
                (false, false) => {}
            }
        }
        self.shard = Some(shard);
        Ok(())
    }

    fn replica(&self, group: GroupId) -> NewReplica {
        let machine = group == MACHINE_GROUP;
        let partition = self.partition(group);
        let peers = |nodes: &[NodeId]| -> ConfState {
            let voters = nodes.iter().filter_map(|&node| u64::try_from(node + 1).ok()).collect();
            ConfState { voters, learners: Vec::new() }
        };
        let preferred = match partition {
            Some(partition) => partition.target()[0],
            None => i32::try_from(group % self.members.voters.len() as u64).unwrap_or(0),
        };
        NewReplica {
            group,
            topic_id: Uuid::from_u128(u128::from(group) + 1),
            partition: 0,
            members: partition.map_or(self.members.clone(), |p| peers(p.first_members())),
            preferred: Some(preferred),
            log: LogConfig {
                segment_bytes: SEGMENT_BYTES,
                retention_bytes: if machine { -1 } else { self.retention_bytes },
                retention_ms: -1,
                compaction: (self.compact && !machine).then_some(COMPACTION),
                ..LogConfig::default()
            },
            config: PartitionConfig {
                log_append_time: false,
                min_insync_replicas: 1,
                producer_expiration_ms: i64::MAX,
                write_caching: self.write_caching && !machine,
            },
            machine: machine.then(|| Box::new(HashMachine::new(self.chain.clone())) as _),
            broadcast_commit: machine,
            campaign: preferred == self.id,
            goal: partition.map(Partition::goal),
            joins: partition.is_some_and(|p| p.adding.contains(&self.id)),
        }
    }

    /// While it is down, half of a group's newest segment goes. What it had acknowledged is lost.
    pub fn damage(&mut self, random: &SimRandom) -> Result<(), String> {
        let disk = &self.env.env.disk;
        let group = self.groups[random.below(self.groups.len() as u64) as usize];
        let folder = self.dir().join(format!("groups/{group:016x}"));
        // A young group may have nothing outside of the journal.
        let names = disk.list(&folder).unwrap_or_default();
        let Some(name) = names.iter().rev().find(|name| name.ends_with(".log")) else {
            return Ok(());
        };
        let text = |e: std::io::Error| e.to_string();
        let file = disk.open(&folder.join(name), OpenMode::ReadWrite).map_err(text)?;
        let half = file.len().map_err(text)? / 2;
        file.set_len(half).and_then(|()| file.sync_data()).map_err(text)?;
        self.truncated = Some(group);
        Ok(())
    }

    /// Whether a replica still waits for what its log lost.
    pub fn is_damaged(&self) -> bool {
        self.truncated.is_some()
    }

    /// Batches that compaction has emptied.
    pub fn emptied(&self) -> usize {
        let Some(shard) = &self.shard else { return 0 };
        let count = |group: GroupId| {
            shard.with_log(group, |log| {
                let all = log.entries(log.first_index(), log.last_index() + 1, u64::MAX);
                let headers = all.into_iter().flatten();
                let headers = headers.filter_map(|entry| BatchHeader::parse(&entry.batch).ok());
                headers.filter(BatchHeader::is_emptied).count()
            })
        };
        shard.groups().filter_map(count).sum()
    }

    fn note_replaced(&mut self) {
        let Some(shard) = &self.shard else { return };
        for &group in &self.groups {
            let look = shard.with_log(group, |log| (log.start().index, log.last_index()));
            let Some((start, last)) = look else { continue };
            let before = self.ends.insert(group, last);
            if before.is_some_and(|before| start > before) {
                // The round in flight may not hold it yet.
                self.replaced.insert(group, 2);
            }
        }
    }

    /// Looks whether the damaged log is whole again.
    pub fn note_repair(&mut self) {
        // While it is down it has not even seen the damage.
        let (Some(group), Some(_)) = (self.truncated, &self.shard) else { return };
        let marker = self.dir().join(format!("lost-log-{group}"));
        if !self.env.env.disk.exists(&marker) {
            self.truncated = None;
        }
    }

    /// The power goes; what was not synced is lost or torn.
    pub fn crash(&mut self, random: &SimRandom) {
        self.stop_midway(random);
        self.env.disk.crash(random);
        self.lost_power = true;
    }

    /// The process dies, and the operating system keeps what it wrote.
    pub fn kill(&mut self, random: &SimRandom) {
        self.stop_midway(random);
        self.env.disk.kill();
    }

    /// Whether its power went, and what that took may not be there again.
    pub fn lacks_entries(&mut self) -> bool {
        self.lost_power &= self.shard.as_ref().is_none_or(Shard::in_doubt);
        self.lost_power || self.truncated.is_some()
    }

    fn stop_midway(&mut self, random: &SimRandom) {
        if let Some(writing) = self.writing.take().filter(|w| !w.written) {
            if random.below(2) == 0 {
                // In the middle of the round's write or sync.
                self.env.disk.cut_power_after(random.below(3));
                let _ = writing.round.write_and_sync();
            }
        }
        if let Some(mut job) = self.cleaning.take().filter(|_| random.below(2) == 0) {
            // In the middle of a step.
            self.env.disk.cut_power_after(random.below(6));
            job.run();
        }
        self.shard = None;
    }

    /// Time and finished rounds.
    pub fn pass_time(&mut self, now_ms: i64) -> Result<(), String> {
        let Some(shard) = &mut self.shard else { return Ok(()) };
        if self.writing.as_ref().is_some_and(|w| w.done_ms <= now_ms) {
            let writing = self.writing.take().ok_or("just seen")?;
            let result = match writing.written {
                true => Ok(()),
                false => writing.round.write_and_sync().map_err(|e| e.to_string()),
            };
            shard.handle(Input::RoundDone { seq: writing.round.seq(), result }, now_ms);
            self.replaced.retain(|_, rounds| {
                *rounds -= 1;
                *rounds > 0
            });
        }
        if now_ms >= self.next_tick_ms {
            self.next_tick_ms = now_ms + TICK_MS as i64;
            shard.tick(now_ms);
        }
        if now_ms >= self.next_maintain_ms {
            self.next_maintain_ms = now_ms + MAINTAIN_EVERY_MS;
            if let Some(states) = shard.maintain(now_ms) {
                let dir = PathBuf::from(format!("/node-{}/shard-0", self.id));
                states.write(self.env.env.disk.as_ref(), &dir).map_err(|e| e.to_string())?;
                shard.handle(Input::StatesSaved(states.indices), now_ms);
            }
        }
        Ok(())
    }

    /// A frame arrives.
    pub fn receive(&mut self, from: NodeId, frame: Bytes, now_ms: i64) -> Result<(), String> {
        let Some(shard) = &mut self.shard else { return Ok(()) };
        if frame.is_empty() {
            shard.handle(Input::Beat { from, shard: 0, shards: 1 }, now_ms);
            return Ok(());
        }
        let bytes = frame.len();
        let mut input = FrameReader::new(frame);
        let mut messages = Vec::new();
        while input.remaining() > 0 {
            messages.push(decode_message(&mut input).map_err(|e| format!("a frame: {e}"))?);
        }
        shard.handle(Input::Peer { from, messages, bytes }, now_ms);
        Ok(())
    }

    /// One turn; returns the frames to send.
    pub fn turn(
        &mut self,
        now_ms: i64,
        sync_ms: u64,
        random: &SimRandom,
    ) -> Result<Vec<(NodeId, Bytes)>, String> {
        let Some(shard) = &mut self.shard else { return Ok(Vec::new()) };
        let Turn { frames, beats, round, checkpoint, clean, .. } = shard.turn();
        self.note_replaced();
        let Some(shard) = &mut self.shard else { return Ok(Vec::new()) };
        if let Some(mut job) = checkpoint {
            job.run();
            shard.handle(Input::CheckpointDone(job), now_ms);
        }
        self.cleaning = self.cleaning.take().or(clean);
        if let Some(mut job) = self.cleaning.take_if(|_| random.below(30) == 0) {
            job.run();
            shard.handle(Input::CleanDone(Box::new(job)), now_ms);
        }
        if let Some(round) = round {
            let written = random.below(2) == 0;
            if written {
                round.write_and_sync().map_err(|e| e.to_string())?;
            }
            let delay = random.below(sync_ms + 1);
            let done_ms = now_ms + i64::try_from(delay).unwrap_or(0);
            self.writing = Some(Writing { round, written, done_ms });
        }
        if let Some((group, why)) =
            self.groups.iter().find_map(|&g| Some((g, shard.fenced(g)?.to_string())))
        {
            return Err(format!("node {}, group {group} was fenced: {why}", self.id));
        }
        let frames = frames.into_iter().map(|(to, parts)| (to, Bytes::from(parts.concat())));
        // An empty frame is a beat.
        Ok(frames.chain(beats.into_iter().map(|to| (to, Bytes::new()))).collect())
    }
}
