//! Requests to consumer groups: each group has one write under way at most, and what comes
//! meanwhile shares the next.

use std::sync::Arc;

use headrace_wire::messages::ConsumerGroupHeartbeatRequest;
use headrace_wire::ErrorCode;

use super::writes::Completion;
use super::{Context, Coordinator};
use crate::api::{Call, Effect, Request, Response, WriteError};
use crate::consumer::heartbeat::check;
use crate::consumer::turn::{refused, Outcome};
use crate::consumer::{Conversion, Hosted, Pending, Refusal, State, View};
use crate::group::{Group, GroupState};
use crate::records::{group_key, Record};

impl Context {
    pub(super) fn view<'a>(&'a self, group_id: &'a str, now_ms: i64) -> View<'a> {
        View { group_id, config: &self.config, topics: &*self.config.topics, now_ms }
    }
}

impl Coordinator {
    /// Whether a request is answered here. Whoever speaks the classic protocol in a consumer
    /// group is.
    pub(super) fn is_for_consumers(&self, request: &Request) -> bool {
        match request {
            Request::ConsumerHeartbeat(_) => true,
            Request::Join(_)
            | Request::Sync(_)
            | Request::Heartbeat(_)
            | Request::Leave(_)
            | Request::Delete(_) => {
                let group = request.group().and_then(|id| self.groups.get(id));
                group.is_some_and(|group| group.consumer.is_some())
            }
            _ => false,
        }
    }

    pub(super) fn consumer_request(&mut self, now_ms: i64, call: Call, request: Request) {
        if let Request::ConsumerHeartbeat(asked) = &request {
            let checked = check(&self.context.config, call.version, asked);
            match checked.and_then(|()| self.beginning(now_ms, asked)) {
                Ok(None) => {}
                Ok(Some(state)) => return self.begin(now_ms, state, call, request),
                Err(refusal) => {
                    let response = Response::ConsumerHeartbeat(refused(refusal));
                    return self.context.reply(call.token, response);
                }
            }
        }
        let id = request.group().unwrap_or_default().to_owned();
        if let Some(hosted) = self.groups.get_mut(&id).and_then(|group| group.consumer.as_mut()) {
            hosted.wait(call, request);
            self.serve_consumers(now_ms, &id);
        }
    }

    /// The state in which a group that is no consumer group becomes one; none when it is one.
    fn beginning(
        &self,
        now_ms: i64,
        request: &ConsumerGroupHeartbeatRequest,
    ) -> Result<Option<State>, Refusal> {
        let id: &str = &request.group_id;
        let refuse = |why: String| Err(Refusal::new(ErrorCode::GroupIdNotFound, why));
        match self.groups.get(id) {
            Some(group) if group.is(GroupState::Dead) => {
                let why = "The group is being deleted.";
                Err(Refusal::new(ErrorCode::CoordinatorNotAvailable, why))
            }
            Some(group) if group.consumer.is_some() => Ok(None),
            None if request.member_epoch == 0 => Ok(Some(State::default())),
            None => refuse(format!("Group {id} not found.")),
            Some(group) if request.member_epoch == 0 && group.streams.is_none() => {
                group.upgraded(self.context.view(id, now_ms)).map(Some)
            }
            Some(_) => refuse(format!("Group {id} is not a consumer group.")),
        }
    }

    /// Makes a consumer group with its first member of the newer protocol.
    fn begin(&mut self, now_ms: i64, state: State, call: Call, request: Request) {
        let id = request.group().unwrap_or_default().to_owned();
        let Coordinator { groups, context, .. } = self;
        let group = groups.entry(id.clone()).or_insert_with_key(|id| Group::new(id, now_ms));
        let mut hosted = Hosted::new(state);
        let view = context.view(&id, now_ms);
        let mut outcome = hosted.turn(view, Arc::default(), [(call, request)]);
        // Refused: everything stays as it was.
        let joined = hosted.state.members.values().any(|member| !member.is_classic());
        if !joined || outcome.records.is_empty() {
            context.answer(outcome.answers);
            if group.is_pristine() {
                groups.remove(&id);
            }
            return;
        }
        let unsettled = !matches!(group.state, GroupState::Stable | GroupState::Empty);
        outcome.conversion = Some(Conversion::Up { unsettled });
        if group.generation > 0 {
            outcome.records.insert(0, Record { key: group_key(&id), value: None });
        }
        group.consumer = Some(Box::new(hosted));
        context.write_turn(&id, outcome);
    }

    /// Serves what waits, as far as writes allow.
    pub(super) fn serve_consumers(&mut self, now_ms: i64, id: &str) {
        loop {
            let Coordinator { groups, context, .. } = &mut *self;
            let Some(group) = groups.get_mut(id) else { return };
            let dead = group.is(GroupState::Dead);
            let Some(hosted) = &mut group.consumer else { return };
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
                let before = Arc::clone(&hosted.state);
                let outcome = hosted.turn(context.view(id, now_ms), before, batch);
                context.write_turn(id, outcome);
                continue;
            }
            match hosted.take_next() {
                None => return,
                Some((call, Request::Delete(_))) => self.delete(&call, id),
                Some(other) => self.dissolve(now_ms, id, other),
            }
        }
    }

    /// The classic protocol takes an empty consumer group over.
    fn dissolve(&mut self, now_ms: i64, id: &str, first: (Call, Request)) {
        let Some(group) = self.groups.get_mut(id) else { return };
        let Some(hosted) = &mut group.consumer else { return };
        let records = hosted.clear(id);
        hosted.wait_first(first);
        let classic = Box::new(Group::new(id, now_ms));
        let conversion = Some(Conversion::Down(classic));
        if records.is_empty() {
            self.consumers_written(now_ms, id, Vec::new(), conversion, Ok(()));
        } else {
            let outcome = Outcome { records, answers: Vec::new(), conversion };
            self.context.write_turn(id, outcome);
        }
    }

    /// A turn's records are in the log, or are not.
    pub(super) fn consumers_written(
        &mut self,
        now_ms: i64,
        id: &str,
        mut answers: Vec<Pending>,
        conversion: Option<Conversion>,
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
        let mut homeless = Default::default();
        match (outcome, conversion) {
            (Ok(()), Some(Conversion::Up { unsettled })) => {
                group.end_waits(context, ErrorCode::RebalanceInProgress);
                group.forget_members();
                if let Some(hosted) = &mut group.consumer {
                    hosted.settle();
                    hosted.converted(context.view(id, now_ms), unsettled);
                }
            }
            (Ok(()), Some(Conversion::Down(classic))) => {
                homeless = group.consumer.take().map(|mut h| h.take_waiting()).unwrap_or_default();
                group.become_classic(context, now_ms, *classic);
            }
            (Err(_), Some(Conversion::Up { .. })) => {
                homeless = group.consumer.take().map(|mut h| h.take_waiting()).unwrap_or_default();
                if group.is_pristine() {
                    groups.remove(id);
                }
            }
            (outcome, _) => {
                if let Some(hosted) = &mut group.consumer {
                    match outcome {
                        Ok(()) => hosted.settle(),
                        Err(_) => hosted.revert(context.view(id, now_ms)),
                    }
                }
            }
        }
        for (call, request) in homeless {
            self.route(now_ms, call, request);
        }
        self.serve_consumers(now_ms, id);
    }

    /// Throws overdue members of a consumer group out.
    pub(super) fn expire_consumers(&mut self, now_ms: i64, id: &str) {
        let Coordinator { groups, context, .. } = &mut *self;
        let Some(hosted) = groups.get_mut(id).and_then(|group| group.consumer.as_mut()) else {
            return;
        };
        if !hosted.is_writing() {
            let before = Arc::clone(&hosted.state);
            let outcome = hosted.turn(context.view(id, now_ms), before, []);
            context.write_turn(id, outcome);
        }
    }
}

impl Context {
    pub(super) fn answer(&mut self, answers: Vec<Pending>) {
        let replies = answers.into_iter();
        let replies = replies.map(|a| Effect::Reply { token: a.token, response: a.response });
        self.effects.extend(replies);
    }

    /// Writes what a turn changed, or answers at once when it changed nothing.
    fn write_turn(&mut self, id: &str, outcome: Outcome) {
        let Outcome { records, answers, conversion } = outcome;
        if records.is_empty() {
            self.answer(answers);
        } else {
            self.append(id, records, Completion::Consumers { answers, conversion });
        }
    }
}

impl Group {
    /// Answers every waiting JoinGroup and SyncGroup with `code`.
    fn end_waits(&mut self, ctx: &mut Context, code: ErrorCode) {
        let ids: Vec<String> = self.members.keys().cloned().collect();
        for id in ids {
            self.remove_member(ctx, &id, code);
        }
    }

    /// Takes over the members of `classic`, which have to rejoin.
    fn become_classic(&mut self, ctx: &mut Context, now_ms: i64, classic: Group) {
        let offsets = std::mem::take(&mut self.offsets);
        let scheduled_ms = self.scheduled_ms;
        *self = classic;
        (self.offsets, self.scheduled_ms) = (offsets, scheduled_ms);
        if !self.members.is_empty() {
            self.rebalance(ctx, now_ms);
        }
    }
}
