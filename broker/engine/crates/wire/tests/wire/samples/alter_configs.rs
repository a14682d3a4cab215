// Written by generate.py from Kafka's message descriptions; do not edit.
use super::{Draw, Sample};
use headrace_wire::messages::alter_configs::*;

impl Sample for AlterConfigsRequest {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            resources: draw.array(|draw| AlterConfigsResource::sample(draw, version)),
            validate_only: draw.bool(),
        }
    }
}
impl Sample for AlterConfigsResource {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            resource_type: draw.i8(),
            resource_name: draw.string(),
            configs: draw.array(|draw| AlterableConfig::sample(draw, version)),
        }
    }
}
impl Sample for AlterableConfig {
    fn sample(draw: &mut Draw, _version: i16) -> Self {
        Self { name: draw.string(), value: draw.option(|draw| draw.string()) }
    }
}
impl Sample for AlterConfigsResponse {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            throttle_time_ms: draw.i32(),
            responses: draw.array(|draw| AlterConfigsResourceResponse::sample(draw, version)),
        }
    }
}
impl Sample for AlterConfigsResourceResponse {
    fn sample(draw: &mut Draw, _version: i16) -> Self {
        Self {
            error_code: draw.i16(),
            error_message: draw.option(|draw| draw.string()),
            resource_type: draw.i8(),
            resource_name: draw.string(),
        }
    }
}
