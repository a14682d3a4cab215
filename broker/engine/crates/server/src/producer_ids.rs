//! Producer ids, handed out one by one from blocks that the controller allocates.
//!
//! A block that a node holds when it stops is lost: ids need only be unique, not dense.

use std::ops::Range;

use headrace_cluster::controller::{ControllerCommand, ControllerReply};
use headrace_cluster::{ControllerError, Node};
use tokio::sync::Mutex;

/// This node's present block.
#[derive(Debug, Default)]
pub(crate) struct ProducerIds {
    /// Held across the controller's answer, so that one caller fetches a block for all.
    block: Mutex<Range<i64>>,
}

impl ProducerIds {
    /// An id that no other producer has or will have.
    pub async fn next(&self, node: &Node) -> Result<i64, ControllerError> {
        let mut block = self.block.lock().await;
        if let Some(id) = block.next() {
            return Ok(id);
        }
        let node_id = node.node_id().ok_or(ControllerError::NoLeader)?;
        let command = ControllerCommand::AllocateProducerIds { node_id };
        match node.controller_request(command).await? {
            ControllerReply::ProducerIds { first, count } if count > 0 => {
                *block = first + 1..first + count;
                Ok(first)
            }
            other => {
                tracing::error!(?other, "the controller answered something else than ids");
                Err(ControllerError::TimedOut)
            }
        }
    }
}
