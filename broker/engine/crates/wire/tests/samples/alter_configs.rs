// Written by generate.py from Kafka's message descriptions; do not edit.
use super::{Gen, Sample};
use headrace_wire::messages::alter_configs::*;

impl Sample for AlterConfigsRequest {
    fn sample(gen: &mut Gen, version: i16) -> Self {
        Self {
            resources: gen.array(|gen| AlterConfigsResource::sample(gen, version)),
            validate_only: gen.bool(),
        }
    }
}
impl Sample for AlterConfigsResource {
    fn sample(gen: &mut Gen, version: i16) -> Self {
        Self {
            resource_type: gen.i8(),
            resource_name: gen.string(),
            configs: gen.array(|gen| AlterableConfig::sample(gen, version)),
        }
    }
}
impl Sample for AlterableConfig {
    fn sample(gen: &mut Gen, _version: i16) -> Self {
        Self { name: gen.string(), value: gen.option(|gen| gen.string()) }
    }
}
impl Sample for AlterConfigsResponse {
    fn sample(gen: &mut Gen, version: i16) -> Self {
        Self {
            throttle_time_ms: gen.i32(),
            responses: gen.array(|gen| AlterConfigsResourceResponse::sample(gen, version)),
        }
    }
}
impl Sample for AlterConfigsResourceResponse {
    fn sample(gen: &mut Gen, _version: i16) -> Self {
        Self {
            error_code: gen.i16(),
            error_message: gen.option(|gen| gen.string()),
            resource_type: gen.i8(),
            resource_name: gen.string(),
        }
    }
}
