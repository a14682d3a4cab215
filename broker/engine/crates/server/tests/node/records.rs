//! Produce, Fetch, ListOffsets and OffsetForLeaderEpoch over real partitions.

use std::time::{Duration, Instant};

use bytes::Bytes;
use headrace_wire::batch::BatchHeader;
use headrace_wire::compression::{Codec, Compression};
use headrace_wire::messages::{
    fetch, list_offsets, offset_for_leader_epoch, produce, FetchRequest, ListOffsetsRequest,
    OffsetForLeaderEpochRequest, ProduceRequest,
};
use headrace_wire::records::{recompress, BatchBuilder};
use headrace_wire::Str;

use crate::world::*;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_produced_is_fetched() {
    let world = World::start().await;
    let mut client = world.client().await;
    client.create_topic("t", 2, &[]).await;
    let first = client.produce("t", 0, batch(&["a", "b"])).await;
    let second = client.produce("t", 0, batch(&["c"])).await;
    assert_eq!((first.error_code, first.base_offset), (0, 0));
    assert_eq!((second.error_code, second.base_offset, second.log_start_offset), (0, 2, 0));
    let data = client.fetch("t", 0).await;
    assert_eq!((data.error_code, data.high_watermark, data.last_stable_offset), (0, 3, 3));
    let expected = [(0, "a"), (1, "b"), (2, "c")].map(|(at, v)| (at, v.to_owned()));
    assert_eq!(values(&data), expected);
    // from within a batch the whole batch comes; clients skip
    assert_eq!(values(&client.fetch("t", 1).await)[0].0, 0);
    assert_eq!(values(&client.fetch("t", 2).await), expected[2..]);
    assert!(values(&client.fetch("t", 3).await).is_empty(), "the end is no error");
    assert_eq!(client.fetch("t", 4).await.error_code, 1);
    assert_eq!(client.fetch("t", -1).await.error_code, 1);
    assert_eq!(client.fetch("nope", 0).await.error_code, 3);
    let wrong = client.call(11, &fetch_request("t", 9, 0)).await;
    assert_eq!(fetched(wrong).error_code, 3);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pipelined_requests_keep_their_order() {
    let world = World::start().await;
    let mut client = world.client().await;
    client.create_topic("t", 1, &[]).await;
    const REQUESTS: i64 = 500;
    let mut sent = Vec::new();
    for n in 0..REQUESTS {
        let request = produce_request("t", 0, batch(&[&n.to_string()]), -1);
        sent.push(client.send(9, &request).await);
    }
    for (n, correlation_id) in (0..REQUESTS).zip(sent) {
        let (received, response) = client.receive::<ProduceRequest>(9).await;
        let partition = produced(&response);
        assert_eq!((received, partition.error_code), (correlation_id, 0));
        assert_eq!(partition.base_offset, n);
    }
    let data = client.fetch("t", 0).await;
    assert!(values(&data).iter().all(|(at, value)| at.to_string() == *value));
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bad_batches_are_refused_with_their_code() {
    let world = World::start().await;
    let mut client = world.client().await;
    client.create_topic("t", 1, &[("max.message.bytes", "2000")]).await;
    let flipped = {
        let mut bytes = batch(&["value"]).to_vec();
        *bytes.last_mut().expect("bytes") ^= 1;
        Bytes::from(bytes)
    };
    let long = "x".repeat(3_000);
    let two = Bytes::from([batch(&["a"]), batch(&["b"])].concat());
    let mut transactional = BatchBuilder::new().producer(1, 0, 0).transactional();
    transactional.push(0, None, Some(b"v"), &[]);
    for (what, bytes, code) in [
        ("flipped bit", flipped, 2),
        ("too large", batch(&[&long]), 10),
        ("no batch", Bytes::new(), 87),
        ("two batches", two, 87),
        ("garbage", Bytes::from(vec![0xff; 100]), 2),
        ("transactional", transactional.build().expect("a record"), 53),
        ("far future", batch_at(4_102_444_800_000, &["a"]), 32),
    ] {
        let answer = client.produce("t", 0, bytes).await;
        assert_eq!(answer.error_code, code, "{what}: {answer:?}");
        assert!(answer.error_message.is_some(), "{what} has a message");
    }
    assert_eq!(client.produce("t", 7, batch(&["a"])).await.error_code, 3);
    assert_eq!(client.produce("nope", 0, batch(&["a"])).await.error_code, 3);
    let odd_acks = client.call(9, &produce_request("t", 0, batch(&["a"]), 2)).await;
    assert_eq!(produced(&odd_acks).error_code, 21);
    assert_eq!(client.fetch("t", 0).await.high_watermark, 0, "nothing of it was appended");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn acks_zero_has_no_answer_and_acks_one_has() {
    let world = World::start().await;
    let mut client = world.client().await;
    client.create_topic("t", 1, &[]).await;
    client.send(9, &produce_request("t", 0, batch(&["silent"]), 0)).await;
    let loud = client.call(9, &produce_request("t", 0, batch(&["loud"]), 1)).await;
    assert_eq!((produced(&loud).error_code, produced(&loud).base_offset), (0, 1));
    let mut request = fetch_request("t", 0, 0);
    (request.max_wait_ms, request.min_bytes) = (10_000, 100);
    assert_eq!(values(&fetched(client.call(11, &request).await)).len(), 2);
    // a failure that cannot be answered closes the connection
    client.send(9, &produce_request("nope", 0, batch(&["x"]), 0)).await;
    assert!(client.receive_bytes().await.is_none());
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_idempotent_batch_is_appended_once() {
    let world = World::start().await;
    let mut client = world.client().await;
    client.create_topic("t", 1, &[]).await;
    let numbered = |sequence| {
        let mut builder = BatchBuilder::new().producer(77, 0, sequence);
        builder.push(headrace_env::real().clock.now_ms(), None, Some(b"v"), &[]);
        builder.build().expect("a record")
    };
    assert_eq!(client.produce("t", 0, numbered(0)).await.base_offset, 0);
    assert_eq!(client.produce("t", 0, numbered(1)).await.base_offset, 1);
    let again = client.produce("t", 0, numbered(0)).await;
    assert_eq!((again.error_code, again.base_offset), (0, 0), "the old answer");
    assert_eq!(client.produce("t", 0, numbered(5)).await.error_code, 45);
    assert_eq!(client.fetch("t", 0).await.high_watermark, 2);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_long_poll_wakes_when_records_come_and_ends_in_time() {
    let world = World::start().await;
    let mut consumer = world.client().await;
    let mut producer = world.client().await;
    producer.create_topic("t", 1, &[]).await;
    let mut request = fetch_request("t", 0, 0);
    request.max_wait_ms = 300;
    let begun = Instant::now();
    assert!(values(&fetched(consumer.call(11, &request).await)).is_empty());
    assert!(begun.elapsed() >= Duration::from_millis(290));

    request.max_wait_ms = 15_000;
    let begun = Instant::now();
    consumer.send(11, &request).await;
    tokio::time::sleep(Duration::from_millis(100)).await;
    producer.produce("t", 0, batch(&["wake"])).await;
    let (_, response) = consumer.receive::<FetchRequest>(11).await;
    assert_eq!(values(&fetched(response)), [(0, "wake".to_owned())]);
    assert!(begun.elapsed() < Duration::from_secs(10));

    // below min_bytes it goes on waiting, then answers with what there is
    (request.min_bytes, request.max_wait_ms) = (1 << 20, 400);
    let begun = Instant::now();
    assert_eq!(values(&fetched(consumer.call(11, &request).await)).len(), 1);
    assert!(begun.elapsed() >= Duration::from_millis(390));
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sizes_are_honoured_but_the_first_batch_always_comes() {
    let world = World::start().await;
    let mut client = world.client().await;
    client.create_topic("t", 2, &[]).await;
    let large = "x".repeat(10_000);
    for partition in [0, 1] {
        for _ in 0..3 {
            client.produce("t", partition, batch(&[&large])).await;
        }
    }
    let ask = |partition| fetch::FetchPartition {
        partition,
        partition_max_bytes: 1,
        ..Default::default()
    };
    let mut request = fetch_request("t", 0, 0);
    request.topics[0].partitions = vec![ask(0), ask(1)];
    request.max_bytes = 1;
    let response = client.call(11, &request).await;
    let counts: Vec<usize> =
        response.responses[0].partitions.iter().map(|data| values(data).len()).collect();
    assert_eq!(counts, [1, 0]);
    request.max_bytes = 25_000;
    for partition in &mut request.topics[0].partitions {
        partition.partition_max_bytes = 1 << 20;
    }
    let response = client.call(11, &request).await;
    let counts: Vec<usize> =
        response.responses[0].partitions.iter().map(|data| values(data).len()).collect();
    assert_eq!(counts, [2, 0]);
    world.stop().await;
}

async fn list(client: &mut Client, version: i16, timestamp: i64) -> (i16, i64, i64) {
    list_in("t", client, version, timestamp).await
}

async fn list_in(
    topic: &str,
    client: &mut Client,
    version: i16,
    timestamp: i64,
) -> (i16, i64, i64) {
    let partition = list_offsets::ListOffsetsPartition { timestamp, ..Default::default() };
    let partitions = vec![partition];
    let topic = list_offsets::ListOffsetsTopic { name: Str::from(topic), partitions };
    let request = ListOffsetsRequest { topics: vec![topic], ..Default::default() };
    let response = client.call(version, &request).await;
    let found = &response.topics[0].partitions[0];
    (found.error_code, found.offset, found.timestamp)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn offsets_are_found_by_time() {
    let world = World::start().await;
    let mut client = world.client().await;
    client.create_topic("t", 1, &[]).await;
    let now = headrace_env::real().clock.now_ms() - 10_000;
    assert_eq!(list(&mut client, 7, -1).await, (0, 0, -1));
    client.produce("t", 0, batch_at(now, &["a", "b", "c"])).await;
    client.produce("t", 0, batch_at(now + 1_000, &["d", "e"])).await;
    for (timestamp, offset, time) in [
        (-1, 5, -1),
        (-2, 0, -1),
        (-3, 4, now + 1_001),
        (-4, 0, -1),
        (0, 0, now),
        (now, 0, now),
        (now + 1, 1, now + 1),
        (now + 2, 2, now + 2),
        (now + 3, 3, now + 1_000),
        (now + 1_001, 4, now + 1_001),
        (now + 1_002, -1, -1),
    ] {
        let found = list(&mut client, 8, timestamp).await;
        assert_eq!(found, (0, offset, time), "for {timestamp}");
    }
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_topic_stores_batches_in_its_own_compression() {
    let world = World::start().await;
    let mut client = world.client().await;
    let sent = |now| {
        let plain = batch_at(now, &["a", "b", "c"]);
        let header = BatchHeader::parse(&plain).expect("sound");
        let gzip = Compression { codec: Codec::Gzip, level: -1 };
        recompress(&header, &plain, gzip, 10_000).expect("small")
    };
    let now = headrace_env::real().clock.now_ms() - 10_000;
    for (name, codec) in [
        ("producer", Codec::Gzip),
        ("uncompressed", Codec::None),
        ("gzip", Codec::Gzip),
        ("snappy", Codec::Snappy),
        ("lz4", Codec::Lz4),
        ("zstd", Codec::Zstd),
    ] {
        client.create_topic(name, 1, &[("compression.type", name)]).await;
        assert_eq!(client.produce(name, 0, sent(now)).await.error_code, 0, "{name}");
        let data = client.fetch(name, 0).await;
        let stored = data.records.clone().expect("records").into_bytes();
        let header = BatchHeader::parse(&stored).expect("sound");
        header.verify_crc(&stored).expect("sealed");
        assert_eq!(header.compression(), codec.id(), "{name}");
        assert_eq!(values(&data), [(0, "a"), (1, "b"), (2, "c")].map(|(n, v)| (n, v.to_owned())));
    }
    // compressed records are found by their own time, or by that of their append
    assert_eq!(list_in("zstd", &mut client, 7, now + 1).await, (0, 1, now + 1));
    let stamped = [("compression.type", "zstd"), ("message.timestamp.type", "LogAppendTime")];
    client.create_topic("stamped", 1, &stamped).await;
    client.produce("stamped", 0, sent(now)).await;
    let (error, offset, time) = list_in("stamped", &mut client, 7, now + 1).await;
    assert!((error, offset) == (0, 0) && time >= now + 10_000, "{error} {offset} {time}");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn special_time_stamps_belong_to_the_versions_that_know_them() {
    let world = World::start().await;
    let mut client = world.client().await;
    client.create_topic("t", 1, &[]).await;
    for (timestamp, first) in [(-3, 7), (-4, 8), (-5, 9), (-6, 11)] {
        assert_eq!(list(&mut client, first - 1, timestamp).await.0, 35, "for {timestamp}");
        assert_eq!(list(&mut client, first, timestamp).await.0, 0, "for {timestamp}");
    }
    assert_eq!(list(&mut client, 11, -7).await.0, 35);
    let twice = vec![list_offsets::ListOffsetsPartition { timestamp: -1, ..Default::default() }; 2];
    let topic = list_offsets::ListOffsetsTopic { name: Str::from("t"), partitions: twice };
    let request = ListOffsetsRequest { topics: vec![topic], ..Default::default() };
    let response = client.call(11, &request).await;
    let codes: Vec<i16> = response.topics[0].partitions.iter().map(|p| p.error_code).collect();
    assert_eq!(codes, [42, 42]);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn epochs_fence_and_have_ends() {
    let world = World::start().await;
    let mut client = world.client().await;
    client.create_topic("t", 1, &[]).await;
    client.produce("t", 0, batch(&["a", "b"])).await;
    let mut ends = Vec::new();
    for current_leader_epoch in [-1, 10_000] {
        let request = OffsetForLeaderEpochRequest {
            replica_id: -1,
            topics: vec![offset_for_leader_epoch::OffsetForLeaderTopic {
                topic: Str::from("t"),
                partitions: vec![offset_for_leader_epoch::OffsetForLeaderPartition {
                    partition: 0,
                    current_leader_epoch,
                    leader_epoch: 1_000,
                }],
            }],
        };
        let mut response = client.call(4, &request).await;
        ends.push(response.topics.remove(0).partitions.remove(0));
    }
    assert_eq!(ends[1].error_code, 75);
    assert_eq!(ends[0].error_code, 0);
    let epoch = fetched(client.call(11, &fetch_request("t", 0, 0)).await);
    assert_eq!(epoch.high_watermark, 2);
    let mut ahead = fetch_request("t", 0, 0);
    ahead.topics[0].partitions[0].current_leader_epoch = 10_000;
    assert_eq!(fetched(client.call(11, &ahead).await).error_code, 75);
    ahead.topics[0].partitions[0].current_leader_epoch = 0;
    assert_eq!(fetched(client.call(11, &ahead).await).error_code, 74);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn topics_go_by_id_in_new_versions() {
    let world = World::start().await;
    let mut client = world.client().await;
    client.create_topic("t", 1, &[]).await;
    let id = topic_id(&mut client, "t").await;
    let by_id = |topic_id| {
        let partition_data =
            vec![produce::PartitionProduceData { index: 0, records: Some(batch(&["a"]).into()) }];
        let data = produce::TopicProduceData { topic_id, partition_data, ..Default::default() };
        ProduceRequest { acks: -1, timeout_ms: 5_000, topic_data: vec![data], ..Default::default() }
    };
    assert_eq!(produced(&client.call(13, &by_id(id)).await).error_code, 0);
    let stranger = uuid::Uuid::from_u128(5);
    assert_eq!(produced(&client.call(13, &by_id(stranger)).await).error_code, 100);
    let mut request = fetch_request("", 0, 0);
    request.topics[0].topic_id = id;
    assert_eq!(values(&fetched(client.call(18, &request).await)).len(), 1);
    request.topics[0].topic_id = stranger;
    assert_eq!(fetched(client.call(18, &request).await).error_code, 100);
    world.stop().await;
}
