//! Three real nodes: election, topics, appends, failover, restart.

mod common;

use std::sync::Arc;
use std::time::{Duration, Instant};

use common::{batch, numbered, read_values, Cluster};
use headrace_cluster::{Acks, AppendOptions, Isolation, PartitionError};
use headrace_env::sim::SimDisk;
use headrace_env::Env;

const ALL: AppendOptions = AppendOptions::new(Acks::All);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn three_seeds_form_a_cluster_and_replicate() {
    let mut cluster = Cluster::started(3).await;
    let uuid = cluster.node(0).identity().expect("known").cluster_uuid;
    for (at, node) in cluster.up().enumerate() {
        let identity = node.identity().expect("known");
        assert_eq!((identity.cluster_uuid, identity.node_id), (uuid, at as i32));
    }
    let started = Instant::now();
    let groups = cluster.create_topic(1, "flights", 6, 3, &[]).await;
    for &group in &groups {
        cluster.leader(group).await;
    }
    assert!(started.elapsed() < Duration::from_millis(900), "leaders came with a timeout only");
    for &group in &groups {
        for n in 0..20 {
            let appended = cluster.append(group, batch(&format!("{group}/{n}"))).await;
            assert_eq!(appended.base_offset, n);
        }
        let values = cluster.read_all(group).await;
        assert_eq!(values.len(), 20);
        cluster.caught_up(group).await;
        for node in cluster.up() {
            assert_eq!(read_values(node, group), values);
        }
    }
    let led = |at: usize| {
        let node = cluster.node(at);
        groups.iter().filter(|&&g| node.partition(g).unwrap().offsets().is_leader).count()
    };
    assert_eq!([led(0), led(1), led(2)], [2, 2, 2], "the first replicas lead");
    cluster.stop_all().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_replica_takes_over_and_the_old_one_catches_up() {
    let mut cluster = Cluster::started(3).await;
    let group = cluster.create_topic(0, "t", 1, 3, &[]).await[0];
    for n in 0..10 {
        cluster.append(group, numbered(5, 0, n)).await;
    }
    let old = cluster.leader(group).await;
    let epoch = cluster.node(old).partition(group).unwrap().offsets().epoch;
    cluster.stop(old).await;
    // A retry of the last batch, sent to the next leader, is known there.
    let again = cluster.append(group, numbered(5, 0, 9)).await;
    assert_eq!(again.base_offset, 9);
    assert!(again.epoch > epoch);
    for n in 10..30 {
        assert_eq!(cluster.append(group, numbered(5, 0, n)).await.base_offset, i64::from(n));
    }
    cluster.start(old);
    cluster.ready().await;
    cluster.until("the old leader to follow", |c| c.node(old).partition(group).map(|_| ())).await;
    cluster.caught_up(group).await;
    assert_eq!(read_values(cluster.node(old), group).len(), 30);
    cluster.stop_all().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everything_survives_a_restart_of_all() {
    let mut cluster = Cluster::started(3).await;
    let groups = cluster.create_topic(2, "t", 3, 3, &[]).await;
    for &group in &groups {
        for n in 0..5 {
            cluster.append(group, numbered(1, 0, n)).await;
        }
    }
    let uuid = cluster.node(0).identity();
    cluster.stop_all().await;
    cluster.start_all();
    cluster.ready().await;
    assert_eq!(cluster.node(0).identity(), uuid);
    for &group in &groups {
        cluster.until("the replica", |c| c.node(0).partition(group).map(|_| ())).await;
        assert_eq!(cluster.append(group, numbered(1, 0, 4)).await.base_offset, 4, "known again");
        assert_eq!(cluster.append(group, numbered(1, 0, 5)).await.base_offset, 5);
        assert_eq!(cluster.read_all(group).await.len(), 6);
    }
    cluster.stop_all().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn deleted_records_stay_deleted_on_every_replica() {
    let mut cluster = Cluster::started(3).await;
    let group = cluster.create_topic(0, "t", 1, 3, &[]).await[0];
    for n in 0..20 {
        cluster.append(group, numbered(5, 0, n)).await;
    }
    let old = cluster.leader(group).await;
    let leader = cluster.node(old).partition(group).expect("it leads");
    assert_eq!(leader.delete_records(12).await, Ok(12));
    assert_eq!(leader.delete_records(7).await, Ok(12), "the start never moves back");
    let beyond = Err(PartitionError::OutOfRange { start: 12, end: 20 });
    assert_eq!(leader.delete_records(21).await, beyond);
    let below = leader.read(11, 1 << 20, Isolation::ReadUncommitted).expect_err("deleted");
    assert_eq!(below, PartitionError::OutOfRange { start: 12, end: 20 });
    assert_eq!(leader.list_offset(0, Isolation::ReadUncommitted).unwrap().unwrap().offset, 12);
    drop(leader);
    cluster.stop(old).await;
    let next = cluster.leader(group).await;
    let leader = cluster.node(next).partition(group).expect("it leads");
    assert_eq!(leader.offsets().log_start, 12);
    assert_eq!(leader.delete_records(-1).await, Ok(20));
    assert_eq!(cluster.append(group, numbered(5, 0, 20)).await.base_offset, 20);
    drop(leader);
    cluster.stop_all().await;
    cluster.start_all();
    cluster.ready().await;
    let at = cluster.leader(group).await;
    let offsets = cluster.node(at).partition(group).expect("it leads").offsets();
    assert_eq!((offsets.log_start, offsets.log_end), (20, 21));
    cluster.stop_all().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_node_is_a_cluster() {
    let mut cluster = Cluster::new(1, true);
    cluster.start_all();
    cluster.ready().await;
    let group = cluster.create_topic(0, "t", 1, 1, &[]).await[0];
    for n in 0..100 {
        assert_eq!(cluster.append(group, batch("x")).await.base_offset, n);
    }
    let handle = cluster.node(0).partition(group).expect("hosted");
    for acks in [Acks::None, Acks::Leader] {
        let options = AppendOptions::new(acks).in_epoch(handle.offsets().epoch);
        handle.append(batch("y"), options).await.expect("appended");
    }
    let stale = AppendOptions::new(Acks::All).in_epoch(0);
    assert_eq!(handle.append(batch("y"), stale).await, Err(PartitionError::FencedEpoch));
    let mut changed = handle.offsets_changed();
    let reached = changed.wait_for(|o| o.high_watermark == 102);
    tokio::time::timeout(common::WAIT, reached).await.expect("in time").expect("alive");
    let read = handle.read(101, 1 << 20, Isolation::ReadCommitted).expect("readable");
    assert_eq!((read.next_offset, read.high_watermark), (102, 102));
    assert!(matches!(
        handle.read(103, 1, Isolation::ReadCommitted),
        Err(PartitionError::OutOfRange { start: 0, end: 102 })
    ));
    assert!(handle.read(102, 1, Isolation::ReadCommitted).expect("empty").batches.is_empty());
    cluster.stop_all().await;
    let refused = handle.append(batch("z"), ALL).await;
    assert!(refused.is_err());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_whose_journal_failed_is_not_ready() {
    // A simulated disk, since a real one fails no sync on request.
    let disk = SimDisk::new();
    let env = Env { disk: Arc::new(disk.clone()), ..headrace_env::real() };
    let mut cluster = Cluster::new(1, true);
    cluster.start_in(0, env);
    cluster.ready().await;
    let group = cluster.create_topic(0, "t", 1, 1, &[]).await[0];
    cluster.append(group, batch("x")).await;
    disk.fail_sync_after(0);
    let handle = cluster.node(0).partition(group).expect("hosted");
    handle.append(batch("y"), ALL).await.expect_err("not durable");
    cluster.until("the failure to show", |c| (!c.node(0).is_ready()).then_some(())).await;
    cluster.stop_all().await;
}
