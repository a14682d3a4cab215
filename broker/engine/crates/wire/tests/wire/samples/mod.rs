// Written by generate.py from Kafka's message descriptions; do not edit.
//! A `Sample` for every struct of every message.

pub use crate::draw::{Draw, Sample};
mod alter_configs;
mod api_versions;
mod consumer_assignment;
mod consumer_subscription;
mod create_partitions;
mod create_topics;
mod delete_groups;
mod delete_topics;
mod describe_cluster;
mod describe_configs;
mod describe_groups;
mod fetch;
mod find_coordinator;
mod header;
mod heartbeat;
mod incremental_alter_configs;
mod init_producer_id;
mod join_group;
mod leave_group;
mod list_groups;
mod list_offsets;
mod metadata;
mod offset_commit;
mod offset_fetch;
mod offset_for_leader_epoch;
mod produce;
mod sasl_handshake;
mod sync_group;

/// Calls `$check!(Message)` for every message.
macro_rules! for_each_message {
    ($check:ident) => {
        $check!(ProduceRequest);
        $check!(ProduceResponse);
        $check!(FetchRequest);
        $check!(FetchResponse);
        $check!(ListOffsetsRequest);
        $check!(ListOffsetsResponse);
        $check!(MetadataRequest);
        $check!(MetadataResponse);
        $check!(OffsetCommitRequest);
        $check!(OffsetCommitResponse);
        $check!(OffsetFetchRequest);
        $check!(OffsetFetchResponse);
        $check!(FindCoordinatorRequest);
        $check!(FindCoordinatorResponse);
        $check!(JoinGroupRequest);
        $check!(JoinGroupResponse);
        $check!(HeartbeatRequest);
        $check!(HeartbeatResponse);
        $check!(LeaveGroupRequest);
        $check!(LeaveGroupResponse);
        $check!(SyncGroupRequest);
        $check!(SyncGroupResponse);
        $check!(DescribeGroupsRequest);
        $check!(DescribeGroupsResponse);
        $check!(ListGroupsRequest);
        $check!(ListGroupsResponse);
        $check!(SaslHandshakeRequest);
        $check!(SaslHandshakeResponse);
        $check!(ApiVersionsRequest);
        $check!(ApiVersionsResponse);
        $check!(CreateTopicsRequest);
        $check!(CreateTopicsResponse);
        $check!(DeleteTopicsRequest);
        $check!(DeleteTopicsResponse);
        $check!(InitProducerIdRequest);
        $check!(InitProducerIdResponse);
        $check!(OffsetForLeaderEpochRequest);
        $check!(OffsetForLeaderEpochResponse);
        $check!(DescribeConfigsRequest);
        $check!(DescribeConfigsResponse);
        $check!(AlterConfigsRequest);
        $check!(AlterConfigsResponse);
        $check!(CreatePartitionsRequest);
        $check!(CreatePartitionsResponse);
        $check!(DeleteGroupsRequest);
        $check!(DeleteGroupsResponse);
        $check!(IncrementalAlterConfigsRequest);
        $check!(IncrementalAlterConfigsResponse);
        $check!(DescribeClusterRequest);
        $check!(DescribeClusterResponse);
        $check!(RequestHeader);
        $check!(ResponseHeader);
        $check!(ConsumerProtocolSubscription);
        $check!(ConsumerProtocolAssignment);
    };
}
pub(crate) use for_each_message;

/// Calls `$check!(Request, Response)` for every API.
macro_rules! for_each_api {
    ($check:ident) => {
        $check!(ProduceRequest, ProduceResponse);
        $check!(FetchRequest, FetchResponse);
        $check!(ListOffsetsRequest, ListOffsetsResponse);
        $check!(MetadataRequest, MetadataResponse);
        $check!(OffsetCommitRequest, OffsetCommitResponse);
        $check!(OffsetFetchRequest, OffsetFetchResponse);
        $check!(FindCoordinatorRequest, FindCoordinatorResponse);
        $check!(JoinGroupRequest, JoinGroupResponse);
        $check!(HeartbeatRequest, HeartbeatResponse);
        $check!(LeaveGroupRequest, LeaveGroupResponse);
        $check!(SyncGroupRequest, SyncGroupResponse);
        $check!(DescribeGroupsRequest, DescribeGroupsResponse);
        $check!(ListGroupsRequest, ListGroupsResponse);
        $check!(SaslHandshakeRequest, SaslHandshakeResponse);
        $check!(ApiVersionsRequest, ApiVersionsResponse);
        $check!(CreateTopicsRequest, CreateTopicsResponse);
        $check!(DeleteTopicsRequest, DeleteTopicsResponse);
        $check!(InitProducerIdRequest, InitProducerIdResponse);
        $check!(OffsetForLeaderEpochRequest, OffsetForLeaderEpochResponse);
        $check!(DescribeConfigsRequest, DescribeConfigsResponse);
        $check!(AlterConfigsRequest, AlterConfigsResponse);
        $check!(CreatePartitionsRequest, CreatePartitionsResponse);
        $check!(DeleteGroupsRequest, DeleteGroupsResponse);
        $check!(IncrementalAlterConfigsRequest, IncrementalAlterConfigsResponse);
        $check!(DescribeClusterRequest, DescribeClusterResponse);
    };
}
pub(crate) use for_each_api;
