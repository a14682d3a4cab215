"""Compacted topics: the newest record of each key stays, tombstones go, readers get ahead."""

from __future__ import annotations

import asyncio
import random

import pytest
from aiokafka import AIOKafkaConsumer
from aiokafka import TopicPartition as AioPartition
from confluent_kafka import Consumer, KafkaError, Producer, TopicPartition
from javatools import JavaTools
from kafka import KafkaConsumer
from kafka import TopicPartition as KpPartition
from records import WAIT_SECONDS, eventually

COMPACTED = {
    "cleanup_policy": "compact",
    "segment_bytes": "1048576",
    "min_cleanable_dirty_ratio": "0.01",
    "delete_retention_ms": "100",
}
# A pass begins when the states are saved (ten seconds) and the segments closed.
CLEANED_SECONDS = 90


def read_to_end(bootstrap: str, topic: str):
    """Every record of partition 0 up to its end as it is now; offsets rise."""
    consumer = Consumer(
        {
            "bootstrap.servers": bootstrap,
            "group.id": "unused",
            "enable.auto.commit": False,
            "enable.partition.eof": True,
        }
    )
    found = []
    try:
        consumer.assign([TopicPartition(topic, 0, 0)])
        while True:
            message = consumer.poll(WAIT_SECONDS)
            assert message is not None, "the reader is stuck"
            if message.error():
                assert message.error().code() == KafkaError._PARTITION_EOF
                return found
            assert not found or message.offset() > found[-1].offset()
            found.append(message)
    finally:
        consumer.close()


@pytest.mark.parametrize("codec", ["none", "gzip", "snappy", "lz4", "zstd"])
def test_the_newest_of_each_key_stays(bootstrap, make_topic, codec):
    topic = make_topic(**COMPACTED)
    config = {"bootstrap.servers": bootstrap, "compression.type": codec, "linger.ms": 5}
    producer = Producer(config | {"enable.idempotence": True})
    newest: dict[bytes, bytes | None] = {}
    last: dict[bytes, int] = {}

    def put(key: bytes, value: bytes | None) -> None:
        newest[key] = value

        def delivered(error, message) -> None:
            assert error is None
            last[message.key()] = message.offset()

        producer.produce(topic, value, key=key, partition=0, on_delivery=delivered)
        producer.poll(0)

    noise = random.Random(1).randbytes
    for n in range(3000):
        put(b"key-%d" % (n % 17), b"%d " % n + noise(2000))
    for gone in (b"key-3", b"key-11"):
        put(gone, None)
    put(b"only once", b"kept")
    for n in range(1500):
        put(b"filler-%d" % (n % 3), b"%d " % n + noise(4000))
    assert producer.flush(WAIT_SECONDS) == 0

    def cleaned():
        found = read_to_end(bootstrap, topic)
        return found if len(found) < 1500 else None

    found = eventually(cleaned, "the topic is compacted", CLEANED_SECONDS)
    state: dict[bytes, bytes | None] = {}
    for message in found:
        state[message.key()] = message.value()
        if message.offset() == last[message.key()]:
            assert message.value() == newest[message.key()]
    assert {k: v for k, v in state.items() if v is not None} == {
        k: v for k, v in newest.items() if v is not None
    }


def test_a_compacted_topic_needs_keys(bootstrap, make_topic):
    topic = make_topic(**COMPACTED)
    producer = Producer({"bootstrap.servers": bootstrap})
    failed = []
    producer.produce(topic, b"v", partition=0, on_delivery=lambda error, _: failed.append(error))
    assert producer.flush(WAIT_SECONDS) == 0
    assert failed[0].code() == KafkaError.INVALID_RECORD


def kp_read(bootstrap: str, topic: str) -> dict[bytes, bytes | None]:
    place = KpPartition(topic, 0)
    consumer = KafkaConsumer(bootstrap_servers=bootstrap.split(","), enable_auto_commit=False)
    consumer.assign([place])
    consumer.seek_to_beginning(place)
    end = consumer.end_offsets([place])[place]
    state = {}

    def at_end() -> bool:
        for record in consumer.poll(timeout_ms=500).get(place, ()):
            state[record.key] = record.value
        return consumer.position(place) >= end

    eventually(at_end, "kafka-python reads to the end", every=0)
    consumer.close()
    return state


async def aio_read(bootstrap: str, topic: str) -> dict[bytes, bytes | None]:
    place = AioPartition(topic, 0)
    state = {}
    async with AIOKafkaConsumer(bootstrap_servers=bootstrap, enable_auto_commit=False) as consumer:
        consumer.assign([place])
        await consumer.seek_to_beginning(place)
        end = (await consumer.end_offsets([place]))[place]
        async with asyncio.timeout(WAIT_SECONDS):
            while await consumer.position(place) < end:
                for record in (await consumer.getmany(place, timeout_ms=500)).get(place, ()):
                    state[record.key] = record.value
    return state


def java_read(version: str, bootstrap: str, topic: str) -> dict[bytes, bytes | None]:
    """The console consumer ends by itself when nothing has come for a while."""
    shown = ("--property", "print.key=true", "--property", "null.literal=NULL")
    done = JavaTools.assemble(version).run(
        "org.apache.kafka.tools.consumer.ConsoleConsumer",
        *("--bootstrap-server", bootstrap, "--topic", topic, "--partition", "0"),
        *("--offset", "earliest", "--timeout-ms", "15000", *shown),
        status=None,
    )
    pairs = [line.split("\t") for line in done.stdout.splitlines() if "\t" in line]
    return {key.encode(): None if v == "NULL" else v.encode() for key, v in pairs}


@pytest.mark.timeout(600)
def test_every_client_reads_the_newest_and_deleted_keys_go(bootstrap, make_topic):
    topic = make_topic(**COMPACTED)
    producer = Producer({"bootstrap.servers": bootstrap, "enable.idempotence": True})
    noise = random.Random(2)
    newest: dict[bytes, bytes | None] = {}

    def put(key: bytes, value: bytes | None) -> None:
        newest[key] = value
        producer.produce(topic, value, key=key, partition=0)
        producer.poll(0)

    def fill(name: bytes, records: int) -> None:
        for n in range(records):
            put(b"%s-%d" % (name, n % 5), b"%d " % n + noise.randbytes(1000).hex().encode())
            if n % 20 == 0:
                # Batches of few records: many are emptied as a whole.
                producer.flush()
        assert producer.flush(WAIT_SECONDS) == 0

    fill(b"a", 1500)
    put(b"a-0", None)
    put(b"a-1", None)
    fill(b"b", 1500)

    def marks_gone():
        # The open segment closes and passes go on as long as something comes.
        fill(b"c", 700)
        keys = {message.key() for message in read_to_end(bootstrap, topic)}
        return not keys & {b"a-0", b"a-1"}

    eventually(marks_gone, "deleted keys have no record left", 2 * CLEANED_SECONDS, every=5)
    wanted = {key: value for key, value in newest.items() if value is not None}
    assert {m.key(): m.value() for m in read_to_end(bootstrap, topic)} == wanted
    assert kp_read(bootstrap, topic) == wanted
    assert asyncio.run(aio_read(bootstrap, topic)) == wanted
    for version in ("3.9.1", "4.3.1"):
        assert java_read(version, bootstrap, topic) == wanted
