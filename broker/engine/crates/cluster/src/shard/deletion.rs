//! Deletion of records from a log's start, as an entry of the log: every replica starts where it
//! says, and so does whoever leads next. Whole segments below go with the next housekeeping.

use super::Shard;
use crate::error::PartitionError;
use crate::image::GroupId;
use crate::partition::leader::DeleteReply;

/// Asks for all records that are committed.
const TO_HIGH_WATERMARK: i64 = -1;

impl Shard {
    pub(super) fn delete_records(
        &mut self,
        group: GroupId,
        before_offset: i64,
        reply: DeleteReply,
    ) {
        let offset = match self.deletable(group, before_offset) {
            Ok((start, offset)) if offset <= start => {
                let _ = reply.send(Ok(start));
                return;
            }
            Ok((_, offset)) => offset,
            Err(error) => {
                let _ = reply.send(Err(error));
                return;
            }
        };
        self.guarded(group, |replica, _| {
            if let Some(leader) = &mut replica.leader {
                leader.delete_before(&mut replica.raft, offset, reply);
            }
            Ok(())
        });
        self.touch(group);
    }

    /// Where the log starts, and where it is to start.
    fn deletable(&self, group: GroupId, before_offset: i64) -> Result<(i64, i64), PartitionError> {
        let replica = self.replicas.get(&group).ok_or_else(|| self.absent(group))?;
        let offsets = replica.shared.offsets();
        if !offsets.is_leader || replica.leader.is_none() || replica.raft.transferring() {
            return Err(PartitionError::NotLeader { leader: replica.shared.leader() });
        }
        let (start, end) = (offsets.log_start, offsets.high_watermark);
        let offset = if before_offset == TO_HIGH_WATERMARK { end } else { before_offset };
        if !(0..=end).contains(&offset) {
            return Err(PartitionError::OutOfRange { start, end });
        }
        Ok((start, offset))
    }
}
