// Written by generate.py from Kafka's message descriptions; do not edit.
use super::{Draw, Sample};
use headrace_wire::messages::describe_configs::*;

impl Sample for DescribeConfigsRequest {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            resources: draw.array(|draw| DescribeConfigsResource::sample(draw, version)),
            include_synonyms: draw.bool(),
            include_documentation: if version >= 3 { draw.bool() } else { false },
        }
    }
}
impl Sample for DescribeConfigsResource {
    fn sample(draw: &mut Draw, _version: i16) -> Self {
        Self {
            resource_type: draw.i8(),
            resource_name: draw.string(),
            configuration_keys: draw.option(|draw| draw.array(|draw| draw.string())),
        }
    }
}
impl Sample for DescribeConfigsResponse {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            throttle_time_ms: draw.i32(),
            results: draw.array(|draw| DescribeConfigsResult::sample(draw, version)),
        }
    }
}
impl Sample for DescribeConfigsResult {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            error_code: draw.i16(),
            error_message: draw.option(|draw| draw.string()),
            resource_type: draw.i8(),
            resource_name: draw.string(),
            configs: draw.array(|draw| DescribeConfigsResourceResult::sample(draw, version)),
        }
    }
}
impl Sample for DescribeConfigsResourceResult {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            name: draw.string(),
            value: draw.option(|draw| draw.string()),
            read_only: draw.bool(),
            config_source: draw.i8(),
            is_sensitive: draw.bool(),
            synonyms: draw.array(|draw| DescribeConfigsSynonym::sample(draw, version)),
            config_type: if version >= 3 { draw.i8() } else { 0 },
            documentation: if version >= 3 { draw.option(|draw| draw.string()) } else { None },
        }
    }
}
impl Sample for DescribeConfigsSynonym {
    fn sample(draw: &mut Draw, _version: i16) -> Self {
        Self { name: draw.string(), value: draw.option(|draw| draw.string()), source: draw.i8() }
    }
}
