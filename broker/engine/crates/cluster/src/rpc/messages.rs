//! Requests and responses between nodes: JSON, since they are few and small.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::controller::command::NodeRegistration;
use crate::controller::{ControllerCommand, ControllerError, ControllerReply};
use crate::identity::Founder;
use crate::image::{GroupId, HostPort, NodeId};
use crate::partition::Progress;

/// What a node says when it is asked who it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct About {
    pub node_uuid: Uuid,
    /// The id that it has.
    pub node_id: Option<NodeId>,
    /// The id that its configuration gives it.
    pub wanted_id: Option<NodeId>,
    pub cluster_uuid: Option<Uuid>,
    /// The cluster's first voters, once it knows them.
    pub founders: Vec<Founder>,
    /// Its seed list.
    pub seeds: Vec<HostPort>,
    pub empty_seed_starts_cluster: bool,
}

/// What a new node gets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Joined {
    pub node_id: NodeId,
    pub cluster_uuid: Uuid,
    pub founders: Vec<Founder>,
}

/// A request.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Request {
    /// Who are you?
    Discover,
    /// Let me be a node of your cluster.
    Join(Box<NodeRegistration>),
    /// For the controller's leader.
    Controller(Box<ControllerCommand>),
    /// For a group's leader: hand over.
    Transfer { group: GroupId, to: Option<NodeId> },
    /// For a group's leader: how far are the members?
    Progress { group: GroupId },
}

/// A response.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Response {
    About(Box<About>),
    Joined(Box<Joined>),
    /// The command was applied at `index`.
    Applied {
        index: u64,
        reply: Result<ControllerReply, ControllerError>,
    },
    /// Leadership goes to this node.
    Transferring {
        to: NodeId,
    },
    Progress(Progress),
    /// Not done, and nothing has happened: ask `leader`, or again after a moment.
    NotLeader {
        leader: Option<NodeId>,
    },
    /// Not done, or not known to be.
    Failed {
        why: String,
    },
}
