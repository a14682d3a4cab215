//! CreateTopics, DeleteTopics and CreatePartitions: checked here for what the request alone can
//! get wrong, decided by the controller, answered when the new partitions can be used.

use std::collections::HashMap;
use std::hash::Hash;
use std::time::Duration;

use headrace_cluster::controller::command::{
    Assignment, MorePartitions, NewTopic, TopicRef, TopicResult,
};
use headrace_cluster::controller::{ControllerCommand, ControllerReply};
use headrace_wire::messages::create_partitions::{
    CreatePartitionsTopic, CreatePartitionsTopicResult,
};
use headrace_wire::messages::create_topics::{
    CreatableTopic, CreatableTopicConfigs, CreatableTopicResult,
};
use headrace_wire::messages::delete_topics::DeletableTopicResult;
use headrace_wire::messages::{
    CreatePartitionsRequest, CreatePartitionsResponse, CreateTopicsRequest, CreateTopicsResponse,
    DeleteTopicsRequest, DeleteTopicsResponse,
};
use headrace_wire::{ErrorCode, Str};
use uuid::Uuid;

use super::await_leaders::{await_leaders, request_timeout, within};
use crate::context::{code_of, controller_refusal, Context, Refusal};
use crate::session::{Operation, Resource};

/// A command gets at least this long, since clients send 0 and mean "do not wait for replicas".
const LEAST_WAIT: Duration = Duration::from_secs(5);

/// A random topic id (UUID version 4) from the node's own source of randomness.
pub(super) fn fresh_id(cx: &Context) -> Uuid {
    let random = &cx.broker.env.random;
    let bits = (u128::from(random.next_u64()) << 64) | u128::from(random.next_u64());
    uuid::Builder::from_random_bytes(bits.to_be_bytes()).into_uuid()
}

pub(crate) async fn create_topics(
    cx: Context,
    request: CreateTopicsRequest,
) -> CreateTopicsResponse {
    let counts = counted(request.topics.iter().map(|topic| topic.name.clone()));
    let may_create_any = cx.authorize(Operation::Create, Resource::Cluster);
    let check = |topic: &CreatableTopic| -> Result<NewTopic, Refusal> {
        if counts[&topic.name] > 1 {
            return Err(twice());
        }
        may_create_any
            .or_else(|_| cx.authorize(Operation::Create, Resource::Topic(&topic.name)))?;
        Ok(new_topic(&cx, topic))
    };
    let checked: Vec<_> = request.topics.iter().map(check).collect();
    let wanted: Vec<NewTopic> =
        checked.iter().filter_map(|one| one.as_ref().ok()).cloned().collect();
    let timeout = request_timeout(request.timeout_ms);
    let image = cx.image();
    let validate_only = request.validate_only;
    let avoid = cx.dead_nodes(&image);
    let command = ControllerCommand::CreateTopics { topics: wanted, validate_only, avoid };
    let done = decide(&cx, timeout, command).await;
    await_created(&cx, validate_only, &done, timeout).await;
    let results = merge(checked, done);
    let answer = |(topic, result): (&CreatableTopic, Result<TopicResult, Refusal>)| match result {
        Ok(result) => created(&cx, result),
        Err(refusal) => CreatableTopicResult {
            name: topic.name.clone(),
            error_code: cx.code(refusal.code),
            error_message: refusal.text(),
            ..no_details()
        },
    };
    let topics = request.topics.iter().zip(results).map(answer).collect();
    CreateTopicsResponse { topics, ..Default::default() }
}

/// Has topics made that do not exist; why some could not be.
pub(super) async fn create_missing(cx: &Context, topics: &[CreatableTopic]) -> Vec<String> {
    let avoid = cx.dead_nodes(&cx.image());
    let topics = topics.iter().map(|topic| new_topic(cx, topic)).collect();
    let command = ControllerCommand::CreateTopics { topics, validate_only: false, avoid };
    let results = match decide(cx, LEAST_WAIT, command).await {
        Ok(results) => results,
        Err(refusal) => return refusal.text().iter().map(Str::to_string).collect(),
    };
    let failed = results.into_iter().filter_map(|result| {
        let error = result.error.filter(|e| code_of(e.code) != ErrorCode::TopicAlreadyExists)?;
        Some(format!("{}: {}", result.name, error.message))
    });
    failed.collect()
}

pub(crate) async fn delete_topics(
    cx: Context,
    request: DeleteTopicsRequest,
) -> DeleteTopicsResponse {
    let image = cx.image();
    let named = request.topic_names.iter().map(|name| (Some(name.clone()), Uuid::nil()));
    let both = request.topics.iter().map(|topic| (topic.name.clone(), topic.topic_id));
    let asked: Vec<(Option<Str>, Uuid)> = named.chain(both).collect();
    let counts = counted(asked.iter().cloned());
    let check = |topic: &(Option<Str>, Uuid)| -> Result<TopicRef, Refusal> {
        if counts[topic] > 1 {
            return Err(twice());
        }
        let (reference, name) = match topic {
            (Some(name), id) if id.is_nil() => (TopicRef::Name(name.to_string()), Some(&**name)),
            (None, id) if !id.is_nil() => {
                (TopicRef::Id(*id), image.topic_by_id(*id).map(|topic| &*topic.name))
            }
            _ => {
                let why = "a topic is named either by its name or by its id";
                return Err(Refusal::new(ErrorCode::InvalidRequest, why));
            }
        };
        if let Some(name) = name {
            cx.authorize(Operation::Delete, Resource::Topic(name))?;
        }
        Ok(reference)
    };
    let checked: Vec<_> = asked.iter().map(check).collect();
    let topics = checked.iter().filter_map(|one| one.as_ref().ok()).cloned().collect();
    let command = ControllerCommand::DeleteTopics { topics };
    let done = decide(&cx, request_timeout(request.timeout_ms), command).await;
    let answer =
        |((name, id), result): ((Option<Str>, Uuid), Result<TopicResult, Refusal>)| match result {
            Ok(result) => DeletableTopicResult {
                name: Some(Str::from(result.name)).filter(|name| !name.is_empty()).or(name),
                topic_id: if result.topic_id.is_nil() { id } else { result.topic_id },
                ..Default::default()
            },
            Err(refusal) => DeletableTopicResult {
                name,
                topic_id: id,
                error_code: cx.code(refusal.code),
                error_message: refusal.text(),
            },
        };
    let responses = asked.into_iter().zip(merge(checked, done)).map(answer).collect();
    DeleteTopicsResponse { responses, ..Default::default() }
}

pub(crate) async fn create_partitions(
    cx: Context,
    request: CreatePartitionsRequest,
) -> CreatePartitionsResponse {
    let counts = counted(request.topics.iter().map(|topic| topic.name.clone()));
    let check = |topic: &CreatePartitionsTopic| -> Result<MorePartitions, Refusal> {
        if counts[&topic.name] > 1 {
            return Err(twice());
        }
        cx.authorize(Operation::Alter, Resource::Topic(&topic.name))?;
        let assignments = topic.assignments.iter().flatten();
        Ok(MorePartitions {
            name: topic.name.to_string(),
            total: topic.count,
            assignments: assignments.map(|one| one.broker_ids.clone()).collect(),
        })
    };
    let checked: Vec<_> = request.topics.iter().map(check).collect();
    let topics = checked.iter().filter_map(|one| one.as_ref().ok()).cloned().collect();
    let timeout = request_timeout(request.timeout_ms);
    let image = cx.image();
    let validate_only = request.validate_only;
    let avoid = cx.dead_nodes(&image);
    let command = ControllerCommand::CreatePartitions { topics, validate_only, avoid };
    let done = decide(&cx, timeout, command).await;
    await_created(&cx, validate_only, &done, timeout).await;
    let answer = |(topic, result): (&CreatePartitionsTopic, Result<TopicResult, Refusal>)| {
        let refusal = result.err();
        CreatePartitionsTopicResult {
            name: topic.name.clone(),
            error_code: refusal.as_ref().map_or(0, |refusal| cx.code(refusal.code)),
            error_message: refusal.and_then(|refusal| refusal.text()),
        }
    };
    let results = request.topics.iter().zip(merge(checked, done)).map(answer).collect();
    CreatePartitionsResponse { results, ..Default::default() }
}

fn new_topic(cx: &Context, topic: &CreatableTopic) -> NewTopic {
    let assignments = topic
        .assignments
        .iter()
        .map(|one| Assignment { partition: one.partition_index, replicas: one.broker_ids.clone() });
    let configs = topic.configs.iter();
    NewTopic {
        name: topic.name.to_string(),
        topic_id: fresh_id(cx),
        partitions: topic.num_partitions,
        replication_factor: topic.replication_factor,
        assignments: assignments.collect(),
        configs: configs
            .map(|c| (c.name.to_string(), c.value.as_deref().map(str::to_owned)))
            .collect(),
    }
}

fn created(cx: &Context, result: TopicResult) -> CreatableTopicResult {
    let name = Str::from(result.name);
    // the layout and the configuration are for those who may see the configuration (KIP-525)
    if let Err(error) = cx.authorize(Operation::DescribeConfigs, Resource::Topic(&name)) {
        let topic_config_error_code = cx.code(error);
        let topic_id = result.topic_id;
        return CreatableTopicResult { name, topic_id, topic_config_error_code, ..no_details() };
    }
    let configs = result.configs.into_iter().map(|entry| CreatableTopicConfigs {
        name: Str::from(entry.name),
        value: Some(Str::from(entry.value)),
        read_only: entry.read_only,
        config_source: entry.source as i8,
        is_sensitive: false,
    });
    CreatableTopicResult {
        name,
        topic_id: result.topic_id,
        num_partitions: result.partitions,
        replication_factor: result.replication_factor,
        configs: Some(configs.collect()),
        ..Default::default()
    }
}

fn no_details() -> CreatableTopicResult {
    CreatableTopicResult {
        num_partitions: -1,
        replication_factor: -1,
        configs: Some(Vec::new()),
        ..Default::default()
    }
}

fn twice() -> Refusal {
    Refusal::new(ErrorCode::InvalidRequest, "the topic is named twice in one request")
}

fn counted<K: Hash + Eq>(keys: impl Iterator<Item = K>) -> HashMap<K, usize> {
    let mut counts = HashMap::new();
    for key in keys {
        *counts.entry(key).or_default() += 1;
    }
    counts
}

/// The controller's results, one for each topic of the command, or why there are none.
async fn decide(
    cx: &Context,
    timeout: Duration,
    command: ControllerCommand,
) -> Result<Vec<TopicResult>, Refusal> {
    let empty = match &command {
        ControllerCommand::CreateTopics { topics, .. } => topics.is_empty(),
        ControllerCommand::DeleteTopics { topics } => topics.is_empty(),
        ControllerCommand::CreatePartitions { topics, .. } => topics.is_empty(),
        _ => false,
    };
    if empty {
        return Ok(Vec::new());
    }
    match within(timeout.max(LEAST_WAIT), cx.node().controller_request(command)).await {
        Some(Ok(ControllerReply::Topics(results))) => Ok(results),
        Some(Ok(other)) => {
            tracing::error!(?other, "the controller answered a topic command oddly");
            Err(ErrorCode::UnknownServerError.into())
        }
        Some(Err(error)) => Err(controller_refusal(error)),
        None => Err(ErrorCode::RequestTimedOut.into()),
    }
}

/// Created partitions are answered for when they have leaders, or when the time is over: they
/// exist in either case.
async fn await_created(
    cx: &Context,
    validate_only: bool,
    done: &Result<Vec<TopicResult>, Refusal>,
    timeout: Duration,
) {
    if let (Ok(results), false) = (done, validate_only) {
        let groups: Vec<u64> = results.iter().flat_map(|one| one.groups.iter().copied()).collect();
        await_leaders(cx, &groups, timeout.max(LEAST_WAIT)).await;
    }
}

/// Puts the controller's results back among the topics that never reached it.
fn merge<T>(
    checked: Vec<Result<T, Refusal>>,
    done: Result<Vec<TopicResult>, Refusal>,
) -> Vec<Result<TopicResult, Refusal>> {
    let (mut results, failure) = match done {
        Ok(results) => (results.into_iter(), None),
        Err(refusal) => (Vec::new().into_iter(), Some(refusal)),
    };
    let mut next = || -> Result<TopicResult, Refusal> {
        if let Some(Refusal { code, message }) = &failure {
            return Err(Refusal { code: *code, message: message.clone() });
        }
        // the controller answers as many as it was asked
        let mut result = results.next().ok_or(ErrorCode::UnknownServerError)?;
        match result.error.take() {
            Some(error) => Err(Refusal::new(code_of(error.code), error.message)),
            None => Ok(result),
        }
    };
    checked.into_iter().map(|one| one.and_then(|_| next())).collect()
}
