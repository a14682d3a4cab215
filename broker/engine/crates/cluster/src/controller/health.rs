//! Is the cluster whole, and may this node be stopped now? Pure questions over what a node knows.
//!
//! A partition is written `kafka/<topic>/<index>` and the controller's group
//! `headrace/controller/0`, as the admin API shows them.

use serde::Serialize;

use crate::image::{GroupId, Image, NodeId, Partition, Topic, CONTROLLER_GROUP};

/// How the controller's group is called in lists.
pub const CONTROLLER_NAME: &str = "headrace/controller/0";

/// Who leads a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leadership {
    /// The leader.
    pub leader: NodeId,
    /// Its epoch (Raft term).
    pub epoch: i32,
    /// Replicas that are caught up, the leader among them.
    pub in_sync: Vec<NodeId>,
}

/// What a node knows of its cluster.
pub trait View {
    /// The metadata.
    fn image(&self) -> &Image;
    /// Who leads a group, as far as this node has heard.
    fn leadership(&self, group: GroupId) -> Option<Leadership>;
    /// Whether a node was heard of lately.
    fn is_alive(&self, node: NodeId) -> bool;
    /// Who votes in the controller's group.
    fn controller_voters(&self) -> Vec<NodeId>;
}

/// A partition as it is now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PartitionState {
    /// Always `kafka`: all topics are reached through Kafka's API.
    pub ns: &'static str,
    /// The topic's name.
    pub topic: String,
    /// The partition's index.
    pub partition_id: i32,
    /// Its Raft group.
    pub group: GroupId,
    /// Its leader, if it has one that lives.
    pub leader_id: Option<NodeId>,
    /// The leader's epoch.
    pub leader_epoch: Option<i32>,
    /// Who holds it, preferred leader first.
    pub replicas: Vec<NodeId>,
    /// Those that live and are caught up.
    pub in_sync: Vec<NodeId>,
    /// Fewer in sync than there are replicas.
    pub under_replicated: bool,
    /// Headrace's own topic.
    pub internal: bool,
}

/// The state of one partition.
pub fn partition_state(
    view: &impl View,
    topic: &Topic,
    index: i32,
    partition: &Partition,
) -> PartitionState {
    let (leadership, in_sync) = in_sync(view, partition.group, &partition.replicas);
    PartitionState {
        ns: "kafka",
        topic: topic.name.to_string(),
        partition_id: index,
        group: partition.group,
        leader_id: leadership.as_ref().map(|l| l.leader),
        leader_epoch: leadership.as_ref().map(|l| l.epoch),
        replicas: partition.replicas.clone(),
        under_replicated: in_sync.len() < partition.replicas.len(),
        in_sync,
        internal: topic.internal,
    }
}

/// All partitions, by topic and index; only those of `topic` if it is given.
pub fn partition_states<'a, V: View>(
    view: &'a V,
    topic: Option<&'a str>,
) -> impl Iterator<Item = PartitionState> + 'a {
    let topics = view.image().topics().filter(move |t| topic.is_none_or(|name| *t.name == *name));
    topics.flat_map(move |t| {
        (0..).zip(&t.partitions).map(move |(index, p)| partition_state(view, t, index, p))
    })
}

/// A live leader, and those of `replicas` that live and are caught up. Without a live leader
/// nobody can tell who is.
fn in_sync(
    view: &impl View,
    group: GroupId,
    replicas: &[NodeId],
) -> (Option<Leadership>, Vec<NodeId>) {
    let Some(leadership) = view.leadership(group).filter(|l| view.is_alive(l.leader)) else {
        return (None, Vec::new());
    };
    let caught_up = |n: &NodeId| leadership.in_sync.contains(n) && view.is_alive(*n);
    let in_sync = replicas.iter().copied().filter(caught_up).collect();
    (Some(leadership), in_sync)
}

fn name(topic: &Topic, index: i32) -> String {
    format!("kafka/{}/{index}", topic.name)
}

/// A list that may be cut short, and how many there are in all.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
struct Listed {
    count: usize,
    names: Vec<String>,
}

impl Listed {
    fn push(&mut self, limit: usize, name: impl FnOnce() -> String) {
        self.count += 1;
        if self.names.len() < limit {
            self.names.push(name());
        }
    }
}

/// The cluster's health.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Overview {
    /// Nothing below is amiss.
    pub is_healthy: bool,
    /// What is amiss: `nodes_down`, `no_elected_controller`, `leaderless_partitions`,
    /// `under_replicated_partitions`.
    pub unhealthy_reasons: Vec<&'static str>,
    /// Leader of the controller's group.
    pub controller_id: Option<NodeId>,
    /// Registered nodes.
    pub all_nodes: Vec<NodeId>,
    /// Those not heard of lately.
    pub nodes_down: Vec<NodeId>,
    /// Those that are in maintenance.
    pub nodes_in_maintenance: Vec<NodeId>,
    /// Partitions without a live leader.
    pub leaderless_count: usize,
    /// The first of them.
    pub leaderless_partitions: Vec<String>,
    /// Partitions with a leader that lack replicas in sync.
    pub under_replicated_count: usize,
    /// The first of them.
    pub under_replicated_partitions: Vec<String>,
    /// Partitions in all.
    pub partitions: usize,
}

/// The cluster's health; lists name at most `limit` partitions.
pub fn overview(view: &impl View, limit: usize) -> Overview {
    let image = view.image();
    let all_nodes: Vec<NodeId> = image.nodes().map(|n| n.id).collect();
    let nodes_down: Vec<NodeId> =
        all_nodes.iter().copied().filter(|n| !view.is_alive(*n)).collect();
    let voters = view.controller_voters();
    let (controller, controller_in_sync) = in_sync(view, CONTROLLER_GROUP, &voters);
    let (mut leaderless, mut under) = (Listed::default(), Listed::default());
    if controller.is_some() && controller_in_sync.len() < voters.len() {
        under.push(limit, || CONTROLLER_NAME.to_string());
    }
    for state in partition_states(view, None) {
        let name = || format!("kafka/{}/{}", state.topic, state.partition_id);
        if state.leader_id.is_none() {
            leaderless.push(limit, name);
        } else if state.under_replicated {
            under.push(limit, name);
        }
    }
    let reasons = [
        (!nodes_down.is_empty(), "nodes_down"),
        (controller.is_none(), "no_elected_controller"),
        (leaderless.count > 0, "leaderless_partitions"),
        (under.count > 0, "under_replicated_partitions"),
    ];
    let unhealthy_reasons: Vec<_> = reasons.iter().filter(|r| r.0).map(|r| r.1).collect();
    Overview {
        is_healthy: unhealthy_reasons.is_empty(),
        unhealthy_reasons,
        controller_id: controller.map(|c| c.leader),
        all_nodes,
        nodes_down,
        nodes_in_maintenance: image.nodes().filter(|n| n.maintenance).map(|n| n.id).collect(),
        leaderless_count: leaderless.count,
        leaderless_partitions: leaderless.names,
        under_replicated_count: under.count,
        under_replicated_partitions: under.names,
        partitions: image.groups().len(),
    }
}

/// What stopping a node would cost. Lists name the first partitions only.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Risks {
    /// Partitions with one replica, which is here: offline while the node is down.
    pub rf1_offline: Vec<String>,
    /// Partitions that would have no majority in sync: neither read nor written.
    pub unavailable: Vec<String>,
    /// Partitions that would refuse acks=all, as too few replicas would be in sync.
    pub full_acks_produce_unavailable: Vec<String>,
}

/// May this node be stopped now, and is it whole again after a restart?
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RestartProbe {
    /// The node.
    pub node_id: NodeId,
    /// Nothing is at risk.
    pub safe: bool,
    /// Partitions at risk, in all.
    pub risk_count: usize,
    /// Which ones.
    pub risks: Risks,
    /// Replicas on the node, the controller's included.
    pub replicas: usize,
    /// Those of them that are in sync: all of them are, before the next node's turn.
    pub replicas_in_sync: usize,
    /// The first of those that are not.
    pub not_in_sync: Vec<String>,
    /// Partitions that the node leads.
    pub leaders: usize,
    /// It leads the controller's group.
    pub is_controller: bool,
}

struct Prober {
    node: NodeId,
    limit: usize,
    rf1: Listed,
    unavailable: Listed,
    full_acks: Listed,
    lagging: Listed,
    replicas: usize,
    leaders: usize,
}

impl Prober {
    fn visit(
        &mut self,
        view: &impl View,
        group: GroupId,
        replicas: &[NodeId],
        min_in_sync: usize,
        name: impl Fn() -> String,
    ) {
        if !replicas.contains(&self.node) {
            return;
        }
        let (leadership, in_sync) = in_sync(view, group, replicas);
        self.replicas += 1;
        self.leaders += usize::from(leadership.is_some_and(|l| l.leader == self.node));
        if !in_sync.contains(&self.node) {
            self.lagging.push(self.limit, &name);
        }
        let left = in_sync.iter().filter(|n| **n != self.node).count();
        let majority = replicas.len() / 2 + 1;
        if replicas.len() == 1 {
            self.rf1.push(self.limit, name);
        } else if left < majority {
            self.unavailable.push(self.limit, name);
        } else if left < min_in_sync {
            self.full_acks.push(self.limit, name);
        }
    }
}

/// What stopping `node` would do; lists name at most `limit` partitions.
pub fn restart_probe(view: &impl View, node: NodeId, limit: usize) -> RestartProbe {
    let mut prober = Prober {
        node,
        limit,
        rf1: Listed::default(),
        unavailable: Listed::default(),
        full_acks: Listed::default(),
        lagging: Listed::default(),
        replicas: 0,
        leaders: 0,
    };
    let voters = view.controller_voters();
    prober.visit(view, CONTROLLER_GROUP, &voters, 1, || CONTROLLER_NAME.to_string());
    let is_controller = prober.leaders == 1;
    prober.leaders = 0;
    for topic in view.image().topics() {
        let wanted = usize::try_from(topic.config.min_insync_replicas).unwrap_or(usize::MAX);
        for (index, p) in (0..).zip(&topic.partitions) {
            // Never more than there are replicas, as the partitions themselves count.
            let min_in_sync = wanted.min(p.replicas.len());
            prober.visit(view, p.group, &p.replicas, min_in_sync, || name(topic, index));
        }
    }
    let risk_count = prober.rf1.count + prober.unavailable.count + prober.full_acks.count;
    RestartProbe {
        node_id: node,
        safe: risk_count == 0,
        risk_count,
        risks: Risks {
            rf1_offline: prober.rf1.names,
            unavailable: prober.unavailable.names,
            full_acks_produce_unavailable: prober.full_acks.names,
        },
        replicas: prober.replicas,
        replicas_in_sync: prober.replicas - prober.lagging.count,
        not_in_sync: prober.lagging.names,
        leaders: prober.leaders,
        is_controller,
    }
}
