// Written by generate.py from Kafka's message descriptions; do not edit.
use super::{Draw, Sample};
use headrace_wire::messages::list_config_resources::*;

impl Sample for ListConfigResourcesRequest {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            resource_types: if version == 1 { draw.array(|draw| draw.i8()) } else { Vec::new() },
        }
    }
}
impl Sample for ListConfigResourcesResponse {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            throttle_time_ms: draw.i32(),
            error_code: draw.i16(),
            config_resources: draw.array(|draw| ConfigResource::sample(draw, version)),
        }
    }
}
impl Sample for ConfigResource {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            resource_name: draw.string(),
            resource_type: if version == 1 { draw.i8() } else { 16 },
        }
    }
}
