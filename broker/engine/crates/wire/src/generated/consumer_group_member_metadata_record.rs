// Written by generate.py from Kafka's message descriptions; do not edit.
//! `consumer_group_member_metadata_record`: [`ConsumerGroupMemberMetadataKey`] and [`ConsumerGroupMemberMetadataValue`].
#![allow(missing_docs)]

use crate::message::Message;
use crate::writer::{TaggedFields, Writer};
use crate::{DecodeError, EncodeError, Reader, Str};
use bytes::Bytes;

#[derive(Clone, Debug, Default, PartialEq)]
pub struct ConsumerGroupMemberMetadataKey {
    pub group_id: Str,
    pub member_id: Str,
}

impl ConsumerGroupMemberMetadataKey {
    pub const MIN_VERSION: i16 = 0;
    pub const MAX_VERSION: i16 = 0;
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(DecodeError::Version {
                message: "ConsumerGroupMemberMetadataKey",
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
                message: "ConsumerGroupMemberMetadataKey",
                version,
            });
        }
        out.string(&self.group_id, false)?;
        out.string(&self.member_id, false)?;
        Ok(())
    }
}
impl Message for ConsumerGroupMemberMetadataKey {
    const NAME: &'static str = "ConsumerGroupMemberMetadataKey";
    const MIN_VERSION: i16 = Self::MIN_VERSION;
    const MAX_VERSION: i16 = Self::MAX_VERSION;
    fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        Self::decode(buf, version)
    }
    fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        self.encode(out, version)
    }
}
#[derive(Clone, Debug, PartialEq)]
pub struct ConsumerGroupMemberMetadataValue {
    pub instance_id: Option<Str>,
    pub rack_id: Option<Str>,
    pub client_id: Str,
    pub client_host: Str,
    pub subscribed_topic_names: Vec<Str>,
    pub subscribed_topic_regex: Option<Str>,
    pub rebalance_timeout_ms: i32,
    pub server_assignor: Option<Str>,
    pub classic_member_metadata: Option<ClassicMemberMetadata>,
}

impl Default for ConsumerGroupMemberMetadataValue {
    fn default() -> Self {
        Self {
            instance_id: None,
            rack_id: None,
            client_id: Str::default(),
            client_host: Str::default(),
            subscribed_topic_names: Vec::new(),
            subscribed_topic_regex: None,
            rebalance_timeout_ms: -1,
            server_assignor: None,
            classic_member_metadata: None,
        }
    }
}

impl ConsumerGroupMemberMetadataValue {
    pub const MIN_VERSION: i16 = 0;
    pub const MAX_VERSION: i16 = 0;
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(DecodeError::Version {
                message: "ConsumerGroupMemberMetadataValue",
                version,
            });
        }
        let instance_id = buf.nullable_string(true)?;
        let rack_id = buf.nullable_string(true)?;
        let client_id = buf.string(true)?;
        let client_host = buf.string(true)?;
        let subscribed_topic_names = buf.array(true, 1, |buf| buf.string(true))?;
        let subscribed_topic_regex = buf.nullable_string(true)?;
        let rebalance_timeout_ms = buf.i32()?;
        let server_assignor = buf.nullable_string(true)?;
        let mut classic_member_metadata = None;
        buf.tagged_fields(|tag, buf| {
            match tag {
                0 => {
                    classic_member_metadata =
                        buf.nullable_struct(|buf| ClassicMemberMetadata::decode(buf, version))?;
                }
                _ => return Ok(false),
            }
            Ok(true)
        })?;
        Ok(Self {
            instance_id,
            rack_id,
            client_id,
            client_host,
            subscribed_topic_names,
            subscribed_topic_regex,
            rebalance_timeout_ms,
            server_assignor,
            classic_member_metadata,
        })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(EncodeError::Version {
                message: "ConsumerGroupMemberMetadataValue",
                version,
            });
        }
        out.nullable_string(self.instance_id.as_deref(), true)?;
        out.nullable_string(self.rack_id.as_deref(), true)?;
        out.string(&self.client_id, true)?;
        out.string(&self.client_host, true)?;
        out.array(&self.subscribed_topic_names, true, |out, value| out.string(value, true))?;
        out.nullable_string(self.subscribed_topic_regex.as_deref(), true)?;
        out.i32(self.rebalance_timeout_ms);
        out.nullable_string(self.server_assignor.as_deref(), true)?;
        let mut tags = TaggedFields::default();
        if self.classic_member_metadata.is_some() {
            tags.put(0, |out| {
                out.nullable_struct(self.classic_member_metadata.as_ref(), |out, value| {
                    value.encode(out, version)
                })?;
                Ok(())
            })?;
        }
        out.tagged_fields(tags);
        Ok(())
    }
}
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ClassicMemberMetadata {
    pub session_timeout_ms: i32,
    pub supported_protocols: Vec<ClassicProtocol>,
}

impl ClassicMemberMetadata {
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let session_timeout_ms = buf.i32()?;
        let supported_protocols =
            buf.array(true, 3, |buf| ClassicProtocol::decode(buf, version))?;
        buf.skip_tagged_fields()?;
        Ok(Self { session_timeout_ms, supported_protocols })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        out.i32(self.session_timeout_ms);
        out.array(&self.supported_protocols, true, |out, value| value.encode(out, version))?;
        out.no_tagged_fields();
        Ok(())
    }
}
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ClassicProtocol {
    pub name: Str,
    pub metadata: Bytes,
}

impl ClassicProtocol {
    pub fn decode(buf: &mut Reader, _version: i16) -> Result<Self, DecodeError> {
        let name = buf.string(true)?;
        let metadata = buf.bytes(true)?;
        buf.skip_tagged_fields()?;
        Ok(Self { name, metadata })
    }

    pub fn encode(&self, out: &mut Writer, _version: i16) -> Result<(), EncodeError> {
        out.string(&self.name, true)?;
        out.bytes(&self.metadata, true)?;
        out.no_tagged_fields();
        Ok(())
    }
}
impl Message for ConsumerGroupMemberMetadataValue {
    const NAME: &'static str = "ConsumerGroupMemberMetadataValue";
    const MIN_VERSION: i16 = Self::MIN_VERSION;
    const MAX_VERSION: i16 = Self::MAX_VERSION;
    fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        Self::decode(buf, version)
    }
    fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        self.encode(out, version)
    }
}
