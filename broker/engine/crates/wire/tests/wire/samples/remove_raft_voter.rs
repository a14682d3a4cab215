// Written by generate.py from Kafka's message descriptions; do not edit.
use super::{Draw, Sample};
use headrace_wire::messages::remove_raft_voter::*;

impl Sample for RemoveRaftVoterRequest {
    fn sample(draw: &mut Draw, _version: i16) -> Self {
        Self {
            cluster_id: draw.option(|draw| draw.string()),
            voter_id: draw.i32(),
            voter_directory_id: draw.uuid(),
        }
    }
}
impl Sample for RemoveRaftVoterResponse {
    fn sample(draw: &mut Draw, _version: i16) -> Self {
        Self {
            throttle_time_ms: draw.i32(),
            error_code: draw.i16(),
            error_message: draw.option(|draw| draw.string()),
        }
    }
}
