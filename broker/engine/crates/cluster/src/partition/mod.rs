//! A partition's replica as clients see it: appends, reads, offsets, producers.

pub(crate) mod aborted;
pub(crate) mod in_sync;
pub(crate) mod leader;
pub(crate) mod producers;
pub(crate) mod saved;
pub(crate) mod shared;
pub(crate) mod types;
pub(crate) mod verification;

pub use aborted::{AbortedTxn, AbortedTxns};
pub use producers::ProducerInfo;
pub use shared::{PartitionHandle, ReadResult};
pub use types::{
    Acks, AppendOptions, Appended, Isolation, LeaderInfo, LeadershipEvent, Offsets,
    PartitionConfig, PeerProgress, ProducerRules, Progress,
};

pub use headrace_log::TimestampedOffset;
