//! Requests to consumer groups (KIP-848), and deletions of offsets.

use headrace_groups::{Request, Response};
use headrace_wire::messages::consumer_group_describe::DescribedGroup;
use headrace_wire::messages::{
    ConsumerGroupDescribeRequest, ConsumerGroupDescribeResponse, ConsumerGroupHeartbeatRequest,
    ConsumerGroupHeartbeatResponse, OffsetDeleteRequest, OffsetDeleteResponse,
};
use headrace_wire::ErrorCode;

use super::{Caller, Coordinators};

const MIXED_UP: i16 = ErrorCode::UnknownServerError.code();

impl Coordinators {
    /// Answers once what it changes is durable.
    pub async fn consumer_group_heartbeat(
        &self,
        caller: Caller,
        request: ConsumerGroupHeartbeatRequest,
    ) -> ConsumerGroupHeartbeatResponse {
        match self.ask(&caller, Request::ConsumerHeartbeat(request)).await {
            Response::ConsumerHeartbeat(response) => response,
            _ => ConsumerGroupHeartbeatResponse { error_code: MIXED_UP, ..Default::default() },
        }
    }

    /// Each group in detail. `authorized_operations` is left for the caller.
    pub async fn consumer_group_describe(
        &self,
        caller: Caller,
        request: ConsumerGroupDescribeRequest,
    ) -> ConsumerGroupDescribeResponse {
        let mut groups = Vec::with_capacity(request.group_ids.len());
        for group_id in request.group_ids {
            let asked = Request::DescribeConsumers(group_id.to_string());
            groups.push(match self.ask(&caller, asked).await {
                Response::DescribeConsumers(group) => group,
                _ => DescribedGroup { group_id, error_code: MIXED_UP, ..Default::default() },
            });
        }
        ConsumerGroupDescribeResponse { groups, ..Default::default() }
    }

    /// Answers once the offsets are gone for good. Every topic must exist.
    pub async fn offset_delete(
        &self,
        caller: Caller,
        request: OffsetDeleteRequest,
    ) -> OffsetDeleteResponse {
        match self.ask(&caller, Request::DeleteOffsets(request)).await {
            Response::DeleteOffsets(response) => response,
            _ => OffsetDeleteResponse { error_code: MIXED_UP, ..Default::default() },
        }
    }
}
