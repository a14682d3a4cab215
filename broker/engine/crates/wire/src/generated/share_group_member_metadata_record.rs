// Written by generate.py from Kafka's message descriptions; do not edit.
//! `share_group_member_metadata_record`: [`ShareGroupMemberMetadataKey`] and [`ShareGroupMemberMetadataValue`].
#![allow(missing_docs)]

use crate::message::Message;
use crate::writer::Writer;
use crate::{DecodeError, EncodeError, Reader, Str};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct ShareGroupMemberMetadataKey {
    pub group_id: Str,
    pub member_id: Str,
}

impl ShareGroupMemberMetadataKey {
    pub const MIN_VERSION: i16 = 0;
    pub const MAX_VERSION: i16 = 0;
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(DecodeError::Version { message: "ShareGroupMemberMetadataKey", version });
        }
        let group_id = buf.string(false)?;
        let member_id = buf.string(false)?;
        Ok(Self { group_id, member_id })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(EncodeError::Version { message: "ShareGroupMemberMetadataKey", version });
        }
        out.string(&self.group_id, false)?;
        out.string(&self.member_id, false)?;
        Ok(())
    }
}
impl Message for ShareGroupMemberMetadataKey {
    const NAME: &'static str = "ShareGroupMemberMetadataKey";
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
pub struct ShareGroupMemberMetadataValue {
    pub rack_id: Option<Str>,
    pub client_id: Str,
    pub client_host: Str,
    pub subscribed_topic_names: Vec<Str>,
}

impl ShareGroupMemberMetadataValue {
    pub const MIN_VERSION: i16 = 0;
    pub const MAX_VERSION: i16 = 0;
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(DecodeError::Version { message: "ShareGroupMemberMetadataValue", version });
        }
        let rack_id = buf.nullable_string(true)?;
        let client_id = buf.string(true)?;
        let client_host = buf.string(true)?;
        let subscribed_topic_names = buf.array(true, 1, |buf| buf.string(true))?;
        buf.skip_tagged_fields()?;
        Ok(Self { rack_id, client_id, client_host, subscribed_topic_names })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(EncodeError::Version { message: "ShareGroupMemberMetadataValue", version });
        }
        out.nullable_string(self.rack_id.as_deref(), true)?;
        out.string(&self.client_id, true)?;
        out.string(&self.client_host, true)?;
        out.array(&self.subscribed_topic_names, true, |out, value| out.string(value, true))?;
        out.no_tagged_fields();
        Ok(())
    }
}
impl Message for ShareGroupMemberMetadataValue {
    const NAME: &'static str = "ShareGroupMemberMetadataValue";
    const MIN_VERSION: i16 = Self::MIN_VERSION;
    const MAX_VERSION: i16 = Self::MAX_VERSION;
    fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        Self::decode(buf, version)
    }
    fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        self.encode(out, version)
    }
}
