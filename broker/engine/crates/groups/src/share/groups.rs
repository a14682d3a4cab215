//! Share groups' members and assignments: the share groups of one partition of
//! `__consumer_offsets`.
//!
//! A member says with each heartbeat what it reads and learns what it gets. There is nothing to
//! hand over: partitions are shared, so a new assignment holds as soon as it is known. The group's
//! epoch rises with every change of members, subscriptions or topics.

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;
use headrace_wire::messages::share_group_describe as describe;
use headrace_wire::messages::share_group_heartbeat as heartbeat;
use headrace_wire::messages::{
    share_group_current_member_assignment_record as current,
    share_group_member_metadata_record as metadata, share_group_metadata_record as group_record,
    share_group_state_partition_metadata_record as started,
    share_group_target_assignment_member_record as target,
    share_group_target_assignment_metadata_record as target_epoch, ShareGroupHeartbeatRequest,
    ShareGroupHeartbeatResponse,
};
use headrace_wire::{ErrorCode, Reader, Str};
use uuid::Uuid;

use super::assignor::{assign, Assignment};
use super::records::{record, split, tombstone};
use crate::config::MAX_NAME_BYTES;
use crate::records::Record;

const MEMBER: i16 = 10;
const GROUP: i16 = 11;
const TARGET: i16 = 12;
const TARGET_MEMBER: i16 = 13;
const CURRENT: i16 = 14;
const STARTED: i16 = 15;
/// A member that leaves says so with this epoch.
const LEAVES: i32 = -1;
/// A member that has left is answered with its own epoch; one that joins has this.
const JOINS: i32 = 0;
/// How long a member may take to find a new coordinator: Kafka's default session time-out.
const FIRST_HEARTBEAT_MS: i64 = 45_000;
/// The only state of a member: there is nothing to hand over.
const STABLE: i8 = 0;

/// What an operator may set, by Apache Kafka's names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GroupsConfig {
    /// `share.session.timeout.ms`
    pub session_timeout_ms: i32,
    /// `share.heartbeat.interval.ms`
    pub heartbeat_interval_ms: i32,
    /// `group.share.max.size`
    pub max_members: usize,
}

/// A heartbeat and who sends it.
#[derive(Clone, Debug)]
pub struct Heartbeat {
    /// The request.
    pub request: ShareGroupHeartbeatRequest,
    /// The client's name for itself.
    pub client_id: String,
    /// Where it connects from, as Kafka shows it.
    pub client_host: String,
}

/// Why a heartbeat is refused, in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused(pub ErrorCode, pub String);

/// Id and partition count of a topic, if it exists.
type Topics<'t> = &'t dyn Fn(&str) -> Option<(Uuid, i32)>;

#[derive(Clone, Debug, Default)]
struct Member {
    rack: Option<String>,
    client_id: String,
    client_host: String,
    topics: BTreeSet<String>,
    epoch: i32,
    previous_epoch: i32,
    assigned: Assignment,
    target: Assignment,
    deadline_ms: i64,
}

#[derive(Clone, Debug, Default)]
struct Group {
    epoch: i32,
    /// Of what the members' topics looked like at the last assignment.
    topics_hash: i64,
    target_epoch: i32,
    members: BTreeMap<String, Member>,
    /// Partitions that anybody ever got: their offsets may be kept.
    started: BTreeMap<Uuid, (String, BTreeSet<i32>)>,
}

/// The share groups of one partition of `__consumer_offsets`.
#[derive(Debug, Default)]
pub struct ShareGroups {
    groups: BTreeMap<String, Group>,
}

impl ShareGroups {
    /// Takes a record of the log; those of other kinds of groups are skipped.
    pub fn load(&mut self, key: &Bytes, value: Option<&Bytes>) {
        // what cannot be read was not written by us: it is left out like another kind's
        let _ = self.try_load(key, value);
    }

    fn try_load(&mut self, key: &Bytes, value: Option<&Bytes>) -> Option<()> {
        let (kind, key) = split(key)?;
        if !(MEMBER..=STARTED).contains(&kind) {
            return None;
        }
        let mut key = Reader::new(key);
        let id = key.string(false).ok()?.to_string();
        let value = value.and_then(split);
        let gone = value.is_none();
        let (version, value) = value.unwrap_or_default();
        let mut value = Reader::new(value);
        if gone && kind == GROUP {
            self.groups.remove(&id);
            return Some(());
        }
        let group = match gone {
            true => self.groups.get_mut(&id)?,
            false => self.groups.entry(id).or_default(),
        };
        match kind {
            GROUP => {
                let value =
                    group_record::ShareGroupMetadataValue::decode(&mut value, version).ok()?;
                (group.epoch, group.topics_hash) = (value.epoch, value.metadata_hash);
            }
            TARGET if !gone => {
                type Value = target_epoch::ShareGroupTargetAssignmentMetadataValue;
                group.target_epoch = Value::decode(&mut value, version).ok()?.assignment_epoch;
            }
            STARTED => {
                type Value = started::ShareGroupStatePartitionMetadataValue;
                let topics = match gone {
                    true => Vec::new(),
                    false => Value::decode(&mut value, version).ok()?.initialized_topics,
                };
                let topics = topics.into_iter().map(|t| {
                    (t.topic_id, (t.topic_name.to_string(), t.partitions.into_iter().collect()))
                });
                group.started = topics.collect();
            }
            _ => {
                let member = key.string(false).ok()?.to_string();
                group.load_member(kind, member, version, value, gone)?;
            }
        }
        Some(())
    }

    /// All records are in: members get time to find this coordinator.
    pub fn loaded(&mut self, now_ms: i64) {
        for member in self.groups.values_mut().flat_map(|group| group.members.values_mut()) {
            member.deadline_ms = now_ms.saturating_add(FIRST_HEARTBEAT_MS);
        }
    }

    /// Takes a heartbeat.
    ///
    /// # Errors
    /// Nothing has changed then.
    pub fn heartbeat(
        &mut self,
        now_ms: i64,
        heartbeat: &Heartbeat,
        config: &GroupsConfig,
        topics: Topics<'_>,
    ) -> Result<(Vec<Record>, ShareGroupHeartbeatResponse), Refused> {
        let request = &heartbeat.request;
        validate(request)?;
        let (id, member_id) = (&*request.group_id, &*request.member_id);
        if request.member_epoch == LEAVES {
            let unknown = || Refused(ErrorCode::UnknownMemberId, unknown_member(member_id, id));
            let group = self.groups.get_mut(id).ok_or_else(|| {
                Refused(ErrorCode::GroupIdNotFound, format!("Group {id} not found."))
            })?;
            group.members.contains_key(member_id).then_some(()).ok_or_else(unknown)?;
            let records = group.remove(id, &[member_id.to_owned()], now_ms, topics);
            let response = ShareGroupHeartbeatResponse {
                member_id: Some(request.member_id.clone()),
                member_epoch: LEAVES,
                ..Default::default()
            };
            return Ok((records, response));
        }
        if request.member_epoch == JOINS {
            let group = self.groups.get(id);
            let is_new = group.is_none_or(|group| !group.members.contains_key(member_id));
            if is_new && group.map_or(0, |group| group.members.len()) >= config.max_members {
                let why = format!(
                    "The share group has reached its maximum capacity of {} members.",
                    config.max_members
                );
                return Err(Refused(ErrorCode::GroupMaxSizeReached, why));
            }
        } else {
            let group = self.groups.get(id).ok_or_else(|| {
                Refused(ErrorCode::GroupIdNotFound, format!("Group {id} not found."))
            })?;
            group.check_epoch(id, member_id, request.member_epoch)?;
        }
        let group = self.groups.entry(id.to_owned()).or_default();
        Ok(group.keep(now_ms, heartbeat, config, topics))
    }

    /// Removes members that were silent for too long.
    pub fn expire(&mut self, now_ms: i64, topics: Topics<'_>) -> Vec<Record> {
        let mut records = Vec::new();
        for (id, group) in &mut self.groups {
            let dead = group.members.iter().filter(|(_, member)| member.deadline_ms <= now_ms);
            let dead: Vec<String> = dead.map(|(id, _)| id.clone()).collect();
            if !dead.is_empty() {
                records.append(&mut group.remove(id, &dead, now_ms, topics));
            }
        }
        records
    }

    /// Group ids and the names of their states.
    pub fn list(&self) -> Vec<(String, &'static str)> {
        self.groups.iter().map(|(id, group)| (id.clone(), group.state())).collect()
    }

    /// Whether there is such a share group.
    pub fn contains(&self, group: &str) -> bool {
        self.groups.contains_key(group)
    }

    /// One group in detail, if it is there. `name` gives a topic's name.
    pub fn describe(
        &self,
        id: &str,
        name: &dyn Fn(Uuid) -> Option<String>,
    ) -> Option<describe::DescribedGroup> {
        let group = self.groups.get(id)?;
        let members = group.members.iter().map(|(member_id, member)| {
            let partitions = member.assigned.iter().filter_map(|(topic, partitions)| {
                Some(describe::TopicPartitions {
                    topic_id: *topic,
                    topic_name: Str::from(name(*topic)?),
                    partitions: partitions.clone(),
                })
            });
            describe::Member {
                member_id: Str::from(&**member_id),
                rack_id: member.rack.as_deref().map(Str::from),
                member_epoch: member.epoch,
                client_id: Str::from(&*member.client_id),
                client_host: Str::from(&*member.client_host),
                subscribed_topic_names: member.topics.iter().map(|t| Str::from(&**t)).collect(),
                assignment: describe::Assignment { topic_partitions: partitions.collect() },
            }
        });
        Some(describe::DescribedGroup {
            group_id: Str::from(id),
            group_state: Str::from(group.state()),
            group_epoch: group.epoch,
            assignment_epoch: group.target_epoch,
            assignor_name: Str::from("simple"),
            members: members.collect(),
            ..Default::default()
        })
    }

    /// The partitions of a group whose offsets may be kept, by topic: its name and the partitions.
    ///
    /// # Errors
    /// `GROUP_ID_NOT_FOUND`.
    pub fn started(&self, id: &str) -> Result<BTreeMap<Uuid, (String, BTreeSet<i32>)>, ErrorCode> {
        self.groups.get(id).map(|group| group.started.clone()).ok_or(ErrorCode::GroupIdNotFound)
    }

    /// Checks that a group is there and has no members, as changes of its offsets need.
    ///
    /// # Errors
    /// `GROUP_ID_NOT_FOUND` or `NON_EMPTY_GROUP`.
    pub fn check_empty(&self, id: &str) -> Result<(), ErrorCode> {
        let group = self.groups.get(id).ok_or(ErrorCode::GroupIdNotFound)?;
        group.members.is_empty().then_some(()).ok_or(ErrorCode::NonEmptyGroup)
    }

    /// Notes partitions whose offsets are set without any member; creates the group.
    pub fn start(&mut self, id: &str, places: &[(Uuid, String, i32)]) -> Vec<Record> {
        let is_new = !self.groups.contains_key(id);
        let group = self.groups.entry(id.to_owned()).or_default();
        let mut records: Vec<Record> = is_new.then(|| group.record(id)).into_iter().collect();
        let mut changed = false;
        for (topic, name, partition) in places {
            let topic = group.started.entry(*topic).or_insert_with(|| (name.clone(), [].into()));
            changed |= topic.1.insert(*partition);
        }
        records.extend(changed.then(|| group.started_record(id)));
        records
    }

    /// Forgets topics of a group, whose offsets were deleted.
    pub fn forget(&mut self, id: &str, topics: &[Uuid]) -> Vec<Record> {
        let Some(group) = self.groups.get_mut(id) else { return Vec::new() };
        group.started.retain(|topic, _| !topics.contains(topic));
        vec![group.started_record(id)]
    }

    /// Deletes a group without members.
    ///
    /// # Errors
    /// As [`ShareGroups::check_empty`].
    pub fn delete(&mut self, id: &str) -> Result<Vec<Record>, ErrorCode> {
        self.check_empty(id)?;
        self.groups.remove(id);
        let group_id = Str::from(id);
        Ok(vec![
            tombstone(
                STARTED,
                &started::ShareGroupStatePartitionMetadataKey { group_id: group_id.clone() },
            ),
            tombstone(
                TARGET,
                &target_epoch::ShareGroupTargetAssignmentMetadataKey { group_id: group_id.clone() },
            ),
            tombstone(GROUP, &group_record::ShareGroupMetadataKey { group_id }),
        ])
    }
}

impl Group {
    fn load_member(
        &mut self,
        kind: i16,
        id: String,
        version: i16,
        mut value: Reader,
        gone: bool,
    ) -> Option<()> {
        if gone {
            // a member leaves with all its records
            self.members.remove(&id);
            return Some(());
        }
        let member = self.members.entry(id).or_default();
        match kind {
            MEMBER => {
                type Value = metadata::ShareGroupMemberMetadataValue;
                let value = Value::decode(&mut value, version).ok()?;
                member.rack = value.rack_id.map(|rack| rack.to_string());
                member.client_id = value.client_id.to_string();
                member.client_host = value.client_host.to_string();
                member.topics = value.subscribed_topic_names.iter().map(Str::to_string).collect();
            }
            TARGET_MEMBER => {
                type Value = target::ShareGroupTargetAssignmentMemberValue;
                let value = Value::decode(&mut value, version).ok()?;
                let topics = value.topic_partitions.into_iter();
                member.target = topics.map(|t| (t.topic_id, t.partitions)).collect();
            }
            CURRENT => {
                type Value = current::ShareGroupCurrentMemberAssignmentValue;
                let value = Value::decode(&mut value, version).ok()?;
                member.epoch = value.member_epoch;
                member.previous_epoch = value.previous_member_epoch;
                let topics = value.assigned_partitions.into_iter();
                member.assigned = topics.map(|t| (t.topic_id, t.partitions)).collect();
            }
            _ => return None,
        }
        Some(())
    }

    fn state(&self) -> &'static str {
        match self.members.is_empty() {
            true => "Empty",
            false => "Stable",
        }
    }

    fn check_epoch(&self, id: &str, member_id: &str, epoch: i32) -> Result<(), Refused> {
        let member = self
            .members
            .get(member_id)
            .ok_or_else(|| Refused(ErrorCode::UnknownMemberId, unknown_member(member_id, id)))?;
        // the answer to the last heartbeat may have been lost
        if epoch == member.epoch || epoch == member.previous_epoch {
            return Ok(());
        }
        let side = if epoch > member.epoch { "greater" } else { "smaller" };
        let why = format!(
            "The share group member has a {side} member epoch ({epoch}) than the one known by the \
             group coordinator ({}). The member must abandon all its partitions and rejoin.",
            member.epoch
        );
        Err(Refused(ErrorCode::FencedMemberEpoch, why))
    }

    /// A member joins or goes on.
    fn keep(
        &mut self,
        now_ms: i64,
        heartbeat: &Heartbeat,
        config: &GroupsConfig,
        topics: Topics<'_>,
    ) -> (Vec<Record>, ShareGroupHeartbeatResponse) {
        let request = &heartbeat.request;
        let (id, member_id) = (&*request.group_id, &*request.member_id);
        let is_new = !self.members.contains_key(member_id);
        let member = self.members.entry(member_id.to_owned()).or_default();
        member.deadline_ms = now_ms.saturating_add(i64::from(config.session_timeout_ms));
        let before = (member.rack.clone(), member.topics.clone(), member.client_host.clone());
        if let Some(names) = &request.subscribed_topic_names {
            member.topics = names.iter().map(Str::to_string).collect();
        }
        if let Some(rack) = &request.rack_id {
            member.rack = Some(rack.to_string());
        }
        member.client_id.clone_from(&heartbeat.client_id);
        member.client_host.clone_from(&heartbeat.client_host);
        let mut records = Vec::new();
        if is_new
            || before != (member.rack.clone(), member.topics.clone(), member.client_host.clone())
        {
            records.push(member.record(id, member_id));
        }
        let subscribed = is_new || before.1 != member.topics;
        if subscribed || self.hash(topics) != self.topics_hash {
            records.append(&mut self.reassign(id, now_ms, topics));
        }
        let epoch = self.epoch;
        let mut response = ShareGroupHeartbeatResponse {
            member_id: Some(request.member_id.clone()),
            heartbeat_interval_ms: config.heartbeat_interval_ms,
            ..Default::default()
        };
        if let Some(member) = self.members.get_mut(member_id) {
            let mut news = request.member_epoch == JOINS || request.member_epoch != member.epoch;
            if member.epoch != epoch {
                member.previous_epoch = std::mem::replace(&mut member.epoch, epoch);
                news |= member.assigned != member.target;
                member.assigned.clone_from(&member.target);
                records.push(member.current_record(id, member_id));
            }
            response.member_epoch = member.epoch;
            if news || request.subscribed_topic_names.is_some() {
                let topic_partitions = member.assigned.iter().map(|(topic, partitions)| {
                    heartbeat::TopicPartitions { topic_id: *topic, partitions: partitions.clone() }
                });
                let topic_partitions = topic_partitions.collect();
                response.assignment = Some(heartbeat::Assignment { topic_partitions });
            }
        }
        (records, response)
    }

    /// Removes members that are there.
    fn remove(
        &mut self,
        id: &str,
        members: &[String],
        now_ms: i64,
        topics: Topics<'_>,
    ) -> Vec<Record> {
        let mut records = Vec::new();
        for member_id in members {
            self.members.remove(member_id);
            let (group_id, member_id) = (Str::from(id), Str::from(&**member_id));
            records.push(tombstone(
                CURRENT,
                &current::ShareGroupCurrentMemberAssignmentKey {
                    group_id: group_id.clone(),
                    member_id: member_id.clone(),
                },
            ));
            records.push(tombstone(
                TARGET_MEMBER,
                &target::ShareGroupTargetAssignmentMemberKey {
                    group_id: group_id.clone(),
                    member_id: member_id.clone(),
                },
            ));
            records.push(tombstone(
                MEMBER,
                &metadata::ShareGroupMemberMetadataKey { group_id, member_id },
            ));
        }
        records.append(&mut self.reassign(id, now_ms, topics));
        records
    }

    /// A new epoch with a new target for everybody.
    fn reassign(&mut self, id: &str, now_ms: i64, topics: Topics<'_>) -> Vec<Record> {
        self.epoch = self.epoch.saturating_add(1);
        self.topics_hash = self.hash(topics);
        let mut records = vec![self.record(id)];
        let wants = self.members.iter().map(|(id, member)| (&**id, &member.topics)).collect();
        let mut targets = assign(&wants, topics);
        let mut fresh = false;
        for (name, (topic, partitions)) in self.known(topics) {
            let (_, had) = self.started.entry(topic).or_insert_with(|| (name, BTreeSet::new()));
            let before = had.len();
            had.extend(0..partitions);
            fresh |= had.len() > before;
        }
        records.extend(fresh.then(|| self.started_record(id)));
        for (member_id, member) in &mut self.members {
            let target = targets.remove(member_id).unwrap_or_default();
            if member.target != target {
                member.target = target;
                records.push(member.target_record(id, member_id));
            }
        }
        self.target_epoch = self.epoch;
        let key = target_epoch::ShareGroupTargetAssignmentMetadataKey { group_id: Str::from(id) };
        let value = target_epoch::ShareGroupTargetAssignmentMetadataValue {
            assignment_epoch: self.target_epoch,
            assignment_timestamp: now_ms,
        };
        records.push(record(TARGET, &key, &value));
        records
    }

    /// The topics that somebody reads and that exist, by name.
    fn known(&self, topics: Topics<'_>) -> BTreeMap<String, (Uuid, i32)> {
        let names = self.members.values().flat_map(|member| &member.topics);
        names.filter_map(|name| Some((name.clone(), topics(name)?))).collect()
    }

    /// FNV-1a over the topics that the members read: a change shows in it.
    fn hash(&self, topics: Topics<'_>) -> i64 {
        let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
        let mut take = |bytes: &[u8]| {
            for byte in bytes {
                hash = (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
            }
        };
        for (name, (topic, partitions)) in self.known(topics) {
            take(name.as_bytes());
            take(topic.as_bytes());
            take(&partitions.to_be_bytes());
        }
        i64::from_be_bytes(hash.to_be_bytes())
    }

    fn record(&self, id: &str) -> Record {
        let key = group_record::ShareGroupMetadataKey { group_id: Str::from(id) };
        let value = group_record::ShareGroupMetadataValue {
            epoch: self.epoch,
            metadata_hash: self.topics_hash,
        };
        record(GROUP, &key, &value)
    }

    fn started_record(&self, id: &str) -> Record {
        let topics =
            self.started.iter().map(|(topic, (name, partitions))| started::TopicPartitionsInfo {
                topic_id: *topic,
                topic_name: Str::from(&**name),
                partitions: partitions.iter().copied().collect(),
            });
        let key = started::ShareGroupStatePartitionMetadataKey { group_id: Str::from(id) };
        let value = started::ShareGroupStatePartitionMetadataValue {
            initialized_topics: topics.collect(),
            ..Default::default()
        };
        record(STARTED, &key, &value)
    }
}

impl Member {
    fn record(&self, group: &str, id: &str) -> Record {
        let key = metadata::ShareGroupMemberMetadataKey {
            group_id: Str::from(group),
            member_id: Str::from(id),
        };
        let value = metadata::ShareGroupMemberMetadataValue {
            rack_id: self.rack.as_deref().map(Str::from),
            client_id: Str::from(&*self.client_id),
            client_host: Str::from(&*self.client_host),
            subscribed_topic_names: self.topics.iter().map(|name| Str::from(&**name)).collect(),
        };
        record(MEMBER, &key, &value)
    }

    fn target_record(&self, group: &str, id: &str) -> Record {
        let key = target::ShareGroupTargetAssignmentMemberKey {
            group_id: Str::from(group),
            member_id: Str::from(id),
        };
        let topics = self.target.iter().map(|(topic, partitions)| target::TopicPartition {
            topic_id: *topic,
            partitions: partitions.clone(),
        });
        let value =
            target::ShareGroupTargetAssignmentMemberValue { topic_partitions: topics.collect() };
        record(TARGET_MEMBER, &key, &value)
    }

    fn current_record(&self, group: &str, id: &str) -> Record {
        let key = current::ShareGroupCurrentMemberAssignmentKey {
            group_id: Str::from(group),
            member_id: Str::from(id),
        };
        let topics = self.assigned.iter().map(|(topic, partitions)| current::TopicPartitions {
            topic_id: *topic,
            partitions: partitions.clone(),
        });
        let value = current::ShareGroupCurrentMemberAssignmentValue {
            member_epoch: self.epoch,
            previous_member_epoch: self.previous_epoch,
            state: STABLE,
            assigned_partitions: topics.collect(),
        };
        record(CURRENT, &key, &value)
    }
}

fn unknown_member(member: &str, group: &str) -> String {
    format!("Member {member} is not a member of group {group}.")
}

/// Why a heartbeat makes no sense whatever the state of its group.
fn validate(request: &ShareGroupHeartbeatRequest) -> Result<(), Refused> {
    let invalid = |why: &str| Err(Refused(ErrorCode::InvalidRequest, why.to_owned()));
    if request.group_id.trim().is_empty() {
        return invalid("GroupId can't be empty.");
    }
    if request.group_id.len() > MAX_NAME_BYTES || request.member_id.len() > MAX_NAME_BYTES {
        return invalid("the group's or the member's id is too long");
    }
    if request.member_id.trim().is_empty() {
        return invalid("MemberId can't be empty.");
    }
    if request.member_epoch < LEAVES {
        return invalid("MemberEpoch is invalid.");
    }
    if request.rack_id.as_deref().is_some_and(|rack| rack.trim().is_empty()) {
        return invalid("RackId can't be empty.");
    }
    let names = request.subscribed_topic_names.as_deref().unwrap_or_default();
    if request.member_epoch == JOINS && names.is_empty() {
        return invalid("SubscribedTopicNames must be set in first request.");
    }
    Ok(())
}
