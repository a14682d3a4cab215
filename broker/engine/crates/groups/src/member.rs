//! One member of a group.

use bytes::Bytes;

use crate::api::Token;
use crate::records::MemberValue;

/// A request that waits for the group: its token and API version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Waiter {
    pub(crate) token: Token,
    pub(crate) version: i16,
}

/// A member as the coordinator knows it. Its text and bytes are copies of its own: slices of the
/// request would keep whole network buffers alive.
#[derive(Clone, Debug)]
pub(crate) struct Member {
    pub(crate) id: String,
    /// `group.instance.id` of a static member (KIP-345).
    pub(crate) instance_id: Option<String>,
    pub(crate) client_id: String,
    pub(crate) client_host: String,
    pub(crate) session_timeout_ms: i32,
    pub(crate) rebalance_timeout_ms: i32,
    /// Protocol name and the member's metadata for it, best first.
    pub(crate) protocols: Vec<(String, Bytes)>,
    pub(crate) assignment: Bytes,
    /// Its JoinGroup, while it waits for the rebalance.
    pub(crate) join: Option<Waiter>,
    /// Its SyncGroup, while it waits for the leader's assignment.
    pub(crate) sync: Option<Waiter>,
    /// It has not been through a rebalance yet: its wait is bounded, see
    /// [`crate::NEW_MEMBER_JOIN_TIMEOUT_MS`].
    pub(crate) is_new: bool,
    /// It has asked for its assignment in this generation.
    pub(crate) synced: bool,
    /// When it is taken for dead unless heard of, ms.
    pub(crate) deadline_ms: i64,
}

impl Member {
    /// The moment at which it is taken for dead. A member whose request waits here is alive by
    /// definition: it is we who have to answer.
    pub(crate) fn expires_ms(&self) -> i64 {
        if !self.is_new && (self.join.is_some() || self.sync.is_some()) {
            return i64::MAX;
        }
        self.deadline_ms
    }

    /// Starts its session anew.
    pub(crate) fn heard_of(&mut self, now_ms: i64) {
        self.deadline_ms = now_ms.saturating_add(i64::from(self.session_timeout_ms));
    }

    /// Same protocols, in the same order, with the same metadata.
    pub(crate) fn has_protocols(&self, protocols: &[(String, Bytes)]) -> bool {
        self.protocols == protocols
    }

    /// Its metadata for `protocol`; empty when it does not speak it.
    pub(crate) fn metadata(&self, protocol: &str) -> Bytes {
        let found = self.protocols.iter().find(|(name, _)| name == protocol);
        found.map(|(_, metadata)| metadata.clone()).unwrap_or_default()
    }

    /// Its first choice among `candidates`.
    pub(crate) fn vote<'a>(&'a self, candidates: &[&str]) -> Option<&'a str> {
        let mut names = self.protocols.iter().map(|(name, _)| name.as_str());
        names.find(|name| candidates.contains(name))
    }

    /// As a record holds it.
    pub(crate) fn to_value(&self, protocol: Option<&str>, assignment: Bytes) -> MemberValue {
        MemberValue {
            member_id: self.id.clone(),
            instance_id: self.instance_id.clone(),
            client_id: self.client_id.clone(),
            client_host: self.client_host.clone(),
            rebalance_timeout_ms: self.rebalance_timeout_ms,
            session_timeout_ms: self.session_timeout_ms,
            subscription: protocol.map(|name| self.metadata(name)).unwrap_or_default(),
            assignment,
        }
    }

    /// Back from a record; `protocol` is the group's. Its session is set once loading is over.
    pub(crate) fn from_value(value: MemberValue, protocol: Option<&str>) -> Self {
        let protocols = protocol.map(|name| (name.to_owned(), value.subscription));
        Member {
            id: value.member_id,
            instance_id: value.instance_id,
            client_id: value.client_id,
            client_host: value.client_host,
            session_timeout_ms: value.session_timeout_ms,
            rebalance_timeout_ms: value.rebalance_timeout_ms,
            protocols: protocols.into_iter().collect(),
            assignment: value.assignment,
            join: None,
            sync: None,
            is_new: false,
            synced: true,
            deadline_ms: 0,
        }
    }
}
