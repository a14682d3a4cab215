// Written by generate.py from Kafka's message descriptions; do not edit.
use super::{Draw, Sample};
use headrace_wire::messages::describe_user_scram_credentials::*;

impl Sample for DescribeUserScramCredentialsRequest {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self { users: draw.option(|draw| draw.array(|draw| UserName::sample(draw, version))) }
    }
}
impl Sample for UserName {
    fn sample(draw: &mut Draw, _version: i16) -> Self {
        Self { name: draw.string() }
    }
}
impl Sample for DescribeUserScramCredentialsResponse {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            throttle_time_ms: draw.i32(),
            error_code: draw.i16(),
            error_message: draw.option(|draw| draw.string()),
            results: draw.array(|draw| DescribeUserScramCredentialsResult::sample(draw, version)),
        }
    }
}
impl Sample for DescribeUserScramCredentialsResult {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            user: draw.string(),
            error_code: draw.i16(),
            error_message: draw.option(|draw| draw.string()),
            credential_infos: draw.array(|draw| CredentialInfo::sample(draw, version)),
        }
    }
}
impl Sample for CredentialInfo {
    fn sample(draw: &mut Draw, _version: i16) -> Self {
        Self { mechanism: draw.i8(), iterations: draw.i32() }
    }
}
