//! What goes into a coordinator and what comes out of it.

use headrace_wire::ErrorCode;

use crate::records::Record;
use crate::state::{Partitions, State};

/// Names one request until its answer; the caller picks it and never uses it twice.
pub type Token = u64;

/// Names one append until [`crate::Coordinator::appended`].
pub type WriteId = u64;

/// What an operator may set, by Apache Kafka's names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Config {
    /// `transaction.max.timeout.ms`
    pub max_timeout_ms: i32,
    /// `transactional.id.expiration.ms`
    pub id_expiration_ms: i64,
}

impl Default for Config {
    fn default() -> Self {
        Config { max_timeout_ms: 900_000, id_expiration_ms: 7 * 24 * 60 * 60 * 1000 }
    }
}

/// A producer id and its epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Producer {
    /// The id.
    pub id: i64,
    /// The epoch.
    pub epoch: i16,
}

/// A request about one transactional id, or about all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Request {
    /// InitProducerId: take the transactional id over, ending whatever was under way.
    Init {
        /// Whose.
        transactional_id: String,
        /// How long its transactions may take, ms.
        timeout_ms: i32,
        /// What the producer believes to be (KIP-360).
        expected: Option<Producer>,
        /// A producer id that nobody has, if the caller has one at hand.
        fresh_id: Option<i64>,
    },
    /// AddPartitionsToTxn and AddOffsetsToTxn.
    Add {
        /// Whose.
        transactional_id: String,
        /// As which producer.
        producer: Producer,
        /// What to add.
        partitions: Partitions,
        /// The client bumps epochs (KIP-890).
        second_protocol: bool,
    },
    /// Are these partitions part of the open transaction?
    Verify {
        /// Whose.
        transactional_id: String,
        /// As which producer.
        producer: Producer,
        /// Which.
        partitions: Partitions,
    },
    /// EndTxn.
    End {
        /// Whose.
        transactional_id: String,
        /// As which producer.
        producer: Producer,
        /// Commit, or abort.
        commit: bool,
        /// The client bumps epochs (KIP-890).
        second_protocol: bool,
        /// As in [`Request::Init`].
        fresh_id: Option<i64>,
    },
    /// One transactional id in detail.
    Describe(String),
    /// All transactional ids.
    List,
}

impl Request {
    /// The transactional id that the request is about; none for [`Request::List`].
    pub fn transactional_id(&self) -> Option<&str> {
        match self {
            Request::Init { transactional_id, .. }
            | Request::Add { transactional_id, .. }
            | Request::Verify { transactional_id, .. }
            | Request::End { transactional_id, .. }
            | Request::Describe(transactional_id) => Some(transactional_id),
            Request::List => None,
        }
    }
}

/// The answer to a [`Request`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Response {
    /// To [`Request::Init`] and [`Request::End`]: the producer from now on.
    Producer(Producer),
    /// To [`Request::Add`].
    Added,
    /// To [`Request::Verify`]: those of the partitions that are no part of the transaction.
    Verified {
        /// Empty when all are.
        missing: Partitions,
    },
    /// To [`Request::Describe`].
    Description(Description),
    /// To [`Request::List`].
    List(Vec<Listed>),
    /// Ask again with a `fresh_id`.
    WantsProducerId,
    /// To any.
    Refused(ErrorCode),
}

/// A transactional id in detail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Description {
    /// Where its transaction stands.
    pub state: State,
    /// How long its transactions may take, ms.
    pub timeout_ms: i32,
    /// When the present one began, Unix ms, -1 without one.
    pub start_ms: i64,
    /// Its producer.
    pub producer: Producer,
    /// The partitions of the present transaction.
    pub partitions: Partitions,
}

/// A transactional id in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// The id.
    pub transactional_id: String,
    /// Its producer id.
    pub producer_id: i64,
    /// Where its transaction stands.
    pub state: State,
    /// When the present one began, Unix ms, -1 without one.
    pub start_ms: i64,
}

/// Markers that are to be written to every partition of a transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Markers {
    /// Whose transaction.
    pub transactional_id: String,
    /// The producer, with the epoch that ends the transaction.
    pub producer: Producer,
    /// Commit, or abort.
    pub commit: bool,
    /// The epoch lies above that of the records (KIP-890).
    pub second_protocol: bool,
    /// Where to.
    pub partitions: Partitions,
}

/// What the caller must do for the coordinator, in the order given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Send this answer.
    Reply {
        /// Of the request.
        token: Token,
        /// The answer.
        response: Response,
    },
    /// Append the record to the partition, after those of every earlier append and with acks=all,
    /// then call [`crate::Coordinator::appended`].
    Append {
        /// To be handed back.
        write: WriteId,
        /// What to append.
        record: Record,
    },
    /// Write these markers, trying for as long as it takes, then call
    /// [`crate::Coordinator::markers_written`].
    WriteMarkers(Markers),
}

/// Why an append did not become durable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WriteError {
    /// Too few replicas, too slow or too busy: clients try again.
    #[error("the transaction topic took no write")]
    NotAvailable,
    /// The record is larger than a batch may be.
    #[error("the transaction's record is larger than the transaction topic takes")]
    TooLarge,
}

impl WriteError {
    pub(crate) fn code(self) -> ErrorCode {
        match self {
            WriteError::NotAvailable => ErrorCode::CoordinatorNotAvailable,
            WriteError::TooLarge => ErrorCode::UnknownServerError,
        }
    }
}
