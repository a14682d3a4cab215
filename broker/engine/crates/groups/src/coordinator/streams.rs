//! Requests to streams groups: each group has one write under way at most, and what comes
//! meanwhile shares the next.

use headrace_wire::messages::{streams_group_describe, StreamsGroupHeartbeatRequest};
use headrace_wire::ErrorCode;

use super::writes::Completion;
use super::{Context, Coordinator};
use crate::api::{Call, Request, Response, WriteError};
use crate::consumer::{Pending, Refusal};
use crate::group::{Group, GroupState};
use crate::records::{group_key, Record};
use crate::streams::heartbeat::check;
use crate::streams::{refused, Hosted, Outcome};

impl Coordinator {
    /// Whether a request is answered here: what a streams group's own protocol has, and what ends
    /// such a group.
    pub(super) fn is_for_streams(&self, request: &Request) -> bool {
        match request {
            Request::StreamsHeartbeat(_) => true,
            Request::Join(_) | Request::Delete(_) => {
                let group = request.group().and_then(|id| self.groups.get(id));
                group.is_some_and(|group| group.streams.is_some())
            }
            _ => false,
        }
    }

    pub(super) fn streams_request(&mut self, now_ms: i64, call: Call, request: Request) {
        let id = request.group().unwrap_or_default().to_owned();
        let mut ends = Vec::new();
        if let Request::StreamsHeartbeat(asked) = &request {
            match check(asked).and_then(|()| self.may_begin(asked)) {
                Ok(records) => ends = records,
                Err(refusal) => {
                    let response = Response::StreamsHeartbeat(refused(refusal), Vec::new());
                    return self.context.reply(call.token, response);
                }
            }
        }
        let group = self.groups.entry(id.clone()).or_insert_with_key(|id| Group::new(id, now_ms));
        group.streams.get_or_insert_default().wait(call, request);
        self.serve_streams_after(now_ms, &id, ends);
    }

    /// Whether the group is, or can become, a streams group: one that has no members may have
    /// been of the classic protocol. The records that end that.
    fn may_begin(&self, request: &StreamsGroupHeartbeatRequest) -> Result<Vec<Record>, Refusal> {
        let id: &str = &request.group_id;
        let joins = request.member_epoch == 0;
        let not_found = |why: String| Err(Refusal::new(ErrorCode::GroupIdNotFound, why));
        match self.groups.get(id) {
            Some(group) if group.is(GroupState::Dead) => {
                let why = "The group is being deleted.";
                Err(Refusal::new(ErrorCode::CoordinatorNotAvailable, why))
            }
            Some(group) if group.streams.is_some() => Ok(Vec::new()),
            None if joins => Ok(Vec::new()),
            None => not_found(format!("Group {id} not found.")),
            Some(group) if joins && group.consumer.is_none() && group.is_idle() => {
                let written = group.generation > 0;
                let end = Record { key: group_key(id), value: None };
                Ok(written.then_some(end).into_iter().collect())
            }
            Some(_) => not_found(format!("Group {id} is not a streams group.")),
        }
    }

    /// Serves what waits, as far as writes allow.
    pub(super) fn serve_streams(&mut self, now_ms: i64, id: &str) {
        self.serve_streams_after(now_ms, id, Vec::new());
    }

    fn serve_streams_after(&mut self, now_ms: i64, id: &str, mut first: Vec<Record>) {
        loop {
            let Coordinator { groups, context, .. } = &mut *self;
            let Some(group) = groups.get_mut(id) else { return };
            let dead = group.is(GroupState::Dead);
            let Some(hosted) = &mut group.streams else { return };
            if dead {
                for (call, request) in hosted.take_waiting() {
                    let response = request.refuse(call.version, ErrorCode::CoordinatorNotAvailable);
                    context.reply(call.token, response);
                }
                return;
            }
            if hosted.is_writing() {
                return;
            }
            let batch = hosted.take_batch();
            if !batch.is_empty() {
                let mut outcome = hosted.turn(context.view(id, now_ms), batch);
                if !outcome.records.is_empty() {
                    outcome.records.splice(0..0, first.drain(..));
                }
                context.write_streams(id, outcome);
                continue;
            }
            match hosted.take_next() {
                None => break,
                Some((call, Request::Delete(_))) => self.delete(&call, id),
                Some((call, request)) if hosted.state.members.is_empty() => {
                    self.end_streams(now_ms, id, (call, request));
                }
                Some((call, request)) => {
                    let code = ErrorCode::InconsistentGroupProtocol;
                    context.reply(call.token, request.refuse(call.version, code));
                }
            }
        }
        self.drop_streams_if_void(id);
    }

    /// The classic protocol takes an empty streams group over.
    fn end_streams(&mut self, now_ms: i64, id: &str, first: (Call, Request)) {
        let Some(hosted) = self.groups.get_mut(id).and_then(|group| group.streams.as_mut()) else {
            return;
        };
        let records = hosted.clear(id);
        hosted.wait_first(first);
        if records.is_empty() {
            self.streams_written(now_ms, id, Vec::new(), Ok(()));
        } else {
            self.context.write_streams(id, Outcome { records, answers: Vec::new() });
        }
    }

    /// A turn's records are in the log, or are not.
    pub(super) fn streams_written(
        &mut self,
        now_ms: i64,
        id: &str,
        mut answers: Vec<Pending>,
        outcome: Result<(), WriteError>,
    ) {
        if let Err(error) = outcome {
            for pending in &mut answers {
                pending.response = pending.request.refuse(pending.version, error.group_code());
            }
        }
        self.context.answer(answers);
        let Coordinator { groups, context, .. } = &mut *self;
        let Some(group) = groups.get_mut(id) else { return };
        let Some(hosted) = &mut group.streams else { return };
        match outcome {
            Ok(()) => {
                hosted.settle();
                group.forget_classic();
            }
            Err(_) => hosted.revert(context.view(id, now_ms)),
        }
        for (call, request) in self.drop_streams_if_void(id) {
            self.route(now_ms, call, request);
        }
        self.serve_streams(now_ms, id);
    }

    /// A group of which the log holds nothing is none; what waits for it.
    fn drop_streams_if_void(&mut self, id: &str) -> Vec<(Call, Request)> {
        let Some(group) = self.groups.get_mut(id) else { return Vec::new() };
        let void = |hosted: &Hosted| hosted.state.is_void() && !hosted.is_writing();
        let gone = group.streams.take_if(|hosted| void(hosted));
        if gone.is_some() && group.is_pristine() {
            self.groups.remove(id);
        }
        gone.into_iter().flat_map(|mut hosted| hosted.take_waiting()).collect()
    }

    /// Throws overdue members out, and makes targets that were waited with.
    pub(super) fn expire_streams(&mut self, now_ms: i64, id: &str) {
        let Coordinator { groups, context, .. } = &mut *self;
        let Some(hosted) = groups.get_mut(id).and_then(|group| group.streams.as_mut()) else {
            return;
        };
        if !hosted.is_writing() {
            let outcome = hosted.turn(context.view(id, now_ms), []);
            context.write_streams(id, outcome);
        }
    }

    pub(super) fn describe_streams(&mut self, now_ms: i64, call: &Call, id: &str) {
        let group = self.groups.get(id);
        let described = match group.and_then(Group::streams_state) {
            Some(state) => state.describe(self.context.view(id, now_ms)),
            None => {
                let why = match group {
                    Some(_) => format!("Group {id} is not a streams group."),
                    None => format!("Group {id} not found."),
                };
                streams_group_describe::DescribedGroup {
                    group_id: id.into(),
                    error_code: ErrorCode::GroupIdNotFound.code(),
                    error_message: Some(why.into()),
                    ..Default::default()
                }
            }
        };
        self.context.reply(call.token, Response::DescribeStreams(described));
    }
}

impl Context {
    /// Writes what a turn changed, or answers at once when it changed nothing.
    fn write_streams(&mut self, id: &str, outcome: Outcome) {
        let Outcome { records, answers } = outcome;
        if records.is_empty() {
            self.answer(answers);
        } else {
            self.append(id, records, Completion::Streams { answers });
        }
    }
}

impl Group {
    /// No members of the classic protocol, and none on its way.
    fn is_idle(&self) -> bool {
        self.is(GroupState::Empty) && self.pending.is_empty()
    }

    /// What the classic protocol left behind when it ended.
    fn forget_classic(&mut self) {
        (self.generation, self.protocol_type, self.protocol) = (0, None, None);
    }
}
