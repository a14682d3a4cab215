//! Share sessions: what a member reads from this broker, kept between its requests (KIP-932).

use std::collections::{BTreeSet, HashMap};

use headrace_wire::ErrorCode;
use uuid::Uuid;

/// The epoch of a request that opens a session.
pub const OPEN: i32 = 0;
/// The epoch of a request that closes it.
pub const CLOSE: i32 = -1;

/// A group's member.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct MemberKey {
    /// The share group's id.
    pub group: String,
    /// The member's id.
    pub member: String,
}

/// A partition by its topic's id and its index.
pub type Place = (Uuid, i32);

#[derive(Debug)]
struct Session {
    epoch: i32,
    connection: u64,
    places: BTreeSet<Place>,
    /// Where the next fetch begins, so that every partition gets its turn.
    turn: usize,
}

/// The sessions of one broker.
#[derive(Debug)]
pub struct Sessions {
    sessions: HashMap<MemberKey, Session>,
    limit: usize,
}

impl Sessions {
    /// No sessions yet, and never more than `limit`.
    pub fn new(limit: usize) -> Self {
        Sessions { sessions: HashMap::new(), limit }
    }

    /// Checks a request's epoch and opens the session if it asks for that.
    ///
    /// # Errors
    /// `SHARE_SESSION_NOT_FOUND`, `INVALID_SHARE_SESSION_EPOCH` or `SHARE_SESSION_LIMIT_REACHED`.
    pub fn advance(
        &mut self,
        key: &MemberKey,
        epoch: i32,
        connection: u64,
    ) -> Result<(), ErrorCode> {
        if epoch == OPEN {
            if !self.sessions.contains_key(key) && self.sessions.len() >= self.limit {
                return Err(ErrorCode::ShareSessionLimitReached);
            }
            let session = Session { epoch: 1, connection, places: BTreeSet::new(), turn: 0 };
            self.sessions.insert(key.clone(), session);
            return Ok(());
        }
        let session = self.sessions.get_mut(key).ok_or(ErrorCode::ShareSessionNotFound)?;
        if epoch == CLOSE {
            return Ok(());
        }
        if epoch != session.epoch {
            return Err(ErrorCode::InvalidShareSessionEpoch);
        }
        session.epoch = if epoch == i32::MAX { 1 } else { epoch + 1 };
        session.connection = connection;
        Ok(())
    }

    /// Adds and removes partitions.
    pub fn change(
        &mut self,
        key: &MemberKey,
        added: impl IntoIterator<Item = Place>,
        forgotten: impl IntoIterator<Item = Place>,
    ) {
        if let Some(session) = self.sessions.get_mut(key) {
            session.places.extend(added);
            for place in forgotten {
                session.places.remove(&place);
            }
        }
    }

    /// The session's partitions, each time from another one on.
    pub fn places(&mut self, key: &MemberKey) -> Vec<Place> {
        let Some(session) = self.sessions.get_mut(key) else { return Vec::new() };
        let mut places: Vec<Place> = session.places.iter().copied().collect();
        if !places.is_empty() {
            session.turn = (session.turn + 1) % places.len();
            places.rotate_left(session.turn);
        }
        places
    }

    /// Ends a session; false when there was none.
    pub fn close(&mut self, key: &MemberKey) -> bool {
        self.sessions.remove(key).is_some()
    }

    /// Ends the sessions of a connection that was lost; whose they were.
    pub fn disconnected(&mut self, connection: u64) -> Vec<MemberKey> {
        let lost = self.sessions.iter().filter(|(_, session)| session.connection == connection);
        let lost: Vec<MemberKey> = lost.map(|(key, _)| key.clone()).collect();
        for key in &lost {
            self.sessions.remove(key);
        }
        lost
    }

    /// Whether anybody of the group has a session here.
    pub fn any_of(&self, group: &str) -> bool {
        self.sessions.keys().any(|key| key.group == group)
    }
}
