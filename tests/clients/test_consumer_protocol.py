"""The newer protocol of consumer groups (KIP-848): librdkafka, the Java client, both at once."""

from __future__ import annotations

import contextlib
import re
import subprocess
from typing import TYPE_CHECKING

import pytest
from confluent_kafka import (
    Consumer,
    ConsumerGroupState,
    ConsumerGroupType,
    Producer,
    TopicPartition,
)
from javatools import JVM, JavaTools
from members import NEW, member, numbers, poll_all
from records import WAIT_SECONDS, eventually

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

TOOLS = "org.apache.kafka.tools"
GROUPS = f"{TOOLS}.consumer.group.ConsumerGroupCommand"
CONSOLE = f"{TOOLS}.consumer.ConsoleConsumer"
PARTITIONS = 6
pytestmark = pytest.mark.timeout(300)


@pytest.fixture
def join(bootstrap) -> Iterator[Callable[..., Consumer]]:
    """Makes members by a call, and closes those that are left."""
    with contextlib.ExitStack() as stack:

        def make(group: str, topic: str, **config: str) -> Consumer:
            made = member(bootstrap, group, topic, **config)
            stack.callback(made.close)
            return made

        yield make


@pytest.fixture
def described(admin):
    def describe(group: str):
        return admin.describe_consumer_groups([group])[group].result(WAIT_SECONDS)

    return describe


@pytest.fixture
def names(make_topic, unique) -> tuple[str, str]:
    """A new topic, and a name for a group."""
    return make_topic(partitions=PARTITIONS), unique("group")


def fill(bootstrap: str, topic: str, count: int) -> dict[int, list[bytes]]:
    """Numbers, spread over the partitions; returns what each partition then has."""
    producer = Producer({"bootstrap.servers": bootstrap})
    sent: dict[int, list[bytes]] = {number: [] for number in range(PARTITIONS)}
    for n in range(count):
        producer.produce(topic, b"%d" % n, partition=n % PARTITIONS)
        sent[n % PARTITIONS].append(b"%d" % n)
    assert producer.flush(WAIT_SECONDS) == 0
    return sent


@pytest.mark.parametrize("assignor", ["uniform", "range"])
def test_members_share_partitions_and_hand_over(names, bootstrap, join, described, assignor):
    """A member commits what it gives away, so each record is read once."""
    topic, group = names
    sent = fill(bootstrap, topic, 120)
    chosen = {**NEW, "group.remote.assignor": assignor, "enable.auto.commit": True}
    first = join(group, topic, **chosen)
    found = poll_all([first], lambda seen: len(seen[0]) == 60)
    second = join(group, topic, **chosen)
    both = [first, second]
    more = poll_all(
        both,
        lambda seen: [len(numbers(c)) for c in both] == [3, 3] and sum(map(len, seen)) >= 60,
    )
    assert numbers(first) | numbers(second) == set(range(PARTITIONS))
    if assignor == "range":
        assert sorted(map(min, map(numbers, both))) == [0, 3]
    values: dict[int, list[bytes]] = {number: [] for number in range(PARTITIONS)}
    for message in [*found[0], *more[0], *more[1]]:
        values[message.partition()].append(message.value())
    assert values == sent, "each record once, in order"
    assert described(group).type == ConsumerGroupType.CONSUMER
    assert described(group).partition_assignor == assignor
    second.close()
    poll_all([first], lambda _: len(numbers(first)) == PARTITIONS)


def test_a_regular_expression_follows_topics(make_topic, unique, join, admin):
    """The broker resolves it (RE2J in Apache Kafka): topics made later are assigned, too."""
    one = make_topic(partitions=2)
    stem = re.escape(one.rsplit("-", 2)[0])
    reader = join(unique("group"), f"^{stem}.*", **NEW)
    poll_all([reader], lambda _: {each.topic for each in reader.assignment()} == {one})
    two = make_topic(partitions=1)
    poll_all([reader], lambda _: {each.topic for each in reader.assignment()} == {one, two})
    admin.delete_topics([one])[one].result(WAIT_SECONDS)
    poll_all([reader], lambda _: {each.topic for each in reader.assignment()} == {two})


def test_a_static_member_comes_back_to_what_it_had(names, join):
    topic, group = names
    first = join(group, topic, **NEW, **{"group.instance.id": "one"})
    other = join(group, topic, **NEW, **{"group.instance.id": "two"})
    poll_all([first, other], lambda _: [len(numbers(c)) for c in (first, other)] == [3, 3])
    kept, others = numbers(first), numbers(other)
    first.close()
    again = join(group, topic, **NEW, **{"group.instance.id": "one"})
    poll_all([again, other], lambda _: len(numbers(again)) == 3)
    assert (numbers(again), numbers(other)) == (kept, others)


def test_a_group_changes_its_protocol_under_its_members(names, bootstrap, join, described):
    """Online upgrade and downgrade, as KIP-848 describes them."""
    topic, group = names
    fill(bootstrap, topic, 60)
    old = join(group, topic)
    poll_all([old], lambda seen: len(seen[0]) == 60)
    old.commit(asynchronous=False)
    assert described(group).type == ConsumerGroupType.CLASSIC

    new = join(group, topic, **NEW)
    both = [old, new]
    poll_all(both, lambda _: [len(numbers(c)) for c in both] == [3, 3])
    assert described(group).type == ConsumerGroupType.CONSUMER
    fill(bootstrap, topic, 60)
    seen = poll_all(both, lambda seen: sum(map(len, seen)) >= 60)
    assert sum(map(len, seen)) == 60, "what was committed before is not read again"
    assert all(seen)
    for each in both:
        each.commit(asynchronous=False)

    new.close()
    poll_all([old], lambda _: len(numbers(old)) == PARTITIONS)
    eventually(lambda: described(group).type == ConsumerGroupType.CLASSIC, "the downgrade")
    places = [TopicPartition(topic, number) for number in range(PARTITIONS)]
    assert [place.offset for place in old.committed(places, WAIT_SECONDS)] == [20] * PARTITIONS


def two_stable(group) -> bool:
    return len(group.members) == 2 and group.state == ConsumerGroupState.STABLE


def test_java_and_librdkafka_share_a_group(names, bootstrap, join, described):
    tools = JavaTools.assemble("4.3.1")
    topic, group = names
    mine = join(group, topic, **NEW)
    poll_all([mine], lambda _: len(numbers(mine)) == PARTITIONS)
    command = [
        *("java", *JVM, "-cp", f"{tools.libs}/*", CONSOLE, "--bootstrap-server", bootstrap),
        *("--topic", topic, "--group", group),
        *("--command-property", "group.protocol=consumer"),
        *("--command-property", "auto.offset.reset=earliest"),
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as java:
        try:
            poll_all([mine], lambda _: two_stable(described(group)))
            assert len(numbers(mine)) == 3
            shown = tools.run(
                GROUPS, "--bootstrap-server", bootstrap, "--describe", "--group", group, "--state"
            ).stdout
            assert re.search(rf"{re.escape(group)}\s.*\buniform\b.*\bStable\b.*\b2\b", shown)
            sent = fill(bootstrap, topic, 60)
            kept = numbers(mine)
            expected = {value for number in kept for value in sent[number]}
            (seen,) = poll_all([mine], lambda seen: len(seen[0]) >= len(expected))
            assert {message.value() for message in seen} == expected
            assert java.stdout is not None
            theirs = {java.stdout.readline().strip() for _ in range(60 - len(expected))}
            assert theirs == {v for number in sent for v in sent[number]} - expected
        finally:
            java.kill()
    poll_all([mine], lambda _: len(numbers(mine)) == PARTITIONS)
