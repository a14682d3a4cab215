// Written by generate.py from Kafka's message descriptions; do not edit.
use super::{Gen, Sample};
use headrace_wire::messages::header::*;

impl Sample for RequestHeader {
    fn sample(gen: &mut Gen, _version: i16) -> Self {
        Self {
            request_api_key: gen.i16(),
            request_api_version: gen.i16(),
            correlation_id: gen.i32(),
            client_id: gen.option(|gen| gen.string()),
        }
    }
}
impl Sample for ResponseHeader {
    fn sample(gen: &mut Gen, _version: i16) -> Self {
        Self { correlation_id: gen.i32() }
    }
}
