"""Share groups (KIP-932) with the Java share consumer and Apache Kafka's own tool."""

from __future__ import annotations

import re
import subprocess
from concurrent.futures import ThreadPoolExecutor

import pytest
from confluent_kafka import Producer
from javatools import JavaTools
from records import WAIT_SECONDS, produce

TOOLS = "org.apache.kafka.tools"
GROUPS = f"{TOOLS}.consumer.group.ShareGroupCommand"
CONSUMER = f"{TOOLS}.consumer.ConsoleShareConsumer"
CONFIGS = "kafka.admin.ConfigCommand"
pytestmark = pytest.mark.timeout(600)


@pytest.fixture(scope="module")
def tools() -> JavaTools:
    return JavaTools.assemble("4.3.1")


@pytest.fixture
def ask(tools, dev_cluster):
    def run(tool: str, *args: str, status: int | None = 0) -> str:
        done = tools.run(tool, "--bootstrap-server", dev_cluster.bootstrap, *args, status=status)
        return done.stdout

    return run


@pytest.fixture
def group(ask, unique):
    """A share group that begins at the first record."""
    name = unique("share")
    entity = ("--entity-type", "groups", "--entity-name", name)
    ask(CONFIGS, *entity, "--alter", "--add-config", "share.auto.offset.reset=earliest")
    return name


def values(printed: str) -> list[str]:
    return [line for line in printed.splitlines() if line.startswith("v")]


def offsets(ask, group: str) -> dict[int, tuple[str, str]]:
    """Start offset and lag by partition."""
    shown = ask(GROUPS, "--describe", "--group", group)
    rows = re.findall(rf"^{re.escape(group)}\s+\S+\s+(\d+)\s+(\S+)\s+(\S+)", shown, re.MULTILINE)
    return {int(partition): (start, lag) for partition, start, lag in rows}


def test_members_share_a_topic(ask, dev_cluster, make_topic, group):
    topic = make_topic(partitions=2)
    sent = [f"v{n}" for n in range(300)]
    produce(dev_cluster.bootstrap, topic, [value.encode() for value in sent])
    read = ("--topic", topic, "--group", group, "--timeout-ms", "15000")
    with ThreadPoolExecutor(2) as both:
        printed = list(both.map(lambda _: ask(CONSUMER, *read, status=None), range(2)))
    assert sorted(value for one in printed for value in values(one)) == sorted(sent)


def test_the_share_groups_command(ask, dev_cluster, make_topic, group):
    topic = make_topic()
    produce(dev_cluster.bootstrap, topic, [b"v0", b"v1", b"v2"])
    read = ("--topic", topic, "--group", group, "--timeout-ms", "60000", "--max-messages", "3")
    assert values(ask(CONSUMER, *read)) == ["v0", "v1", "v2"]
    assert group in ask(GROUPS, "--list").split()
    assert re.search(r"\bEmpty\b", ask(GROUPS, "--describe", "--group", group, "--state"))
    assert offsets(ask, group) == {0: ("3", "0")}
    some = ("--group", group, "--topic", topic)
    ask(GROUPS, "--reset-offsets", *some, "--to-earliest", "--execute")
    assert offsets(ask, group) == {0: ("0", "3")}
    assert values(ask(CONSUMER, *read)) == ["v0", "v1", "v2"]
    rejected = ("--reset-offsets", *some, "--to-earliest", "--execute")
    ask(GROUPS, *rejected)
    refuse = (*read, "--reject")
    assert len(values(ask(CONSUMER, *refuse))) == 3
    assert offsets(ask, group) == {0: ("3", "0")}, "what was rejected does not come again"
    assert "Successful" in ask(GROUPS, "--delete-offsets", *some)
    assert "successful" in ask(GROUPS, "--delete", "--group", group)
    assert group not in ask(GROUPS, "--list").split()


def test_nothing_is_lost_when_a_node_dies(tools, dev_cluster, make_topic, group):
    """The node may lead partitions, coordinate the group, or keep the state of its records."""
    topic = make_topic(partitions=3, min_insync_replicas="2")
    command = ["java", "-Xmx256m", "-cp", f"{tools.libs}/*", CONSUMER, "--topic", topic]
    where = ["--bootstrap-server", dev_cluster.bootstrap, "--group", group]
    consumer = subprocess.Popen(
        [*command, *where, "--timeout-ms", "40000"], stdout=subprocess.PIPE, text=True
    )
    producer = Producer({"bootstrap.servers": dev_cluster.bootstrap, "enable.idempotence": True})
    try:
        for n in range(600):
            producer.produce(topic, f"v{n}")
            producer.flush(WAIT_SECONDS)
            if n == 200:
                dev_cluster.kill(dev_cluster.info["nodes"][1]["id"])
        printed, _ = consumer.communicate(timeout=240)
    finally:
        consumer.kill()
        dev_cluster.restart_ended()
    assert {f"v{n}" for n in range(600)} <= set(values(printed))
