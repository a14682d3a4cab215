// Written by generate.py from Kafka's message descriptions; do not edit.
//! `describe_cluster`: [`DescribeClusterRequest`] and [`DescribeClusterResponse`].
#![allow(missing_docs)]

use crate::message::{absent, Message, Request};
use crate::writer::Writer;
use crate::{ApiKey, DecodeError, EncodeError, Reader, Str};

#[derive(Clone, Debug, PartialEq)]
pub struct DescribeClusterRequest {
    pub include_cluster_authorized_operations: bool,
    pub endpoint_type: i8,
    pub include_fenced_brokers: bool,
}

impl Default for DescribeClusterRequest {
    fn default() -> Self {
        Self {
            include_cluster_authorized_operations: false,
            endpoint_type: 1,
            include_fenced_brokers: false,
        }
    }
}

impl DescribeClusterRequest {
    pub const MIN_VERSION: i16 = 0;
    pub const MAX_VERSION: i16 = 2;
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(DecodeError::Version { message: "DescribeClusterRequest", version });
        }
        let include_cluster_authorized_operations = buf.bool()?;
        let endpoint_type = if version >= 1 { buf.i8()? } else { 1 };
        let include_fenced_brokers = if version == 2 { buf.bool()? } else { false };
        buf.skip_tagged_fields()?;
        Ok(Self { include_cluster_authorized_operations, endpoint_type, include_fenced_brokers })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(EncodeError::Version { message: "DescribeClusterRequest", version });
        }
        out.bool(self.include_cluster_authorized_operations);
        if version >= 1 {
            out.i8(self.endpoint_type);
        } else {
            absent("DescribeClusterRequest.endpoint_type", version, self.endpoint_type == 1)?;
        }
        if version == 2 {
            out.bool(self.include_fenced_brokers);
        } else {
            absent(
                "DescribeClusterRequest.include_fenced_brokers",
                version,
                !self.include_fenced_brokers,
            )?;
        }
        out.no_tagged_fields();
        Ok(())
    }
}
impl Message for DescribeClusterRequest {
    const NAME: &'static str = "DescribeClusterRequest";
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
pub struct DescribeClusterResponse {
    pub throttle_time_ms: i32,
    pub error_code: i16,
    pub error_message: Option<Str>,
    pub endpoint_type: i8,
    pub cluster_id: Str,
    pub controller_id: i32,
    pub brokers: Vec<DescribeClusterBroker>,
    pub cluster_authorized_operations: i32,
}

impl Default for DescribeClusterResponse {
    fn default() -> Self {
        Self {
            throttle_time_ms: 0,
            error_code: 0,
            error_message: None,
            endpoint_type: 1,
            cluster_id: Str::default(),
            controller_id: -1,
            brokers: Vec::new(),
            cluster_authorized_operations: i32::MIN,
        }
    }
}

impl DescribeClusterResponse {
    pub const MIN_VERSION: i16 = 0;
    pub const MAX_VERSION: i16 = 2;
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(DecodeError::Version { message: "DescribeClusterResponse", version });
        }
        let throttle_time_ms = buf.i32()?;
        let error_code = buf.i16()?;
        let error_message = buf.nullable_string(true)?;
        let endpoint_type = if version >= 1 { buf.i8()? } else { 1 };
        let cluster_id = buf.string(true)?;
        let controller_id = buf.i32()?;
        let brokers = buf.array(true, 11, |buf| DescribeClusterBroker::decode(buf, version))?;
        let cluster_authorized_operations = buf.i32()?;
        buf.skip_tagged_fields()?;
        Ok(Self {
            throttle_time_ms,
            error_code,
            error_message,
            endpoint_type,
            cluster_id,
            controller_id,
            brokers,
            cluster_authorized_operations,
        })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(EncodeError::Version { message: "DescribeClusterResponse", version });
        }
        out.i32(self.throttle_time_ms);
        out.i16(self.error_code);
        out.nullable_string(self.error_message.as_deref(), true)?;
        if version >= 1 {
            out.i8(self.endpoint_type);
        } else {
            absent("DescribeClusterResponse.endpoint_type", version, self.endpoint_type == 1)?;
        }
        out.string(&self.cluster_id, true)?;
        out.i32(self.controller_id);
        out.array(&self.brokers, true, |out, value| value.encode(out, version))?;
        out.i32(self.cluster_authorized_operations);
        out.no_tagged_fields();
        Ok(())
    }
}
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DescribeClusterBroker {
    pub broker_id: i32,
    pub host: Str,
    pub port: i32,
    pub rack: Option<Str>,
    pub is_fenced: bool,
}

impl DescribeClusterBroker {
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let broker_id = buf.i32()?;
        let host = buf.string(true)?;
        let port = buf.i32()?;
        let rack = buf.nullable_string(true)?;
        let is_fenced = if version == 2 { buf.bool()? } else { false };
        buf.skip_tagged_fields()?;
        Ok(Self { broker_id, host, port, rack, is_fenced })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        out.i32(self.broker_id);
        out.string(&self.host, true)?;
        out.i32(self.port);
        out.nullable_string(self.rack.as_deref(), true)?;
        if version == 2 {
            out.bool(self.is_fenced);
        } else {
            absent("DescribeClusterBroker.is_fenced", version, !self.is_fenced)?;
        }
        out.no_tagged_fields();
        Ok(())
    }
}
impl Message for DescribeClusterResponse {
    const NAME: &'static str = "DescribeClusterResponse";
    const MIN_VERSION: i16 = Self::MIN_VERSION;
    const MAX_VERSION: i16 = Self::MAX_VERSION;
    fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        Self::decode(buf, version)
    }
    fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        self.encode(out, version)
    }
}
impl Request for DescribeClusterRequest {
    const KEY: ApiKey = ApiKey::DescribeCluster;
    type Response = DescribeClusterResponse;
}
