"""`headrace topic produce`: a record for each line of standard input."""

import json
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Annotated, Any, BinaryIO

import typer

from headrace.cli.errors import FAILED, USAGE, CliError
from headrace.cli.kafka import Session
from headrace.cli.options import BrokersOption, Format, FormatOption, TimeoutOption
from headrace.cli.output import note

# A line longer than this is not a record: brokers take no batch near this size.
LINE_MAX_BYTES = 64 * 1024 * 1024
POLL_SECONDS = 0.2
# What a last retry may take beyond the delivery timeout.
FLUSH_EXTRA_S = 5
TOPIC_ATTEMPTS = 5

FileOption = Annotated[
    Path | None,
    typer.Option(
        "--file",
        "-f",
        help="Read lines from here instead of standard input.",
        exists=True,
        dir_okay=False,
        show_default=False,
    ),
]
KeyOption = Annotated[
    str | None,
    typer.Option(
        "--key", "-k", help="One key for all records; a line is then all value.", show_default=False
    ),
]
DelimiterOption = Annotated[
    str, typer.Option("--delimiter", help="What parts key from value; empty: no keys.")
]
HeadersOption = Annotated[
    list[str] | None,
    typer.Option(
        "--header", "-H", metavar="NAME=VALUE", help="A header of every record.", show_default=False
    ),
]
PartitionOption = Annotated[
    int, typer.Option("--partition", "-p", min=-1, help="-1: by the key's hash.")
]
AcksOption = Annotated[
    str, typer.Option("--acks", help="all: on disk on a majority; 1: on the leader's; 0: sent.")
]
CompressionOption = Annotated[
    str, typer.Option("--compression", "-z", help="none, gzip, snappy, lz4 or zstd.")
]


def produce(
    topic: Annotated[str, typer.Argument(metavar="TOPIC", help="Topic name.")],
    file: FileOption = None,
    key: KeyOption = None,
    delimiter: DelimiterOption = "\\t",
    headers: HeadersOption = None,
    partition: PartitionOption = -1,
    acks: AcksOption = "all",
    compression: CompressionOption = "none",
    brokers: BrokersOption = None,
    timeout: TimeoutOption = 30,
    form: FormatOption = Format.TEXT,
) -> None:
    """Produce a record for each line `KEY<TAB>VALUE`, or `VALUE` when the line has no tab.

    With acks=all the producer is idempotent: a retry makes no duplicate. --format json prints a
    line for each delivered record. Exit status 1 or 3 when a record could not be delivered.
    """
    if acks not in {"all", "-1", "1", "0"}:
        raise CliError(f"--acks {acks}: write all, 1 or 0", USAGE)
    conf = {
        "acks": acks,
        "enable.idempotence": acks in {"all", "-1"},
        "compression.type": compression,
        "delivery.timeout.ms": int(timeout * 1000),
        "linger.ms": 5,
    }
    parting = _Parting(delimiter.encode("utf-8").decode("unicode_escape").encode("latin-1"), key)
    fixed: dict[str, Any] = {"headers": _headers(headers or [])}
    if partition >= 0:
        fixed["partition"] = partition
    session = Session(brokers, timeout)
    producer = session.call(lambda: session.producer(**conf))
    _require_topic(session, producer, topic)
    deliveries = _Deliveries(form)
    with file.open("rb") if file is not None else sys.stdin.buffer as stream:
        for line in _lines(stream):
            record_key, value = parting.split(line)
            record = {"key": record_key, "value": value, "on_delivery": deliveries, **fixed}
            _enqueue(producer, topic, record)
            if deliveries.first_error is not None:
                break
        producer.flush(timeout + FLUSH_EXTRA_S)
    if form is Format.TEXT:
        note(f"{deliveries.delivered} records produced to {topic}")
    if deliveries.first_error is not None:
        session.fail(deliveries.first_error, f"{deliveries.failed} records not delivered")
    if len(producer) > 0:
        raise CliError(f"{len(producer)} records not delivered after {timeout:g} s", FAILED)


@dataclass(frozen=True)
class _Parting:
    """How a line becomes key and value."""

    delimiter: bytes
    fixed_key: str | None

    def split(self, line: bytes) -> tuple[bytes | None, bytes]:
        if self.fixed_key is not None:
            return self.fixed_key.encode("utf-8"), line
        if self.delimiter and self.delimiter in line:
            key, _, value = line.partition(self.delimiter)
            return key, value
        return None, line


def _lines(stream: BinaryIO) -> Iterator[bytes]:
    """Lines without their end. Raises CliError for one that is too long."""
    while line := stream.readline(LINE_MAX_BYTES + 1):
        if len(line) > LINE_MAX_BYTES:
            raise CliError(f"a line is longer than {LINE_MAX_BYTES} bytes")
        yield line.removesuffix(b"\n")


def _headers(assignments: list[str]) -> list[tuple[str, bytes]]:
    headers: list[tuple[str, bytes]] = []
    for assignment in assignments:
        name, sign, value = assignment.partition("=")
        if not sign or not name:
            raise CliError(f"--header {assignment}: write NAME=VALUE", USAGE)
        headers.append((name, value.encode("utf-8")))
    return headers


class _Deliveries:
    """Counts what came back and prints it."""

    def __init__(self, form: Format) -> None:
        self.form = form
        self.delivered = 0
        self.failed = 0
        self.first_error: Any = None

    def __call__(self, error: Any, message: Any) -> None:
        """confluent-kafka's delivery callback."""
        if error is not None:
            self.failed += 1
            self.first_error = self.first_error or error
            return
        self.delivered += 1
        if self.form is Format.JSON:
            place = {"partition": message.partition(), "offset": message.offset()}
            print(json.dumps({"topic": message.topic(), **place}))


def _require_topic(session: Session, producer: Any, topic: str) -> None:
    """Fails at once for a topic that does not exist, unless the cluster makes it now."""
    for attempt in range(TOPIC_ATTEMPTS):
        lookup = partial(producer.list_topics, topic, timeout=session.timeout_s)
        error = session.call(lookup).topics[topic].error
        if error is None:
            return
        if attempt + 1 == TOPIC_ATTEMPTS or not error.retriable():
            session.fail(error, topic)
        time.sleep(POLL_SECONDS)


def _enqueue(producer: Any, topic: str, record: dict[str, Any]) -> None:
    """Hands one record to the producer, waiting while its bounded queue is full."""
    while True:
        try:
            producer.produce(topic, **record)
        except BufferError:
            producer.poll(POLL_SECONDS)
        else:
            producer.poll(0)
            return
