// Written by generate.py from Kafka's message descriptions; do not edit.
use super::{Draw, Sample};
use headrace_wire::messages::create_delegation_token::*;
use headrace_wire::Str;

impl Sample for CreateDelegationTokenRequest {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            owner_principal_type: if version == 3 {
                draw.option(|draw| draw.string())
            } else {
                None
            },
            owner_principal_name: if version == 3 {
                draw.option(|draw| draw.string())
            } else {
                None
            },
            renewers: draw.array(|draw| CreatableRenewers::sample(draw, version)),
            max_lifetime_ms: draw.i64(),
        }
    }
}
impl Sample for CreatableRenewers {
    fn sample(draw: &mut Draw, _version: i16) -> Self {
        Self { principal_type: draw.string(), principal_name: draw.string() }
    }
}
impl Sample for CreateDelegationTokenResponse {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            error_code: draw.i16(),
            principal_type: draw.string(),
            principal_name: draw.string(),
            token_requester_principal_type: if version == 3 {
                draw.string()
            } else {
                Str::default()
            },
            token_requester_principal_name: if version == 3 {
                draw.string()
            } else {
                Str::default()
            },
            issue_timestamp_ms: draw.i64(),
            expiry_timestamp_ms: draw.i64(),
            max_timestamp_ms: draw.i64(),
            token_id: draw.string(),
            hmac: draw.bytes(),
            throttle_time_ms: draw.i32(),
        }
    }
}
