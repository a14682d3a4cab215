//! Placement: every property holds for any cluster and any sequence of topics.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::Cluster;
use crate::image::{Image, NodeId};

fn rack_of(image: &Image, node: NodeId) -> String {
    let node = image.node(node).unwrap();
    node.rack.clone().unwrap_or_else(|| format!("alone-{}", node.id))
}

/// How many distinct racks each partition uses, and how evenly replicas and leaders lie.
fn spread(image: &Image, topic: &str) -> (usize, usize, usize) {
    let topic = image.topic(topic).unwrap();
    let mut racks_least = usize::MAX;
    let mut replicas: BTreeMap<NodeId, usize> = image.nodes().map(|n| (n.id, 0)).collect();
    let mut leaders = replicas.clone();
    for partition in &topic.partitions {
        let racks: BTreeSet<String> =
            partition.replicas.iter().map(|n| rack_of(image, *n)).collect();
        racks_least = racks_least.min(racks.len());
        *leaders.get_mut(&partition.replicas[0]).unwrap() += 1;
        for node in &partition.replicas {
            *replicas.get_mut(node).unwrap() += 1;
        }
    }
    let gap = |m: &BTreeMap<NodeId, usize>| m.values().max().unwrap() - m.values().min().unwrap();
    (racks_least, gap(&replicas), gap(&leaders))
}

/// racks, partitions, factor -> racks of every partition, most uneven replicas and leaders
#[test]
fn placement_by_table() {
    type Row = (&'static [&'static str], i32, i16, (usize, usize, usize));
    let table: &[Row] = &[
        (&["a", "b", "c"], 12, 3, (3, 0, 0)),
        (&["a", "b", "c"], 12, 2, (2, 0, 0)),
        (&["a", "b", "c"], 7, 2, (2, 1, 1)),
        (&["-", "-", "-"], 12, 3, (3, 0, 0)),
        (&["-", "-", "-"], 50, 1, (1, 1, 1)),
        (&["a", "a", "b", "b", "c", "c"], 12, 3, (3, 0, 0)),
        (&["a", "a", "b", "b"], 8, 2, (2, 0, 0)),
        (&["a", "a", "b", "b"], 8, 3, (2, 0, 0)),
        (&["a", "a", "a"], 9, 3, (1, 0, 0)),
        (&["a", "b", "c", "d", "e"], 5, 3, (3, 0, 0)),
    ];
    for (racks, partitions, factor, expected) in table {
        let mut cluster = Cluster::with_racks(racks);
        let topic = cluster.topic("t", *partitions, *factor);
        cluster.create(vec![topic]);
        let found = spread(&cluster.state.image(), "t");
        assert_eq!(found, *expected, "{racks:?} {partitions} {factor}");
    }
}

#[test]
fn many_single_partition_topics_even_out() {
    let mut cluster = Cluster::with_racks(&["a", "b", "c"]);
    for n in 0..30 {
        let topic = cluster.topic(&format!("t{n}"), 1, 1);
        cluster.create(vec![topic]);
    }
    let mut count = BTreeMap::new();
    for topic in cluster.state.image().topics() {
        *count.entry(topic.partitions[0].replicas[0]).or_insert(0) += 1;
    }
    assert_eq!(count, BTreeMap::from([(0, 10), (1, 10), (2, 10)]));
}

#[test]
fn dead_nodes_are_used_only_if_needed() {
    let mut cluster = Cluster::with_racks(&["a", "b", "c"]);
    for (name, factor, uses_dead) in [("two", 2, false), ("three", 3, true)] {
        let topics = vec![cluster.topic(name, 6, factor)];
        let command =
            super::ControllerCommand::CreateTopics { topics, validate_only: false, avoid: vec![1] };
        cluster.topics(command);
        let image = cluster.state.image();
        let partitions = &image.topic(name).unwrap().partitions;
        assert_eq!(partitions.iter().any(|p| p.replicas.contains(&1)), uses_dead);
        assert!(partitions.iter().all(|p| p.replicas[0] != 1), "a dead node shall not lead");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn any_cluster_is_used_well(
        racks in proptest::collection::vec(prop_oneof!["a", "b", "c", "-"], 1..9),
        topics in proptest::collection::vec((1i32..40, 1i16..6), 1..12),
    ) {
        let racks: Vec<&str> = racks.iter().map(String::as_str).collect();
        let mut cluster = Cluster::with_racks(&racks);
        for (n, (partitions, factor)) in topics.iter().enumerate() {
            let name = format!("t{n}");
            let topic = cluster.topic(&name, *partitions, *factor);
            let result = cluster.create(vec![topic]).remove(0);
            let image = cluster.state.image();
            if usize::from(factor.unsigned_abs()) > racks.len() {
                prop_assert!(result.error.is_some());
                continue;
            }
            prop_assert_eq!(&result.error, &None);
            let distinct: BTreeSet<String> =
                image.nodes().map(|n| rack_of(&image, n.id)).collect();
            let factor = usize::from(factor.unsigned_abs());
            let (racks_least, _, leader_gap) = spread(&image, &name);
            prop_assert_eq!(racks_least, factor.min(distinct.len()));
            for partition in &image.topic(&name).unwrap().partitions {
                let nodes: BTreeSet<_> = partition.replicas.iter().collect();
                prop_assert_eq!(nodes.len(), factor);
            }
            if factor == racks.len() {
                prop_assert!(leader_gap <= 1, "leaders uneven by {}", leader_gap);
            }
        }
    }

    #[test]
    fn equal_racks_are_filled_equally(
        per_rack in 1usize..4, rack_count in 1usize..5, partitions in 1i32..60, factor in 1i16..5,
    ) {
        prop_assume!(usize::from(factor.unsigned_abs()) <= per_rack * rack_count);
        let names = ["a", "b", "c", "d"];
        let racks: Vec<&str> =
            (0..per_rack * rack_count).map(|n| names[n % rack_count]).collect();
        let mut cluster = Cluster::with_racks(&racks);
        let topic = cluster.topic("t", partitions, factor);
        cluster.create(vec![topic]);
        let (_, replica_gap, leader_gap) = spread(&cluster.state.image(), "t");
        prop_assert!(replica_gap <= 2, "replicas uneven by {replica_gap}");
        prop_assert!(leader_gap <= 1, "leaders uneven by {leader_gap}");
    }
}
