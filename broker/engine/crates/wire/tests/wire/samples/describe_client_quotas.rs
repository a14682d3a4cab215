// Written by generate.py from Kafka's message descriptions; do not edit.
use super::{Draw, Sample};
use headrace_wire::messages::describe_client_quotas::*;

impl Sample for DescribeClientQuotasRequest {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            components: draw.array(|draw| ComponentData::sample(draw, version)),
            strict: draw.bool(),
        }
    }
}
impl Sample for ComponentData {
    fn sample(draw: &mut Draw, _version: i16) -> Self {
        Self {
            entity_type: draw.string(),
            match_type: draw.i8(),
            r#match: draw.option(|draw| draw.string()),
        }
    }
}
impl Sample for DescribeClientQuotasResponse {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            throttle_time_ms: draw.i32(),
            error_code: draw.i16(),
            error_message: draw.option(|draw| draw.string()),
            entries: draw.option(|draw| draw.array(|draw| EntryData::sample(draw, version))),
        }
    }
}
impl Sample for EntryData {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            entity: draw.array(|draw| EntityData::sample(draw, version)),
            values: draw.array(|draw| ValueData::sample(draw, version)),
        }
    }
}
impl Sample for EntityData {
    fn sample(draw: &mut Draw, _version: i16) -> Self {
        Self { entity_type: draw.string(), entity_name: draw.option(|draw| draw.string()) }
    }
}
impl Sample for ValueData {
    fn sample(draw: &mut Draw, _version: i16) -> Self {
        Self { key: draw.string(), value: draw.f64() }
    }
}
