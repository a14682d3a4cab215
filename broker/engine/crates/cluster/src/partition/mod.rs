//! A partition's replica as clients see it: appends, reads, offsets, producers.

pub(crate) mod in_sync;
pub(crate) mod leader;
pub(crate) mod producers;
pub(crate) mod shared;
pub(crate) mod types;

pub use producers::ProducerInfo;
pub use shared::{PartitionHandle, ReadResult};
pub use types::{
    Acks, AppendOptions, Appended, Isolation, LeaderInfo, LeadershipEvent, Offsets, PartitionConfig,
};

pub use headrace_log::TimestampedOffset;
