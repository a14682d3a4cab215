//! Clients' quotas (KIP-546): numbers for users, client ids and addresses.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{invalid, too_many, MAX_NAME_BYTES, MAX_STORED};
use crate::controller::error::ControllerError;
use crate::controller::State;

/// An entity's part: a user.
pub const USER: &str = "user";
/// An entity's part: a client id.
pub const CLIENT_ID: &str = "client-id";
/// An entity by itself: an address.
pub const IP: &str = "ip";

/// Whose quota: names by kind; `None` is the default of the kind.
pub type QuotaEntity = BTreeMap<String, Option<String>>;

/// A finite number, kept bit by bit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rate(u64);

impl Rate {
    /// `None` for what is no number or not finite.
    pub fn new(value: f64) -> Option<Rate> {
        value.is_finite().then(|| Rate(value.to_bits()))
    }

    /// The number.
    pub fn value(self) -> f64 {
        f64::from_bits(self.0)
    }
}

/// All changes of one entity: they take effect together or not at all.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuotaChange {
    /// Whose.
    pub entity: QuotaEntity,
    /// Key and value; `None` removes the key.
    pub ops: Vec<(String, Option<Rate>)>,
}

/// What a key of an entity of this kind holds: whole numbers or fractions.
fn is_whole(entity: &QuotaEntity, key: &str) -> Option<bool> {
    match (entity.contains_key(IP), key) {
        (true, "connection_creation_rate") => Some(true),
        (false, "producer_byte_rate" | "consumer_byte_rate") => Some(true),
        (false, "request_percentage" | "controller_mutation_rate") => Some(false),
        _ => None,
    }
}

fn check_entity(entity: &QuotaEntity) -> Result<(), ControllerError> {
    if entity.is_empty() {
        return Err(invalid("the quota names no entity"));
    }
    for (kind, name) in entity {
        if ![USER, CLIENT_ID, IP].contains(&kind.as_str()) {
            return Err(invalid(format!("there are no quotas for a {kind:.40}")));
        }
        if name.as_ref().is_some_and(|name| name.is_empty() || name.len() > MAX_NAME_BYTES) {
            return Err(invalid(format!("the name of a {kind} has 1 to {MAX_NAME_BYTES} bytes")));
        }
    }
    let Some(address) = entity.get(IP) else { return Ok(()) };
    if entity.len() > 1 {
        return Err(invalid("an ip stands alone, without user or client-id"));
    }
    match address {
        // names are not looked up: every node must come to the same answer
        Some(address) if address.parse::<IpAddr>().is_err() => {
            Err(invalid(format!("{address:.80} is not an IP address")))
        }
        _ => Ok(()),
    }
}

fn changed(
    present: Option<&BTreeMap<String, Rate>>,
    change: &QuotaChange,
) -> Result<BTreeMap<String, Rate>, ControllerError> {
    check_entity(&change.entity)?;
    let mut next = present.cloned().unwrap_or_default();
    for (at, (key, value)) in change.ops.iter().enumerate() {
        if change.ops[..at].iter().any(|(earlier, _)| earlier == key) {
            return Err(invalid(format!("{key:.80} is changed twice")));
        }
        let Some(value) = value else {
            next.remove(key);
            continue;
        };
        match is_whole(&change.entity, key) {
            None => return Err(invalid(format!("{key:.80} is no quota of this entity"))),
            Some(_) if value.value() <= 0.0 => {
                return Err(invalid(format!("{key} must be greater than 0")));
            }
            Some(true) if value.value().fract() != 0.0 => {
                return Err(invalid(format!("{key} must be a whole number")));
            }
            Some(_) => next.insert(key.clone(), *value),
        };
    }
    Ok(next)
}

impl State {
    pub(super) fn alter_quotas(
        &mut self,
        changes: Vec<QuotaChange>,
        validate_only: bool,
    ) -> Vec<Option<ControllerError>> {
        let mut alter = |change: QuotaChange| -> Result<(), ControllerError> {
            let next = changed(self.image.quotas.get(&change.entity), &change)?;
            let new = !self.image.quotas.contains_key(&change.entity);
            if new && !next.is_empty() && self.image.quotas.len() >= MAX_STORED {
                return Err(too_many());
            }
            if validate_only {
                return Ok(());
            }
            let stored = Arc::make_mut(&mut self.image.quotas);
            match next.is_empty() {
                true => stored.remove(&change.entity),
                false => stored.insert(change.entity, next),
            };
            Ok(())
        };
        changes.into_iter().map(|change| alter(change).err()).collect()
    }
}
