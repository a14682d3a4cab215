"""What broken and wicked clients send: a clear end, a broker that lives, bounded memory."""

from __future__ import annotations

import os
import random
import socket
import struct
import time

import pytest
from confluent_kafka import KafkaError
from devcluster import forget_peak, peak_mib, resident_mib
from rawkafka import API_VERSIONS, METADATA, PRODUCE, RawConnection, batch, crc32c, string
from records import eventually, produce, read_partition

MIB = 1 << 20
# What one frame that is refused, or a few hundred connections, may cost for good: a request may
# decode into 64 MiB, and the allocator keeps pages of about that much for the next one;
GROWTH_MIB = 128
# what anything here may cost for a moment.
PEAK_MIB = 256
SEED = 20_261_123


@pytest.fixture
def node(dev_cluster):
    """A node; after the test it must be the same process, answer, and not have grown."""
    chosen = dev_cluster.node(0)
    before = resident_mib(chosen["pid"])
    forget_peak(chosen["pid"])
    yield chosen
    assert peak_mib(chosen["pid"]) < before + PEAK_MIB
    with RawConnection(chosen["kafka"]) as connection:
        assert connection.api_versions()
    eventually(
        lambda: resident_mib(chosen["pid"]) < before + GROWTH_MIB,
        f"memory is back below {before:.0f} + {GROWTH_MIB} MiB",
        seconds=30,
    )


@pytest.mark.parametrize("length", [200 * MIB, 2**31 - 1, -1, -(2**31), 0, 7])
def test_a_frame_length_that_cannot_be(node, length):
    with RawConnection(node["kafka"]) as connection:
        connection.send(struct.pack(">i", length))
        if length > 0:
            connection.send(b"\0" * 7)
        assert connection.is_closed_by_broker()


def test_a_200_mb_frame_that_is_really_sent(node):
    before = resident_mib(node["pid"])
    piece = os.urandom(MIB)
    with RawConnection(node["kafka"]) as connection:
        connection.send(struct.pack(">i", 200 * MIB))
        sent = 0
        try:
            while sent < 200:
                connection.send(piece)
                sent += 1
        except ConnectionError:
            pass
        assert sent < 200
    assert peak_mib(node["pid"]) < before + GROWTH_MIB


def test_many_random_streams(node):
    dice = random.Random(SEED)
    for _ in range(200):
        with RawConnection(node["kafka"]) as connection:
            connection.socket.settimeout(0.05)
            try:
                connection.send(dice.randbytes(dice.randrange(1, 4000)))
                connection.socket.shutdown(socket.SHUT_WR)
                while connection.socket.recv(65536):
                    pass
            except (ConnectionError, TimeoutError):
                pass


def test_random_bodies_behind_sound_headers(node):
    """Every API and version the broker names, with a body of random bytes."""
    dice = random.Random(SEED)
    with RawConnection(node["kafka"]) as connection:
        versions = connection.api_versions()
    for key, (low, high) in versions.items():
        for version in range(low, high + 1):
            with RawConnection(node["kafka"], timeout=0.2) as connection:
                body = dice.randbytes(dice.randrange(200))
                try:
                    connection.send(connection.frame(key, version, body, flexible=True))
                    connection.receive(4)
                except (ConnectionError, TimeoutError):
                    pass


@pytest.mark.parametrize(
    ("key", "version", "body", "flexible"),
    [
        (METADATA, 1, struct.pack(">i", 2**31 - 1), False),
        (METADATA, 12, b"\xff\xff\xff\xff\x0f\0", True),
        (PRODUCE, 3, string(None) + struct.pack(">hii", -1, 1000, 2**31 - 1), False),
        (PRODUCE, 9, b"\0\xff\xff\0\0\x03\xe8\xff\xff\xff\xff\x0f", True),
        (API_VERSIONS, 3, b"\xff\xff\xff\xff\x0f", True),
    ],
)
def test_lengths_that_claim_more_than_there_is(node, key, version, body, flexible):
    with RawConnection(node["kafka"]) as connection:
        connection.send(connection.frame(key, version, body, flexible=flexible))
        if key == API_VERSIONS:
            return
        assert connection.is_closed_by_broker()


def test_many_tiny_elements(node):
    """Elements of two bytes that take fifty in memory: the broker stops long before they do."""
    count = 20 * MIB
    with RawConnection(node["kafka"]) as connection:
        body = struct.pack(">i", count) + b"\0" * (2 * count)
        try:
            connection.send(connection.frame(METADATA, 0, body))
            assert connection.is_closed_by_broker()
        except ConnectionError:
            pass


def test_half_a_frame_and_then_nothing(node):
    """Connections that stall hold no more than the bytes they sent, and harm nobody else."""
    stalled = [RawConnection(node["kafka"]) for _ in range(100)]
    try:
        for connection in stalled:
            connection.send(struct.pack(">i", 50 * MIB) + b"\0\3\0\1")
        before = resident_mib(node["pid"])
        started = time.monotonic()
        with RawConnection(node["kafka"]) as connection:
            assert connection.api_versions()
        assert time.monotonic() - started < 5
        assert resident_mib(node["pid"]) < before + GROWTH_MIB
    finally:
        for connection in stalled:
            connection.socket.close()


def test_a_client_that_reads_no_answers(node):
    """Answers pile up to a bound; then the broker stops reading, and others are served."""
    with RawConnection(node["kafka"]) as greedy:
        greedy.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        greedy.socket.settimeout(2)
        frame = greedy.frame(METADATA, 1, struct.pack(">i", -1))
        try:
            for _ in range(200_000):
                greedy.send(frame)
        except (TimeoutError, ConnectionError):
            pass
        with RawConnection(node["kafka"]) as connection:
            assert connection.api_versions()


@pytest.fixture
def leader(bootstrap, make_topic):
    topic = make_topic()
    with RawConnection(bootstrap.split(",")[0]) as connection:
        address = connection.leader_of(topic)
    assert address is not None
    with RawConnection(address) as connection:
        yield topic, connection


def damage(records: bytes, at: int, value: bytes) -> bytes:
    return records[:at] + value + records[at + len(value) :]


GOOD = batch([b"good"] * 3)
# Kafka says "corrupt" or "invalid" by how far it could read; to a client both are final.
REFUSED = {KafkaError.INVALID_MSG, KafkaError.INVALID_RECORD}


@pytest.mark.parametrize(
    ("records", "codes"),
    [
        (damage(GOOD, len(GOOD) - 3, b"\x55"), {KafkaError.INVALID_MSG}),
        (damage(GOOD, 17, b"\0\0\0\0"), {KafkaError.INVALID_MSG}),
        (damage(GOOD, 16, b"\1"), REFUSED),
        (damage(GOOD, 8, struct.pack(">i", 2**31 - 1)), REFUSED | {KafkaError.UNKNOWN}),
        (damage(GOOD, 8, struct.pack(">i", 3)), REFUSED),
        (GOOD[:40], REFUSED),
        (batch([b"x"], attributes=0x20), {KafkaError.INVALID_RECORD}),
        (GOOD + GOOD, {KafkaError.INVALID_RECORD}),
    ],
    ids=["payload", "checksum", "magic", "long", "short", "cut", "control", "two"],
)
def test_a_batch_that_is_not_sound(leader, bootstrap, records, codes):
    topic, broker = leader
    refused = broker.produce(topic, records)
    assert refused.error in codes
    assert broker.end_offset(topic) == 0
    produce(bootstrap, topic, [b"after"])
    assert [m.value() for m in read_partition(bootstrap, topic, 1)] == [b"after"]


def test_raft_only_batches_cannot_be_sent(leader):
    """A control batch with a last offset delta of -1 is ours alone: it would take no offset."""
    topic, broker = leader
    sound = batch([b"x"], attributes=0x20)
    forged = sound[:23] + struct.pack(">i", -1) + sound[27:]
    forged = forged[:17] + struct.pack(">I", crc32c(forged[21:])) + forged[21:]
    assert broker.produce(topic, forged).error != 0
    assert broker.end_offset(topic) == 0


def test_connections_come_and_go(node):
    for _ in range(300):
        socket.create_connection(("127.0.0.1", int(node["kafka"].rsplit(":", 1)[1])), 5).close()
