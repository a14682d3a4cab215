// Written by generate.py from Kafka's message descriptions; do not edit.
use super::{Draw, Sample};
use headrace_wire::messages::write_txn_markers::*;

impl Sample for WriteTxnMarkersRequest {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self { markers: draw.array(|draw| WritableTxnMarker::sample(draw, version)) }
    }
}
impl Sample for WritableTxnMarker {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            producer_id: draw.i64(),
            producer_epoch: draw.i16(),
            transaction_result: draw.bool(),
            topics: draw.array(|draw| WritableTxnMarkerTopic::sample(draw, version)),
            coordinator_epoch: draw.i32(),
            transaction_version: if version == 2 { draw.i8() } else { 0 },
        }
    }
}
impl Sample for WritableTxnMarkerTopic {
    fn sample(draw: &mut Draw, _version: i16) -> Self {
        Self { name: draw.string(), partition_indexes: draw.array(|draw| draw.i32()) }
    }
}
impl Sample for WriteTxnMarkersResponse {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self { markers: draw.array(|draw| WritableTxnMarkerResult::sample(draw, version)) }
    }
}
impl Sample for WritableTxnMarkerResult {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            producer_id: draw.i64(),
            topics: draw.array(|draw| WritableTxnMarkerTopicResult::sample(draw, version)),
        }
    }
}
impl Sample for WritableTxnMarkerTopicResult {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            name: draw.string(),
            partitions: draw.array(|draw| WritableTxnMarkerPartitionResult::sample(draw, version)),
        }
    }
}
impl Sample for WritableTxnMarkerPartitionResult {
    fn sample(draw: &mut Draw, _version: i16) -> Self {
        Self { partition_index: draw.i32(), error_code: draw.i16() }
    }
}
