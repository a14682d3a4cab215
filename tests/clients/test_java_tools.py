"""The Java client through Kafka's own tools, of an older and of the newest release."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from javatools import JavaTools

TOOLS = "org.apache.kafka.tools"
TOPICS = f"{TOOLS}.TopicCommand"
CONFIGS = {"3.9.1": "kafka.admin.ConfigCommand", "4.3.1": "kafka.admin.ConfigCommand"}
GROUPS = f"{TOOLS}.consumer.group.ConsumerGroupCommand"
TRANSACTIONS = f"{TOOLS}.TransactionsCommand"
PROGRAM = Path(__file__).parent / "java/TransactionCheck.java"
CONSUMER = f"{TOOLS}.consumer.ConsoleConsumer"
PRODUCER = {"3.9.1": "kafka.tools.ConsoleProducer", "4.3.1": f"{TOOLS}.ConsoleProducer"}
# The codecs' framing has not changed between the releases: the older one shows two of them.
CODECS = {"3.9.1": ["snappy", "lz4"], "4.3.1": ["none", "gzip", "snappy", "lz4", "zstd"]}
pytestmark = pytest.mark.timeout(600)


@pytest.fixture(scope="module", params=["3.9.1", "4.3.1"])
def tools(request) -> JavaTools:
    return JavaTools.assemble(request.param)


@pytest.fixture
def ask(tools, bootstrap):
    """Runs a tool against the cluster and returns what it printed."""

    def run(tool: str, *args: str, stdin: str = "", status: int | None = 0) -> str:
        done = tools.run(tool, "--bootstrap-server", bootstrap, *args, stdin=stdin, status=status)
        return done.stdout + done.stderr

    return run


def test_topic_command(ask, unique):
    topic = unique("topic")
    size = ("--partitions", "3", "--replication-factor", "3")
    created = ask(TOPICS, "--create", "--topic", topic, *size, "--config", "retention.ms=86400000")
    assert f"Created topic {topic}" in created
    assert topic in ask(TOPICS, "--list").split()
    described = ask(TOPICS, "--describe", "--topic", topic)
    assert re.search(r"PartitionCount: 3\s+ReplicationFactor: 3", described)
    assert "retention.ms=86400000" in described
    assert len(re.findall(r"Partition: \d\s+Leader: \d", described)) == 3
    ask(TOPICS, "--alter", "--topic", topic, "--partitions", "4")
    assert "PartitionCount: 4" in ask(TOPICS, "--describe", "--topic", topic)
    refused = ask(TOPICS, "--create", "--topic", topic, *size, status=1)
    assert "already exists" in refused
    ask(TOPICS, "--delete", "--topic", topic)
    assert topic not in ask(TOPICS, "--list").split()


def test_config_command(tools, ask, make_topic):
    topic = make_topic()
    entity = ("--entity-type", "topics", "--entity-name", topic)
    command = CONFIGS[tools.version]
    ask(
        command, *entity, "--alter", "--add-config", "retention.ms=123456,max.message.bytes=2000000"
    )
    described = ask(command, *entity, "--describe")
    assert "retention.ms=123456" in described
    assert "max.message.bytes=2000000" in described
    ask(command, *entity, "--alter", "--delete-config", "retention.ms")
    assert "retention.ms" not in ask(command, *entity, "--describe")
    everything = ask(command, *entity, "--describe", "--all")
    assert re.search(r"min\.insync\.replicas=\d", everything)


def test_console_producer_and_consumer(tools, ask, make_topic, unique):
    topic, group = make_topic(), unique("group")
    keyed = ("--property", "parse.key=true", "--property", "key.separator==")
    lines = "".join(f"k{n}=value {n}\n" for n in range(20))
    ask(PRODUCER[tools.version], "--topic", topic, *keyed, stdin=lines)
    shown = ("--property", "print.key=true", "--property", "key.separator==")
    some = ("--topic", topic, "--group", group, "--timeout-ms", "60000", *shown)
    first = ask(CONSUMER, *some, "--from-beginning", "--max-messages", "12").splitlines()
    second = ask(CONSUMER, *some, "--max-messages", "8").splitlines()
    read = [line for line in first + second if line.startswith("k")]
    assert read == lines.splitlines()


def test_consumer_groups_command(ask, make_topic, unique):
    topic, group = make_topic(), unique("group")
    ask(f"{TOOLS}.consumer.ConsoleConsumer", "--topic", topic, "--group", group,
        "--timeout-ms", "8000", status=None)  # fmt: skip
    assert group in ask(GROUPS, "--list").split()
    state = ask(GROUPS, "--describe", "--group", group, "--state")
    assert re.search(rf"{re.escape(group)}\s.*\bEmpty\b", state)
    some = ("--group", group, "--topic", topic)
    reset = ask(GROUPS, "--reset-offsets", *some, "--to-offset", "0", "--execute")
    assert re.search(rf"{re.escape(group)}\s+{re.escape(topic)}\s+0\s+0", reset)
    offsets = ask(GROUPS, "--describe", "--group", group)
    assert re.search(rf"{re.escape(group)}\s+{re.escape(topic)}\s+0\s+0\s+0\s+0", offsets)
    deleted = ask(GROUPS, "--delete", "--group", group)
    assert "successful" in deleted
    assert group not in ask(GROUPS, "--list").split()


def test_performance_tools(tools, bootstrap, make_topic):
    """One topic gets a load in every codec; a consumer reads them all in one go."""
    topic, records = make_topic(partitions=3), 3000
    load = ("--num-records", str(records), "--record-size", "200", "--throughput", "-1")
    properties = ("--producer-props", f"bootstrap.servers={bootstrap}", "acks=all")
    codecs = CODECS[tools.version]
    for codec in codecs:
        done = tools.run(
            f"{TOOLS}.ProducerPerformance",
            *("--topic", topic, *load, *properties, f"compression.type={codec}"),
        )
        assert f"{records} records sent" in done.stdout
    count = "--messages" if tools.version.startswith("3.") else "--num-records"
    total = records * len(codecs)
    read = tools.run(
        f"{TOOLS}.ConsumerPerformance",
        *("--bootstrap-server", bootstrap, "--topic", topic, count, str(total)),
        *("--timeout", "60000", "--hide-header"),
    )
    last = [line for line in read.stdout.splitlines() if re.match(r"\d{4}-", line)][-1]
    assert int(last.split(",")[4]) == total


def test_offsets_and_versions_tools(ask, tools, bootstrap, make_topic):
    topic = make_topic(partitions=2)
    ask(PRODUCER[tools.version], "--topic", topic, stdin="a\nb\nc\n")
    shown = ask(f"{TOOLS}.GetOffsetShell", "--topic", topic).split()
    ends = [line.split(":") for line in shown if line.startswith(f"{topic}:")]
    assert sorted(partition for _, partition, _ in ends) == ["0", "1"]
    assert sum(int(end) for _, _, end in ends) == 3
    command = f"{TOOLS}.BrokerApiVersionsCommand"
    if tools.version.startswith("3."):
        command = "kafka.admin.BrokerApiVersionsCommand"
    versions = ask(command)
    assert versions.count("(id: ") == len(bootstrap.split(","))
    assert re.search(r"Produce\(0\): 0 to \d+", versions)


def test_delete_records_command(tools, ask, make_topic, tmp_path):
    topic = make_topic()
    ask(PRODUCER[tools.version], "--topic", topic, stdin="a\nb\nc\n")
    wanted = {"partitions": [{"topic": topic, "partition": 0, "offset": 2}], "version": 1}
    file = tmp_path / "offsets.json"
    file.write_text(json.dumps(wanted))
    said = ask(f"{TOOLS}.DeleteRecordsCommand", "--offset-json-file", str(file))
    assert f"partition: {topic}-0\tlow_watermark: 2" in said
    shown = ask(f"{TOOLS}.GetOffsetShell", "--topic", topic, "--time", "-2")
    assert f"{topic}:0:2" in shown.split()


def test_transactions(tools, ask, bootstrap, make_topic, unique):
    source, target, name = make_topic(), make_topic(), unique("id")
    done = tools.run(str(PROGRAM), bootstrap, source, target, name)
    assert done.stdout.split() == ["fine"]
    listed = ask(TRANSACTIONS, "list")
    assert re.search(rf"^{name}\s+\d+\s+\d+\s+Empty", listed, re.MULTILINE)
    described = ask(TRANSACTIONS, "describe", "--transactional-id", name)
    assert re.search(rf"{name}\s+\d+\s+\d+\s+Empty", described)
    producers = ask(TRANSACTIONS, "describe-producers", "--topic", source, "--partition", "0")
    assert re.search(r"^\d+\s+\d+\s+\d+\s+-?\d+\s+\S+\s+None", producers, re.MULTILINE)
