//! A group's members: who they are, how far they have the log, and how they change.

use headrace_raft::{Membership, Role};

use super::Shard;
use crate::error::PartitionError;
use crate::image::GroupId;
use crate::partition::in_sync::node_of;
use crate::partition::{PeerProgress, Progress};

impl Shard {
    pub(super) fn membership(&mut self, group: GroupId, change: Membership) {
        self.guarded(group, |replica, _| {
            // What was taken in must keep its place before this entry.
            if let Some(leader) = &mut replica.leader {
                if leader.propose(&mut replica.raft).is_ok() {
                    // Refused while one is under way or leadership moved: it is asked for again.
                    let _ = replica.raft.propose_membership(change);
                }
            }
            Ok(())
        });
        self.touch(group);
    }

    pub(super) fn progress(&self, group: GroupId) -> Result<Progress, PartitionError> {
        let replica = self.replicas.get(&group).ok_or_else(|| self.absent(group))?;
        let status = replica.raft.status();
        let in_sync = match &replica.in_sync {
            Some(in_sync) if status.role == Role::Leader => in_sync,
            _ => return Err(PartitionError::NotLeader { leader: status.leader.map(node_of) }),
        };
        let store = self.store.borrow();
        let log = store.log(group).ok_or_else(|| self.absent(group))?;
        let mut members: Vec<PeerProgress> = replica
            .raft
            .peers()
            .map(|peer| {
                let node = node_of(peer.peer);
                let (mut heard_ms, mut caught_up_ms) = in_sync.times_ms(peer.peer);
                if node == self.config.node {
                    (heard_ms, caught_up_ms) = (Some(self.now_ms), Some(self.now_ms));
                }
                let log_end = log.end_offset_at(peer.matched.min(status.last_index));
                PeerProgress { node, voter: peer.voter, log_end, heard_ms, caught_up_ms }
            })
            .collect();
        members.sort_unstable_by_key(|member| member.node);
        Ok(Progress {
            leader: self.config.node,
            epoch: i32::try_from(status.term).unwrap_or(i32::MAX),
            high_watermark: log.end_offset_at(status.commit),
            members,
        })
    }
}
