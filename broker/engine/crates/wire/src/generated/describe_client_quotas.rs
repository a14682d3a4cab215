// Written by generate.py from Kafka's message descriptions; do not edit.
//! `describe_client_quotas`: [`DescribeClientQuotasRequest`] and [`DescribeClientQuotasResponse`].
#![allow(missing_docs)]

use crate::message::{Message, Request};
use crate::writer::Writer;
use crate::{ApiKey, DecodeError, EncodeError, Reader, Str};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct DescribeClientQuotasRequest {
    pub components: Vec<ComponentData>,
    pub strict: bool,
}

impl DescribeClientQuotasRequest {
    pub const MIN_VERSION: i16 = 0;
    pub const MAX_VERSION: i16 = 1;
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(DecodeError::Version { message: "DescribeClientQuotasRequest", version });
        }
        let components = buf.array(version == 1, 4, |buf| ComponentData::decode(buf, version))?;
        let strict = buf.bool()?;
        if version == 1 {
            buf.skip_tagged_fields()?;
        }
        Ok(Self { components, strict })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(EncodeError::Version { message: "DescribeClientQuotasRequest", version });
        }
        out.array(&self.components, version == 1, |out, value| value.encode(out, version))?;
        out.bool(self.strict);
        if version == 1 {
            out.no_tagged_fields();
        }
        Ok(())
    }
}
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ComponentData {
    pub entity_type: Str,
    pub match_type: i8,
    pub r#match: Option<Str>,
}

impl ComponentData {
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let entity_type = buf.string(version == 1)?;
        let match_type = buf.i8()?;
        let r#match = buf.nullable_string(version == 1)?;
        if version == 1 {
            buf.skip_tagged_fields()?;
        }
        Ok(Self { entity_type, match_type, r#match })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        out.string(&self.entity_type, version == 1)?;
        out.i8(self.match_type);
        out.nullable_string(self.r#match.as_deref(), version == 1)?;
        if version == 1 {
            out.no_tagged_fields();
        }
        Ok(())
    }
}
impl Message for DescribeClientQuotasRequest {
    const NAME: &'static str = "DescribeClientQuotasRequest";
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
pub struct DescribeClientQuotasResponse {
    pub throttle_time_ms: i32,
    pub error_code: i16,
    pub error_message: Option<Str>,
    pub entries: Option<Vec<EntryData>>,
}

impl DescribeClientQuotasResponse {
    pub const MIN_VERSION: i16 = 0;
    pub const MAX_VERSION: i16 = 1;
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(DecodeError::Version { message: "DescribeClientQuotasResponse", version });
        }
        let throttle_time_ms = buf.i32()?;
        let error_code = buf.i16()?;
        let error_message = buf.nullable_string(version == 1)?;
        let entries = buf.nullable_array(version == 1, 3, |buf| EntryData::decode(buf, version))?;
        if version == 1 {
            buf.skip_tagged_fields()?;
        }
        Ok(Self { throttle_time_ms, error_code, error_message, entries })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(EncodeError::Version { message: "DescribeClientQuotasResponse", version });
        }
        out.i32(self.throttle_time_ms);
        out.i16(self.error_code);
        out.nullable_string(self.error_message.as_deref(), version == 1)?;
        out.nullable_array(self.entries.as_deref(), version == 1, |out, value| {
            value.encode(out, version)
        })?;
        if version == 1 {
            out.no_tagged_fields();
        }
        Ok(())
    }
}
#[derive(Clone, Debug, Default, PartialEq)]
pub struct EntryData {
    pub entity: Vec<EntityData>,
    pub values: Vec<ValueData>,
}

impl EntryData {
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let entity = buf.array(version == 1, 3, |buf| EntityData::decode(buf, version))?;
        let values = buf.array(version == 1, 10, |buf| ValueData::decode(buf, version))?;
        if version == 1 {
            buf.skip_tagged_fields()?;
        }
        Ok(Self { entity, values })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        out.array(&self.entity, version == 1, |out, value| value.encode(out, version))?;
        out.array(&self.values, version == 1, |out, value| value.encode(out, version))?;
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
pub struct ValueData {
    pub key: Str,
    pub value: f64,
}

impl ValueData {
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let key = buf.string(version == 1)?;
        let value = buf.f64()?;
        if version == 1 {
            buf.skip_tagged_fields()?;
        }
        Ok(Self { key, value })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        out.string(&self.key, version == 1)?;
        out.f64(self.value);
        if version == 1 {
            out.no_tagged_fields();
        }
        Ok(())
    }
}
impl Message for DescribeClientQuotasResponse {
    const NAME: &'static str = "DescribeClientQuotasResponse";
    const MIN_VERSION: i16 = Self::MIN_VERSION;
    const MAX_VERSION: i16 = Self::MAX_VERSION;
    fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        Self::decode(buf, version)
    }
    fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        self.encode(out, version)
    }
}
impl Request for DescribeClientQuotasRequest {
    const KEY: ApiKey = ApiKey::DescribeClientQuotas;
    type Response = DescribeClientQuotasResponse;
}
