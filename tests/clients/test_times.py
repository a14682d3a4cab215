"""Time stamps: whose they are, how far they may lie off, and what ListOffsets finds by them."""

from __future__ import annotations

import time
from functools import partial

import pytest
from anyrequest import fetch, list_offset, produce
from confluent_kafka import KafkaError, Producer, TopicPartition
from confluent_kafka.admin import AlterConfigOpType, ConfigEntry, ConfigResource
from rawkafka import batch
from records import RECENT_MS, WAIT_SECONDS, eventually, read_partition

HOUR_MS = 3_600_000
CREATE_TIME, LOG_APPEND_TIME = 1, 2
LATEST, EARLIEST, MAX_TIMESTAMP, EARLIEST_LOCAL, LATEST_TIERED, PENDING_UPLOAD = range(-1, -7, -1)
UNSUPPORTED_VERSION = KafkaError.UNSUPPORTED_VERSION


def delivered(bootstrap, topic, timestamp_ms):
    """The error of librdkafka's delivery of a record with this time stamp; None when it arrived."""
    errors = []
    producer = Producer({"bootstrap.servers": bootstrap})
    producer.produce(topic, b"v", timestamp=timestamp_ms, on_delivery=lambda e, _: errors.append(e))
    assert producer.flush(WAIT_SECONDS) == 0
    (error,) = errors
    return error and error.code()


def test_create_time_within_its_bounds(bootstrap, make_topic):
    bounds = {"before": str(2 * HOUR_MS), "after": str(HOUR_MS)}
    topic = make_topic(
        **{f"message_timestamp_{side}_max_ms": bound for side, bound in bounds.items()}
    )
    now_ms = int(time.time() * 1000)
    times = [now_ms - HOUR_MS, now_ms + HOUR_MS // 2]
    assert [delivered(bootstrap, topic, at) for at in times] == [None, None]
    for at in (now_ms - 3 * HOUR_MS, now_ms + 2 * HOUR_MS):
        assert delivered(bootstrap, topic, at) == KafkaError.INVALID_TIMESTAMP
    found = read_partition(bootstrap, topic, 2)
    assert [message.timestamp() for message in found] == [(CREATE_TIME, at) for at in times]


def test_the_record_out_of_bounds_is_named(at_leader, make_topic):
    """KIP-467: the answer says which record of the batch is wrong."""
    topic = make_topic(message_timestamp_before_max_ms=str(HOUR_MS))
    answer = produce(at_leader(topic), topic, batch([b"a"], timestamp_ms=1_000))
    assert answer.error_code == KafkaError.INVALID_TIMESTAMP
    assert [error.batch_index for error in answer.record_errors] == [0]
    assert answer.error_message


def test_log_append_time_has_no_bounds(bootstrap, make_topic):
    topic = make_topic(
        message_timestamp_type="LogAppendTime",
        message_timestamp_before_max_ms=str(HOUR_MS),
        message_timestamp_after_max_ms=str(HOUR_MS),
    )
    now_ms = int(time.time() * 1000)
    for at in (1_000, now_ms + 100 * HOUR_MS):
        assert delivered(bootstrap, topic, at) is None
    stamps = [message.timestamp() for message in read_partition(bootstrap, topic, 2)]
    assert {kind for kind, _ in stamps} == {LOG_APPEND_TIME}
    assert all(now_ms - HOUR_MS < at < now_ms + HOUR_MS for _, at in stamps)


def stored_time(broker, topic):
    """The largest time stamp in the header of the first batch."""
    return int.from_bytes(bytes(fetch(broker, topic).records)[35:43])


def test_the_producer_is_told_the_append_time(at_leader, make_topic):
    stamped, plain = make_topic(message_timestamp_type="LogAppendTime"), make_topic()
    answer = produce(at_leader(stamped), stamped, batch([b"v"], timestamp_ms=RECENT_MS))
    assert answer.log_append_time_ms > RECENT_MS
    assert stored_time(at_leader(stamped), stamped) == answer.log_append_time_ms
    assert produce(at_leader(plain), plain, batch([b"v"])).log_append_time_ms == -1


@pytest.mark.parametrize(
    ("timestamp", "known"),
    [
        (LATEST, (1, -1, 5)),
        (EARLIEST, (1, -1, 2)),
        (MAX_TIMESTAMP, (7, RECENT_MS + 9_000, 3)),
        (EARLIEST_LOCAL, (8, -1, 2)),
        (LATEST_TIERED, (9, -1, -1)),
        (PENDING_UPLOAD, (11, -1, -1)),
    ],
    ids=["latest", "earliest", "largest", "local", "tiered", "pending"],
)
def test_special_time_stamps(admin, at_leader, make_topic, timestamp, known):
    """-1 to -6, each in every version that knows it and refused in those before.

    `known`: the first version that knows it, the time stamp and the offset that it finds.
    """
    first_version, *expected = known
    topic = make_topic()
    broker = at_leader(topic)
    for at in (1_000, 2_000, 3_000, 9_000, 4_000):
        sent = batch([b"v"], timestamp_ms=RECENT_MS + at)
        assert broker.produce(topic, sent).error == 0
    start = TopicPartition(topic, 0, 2)
    assert admin.delete_records([start])[start].result(WAIT_SECONDS).low_watermark == 2
    for version in range(1, 12):
        found = list_offset(broker, topic, timestamp, version)
        if version < first_version:
            assert found.error_code == UNSUPPORTED_VERSION, version
        else:
            assert found.error_code == 0, version
            assert [found.timestamp, found.offset] == expected, version


def test_other_negative_time_stamps_are_refused(at_leader, make_topic):
    topic = make_topic()
    found = list_offset(at_leader(topic), topic, -7)
    assert found.error_code == UNSUPPORTED_VERSION


def test_old_records_go_when_somebody_looks_for_them(admin, at_leader, bootstrap, make_topic):
    """How often that is can be altered here; Apache Kafka reads it from a broker's file."""

    def look_every(value, operation=AlterConfigOpType.SET):
        key = "log.retention.check.interval.ms"
        entry = ConfigEntry(key, value, incremental_operation=operation)
        for node in admin.list_topics(timeout=WAIT_SECONDS).brokers:
            broker = ConfigResource("broker", str(node), incremental_configs=[entry])
            admin.incremental_alter_configs([broker])[broker].result(WAIT_SECONDS)

    topic = make_topic()
    assert delivered(bootstrap, topic, 1_000) is None
    look_every("1000")
    try:
        starts_at = partial(list_offset, at_leader(topic), topic, EARLIEST, 2)
        eventually(lambda: starts_at().offset == 1, "the record to go")
    finally:
        look_every(None, AlterConfigOpType.DELETE)
