// Written by generate.py from Kafka's message descriptions; do not edit.
use super::{Draw, Sample};
use headrace_wire::messages::delete_acls::*;

impl Sample for DeleteAclsRequest {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self { filters: draw.array(|draw| DeleteAclsFilter::sample(draw, version)) }
    }
}
impl Sample for DeleteAclsFilter {
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
impl Sample for DeleteAclsResponse {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            throttle_time_ms: draw.i32(),
            filter_results: draw.array(|draw| DeleteAclsFilterResult::sample(draw, version)),
        }
    }
}
impl Sample for DeleteAclsFilterResult {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            error_code: draw.i16(),
            error_message: draw.option(|draw| draw.string()),
            matching_acls: draw.array(|draw| DeleteAclsMatchingAcl::sample(draw, version)),
        }
    }
}
impl Sample for DeleteAclsMatchingAcl {
    fn sample(draw: &mut Draw, _version: i16) -> Self {
        Self {
            error_code: draw.i16(),
            error_message: draw.option(|draw| draw.string()),
            resource_type: draw.i8(),
            resource_name: draw.string(),
            pattern_type: draw.i8(),
            principal: draw.string(),
            host: draw.string(),
            operation: draw.i8(),
            permission_type: draw.i8(),
        }
    }
}
