//! Rebuilding the state from the log when this node becomes the partition's leader.

use super::Coordinator;
use crate::api::Effect;
use crate::consumer::{Hosted, State};
use crate::group::{Group, GroupState};
use crate::member::Member;
use crate::records::{parse_key, GroupValue, Key, OffsetValue, RecordError};

impl Coordinator {
    /// Takes one record of a transaction of `producer_id`, in log order, before any request: it
    /// counts when [`Coordinator::load_marker`] brings a commit.
    ///
    /// # Errors
    /// As [`Coordinator::load`].
    pub fn load_open(
        &mut self,
        producer_id: i64,
        key: &[u8],
        value: Option<&[u8]>,
    ) -> Result<(), RecordError> {
        if let (Key::Offset { group, topic, partition }, Some(value)) = (parse_key(key)?, value) {
            let value = OffsetValue::parse(value)?;
            self.keep_open(producer_id, &group, (topic, partition), value);
        }
        Ok(())
    }

    /// Takes one record of the log, in log order, before any request. Later records replace
    /// earlier ones with the same key.
    ///
    /// # Errors
    /// [`RecordError`]: the record is none of ours; the state is as before, loading can go on.
    pub fn load(&mut self, key: &[u8], value: Option<&[u8]>) -> Result<(), RecordError> {
        match parse_key(key)? {
            Key::Offset { group: id, topic, partition } => {
                let value = value.map(OffsetValue::parse).transpose()?;
                let place = (topic, partition);
                match value {
                    Some(_) => self.supersede(&id, &place, u64::MAX),
                    None => self.forget_open(&id, &place),
                }
                if let Some(value) = value {
                    let group = self.groups.entry(id).or_insert_with_key(|id| Group::new(id, -1));
                    group.offsets.set(&place.0, partition, value);
                } else if let Some(group) = self.groups.get_mut(&id) {
                    group.offsets.remove(&place.0, partition);
                    self.drop_if_void(&id);
                }
            }
            Key::Group { group: id } => match value {
                Some(value) => {
                    let value = GroupValue::parse(value)?;
                    let group = self.groups.entry(id).or_insert_with_key(|id| Group::new(id, -1));
                    group.restore(value);
                }
                None => {
                    if let Some(group) = self.groups.get_mut(&id) {
                        group.restore(GroupValue { state_timestamp_ms: -1, ..Default::default() });
                        self.drop_if_void(&id);
                    }
                }
            },
            Key::Consumers(entry) => {
                let id = entry.group.clone();
                if value.is_some() {
                    self.groups.entry(id.clone()).or_insert_with_key(|id| Group::new(id, -1));
                }
                let Some(group) = self.groups.get_mut(&id) else { return Ok(()) };
                let hosted =
                    group.consumer.get_or_insert_with(|| Box::new(Hosted::new(State::default())));
                hosted.load(entry, value)?;
                if group.consumer.as_ref().is_some_and(|hosted| hosted.state.is_void()) {
                    group.consumer = None;
                    self.drop_if_void(&id);
                }
            }
            Key::Streams(entry) => {
                let id = entry.group.clone();
                if value.is_some() {
                    self.groups.entry(id.clone()).or_insert_with_key(|id| Group::new(id, -1));
                }
                let Some(group) = self.groups.get_mut(&id) else { return Ok(()) };
                group.streams.get_or_insert_default().load(entry, value)?;
                if group.streams.take_if(|hosted| hosted.state.is_void()).is_some() {
                    self.drop_if_void(&id);
                }
            }
            Key::Other(_) => {}
        }
        Ok(())
    }

    /// Forgets a group of which the log holds nothing any more.
    fn drop_if_void(&mut self, id: &str) {
        let void = |group: &Group| {
            group.offsets.is_empty()
                && group.members.is_empty()
                && group.protocol_type.is_none()
                && group.consumer.is_none()
                && group.streams.is_none()
        };
        if self.groups.get(id).is_some_and(void) {
            self.groups.remove(id);
        }
    }

    /// All records are in: members get a fresh session, since this node has not heard of any yet.
    pub fn loaded(&mut self, now_ms: i64) -> Vec<Effect> {
        let limit = self.context.config.max_group_members;
        let ids: Vec<String> = self.groups.keys().cloned().collect();
        for id in ids {
            if let Some(group) = self.groups.get_mut(&id) {
                for member in group.members.values_mut() {
                    member.heard_of(now_ms);
                }
                if let Some(hosted) = &mut group.consumer {
                    hosted.start_timers(self.context.view(&id, now_ms));
                }
                if let Some(hosted) = &mut group.streams {
                    hosted.start_timers(self.context.view(&id, now_ms));
                }
                // The limit was lowered: those who come back last find no room.
                if group.members.len() > limit {
                    group.rebalance(&mut self.context, now_ms);
                }
            }
            self.schedule(&id);
        }
        std::mem::take(&mut self.context.effects)
    }
}

impl Group {
    fn restore(&mut self, value: GroupValue) {
        let protocol = value.protocol.as_deref();
        self.members.clear();
        self.instances.clear();
        for member in value.members {
            let member = Member::from_value(member, protocol);
            if let Some(instance_id) = &member.instance_id {
                self.instances.insert(instance_id.clone(), member.id.clone());
            }
            self.members.insert(member.id.clone(), member);
        }
        self.generation = value.generation;
        self.protocol_type = Some(value.protocol_type).filter(|name| !name.is_empty());
        self.protocol = value.protocol;
        self.leader = value.leader;
        self.state_since_ms = value.state_timestamp_ms;
        self.state = match self.members.is_empty() {
            true => GroupState::Empty,
            false => GroupState::Stable,
        };
    }
}
