// Written by generate.py from Kafka's message descriptions; do not edit.
//! `get_telemetry_subscriptions`: [`GetTelemetrySubscriptionsRequest`] and [`GetTelemetrySubscriptionsResponse`].
#![allow(missing_docs)]

use crate::message::{Message, Request};
use crate::writer::Writer;
use crate::{ApiKey, DecodeError, EncodeError, Reader, Str};
use uuid::Uuid;

#[derive(Clone, Debug, Default, PartialEq)]
pub struct GetTelemetrySubscriptionsRequest {
    pub client_instance_id: Uuid,
}

impl GetTelemetrySubscriptionsRequest {
    pub const MIN_VERSION: i16 = 0;
    pub const MAX_VERSION: i16 = 0;
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(DecodeError::Version {
                message: "GetTelemetrySubscriptionsRequest",
                version,
            });
        }
        let client_instance_id = buf.uuid()?;
        buf.skip_tagged_fields()?;
        Ok(Self { client_instance_id })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(EncodeError::Version {
                message: "GetTelemetrySubscriptionsRequest",
                version,
            });
        }
        out.uuid(self.client_instance_id);
        out.no_tagged_fields();
        Ok(())
    }
}
impl Message for GetTelemetrySubscriptionsRequest {
    const NAME: &'static str = "GetTelemetrySubscriptionsRequest";
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
pub struct GetTelemetrySubscriptionsResponse {
    pub throttle_time_ms: i32,
    pub error_code: i16,
    pub client_instance_id: Uuid,
    pub subscription_id: i32,
    pub accepted_compression_types: Vec<i8>,
    pub push_interval_ms: i32,
    pub telemetry_max_bytes: i32,
    pub delta_temporality: bool,
    pub requested_metrics: Vec<Str>,
}

impl GetTelemetrySubscriptionsResponse {
    pub const MIN_VERSION: i16 = 0;
    pub const MAX_VERSION: i16 = 0;
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(DecodeError::Version {
                message: "GetTelemetrySubscriptionsResponse",
                version,
            });
        }
        let throttle_time_ms = buf.i32()?;
        let error_code = buf.i16()?;
        let client_instance_id = buf.uuid()?;
        let subscription_id = buf.i32()?;
        let accepted_compression_types = buf.array(true, 1, |buf| buf.i8())?;
        let push_interval_ms = buf.i32()?;
        let telemetry_max_bytes = buf.i32()?;
        let delta_temporality = buf.bool()?;
        let requested_metrics = buf.array(true, 1, |buf| buf.string(true))?;
        buf.skip_tagged_fields()?;
        Ok(Self {
            throttle_time_ms,
            error_code,
            client_instance_id,
            subscription_id,
            accepted_compression_types,
            push_interval_ms,
            telemetry_max_bytes,
            delta_temporality,
            requested_metrics,
        })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(EncodeError::Version {
                message: "GetTelemetrySubscriptionsResponse",
                version,
            });
        }
        out.i32(self.throttle_time_ms);
        out.i16(self.error_code);
        out.uuid(self.client_instance_id);
        out.i32(self.subscription_id);
        out.array(&self.accepted_compression_types, true, |out, value| {
            out.i8(*value);
            Ok(())
        })?;
        out.i32(self.push_interval_ms);
        out.i32(self.telemetry_max_bytes);
        out.bool(self.delta_temporality);
        out.array(&self.requested_metrics, true, |out, value| out.string(value, true))?;
        out.no_tagged_fields();
        Ok(())
    }
}
impl Message for GetTelemetrySubscriptionsResponse {
    const NAME: &'static str = "GetTelemetrySubscriptionsResponse";
    const MIN_VERSION: i16 = Self::MIN_VERSION;
    const MAX_VERSION: i16 = Self::MAX_VERSION;
    fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        Self::decode(buf, version)
    }
    fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        self.encode(out, version)
    }
}
impl Request for GetTelemetrySubscriptionsRequest {
    const KEY: ApiKey = ApiKey::GetTelemetrySubscriptions;
    type Response = GetTelemetrySubscriptionsResponse;
}
