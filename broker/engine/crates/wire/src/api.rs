//! Which APIs and versions this broker answers, and which header each message has.

pub use crate::generated::keys::{ApiKey, NEVER};
use crate::generated::keys::{Row, ROWS};

/// The versions answered of one API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Served {
    /// The API.
    pub key: ApiKey,
    /// The lowest version that `ApiVersions` names.
    pub min: i16,
    /// The highest.
    pub max: i16,
    /// The lowest version that is really answered; only Produce names lower ones than it answers.
    pub min_answered: i16,
}

const fn served(key: ApiKey, min: i16, max: i16) -> Served {
    Served { key, min, max, min_answered: min }
}

/// What `ApiVersions` answers, by ascending key.
///
/// Produce is named from 0 as Apache Kafka names it, since old librdkafka takes the minimum for a
/// sign of the record format; versions below 3 are refused all the same (KAFKA-18659).
pub const SERVED: &[Served] = &[
    Served { key: ApiKey::Produce, min: 0, max: 13, min_answered: 3 },
    served(ApiKey::Fetch, 4, 18),
    served(ApiKey::ListOffsets, 1, 11),
    served(ApiKey::Metadata, 0, 13),
    served(ApiKey::OffsetCommit, 2, 10),
    served(ApiKey::OffsetFetch, 1, 10),
    served(ApiKey::FindCoordinator, 0, 6),
    served(ApiKey::JoinGroup, 0, 9),
    served(ApiKey::Heartbeat, 0, 4),
    served(ApiKey::LeaveGroup, 0, 5),
    served(ApiKey::SyncGroup, 0, 5),
    served(ApiKey::DescribeGroups, 0, 6),
    served(ApiKey::ListGroups, 0, 5),
    served(ApiKey::SaslHandshake, 0, 1),
    served(ApiKey::ApiVersions, 0, 4),
    served(ApiKey::CreateTopics, 2, 7),
    served(ApiKey::DeleteTopics, 1, 6),
    served(ApiKey::DeleteRecords, 0, 2),
    served(ApiKey::InitProducerId, 0, 5),
    served(ApiKey::OffsetForLeaderEpoch, 2, 4),
    served(ApiKey::AddPartitionsToTxn, 0, 5),
    served(ApiKey::AddOffsetsToTxn, 0, 4),
    served(ApiKey::EndTxn, 0, 5),
    served(ApiKey::WriteTxnMarkers, 1, 2),
    served(ApiKey::TxnOffsetCommit, 0, 5),
    served(ApiKey::DescribeAcls, 1, 3),
    served(ApiKey::CreateAcls, 1, 3),
    served(ApiKey::DeleteAcls, 1, 3),
    served(ApiKey::DescribeConfigs, 1, 4),
    served(ApiKey::AlterConfigs, 0, 2),
    served(ApiKey::AlterReplicaLogDirs, 1, 2),
    served(ApiKey::DescribeLogDirs, 1, 5),
    served(ApiKey::SaslAuthenticate, 0, 2),
    served(ApiKey::CreatePartitions, 0, 3),
    served(ApiKey::CreateDelegationToken, 1, 3),
    served(ApiKey::RenewDelegationToken, 1, 2),
    served(ApiKey::ExpireDelegationToken, 1, 2),
    served(ApiKey::DescribeDelegationToken, 1, 3),
    served(ApiKey::DeleteGroups, 0, 2),
    served(ApiKey::ElectLeaders, 0, 2),
    served(ApiKey::IncrementalAlterConfigs, 0, 1),
    served(ApiKey::AlterPartitionReassignments, 0, 1),
    served(ApiKey::ListPartitionReassignments, 0, 0),
    served(ApiKey::OffsetDelete, 0, 0),
    served(ApiKey::DescribeClientQuotas, 0, 1),
    served(ApiKey::AlterClientQuotas, 0, 1),
    served(ApiKey::DescribeUserScramCredentials, 0, 0),
    served(ApiKey::AlterUserScramCredentials, 0, 0),
    served(ApiKey::DescribeQuorum, 0, 2),
    served(ApiKey::UpdateFeatures, 0, 2),
    served(ApiKey::DescribeCluster, 0, 2),
    served(ApiKey::DescribeProducers, 0, 0),
    served(ApiKey::UnregisterBroker, 0, 0),
    served(ApiKey::DescribeTransactions, 0, 0),
    served(ApiKey::ListTransactions, 0, 2),
    served(ApiKey::ConsumerGroupHeartbeat, 0, 1),
    served(ApiKey::ConsumerGroupDescribe, 0, 1),
    served(ApiKey::GetTelemetrySubscriptions, 0, 0),
    served(ApiKey::PushTelemetry, 0, 0),
    served(ApiKey::ListConfigResources, 0, 1),
    served(ApiKey::DescribeTopicPartitions, 0, 0),
    served(ApiKey::ShareGroupHeartbeat, 1, 1),
    served(ApiKey::ShareGroupDescribe, 1, 1),
    served(ApiKey::ShareFetch, 1, 2),
    served(ApiKey::ShareAcknowledge, 1, 2),
    served(ApiKey::AddRaftVoter, 0, 1),
    served(ApiKey::RemoveRaftVoter, 0, 0),
    served(ApiKey::InitializeShareGroupState, 0, 0),
    served(ApiKey::ReadShareGroupState, 0, 0),
    served(ApiKey::WriteShareGroupState, 0, 1),
    served(ApiKey::DeleteShareGroupState, 0, 0),
    served(ApiKey::ReadShareGroupStateSummary, 0, 1),
    served(ApiKey::StreamsGroupHeartbeat, 0, 0),
    served(ApiKey::StreamsGroupDescribe, 0, 0),
    served(ApiKey::DescribeShareGroupOffsets, 0, 1),
    served(ApiKey::AlterShareGroupOffsets, 0, 0),
    served(ApiKey::DeleteShareGroupOffsets, 0, 0),
];

/// The entry of [`SERVED`] for `key`.
pub fn find(key: ApiKey) -> Option<&'static Served> {
    SERVED.iter().find(|entry| entry.key == key)
}

/// Whether a request of this key and version is answered. Any other ends the connection, except
/// an `ApiVersions` of a version too high, which is answered in version 0 (KIP-511).
pub fn is_answered(key: ApiKey, version: i16) -> bool {
    find(key).is_some_and(|entry| (entry.min_answered..=entry.max).contains(&version))
}

/// The version of the request's header.
pub fn request_header_version(key: ApiKey, version: i16) -> i16 {
    if version >= key.first_flexible() {
        2
    } else {
        1
    }
}

/// The version of the response's header. An `ApiVersions` response always has the oldest: its
/// reader does not know yet what the broker speaks (KIP-511).
pub fn response_header_version(key: ApiKey, version: i16) -> i16 {
    i16::from(key != ApiKey::ApiVersions && version >= key.first_flexible())
}

impl ApiKey {
    fn row(self) -> &'static Row {
        let at = ROWS.binary_search_by_key(&(self as i16), |row| row.key as i16);
        &ROWS[at.expect("every key has a row: both are generated from one list")]
    }

    /// All keys, ascending.
    pub fn all() -> impl Iterator<Item = ApiKey> {
        ROWS.iter().map(|row| row.key)
    }

    /// Kafka's name for the API.
    pub fn name(self) -> &'static str {
        self.row().name
    }

    /// The lowest and highest version in Kafka's message descriptions.
    pub fn kafka_versions(self) -> (i16, i16) {
        (self.row().min, self.row().max)
    }

    /// The lowest and highest version that a Kafka broker answers; none for an API that only its
    /// controllers have. Leaves out a newest version that is still being designed.
    pub fn kafka_broker_versions(self) -> Option<(i16, i16)> {
        self.row().broker.then(|| (self.row().min, self.row().stable_max))
    }

    /// The first flexible version (KIP-482), or [`NEVER`].
    pub fn first_flexible(self) -> i16 {
        self.row().first_flexible
    }
}

impl TryFrom<i16> for ApiKey {
    type Error = i16;

    fn try_from(key: i16) -> Result<Self, i16> {
        match ROWS.binary_search_by_key(&key, |row| row.key as i16) {
            Ok(at) => Ok(ROWS[at].key),
            Err(_) => Err(key),
        }
    }
}

impl std::fmt::Display for ApiKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn served_rises_and_stays_within_kafka() {
        assert!(SERVED.windows(2).all(|pair| pair[0].key < pair[1].key));
        for entry in SERVED {
            let (min, max) = entry.key.kafka_broker_versions().expect("a broker's API");
            assert!(entry.min_answered >= min && entry.max <= max, "{}", entry.key);
            assert!(entry.min <= entry.min_answered && entry.min_answered <= entry.max);
        }
    }

    #[test]
    fn old_produce_is_named_and_refused() {
        assert_eq!(find(ApiKey::Produce).map(|entry| entry.min), Some(0));
        assert!(!is_answered(ApiKey::Produce, 2));
        assert!(is_answered(ApiKey::Produce, 3));
        assert!(!is_answered(ApiKey::ApiVersions, 99));
    }

    #[test]
    fn headers_turn_flexible_with_the_message() {
        assert_eq!(request_header_version(ApiKey::Fetch, 11), 1);
        assert_eq!(request_header_version(ApiKey::Fetch, 12), 2);
        assert_eq!(response_header_version(ApiKey::Fetch, 12), 1);
        assert_eq!(request_header_version(ApiKey::ApiVersions, 3), 2);
        assert_eq!(response_header_version(ApiKey::ApiVersions, 4), 0);
        assert_eq!(request_header_version(ApiKey::SaslHandshake, 1), 1);
    }

    #[test]
    fn keys_come_back_from_their_number() {
        for key in ApiKey::all() {
            assert_eq!(ApiKey::try_from(key as i16), Ok(key));
        }
        assert_eq!(ApiKey::try_from(-1), Err(-1));
        assert_eq!(ApiKey::try_from(999), Err(999));
    }
}
