// Written by generate.py from Kafka's message descriptions; do not edit.
//! `streams_group_target_assignment_member_record`: [`StreamsGroupTargetAssignmentMemberKey`] and [`StreamsGroupTargetAssignmentMemberValue`].
#![allow(missing_docs)]

use crate::message::Message;
use crate::writer::Writer;
use crate::{DecodeError, EncodeError, Reader, Str};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct StreamsGroupTargetAssignmentMemberKey {
    pub group_id: Str,
    pub member_id: Str,
}

impl StreamsGroupTargetAssignmentMemberKey {
    pub const MIN_VERSION: i16 = 0;
    pub const MAX_VERSION: i16 = 0;
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(DecodeError::Version {
                message: "StreamsGroupTargetAssignmentMemberKey",
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
                message: "StreamsGroupTargetAssignmentMemberKey",
                version,
            });
        }
        out.string(&self.group_id, false)?;
        out.string(&self.member_id, false)?;
        Ok(())
    }
}
impl Message for StreamsGroupTargetAssignmentMemberKey {
    const NAME: &'static str = "StreamsGroupTargetAssignmentMemberKey";
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
pub struct StreamsGroupTargetAssignmentMemberValue {
    pub active_tasks: Vec<TaskIds>,
    pub standby_tasks: Vec<TaskIds>,
    pub warmup_tasks: Vec<TaskIds>,
}

impl StreamsGroupTargetAssignmentMemberValue {
    pub const MIN_VERSION: i16 = 0;
    pub const MAX_VERSION: i16 = 0;
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(DecodeError::Version {
                message: "StreamsGroupTargetAssignmentMemberValue",
                version,
            });
        }
        let active_tasks = buf.array(true, 3, |buf| TaskIds::decode(buf, version))?;
        let standby_tasks = buf.array(true, 3, |buf| TaskIds::decode(buf, version))?;
        let warmup_tasks = buf.array(true, 3, |buf| TaskIds::decode(buf, version))?;
        buf.skip_tagged_fields()?;
        Ok(Self { active_tasks, standby_tasks, warmup_tasks })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(EncodeError::Version {
                message: "StreamsGroupTargetAssignmentMemberValue",
                version,
            });
        }
        out.array(&self.active_tasks, true, |out, value| value.encode(out, version))?;
        out.array(&self.standby_tasks, true, |out, value| value.encode(out, version))?;
        out.array(&self.warmup_tasks, true, |out, value| value.encode(out, version))?;
        out.no_tagged_fields();
        Ok(())
    }
}
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TaskIds {
    pub subtopology_id: Str,
    pub partitions: Vec<i32>,
}

impl TaskIds {
    pub fn decode(buf: &mut Reader, _version: i16) -> Result<Self, DecodeError> {
        let subtopology_id = buf.string(true)?;
        let partitions = buf.array(true, 4, |buf| buf.i32())?;
        buf.skip_tagged_fields()?;
        Ok(Self { subtopology_id, partitions })
    }

    pub fn encode(&self, out: &mut Writer, _version: i16) -> Result<(), EncodeError> {
        out.string(&self.subtopology_id, true)?;
        out.array(&self.partitions, true, |out, value| {
            out.i32(*value);
            Ok(())
        })?;
        out.no_tagged_fields();
        Ok(())
    }
}
impl Message for StreamsGroupTargetAssignmentMemberValue {
    const NAME: &'static str = "StreamsGroupTargetAssignmentMemberValue";
    const MIN_VERSION: i16 = Self::MIN_VERSION;
    const MAX_VERSION: i16 = Self::MAX_VERSION;
    fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        Self::decode(buf, version)
    }
    fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        self.encode(out, version)
    }
}
