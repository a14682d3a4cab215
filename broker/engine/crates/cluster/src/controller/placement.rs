//! Where new replicas go: over racks first, then over nodes, then by load.
//!
//! A partition takes its replicas one after the other. The first, its preferred leader, goes to
//! the node that leads the fewest partitions of this topic. Each further one goes to the
//! node whose rack has the fewest replicas of this partition, then which has the fewest of this
//! topic, then the fewest of all. So a rack may fail and leave RF - 1 replicas wherever there are
//! as many racks as replicas, a topic is spread evenly however unevenly the cluster is filled, and
//! equal choices even out the total. Ties go round by the partition's index: the result is a
//! function of the state and the request, as every node must come to the same one.

use std::collections::BTreeMap;

use super::error::{refuse, ControllerError, ErrorCode};
use crate::image::{Image, NodeId};

#[derive(Clone, Debug, Default)]
struct Load {
    topic_replicas: usize,
    topic_leaders: usize,
    replicas: usize,
    leaders: usize,
}

struct Candidate {
    id: NodeId,
    /// A node without a rack is a rack of its own: nothing says that it shares one's fate.
    rack: Option<String>,
    /// Dead or about to be restarted: only if the replication factor cannot be met otherwise.
    last_resort: bool,
    load: Load,
}

/// Places the replicas of one request's partitions.
pub struct Placer {
    candidates: Vec<Candidate>,
}

impl Placer {
    /// A placer over the registered nodes of `image`; nodes in `avoid` only if needed.
    pub fn new(image: &Image, avoid: &[NodeId]) -> Placer {
        let mut loads: BTreeMap<NodeId, Load> = BTreeMap::new();
        for partition in image.topics().flat_map(|t| &t.partitions) {
            for (place, node) in partition.replicas.iter().enumerate() {
                let load = loads.entry(*node).or_default();
                load.replicas += 1;
                load.leaders += usize::from(place == 0);
            }
        }
        let candidates = image
            .nodes()
            .map(|node| Candidate {
                id: node.id,
                rack: node.rack.clone(),
                last_resort: node.maintenance || avoid.contains(&node.id),
                load: loads.remove(&node.id).unwrap_or_default(),
            })
            .collect();
        Placer { candidates }
    }

    /// Starts on a topic that already has `existing` partitions' replicas.
    pub fn begin_topic<'a>(&mut self, existing: impl Iterator<Item = &'a Vec<NodeId>>) {
        for candidate in &mut self.candidates {
            candidate.load.topic_replicas = 0;
            candidate.load.topic_leaders = 0;
        }
        for replicas in existing {
            for (place, node) in replicas.iter().enumerate() {
                if let Some(c) = self.candidates.iter_mut().find(|c| c.id == *node) {
                    c.load.topic_replicas += 1;
                    c.load.topic_leaders += usize::from(place == 0);
                }
            }
        }
    }

    /// Refuses a replication factor that this cluster cannot have.
    ///
    /// # Errors
    /// `INVALID_REPLICATION_FACTOR`.
    pub fn check_factor(&self, factor: i16) -> Result<usize, ControllerError> {
        let nodes = self.candidates.len();
        match usize::try_from(factor) {
            Ok(n) if n >= 1 && n <= nodes => Ok(n),
            Ok(n) if n >= 1 => refuse(
                ErrorCode::INVALID_REPLICATION_FACTOR,
                format!("replication factor {factor} is larger than the number of nodes, {nodes}"),
            ),
            _ => refuse(
                ErrorCode::INVALID_REPLICATION_FACTOR,
                format!("replication factor {factor} must be at least 1"),
            ),
        }
    }

    /// Replicas of the partition with this index; `factor` was checked. The first one is the
    /// preferred leader: the node that leads least of this topic.
    pub fn place(&mut self, partition: usize, factor: usize) -> Vec<NodeId> {
        let mut chosen: Vec<usize> = Vec::with_capacity(factor);
        while chosen.len() < factor {
            let free = (0..self.candidates.len()).filter(|at| !chosen.contains(at));
            let next = if chosen.is_empty() {
                free.min_by_key(|at| self.leader_rank(*at, partition))
            } else {
                free.min_by_key(|at| self.replica_rank(*at, &chosen, partition))
            };
            match next {
                Some(at) => chosen.push(at),
                None => break,
            }
        }
        for (place, at) in chosen.iter().enumerate() {
            let load = &mut self.candidates[*at].load;
            load.topic_replicas += 1;
            load.replicas += 1;
            load.topic_leaders += usize::from(place == 0);
            load.leaders += usize::from(place == 0);
        }
        chosen.into_iter().map(|at| self.candidates[at].id).collect()
    }

    fn replica_rank(&self, at: usize, chosen: &[usize], partition: usize) -> impl Ord {
        let c = &self.candidates[at];
        let same_rack = |other: &usize| c.rack.is_some() && self.candidates[*other].rack == c.rack;
        let in_rack = chosen.iter().filter(|other| same_rack(other)).count();
        let turn = self.turn(at, partition);
        (c.last_resort, in_rack, c.load.topic_replicas, c.load.replicas, turn)
    }

    fn leader_rank(&self, at: usize, partition: usize) -> impl Ord {
        let c = &self.candidates[at];
        let (load, turn) = (&c.load, self.turn(at, partition));
        (c.last_resort, load.topic_leaders, load.topic_replicas, load.leaders, load.replicas, turn)
    }

    /// Goes round, so that ties do not all fall to the first node.
    fn turn(&self, at: usize, partition: usize) -> usize {
        let n = self.candidates.len().max(1);
        (at + n - partition % n) % n
    }
}

/// Checks an explicit list of replicas.
///
/// # Errors
/// `INVALID_REPLICA_ASSIGNMENT`.
pub fn check_replicas(image: &Image, replicas: &[NodeId]) -> Result<(), ControllerError> {
    let invalid = |why: String| refuse(ErrorCode::INVALID_REPLICA_ASSIGNMENT, why);
    if replicas.is_empty() {
        return invalid("a partition needs at least one replica".into());
    }
    for (at, node) in replicas.iter().enumerate() {
        if replicas[..at].contains(node) {
            return invalid(format!("node {node} is named twice for one partition"));
        }
        if image.node(*node).is_none() {
            return invalid(format!("there is no node {node}"));
        }
    }
    Ok(())
}
