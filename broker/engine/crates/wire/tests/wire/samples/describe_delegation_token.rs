// Written by generate.py from Kafka's message descriptions; do not edit.
use super::{Draw, Sample};
use headrace_wire::messages::describe_delegation_token::*;
use headrace_wire::Str;

impl Sample for DescribeDelegationTokenRequest {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            owners: draw.option(|draw| {
                draw.array(|draw| DescribeDelegationTokenOwner::sample(draw, version))
            }),
        }
    }
}
impl Sample for DescribeDelegationTokenOwner {
    fn sample(draw: &mut Draw, _version: i16) -> Self {
        Self { principal_type: draw.string(), principal_name: draw.string() }
    }
}
impl Sample for DescribeDelegationTokenResponse {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            error_code: draw.i16(),
            tokens: draw.array(|draw| DescribedDelegationToken::sample(draw, version)),
            throttle_time_ms: draw.i32(),
        }
    }
}
impl Sample for DescribedDelegationToken {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
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
            issue_timestamp: draw.i64(),
            expiry_timestamp: draw.i64(),
            max_timestamp: draw.i64(),
            token_id: draw.string(),
            hmac: draw.bytes(),
            renewers: draw.array(|draw| DescribedDelegationTokenRenewer::sample(draw, version)),
        }
    }
}
impl Sample for DescribedDelegationTokenRenewer {
    fn sample(draw: &mut Draw, _version: i16) -> Self {
        Self { principal_type: draw.string(), principal_name: draw.string() }
    }
}
