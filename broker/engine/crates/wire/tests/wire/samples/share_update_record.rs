// Written by generate.py from Kafka's message descriptions; do not edit.
use super::{Draw, Sample};
use headrace_wire::messages::share_update_record::*;

impl Sample for ShareUpdateKey {
    fn sample(draw: &mut Draw, _version: i16) -> Self {
        Self { group_id: draw.string(), topic_id: draw.uuid(), partition: draw.i32() }
    }
}
impl Sample for ShareUpdateValue {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            snapshot_epoch: draw.i32(),
            leader_epoch: draw.i32(),
            start_offset: draw.i64(),
            delivery_complete_count: draw.i32(),
            state_batches: draw.array(|draw| StateBatch::sample(draw, version)),
        }
    }
}
impl Sample for StateBatch {
    fn sample(draw: &mut Draw, _version: i16) -> Self {
        Self {
            first_offset: draw.i64(),
            last_offset: draw.i64(),
            delivery_state: draw.i8(),
            delivery_count: draw.i16(),
        }
    }
}
