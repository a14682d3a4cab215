//! Replicas on the move: a controller's state says who shall hold what, nodes hear of it late and
//! after crashes start from what they heard last, and leaders bring it about.

use headrace_cluster::controller::command::{Assignment, NewTopic, NodeRegistration, Reassignment};
use headrace_cluster::controller::{ControllerCommand, State};
use headrace_cluster::image::{Goal, Image, Partition};
use headrace_cluster::{GroupId, HostPort, NodeId};
use headrace_env::sim::SimRandom;
use uuid::Uuid;

use crate::node::{SimNode, MACHINE_GROUP};

const TOPIC: &str = "moving";
/// Replicas of a group at its birth.
const FACTOR: NodeId = 3;
/// How long news are on their way to a node, on average.
const NEWS_MS: u64 = 60;

/// The controller's view of all moves.
pub(crate) struct Moves {
    state: State,
    nodes: NodeId,
    every_ms: u64,
    /// Moves that came to their end.
    pub finished: u64,
}

impl Moves {
    /// Groups 1, 2, … of `groups` on the first nodes.
    pub fn new(nodes: NodeId, groups: u64, every_ms: u64) -> Result<Moves, String> {
        let mut moves = Moves { state: State::new(), nodes, every_ms, finished: 0 };
        for id in 0..nodes {
            moves.apply(ControllerCommand::RegisterNode(registration(id)))?;
        }
        let replicas: Vec<NodeId> = (0..FACTOR.min(nodes)).collect();
        let partitions = 0..i32::try_from(groups - 1).unwrap_or(0);
        let assignments =
            partitions.map(|partition| Assignment { partition, replicas: replicas.clone() });
        let topic = NewTopic {
            assignments: assignments.collect(),
            ..NewTopic::with_defaults(TOPIC, Uuid::from_u128(1))
        };
        let (topics, avoid) = (vec![topic], Vec::new());
        moves.apply(ControllerCommand::CreateTopics { topics, validate_only: false, avoid })?;
        Ok(moves)
    }

    fn apply(&mut self, command: ControllerCommand) -> Result<(), String> {
        let index = self.state.applied_index() + 1;
        self.state.apply(index, command).map(|_| ()).map_err(|e| e.to_string())
    }

    /// What a node that hears all knows.
    pub fn image(&self) -> Image {
        self.state.image()
    }

    /// Whether `node` shall hold a replica of `group`.
    pub fn holds(&self, node: NodeId, group: GroupId) -> bool {
        let image = self.state.image();
        let found = image.group(group);
        group == MACHINE_GROUP || found.is_some_and(|(_, _, p)| p.replicas.contains(&node))
    }

    /// Nothing moves, and all nodes know.
    pub fn is_calm(&self, nodes: &[SimNode]) -> bool {
        let image = self.state.image();
        let moving = image.topics().flat_map(|t| &t.partitions).any(Partition::is_moving);
        !moving && nodes.iter().all(|node| node.knows() == image.version())
    }

    /// One millisecond.
    pub fn act(
        &mut self,
        nodes: &mut [SimNode],
        begin: bool,
        random: &SimRandom,
        now_ms: i64,
    ) -> Result<(), String> {
        if begin && random.below(self.every_ms) == 0 {
            self.begin(random)?;
        }
        for (group, Goal { nodes: replicas, version }) in self.reached(nodes) {
            let version = Some(version);
            self.apply(ControllerCommand::FinishReassignment { group, replicas, version })?;
            self.finished += 1;
        }
        for node in nodes.iter_mut().filter(|node| node.shard.is_some()) {
            if random.below(NEWS_MS) == 0 {
                node.hear(self.state.image(), now_ms)?;
            }
        }
        Ok(())
    }

    /// Another wish for one group: other nodes, another number of them, or none after all.
    fn begin(&mut self, random: &SimRandom) -> Result<(), String> {
        let image = self.state.image();
        let count = image.topic(TOPIC).map_or(1, |topic| topic.partitions.len()) as u64;
        let partition = i32::try_from(random.below(count)).unwrap_or(0);
        let mut ids: Vec<NodeId> = (0..self.nodes).collect();
        let wanted = 1 + random.below(3) as usize;
        let mut target = Vec::new();
        while target.len() < wanted.min(ids.len() + target.len()) {
            target.push(ids.swap_remove(random.below(ids.len() as u64) as usize));
        }
        let replicas = (random.below(5) > 0).then_some(target);
        let change = Reassignment { topic: TOPIC.into(), partition, replicas };
        self.apply(ControllerCommand::AlterReassignments {
            changes: vec![change],
            allow_factor_change: true,
        })
    }

    /// Groups that reached what is wanted, by what their leaders report.
    fn reached(&self, nodes: &[SimNode]) -> Vec<(GroupId, Goal)> {
        let image = self.state.image();
        let partitions = image.topics().flat_map(|topic| &topic.partitions);
        let reports = |node: &SimNode, p: &Partition| {
            let shared = node.shard.as_ref().and_then(|shard| shard.shared(p.group));
            shared.is_some_and(|shared| shared.reached() == Some(p.target_version))
        };
        let done = |p: &&Partition| p.is_moving() && nodes.iter().any(|node| reports(node, p));
        partitions.filter(done).map(|p| (p.group, p.goal())).collect()
    }
}

fn registration(id: NodeId) -> NodeRegistration {
    let at = |port| HostPort { host: format!("node-{id}"), port };
    NodeRegistration {
        node_uuid: Uuid::from_u128(1 + u128::from(id.unsigned_abs())),
        wanted_id: Some(id),
        cluster_uuid: None,
        rpc: at(1),
        listeners: Vec::new(),
        admin: at(2),
        rack: None,
        version: String::new(),
        feature_level_max: 1,
        config_hash: String::new(),
        started_at_ms: 0,
    }
}
