//! Which partitions belong to a transaction: added by its producer, or by a partition's leader on
//! the producer's behalf, and asked for by leaders (KIP-890).

use headrace_wire::ErrorCode;

use super::writes::Then;
use super::Coordinator;
use crate::api::{Producer, Response, Token};
use crate::state::{Metadata, Partitions, State, SECOND_PROTOCOL};

/// What to add.
pub(super) struct Add {
    pub producer: Producer,
    pub partitions: Partitions,
    pub second_protocol: bool,
}

impl Coordinator {
    /// The answer, unless it follows a write.
    pub(super) fn add(
        &mut self,
        now_ms: i64,
        token: Token,
        id: &str,
        add: Add,
    ) -> Option<Response> {
        let now = match self.open_for(id, add.producer) {
            Ok(now) => now,
            Err(code) => return Some(Response::Refused(code)),
        };
        let fresh = now.state != State::Ongoing;
        if !fresh && missing(now, &add.partitions).is_empty() {
            return Some(Response::Added);
        }
        let mut partitions = if fresh { Partitions::new() } else { now.partitions.clone() };
        for (topic, indexes) in add.partitions {
            partitions.entry(topic).or_default().extend(indexes);
        }
        let next = Metadata {
            state: State::Ongoing,
            partitions,
            start_ms: if fresh { now_ms } else { now.start_ms },
            update_ms: now_ms,
            client_version: if add.second_protocol { SECOND_PROTOCOL } else { 0 },
            ..now.clone()
        };
        self.write(id, Some(next), Then::Add { token })
    }

    /// Which of the partitions are no part of the producer's open transaction.
    pub(super) fn verify(&self, id: &str, producer: Producer, partitions: &Partitions) -> Response {
        match self.open_for(id, producer) {
            Ok(now) => Response::Verified { missing: missing(now, partitions) },
            Err(code) => Response::Refused(code),
        }
    }

    /// The state, if this producer may add to its transaction now.
    fn open_for(&self, id: &str, producer: Producer) -> Result<&Metadata, ErrorCode> {
        let now = match self.transactions.get(id) {
            Some(txn) if txn.now.producer_id == producer.id => &txn.now,
            _ => return Err(ErrorCode::InvalidProducerIdMapping),
        };
        if now.epoch != producer.epoch {
            return Err(ErrorCode::ProducerFenced);
        }
        if now.state.is_prepared() {
            return Err(ErrorCode::ConcurrentTransactions);
        }
        Ok(now)
    }
}

fn missing(now: &Metadata, asked: &Partitions) -> Partitions {
    let mut missing = Partitions::new();
    for (topic, indexes) in asked {
        let held = now.partitions.get(topic);
        let absent = indexes.iter().filter(|index| held.is_none_or(|held| !held.contains(index)));
        let absent: std::collections::BTreeSet<i32> = absent.copied().collect();
        if !absent.is_empty() {
            missing.insert(topic.clone(), absent);
        }
    }
    missing
}
