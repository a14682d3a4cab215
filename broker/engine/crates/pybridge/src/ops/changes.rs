//! Operations that change the cluster: each is a command to the controller.

use std::collections::BTreeMap;

use headrace_cluster::controller::command::{
    ConfigChange, ConfigOp, ConfigOpKind, ConfigResource, NewTopic, TopicRef, TopicResult,
};
use headrace_cluster::controller::{ControllerCommand, ControllerReply};
use headrace_cluster::identity::random_uuid;
use headrace_cluster::image::{NodeId, CONTROLLER_GROUP};
use serde::{Deserialize, Serialize};

use super::views::known_node;
use super::{to_json, Context, Outcome};
use crate::errors::{Code, Failure};

/// Properties to set and to take back to their defaults.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetConfig {
    #[serde(default)]
    set: BTreeMap<String, String>,
    #[serde(default)]
    remove: Vec<String>,
    #[serde(default)]
    validate_only: bool,
}

/// As [`SetConfig`], for a topic.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetTopicConfig {
    topic: String,
    #[serde(default)]
    set: BTreeMap<String, String>,
    #[serde(default)]
    remove: Vec<String>,
    #[serde(default)]
    validate_only: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TopicWish {
    name: String,
    #[serde(default = "by_default")]
    partitions: i32,
    #[serde(default = "by_default_factor")]
    replication_factor: i16,
    #[serde(default)]
    configs: BTreeMap<String, String>,
}

fn by_default() -> i32 {
    -1
}

fn by_default_factor() -> i16 {
    -1
}

/// Topics to create.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CreateTopics {
    topics: Vec<TopicWish>,
    #[serde(default)]
    validate_only: bool,
}

/// Topics to delete.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeleteTopics {
    names: Vec<String>,
}

/// A node into maintenance, or out.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Maintenance {
    node_id: NodeId,
    on: bool,
}

/// Leadership of a partition to another replica; `topic` absent: the controller's.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Transfer {
    #[serde(default)]
    topic: Option<String>,
    #[serde(default)]
    partition: i32,
    #[serde(default)]
    target: Option<NodeId>,
}

/// A reply of another kind than the command's: the controller and we are of different minds.
fn unexpected(reply: &ControllerReply) -> Failure {
    Failure::new(Code::Internal, format!("unexpected reply of the controller: {reply:?}"))
}

async fn change_config(
    context: &Context,
    resource: ConfigResource,
    set: BTreeMap<String, String>,
    remove: Vec<String>,
    validate_only: bool,
) -> Outcome {
    let sets = set.into_iter().map(|(key, value)| ConfigOp {
        key,
        op: ConfigOpKind::Set,
        value: Some(value),
    });
    let removes =
        remove.into_iter().map(|key| ConfigOp { key, op: ConfigOpKind::Delete, value: None });
    let changes = vec![ConfigChange { resource, ops: sets.chain(removes).collect() }];
    let command = ControllerCommand::AlterConfigs { changes, validate_only, replace: false };
    match context.node.controller_request(command).await? {
        ControllerReply::Configs(results) => {
            match results.into_iter().find_map(|result| result.error) {
                Some(error) => Err(error.into()),
                None => to_json(&serde_json::json!({})),
            }
        }
        other => Err(unexpected(&other)),
    }
}

/// Changes properties of the cluster, all of them or none.
pub async fn set_cluster_config(context: &Context, args: SetConfig) -> Outcome {
    let resource = ConfigResource::Cluster;
    change_config(context, resource, args.set, args.remove, args.validate_only).await
}

/// Changes properties of a topic, all of them or none.
pub async fn set_topic_config(context: &Context, args: SetTopicConfig) -> Outcome {
    let resource = ConfigResource::Topic(args.topic);
    change_config(context, resource, args.set, args.remove, args.validate_only).await
}

#[derive(Serialize)]
struct Refusal {
    code: String,
    message: String,
}

#[derive(Serialize)]
struct TopicOutcome {
    name: String,
    topic_id: Option<String>,
    partitions: i32,
    replication_factor: i16,
    error: Option<Refusal>,
}

fn topic_outcome(result: TopicResult) -> TopicOutcome {
    let error = result
        .error
        .map(|e| Refusal { code: Failure::from(e.clone()).code.name().into(), message: e.message });
    TopicOutcome {
        name: result.name,
        topic_id: error.is_none().then(|| result.topic_id.to_string()),
        partitions: result.partitions,
        replication_factor: result.replication_factor,
        error,
    }
}

async fn topics(context: &Context, command: ControllerCommand) -> Outcome {
    match context.node.controller_request(command).await? {
        ControllerReply::Topics(results) => {
            let outcomes: Vec<TopicOutcome> = results.into_iter().map(topic_outcome).collect();
            to_json(&outcomes)
        }
        other => Err(unexpected(&other)),
    }
}

/// Creates topics; each has its own outcome.
pub async fn create_topics(context: &Context, args: CreateTopics) -> Outcome {
    let image = context.node.image();
    let avoid = image.nodes().map(|n| n.id).filter(|id| !context.node.is_alive(*id)).collect();
    let new = |wish: TopicWish| NewTopic {
        partitions: wish.partitions,
        replication_factor: wish.replication_factor,
        configs: wish.configs.into_iter().map(|(key, value)| (key, Some(value))).collect(),
        ..NewTopic::with_defaults(wish.name, random_uuid(context.env.random.as_ref()))
    };
    let new_topics = args.topics.into_iter().map(new).collect();
    let validate_only = args.validate_only;
    topics(context, ControllerCommand::CreateTopics { topics: new_topics, validate_only, avoid })
        .await
}

/// Deletes topics; each has its own outcome.
pub async fn delete_topics(context: &Context, args: DeleteTopics) -> Outcome {
    let names = args.names.into_iter().map(TopicRef::Name).collect();
    topics(context, ControllerCommand::DeleteTopics { topics: names }).await
}

/// Sets or ends a node's maintenance.
pub async fn maintenance(context: &Context, args: Maintenance) -> Outcome {
    let command = ControllerCommand::SetMaintenance { node_id: args.node_id, on: args.on };
    match context.node.controller_request(command).await? {
        ControllerReply::Done => to_json(&serde_json::json!({})),
        other => Err(unexpected(&other)),
    }
}

/// Moves leadership; answers with the new leader.
pub async fn transfer_leadership(context: &Context, args: Transfer) -> Outcome {
    let image = context.node.image();
    let (group, replicas) = match &args.topic {
        None => (CONTROLLER_GROUP, context.node.controller_voters()),
        Some(topic) => {
            let partition = image.partition(topic, args.partition).ok_or_else(|| {
                let message = format!("there is no partition {topic}/{}", args.partition);
                Failure::new(Code::NotFound, message)
            })?;
            (partition.group, partition.replicas.clone())
        }
    };
    if let Some(target) = args.target {
        known_node(&image, target)?;
        if !replicas.contains(&target) {
            let message = format!("node {target} holds no replica; those that do: {replicas:?}");
            return Err(Failure::new(Code::InvalidArgument, message));
        }
    }
    let leader_id = context.node.transfer_leadership(group, args.target).await?;
    to_json(&serde_json::json!({ "leader_id": leader_id }))
}
