"""`headrace topic`: topics of a cluster."""

from typing import Annotated, Any

import typer

from headrace.cli.consume import consume
from headrace.cli.errors import REFUSED, USAGE, CliError
from headrace.cli.kafka import Session, offsets, refusal
from headrace.cli.options import BrokersOption, Format, FormatOption, TimeoutOption
from headrace.cli.output import emit, pairs, table
from headrace.cli.produce import produce
from headrace.cli.trim import trim

app = typer.Typer(
    help="Create, list, describe and delete topics; produce and consume records.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
app.command("produce")(produce)
app.command("consume")(consume)
app.command("trim")(trim)

# Configurations of the topic itself; others come from the cluster or are defaults.
TOPIC_SOURCE = "dynamic_topic"

TopicsArgument = Annotated[list[str], typer.Argument(metavar="TOPIC…", help="Topic names.")]


def topic_configs(assignments: list[str]) -> dict[str, str]:
    """`["retention.ms=1000"]` as a mapping. Raises CliError."""
    configs: dict[str, str] = {}
    for assignment in assignments:
        key, sign, value = assignment.partition("=")
        if not sign or not key:
            raise CliError(f"--topic-config {assignment}: write KEY=VALUE", USAGE)
        configs[key] = value
    return configs


@app.command("create")
def create(
    topics: TopicsArgument,
    partitions: Annotated[
        int, typer.Option("--partitions", "-p", help="-1: the cluster's default.", min=-1)
    ] = -1,
    replicas: Annotated[
        int, typer.Option("--replicas", "-r", help="-1: the cluster's default.", min=-1)
    ] = -1,
    configs: Annotated[
        list[str] | None,
        typer.Option(
            "--topic-config",
            "-c",
            metavar="KEY=VALUE",
            help="A topic configuration, e.g. retention.ms=60000. May be given several times.",
            show_default=False,
        ),
    ] = None,
    if_not_exists: Annotated[
        bool, typer.Option("--if-not-exists", help="A topic that exists already is no error.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Let the cluster check the request, create nothing.")
    ] = False,
    brokers: BrokersOption = None,
    timeout: TimeoutOption = 30,
    form: FormatOption = Format.TEXT,
) -> None:
    """Create topics."""
    from confluent_kafka import KafkaError, KafkaException
    from confluent_kafka.admin import NewTopic  # type: ignore[attr-defined]

    session = Session(brokers, timeout)
    wanted = topic_configs(configs or [])
    new = [
        NewTopic(name, num_partitions=partitions, replication_factor=replicas, config=wanted)
        for name in topics
    ]
    futures = session.call(
        lambda: session.admin().create_topics(
            new, operation_timeout=timeout, request_timeout=timeout, validate_only=dry_run
        )
    )
    created: list[str] = []
    existed: list[str] = []
    for name, future in futures.items():
        try:
            future.result()
            created.append(name)
        except KafkaException as error:
            exists = error.args[0].code() == KafkaError.TOPIC_ALREADY_EXISTS
            if not (exists and if_not_exists):
                session.fail(error.args[0], name)
            existed.append(name)
    verb = "would create" if dry_run else "created"
    lines = [f"{verb} {name}" for name in created] + [f"{name} exists already" for name in existed]
    emit(form, {"created": created, "existed": existed, "dry_run": dry_run}, "\n".join(lines))


@app.command("list")
def list_(
    internal: Annotated[
        bool, typer.Option("--internal", "-i", help="Also topics whose name starts with __.")
    ] = False,
    brokers: BrokersOption = None,
    timeout: TimeoutOption = 10,
    form: FormatOption = Format.TEXT,
) -> None:
    """List topics with their partitions and replicas."""
    session = Session(brokers, timeout)
    metadata = session.call(lambda: session.admin().list_topics(timeout=timeout))
    found = [
        {
            "name": name,
            "partitions": len(topic.partitions),
            "replicas": max((len(p.replicas) for p in topic.partitions.values()), default=0),
        }
        for name, topic in sorted(metadata.topics.items())
        if internal or not name.startswith("__")
    ]
    rows = [(entry["name"], entry["partitions"], entry["replicas"]) for entry in found]
    emit(form, {"topics": found}, table(("NAME", "PARTITIONS", "REPLICAS"), rows))


@app.command("describe")
def describe(
    topic: Annotated[str, typer.Argument(metavar="TOPIC", help="Topic name.")],
    brokers: BrokersOption = None,
    timeout: TimeoutOption = 10,
    form: FormatOption = Format.TEXT,
) -> None:
    """Show a topic's partitions (leader, replicas, offsets) and its configuration."""
    session = Session(brokers, timeout)
    admin = session.admin()
    metadata = session.call(lambda: admin.list_topics(topic=topic, timeout=timeout))
    found = metadata.topics[topic]
    if found.error is not None:
        session.fail(found.error, topic)
    numbers = sorted(found.partitions)
    starts = offsets(session, admin, topic, numbers, "earliest")
    ends = offsets(session, admin, topic, numbers, "latest")
    partitions = [
        {
            "partition": number,
            "leader": found.partitions[number].leader,
            "replicas": list(found.partitions[number].replicas),
            "in_sync": list(found.partitions[number].isrs),
            "start_offset": starts.get(number),
            "end_offset": ends.get(number),
        }
        for number in numbers
    ]
    configs = _configs(session, admin, topic, timeout)
    rows = [
        (
            p["partition"],
            p["leader"],
            p["replicas"],
            p["in_sync"],
            p["start_offset"],
            p["end_offset"],
        )
        for p in partitions
    ]
    headers = ("PARTITION", "LEADER", "REPLICAS", "IN-SYNC", "START", "END")
    overridden = [(c["name"], c["value"]) for c in configs if c["source"] == TOPIC_SOURCE]
    text = table(headers, rows) + (f"\n\n{pairs(overridden)}" if overridden else "")
    emit(form, {"name": topic, "partitions": partitions, "configs": configs}, text)


def _configs(session: Any, admin: Any, topic: str, timeout: float) -> list[dict[str, Any]]:
    from confluent_kafka.admin import (  # type: ignore[attr-defined]
        ConfigResource,
        ConfigSource,
    )

    resource = ConfigResource(ConfigResource.Type.TOPIC, topic)
    futures = session.call(lambda: admin.describe_configs([resource], request_timeout=timeout))
    found = session.call(next(iter(futures.values())).result, topic)
    return [
        {
            "name": name,
            "value": entry.value,
            "source": ConfigSource(entry.source).name.lower().removesuffix("_config"),
        }
        for name, entry in sorted(found.items())
    ]


@app.command("delete")
def delete(
    topics: TopicsArgument,
    brokers: BrokersOption = None,
    timeout: TimeoutOption = 30,
    form: FormatOption = Format.TEXT,
) -> None:
    """Delete topics and their records, at once and for good."""
    from confluent_kafka import KafkaException

    session = Session(brokers, timeout)
    futures = session.call(
        lambda: session.admin().delete_topics(
            topics, operation_timeout=timeout, request_timeout=timeout
        )
    )
    deleted: list[str] = []
    failed: list[tuple[str, KafkaException]] = []
    for name, future in futures.items():
        try:
            future.result()
            deleted.append(name)
        except KafkaException as error:
            failed.append((name, error))
    if deleted:
        emit(form, {"deleted": deleted}, "\n".join(f"deleted {name}" for name in deleted))
    if len(failed) == 1:
        session.fail(failed[0][1].args[0], failed[0][0])
    if failed:
        lines = [f"{name}: {refusal(error.args[0])}" for name, error in failed]
        raise CliError("\n".join(lines), REFUSED)
