//! What waits for the log, and what happens when it has answered.

use super::partitions::Add;
use super::Coordinator;
use crate::api::{Effect, Markers, Producer, Request, Response, Token, WriteError, WriteId};
use crate::state::{Metadata, NO_EPOCH, SECOND_PROTOCOL};

/// A write under way.
#[derive(Debug)]
pub(super) struct Pending {
    /// What will count; none when the id is deleted.
    pub next: Option<Metadata>,
    pub then: Then,
}

/// What follows a write.
#[derive(Clone, Debug)]
pub(super) enum Then {
    Init {
        token: Token,
    },
    /// Several requests that came while another write was under way share one.
    Add {
        tokens: Vec<Token>,
    },
    /// Nobody asks when a time-out or another instance ends it.
    End {
        token: Option<Token>,
    },
    Complete,
    Forget,
}

impl Then {
    /// Who waits for it.
    pub fn tokens(&self) -> Vec<Token> {
        match self {
            Then::Init { token } => vec![*token],
            Then::Add { tokens } => tokens.clone(),
            Then::End { token } => token.iter().copied().collect(),
            Then::Complete | Then::Forget => Vec::new(),
        }
    }
}

impl Coordinator {
    /// Tells the outcome of an append. Outcomes come in the order of the appends.
    pub fn appended(
        &mut self,
        now_ms: i64,
        write: WriteId,
        outcome: Result<(), WriteError>,
    ) -> Vec<Effect> {
        let Some(id) = self.writes.remove(&write) else { return Vec::new() };
        let pending = self.transactions.get_mut(&id).and_then(|txn| txn.pending.take());
        if let Some(Pending { next, then }) = pending {
            match outcome {
                Ok(()) => self.written(now_ms, &id, next, then),
                Err(error) => self.failed(now_ms, &id, then, error),
            }
            self.go_on(now_ms, &id);
        }
        std::mem::take(&mut self.effects)
    }

    fn written(&mut self, now_ms: i64, id: &str, next: Option<Metadata>, then: Then) {
        let Some(txn) = self.transactions.get_mut(id) else { return };
        let Some(next) = next else {
            let waiting = std::mem::take(&mut txn.waiting);
            self.transactions.remove(id);
            for (token, request) in waiting {
                self.route(now_ms, token, request);
            }
            return;
        };
        txn.now = next;
        txn.marked = false;
        txn.patient_until_ms = None;
        let (producer, after) = (txn.now.producer(), txn.now.producer_after());
        match then {
            Then::Init { token } => self.answer(Some(token), Response::Producer(producer)),
            Then::Add { tokens } => {
                let deadline_ms = txn.now.start_ms.saturating_add(i64::from(txn.now.timeout_ms));
                self.next_timeout_ms = self.next_timeout_ms.min(deadline_ms);
                for token in tokens {
                    self.answer(Some(token), Response::Added);
                }
            }
            Then::End { token } => {
                self.answer(token, Response::Producer(after));
                self.carry_out(now_ms, id);
            }
            Then::Complete | Then::Forget => {}
        }
    }

    fn failed(&mut self, now_ms: i64, id: &str, then: Then, error: WriteError) {
        for token in then.tokens() {
            self.answer(Some(token), Response::Refused(error.code()));
        }
        let Some(txn) = self.transactions.get_mut(id) else { return };
        match then {
            Then::Complete => txn.marked = true,
            // It was never there: who waits begins anew.
            Then::Init { .. } if txn.now.epoch == NO_EPOCH => {
                let waiting = std::mem::take(&mut txn.waiting);
                self.transactions.remove(id);
                for (token, request) in waiting {
                    self.route(now_ms, token, request);
                }
                return;
            }
            _ => {}
        }
        self.try_again_soon(now_ms);
    }

    fn answer(&mut self, token: Option<Token>, response: Response) {
        let reply = token.map(|token| Effect::Reply { token, response });
        self.effects.extend(reply);
    }

    /// Requests that waited for a write go on, up to the next write.
    fn go_on(&mut self, now_ms: i64, id: &str) {
        while let Some(txn) = self.transactions.get_mut(id).filter(|txn| txn.pending.is_none()) {
            let Some((_, first)) = txn.waiting.front() else { return };
            if txn.waits_for_markers(first) {
                return self.be_patient(now_ms, id);
            }
            let Some((token, request)) = txn.waiting.pop_front() else { return };
            match request {
                Request::Add { producer, partitions, second_protocol, .. } => {
                    let add = Add { producer, partitions, second_protocol };
                    self.add_with_others(now_ms, token, id, add);
                }
                request => self.route(now_ms, token, request),
            }
        }
    }

    /// Has the markers of a prepared transaction written.
    pub(super) fn carry_out(&mut self, now_ms: i64, id: &str) {
        let Some(txn) = self.transactions.get(id).filter(|txn| txn.now.state.is_prepared()) else {
            return;
        };
        if txn.now.partitions.is_empty() {
            self.complete(now_ms, id);
            return;
        }
        self.effects.push(Effect::WriteMarkers(Markers {
            transactional_id: id.to_owned(),
            producer: txn.now.producer(),
            commit: txn.now.state == crate::State::PrepareCommit,
            second_protocol: txn.now.client_version >= SECOND_PROTOCOL,
            partitions: txn.now.partitions.clone(),
        }));
    }

    /// All markers of the transaction that this producer and epoch end are in their logs.
    pub fn markers_written(&mut self, now_ms: i64, id: &str, producer: Producer) -> Vec<Effect> {
        let ours = self.transactions.get(id).is_some_and(|txn| {
            txn.now.state.is_prepared() && txn.now.producer() == producer && txn.pending.is_none()
        });
        if ours {
            self.complete(now_ms, id);
        }
        std::mem::take(&mut self.effects)
    }

    pub(super) fn complete(&mut self, now_ms: i64, id: &str) {
        let Some(txn) = self.transactions.get(id) else { return };
        let next = txn.now.complete(now_ms);
        // What was written with partitions can be written without.
        let _ = self.write(id, Some(next), Then::Complete);
    }
}
