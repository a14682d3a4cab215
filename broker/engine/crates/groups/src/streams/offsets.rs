//! Who may commit and read a streams group's offsets.

use headrace_wire::messages::offset_fetch::OffsetFetchRequestGroup;
use headrace_wire::messages::{OffsetCommitRequest, TxnOffsetCommitRequest};
use headrace_wire::ErrorCode;

use super::member::Current;
use super::topology::reader;
use super::State;

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
        if version < EPOCH_FROM {
            return Err(ErrorCode::UnsupportedVersion);
        }
        let places = request.topics.iter().flat_map(|topic| {
            topic.partitions.iter().map(|partition| (&*topic.name, partition.partition_index))
        });
        let valid = self.is_valid(&member.current, epoch, places);
        valid.then_some(()).ok_or(ErrorCode::StaleMemberEpoch)
    }

    /// A producer that names no member is not looked at. The request has no word for a stale
    /// epoch of its own.
    pub(crate) fn check_txn_commit(
        &self,
        request: &TxnOffsetCommitRequest,
    ) -> Result<(), ErrorCode> {
        let epoch = request.generation_id;
        let named = !request.member_id.is_empty() || request.group_instance_id.is_some();
        if epoch < 0 && (!named || self.members.is_empty()) {
            return Ok(());
        }
        let member = self.members.get(&*request.member_id).ok_or(ErrorCode::UnknownMemberId)?;
        let places = request.topics.iter().flat_map(|topic| {
            topic.partitions.iter().map(|partition| (&*topic.name, partition.partition_index))
        });
        let valid = self.is_valid(&member.current, epoch, places);
        valid.then_some(()).ok_or(ErrorCode::IllegalGeneration)
    }

    pub(crate) fn check_fetch(&self, request: &OffsetFetchRequestGroup) -> Result<(), ErrorCode> {
        let epoch = request.member_epoch;
        let Some(id) = request.member_id.as_deref() else {
            return (epoch < 0).then_some(()).ok_or(ErrorCode::UnknownMemberId);
        };
        let member = self.members.get(id).ok_or(ErrorCode::UnknownMemberId)?;
        (epoch == member.current.epoch).then_some(()).ok_or(ErrorCode::StaleMemberEpoch)
    }

    /// In its epoch a member commits what it likes; in one that has passed only for tasks that it
    /// has had since, so that nobody else can have had them meanwhile.
    fn is_valid<'n>(
        &self,
        current: &Current,
        epoch: i32,
        mut places: impl Iterator<Item = (&'n str, i32)>,
    ) -> bool {
        let since = |topic: &str, partition: i32| {
            let id: &str = &reader(self.topology.as_ref()?, topic)?.subtopology_id;
            let held = [&current.assigned, &current.revoking];
            let mut dated = held.iter().filter_map(|held| held.active.get(id));
            dated.find_map(|dated| dated.get(&partition).copied())
        };
        epoch == current.epoch
            || (0..current.epoch).contains(&epoch)
                && places
                    .all(|(topic, partition)| since(topic, partition).is_some_and(|at| at <= epoch))
    }
}
