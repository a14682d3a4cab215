"""Batches at the edge of what a broker takes: sizes, sequences, old formats, nothing in them."""

from __future__ import annotations

import struct
import zlib

import pytest
from anyrequest import ask, partition_of, produce
from confluent_kafka import KafkaError, Producer
from kafka.protocol.admin import DescribeProducersRequest
from rawkafka import batch, string
from records import WAIT_SECONDS, eventually, read_partition
from records import produce as produce_all

OUT_OF_ORDER = KafkaError.OUT_OF_ORDER_SEQUENCE_NUMBER


def message_set(magic: int) -> bytes:
    """One message in the format of Kafka 0.8 to 0.10 (magic 0 or 1)."""
    stamp = struct.pack(">q", 1_700_000_000_000) if magic else b""
    body = struct.pack(">bb", magic, 0) + stamp + struct.pack(">ii", -1, 1) + b"v"
    return struct.pack(">qiI", 0, len(body) + 4, zlib.crc32(body)) + body


@pytest.mark.parametrize("magic", [0, 1])
@pytest.mark.parametrize("version", [3, 12])
def test_old_message_formats_are_refused(at_leader, make_topic, magic, version):
    topic = make_topic()
    broker = at_leader(topic)
    answer = produce(broker, topic, message_set(magic), version)
    assert answer.error_code == KafkaError.INVALID_RECORD
    assert broker.end_offset(topic) == 0


def test_old_versions_of_produce_end_the_connection(at_leader, make_topic):
    """Versions 0 to 2 are named, for librdkafka's sake, and not served (KIP-896)."""
    topic = make_topic()
    for version in range(3):
        broker = at_leader(topic)
        body = struct.pack(">hii", -1, 1_000, 1) + string(topic) + struct.pack(">iii", 1, 0, 0)
        broker.send(broker.frame(0, version, body))
        assert broker.is_closed_by_broker()


@pytest.mark.parametrize("records", [b"", batch([])], ids=["no batch", "no records"])
def test_nothing_is_no_batch(at_leader, make_topic, records):
    topic = make_topic()
    broker = at_leader(topic)
    assert produce(broker, topic, records).error_code == KafkaError.INVALID_RECORD
    assert broker.end_offset(topic) == 0


def test_a_truncated_batch_is_refused_at_every_length(at_leader, make_topic):
    topic = make_topic()
    broker = at_leader(topic)
    whole = batch([b"first", b"second"])
    for length in range(1, len(whole), 7):
        code = produce(broker, topic, whole[:length]).error_code
        assert code in {KafkaError.INVALID_RECORD, KafkaError.INVALID_MSG}, length
    assert produce(broker, topic, whole).base_offset == 0


def test_huge_and_many_headers(bootstrap, make_topic):
    topic = make_topic(max_message_bytes="3000000")
    many = [(f"header {n}", b"%d" % n) for n in range(5_000)]
    huge = [("k" * 30_000, b"\xfe" * 1_000_000), ("", b""), ("null", None)]
    producer = Producer({"bootstrap.servers": bootstrap, "message.max.bytes": 3_000_000})
    for headers in (many, huge):
        producer.produce(topic, None, None, partition=0, headers=headers)
        assert producer.flush(WAIT_SECONDS) == 0
    found = read_partition(bootstrap, topic, 2)
    assert [message.headers() for message in found] == [many, huge]
    assert [(message.key(), message.value()) for message in found] == [(None, None)] * 2


def test_a_batch_may_have_the_largest_size_and_not_one_byte_more(at_leader, bootstrap, make_topic):
    fits = batch([b"x" * 1_000])
    topic = make_topic(max_message_bytes=str(len(fits)))
    broker = at_leader(topic)
    assert produce(broker, topic, fits).error_code == 0
    answer = produce(broker, topic, batch([b"x" * 1_001]))
    assert answer.error_code == KafkaError.MSG_SIZE_TOO_LARGE
    # the limit counts what is sent, compressed or not
    values = [b"z" * 900] * 10
    produced = produce_all(bootstrap, topic, values, compression_type="zstd")
    assert len(produced) == len(values)


def test_one_partition_of_a_request_is_too_large(at_leader, bootstrap, make_topic):
    """The others of the same request are taken."""
    topic = make_topic(max_message_bytes="1000")
    other = make_topic()
    errors: dict[str, KafkaError | None] = {}
    producer = Producer({"bootstrap.servers": bootstrap, "linger.ms": 200})
    for name in (topic, other):
        producer.produce(name, b"y" * 5_000, on_delivery=lambda e, m: errors.update({m.topic(): e}))
    assert producer.flush(WAIT_SECONDS) == 0
    refused = errors[topic]
    assert refused is not None
    assert refused.code() == KafkaError.MSG_SIZE_TOO_LARGE
    assert errors[other] is None
    assert at_leader(topic).end_offset(topic) == 0


def test_sequences_older_than_five_batches(at_leader, make_topic):
    """The last five are known again; older ones are out of order, not appended twice."""
    topic = make_topic()
    broker = at_leader(topic)
    producer_id, epoch = broker.init_producer_id()

    def numbered(sequence):
        ids = {"producer_id": producer_id, "producer_epoch": epoch}
        return batch([b"%d" % sequence], sequence=sequence, **ids)

    for n in range(7):
        assert broker.produce(topic, numbered(n)).base_offset == n
    answers = [broker.produce(topic, numbered(n)) for n in range(7)]
    assert [answer.error for answer in answers] == [OUT_OF_ORDER] * 2 + [0] * 5
    assert [answer.base_offset for answer in answers[2:]] == [2, 3, 4, 5, 6]
    assert broker.produce(topic, numbered(9)).error == OUT_OF_ORDER
    assert broker.end_offset(topic) == 7


@pytest.mark.usefixtures("dev_cluster")
def test_a_silent_producer_is_forgotten(at_leader, make_topic, set_property):
    """Only for our own: Apache Kafka looks every ten minutes."""
    topic = make_topic()
    broker = at_leader(topic)
    producer_id, epoch = broker.init_producer_id()
    ids = {"producer_id": producer_id, "producer_epoch": epoch}
    assert broker.produce(topic, batch([b"a"], sequence=0, **ids)).error == 0

    def active():
        topics = [{"name": topic, "partition_indexes": [0]}]
        answer = partition_of(ask(broker, DescribeProducersRequest, 0, topics=topics))
        assert answer.error_code == 0
        return [known.producer_id for known in answer.active_producers]

    assert active() == [producer_id]
    assert broker.produce(topic, batch([b"gap"], sequence=5, **ids)).error == OUT_OF_ORDER
    set_property("producer.id.expiration.ms", "1000")
    eventually(lambda: not active(), "the producer is forgotten")
    # its next batch may start anywhere: nobody knows what came before
    assert broker.produce(topic, batch([b"b"], sequence=5, **ids)).error == 0
    assert broker.end_offset(topic) == 2
