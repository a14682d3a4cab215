//! Tells the controller when a group that this node leads has the members that it shall have.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use super::controller;
use super::inner::Inner;
use crate::controller::ControllerCommand;
use crate::image::{GroupId, NodeId};
use crate::partition::in_sync::node_of;

const LOOK_EVERY: Duration = Duration::from_millis(200);

/// Looks until the node stops.
pub(crate) async fn run(inner: Arc<Inner>) {
    loop {
        tokio::time::sleep(LOOK_EVERY).await;
        for (group, replicas) in finished(&inner) {
            let command = ControllerCommand::FinishReassignment { group, replicas };
            match controller::request(&inner, command).await {
                Ok(_) => tracing::info!(group, "reassignment finished"),
                // what is not finished is looked at again
                Err(error) => tracing::debug!(group, %error, "reassignment not finished yet"),
            }
        }
    }
}

fn finished(inner: &Inner) -> Vec<(GroupId, Vec<NodeId>)> {
    let image = inner.view.image();
    let led = inner.leaders.served().into_iter();
    led.filter_map(|(group, _)| {
        let (_, _, partition) = image.group(group)?;
        let target = partition.target();
        let members = inner.partition(group)?.members();
        let voters: BTreeSet<NodeId> = members.voters.iter().map(|&peer| node_of(peer)).collect();
        let done = members.learners.is_empty() && voters == target.iter().copied().collect();
        (partition.is_moving() && done).then_some((group, target))
    })
    .collect()
}
