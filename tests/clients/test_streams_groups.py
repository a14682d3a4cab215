"""Streams groups (KIP-1071) with a Kafka Streams application and Apache Kafka's own tool."""

from __future__ import annotations

import re
import subprocess
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from confluent_kafka import Consumer, Producer, TopicPartition
from javatools import JVM, JavaTools
from records import eventually

if TYPE_CHECKING:
    from collections.abc import Iterator

JAVA = Path(__file__).parent / "java"
PROGRAM = JAVA / "WordCount.java"
GROUPS = "org.apache.kafka.tools.streams.StreamsGroupCommand"
CONFIGS = "kafka.admin.ConfigCommand"
SETTLE_SECONDS = 120
pytestmark = pytest.mark.timeout(600)


class Instance:
    """One running process of the application."""

    def __init__(self, libs: Path, *arguments: str) -> None:
        command = ["java", *JVM, "-cp", f"{libs}/*", str(PROGRAM), *arguments]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )

    def leave(self) -> int:
        with self.process:
            assert self.process.stdin is not None
            self.process.stdin.close()
            return self.process.wait(SETTLE_SECONDS)

    def kill(self) -> None:
        with self.process:
            self.process.kill()


class Application:
    """Word counts of a topic, and what they have to be."""

    def __init__(self, libs: Path, bootstrap: str, names: tuple[str, str, str], state: Path):
        self.libs, self.bootstrap, self.state = libs, bootstrap, state
        self.name, self.source, self.target = names
        self.expected: Counter[str] = Counter()
        self.instances: list[Instance] = []
        self.sent = 0

    def start(self) -> Instance:
        folder = str(self.state / str(len(self.instances)))
        arguments = (self.bootstrap, self.name, self.source, self.target, folder)
        self.instances.append(Instance(self.libs, *arguments))
        return self.instances[-1]

    def feed(self, lines: int) -> None:
        producer = Producer({"bootstrap.servers": self.bootstrap})
        for _ in range(lines):
            words = [f"w{self.sent * step % 23}" for step in (1, 3, 7)]
            self.expected.update(words)
            producer.produce(self.source, " ".join(words), partition=self.sent % 4)
            self.sent += 1
        assert producer.flush(60) == 0

    def counts(self) -> dict[str, int]:
        """The last count of every word."""
        consumer = Consumer(
            {
                "bootstrap.servers": self.bootstrap,
                "group.id": "reader",
                "isolation.level": "read_committed",
                "enable.partition.eof": True,
                "enable.auto.commit": False,
            }
        )
        consumer.assign([TopicPartition(self.target, number, 0) for number in range(2)])
        found: dict[str, int] = {}
        ended: set[int] = set()
        try:
            while len(ended) < 2:
                message = consumer.poll(30)
                assert message is not None, "the topic does not end"
                if message.error():
                    ended.add(message.partition())
                else:
                    found[message.key().decode()] = int(message.value())
        finally:
            consumer.close()
        return found

    def counted(self) -> None:
        eventually(lambda: self.counts() == self.expected, "exact counts", SETTLE_SECONDS)


@pytest.fixture(scope="module")
def tools() -> JavaTools:
    return JavaTools.assemble("4.3.1")


@pytest.fixture
def ask(tools, bootstrap):
    def run(*arguments: str, tool: str = GROUPS) -> str:
        return tools.run(tool, "--bootstrap-server", bootstrap, *arguments).stdout

    return run


@pytest.fixture
def application(bootstrap, make_topic, unique, tmp_path) -> Iterator[Application]:
    libs = JavaTools.assemble("4.3.1", JAVA / "streams.xml", "kafka-streams").libs
    names = (unique("app"), make_topic(partitions=4), make_topic(partitions=2))
    running = Application(libs, bootstrap, names, tmp_path)
    yield running
    for instance in running.instances:
        instance.kill()


def members(ask, application: Application) -> list[str]:
    shown = ask("--describe", "--group", application.name, "--members", "--verbose")
    return [line for line in shown.splitlines() if line.startswith(application.name)]


def stand_by(ask, application: Application) -> bool:
    both = members(ask, application)
    return all(re.search(r"(?<!TARGET-)STANDBY: 1:\[", line) for line in both)


def test_instances_come_and_go_and_every_word_counts_once(application, ask, admin):
    entity = ("--entity-type", "groups", "--entity-name", application.name)
    setting = "streams.num.standby.replicas=1"
    ask(*entity, "--alter", "--add-config", setting, tool=CONFIGS)
    application.feed(200)
    first = application.start()
    application.counted()
    topics = admin.list_topics(timeout=30).topics
    repartition = f"{application.name}-words-repartition"
    changelog = f"{application.name}-counts-changelog"
    assert {len(topics[name].partitions) for name in (repartition, changelog)} == {4}
    listed = ask("--list", "--state")
    assert re.search(rf"{re.escape(application.name)}\s+Stable", listed)
    assert len(members(ask, application)) == 1

    second = application.start()
    eventually(lambda: len(members(ask, application)) == 2, "two members", SETTLE_SECONDS)
    eventually(lambda: stand_by(ask, application), "standbys of the counts", SETTLE_SECONDS)
    application.feed(200)
    application.counted()
    assert first.leave() == 0
    application.feed(200)
    application.counted()
    assert len(members(ask, application)) == 1

    second.kill()
    application.start()
    application.feed(200)
    application.counted()
