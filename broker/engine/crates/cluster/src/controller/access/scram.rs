//! Users' SCRAM credentials (KIP-554), as RFC 5802 lets a server keep them: from what is stored
//! nobody can log in.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{too_many, MAX_NAME_BYTES, MAX_STORED};
use crate::controller::error::{ControllerError, ErrorCode};
use crate::controller::State;

/// Fewer rounds make guessing too cheap.
pub const MIN_ITERATIONS: i32 = 4_096;
/// More rounds cost the server too much at each login.
pub const MAX_ITERATIONS: i32 = 16_384;
/// SCRAM-SHA-256 and SCRAM-SHA-512.
const MECHANISMS: std::ops::RangeInclusive<i8> = 1..=2;
const MAX_SECRET_BYTES: usize = 1_024;

/// Bytes that no log shows.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Secret(pub Vec<u8>);

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[hidden]")
    }
}

/// What proves a password.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScramCredential {
    /// Rounds of the derivation.
    pub iterations: i32,
    /// The derivation's salt.
    pub salt: Secret,
    /// RFC 5802's StoredKey.
    pub stored_key: Secret,
    /// RFC 5802's ServerKey.
    pub server_key: Secret,
}

/// A credential to be stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScramChange {
    /// Whose.
    pub user: String,
    /// SCRAM-SHA-256 is 1, SCRAM-SHA-512 is 2.
    pub mechanism: i8,
    /// What is stored.
    pub credential: ScramCredential,
}

/// A credential to be forgotten.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScramDeletion {
    /// Whose.
    pub user: String,
    /// As in [`ScramChange`].
    pub mechanism: i8,
}

fn unacceptable(why: impl Into<String>) -> ControllerError {
    ControllerError::new(ErrorCode::UNACCEPTABLE_CREDENTIAL, why)
}

fn check_names(user: &str, mechanism: i8) -> Result<(), ControllerError> {
    if user.is_empty() || user.len() > MAX_NAME_BYTES {
        return Err(unacceptable(format!("a user's name has 1 to {MAX_NAME_BYTES} bytes")));
    }
    if !MECHANISMS.contains(&mechanism) {
        return Err(ControllerError::new(
            ErrorCode::UNSUPPORTED_SASL_MECHANISM,
            format!("there is no SCRAM mechanism {mechanism}"),
        ));
    }
    Ok(())
}

fn check(change: &ScramChange) -> Result<(), ControllerError> {
    check_names(&change.user, change.mechanism)?;
    let credential = &change.credential;
    if !(MIN_ITERATIONS..=MAX_ITERATIONS).contains(&credential.iterations) {
        return Err(unacceptable(format!(
            "the iterations must be {MIN_ITERATIONS} to {MAX_ITERATIONS}"
        )));
    }
    if credential.salt.0.is_empty() || credential.salt.0.len() > MAX_SECRET_BYTES {
        return Err(unacceptable(format!("the salt has 1 to {MAX_SECRET_BYTES} bytes")));
    }
    Ok(())
}

impl State {
    pub(super) fn alter_scram(
        &mut self,
        deletions: Vec<ScramDeletion>,
        upsertions: Vec<ScramChange>,
    ) -> Vec<Option<ControllerError>> {
        let users = deletions.iter().map(|d| &d.user).chain(upsertions.iter().map(|u| &u.user));
        let (mut once, mut twice) = (BTreeSet::new(), BTreeSet::new());
        for user in users {
            if !once.insert(user.clone()) {
                twice.insert(user.clone());
            }
        }
        let single = |user: &String| match twice.contains(user) {
            false => Ok(()),
            true => Err(ControllerError::new(
                ErrorCode::DUPLICATE_RESOURCE,
                "a user's credential cannot be altered twice in one request",
            )),
        };
        let stored = Arc::make_mut(&mut self.image.scram);
        let mut results = Vec::with_capacity(deletions.len() + upsertions.len());
        for ScramDeletion { user, mechanism } in deletions {
            let checked = single(&user).and_then(|()| check_names(&user, mechanism));
            let outcome = checked.and_then(|()| match stored.remove(&(user, mechanism)) {
                Some(_) => Ok(()),
                None => Err(ControllerError::new(
                    ErrorCode::RESOURCE_NOT_FOUND,
                    "there is no such credential to delete",
                )),
            });
            results.push(outcome.err());
        }
        for change in upsertions {
            let checked = single(&change.user).and_then(|()| check(&change));
            let key = (change.user, change.mechanism);
            let room = stored.len() < MAX_STORED || stored.contains_key(&key);
            let checked = checked.and_then(|()| room.then_some(()).ok_or_else(too_many));
            if checked.is_ok() {
                stored.insert(key, change.credential);
            }
            results.push(checked.err());
        }
        results
    }
}
