//! Who is on the other end of a connection, and what they may do.
//!
//! There is no authentication yet, so every session is anonymous and [`AllowAll`] is the only
//! [`Authorizer`]. Handlers already ask through the one point, [`Session::authorize`]; later
//! issues put other answers behind it.

use std::sync::{Arc, OnceLock};

use headrace_wire::{ErrorCode, Str};

use crate::metrics::Metrics;
use crate::net::Peer;

/// A name that rules can be written for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Principal {
    /// `User`, as in Apache Kafka.
    pub kind: &'static str,
    /// The user's name.
    pub name: Arc<str>,
}

impl Principal {
    /// Whoever has not authenticated, under Kafka's name for it.
    pub fn anonymous() -> Self {
        Principal { kind: "User", name: Arc::from("ANONYMOUS") }
    }
}

/// What a request wants to do with a resource; the numbers are Kafka's `AclOperation` codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Operation {
    /// Fetch records, use a group.
    Read = 3,
    /// Produce records.
    Write = 4,
    /// Create a topic.
    Create = 5,
    /// Delete a topic or a group.
    Delete = 6,
    /// Add partitions.
    Alter = 7,
    /// See that it exists.
    Describe = 8,
    /// Act as a broker.
    ClusterAction = 9,
    /// See its configuration.
    DescribeConfigs = 10,
    /// Change its configuration.
    AlterConfigs = 11,
    /// Get a producer id.
    IdempotentWrite = 12,
}

/// What an operation is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resource<'a> {
    /// A topic by name.
    Topic(&'a str),
    /// A consumer group by id.
    Group(&'a str),
    /// The cluster.
    Cluster,
    /// A transactional id.
    TransactionalId(&'a str),
}

impl Resource<'_> {
    fn refusal(self) -> ErrorCode {
        match self {
            Resource::Topic(_) => ErrorCode::TopicAuthorizationFailed,
            Resource::Group(_) => ErrorCode::GroupAuthorizationFailed,
            Resource::Cluster => ErrorCode::ClusterAuthorizationFailed,
            Resource::TransactionalId(_) => ErrorCode::TransactionalIdAuthorizationFailed,
        }
    }

    fn operations(self) -> &'static [Operation] {
        use Operation::*;
        match self {
            Resource::Topic(_) => {
                &[Read, Write, Create, Delete, Alter, Describe, DescribeConfigs, AlterConfigs]
            }
            Resource::Group(_) => &[Read, Delete, Describe, DescribeConfigs, AlterConfigs],
            Resource::Cluster => &[
                Create,
                Alter,
                Describe,
                ClusterAction,
                DescribeConfigs,
                AlterConfigs,
                IdempotentWrite,
            ],
            Resource::TransactionalId(_) => &[Write, Describe],
        }
    }
}

/// Decides; must be quick, as it is asked for every topic of every request.
pub trait Authorizer: Send + Sync {
    /// Whether `principal`, from `peer`, may do this.
    fn allows(
        &self,
        principal: &Principal,
        peer: &Peer,
        operation: Operation,
        resource: Resource<'_>,
    ) -> bool;
}

/// Everybody may do everything: a cluster without authentication.
#[derive(Clone, Copy, Debug)]
pub struct AllowAll;

impl Authorizer for AllowAll {
    fn allows(&self, _: &Principal, _: &Peer, _: Operation, _: Resource<'_>) -> bool {
        true
    }
}

/// One connection, from its acceptance to its end.
pub struct Session {
    /// The other end.
    pub peer: Peer,
    principal: Principal,
    software: OnceLock<(Str, Str)>,
    authorizer: Arc<dyn Authorizer>,
    metrics: Metrics,
}

impl Session {
    pub(crate) fn open(peer: Peer, authorizer: Arc<dyn Authorizer>, metrics: Metrics) -> Self {
        metrics.opened(&peer.listener);
        let principal = Principal::anonymous();
        Session { peer, principal, software: OnceLock::new(), authorizer, metrics }
    }

    /// Who asks.
    pub(crate) fn principal(&self) -> &Principal {
        &self.principal
    }

    /// The client's software and its version, if it said so (KIP-511).
    pub(crate) fn software(&self) -> Option<&(Str, Str)> {
        self.software.get()
    }

    pub(crate) fn note_software(&self, name: &Str, version: &Str) {
        // what it said first stands
        let _ = self.software.set((name.detach(), version.detach()));
    }

    /// The one point that decides what a request may do.
    ///
    /// # Errors
    /// The code that says so in a response.
    pub fn authorize(&self, op: Operation, resource: Resource<'_>) -> Result<(), ErrorCode> {
        if self.authorizer.allows(&self.principal, &self.peer, op, resource) {
            return Ok(());
        }
        Err(resource.refusal())
    }

    /// The allowed operations as responses carry them: bit `n` for operation `n`.
    pub fn authorized_operations(&self, resource: Resource<'_>) -> i32 {
        let allowed = |op: &&Operation| self.authorize(**op, resource).is_ok();
        resource.operations().iter().filter(allowed).map(|op| 1 << (*op as u8)).sum()
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        self.metrics.closed(&self.peer.listener);
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use tokio::sync::watch;

    use super::*;

    /// A session from nowhere that `authorizer` decides for.
    pub(crate) fn session(authorizer: Arc<dyn Authorizer>) -> Session {
        let peer = Peer {
            connection: 1,
            address: ([127, 0, 0, 1], 4321).into(),
            listener: Arc::from("internal"),
            closing: watch::channel(false).1,
        };
        Session::open(peer, authorizer, Metrics::new())
    }

    struct ReadsOnly;

    impl Authorizer for ReadsOnly {
        fn allows(&self, _: &Principal, _: &Peer, op: Operation, _: Resource<'_>) -> bool {
            op == Operation::Read
        }
    }

    #[test]
    fn a_refusal_has_the_resource_s_code() {
        let session = session(Arc::new(ReadsOnly));
        assert_eq!(session.authorize(Operation::Read, Resource::Topic("a")), Ok(()));
        assert_eq!(
            session.authorize(Operation::Write, Resource::Topic("a")),
            Err(ErrorCode::TopicAuthorizationFailed)
        );
        assert_eq!(
            session.authorize(Operation::Write, Resource::Cluster),
            Err(ErrorCode::ClusterAuthorizationFailed)
        );
    }

    #[test]
    fn operations_are_bits() {
        assert_eq!(session(Arc::new(ReadsOnly)).authorized_operations(Resource::Topic("a")), 8);
        let all = session(Arc::new(AllowAll)).authorized_operations(Resource::Group("a"));
        assert_eq!(all, (1 << 3) | (1 << 6) | (1 << 8) | (1 << 10) | (1 << 11));
    }
}
