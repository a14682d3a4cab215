//! raft-rs logs through slog: its warnings and errors go on to `tracing`, the rest is dropped.

use slog::{Drain, Level, Logger, Never, OwnedKVList, Record};

struct ToTracing;

impl Drain for ToTracing {
    type Ok = ();
    type Err = Never;

    fn log(&self, record: &Record<'_>, _values: &OwnedKVList) -> Result<(), Never> {
        match record.level() {
            Level::Critical | Level::Error => tracing::error!(target: "raft", "{}", record.msg()),
            Level::Warning => tracing::debug!(target: "raft", "{}", record.msg()),
            Level::Info | Level::Debug | Level::Trace => {}
        }
        Ok(())
    }
}

/// A logger for one group; cheap.
pub(crate) fn logger() -> Logger {
    Logger::root(ToTracing, slog::o!())
}
