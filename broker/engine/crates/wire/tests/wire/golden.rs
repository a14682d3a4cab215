//! Bytes that Apache Kafka's own client library (kafka-clients 4.3.1) wrote for given messages.
//!
//! They hold the newest versions, which the other codec in `messages.rs` does not know.

use bytes::Bytes;
use headrace_wire::batch::{self, BatchHeader};
use headrace_wire::messages::*;
use headrace_wire::records::{self, BatchBuilder};
use headrace_wire::{Message, Records};
use uuid::Uuid;

fn unhex(text: &str) -> Bytes {
    let digits = text.as_bytes().chunks(2).map(|pair| std::str::from_utf8(pair).expect("ascii"));
    digits.map(|pair| u8::from_str_radix(pair, 16).expect("hex")).collect()
}

fn check<M: Message>(message: M, version: i16, hex: &str) {
    let golden = unhex(hex);
    assert_eq!(message.to_bytes(version).expect("fits"), golden, "{} written", M::NAME);
    assert_eq!(M::from_bytes(golden, version).expect("sound"), message, "{} read", M::NAME);
}

fn topic_id() -> Uuid {
    Uuid::from_u64_pair(0x0102_0304_0506_0708, 0x090a_0b0c_0d0e_0f10)
}

#[test]
fn headers_and_api_versions() {
    let header = RequestHeader {
        request_api_key: 1,
        request_api_version: 18,
        correlation_id: 7,
        client_id: Some("me".into()),
    };
    check(header, 2, "000100120000000700026d6500");
    let request = ApiVersionsRequest {
        client_software_name: "lib".into(),
        client_software_version: "1.0".into(),
    };
    check(request, 4, "046c696204312e3000");
    let response = ApiVersionsResponse {
        api_keys: vec![api_versions::ApiVersion { api_key: 18, min_version: 0, max_version: 4 }],
        supported_features: vec![api_versions::SupportedFeatureKey {
            name: "f".into(),
            min_version: 0,
            max_version: 2,
        }],
        finalized_features_epoch: 5,
        ..Default::default()
    };
    let hex = "0000020012000000040000000000020008020266000000020001080000000000000005";
    check(response, 4, hex);
}

#[test]
fn fetch() {
    let partition = fetch::FetchPartition {
        partition: 2,
        fetch_offset: 99,
        partition_max_bytes: 1 << 20,
        high_watermark: 100,
        ..Default::default()
    };
    let request = FetchRequest {
        cluster_id: Some("c".into()),
        replica_state: fetch::ReplicaState { replica_id: 3, replica_epoch: 9 },
        max_wait_ms: 500,
        min_bytes: 1,
        rack_id: "r".into(),
        topics: vec![fetch::FetchTopic {
            topic_id: topic_id(),
            partitions: vec![partition],
            ..Default::default()
        }],
        ..Default::default()
    };
    let hex = concat!(
        "000001f4000000017fffffff0000000000ffffffff020102030405060708090a0b0c0d0e0f1002",
        "00000002ffffffff0000000000000063ffffffffffffffffffffffff0010000001010800000000",
        "00000064000102720200020263010d00000003000000000000000900",
    );
    check(request, 18, hex);

    let partition = fetch::PartitionData {
        partition_index: 2,
        high_watermark: 100,
        last_stable_offset: 100,
        log_start_offset: 0,
        current_leader: fetch::LeaderIdAndEpoch { leader_id: 1, leader_epoch: 6 },
        records: Some(Records::empty()),
        ..Default::default()
    };
    let response = FetchResponse {
        session_id: 4,
        responses: vec![fetch::FetchableTopicResponse {
            topic_id: topic_id(),
            partitions: vec![partition],
            ..Default::default()
        }],
        node_endpoints: vec![fetch::NodeEndpoint {
            node_id: 1,
            host: "h".into(),
            port: 9092,
            rack: None,
        }],
        ..Default::default()
    };
    let hex = concat!(
        "00000000000000000004020102030405060708090a0b0c0d0e0f10020000000200000000000000",
        "0000640000000000000064000000000000000000ffffffff010101090000000100000006000001",
        "000d02000000010268000023840000",
    );
    check(response, 18, hex);
}

#[test]
fn offsets() {
    let request = OffsetCommitRequest {
        group_id: "g".into(),
        member_id: "m".into(),
        generation_id_or_member_epoch: 3,
        topics: vec![offset_commit::OffsetCommitRequestTopic {
            topic_id: topic_id(),
            partitions: vec![offset_commit::OffsetCommitRequestPartition {
                partition_index: 1,
                committed_offset: 42,
                committed_leader_epoch: 2,
                committed_metadata: Some("x".into()),
            }],
            ..Default::default()
        }],
        ..Default::default()
    };
    let hex = concat!(
        "026700000003026d00020102030405060708090a0b0c0d0e0f100200000001000000000000002a",
        "000000020278000000",
    );
    check(request, 10, hex);

    let request = ListOffsetsRequest {
        // The field's default in Kafka; its replicas ask with their own id.
        replica_id: 0,
        timeout_ms: 1000,
        topics: vec![list_offsets::ListOffsetsTopic {
            name: "t".into(),
            partitions: vec![list_offsets::ListOffsetsPartition {
                timestamp: -1,
                ..Default::default()
            }],
        }],
        ..Default::default()
    };
    let hex = "00000000000202740200000000ffffffffffffffffffffffff0000000003e800";
    check(request, 11, hex);

    let response = OffsetFetchResponse {
        groups: vec![offset_fetch::OffsetFetchResponseGroup {
            group_id: "g".into(),
            topics: vec![offset_fetch::OffsetFetchResponseTopics {
                topic_id: topic_id(),
                partitions: vec![offset_fetch::OffsetFetchResponsePartitions {
                    partition_index: 1,
                    committed_offset: 42,
                    metadata: Some("x".into()),
                    ..Default::default()
                }],
                ..Default::default()
            }],
            ..Default::default()
        }],
        ..Default::default()
    };
    let hex = concat!(
        "00000000020267020102030405060708090a0b0c0d0e0f100200000001000000000000002affff",
        "ffff02780000000000000000",
    );
    check(response, 10, hex);
}

#[test]
fn metadata_in_its_newest_and_its_oldest_form() {
    let response = |cluster_id, controller_id, topic_id, leader_epoch| MetadataResponse {
        cluster_id,
        controller_id,
        brokers: vec![metadata::MetadataResponseBroker {
            node_id: 1,
            host: "h".into(),
            port: 9092,
            rack: None,
        }],
        topics: vec![metadata::MetadataResponseTopic {
            name: Some("t".into()),
            topic_id,
            partitions: vec![metadata::MetadataResponsePartition {
                leader_id: 1,
                leader_epoch,
                replica_nodes: vec![1],
                isr_nodes: vec![1],
                ..Default::default()
            }],
            ..Default::default()
        }],
        ..Default::default()
    };
    let hex = concat!(
        "000000000200000001026800002384000002630000000102000002740102030405060708090a0b",
        "0c0d0e0f1000020000000000000000000100000002020000000102000000010100800000000000",
        "0000",
    );
    check(response(Some("c".into()), 1, topic_id(), 2), 13, hex);
    let hex = concat!(
        "000000010000000100016800002384000000010000000174000000010000000000000000000100",
        "000001000000010000000100000001",
    );
    check(response(None, -1, Uuid::nil(), -1), 0, hex);
}

#[test]
fn a_batch_of_two_records() {
    let golden = unhex(concat!(
        "000000000000000000000045ffffffff02ce3968e300000000000100000000000003e800000000",
        "000003ed000000000000004d00030000000a0000000218000000026b027602026802780c000a02",
        "010100",
    ));
    let mut builder = BatchBuilder::new().producer(77, 3, 10);
    builder.push(1000, Some(b"k"), Some(b"v"), &[("h", Some(b"x"))]);
    builder.push(1005, None, None, &[]);
    assert_eq!(builder.size_bytes(), golden.len());
    let mut ours = builder.build().expect("two records").to_vec();
    batch::stamp(&mut ours, 0, -1);
    assert_eq!(ours, golden);

    let header = BatchHeader::parse(&golden).expect("sound");
    header.verify_crc(&golden).expect("Kafka's checksum");
    let records = records::read_all(golden).expect("sound");
    assert_eq!(records.len(), 2);
    assert_eq!((records[0].offset, records[0].timestamp_ms), (0, 1000));
    assert_eq!(records[0].key.as_deref(), Some(&b"k"[..]));
    assert_eq!(records[0].headers[0].value.as_deref(), Some(&b"x"[..]));
    assert_eq!((records[1].offset, records[1].timestamp_ms), (1, 1005));
    assert_eq!((&records[1].key, &records[1].value), (&None, &None));
}
