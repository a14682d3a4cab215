//! AddRaftVoter and RemoveRaftVoter (KIP-853): refused, as by Apache Kafka where the quorum is not
//! reconfigured by hand (`kraft.version` 0). A Headrace cluster chooses its controllers itself,
//! from the nodes that it has.

use headrace_wire::messages::{
    AddRaftVoterRequest, AddRaftVoterResponse, RemoveRaftVoterRequest, RemoveRaftVoterResponse,
};
use headrace_wire::{ErrorCode, Str};

use super::metadata::cluster_id;
use crate::context::{Context, Refusal};
use crate::session::{Operation, Resource};

pub(crate) async fn add_raft_voter(
    cx: Context,
    request: AddRaftVoterRequest,
) -> AddRaftVoterResponse {
    let refusal = refuse(&cx, request.cluster_id.as_ref());
    AddRaftVoterResponse {
        error_code: cx.code(refusal.code),
        error_message: refusal.text(),
        ..Default::default()
    }
}

pub(crate) async fn remove_raft_voter(
    cx: Context,
    request: RemoveRaftVoterRequest,
) -> RemoveRaftVoterResponse {
    let refusal = refuse(&cx, request.cluster_id.as_ref());
    RemoveRaftVoterResponse {
        error_code: cx.code(refusal.code),
        error_message: refusal.text(),
        ..Default::default()
    }
}

fn refuse(cx: &Context, meant: Option<&Str>) -> Refusal {
    if let Err(error) = cx.authorize(Operation::Alter, Resource::Cluster) {
        return error.into();
    }
    let own = cx.image().cluster_uuid().map(cluster_id);
    if meant.is_some() && own.as_ref() != meant {
        return ErrorCode::InconsistentClusterId.into();
    }
    let why = "the cluster chooses its controllers itself: add or remove nodes instead";
    Refusal::new(ErrorCode::UnsupportedVersion, why)
}
