//! The world: nodes, network, clients, and what goes wrong.

use std::collections::{BTreeMap, HashSet};

use bytes::Bytes;
use headrace_cluster::shard::{Input, Shard};
use headrace_cluster::{GroupId, NodeId, PartitionError};
use headrace_env::sim::SimRandom;
use headrace_raft::Role;
use headrace_wire::batch::BatchHeader;
use headrace_wire::marker::Marker;
use headrace_wire::records::{batches, RecordIter};

use tokio::sync::oneshot;
use tokio::sync::oneshot::error::TryRecvError;

use crate::checks::Checks;
use crate::client::{key_of, value, Client};
use crate::machine::{broken, Chain};
use crate::moves::Moves;
use crate::network::{Network, Weather};
use crate::node::{NodeSpec, SimNode, MACHINE_GROUP};

/// How large and how rough a run is.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    /// Nodes; each holds a replica of every group.
    pub nodes: i32,
    /// Groups, the state machine's included.
    pub groups: u64,
    /// How long things go wrong.
    pub storm_ms: i64,
    /// How long it may take until all is well afterwards.
    pub calm_ms: i64,
    /// How long nothing at all happens in the end.
    pub rest_ms: i64,
    /// Mean time between crashes; 0: none.
    pub crash_every_ms: u64,
    /// Mean time between changes of what is cut off from what; 0: none.
    pub cut_every_ms: u64,
    /// Mean time between a producer's pauses of up to a second; 0: none. Its group falls asleep.
    pub pause_every_ms: u64,
    /// Messages lost, per mille.
    pub loss: u64,
    /// Messages that come twice, per mille.
    pub duplicates: u64,
    /// The longest way of a message.
    pub delay_ms: u64,
    /// The longest sync.
    pub sync_ms: u64,
    /// Bytes that a partition keeps; -1: all. Followers that were away then need a snapshot.
    pub retention_bytes: i64,
    /// Mean time between damages: a node is down and one of its segments is cut. One node at a
    /// time, as a majority must have kept what was acknowledged; 0: none.
    pub damage_every_ms: u64,
    /// Mean time between wishes that a group shall live on other nodes; 0: none.
    pub move_every_ms: u64,
    /// Mean time between deletions of a partition's oldest records; 0: none.
    pub delete_every_ms: u64,
    /// Records have keys, and partitions are compacted.
    pub compact: bool,
    /// Partitions have write caching: all nodes at once lose their processes only, and of the power
    /// of less than a majority each time a little (see `kills`).
    pub write_caching: bool,
    /// With write caching, how many of a hundred crashes end a process and leave the power on.
    pub kills: u64,
    /// With write caching, all nodes lose their power at once after the storm, and clients begin
    /// that know nothing of what was before.
    pub blackout: bool,
}

impl Plan {
    /// A plan that a seed draws.
    pub fn drawn(seed: u64) -> Plan {
        let random = SimRandom::new(seed ^ 0x706c_616e);
        Plan {
            nodes: if random.below(4) == 0 { 5 } else { 3 },
            groups: 2 + random.below(3),
            storm_ms: 6_000,
            calm_ms: 20_000,
            rest_ms: 0,
            crash_every_ms: [0, 400, 1_500][random.below(3) as usize],
            cut_every_ms: [0, 500, 1_500][random.below(3) as usize],
            pause_every_ms: [0, 300, 1_500][random.below(3) as usize],
            loss: [0, 5, 50][random.below(3) as usize],
            duplicates: [0, 20][random.below(2) as usize],
            delay_ms: [1, 10, 40][random.below(3) as usize],
            sync_ms: [0, 5, 30][random.below(3) as usize],
            retention_bytes: if random.below(3) == 0 { 48 << 10 } else { -1 },
            damage_every_ms: if random.below(4) == 0 { 1_500 } else { 0 },
            move_every_ms: 0,
            delete_every_ms: if random.below(2) == 0 { 400 } else { 0 },
            compact: random.below(3) == 0,
            write_caching: false,
            kills: 0,
            blackout: false,
        }
    }
}

/// Records before an offset that a group was asked to delete, and its answer to come.
type Deletion = (GroupId, i64, oneshot::Receiver<Result<i64, PartitionError>>);

/// One simulated cluster.
pub struct World {
    seed: u64,
    plan: Plan,
    random: SimRandom,
    now_ms: i64,
    nodes: Vec<SimNode>,
    network: Network,
    clients: Vec<Client>,
    checks: Checks,
    crashes: u64,
    asleep_ms: u64,
    moves: Option<Moves>,
    /// Acknowledged records that a blackout took.
    lost: u64,
    /// Deletions that were asked for.
    deletions: Vec<Deletion>,
}

/// What a run did, for curiosity and for tests that compare two runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Leaders seen.
    pub elections: usize,
    /// Entries committed.
    pub commits: usize,
    /// Crashes.
    pub crashes: u64,
    /// Records acknowledged.
    pub acknowledged: usize,
    /// Milliseconds that replicas were seen asleep, all together.
    pub asleep_ms: u64,
    /// Replicas moved.
    pub moves: u64,
    /// Batches that compaction has emptied, on all nodes.
    pub emptied: usize,
    /// Acknowledged records that a blackout took.
    pub lost: u64,
}

impl World {
    /// A world of `seed`.
    pub fn new(seed: u64, plan: Plan) -> World {
        let groups: Vec<GroupId> = (0..plan.groups).collect();
        let chain = Chain::default();
        let moves = (plan.move_every_ms > 0).then(|| {
            Moves::new(plan.nodes, plan.groups, plan.move_every_ms).expect("the commands are sound")
        });
        let node = |id: NodeId| {
            SimNode::new(NodeSpec {
                id,
                nodes: plan.nodes,
                groups: groups.clone(),
                retention_bytes: plan.retention_bytes,
                compact: plan.compact,
                chain: chain.clone(),
                seed,
                write_caching: plan.write_caching,
                image: moves.as_ref().map(Moves::image),
            })
        };
        World {
            seed,
            plan,
            random: SimRandom::new(seed),
            now_ms: 1_000_000,
            nodes: (0..plan.nodes).map(node).collect(),
            network: Network::default(),
            clients: groups
                .iter()
                .map(|&g| Client::new(client_id(g), g, g != MACHINE_GROUP, plan.compact))
                .collect(),
            checks: Checks::new(plan.compact),
            crashes: 0,
            asleep_ms: 0,
            moves,
            lost: 0,
            deletions: Vec::new(),
        }
    }

    /// Runs the plan and checks all promises.
    ///
    /// # Panics
    /// When one is broken; the text names the seed.
    pub fn run(mut self) -> Summary {
        if let Err(why) = self.try_run() {
            let state = self.state();
            let at_ms = self.now_ms - 1_000_000;
            panic!("seed {}, at {at_ms} ms: {why}\n{:?}{state}", self.seed, self.plan);
        }
        Summary {
            elections: self.checks.elections(),
            commits: self.checks.commits(),
            crashes: self.crashes,
            acknowledged: self.clients.iter().map(|c| c.acknowledged.len()).sum(),
            asleep_ms: self.asleep_ms,
            moves: self.moves.as_ref().map_or(0, |moves| moves.finished),
            emptied: self.nodes.iter().map(|node| node.emptied()).sum(),
            lost: self.lost,
        }
    }

    fn try_run(&mut self) -> Result<(), String> {
        for node in &mut self.nodes {
            node.start(self.now_ms)?;
        }
        let end_ms = self.now_ms + self.plan.storm_ms;
        while self.now_ms < end_ms {
            self.misfortune()?;
            self.step(true)?;
        }
        if self.plan.blackout {
            return self.black_out();
        }
        self.calm_down()?;
        let end_ms = self.now_ms + self.plan.rest_ms;
        while self.now_ms < end_ms {
            self.step(false)?;
        }
        self.final_checks()
    }

    /// The power of all nodes goes at once: of what was acknowledged in a partition, only a last
    /// part may be gone; all replicas agree on the rest, and go on.
    fn black_out(&mut self) -> Result<(), String> {
        for node in &mut self.nodes {
            node.crash(&self.random);
            self.checks.restarted(node.id);
            node.restart_ms = self.now_ms + 20 + self.random.below(1_000) as i64;
        }
        self.crashes += self.nodes.len() as u64;
        self.checks.forget_acknowledged(MACHINE_GROUP);
        let later =
            |group| Client::new(LATER_ID + group as i64, group, group != MACHINE_GROUP, false);
        let later = (0..self.plan.groups).map(later).collect();
        let before = std::mem::replace(&mut self.clients, later);
        let end_ms = self.now_ms + self.plan.storm_ms;
        while self.now_ms < end_ms {
            self.restart_those_due(false)?;
            self.step(true)?;
        }
        self.calm_down()?;
        for (before, later) in before.iter().zip(&self.clients) {
            let group = before.group();
            let shards = self.nodes.iter().filter_map(|node| node.shard.as_ref());
            let mut logs: Vec<Records> =
                shards.map(|s| read_log(s, group)).collect::<Result<_, _>>()?;
            // Each replica of the state machine removes what its snapshot covers by itself.
            let start = logs.iter().map(|log| log.1).max().unwrap_or(0);
            for (records, from, _) in &mut logs {
                (*records, *from) = (records.split_off(&start), start);
            }
            if logs.windows(2).any(|pair| pair[0] != pair[1]) {
                return Err(format!("group {group}: the replicas differ"));
            }
            let (among, lost) = missing(before, &logs[0].0, start);
            self.lost += lost as u64;
            if lost > 0 && (among || group == MACHINE_GROUP) {
                return Err(format!("group {group}: {lost} records lost, and not the last ones"));
            }
            if later.acknowledged.is_empty() || missing(later, &logs[0].0, start).1 > 0 {
                return Err(format!("group {group}: later records are not there"));
            }
        }
        Ok(())
    }

    /// Everything is repaired; clients get their answers and replicas catch up.
    fn calm_down(&mut self) -> Result<(), String> {
        self.network.heal();
        (self.plan.loss, self.plan.duplicates) = (0, 0);
        let end_ms = self.now_ms + self.plan.calm_ms;
        while !self.is_calm() {
            if self.now_ms >= end_ms {
                return Err(format!("not calm after {} ms", self.plan.calm_ms));
            }
            self.restart_those_due(true)?;
            self.step(false)?;
        }
        Ok(())
    }

    fn holds(&self, node: NodeId, group: GroupId) -> bool {
        self.moves.as_ref().is_none_or(|moves| moves.holds(node, group))
    }

    fn is_calm(&self) -> bool {
        self.moves.as_ref().is_none_or(|moves| moves.is_calm(&self.nodes))
            && self.clients.iter().all(Client::is_idle)
            && self.nodes.iter().all(|n| n.shard.is_some())
            && (0..self.plan.groups).all(|group| {
                let status = |n: &SimNode| n.shard.as_ref().and_then(|s| s.status(group));
                let holders = self.nodes.iter().filter(|node| self.holds(node.id, group));
                let Some(all) = holders.map(status).collect::<Option<Vec<_>>>() else {
                    return false;
                };
                let last = all[0].last_index;
                let shards = self.nodes.iter().filter_map(|node| node.shard.as_ref());
                let told = shards.filter_map(|shard| shard.told_in_sync(group));
                told.max().is_some_and(|(_, in_sync)| in_sync == all.len())
                    && all.iter().all(|s| s.applied == last && s.last_index == last)
            })
    }

    fn state(&self) -> String {
        let mut text = String::new();
        for node in &self.nodes {
            for group in 0..self.plan.groups {
                let status = node.shard.as_ref().and_then(|s| s.status(group));
                text += &format!("\n node {}, group {group}: {status:?}", node.id);
                let tail = node.shard.as_ref().and_then(|s| s.with_log(group, tail_of));
                text += &tail.unwrap_or_default();
            }
        }
        for client in &self.clients {
            text += &format!("\n client of {}: idle {}", client.group(), client.is_idle());
        }
        text
    }

    fn chance(&self, every_ms: u64) -> bool {
        every_ms > 0 && self.random.below(every_ms) == 0
    }

    fn any_node(&self) -> NodeId {
        NodeId::try_from(self.random.below(self.nodes.len() as u64)).unwrap_or(0)
    }

    /// Crashes, restarts, cuts.
    fn misfortune(&mut self) -> Result<(), String> {
        if self.chance(self.plan.crash_every_ms) {
            // Now and then all at once: what is acknowledged must survive that too.
            let all = self.random.below(8) == 0;
            let victim = self.any_node();
            let kill = self.plan.write_caching
                && (self.random.below(100) < self.plan.kills || all || !self.may_lack(victim));
            for node in &mut self.nodes {
                if (all || node.id == victim) && node.shard.is_some() {
                    match kill {
                        true => node.kill(&self.random),
                        false => node.crash(&self.random),
                    }
                    self.checks.restarted(node.id);
                    self.crashes += 1;
                    node.restart_ms = self.now_ms + 20 + self.random.below(1_000) as i64;
                }
            }
        }
        if self.chance(self.plan.damage_every_ms) {
            self.damage()?;
        }
        self.restart_those_due(false)?;
        if self.chance(self.plan.cut_every_ms) {
            if self.network.has_cuts() && self.random.below(2) == 0 {
                self.network.heal();
            } else {
                let (a, b) = (self.any_node(), self.any_node());
                if self.random.below(2) == 0 {
                    self.network.cut(a, b);
                } else {
                    (0..self.plan.nodes).for_each(|n| self.network.cut(a, n));
                }
            }
        }
        Ok(())
    }

    /// Whether this node may lose what it acknowledged: less than a majority does at a time.
    fn may_lack(&mut self, victim: NodeId) -> bool {
        self.nodes.iter_mut().for_each(SimNode::note_repair);
        let others = self.nodes.iter_mut().filter(|node| node.id != victim);
        let lacking = others.map(|node| usize::from(node.lacks_entries())).sum::<usize>();
        lacking < (self.nodes.len() - 1) / 2
    }

    /// A stopped node loses half of a segment.
    fn damage(&mut self) -> Result<(), String> {
        self.nodes.iter_mut().for_each(SimNode::note_repair);
        if self.nodes.iter().any(SimNode::is_damaged) {
            return Ok(());
        }
        let victim = self.any_node();
        if self.plan.write_caching && !self.may_lack(victim) {
            return Ok(());
        }
        let Some(node) = self.nodes.get_mut(victim as usize) else { return Ok(()) };
        // What only a cache holds can go unnoticed with the power alone: the journal knows no more.
        if node.shard.is_some() || self.plan.write_caching {
            node.crash(&self.random);
            self.crashes += 1;
            node.restart_ms = self.now_ms + 50;
        }
        self.checks.restarted(node.id);
        node.damage(&self.random)
    }

    fn restart_those_due(&mut self, all: bool) -> Result<(), String> {
        for node in &mut self.nodes {
            if node.shard.is_none() && (all || node.restart_ms <= self.now_ms) {
                node.start(self.now_ms)?;
            }
        }
        Ok(())
    }

    /// One millisecond.
    fn step(&mut self, produce: bool) -> Result<(), String> {
        self.now_ms += 1;
        for node in &mut self.nodes {
            node.env.clock.advance_ms(1);
            node.pass_time(self.now_ms)?;
        }
        while let Some((from, to, frame)) = self.network.next(self.now_ms) {
            if let Some(node) = self.nodes.get_mut(to as usize) {
                node.receive(from, frame, self.now_ms)?;
            }
        }
        if let Some(moves) = &mut self.moves {
            moves.act(&mut self.nodes, produce, &self.random, self.now_ms)?;
        }
        self.clients_act(produce)?;
        let weather = Weather {
            loss: self.plan.loss,
            duplicates: self.plan.duplicates,
            delay_ms: self.plan.delay_ms,
        };
        for node in &mut self.nodes {
            let frames = node.turn(self.now_ms, self.plan.sync_ms, &self.random)?;
            for (to, frame) in frames {
                self.network.send(self.now_ms, node.id, to, frame, weather, &self.random);
            }
            if let Some(shard) = &node.shard {
                self.checks.look(node.id, shard)?;
                let asleep = (0..self.plan.groups).filter(|&group| shard.is_asleep(group));
                self.asleep_ms += asleep.count() as u64;
            }
        }
        broken().map_or(Ok(()), Err)
    }

    /// Deletes some of a partition's oldest records, and takes note of what was deleted.
    fn delete(&mut self, client: usize) {
        let (group, target) = (self.clients[client].group(), self.clients[client].target());
        if group == MACHINE_GROUP || !self.chance(self.plan.delete_every_ms) {
            return;
        }
        let node = target.and_then(|target| self.nodes.get_mut(target as usize));
        let Some(shard) = node.and_then(|node| node.shard.as_mut()) else { return };
        let start = shard.shared(group).map_or(0, |shared| shared.offsets().log_start);
        let before_offset = start + self.random.below(40) as i64;
        let (reply, answer) = oneshot::channel();
        shard.handle(Input::DeleteRecords { group, before_offset, reply }, self.now_ms);
        self.deletions.push((group, before_offset, answer));
    }

    fn collect_deletions(&mut self) {
        let checks = &mut self.checks;
        // Promised is what was asked for: where the log starts by now may be further on, by the
        // retention that each replica minds for itself.
        self.deletions.retain_mut(|(group, before, answer)| match answer.try_recv() {
            Err(TryRecvError::Empty) => true,
            Ok(Ok(_)) => {
                checks.deleted(*group, *before);
                false
            }
            Ok(Err(_)) | Err(TryRecvError::Closed) => false,
        });
    }

    fn clients_act(&mut self, produce: bool) -> Result<(), String> {
        self.collect_deletions();
        for client in 0..if produce { self.clients.len() } else { 0 } {
            self.delete(client);
        }
        for client in &mut self.clients {
            for last in client.collect(self.now_ms)? {
                self.checks.acknowledged(client.group(), last);
            }
            if self.plan.pause_every_ms > 0 && self.random.below(self.plan.pause_every_ms) == 0 {
                client.pause_until_ms = self.now_ms + self.random.below(1_000) as i64;
            }
            let produce = produce && client.pause_until_ms <= self.now_ms;
            if produce && self.random.below(10) == 0 {
                client.make(&self.random);
            }
            let group = client.group();
            let leads = |shard: &Shard| shard.status(group).is_some_and(|s| s.role == Role::Leader);
            let leaders: Vec<NodeId> = self
                .nodes
                .iter()
                .filter(|n| n.shard.as_ref().is_some_and(leads))
                .map(|n| n.id)
                .collect();
            client.choose(&leaders, &self.random);
            let target = client.target().and_then(|t| self.nodes.get_mut(t as usize));
            if let Some(shard) = target.and_then(|n| n.shard.as_mut()) {
                client.send(shard, self.now_ms, &self.random);
            }
        }
        Ok(())
    }

    fn final_checks(&self) -> Result<(), String> {
        for client in &self.clients {
            for node in &self.nodes {
                let shard = node.shard.as_ref().ok_or("all nodes are up")?;
                if !self.holds(node.id, client.group()) {
                    continue;
                }
                check_log(client, shard, self.plan.compact)
                    .map_err(|why| format!("node {}, group {}: {why}", node.id, client.group()))?;
            }
            if client.acknowledged.is_empty() {
                return Err(format!("nothing was acknowledged in group {}", client.group()));
            }
        }
        Ok(())
    }
}

/// Every acknowledged record is at its offset, none is there twice, and they are in order. Of a
/// compacted partition, every key's newest one.
fn check_log(client: &Client, shard: &Shard, compact: bool) -> Result<(), String> {
    let group = client.group();
    let (records, start, end) = read_log(shard, group)?;
    let shared = shard.shared(group).ok_or("no replica")?;
    let (aborted, log_start) = (shared.aborted().clone(), shared.offsets().log_start);
    let is_aborted = |offset| aborted.contains(client_id(group), offset);
    let mut newest: BTreeMap<i32, i64> = BTreeMap::new();
    for (&offset, text) in records.iter().filter(|(&offset, _)| !is_aborted(offset)) {
        newest.insert(key_of(sequence_of(text).ok_or("an unknown record")?), offset);
    }
    let may_go = |sequence: i32, offset: i64| {
        let later = newest.get(&key_of(sequence)).is_some_and(|&newest| newest > offset);
        // Of what was deleted, the index of aborted transactions is gone.
        compact && (later || is_aborted(offset) || offset < log_start)
    };
    for (&sequence, &(base_offset, count)) in &client.acknowledged {
        for n in 0..count {
            let offset = base_offset + i64::from(n);
            let expected = value(client_id(group), sequence + n);
            match records.get(&offset) {
                Some(found) if *found == expected => {}
                // Retention or a snapshot removed it.
                None if offset < start => {}
                None if may_go(sequence + n, offset) => {}
                other => {
                    return Err(format!(
                        "offset {offset} holds {other:?} instead of {expected} ({start}..{end})"
                    ))
                }
            }
        }
    }
    if !client.idempotent {
        return Ok(());
    }
    let mut seen = HashSet::new();
    for text in records.values() {
        if !seen.insert(text) {
            return Err(format!("record {text} is there twice"));
        }
    }
    let sequences: Vec<i32> = records.values().filter_map(|text| sequence_of(text)).collect();
    let follows = |pair: &[i32]| match compact {
        true => pair[1] > pair[0],
        false => pair[1] == pair[0] + 1,
    };
    if !sequences.windows(2).all(follows) {
        return Err(format!("sequences are not in order: {sequences:?}"));
    }
    // Every record and every marker took one offset, and nothing else takes any.
    let (made, markers) = (i64::from(client.made()), client.markers);
    if made + markers != end {
        return Err(format!("{made} records, {markers} markers, but the log ends at {end}"));
    }
    check_transactions(shard, group)
}

fn sequence_of(text: &str) -> Option<i32> {
    text.split('/').nth(1)?.parse().ok()
}

/// What the replica knows of transactions is what its log tells. The log's start may have cut a
/// transaction in two, so those that began before its first marker are left out.
fn check_transactions(shard: &Shard, group: GroupId) -> Result<(), String> {
    let told = shard.with_log(group, transactions_of).ok_or("no log")??;
    let shared = shard.shared(group).ok_or("no replica")?;
    let offsets = shared.offsets();
    // Those below the log's start may be forgotten already.
    let whole = |txn: &(i64, i64)| txn.0 > told.first_marker && txn.1 >= offsets.log_start;
    let known = shared.aborted().overlapping(0, i64::MAX);
    let known: Vec<(i64, i64)> =
        known.iter().map(|txn| (txn.first_offset, txn.last_offset)).filter(whole).collect();
    let aborted: Vec<(i64, i64)> = told.aborted.iter().copied().filter(whole).collect();
    if known != aborted {
        return Err(format!("aborted transactions {known:?}, the log tells {aborted:?}"));
    }
    let stable = told.open.unwrap_or(offsets.log_end).max(offsets.log_start);
    if stable > told.first_marker && offsets.last_stable != stable {
        return Err(format!("the log tells a last stable offset of {stable}: {offsets:?}"));
    }
    Ok(())
}

/// What a log tells of transactions: which were aborted, and where one is open.
struct Told {
    aborted: Vec<(i64, i64)>,
    open: Option<i64>,
    /// -1 when the log begins at offset 0: everything in it is whole.
    first_marker: i64,
}

fn transactions_of(log: &headrace_log::GroupLog) -> Result<Told, String> {
    let entries = log.entries(log.first_index(), log.last_index() + 1, u64::MAX);
    let first_marker = if log.start_offset() == 0 { -1 } else { i64::MAX };
    let mut told = Told { aborted: Vec::new(), open: None, first_marker };
    for entry in entries.map_err(|e| e.to_string())? {
        let header = BatchHeader::parse(&entry.batch).map_err(|e| e.to_string())?;
        if header.takes_no_offset() || !header.is_transactional() {
            continue;
        }
        if !header.is_control() {
            told.open.get_or_insert(header.base_offset);
            continue;
        }
        let marker = Marker::parse(&header, &entry.batch).map_err(|e| e.to_string())?;
        told.first_marker = told.first_marker.min(header.base_offset);
        if let Some(first) = told.open.take().filter(|_| !marker.commit) {
            told.aborted.push((first, header.base_offset));
        }
    }
    Ok(told)
}

/// The newest entries of a log: index, term, offsets.
fn tail_of(log: &headrace_log::GroupLog) -> String {
    let (first, last) = (log.first_index(), log.last_index());
    let from = last.saturating_sub(15).max(first);
    let mut text = format!("\n  from {first} to {last}, end offset {}:", log.end_offset());
    match log.entries(from, last + 1, u64::MAX) {
        Ok(entries) => {
            for e in entries {
                let offsets =
                    BatchHeader::parse(&e.batch).map(|h| (h.base_offset, h.next_offset()));
                let end = log.end_offset_at(e.index);
                text += &format!(" {}/{}:{offsets:?}={end}", e.index, e.term);
            }
        }
        Err(error) => text += &format!(" {error}"),
    }
    text
}

/// Of a client's acknowledged records from `start` on: whether one is there behind a missing one,
/// and how many are missing.
fn missing(client: &Client, records: &BTreeMap<i64, String>, start: i64) -> (bool, usize) {
    let mut there = Vec::new();
    for (&sequence, &(base_offset, count)) in &client.acknowledged {
        let is_there = |n: i32| {
            let found = records.get(&(base_offset + i64::from(n)));
            found.is_some_and(|text| *text == value(client.id(), sequence + n))
        };
        there.extend((0..count).map(|n| (base_offset + i64::from(n), is_there(n))));
    }
    there.retain(|&(offset, _)| offset >= start);
    there.sort_unstable();
    let first = there.iter().position(|(_, there)| !there).unwrap_or(there.len());
    (
        there[first..].iter().any(|&(_, there)| there),
        there.iter().filter(|(_, there)| !there).count(),
    )
}

/// Added to a group's number: the id of the client that begins after a blackout.
const LATER_ID: i64 = 2_000;

fn client_id(group: GroupId) -> i64 {
    1000 + group as i64
}

type Records = (BTreeMap<i64, String>, i64, i64);

fn read_log(shard: &Shard, group: GroupId) -> Result<Records, String> {
    let read = |log: &headrace_log::GroupLog| -> Result<Records, String> {
        let (start, end) = (log.start_offset(), log.end_offset());
        let mut records = BTreeMap::new();
        let mut offset = start;
        while offset < end {
            let slice = log.read(offset, 64 << 10, end, true).map_err(|e| e.to_string())?;
            for run in slice.batches {
                note(&mut records, run)?;
            }
            if slice.next_offset <= offset {
                return Err(format!("no progress at offset {offset} of {end}"));
            }
            offset = slice.next_offset;
        }
        Ok((records, start, end))
    };
    shard.with_log(group, read).ok_or("no log")?
}

fn note(records: &mut BTreeMap<i64, String>, run: Bytes) -> Result<(), String> {
    let mut found = Vec::new();
    for batch in batches(run) {
        let (header, batch) = batch.map_err(|e| e.to_string())?;
        if !header.is_control() {
            found.extend(RecordIter::new(header, &batch).map_err(|e| e.to_string())?);
        }
    }
    for record in found {
        let record = record.map_err(|e| e.to_string())?;
        let bytes = record.value.unwrap_or_default();
        let text = String::from_utf8_lossy(&bytes);
        let text = text.split('#').next().unwrap_or_default().to_string();
        if records.insert(record.offset, text).is_some() {
            return Err(format!("offset {} is there twice", record.offset));
        }
    }
    Ok(())
}
