//! OffsetCommit: checked, written, then visible and answered.

use headrace_wire::messages::offset_commit::OffsetCommitRequestPartition;
use headrace_wire::messages::OffsetCommitRequest;
use headrace_wire::ErrorCode;
use uuid::Uuid;

use super::writes::{Completion, Plan, Planned};
use super::{Context, Coordinator};
use crate::api::{Call, Response, Token, WriteError};
use crate::errors::{commit_error, commit_response};
use crate::group::{Group, GroupState};
use crate::records::{offset_key, OffsetValue, Record};

/// An offset that is committed again unchanged is written again only after this time, or a tenth
/// of the retention if that is less: consumers commit every few seconds whether they read
/// anything or not, and all that a new record would tell is that the offset is still in use.
const MAX_RENEW_MS: i64 = 60 * 60 * 1000;
/// The first version of OffsetCommit whose clients know GROUP_ID_NOT_FOUND (KIP-848).
const NO_GROUP_FROM: i16 = 9;

impl Coordinator {
    pub(super) fn offset_commit(&mut self, now_ms: i64, call: &Call, request: OffsetCommitRequest) {
        let id: &str = &request.group_id;
        let member = request.generation_id_or_member_epoch >= 0;
        if !self.groups.contains_key(id) {
            if member {
                let code = match call.version >= NO_GROUP_FROM {
                    true => ErrorCode::GroupIdNotFound,
                    false => ErrorCode::IllegalGeneration,
                };
                let response = commit_error(&request, code);
                self.context.reply(call.token, Response::OffsetCommit(response));
                return;
            }
            // Offsets without membership: the group exists from here on.
            self.groups.insert(id.to_owned(), Group::new(id, now_ms));
        }
        // What a transaction may be about to change is not known to be the same as before.
        let renew_ms = match self.in_transaction(id) {
            true => 0,
            false => MAX_RENEW_MS.min(self.context.config.offsets_retention_ms / 10),
        };
        let Some(group) = self.groups.get_mut(id) else { return };
        let checked = match (group.consumer_state(), group.streams_state()) {
            (Some(state), _) => state.check_commit(call.version, &request),
            (None, Some(state)) => state.check_commit(call.version, &request),
            (None, None) => group.check_commit(&request),
        };
        match checked {
            Ok(()) => group.commit(&mut self.context, now_ms, renew_ms, call, request),
            Err(code) => {
                let response = commit_error(&request, code);
                self.context.reply(call.token, Response::OffsetCommit(response));
            }
        }
    }
}

impl Group {
    fn check_commit(&self, request: &OffsetCommitRequest) -> Result<(), ErrorCode> {
        if self.is(GroupState::Dead) {
            return Err(ErrorCode::CoordinatorNotAvailable);
        }
        let generation = request.generation_id_or_member_epoch;
        let anonymous = request.member_id.is_empty() && request.group_instance_id.is_none();
        if generation < 0 && (self.is(GroupState::Empty) || anonymous) {
            // A client that only stores offsets must not disturb the members of a living group.
            return match self.is(GroupState::Empty) {
                true => Ok(()),
                false => Err(ErrorCode::UnknownMemberId),
            };
        }
        self.check_member(&request.member_id, request.group_instance_id.as_deref())?;
        if generation != self.generation {
            return Err(ErrorCode::IllegalGeneration);
        }
        // Between joining and its assignment a member owns nothing to commit for.
        match self.state {
            GroupState::CompletingRebalance => Err(ErrorCode::RebalanceInProgress),
            _ => Ok(()),
        }
    }

    fn commit(
        &mut self,
        ctx: &mut Context,
        now_ms: i64,
        renew_ms: i64,
        call: &Call,
        request: OffsetCommitRequest,
    ) {
        if let Some(member) = self.members.get_mut(&*request.member_id) {
            member.heard_of(now_ms);
        }
        let limit_bytes = ctx.config.metadata_limit_bytes();
        let expire_ms = match request.retention_time_ms {
            -1 => None,
            retention_ms => Some(now_ms.saturating_add(retention_ms)),
        };
        let mut plan = Vec::new();
        let mut records = Vec::new();
        for topic in &request.topics {
            for partition in &topic.partitions {
                let value = new_value(partition, now_ms, expire_ms, topic.topic_id, limit_bytes);
                let index = partition.partition_index;
                let planned = match value {
                    Err(code) => Planned::Refused(code),
                    Ok(value) if self.offsets.holds(&topic.name, index, &value, renew_ms) => {
                        Planned::Same
                    }
                    Ok(value) => {
                        self.offsets.begin(&topic.name, index);
                        let key = offset_key(&self.id, &topic.name, index);
                        records.push(Record { key, value: Some(value.encode()) });
                        Planned::Write(value)
                    }
                };
                plan.push(planned);
            }
        }
        if records.is_empty() {
            let response = commit_response(&request, |at| plan[at].code(Ok(())));
            ctx.reply(call.token, Response::OffsetCommit(response));
            return;
        }
        let completion = Completion::Commit { token: call.token, request, plan };
        ctx.append(&self.id, records, completion);
    }

    pub(super) fn committed(
        &mut self,
        ctx: &mut Context,
        token: Token,
        request: &OffsetCommitRequest,
        plan: Plan,
        outcome: Result<(), WriteError>,
    ) {
        let coded = outcome.map_err(WriteError::commit_code);
        let response = commit_response(request, |at| plan[at].code(coded));
        let partitions = request.topics.iter().flat_map(|topic| {
            topic.partitions.iter().map(|partition| (&topic.name, partition.partition_index))
        });
        for ((topic, partition), planned) in partitions.zip(plan) {
            let Planned::Write(value) = planned else { continue };
            self.offsets.end(&(topic.to_string(), partition));
            if outcome.is_ok() {
                self.offsets.set(topic, partition, value);
            }
        }
        ctx.reply(token, Response::OffsetCommit(response));
    }
}

fn new_value(
    partition: &OffsetCommitRequestPartition,
    now_ms: i64,
    expire_timestamp_ms: Option<i64>,
    topic_id: Uuid,
    limit_bytes: usize,
) -> Result<OffsetValue, ErrorCode> {
    let metadata = partition.committed_metadata.as_deref().unwrap_or_default();
    if metadata.len() > limit_bytes {
        return Err(ErrorCode::OffsetMetadataTooLarge);
    }
    Ok(OffsetValue {
        offset: partition.committed_offset,
        leader_epoch: partition.committed_leader_epoch,
        metadata: metadata.to_owned(),
        commit_timestamp_ms: now_ms,
        expire_timestamp_ms,
        topic_id,
    })
}
