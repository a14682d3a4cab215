// Written by generate.py from Kafka's message descriptions; do not edit.
use super::{Draw, Sample};
use headrace_wire::messages::end_txn::*;

impl Sample for EndTxnRequest {
    fn sample(draw: &mut Draw, _version: i16) -> Self {
        Self {
            transactional_id: draw.string(),
            producer_id: draw.i64(),
            producer_epoch: draw.i16(),
            committed: draw.bool(),
        }
    }
}
impl Sample for EndTxnResponse {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            throttle_time_ms: draw.i32(),
            error_code: draw.i16(),
            producer_id: if version == 5 { draw.i64() } else { -1 },
            producer_epoch: if version == 5 { draw.i16() } else { -1 },
        }
    }
}
