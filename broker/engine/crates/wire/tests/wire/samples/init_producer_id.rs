// Written by generate.py from Kafka's message descriptions; do not edit.
use super::{Draw, Sample};
use headrace_wire::messages::init_producer_id::*;

impl Sample for InitProducerIdRequest {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            transactional_id: draw.option(|draw| draw.string()),
            transaction_timeout_ms: draw.i32(),
            producer_id: if version >= 3 { draw.i64() } else { -1 },
            producer_epoch: if version >= 3 { draw.i16() } else { -1 },
            enable2_pc: if version == 6 { draw.bool() } else { false },
            keep_prepared_txn: if version == 6 { draw.bool() } else { false },
        }
    }
}
impl Sample for InitProducerIdResponse {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            throttle_time_ms: draw.i32(),
            error_code: draw.i16(),
            producer_id: draw.i64(),
            producer_epoch: draw.i16(),
            ongoing_txn_producer_id: if version == 6 { draw.i64() } else { -1 },
            ongoing_txn_producer_epoch: if version == 6 { draw.i16() } else { -1 },
        }
    }
}
