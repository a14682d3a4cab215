// Written by generate.py from Kafka's message descriptions; do not edit.
use super::{Draw, Sample};
use headrace_wire::messages::alter_client_quotas::*;

impl Sample for AlterClientQuotasRequest {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            entries: draw.array(|draw| EntryData::sample(draw, version)),
            validate_only: draw.bool(),
        }
    }
}
impl Sample for EntryData {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            entity: draw.array(|draw| EntityData::sample(draw, version)),
            ops: draw.array(|draw| OpData::sample(draw, version)),
        }
    }
}
impl Sample for EntityData {
    fn sample(draw: &mut Draw, _version: i16) -> Self {
        Self { entity_type: draw.string(), entity_name: draw.option(|draw| draw.string()) }
    }
}
impl Sample for OpData {
    fn sample(draw: &mut Draw, _version: i16) -> Self {
        Self { key: draw.string(), value: draw.f64(), remove: draw.bool() }
    }
}
impl Sample for AlterClientQuotasResponse {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            throttle_time_ms: draw.i32(),
            entries: draw.array(|draw| AlterClientQuotasResponseEntryData::sample(draw, version)),
        }
    }
}
impl Sample for AlterClientQuotasResponseEntryData {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            error_code: draw.i16(),
            error_message: draw.option(|draw| draw.string()),
            entity: draw.array(|draw| AlterClientQuotasResponseEntityData::sample(draw, version)),
        }
    }
}
impl Sample for AlterClientQuotasResponseEntityData {
    fn sample(draw: &mut Draw, _version: i16) -> Self {
        Self { entity_type: draw.string(), entity_name: draw.option(|draw| draw.string()) }
    }
}
