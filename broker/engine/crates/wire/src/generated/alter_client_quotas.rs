// Written by generate.py from Kafka's message descriptions; do not edit.
//! `alter_client_quotas`: [`AlterClientQuotasRequest`] and [`AlterClientQuotasResponse`].
#![allow(missing_docs)]

use crate::message::{Message, Request};
use crate::writer::Writer;
use crate::{ApiKey, DecodeError, EncodeError, Reader, Str};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct AlterClientQuotasRequest {
    pub entries: Vec<EntryData>,
    pub validate_only: bool,
}

impl AlterClientQuotasRequest {
    pub const MIN_VERSION: i16 = 0;
    pub const MAX_VERSION: i16 = 1;
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(DecodeError::Version { message: "AlterClientQuotasRequest", version });
        }
        let entries = buf.array(version == 1, 3, |buf| EntryData::decode(buf, version))?;
        let validate_only = buf.bool()?;
        if version == 1 {
            buf.skip_tagged_fields()?;
        }
        Ok(Self { entries, validate_only })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(EncodeError::Version { message: "AlterClientQuotasRequest", version });
        }
        out.array(&self.entries, version == 1, |out, value| value.encode(out, version))?;
        out.bool(self.validate_only);
        if version == 1 {
            out.no_tagged_fields();
        }
        Ok(())
    }
}
#[derive(Clone, Debug, Default, PartialEq)]
pub struct EntryData {
    pub entity: Vec<EntityData>,
    pub ops: Vec<OpData>,
}

impl EntryData {
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let entity = buf.array(version == 1, 3, |buf| EntityData::decode(buf, version))?;
        let ops = buf.array(version == 1, 11, |buf| OpData::decode(buf, version))?;
        if version == 1 {
            buf.skip_tagged_fields()?;
        }
        Ok(Self { entity, ops })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        out.array(&self.entity, version == 1, |out, value| value.encode(out, version))?;
        out.array(&self.ops, version == 1, |out, value| value.encode(out, version))?;
        if version == 1 {
            out.no_tagged_fields();
        }
        Ok(())
    }
}
#[derive(Clone, Debug, Default, PartialEq)]
pub struct EntityData {
    pub entity_type: Str,
    pub entity_name: Option<Str>,
}

impl EntityData {
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let entity_type = buf.string(version == 1)?;
        let entity_name = buf.nullable_string(version == 1)?;
        if version == 1 {
            buf.skip_tagged_fields()?;
        }
        Ok(Self { entity_type, entity_name })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        out.string(&self.entity_type, version == 1)?;
        out.nullable_string(self.entity_name.as_deref(), version == 1)?;
        if version == 1 {
            out.no_tagged_fields();
        }
        Ok(())
    }
}
#[derive(Clone, Debug, Default, PartialEq)]
pub struct OpData {
    pub key: Str,
    pub value: f64,
    pub remove: bool,
}

impl OpData {
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let key = buf.string(version == 1)?;
        let value = buf.f64()?;
        let remove = buf.bool()?;
        if version == 1 {
            buf.skip_tagged_fields()?;
        }
        Ok(Self { key, value, remove })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        out.string(&self.key, version == 1)?;
        out.f64(self.value);
        out.bool(self.remove);
        if version == 1 {
            out.no_tagged_fields();
        }
        Ok(())
    }
}
impl Message for AlterClientQuotasRequest {
    const NAME: &'static str = "AlterClientQuotasRequest";
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
pub struct AlterClientQuotasResponse {
    pub throttle_time_ms: i32,
    pub entries: Vec<AlterClientQuotasResponseEntryData>,
}

impl AlterClientQuotasResponse {
    pub const MIN_VERSION: i16 = 0;
    pub const MAX_VERSION: i16 = 1;
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(DecodeError::Version { message: "AlterClientQuotasResponse", version });
        }
        let throttle_time_ms = buf.i32()?;
        let entries = buf.array(version == 1, 5, |buf| {
            AlterClientQuotasResponseEntryData::decode(buf, version)
        })?;
        if version == 1 {
            buf.skip_tagged_fields()?;
        }
        Ok(Self { throttle_time_ms, entries })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(EncodeError::Version { message: "AlterClientQuotasResponse", version });
        }
        out.i32(self.throttle_time_ms);
        out.array(&self.entries, version == 1, |out, value| value.encode(out, version))?;
        if version == 1 {
            out.no_tagged_fields();
        }
        Ok(())
    }
}
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AlterClientQuotasResponseEntryData {
    pub error_code: i16,
    pub error_message: Option<Str>,
    pub entity: Vec<AlterClientQuotasResponseEntityData>,
}

impl AlterClientQuotasResponseEntryData {
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let error_code = buf.i16()?;
        let error_message = buf.nullable_string(version == 1)?;
        let entity = buf.array(version == 1, 3, |buf| {
            AlterClientQuotasResponseEntityData::decode(buf, version)
        })?;
        if version == 1 {
            buf.skip_tagged_fields()?;
        }
        Ok(Self { error_code, error_message, entity })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        out.i16(self.error_code);
        out.nullable_string(self.error_message.as_deref(), version == 1)?;
        out.array(&self.entity, version == 1, |out, value| value.encode(out, version))?;
        if version == 1 {
            out.no_tagged_fields();
        }
        Ok(())
    }
}
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AlterClientQuotasResponseEntityData {
    pub entity_type: Str,
    pub entity_name: Option<Str>,
}

impl AlterClientQuotasResponseEntityData {
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let entity_type = buf.string(version == 1)?;
        let entity_name = buf.nullable_string(version == 1)?;
        if version == 1 {
            buf.skip_tagged_fields()?;
        }
        Ok(Self { entity_type, entity_name })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        out.string(&self.entity_type, version == 1)?;
        out.nullable_string(self.entity_name.as_deref(), version == 1)?;
        if version == 1 {
            out.no_tagged_fields();
        }
        Ok(())
    }
}
impl Message for AlterClientQuotasResponse {
    const NAME: &'static str = "AlterClientQuotasResponse";
    const MIN_VERSION: i16 = Self::MIN_VERSION;
    const MAX_VERSION: i16 = Self::MAX_VERSION;
    fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        Self::decode(buf, version)
    }
    fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        self.encode(out, version)
    }
}
impl Request for AlterClientQuotasRequest {
    const KEY: ApiKey = ApiKey::AlterClientQuotas;
    type Response = AlterClientQuotasResponse;
}
