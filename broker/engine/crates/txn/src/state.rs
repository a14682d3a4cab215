//! One transactional id's state.
//!
//! ```text
//!            partitions added          end asked for          markers written
//!   Empty ───────────────────▶ Ongoing ──────────────▶ Prepare ───────────────▶ Complete
//!     ▲                           ▲                    Commit or               Commit or
//!     │ InitProducerId            └──────────────────── Abort ◀── time-out ───── Abort
//!     └───────────────────────────────────────────────────────────────────────────┘
//! ```
//!
//! Each change is a whole new [`Metadata`], which counts once it is in the log.

use std::collections::{BTreeMap, BTreeSet};

use crate::api::Producer;

/// Topic to partition indexes.
pub type Partitions = BTreeMap<String, BTreeSet<i32>>;

/// No epoch was given out yet, or none is known.
pub(crate) const NO_EPOCH: i16 = -1;
/// From this epoch on a producer id is used up: the one above ends its last transaction.
pub(crate) const LAST_EPOCH: i16 = i16::MAX - 1;
/// No producer id.
pub(crate) const NO_ID: i64 = -1;
/// The client's version of the protocol that bumps the epoch with each transaction.
pub(crate) const SECOND_PROTOCOL: i16 = 2;

/// Where a transaction stands (the names and numbers are Apache Kafka's).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(i8)]
pub enum State {
    /// No transaction since the producer was initialised.
    Empty = 0,
    /// Partitions were added.
    Ongoing = 1,
    /// It will be committed: markers are on their way.
    PrepareCommit = 2,
    /// It will be aborted: markers are on their way.
    PrepareAbort = 3,
    /// It was committed.
    CompleteCommit = 4,
    /// It was aborted.
    CompleteAbort = 5,
}

impl State {
    /// Every state.
    pub const ALL: [State; 6] = [
        State::Empty,
        State::Ongoing,
        State::PrepareCommit,
        State::PrepareAbort,
        State::CompleteCommit,
        State::CompleteAbort,
    ];

    /// The name that clients see.
    pub fn name(self) -> &'static str {
        match self {
            State::Empty => "Empty",
            State::Ongoing => "Ongoing",
            State::PrepareCommit => "PrepareCommit",
            State::PrepareAbort => "PrepareAbort",
            State::CompleteCommit => "CompleteCommit",
            State::CompleteAbort => "CompleteAbort",
        }
    }

    /// Its fate is decided, its markers are not all written.
    pub(crate) fn is_prepared(self) -> bool {
        matches!(self, State::PrepareCommit | State::PrepareAbort)
    }
}

/// What the log holds of a transactional id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Metadata {
    /// The producer id.
    pub producer_id: i64,
    /// The one before it, whose epochs are used up.
    pub previous_producer_id: i64,
    /// The one after it, once the transaction under way is complete.
    pub next_producer_id: i64,
    /// The epoch.
    pub epoch: i16,
    /// The epoch before, if its producer may ask again; not in the log.
    pub last_epoch: i16,
    /// How long a transaction may take, ms.
    pub timeout_ms: i32,
    /// Where it stands.
    pub state: State,
    /// What belongs to the transaction.
    pub partitions: Partitions,
    /// When the transaction began, Unix ms, -1 without one.
    pub start_ms: i64,
    /// When this was written, Unix ms.
    pub update_ms: i64,
    /// The transaction protocol of the client that wrote last.
    pub client_version: i16,
}

impl Metadata {
    pub(crate) fn new(producer_id: i64) -> Self {
        Metadata {
            producer_id,
            previous_producer_id: NO_ID,
            next_producer_id: NO_ID,
            epoch: NO_EPOCH,
            last_epoch: NO_EPOCH,
            timeout_ms: 0,
            state: State::Empty,
            partitions: Partitions::new(),
            start_ms: -1,
            update_ms: -1,
            client_version: 0,
        }
    }

    pub(crate) fn producer(&self) -> Producer {
        Producer { id: self.producer_id, epoch: self.epoch }
    }

    /// Who the producer will be when the transaction under way is complete.
    pub(crate) fn producer_after(&self) -> Producer {
        match self.next_producer_id {
            NO_ID => self.producer(),
            id => Producer { id, epoch: 0 },
        }
    }

    pub(crate) fn is_exhausted(&self) -> bool {
        self.epoch >= LAST_EPOCH
    }

    /// The producer missed the answer that told of a new epoch.
    pub(crate) fn was_bumped_from(&self, epoch: i16) -> bool {
        epoch != i16::MAX && self.epoch == epoch + 1
    }

    /// The producer missed the answer that told of a new producer id.
    pub(crate) fn was_replaced_from(&self, producer: Producer) -> bool {
        self.previous_producer_id == producer.id && producer.epoch == LAST_EPOCH && self.epoch == 0
    }

    /// As it is written once all markers are there.
    pub(crate) fn complete(&self, now_ms: i64) -> Metadata {
        let state = match self.state {
            State::PrepareCommit => State::CompleteCommit,
            _ => State::CompleteAbort,
        };
        let after = self.producer_after();
        let replaced = after.id != self.producer_id;
        Metadata {
            producer_id: after.id,
            epoch: after.epoch,
            previous_producer_id: if replaced {
                self.producer_id
            } else {
                self.previous_producer_id
            },
            next_producer_id: NO_ID,
            state,
            partitions: Partitions::new(),
            update_ms: now_ms,
            ..self.clone()
        }
    }
}
