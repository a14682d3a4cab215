//! The coordinator of one partition of `__transaction_state`.
//!
//! This file routes and keeps the writes; each request's rules are in the module of its name.
//! A transactional id has one write under way at most: what is asked meanwhile waits for it.

mod end;
mod init;
mod partitions;
mod time;
mod writes;

use std::collections::{BTreeMap, VecDeque};

use headrace_wire::{DecodeError, ErrorCode};

use crate::api::{
    Config, Description, Effect, Listed, Producer, Request, Response, Token, WriteId,
};
use crate::records::{decode_key, encode_key, Record};
use crate::state::{Metadata, State};
use writes::{Pending, Then};

/// Longest transactional id that is accepted, in bytes: a record gives its length 16 bits.
pub const MAX_ID_BYTES: usize = i16::MAX as usize;
/// Requests that may wait for one transactional id's write.
const MAX_WAITING: usize = 64;

/// One transactional id.
#[derive(Debug)]
struct Transaction {
    /// What the log holds.
    now: Metadata,
    /// What is being written.
    pending: Option<Pending>,
    waiting: VecDeque<(Token, Request)>,
    /// All markers are written, but their completion is not: it is tried again.
    marked: bool,
    /// Until when those who wait for the markers do; none while nobody does.
    patient_until_ms: Option<i64>,
}

impl Transaction {
    fn new(now: Metadata) -> Self {
        let waiting = VecDeque::new();
        Transaction { now, pending: None, waiting, marked: false, patient_until_ms: None }
    }

    /// Whether a producer may go on as soon as the markers of its last transaction are written:
    /// refused, it would ask again after a pause that is many times longer.
    fn waits_for_markers(&self, request: &Request) -> bool {
        let theirs = |producer: &Producer| *producer == self.now.producer();
        self.now.state.is_prepared()
            && matches!(request, Request::Add { producer, .. } if theirs(producer))
    }
}

/// The transactional ids of one partition of `__transaction_state`.
///
/// Every call takes the time (Unix ms) and returns what its caller must do. Each request is
/// answered exactly once: at once, after its write, after the one before it, or in
/// [`Coordinator::resign`].
#[derive(Debug)]
pub struct Coordinator {
    config: Config,
    transactions: BTreeMap<String, Transaction>,
    /// Whose write it is.
    writes: BTreeMap<WriteId, String>,
    next_write: WriteId,
    effects: Vec<Effect>,
    /// When the first open transaction runs out of time, at the earliest.
    next_timeout_ms: i64,
    next_expiry_ms: i64,
}

impl Coordinator {
    /// A coordinator without ids; [`Coordinator::load`] brings in those of the log.
    pub fn new(config: Config, now_ms: i64) -> Self {
        Coordinator {
            config,
            transactions: BTreeMap::new(),
            writes: BTreeMap::new(),
            next_write: 1,
            effects: Vec::new(),
            next_timeout_ms: i64::MAX,
            next_expiry_ms: now_ms.saturating_add(time::EXPIRY_INTERVAL_MS),
        }
    }

    /// Takes changed settings; they hold for what comes.
    pub fn configure(&mut self, config: Config) {
        self.config = config;
    }

    /// A transactional id's state; none when it is not known here.
    pub fn state(&self, transactional_id: &str) -> Option<State> {
        self.transactions.get(transactional_id).map(|txn| txn.now.state)
    }

    /// Takes one request.
    pub fn handle(&mut self, now_ms: i64, token: Token, request: Request) -> Vec<Effect> {
        self.route(now_ms, token, request);
        std::mem::take(&mut self.effects)
    }

    fn route(&mut self, now_ms: i64, token: Token, request: Request) {
        let id = request.transactional_id().unwrap_or_default();
        let refused = match &request {
            Request::Describe(_) | Request::List => None,
            _ if id.is_empty() || id.len() > MAX_ID_BYTES => Some(ErrorCode::InvalidRequest),
            _ => match self.transactions.get_mut(id) {
                Some(txn) if txn.pending.is_some() && txn.waiting.len() < MAX_WAITING => {
                    txn.waiting.push_back((token, request));
                    return;
                }
                Some(txn) if txn.pending.is_some() => Some(ErrorCode::ConcurrentTransactions),
                Some(txn) if txn.waits_for_markers(&request) && txn.waiting.len() < MAX_WAITING => {
                    let id = id.to_owned();
                    txn.waiting.push_back((token, request));
                    self.be_patient(now_ms, &id);
                    return;
                }
                _ => None,
            },
        };
        let response = match (refused, request) {
            (Some(code), _) => Some(Response::Refused(code)),
            (None, Request::Init { transactional_id, timeout_ms, expected, fresh_id }) => {
                let ask = init::Ask { timeout_ms, expected, fresh_id };
                self.init(now_ms, token, &transactional_id, ask)
            }
            (None, Request::Add { transactional_id, producer, partitions, second_protocol }) => {
                let add = partitions::Add { producer, partitions, second_protocol };
                self.add(now_ms, vec![token], &transactional_id, add)
            }
            (None, Request::Verify { transactional_id, producer, partitions }) => {
                Some(self.verify(&transactional_id, producer, &partitions))
            }
            (
                None,
                Request::End { transactional_id, producer, commit, second_protocol, fresh_id },
            ) => {
                let ask = end::Ask { producer, commit, second_protocol, fresh_id };
                self.end(now_ms, token, &transactional_id, ask)
            }
            (None, Request::Describe(id)) => Some(self.describe(&id)),
            (None, Request::List) => Some(Response::List(self.list())),
        };
        if let Some(response) = response {
            self.effects.push(Effect::Reply { token, response });
        }
    }

    fn describe(&self, id: &str) -> Response {
        let Some(txn) = self.transactions.get(id) else {
            return Response::Refused(ErrorCode::TransactionalIdNotFound);
        };
        Response::Description(Description {
            state: txn.now.state,
            timeout_ms: txn.now.timeout_ms,
            start_ms: txn.now.start_ms,
            producer: txn.now.producer(),
            partitions: txn.now.partitions.clone(),
        })
    }

    fn list(&self) -> Vec<Listed> {
        let listed = self.transactions.iter().map(|(id, txn)| Listed {
            transactional_id: id.clone(),
            producer_id: txn.now.producer_id,
            state: txn.now.state,
            start_ms: txn.now.start_ms,
        });
        listed.collect()
    }

    /// Takes one record of the log, in log order, before any request.
    ///
    /// # Errors
    /// The record is none of ours; the state is as before, loading can go on.
    pub fn load(&mut self, key: &[u8], value: Option<&[u8]>) -> Result<(), DecodeError> {
        let id = decode_key(key)?;
        match value {
            Some(value) => {
                let now = Metadata::decode(value)?;
                self.transactions.insert(id, Transaction::new(now));
            }
            None => {
                self.transactions.remove(&id);
            }
        }
        Ok(())
    }

    /// All records are in: what was prepared is carried out, open transactions keep their time.
    pub fn loaded(&mut self, now_ms: i64) -> Vec<Effect> {
        let prepared =
            |(id, txn): (&String, &Transaction)| txn.now.state.is_prepared().then(|| id.clone());
        let ids: Vec<String> = self.transactions.iter().filter_map(prepared).collect();
        for id in ids {
            self.carry_out(now_ms, &id);
        }
        self.schedule_timeouts();
        std::mem::take(&mut self.effects)
    }

    /// This node no longer leads the partition: answers everything that waits with `code` and
    /// forgets all ids.
    pub fn resign(&mut self, code: ErrorCode) -> Vec<Effect> {
        self.writes.clear();
        for txn in std::mem::take(&mut self.transactions).into_values() {
            let writing = txn.pending.into_iter().flat_map(|pending| pending.then.tokens());
            let waiting = txn.waiting.into_iter().map(|(token, _)| token);
            for token in writing.chain(waiting) {
                let response = Response::Refused(code);
                self.effects.push(Effect::Reply { token, response });
            }
        }
        std::mem::take(&mut self.effects)
    }

    /// Has `next` written; `then` follows when it is durable. Returns the answer if it cannot be.
    fn write(&mut self, id: &str, next: Option<Metadata>, then: Then) -> Option<Response> {
        let record = || -> Result<Record, headrace_wire::EncodeError> {
            let value = next.as_ref().map(Metadata::encode).transpose()?;
            Ok(Record { key: encode_key(id)?, value })
        };
        let (Ok(record), Some(txn)) = (record(), self.transactions.get_mut(id)) else {
            return Some(Response::Refused(ErrorCode::UnknownServerError));
        };
        let write = self.next_write;
        self.next_write += 1;
        self.writes.insert(write, id.to_owned());
        txn.pending = Some(Pending { next, then });
        self.effects.push(Effect::Append { write, record });
        None
    }
}
