"""`headrace topic trim`: old records deleted before their retention is over."""

from typing import Annotated

import typer

from headrace.cli.errors import REFUSED, CliError
from headrace.cli.kafka import Session, refusal
from headrace.cli.options import BrokersOption, Format, FormatOption, TimeoutOption
from headrace.cli.output import emit, table


def trim(
    topic: Annotated[str, typer.Argument(metavar="TOPIC", help="Topic name.")],
    before: Annotated[
        int, typer.Option("--before", help="The first offset that is kept. -1: keep none.", min=-1)
    ],
    partitions: Annotated[
        list[int] | None,
        typer.Option(
            "--partition",
            "-p",
            help="Only this partition. May be given several times.",
            show_default=False,
        ),
    ] = None,
    brokers: BrokersOption = None,
    timeout: TimeoutOption = 30,
    form: FormatOption = Format.TEXT,
) -> None:
    """Delete the records below an offset, at once and for good."""
    from confluent_kafka import KafkaException, TopicPartition

    session = Session(brokers, timeout)
    admin = session.admin()
    found = session.call(lambda: admin.list_topics(topic=topic, timeout=timeout)).topics[topic]
    if found.error is not None:
        session.fail(found.error, topic)
    wanted = [TopicPartition(topic, number, before) for number in partitions or found.partitions]
    futures = session.call(
        lambda: admin.delete_records(wanted, operation_timeout=timeout, request_timeout=timeout)
    )
    trimmed: list[dict[str, int]] = []
    failed: list[str] = []
    for place, future in sorted(futures.items(), key=lambda item: item[0].partition):
        try:
            start = future.result().low_watermark
            trimmed.append({"partition": place.partition, "start_offset": start})
        except KafkaException as error:
            failed.append(f"{topic}/{place.partition}: {refusal(error.args[0])}")
    if trimmed or not failed:
        rows = [(entry["partition"], entry["start_offset"]) for entry in trimmed]
        emit(form, {"name": topic, "partitions": trimmed}, table(("PARTITION", "START"), rows))
    if failed:
        raise CliError("\n".join(failed), REFUSED)
