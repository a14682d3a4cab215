// Written by generate.py from Kafka's message descriptions; do not edit.
//! `consumer_group_regular_expression_record`: [`ConsumerGroupRegularExpressionKey`] and [`ConsumerGroupRegularExpressionValue`].
#![allow(missing_docs)]

use crate::message::Message;
use crate::writer::Writer;
use crate::{DecodeError, EncodeError, Reader, Str};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct ConsumerGroupRegularExpressionKey {
    pub group_id: Str,
    pub regular_expression: Str,
}

impl ConsumerGroupRegularExpressionKey {
    pub const MIN_VERSION: i16 = 0;
    pub const MAX_VERSION: i16 = 0;
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(DecodeError::Version {
                message: "ConsumerGroupRegularExpressionKey",
                version,
            });
        }
        let group_id = buf.string(false)?;
        let regular_expression = buf.string(false)?;
        Ok(Self { group_id, regular_expression })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(EncodeError::Version {
                message: "ConsumerGroupRegularExpressionKey",
                version,
            });
        }
        out.string(&self.group_id, false)?;
        out.string(&self.regular_expression, false)?;
        Ok(())
    }
}
impl Message for ConsumerGroupRegularExpressionKey {
    const NAME: &'static str = "ConsumerGroupRegularExpressionKey";
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
pub struct ConsumerGroupRegularExpressionValue {
    pub topics: Vec<Str>,
    pub version: i64,
    pub timestamp: i64,
}

impl ConsumerGroupRegularExpressionValue {
    pub const MIN_VERSION: i16 = 0;
    pub const MAX_VERSION: i16 = 0;
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(DecodeError::Version {
                message: "ConsumerGroupRegularExpressionValue",
                version,
            });
        }
        let topics = buf.array(true, 1, |buf| buf.string(true))?;
        let version = buf.i64()?;
        let timestamp = buf.i64()?;
        buf.skip_tagged_fields()?;
        Ok(Self { topics, version, timestamp })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(EncodeError::Version {
                message: "ConsumerGroupRegularExpressionValue",
                version,
            });
        }
        out.array(&self.topics, true, |out, value| out.string(value, true))?;
        out.i64(self.version);
        out.i64(self.timestamp);
        out.no_tagged_fields();
        Ok(())
    }
}
impl Message for ConsumerGroupRegularExpressionValue {
    const NAME: &'static str = "ConsumerGroupRegularExpressionValue";
    const MIN_VERSION: i16 = Self::MIN_VERSION;
    const MAX_VERSION: i16 = Self::MAX_VERSION;
    fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        Self::decode(buf, version)
    }
    fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        self.encode(out, version)
    }
}
