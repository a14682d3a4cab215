//! What a program with rdkafka (Rust) does, checked: `rdkafka-check BOOTSTRAP SCENARIO NAME…`.
//! Exits with 0 when everything is as it should be; an assertion that fails says what is not.

use std::collections::BTreeMap;
use std::time::Duration;

use rdkafka::admin::{
    AdminClient, AdminOptions, NewPartitions, NewTopic, ResourceSpecifier, TopicReplication,
};
use rdkafka::consumer::{Consumer, StreamConsumer};
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::message::{Header, Headers, Message, OwnedHeaders, OwnedMessage};
use rdkafka::producer::{FutureProducer, FutureRecord, Producer};
use rdkafka::{ClientConfig, Offset, TopicPartitionList};

const WAIT: Duration = Duration::from_secs(60);
const CODECS: [&str; 4] = ["none", "gzip", "snappy", "lz4"];

fn config(bootstrap: &str, settings: &[(&str, &str)]) -> ClientConfig {
    let mut config = ClientConfig::new();
    config.set("bootstrap.servers", bootstrap);
    for (key, value) in settings {
        config.set(*key, *value);
    }
    config
}

fn producer(bootstrap: &str, settings: &[(&str, &str)]) -> FutureProducer {
    config(bootstrap, settings).create().expect("a producer")
}

/// A member of the group that has read nothing yet and commits by hand.
fn consumer(bootstrap: &str, group: &str, settings: &[(&str, &str)]) -> StreamConsumer {
    let mut config = config(bootstrap, settings);
    config
        .set("group.id", group)
        .set("auto.offset.reset", "earliest");
    config
        .set("enable.auto.commit", "false")
        .create()
        .expect("a consumer")
}

async fn send(to: &FutureProducer, topic: &str, partition: i32, value: &str) -> i64 {
    let record = FutureRecord::<(), str>::to(topic)
        .partition(partition)
        .payload(value);
    let sent = to.send(record, WAIT).await.expect("acknowledged");
    assert_eq!(sent.partition, partition);
    sent.offset
}

async fn read(from: &StreamConsumer, count: usize) -> Vec<OwnedMessage> {
    let mut found = Vec::with_capacity(count);
    while found.len() < count {
        let next = tokio::time::timeout(WAIT, from.recv()).await;
        let next = next.unwrap_or_else(|_| panic!("{} of {count} records", found.len()));
        match next {
            Ok(message) => found.push(message.detach()),
            // A topic made a moment ago may not be known to every broker yet.
            Err(KafkaError::MessageConsumption(RDKafkaErrorCode::UnknownTopicOrPartition)) => {}
            Err(error) => panic!("{error}"),
        }
    }
    found
}

fn text(message: &OwnedMessage) -> String {
    let bytes = message.payload().expect("a value");
    String::from_utf8(bytes.to_vec()).expect("text")
}

async fn admin(bootstrap: &str, topic: &str) {
    let admin: AdminClient<_> = config(bootstrap, &[]).create().expect("an admin client");
    let options = AdminOptions::new()
        .operation_timeout(Some(WAIT))
        .request_timeout(Some(WAIT));
    let new = NewTopic::new(topic, 2, TopicReplication::Fixed(3)).set("retention.ms", "86400000");
    let made = admin
        .create_topics([&new], &options)
        .await
        .expect("an answer");
    assert_eq!(made, [Ok(topic.to_owned())]);
    let again = admin
        .create_topics([&new], &options)
        .await
        .expect("an answer");
    assert_eq!(
        again,
        [Err((
            topic.to_owned(),
            RDKafkaErrorCode::TopicAlreadyExists
        ))]
    );
    let more = NewPartitions::new(topic, 3);
    let grown = admin
        .create_partitions([&more], &options)
        .await
        .expect("an answer");
    assert_eq!(grown, [Ok(topic.to_owned())]);
    let described = admin
        .describe_configs([&ResourceSpecifier::Topic(topic)], &options)
        .await;
    let described = described
        .expect("an answer")
        .remove(0)
        .expect("the topic's configuration");
    assert_eq!(
        described
            .get("retention.ms")
            .expect("known")
            .value
            .as_deref(),
        Some("86400000")
    );
    let metadata = admin.inner().fetch_metadata(None, WAIT).expect("metadata");
    assert_eq!(metadata.brokers().len(), bootstrap.split(',').count());
    assert!(metadata.topics().iter().any(|found| found.name() == topic));
    let deleted = admin
        .delete_topics(&[topic], &options)
        .await
        .expect("an answer");
    assert_eq!(deleted, [Ok(topic.to_owned())]);
}

/// Every codec, keys, headers and null values come back as they were sent; the end is known.
async fn records(bootstrap: &str, topic: &str, group: &str) {
    for codec in CODECS {
        let producer = producer(
            bootstrap,
            &[("compression.type", codec), ("linger.ms", "5")],
        );
        let headers = OwnedHeaders::new()
            .insert(Header {
                key: "codec",
                value: Some(codec),
            })
            .insert(Header::<&str> {
                key: "nothing",
                value: None,
            });
        let value = codec.repeat(200);
        let record = FutureRecord::to(topic)
            .partition(0)
            .key(codec)
            .payload(&value);
        producer
            .send(record.headers(headers), WAIT)
            .await
            .expect("acknowledged");
        let marker = FutureRecord::<str, str>::to(topic).partition(1).key(codec);
        producer.send(marker, WAIT).await.expect("acknowledged");
    }
    let consumer = consumer(bootstrap, group, &[]);
    consumer.subscribe(&[topic]).expect("a subscription");
    let found = read(&consumer, 2 * CODECS.len()).await;
    let (first, second): (Vec<_>, Vec<_>) = found.into_iter().partition(|m| m.partition() == 0);
    for (at, (message, codec)) in (0..).zip(first.iter().zip(CODECS)) {
        assert_eq!(
            (message.offset(), message.key()),
            (at, Some(codec.as_bytes()))
        );
        assert_eq!(text(message), codec.repeat(200));
        let headers = message.headers().expect("headers");
        assert_eq!(headers.get_as::<str>(0).expect("text").value, Some(codec));
        assert_eq!(headers.get(1).value, None);
    }
    assert!(second.iter().all(|message| message.payload().is_none()));
    let ends = consumer
        .fetch_watermarks(topic, 0, WAIT)
        .expect("watermarks");
    assert_eq!(ends, (0, CODECS.len() as i64));
}

/// A committed offset is where the group's next member begins, by either protocol.
async fn groups(bootstrap: &str, topic: &str, group: &str) {
    let producer = producer(bootstrap, &[]);
    for value in ["a", "b", "c"] {
        send(&producer, topic, 0, value).await;
    }
    for (protocol, expected) in [("classic", "a"), ("consumer", "b")] {
        let group = &format!("{group}-{protocol}");
        if expected == "b" {
            let committed = consumer(bootstrap, group, &[]);
            let mut offsets = TopicPartitionList::new();
            offsets
                .add_partition_offset(topic, 0, Offset::Offset(1))
                .expect("an offset");
            committed
                .commit(&offsets, rdkafka::consumer::CommitMode::Sync)
                .expect("committed");
        }
        let member = consumer(bootstrap, group, &[("group.protocol", protocol)]);
        member.subscribe(&[topic]).expect("a subscription");
        let found = read(&member, 1).await;
        assert_eq!(text(&found[0]), expected, "{protocol}");
    }
}

/// Records and offsets of a committed transaction are seen, those of an aborted one are not.
async fn transactions(bootstrap: &str, source: &str, sink: &str, group: &str) {
    let plain = producer(bootstrap, &[]);
    send(&plain, source, 0, "in").await;
    let member = consumer(bootstrap, group, &[("isolation.level", "read_committed")]);
    member.subscribe(&[source]).expect("a subscription");
    assert_eq!(text(&read(&member, 1).await[0]), "in");

    let id = format!("{group}-producer");
    let producer = producer(bootstrap, &[("transactional.id", &id)]);
    producer.init_transactions(WAIT).expect("a producer id");
    producer.begin_transaction().expect("begun");
    send(&producer, sink, 0, "aborted").await;
    producer.abort_transaction(WAIT).expect("aborted");
    producer.begin_transaction().expect("begun");
    send(&producer, sink, 0, "committed").await;
    let mut next = TopicPartitionList::new();
    next.add_partition_offset(source, 0, Offset::Offset(1))
        .expect("an offset");
    let member_of = member.group_metadata().expect("a member");
    producer
        .send_offsets_to_transaction(&next, &member_of, WAIT)
        .expect("taken");
    producer.commit_transaction(WAIT).expect("committed");

    for (level, expected) in [
        ("read_committed", &["committed"][..]),
        ("read_uncommitted", &["aborted", "committed"]),
    ] {
        let reader = consumer(
            bootstrap,
            &format!("{group}-{level}"),
            &[("isolation.level", level)],
        );
        let mut all = TopicPartitionList::new();
        all.add_partition_offset(sink, 0, Offset::Beginning)
            .expect("an offset");
        reader.assign(&all).expect("assigned");
        let found: Vec<_> = read(&reader, expected.len())
            .await
            .iter()
            .map(text)
            .collect();
        assert_eq!(found, expected, "{level}");
    }
    let asked = TopicPartitionList::from_topic_map(&std::collections::HashMap::from([(
        (source.to_owned(), 0),
        Offset::Invalid,
    )]))
    .expect("a list");
    let committed = member.committed_offsets(asked, WAIT).expect("offsets");
    let committed: BTreeMap<_, _> = committed
        .elements()
        .iter()
        .map(|one| (one.topic().to_owned(), one.offset()))
        .collect();
    assert_eq!(
        committed,
        BTreeMap::from([(source.to_owned(), Offset::Offset(1))])
    );
}

#[tokio::main]
async fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    match args[..] {
        [bootstrap, "admin", topic] => admin(bootstrap, topic).await,
        [bootstrap, "records", topic, group] => records(bootstrap, topic, group).await,
        [bootstrap, "groups", topic, group] => groups(bootstrap, topic, group).await,
        [bootstrap, "transactions", source, sink, group] => {
            transactions(bootstrap, source, sink, group).await;
        }
        _ => panic!("no such scenario: {args:?}"),
    }
}
