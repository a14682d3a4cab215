//! Transactions by the second protocol (KIP-890), from the producer's first id to what readers and
//! tools see. Clients' own libraries run in tests/clients.

use std::time::Duration;

use bytes::Bytes;
use headrace_wire::messages::*;
use headrace_wire::records::BatchBuilder;
use headrace_wire::Str;

use crate::world::*;

const ID: &str = "id";
const CONCURRENT: i16 = 51;

/// Until the answer is none of those that clients ask again after.
async fn insist<Q: headrace_wire::Request>(
    client: &mut Client,
    version: i16,
    request: &Q,
    code: impl Fn(&Q::Response) -> i16,
) -> Q::Response {
    for _ in 0..200 {
        let response = client.call(version, request).await;
        if ![14, 15, 16, CONCURRENT].contains(&code(&response)) {
            return response;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("never done");
}

async fn init(client: &mut Client) -> (i64, i16) {
    let find = FindCoordinatorRequest {
        key_type: 1,
        coordinator_keys: vec![Str::from(ID)],
        ..Default::default()
    };
    let found = insist(client, 4, &find, |found| found.coordinators[0].error_code).await;
    assert_eq!(found.coordinators[0].error_code, 0);
    let request = InitProducerIdRequest {
        transactional_id: Some(Str::from(ID)),
        transaction_timeout_ms: 60_000,
        producer_id: -1,
        producer_epoch: -1,
        ..Default::default()
    };
    let made = insist(client, 5, &request, |made| made.error_code).await;
    assert_eq!(made.error_code, 0);
    (made.producer_id, made.producer_epoch)
}

fn batch_of((id, epoch): (i64, i16), sequence: i32, value: &str) -> Bytes {
    let now_ms = headrace_env::real().clock.now_ms();
    let mut builder = BatchBuilder::new().producer(id, epoch, sequence).transactional();
    builder.push(now_ms, None, Some(value.as_bytes()), &[]);
    builder.build().expect("a record")
}

async fn write(client: &mut Client, producer: (i64, i16), sequence: i32, value: &str) -> i16 {
    let batch = batch_of(producer, sequence, value);
    let mut request = produce_request("t", 0, batch, -1);
    request.transactional_id = Some(Str::from(ID));
    produced(&client.call(12, &request).await).error_code
}

async fn end(client: &mut Client, producer: (i64, i16), committed: bool) -> (i16, (i64, i16)) {
    let request = EndTxnRequest {
        transactional_id: Str::from(ID),
        producer_id: producer.0,
        producer_epoch: producer.1,
        committed,
    };
    let ended = insist(client, 5, &request, |ended| ended.error_code).await;
    (ended.error_code, (ended.producer_id, ended.producer_epoch))
}

async fn committed(client: &mut Client) -> fetch::PartitionData {
    let request = FetchRequest { isolation_level: 1, ..fetch_request("t", 0, 0) };
    fetched(client.call(11, &request).await)
}

/// Waits until the last stable offset is `offset`: markers follow the answer to EndTxn.
async fn stable(client: &mut Client, offset: i64) -> fetch::PartitionData {
    for _ in 0..200 {
        let data = committed(client).await;
        if data.last_stable_offset == offset {
            return data;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("the last stable offset never was {offset}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_transaction_of_the_second_protocol() {
    let world = World::start().await;
    let mut client = world.client().await;
    let c = &mut client;
    c.create_topic("t", 1, &[]).await;
    let first = init(c).await;
    assert_eq!(write(c, first, 0, "a").await, 0, "its partition is added by the batch");
    assert_eq!(write(c, first, 1, "b").await, 0);
    let open = committed(c).await;
    assert_eq!((open.high_watermark, open.last_stable_offset), (2, 0));
    assert!(open.records.is_none_or(|records| records.is_empty()));
    let producers = DescribeProducersRequest {
        topics: vec![describe_producers::TopicRequest {
            name: Str::from("t"),
            partition_indexes: vec![0],
        }],
    };
    let seen = c.call(0, &producers).await.topics[0].partitions[0].active_producers[0].clone();
    assert_eq!((seen.producer_id, seen.current_txn_start_offset), (first.0, 0));

    let (code, second) = end(c, first, true).await;
    assert_eq!((code, second), (0, (first.0, first.1 + 1)), "the epoch moves on");
    let data = stable(c, 3).await;
    assert_eq!(data.aborted_transactions, Some(Vec::new()));
    assert_eq!(end(c, first, true).await, (0, second), "asked again");
    assert_eq!(write(c, first, 2, "late").await, 47, "INVALID_PRODUCER_EPOCH");

    assert_eq!(write(c, second, 5, "gap").await, 45, "each transaction begins with 0");
    assert_eq!(write(c, second, 0, "c").await, 0);
    let (code, third) = end(c, second, false).await;
    assert_eq!((code, third), (0, (first.0, first.1 + 2)));
    let data = stable(c, 5).await;
    let aborted = data.aborted_transactions.expect("a list");
    assert_eq!((aborted[0].producer_id, aborted[0].first_offset), (first.0, 3));

    let describe = DescribeTransactionsRequest { transactional_ids: vec![Str::from(ID)] };
    let state = c.call(0, &describe).await.transaction_states.remove(0);
    assert_eq!((&*state.transaction_state, state.producer_epoch), ("CompleteAbort", third.1));
    let list = ListTransactionsRequest {
        transactional_id_pattern: Some(Str::from("i.")),
        ..Default::default()
    };
    assert_eq!(c.call(2, &list).await.transaction_states.len(), 1);
    let next = init(c).await;
    assert_eq!(write(c, next, 0, "d").await, 0, "the next instance");
    world.stop().await;
}
