//! Transactions that are about to begin in a partition and wait for their coordinator's word
//! (KIP-890): without it a batch that comes late could begin a transaction that nobody ends.

use std::collections::BTreeMap;

/// Producers that may be asked about at a time.
const MAX_WAITING: usize = 10_000;
/// A word of the coordinator counts for so long.
pub(crate) const VALID_MS: i64 = 60_000;

#[derive(Clone, Copy, Debug)]
struct Waiting {
    epoch: i16,
    guard: u64,
    /// The lowest sequence that was refused: a higher one must not overtake it.
    lowest_sequence: i32,
    since_ms: i64,
}

/// What the coordinator's word is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Admission {
    Admitted,
    /// It is about another time.
    Unknown,
    /// A batch before this one waits for it, too.
    OutOfOrder,
}

/// Who waits in one partition.
#[derive(Debug, Default)]
pub(crate) struct Verifications {
    by_producer: BTreeMap<i64, Waiting>,
    last_guard: u64,
}

impl Verifications {
    /// The guard under which the coordinator is to be asked; `None` when too many wait.
    pub fn begin(&mut self, id: i64, epoch: i16, sequence: i32, now_ms: i64) -> Option<u64> {
        let same = |waiting: &&mut Waiting| waiting.epoch == epoch;
        if let Some(waiting) = self.by_producer.get_mut(&id).filter(same) {
            waiting.lowest_sequence = waiting.lowest_sequence.min(sequence);
            waiting.since_ms = now_ms;
            return Some(waiting.guard);
        }
        if self.by_producer.len() >= MAX_WAITING {
            return None;
        }
        self.last_guard += 1;
        let guard = self.last_guard;
        let waiting = Waiting { epoch, guard, lowest_sequence: sequence, since_ms: now_ms };
        self.by_producer.insert(id, waiting);
        Some(guard)
    }

    /// Whether a batch may begin a transaction under `guard`.
    pub fn admits(&self, id: i64, epoch: i16, sequence: i32, guard: u64) -> Admission {
        match self.by_producer.get(&id) {
            Some(waiting) if waiting.guard == guard && waiting.epoch == epoch => {
                match sequence > waiting.lowest_sequence {
                    true => Admission::OutOfOrder,
                    false => Admission::Admitted,
                }
            }
            _ => Admission::Unknown,
        }
    }

    /// The transaction has begun, or a marker came: what the coordinator said is old.
    pub fn end(&mut self, id: i64) {
        self.by_producer.remove(&id);
    }

    /// Forgets who began to wait before `before_ms`.
    pub fn expire(&mut self, before_ms: i64) {
        self.by_producer.retain(|_, waiting| waiting.since_ms >= before_ms);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_guard_holds_until_a_marker_and_for_the_lowest_sequence() {
        let mut waiting = Verifications::default();
        let guard = waiting.begin(1, 0, 5, 0).expect("room");
        assert_eq!(waiting.begin(1, 0, 4, 10), Some(guard), "one question for both");
        assert_eq!(waiting.admits(1, 0, 5, guard), Admission::OutOfOrder);
        assert_eq!(waiting.admits(1, 0, 4, guard), Admission::Admitted);
        assert_eq!(waiting.admits(1, 1, 4, guard), Admission::Unknown);
        waiting.end(1);
        assert_eq!(waiting.admits(1, 0, 4, guard), Admission::Unknown);
        let next = waiting.begin(1, 0, 4, 20).expect("room");
        assert_ne!(next, guard);
        waiting.expire(21);
        assert_eq!(waiting.admits(1, 0, 4, next), Admission::Unknown);
    }

    #[test]
    fn strangers_cannot_fill_the_memory() {
        let mut waiting = Verifications::default();
        let given = (0..20_000).filter(|id| waiting.begin(*id, 0, 0, 0).is_some()).count();
        assert_eq!(given, MAX_WAITING);
    }
}
