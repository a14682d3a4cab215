// Written by generate.py from Kafka's message descriptions; do not edit.
use super::{Draw, Sample};
use headrace_wire::messages::header::*;

impl Sample for RequestHeader {
    fn sample(draw: &mut Draw, _version: i16) -> Self {
        Self {
            request_api_key: draw.i16(),
            request_api_version: draw.i16(),
            correlation_id: draw.i32(),
            client_id: draw.option(|draw| draw.string()),
        }
    }
}
impl Sample for ResponseHeader {
    fn sample(draw: &mut Draw, _version: i16) -> Self {
        Self { correlation_id: draw.i32() }
    }
}
