"""Transactions through librdkafka: visible when committed, never when aborted, fenced zombies."""

from __future__ import annotations

import pytest
from confluent_kafka import (
    OFFSET_BEGINNING,
    Consumer,
    KafkaError,
    KafkaException,
    Producer,
    TopicPartition,
)
from records import WAIT_SECONDS, consume, eventually, read_partition

pytestmark = pytest.mark.timeout(300)


@pytest.fixture
def producer(bootstrap):
    """Makes transactional producers by a call."""

    def make(transactional_id, **config):
        settings = {key.replace("_", "."): value for key, value in config.items()}
        made = Producer(
            {
                "bootstrap.servers": bootstrap,
                "transactional.id": transactional_id,
                "linger.ms": 1,
                **settings,
            }
        )
        made.init_transactions(WAIT_SECONDS)
        return made

    return make


@pytest.fixture
def reader(bootstrap, unique):
    """Makes consumers of partition 0 from its beginning by a call."""
    made = []

    def make(topic, isolation):
        consumer = Consumer(
            {
                "bootstrap.servers": bootstrap,
                "group.id": unique("reader"),
                "isolation.level": isolation,
                "enable.auto.commit": False,
                "enable.partition.eof": False,
            }
        )
        consumer.assign([TopicPartition(topic, 0, OFFSET_BEGINNING)])
        made.append(consumer)
        return consumer

    yield make
    for consumer in made:
        consumer.close()


def write(producer, topic, values, commit):
    producer.begin_transaction()
    for value in values:
        producer.produce(topic, value, partition=0)
    assert producer.flush(WAIT_SECONDS) == 0
    if commit:
        producer.commit_transaction(WAIT_SECONDS)
    else:
        producer.abort_transaction(WAIT_SECONDS)


def values(messages):
    return [message.value() for message in messages]


def test_committed_records_are_read_and_aborted_ones_are_not(producer, reader, make_topic, unique):
    topic = make_topic()
    writer = producer(unique("id"))
    for n in range(10):
        write(writer, topic, [b"%d-%d" % (n, r) for r in range(5)], commit=n % 2 == 0)
    expected = [b"%d-%d" % (n, r) for n in range(0, 10, 2) for r in range(5)]
    assert values(consume(reader(topic, "read_committed"), 25)) == expected
    assert len(consume(reader(topic, "read_uncommitted"), 50)) == 50


def test_an_open_transaction_holds_back_what_comes_after_it(producer, reader, make_topic, unique):
    topic = make_topic()
    first, second = producer(unique("first")), producer(unique("second"))
    first.begin_transaction()
    first.produce(topic, b"open", partition=0)
    assert first.flush(WAIT_SECONDS) == 0
    write(second, topic, [b"committed"], commit=True)
    committed = reader(topic, "read_committed")
    assert committed.poll(2) is None
    place = TopicPartition(topic, 0)
    low, stable = committed.get_watermark_offsets(place, timeout=WAIT_SECONDS)
    assert (low, stable) == (0, 0), "the last stable offset"
    first.commit_transaction(WAIT_SECONDS)
    assert values(consume(committed, 2)) == [b"open", b"committed"]


def test_a_zombie_is_fenced(producer, reader, make_topic, unique):
    topic, transactional_id = make_topic(), unique("id")
    zombie = producer(transactional_id)
    zombie.begin_transaction()
    zombie.produce(topic, b"of the zombie", partition=0)
    assert zombie.flush(WAIT_SECONDS) == 0
    successor = producer(transactional_id)
    write(successor, topic, [b"of its successor"], commit=True)
    with pytest.raises(KafkaException) as refused:
        zombie.commit_transaction(WAIT_SECONDS)
    assert refused.value.args[0].code() in {KafkaError._FENCED, KafkaError.PRODUCER_FENCED}
    assert values(consume(reader(topic, "read_committed"), 1)) == [b"of its successor"]


def test_a_transaction_that_takes_too_long_is_aborted(producer, reader, make_topic, unique):
    topic = make_topic()
    writer = producer(unique("id"), transaction_timeout_ms=1_000)
    writer.begin_transaction()
    writer.produce(topic, b"too late", partition=0)
    assert writer.flush(WAIT_SECONDS) == 0
    other = producer(unique("other"))
    write(other, topic, [b"in time"], commit=True)
    assert values(consume(reader(topic, "read_committed"), 1)) == [b"in time"]
    with pytest.raises(KafkaException):
        writer.commit_transaction(WAIT_SECONDS)


def test_offsets_are_committed_with_the_records_made_of_them(
    bootstrap, producer, reader, make_topic, unique
):
    source, target, group = make_topic(), make_topic(), unique("group")
    feeder = Producer({"bootstrap.servers": bootstrap})
    for n in range(20):
        feeder.produce(source, b"%d" % n, partition=0)
    assert feeder.flush(WAIT_SECONDS) == 0
    settings = {
        "bootstrap.servers": bootstrap,
        "group.id": group,
        "auto.offset.reset": "earliest",
        "enable.auto.commit": False,
        "isolation.level": "read_committed",
    }
    writer = producer(unique("id"))

    def move(count, commit):
        consumer = Consumer(settings)
        consumer.subscribe([source])
        try:
            got = consume(consumer, count)[:count]
            writer.begin_transaction()
            for message in got:
                writer.produce(target, message.value(), partition=0)
            places = [TopicPartition(source, 0, got[-1].offset() + 1)]
            writer.send_offsets_to_transaction(
                places, consumer.consumer_group_metadata(), WAIT_SECONDS
            )
            if commit:
                writer.commit_transaction(WAIT_SECONDS)
            else:
                writer.abort_transaction(WAIT_SECONDS)
        finally:
            consumer.close()

    def committed():
        asking = Consumer(settings)
        try:
            return asking.committed([TopicPartition(source, 0)], WAIT_SECONDS)[0].offset
        finally:
            asking.close()

    move(5, commit=False)
    assert committed() < 0
    move(5, commit=True)
    eventually(lambda: committed() == 5, "the offset that was committed with the records")
    move(10, commit=True)
    eventually(lambda: committed() == 15, "the next one")
    assert values(consume(reader(target, "read_committed"), 15)) == [b"%d" % n for n in range(15)]


def test_markers_take_offsets_and_are_not_shown(bootstrap, producer, make_topic, unique):
    topic = make_topic()
    writer = producer(unique("id"))
    for n in range(3):
        write(writer, topic, [b"%d" % n], commit=True)
    found = read_partition(bootstrap, topic, 3)
    assert [message.offset() for message in found] == [0, 2, 4]
