//! Keeps a hostile or broken peer from filling the log: one line in a while, with a count.

use std::sync::Mutex;
use std::time::{Duration, Instant};

/// Lets one event through per period and counts the rest.
#[derive(Debug)]
pub struct Rarely {
    period: Duration,
    state: Mutex<(Option<Instant>, u64)>,
}

impl Rarely {
    /// At most one event per `period`.
    pub const fn every(period: Duration) -> Self {
        Rarely { period, state: Mutex::new((None, 0)) }
    }

    /// `Some(suppressed)` when this event should be logged.
    pub fn allow(&self) -> Option<u64> {
        // a panic cannot leave the two fields inconsistent, so a poisoned lock is usable
        let mut state = self.state.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let now = Instant::now();
        if state.0.is_some_and(|last| now.duration_since(last) < self.period) {
            state.1 += 1;
            return None;
        }
        let suppressed = state.1;
        *state = (Some(now), 0);
        Some(suppressed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_event_a_period_passes() {
        let rarely = Rarely::every(Duration::from_millis(30));
        assert_eq!(rarely.allow(), Some(0));
        assert_eq!((rarely.allow(), rarely.allow()), (None, None));
        std::thread::sleep(Duration::from_millis(40));
        assert_eq!(rarely.allow(), Some(2));
    }
}
