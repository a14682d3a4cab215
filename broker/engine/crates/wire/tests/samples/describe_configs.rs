// Written by generate.py from Kafka's message descriptions; do not edit.
use super::{Gen, Sample};
use headrace_wire::messages::describe_configs::*;

impl Sample for DescribeConfigsRequest {
    fn sample(gen: &mut Gen, version: i16) -> Self {
        Self {
            resources: gen.array(|gen| DescribeConfigsResource::sample(gen, version)),
            include_synonyms: gen.bool(),
            include_documentation: if version >= 3 { gen.bool() } else { false },
        }
    }
}
impl Sample for DescribeConfigsResource {
    fn sample(gen: &mut Gen, _version: i16) -> Self {
        Self {
            resource_type: gen.i8(),
            resource_name: gen.string(),
            configuration_keys: gen.option(|gen| gen.array(|gen| gen.string())),
        }
    }
}
impl Sample for DescribeConfigsResponse {
    fn sample(gen: &mut Gen, version: i16) -> Self {
        Self {
            throttle_time_ms: gen.i32(),
            results: gen.array(|gen| DescribeConfigsResult::sample(gen, version)),
        }
    }
}
impl Sample for DescribeConfigsResult {
    fn sample(gen: &mut Gen, version: i16) -> Self {
        Self {
            error_code: gen.i16(),
            error_message: gen.option(|gen| gen.string()),
            resource_type: gen.i8(),
            resource_name: gen.string(),
            configs: gen.array(|gen| DescribeConfigsResourceResult::sample(gen, version)),
        }
    }
}
impl Sample for DescribeConfigsResourceResult {
    fn sample(gen: &mut Gen, version: i16) -> Self {
        Self {
            name: gen.string(),
            value: gen.option(|gen| gen.string()),
            read_only: gen.bool(),
            config_source: gen.i8(),
            is_sensitive: gen.bool(),
            synonyms: gen.array(|gen| DescribeConfigsSynonym::sample(gen, version)),
            config_type: if version >= 3 { gen.i8() } else { 0 },
            documentation: if version >= 3 { gen.option(|gen| gen.string()) } else { None },
        }
    }
}
impl Sample for DescribeConfigsSynonym {
    fn sample(gen: &mut Gen, _version: i16) -> Self {
        Self { name: gen.string(), value: gen.option(|gen| gen.string()), source: gen.i8() }
    }
}
