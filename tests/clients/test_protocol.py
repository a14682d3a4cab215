"""Answers as they came on the wire: versions, sequences, epochs, codes that clients hide."""

from __future__ import annotations

import re
import struct
from pathlib import Path

import pytest
from anyrequest import fetch, produce
from confluent_kafka import (
    Consumer,
    KafkaError,
    KafkaException,
    TopicCollection,
    TopicPartition,
)
from confluent_kafka.admin import NewTopic
from rawkafka import API_VERSIONS, LIST_OFFSETS, PRODUCE, RawConnection, batch, string
from records import RECENT_MS, eventually, read_partition

PAGE = Path(__file__).parents[2] / "docs/protocol/api-versions.md"
SASL_HANDSHAKE, FIND_COORDINATOR, OFFSET_FOR_LEADER_EPOCH, FETCH = 17, 10, 23, 1
UNKNOWN_TOPIC = "there-is-no-such-topic"


@pytest.fixture
def first_broker(bootstrap):
    with RawConnection(bootstrap.split(",")[0]) as connection:
        yield connection


@pytest.fixture
def leader(bootstrap, make_topic):
    """A fresh topic of one partition and a connection to its leader."""
    topic = make_topic()

    def find():
        with RawConnection(bootstrap.split(",")[0]) as connection:
            return connection.leader_of(topic)

    with RawConnection(eventually(find, "a leader")) as connection:
        yield topic, connection


def test_every_node_answers_what_the_document_says(dev_cluster):
    """Only for our own: Apache Kafka serves more."""
    row = re.compile(r"^\| (\d+) \| \w+ \| ([\d-]+) \| ([\d-]+) \|", re.MULTILINE)
    documented = {}
    for key, named, _ in row.findall(PAGE.read_text()):
        if named != "-":
            low, _, high = named.partition("-")
            documented[int(key)] = (int(low), int(high or low))
    assert len(documented) > 20
    for node in dev_cluster.info["nodes"]:
        with RawConnection(node["kafka"]) as connection:
            assert connection.api_versions() == documented


def test_api_versions_of_an_unknown_version_falls_back(first_broker):
    answer = first_broker.request(API_VERSIONS, 99, b"\x04raw\x041.0\0", flexible=True)
    error, count = struct.unpack_from(">hi", answer)
    assert error == KafkaError.UNSUPPORTED_VERSION
    assert count == 1
    assert struct.unpack_from(">hhh", answer, 6) == (API_VERSIONS, 0, 4)
    assert len(answer) == 12
    # The connection lives on: this is how clients find the version to use.
    assert first_broker.api_versions()[API_VERSIONS] == (0, 4)


def test_api_versions_with_a_malformed_client_name(first_broker):
    answer = first_broker.request(API_VERSIONS, 3, b"\x05a b!\x041.0\0", flexible=True)
    assert struct.unpack_from(">h", answer)[0] == KafkaError.INVALID_REQUEST


@pytest.mark.parametrize("version", [3, 4])
def test_the_flexible_api_versions_has_the_old_header(first_broker, version):
    answer = first_broker.request(API_VERSIONS, version, b"\x04raw\x041.0\0", flexible=True)
    error, count = struct.unpack_from(">hB", answer)
    assert error == 0
    assert count > 20
    assert struct.unpack_from(">hhh", answer, 3) == (PRODUCE, 0, 13)


@pytest.mark.parametrize(
    ("key", "version"), [(PRODUCE, 2), (PRODUCE, 99), (FETCH, 3), (999, 0), (-5, 0)]
)
def test_other_unknown_versions_and_keys_end_the_connection(first_broker, key, version):
    first_broker.send(first_broker.frame(key, version, b"\0" * 32))
    assert first_broker.is_closed_by_broker()


def test_sasl_is_refused_with_a_reason(first_broker):
    answer = first_broker.request(SASL_HANDSHAKE, 1, string("PLAIN"))
    error = struct.unpack_from(">h", answer)[0]
    assert error in {KafkaError.UNSUPPORTED_SASL_MECHANISM, KafkaError.ILLEGAL_SASL_STATE}


def test_responses_keep_the_order_of_requests(first_broker):
    frames = [first_broker.frame(API_VERSIONS, 0, b"") for _ in range(20)]
    first_broker.send(b"".join(frames))
    ids = []
    for _ in frames:
        response = first_broker.receive(struct.unpack(">i", first_broker.receive(4))[0])
        ids.append(struct.unpack_from(">i", response)[0])
    assert ids == sorted(ids)


def test_a_repeated_batch_is_dropped_and_answered_with_its_old_offset(leader, bootstrap):
    topic, broker = leader
    producer_id, epoch = broker.init_producer_id()
    sent = []
    for number in range(5):
        records = batch(
            [b"%d-a" % number, b"%d-b" % number],
            producer_id=producer_id,
            producer_epoch=epoch,
            sequence=2 * number,
        )
        sent.append((records, broker.produce(topic, records)))
    assert [answer.error for _, answer in sent] == [0] * 5
    assert [answer.base_offset for _, answer in sent] == [0, 2, 4, 6, 8]
    for records, first in sent:
        assert broker.produce(topic, records) == first
    assert broker.end_offset(topic) == 10
    found = [message.value() for message in read_partition(bootstrap, topic, 10)]
    assert found == [b"%d-%s" % (n, half) for n in range(5) for half in (b"a", b"b")]


def test_a_gap_in_the_sequence_is_refused(leader):
    topic, broker = leader
    producer_id, epoch = broker.init_producer_id()
    ids = {"producer_id": producer_id, "producer_epoch": epoch}
    assert broker.produce(topic, batch([b"a"], sequence=0, **ids)).error == 0
    skipped = broker.produce(topic, batch([b"c"], sequence=2, **ids))
    assert skipped.error == KafkaError.OUT_OF_ORDER_SEQUENCE_NUMBER
    assert broker.produce(topic, batch([b"b"], sequence=1, **ids)).error == 0
    assert broker.end_offset(topic) == 2


def test_an_older_epoch_is_fenced(leader):
    topic, broker = leader
    producer_id, epoch = broker.init_producer_id()
    newer = batch([b"a"], producer_id=producer_id, producer_epoch=epoch + 1, sequence=0)
    assert broker.produce(topic, newer).error == 0
    older = batch([b"b"], producer_id=producer_id, producer_epoch=epoch, sequence=0)
    assert broker.produce(topic, older).error == KafkaError.INVALID_PRODUCER_EPOCH
    assert broker.end_offset(topic) == 1


def test_producer_ids_are_never_given_twice(bootstrap):
    given = []
    for address in bootstrap.split(",") * 3:
        with RawConnection(address) as broker:
            given.append(broker.init_producer_id())
    assert len({producer_id for producer_id, _ in given}) == len(given)
    assert {epoch for _, epoch in given} == {0}


def test_an_unknown_topic_or_partition(leader):
    topic, broker = leader
    for name, partition in [(UNKNOWN_TOPIC, 0), (topic, 7)]:
        answer = broker.produce(name, batch([b"v"]), partition=partition)
        assert answer.error == KafkaError.UNKNOWN_TOPIC_OR_PART


def test_only_the_leader_takes_records(leader, bootstrap):
    topic, broker = leader
    host, port = broker.socket.getpeername()
    for address in bootstrap.split(","):
        if address == f"{host}:{port}":
            continue
        with RawConnection(address) as follower:
            answer = follower.produce(topic, batch([b"v"]))
            assert answer.error == KafkaError.NOT_LEADER_FOR_PARTITION


def test_acks_that_do_not_exist(leader):
    topic, broker = leader
    answer = broker.produce(topic, batch([b"v"]), acks=2)
    assert answer.error == KafkaError.INVALID_REQUIRED_ACKS


def test_no_more_replicas_are_demanded_than_there_are(bootstrap, make_topic):
    """Kafka lowers min.insync.replicas to the replication factor when it counts."""
    topic = make_topic(replicas=1, min_insync_replicas="2")
    with RawConnection(bootstrap.split(",")[0]) as any_broker:
        address = any_broker.leader_of(topic)
    assert address is not None
    with RawConnection(address) as broker:
        assert broker.produce(topic, batch([b"v"]), acks=-1).error == 0


@pytest.mark.usefixtures("dev_cluster")
def test_what_is_not_honoured_is_refused(admin, unique):
    """Only for our own: a key of Kafka's without effect here is refused, not taken and ignored."""
    topic = unique("topic")
    new = NewTopic(topic, 1, 3, config={"unclean.leader.election.enable": "true"})
    with pytest.raises(KafkaException, match="never made leader") as refused:
        admin.create_topics([new])[topic].result(30)
    assert refused.value.args[0].code() == KafkaError.INVALID_CONFIG


def test_time_stamps_set_by_the_broker(bootstrap, make_topic):
    topic = make_topic(message_timestamp_type="LogAppendTime")
    with RawConnection(bootstrap.split(",")[0]) as any_broker:
        address = any_broker.leader_of(topic)
    assert address is not None
    old = RECENT_MS
    with RawConnection(address) as broker:
        assert broker.produce(topic, batch([b"v"], timestamp_ms=old)).error == 0
    (message,) = read_partition(bootstrap, topic, 1)
    kind, timestamp_ms = message.timestamp()
    assert kind == 2
    assert timestamp_ms > old


def test_both_ends_of_the_log(admin, leader):
    """What was deleted and what is not there yet is out of range; at the end there is nothing."""
    topic, broker = leader
    for _ in range(5):
        assert broker.produce(topic, batch([b"v"])).error == 0
    start = TopicPartition(topic, 0, 2)
    assert admin.delete_records([start])[start].result(30).low_watermark == 2
    answers = {offset: fetch(broker, topic, offset) for offset in (1, 2, 5, 6)}
    out_of_range = KafkaError.OFFSET_OUT_OF_RANGE
    assert {at: a.error_code for at, a in answers.items()} == {
        1: out_of_range,
        2: 0,
        5: 0,
        6: out_of_range,
    }
    assert (answers[2].log_start_offset, answers[2].high_watermark) == (2, 5)
    assert len(answers[2].records) == 3 * len(batch([b"v"]))
    assert not answers[5].records


def test_internal_topics_are_shown_and_closed(admin, at_leader, bootstrap, unique):
    """Listed as internal and readable; nobody but the cluster writes or makes them."""
    internal = "__consumer_offsets"
    group = Consumer({"bootstrap.servers": bootstrap, "group.id": unique("group")})
    try:
        # their first use makes them
        group.committed([TopicPartition(unique("topic"), 0)], timeout=30)
    finally:
        group.close()
    assert internal in admin.list_topics(timeout=30).topics
    found = admin.describe_topics(TopicCollection([internal]))[internal].result(30)
    assert found.is_internal
    broker = at_leader(internal)
    assert fetch(broker, internal).error_code == 0
    assert produce(broker, internal, batch([b"v"])).error_code == KafkaError.TOPIC_EXCEPTION
    made = admin.create_topics([NewTopic(internal, 1, 1)])[internal].exception(30)
    assert made.args[0].code() == KafkaError.TOPIC_ALREADY_EXISTS


def test_offsets_of_an_unknown_partition(leader):
    topic, broker = leader
    body = struct.pack(">i", -1) + struct.pack(">i", 1) + string(topic)
    answer = broker.request(LIST_OFFSETS, 1, body + struct.pack(">iiq", 1, 9, -1))
    error = struct.unpack_from(">ih", answer, 4 + 2 + len(topic) + 4)[1]
    assert error == KafkaError.UNKNOWN_TOPIC_OR_PART


def test_the_end_of_an_epoch(leader):
    """OffsetForLeaderEpoch v2: the epoch that leads now ends at the end of the log."""
    topic, broker = leader
    assert broker.produce(topic, batch([b"a", b"b"])).error == 0
    body = struct.pack(">i", 1) + string(topic) + struct.pack(">iiii", 1, 0, -1, 1 << 30)
    answer = broker.request(OFFSET_FOR_LEADER_EPOCH, 2, body)
    at = 4 + 4 + 2 + len(topic) + 4
    error, partition, epoch, end = struct.unpack_from(">hiiq", answer, at)
    assert (error, partition) == (0, 0)
    # An epoch that was never led has no end.
    assert (epoch, end) == (-1, -1)


def test_an_empty_group_id_has_no_coordinator(first_broker):
    answer = first_broker.request(FIND_COORDINATOR, 1, string("") + b"\0")
    assert struct.unpack_from(">h", answer, 4)[0] in {0, KafkaError.INVALID_GROUP_ID}
