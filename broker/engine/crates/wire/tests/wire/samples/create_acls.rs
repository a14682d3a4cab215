// Written by generate.py from Kafka's message descriptions; do not edit.
use super::{Draw, Sample};
use headrace_wire::messages::create_acls::*;

impl Sample for CreateAclsRequest {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self { creations: draw.array(|draw| AclCreation::sample(draw, version)) }
    }
}
impl Sample for AclCreation {
    fn sample(draw: &mut Draw, _version: i16) -> Self {
        Self {
            resource_type: draw.i8(),
            resource_name: draw.string(),
            resource_pattern_type: draw.i8(),
            principal: draw.string(),
            host: draw.string(),
            operation: draw.i8(),
            permission_type: draw.i8(),
        }
    }
}
impl Sample for CreateAclsResponse {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            throttle_time_ms: draw.i32(),
            results: draw.array(|draw| AclCreationResult::sample(draw, version)),
        }
    }
}
impl Sample for AclCreationResult {
    fn sample(draw: &mut Draw, _version: i16) -> Self {
        Self { error_code: draw.i16(), error_message: draw.option(|draw| draw.string()) }
    }
}
