//! Deletion of records from a log's start, as an entry of the log: every replica starts where it
//! says, and so does whoever leads next. Whole segments below go with the next housekeeping.

use super::Shard;
use crate::error::PartitionError;
use crate::image::GroupId;
use crate::partition::leader::DeleteReply;

/// Asks for all records that are committed.
const TO_HIGH_WATERMARK: i64 = -1;

/// What a request comes to.
enum Deletable {
    /// All was deleted before; the log starts here.
    Done { start: i64 },
    /// All before is to be deleted.
    Before(i64),
}

impl Shard {
    pub(super) fn delete_records(
        &mut self,
        group: GroupId,
        before_offset: i64,
        reply: DeleteReply,
    ) {
        let offset = match self.deletable(group, before_offset) {
            Ok(Deletable::Done { start }) => {
                let _ = reply.send(Ok(start));
                return;
            }
            Ok(Deletable::Before(offset)) => offset,
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

    /// Retention has perhaps removed here what a later leader still holds, so only an earlier
    /// request counts as done.
    fn deletable(&self, group: GroupId, before_offset: i64) -> Result<Deletable, PartitionError> {
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
        Ok(match offset <= replica.app.borrow().deleted_before() {
            true => Deletable::Done { start },
            false => Deletable::Before(offset),
        })
    }
}
