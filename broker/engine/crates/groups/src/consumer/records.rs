//! A consumer group in `__consumer_offsets`: what changed as records, and back.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use bytes::{BufMut, Bytes, BytesMut};
use headrace_wire::messages::consumer_group_current_member_assignment_record::TopicPartitions;
use headrace_wire::messages::consumer_group_member_metadata_record::{
    ClassicMemberMetadata, ClassicProtocol,
};
use headrace_wire::messages::consumer_group_target_assignment_member_record::TopicPartition;
use headrace_wire::messages::{
    ConsumerGroupCurrentMemberAssignmentKey, ConsumerGroupCurrentMemberAssignmentValue,
    ConsumerGroupMemberMetadataKey, ConsumerGroupMemberMetadataValue, ConsumerGroupMetadataKey,
    ConsumerGroupMetadataValue, ConsumerGroupRegularExpressionKey,
    ConsumerGroupRegularExpressionValue, ConsumerGroupTargetAssignmentMemberKey,
    ConsumerGroupTargetAssignmentMemberValue, ConsumerGroupTargetAssignmentMetadataKey,
    ConsumerGroupTargetAssignmentMetadataValue,
};
use headrace_wire::{Message, Str};

use super::member::{ClassicPart, Current, Held, Member, MemberState, Partitions, Subscription};
use super::regexes::Resolved;
use super::State;
use crate::records::{Record, RecordError};

const GROUP: i16 = 3;
/// Written by releases of Kafka before 4.1; its content is not needed.
const PARTITIONS: i16 = 4;
const MEMBER: i16 = 5;
const TARGETS: i16 = 6;
const TARGET: i16 = 7;
const CURRENT: i16 = 8;
const REGEX: i16 = 16;
/// Of every value here.
pub(crate) const VALUE_VERSION: i16 = 0;

/// A version, then the message. The coordinator refuses names that do not fit a record, so this
/// fails for none; a message that did not would be a record that deletes nothing.
pub(crate) fn bytes(first: i16, message: &impl Message) -> Bytes {
    let mut out = BytesMut::new();
    out.put_i16(first);
    match message.to_bytes(VALUE_VERSION) {
        Ok(body) => out.put_slice(&body),
        Err(error) => unreachable!("names were checked on the way in: {error}"),
    }
    out.freeze()
}

pub(crate) fn put(key: Bytes, value: &impl Message) -> Record {
    Record { key, value: Some(bytes(VALUE_VERSION, value)) }
}

pub(crate) fn delete(key: Bytes) -> Record {
    Record { key, value: None }
}

/// The keys of one group's records.
struct Keys<'a>(&'a str);

impl Keys<'_> {
    fn group(&self) -> Bytes {
        bytes(GROUP, &ConsumerGroupMetadataKey { group_id: self.0.into() })
    }

    fn targets(&self) -> Bytes {
        bytes(TARGETS, &ConsumerGroupTargetAssignmentMetadataKey { group_id: self.0.into() })
    }

    fn member(&self, id: &str) -> Bytes {
        let (group_id, member_id) = (self.0.into(), id.into());
        bytes(MEMBER, &ConsumerGroupMemberMetadataKey { group_id, member_id })
    }

    fn target(&self, id: &str) -> Bytes {
        let (group_id, member_id) = (self.0.into(), id.into());
        bytes(TARGET, &ConsumerGroupTargetAssignmentMemberKey { group_id, member_id })
    }

    fn current(&self, id: &str) -> Bytes {
        let (group_id, member_id) = (self.0.into(), id.into());
        bytes(CURRENT, &ConsumerGroupCurrentMemberAssignmentKey { group_id, member_id })
    }

    fn regex(&self, regex: &str) -> Bytes {
        let (group_id, regular_expression) = (self.0.into(), regex.into());
        bytes(REGEX, &ConsumerGroupRegularExpressionKey { group_id, regular_expression })
    }
}

impl State {
    /// Nothing of it is in the log.
    pub(crate) fn is_void(&self) -> bool {
        self.epoch == 0 && self.target_epoch == 0 && self.members.is_empty()
    }

    /// The records that lead from `self` to `next`.
    pub(crate) fn changes(&self, group: &str, next: &State) -> Vec<Record> {
        let keys = Keys(group);
        let mut records = Vec::new();
        for id in self.members.keys().filter(|id| !next.members.contains_key(*id)) {
            records.extend([delete(keys.current(id)), delete(keys.target(id))]);
            records.push(delete(keys.member(id)));
        }
        for regex in self.regexes.keys().filter(|regex| !next.regexes.contains_key(*regex)) {
            records.push(delete(keys.regex(regex)));
        }
        for (id, member) in &next.members {
            let before = self.members.get(id);
            if before.is_none_or(|before| before.subscription != member.subscription) {
                records.push(put(keys.member(id), &member.subscription.to_value()));
            }
        }
        for (regex, resolved) in &next.regexes {
            if self.regexes.get(regex) != Some(resolved) {
                records.push(put(keys.regex(regex), &resolved.to_value()));
            }
        }
        let heads = [(self.epoch, self.metadata_hash), (next.epoch, next.metadata_hash)];
        if heads[0] != heads[1] && !next.is_void() {
            let (epoch, metadata_hash) = heads[1];
            let value = ConsumerGroupMetadataValue { epoch, metadata_hash };
            records.push(put(keys.group(), &value));
        }
        for (id, target) in &next.targets {
            if self.targets.get(id) != Some(target) {
                records.push(put(keys.target(id), &target_value(target)));
            }
        }
        if self.target_epoch != next.target_epoch && !next.is_void() {
            let value = ConsumerGroupTargetAssignmentMetadataValue {
                assignment_epoch: next.target_epoch,
                assignment_timestamp: next.target_ms,
            };
            records.push(put(keys.targets(), &value));
        }
        for (id, member) in &next.members {
            let before = self.members.get(id).map(|before| &before.current);
            if before.unwrap_or(&Current::default()) != &member.current {
                records.push(put(keys.current(id), &member.current.to_value()));
            }
        }
        if next.is_void() && !self.is_void() {
            records.extend([delete(keys.targets()), delete(keys.group())]);
        }
        records
    }
}

impl Subscription {
    fn to_value(&self) -> ConsumerGroupMemberMetadataValue {
        let text = |text: &Option<String>| text.as_ref().map(Str::from);
        let classic = self.classic.as_ref().map(|classic| ClassicMemberMetadata {
            session_timeout_ms: classic.session_timeout_ms,
            supported_protocols: classic
                .protocols
                .iter()
                .map(|(name, metadata)| ClassicProtocol {
                    name: name.into(),
                    metadata: metadata.clone(),
                })
                .collect(),
        });
        ConsumerGroupMemberMetadataValue {
            instance_id: text(&self.instance_id),
            rack_id: text(&self.rack_id),
            client_id: (&self.client_id).into(),
            client_host: (&self.client_host).into(),
            subscribed_topic_names: self.topics.iter().map(Str::from).collect(),
            subscribed_topic_regex: Some((&self.regex).into()),
            rebalance_timeout_ms: self.rebalance_timeout_ms,
            server_assignor: text(&self.assignor),
            classic_member_metadata: classic,
        }
    }

    fn from_value(value: ConsumerGroupMemberMetadataValue) -> Self {
        let text = |text: Option<Str>| text.map(|text| text.to_string());
        let classic = value.classic_member_metadata.map(|classic| ClassicPart {
            session_timeout_ms: classic.session_timeout_ms,
            protocols: classic
                .supported_protocols
                .into_iter()
                .map(|p| (p.name.to_string(), Bytes::copy_from_slice(&p.metadata)))
                .collect(),
        });
        Subscription {
            instance_id: text(value.instance_id),
            rack_id: text(value.rack_id),
            client_id: value.client_id.to_string(),
            client_host: value.client_host.to_string(),
            topics: value.subscribed_topic_names.iter().map(Str::to_string).collect(),
            regex: text(value.subscribed_topic_regex).unwrap_or_default(),
            rebalance_timeout_ms: value.rebalance_timeout_ms,
            assignor: text(value.server_assignor),
            classic,
        }
    }
}

impl Resolved {
    fn to_value(&self) -> ConsumerGroupRegularExpressionValue {
        ConsumerGroupRegularExpressionValue {
            topics: self.topics.iter().map(Str::from).collect(),
            version: 0,
            timestamp: self.at_ms,
        }
    }
}

impl Current {
    fn to_value(&self) -> ConsumerGroupCurrentMemberAssignmentValue {
        ConsumerGroupCurrentMemberAssignmentValue {
            member_epoch: self.epoch,
            previous_member_epoch: self.previous_epoch,
            state: self.state as i8,
            assigned_partitions: held_value(&self.assigned),
            partitions_pending_revocation: held_value(&self.revoking),
        }
    }

    fn from_value(value: &ConsumerGroupCurrentMemberAssignmentValue) -> Self {
        let held = |topics: &[TopicPartitions]| held_from(topics, value.member_epoch);
        Current {
            epoch: value.member_epoch,
            previous_epoch: value.previous_member_epoch,
            state: MemberState::from_number(value.state),
            assigned: held(&value.assigned_partitions),
            revoking: held(&value.partitions_pending_revocation),
        }
    }
}

fn held_value(held: &Held) -> Vec<TopicPartitions> {
    let topics = held.iter().map(|(id, partitions)| TopicPartitions {
        topic_id: *id,
        partitions: partitions.keys().copied().collect(),
        assignment_epochs: Some(partitions.values().copied().collect()),
    });
    topics.collect()
}

/// Records of releases before 4.3 have no epochs: the member's own is then the safe one.
fn held_from(topics: &[TopicPartitions], member_epoch: i32) -> Held {
    let mut held = Held::new();
    for topic in topics {
        let epochs = topic.assignment_epochs.iter().flatten().copied();
        let epochs = epochs.chain(std::iter::repeat(member_epoch));
        let partitions: BTreeMap<i32, i32> = topic.partitions.iter().copied().zip(epochs).collect();
        held.insert(topic.topic_id, partitions);
    }
    held
}

fn target_value(target: &Partitions) -> ConsumerGroupTargetAssignmentMemberValue {
    let topics = target.iter().map(|(id, partitions)| TopicPartition {
        topic_id: *id,
        partitions: partitions.iter().copied().collect(),
    });
    ConsumerGroupTargetAssignmentMemberValue { topic_partitions: topics.collect() }
}

fn target_from(value: &ConsumerGroupTargetAssignmentMemberValue) -> Partitions {
    let topics = value.topic_partitions.iter();
    topics.map(|t| (t.topic_id, t.partitions.iter().copied().collect::<BTreeSet<i32>>())).collect()
}

/// What a record of a consumer group is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    pub(crate) group: String,
    about: About,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum About {
    Group,
    Partitions,
    Member(String),
    Targets,
    Target(String),
    Current(String),
    Regex(String),
}

pub(crate) fn message<M: Message>(body: &[u8], version: i16) -> Result<M, RecordError> {
    M::from_bytes(Bytes::copy_from_slice(body), version).map_err(|_| RecordError::Truncated)
}

/// Reads the rest of a key of this kind; none when it is of another kind of group.
pub(crate) fn parse_key(kind: i16, body: &[u8]) -> Result<Option<Entry>, RecordError> {
    let (group, about) = match kind {
        GROUP => (message::<ConsumerGroupMetadataKey>(body, 0)?.group_id, About::Group),
        // The same fields.
        PARTITIONS => (message::<ConsumerGroupMetadataKey>(body, 0)?.group_id, About::Partitions),
        MEMBER => {
            let key = message::<ConsumerGroupMemberMetadataKey>(body, 0)?;
            (key.group_id, About::Member(key.member_id.to_string()))
        }
        TARGETS => {
            let key = message::<ConsumerGroupTargetAssignmentMetadataKey>(body, 0)?;
            (key.group_id, About::Targets)
        }
        TARGET => {
            let key = message::<ConsumerGroupTargetAssignmentMemberKey>(body, 0)?;
            (key.group_id, About::Target(key.member_id.to_string()))
        }
        CURRENT => {
            let key = message::<ConsumerGroupCurrentMemberAssignmentKey>(body, 0)?;
            (key.group_id, About::Current(key.member_id.to_string()))
        }
        REGEX => {
            let key = message::<ConsumerGroupRegularExpressionKey>(body, 0)?;
            (key.group_id, About::Regex(key.regular_expression.to_string()))
        }
        _ => return Ok(None),
    };
    Ok(Some(Entry { group: group.to_string(), about }))
}

impl State {
    /// Takes one record of the log. Compaction may put a member's records in any order.
    pub(crate) fn load(&mut self, entry: Entry, value: Option<&[u8]>) -> Result<(), RecordError> {
        let Some(value) = value else {
            self.unload(entry);
            return Ok(());
        };
        let (version, body) = value.split_first_chunk().ok_or(RecordError::Truncated)?;
        let version = i16::from_be_bytes(*version);
        if version != VALUE_VERSION {
            return Err(RecordError::Version(version));
        }
        match entry.about {
            About::Group => {
                let value = message::<ConsumerGroupMetadataValue>(body, version)?;
                (self.epoch, self.metadata_hash) = (value.epoch, value.metadata_hash);
            }
            About::Partitions => {}
            About::Member(id) => {
                let value = message::<ConsumerGroupMemberMetadataValue>(body, version)?;
                self.member(id).subscription = Subscription::from_value(value);
            }
            About::Targets => {
                let value = message::<ConsumerGroupTargetAssignmentMetadataValue>(body, version)?;
                self.target_epoch = value.assignment_epoch;
                self.target_ms = value.assignment_timestamp;
            }
            About::Target(id) => {
                let value = message::<ConsumerGroupTargetAssignmentMemberValue>(body, version)?;
                self.targets.insert(id, Arc::new(target_from(&value)));
            }
            About::Current(id) => {
                let value = message::<ConsumerGroupCurrentMemberAssignmentValue>(body, version)?;
                self.member(id).current = Current::from_value(&value);
            }
            About::Regex(regex) => {
                let value = message::<ConsumerGroupRegularExpressionValue>(body, version)?;
                let topics = value.topics.iter().map(Str::to_string).collect();
                let resolved = Resolved { topics, at_ms: value.timestamp };
                self.regexes.insert(regex, Arc::new(resolved));
            }
        }
        Ok(())
    }

    fn unload(&mut self, entry: Entry) {
        match entry.about {
            About::Group => (self.epoch, self.metadata_hash) = (0, 0),
            About::Partitions => {}
            About::Member(id) => {
                self.members.remove(&id);
            }
            About::Targets => (self.target_epoch, self.target_ms) = (0, 0),
            About::Target(id) => {
                self.targets.remove(&id);
            }
            About::Current(id) => {
                if self.members.contains_key(&id) {
                    self.member(id).current = Current::default();
                }
            }
            About::Regex(regex) => {
                self.regexes.remove(&regex);
            }
        }
    }

    fn member(&mut self, id: String) -> &mut Member {
        Arc::make_mut(self.members.entry(id).or_default())
    }
}
