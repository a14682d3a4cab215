//! Topics: creating, growing and deleting them.

use std::collections::BTreeMap;
use std::sync::Arc;

use uuid::Uuid;

use super::command::{
    Assignment, ControllerReply, MorePartitions, NewTopic, TopicRef, TopicResult,
    MAX_PARTITIONS_PER_COMMAND,
};
use super::error::{refuse, ControllerError, ErrorCode};
use super::placement::{check_replicas, Placer};
use super::properties::{describe_topic, Layers, Scope, TopicConfig};
use super::{names, State};
use crate::image::{GroupOwner, NodeId, Partition, Topic};

type Replicas = Vec<Vec<NodeId>>;

impl State {
    pub(super) fn create_topics(
        &mut self,
        topics: Vec<NewTopic>,
        validate_only: bool,
        avoid: &[NodeId],
    ) -> ControllerReply {
        let mut placer = Placer::new(&self.image, avoid);
        let mut budget = MAX_PARTITIONS_PER_COMMAND;
        let twice: Vec<bool> =
            topics.iter().map(|t| topics.iter().filter(|o| o.name == t.name).count() > 1).collect();
        let results = topics
            .into_iter()
            .zip(twice)
            .map(|(new, twice)| {
                let (name, id) = (new.name.clone(), new.topic_id);
                if twice {
                    let error = ControllerError::new(
                        ErrorCode::INVALID_REQUEST,
                        format!("topic '{name}' is named twice in one request"),
                    );
                    return TopicResult::refused(name, Uuid::nil(), error);
                }
                match self.plan_topic(new, &mut placer, &mut budget) {
                    Ok((overrides, replicas)) => {
                        self.add_topic(name, id, overrides, replicas, validate_only)
                    }
                    Err(error) => TopicResult::refused(name, Uuid::nil(), error),
                }
            })
            .collect();
        ControllerReply::Topics(results)
    }

    fn plan_topic(
        &self,
        new: NewTopic,
        placer: &mut Placer,
        budget: &mut usize,
    ) -> Result<(BTreeMap<String, String>, Replicas), ControllerError> {
        names::check(&new.name)?;
        self.check_name_is_free(&new)?;
        let overrides = checked_overrides(&new)?;
        let replicas = if new.assignments.is_empty() {
            let (partitions, factor) = self.shape(&new)?;
            spend(budget, partitions)?;
            let factor = placer.check_factor(factor)?;
            placer.begin_topic(std::iter::empty());
            (0..partitions).map(|p| placer.place(p, factor)).collect()
        } else {
            if new.partitions != -1 || new.replication_factor != -1 {
                return refuse(
                    ErrorCode::INVALID_REQUEST,
                    "a request gives either the replicas of each partition or their number, \
                     not both",
                );
            }
            spend(budget, new.assignments.len())?;
            self.explicit(&new.assignments)?
        };
        Ok((overrides, replicas))
    }

    fn check_name_is_free(&self, new: &NewTopic) -> Result<(), ControllerError> {
        if self.image.topic(&new.name).is_some() {
            return refuse(
                ErrorCode::TOPIC_ALREADY_EXISTS,
                format!("topic '{}' already exists", new.name),
            );
        }
        if let Some(other) = self.image.topics().find(|t| names::collides(&t.name, &new.name)) {
            return refuse(
                ErrorCode::INVALID_TOPIC_EXCEPTION,
                format!(
                    "topic '{}' differs from '{}' in '.' and '_' only, which metrics cannot tell \
                     apart",
                    new.name, other.name
                ),
            );
        }
        if new.topic_id.is_nil() || self.image.topic_by_id(new.topic_id).is_some() {
            return refuse(ErrorCode::INVALID_REQUEST, "the proposed topic id is not fresh");
        }
        Ok(())
    }

    /// How many partitions and replicas a topic gets that says nothing else.
    fn shape(&self, new: &NewTopic) -> Result<(usize, i16), ControllerError> {
        let cluster = self.image.cluster();
        let (partitions, factor) = match new.name.as_str() {
            names::CONSUMER_OFFSETS => {
                (cluster.offsets_topic_partitions, cluster.offsets_topic_replication_factor)
            }
            names::TRANSACTION_STATE => {
                (cluster.transaction_topic_partitions, cluster.transaction_topic_replication_factor)
            }
            names::SHARE_GROUP_STATE => {
                (cluster.share_topic_partitions, cluster.share_topic_replication_factor)
            }
            _ => (cluster.num_partitions, cluster.default_replication_factor),
        };
        let factor = match new.replication_factor {
            -1 if names::is_internal(&new.name) => self.internal_factor(factor),
            -1 => factor,
            given => given,
        };
        let partitions = if new.partitions == -1 { partitions } else { new.partitions };
        match usize::try_from(partitions) {
            Ok(n) if n > 0 => Ok((n, factor)),
            _ => refuse(
                ErrorCode::INVALID_PARTITIONS,
                format!("the number of partitions must be at least 1, not {partitions}"),
            ),
        }
    }

    /// A cluster of fewer nodes than the wanted factor gets what it has, but one that is just
    /// starting waits for all its seeds rather than keep single replicas for ever.
    fn internal_factor(&self, wanted: i16) -> i16 {
        let registered = i32::try_from(self.image.nodes().len()).unwrap_or(i32::MAX);
        let nodes = registered.max(self.seed_nodes);
        wanted.min(i16::try_from(nodes).unwrap_or(i16::MAX))
    }

    fn explicit(&self, assignments: &[Assignment]) -> Result<Replicas, ControllerError> {
        let mut sorted: Vec<&Assignment> = assignments.iter().collect();
        sorted.sort_by_key(|a| a.partition);
        for (at, assignment) in sorted.iter().enumerate() {
            if usize::try_from(assignment.partition) != Ok(at) {
                return refuse(
                    ErrorCode::INVALID_REPLICA_ASSIGNMENT,
                    "the assigned partitions must be 0, 1, 2, … without a gap",
                );
            }
            check_replicas(&self.image, &assignment.replicas)?;
            if assignment.replicas.len() != sorted[0].replicas.len() {
                return refuse(
                    ErrorCode::INVALID_REPLICA_ASSIGNMENT,
                    "every partition must have the same number of replicas",
                );
            }
        }
        Ok(sorted.into_iter().map(|a| a.replicas.clone()).collect())
    }

    fn add_topic(
        &mut self,
        name: String,
        id: Uuid,
        overrides: BTreeMap<String, String>,
        replicas: Replicas,
        validate_only: bool,
    ) -> TopicResult {
        let cluster = &self.image.cluster.overrides;
        let mut result = TopicResult {
            name: name.clone(),
            topic_id: id,
            error: None,
            partitions: i32::try_from(replicas.len()).unwrap_or(i32::MAX),
            replication_factor: factor_of(&replicas),
            groups: Vec::new(),
            configs: describe_topic(&overrides, Layers::cluster(cluster)),
        };
        if validate_only {
            return result;
        }
        let name: Arc<str> = Arc::from(name);
        let topic = Topic {
            name: name.clone(),
            id,
            internal: names::is_internal(&name),
            partitions: Vec::new(),
            config: TopicConfig::effective(&overrides, &self.image.here.overrides),
            overrides,
        };
        Arc::make_mut(&mut self.image.ids).insert(id, name);
        result.groups = self.append_partitions(topic, replicas);
        result
    }

    /// Gives `replicas` fresh groups at the end of `topic` and puts it into the maps.
    fn append_partitions(&mut self, mut topic: Topic, replicas: Replicas) -> Vec<u64> {
        let owners = Arc::make_mut(&mut self.image.groups);
        let mut groups = Vec::with_capacity(replicas.len());
        for replicas in replicas {
            let group = self.image.next_group;
            self.image.next_group += 1;
            let partition = i32::try_from(topic.partitions.len()).unwrap_or(i32::MAX);
            owners.insert(group, GroupOwner { topic: topic.name.clone(), partition });
            topic.partitions.push(Partition::new(group, replicas));
            groups.push(group);
        }
        let topics = Arc::make_mut(&mut self.image.topics);
        topics.insert(topic.name.clone(), Arc::new(topic));
        groups
    }

    pub(super) fn create_partitions(
        &mut self,
        topics: Vec<MorePartitions>,
        validate_only: bool,
        avoid: &[NodeId],
    ) -> ControllerReply {
        let mut placer = Placer::new(&self.image, avoid);
        let mut budget = MAX_PARTITIONS_PER_COMMAND;
        let results = topics
            .into_iter()
            .map(|more| match self.plan_growth(&more, &mut placer, &mut budget) {
                Ok((topic, replicas)) => {
                    let partitions = more.total;
                    let (name, topic_id) = (topic.name.to_string(), topic.id);
                    let replication_factor = factor_of(&replicas);
                    let groups = if validate_only {
                        Vec::new()
                    } else {
                        self.append_partitions((*topic).clone(), replicas)
                    };
                    let (error, configs) = (None, Vec::new());
                    TopicResult {
                        name,
                        topic_id,
                        error,
                        partitions,
                        replication_factor,
                        groups,
                        configs,
                    }
                }
                Err(error) => TopicResult::refused(more.name, Uuid::nil(), error),
            })
            .collect();
        ControllerReply::Topics(results)
    }

    fn plan_growth(
        &self,
        more: &MorePartitions,
        placer: &mut Placer,
        budget: &mut usize,
    ) -> Result<(Arc<Topic>, Replicas), ControllerError> {
        let topic = self.known_topic(&TopicRef::Name(more.name.clone()))?;
        let present = topic.partitions.len();
        if topic.internal {
            // Keys are hashed to partitions: growing would orphan what is stored.
            return refuse(
                ErrorCode::INVALID_PARTITIONS,
                format!("'{}' is internal and keeps its partitions", topic.name),
            );
        }
        let added = match usize::try_from(more.total) {
            Ok(total) if total > present => total - present,
            _ => {
                return refuse(
                    ErrorCode::INVALID_PARTITIONS,
                    format!(
                        "topic '{}' has {present} partitions; the new total must be larger, \
                         not {}",
                        topic.name, more.total
                    ),
                );
            }
        };
        spend(budget, added)?;
        let factor = topic.partitions.first().map_or(1, |p| p.replicas.len());
        if more.assignments.is_empty() {
            let factor = placer.check_factor(i16::try_from(factor).unwrap_or(i16::MAX))?;
            placer.begin_topic(topic.partitions.iter().map(|p| &p.replicas));
            let replicas = (present..present + added).map(|p| placer.place(p, factor)).collect();
            return Ok((topic, replicas));
        }
        if more.assignments.len() != added {
            return refuse(
                ErrorCode::INVALID_REPLICA_ASSIGNMENT,
                format!("{added} partitions are added, {} are assigned", more.assignments.len()),
            );
        }
        for replicas in &more.assignments {
            check_replicas(&self.image, replicas)?;
            if replicas.len() != factor {
                return refuse(
                    ErrorCode::INVALID_REPLICA_ASSIGNMENT,
                    format!("topic '{}' has replication factor {factor}", topic.name),
                );
            }
        }
        Ok((topic, more.assignments.clone()))
    }

    pub(super) fn delete_topics(&mut self, topics: &[TopicRef]) -> ControllerReply {
        let results = topics
            .iter()
            .map(|asked| match self.delete_topic(asked) {
                Ok(topic) => TopicResult {
                    name: topic.name.to_string(),
                    topic_id: topic.id,
                    error: None,
                    partitions: i32::try_from(topic.partitions.len()).unwrap_or(i32::MAX),
                    replication_factor: 0,
                    groups: topic.partitions.iter().map(|p| p.group).collect(),
                    configs: Vec::new(),
                },
                Err(error) => match asked {
                    TopicRef::Name(name) => TopicResult::refused(name, Uuid::nil(), error),
                    TopicRef::Id(id) => TopicResult::refused("", *id, error),
                },
            })
            .collect();
        ControllerReply::Topics(results)
    }

    fn delete_topic(&mut self, asked: &TopicRef) -> Result<Arc<Topic>, ControllerError> {
        let topic = self.known_topic(asked)?;
        if !self.image.cluster().delete_topic {
            return refuse(
                ErrorCode::TOPIC_DELETION_DISABLED,
                "topics cannot be deleted while delete.topic.enable is false",
            );
        }
        if topic.internal {
            return refuse(
                ErrorCode::INVALID_REQUEST,
                format!("'{}' is internal and cannot be deleted", topic.name),
            );
        }
        Arc::make_mut(&mut self.image.topics).remove(&topic.name);
        Arc::make_mut(&mut self.image.ids).remove(&topic.id);
        let owners = Arc::make_mut(&mut self.image.groups);
        for partition in &topic.partitions {
            owners.remove(&partition.group);
        }
        Ok(topic)
    }

    pub(super) fn known_topic(&self, asked: &TopicRef) -> Result<Arc<Topic>, ControllerError> {
        let (found, code, what) = match asked {
            TopicRef::Name(name) => (
                self.image.topic(name),
                ErrorCode::UNKNOWN_TOPIC_OR_PARTITION,
                format!("topic '{}'", name.escape_debug()),
            ),
            TopicRef::Id(id) => (
                self.image.topic_by_id(*id),
                ErrorCode::UNKNOWN_TOPIC_ID,
                format!("topic with id {id}"),
            ),
        };
        found.cloned().ok_or_else(|| ControllerError::new(code, format!("there is no {what}")))
    }
}

fn checked_overrides(new: &NewTopic) -> Result<BTreeMap<String, String>, ControllerError> {
    let mut overrides = BTreeMap::new();
    for (key, value) in &new.configs {
        let Some(value) = value else {
            return refuse(ErrorCode::INVALID_CONFIG, format!("property '{key}' has no value"));
        };
        let value = Scope::Topic.check(key, value)?;
        if overrides.insert(key.clone(), value).is_some() {
            return refuse(ErrorCode::INVALID_CONFIG, format!("property '{key}' is set twice"));
        }
    }
    names::check_overrides(&new.name, &overrides)?;
    Ok(overrides)
}

fn spend(budget: &mut usize, partitions: usize) -> Result<(), ControllerError> {
    match budget.checked_sub(partitions) {
        Some(left) => {
            *budget = left;
            Ok(())
        }
        None => refuse(
            ErrorCode::POLICY_VIOLATION,
            format!(
                "one request may create {MAX_PARTITIONS_PER_COMMAND} partitions; \
                 split it into several"
            ),
        ),
    }
}

fn factor_of(replicas: &Replicas) -> i16 {
    replicas.first().and_then(|r| i16::try_from(r.len()).ok()).unwrap_or(-1)
}
