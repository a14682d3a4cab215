//! Followers that are far behind, logs that lost entries, the controller's compaction.

mod common;

use std::path::{Path, PathBuf};

use common::{batch, numbered, read_values, Cluster};
use headrace_cluster::{ControllerCommand, ControllerReply};

fn largest_segment(dir: &Path, group: u64) -> PathBuf {
    let mut best: Option<(u64, PathBuf)> = None;
    for shard in 0..2 {
        let folder = dir.join(format!("shard-{shard}/groups/{group:016x}"));
        let Ok(files) = std::fs::read_dir(folder) else { continue };
        for file in files.flatten() {
            let len = file.metadata().expect("is there").len();
            if best.as_ref().is_none_or(|(most, _)| len > *most) {
                best = Some((len, file.path()));
            }
        }
    }
    best.expect("a segment").1
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_truncated_log_is_fetched_again() {
    let mut cluster = Cluster::started(3).await;
    let group = cluster.create_topic(0, "t", 1, 3, &[]).await[0];
    for n in 0..50 {
        cluster.append(group, numbered(3, 0, n)).await;
    }
    let leader = cluster.leader(group).await;
    let victim = (leader + 1) % 3;
    cluster.caught_up(group).await;
    cluster.stop(victim).await;
    let segment = largest_segment(&cluster.data_dir(victim), group);
    let file = std::fs::OpenOptions::new().write(true).open(&segment).expect("opens");
    file.set_len(file.metadata().expect("is there").len() / 2).expect("is cut");
    cluster.start(victim);
    cluster.ready().await;
    cluster
        .until("the damaged log to be whole", |c| {
            let handle = c.node(victim).partition(group)?;
            assert_eq!(handle.fenced(), None);
            (handle.offsets().high_watermark == 50).then_some(())
        })
        .await;
    assert_eq!(read_values(cluster.node(victim), group).len(), 50);
    // It is a full member again: with it and one other, work goes on.
    cluster.stop(leader).await;
    let again = cluster.append(group, numbered(3, 0, 49)).await;
    assert_eq!(again.base_offset, 49);
    assert_eq!(cluster.append(group, numbered(3, 0, 50)).await.base_offset, 50);
    cluster.stop_all().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_follower_behind_the_controllers_log_gets_its_snapshot() {
    let mut cluster = Cluster::started(3).await;
    let group = cluster.create_topic(0, "t", 1, 3, &[]).await[0];
    cluster.append(group, batch("x")).await;
    cluster.stop(2).await;
    let mut highest = 0;
    for _ in 0..1_300 {
        let command = ControllerCommand::AllocateProducerIds { node_id: 0 };
        let reply = cluster.node(0).controller_request(command).await.expect("ids");
        let ControllerReply::ProducerIds { first, .. } = reply else { panic!("{reply:?}") };
        assert!(first >= highest);
        highest = first + 1;
    }
    cluster
        .until("the log to be cut", |c| {
            let status = c.node(0).hosted().into_iter().find(|s| s.group == 0)?;
            (status.offsets.log_start > 900).then_some(())
        })
        .await;
    cluster.start(2);
    cluster.ready().await;
    let image = cluster.node(0).image();
    cluster
        .until("the same metadata", |c| {
            let other = c.node(2).image();
            (other.next_producer_id() == image.next_producer_id()).then_some(())
        })
        .await;
    cluster.caught_up(group).await;
    // And all restart from it.
    cluster.stop_all().await;
    cluster.start_all();
    cluster.ready().await;
    for node in cluster.up() {
        assert_eq!(node.image().next_producer_id(), image.next_producer_id());
        assert!(node.image().topic("t").is_some());
    }
    cluster.append(group, batch("y")).await;
    cluster.stop_all().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_follower_behind_a_partitions_start_gets_what_is_left() {
    let mut cluster = Cluster::started(3).await;
    let small = [("segment.bytes", "1048576"), ("retention.bytes", "1048576")];
    let group = cluster.create_topic(0, "t", 1, 3, &small).await[0];
    let leader = cluster.leader(group).await;
    let away = (leader + 1) % 3;
    cluster.append(group, numbered(8, 0, 0)).await;
    cluster.caught_up(group).await;
    cluster.stop(away).await;
    let value = "v".repeat(100_000);
    for _ in 0..60 {
        cluster.append(group, batch(&value)).await;
    }
    cluster.append(group, numbered(9, 0, 0)).await;
    let start = cluster
        .until("retention", |c| {
            let offsets = c.node(leader).partition(group)?.offsets();
            (offsets.log_start > 20).then_some(offsets.log_start)
        })
        .await;
    cluster.start(away);
    cluster.ready().await;
    cluster.until("the replica", |c| c.node(away).partition(group).map(|_| ())).await;
    cluster.caught_up(group).await;
    let offsets = cluster.node(away).partition(group).expect("hosted").offsets();
    assert!(offsets.log_start >= start, "{offsets:?}");
    assert_eq!(offsets.log_end, 62);
    // Producers came along, also those whose batches are gone.
    cluster.stop(leader).await;
    assert_eq!(cluster.append(group, numbered(9, 0, 0)).await.base_offset, 61);
    assert_eq!(cluster.append(group, numbered(8, 0, 0)).await.base_offset, 0);
    cluster.stop_all().await;
}
