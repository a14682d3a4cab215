"""librdkafka's producer and consumer: what goes in comes out, and groups share the work."""

from __future__ import annotations

import threading
import time

import pytest
from confluent_kafka import (
    OFFSET_INVALID,
    Consumer,
    KafkaError,
    KafkaException,
    Producer,
    TopicPartition,
)
from confluent_kafka.admin import OffsetSpec
from members import member, poll_all
from records import RECENT_MS, WAIT_SECONDS, consume, eventually, produce, read_partition

CODECS = ["none", "gzip", "snappy", "lz4", "zstd"]


@pytest.mark.parametrize("acks", ["0", "1", "all"])
@pytest.mark.parametrize("codec", CODECS)
def test_every_codec_and_acknowledgement(bootstrap, make_topic, acks, codec):
    topic = make_topic()
    values = [b"%d:" % n + b"payload " * (n % 50) for n in range(200)]
    delivered = produce(bootstrap, topic, values, acks=acks, compression_type=codec, linger_ms=20)
    assert len(delivered) == len(values)
    found = read_partition(bootstrap, topic, len(values))
    assert [message.value() for message in found] == values
    assert [message.offset() for message in found] == list(range(len(values)))
    if acks != "0":
        assert [message.offset() for message in delivered] == list(range(len(values)))


@pytest.mark.parametrize("stored", ["uncompressed", "gzip", "snappy", "lz4", "zstd"])
def test_a_topic_s_own_compression(admin, bootstrap, make_topic, stored):
    """Whatever a producer sends, the topic keeps it in its form, and times lead to records."""
    topic = make_topic(compression_type=stored, compression_gzip_level="9")
    sent: list[bytes] = []
    for codec in CODECS:
        config = {"compression.type": codec, "linger.ms": 1000, "bootstrap.servers": bootstrap}
        producer = Producer(config)
        for n in range(40):
            value = b"%s %d " % (codec.encode(), n) + b"again and " * n
            at = RECENT_MS + len(sent) * 1000
            producer.produce(topic, value, key=b"%d" % n, partition=0, timestamp=at)
            sent.append(value)
        assert producer.flush(WAIT_SECONDS) == 0
    found = read_partition(bootstrap, topic, len(sent))
    assert [message.value() for message in found] == sent
    assert [message.offset() for message in found] == list(range(len(sent)))
    assert [message.timestamp()[1] for message in found] == [
        RECENT_MS + n * 1000 for n in range(len(sent))
    ]
    partition = TopicPartition(topic, 0)
    for n in (0, 17, 55, 120, 199):
        spec = OffsetSpec.for_timestamp(RECENT_MS + n * 1000 - 1)
        answer = admin.list_offsets({partition: spec})[partition].result(WAIT_SECONDS)
        assert answer.offset == n


def test_nulls_headers_and_time_stamps(bootstrap, make_topic):
    topic = make_topic()
    producer = Producer({"bootstrap.servers": bootstrap})
    headers = [("a", b"1"), ("a", None), ("empty", b"")]
    producer.produce(topic, key=None, value=None, partition=0, timestamp=RECENT_MS + 1)
    producer.produce(topic, key=b"", value=b"", partition=0, timestamp=RECENT_MS + 2)
    producer.produce(topic, key="ключ".encode(), value=b"\0\xff", headers=headers, partition=0)
    assert producer.flush(WAIT_SECONDS) == 0
    first, second, third = read_partition(bootstrap, topic, 3)
    assert (first.key(), first.value(), first.timestamp()[1]) == (None, None, RECENT_MS + 1)
    assert (second.key(), second.value(), second.timestamp()[1]) == (b"", b"", RECENT_MS + 2)
    assert (third.key(), third.value()) == ("ключ".encode(), b"\0\xff")
    assert third.headers() == headers
    assert first.headers() is None


def test_an_idempotent_producer_keeps_order(bootstrap, make_topic):
    topic = make_topic(partitions=3)
    producer = Producer(
        {"bootstrap.servers": bootstrap, "enable.idempotence": True, "linger.ms": 2}
    )
    failed = []
    for n in range(6000):
        producer.produce(
            topic,
            b"%d" % n,
            partition=n % 3,
            on_delivery=lambda error, _: failed.append(error) if error else None,
        )
        producer.poll(0)
    assert producer.flush(WAIT_SECONDS) == 0
    assert not failed
    for partition in range(3):
        found = read_partition(bootstrap, topic, 2000, partition)
        assert [int(message.value()) for message in found] == list(range(partition, 6000, 3))


def test_keys_choose_partitions(bootstrap, make_topic):
    topic = make_topic(partitions=6)
    producer = Producer({"bootstrap.servers": bootstrap, "partitioner": "murmur2_random"})
    where: dict[bytes, set[int]] = {}
    for n in range(300):
        key = b"key-%d" % (n % 30)
        producer.produce(
            topic,
            b"v",
            key=key,
            on_delivery=lambda _, m: where.setdefault(m.key(), set()).add(m.partition()),
        )
    assert producer.flush(WAIT_SECONDS) == 0
    assert len(where) == 30
    assert all(len(partitions) == 1 for partitions in where.values())
    assert len(set.union(*where.values())) > 1


def test_a_record_larger_than_the_topic_allows(bootstrap, make_topic):
    topic = make_topic(max_message_bytes="2000")
    errors = []
    producer = Producer({"bootstrap.servers": bootstrap})
    for value in (b"x" * 5000, b"fits"):
        producer.produce(topic, value, on_delivery=lambda error, _: errors.append(error))
        assert producer.flush(WAIT_SECONDS) == 0
    assert [error and error.code() for error in errors] == [KafkaError.MSG_SIZE_TOO_LARGE, None]


def test_a_large_record_fits_a_small_fetch(bootstrap, make_topic):
    topic = make_topic(max_message_bytes="5000000")
    produce(bootstrap, topic, [b"z" * 3_000_000], message_max_bytes=5_000_000)
    consumer = Consumer(
        {
            "bootstrap.servers": bootstrap,
            "group.id": "unused",
            "fetch.message.max.bytes": 1000,
        }
    )
    consumer.assign([TopicPartition(topic, 0, 0)])
    try:
        (message,) = consume(consumer, 1)
        assert message.value() == b"z" * 3_000_000
    finally:
        consumer.close()


def test_offsets_by_time(admin, bootstrap, make_topic):
    topic = make_topic()
    producer = Producer({"bootstrap.servers": bootstrap})
    times = [RECENT_MS + step * 1000 for step in range(10)]
    for at in times:
        # One record a batch: the time index need not be finer than batches.
        producer.produce(topic, b"v", partition=0, timestamp=at)
        assert producer.flush(WAIT_SECONDS) == 0
    consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": "unused"})
    try:

        def offset_at(time_ms: int) -> int:
            asked = [TopicPartition(topic, 0, time_ms)]
            return consumer.offsets_for_times(asked, timeout=WAIT_SECONDS)[0].offset

        assert offset_at(0) == 0
        assert offset_at(times[4]) == 4
        assert offset_at(times[4] - 1) == 4
        assert offset_at(times[4] + 1) == 5
        # Past the last record librdkafka says "end of the log".
        assert offset_at(times[-1] + 1) == OFFSET_INVALID + 1000
        low, high = consumer.get_watermark_offsets(TopicPartition(topic, 0), timeout=WAIT_SECONDS)
        assert (low, high) == (0, 10)
    finally:
        consumer.close()
    partition = TopicPartition(topic, 0)
    for spec, offset in [
        (OffsetSpec.earliest(), 0),
        (OffsetSpec.latest(), 10),
        (OffsetSpec.max_timestamp(), 9),
        (OffsetSpec.for_timestamp(times[7]), 7),
    ]:
        answer = admin.list_offsets({partition: spec})[partition].result(WAIT_SECONDS)
        assert answer.offset == offset, spec


def out_of_range(bootstrap, topic, reset):
    """A consumer that starts where there is nothing."""
    consumer = Consumer(
        {"bootstrap.servers": bootstrap, "group.id": "unused", "auto.offset.reset": reset}
    )
    consumer.assign([TopicPartition(topic, 0, 77)])
    return consumer


def test_an_offset_out_of_range_starts_over(bootstrap, make_topic):
    topic = make_topic()
    produce(bootstrap, topic, [b"only"])
    consumer = out_of_range(bootstrap, topic, "earliest")
    try:
        assert [message.value() for message in consume(consumer, 1)] == [b"only"]
    finally:
        consumer.close()


def test_an_offset_out_of_range_goes_on_at_the_end(bootstrap, make_topic):
    topic = make_topic()
    produce(bootstrap, topic, [b"old"])
    consumer = out_of_range(bootstrap, topic, "latest")
    try:

        def found():
            produce(bootstrap, topic, [b"new"])
            return consumer.poll(0.5)

        first = eventually(found, "a record that came after the reset")
        assert (first.error(), first.value()) == (None, b"new")
    finally:
        consumer.close()


def test_an_offset_out_of_range_is_an_error_when_asked_for(bootstrap, make_topic):
    consumer = out_of_range(bootstrap, make_topic(), "error")
    try:

        def error():
            message = consumer.poll(0.5)
            return message and message.error()

        assert eventually(error, "the consumer is told").code() == KafkaError._AUTO_OFFSET_RESET
    finally:
        consumer.close()


def test_a_consumer_waits_for_what_comes(bootstrap, make_topic):
    """A long poll ends when there is something, not when its time is over."""
    topic = make_topic()
    consumer = Consumer(
        {"bootstrap.servers": bootstrap, "group.id": "unused", "fetch.wait.max.ms": 20_000}
    )
    consumer.assign([TopicPartition(topic, 0, 0)])
    try:
        assert consumer.poll(2) is None
        sent = []

        def send() -> None:
            sent.append(time.monotonic())
            produce(bootstrap, topic, [b"now"])

        thread = threading.Thread(target=send)
        thread.start()
        consume(consumer, 1)
        waited = time.monotonic() - sent[0]
        thread.join()
        assert waited < 10
    finally:
        consumer.close()


@pytest.mark.parametrize("assignor", ["range", "roundrobin", "cooperative-sticky"])
def test_members_share_partitions_and_take_over(bootstrap, make_topic, unique, assignor):
    topic, group = make_topic(partitions=6), unique("group")
    strategy = {"partition.assignment.strategy": assignor}
    first = member(bootstrap, group, topic, **strategy)
    try:
        poll_all([first], lambda _: len(first.assignment()) == 6)
        second = member(bootstrap, group, topic, **strategy)
        both = [first, second]
        poll_all(both, lambda _: [len(c.assignment()) for c in both] == [3, 3])
        mine = {partition.partition for partition in first.assignment()}
        yours = {partition.partition for partition in second.assignment()}
        assert mine | yours == set(range(6))
        second.close()
        poll_all([first], lambda _: len(first.assignment()) == 6)
    finally:
        first.close()


def test_a_group_goes_on_where_it_committed(bootstrap, make_topic, unique):
    topic, group = make_topic(), unique("group")
    values = [b"%d" % n for n in range(100)]
    produce(bootstrap, topic, values)
    reader = member(bootstrap, group, topic)
    try:
        seen = consume(reader, 40)
        where = TopicPartition(topic, 0, 40, metadata="note")
        assert reader.commit(offsets=[where], asynchronous=False)[0].error is None
        committed = reader.committed([TopicPartition(topic, 0)], timeout=WAIT_SECONDS)[0]
        assert (committed.offset, committed.metadata) == (40, "note")
    finally:
        reader.close()
    reader = member(bootstrap, group, topic)
    try:
        seen += consume(reader, 60)
        assert [message.value() for message in seen] == values
    finally:
        reader.close()


def test_an_unknown_group_has_no_offsets(bootstrap, make_topic, unique):
    topic = make_topic()
    consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": unique("group")})
    try:
        committed = consumer.committed([TopicPartition(topic, 0)], timeout=WAIT_SECONDS)[0]
        assert committed.offset == OFFSET_INVALID
    finally:
        consumer.close()


def test_a_dead_member_is_replaced_when_its_session_ends(bootstrap, make_topic, unique):
    topic, group = make_topic(partitions=2), unique("group")
    quick = {"session.timeout.ms": 6000, "heartbeat.interval.ms": 1000}
    silent = member(bootstrap, group, topic, **quick, **{"max.poll.interval.ms": 6000})
    try:
        poll_all([silent], lambda _: len(silent.assignment()) == 2)
        heir = member(bootstrap, group, topic, **quick)
        try:
            # `silent` polls no more: past max.poll.interval.ms it leaves the group by itself.
            poll_all([heir], lambda _: len(heir.assignment()) == 2)
        finally:
            heir.close()
    finally:
        silent.close()


def test_a_static_member_comes_back_without_a_rebalance(bootstrap, make_topic, unique):
    topic, group = make_topic(partitions=4), unique("group")
    static = {"group.instance.id": "one", "session.timeout.ms": 30_000}
    first = member(bootstrap, group, topic, **static)
    other = member(bootstrap, group, topic, **{**static, "group.instance.id": "two"})
    both = [first, other]
    poll_all(both, lambda _: [len(c.assignment()) for c in both] == [2, 2])
    kept = {partition.partition for partition in first.assignment()}
    first.close()
    again = member(bootstrap, group, topic, **static)
    try:
        poll_all([again, other], lambda _: len(again.assignment()) == 2)
        assert {partition.partition for partition in again.assignment()} == kept
        assert len(other.assignment()) == 2
    finally:
        again.close()
        other.close()


def test_a_commit_of_a_stranger_is_refused(bootstrap, make_topic, unique):
    """A consumer that is not a member may not commit to a group that has members."""
    topic, group = make_topic(), unique("group")
    produce(bootstrap, topic, [b"v"])
    reader = member(bootstrap, group, topic)
    stranger = Consumer({"bootstrap.servers": bootstrap, "group.id": group})
    try:
        consume(reader, 1)
        with pytest.raises(KafkaException) as refused:
            stranger.commit(offsets=[TopicPartition(topic, 0, 1)], asynchronous=False)
        assert refused.value.args[0].code() == KafkaError.UNKNOWN_MEMBER_ID
    finally:
        stranger.close()
        reader.close()


def test_a_pattern_finds_new_topics(bootstrap, make_topic, unique):
    group = unique("group")
    first = make_topic()
    prefix = first.split("-")[0]
    reader = member(bootstrap, group, f"^{prefix}.*", **{"topic.metadata.refresh.interval.ms": 500})
    try:
        poll_all([reader], lambda _: len(reader.assignment()) == 1)
        second = make_topic()
        poll_all([reader], lambda _: len(reader.assignment()) == 2)
        assert {partition.topic for partition in reader.assignment()} == {first, second}
    finally:
        reader.close()
