// Written by generate.py from Kafka's message descriptions; do not edit.
use super::{Gen, Sample};
use headrace_wire::messages::sasl_handshake::*;

impl Sample for SaslHandshakeRequest {
    fn sample(gen: &mut Gen, _version: i16) -> Self {
        Self { mechanism: gen.string() }
    }
}
impl Sample for SaslHandshakeResponse {
    fn sample(gen: &mut Gen, _version: i16) -> Self {
        Self { error_code: gen.i16(), mechanisms: gen.array(|gen| gen.string()) }
    }
}
