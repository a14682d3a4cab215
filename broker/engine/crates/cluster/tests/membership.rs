//! Births, joins, wiped folders, other clusters, leaving.

mod common;

use std::time::Duration;

use common::{batch, free_port, local, Cluster, WAIT};
use headrace_cluster::controller::command::Reassignment;
use headrace_cluster::identity::IdentityError;
use headrace_cluster::{
    Acks, AppendOptions, ControllerCommand, ControllerReply, Node, NodeConfig, PartitionError,
    StartError,
};

const ALL: AppendOptions = AppendOptions::new(Acks::All);

/// A node that is no seed.
fn guest_config(cluster: &Cluster, name: &str) -> NodeConfig {
    let address = local(free_port());
    NodeConfig {
        data_dir: cluster.dir.path().join(name),
        rpc_listen: address.clone(),
        rpc_advertised: address,
        ..cluster.config(0)
    }
}

fn start(config: NodeConfig) -> Node {
    Node::start(config, headrace_env::real(), tokio::runtime::Handle::current()).expect("starts")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_first_seed_alone_founds_and_the_others_become_voters() {
    let mut cluster = Cluster::new(3, true);
    cluster.start(0);
    cluster.ready().await;
    assert_eq!(cluster.node(0).controller_voters(), [0]);
    cluster.start_all();
    cluster.ready().await;
    let ids: Vec<_> = cluster.up().map(|n| n.node_id()).collect();
    assert_eq!(ids, [Some(0), Some(1), Some(2)]);
    cluster
        .until("three voters", |c| c.up().all(|n| n.controller_voters() == [0, 1, 2]).then_some(()))
        .await;
    // The founder is not needed any more.
    cluster.stop(0).await;
    cluster.until("another controller", |c| c.node(1).controller().filter(|&id| id != 0)).await;
    // Until it is missed, a new replica may be placed on it.
    cluster.until("it to be missed", |c| c.up().all(|n| !n.is_alive(0)).then_some(())).await;
    let group = cluster.create_topic(1, "t", 1, 2, &[]).await[0];
    cluster.append(group, batch("x")).await;
    cluster.stop_all().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_that_is_no_seed_joins_and_holds_replicas() {
    let mut cluster = Cluster::started(3).await;
    let config = guest_config(&cluster, "guest");
    let guest = start(config.clone());
    guest.wait_ready(WAIT).await.expect("joins");
    assert_eq!(guest.node_id(), Some(3));
    assert_eq!(guest.controller_voters(), [0, 1, 2]);
    cluster.nodes.push(Some(guest));
    cluster.until("all to see it", |c| c.up().all(|n| n.is_alive(3)).then_some(())).await;
    let groups = cluster.create_topic(3, "t", 4, 4, &[]).await;
    for &group in &groups {
        cluster.append(group, batch("x")).await;
        cluster.caught_up(group).await;
    }
    cluster.stop(3).await;
    cluster.nodes[3] = Some(start(config));
    cluster.ready().await;
    assert_eq!(cluster.node(3).node_id(), Some(3), "the same id after a restart");
    cluster.stop_all().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wiped_seed_comes_back_under_a_new_id() {
    let mut cluster = Cluster::started(3).await;
    let group = cluster.create_topic(0, "t", 1, 3, &[]).await[0];
    cluster.append(group, batch("x")).await;
    cluster.stop(2).await;
    std::fs::remove_dir_all(cluster.data_dir(2)).expect("is wiped");
    cluster.start(2);
    cluster.ready().await;
    let id = cluster.node(2).node_id().expect("has one");
    assert!(id > 2, "the old id {id} was given again");
    let voters = [0, 1, id];
    cluster
        .until("it to take the old one's place", |c| {
            c.up().all(|n| n.controller_voters() == voters).then_some(())
        })
        .await;
    cluster.append(group, batch("y")).await;
    assert_eq!(cluster.read_all(group).await.len(), 2);
    cluster.stop_all().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_data_of_another_cluster_is_refused() {
    let mut other = Cluster::new(1, true);
    other.start_all();
    other.ready().await;
    let found = other.node(0).identity().expect("known").cluster_uuid;
    other.stop_all().await;
    let mut cluster = Cluster::started(3).await;
    let expected = cluster.node(0).identity().expect("known").cluster_uuid;
    let config = NodeConfig { data_dir: other.data_dir(0), ..guest_config(&cluster, "unused") };
    let stranger = start(config);
    let said = stranger.wait_ready(WAIT).await.expect_err("is refused");
    assert!(said.0.contains(&found.to_string()), "{said}");
    let failure = stranger.failure().expect("is final");
    let StartError::Identity(IdentityError::OtherCluster { found: f, expected: e }) = &*failure
    else {
        panic!("{failure:?}")
    };
    assert_eq!((*f, *e), (found, expected));
    stranger.shutdown().await;
    cluster.stop_all().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_in_use_is_refused_with_its_name() {
    let mut cluster = Cluster::new(1, true);
    cluster.start_all();
    cluster.ready().await;
    let start = |config| {
        Node::start(config, headrace_env::real(), tokio::runtime::Handle::current())
            .expect_err("is refused")
    };
    let error = start(cluster.config(0));
    assert!(matches!(error, StartError::Locked { .. }), "{error:?}");
    let other_dir = NodeConfig { data_dir: cluster.dir.path().join("b"), ..cluster.config(0) };
    let error = start(other_dir);
    assert_eq!(error.setting(), "rpc_listen");
    assert!(error.to_string().contains(&cluster.seeds[0].to_string()), "{error}");
    cluster.stop_all().await;
    // The folder is free again, and belongs to node 0.
    let error = start(NodeConfig { node_id: Some(7), ..cluster.config(0) });
    assert!(error.to_string().contains("node 0"), "{error}");
    cluster.start_all();
    cluster.ready().await;
    cluster.stop_all().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_leaving_node_hands_everything_over_and_gets_nothing_back() {
    let mut cluster = Cluster::started(3).await;
    let groups = cluster.create_topic(0, "t", 9, 3, &[]).await;
    for &group in &groups {
        cluster.append(group, batch("x")).await;
    }
    cluster.node(0).leave().await;
    let led = |c: &Cluster| {
        let led = |g: &&u64| c.node(0).partition(**g).is_some_and(|h| h.offsets().is_leader);
        groups.iter().filter(led).count()
    };
    assert_eq!(led(&cluster), 0);
    for &group in &groups {
        assert_ne!(cluster.leader(group).await, 0);
        cluster.append(group, batch("y")).await;
    }
    tokio::time::sleep(Duration::from_secs(5)).await;
    assert_eq!(led(&cluster), 0, "leadership came back to a node that leaves");
    assert_ne!(cluster.node(1).controller(), Some(0));
    // After its restart it gets back what it should lead.
    cluster.stop(0).await;
    cluster.start(0);
    cluster.ready().await;
    cluster.until("the preferred leaders", |c| (led(c) == 3).then_some(())).await;
    cluster.stop_all().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn leadership_goes_where_it_is_sent() {
    let mut cluster = Cluster::started(3).await;
    let group = cluster.create_topic(0, "t", 1, 3, &[]).await[0];
    let old = cluster.leader(group).await;
    let to = (old + 1) % 3;
    let asked = (old + 2) % 3;
    cluster.until("gossip", |c| c.node(asked).leader(group).filter(|l| l.in_sync.len() == 3)).await;
    let goes = cluster.node(asked).transfer_leadership(group, Some(to as i32)).await;
    assert_eq!(goes, Ok(to as i32));
    cluster
        .until("the new leader", |c| c.node(to).partition(group)?.offsets().is_leader.then_some(()))
        .await;
    let refused = cluster.node(asked).transfer_leadership(group, Some(77)).await;
    assert_eq!(refused, Err(PartitionError::NotEnoughReplicas));
    cluster.stop_all().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn min_insync_replicas_counts_the_living() {
    let mut cluster = Cluster::started(3).await;
    let group = cluster.create_topic(0, "t", 1, 3, &[("min.insync.replicas", "3")]).await[0];
    let leader = cluster.leader(group).await;
    let handle = cluster.node(leader).partition(group).expect("hosted");
    let first = handle.append(batch("x"), ALL).await;
    assert_eq!(first.expect("waits for the followers of a new leader").base_offset, 0);
    cluster.stop((leader + 1) % 3).await;
    let refused = cluster.until("the replica to be missed", |c| {
        c.node(leader).leader(group).filter(|l| l.in_sync.len() == 2)
    });
    refused.await;
    assert_eq!(handle.append(batch("y"), ALL).await, Err(PartitionError::NotEnoughReplicas));
    let leader_only = AppendOptions::new(Acks::Leader);
    assert_eq!(handle.append(batch("y"), leader_only).await.expect("appended").base_offset, 1);
    cluster
        .until("the gauge to show it", |c| {
            let text = c.node(leader).metrics_text();
            text.contains("under_replicated_partitions 1").then_some(())
        })
        .await;
    cluster.start((leader + 1) % 3);
    cluster.append(group, batch("z")).await;
    cluster.stop_all().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_deleted_topic_leaves_nothing_and_its_name_is_free() {
    use headrace_cluster::controller::command::TopicRef;
    let mut cluster = Cluster::started(3).await;
    let group = cluster.create_topic(0, "t", 1, 3, &[]).await[0];
    cluster.append(group, batch("x")).await;
    cluster.stop(2).await;
    let command = ControllerCommand::DeleteTopics { topics: vec![TopicRef::Name("t".into())] };
    let reply = cluster.node(1).controller_request(command).await.expect("is deleted");
    let ControllerReply::Topics(results) = reply else { panic!("{reply:?}") };
    assert_eq!(results[0].error, None);
    let again = cluster.create_topic(0, "t", 1, 2, &[]).await[0];
    assert_ne!(again, group);
    assert_eq!(cluster.append(again, batch("y")).await.base_offset, 0);
    // The node that was away removes its replica too.
    cluster.start(2);
    cluster.ready().await;
    let kept = |at: usize, group: u64| {
        (0..2).any(|shard| {
            let groups = cluster.data_dir(at).join(format!("shard-{shard}/groups"));
            groups.join(format!("{group:016x}")).exists()
        })
    };
    assert!((0..3).any(|at| kept(at, again)), "the test looks in the wrong place");
    let folder = |at: usize| kept(at, group);
    for at in 0..3 {
        cluster.until("the files to go", |_| (!folder(at)).then_some(())).await;
        assert!(cluster.node(at).partition(group).is_none());
    }
    cluster.stop_all().await;
}

/// Asks for other replicas of the topic's first partition.
async fn reassign(cluster: &Cluster, at: usize, topic: &str, replicas: Vec<i32>) {
    let change = Reassignment { topic: topic.into(), partition: 0, replicas: Some(replicas) };
    let command =
        ControllerCommand::AlterReassignments { changes: vec![change], allow_factor_change: false };
    let reply = cluster.node(at).controller_request(command).await.expect("an answer");
    assert_eq!(reply, ControllerReply::Reassignments(vec![None]));
}

/// Waits until the first partition of the topic lives on these nodes, and on no other.
async fn moved(cluster: &Cluster, topic: &str, group: u64, replicas: &[i32]) {
    cluster
        .until("the replicas to have moved", |c| {
            let there = |node: &Node| {
                let image = node.image();
                let p = image.partition(topic, 0).expect("is there");
                let hosts = node.partition(group).is_some();
                let holds = node.node_id().is_some_and(|id| replicas.contains(&id));
                !p.is_moving() && p.replicas == replicas && hosts == holds
            };
            c.up().all(there).then_some(())
        })
        .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn replicas_move_to_other_nodes_and_back() {
    let mut cluster = Cluster::started(4).await;
    let group = cluster.create_topic(0, "t", 1, 3, &[]).await[0];
    let before = cluster.node(0).image().partition("t", 0).expect("is there").replicas.clone();
    for n in 0..20 {
        cluster.append(group, batch(&format!("{n}"))).await;
    }
    let other = (0..4).find(|id| !before.contains(id)).expect("four nodes");
    // its preferred leader leaves, too
    let target = vec![other, before[1], before[2]];
    reassign(&cluster, 0, "t", target.clone()).await;
    moved(&cluster, "t", group, &target).await;
    cluster.append(group, batch("after")).await;
    assert_eq!(cluster.read_all(group).await.len(), 21);
    reassign(&cluster, 1, "t", before.clone()).await;
    moved(&cluster, "t", group, &before).await;
    cluster.append(group, batch("back")).await;
    cluster.caught_up(group).await;
    assert_eq!(cluster.read_all(group).await.len(), 22);
    cluster.stop_all().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_replaced_node_s_replicas_are_made_whole_on_the_new_one() {
    let mut cluster = Cluster::started(3).await;
    let group = cluster.create_topic(0, "t", 1, 3, &[]).await[0];
    cluster.append(group, batch("x")).await;
    cluster.stop(2).await;
    std::fs::remove_dir_all(cluster.data_dir(2)).expect("is wiped");
    cluster.start(2);
    cluster.ready().await;
    let id = cluster.node(2).node_id().expect("has one");
    reassign(&cluster, 0, "t", vec![0, 1, id]).await;
    moved(&cluster, "t", group, &[0, 1, id]).await;
    cluster.append(group, batch("y")).await;
    cluster
        .until("all three in sync", |c| {
            let info = c.node(0).leader(group)?;
            (info.in_sync == [0, 1, id]).then_some(())
        })
        .await;
    let gone = ControllerCommand::UnregisterNode { node_id: 2 };
    assert_eq!(cluster.node(0).controller_request(gone).await, Ok(ControllerReply::Done));
    cluster.stop_all().await;
}
