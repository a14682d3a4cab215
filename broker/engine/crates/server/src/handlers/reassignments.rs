//! AlterPartitionReassignments and ListPartitionReassignments (KIP-455): what is wanted goes to the
//! controller, partitions' leaders bring it about.

use std::collections::{BTreeMap, HashSet};

use headrace_cluster::controller::command::Reassignment;
use headrace_cluster::controller::{ControllerCommand, ControllerReply};
use headrace_wire::messages::alter_partition_reassignments::{
    ReassignablePartitionResponse, ReassignableTopicResponse,
};
use headrace_wire::messages::list_partition_reassignments::{
    OngoingPartitionReassignment, OngoingTopicReassignment,
};
use headrace_wire::messages::{
    AlterPartitionReassignmentsRequest, AlterPartitionReassignmentsResponse,
    ListPartitionReassignmentsRequest, ListPartitionReassignmentsResponse,
};
use headrace_wire::{ErrorCode, Str};

use crate::context::{code_of, controller_refusal, Context, Refusal};
use crate::session::{Operation, Resource};

pub(crate) async fn alter_partition_reassignments(
    cx: Context,
    request: AlterPartitionReassignmentsRequest,
) -> AlterPartitionReassignmentsResponse {
    // before version 1 any number of replicas may be asked for (KIP-860)
    let allow_factor_change = cx.version < 1 || request.allow_replication_factor_change;
    let changes: Vec<Reassignment> = request
        .topics
        .iter()
        .flat_map(|topic| {
            topic.partitions.iter().map(|one| Reassignment {
                topic: topic.name.to_string(),
                partition: one.partition_index,
                replicas: one.replicas.clone(),
            })
        })
        .collect();
    let mut outcomes = match alter(&cx, changes, allow_factor_change).await {
        Ok(outcomes) => outcomes.into_iter(),
        Err(refusal) => {
            return AlterPartitionReassignmentsResponse {
                error_code: cx.code(refusal.code),
                error_message: refusal.text(),
                allow_replication_factor_change: allow_factor_change,
                ..Default::default()
            }
        }
    };
    let topic = |(name, indexes): (Str, Vec<i32>)| {
        let partitions = indexes.into_iter().map(|partition_index| {
            let refusal = outcomes.next().flatten();
            ReassignablePartitionResponse {
                partition_index,
                error_code: refusal.as_ref().map_or(0, |refusal| cx.code(refusal.code)),
                error_message: refusal.and_then(|refusal| refusal.text()),
            }
        });
        ReassignableTopicResponse { name, partitions: partitions.collect() }
    };
    let asked = request.topics.into_iter().map(|topic| {
        let indexes = topic.partitions.iter().map(|one| one.partition_index).collect();
        (topic.name, indexes)
    });
    AlterPartitionReassignmentsResponse {
        responses: asked.map(topic).collect(),
        allow_replication_factor_change: allow_factor_change,
        ..Default::default()
    }
}

async fn alter(
    cx: &Context,
    changes: Vec<Reassignment>,
    allow_factor_change: bool,
) -> Result<Vec<Option<Refusal>>, Refusal> {
    cx.authorize(Operation::Alter, Resource::Cluster)?;
    if changes.is_empty() {
        return Ok(Vec::new());
    }
    let command = ControllerCommand::AlterReassignments { changes, allow_factor_change };
    match cx.node().controller_request(command).await {
        Ok(ControllerReply::Reassignments(results)) => {
            let refusal = |error: Option<headrace_cluster::controller::ControllerError>| {
                error.map(|error| Refusal::new(code_of(error.code), error.message))
            };
            Ok(results.into_iter().map(refusal).collect())
        }
        Ok(_) => Err(ErrorCode::UnknownServerError.into()),
        Err(error) => Err(controller_refusal(error)),
    }
}

pub(crate) async fn list_partition_reassignments(
    cx: Context,
    request: ListPartitionReassignmentsRequest,
) -> ListPartitionReassignmentsResponse {
    if let Err(error) = cx.authorize(Operation::Describe, Resource::Cluster) {
        return ListPartitionReassignmentsResponse {
            error_code: cx.code(error),
            ..Default::default()
        };
    }
    let wanted: Option<HashSet<(Str, i32)>> = request.topics.map(|topics| {
        let pairs = topics
            .into_iter()
            .flat_map(|t| t.partition_indexes.into_iter().map(move |at| (t.name.clone(), at)));
        pairs.collect()
    });
    let mut topics: BTreeMap<Str, Vec<OngoingPartitionReassignment>> = BTreeMap::new();
    for topic in cx.image().topics() {
        let name = Str::from(&*topic.name);
        for (partition_index, partition) in (0..).zip(&topic.partitions) {
            let asked =
                wanted.as_ref().is_none_or(|w| w.contains(&(name.clone(), partition_index)));
            if asked && partition.is_moving() {
                topics.entry(name.clone()).or_default().push(OngoingPartitionReassignment {
                    partition_index,
                    replicas: partition.replicas.clone(),
                    adding_replicas: partition.adding.clone(),
                    removing_replicas: partition.removing.clone(),
                });
            }
        }
    }
    let topics = topics
        .into_iter()
        .map(|(name, partitions)| OngoingTopicReassignment { name, partitions })
        .collect();
    ListPartitionReassignmentsResponse { topics, ..Default::default() }
}
