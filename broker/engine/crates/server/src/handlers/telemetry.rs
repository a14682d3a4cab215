//! GetTelemetrySubscriptions and PushTelemetry (KIP-714). What arrives is counted and named in the
//! log at debug; its content is not kept.

use headrace_wire::messages::{
    GetTelemetrySubscriptionsRequest, GetTelemetrySubscriptionsResponse, PushTelemetryRequest,
    PushTelemetryResponse,
};
use headrace_wire::{ErrorCode, Str};
use uuid::Uuid;

use super::topics::fresh_id;
use crate::context::Context;
use crate::telemetry::Client;

/// The largest push, compressed: Kafka's `telemetry.max.bytes`.
const MAX_BYTES: i32 = 1 << 20;
/// Kafka's numbers of codecs, the preferred one first: zstd, lz4, gzip, snappy.
const CODECS: [i8; 4] = [4, 3, 1, 2];
const UNCOMPRESSED: i8 = 0;

/// Ids that name no topic and no client.
fn is_reserved(id: Uuid) -> bool {
    id.is_nil() || id.as_u128() == 1
}

fn client(cx: &Context, instance: Uuid) -> Client<'_> {
    let client_id = cx.client_id.as_deref().unwrap_or_default();
    Client { instance, client_id, session: &cx.session }
}

pub(crate) async fn get_telemetry_subscriptions(
    cx: Context,
    request: GetTelemetrySubscriptionsRequest,
) -> GetTelemetrySubscriptionsResponse {
    let asked = request.client_instance_id;
    let instance = if asked.is_nil() { fresh_id(&cx) } else { asked };
    let wanted = client(&cx, instance).subscription(&cx.image());
    let now_ms = cx.broker.env.clock.now_ms();
    match cx.broker.telemetry.ask(instance, &wanted, now_ms) {
        Ok(subscription_id) => GetTelemetrySubscriptionsResponse {
            client_instance_id: instance,
            subscription_id,
            accepted_compression_types: CODECS.to_vec(),
            push_interval_ms: wanted.interval_ms,
            telemetry_max_bytes: MAX_BYTES,
            delta_temporality: true,
            requested_metrics: wanted.metrics.iter().map(Str::from).collect(),
            ..Default::default()
        },
        Err(error) => {
            GetTelemetrySubscriptionsResponse { error_code: cx.code(error), ..Default::default() }
        }
    }
}

pub(crate) async fn push_telemetry(
    cx: Context,
    request: PushTelemetryRequest,
) -> PushTelemetryResponse {
    let error_code = cx.code(push(&cx, &request).err().unwrap_or(ErrorCode::None));
    PushTelemetryResponse { error_code, ..Default::default() }
}

fn push(cx: &Context, request: &PushTelemetryRequest) -> Result<(), ErrorCode> {
    let instance = request.client_instance_id;
    if is_reserved(instance) {
        return Err(ErrorCode::InvalidRequest);
    }
    let wanted = client(cx, instance).subscription(&cx.image());
    let now_ms = cx.broker.env.clock.now_ms();
    let (named, last) = (request.subscription_id, request.terminating);
    cx.broker.telemetry.push(instance, &wanted, named, last, now_ms)?;
    let codec = request.compression_type;
    if codec != UNCOMPRESSED && !CODECS.contains(&codec) {
        return Err(ErrorCode::UnsupportedCompressionType);
    }
    let bytes = request.metrics.len();
    if bytes > MAX_BYTES as usize {
        return Err(ErrorCode::TelemetryTooLarge);
    }
    cx.broker.metrics.telemetry(bytes);
    let client = crate::ids::base64(instance);
    tracing::debug!(client, peer = %cx.session.peer.address, bytes, codec, "client metrics");
    Ok(())
}
