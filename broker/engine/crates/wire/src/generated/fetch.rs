// Written by generate.py from Kafka's message descriptions; do not edit.
//! `fetch`: [`FetchRequest`] and [`FetchResponse`].
#![allow(missing_docs)]

use crate::message::{absent, Message, Request};
use crate::writer::{TaggedFields, Writer};
use crate::{ApiKey, DecodeError, EncodeError, Reader, Records, Str};
use uuid::Uuid;

#[derive(Clone, Debug, PartialEq)]
pub struct FetchRequest {
    pub cluster_id: Option<Str>,
    pub replica_id: i32,
    pub replica_state: ReplicaState,
    pub max_wait_ms: i32,
    pub min_bytes: i32,
    pub max_bytes: i32,
    pub isolation_level: i8,
    pub session_id: i32,
    pub session_epoch: i32,
    pub topics: Vec<FetchTopic>,
    pub forgotten_topics_data: Vec<ForgottenTopic>,
    pub rack_id: Str,
}

impl Default for FetchRequest {
    fn default() -> Self {
        Self {
            cluster_id: None,
            replica_id: -1,
            replica_state: ReplicaState::default(),
            max_wait_ms: 0,
            min_bytes: 0,
            max_bytes: i32::MAX,
            isolation_level: 0,
            session_id: 0,
            session_epoch: -1,
            topics: Vec::new(),
            forgotten_topics_data: Vec::new(),
            rack_id: Str::default(),
        }
    }
}

impl FetchRequest {
    pub const MIN_VERSION: i16 = 4;
    pub const MAX_VERSION: i16 = 18;
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(DecodeError::Version { message: "FetchRequest", version });
        }
        let mut cluster_id = None;
        let replica_id = if version <= 14 { buf.i32()? } else { -1 };
        let mut replica_state = ReplicaState::default();
        let max_wait_ms = buf.i32()?;
        let min_bytes = buf.i32()?;
        let max_bytes = buf.i32()?;
        let isolation_level = buf.i8()?;
        let session_id = if version >= 7 { buf.i32()? } else { 0 };
        let session_epoch = if version >= 7 { buf.i32()? } else { -1 };
        let topics = buf.array(version >= 12, 3, |buf| FetchTopic::decode(buf, version))?;
        let forgotten_topics_data = if version >= 7 {
            buf.array(version >= 12, 3, |buf| ForgottenTopic::decode(buf, version))?
        } else {
            Vec::new()
        };
        let rack_id = if version >= 11 { buf.string(version >= 12)? } else { Str::default() };
        if version >= 12 {
            buf.tagged_fields(|tag, buf| {
                match tag {
                    0 => {
                        cluster_id = buf.nullable_string(true)?;
                    }
                    1 if version >= 15 => {
                        replica_state = ReplicaState::decode(buf, version)?;
                    }
                    _ => return Ok(false),
                }
                Ok(true)
            })?;
        }
        Ok(Self {
            cluster_id,
            replica_id,
            replica_state,
            max_wait_ms,
            min_bytes,
            max_bytes,
            isolation_level,
            session_id,
            session_epoch,
            topics,
            forgotten_topics_data,
            rack_id,
        })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(EncodeError::Version { message: "FetchRequest", version });
        }
        if version <= 14 {
            out.i32(self.replica_id);
        } else {
            absent("FetchRequest.replica_id", version, self.replica_id == -1)?;
        }
        out.i32(self.max_wait_ms);
        out.i32(self.min_bytes);
        out.i32(self.max_bytes);
        out.i8(self.isolation_level);
        if version >= 7 {
            out.i32(self.session_id);
        }
        if version >= 7 {
            out.i32(self.session_epoch);
        }
        out.array(&self.topics, version >= 12, |out, value| value.encode(out, version))?;
        if version >= 7 {
            out.array(&self.forgotten_topics_data, version >= 12, |out, value| {
                value.encode(out, version)
            })?;
        } else {
            absent(
                "FetchRequest.forgotten_topics_data",
                version,
                self.forgotten_topics_data.is_empty(),
            )?;
        }
        if version >= 11 {
            out.string(&self.rack_id, version >= 12)?;
        }
        if version >= 12 {
            let mut tags = TaggedFields::default();
            if self.cluster_id.is_some() {
                tags.put(0, |out| {
                    out.nullable_string(self.cluster_id.as_deref(), true)?;
                    Ok(())
                })?;
            }
            if version >= 15 {
                if self.replica_state != ReplicaState::default() {
                    tags.put(1, |out| {
                        self.replica_state.encode(out, version)?;
                        Ok(())
                    })?;
                }
            } else {
                absent(
                    "FetchRequest.replica_state",
                    version,
                    self.replica_state == ReplicaState::default(),
                )?;
            }
            out.tagged_fields(tags);
        } else {
            absent(
                "FetchRequest.replica_state",
                version,
                self.replica_state == ReplicaState::default(),
            )?;
        }
        Ok(())
    }
}
#[derive(Clone, Debug, PartialEq)]
pub struct ReplicaState {
    pub replica_id: i32,
    pub replica_epoch: i64,
}

impl Default for ReplicaState {
    fn default() -> Self {
        Self { replica_id: -1, replica_epoch: -1 }
    }
}

impl ReplicaState {
    pub fn decode(buf: &mut Reader, _version: i16) -> Result<Self, DecodeError> {
        let replica_id = buf.i32()?;
        let replica_epoch = buf.i64()?;
        buf.skip_tagged_fields()?;
        Ok(Self { replica_id, replica_epoch })
    }

    pub fn encode(&self, out: &mut Writer, _version: i16) -> Result<(), EncodeError> {
        out.i32(self.replica_id);
        out.i64(self.replica_epoch);
        out.no_tagged_fields();
        Ok(())
    }
}
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FetchTopic {
    pub topic: Str,
    pub topic_id: Uuid,
    pub partitions: Vec<FetchPartition>,
}

impl FetchTopic {
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let topic = if version <= 12 { buf.string(version == 12)? } else { Str::default() };
        let topic_id = if version >= 13 { buf.uuid()? } else { Uuid::nil() };
        let partitions =
            buf.array(version >= 12, 16, |buf| FetchPartition::decode(buf, version))?;
        if version >= 12 {
            buf.skip_tagged_fields()?;
        }
        Ok(Self { topic, topic_id, partitions })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        if version <= 12 {
            out.string(&self.topic, version == 12)?;
        }
        if version >= 13 {
            out.uuid(self.topic_id);
        }
        out.array(&self.partitions, version >= 12, |out, value| value.encode(out, version))?;
        if version >= 12 {
            out.no_tagged_fields();
        }
        Ok(())
    }
}
#[derive(Clone, Debug, PartialEq)]
pub struct FetchPartition {
    pub partition: i32,
    pub current_leader_epoch: i32,
    pub fetch_offset: i64,
    pub last_fetched_epoch: i32,
    pub log_start_offset: i64,
    pub partition_max_bytes: i32,
    pub replica_directory_id: Uuid,
    pub high_watermark: i64,
}

impl Default for FetchPartition {
    fn default() -> Self {
        Self {
            partition: 0,
            current_leader_epoch: -1,
            fetch_offset: 0,
            last_fetched_epoch: -1,
            log_start_offset: -1,
            partition_max_bytes: 0,
            replica_directory_id: Uuid::nil(),
            high_watermark: i64::MAX,
        }
    }
}

impl FetchPartition {
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let partition = buf.i32()?;
        let current_leader_epoch = if version >= 9 { buf.i32()? } else { -1 };
        let fetch_offset = buf.i64()?;
        let last_fetched_epoch = if version >= 12 { buf.i32()? } else { -1 };
        let log_start_offset = if version >= 5 { buf.i64()? } else { -1 };
        let partition_max_bytes = buf.i32()?;
        let mut replica_directory_id = Uuid::nil();
        let mut high_watermark = i64::MAX;
        if version >= 12 {
            buf.tagged_fields(|tag, buf| {
                match tag {
                    0 if version >= 17 => {
                        replica_directory_id = buf.uuid()?;
                    }
                    1 if version == 18 => {
                        high_watermark = buf.i64()?;
                    }
                    _ => return Ok(false),
                }
                Ok(true)
            })?;
        }
        Ok(Self {
            partition,
            current_leader_epoch,
            fetch_offset,
            last_fetched_epoch,
            log_start_offset,
            partition_max_bytes,
            replica_directory_id,
            high_watermark,
        })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        out.i32(self.partition);
        if version >= 9 {
            out.i32(self.current_leader_epoch);
        }
        out.i64(self.fetch_offset);
        if version >= 12 {
            out.i32(self.last_fetched_epoch);
        } else {
            absent("FetchPartition.last_fetched_epoch", version, self.last_fetched_epoch == -1)?;
        }
        if version >= 5 {
            out.i64(self.log_start_offset);
        }
        out.i32(self.partition_max_bytes);
        if version >= 12 {
            let mut tags = TaggedFields::default();
            if version >= 17 && !self.replica_directory_id.is_nil() {
                tags.put(0, |out| {
                    out.uuid(self.replica_directory_id);
                    Ok(())
                })?;
            }
            if version == 18 && self.high_watermark != i64::MAX {
                tags.put(1, |out| {
                    out.i64(self.high_watermark);
                    Ok(())
                })?;
            }
            out.tagged_fields(tags);
        }
        Ok(())
    }
}
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ForgottenTopic {
    pub topic: Str,
    pub topic_id: Uuid,
    pub partitions: Vec<i32>,
}

impl ForgottenTopic {
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let topic = if version <= 12 { buf.string(version == 12)? } else { Str::default() };
        let topic_id = if version >= 13 { buf.uuid()? } else { Uuid::nil() };
        let partitions = buf.array(version >= 12, 4, |buf| buf.i32())?;
        if version >= 12 {
            buf.skip_tagged_fields()?;
        }
        Ok(Self { topic, topic_id, partitions })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        if version <= 12 {
            out.string(&self.topic, version == 12)?;
        }
        if version >= 13 {
            out.uuid(self.topic_id);
        }
        out.array(&self.partitions, version >= 12, |out, value| {
            out.i32(*value);
            Ok(())
        })?;
        if version >= 12 {
            out.no_tagged_fields();
        }
        Ok(())
    }
}
impl Message for FetchRequest {
    const NAME: &'static str = "FetchRequest";
    const MIN_VERSION: i16 = Self::MIN_VERSION;
    const MAX_VERSION: i16 = Self::MAX_VERSION;
    fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        Self::decode(buf, version)
    }
    fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        self.encode(out, version)
    }
}
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FetchResponse {
    pub throttle_time_ms: i32,
    pub error_code: i16,
    pub session_id: i32,
    pub responses: Vec<FetchableTopicResponse>,
    pub node_endpoints: Vec<NodeEndpoint>,
}

impl FetchResponse {
    pub const MIN_VERSION: i16 = 4;
    pub const MAX_VERSION: i16 = 18;
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(DecodeError::Version { message: "FetchResponse", version });
        }
        let throttle_time_ms = buf.i32()?;
        let error_code = if version >= 7 { buf.i16()? } else { 0 };
        let session_id = if version >= 7 { buf.i32()? } else { 0 };
        let responses =
            buf.array(version >= 12, 3, |buf| FetchableTopicResponse::decode(buf, version))?;
        let mut node_endpoints = Vec::new();
        if version >= 12 {
            buf.tagged_fields(|tag, buf| {
                match tag {
                    0 if version >= 16 => {
                        node_endpoints =
                            buf.array(true, 11, |buf| NodeEndpoint::decode(buf, version))?;
                    }
                    _ => return Ok(false),
                }
                Ok(true)
            })?;
        }
        Ok(Self { throttle_time_ms, error_code, session_id, responses, node_endpoints })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(EncodeError::Version { message: "FetchResponse", version });
        }
        out.i32(self.throttle_time_ms);
        if version >= 7 {
            out.i16(self.error_code);
        }
        if version >= 7 {
            out.i32(self.session_id);
        } else {
            absent("FetchResponse.session_id", version, self.session_id == 0)?;
        }
        out.array(&self.responses, version >= 12, |out, value| value.encode(out, version))?;
        if version >= 12 {
            let mut tags = TaggedFields::default();
            if version >= 16 {
                if !self.node_endpoints.is_empty() {
                    tags.put(0, |out| {
                        out.array(&self.node_endpoints, true, |out, value| {
                            value.encode(out, version)
                        })?;
                        Ok(())
                    })?;
                }
            } else {
                absent("FetchResponse.node_endpoints", version, self.node_endpoints.is_empty())?;
            }
            out.tagged_fields(tags);
        } else {
            absent("FetchResponse.node_endpoints", version, self.node_endpoints.is_empty())?;
        }
        Ok(())
    }
}
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FetchableTopicResponse {
    pub topic: Str,
    pub topic_id: Uuid,
    pub partitions: Vec<PartitionData>,
}

impl FetchableTopicResponse {
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let topic = if version <= 12 { buf.string(version == 12)? } else { Str::default() };
        let topic_id = if version >= 13 { buf.uuid()? } else { Uuid::nil() };
        let partitions = buf.array(version >= 12, 30, |buf| PartitionData::decode(buf, version))?;
        if version >= 12 {
            buf.skip_tagged_fields()?;
        }
        Ok(Self { topic, topic_id, partitions })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        if version <= 12 {
            out.string(&self.topic, version == 12)?;
        }
        if version >= 13 {
            out.uuid(self.topic_id);
        }
        out.array(&self.partitions, version >= 12, |out, value| value.encode(out, version))?;
        if version >= 12 {
            out.no_tagged_fields();
        }
        Ok(())
    }
}
#[derive(Clone, Debug, PartialEq)]
pub struct PartitionData {
    pub partition_index: i32,
    pub error_code: i16,
    pub high_watermark: i64,
    pub last_stable_offset: i64,
    pub log_start_offset: i64,
    pub diverging_epoch: EpochEndOffset,
    pub current_leader: LeaderIdAndEpoch,
    pub snapshot_id: SnapshotId,
    pub aborted_transactions: Option<Vec<AbortedTransaction>>,
    pub preferred_read_replica: i32,
    pub records: Option<Records>,
}

impl Default for PartitionData {
    fn default() -> Self {
        Self {
            partition_index: 0,
            error_code: 0,
            high_watermark: 0,
            last_stable_offset: -1,
            log_start_offset: -1,
            diverging_epoch: EpochEndOffset::default(),
            current_leader: LeaderIdAndEpoch::default(),
            snapshot_id: SnapshotId::default(),
            aborted_transactions: None,
            preferred_read_replica: -1,
            records: None,
        }
    }
}

impl PartitionData {
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let partition_index = buf.i32()?;
        let error_code = buf.i16()?;
        let high_watermark = buf.i64()?;
        let last_stable_offset = buf.i64()?;
        let log_start_offset = if version >= 5 { buf.i64()? } else { -1 };
        let mut diverging_epoch = EpochEndOffset::default();
        let mut current_leader = LeaderIdAndEpoch::default();
        let mut snapshot_id = SnapshotId::default();
        let aborted_transactions =
            buf.nullable_array(version >= 12, 16, |buf| AbortedTransaction::decode(buf, version))?;
        let preferred_read_replica = if version >= 11 { buf.i32()? } else { -1 };
        let records = buf.nullable_records(version >= 12)?;
        if version >= 12 {
            buf.tagged_fields(|tag, buf| {
                match tag {
                    0 => {
                        diverging_epoch = EpochEndOffset::decode(buf, version)?;
                    }
                    1 => {
                        current_leader = LeaderIdAndEpoch::decode(buf, version)?;
                    }
                    2 => {
                        snapshot_id = SnapshotId::decode(buf, version)?;
                    }
                    _ => return Ok(false),
                }
                Ok(true)
            })?;
        }
        Ok(Self {
            partition_index,
            error_code,
            high_watermark,
            last_stable_offset,
            log_start_offset,
            diverging_epoch,
            current_leader,
            snapshot_id,
            aborted_transactions,
            preferred_read_replica,
            records,
        })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        out.i32(self.partition_index);
        out.i16(self.error_code);
        out.i64(self.high_watermark);
        out.i64(self.last_stable_offset);
        if version >= 5 {
            out.i64(self.log_start_offset);
        }
        out.nullable_array(self.aborted_transactions.as_deref(), version >= 12, |out, value| {
            value.encode(out, version)
        })?;
        if version >= 11 {
            out.i32(self.preferred_read_replica);
        } else {
            absent(
                "PartitionData.preferred_read_replica",
                version,
                self.preferred_read_replica == -1,
            )?;
        }
        out.nullable_records(self.records.as_ref(), version >= 12)?;
        if version >= 12 {
            let mut tags = TaggedFields::default();
            if self.diverging_epoch != EpochEndOffset::default() {
                tags.put(0, |out| {
                    self.diverging_epoch.encode(out, version)?;
                    Ok(())
                })?;
            }
            if self.current_leader != LeaderIdAndEpoch::default() {
                tags.put(1, |out| {
                    self.current_leader.encode(out, version)?;
                    Ok(())
                })?;
            }
            if self.snapshot_id != SnapshotId::default() {
                tags.put(2, |out| {
                    self.snapshot_id.encode(out, version)?;
                    Ok(())
                })?;
            }
            out.tagged_fields(tags);
        } else {
            absent(
                "PartitionData.diverging_epoch",
                version,
                self.diverging_epoch == EpochEndOffset::default(),
            )?;
            absent(
                "PartitionData.current_leader",
                version,
                self.current_leader == LeaderIdAndEpoch::default(),
            )?;
            absent(
                "PartitionData.snapshot_id",
                version,
                self.snapshot_id == SnapshotId::default(),
            )?;
        }
        Ok(())
    }
}
#[derive(Clone, Debug, PartialEq)]
pub struct EpochEndOffset {
    pub epoch: i32,
    pub end_offset: i64,
}

impl Default for EpochEndOffset {
    fn default() -> Self {
        Self { epoch: -1, end_offset: -1 }
    }
}

impl EpochEndOffset {
    pub fn decode(buf: &mut Reader, _version: i16) -> Result<Self, DecodeError> {
        let epoch = buf.i32()?;
        let end_offset = buf.i64()?;
        buf.skip_tagged_fields()?;
        Ok(Self { epoch, end_offset })
    }

    pub fn encode(&self, out: &mut Writer, _version: i16) -> Result<(), EncodeError> {
        out.i32(self.epoch);
        out.i64(self.end_offset);
        out.no_tagged_fields();
        Ok(())
    }
}
#[derive(Clone, Debug, PartialEq)]
pub struct LeaderIdAndEpoch {
    pub leader_id: i32,
    pub leader_epoch: i32,
}

impl Default for LeaderIdAndEpoch {
    fn default() -> Self {
        Self { leader_id: -1, leader_epoch: -1 }
    }
}

impl LeaderIdAndEpoch {
    pub fn decode(buf: &mut Reader, _version: i16) -> Result<Self, DecodeError> {
        let leader_id = buf.i32()?;
        let leader_epoch = buf.i32()?;
        buf.skip_tagged_fields()?;
        Ok(Self { leader_id, leader_epoch })
    }

    pub fn encode(&self, out: &mut Writer, _version: i16) -> Result<(), EncodeError> {
        out.i32(self.leader_id);
        out.i32(self.leader_epoch);
        out.no_tagged_fields();
        Ok(())
    }
}
#[derive(Clone, Debug, PartialEq)]
pub struct SnapshotId {
    pub end_offset: i64,
    pub epoch: i32,
}

impl Default for SnapshotId {
    fn default() -> Self {
        Self { end_offset: -1, epoch: -1 }
    }
}

impl SnapshotId {
    pub fn decode(buf: &mut Reader, _version: i16) -> Result<Self, DecodeError> {
        let end_offset = buf.i64()?;
        let epoch = buf.i32()?;
        buf.skip_tagged_fields()?;
        Ok(Self { end_offset, epoch })
    }

    pub fn encode(&self, out: &mut Writer, _version: i16) -> Result<(), EncodeError> {
        out.i64(self.end_offset);
        out.i32(self.epoch);
        out.no_tagged_fields();
        Ok(())
    }
}
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AbortedTransaction {
    pub producer_id: i64,
    pub first_offset: i64,
}

impl AbortedTransaction {
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let producer_id = buf.i64()?;
        let first_offset = buf.i64()?;
        if version >= 12 {
            buf.skip_tagged_fields()?;
        }
        Ok(Self { producer_id, first_offset })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        out.i64(self.producer_id);
        out.i64(self.first_offset);
        if version >= 12 {
            out.no_tagged_fields();
        }
        Ok(())
    }
}
#[derive(Clone, Debug, Default, PartialEq)]
pub struct NodeEndpoint {
    pub node_id: i32,
    pub host: Str,
    pub port: i32,
    pub rack: Option<Str>,
}

impl NodeEndpoint {
    pub fn decode(buf: &mut Reader, _version: i16) -> Result<Self, DecodeError> {
        let node_id = buf.i32()?;
        let host = buf.string(true)?;
        let port = buf.i32()?;
        let rack = buf.nullable_string(true)?;
        buf.skip_tagged_fields()?;
        Ok(Self { node_id, host, port, rack })
    }

    pub fn encode(&self, out: &mut Writer, _version: i16) -> Result<(), EncodeError> {
        out.i32(self.node_id);
        out.string(&self.host, true)?;
        out.i32(self.port);
        out.nullable_string(self.rack.as_deref(), true)?;
        out.no_tagged_fields();
        Ok(())
    }
}
impl Message for FetchResponse {
    const NAME: &'static str = "FetchResponse";
    const MIN_VERSION: i16 = Self::MIN_VERSION;
    const MAX_VERSION: i16 = Self::MAX_VERSION;
    fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        Self::decode(buf, version)
    }
    fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        self.encode(out, version)
    }
}
impl Request for FetchRequest {
    const KEY: ApiKey = ApiKey::Fetch;
    type Response = FetchResponse;
}
