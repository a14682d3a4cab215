"""`headrace group`: consumer groups."""

from typing import Annotated, Any

import typer

from headrace.cli.errors import REFUSED, CliError
from headrace.cli.kafka import Session, offsets
from headrace.cli.options import BrokersOption, Format, FormatOption, TimeoutOption
from headrace.cli.output import emit, pairs, table

app = typer.Typer(
    help="List consumer groups and show their members, offsets and lag.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@app.command("list")
def list_(
    brokers: BrokersOption = None,
    timeout: TimeoutOption = 10,
    form: FormatOption = Format.TEXT,
) -> None:
    """List consumer groups and their states."""
    session = Session(brokers, timeout)
    future = session.call(lambda: session.admin().list_consumer_groups(request_timeout=timeout))
    result = session.call(future.result)
    if result.errors:
        session.fail(result.errors[0])
    groups = [
        {"group": entry.group_id, "state": entry.state.name.lower()}
        for entry in sorted(result.valid, key=lambda entry: entry.group_id)
    ]
    rows = [(entry["group"], entry["state"]) for entry in groups]
    emit(form, {"groups": groups}, table(("GROUP", "STATE"), rows))


@app.command("describe")
def describe(
    group: Annotated[str, typer.Argument(metavar="GROUP", help="Group id.")],
    brokers: BrokersOption = None,
    timeout: TimeoutOption = 10,
    form: FormatOption = Format.TEXT,
) -> None:
    """Show a group's state, its members, and per partition the committed offset and the lag."""
    session = Session(brokers, timeout)
    admin = session.admin()
    futures = session.call(lambda: admin.describe_consumer_groups([group], request_timeout=timeout))
    found = session.call(futures[group].result, group)
    members = [
        {
            "member_id": member.member_id,
            "client_id": member.client_id,
            "host": member.host,
            "partitions": [
                {"topic": place.topic, "partition": place.partition}
                for place in (member.assignment.topic_partitions if member.assignment else [])
            ],
        }
        for member in found.members
    ]
    partitions = _lag(session, admin, group, members)
    state = found.state.name.lower()
    if state == "dead" and not partitions:
        raise CliError(f"{group}: there is no such group", REFUSED)
    total = sum(entry["lag"] or 0 for entry in partitions)
    data: dict[str, Any] = {
        "group": group,
        "state": state,
        "coordinator": found.coordinator.id if found.coordinator else None,
        "assignor": found.partition_assignor or None,
        "members": members,
        "partitions": partitions,
        "total_lag": total,
    }
    head = pairs(
        [
            ("group", group),
            ("state", state),
            ("coordinator", data["coordinator"]),
            ("members", len(members)),
            ("total lag", total),
        ]
    )
    rows = [
        (
            p["topic"],
            p["partition"],
            p["committed_offset"],
            p["end_offset"],
            p["lag"],
            p["member_id"],
        )
        for p in partitions
    ]
    headers = ("TOPIC", "PARTITION", "COMMITTED", "END", "LAG", "MEMBER")
    emit(form, data, f"{head}\n\n{table(headers, rows)}" if rows else head)


def _lag(
    session: Session, admin: Any, group: str, members: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    """Committed offsets, ends and lag of all partitions that the group has committed or owns."""
    from confluent_kafka import ConsumerGroupTopicPartitions

    asked = [ConsumerGroupTopicPartitions(group)]
    futures = session.call(
        lambda: admin.list_consumer_group_offsets(asked, request_timeout=session.timeout_s)
    )
    committed: dict[tuple[str, int], int | None] = {
        (place.topic, place.partition): place.offset if place.offset >= 0 else None
        for place in session.call(futures[group].result, group).topic_partitions
    }
    owners: dict[tuple[str, int], str] = {}
    for member in members:
        for place in member["partitions"]:
            key = (place["topic"], place["partition"])
            owners[key] = member["member_id"]
            committed.setdefault(key, None)
    ends: dict[tuple[str, int], int | None] = {}
    for topic in {topic for topic, _ in committed}:
        numbers = [number for name, number in committed if name == topic]
        for number, end in offsets(session, admin, topic, numbers, "latest").items():
            ends[topic, number] = end
    rows = []
    for topic, number in sorted(committed):
        offset, end = committed[topic, number], ends.get((topic, number))
        lag = max(0, end - offset) if end is not None and offset is not None else None
        rows.append(
            {
                "topic": topic,
                "partition": number,
                "committed_offset": offset,
                "end_offset": end,
                "lag": lag,
                "member_id": owners.get((topic, number)),
            }
        )
    return rows
