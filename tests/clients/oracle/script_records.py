"""Requests about records: produce, fetch, offsets, leader epochs."""

from __future__ import annotations

import gzip
import struct
from typing import TYPE_CHECKING, Any

from conversation import Step
from rawkafka import batch, crc32c
from script_admin import KEPT, create, made

if TYPE_CHECKING:
    from conversation import Body, State

TOPIC = "records"
STAMP = 1_700_000_000_000
ABSENT = "00000000-0000-0000-0000-00000000beef"
ONE = batch([b"value"], timestamp_ms=STAMP)
THREE = batch([b"a", b"b", b"c"], timestamp_ms=STAMP)


def changed(data: bytes, at: int, new: bytes, *, seal: bool = True) -> bytes:
    """A batch with some bytes exchanged, and a checksum that fits again."""
    wrong = bytearray(data)
    wrong[at : at + len(new)] = new
    if seal:
        wrong[17:21] = struct.pack(">I", crc32c(bytes(wrong[21:])))
    return bytes(wrong)


def gzipped(data: bytes) -> bytes:
    """A batch with its records compressed."""
    body = gzip.compress(data[61:], mtime=0)
    packed = bytearray(data[:61] + body)
    packed[8:12] = struct.pack(">i", len(packed) - 12)
    return changed(bytes(packed), 21, b"\0\1")


def counted(*deltas: int) -> bytes:
    """A batch of three whose records have these offsets within it."""
    return batch([b"a", b"b", b"c"], timestamp_ms=STAMP, deltas=list(deltas))


# What no producer should send, each for a partition of its own.
ODD: list[tuple[str, bytes]] = [
    ("offsets that count backwards", counted(2, 1, 0)),
    ("an offset twice", counted(0, 0, 2)),
    ("offsets beyond the batch", counted(0, 1, 9)),
    ("compressed offsets that count backwards", gzipped(counted(2, 1, 0))),
    ("a compressed offset twice", gzipped(counted(0, 0, 2))),
    ("compressed offsets beyond the batch", gzipped(counted(0, 1, 9))),
    ("compressed, offsets that count", gzipped(THREE)),
    ("the times are of the append", changed(THREE, 21, b"\0\x08")),
    ("compressed, the times are of the append", changed(gzipped(THREE), 21, b"\0\x09")),
]
# What is produced: name, acks, records.
PRODUCED: list[tuple[str, int, bytes | None]] = [
    ("one record, acks all", -1, ONE),
    ("three records, acks 1", 1, THREE),
    ("acks 2", 2, ONE),
    ("no records", -1, b""),
    ("null records", -1, None),
    ("a wrong checksum", -1, changed(ONE, 61, b"\xff", seal=False)),
    ("a truncated batch", -1, ONE[:-3]),
    ("two batches", -1, ONE + ONE),
    ("magic 1", -1, changed(ONE, 16, b"\x01", seal=False)),
    ("magic 3", -1, changed(ONE, 16, b"\x03", seal=False)),
    ("a length beyond the data", -1, changed(ONE, 8, struct.pack(">i", 10_000), seal=False)),
    ("a negative length", -1, changed(ONE, 8, struct.pack(">i", -5), seal=False)),
    ("count that does not fit", -1, changed(ONE, 57, struct.pack(">i", 7))),
    ("last offset delta that does not fit", -1, changed(ONE, 23, struct.pack(">i", 9))),
    ("a control batch", -1, changed(ONE, 21, b"\x00\x20")),
    ("a transactional batch without a producer", -1, changed(ONE, 21, b"\x00\x10")),
    ("an unknown compression", -1, changed(ONE, 21, b"\x00\x07")),
    ("gzip that is none", -1, changed(ONE, 21, b"\x00\x01")),
    ("unused attribute bits", -1, changed(ONE, 21, b"\x7f\x00")),
    ("base offset 5", -1, changed(ONE, 0, struct.pack(">q", 5), seal=False)),
    ("a producer without a sequence", -1, batch([b"v"], producer_id=9, timestamp_ms=STAMP)),
    ("a sequence without a producer", -1, batch([b"v"], sequence=0, timestamp_ms=STAMP)),
    ("a time stamp in a far future", -1, batch([b"v"], timestamp_ms=4_000_000_000_000)),
    ("a time stamp below 0", -1, batch([b"v"], timestamp_ms=-5)),
    ("too large", -1, batch([b"x" * 1_100_000], timestamp_ms=STAMP)),
]


def produce(version: int, name: str, records: bytes | None, acks: int = -1, **where: Any) -> Step:
    """Produces to one partition, by name or by id as the version has it."""
    partition = where.pop("partition", 0)
    topic = where.pop("topic", TOPIC)
    rest = where

    def body(state: State) -> Body:
        return {
            "Acks": acks,
            "TimeoutMs": 5000,
            "TopicData": [
                {
                    "Name": topic,
                    "TopicId": state["ids"].get(topic, ABSENT),
                    "PartitionData": [{"Index": partition, "Records": records}],
                }
            ],
            **rest,
        }

    return Step(f"Produce v{version}: {name}", "Produce", version, body)


def fetch(version: int, name: str, offset: int, **extra: Any) -> Step:
    """Fetches one partition, by name or by id as the version has it."""
    topic, partition = extra.pop("topic", TOPIC), extra.pop("partition", 0)
    inner = extra.pop("inner", {})

    def body(state: State) -> Body:
        return {
            "MaxWaitMs": 100,
            "MinBytes": 1,
            "MaxBytes": 1_000_000,
            "SessionEpoch": -1,
            "Topics": [
                {
                    "Topic": topic,
                    "TopicId": state["ids"].get(topic, ABSENT),
                    "Partitions": [
                        {
                            "Partition": partition,
                            "FetchOffset": offset,
                            "PartitionMaxBytes": 1_000_000,
                            **inner,
                        }
                    ],
                }
            ],
            **extra,
        }

    return Step(f"Fetch v{version}: {name}", "Fetch", version, body)


def offsets(version: int, name: str, timestamp: int, **extra: Any) -> Step:
    """Asks one partition for an offset by time."""
    topic, partition = extra.pop("topic", TOPIC), extra.pop("partition", 0)
    inner = extra.pop("inner", {})
    partitions = [{"PartitionIndex": partition, "Timestamp": timestamp, **inner}]
    body = {"ReplicaId": -1, "Topics": [{"Name": topic, "Partitions": partitions}], **extra}
    return Step(f"ListOffsets v{version}: {name}", "ListOffsets", version, body)


def epochs(version: int, name: str, epoch: int, **extra: Any) -> Step:
    """Asks where an epoch of one partition ended."""
    topic, partition = extra.pop("topic", TOPIC), extra.pop("partition", 0)
    partitions = [{"Partition": partition, "LeaderEpoch": epoch, **extra}]
    body = {"ReplicaId": -1, "Topics": [{"Topic": topic, "Partitions": partitions}]}
    return Step(f"OffsetForLeaderEpoch v{version}: {name}", "OffsetForLeaderEpoch", version, body)


def steps() -> list[Step]:
    """In the order in which they are asked."""
    return [*produced(), *read()]


def last() -> list[Step]:
    """What only one of the two takes: the offsets of all that follows would differ."""
    script = [produce(12, "bytes behind the batch", ONE + b"xyz")]
    script += [
        create(7, "odd", "odd", validate=False, NumPartitions=len(ODD), Configs=KEPT),
        made("odd", ["odd"]),
    ]
    for partition, (name, records) in enumerate(ODD):
        where = {"topic": "odd", "partition": partition}
        script.append(produce(12, f"odd: {name}", records, **where))
        script.append(fetch(17, f"odd: {name}", 0, **where))
    return script


def produced() -> list[Step]:
    """Records in good and in bad form."""
    script = [produce(12, *(name, records, acks)) for name, acks, records in PRODUCED]
    script += [produce(v, "one record", ONE) for v in range(3, 14)]
    script += [produce(v, "no such topic", ONE, topic="absent") for v in (3, 9, 12, 13)]
    script += [produce(v, "no such partition", ONE, partition=99) for v in (3, 12, 13)]
    script += [
        produce(12, "partition -1", ONE, partition=-1),
        produce(12, "an empty topic name", ONE, topic=""),
        produce(12, "a bad topic name", ONE, topic="no good!"),
        produce(12, "no topics", None, TopicData=[]),
        produce(12, "nothing known of the producer", idempotent(77, 0, 0)),
        produce(12, "nothing known of the producer, sequence 5", idempotent(78, 0, 5)),
        produce(12, "in a gap of the sequence", idempotent(77, 0, 9)),
        produce(12, "a duplicate", idempotent(77, 0, 0)),
        produce(12, "an old epoch", idempotent(77, -1, 0)),
        produce(12, "next epoch, sequence 4", idempotent(77, 1, 4)),
        produce(12, "next epoch, sequence 0", idempotent(77, 1, 0)),
        produce(12, "the epoch before", idempotent(77, 0, 1)),
        produce(12, "compacted, no key", ONE, topic="compacted"),
        produce(12, "time of append", ONE, topic="append-time"),
        produce(12, "time of append, acks 1", THREE, 1, topic="append-time"),
        produce(12, "small", ONE, topic="small"),
        produce(12, "small, too large", batch([b"x" * 2000], timestamp_ms=STAMP), topic="small"),
        produce(12, "an internal topic", ONE, topic="__consumer_offsets"),
    ]
    return script


def read() -> list[Step]:
    """What was produced, read again, and where it begins and ends."""
    script = [fetch(v, "from the start", 0) for v in range(4, 19)]
    script += [fetch(v, "no such topic", 0, topic="absent") for v in (4, 12, 13, 18)]
    script += [fetch(v, "no such partition", 0, partition=99) for v in (4, 12, 13, 18)]
    script += [fetch(v, "beyond the end", 100_000) for v in (4, 12, 18)]
    script += [fetch(v, "offset -1", -1) for v in (4, 18)]
    script += [
        fetch(17, "read committed", 0, IsolationLevel=1),
        fetch(17, "isolation level 7", 0, IsolationLevel=7),
        fetch(17, "no bytes", 0, MaxBytes=0),
        fetch(17, "one byte of the partition", 0, inner={"PartitionMaxBytes": 1}),
        fetch(17, "an epoch to come", 0, inner={"CurrentLeaderEpoch": 1000}),
        fetch(17, "a new session", 0, SessionEpoch=0),
        fetch(17, "no such session", 0, SessionId=12345, SessionEpoch=3),
        fetch(17, "closes a session", 0, SessionId=12345, SessionEpoch=-1),
        fetch(17, "time of append", 0, topic="small"),
        fetch(12, "no topics", 0, Topics=[]),
        fetch(12, "min bytes above what there is", 0, MinBytes=900_000),
    ]
    script += [offsets(v, "the end", -1) for v in range(1, 12)]
    script += [offsets(v, "the start", -2) for v in (1, 6, 11)]
    script += [offsets(v, f"special {t}", t) for v in (7, 8, 9, 10, 11) for t in (-3, -4, -5, -6)]
    script += [
        offsets(v, f"at {name}", time)
        for v in (1, 6, 11)
        for name, time in (("the record's time", STAMP), ("later", STAMP * 2), ("0", 0))
    ]
    script += [
        offsets(11, "special -7", -7),
        offsets(11, "no such topic", -1, topic="absent"),
        offsets(1, "no such topic", -1, topic="absent"),
        offsets(11, "no such partition", -1, partition=99),
        offsets(11, "an epoch to come", -1, inner={"CurrentLeaderEpoch": 1000}),
        offsets(11, "read committed, the end", -1, IsolationLevel=1),
        offsets(11, "twice the same partition", -1, Topics=twice()),
        offsets(11, "an empty partition, its end", -1, partition=1),
        offsets(11, "an empty partition, by time", 5, partition=1),
        offsets(11, "an empty partition, largest time", -3, partition=1),
        offsets(11, "no topics", -1, Topics=[]),
    ]
    script += [epochs(v, "an epoch to come", 1000) for v in (2, 3, 4)]
    script += [
        epochs(4, "epoch -1", -1),
        epochs(4, "no such topic", 0, topic="absent"),
        epochs(4, "no such partition", 0, partition=99),
        epochs(4, "a current epoch to come", 0, CurrentLeaderEpoch=1000),
    ]
    return script


def idempotent(producer_id: int, epoch: int, sequence: int) -> bytes:
    """A batch of an idempotent producer."""
    return batch(
        [b"v"],
        producer_id=producer_id,
        producer_epoch=epoch,
        sequence=sequence,
        timestamp_ms=STAMP,
    )


def twice() -> list[Body]:
    """One partition, asked for two times."""
    partition = {"PartitionIndex": 0, "Timestamp": -1}
    return [{"Name": TOPIC, "Partitions": [partition, partition]}]
