//! One turn of a consumer group: requests change a copy of the state, the difference is written.

use std::sync::Arc;

use headrace_wire::messages::{
    ConsumerGroupHeartbeatResponse, JoinGroupRequest, JoinGroupResponse,
};
use headrace_wire::ErrorCode;

use super::{Conversion, Hosted, Pending, Refusal, State, View};
use crate::api::{Call, Request, Response};
use crate::coordinator::{leave_response, leaving};
use crate::errors::{heartbeat, join_error, sync_error};
use crate::records::Record;

/// What a turn leads to.
pub(crate) struct Outcome {
    /// Empty: nothing changed, and the answers can go out at once.
    pub(crate) records: Vec<Record>,
    pub(crate) answers: Vec<Pending>,
    /// The group speaks the classic protocol once the records are written.
    pub(crate) conversion: Option<Conversion>,
}

/// An answer that refuses a heartbeat.
pub(crate) fn refused(refusal: Refusal) -> ConsumerGroupHeartbeatResponse {
    ConsumerGroupHeartbeatResponse {
        error_code: refusal.code.code(),
        error_message: Some(refusal.why.into()),
        ..Default::default()
    }
}

impl Hosted {
    /// Answers the requests and whatever has become due. `before` is what the log holds.
    pub(crate) fn turn(
        &mut self,
        view: View,
        before: Arc<State>,
        requests: impl IntoIterator<Item = (Call, Request)>,
    ) -> Outcome {
        self.expire(view);
        let answers = requests.into_iter().map(|(call, request)| {
            let response = self.answer(view, &call, &request);
            Pending { token: call.token, version: call.version, request, response }
        });
        let answers: Vec<Pending> = answers.collect();
        let ended = before.members.values().any(|member| !member.is_classic());
        if let Some(classic) = self.downgraded(view, before.epoch).filter(|_| ended) {
            let mut records = before.changes(view.group_id, &State::default());
            let key = crate::records::group_key(view.group_id);
            let value = Some(classic.to_value(None).encode());
            records.push(Record { key, value });
            self.durable = Some(before);
            let conversion = Some(Conversion::Down(Box::new(classic)));
            return Outcome { records, answers, conversion };
        }
        let records = before.changes(view.group_id, &self.state);
        if !records.is_empty() {
            self.durable = Some(before);
        }
        Outcome { records, answers, conversion: None }
    }

    /// A refused request changes nothing.
    fn answer(&mut self, view: View, call: &Call, request: &Request) -> Response {
        let before = Arc::clone(&self.state);
        match request {
            Request::ConsumerHeartbeat(request) => Response::ConsumerHeartbeat(
                self.heartbeat(view, call, request).unwrap_or_else(|refusal| {
                    self.state = before;
                    refused(refusal)
                }),
            ),
            Request::Join(request) => Response::Join(self.answer_join(view, call, request)),
            Request::Sync(request) => {
                Response::Sync(self.sync_classic(view, request).unwrap_or_else(sync_error))
            }
            Request::Heartbeat(request) => {
                Response::Heartbeat(heartbeat(self.heartbeat_classic(view, request)))
            }
            Request::Leave(request) => {
                let leaving = leaving(call.version, request);
                let codes = self.leave_classic(view, &leaving);
                Response::Leave(leave_response(call.version, &leaving, &codes))
            }
            other => other.refuse(call.version, ErrorCode::UnknownServerError),
        }
    }

    fn answer_join(
        &mut self,
        view: View,
        call: &Call,
        request: &JoinGroupRequest,
    ) -> JoinGroupResponse {
        let before = Arc::clone(&self.state);
        self.join_classic(view, call, request).unwrap_or_else(|(code, id)| {
            self.state = before;
            join_error(&id, call.version, code)
        })
    }

    /// The turn's records are in the log.
    pub(crate) fn settle(&mut self) {
        self.durable = None;
        self.drop_timers();
    }

    /// They are not: back to what the log holds.
    pub(crate) fn revert(&mut self, view: View) {
        if let Some(durable) = self.durable.take() {
            self.state = durable;
            self.stale = true;
        }
        self.drop_timers();
        // Who was thrown out is back, and has to be heard of anew.
        let ids: Vec<String> = self
            .state
            .members
            .keys()
            .filter(|id| !self.timers.contains_key(*id))
            .cloned()
            .collect();
        for id in ids {
            self.heard_of(view, &id);
            self.watch_revocation(view.now_ms, &id);
        }
    }

    /// A classic group has just become this one.
    pub(crate) fn converted(&mut self, view: View, unsettled: bool) {
        self.start_timers(view);
        if unsettled {
            self.await_joins(view.now_ms);
        }
    }
}
