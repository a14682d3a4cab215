//! Tells the controller when a group that this node leads has the members that it shall have.

use std::sync::Arc;
use std::time::Duration;

use super::controller;
use super::inner::Inner;
use crate::controller::ControllerCommand;
use crate::image::{Goal, GroupId};

const LOOK_EVERY: Duration = Duration::from_millis(200);

/// Looks until the node stops.
pub(crate) async fn run(inner: Arc<Inner>) {
    loop {
        tokio::time::sleep(LOOK_EVERY).await;
        for (group, Goal { nodes: replicas, version }) in finished(&inner) {
            let version = Some(version);
            let command = ControllerCommand::FinishReassignment { group, replicas, version };
            match controller::request(&inner, command).await {
                Ok(_) => tracing::info!(group, "reassignment finished"),
                // what is not finished is looked at again
                Err(error) => tracing::debug!(group, %error, "reassignment not finished yet"),
            }
        }
    }
}

fn finished(inner: &Inner) -> Vec<(GroupId, Goal)> {
    let image = inner.view.image();
    let moving = image.topics().flat_map(|t| &t.partitions).filter(|found| found.is_moving());
    moving
        .filter_map(|partition| {
            let group = partition.group;
            // of those that this node leads
            let done = inner.partition(group)?.reached() == Some(partition.target_version);
            done.then(|| (group, partition.goal()))
        })
        .collect()
}
