//! OffsetCommit and OffsetFetch: topics by name or by id, one group or several.

use headrace_cluster::image::{Image, Topic};
use headrace_groups::{Request, Response};
use headrace_wire::messages::offset_commit::{
    OffsetCommitRequestTopic, OffsetCommitResponsePartition, OffsetCommitResponseTopic,
};
use headrace_wire::messages::offset_fetch::{
    OffsetFetchRequestGroup, OffsetFetchRequestTopics, OffsetFetchResponseGroup,
    OffsetFetchResponsePartition, OffsetFetchResponsePartitions, OffsetFetchResponseTopic,
    OffsetFetchResponseTopics,
};
use headrace_wire::messages::{
    OffsetCommitRequest, OffsetCommitResponse, OffsetFetchRequest, OffsetFetchResponse,
};
use headrace_wire::{ErrorCode, Str};

use super::{Caller, Coordinators};

/// From this version on topics are named by id.
const TOPIC_IDS_FROM: i16 = 10;
/// From this version on one OffsetFetch names several groups.
const SEVERAL_GROUPS_FROM: i16 = 8;
/// From this version on an OffsetFetch response has an error of its own.
const OWN_ERROR_FROM: i16 = 2;

impl Coordinators {
    /// Answers once the offsets are durable. Partitions that do not exist are refused one by one.
    pub async fn offset_commit(
        &self,
        caller: Caller,
        mut request: OffsetCommitRequest,
    ) -> OffsetCommitResponse {
        let image = self.0.node.image();
        let by_id = caller.api_version >= TOPIC_IDS_FROM;
        let mut refused = Vec::new();
        let mut known = Vec::with_capacity(request.topics.len());
        for topic in std::mem::take(&mut request.topics) {
            let (topic, unknown) = split(&image, topic, by_id);
            refused.extend(unknown);
            known.extend(topic);
        }
        if known.is_empty() && !refused.is_empty() {
            return OffsetCommitResponse { topics: refused, ..Default::default() };
        }
        request.topics = known;
        match self.ask(&caller, Request::OffsetCommit(request)).await {
            Response::OffsetCommit(mut response) => {
                merge(&mut response.topics, refused);
                response
            }
            _ => OffsetCommitResponse::default(),
        }
    }

    /// The offsets of one group (to v7) or several.
    pub async fn offset_fetch(
        &self,
        caller: Caller,
        request: OffsetFetchRequest,
    ) -> OffsetFetchResponse {
        if caller.api_version < SEVERAL_GROUPS_FROM {
            let version = caller.api_version;
            let topics = request.topics.map(|topics| {
                let topics = topics.into_iter().map(|topic| OffsetFetchRequestTopics {
                    name: topic.name,
                    partition_indexes: topic.partition_indexes,
                    ..Default::default()
                });
                topics.collect()
            });
            let group = OffsetFetchRequestGroup {
                group_id: request.group_id,
                topics,
                ..Default::default()
            };
            let asked = group.topics.clone().unwrap_or_default();
            let fetched = self.fetch_group(&caller, group, request.require_stable).await;
            return flatten(version, asked, fetched);
        }
        let mut groups = Vec::with_capacity(request.groups.len());
        for group in request.groups {
            groups.push(self.fetch_group(&caller, group, request.require_stable).await);
        }
        OffsetFetchResponse { groups, ..Default::default() }
    }

    async fn fetch_group(
        &self,
        caller: &Caller,
        mut group: OffsetFetchRequestGroup,
        stable: bool,
    ) -> OffsetFetchResponseGroup {
        let image = self.0.node.image();
        let by_id = caller.api_version >= TOPIC_IDS_FROM;
        let mut unknown = Vec::new();
        if let Some(topics) = &mut group.topics {
            for mut topic in std::mem::take(topics) {
                match lookup(&image, &topic.name, topic.topic_id, by_id) {
                    Some(found) => {
                        topic.topic_id = found.id;
                        topic.name = Str::from(&*found.name);
                        topics.push(topic);
                    }
                    None if by_id => unknown.push(unknown_id(&topic)),
                    // By name a deleted topic's offsets can still be read until they are gone.
                    None => topics.push(topic),
                }
            }
        }
        let group_id = group.group_id.clone();
        let request = match stable {
            true => Request::StableOffsetFetch(group),
            false => Request::OffsetFetch(group),
        };
        match self.ask(caller, request).await {
            Response::OffsetFetch(mut response) => {
                if by_id {
                    name_by_id(&image, &mut response.topics);
                }
                if response.error_code == 0 {
                    response.topics.extend(unknown);
                }
                response
            }
            _ => OffsetFetchResponseGroup {
                group_id,
                error_code: ErrorCode::UnknownServerError.code(),
                ..Default::default()
            },
        }
    }
}

fn lookup<'a>(image: &'a Image, name: &str, id: uuid::Uuid, by_id: bool) -> Option<&'a Topic> {
    let found = if by_id { image.topic_by_id(id) } else { image.topic(name) };
    found.map(|topic| &**topic)
}

/// The partitions of a commit that exist, with the topic's name and id, and those that do not.
fn split(
    image: &Image,
    mut topic: OffsetCommitRequestTopic,
    by_id: bool,
) -> (Option<OffsetCommitRequestTopic>, Option<OffsetCommitResponseTopic>) {
    let found = lookup(image, &topic.name, topic.topic_id, by_id);
    let partitions = found.map_or(0, |found| found.partitions.len());
    let exists = |index: i32| usize::try_from(index).is_ok_and(|index| index < partitions);
    let code = match found {
        None if by_id => ErrorCode::UnknownTopicId,
        _ => ErrorCode::UnknownTopicOrPartition,
    };
    let (known, unknown): (Vec<_>, Vec<_>) = std::mem::take(&mut topic.partitions)
        .into_iter()
        .partition(|partition| exists(partition.partition_index));
    let refused = (!unknown.is_empty()).then(|| OffsetCommitResponseTopic {
        name: topic.name.clone(),
        topic_id: topic.topic_id,
        partitions: unknown
            .iter()
            .map(|partition| OffsetCommitResponsePartition {
                partition_index: partition.partition_index,
                error_code: code.code(),
            })
            .collect(),
    });
    if let Some(found) = found {
        topic.name = Str::from(&*found.name);
        topic.topic_id = found.id;
    }
    topic.partitions = known;
    ((!topic.partitions.is_empty()).then_some(topic), refused)
}

/// Puts refused partitions beside the others of their topic.
fn merge(topics: &mut Vec<OffsetCommitResponseTopic>, refused: Vec<OffsetCommitResponseTopic>) {
    for more in refused {
        let same = |topic: &&mut OffsetCommitResponseTopic| {
            topic.name == more.name || (topic.topic_id == more.topic_id && !more.topic_id.is_nil())
        };
        match topics.iter_mut().find(same) {
            Some(topic) => topic.partitions.extend(more.partitions),
            None => topics.push(more),
        }
    }
}

fn unknown_id(topic: &OffsetFetchRequestTopics) -> OffsetFetchResponseTopics {
    let partitions = topic.partition_indexes.iter().map(|index| OffsetFetchResponsePartitions {
        partition_index: *index,
        committed_offset: -1,
        committed_leader_epoch: -1,
        metadata: Some(Str::from("")),
        error_code: ErrorCode::UnknownTopicId.code(),
    });
    OffsetFetchResponseTopics {
        topic_id: topic.topic_id,
        partitions: partitions.collect(),
        ..Default::default()
    }
}

/// Gives every topic its id; one that does not exist any more has none and is left out.
fn name_by_id(image: &Image, topics: &mut Vec<OffsetFetchResponseTopics>) {
    topics.retain_mut(|topic| {
        if topic.topic_id.is_nil() {
            topic.topic_id = image.topic(&topic.name).map(|found| found.id).unwrap_or_default();
        }
        image.topic_by_id(topic.topic_id).is_some()
    });
}

/// A group's answer in the form of versions below 8. Version 1 has an error for each partition
/// only.
fn flatten(
    version: i16,
    asked: Vec<OffsetFetchRequestTopics>,
    group: OffsetFetchResponseGroup,
) -> OffsetFetchResponse {
    let code = group.error_code;
    if version < OWN_ERROR_FROM && code != 0 {
        let topics = asked.into_iter().map(|topic| OffsetFetchResponseTopic {
            partitions: topic
                .partition_indexes
                .iter()
                .map(|index| OffsetFetchResponsePartition {
                    partition_index: *index,
                    committed_offset: -1,
                    committed_leader_epoch: -1,
                    metadata: Some(Str::from("")),
                    error_code: code,
                })
                .collect(),
            name: topic.name,
        });
        return OffsetFetchResponse { topics: topics.collect(), ..Default::default() };
    }
    let topics = group.topics.into_iter().map(|topic| OffsetFetchResponseTopic {
        partitions: topic
            .partitions
            .into_iter()
            .map(|partition| OffsetFetchResponsePartition {
                partition_index: partition.partition_index,
                committed_offset: partition.committed_offset,
                committed_leader_epoch: partition.committed_leader_epoch,
                metadata: partition.metadata,
                error_code: partition.error_code,
            })
            .collect(),
        name: topic.name,
    });
    OffsetFetchResponse { topics: topics.collect(), error_code: code, ..Default::default() }
}

#[cfg(test)]
mod unit {
    use headrace_cluster::controller::command::{NewTopic, NodeRegistration};
    use headrace_cluster::controller::{ControllerCommand, State, FEATURE_LEVEL_MAX};
    use headrace_cluster::image::HostPort;
    use headrace_wire::messages::offset_commit::OffsetCommitRequestPartition;
    use uuid::Uuid;

    use super::*;

    const TOPIC: Uuid = Uuid::from_u128(7);

    /// A cluster of one node with topic `t` of two partitions.
    fn image() -> Image {
        let address = HostPort { host: "127.0.0.1".to_owned(), port: 1 };
        let registration = NodeRegistration {
            node_uuid: Uuid::from_u128(1),
            wanted_id: Some(0),
            cluster_uuid: None,
            rpc: address.clone(),
            listeners: Vec::new(),
            admin: address,
            rack: None,
            version: "test".to_owned(),
            feature_level_max: FEATURE_LEVEL_MAX,
            config_hash: String::new(),
            started_at_ms: 0,
        };
        let cluster_uuid = Uuid::from_u128(2);
        let mut topic = NewTopic::with_defaults("t", TOPIC);
        (topic.partitions, topic.replication_factor) = (2, 1);
        let commands = [
            ControllerCommand::SetClusterUuid { cluster_uuid, seed_nodes: 1 },
            ControllerCommand::RegisterNode(registration),
            ControllerCommand::CreateTopics {
                topics: vec![topic],
                validate_only: false,
                avoid: Vec::new(),
            },
        ];
        let mut state = State::new();
        for (index, command) in (1..).zip(commands) {
            state.apply(index, command).expect("applied");
        }
        let image = state.image();
        assert!(image.topic("t").is_some());
        image
    }

    fn commit(name: &str, topic_id: Uuid, indexes: &[i32]) -> OffsetCommitRequestTopic {
        let partitions = indexes.iter().map(|index| OffsetCommitRequestPartition {
            partition_index: *index,
            ..Default::default()
        });
        OffsetCommitRequestTopic { name: name.into(), topic_id, partitions: partitions.collect() }
    }

    fn codes(topic: &OffsetCommitResponseTopic) -> Vec<(i32, i16)> {
        topic.partitions.iter().map(|p| (p.partition_index, p.error_code)).collect()
    }

    #[test]
    fn commits_for_partitions_that_do_not_exist_are_refused() {
        let image = image();
        let (known, refused) = split(&image, commit("t", Uuid::nil(), &[0, 2, 1, -1]), false);
        let known = known.expect("two exist");
        assert_eq!(known.topic_id, TOPIC, "the record shall carry the id");
        let indexes: Vec<i32> = known.partitions.iter().map(|p| p.partition_index).collect();
        assert_eq!(indexes, [0, 1]);
        assert_eq!(codes(&refused.expect("two do not")), [(2, 3), (-1, 3)]);

        let (known, refused) = split(&image, commit("u", Uuid::nil(), &[0]), false);
        assert!(known.is_none());
        assert_eq!(codes(&refused.expect("no such topic")), [(0, 3)]);
    }

    #[test]
    fn commits_by_id_get_the_name_or_unknown_topic_id() {
        let image = image();
        let (known, refused) = split(&image, commit("", TOPIC, &[1]), true);
        assert_eq!(known.expect("exists").name, "t");
        assert!(refused.is_none());
        let (known, refused) = split(&image, commit("", Uuid::from_u128(9), &[0]), true);
        assert!(known.is_none());
        assert_eq!(codes(&refused.expect("no such id")), [(0, 100)]);
    }

    #[test]
    fn refused_partitions_join_their_topic() {
        let answer = |name: &str, index: i32| OffsetCommitResponseTopic {
            name: name.into(),
            partitions: vec![OffsetCommitResponsePartition {
                partition_index: index,
                ..Default::default()
            }],
            ..Default::default()
        };
        let mut topics = vec![answer("t", 0), answer("v", 0)];
        merge(&mut topics, vec![answer("t", 5), answer("u", 6)]);
        let seen: Vec<_> = topics.iter().map(|t| (t.name.to_string(), codes(t))).collect();
        let expected = [
            ("t".to_owned(), vec![(0, 0), (5, 0)]),
            ("v".to_owned(), vec![(0, 0)]),
            ("u".to_owned(), vec![(6, 0)]),
        ];
        assert_eq!(seen, expected);
    }

    #[test]
    fn version_1_has_its_error_in_each_partition() {
        let asked = vec![OffsetFetchRequestTopics {
            name: "t".into(),
            partition_indexes: vec![0, 1],
            ..Default::default()
        }];
        let failed = OffsetFetchResponseGroup { error_code: 16, ..Default::default() };
        let old = flatten(1, asked.clone(), failed.clone());
        assert_eq!(old.error_code, 0);
        assert!(old.topics[0].partitions.iter().all(|partition| partition.error_code == 16));
        assert_eq!(old.topics[0].partitions.len(), 2);
        let newer = flatten(2, asked, failed);
        assert_eq!((newer.error_code, newer.topics.len()), (16, 0));
    }
}
