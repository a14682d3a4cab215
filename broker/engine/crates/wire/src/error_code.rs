//! Kafka's error codes, with texts of our own for those that carry a message.

macro_rules! error_codes {
    ($($variant:ident = $code:literal, $name:literal, $retry:ident, $text:literal;)*) => {
        /// An error code as responses carry it.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[repr(i16)]
        pub enum ErrorCode {
            $(#[doc = $text] $variant = $code,)*
        }

        impl ErrorCode {
            /// Every code, ascending.
            pub const ALL: &'static [ErrorCode] = &[$(ErrorCode::$variant,)*];

            /// Kafka's name, as in `NOT_LEADER_OR_FOLLOWER`.
            pub fn name(self) -> &'static str {
                match self { $(ErrorCode::$variant => $name,)* }
            }

            /// What it means, for a response's message field or a log line.
            pub fn text(self) -> &'static str {
                match self { $(ErrorCode::$variant => $text,)* }
            }

            /// Whether Kafka's own client tries again after it.
            pub fn retriable(self) -> bool {
                match self { $(ErrorCode::$variant => error_codes!(@ $retry),)* }
            }
        }

        impl TryFrom<i16> for ErrorCode {
            type Error = i16;

            fn try_from(code: i16) -> Result<Self, i16> {
                match code { $($code => Ok(ErrorCode::$variant),)* _ => Err(code) }
            }
        }
    };
    (@ retry) => { true };
    (@ final) => { false };
}

error_codes! {
    UnknownServerError = -1, "UNKNOWN_SERVER_ERROR", final, "the broker failed in a way it has no code for";
    None = 0, "NONE", final, "no error";
    OffsetOutOfRange = 1, "OFFSET_OUT_OF_RANGE", final, "the offset lies outside the partition's log";
    CorruptMessage = 2, "CORRUPT_MESSAGE", retry, "the batch is damaged, too large or in a wrong format";
    UnknownTopicOrPartition = 3, "UNKNOWN_TOPIC_OR_PARTITION", retry, "this broker knows no such topic or partition";
    InvalidFetchSize = 4, "INVALID_FETCH_SIZE", final, "the fetch size is not valid";
    LeaderNotAvailable = 5, "LEADER_NOT_AVAILABLE", retry, "the partition has no leader at the moment";
    NotLeaderOrFollower = 6, "NOT_LEADER_OR_FOLLOWER", retry, "this broker does not lead the partition";
    RequestTimedOut = 7, "REQUEST_TIMED_OUT", retry, "the request was not done in time";
    BrokerNotAvailable = 8, "BROKER_NOT_AVAILABLE", final, "the broker cannot be reached";
    ReplicaNotAvailable = 9, "REPLICA_NOT_AVAILABLE", retry, "the replica cannot be reached";
    MessageTooLarge = 10, "MESSAGE_TOO_LARGE", final, "the batch is larger than the topic allows";
    StaleControllerEpoch = 11, "STALE_CONTROLLER_EPOCH", final, "the controller's epoch is old";
    OffsetMetadataTooLarge = 12, "OFFSET_METADATA_TOO_LARGE", final, "the metadata of a committed offset is too long";
    NetworkException = 13, "NETWORK_EXCEPTION", retry, "the connection broke before an answer came";
    CoordinatorLoadInProgress = 14, "COORDINATOR_LOAD_IN_PROGRESS", retry, "the coordinator is still loading its state";
    CoordinatorNotAvailable = 15, "COORDINATOR_NOT_AVAILABLE", retry, "there is no coordinator at the moment";
    NotCoordinator = 16, "NOT_COORDINATOR", retry, "this broker does not coordinate the group";
    InvalidTopicException = 17, "INVALID_TOPIC_EXCEPTION", final, "the topic's name is not valid, or it may not be written to";
    RecordListTooLarge = 18, "RECORD_LIST_TOO_LARGE", final, "the records are larger than a segment";
    NotEnoughReplicas = 19, "NOT_ENOUGH_REPLICAS", retry, "too few replicas are in sync to write";
    NotEnoughReplicasAfterAppend = 20, "NOT_ENOUGH_REPLICAS_AFTER_APPEND", retry, "the records were written, but too few replicas are in sync";
    InvalidRequiredAcks = 21, "INVALID_REQUIRED_ACKS", final, "acks must be -1, 0 or 1";
    IllegalGeneration = 22, "ILLEGAL_GENERATION", final, "the group has moved on to another generation";
    InconsistentGroupProtocol = 23, "INCONSISTENT_GROUP_PROTOCOL", final, "the member's protocol type or assignors do not fit the group's";
    InvalidGroupId = 24, "INVALID_GROUP_ID", final, "the group id is not valid";
    UnknownMemberId = 25, "UNKNOWN_MEMBER_ID", final, "the group has no such member";
    InvalidSessionTimeout = 26, "INVALID_SESSION_TIMEOUT", final, "the session time-out lies outside the allowed range";
    RebalanceInProgress = 27, "REBALANCE_IN_PROGRESS", final, "the group is rebalancing: rejoin";
    InvalidCommitOffsetSize = 28, "INVALID_COMMIT_OFFSET_SIZE", final, "the committed offsets are too large to store";
    TopicAuthorizationFailed = 29, "TOPIC_AUTHORIZATION_FAILED", final, "not allowed on this topic";
    GroupAuthorizationFailed = 30, "GROUP_AUTHORIZATION_FAILED", final, "not allowed on this group";
    ClusterAuthorizationFailed = 31, "CLUSTER_AUTHORIZATION_FAILED", final, "not allowed on this cluster";
    InvalidTimestamp = 32, "INVALID_TIMESTAMP", final, "the record's time stamp is too far off";
    UnsupportedSaslMechanism = 33, "UNSUPPORTED_SASL_MECHANISM", final, "the broker does not offer this SASL mechanism";
    IllegalSaslState = 34, "ILLEGAL_SASL_STATE", final, "the request does not fit the state of the SASL exchange";
    UnsupportedVersion = 35, "UNSUPPORTED_VERSION", final, "the broker does not support this version of the API";
    TopicAlreadyExists = 36, "TOPIC_ALREADY_EXISTS", final, "a topic of this name exists";
    InvalidPartitions = 37, "INVALID_PARTITIONS", final, "the number of partitions is not valid";
    InvalidReplicationFactor = 38, "INVALID_REPLICATION_FACTOR", final, "the replication factor is not valid or exceeds the number of brokers";
    InvalidReplicaAssignment = 39, "INVALID_REPLICA_ASSIGNMENT", final, "the replica assignment is not valid";
    InvalidConfig = 40, "INVALID_CONFIG", final, "the configuration is not valid";
    NotController = 41, "NOT_CONTROLLER", retry, "this broker is not the controller";
    InvalidRequest = 42, "INVALID_REQUEST", final, "the request contradicts itself or the protocol";
    UnsupportedForMessageFormat = 43, "UNSUPPORTED_FOR_MESSAGE_FORMAT", final, "the record format cannot do this";
    PolicyViolation = 44, "POLICY_VIOLATION", final, "the cluster's policy forbids this";
    OutOfOrderSequenceNumber = 45, "OUT_OF_ORDER_SEQUENCE_NUMBER", final, "the producer's sequence number does not follow the last one";
    DuplicateSequenceNumber = 46, "DUPLICATE_SEQUENCE_NUMBER", final, "the producer's sequence number was used before";
    InvalidProducerEpoch = 47, "INVALID_PRODUCER_EPOCH", final, "the producer's epoch is old";
    InvalidTxnState = 48, "INVALID_TXN_STATE", final, "the transaction's state does not allow this";
    InvalidProducerIdMapping = 49, "INVALID_PRODUCER_ID_MAPPING", final, "the producer id does not belong to the transactional id";
    InvalidTransactionTimeout = 50, "INVALID_TRANSACTION_TIMEOUT", final, "the transaction time-out exceeds the broker's limit";
    ConcurrentTransactions = 51, "CONCURRENT_TRANSACTIONS", retry, "another operation on the transaction is under way";
    TransactionCoordinatorFenced = 52, "TRANSACTION_COORDINATOR_FENCED", final, "another coordinator has taken the transaction over";
    TransactionalIdAuthorizationFailed = 53, "TRANSACTIONAL_ID_AUTHORIZATION_FAILED", final, "not allowed for this transactional id";
    SecurityDisabled = 54, "SECURITY_DISABLED", final, "security is not enabled";
    OperationNotAttempted = 55, "OPERATION_NOT_ATTEMPTED", final, "not tried, since another part of the request failed";
    KafkaStorageError = 56, "KAFKA_STORAGE_ERROR", retry, "the broker's disk failed";
    LogDirNotFound = 57, "LOG_DIR_NOT_FOUND", final, "the broker has no such log directory";
    SaslAuthenticationFailed = 58, "SASL_AUTHENTICATION_FAILED", final, "authentication failed";
    UnknownProducerId = 59, "UNKNOWN_PRODUCER_ID", final, "the broker knows nothing of this producer id";
    ReassignmentInProgress = 60, "REASSIGNMENT_IN_PROGRESS", final, "the partition is being reassigned";
    DelegationTokenAuthDisabled = 61, "DELEGATION_TOKEN_AUTH_DISABLED", final, "delegation tokens are not enabled";
    DelegationTokenNotFound = 62, "DELEGATION_TOKEN_NOT_FOUND", final, "there is no such delegation token";
    DelegationTokenOwnerMismatch = 63, "DELEGATION_TOKEN_OWNER_MISMATCH", final, "the delegation token belongs to another owner";
    DelegationTokenRequestNotAllowed = 64, "DELEGATION_TOKEN_REQUEST_NOT_ALLOWED", final, "this connection may not ask for delegation tokens";
    DelegationTokenAuthorizationFailed = 65, "DELEGATION_TOKEN_AUTHORIZATION_FAILED", final, "not allowed for delegation tokens";
    DelegationTokenExpired = 66, "DELEGATION_TOKEN_EXPIRED", final, "the delegation token has expired";
    InvalidPrincipalType = 67, "INVALID_PRINCIPAL_TYPE", final, "the principal's type is not supported";
    NonEmptyGroup = 68, "NON_EMPTY_GROUP", final, "the group still has members";
    GroupIdNotFound = 69, "GROUP_ID_NOT_FOUND", final, "there is no such group";
    FetchSessionIdNotFound = 70, "FETCH_SESSION_ID_NOT_FOUND", retry, "there is no such fetch session";
    InvalidFetchSessionEpoch = 71, "INVALID_FETCH_SESSION_EPOCH", retry, "the fetch session's epoch is not valid";
    ListenerNotFound = 72, "LISTENER_NOT_FOUND", retry, "the leader has no listener of this name";
    TopicDeletionDisabled = 73, "TOPIC_DELETION_DISABLED", final, "topics may not be deleted here";
    FencedLeaderEpoch = 74, "FENCED_LEADER_EPOCH", retry, "the leader epoch is older than the broker's";
    UnknownLeaderEpoch = 75, "UNKNOWN_LEADER_EPOCH", retry, "the leader epoch is newer than the broker's";
    UnsupportedCompressionType = 76, "UNSUPPORTED_COMPRESSION_TYPE", final, "the compression type is not allowed here";
    StaleBrokerEpoch = 77, "STALE_BROKER_EPOCH", final, "the broker's epoch is old";
    OffsetNotAvailable = 78, "OFFSET_NOT_AVAILABLE", retry, "the new leader does not know its high watermark yet";
    MemberIdRequired = 79, "MEMBER_ID_REQUIRED", final, "join again with the member id in the answer";
    PreferredLeaderNotAvailable = 80, "PREFERRED_LEADER_NOT_AVAILABLE", retry, "the preferred leader cannot lead at the moment";
    GroupMaxSizeReached = 81, "GROUP_MAX_SIZE_REACHED", final, "the group has as many members as it may have";
    FencedInstanceId = 82, "FENCED_INSTANCE_ID", final, "another member has taken this instance id";
    EligibleLeadersNotAvailable = 83, "ELIGIBLE_LEADERS_NOT_AVAILABLE", retry, "no replica that may lead can lead at the moment";
    ElectionNotNeeded = 84, "ELECTION_NOT_NEEDED", retry, "the leader need not change";
    NoReassignmentInProgress = 85, "NO_REASSIGNMENT_IN_PROGRESS", final, "no reassignment is under way";
    GroupSubscribedToTopic = 86, "GROUP_SUBSCRIBED_TO_TOPIC", final, "the group is subscribed to the topic";
    InvalidRecord = 87, "INVALID_RECORD", final, "a record fails the topic's rules";
    UnstableOffsetCommit = 88, "UNSTABLE_OFFSET_COMMIT", retry, "a pending transaction holds these offsets";
    ThrottlingQuotaExceeded = 89, "THROTTLING_QUOTA_EXCEEDED", retry, "too many changes in too short a time";
    ProducerFenced = 90, "PRODUCER_FENCED", final, "a newer producer has taken the transactional id";
    ResourceNotFound = 91, "RESOURCE_NOT_FOUND", final, "there is no such resource";
    DuplicateResource = 92, "DUPLICATE_RESOURCE", final, "the resource exists";
    UnacceptableCredential = 93, "UNACCEPTABLE_CREDENTIAL", final, "the credential is not acceptable";
    InconsistentVoterSet = 94, "INCONSISTENT_VOTER_SET", final, "sender and receiver disagree on the voters";
    InvalidUpdateVersion = 95, "INVALID_UPDATE_VERSION", final, "the feature level is not valid";
    FeatureUpdateFailed = 96, "FEATURE_UPDATE_FAILED", final, "the features could not be updated";
    PrincipalDeserializationFailure = 97, "PRINCIPAL_DESERIALIZATION_FAILURE", final, "the forwarded principal cannot be read";
    SnapshotNotFound = 98, "SNAPSHOT_NOT_FOUND", final, "there is no such snapshot";
    PositionOutOfRange = 99, "POSITION_OUT_OF_RANGE", final, "the position lies outside the snapshot";
    UnknownTopicId = 100, "UNKNOWN_TOPIC_ID", retry, "this broker knows no topic of this id";
    DuplicateBrokerRegistration = 101, "DUPLICATE_BROKER_REGISTRATION", final, "a broker of this id is registered";
    BrokerIdNotRegistered = 102, "BROKER_ID_NOT_REGISTERED", final, "no broker of this id is registered";
    InconsistentTopicId = 103, "INCONSISTENT_TOPIC_ID", retry, "the topic id does not belong to the topic's name";
    InconsistentClusterId = 104, "INCONSISTENT_CLUSTER_ID", final, "the request is meant for another cluster";
    TransactionalIdNotFound = 105, "TRANSACTIONAL_ID_NOT_FOUND", final, "there is no such transactional id";
    FetchSessionTopicIdError = 106, "FETCH_SESSION_TOPIC_ID_ERROR", retry, "the fetch session mixes topic names and topic ids";
    IneligibleReplica = 107, "INELIGIBLE_REPLICA", final, "the replica may not join the in-sync set";
    NewLeaderElected = 108, "NEW_LEADER_ELECTED", final, "the in-sync set changed the leader";
    OffsetMovedToTieredStorage = 109, "OFFSET_MOVED_TO_TIERED_STORAGE", final, "the offset now lies in tiered storage";
    FencedMemberEpoch = 110, "FENCED_MEMBER_EPOCH", final, "the member's epoch was fenced: rejoin";
    UnreleasedInstanceId = 111, "UNRELEASED_INSTANCE_ID", final, "another member still holds this instance id";
    UnsupportedAssignor = 112, "UNSUPPORTED_ASSIGNOR", final, "the group coordinator does not have this assignor";
    StaleMemberEpoch = 113, "STALE_MEMBER_EPOCH", final, "the member's epoch is old";
    MismatchedEndpointType = 114, "MISMATCHED_ENDPOINT_TYPE", final, "the request came to the wrong kind of endpoint";
    UnsupportedEndpointType = 115, "UNSUPPORTED_ENDPOINT_TYPE", final, "this kind of endpoint is not supported";
    UnknownControllerId = 116, "UNKNOWN_CONTROLLER_ID", final, "there is no controller of this id";
    UnknownSubscriptionId = 117, "UNKNOWN_SUBSCRIPTION_ID", final, "there is no such telemetry subscription";
    TelemetryTooLarge = 118, "TELEMETRY_TOO_LARGE", final, "the telemetry is too large";
    InvalidRegistration = 119, "INVALID_REGISTRATION", final, "the controller found the broker's registration not valid";
    TransactionAbortable = 120, "TRANSACTION_ABORTABLE", final, "the transaction must be aborted";
    InvalidRecordState = 121, "INVALID_RECORD_STATE", final, "the record's state does not allow this";
    ShareSessionNotFound = 122, "SHARE_SESSION_NOT_FOUND", retry, "there is no such share session";
    InvalidShareSessionEpoch = 123, "INVALID_SHARE_SESSION_EPOCH", retry, "the share session's epoch is not valid";
    FencedStateEpoch = 124, "FENCED_STATE_EPOCH", final, "the share coordinator's state epoch is old";
    InvalidVoterKey = 125, "INVALID_VOTER_KEY", final, "the voter's key does not fit";
    DuplicateVoter = 126, "DUPLICATE_VOTER", final, "the voter is in the set";
    VoterNotFound = 127, "VOTER_NOT_FOUND", final, "the voter is not in the set";
    InvalidRegularExpression = 128, "INVALID_REGULAR_EXPRESSION", final, "the regular expression is not valid";
    RebootstrapRequired = 129, "REBOOTSTRAP_REQUIRED", final, "the client must start over from its bootstrap servers";
    StreamsInvalidTopology = 130, "STREAMS_INVALID_TOPOLOGY", final, "the topology is not valid";
    StreamsInvalidTopologyEpoch = 131, "STREAMS_INVALID_TOPOLOGY_EPOCH", final, "the topology's epoch is not valid";
    StreamsTopologyFenced = 132, "STREAMS_TOPOLOGY_FENCED", final, "the topology's epoch is old";
    ShareSessionLimitReached = 133, "SHARE_SESSION_LIMIT_REACHED", retry, "the broker holds as many share sessions as it may";
}

impl ErrorCode {
    /// The number on the wire.
    pub const fn code(self) -> i16 {
        self as i16
    }

    /// No error.
    pub fn is_ok(self) -> bool {
        self == ErrorCode::None
    }
}

impl From<ErrorCode> for i16 {
    fn from(code: ErrorCode) -> i16 {
        code.code()
    }
}

impl std::fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.name(), self.text())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_dense_and_come_back() {
        for (at, &code) in ErrorCode::ALL.iter().enumerate() {
            assert_eq!(usize::try_from(code.code() + 1), Ok(at));
            assert_eq!(ErrorCode::try_from(code.code()), Ok(code));
        }
        assert_eq!(ErrorCode::try_from(134), Err(134));
    }

    #[test]
    fn a_client_retries_what_a_new_leader_cures() {
        assert!(ErrorCode::NotLeaderOrFollower.retriable());
        assert!(!ErrorCode::OutOfOrderSequenceNumber.retriable());
        assert_eq!(ErrorCode::NotLeaderOrFollower.name(), "NOT_LEADER_OR_FOLLOWER");
    }
}
