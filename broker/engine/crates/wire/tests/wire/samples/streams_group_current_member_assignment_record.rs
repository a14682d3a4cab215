// Written by generate.py from Kafka's message descriptions; do not edit.
use super::{Draw, Sample};
use headrace_wire::messages::streams_group_current_member_assignment_record::*;

impl Sample for StreamsGroupCurrentMemberAssignmentKey {
    fn sample(draw: &mut Draw, _version: i16) -> Self {
        Self { group_id: draw.string(), member_id: draw.string() }
    }
}
impl Sample for StreamsGroupCurrentMemberAssignmentValue {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            member_epoch: draw.i32(),
            previous_member_epoch: draw.i32(),
            state: draw.i8(),
            active_tasks: draw.array(|draw| TaskIds::sample(draw, version)),
            standby_tasks: draw.array(|draw| TaskIds::sample(draw, version)),
            warmup_tasks: draw.array(|draw| TaskIds::sample(draw, version)),
            active_tasks_pending_revocation: draw.array(|draw| TaskIds::sample(draw, version)),
            standby_tasks_pending_revocation: draw.array(|draw| TaskIds::sample(draw, version)),
            warmup_tasks_pending_revocation: draw.array(|draw| TaskIds::sample(draw, version)),
        }
    }
}
impl Sample for TaskIds {
    fn sample(draw: &mut Draw, _version: i16) -> Self {
        Self {
            subtopology_id: draw.string(),
            partitions: draw.array(|draw| draw.i32()),
            assignment_epochs: draw.option(|draw| draw.array(|draw| draw.i32())),
        }
    }
}
