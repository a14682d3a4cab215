"""`headrace topic consume`: records on standard output."""

import json
import sys
import time
from functools import partial
from typing import Annotated, Any

import typer

from headrace.cli.errors import FAILED, REFUSED, USAGE, CliError
from headrace.cli.kafka import Session, text_of
from headrace.cli.options import BrokersOption, Format, FormatOption, TimeoutOption

POLL_SECONDS = 0.2

OffsetOption = Annotated[
    str,
    typer.Option(
        "--offset",
        "-o",
        help="start, end, an offset, or -N for the last N of each partition. With --group: where a "
        "group without offsets begins, start or end.",
    ),
]
CountOption = Annotated[
    int | None,
    typer.Option("--num", "-n", min=1, help="Stop after so many records.", show_default=False),
]
GroupOption = Annotated[
    str | None,
    typer.Option("--group", "-g", help="Join this consumer group and commit.", show_default=False),
]
PartitionsOption = Annotated[
    list[int] | None,
    typer.Option(
        "--partition",
        "-p",
        min=0,
        help="Only this partition. May be given several times.",
        show_default=False,
    ),
]
UntilEndOption = Annotated[
    bool,
    typer.Option("--until-end", "-e", help="Stop at the end that the topics had at the start."),
]


def consume(
    topics: Annotated[list[str], typer.Argument(metavar="TOPIC…", help="Topic names.")],
    offset: OffsetOption = "start",
    count: CountOption = None,
    group: GroupOption = None,
    partitions: PartitionsOption = None,
    until_end: UntilEndOption = False,
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
            "--group goes with --offset start or end only, without --partition and --until-end",
            USAGE,
        )
    from_end = group is not None and offset == "end"
    conf = {
        "group.id": group or "headrace-cli",
        "auto.offset.reset": "latest" if from_end else "earliest",
        "enable.auto.commit": False,
        "allow.auto.create.topics": False,
        "fetch.wait.max.ms": 100,
    }
    session = Session(brokers, timeout)
    consumer = session.call(lambda: session.consumer(**conf))
    reading = _Reading(session, consumer, form, count)
    try:
        if group is not None:
            session.call(lambda: consumer.subscribe(topics))
            reading.read_group()
        else:
            ends = _assign(session, consumer, topics, partitions or [], offset)
            reading.read(ends if until_end else None)
    finally:
        consumer.close()


def _assign(
    session: Session, consumer: Any, topics: list[str], only: list[int], offset: str
) -> dict[tuple[str, int], int]:
    """Places the consumer. Returns where each partition ends that has records to read."""
    from confluent_kafka import TopicPartition

    start_at: list[TopicPartition] = []
    ends: dict[tuple[str, int], int] = {}
    deadline = time.monotonic() + session.timeout_s
    for topic in topics:
        metadata = session.call(partial(consumer.list_topics, topic, timeout=session.timeout_s))
        found = metadata.topics[topic]
        if found.error is not None:
            session.fail(found.error, topic)
        missing = [number for number in only if number not in found.partitions]
        if missing:
            raise CliError(f"{topic} has no partition {missing[0]}", REFUSED)
        for number in only or sorted(found.partitions):
            left_s = max(0.1, deadline - time.monotonic())
            place = TopicPartition(topic, number)
            low, high = session.call(
                partial(consumer.get_watermark_offsets, place, timeout=left_s), topic
            )
            first = _first_offset(offset, low, high)
            start_at.append(TopicPartition(topic, number, first))
            if first < high:
                ends[topic, number] = high
    session.call(lambda: consumer.assign(start_at))
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


class _Reading:
    """Reads from a placed consumer and prints."""

    def __init__(self, session: Session, consumer: Any, form: Format, count: int | None) -> None:
        self.session = session
        self.consumer = consumer
        self.form = form
        self.count = count
        self.seen = 0

    def _wants_more(self) -> bool:
        return self.count is None or self.seen < self.count

    def _next(self) -> Any:
        """The next record; None when none came within POLL_SECONDS. Raises CliError."""
        message = self.consumer.poll(POLL_SECONDS)
        if message is None or message.error() is None:
            return message
        if not message.error().retriable():
            self.session.fail(message.error(), "consume")
        return None

    def read_group(self) -> None:
        """Prints what the group is given until `count`, then commits what was printed."""
        try:
            while self._wants_more():
                message = self._next()
                if message is not None:
                    self._print(message)
        finally:
            sys.stdout.flush()
            if self.seen:
                commit = partial(self.consumer.commit, asynchronous=False)
                self.session.call(commit, "commit")

    def read(self, ends: dict[tuple[str, int], int] | None) -> None:
        """Prints records until `count` or, with `ends`, until each partition is at its end."""
        last_progress = time.monotonic()
        while self._wants_more() and (ends is None or ends):
            message = self._next()
            if message is not None:
                last_progress = time.monotonic()
                self._print_before(message, ends)
                continue
            if ends is None:
                continue
            self._drop_finished(ends)
            if ends and time.monotonic() - last_progress > self.session.timeout_s:
                left = ", ".join(f"{topic}/{number}" for topic, number in ends)
                raise CliError(
                    f"nothing came for {self.session.timeout_s:g} s, and {left} is not at its end",
                    FAILED,
                )

    def _print_before(self, message: Any, ends: dict[tuple[str, int], int] | None) -> None:
        """Prints a record unless it came after the end that was seen at the start."""
        if ends is None:
            self._print(message)
            return
        key = (message.topic(), message.partition())
        if key not in ends:
            return
        self._print(message)
        if message.offset() + 1 >= ends[key]:
            del ends[key]

    def _drop_finished(self, ends: dict[tuple[str, int], int]) -> None:
        """Forgets partitions read to their end: the last offsets may hold nothing to show."""
        from confluent_kafka import TopicPartition

        for place in self.consumer.position([TopicPartition(*key) for key in ends]):
            if place.offset >= ends[place.topic, place.partition]:
                del ends[place.topic, place.partition]

    def _print(self, message: Any) -> None:
        self.seen += 1
        if self.form is Format.JSON:
            print(json.dumps(_as_json(message), ensure_ascii=False), flush=True)
            return
        out = sys.stdout.buffer
        if message.key() is not None:
            out.write(message.key() + b"\t")
        out.write((message.value() or b"") + b"\n")
        out.flush()


def _as_json(message: Any) -> dict[str, Any]:
    kind, timestamp_ms = message.timestamp()
    return {
        "topic": message.topic(),
        "partition": message.partition(),
        "offset": message.offset(),
        "timestamp_ms": timestamp_ms if kind else None,
        "key": text_of(message.key()),
        "value": text_of(message.value()),
        "headers": [{"key": k, "value": text_of(v)} for k, v in message.headers() or []],
    }
