"""`headrace topic produce` and `consume`: records on standard input and output."""

import json
import sys
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, BinaryIO, Literal

import typer

from headrace.cli.errors import FAILED, REFUSED, USAGE, CliError
from headrace.cli.options import BrokersOption, Format, FormatOption, TimeoutOption
from headrace.cli.output import note

if TYPE_CHECKING:
    from headrace.cli.kafka import Session

# A line longer than this is not a record: brokers take no batch near this size.
LINE_MAX_BYTES = 64 * 1024 * 1024
POLL_SECONDS = 0.2


def session(brokers: str | None, timeout_s: float) -> "Session":
    """A session, imported late: confluent-kafka takes a while to load."""
    from headrace.cli.kafka import Session

    return Session(brokers, timeout_s)


def offsets(
    current: "Session",
    admin: Any,
    topic: str,
    partitions: list[int],
    which: Literal["earliest", "latest"],
) -> dict[int, int | None]:
    """Earliest or latest offset of each partition; None where it has no leader now."""
    from confluent_kafka import KafkaException, TopicPartition
    from confluent_kafka.admin import OffsetSpec  # type: ignore[attr-defined]

    if not partitions:
        return {}
    spec: Any = getattr(OffsetSpec, which)()
    asked = {TopicPartition(topic, number): spec for number in partitions}
    futures = current.call(lambda: admin.list_offsets(asked, request_timeout=current.timeout_s))
    found: dict[int, int | None] = {}
    for partition, future in futures.items():
        try:
            found[partition.partition] = int(future.result().offset)
        except KafkaException:
            found[partition.partition] = None
    return found


# -- produce ------------------------------------------------------------------------------------


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


def produce(
    topic: Annotated[str, typer.Argument(metavar="TOPIC", help="Topic name.")],
    file: Annotated[
        Path | None,
        typer.Option(
            "--file",
            "-f",
            help="Read lines from here instead of standard input.",
            exists=True,
            dir_okay=False,
            show_default=False,
        ),
    ] = None,
    key: Annotated[
        str | None,
        typer.Option(
            "--key",
            "-k",
            help="One key for all records; a line is then all value.",
            show_default=False,
        ),
    ] = None,
    delimiter: Annotated[
        str, typer.Option("--delimiter", help="What parts key from value; empty: no keys.")
    ] = "\\t",
    headers: Annotated[
        list[str] | None,
        typer.Option(
            "--header",
            "-H",
            metavar="NAME=VALUE",
            help="A header of every record.",
            show_default=False,
        ),
    ] = None,
    partition: Annotated[
        int, typer.Option("--partition", "-p", min=-1, help="-1: by the key's hash.")
    ] = -1,
    acks: Annotated[
        str, typer.Option("--acks", help="all: on disk on a majority; 1: on the leader's; 0: sent.")
    ] = "all",
    compression: Annotated[
        str, typer.Option("--compression", "-z", help="none, gzip, snappy, lz4 or zstd.")
    ] = "none",
    brokers: BrokersOption = None,
    timeout: TimeoutOption = 30,
    form: FormatOption = Format.TEXT,
) -> None:
    """Produce a record for each line `KEY<TAB>VALUE`, or `VALUE` when the line has no tab.

    With acks=all the producer is idempotent: a retry makes no duplicate. --format json prints a
    line for each delivered record. Exit status 1 or 3 when a record could not be delivered.
    """
    from headrace.cli.kafka import broker_list

    if acks not in {"all", "-1", "1", "0"}:
        raise CliError(f"--acks {acks}: write all, 1 or 0", USAGE)
    current = session(broker_list(brokers), timeout)
    producer = current.call(
        lambda: current.producer(
            **{
                "acks": acks,
                "enable.idempotence": acks in {"all", "-1"},
                "compression.type": compression,
                "delivery.timeout.ms": int(timeout * 1000),
                "linger.ms": 5,
            }
        )
    )
    split_at = delimiter.encode("utf-8").decode("unicode_escape").encode("latin-1")
    deliveries = _Deliveries(form)
    fixed = {"headers": _headers(headers or []), "on_delivery": deliveries}
    if partition >= 0:
        fixed["partition"] = partition
    stream = file.open("rb") if file is not None else sys.stdin.buffer
    with stream:
        for line in _lines(stream):
            record_key, value = _split(line, split_at, key)
            _enqueue(producer, topic, {"key": record_key, "value": value, **fixed})
            if deliveries.first_error is not None:
                break
        producer.flush(timeout + 5)
    left = len(producer)
    if form is Format.TEXT:
        note(f"{deliveries.delivered} records produced to {topic}")
    if deliveries.first_error is not None:
        current.fail(deliveries.first_error, f"{deliveries.failed} records not delivered")
    if left:
        raise CliError(f"{left} records not delivered after {timeout:g} s", FAILED)


def _split(line: bytes, delimiter: bytes, fixed_key: str | None) -> tuple[bytes | None, bytes]:
    if fixed_key is not None:
        return fixed_key.encode("utf-8"), line
    if delimiter and delimiter in line:
        key, _, value = line.partition(delimiter)
        return key, value
    return None, line


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


# -- consume ------------------------------------------------------------------------------------


def consume(
    topics: Annotated[list[str], typer.Argument(metavar="TOPIC…", help="Topic names.")],
    offset: Annotated[
        str,
        typer.Option(
            "--offset",
            "-o",
            help="start, end, an offset, or -N for the last N of each "
            "partition. With --group: where a group without offsets begins, start or end.",
        ),
    ] = "start",
    count: Annotated[
        int | None,
        typer.Option("--num", "-n", min=1, help="Stop after so many records.", show_default=False),
    ] = None,
    group: Annotated[
        str | None,
        typer.Option(
            "--group", "-g", help="Join this consumer group and commit.", show_default=False
        ),
    ] = None,
    partitions: Annotated[
        list[int] | None,
        typer.Option(
            "--partition",
            "-p",
            min=0,
            help="Only this partition. May be repeated.",
            show_default=False,
        ),
    ] = None,
    until_end: Annotated[
        bool,
        typer.Option("--until-end", "-e", help="Stop at the end that the topics had at the start."),
    ] = False,
    brokers: BrokersOption = None,
    timeout: TimeoutOption = 10,
    form: FormatOption = Format.TEXT,
) -> None:
    """Print records as `KEY<TAB>VALUE`, or as one JSON object a line.

    Without --num and --until-end it goes on until Ctrl-C. Keys and values that are not UTF-8 are
    printed as they are in text, and as {"base64": …} in JSON.
    """
    if group is not None and (partitions or until_end or offset not in {"start", "end"}):
        raise CliError(
            "--group goes with --offset start or end, not with --partition, --until-end "
            "or a number",
            USAGE,
        )
    current = session(brokers, timeout)
    consumer = current.call(
        lambda: current.consumer(
            **{
                "group.id": group or "headrace-cli",
                "auto.offset.reset": "latest"
                if group is not None and offset == "end"
                else "earliest",
                "enable.auto.commit": False,
                "enable.partition.eof": False,
                "allow.auto.create.topics": False,
                "fetch.wait.max.ms": 100,
            }
        )
    )
    try:
        if group is not None:
            current.call(lambda: consumer.subscribe(topics))
            _read(current, consumer, form, count, None, commit=True)
        else:
            ends = _assign(current, consumer, topics, partitions or [], offset)
            if not until_end or ends:
                _read(current, consumer, form, count, ends if until_end else None, commit=False)
    finally:
        consumer.close()


def _assign(
    current: "Session", consumer: Any, topics: list[str], only: list[int], offset: str
) -> dict[tuple[str, int], int]:
    """Places the consumer. Returns where each partition ends that has records to read."""
    from confluent_kafka import TopicPartition

    start_at: list[TopicPartition] = []
    ends: dict[tuple[str, int], int] = {}
    deadline = time.monotonic() + current.timeout_s
    for topic in topics:
        metadata = current.call(partial(consumer.list_topics, topic, timeout=current.timeout_s))
        found = metadata.topics[topic]
        if found.error is not None:
            current.fail(found.error, topic)
        missing = [number for number in only if number not in found.partitions]
        if missing:
            raise CliError(f"{topic} has no partition {missing[0]}", REFUSED)
        for number in only or sorted(found.partitions):
            left_s = max(0.1, deadline - time.monotonic())
            place = TopicPartition(topic, number)
            low, high = current.call(
                partial(consumer.get_watermark_offsets, place, timeout=left_s), topic
            )
            first = _first_offset(offset, low, high)
            start_at.append(TopicPartition(topic, number, first))
            if first < high:
                ends[topic, number] = high
    current.call(lambda: consumer.assign(start_at))
    return ends


def _first_offset(offset: str, low: int, high: int) -> int:
    """The offset that `--offset` means for a partition that holds `low` to `high`."""
    if offset == "start":
        return low
    if offset == "end":
        return high
    try:
        number = int(offset)
    except ValueError as error:
        raise CliError(f"--offset {offset}: write start, end, N or -N", USAGE) from error
    return max(low, high + number) if number < 0 else number


def _read(
    current: "Session",
    consumer: Any,
    form: Format,
    count: int | None,
    ends: dict[tuple[str, int], int] | None,
    *,
    commit: bool,
) -> None:
    """Prints records until `count`, until every partition of `ends`, or until interrupted."""
    seen = 0
    try:
        while (count is None or seen < count) and (ends is None or ends):
            message = consumer.poll(POLL_SECONDS)
            if message is None:
                if ends is not None:
                    _drop_finished(consumer, ends)
                continue
            if message.error() is not None:
                if message.error().retriable():
                    continue
                current.fail(message.error(), "consume")
            end = ends.get((message.topic(), message.partition())) if ends is not None else None
            if ends is None or (end is not None and message.offset() < end):
                _print_record(message, form)
                seen += 1
            if ends is not None and end is not None and message.offset() + 1 >= end:
                del ends[message.topic(), message.partition()]
    finally:
        sys.stdout.flush()
        if commit and seen:
            current.call(lambda: consumer.commit(asynchronous=False), "commit")


def _drop_finished(consumer: Any, ends: dict[tuple[str, int], int]) -> None:
    """Forgets partitions whose position has passed their end: the last offsets may be invisible."""
    from confluent_kafka import TopicPartition

    for place in consumer.position([TopicPartition(*key) for key in ends]):
        key = (place.topic, place.partition)
        if place.offset >= ends[key]:
            del ends[key]


def _print_record(message: Any, form: Format) -> None:
    from headrace.cli.kafka import text_of

    if form is Format.JSON:
        kind, timestamp_ms = message.timestamp()
        print(
            json.dumps(
                {
                    "topic": message.topic(),
                    "partition": message.partition(),
                    "offset": message.offset(),
                    "timestamp_ms": timestamp_ms if kind else None,
                    "key": text_of(message.key()),
                    "value": text_of(message.value()),
                    "headers": [
                        {"key": k, "value": text_of(v)} for k, v in message.headers() or []
                    ],
                },
                ensure_ascii=False,
            ),
            flush=True,
        )
        return
    out = sys.stdout.buffer
    if message.key() is not None:
        out.write(message.key() + b"\t")
    out.write((message.value() or b"") + b"\n")
    out.flush()
