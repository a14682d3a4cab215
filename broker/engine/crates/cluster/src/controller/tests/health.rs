//! Health and the restart probe, as a table of clusters.

use std::collections::BTreeMap;

use super::super::command::{ConfigChange, ConfigOp, ConfigOpKind, ConfigResource};
use super::super::health::{overview, partition_states, restart_probe, Leadership, View};
use super::super::ControllerCommand;
use super::Cluster;
use crate::image::{GroupId, Image, NodeId, CONTROLLER_GROUP};

/// A cluster of three with one topic of factor 3 and one of factor 1 (on node 0).
struct World {
    image: Image,
    leaders: BTreeMap<GroupId, Leadership>,
    dead: Vec<NodeId>,
}

impl View for World {
    fn image(&self) -> &Image {
        &self.image
    }

    fn leadership(&self, group: GroupId) -> Option<Leadership> {
        self.leaders.get(&group).cloned()
    }

    fn is_alive(&self, node: NodeId) -> bool {
        !self.dead.contains(&node)
    }

    fn controller_voters(&self) -> Vec<NodeId> {
        vec![0, 1, 2]
    }
}

fn world(min_in_sync: &str) -> World {
    let mut cluster = Cluster::with_racks(&["a", "b", "c"]);
    let topics = vec![cluster.topic("three", 1, 3)];
    cluster.create(topics);
    let mut single = cluster.topic("single", -1, -1);
    single.assignments =
        vec![super::super::command::Assignment { partition: 0, replicas: vec![0] }];
    cluster.create(vec![single]);
    cluster.ok(ControllerCommand::AlterConfigs {
        changes: vec![ConfigChange {
            resource: ConfigResource::Topic("three".into()),
            ops: vec![ConfigOp {
                key: "min.insync.replicas".into(),
                op: ConfigOpKind::Set,
                value: Some(min_in_sync.into()),
            }],
        }],
        validate_only: false,
        replace: false,
    });
    let all =
        |leader, in_sync: &[NodeId]| Leadership { leader, epoch: 4, in_sync: in_sync.to_vec() };
    let leaders = BTreeMap::from([
        (CONTROLLER_GROUP, all(1, &[0, 1, 2])),
        (1, all(2, &[0, 1, 2])),
        (2, all(0, &[0])),
    ]);
    World { image: cluster.state.image(), leaders, dead: vec![] }
}

#[test]
fn a_whole_cluster_is_healthy() {
    let found = overview(&world("1"), 10);
    assert!(found.is_healthy, "{found:?}");
    assert_eq!((found.controller_id, found.partitions), (Some(1), 2));
    let states: Vec<_> = partition_states(&world("1"), Some("three")).collect();
    assert_eq!(states.len(), 1);
    assert_eq!((states[0].leader_id, states[0].leader_epoch), (Some(2), Some(4)));
    assert_eq!(states[0].in_sync, states[0].replicas);
}

#[test]
fn what_is_amiss_is_named() {
    let mut world = world("1");
    world.dead = vec![2];
    let found = overview(&world, 10);
    let reasons = ["nodes_down", "leaderless_partitions", "under_replicated_partitions"];
    assert_eq!(found.unhealthy_reasons, reasons);
    assert_eq!(found.leaderless_partitions, ["kafka/three/0"]);
    assert_eq!(found.under_replicated_partitions, ["headrace/controller/0"]);
    world.leaders.clear();
    let found = overview(&world, 1);
    assert!(found.unhealthy_reasons.contains(&"no_elected_controller"));
    assert_eq!((found.leaderless_count, found.leaderless_partitions.len()), (2, 1));
}

#[test]
fn the_probe_says_what_a_stop_would_cost() {
    // (min.insync.replicas, lagging replica, node) -> rf1, unavailable, full acks, in sync
    type Row = (&'static str, Option<NodeId>, NodeId, (usize, usize, usize, usize));
    let table: &[Row] = &[
        ("1", None, 1, (0, 0, 0, 2)),
        ("2", None, 1, (0, 0, 0, 2)),
        ("3", None, 1, (0, 0, 1, 2)),
        ("4", None, 1, (0, 0, 1, 2)), // counts as 3, the number of replicas
        ("1", None, 0, (1, 0, 0, 3)),
        ("1", Some(0), 1, (0, 1, 0, 2)),
        ("1", Some(1), 1, (0, 0, 0, 1)), // the lagging one itself may go
    ];
    for (min_in_sync, lagging, node, expected) in table {
        let mut world = world(min_in_sync);
        if let Some(lagging) = lagging {
            world.leaders.get_mut(&1).unwrap().in_sync.retain(|n| n != lagging);
        }
        let found = restart_probe(&world, *node, 10);
        let outcome = (
            found.risks.rf1_offline.len(),
            found.risks.unavailable.len(),
            found.risks.full_acks_produce_unavailable.len(),
            found.replicas_in_sync,
        );
        assert_eq!(outcome, *expected, "{min_in_sync} {lagging:?} {node}: {found:?}");
        assert_eq!(found.safe, expected.0 + expected.1 + expected.2 == 0);
        assert_eq!(found.is_controller, *node == 1);
    }
    let leads = restart_probe(&world("1"), 2, 10);
    assert_eq!((leads.leaders, leads.replicas), (1, 2));
}

#[test]
fn losing_a_second_controller_is_a_risk() {
    let mut world = world("1");
    world.leaders.get_mut(&CONTROLLER_GROUP).unwrap().in_sync = vec![1, 2];
    let found = restart_probe(&world, 2, 10);
    assert_eq!(found.risks.unavailable, ["headrace/controller/0"]);
}
