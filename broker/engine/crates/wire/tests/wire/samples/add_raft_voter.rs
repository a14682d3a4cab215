// Written by generate.py from Kafka's message descriptions; do not edit.
use super::{Draw, Sample};
use headrace_wire::messages::add_raft_voter::*;

impl Sample for AddRaftVoterRequest {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            cluster_id: draw.option(|draw| draw.string()),
            timeout_ms: draw.i32(),
            voter_id: draw.i32(),
            voter_directory_id: draw.uuid(),
            listeners: draw.array(|draw| Listener::sample(draw, version)),
            ack_when_committed: if version == 1 { draw.bool() } else { true },
        }
    }
}
impl Sample for Listener {
    fn sample(draw: &mut Draw, _version: i16) -> Self {
        Self { name: draw.string(), host: draw.string(), port: draw.u16() }
    }
}
impl Sample for AddRaftVoterResponse {
    fn sample(draw: &mut Draw, _version: i16) -> Self {
        Self {
            throttle_time_ms: draw.i32(),
            error_code: draw.i16(),
            error_message: draw.option(|draw| draw.string()),
        }
    }
}
