// Written by generate.py from Kafka's message descriptions; do not edit.
//! `streams_group_current_member_assignment_record`: [`StreamsGroupCurrentMemberAssignmentKey`] and [`StreamsGroupCurrentMemberAssignmentValue`].
#![allow(missing_docs)]

use crate::message::Message;
use crate::writer::{TaggedFields, Writer};
use crate::{DecodeError, EncodeError, Reader, Str};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct StreamsGroupCurrentMemberAssignmentKey {
    pub group_id: Str,
    pub member_id: Str,
}

impl StreamsGroupCurrentMemberAssignmentKey {
    pub const MIN_VERSION: i16 = 0;
    pub const MAX_VERSION: i16 = 0;
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(DecodeError::Version {
                message: "StreamsGroupCurrentMemberAssignmentKey",
                version,
            });
        }
        let group_id = buf.string(false)?;
        let member_id = buf.string(false)?;
        Ok(Self { group_id, member_id })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(EncodeError::Version {
                message: "StreamsGroupCurrentMemberAssignmentKey",
                version,
            });
        }
        out.string(&self.group_id, false)?;
        out.string(&self.member_id, false)?;
        Ok(())
    }
}
impl Message for StreamsGroupCurrentMemberAssignmentKey {
    const NAME: &'static str = "StreamsGroupCurrentMemberAssignmentKey";
    const MIN_VERSION: i16 = Self::MIN_VERSION;
    const MAX_VERSION: i16 = Self::MAX_VERSION;
    fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        Self::decode(buf, version)
    }
    fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        self.encode(out, version)
    }
}
#[derive(Clone, Debug, Default, PartialEq)]
pub struct StreamsGroupCurrentMemberAssignmentValue {
    pub member_epoch: i32,
    pub previous_member_epoch: i32,
    pub state: i8,
    pub active_tasks: Vec<TaskIds>,
    pub standby_tasks: Vec<TaskIds>,
    pub warmup_tasks: Vec<TaskIds>,
    pub active_tasks_pending_revocation: Vec<TaskIds>,
    pub standby_tasks_pending_revocation: Vec<TaskIds>,
    pub warmup_tasks_pending_revocation: Vec<TaskIds>,
}

impl StreamsGroupCurrentMemberAssignmentValue {
    pub const MIN_VERSION: i16 = 0;
    pub const MAX_VERSION: i16 = 0;
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(DecodeError::Version {
                message: "StreamsGroupCurrentMemberAssignmentValue",
                version,
            });
        }
        let member_epoch = buf.i32()?;
        let previous_member_epoch = buf.i32()?;
        let state = buf.i8()?;
        let active_tasks = buf.array(true, 3, |buf| TaskIds::decode(buf, version))?;
        let standby_tasks = buf.array(true, 3, |buf| TaskIds::decode(buf, version))?;
        let warmup_tasks = buf.array(true, 3, |buf| TaskIds::decode(buf, version))?;
        let active_tasks_pending_revocation =
            buf.array(true, 3, |buf| TaskIds::decode(buf, version))?;
        let standby_tasks_pending_revocation =
            buf.array(true, 3, |buf| TaskIds::decode(buf, version))?;
        let warmup_tasks_pending_revocation =
            buf.array(true, 3, |buf| TaskIds::decode(buf, version))?;
        buf.skip_tagged_fields()?;
        Ok(Self {
            member_epoch,
            previous_member_epoch,
            state,
            active_tasks,
            standby_tasks,
            warmup_tasks,
            active_tasks_pending_revocation,
            standby_tasks_pending_revocation,
            warmup_tasks_pending_revocation,
        })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(EncodeError::Version {
                message: "StreamsGroupCurrentMemberAssignmentValue",
                version,
            });
        }
        out.i32(self.member_epoch);
        out.i32(self.previous_member_epoch);
        out.i8(self.state);
        out.array(&self.active_tasks, true, |out, value| value.encode(out, version))?;
        out.array(&self.standby_tasks, true, |out, value| value.encode(out, version))?;
        out.array(&self.warmup_tasks, true, |out, value| value.encode(out, version))?;
        out.array(&self.active_tasks_pending_revocation, true, |out, value| {
            value.encode(out, version)
        })?;
        out.array(&self.standby_tasks_pending_revocation, true, |out, value| {
            value.encode(out, version)
        })?;
        out.array(&self.warmup_tasks_pending_revocation, true, |out, value| {
            value.encode(out, version)
        })?;
        out.no_tagged_fields();
        Ok(())
    }
}
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TaskIds {
    pub subtopology_id: Str,
    pub partitions: Vec<i32>,
    pub assignment_epochs: Option<Vec<i32>>,
}

impl TaskIds {
    pub fn decode(buf: &mut Reader, _version: i16) -> Result<Self, DecodeError> {
        let subtopology_id = buf.string(true)?;
        let partitions = buf.array(true, 4, |buf| buf.i32())?;
        let mut assignment_epochs = None;
        buf.tagged_fields(|tag, buf| {
            match tag {
                0 => {
                    assignment_epochs = buf.nullable_array(true, 4, |buf| buf.i32())?;
                }
                _ => return Ok(false),
            }
            Ok(true)
        })?;
        Ok(Self { subtopology_id, partitions, assignment_epochs })
    }

    pub fn encode(&self, out: &mut Writer, _version: i16) -> Result<(), EncodeError> {
        out.string(&self.subtopology_id, true)?;
        out.array(&self.partitions, true, |out, value| {
            out.i32(*value);
            Ok(())
        })?;
        let mut tags = TaggedFields::default();
        if self.assignment_epochs.is_some() {
            tags.put(0, |out| {
                out.nullable_array(self.assignment_epochs.as_deref(), true, |out, value| {
                    out.i32(*value);
                    Ok(())
                })?;
                Ok(())
            })?;
        }
        out.tagged_fields(tags);
        Ok(())
    }
}
impl Message for StreamsGroupCurrentMemberAssignmentValue {
    const NAME: &'static str = "StreamsGroupCurrentMemberAssignmentValue";
    const MIN_VERSION: i16 = Self::MIN_VERSION;
    const MAX_VERSION: i16 = Self::MAX_VERSION;
    fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        Self::decode(buf, version)
    }
    fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        self.encode(out, version)
    }
}
