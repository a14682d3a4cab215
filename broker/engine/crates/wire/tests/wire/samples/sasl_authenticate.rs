// Written by generate.py from Kafka's message descriptions; do not edit.
use super::{Draw, Sample};
use headrace_wire::messages::sasl_authenticate::*;

impl Sample for SaslAuthenticateRequest {
    fn sample(draw: &mut Draw, _version: i16) -> Self {
        Self { auth_bytes: draw.bytes() }
    }
}
impl Sample for SaslAuthenticateResponse {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            error_code: draw.i16(),
            error_message: draw.option(|draw| draw.string()),
            auth_bytes: draw.bytes(),
            session_lifetime_ms: if version >= 1 { draw.i64() } else { 0 },
        }
    }
}
