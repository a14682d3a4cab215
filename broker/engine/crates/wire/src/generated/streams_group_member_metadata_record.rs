// Written by generate.py from Kafka's message descriptions; do not edit.
//! `streams_group_member_metadata_record`: [`StreamsGroupMemberMetadataKey`] and [`StreamsGroupMemberMetadataValue`].
#![allow(missing_docs)]

use crate::message::Message;
use crate::writer::Writer;
use crate::{DecodeError, EncodeError, Reader, Str};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct StreamsGroupMemberMetadataKey {
    pub group_id: Str,
    pub member_id: Str,
}

impl StreamsGroupMemberMetadataKey {
    pub const MIN_VERSION: i16 = 0;
    pub const MAX_VERSION: i16 = 0;
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(DecodeError::Version { message: "StreamsGroupMemberMetadataKey", version });
        }
        let group_id = buf.string(false)?;
        let member_id = buf.string(false)?;
        Ok(Self { group_id, member_id })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(EncodeError::Version { message: "StreamsGroupMemberMetadataKey", version });
        }
        out.string(&self.group_id, false)?;
        out.string(&self.member_id, false)?;
        Ok(())
    }
}
impl Message for StreamsGroupMemberMetadataKey {
    const NAME: &'static str = "StreamsGroupMemberMetadataKey";
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
pub struct StreamsGroupMemberMetadataValue {
    pub instance_id: Option<Str>,
    pub rack_id: Option<Str>,
    pub client_id: Str,
    pub client_host: Str,
    pub rebalance_timeout_ms: i32,
    pub topology_epoch: i32,
    pub process_id: Str,
    pub user_endpoint: Option<Endpoint>,
    pub client_tags: Vec<KeyValue>,
}

impl Default for StreamsGroupMemberMetadataValue {
    fn default() -> Self {
        Self {
            instance_id: None,
            rack_id: None,
            client_id: Str::default(),
            client_host: Str::default(),
            rebalance_timeout_ms: -1,
            topology_epoch: 0,
            process_id: Str::default(),
            user_endpoint: None,
            client_tags: Vec::new(),
        }
    }
}

impl StreamsGroupMemberMetadataValue {
    pub const MIN_VERSION: i16 = 0;
    pub const MAX_VERSION: i16 = 0;
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(DecodeError::Version {
                message: "StreamsGroupMemberMetadataValue",
                version,
            });
        }
        let instance_id = buf.nullable_string(true)?;
        let rack_id = buf.nullable_string(true)?;
        let client_id = buf.string(true)?;
        let client_host = buf.string(true)?;
        let rebalance_timeout_ms = buf.i32()?;
        let topology_epoch = buf.i32()?;
        let process_id = buf.string(true)?;
        let user_endpoint = buf.nullable_struct(|buf| Endpoint::decode(buf, version))?;
        let client_tags = buf.array(true, 3, |buf| KeyValue::decode(buf, version))?;
        buf.skip_tagged_fields()?;
        Ok(Self {
            instance_id,
            rack_id,
            client_id,
            client_host,
            rebalance_timeout_ms,
            topology_epoch,
            process_id,
            user_endpoint,
            client_tags,
        })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(EncodeError::Version {
                message: "StreamsGroupMemberMetadataValue",
                version,
            });
        }
        out.nullable_string(self.instance_id.as_deref(), true)?;
        out.nullable_string(self.rack_id.as_deref(), true)?;
        out.string(&self.client_id, true)?;
        out.string(&self.client_host, true)?;
        out.i32(self.rebalance_timeout_ms);
        out.i32(self.topology_epoch);
        out.string(&self.process_id, true)?;
        out.nullable_struct(self.user_endpoint.as_ref(), |out, value| value.encode(out, version))?;
        out.array(&self.client_tags, true, |out, value| value.encode(out, version))?;
        out.no_tagged_fields();
        Ok(())
    }
}
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Endpoint {
    pub host: Str,
    pub port: u16,
}

impl Endpoint {
    pub fn decode(buf: &mut Reader, _version: i16) -> Result<Self, DecodeError> {
        let host = buf.string(true)?;
        let port = buf.u16()?;
        buf.skip_tagged_fields()?;
        Ok(Self { host, port })
    }

    pub fn encode(&self, out: &mut Writer, _version: i16) -> Result<(), EncodeError> {
        out.string(&self.host, true)?;
        out.u16(self.port);
        out.no_tagged_fields();
        Ok(())
    }
}
#[derive(Clone, Debug, Default, PartialEq)]
pub struct KeyValue {
    pub key: Str,
    pub value: Str,
}

impl KeyValue {
    pub fn decode(buf: &mut Reader, _version: i16) -> Result<Self, DecodeError> {
        let key = buf.string(true)?;
        let value = buf.string(true)?;
        buf.skip_tagged_fields()?;
        Ok(Self { key, value })
    }

    pub fn encode(&self, out: &mut Writer, _version: i16) -> Result<(), EncodeError> {
        out.string(&self.key, true)?;
        out.string(&self.value, true)?;
        out.no_tagged_fields();
        Ok(())
    }
}
impl Message for StreamsGroupMemberMetadataValue {
    const NAME: &'static str = "StreamsGroupMemberMetadataValue";
    const MIN_VERSION: i16 = Self::MIN_VERSION;
    const MAX_VERSION: i16 = Self::MAX_VERSION;
    fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        Self::decode(buf, version)
    }
    fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        self.encode(out, version)
    }
}
