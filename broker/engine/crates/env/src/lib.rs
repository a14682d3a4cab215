//! Clock, disk and randomness: the only door to the outside, so that sim can replace it.
//!
//! Entry points: [`real`] for a node, [`sim`] for tests and the simulator. Everything that
//! decides something from time, chance or stored bytes takes an [`Env`] and never calls the
//! operating system itself; a test can then move the clock, replay a seed, or cut the power
//! between two writes.

mod direct;
mod disk;
mod real;
pub mod sim;

use std::sync::Arc;

pub use disk::{Disk, DiskFile, OpenMode, Space, DIRECT_BLOCK_BYTES};
pub use real::{RealClock, RealDisk, RealRandom};

/// Wall time and elapsed time.
pub trait Clock: Send + Sync {
    /// Unix time in milliseconds. May jump when the host's clock is set.
    fn now_ms(&self) -> i64;
    /// Nanoseconds since some fixed moment of this process; never goes backwards.
    fn monotonic_ns(&self) -> u64;
}

/// A source of uniformly distributed numbers (not for secrets: see the server's TLS and SASL).
pub trait Random: Send + Sync {
    /// The next 64 bits.
    fn next_u64(&self) -> u64;
}

/// What one node sees of the outside world. Cheap to clone.
#[derive(Clone)]
pub struct Env {
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Chance.
    pub random: Arc<dyn Random>,
    /// Files.
    pub disk: Arc<dyn Disk>,
}

impl std::fmt::Debug for Env {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Env")
    }
}

/// The operating system's clock, random numbers and files.
pub fn real() -> Env {
    Env {
        clock: Arc::new(RealClock::new()),
        random: Arc::new(RealRandom),
        disk: Arc::new(RealDisk),
    }
}
