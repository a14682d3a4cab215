//! Requests to the controller and to groups' leaders, wherever they are.

use std::sync::Arc;
use std::time::Duration;

use headrace_wire::records::BatchBuilder;
use tokio::sync::oneshot;
use tokio::time::Instant;

use super::host::Outcome;
use super::inner::Inner;
use crate::controller::{ControllerCommand, ControllerReply};
use crate::error::{ControllerError, PartitionError};
use crate::image::{GroupId, NodeId, CONTROLLER_GROUP};
use crate::partition::{Acks, AppendOptions, Progress};
use crate::rpc::client::RequestError;
use crate::rpc::hello::Purpose;
use crate::rpc::messages::{Request, Response};
use crate::shard::Input;

/// How long a request may take in all.
const TIMEOUT: Duration = Duration::from_secs(15);
/// How long the leader may take to apply a command.
const APPLY_TIMEOUT: Duration = Duration::from_secs(10);
/// Between two attempts while there is no leader.
const RETRY_EVERY: Duration = Duration::from_millis(50);

/// Why one attempt came to nothing.
enum Failed {
    /// Nothing has happened: try again.
    Retry,
    Final(ControllerError),
}

/// Has the controller carry out a command; applied on this node too when it returns.
pub(crate) async fn request(
    inner: &Arc<Inner>,
    command: ControllerCommand,
) -> Result<ControllerReply, ControllerError> {
    let deadline = Instant::now() + TIMEOUT;
    loop {
        if inner.is_stopping() {
            return Err(ControllerError::ShuttingDown);
        }
        match attempt(inner, &command).await {
            Ok((index, reply)) => {
                wait_applied(inner, index, deadline).await?;
                return reply.map_err(ControllerError::Refused);
            }
            Err(Failed::Final(error)) => return Err(error),
            Err(Failed::Retry) if Instant::now() >= deadline => {
                return Err(ControllerError::NoLeader)
            }
            Err(Failed::Retry) => tokio::time::sleep(RETRY_EVERY).await,
        }
    }
}

async fn attempt(inner: &Arc<Inner>, command: &ControllerCommand) -> Result<Outcome, Failed> {
    let me = inner.identity().node_id.ok_or(Failed::Retry)?;
    let leader = inner.leaders.get(CONTROLLER_GROUP).ok_or(Failed::Retry)?.leader;
    if leader == me {
        return lead(inner, command.clone()).await;
    }
    let address = inner.node_address(leader).ok_or(Failed::Retry)?;
    let hello = inner.hello(Purpose::Requests);
    let request = Request::Controller(Box::new(command.clone()));
    match inner.client.request(&address, &hello, &request, TIMEOUT).await {
        Ok(Response::Applied { index, reply }) => Ok((index, reply)),
        Ok(Response::NotLeader { .. }) | Err(RequestError::NotSent(_)) => Err(Failed::Retry),
        Ok(Response::Failed { .. }) | Err(RequestError::Unknown(_)) => {
            Err(Failed::Final(ControllerError::TimedOut))
        }
        Ok(other) => {
            tracing::warn!(?other, "a node gave no fitting response to a controller request");
            Err(Failed::Final(ControllerError::TimedOut))
        }
    }
}

async fn wait_applied(
    inner: &Arc<Inner>,
    index: u64,
    deadline: Instant,
) -> Result<(), ControllerError> {
    let mut changes = inner.view.changes();
    let applied = async { changes.wait_for(|version| *version >= index).await.map(|_| ()) };
    match tokio::time::timeout_at(deadline, applied).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(_)) => Err(ControllerError::ShuttingDown),
        Err(_) => Err(ControllerError::TimedOut),
    }
}

/// Proposes a command as the controller's leader.
async fn lead(inner: &Arc<Inner>, command: ControllerCommand) -> Result<Outcome, Failed> {
    let handle = inner.partition(CONTROLLER_GROUP).ok_or(Failed::Retry)?;
    let command = avoid_dead_nodes(inner, command);
    let id = inner.env.random.next_u64();
    let mut builder = BatchBuilder::new();
    let now_ms = inner.env.clock.now_ms();
    builder.push(now_ms, Some(&id.to_be_bytes()), Some(&command.encode()), &[]);
    let batch = builder.build().map_err(|error| {
        tracing::error!(%error, "a controller command cannot be written");
        Failed::Final(ControllerError::TimedOut)
    })?;
    let answer = inner.view.wait_for(id).ok_or(Failed::Retry)?;
    let options = AppendOptions::new(Acks::None);
    if let Err(error) = handle.append(batch, options).await {
        inner.view.forget(id);
        return Err(match error {
            PartitionError::NotLeader { .. } | PartitionError::Overloaded => Failed::Retry,
            PartitionError::ShuttingDown => Failed::Final(ControllerError::ShuttingDown),
            other => {
                tracing::error!(error = %other, "the controller's log takes no command");
                Failed::Final(ControllerError::TimedOut)
            }
        });
    }
    match tokio::time::timeout(APPLY_TIMEOUT, answer).await {
        Ok(Ok(outcome)) => Ok(outcome),
        Ok(Err(_)) | Err(_) => {
            inner.view.forget(id);
            Err(Failed::Final(ControllerError::TimedOut))
        }
    }
}

/// The proposer knows which nodes look dead; the state machine must not ask.
fn avoid_dead_nodes(inner: &Arc<Inner>, mut command: ControllerCommand) -> ControllerCommand {
    if let ControllerCommand::CreateTopics { avoid, .. }
    | ControllerCommand::CreatePartitions { avoid, .. } = &mut command
    {
        let image = inner.view.image();
        let dead = image.nodes().map(|n| n.id).filter(|&id| !inner.is_alive(id));
        avoid.extend(dead);
        avoid.sort_unstable();
        avoid.dedup();
    }
    command
}

/// Another node's command, for this node as the leader.
pub(crate) async fn serve(inner: &Arc<Inner>, command: ControllerCommand) -> Response {
    match lead(inner, command).await {
        Ok((index, reply)) => Response::Applied { index, reply },
        Err(Failed::Retry) => {
            let leader = inner.leaders.get(CONTROLLER_GROUP).map(|info| info.leader);
            Response::NotLeader { leader }
        }
        Err(Failed::Final(error)) => Response::Failed { why: error.to_string() },
    }
}

/// Asks a group's leader to hand over.
pub(crate) async fn transfer(
    inner: &Arc<Inner>,
    group: GroupId,
    to: Option<NodeId>,
) -> Result<NodeId, PartitionError> {
    let nobody = PartitionError::NotLeader { leader: None };
    let leader = inner.leaders.get(group).ok_or(nobody.clone())?.leader;
    if inner.identity().node_id == Some(leader) {
        return transfer_here(inner, group, to).await;
    }
    let address = inner.node_address(leader).ok_or(nobody)?;
    let hello = inner.hello(Purpose::Requests);
    let request = Request::Transfer { group, to };
    match inner.client.request(&address, &hello, &request, TIMEOUT).await {
        Ok(Response::Transferring { to }) => Ok(to),
        Ok(Response::NotLeader { leader }) => Err(PartitionError::NotLeader { leader }),
        Ok(Response::Failed { .. }) => Err(PartitionError::NotEnoughReplicas),
        Ok(_) | Err(_) => Err(PartitionError::TimedOut),
    }
}

/// Hands over a group that this node leads.
pub(crate) async fn transfer_here(
    inner: &Arc<Inner>,
    group: GroupId,
    to: Option<NodeId>,
) -> Result<NodeId, PartitionError> {
    let shard = inner.shard(group).ok_or(PartitionError::ShuttingDown)?;
    let (reply, answer) = oneshot::channel();
    shard.try_send(Input::Transfer { group, to, reply })?;
    answer.await.unwrap_or(Err(PartitionError::ShuttingDown))
}

/// Asks a group's leader how far its members are.
pub(crate) async fn progress(
    inner: &Arc<Inner>,
    group: GroupId,
) -> Result<Progress, PartitionError> {
    let nobody = PartitionError::NotLeader { leader: None };
    let leader = inner.leaders.get(group).ok_or(nobody.clone())?.leader;
    if inner.identity().node_id == Some(leader) {
        return progress_here(inner, group).await;
    }
    let address = inner.node_address(leader).ok_or(nobody)?;
    let hello = inner.hello(Purpose::Requests);
    match inner.client.request(&address, &hello, &Request::Progress { group }, TIMEOUT).await {
        Ok(Response::Progress(progress)) => Ok(progress),
        Ok(Response::NotLeader { leader }) => Err(PartitionError::NotLeader { leader }),
        Ok(_) | Err(_) => Err(PartitionError::TimedOut),
    }
}

/// As [`progress`], of a group that this node leads.
pub(crate) async fn progress_here(
    inner: &Arc<Inner>,
    group: GroupId,
) -> Result<Progress, PartitionError> {
    let shard = inner.shard(group).ok_or(PartitionError::ShuttingDown)?;
    let (reply, answer) = oneshot::channel();
    shard.try_send(Input::Progress { group, reply })?;
    answer.await.unwrap_or(Err(PartitionError::ShuttingDown))
}
