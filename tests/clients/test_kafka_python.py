"""kafka-python 3: its admin client, producer and consumer."""

from __future__ import annotations

import threading
import time

import pytest
from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import ConfigResource, ConfigResourceType, KafkaAdminClient, NewTopic
from kafka.errors import InvalidReplicationFactorError, TopicAlreadyExistsError
from records import RECENT_MS, eventually

WAIT_SECONDS = 60


@pytest.fixture
def servers(bootstrap):
    return bootstrap.split(",")


@pytest.fixture
def kp_admin(servers):
    client = KafkaAdminClient(bootstrap_servers=servers)
    yield client
    client.close()


def read(consumer, count, seconds=WAIT_SECONDS):
    found = []
    deadline = time.monotonic() + seconds
    while len(found) < count:
        assert time.monotonic() < deadline, f"{len(found)} of {count} records"
        for records in consumer.poll(timeout_ms=500).values():
            found.extend(records)
    return found


def test_topics(kp_admin, unique):
    topic = unique("topic")
    kp_admin.create_topics([NewTopic(name=topic, num_partitions=3, replication_factor=3)])
    eventually(lambda: topic in kp_admin.list_topics(), "the topic is listed")

    def partitions():
        (found,) = kp_admin.describe_topics([topic])
        return len(found["partitions"])

    eventually(lambda: partitions() == 3, "three partitions")
    with pytest.raises(TopicAlreadyExistsError):
        kp_admin.create_topics([NewTopic(name=topic, num_partitions=1, replication_factor=1)])
    with pytest.raises(InvalidReplicationFactorError):
        kp_admin.create_topics(
            [NewTopic(name=unique("topic"), num_partitions=1, replication_factor=8)]
        )
    kp_admin.create_partitions({topic: 5})
    eventually(lambda: partitions() == 5, "five partitions")
    kp_admin.delete_topics([topic])
    eventually(lambda: topic not in kp_admin.list_topics(), "the topic is gone")


def test_configs(kp_admin, make_topic):
    topic = make_topic()
    change = ConfigResource(ConfigResourceType.TOPIC, topic, {"retention.ms": "77000"})
    kp_admin.alter_configs([change])

    def retention():
        asked = kp_admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, topic)])
        return "77000" in str(asked)

    eventually(retention, "the changed retention is shown")


def test_records_are_deleted(kp_admin, servers, make_topic):
    topic = make_topic()
    producer = KafkaProducer(bootstrap_servers=servers)
    for n in range(5):
        producer.send(topic, b"%d" % n, partition=0)
    producer.close()
    place = TopicPartition(topic, 0)
    deleted = kp_admin.delete_records({place: 3}, timeout_ms=WAIT_SECONDS * 1000)
    assert deleted[place]["low_watermark"] == 3
    consumer = KafkaConsumer(bootstrap_servers=servers, auto_offset_reset="earliest")
    consumer.assign([place])
    assert consumer.beginning_offsets([place]) == {place: 3}
    consumer.seek(place, 0)
    assert [record.value for record in read(consumer, 2)] == [b"3", b"4"]
    consumer.close()


def test_cluster(kp_admin, servers):
    cluster = kp_admin.describe_cluster()
    addresses = {f"{broker['host']}:{broker['port']}" for broker in cluster["brokers"]}
    assert addresses == set(servers)


@pytest.mark.parametrize("acks", [0, 1, "all"])
def test_records(servers, make_topic, acks):
    topic = make_topic()
    producer = KafkaProducer(
        bootstrap_servers=servers, acks=acks, enable_idempotence=False, compression_type="gzip"
    )
    for n in range(50):
        producer.send(topic, key=b"k%d" % n, value=b"v%d" % n, headers=[("h", b"%d" % n)])
    producer.send(topic, key=b"tombstone", value=None)
    producer.flush(WAIT_SECONDS)
    producer.close()
    consumer = KafkaConsumer(bootstrap_servers=servers, auto_offset_reset="earliest")
    consumer.assign([TopicPartition(topic, 0)])
    found = read(consumer, 51)
    consumer.close()
    assert [record.key for record in found[:50]] == [b"k%d" % n for n in range(50)]
    assert found[7].headers == [("h", b"7")]
    assert (found[50].key, found[50].value) == (b"tombstone", None)


def test_an_idempotent_producer(servers, make_topic):
    topic = make_topic(partitions=2)
    producer = KafkaProducer(bootstrap_servers=servers, enable_idempotence=True)
    futures = [producer.send(topic, b"%d" % n, partition=n % 2) for n in range(400)]
    producer.flush(WAIT_SECONDS)
    offsets = [future.get(WAIT_SECONDS).offset for future in futures]
    producer.close()
    assert offsets == [n // 2 for n in range(400)]


def test_a_group_commits_and_resumes(servers, make_topic, unique):
    topic, group = make_topic(partitions=4), unique("group")
    producer = KafkaProducer(bootstrap_servers=servers)
    for n in range(40):
        producer.send(topic, b"%d" % n, partition=n % 4)
    producer.flush(WAIT_SECONDS)
    producer.close()
    settings = {
        "bootstrap_servers": servers,
        "group_id": group,
        "auto_offset_reset": "earliest",
        "enable_auto_commit": False,
        "max_poll_records": 10,
    }
    consumer = KafkaConsumer(topic, **settings)
    seen = read(consumer, 20)
    consumer.commit()
    consumer.close()
    consumer = KafkaConsumer(topic, **settings)
    seen += read(consumer, 40 - len(seen))
    consumer.close()
    assert sorted(int(record.value) for record in seen) == list(range(40))


def test_two_members_and_their_description(servers, kp_admin, make_topic, unique):
    topic, group = make_topic(partitions=4), unique("group")
    settings = {"bootstrap_servers": servers, "group_id": group, "auto_offset_reset": "earliest"}
    held: dict[int, int] = {}
    stop = threading.Event()

    def member(number):
        # A thread each, and long polls: kafka-python 3.0 drops an assignment that arrives when the
        # poll which asked for it is over.
        consumer = KafkaConsumer(topic, **settings)
        try:
            while not stop.is_set():
                consumer.poll(timeout_ms=5000)
                held[number] = len(consumer.assignment())
        finally:
            consumer.close()

    threads = [threading.Thread(target=member, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    try:
        eventually(lambda: held == {0: 2, 1: 2}, "two partitions each")
        assert group in str(kp_admin.list_groups())
        assert "Stable" in str(kp_admin.describe_groups([group]))
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def test_offsets_by_time(servers, make_topic):
    topic = make_topic()
    producer = KafkaProducer(bootstrap_servers=servers, acks="all")
    for n in range(5):
        producer.send(topic, b"v", timestamp_ms=RECENT_MS + n * 1000)
        producer.flush(WAIT_SECONDS)
    producer.close()
    consumer = KafkaConsumer(bootstrap_servers=servers)
    partition = TopicPartition(topic, 0)
    found = consumer.offsets_for_times({partition: RECENT_MS + 2500})[partition]
    assert (found.offset, found.timestamp) == (3, RECENT_MS + 3000)
    assert consumer.beginning_offsets([partition]) == {partition: 0}
    assert consumer.end_offsets([partition]) == {partition: 5}
    consumer.close()
