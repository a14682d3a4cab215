//! Operations that only look.

use std::sync::Arc;
use std::time::Duration;

use headrace_cluster::controller::health::{self, Leadership, View};
use headrace_cluster::controller::properties::{
    describe_cluster, describe_topic, ConfigEntry, ConfigSource,
};
use headrace_cluster::image::{GroupId, Image, NodeId, NodeInfo, Topic as TopicInfo};
use headrace_cluster::Node;
use serde::{Deserialize, Serialize};

use super::{to_json, Context, Outcome};
use crate::errors::{Code, Failure};

/// Partitions that a list names unless the caller wants more or fewer.
const DEFAULT_LIMIT: usize = 128;
const LONGEST_WAIT_MS: u64 = 600_000;

fn default_limit() -> usize {
    DEFAULT_LIMIT
}

/// No arguments.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Nothing {}

/// How long to wait.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WaitReady {
    timeout_ms: u64,
}

/// How many partitions a list names.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limit {
    #[serde(default = "default_limit")]
    limit: usize,
}

/// Which node, and how many partitions a list names.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Probe {
    node_id: NodeId,
    #[serde(default = "default_limit")]
    limit: usize,
}

/// All partitions, or one topic's.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Partitions {
    #[serde(default)]
    topic: Option<String>,
}

/// Which topic.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Topic {
    name: String,
}

/// What this node knows, held still while a question is answered.
pub(super) struct NodeView {
    image: Arc<Image>,
    node: Node,
}

impl NodeView {
    pub(super) fn of(context: &Context) -> NodeView {
        NodeView { image: context.node.image(), node: context.node.clone() }
    }
}

impl View for NodeView {
    fn image(&self) -> &Image {
        &self.image
    }

    fn leadership(&self, group: GroupId) -> Option<Leadership> {
        let info = self.node.leader(group)?;
        Some(Leadership { leader: info.leader, epoch: info.epoch, in_sync: info.in_sync })
    }

    fn is_alive(&self, node: NodeId) -> bool {
        self.node.is_alive(node)
    }

    fn controller_voters(&self) -> Vec<NodeId> {
        self.node.controller_voters()
    }
}

/// Waits until the node has joined its cluster.
pub async fn wait_ready(context: &Context, args: WaitReady) -> Outcome {
    let timeout = Duration::from_millis(args.timeout_ms.min(LONGEST_WAIT_MS));
    if let Err(missing) = context.node.wait_ready(timeout).await {
        // What waiting does not mend has a reason of its own.
        return Err(match context.node.failure() {
            Some(failure) => Failure::from(&*failure),
            None => Failure::new(Code::NotReady, missing.to_string()),
        });
    }
    to_json(&serde_json::json!({ "ready": true }))
}

#[derive(Serialize)]
struct Broker<'a> {
    is_alive: bool,
    #[serde(flatten)]
    info: &'a NodeInfo,
}

/// Every registered node.
pub async fn brokers(context: &Context, _: Nothing) -> Outcome {
    let image = context.node.image();
    let brokers: Vec<Broker<'_>> = image
        .nodes()
        .map(|info| Broker { is_alive: context.node.is_alive(info.id), info })
        .collect();
    to_json(&brokers)
}

/// Partitions with their leaders and replicas.
pub async fn partitions(context: &Context, args: Partitions) -> Outcome {
    let view = NodeView::of(context);
    if let Some(name) = &args.topic {
        known_topic(&view.image, name)?;
    }
    let states: Vec<_> = health::partition_states(&view, args.topic.as_deref()).collect();
    to_json(&states)
}

fn known_topic<'a>(image: &'a Image, name: &str) -> Result<&'a Arc<TopicInfo>, Failure> {
    image
        .topic(name)
        .ok_or_else(|| Failure::new(Code::NotFound, format!("there is no topic '{name}'")))
}

#[derive(Serialize)]
struct Replica {
    group: GroupId,
    topic: Option<String>,
    partition_id: i32,
    leader_id: Option<NodeId>,
    log_start_offset: i64,
    high_watermark: i64,
    log_end_offset: i64,
    size_bytes: u64,
    fenced: Option<String>,
}

/// What this node itself holds.
pub async fn replicas(context: &Context, _: Nothing) -> Outcome {
    let image = context.node.image();
    let replicas: Vec<Replica> = context
        .node
        .hosted()
        .into_iter()
        .map(|status| {
            let owner = image.group(status.group);
            Replica {
                group: status.group,
                topic: owner.map(|(topic, _, _)| topic.name.to_string()),
                partition_id: owner.map_or(0, |(_, partition, _)| partition),
                leader_id: status.leader,
                log_start_offset: status.offsets.log_start,
                high_watermark: status.offsets.high_watermark,
                log_end_offset: status.offsets.log_end,
                size_bytes: status.size_bytes,
                fenced: status.fenced,
            }
        })
        .collect();
    to_json(&replicas)
}

#[derive(Serialize)]
struct TopicLine<'a> {
    name: &'a str,
    topic_id: String,
    internal: bool,
    partitions: usize,
    replication_factor: usize,
}

fn topic_line(topic: &TopicInfo) -> TopicLine<'_> {
    TopicLine {
        name: &topic.name,
        topic_id: topic.id.to_string(),
        internal: topic.internal,
        partitions: topic.partitions.len(),
        replication_factor: topic.partitions.first().map_or(0, |p| p.replicas.len()),
    }
}

/// Every topic.
pub async fn topics(context: &Context, _: Nothing) -> Outcome {
    let image = context.node.image();
    let lines: Vec<TopicLine<'_>> = image.topics().map(|t| topic_line(t)).collect();
    to_json(&lines)
}

#[derive(Serialize)]
struct ConfigLine {
    name: String,
    value: String,
    source: &'static str,
    doc: String,
}

fn config_line(entry: ConfigEntry) -> ConfigLine {
    let source = match entry.source {
        ConfigSource::Topic => "topic",
        ConfigSource::Node => "node",
        ConfigSource::Cluster => "cluster",
        ConfigSource::NodeFile => "node_file",
        ConfigSource::Default => "default",
        ConfigSource::ClientMetrics => "client-metrics",
        ConfigSource::Group => "group",
    };
    ConfigLine { name: entry.name, value: entry.value, source, doc: entry.doc }
}

#[derive(Serialize)]
struct TopicDetail<'a> {
    #[serde(flatten)]
    line: TopicLine<'a>,
    configs: Vec<ConfigLine>,
}

/// One topic with its configuration.
pub async fn topic(context: &Context, args: Topic) -> Outcome {
    let image = context.node.image();
    let topic = known_topic(&image, &args.name)?;
    let configs = describe_topic(&topic.overrides, image.layers(context.node.node_id()));
    let configs = configs.into_iter().map(config_line).collect();
    to_json(&TopicDetail { line: topic_line(topic), configs })
}

/// Is the cluster whole?
pub async fn health(context: &Context, args: Limit) -> Outcome {
    to_json(&health::overview(&NodeView::of(context), args.limit))
}

/// May this node be stopped, and is it whole again?
pub async fn restart_probe(context: &Context, args: Probe) -> Outcome {
    let view = NodeView::of(context);
    known_node(&view.image, args.node_id)?;
    to_json(&health::restart_probe(&view, args.node_id, args.limit))
}

pub(super) fn known_node(image: &Image, id: NodeId) -> Result<&Arc<NodeInfo>, Failure> {
    image.node(id).ok_or_else(|| Failure::new(Code::NotFound, format!("there is no node {id}")))
}

#[derive(Serialize)]
struct ClusterInfo {
    cluster_uuid: Option<String>,
    node_id: Option<NodeId>,
    node_uuid: Option<String>,
    controller_id: Option<NodeId>,
    controller_voters: Vec<NodeId>,
    feature_level: i32,
    metadata_version: u64,
    ready: bool,
}

/// The cluster and this node's place in it.
pub async fn cluster_info(context: &Context, _: Nothing) -> Outcome {
    let (node, image) = (&context.node, context.node.image());
    to_json(&ClusterInfo {
        cluster_uuid: image.cluster_uuid().map(|u| u.to_string()),
        node_id: node.node_id(),
        node_uuid: node.identity().map(|i| i.node_uuid.to_string()),
        controller_id: node.controller(),
        controller_voters: node.controller_voters(),
        feature_level: image.feature_level(),
        metadata_version: image.version(),
        ready: node.is_ready(),
    })
}

/// The cluster's properties in force.
pub async fn cluster_config(context: &Context, _: Nothing) -> Outcome {
    let image = context.node.image();
    let lines: Vec<ConfigLine> =
        describe_cluster(image.layers(None)).into_iter().map(config_line).collect();
    to_json(&lines)
}
