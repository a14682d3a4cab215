//! Answers that carry nothing but an error, one for each kind of request.

use headrace_wire::messages::delete_groups::DeletableGroupResult;
use headrace_wire::messages::describe_groups::DescribedGroup;
use headrace_wire::messages::offset_commit::{
    OffsetCommitResponsePartition, OffsetCommitResponseTopic,
};
use headrace_wire::messages::offset_delete::{
    OffsetDeleteResponsePartition, OffsetDeleteResponseTopic,
};
use headrace_wire::messages::offset_fetch::OffsetFetchResponseGroup;
use headrace_wire::messages::{
    consumer_group_describe, streams_group_describe, ConsumerGroupHeartbeatResponse,
    HeartbeatResponse, JoinGroupResponse, LeaveGroupResponse, OffsetCommitRequest,
    OffsetCommitResponse, OffsetDeleteRequest, OffsetDeleteResponse, SyncGroupResponse,
};
use headrace_wire::{ErrorCode, Str};

use crate::api::{Request, Response};
use crate::consumer::Refusal;
use crate::coordinator::txn_commit_error;
use crate::streams;

impl Request {
    /// The group that the request is about; none for [`Request::List`] and
    /// [`Request::EndTransaction`].
    pub fn group(&self) -> Option<&str> {
        match self {
            Request::Join(request) => Some(&request.group_id),
            Request::Sync(request) => Some(&request.group_id),
            Request::Heartbeat(request) => Some(&request.group_id),
            Request::Leave(request) => Some(&request.group_id),
            Request::OffsetCommit(request) => Some(&request.group_id),
            Request::OffsetFetch(request) => Some(&request.group_id),
            Request::Describe(group)
            | Request::Delete(group)
            | Request::DescribeConsumers(group)
            | Request::DescribeStreams(group) => Some(group),
            Request::StreamsHeartbeat(request) => Some(&request.group_id),
            Request::DeleteOffsets(request) => Some(&request.group_id),
            Request::ConsumerHeartbeat(request) => Some(&request.group_id),
            Request::StableOffsetFetch(request) => Some(&request.group_id),
            Request::TxnOffsetCommit(commit) => Some(&commit.request.group_id),
            Request::List { .. } | Request::EndTransaction { .. } => None,
        }
    }

    /// The answer that refuses this request of this API version with `code`.
    pub fn refuse(&self, version: i16, code: ErrorCode) -> Response {
        match self {
            Request::Join(request) => Response::Join(join_error(&request.member_id, version, code)),
            Request::Sync(_) => Response::Sync(sync_error(code)),
            Request::Heartbeat(_) => Response::Heartbeat(heartbeat(code)),
            Request::Leave(_) => Response::Leave(leave_error(code)),
            Request::OffsetCommit(request) => Response::OffsetCommit(commit_error(request, code)),
            Request::OffsetFetch(request) | Request::StableOffsetFetch(request) => {
                Response::OffsetFetch(OffsetFetchResponseGroup {
                    group_id: request.group_id.clone(),
                    error_code: code.code(),
                    ..Default::default()
                })
            }
            Request::TxnOffsetCommit(commit) => {
                Response::TxnOffsetCommit(txn_commit_error(&commit.request, code))
            }
            Request::EndTransaction { .. } => Response::TransactionEnded(code),
            Request::List { .. } => Response::List(Vec::new()),
            Request::Describe(group) => Response::Describe(DescribedGroup {
                group_id: group.into(),
                error_code: code.code(),
                ..Default::default()
            }),
            Request::Delete(group) => Response::Delete(delete_result(group, code)),
            Request::DeleteOffsets(_) => Response::DeleteOffsets(offset_delete_error(code)),
            Request::ConsumerHeartbeat(_) => {
                Response::ConsumerHeartbeat(ConsumerGroupHeartbeatResponse {
                    error_code: code.code(),
                    ..Default::default()
                })
            }
            Request::DescribeConsumers(group) => {
                Response::DescribeConsumers(consumer_group_describe::DescribedGroup {
                    group_id: group.into(),
                    error_code: code.code(),
                    ..Default::default()
                })
            }
            Request::StreamsHeartbeat(_) => {
                let refusal = Refusal::new(code, code.text());
                Response::StreamsHeartbeat(streams::refused(refusal), Vec::new())
            }
            Request::DescribeStreams(group) => {
                Response::DescribeStreams(streams_group_describe::DescribedGroup {
                    group_id: group.into(),
                    error_code: code.code(),
                    ..Default::default()
                })
            }
        }
    }
}

/// A refused JoinGroup. Versions below 7 have no null protocol name.
pub(crate) fn join_error(member_id: &str, version: i16, code: ErrorCode) -> JoinGroupResponse {
    JoinGroupResponse {
        error_code: code.code(),
        generation_id: -1,
        protocol_name: (version < 7).then(|| Str::from("")),
        member_id: member_id.into(),
        ..Default::default()
    }
}

pub(crate) fn sync_error(code: ErrorCode) -> SyncGroupResponse {
    SyncGroupResponse { error_code: code.code(), ..Default::default() }
}

pub(crate) fn heartbeat(code: ErrorCode) -> HeartbeatResponse {
    HeartbeatResponse { error_code: code.code(), ..Default::default() }
}

pub(crate) fn leave_error(code: ErrorCode) -> LeaveGroupResponse {
    LeaveGroupResponse { error_code: code.code(), ..Default::default() }
}

pub(crate) fn delete_result(group: &str, code: ErrorCode) -> DeletableGroupResult {
    DeletableGroupResult { group_id: group.into(), error_code: code.code() }
}

/// Every partition of the request with the same code.
pub(crate) fn commit_error(request: &OffsetCommitRequest, code: ErrorCode) -> OffsetCommitResponse {
    commit_response(request, |_| code)
}

/// The answer to a commit, `code` for the nth partition of the request counted over all topics.
pub(crate) fn commit_response(
    request: &OffsetCommitRequest,
    mut code: impl FnMut(usize) -> ErrorCode,
) -> OffsetCommitResponse {
    let mut at = 0;
    let topics = request.topics.iter().map(|topic| OffsetCommitResponseTopic {
        name: topic.name.clone(),
        topic_id: topic.topic_id,
        partitions: topic
            .partitions
            .iter()
            .map(|partition| {
                at += 1;
                OffsetCommitResponsePartition {
                    partition_index: partition.partition_index,
                    error_code: code(at - 1).code(),
                }
            })
            .collect(),
    });
    OffsetCommitResponse { topics: topics.collect(), ..Default::default() }
}

pub(crate) fn offset_delete_error(code: ErrorCode) -> OffsetDeleteResponse {
    OffsetDeleteResponse { error_code: code.code(), ..Default::default() }
}

/// The answer to a deletion of offsets, with a code for each partition counted over all topics.
pub(crate) fn offset_delete_response(
    request: &OffsetDeleteRequest,
    codes: &[ErrorCode],
) -> OffsetDeleteResponse {
    let mut codes = codes.iter();
    let topics = request.topics.iter().map(|topic| {
        let partitions = topic.partitions.iter().zip(&mut codes);
        let partitions = partitions.map(|(partition, code)| OffsetDeleteResponsePartition {
            partition_index: partition.partition_index,
            error_code: code.code(),
        });
        OffsetDeleteResponseTopic { name: topic.name.clone(), partitions: partitions.collect() }
    });
    OffsetDeleteResponse { topics: topics.collect(), ..Default::default() }
}
