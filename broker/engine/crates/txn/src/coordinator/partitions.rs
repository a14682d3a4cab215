//! Which partitions belong to a transaction: added by its producer, or by a partition's leader on
//! the producer's behalf, and asked for by leaders (KIP-890).

use headrace_wire::ErrorCode;

use super::writes::Then;
use super::Coordinator;
use crate::api::{Effect, Producer, Request, Response, Token};
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
        tokens: Vec<Token>,
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
        self.write(id, Some(next), Then::Add { tokens })
    }

    /// Adds together what waits behind `add` of the same producer: the leaders of a transaction's
    /// partitions ask at the same moment.
    pub(super) fn add_with_others(&mut self, now_ms: i64, first: Token, id: &str, mut add: Add) {
        let mut tokens = vec![first];
        let Some(txn) = self.transactions.get_mut(id) else { return };
        let alike = |request: &Request| {
            matches!(request, Request::Add { producer, second_protocol, .. }
                if *producer == add.producer && *second_protocol == add.second_protocol)
        };
        let count = txn.waiting.iter().take_while(|(_, request)| alike(request)).count();
        for (token, request) in txn.waiting.drain(..count) {
            tokens.push(token);
            if let Request::Add { partitions, .. } = request {
                for (topic, indexes) in partitions {
                    add.partitions.entry(topic).or_default().extend(indexes);
                }
            }
        }
        if let Some(response) = self.add(now_ms, tokens.clone(), id, add) {
            for token in tokens {
                let response = response.clone();
                self.effects.push(Effect::Reply { token, response });
            }
        }
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
