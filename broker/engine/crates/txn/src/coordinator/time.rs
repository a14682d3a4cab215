//! What time brings: transactions that take too long, and ids that nobody uses.

use headrace_wire::ErrorCode;

use super::writes::Then;
use super::{Coordinator, Transaction};
use crate::api::{Effect, Request, Response};
use crate::state::{Metadata, State};

/// Between two looks for ids that nobody uses, as in Apache Kafka.
pub(super) const EXPIRY_INTERVAL_MS: i64 = 60 * 60 * 1000;
/// Before something that the log did not take is tried again.
const RETRY_MS: i64 = 500;
/// How long a producer's next transaction waits for the markers of the last one. They take as long
/// as two writes, unless a partition has no leader.
const PATIENCE_MS: i64 = 1_000;

impl Coordinator {
    /// When [`Coordinator::tick`] is wanted next, Unix ms. Earlier calls do no harm.
    pub fn next_tick_ms(&self) -> i64 {
        self.next_timeout_ms.min(self.next_expiry_ms)
    }

    /// Does what is due.
    pub fn tick(&mut self, now_ms: i64) -> Vec<Effect> {
        if self.next_timeout_ms <= now_ms {
            self.end_overdue(now_ms);
            self.schedule_timeouts();
        }
        if self.next_expiry_ms <= now_ms {
            self.next_expiry_ms = now_ms.saturating_add(EXPIRY_INTERVAL_MS);
            self.expire(now_ms);
        }
        std::mem::take(&mut self.effects)
    }

    fn end_overdue(&mut self, now_ms: i64) {
        for id in self.ids(|txn| deadline_ms(&txn.now).is_some_and(|at| at <= now_ms)) {
            self.fence(now_ms, &id);
        }
        for id in self.ids(|txn| txn.marked) {
            self.complete(now_ms, &id);
        }
        for id in self.ids(|txn| txn.patient_until_ms.is_some_and(|at| at <= now_ms)) {
            self.lose_patience(now_ms, &id);
        }
    }

    /// Somebody waits for the markers of this id's transaction.
    pub(super) fn be_patient(&mut self, now_ms: i64, id: &str) {
        let Some(txn) = self.transactions.get_mut(id) else { return };
        let until_ms = *txn.patient_until_ms.get_or_insert(now_ms.saturating_add(PATIENCE_MS));
        self.next_timeout_ms = self.next_timeout_ms.min(until_ms);
    }

    /// The markers take too long: who waits for them is refused, who waits behind goes on.
    fn lose_patience(&mut self, now_ms: i64, id: &str) {
        let Some(txn) = self.transactions.get_mut(id) else { return };
        txn.patient_until_ms = None;
        for (token, request) in std::mem::take(&mut txn.waiting) {
            match request {
                Request::Add { .. } => {
                    let response = Response::Refused(ErrorCode::ConcurrentTransactions);
                    self.effects.push(Effect::Reply { token, response });
                }
                request => self.route(now_ms, token, request),
            }
        }
    }

    fn expire(&mut self, now_ms: i64) {
        let limit_ms = now_ms.saturating_sub(self.config.id_expiration_ms);
        let idle = |now: &Metadata| {
            matches!(now.state, State::Empty | State::CompleteCommit | State::CompleteAbort)
        };
        for id in self.ids(|txn| idle(&txn.now) && txn.now.update_ms <= limit_ms) {
            // A tombstone of an id that is in the log can be written.
            let _ = self.write(&id, None, Then::Forget);
        }
    }

    /// Those without a write under way for which `holds`.
    fn ids(&self, holds: impl Fn(&Transaction) -> bool) -> Vec<String> {
        let all = self.transactions.iter();
        let chosen = all.filter(|(_, txn)| txn.pending.is_none() && holds(txn));
        chosen.map(|(id, _)| id.clone()).collect()
    }

    /// Transactions with a write under way are looked at again when it is done.
    pub(super) fn schedule_timeouts(&mut self) {
        let open = self.transactions.values().filter(|txn| txn.pending.is_none());
        let times = |txn: &Transaction| [deadline_ms(&txn.now), txn.patient_until_ms];
        let next = open.flat_map(times).flatten().min();
        self.next_timeout_ms = next.unwrap_or(i64::MAX);
    }

    pub(super) fn try_again_soon(&mut self, now_ms: i64) {
        self.next_timeout_ms = self.next_timeout_ms.min(now_ms.saturating_add(RETRY_MS));
    }
}

/// When an open transaction is aborted.
fn deadline_ms(now: &Metadata) -> Option<i64> {
    let end_ms = now.start_ms.saturating_add(i64::from(now.timeout_ms));
    (now.state == State::Ongoing).then_some(end_ms)
}
