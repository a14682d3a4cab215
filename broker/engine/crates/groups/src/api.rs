//! What goes into a coordinator and what comes out of it.

use headrace_wire::marker::Marker;
use headrace_wire::messages::create_topics::CreatableTopic;
use headrace_wire::messages::delete_groups::DeletableGroupResult;
use headrace_wire::messages::describe_groups::DescribedGroup;
use headrace_wire::messages::list_groups::ListedGroup;
use headrace_wire::messages::offset_fetch::{OffsetFetchRequestGroup, OffsetFetchResponseGroup};
use headrace_wire::messages::{
    consumer_group_describe, streams_group_describe, ConsumerGroupHeartbeatRequest,
    ConsumerGroupHeartbeatResponse, HeartbeatRequest, HeartbeatResponse, JoinGroupRequest,
    JoinGroupResponse, LeaveGroupRequest, LeaveGroupResponse, OffsetCommitRequest,
    OffsetCommitResponse, OffsetDeleteRequest, OffsetDeleteResponse, StreamsGroupHeartbeatRequest,
    StreamsGroupHeartbeatResponse, SyncGroupRequest, SyncGroupResponse, TxnOffsetCommitRequest,
    TxnOffsetCommitResponse,
};
use headrace_wire::ErrorCode;
use uuid::Uuid;

use crate::records::Record;

/// Names one request until its answer; the caller picks it and never uses it twice.
pub type Token = u64;

/// Names one append until [`crate::Coordinator::appended`].
pub type WriteId = u64;

/// Who asks, and in which version of the API.
#[derive(Clone, Debug)]
pub struct Call {
    /// The answer carries it.
    pub token: Token,
    /// The request's API version: some of them change what an answer means.
    pub version: i16,
    /// The client's name for itself, may be empty.
    pub client_id: String,
    /// Where it connects from, as Kafka shows it (`/192.0.2.7`).
    pub client_host: String,
    /// A fresh random id, used if a member id has to be made.
    pub uuid: Uuid,
}

/// A request about one group. Requests that name several groups are split by the caller.
#[derive(Clone, Debug)]
pub enum Request {
    /// Become or stay a member.
    Join(JoinGroupRequest),
    /// Hand in, or ask for, the assignment.
    Sync(SyncGroupRequest),
    /// I am alive.
    Heartbeat(HeartbeatRequest),
    /// One member (v0 to v2) or several leave.
    Leave(LeaveGroupRequest),
    /// Store offsets. Every topic has its name; its id may be nil.
    OffsetCommit(OffsetCommitRequest),
    /// Read offsets of one group. Every topic has its name.
    OffsetFetch(OffsetFetchRequestGroup),
    /// As [`Request::OffsetFetch`], but `UNSTABLE_OFFSET_COMMIT` for what an open transaction is
    /// about to change (KIP-447).
    StableOffsetFetch(OffsetFetchRequestGroup),
    /// Store offsets as part of a transaction. Every topic has its name.
    TxnOffsetCommit(TransactionalOffsets),
    /// Write the marker that ends a transaction in the partition, whatever groups it concerns.
    EndTransaction {
        /// The marker.
        marker: Marker,
        /// Its epoch lies above that of the transaction (KIP-890).
        second_protocol: bool,
    },
    /// All groups here, filtered by state and type (empty: no filter).
    List {
        /// Names of states, compared without regard to case.
        states: Vec<String>,
        /// Names of group types, compared without regard to case.
        types: Vec<String>,
    },
    /// One group in detail.
    Describe(String),
    /// Delete a group without members.
    Delete(String),
    /// Delete some offsets. Every topic has its name.
    DeleteOffsets(OffsetDeleteRequest),
    /// Become, stay or stop being a member of a consumer group (KIP-848).
    ConsumerHeartbeat(ConsumerGroupHeartbeatRequest),
    /// One consumer group in detail.
    DescribeConsumers(String),
    /// Become, stay or stop being a member of a streams group (KIP-1071).
    StreamsHeartbeat(StreamsGroupHeartbeatRequest),
    /// One streams group in detail.
    DescribeStreams(String),
}

/// Offsets that a transaction commits.
#[derive(Clone, Debug)]
pub struct TransactionalOffsets {
    /// The request. Every topic has its name.
    pub request: TxnOffsetCommitRequest,
    /// The ids of the request's topics, in their order; nil or missing when not known.
    pub topic_ids: Vec<Uuid>,
    /// Handed back with the append: the transaction's verification by its coordinator.
    pub verified: Option<u64>,
}

/// The answer to a [`Request`], of the same kind.
#[derive(Clone, Debug, PartialEq)]
pub enum Response {
    /// To [`Request::Join`].
    Join(JoinGroupResponse),
    /// To [`Request::Sync`].
    Sync(SyncGroupResponse),
    /// To [`Request::Heartbeat`].
    Heartbeat(HeartbeatResponse),
    /// To [`Request::Leave`].
    Leave(LeaveGroupResponse),
    /// To [`Request::OffsetCommit`].
    OffsetCommit(OffsetCommitResponse),
    /// To [`Request::OffsetFetch`] and [`Request::StableOffsetFetch`].
    OffsetFetch(OffsetFetchResponseGroup),
    /// To [`Request::TxnOffsetCommit`].
    TxnOffsetCommit(TxnOffsetCommitResponse),
    /// To [`Request::EndTransaction`].
    TransactionEnded(ErrorCode),
    /// To [`Request::List`].
    List(Vec<ListedGroup>),
    /// To [`Request::Describe`].
    Describe(DescribedGroup),
    /// To [`Request::Delete`].
    Delete(DeletableGroupResult),
    /// To [`Request::DeleteOffsets`].
    DeleteOffsets(OffsetDeleteResponse),
    /// To [`Request::ConsumerHeartbeat`].
    ConsumerHeartbeat(ConsumerGroupHeartbeatResponse),
    /// To [`Request::DescribeConsumers`].
    DescribeConsumers(consumer_group_describe::DescribedGroup),
    /// To [`Request::StreamsHeartbeat`], and the topics that the application waits for.
    StreamsHeartbeat(StreamsGroupHeartbeatResponse, Vec<CreatableTopic>),
    /// To [`Request::DescribeStreams`].
    DescribeStreams(streams_group_describe::DescribedGroup),
}

/// What the caller must do for the coordinator, in the order given.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Send this answer.
    Reply {
        /// Of the request.
        token: Token,
        /// The answer.
        response: Response,
    },
    /// Append these records to the partition, after those of every earlier append and with
    /// acks=all, then call [`crate::Coordinator::appended`].
    Append {
        /// To be handed back.
        write: WriteId,
        /// Never empty.
        records: Vec<Record>,
    },
    /// As [`Effect::Append`], the records being part of a transaction.
    AppendTransactional {
        /// To be handed back.
        write: WriteId,
        /// Whose transaction.
        producer_id: i64,
        /// In which epoch.
        producer_epoch: i16,
        /// From [`TransactionalOffsets`].
        verified: Option<u64>,
        /// Never empty.
        records: Vec<Record>,
    },
    /// As [`Effect::Append`], with the marker that ends a transaction.
    AppendMarker {
        /// To be handed back.
        write: WriteId,
        /// The marker.
        marker: Marker,
        /// From [`Request::EndTransaction`].
        second_protocol: bool,
    },
}

/// Why an append did not become durable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WriteError {
    /// Too few replicas, too slow or too busy: clients look for the coordinator and try again.
    #[error("the offsets partition took no write")]
    NotAvailable,
    /// This node does not lead the partition any more.
    #[error("another node leads the offsets partition")]
    NotCoordinator,
    /// The records are larger than a batch may be.
    #[error("the group's records are larger than the offsets topic takes")]
    TooLarge,
    /// The transaction is not, or no more, the producer's or its coordinator's.
    #[error("the transaction is another one's: {0:?}")]
    Producer(ErrorCode),
}

impl WriteError {
    /// What a member of the group is told.
    pub(crate) fn group_code(self) -> ErrorCode {
        match self {
            WriteError::NotAvailable => ErrorCode::CoordinatorNotAvailable,
            WriteError::NotCoordinator => ErrorCode::NotCoordinator,
            WriteError::TooLarge => ErrorCode::UnknownServerError,
            WriteError::Producer(code) => code,
        }
    }

    /// What a committer is told.
    pub(crate) fn commit_code(self) -> ErrorCode {
        match self {
            WriteError::TooLarge => ErrorCode::InvalidCommitOffsetSize,
            other => other.group_code(),
        }
    }
}
