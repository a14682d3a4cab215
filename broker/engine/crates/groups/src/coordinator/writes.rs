//! What waits for the log, and what happens when it has answered.

use std::collections::BTreeMap;

use bytes::Bytes;
use headrace_wire::messages::{JoinGroupResponse, OffsetCommitRequest, OffsetDeleteRequest};
use headrace_wire::ErrorCode;

use super::{Context, Coordinator};
use crate::api::{Call, Effect, Request, Response, Token, WriteError, WriteId};
use crate::consumer::{Conversion, Pending};
use crate::errors::{
    commit_response, delete_result, join_error, offset_delete_error, offset_delete_response,
};
use crate::group::{Group, GroupState};
use crate::member::Waiter;
use crate::offsets::Place;
use crate::records::OffsetValue;

/// What becomes of each partition of a commit, counted over all topics of the request.
pub(super) type Plan = Vec<Planned>;

/// What becomes of one partition of a commit.
#[derive(Debug)]
pub(super) enum Planned {
    /// It is being written.
    Write(OffsetValue),
    /// The same was written a while ago: nothing to do.
    Same,
    /// It cannot be stored.
    Refused(ErrorCode),
}

impl Planned {
    /// The answer, when the write ends as `outcome` says.
    pub(super) fn code(&self, outcome: Result<(), ErrorCode>) -> ErrorCode {
        match (self, outcome) {
            (Planned::Refused(code), _) => *code,
            (Planned::Write(_), Err(code)) => code,
            (Planned::Write(_), Ok(())) | (Planned::Same, _) => ErrorCode::None,
        }
    }
}

/// An append that has not been answered.
#[derive(Debug)]
pub(super) struct Write {
    pub(super) group: String,
    pub(super) completion: Completion,
}

/// What the outcome of an append means.
#[derive(Debug)]
pub(super) enum Completion {
    /// The group has no members any more. Nobody waits for it.
    Empty,
    /// The leader's assignment of a generation.
    Assignment { generation: i32, assignments: BTreeMap<String, Bytes> },
    /// A static member got a new member id.
    StaticMember { waiter: Waiter, response: Box<JoinGroupResponse> },
    /// Offsets were committed; the nth partition of the request has the nth code unless written.
    Commit { token: Token, request: OffsetCommitRequest, plan: Plan },
    /// Some offsets expired or lost their topic.
    Expire { places: Vec<Place> },
    /// A turn of a consumer group.
    Consumers { answers: Vec<Pending>, conversion: Option<Conversion> },
    /// A turn of a streams group.
    Streams { answers: Vec<Pending> },
    /// A request deleted some offsets; the nth partition of the request has the nth code.
    DeleteOffsets {
        token: Token,
        request: OffsetDeleteRequest,
        codes: Vec<ErrorCode>,
        places: Vec<Place>,
    },
    /// The group was deleted, by a request or because nothing was left of it.
    Delete { token: Option<Token> },
}

impl Coordinator {
    /// Tells the outcome of an append. Outcomes come in the order of the appends.
    pub fn appended(
        &mut self,
        now_ms: i64,
        write: WriteId,
        outcome: Result<(), WriteError>,
    ) -> Vec<Effect> {
        if let Some(done) = self.transaction_writes.remove(&write) {
            self.transaction_written(now_ms, done, outcome);
            return std::mem::take(&mut self.context.effects);
        }
        let Some(Write { group: id, completion }) = self.context.writes.remove(&write) else {
            return Vec::new();
        };
        if let Completion::Delete { token } = completion {
            self.deleted(&id, token, outcome);
            self.serve_consumers(now_ms, &id);
            self.serve_streams(now_ms, &id);
        } else if let Completion::Consumers { answers, conversion } = completion {
            self.consumers_written(now_ms, &id, answers, conversion, outcome);
        } else if let Completion::Streams { answers } = completion {
            self.streams_written(now_ms, &id, answers, outcome);
        } else if let Some(group) = self.groups.get_mut(&id) {
            let places = if outcome.is_ok() { completion.places() } else { Vec::new() };
            let is_commit = matches!(completion, Completion::Commit { .. });
            group.written(&mut self.context, now_ms, completion, outcome);
            for place in places {
                match is_commit {
                    true => self.supersede(&id, &place, u64::MAX),
                    false => self.forget_open(&id, &place),
                }
            }
        }
        self.schedule(&id);
        std::mem::take(&mut self.context.effects)
    }

    fn deleted(&mut self, id: &str, token: Option<Token>, mut outcome: Result<(), WriteError>) {
        if let Some(group) = self.groups.get_mut(id) {
            // An offset is left when its deletion failed: it must not outlive its group.
            if outcome.is_ok() && !group.offsets.is_empty() {
                outcome = Err(WriteError::NotAvailable);
            }
            if outcome.is_ok() {
                let gone = self.groups.remove(id);
                for (call, request) in gone.into_iter().flat_map(|mut group| group.take_waiting()) {
                    let code = ErrorCode::CoordinatorNotAvailable;
                    self.context.reply(call.token, request.refuse(call.version, code));
                }
            } else {
                // As it was: only an empty group is ever deleted.
                group.state = GroupState::Empty;
            }
        }
        if let Some(token) = token {
            let code = outcome.map_or_else(WriteError::group_code, |()| ErrorCode::None);
            self.context.reply(token, Response::Delete(delete_result(id, code)));
        }
    }

    /// This node no longer leads the partition: answers everything that waits with `code` and
    /// forgets all groups. Outcomes of appends may still arrive; they mean nothing.
    pub fn resign(&mut self, code: ErrorCode) -> Vec<Effect> {
        for group in std::mem::take(&mut self.groups).values_mut() {
            let ids: Vec<String> = group.members.keys().cloned().collect();
            for id in ids {
                group.remove_member(&mut self.context, &id, code);
            }
            for (call, request) in group.take_waiting() {
                self.context.reply(call.token, request.refuse(call.version, code));
            }
        }
        self.timers.clear();
        self.open_offsets.clear();
        for done in std::mem::take(&mut self.transaction_writes).into_values() {
            let (token, response) = done.refusal(code);
            self.context.reply(token, response);
        }
        for write in std::mem::take(&mut self.context.writes).into_values() {
            write.completion.abandon(&mut self.context, &write.group, code);
        }
        std::mem::take(&mut self.context.effects)
    }
}

impl Completion {
    /// What the write committed or deleted.
    fn places(&self) -> Vec<Place> {
        match self {
            Completion::Commit { request, plan, .. } => {
                let places = request.topics.iter().flat_map(|topic| {
                    let place = |index: i32| (topic.name.to_string(), index);
                    topic.partitions.iter().map(move |p| place(p.partition_index))
                });
                let written = places.zip(plan).filter(|(_, p)| matches!(p, Planned::Write(_)));
                written.map(|(place, _)| place).collect()
            }
            Completion::Expire { places } | Completion::DeleteOffsets { places, .. } => {
                places.clone()
            }
            _ => Vec::new(),
        }
    }

    fn abandon(self, ctx: &mut Context, group: &str, code: ErrorCode) {
        match self {
            Completion::Empty | Completion::Assignment { .. } | Completion::Expire { .. } => {}
            Completion::StaticMember { waiter, .. } => {
                let response = join_error("", waiter.version, code);
                ctx.reply(waiter.token, Response::Join(response));
            }
            Completion::Commit { token, request, plan } => {
                let response = commit_response(&request, |at| plan[at].code(Err(code)));
                ctx.reply(token, Response::OffsetCommit(response));
            }
            Completion::Delete { token: Some(token) } => {
                ctx.reply(token, Response::Delete(delete_result(group, code)));
            }
            Completion::Delete { token: None } => {}
            Completion::Consumers { answers, .. } | Completion::Streams { answers } => {
                for pending in answers {
                    ctx.reply(pending.token, pending.request.refuse(pending.version, code));
                }
            }
            Completion::DeleteOffsets { token, .. } => {
                ctx.reply(token, Response::DeleteOffsets(offset_delete_error(code)));
            }
        }
    }
}

impl Group {
    /// Takes all requests that wait for the group's write.
    fn take_waiting(&mut self) -> Vec<(Call, Request)> {
        let consumers = self.consumer.iter_mut().flat_map(|hosted| hosted.take_waiting());
        let streams = self.streams.iter_mut().flat_map(|hosted| hosted.take_waiting());
        consumers.chain(streams).collect()
    }

    fn written(
        &mut self,
        ctx: &mut Context,
        now_ms: i64,
        completion: Completion,
        outcome: Result<(), WriteError>,
    ) {
        match completion {
            // A failed write of an empty group leaves the older record: after a fail-over its
            // members are taken for alive until their sessions end, which does no harm.
            Completion::Empty
            | Completion::Delete { .. }
            | Completion::Consumers { .. }
            | Completion::Streams { .. } => {}
            Completion::Assignment { generation, assignments } => {
                self.assigned(ctx, now_ms, generation, assignments, outcome);
            }
            Completion::StaticMember { waiter, response } => {
                let response = match outcome {
                    Ok(()) => *response,
                    Err(error) => join_error("", waiter.version, error.group_code()),
                };
                ctx.reply(waiter.token, Response::Join(response));
            }
            Completion::Commit { token, request, plan } => {
                self.committed(ctx, token, &request, plan, outcome);
            }
            Completion::Expire { places } => self.offsets_deleted(&places, outcome),
            Completion::DeleteOffsets { token, request, codes, places } => {
                self.offsets_deleted(&places, outcome);
                let response = match outcome {
                    Ok(()) => offset_delete_response(&request, &codes),
                    Err(error) => offset_delete_error(error.group_code()),
                };
                ctx.reply(token, Response::DeleteOffsets(response));
            }
        }
    }
    fn offsets_deleted(&mut self, places: &[Place], outcome: Result<(), WriteError>) {
        for place in places {
            self.offsets.end(place);
            if outcome.is_ok() {
                self.offsets.remove(&place.0, place.1);
            }
        }
    }
}
