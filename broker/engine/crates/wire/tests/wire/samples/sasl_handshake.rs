// Written by generate.py from Kafka's message descriptions; do not edit.
use super::{Draw, Sample};
use headrace_wire::messages::sasl_handshake::*;

impl Sample for SaslHandshakeRequest {
    fn sample(draw: &mut Draw, _version: i16) -> Self {
        Self { mechanism: draw.string() }
    }
}
impl Sample for SaslHandshakeResponse {
    fn sample(draw: &mut Draw, _version: i16) -> Self {
        Self { error_code: draw.i16(), mechanisms: draw.array(|draw| draw.string()) }
    }
}
