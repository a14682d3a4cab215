// Written by generate.py from Kafka's message descriptions; do not edit.
use super::{Draw, Sample};
use headrace_wire::messages::add_offsets_to_txn::*;

impl Sample for AddOffsetsToTxnRequest {
    fn sample(draw: &mut Draw, _version: i16) -> Self {
        Self {
            transactional_id: draw.string(),
            producer_id: draw.i64(),
            producer_epoch: draw.i16(),
            group_id: draw.string(),
        }
    }
}
impl Sample for AddOffsetsToTxnResponse {
    fn sample(draw: &mut Draw, _version: i16) -> Self {
        Self { throttle_time_ms: draw.i32(), error_code: draw.i16() }
    }
}
