//! A world in memory: a disk that loses power, a clock that is pushed, chance from a seed.

mod disk;
mod file;

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::Arc;

pub use disk::{SimDisk, SimDiskStats};

use crate::{Clock, Env, Random};

/// A clock that stands still until it is advanced.
#[derive(Debug)]
pub struct SimClock {
    now_ms: AtomicI64,
    monotonic_ns: AtomicU64,
}

impl SimClock {
    /// A clock that shows `now_ms` (Unix ms) and monotonic zero.
    pub fn new(now_ms: i64) -> Self {
        SimClock { now_ms: AtomicI64::new(now_ms), monotonic_ns: AtomicU64::new(0) }
    }

    /// Moves both clocks forward.
    pub fn advance_ms(&self, by_ms: u32) {
        self.now_ms.fetch_add(i64::from(by_ms), Ordering::SeqCst);
        self.monotonic_ns.fetch_add(u64::from(by_ms) * 1_000_000, Ordering::SeqCst);
    }

    /// Sets the wall clock only, as an operator or NTP would; monotonic time is untouched.
    pub fn set_wall_ms(&self, now_ms: i64) {
        self.now_ms.store(now_ms, Ordering::SeqCst);
    }
}

impl Clock for SimClock {
    fn now_ms(&self) -> i64 {
        self.now_ms.load(Ordering::SeqCst)
    }

    fn monotonic_ns(&self) -> u64 {
        self.monotonic_ns.load(Ordering::SeqCst)
    }
}

/// SplitMix64 (Steele, Lea, Flood 2014): one seed gives one sequence, on every platform.
#[derive(Debug)]
pub struct SimRandom(AtomicU64);

impl SimRandom {
    /// The generator of a seed.
    pub fn new(seed: u64) -> Self {
        SimRandom(AtomicU64::new(seed))
    }

    /// A number below `bound`; 0 when `bound` is 0. The bias is below 2^-32 for small bounds.
    pub fn below(&self, bound: u64) -> u64 {
        below(self, bound)
    }
}

/// A number below `bound` from any generator; 0 when `bound` is 0.
pub(crate) fn below(random: &dyn Random, bound: u64) -> u64 {
    ((u128::from(random.next_u64()) * u128::from(bound)) >> 64) as u64
}

impl Random for SimRandom {
    fn next_u64(&self) -> u64 {
        const STEP: u64 = 0x9e37_79b9_7f4a_7c15;
        let mut z = self.0.fetch_add(STEP, Ordering::SeqCst).wrapping_add(STEP);
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
}

/// A simulated world and the handles that steer it.
#[derive(Clone)]
pub struct SimEnv {
    /// What the code under test gets.
    pub env: Env,
    /// Its clock.
    pub clock: Arc<SimClock>,
    /// Its randomness.
    pub random: Arc<SimRandom>,
    /// Its disk.
    pub disk: SimDisk,
}

impl std::fmt::Debug for SimEnv {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SimEnv")
    }
}

impl SimEnv {
    /// A fresh world: an empty unlimited disk, the clock at a fixed moment of 2026.
    pub fn new(seed: u64) -> Self {
        let clock = Arc::new(SimClock::new(1_767_225_600_000));
        let random = Arc::new(SimRandom::new(seed));
        let disk = SimDisk::new();
        let env =
            Env { clock: clock.clone(), random: random.clone(), disk: Arc::new(disk.clone()) };
        SimEnv { env, clock, random, disk }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_gives_one_sequence() {
        let (a, b, other) = (SimRandom::new(7), SimRandom::new(7), SimRandom::new(8));
        let take = |r: &SimRandom| (0..50).map(|_| r.next_u64()).collect::<Vec<_>>();
        let first = take(&a);
        assert_eq!(first, take(&b));
        assert_ne!(first, take(&other));
        assert!((0..1000).all(|_| a.below(10) < 10));
        assert_eq!(a.below(0), 0);
    }

    #[test]
    fn the_clock_moves_only_when_pushed() {
        let sim = SimEnv::new(1);
        let before = sim.env.clock.now_ms();
        assert_eq!(sim.env.clock.now_ms(), before);
        sim.clock.advance_ms(250);
        assert_eq!(sim.env.clock.now_ms(), before + 250);
        sim.clock.set_wall_ms(5);
        assert_eq!((sim.env.clock.now_ms(), sim.env.clock.monotonic_ns()), (5, 250_000_000));
    }
}
