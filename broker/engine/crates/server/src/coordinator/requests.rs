//! Kafka's requests to the coordinators' and back: one group to one question.

use headrace_groups::{Request, Response};
use headrace_wire::messages::delete_groups::DeletableGroupResult;
use headrace_wire::messages::describe_groups::DescribedGroup;
use headrace_wire::messages::{
    DeleteGroupsRequest, DeleteGroupsResponse, DescribeGroupsRequest, DescribeGroupsResponse,
    HeartbeatRequest, HeartbeatResponse, JoinGroupRequest, JoinGroupResponse, LeaveGroupRequest,
    LeaveGroupResponse, ListGroupsRequest, ListGroupsResponse, SyncGroupRequest, SyncGroupResponse,
};
use headrace_wire::{ErrorCode, Str};

use super::{Caller, Coordinators};

/// A coordinator answers in kind; anything else is a mistake of ours, told as such.
const MIXED_UP: i16 = ErrorCode::UnknownServerError.code();

/// One request to one group, with the answer's own error field.
macro_rules! to_one_group {
    ($(#[$doc:meta])* $name:ident, $variant:ident, $request:ty, $response:ident) => {
        $(#[$doc])*
        pub async fn $name(&self, caller: Caller, request: $request) -> $response {
            match self.ask(&caller, Request::$variant(request)).await {
                Response::$variant(response) => response,
                _ => $response { error_code: MIXED_UP, ..Default::default() },
            }
        }
    };
}

impl Coordinators {
    to_one_group!(
        /// Answers when the rebalance is over: up to the group's rebalance time-out, minutes.
        join_group, Join, JoinGroupRequest, JoinGroupResponse
    );
    to_one_group!(
        /// Answers when the leader's assignment is durable.
        sync_group, Sync, SyncGroupRequest, SyncGroupResponse
    );
    to_one_group!(
        /// Answers at once.
        heartbeat, Heartbeat, HeartbeatRequest, HeartbeatResponse
    );
    to_one_group!(
        /// Answers at once, one member (v0 to v2) or several.
        leave_group, Leave, LeaveGroupRequest, LeaveGroupResponse
    );

    /// The groups that this node coordinates. While a partition loads, the list is incomplete and
    /// says so with `COORDINATOR_LOAD_IN_PROGRESS`.
    pub async fn list_groups(
        &self,
        caller: Caller,
        request: ListGroupsRequest,
    ) -> ListGroupsResponse {
        let queues = self.0.all_jobs();
        let texts = |items: &[Str]| items.iter().map(Str::to_string).collect::<Vec<_>>();
        let (states, types) = (texts(&request.states_filter), texts(&request.types_filter));
        let mut response = ListGroupsResponse::default();
        for queue in queues {
            match queue {
                Ok(jobs) => {
                    let list = Request::List { states: states.clone(), types: types.clone() };
                    if let Response::List(groups) = self.send(&jobs, &caller, list).await {
                        response.groups.extend(groups);
                    }
                }
                // It has just been lost: its groups are another node's to list.
                Err(ErrorCode::NotCoordinator) => {}
                Err(code) => response.error_code = code.code(),
            }
        }
        response.groups.sort_by(|a, b| a.group_id.as_str().cmp(b.group_id.as_str()));
        response
    }

    /// Each group in detail. `authorized_operations` is left for the caller.
    pub async fn describe_groups(
        &self,
        caller: Caller,
        request: DescribeGroupsRequest,
    ) -> DescribeGroupsResponse {
        let mut groups = Vec::with_capacity(request.groups.len());
        for group_id in request.groups {
            let response = self.ask(&caller, Request::Describe(group_id.to_string())).await;
            groups.push(match response {
                Response::Describe(group) => group,
                _ => DescribedGroup { group_id, error_code: MIXED_UP, ..Default::default() },
            });
        }
        DescribeGroupsResponse { groups, ..Default::default() }
    }

    /// Deletes groups without members.
    pub async fn delete_groups(
        &self,
        caller: Caller,
        request: DeleteGroupsRequest,
    ) -> DeleteGroupsResponse {
        let mut results = Vec::with_capacity(request.groups_names.len());
        for group_id in request.groups_names {
            let response = self.ask(&caller, Request::Delete(group_id.to_string())).await;
            results.push(match response {
                Response::Delete(result) => result,
                _ => DeletableGroupResult { group_id, error_code: MIXED_UP },
            });
        }
        DeleteGroupsResponse { results, ..Default::default() }
    }
}
