// Written by generate.py from Kafka's message descriptions; do not edit.
use super::{Draw, Sample};
use headrace_wire::messages::list_transactions::*;

impl Sample for ListTransactionsRequest {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            state_filters: draw.array(|draw| draw.string()),
            producer_id_filters: draw.array(|draw| draw.i64()),
            duration_filter: if version >= 1 { draw.i64() } else { -1 },
            transactional_id_pattern: if version == 2 {
                draw.option(|draw| draw.string())
            } else {
                None
            },
        }
    }
}
impl Sample for ListTransactionsResponse {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            throttle_time_ms: draw.i32(),
            error_code: draw.i16(),
            unknown_state_filters: draw.array(|draw| draw.string()),
            transaction_states: draw.array(|draw| TransactionState::sample(draw, version)),
        }
    }
}
impl Sample for TransactionState {
    fn sample(draw: &mut Draw, _version: i16) -> Self {
        Self {
            transactional_id: draw.string(),
            producer_id: draw.i64(),
            transaction_state: draw.string(),
        }
    }
}
