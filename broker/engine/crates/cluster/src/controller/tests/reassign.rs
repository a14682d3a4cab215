//! Reassignments: what is wanted, how it is shown, and how it ends.

use super::Cluster;
use crate::controller::command::Reassignment;
use crate::controller::{ControllerCommand, ControllerReply, State};
use crate::image::NodeId;

fn ask(cluster: &mut Cluster, replicas: Option<&[NodeId]>, allow_factor_change: bool) -> i16 {
    let change = Reassignment {
        topic: "t".into(),
        partition: 0,
        replicas: replicas.map(<[NodeId]>::to_vec),
    };
    let command =
        ControllerCommand::AlterReassignments { changes: vec![change], allow_factor_change };
    match cluster.ok(command) {
        ControllerReply::Reassignments(results) => results[0].as_ref().map_or(0, |e| e.code.0),
        other => panic!("unexpected {other:?}"),
    }
}

/// Replicas, adding, removing and founders of `t`'s partition.
fn shown(cluster: &Cluster) -> [Vec<NodeId>; 4] {
    let image = cluster.state.image();
    let p = image.partition("t", 0).expect("is there").clone();
    [p.replicas, p.adding, p.removing, p.founders]
}

/// Five nodes and `t` on 0, 1 and 2.
fn world() -> (Cluster, u64) {
    let mut cluster = Cluster::with_racks(&["-"; 5]);
    let mut topic = cluster.topic("t", -1, -1);
    let replicas = vec![0, 1, 2];
    topic.assignments = vec![crate::controller::command::Assignment { partition: 0, replicas }];
    let group = cluster.create(vec![topic])[0].groups[0];
    (cluster, group)
}

fn version(cluster: &Cluster) -> u64 {
    cluster.state.image().partition("t", 0).expect("is there").target_version
}

fn finish_of(cluster: &mut Cluster, group: u64, replicas: &[NodeId], version: u64) -> bool {
    let (replicas, version) = (replicas.to_vec(), Some(version));
    cluster.run(ControllerCommand::FinishReassignment { group, replicas, version }).is_ok()
}

fn finish(cluster: &mut Cluster, group: u64, replicas: &[NodeId]) -> bool {
    let version = version(cluster);
    finish_of(cluster, group, replicas, version)
}

#[test]
fn replicas_are_added_before_others_leave() {
    let (mut cluster, group) = world();
    assert_eq!(ask(&mut cluster, Some(&[3, 0, 4]), false), 0);
    let moving = [vec![3, 0, 4, 1, 2], vec![3, 4], vec![1, 2], vec![0, 1, 2]];
    assert_eq!(shown(&cluster), moving);
    let restored = State::restore(&cluster.state.snapshot()).expect("sound");
    assert_eq!(restored.image().partition("t", 0), cluster.state.image().partition("t", 0));
    assert!(!finish(&mut cluster, group, &[0, 1, 2]), "that is not what is wanted");
    assert!(finish(&mut cluster, group, &[3, 0, 4]));
    assert_eq!(shown(&cluster), [vec![3, 0, 4], vec![], vec![], vec![0, 1, 2]]);
    assert!(!finish(&mut cluster, group, &[3, 0, 4]), "once");
    assert_eq!(ask(&mut cluster, Some(&[0, 1, 2]), false), 0);
    assert_eq!(shown(&cluster)[3], [0, 1, 2], "the group's first members stay the same");
}

#[test]
fn a_reassignment_is_replaced_or_cancelled() {
    let (mut cluster, _) = world();
    assert_eq!(ask(&mut cluster, None, true), 85);
    assert_eq!(ask(&mut cluster, Some(&[0, 1, 3]), true), 0);
    assert_eq!(ask(&mut cluster, Some(&[0, 1, 4]), true), 0);
    let next = [vec![0, 1, 4, 3, 2], vec![4], vec![3, 2], vec![0, 1, 2]];
    assert_eq!(shown(&cluster), next, "3 may have joined: it must leave");
    assert_eq!(ask(&mut cluster, None, true), 0);
    let back = [vec![0, 1, 2, 4, 3], vec![], vec![4, 3], vec![0, 1, 2]];
    assert_eq!(shown(&cluster), back, "as before the first of them");
}

#[test]
fn the_end_of_an_older_reassignment_to_the_same_replicas_is_refused() {
    let (mut cluster, group) = world();
    assert_eq!(version(&cluster), 0);
    assert_eq!(ask(&mut cluster, Some(&[0, 1, 3]), true), 0);
    let older = version(&cluster);
    assert_eq!(ask(&mut cluster, Some(&[0, 1, 4]), true), 0);
    assert_eq!(ask(&mut cluster, Some(&[0, 1, 3]), true), 0);
    assert!(version(&cluster) > older && older > 0);
    assert!(!finish_of(&mut cluster, group, &[0, 1, 3], older));
    assert!(finish(&mut cluster, group, &[0, 1, 3]));
}

#[test]
fn what_makes_no_sense_is_refused() {
    let (mut cluster, _) = world();
    for bad in [&[][..], &[0, 0, 1], &[0, 1, 9], &[-1, 0, 1]] {
        assert_eq!(ask(&mut cluster, Some(bad), true), 39, "{bad:?}");
    }
    assert_eq!(ask(&mut cluster, Some(&[0, 1]), false), 38);
    assert_eq!(ask(&mut cluster, Some(&[0, 1]), true), 0);
    let change = Reassignment { topic: "t".into(), partition: 7, replicas: Some(vec![0]) };
    let changes = vec![change];
    let unknown = ControllerCommand::AlterReassignments { changes, allow_factor_change: true };
    let ControllerReply::Reassignments(results) = cluster.ok(unknown) else { panic!() };
    assert_eq!(results[0].as_ref().map(|e| e.code.0), Some(3));
}
