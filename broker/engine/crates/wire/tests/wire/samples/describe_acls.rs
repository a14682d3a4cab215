// Written by generate.py from Kafka's message descriptions; do not edit.
use super::{Draw, Sample};
use headrace_wire::messages::describe_acls::*;

impl Sample for DescribeAclsRequest {
    fn sample(draw: &mut Draw, _version: i16) -> Self {
        Self {
            resource_type_filter: draw.i8(),
            resource_name_filter: draw.option(|draw| draw.string()),
            pattern_type_filter: draw.i8(),
            principal_filter: draw.option(|draw| draw.string()),
            host_filter: draw.option(|draw| draw.string()),
            operation: draw.i8(),
            permission_type: draw.i8(),
        }
    }
}
impl Sample for DescribeAclsResponse {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            throttle_time_ms: draw.i32(),
            error_code: draw.i16(),
            error_message: draw.option(|draw| draw.string()),
            resources: draw.array(|draw| DescribeAclsResource::sample(draw, version)),
        }
    }
}
impl Sample for DescribeAclsResource {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            resource_type: draw.i8(),
            resource_name: draw.string(),
            pattern_type: draw.i8(),
            acls: draw.array(|draw| AclDescription::sample(draw, version)),
        }
    }
}
impl Sample for AclDescription {
    fn sample(draw: &mut Draw, _version: i16) -> Self {
        Self {
            principal: draw.string(),
            host: draw.string(),
            operation: draw.i8(),
            permission_type: draw.i8(),
        }
    }
}
