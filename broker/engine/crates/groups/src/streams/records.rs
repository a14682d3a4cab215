//! A streams group in `__consumer_offsets`: what changed as records, and back.

use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::Bytes;
use headrace_wire::messages::streams_group_current_member_assignment_record::TaskIds as HeldIds;
use headrace_wire::messages::streams_group_member_metadata_record::{Endpoint, KeyValue};
use headrace_wire::messages::streams_group_metadata_record::LastAssignmentConfig;
use headrace_wire::messages::streams_group_target_assignment_member_record::TaskIds as TargetIds;
use headrace_wire::messages::{
    StreamsGroupCurrentMemberAssignmentKey, StreamsGroupCurrentMemberAssignmentValue,
    StreamsGroupMemberMetadataKey, StreamsGroupMemberMetadataValue, StreamsGroupMetadataKey,
    StreamsGroupMetadataValue, StreamsGroupTargetAssignmentMemberKey,
    StreamsGroupTargetAssignmentMemberValue, StreamsGroupTargetAssignmentMetadataKey,
    StreamsGroupTargetAssignmentMetadataValue, StreamsGroupTopologyKey, StreamsGroupTopologyValue,
};
use headrace_wire::Str;

use super::member::{Current, Member, MemberState, Profile};
use super::tasks::{Dated, Held, TaskIds, Tasks};
use super::State;
use crate::consumer::records::{bytes, delete, message, put, VALUE_VERSION};
use crate::records::{Record, RecordError};

const GROUP: i16 = 17;
const MEMBER: i16 = 19;
const TARGETS: i16 = 20;
const TARGET: i16 = 21;
const CURRENT: i16 = 22;
const TOPOLOGY: i16 = 23;

/// The keys of one group's records.
struct Keys<'a>(&'a str);

impl Keys<'_> {
    fn group(&self) -> Bytes {
        bytes(GROUP, &StreamsGroupMetadataKey { group_id: self.0.into() })
    }

    fn topology(&self) -> Bytes {
        bytes(TOPOLOGY, &StreamsGroupTopologyKey { group_id: self.0.into() })
    }

    fn targets(&self) -> Bytes {
        bytes(TARGETS, &StreamsGroupTargetAssignmentMetadataKey { group_id: self.0.into() })
    }

    fn member(&self, id: &str) -> Bytes {
        let (group_id, member_id) = (self.0.into(), id.into());
        bytes(MEMBER, &StreamsGroupMemberMetadataKey { group_id, member_id })
    }

    fn target(&self, id: &str) -> Bytes {
        let (group_id, member_id) = (self.0.into(), id.into());
        bytes(TARGET, &StreamsGroupTargetAssignmentMemberKey { group_id, member_id })
    }

    fn current(&self, id: &str) -> Bytes {
        let (group_id, member_id) = (self.0.into(), id.into());
        bytes(CURRENT, &StreamsGroupCurrentMemberAssignmentKey { group_id, member_id })
    }
}

impl State {
    /// Nothing of it is in the log.
    pub(crate) fn is_void(&self) -> bool {
        self.head.epoch == 0 && self.target_epoch == 0 && self.members.is_empty()
    }

    /// The records that lead from `self` to `next`.
    pub(crate) fn changes(&self, group: &str, next: &State) -> Vec<Record> {
        let keys = Keys(group);
        let mut records = Vec::new();
        for id in self.members.keys().filter(|id| !next.members.contains_key(*id)) {
            records.extend([delete(keys.current(id)), delete(keys.target(id))]);
            records.push(delete(keys.member(id)));
        }
        for (id, member) in &next.members {
            let before = self.members.get(id);
            if before.is_none_or(|before| before.profile != member.profile) {
                records.push(put(keys.member(id), &member.profile.to_value()));
            }
        }
        if let Some(topology) = next.topology.as_ref().filter(|_| self.topology != next.topology) {
            records.push(put(keys.topology(), &**topology));
        }
        if self.head != next.head && !next.is_void() {
            records.push(put(keys.group(), &next.head.to_value()));
        }
        for (id, target) in &next.targets {
            if self.targets.get(id) != Some(target) {
                records.push(put(keys.target(id), &target.to_value()));
            }
        }
        if self.target_epoch != next.target_epoch && !next.is_void() {
            let value = StreamsGroupTargetAssignmentMetadataValue {
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
            records.extend([delete(keys.targets()), delete(keys.topology())]);
            records.push(delete(keys.group()));
        }
        records
    }
}

/// A group's own record: what calls for new targets when it changes.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Head {
    pub(crate) epoch: i32,
    /// Of the topics that the application needs, to notice that they change.
    pub(crate) metadata_hash: i64,
    /// The topology that was found to fit the topics; -1 for none.
    pub(crate) validated_epoch: i32,
    /// Settings that the targets were made with.
    pub(crate) settings: BTreeMap<String, String>,
}

impl Default for Head {
    fn default() -> Self {
        Head { epoch: 0, metadata_hash: 0, validated_epoch: -1, settings: BTreeMap::new() }
    }
}

impl Head {
    fn to_value(&self) -> StreamsGroupMetadataValue {
        let config = |(key, value): (&String, &String)| LastAssignmentConfig {
            key: key.into(),
            value: value.into(),
        };
        StreamsGroupMetadataValue {
            epoch: self.epoch,
            metadata_hash: self.metadata_hash,
            validated_topology_epoch: self.validated_epoch,
            last_assignment_configs: Some(self.settings.iter().map(config).collect()),
        }
    }

    fn from_value(value: StreamsGroupMetadataValue) -> Self {
        let settings = value.last_assignment_configs.into_iter().flatten();
        Head {
            epoch: value.epoch,
            metadata_hash: value.metadata_hash,
            validated_epoch: value.validated_topology_epoch,
            settings: settings.map(|one| (one.key.to_string(), one.value.to_string())).collect(),
        }
    }
}

impl Profile {
    fn to_value(&self) -> StreamsGroupMemberMetadataValue {
        StreamsGroupMemberMetadataValue {
            instance_id: None,
            rack_id: self.rack_id.as_ref().map(Str::from),
            client_id: (&self.client_id).into(),
            client_host: (&self.client_host).into(),
            rebalance_timeout_ms: self.rebalance_timeout_ms,
            topology_epoch: self.topology_epoch,
            process_id: (&self.process_id).into(),
            user_endpoint: self
                .endpoint
                .as_ref()
                .map(|(host, port)| Endpoint { host: host.into(), port: *port }),
            client_tags: self
                .tags
                .iter()
                .map(|(key, value)| KeyValue { key: key.into(), value: value.into() })
                .collect(),
        }
    }

    fn from_value(value: StreamsGroupMemberMetadataValue) -> Self {
        let tags = value.client_tags.iter();
        Profile {
            rack_id: value.rack_id.map(|rack| rack.to_string()),
            client_id: value.client_id.to_string(),
            client_host: value.client_host.to_string(),
            rebalance_timeout_ms: value.rebalance_timeout_ms,
            topology_epoch: value.topology_epoch,
            process_id: value.process_id.to_string(),
            endpoint: value.user_endpoint.map(|at| (at.host.to_string(), at.port)),
            tags: tags.map(|tag| (tag.key.to_string(), tag.value.to_string())).collect(),
        }
    }
}

impl Tasks {
    fn to_value(&self) -> StreamsGroupTargetAssignmentMemberValue {
        let ids = |tasks: &TaskIds| -> Vec<TargetIds> {
            let each = tasks.iter().map(|(id, partitions)| TargetIds {
                subtopology_id: id.into(),
                partitions: partitions.iter().copied().collect(),
            });
            each.collect()
        };
        StreamsGroupTargetAssignmentMemberValue {
            active_tasks: ids(&self.active),
            standby_tasks: ids(&self.standby),
            warmup_tasks: Vec::new(),
        }
    }

    fn from_value(value: &StreamsGroupTargetAssignmentMemberValue) -> Self {
        let ids = |ids: &[TargetIds]| -> TaskIds {
            let each = ids.iter();
            each.map(|one| {
                (one.subtopology_id.to_string(), one.partitions.iter().copied().collect())
            })
            .collect()
        };
        Tasks { active: ids(&value.active_tasks), standby: ids(&value.standby_tasks) }
    }
}

impl Current {
    fn to_value(&self) -> StreamsGroupCurrentMemberAssignmentValue {
        StreamsGroupCurrentMemberAssignmentValue {
            member_epoch: self.epoch,
            previous_member_epoch: self.previous_epoch,
            state: self.state as i8,
            active_tasks: dated_value(&self.assigned.active),
            standby_tasks: ids_value(&self.assigned.standby),
            active_tasks_pending_revocation: dated_value(&self.revoking.active),
            standby_tasks_pending_revocation: ids_value(&self.revoking.standby),
            ..Default::default()
        }
    }

    fn from_value(value: &StreamsGroupCurrentMemberAssignmentValue) -> Self {
        let held = |active: &[HeldIds], standby: &[HeldIds]| Held {
            active: dated_from(active, value.member_epoch),
            standby: standby
                .iter()
                .map(|ids| {
                    (ids.subtopology_id.to_string(), ids.partitions.iter().copied().collect())
                })
                .collect(),
        };
        Current {
            epoch: value.member_epoch,
            previous_epoch: value.previous_member_epoch,
            state: MemberState::from_number(value.state),
            assigned: held(&value.active_tasks, &value.standby_tasks),
            revoking: held(
                &value.active_tasks_pending_revocation,
                &value.standby_tasks_pending_revocation,
            ),
        }
    }
}

fn dated_value(dated: &Dated) -> Vec<HeldIds> {
    let each = dated.iter().map(|(id, partitions)| HeldIds {
        subtopology_id: id.into(),
        partitions: partitions.keys().copied().collect(),
        assignment_epochs: Some(partitions.values().copied().collect()),
    });
    each.collect()
}

fn ids_value(ids: &TaskIds) -> Vec<HeldIds> {
    let each = ids.iter().map(|(id, partitions)| HeldIds {
        subtopology_id: id.into(),
        partitions: partitions.iter().copied().collect(),
        assignment_epochs: None,
    });
    each.collect()
}

/// Records of older releases have no epochs: the member's own is then the safe one.
fn dated_from(tasks: &[HeldIds], member_epoch: i32) -> Dated {
    let mut dated = Dated::new();
    for ids in tasks {
        let epochs = ids.assignment_epochs.iter().flatten().copied();
        let epochs = epochs.chain(std::iter::repeat(member_epoch));
        let partitions = ids.partitions.iter().copied().zip(epochs).collect();
        dated.insert(ids.subtopology_id.to_string(), partitions);
    }
    dated
}

/// What a record of a streams group is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    pub(crate) group: String,
    about: About,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum About {
    Group,
    Topology,
    Member(String),
    Targets,
    Target(String),
    Current(String),
}

/// Reads the rest of a key of this kind; none when it is of another kind of group.
pub(crate) fn parse_key(kind: i16, body: &[u8]) -> Result<Option<Entry>, RecordError> {
    let (group, about) = match kind {
        GROUP => (message::<StreamsGroupMetadataKey>(body, 0)?.group_id, About::Group),
        TOPOLOGY => (message::<StreamsGroupTopologyKey>(body, 0)?.group_id, About::Topology),
        TARGETS => {
            let key = message::<StreamsGroupTargetAssignmentMetadataKey>(body, 0)?;
            (key.group_id, About::Targets)
        }
        MEMBER => {
            let key = message::<StreamsGroupMemberMetadataKey>(body, 0)?;
            (key.group_id, About::Member(key.member_id.to_string()))
        }
        TARGET => {
            let key = message::<StreamsGroupTargetAssignmentMemberKey>(body, 0)?;
            (key.group_id, About::Target(key.member_id.to_string()))
        }
        CURRENT => {
            let key = message::<StreamsGroupCurrentMemberAssignmentKey>(body, 0)?;
            (key.group_id, About::Current(key.member_id.to_string()))
        }
        _ => return Ok(None),
    };
    Ok(Some(Entry { group: group.to_string(), about }))
}

impl State {
    /// Takes one record of the log. Compaction may put a member's records in any order.
    pub(crate) fn load(&mut self, entry: Entry, value: Option<&[u8]>) -> Result<(), RecordError> {
        let Some(value) = value else {
            self.unload(&entry);
            return Ok(());
        };
        let (version, body) = value.split_first_chunk().ok_or(RecordError::Truncated)?;
        let version = i16::from_be_bytes(*version);
        if version != VALUE_VERSION {
            return Err(RecordError::Version(version));
        }
        match entry.about {
            About::Group => {
                let value = message::<StreamsGroupMetadataValue>(body, version)?;
                self.head = Head::from_value(value);
            }
            About::Topology => {
                let value = message::<StreamsGroupTopologyValue>(body, version)?;
                self.topology = Some(Arc::new(value));
            }
            About::Member(id) => {
                let value = message::<StreamsGroupMemberMetadataValue>(body, version)?;
                self.member(id).profile = Profile::from_value(value);
            }
            About::Targets => {
                let value = message::<StreamsGroupTargetAssignmentMetadataValue>(body, version)?;
                self.target_epoch = value.assignment_epoch;
                self.target_ms = value.assignment_timestamp;
            }
            About::Target(id) => {
                let value = message::<StreamsGroupTargetAssignmentMemberValue>(body, version)?;
                self.targets.insert(id, Arc::new(Tasks::from_value(&value)));
            }
            About::Current(id) => {
                let value = message::<StreamsGroupCurrentMemberAssignmentValue>(body, version)?;
                self.member(id).current = Current::from_value(&value);
            }
        }
        Ok(())
    }

    fn unload(&mut self, entry: &Entry) {
        match &entry.about {
            About::Group => self.head = Head::default(),
            About::Topology => self.topology = None,
            About::Member(id) => {
                self.members.remove(id);
            }
            About::Targets => (self.target_epoch, self.target_ms) = (0, 0),
            About::Target(id) => {
                self.targets.remove(id);
            }
            About::Current(id) => {
                if self.members.contains_key(id) {
                    self.member(id.clone()).current = Current::default();
                }
            }
        }
    }

    fn member(&mut self, id: String) -> &mut Member {
        Arc::make_mut(self.members.entry(id).or_default())
    }
}
