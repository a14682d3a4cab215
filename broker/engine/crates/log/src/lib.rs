//! The journal and the segmented logs: what makes a record durable. README.md has the model, the
//! rules and the reasoning about crashes.
//!
//! Entry points: [`Store`] for the one thread that owns a shard's logs, [`LogReader`] for all that
//! read them.

mod checkpoint;
mod clean;
mod codec;
mod error;
mod frame;
mod group;
mod journal;
mod maintain;
mod reader;
mod recovery;
mod segment;
mod store;
mod types;
mod walk;

pub use checkpoint::CheckpointJob;
pub use clean::CleanJob;
pub use error::{ReadError, StoreError};
pub use group::GroupLog;
pub use journal::Round;
pub use reader::LogReader;
pub use store::Store;
pub use types::{
    Cleanable, Compaction, GroupId, HardState, LogConfig, LogEntry, LogMeta, LogSlice, LogStart,
    RecoveryReport, Removable, StoreConfig, TimestampedOffset,
};
