"""Consumer groups while brokers die: nothing is skipped, and the group goes on without them."""

from __future__ import annotations

import contextlib
import time
from collections import Counter
from typing import TYPE_CHECKING

import pytest
from members import member, numbers
from steadyload import SteadyLoad, make_topic

if TYPE_CHECKING:
    from collections.abc import Callable

    from confluent_kafka import Consumer

TOPIC = "shared"
PARTITIONS = 6
MEMBERS = 3
RATE = 500
# What must be read between two faults.
RECORDS = 1_000
SECONDS = 90


class Readers:
    """A group's members, and what they have read together."""

    def __init__(self, members: list[Consumer]) -> None:
        self.members = members
        self.found: dict[tuple[int, int], bytes] = {}
        self.ends: Counter[int] = Counter()

    def read_until(self, done: Callable[[], bool]) -> None:
        deadline = time.monotonic() + SECONDS
        while not done():
            assert time.monotonic() < deadline, f"{len(self.found)} records, then nothing new"
            for each in self.members:
                self._take(each)

    def read(self, more: int) -> None:
        target = len(self.found) + more
        self.read_until(lambda: len(self.found) >= target)

    def _take(self, reader: Consumer) -> None:
        """Who takes a partition over may read again what was not committed, but skips nothing."""
        for message in reader.consume(500, 0.05):
            if message.error() is not None:
                continue
            partition, offset = message.partition(), message.offset()
            assert offset <= self.ends[partition], f"partition {partition} skips to {offset}"
            self.ends[partition] = max(self.ends[partition], offset + 1)
            self.found[partition, offset] = message.value()


@pytest.mark.parametrize("protocol", ["classic", "consumer"])
def test_a_group_outlives_each_broker(start_cluster, protocol):
    cluster = start_cluster(3)
    make_topic(cluster.bootstrap, TOPIC, PARTITIONS)
    options = {"group.protocol": protocol, "enable.auto.commit": True, "log_level": 2}
    with contextlib.ExitStack() as stack:
        members = [member(cluster.bootstrap, "g", TOPIC, **options) for _ in range(MEMBERS)]
        for each in members:
            stack.callback(each.close)
        readers = Readers(members)
        with SteadyLoad(cluster.bootstrap, TOPIC, RATE) as load:
            readers.read(RECORDS)
            for broker in range(3):
                cluster.kill(broker)
                readers.read(RECORDS)
                cluster.restart_ended()
                readers.read(RECORDS)
        load.check()
        readers.read_until(lambda: len(readers.found) >= len(load.acked))
        readers.read_until(lambda: all(numbers(each) for each in members))
        shares = [number for each in members for number in numbers(each)]
    assert sorted(shares) == list(range(PARTITIONS))
    assert readers.found == load.acked
    assert not cluster.unexpected_log_lines()
