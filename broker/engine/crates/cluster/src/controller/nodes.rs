//! Who belongs to the cluster: its name, nodes, maintenance, feature level.

use std::sync::Arc;

use uuid::Uuid;

use super::command::{ControllerReply, NodeRegistration};
use super::error::{refuse, ControllerError, ErrorCode};
use super::properties::Overrides;
use super::State;
use crate::image::{NodeId, NodeInfo};

type Outcome = Result<ControllerReply, ControllerError>;

/// The highest feature level that this software can serve.
pub const FEATURE_LEVEL_MAX: i32 = 1;

impl State {
    pub(super) fn set_cluster_uuid(&mut self, uuid: Uuid, seed_nodes: i32) -> Outcome {
        match self.image.cluster_uuid {
            Some(present) if present != uuid => refuse(
                ErrorCode::INCONSISTENT_CLUSTER_ID,
                format!("the cluster is called {present} already"),
            ),
            Some(_) => Ok(ControllerReply::Done),
            None => {
                self.image.cluster_uuid = Some(uuid);
                self.seed_nodes = seed_nodes.max(1);
                // Seeds take 0, 1, 2, … by their place in the list, whenever they come.
                self.next_node = self.next_node.max(self.seed_nodes);
                Ok(ControllerReply::Done)
            }
        }
    }

    pub(super) fn register_node(&mut self, r: NodeRegistration) -> Outcome {
        self.check_registration(&r)?;
        let known = self.image.node_by_uuid(r.node_uuid).cloned();
        let id = match (&known, r.wanted_id) {
            (Some(node), Some(wanted)) if node.id != wanted => {
                return refuse(
                    ErrorCode::DUPLICATE_BROKER_REGISTRATION,
                    format!(
                        "this data folder belongs to node {}, but the configuration says {wanted}",
                        node.id
                    ),
                );
            }
            (Some(node), _) => node.id,
            (None, Some(wanted)) => self.free_id(wanted)?,
            (None, None) => self.next_node,
        };
        self.next_node = self.next_node.max(id.saturating_add(1));
        let info = NodeInfo {
            id,
            uuid: r.node_uuid,
            rpc: r.rpc,
            listeners: r.listeners,
            admin: r.admin,
            rack: r.rack,
            version: r.version,
            feature_level_max: r.feature_level_max,
            config_hash: r.config_hash,
            started_at_ms: r.started_at_ms,
            maintenance: known.is_some_and(|n| n.maintenance),
        };
        Arc::make_mut(&mut self.image.nodes).insert(id, Arc::new(info));
        let cluster_uuid = self.image.cluster_uuid;
        Ok(ControllerReply::NodeRegistered { node_id: id, cluster_uuid })
    }

    fn check_registration(&self, r: &NodeRegistration) -> Result<(), ControllerError> {
        if let (Some(ours), Some(theirs)) = (self.image.cluster_uuid, r.cluster_uuid) {
            if ours != theirs {
                return refuse(
                    ErrorCode::INCONSISTENT_CLUSTER_ID,
                    format!("the node's data belongs to cluster {theirs}, this is {ours}"),
                );
            }
        }
        if r.feature_level_max < self.image.feature_level {
            return refuse(
                ErrorCode::UNSUPPORTED_VERSION,
                format!(
                    "the cluster is at feature level {}, version {} serves up to {}; \
                     install a newer version",
                    self.image.feature_level, r.version, r.feature_level_max
                ),
            );
        }
        Ok(())
    }

    fn free_id(&self, wanted: NodeId) -> Result<NodeId, ControllerError> {
        if wanted < 0 {
            return refuse(
                ErrorCode::INVALID_REQUEST,
                format!("node id {wanted} must not be negative"),
            );
        }
        match self.image.node(wanted) {
            None => Ok(wanted),
            Some(other) => refuse(
                ErrorCode::DUPLICATE_BROKER_REGISTRATION,
                format!(
                    "node id {wanted} belongs to another data folder ({}, last seen at {}); \
                     a node whose data is lost must come back under a new id",
                    other.uuid, other.rpc
                ),
            ),
        }
    }

    pub(super) fn unregister_node(&mut self, id: NodeId) -> Outcome {
        self.known_node(id)?;
        let all = self.image.topics().flat_map(|t| &t.partitions);
        let held = all.filter(|p| p.replicas.contains(&id)).count();
        if held > 0 {
            return refuse(
                ErrorCode::INVALID_REQUEST,
                format!("node {id} still holds {held} replicas; move them away first"),
            );
        }
        Arc::make_mut(&mut self.image.nodes).remove(&id);
        self.set_node_config(id, Overrides::new());
        Ok(ControllerReply::Done)
    }

    pub(super) fn set_maintenance(&mut self, id: NodeId, on: bool) -> Outcome {
        let node = self.known_node(id)?;
        if on {
            if let Some(other) = self.image.nodes().find(|n| n.maintenance && n.id != id) {
                return refuse(
                    ErrorCode::POLICY_VIOLATION,
                    format!(
                        "node {} is in maintenance already; only one node at a time may be",
                        other.id
                    ),
                );
            }
        }
        let changed = NodeInfo { maintenance: on, ..(*node).clone() };
        Arc::make_mut(&mut self.image.nodes).insert(id, Arc::new(changed));
        Ok(ControllerReply::Done)
    }

    pub(super) fn set_feature_level(&mut self, level: i32) -> Outcome {
        if level < self.image.feature_level {
            return refuse(
                ErrorCode::INVALID_UPDATE_VERSION,
                format!("the feature level is {} and never goes down", self.image.feature_level),
            );
        }
        if level > FEATURE_LEVEL_MAX {
            return refuse(
                ErrorCode::INVALID_UPDATE_VERSION,
                format!("feature level {level} is unknown; the highest is {FEATURE_LEVEL_MAX}"),
            );
        }
        if let Some(old) = self.image.nodes().find(|n| n.feature_level_max < level) {
            return refuse(
                ErrorCode::INVALID_UPDATE_VERSION,
                format!(
                    "node {} runs version {}, which serves up to level {}; upgrade it first",
                    old.id, old.version, old.feature_level_max
                ),
            );
        }
        self.image.feature_level = level;
        Ok(ControllerReply::Done)
    }

    pub(super) fn known_node(&self, id: NodeId) -> Result<Arc<NodeInfo>, ControllerError> {
        self.image.node(id).cloned().ok_or_else(|| {
            ControllerError::new(
                ErrorCode::BROKER_ID_NOT_REGISTERED,
                format!("there is no node {id}"),
            )
        })
    }
}
