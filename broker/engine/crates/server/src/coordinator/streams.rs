//! Requests to streams groups (KIP-1071).

use headrace_groups::{Request, Response};
use headrace_wire::messages::create_topics::CreatableTopic;
use headrace_wire::messages::streams_group_describe::DescribedGroup;
use headrace_wire::messages::{
    StreamsGroupDescribeRequest, StreamsGroupDescribeResponse, StreamsGroupHeartbeatRequest,
    StreamsGroupHeartbeatResponse,
};
use headrace_wire::ErrorCode;

use super::{Caller, Coordinators};

const MIXED_UP: i16 = ErrorCode::UnknownServerError.code();

impl Coordinators {
    /// Answers once what it changes is durable, with the topics that the application waits for.
    pub async fn streams_group_heartbeat(
        &self,
        caller: Caller,
        request: StreamsGroupHeartbeatRequest,
    ) -> (StreamsGroupHeartbeatResponse, Vec<CreatableTopic>) {
        match self.ask(&caller, Request::StreamsHeartbeat(request)).await {
            Response::StreamsHeartbeat(response, create) => (response, create),
            _ => {
                let error_code = MIXED_UP;
                (StreamsGroupHeartbeatResponse { error_code, ..Default::default() }, Vec::new())
            }
        }
    }

    /// Each group in detail. `authorized_operations` is left for the caller.
    pub async fn streams_group_describe(
        &self,
        caller: Caller,
        request: StreamsGroupDescribeRequest,
    ) -> StreamsGroupDescribeResponse {
        let mut groups = Vec::with_capacity(request.group_ids.len());
        for group_id in request.group_ids {
            let asked = Request::DescribeStreams(group_id.to_string());
            groups.push(match self.ask(&caller, asked).await {
                Response::DescribeStreams(group) => group,
                _ => DescribedGroup { group_id, error_code: MIXED_UP, ..Default::default() },
            });
        }
        StreamsGroupDescribeResponse { groups, ..Default::default() }
    }
}
