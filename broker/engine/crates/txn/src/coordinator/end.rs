//! EndTxn: the decision is written, answered, and then carried out.

use headrace_wire::ErrorCode;

use super::writes::Then;
use super::Coordinator;
use crate::api::{Producer, Response, Token};
use crate::state::{Metadata, State, NO_EPOCH, NO_ID, SECOND_PROTOCOL};

/// The request, without its transactional id.
pub(super) struct Ask {
    pub producer: Producer,
    pub commit: bool,
    pub second_protocol: bool,
    pub fresh_id: Option<i64>,
}

impl Coordinator {
    /// The answer, unless it follows a write.
    pub(super) fn end(
        &mut self,
        now_ms: i64,
        token: Token,
        id: &str,
        ask: Ask,
    ) -> Option<Response> {
        let Some(txn) = self.transactions.get(id) else {
            return Some(Response::Refused(ErrorCode::InvalidProducerIdMapping));
        };
        let now = &txn.now;
        let outcome = match ask.second_protocol {
            true => second(now, &ask),
            false => first(now, &ask),
        };
        let state = match outcome {
            Ok(Step::Prepare(state)) => state,
            Ok(Step::Done) => return Some(Response::Producer(now.producer_after())),
            Err(code) => return Some(Response::Refused(code)),
        };
        let mut next = Metadata { state, update_ms: now_ms, ..now.clone() };
        if now.state != State::Ongoing {
            // Nothing was added: the abort only moves the epoch on.
            next.partitions.clear();
            next.start_ms = now_ms;
        }
        next.client_version = if ask.second_protocol { SECOND_PROTOCOL } else { 0 };
        if ask.second_protocol {
            if now.is_exhausted() {
                let Some(fresh_id) = ask.fresh_id else { return Some(Response::WantsProducerId) };
                next.next_producer_id = fresh_id;
            }
            (next.epoch, next.last_epoch) = (now.epoch + 1, now.epoch);
        }
        self.write(id, Some(next), Then::End { token: Some(token) })
    }

    /// Aborts an open transaction over its producer's head, under an epoch of its own.
    pub(super) fn fence(&mut self, now_ms: i64, id: &str) {
        let Some(txn) = self.transactions.get(id) else { return };
        let next = Metadata {
            state: State::PrepareAbort,
            epoch: txn.now.epoch.saturating_add(1),
            last_epoch: NO_EPOCH,
            next_producer_id: NO_ID,
            update_ms: now_ms,
            ..txn.now.clone()
        };
        // An open transaction was written before, so its record can be written again.
        let _ = self.write(id, Some(next), Then::End { token: None });
    }
}

/// What an EndTxn comes to.
#[derive(Debug, PartialEq, Eq)]
enum Step {
    Prepare(State),
    /// It was done before.
    Done,
}

fn prepare(commit: bool) -> Step {
    Step::Prepare(if commit { State::PrepareCommit } else { State::PrepareAbort })
}

/// By the first protocol: the epoch stays, so asking again looks like asking once.
fn first(now: &Metadata, ask: &Ask) -> Result<Step, ErrorCode> {
    if ask.producer.id != now.producer_id {
        return Err(ErrorCode::InvalidProducerIdMapping);
    }
    if ask.producer.epoch != now.epoch {
        return Err(ErrorCode::ProducerFenced);
    }
    match (now.state, ask.commit) {
        (State::Ongoing, commit) => Ok(prepare(commit)),
        (State::CompleteCommit, true) | (State::CompleteAbort, false) => Ok(Step::Done),
        // The markers are on their way: this end, or another, is looked at when they are there.
        (State::PrepareCommit | State::PrepareAbort, _) => Err(ErrorCode::ConcurrentTransactions),
        _ => Err(ErrorCode::InvalidTxnState),
    }
}

/// By the second protocol (KIP-890): each end moves the epoch on, so an older epoch tells that
/// the answer was lost, and the present one that another transaction is meant.
fn second(now: &Metadata, ask: &Ask) -> Result<Step, ErrorCode> {
    if now.state.is_prepared() {
        // The end before is still being carried out; whom this one is from is looked at later.
        return Err(ErrorCode::ConcurrentTransactions);
    }
    let bumped = now.was_bumped_from(ask.producer.epoch);
    let replaced = now.was_replaced_from(ask.producer);
    let same = ask.producer.epoch == now.epoch;
    if ask.producer.id != now.producer_id && !replaced {
        return Err(ErrorCode::InvalidProducerIdMapping);
    }
    let valid = match now.state {
        State::CompleteCommit | State::CompleteAbort => bumped || replaced || same,
        _ => same,
    };
    if !valid {
        return Err(ErrorCode::ProducerFenced);
    }
    let again = bumped || replaced;
    match (now.state, ask.commit) {
        (State::Ongoing, commit) => Ok(prepare(commit)),
        (State::CompleteCommit, true) | (State::CompleteAbort, false) if again => Ok(Step::Done),
        // A producer that sent nothing, or does not know whether it did, may abort.
        (State::Empty, false) => Ok(prepare(false)),
        (State::CompleteCommit | State::CompleteAbort, false) if !again => Ok(prepare(false)),
        _ => Err(ErrorCode::InvalidTxnState),
    }
}
