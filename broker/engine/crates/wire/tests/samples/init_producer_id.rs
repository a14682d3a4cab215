// Written by generate.py from Kafka's message descriptions; do not edit.
use super::{Gen, Sample};
use headrace_wire::messages::init_producer_id::*;

impl Sample for InitProducerIdRequest {
    fn sample(gen: &mut Gen, version: i16) -> Self {
        Self {
            transactional_id: gen.option(|gen| gen.string()),
            transaction_timeout_ms: gen.i32(),
            producer_id: if version >= 3 { gen.i64() } else { -1 },
            producer_epoch: if version >= 3 { gen.i16() } else { i16::MAX },
            enable2_pc: if version == 6 { gen.bool() } else { false },
            keep_prepared_txn: if version == 6 { gen.bool() } else { false },
        }
    }
}
impl Sample for InitProducerIdResponse {
    fn sample(gen: &mut Gen, version: i16) -> Self {
        Self {
            throttle_time_ms: gen.i32(),
            error_code: gen.i16(),
            producer_id: gen.i64(),
            producer_epoch: gen.i16(),
            ongoing_txn_producer_id: if version == 6 { gen.i64() } else { -1 },
            ongoing_txn_producer_epoch: if version == 6 { gen.i16() } else { i16::MAX },
        }
    }
}
