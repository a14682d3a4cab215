//! The controller: the cluster's metadata as a pure, replicated state machine.
//!
//! Entry points: [`State::apply`] for one committed command of group 0, [`State::image`] for what
//! readers see, [`State::snapshot`] and [`State::restore`]. See README.md in this folder for the
//! rules that keep all nodes' states the same.

pub mod access;
pub mod command;
mod configs;
pub mod error;
pub mod health;
pub mod names;
mod nodes;
pub mod placement;
pub mod properties;
mod reassign;
mod snapshot;
#[cfg(test)]
mod tests;
mod topics;

pub use command::{ControllerCommand, ControllerReply};
pub use error::{ControllerError, ErrorCode};
pub use nodes::FEATURE_LEVEL_MAX;
pub use snapshot::SnapshotError;

use command::PRODUCER_ID_BLOCK;
use error::refuse;

use crate::image::{Image, NodeId, CONTROLLER_GROUP};

/// Where a new cluster starts. Fixed for ever: all releases must begin from the same state.
const FEATURE_LEVEL_AT_BIRTH: i32 = 1;

/// The controller's state on one node.
#[derive(Clone, Debug)]
pub struct State {
    image: Image,
    /// The id that the next node without a wish gets; ids are never used again.
    next_node: NodeId,
    /// How many nodes the seed list named when the cluster was born.
    seed_nodes: i32,
    /// Whose properties are in force in the image. Not part of what nodes agree on: no command's
    /// outcome may depend on it, nor on [`Image::here`] and `Topic::config`, which follow from it.
    here: Option<NodeId>,
}

impl Default for State {
    fn default() -> Self {
        let image = Image {
            next_group: CONTROLLER_GROUP + 1,
            feature_level: FEATURE_LEVEL_AT_BIRTH,
            ..Image::default()
        };
        State { image, next_node: 0, seed_nodes: 1, here: None }
    }
}

impl State {
    /// The state before the first command.
    pub fn new() -> State {
        State::default()
    }

    /// The same state on node `here`, whose own properties are in force in its image.
    pub fn on(self, here: NodeId) -> State {
        let mut state = State { here: Some(here), ..self };
        state.refresh_in_force();
        state
    }

    /// The index of the last applied entry.
    pub fn applied_index(&self) -> u64 {
        self.image.version
    }

    /// What readers see; cheap.
    pub fn image(&self) -> Image {
        self.image.clone()
    }

    /// Passes over an entry that holds no command (Raft's own).
    pub fn skip(&mut self, index: u64) {
        self.image.version = self.image.version.max(index);
    }

    /// Applies the command at `index` of group 0's log.
    ///
    /// # Errors
    /// A refusal changes nothing but the applied index; every node comes to the same one. An
    /// index that was applied before is refused: the caller has lost count.
    pub fn apply(
        &mut self,
        index: u64,
        command: ControllerCommand,
    ) -> Result<ControllerReply, ControllerError> {
        if index <= self.image.version {
            return refuse(
                ErrorCode::UNKNOWN_SERVER_ERROR,
                format!("controller entry {index} was applied before {}", self.image.version),
            );
        }
        self.image.version = index;
        match command {
            ControllerCommand::SetClusterUuid { cluster_uuid, seed_nodes } => {
                self.set_cluster_uuid(cluster_uuid, seed_nodes)
            }
            ControllerCommand::RegisterNode(registration) => self.register_node(registration),
            ControllerCommand::UnregisterNode { node_id } => self.unregister_node(node_id),
            ControllerCommand::CreateTopics { topics, validate_only, avoid } => {
                Ok(self.create_topics(topics, validate_only, &avoid))
            }
            ControllerCommand::DeleteTopics { topics } => Ok(self.delete_topics(&topics)),
            ControllerCommand::CreatePartitions { topics, validate_only, avoid } => {
                Ok(self.create_partitions(topics, validate_only, &avoid))
            }
            ControllerCommand::AlterConfigs { changes, validate_only, replace } => {
                Ok(self.alter_configs(changes, validate_only, replace))
            }
            ControllerCommand::AllocateProducerIds { .. } => self.allocate_producer_ids(),
            ControllerCommand::SetMaintenance { node_id, on } => self.set_maintenance(node_id, on),
            ControllerCommand::SetFeatureLevel { level } => self.set_feature_level(level),
            ControllerCommand::AlterReassignments { changes, allow_factor_change } => {
                Ok(self.alter_reassignments(changes, allow_factor_change))
            }
            ControllerCommand::FinishReassignment { group, replicas, version } => {
                self.finish_reassignment(group, &replicas, version)
            }
            ControllerCommand::Access(command) => Ok(self.change_access(command)),
        }
    }

    fn allocate_producer_ids(&mut self) -> Result<ControllerReply, ControllerError> {
        let first = self.image.next_producer_id;
        let Some(next) = first.checked_add(PRODUCER_ID_BLOCK) else {
            return refuse(ErrorCode::UNKNOWN_SERVER_ERROR, "all producer ids have been given out");
        };
        self.image.next_producer_id = next;
        Ok(ControllerReply::ProducerIds { first, count: PRODUCER_ID_BLOCK })
    }
}
