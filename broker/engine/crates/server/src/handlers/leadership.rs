//! ElectLeaders and DescribeQuorum: who leads, and how far those who follow are.

use std::collections::BTreeMap;
use std::time::Duration;

use headrace_cluster::image::{Image, NodeInfo, Partition, CONTROLLER_GROUP};
use headrace_cluster::{GroupId, NodeId, PeerProgress, Progress};
use headrace_wire::messages::describe_quorum::{
    DescribeQuorumResponsePartitionData, DescribeQuorumResponseTopicData, Listener, Node,
    ReplicaState,
};
use headrace_wire::messages::elect_leaders::{PartitionResult, ReplicaElectionResult};
use headrace_wire::messages::{
    DescribeQuorumRequest, DescribeQuorumResponse, ElectLeadersRequest, ElectLeadersResponse,
};
use headrace_wire::{ErrorCode, Str};
use tokio::time::{sleep, Instant};
use uuid::Uuid;

use super::await_leaders::request_timeout;
use crate::context::{partition_refusal, Context, Refusal};
use crate::session::{Operation, Resource};

const PREFERRED: i8 = 0;
const UNCLEAN: i8 = 1;
/// Between two looks at whether leadership has moved.
const LOOK_EVERY: Duration = Duration::from_millis(20);
/// The topic whose one partition is the controller's log, to tools.
const METADATA_TOPIC: &str = "__cluster_metadata";

/// A partition that a leader is wanted for, and what has come of it.
struct Election {
    topic: Str,
    partition: i32,
    outcome: Result<(), Refusal>,
    /// Leadership is on its way to this node.
    moving: Option<(GroupId, NodeId)>,
}

pub(crate) async fn elect_leaders(
    cx: Context,
    request: ElectLeadersRequest,
) -> ElectLeadersResponse {
    if let Err(error) = cx.authorize(Operation::Alter, Resource::Cluster) {
        return ElectLeadersResponse { error_code: cx.code(error), ..Default::default() };
    }
    let kind = if cx.version == 0 { PREFERRED } else { request.election_type };
    if !(PREFERRED..=UNCLEAN).contains(&kind) {
        let error_code = cx.code(ErrorCode::InvalidRequest);
        return ElectLeadersResponse { error_code, ..Default::default() };
    }
    let until = Instant::now() + request_timeout(request.timeout_ms);
    let image = cx.image();
    let every = request.topic_partitions.is_none();
    let wanted: Vec<(Str, i32)> = match request.topic_partitions {
        Some(topics) => topics
            .into_iter()
            .flat_map(|t| t.partitions.into_iter().map(move |p| (t.topic.clone(), p)))
            .collect(),
        None => image
            .topics()
            .flat_map(|t| (0..).zip(&t.partitions).map(|(at, _)| (Str::from(&*t.name), at)))
            .collect(),
    };
    let mut elections = Vec::with_capacity(wanted.len());
    for (topic, partition) in wanted {
        elections.push(elect(&cx, &image, kind, topic, partition).await);
    }
    await_moves(&cx, &mut elections, until).await;
    if every {
        // as Apache Kafka: with all partitions asked for, only those with something to say
        let idle =
            |e: &Election| matches!(&e.outcome, Err(r) if r.code == ErrorCode::ElectionNotNeeded);
        elections.retain(|election| !idle(election));
    }
    respond(&cx, elections)
}

async fn elect(cx: &Context, image: &Image, kind: i8, topic: Str, partition: i32) -> Election {
    let begun = match image.partition(&topic, partition) {
        Some(found) => begin(cx, kind, found).await,
        None => {
            let why = match image.topic(&topic) {
                Some(_) => format!("topic {topic} has no partition {partition}"),
                None => format!("there is no topic {topic}"),
            };
            Err(Refusal::new(ErrorCode::UnknownTopicOrPartition, why))
        }
    };
    match begun {
        Ok(moving) => Election { topic, partition, outcome: Ok(()), moving: Some(moving) },
        Err(refusal) => Election { topic, partition, outcome: Err(refusal), moving: None },
    }
}

async fn begin(cx: &Context, kind: i8, of: &Partition) -> Result<(GroupId, NodeId), Refusal> {
    let leader = cx.live_leader(of.group);
    if kind == UNCLEAN {
        return Err(match leader {
            Some(_) => ErrorCode::ElectionNotNeeded.into(),
            None => Refusal::new(
                ErrorCode::EligibleLeadersNotAvailable,
                "a leader needs the votes of a majority of the replicas: one that may lack \
                 acknowledged records is never elected",
            ),
        });
    }
    let preferred = of.replicas.first().copied().unwrap_or(-1);
    if leader.as_ref().is_some_and(|info| info.leader == preferred) {
        return Err(ErrorCode::ElectionNotNeeded.into());
    }
    let moved = cx.node().transfer_leadership(of.group, Some(preferred)).await;
    moved.map(|_| (of.group, preferred)).map_err(|error| {
        let why = format!("node {preferred} cannot lead now: {error}");
        Refusal::new(ErrorCode::PreferredLeaderNotAvailable, why)
    })
}

/// Answers come when leadership has arrived, or when the time is over.
async fn await_moves(cx: &Context, elections: &mut [Election], until: Instant) {
    loop {
        let arrived = |(group, node): (GroupId, NodeId)| {
            cx.live_leader(group).is_some_and(|info| info.leader == node)
        };
        let open: Vec<&mut Election> = elections
            .iter_mut()
            .filter(|e| e.moving.is_some_and(|moving| !arrived(moving)))
            .collect();
        if open.is_empty() {
            return;
        }
        if Instant::now() >= until {
            open.into_iter().for_each(|e| e.outcome = Err(ErrorCode::RequestTimedOut.into()));
            return;
        }
        sleep(LOOK_EVERY).await;
    }
}

fn respond(cx: &Context, elections: Vec<Election>) -> ElectLeadersResponse {
    let mut topics: BTreeMap<Str, Vec<PartitionResult>> = BTreeMap::new();
    for Election { topic, partition, outcome, .. } in elections {
        let refusal = outcome.err();
        topics.entry(topic).or_default().push(PartitionResult {
            partition_id: partition,
            error_code: refusal.as_ref().map_or(0, |refusal| cx.code(refusal.code)),
            error_message: refusal.and_then(|refusal| refusal.text()),
        });
    }
    let replica_election_results = topics
        .into_iter()
        .map(|(topic, partition_result)| ReplicaElectionResult { topic, partition_result })
        .collect();
    ElectLeadersResponse { replica_election_results, ..Default::default() }
}

pub(crate) async fn describe_quorum(
    cx: Context,
    request: DescribeQuorumRequest,
) -> DescribeQuorumResponse {
    if let Err(error) = cx.authorize(Operation::Describe, Resource::Cluster) {
        return DescribeQuorumResponse { error_code: cx.code(error), ..Default::default() };
    }
    let [topic] = &request.topics[..] else { return unknown_quorum(&cx, &request) };
    let [partition] = &topic.partitions[..] else { return unknown_quorum(&cx, &request) };
    if &*topic.topic_name != METADATA_TOPIC || partition.partition_index != 0 {
        return unknown_quorum(&cx, &request);
    }
    let image = cx.image();
    let data = match cx.node().progress(CONTROLLER_GROUP).await {
        Ok(progress) => quorum(&image, &progress),
        Err(error) => {
            let refusal = partition_refusal(error);
            let error_message = refusal.text().filter(|_| cx.version >= 2);
            let error_code = cx.code(refusal.code);
            DescribeQuorumResponsePartitionData { error_code, error_message, ..Default::default() }
        }
    };
    let members = data.current_voters.iter().chain(&data.observers).map(|state| state.replica_id);
    let nodes = members.filter(|_| cx.version >= 2).map(|id| endpoints(&image, id)).collect();
    let topics = vec![DescribeQuorumResponseTopicData {
        topic_name: topic.topic_name.clone(),
        partitions: vec![data],
    }];
    DescribeQuorumResponse { topics, nodes, ..Default::default() }
}

/// Only the controller's log has a quorum that is shown: each partition asked for says so.
fn unknown_quorum(cx: &Context, request: &DescribeQuorumRequest) -> DescribeQuorumResponse {
    let unknown = ErrorCode::UnknownTopicOrPartition;
    let topics = request.topics.iter().map(|topic| DescribeQuorumResponseTopicData {
        topic_name: topic.topic_name.clone(),
        partitions: topic
            .partitions
            .iter()
            .map(|partition| DescribeQuorumResponsePartitionData {
                partition_index: partition.partition_index,
                error_code: cx.code(unknown),
                error_message: (cx.version >= 2).then(|| Str::from(unknown.text())),
                ..Default::default()
            })
            .collect(),
    });
    DescribeQuorumResponse { topics: topics.collect(), ..Default::default() }
}

fn quorum(image: &Image, progress: &Progress) -> DescribeQuorumResponsePartitionData {
    let state = |member: &PeerProgress| ReplicaState {
        replica_id: member.node,
        replica_directory_id: image.node(member.node).map_or(Uuid::nil(), |node| node.uuid),
        log_end_offset: member.log_end,
        last_fetch_timestamp: member.heard_ms.unwrap_or(-1),
        last_caught_up_timestamp: member.caught_up_ms.unwrap_or(-1),
    };
    let of = |voter| progress.members.iter().filter(move |member| member.voter == voter);
    DescribeQuorumResponsePartitionData {
        leader_id: progress.leader,
        leader_epoch: progress.epoch,
        high_watermark: progress.high_watermark,
        current_voters: of(true).map(state).collect(),
        observers: of(false).map(state).collect(),
        ..Default::default()
    }
}

/// Where other nodes reach a member: the controller's log is replicated there.
fn endpoints(image: &Image, node_id: NodeId) -> Node {
    let listener = |node: &NodeInfo| Listener {
        name: Str::from("rpc"),
        host: Str::from(&node.rpc.host),
        port: node.rpc.port,
    };
    let listeners = image.node(node_id).map(|node| listener(node)).into_iter().collect();
    Node { node_id, listeners }
}
