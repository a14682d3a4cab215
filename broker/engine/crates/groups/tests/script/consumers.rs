//! Consumer groups (KIP-848) in the scenarios: requests, answers and records.

use std::collections::BTreeMap;

use bytes::Bytes;
use headrace_groups::records::Record;
use headrace_groups::{Request, TopicShape, Topics};
use headrace_wire::messages::consumer_assignment::TopicPartition;
use headrace_wire::messages::consumer_group_describe::{Assignment, DescribedGroup};
use headrace_wire::messages::consumer_group_heartbeat::TopicPartitions;
use headrace_wire::messages::{
    consumer_group_current_member_assignment_record as current_record,
    consumer_group_target_assignment_member_record as target_record,
    ConsumerGroupCurrentMemberAssignmentKey, ConsumerGroupCurrentMemberAssignmentValue,
    ConsumerGroupHeartbeatRequest, ConsumerGroupHeartbeatResponse, ConsumerGroupMemberMetadataKey,
    ConsumerGroupMemberMetadataValue, ConsumerGroupMetadataKey, ConsumerGroupMetadataValue,
    ConsumerGroupRegularExpressionKey, ConsumerGroupRegularExpressionValue,
    ConsumerGroupTargetAssignmentMemberKey, ConsumerGroupTargetAssignmentMemberValue,
    ConsumerGroupTargetAssignmentMetadataKey, ConsumerGroupTargetAssignmentMetadataValue,
    ConsumerProtocolAssignment,
};
use headrace_wire::{Message, Str};
use uuid::Uuid;

use super::show::{code, short};
use super::{text, Words};

/// A cluster's topics: name to number of partitions. A topic's id is its name.
#[derive(Clone, Debug, Default)]
pub struct Cluster(pub BTreeMap<String, i32>);

pub fn id_of(name: &str) -> Uuid {
    let mut bytes = [0; 16];
    bytes[..name.len()].copy_from_slice(name.as_bytes());
    Uuid::from_bytes(bytes)
}

fn name_of(id: Uuid) -> String {
    String::from_utf8_lossy(id.as_bytes()).trim_end_matches('\0').to_owned()
}

impl Topics for Cluster {
    fn find(&self, name: &str) -> Option<TopicShape> {
        let partitions = *self.0.get(name)?;
        Some(TopicShape { id: id_of(name), partitions })
    }

    fn name(&self, id: Uuid) -> Option<&str> {
        self.0.keys().find(|name| id_of(name) == id).map(String::as_str)
    }

    fn each_name(&self, each: &mut dyn FnMut(&str)) {
        self.0.keys().for_each(|name| each(name));
    }
}

/// `member epoch instance rack rebalance names=t,u regex assignor owned=t:0+1,u:0`
pub fn request(group: &str, words: &Words) -> Request {
    let list = |key: &str| words.get(key).map(|_| words.list(key));
    let owned = list("owned").map(|topics| {
        let topics = topics.into_iter().map(|topic| {
            let (name, partitions) = topic.split_once(':').expect("topic:partitions");
            let partitions = partitions.split('+').map(|p| p.parse().expect("partition"));
            TopicPartitions { topic_id: id_of(name), partitions: partitions.collect() }
        });
        topics.collect::<Vec<_>>()
    });
    let epoch = words.number("epoch", 0);
    let joins = epoch == 0;
    Request::ConsumerHeartbeat(ConsumerGroupHeartbeatRequest {
        group_id: text(group),
        member_id: text(words.get("member").unwrap_or_default()),
        member_epoch: epoch,
        instance_id: words.get("instance").map(text),
        rack_id: words.get("rack").map(text),
        rebalance_timeout_ms: words.number("rebalance", if joins { 60_000 } else { -1 }),
        subscribed_topic_names: list("names")
            .map(|names| names.into_iter().map(Str::from).collect()),
        subscribed_topic_regex: words.get("regex").map(text),
        server_assignor: words.get("assignor").map(text),
        topic_partitions: owned.or(joins.then(Vec::new)),
    })
}

/// `+t.0.1` is a consumer's assignment, anything else opaque bytes.
pub fn assignment(word: &str) -> Bytes {
    let Some(topic) = word.strip_prefix('+') else {
        return Bytes::copy_from_slice(word.as_bytes());
    };
    let mut parts = topic.split('.');
    let topic = text(parts.next().expect("a topic"));
    let partitions = parts.map(|p| p.parse().expect("partition")).collect();
    let message = ConsumerProtocolAssignment {
        assigned_partitions: vec![TopicPartition { topic, partitions }],
        ..Default::default()
    };
    let body = message.to_bytes(1).expect("small");
    [&[0, 1], &body[..]].concat().into()
}

/// The same the other way.
pub fn shown_assignment(blob: &Bytes) -> String {
    let version = blob.first_chunk().map(|version| i16::from_be_bytes(*version));
    let known = version.filter(|version| (0..=3).contains(version));
    let decode = |version| ConsumerProtocolAssignment::from_bytes(blob.slice(2..), version).ok();
    let Some(message) = known.and_then(decode) else {
        return String::from_utf8_lossy(blob).into_owned();
    };
    let topics = message.assigned_partitions.iter().map(|topic| {
        let partitions: String = topic.partitions.iter().map(|p| format!(".{p}")).collect();
        format!("+{}{partitions}", &*topic.topic)
    });
    topics.collect()
}

fn topics(topics: impl Iterator<Item = (Uuid, Vec<i32>)>) -> String {
    let shown = topics.map(|(id, partitions)| {
        let partitions: Vec<String> = partitions.iter().map(i32::to_string).collect();
        format!("{}:{}", name_of(id), partitions.join("+"))
    });
    format!("[{}]", shown.collect::<Vec<_>>().join(" "))
}

pub fn heartbeat(response: &ConsumerGroupHeartbeatResponse) -> String {
    if response.error_code != 0 {
        let why = response.error_message.as_deref().unwrap_or_default();
        return format!("consumer {} {why}", code(response.error_code));
    }
    let assigned = response.assignment.as_ref().map(|assignment| {
        let given = assignment.topic_partitions.iter();
        format!(" {}", topics(given.map(|t| (t.topic_id, t.partitions.clone()))))
    });
    let id = short(response.member_id.as_deref().unwrap_or_default());
    format!("consumer {id} epoch={}{}", response.member_epoch, assigned.unwrap_or_default())
}

pub fn described(group: &DescribedGroup) -> String {
    let shown = |assignment: &Assignment| {
        topics(assignment.topic_partitions.iter().map(|t| (t.topic_id, t.partitions.clone())))
    };
    let members = group.members.iter().map(|member| {
        let (now, then) = (shown(&member.assignment), shown(&member.target_assignment));
        let id = short(&member.member_id);
        format!(" {id}(type={} epoch={} {now} -> {then})", member.member_type, member.member_epoch)
    });
    let (state, assignor) = (&*group.group_state, &*group.assignor_name);
    let (epoch, target) = (group.group_epoch, group.assignment_epoch);
    let members = members.collect::<String>();
    let code = code(group.error_code);
    format!("describe {code} {state} epoch={epoch} target={target} {assignor}{members}")
}

fn key<M: Message>(record: &Record) -> M {
    M::from_bytes(record.key.slice(2..), 0).expect("our own key")
}

fn value<M: Message>(bytes: &Bytes) -> M {
    M::from_bytes(bytes.slice(2..), 0).expect("our own value")
}

/// A consumer group's record; its key starts with its kind.
pub fn record(record: &Record) -> String {
    let kind = i16::from_be_bytes([record.key[0], record.key[1]]);
    let (what, said) = match kind {
        3 => {
            let key: ConsumerGroupMetadataKey = key(record);
            let said = record.value.as_ref().map(value::<ConsumerGroupMetadataValue>);
            (format!("{} epoch", &*key.group_id), said.map(|v| v.epoch.to_string()))
        }
        5 => {
            let key: ConsumerGroupMemberMetadataKey = key(record);
            let said = record.value.as_ref().map(|v| member(&value(v)));
            (format!("{} member {}", &*key.group_id, short(&key.member_id)), said)
        }
        6 => {
            let key: ConsumerGroupTargetAssignmentMetadataKey = key(record);
            let said = record.value.as_ref();
            let said = said.map(value::<ConsumerGroupTargetAssignmentMetadataValue>);
            (format!("{} target", &*key.group_id), said.map(|v| v.assignment_epoch.to_string()))
        }
        7 => {
            let key: ConsumerGroupTargetAssignmentMemberKey = key(record);
            let said = record.value.as_ref().map(|v| target(&value(v)));
            (format!("{} target {}", &*key.group_id, short(&key.member_id)), said)
        }
        8 => {
            let key: ConsumerGroupCurrentMemberAssignmentKey = key(record);
            let said = record.value.as_ref().map(|v| current(&value(v)));
            (format!("{} current {}", &*key.group_id, short(&key.member_id)), said)
        }
        16 => {
            let key: ConsumerGroupRegularExpressionKey = key(record);
            let said = record.value.as_ref().map(|v| {
                let value: ConsumerGroupRegularExpressionValue = value(v);
                value.topics.join(",")
            });
            (format!("{} regex {}", &*key.group_id, &*key.regular_expression), said)
        }
        other => panic!("key version {other} is not ours"),
    };
    match said {
        Some(said) => format!("log {what} = {said}"),
        None => format!("log {what} deleted"),
    }
}

fn member(value: &ConsumerGroupMemberMetadataValue) -> String {
    let instance = value.instance_id.as_deref().map(|id| format!("@{id} ")).unwrap_or_default();
    let regex = value.subscribed_topic_regex.as_deref().unwrap_or_default();
    let protocols = value.classic_member_metadata.iter().flat_map(|c| &c.supported_protocols);
    let protocols: String = protocols.map(|p| format!(" {}", &*p.name)).collect();
    format!("{instance}[{}] /{regex}/{protocols}", value.subscribed_topic_names.join(" "))
}

fn target(value: &ConsumerGroupTargetAssignmentMemberValue) -> String {
    let all: &[target_record::TopicPartition] = &value.topic_partitions;
    topics(all.iter().map(|t| (t.topic_id, t.partitions.clone())))
}

fn current(value: &ConsumerGroupCurrentMemberAssignmentValue) -> String {
    let state = match value.state {
        0 => "stable",
        1 => "unrevoked",
        2 => "unreleased",
        other => panic!("state {other}"),
    };
    let held = |held: &[current_record::TopicPartitions]| {
        topics(held.iter().map(|t| (t.topic_id, t.partitions.clone())))
    };
    let revoking = match value.partitions_pending_revocation.as_slice() {
        [] => String::new(),
        revoking => format!(" revoking {}", held(revoking)),
    };
    let (epoch, before) = (value.member_epoch, value.previous_member_epoch);
    format!("{epoch} (was {before}) {state} {}{revoking}", held(&value.assigned_partitions))
}
