//! Who may commit and read a consumer group's offsets.

use headrace_wire::messages::offset_fetch::OffsetFetchRequestGroup;
use headrace_wire::messages::OffsetCommitRequest;
use headrace_wire::ErrorCode;
use uuid::Uuid;

use super::member::{Current, Held};
use super::State;
use crate::api::TransactionalOffsets;

/// The first version of OffsetCommit that carries a member's epoch.
const EPOCH_FROM: i16 = 9;

impl State {
    pub(crate) fn check_commit(
        &self,
        version: i16,
        request: &OffsetCommitRequest,
    ) -> Result<(), ErrorCode> {
        let epoch = request.generation_id_or_member_epoch;
        // A tool that only stores offsets must not disturb a group with members.
        if epoch < 0 && self.members.is_empty() {
            return Ok(());
        }
        let member = self.members.get(&*request.member_id).ok_or(ErrorCode::UnknownMemberId)?;
        let ours = member.current.epoch;
        if member.is_classic() {
            return (epoch == ours).then_some(()).ok_or(ErrorCode::IllegalGeneration);
        }
        if version < EPOCH_FROM {
            return Err(ErrorCode::UnsupportedVersion);
        }
        let places = request.topics.iter().flat_map(|topic| {
            topic.partitions.iter().map(|partition| (topic.topic_id, partition.partition_index))
        });
        if epoch == ours || (epoch < ours && committed_in_time(&member.current, epoch, places)) {
            return Ok(());
        }
        Err(ErrorCode::StaleMemberEpoch)
    }

    /// A producer that names no member is not looked at. The request has no word for a stale
    /// epoch of its own.
    pub(crate) fn check_txn_commit(&self, commit: &TransactionalOffsets) -> Result<(), ErrorCode> {
        let request = &commit.request;
        let epoch = request.generation_id;
        let named = !request.member_id.is_empty() || request.group_instance_id.is_some();
        if epoch < 0 && (!named || self.members.is_empty()) {
            return Ok(());
        }
        let member = self.members.get(&*request.member_id).ok_or(ErrorCode::UnknownMemberId)?;
        let ids = commit.topic_ids.iter().copied().chain(std::iter::repeat(Uuid::nil()));
        let places = request.topics.iter().zip(ids).flat_map(|(topic, id)| {
            topic.partitions.iter().map(move |partition| (id, partition.partition_index))
        });
        let ours = member.current.epoch;
        let in_time = || {
            let early = !member.is_classic() && epoch < ours;
            early && committed_in_time(&member.current, epoch, places)
        };
        (epoch == ours || in_time()).then_some(()).ok_or(ErrorCode::IllegalGeneration)
    }

    pub(crate) fn check_fetch(&self, request: &OffsetFetchRequestGroup) -> Result<(), ErrorCode> {
        let epoch = request.member_epoch;
        let Some(id) = request.member_id.as_deref() else {
            return (epoch < 0).then_some(()).ok_or(ErrorCode::UnknownMemberId);
        };
        let member = self.members.get(id).ok_or(ErrorCode::UnknownMemberId)?;
        match member.is_classic() {
            _ if epoch == member.current.epoch => Ok(()),
            true => Err(ErrorCode::IllegalGeneration),
            false => Err(ErrorCode::StaleMemberEpoch),
        }
    }
}

/// A member commits in an epoch that has passed: nobody else can have had these partitions since,
/// if it has held them all along (KIP-1251).
fn committed_in_time(
    current: &Current,
    epoch: i32,
    mut places: impl Iterator<Item = (Uuid, i32)>,
) -> bool {
    let since = |held: &Held, topic, partition: i32| -> Option<i32> {
        held.get(&topic)?.get(&partition).copied()
    };
    epoch >= 0
        && places.all(|(id, index)| {
            let held = since(&current.assigned, id, index);
            held.or_else(|| since(&current.revoking, id, index)).is_some_and(|at| at <= epoch)
        })
}
