// Written by generate.py from Kafka's message descriptions; do not edit.
use super::{Draw, Sample};
use headrace_wire::messages::alter_user_scram_credentials::*;

impl Sample for AlterUserScramCredentialsRequest {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            deletions: draw.array(|draw| ScramCredentialDeletion::sample(draw, version)),
            upsertions: draw.array(|draw| ScramCredentialUpsertion::sample(draw, version)),
        }
    }
}
impl Sample for ScramCredentialDeletion {
    fn sample(draw: &mut Draw, _version: i16) -> Self {
        Self { name: draw.string(), mechanism: draw.i8() }
    }
}
impl Sample for ScramCredentialUpsertion {
    fn sample(draw: &mut Draw, _version: i16) -> Self {
        Self {
            name: draw.string(),
            mechanism: draw.i8(),
            iterations: draw.i32(),
            salt: draw.bytes(),
            salted_password: draw.bytes(),
        }
    }
}
impl Sample for AlterUserScramCredentialsResponse {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            throttle_time_ms: draw.i32(),
            results: draw.array(|draw| AlterUserScramCredentialsResult::sample(draw, version)),
        }
    }
}
impl Sample for AlterUserScramCredentialsResult {
    fn sample(draw: &mut Draw, _version: i16) -> Self {
        Self {
            user: draw.string(),
            error_code: draw.i16(),
            error_message: draw.option(|draw| draw.string()),
        }
    }
}
