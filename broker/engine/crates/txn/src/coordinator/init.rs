//! InitProducerId: a new instance takes a transactional id over (KIP-98), or one goes on after an
//! error (KIP-360).

use headrace_wire::ErrorCode;

use super::writes::Then;
use super::{Coordinator, Transaction};
use crate::api::{Producer, Response, Token};
use crate::state::{Metadata, Partitions, State, LAST_EPOCH, NO_EPOCH};

/// The request, without its transactional id.
pub(super) struct Ask {
    pub timeout_ms: i32,
    pub expected: Option<Producer>,
    pub fresh_id: Option<i64>,
}

impl Coordinator {
    /// The answer, unless it follows a write.
    pub(super) fn init(
        &mut self,
        now_ms: i64,
        token: Token,
        id: &str,
        ask: Ask,
    ) -> Option<Response> {
        if !(1..=self.config.max_timeout_ms).contains(&ask.timeout_ms) {
            return Some(Response::Refused(ErrorCode::InvalidTransactionTimeout));
        }
        if !self.transactions.contains_key(id) {
            let Some(fresh_id) = ask.fresh_id else { return Some(Response::WantsProducerId) };
            let new = Transaction::new(Metadata::new(fresh_id));
            self.transactions.insert(id.to_owned(), new);
        }
        let now = &self.transactions.get(id)?.now;
        if ask.expected.is_some_and(|expected| !may_be(now, expected)) {
            return Some(Response::Refused(ErrorCode::ProducerFenced));
        }
        match now.state {
            State::PrepareCommit | State::PrepareAbort => {
                Some(Response::Refused(ErrorCode::ConcurrentTransactions))
            }
            State::Ongoing => {
                // Whoever has it open is fenced by the abort's epoch; the client asks again.
                self.fence(now_ms, id);
                Some(Response::Refused(ErrorCode::ConcurrentTransactions))
            }
            State::Empty | State::CompleteCommit | State::CompleteAbort => {
                match initialised(now, now_ms, &ask) {
                    Ok(next) => self.write(id, Some(next), Then::Init { token }),
                    Err(response) => Some(response),
                }
            }
        }
    }
}

/// Whether a producer that believes to be `expected` can be the present one, or can have been it
/// until its epochs were used up.
fn may_be(now: &Metadata, expected: Producer) -> bool {
    now.epoch == NO_EPOCH
        || expected.id == now.producer_id
        || (expected.id == now.previous_producer_id && expected.epoch >= LAST_EPOCH)
}

fn initialised(now: &Metadata, now_ms: i64, ask: &Ask) -> Result<Metadata, Response> {
    let expected = ask.expected.map(|producer| producer.epoch);
    let next = Metadata {
        timeout_ms: ask.timeout_ms,
        state: State::Empty,
        partitions: Partitions::new(),
        start_ms: -1,
        update_ms: now_ms,
        client_version: 0,
        ..now.clone()
    };
    if now.is_exhausted() && expected.is_none_or(|epoch| epoch == now.epoch) {
        let fresh_id = ask.fresh_id.ok_or(Response::WantsProducerId)?;
        return Ok(Metadata {
            producer_id: fresh_id,
            previous_producer_id: now.producer_id,
            epoch: 0,
            last_epoch: if expected.is_some() { now.epoch } else { NO_EPOCH },
            ..next
        });
    }
    match expected {
        // A new instance: nobody may refer to the epoch before.
        None => Ok(Metadata { epoch: now.epoch + 1, last_epoch: NO_EPOCH, ..next }),
        Some(epoch) if now.epoch == NO_EPOCH || epoch == now.epoch => {
            Ok(Metadata { epoch: now.epoch + 1, last_epoch: now.epoch, ..next })
        }
        // The answer was lost: nobody else came since, or the last epoch would not be known.
        Some(epoch) if epoch == now.last_epoch => Ok(next),
        Some(_) => Err(Response::Refused(ErrorCode::ProducerFenced)),
    }
}
