"""The two systems, each with the ways of keeping a topic that are compared."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import statistics
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from confluent_kafka.admin import AdminClient, NewTopic  # type: ignore[attr-defined]

import peer

if TYPE_CHECKING:
    from collections.abc import Iterator

CREATE_SECONDS = 180
LEADERS_SECONDS = 120
SAMPLE_SECONDS = 0.5
CLOCK_TICKS = os.sysconf("SC_CLK_TCK")
# Every node of both sides has these ports; one cluster runs at a time.
HEADRACE_BASE_PORT = 28092
# What a node of ours is told beside its addresses: the product's own default where the developer's
# cluster has a smaller one.
HEADRACE_SETTINGS = {"headrace.journal_bytes": "134217728"}


@dataclass(frozen=True)
class Side:
    """A system, and the configuration of the topics that it is measured with."""

    name: str
    system: str
    topic: dict[str, str] = field(default_factory=dict)
    promise: str = ""


SIDES = {
    side.name: side
    for side in (
        Side("headrace", "headrace", {}, "fdatasync at a majority before the acknowledgement"),
        Side(
            "headrace_caching",
            "headrace",
            {"write.caching": "true"},
            "page cache of a majority before the acknowledgement",
        ),
        Side("kafka", "kafka", {}, "as shipped: page cache of every replica in sync"),
        Side(
            "kafka_fsync",
            "kafka",
            {"flush.messages": "1"},
            "fsync of every append at every replica in sync (log.flush.interval.messages=1)",
        ),
    )
}


@dataclass
class Cluster:
    """A cluster that runs."""

    system: str
    bootstrap: str
    pids: list[int]
    folders: list[Path]
    node_ids: list[int]
    start_seconds: float

    def admin(self) -> AdminClient:
        """A client for topics."""
        return AdminClient({"bootstrap.servers": self.bootstrap, "log_level": 3})

    def create(self, name: str, partitions: int, config: dict[str, str]) -> None:
        """Makes a topic and waits until every partition has a leader and all replicas in sync."""
        copies = min(3, len(self.pids))
        wanted = {"min.insync.replicas": str(max(1, copies - 1)), **config}
        admin = self.admin()
        made = admin.create_topics(
            [NewTopic(name, partitions, copies, config=wanted)], request_timeout=CREATE_SECONDS
        )
        made[name].result(CREATE_SECONDS)
        deadline = time.monotonic() + LEADERS_SECONDS
        while True:
            topic = admin.list_topics(name, timeout=30).topics[name]
            found = topic.partitions.values()
            whole = [p for p in found if p.leader >= 0 and len(p.isrs) == copies]
            if len(whole) == partitions:
                return
            if time.monotonic() > deadline:
                raise RuntimeError(f"{name}: {len(whole)} of {partitions} partitions are whole")
            time.sleep(0.1)

    def delete(self, name: str) -> None:
        """Deletes a topic."""
        # Kept until the answer is there: what it was asked ends with it.
        admin = self.admin()
        admin.delete_topics([name], operation_timeout=60)[name].result(CREATE_SECONDS)

    def leader_of(self, topic: str, partition: int = 0) -> int:
        """The position of the node that leads a partition."""
        found = self.admin().list_topics(topic, timeout=30).topics[topic]
        return self.node_ids.index(found.partitions[partition].leader)

    def rss_mib(self) -> float:
        """Resident memory of a node (the median of all)."""
        return statistics.median(rss_mib(pid) for pid in self.pids)

    def cpu_seconds(self) -> float:
        """User and system time that all nodes have used."""
        return sum(cpu_seconds(pid) for pid in self.pids)

    @contextlib.contextmanager
    def sampled(self) -> Iterator[dict[str, float]]:
        """While the block runs: `rss_mib` becomes a node's most, `cpu_s` what all nodes used."""
        found = {"rss_mib": 0.0, "cpu_s": 0.0}
        ended = threading.Event()

        def sample() -> None:
            while True:
                found["rss_mib"] = max(found["rss_mib"], self.rss_mib())
                if ended.wait(SAMPLE_SECONDS):
                    return

        thread = threading.Thread(target=sample)
        before = self.cpu_seconds()
        thread.start()
        try:
            yield found
        finally:
            ended.set()
            thread.join()
            found["cpu_s"] = self.cpu_seconds() - before


def rss_mib(pid: int) -> float:
    """Resident memory of a process; 0 when it has ended."""
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    except FileNotFoundError:
        return 0.0
    lines = [line for line in status.splitlines() if line.startswith("VmRSS:")]
    return int(lines[0].split()[1]) / 1024 if lines else 0.0


def cpu_seconds(pid: int) -> float:
    """User and system time that a process has used."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="ascii")
    except FileNotFoundError:
        return 0.0
    fields = stat.rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / CLOCK_TICKS


def age_seconds(pid: int) -> float:
    """For how long a process has run."""
    stat = Path(f"/proc/{pid}/stat").read_text(encoding="ascii")
    ticks = int(stat.rsplit(")", 1)[1].split()[19])
    return time.clock_gettime(time.CLOCK_BOOTTIME) - ticks / CLOCK_TICKS


@contextlib.contextmanager
def running(system: str, folder: Path, nodes: int = 3, *, keep: bool = False) -> Iterator[Cluster]:
    """A cluster in `folder`: fresh, or with `keep` on the data that it finds and leaves there."""
    start = {"headrace": _headrace, "kafka": _kafka}[system]
    with start(folder, nodes, keep) as cluster:
        yield cluster


@contextlib.contextmanager
def _headrace(folder: Path, nodes: int, keep: bool) -> Iterator[Cluster]:
    command = [sys.executable, "-m", "headrace", "dev"]
    up = ["up", "--dir", str(folder)]
    if not (folder / "cluster.json").exists():
        up += ["--nodes", str(nodes), "--base-port", str(HEADRACE_BASE_PORT)]
        for key, value in HEADRACE_SETTINGS.items():
            up += ["--set", f"{key}={value}"]
    try:
        made = subprocess.run(
            [*command, *up, "--format", "json"], check=True, stdout=subprocess.PIPE, text=True
        )
        told = json.loads(made.stdout)
        found = told["nodes"]
        # From the nodes' own start: what the command does before is not theirs.
        took = max(age_seconds(node["pid"]) for node in found)
        yield Cluster(
            "headrace",
            told["bootstrap"],
            [node["pid"] for node in found],
            [Path(node["dir"]) / "data" for node in found],
            [node["id"] for node in found],
            took,
        )
    finally:
        down = [*command, "down", "--dir", str(folder), *([] if keep else ["--wipe"])]
        # Ended while it was made, there may be nothing yet.
        if (folder / "cluster.json").exists():
            subprocess.run(down, check=True, stdout=subprocess.DEVNULL)


@contextlib.contextmanager
def _kafka(folder: Path, nodes: int, keep: bool) -> Iterator[Cluster]:
    cluster = peer.KafkaPeer(folder, peer.assemble(peer.cache_folder()), nodes)
    began = time.monotonic()
    if keep and folder.exists():
        cluster.launch()
    else:
        cluster.format()
        began = time.monotonic()
        cluster.launch()
    took = time.monotonic() - began
    try:
        yield Cluster(
            "kafka",
            cluster.bootstrap,
            cluster.pids,
            [folder / f"node{position}" / "data" for position in range(nodes)],
            [position + 1 for position in range(nodes)],
            took,
        )
    finally:
        cluster.stop()
        if not keep:
            cluster.wipe()


def end_nodes_when_told() -> None:
    """SIGTERM and Ctrl-C unwind: nodes end, and the machine's settings are put back."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda told, _: sys.exit(128 + told))


def kill(pid: int) -> None:
    """Ends a node that this program started, without a word to it."""
    os.kill(pid, signal.SIGKILL)
