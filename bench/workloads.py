"""What is measured: each workload runs on one side of a running cluster and returns its figures.

A figure's name ends in its unit. More is better of `_s` rates and `mb_s`; of all others less is.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import loads
from machine import forget_cached
from systems import Cluster, Side, kill

if TYPE_CHECKING:
    from collections.abc import Callable

MORE_IS_BETTER = ("mb_s", "records_s", "transactions_s")
Figures = dict[str, float]
# (fraction of records, milliseconds) by the figure that it belongs to
Curves = dict[str, list[tuple[float, float]]]
STEP_RECORDS = 20_000
# Of each of many producers: without a bound, latency is the time in their own queues.
IN_FLIGHT = 100
# Records of 100 bytes, no linger, twenty producers.
SMALL = {"bytes": 100, "linger_ms": 0, "producers": 20, "in_flight": IN_FLIGHT}
# At least so many rounds. Three JVMs on two cores did 3 MB/s in the first round, 22 in the fifth,
# 37 in the eleventh, and 51 to 57 from the twelfth on, when 130 s had passed; where fewer rounds
# were taken for enough, a later workload met all of them compiling again and nothing else.
WARM_ROUNDS = {"headrace": 4, "kafka": 16}
WARM_GAIN = 1.1
WARM_WINDOW = 3
MOST_WARM_ROUNDS = 24
# With its three copies well within what a machine's page cache may hold.
BACKLOG_BYTES = 3_000_000_000


@dataclass
class Plan:
    """How long and how much, and what the calibration has found."""

    seconds: float = 10
    warm_seconds: float = 3
    record_bytes: int = 1024
    partitions: tuple[int, ...] = (1, 64, 1000)
    loads: tuple[int, ...] = (10, 30, 60, 90)
    # Records a second that each pair of sides can both do, by the pair's name.
    sustained: dict[str, float] = field(default_factory=dict)


@dataclass
class Run:
    """One side of a cluster, at work."""

    cluster: Cluster
    side: Side
    plan: Plan
    curves: Curves = field(default_factory=dict)
    topics: list[str] = field(default_factory=list)

    def topic(self, name: str, partitions: int, **config: str) -> str:
        """Makes a topic of this side's kind; it goes when the workload has ended."""
        full = f"{name}-{self.side.name}"
        self.cluster.create(full, partitions, {**self.side.topic, **config})
        self.topics.append(full)
        return full

    def load(self, what: str, topic: str, **options: float) -> loads.Told:
        """Runs a load with this run's record size, unless told another."""
        options.setdefault("bytes", self.plan.record_bytes)
        return loads.run(what, self.cluster.bootstrap, topic, **options)

    def write(self, topic: str, **options: float) -> loads.Told:
        """Throughput for the time of the plan."""
        plan = self.plan
        options = {"seconds": plan.seconds, "warm_seconds": plan.warm_seconds, **options}
        return self.load("write", topic, **options)

    def open(self, topic: str, rate: float, **options: float) -> loads.Told:
        """An open loop for the time of the plan."""
        plan = self.plan
        options = {"seconds": plan.seconds, "warm_seconds": plan.warm_seconds, **options}
        return self.load("open", topic, rate=rate, **options)

    def latencies(self, figure: str, told: Any) -> Figures:
        """A histogram's figures; its curve is kept."""
        self.curves[figure] = told["curve"]
        return {f"{figure} {name}_ms": value for name, value in told["ms"].items()}

    def clean(self) -> None:
        """Deletes this workload's topics, and what the page cache holds of them.

        Kafka's files stay for a minute.
        """
        forget_cached(self.cluster.folders)
        while self.topics:
            self.cluster.delete(self.topics.pop())


def throughput(run: Run) -> Figures:
    """(a), (h) 1 KB records as fast as they are acknowledged; memory and CPU meanwhile."""
    figures: Figures = {}
    for partitions in run.plan.partitions:
        topic = run.topic(f"a{partitions}", partitions)
        # So many partitions are long in being filled, the first time.
        longer = {"warm_seconds": 10.0} if partitions >= MANY_PARTITIONS else {}
        with run.cluster.sampled() as used:
            told = run.write(topic, **longer)
        at = f"{partitions} partitions"
        figures[f"{at} mb_s"] = told["mb_s"]
        if partitions == LADDER_PARTITIONS:
            figures["loaded rss_mib"] = used["rss_mib"]
            # The warm-up's bytes count as well: its CPU time does.
            whole = run.plan.seconds + run.plan.warm_seconds
            gigabytes = told["mb_s"] * whole / 1000
            figures["cpu_s_per_gb"] = used["cpu_s"] / gigabytes
            figures |= java(run, topic, int(told["records_s"] * run.plan.seconds))
        run.clean()
    return figures


LADDER_PARTITIONS = 64
MANY_PARTITIONS = 1000


def java(run: Run, topic: str, records: int) -> Figures:
    """The same by Apache Kafka's own generators, and reading it back."""
    bootstrap, size = run.cluster.bootstrap, run.plan.record_bytes
    records = max(records, STEP_RECORDS)
    return {
        "java produce mb_s": loads.java_produce(bootstrap, topic, records, size),
        "java consume mb_s": loads.java_consume(bootstrap, topic, records),
    }


def ladder(run: Run) -> Figures:
    """(b) open loop at parts of what the slower side can do: acknowledgement and end to end."""
    figures: Figures = {}
    topic = run.topic("b", LADDER_PARTITIONS)
    for pair, sustained in run.plan.sustained.items():
        if run.side.name not in pair.split("/"):
            continue
        for percent in run.plan.loads:
            told = run.open(topic, sustained * percent / 100, groups=1)
            at = f"{percent}% of {pair}"
            figures |= run.latencies(f"{at} ack", told["latency"])
            figures |= run.latencies(f"{at} end to end", told["end_to_end"])
    return figures


def small(run: Run) -> Figures:
    """(c) records of 100 bytes, no linger, twenty producers."""
    topic = run.topic("c", 12)
    told = run.write(topic, **SMALL)
    figures = {"records_s": told["records_s"]}
    return figures | run.latencies("ack", told["latency"])


def catch_up(run: Run) -> Figures:
    """(d) a consumer reads a backlog from the disk while others produce."""
    topic = run.topic("d", 12)
    told = run.write(topic, seconds=run.plan.seconds * 2, warm_seconds=0)
    backlog = int(told["records"])
    forget_cached(run.cluster.folders)
    rate = STEP_RECORDS / 4
    steady = loads.start(
        *("open", run.cluster.bootstrap, topic),
        bytes=run.plan.record_bytes, rate=rate, seconds=run.plan.seconds, linger_ms=0,
    )  # fmt: skip
    read = run.load("read", topic, records=backlog)
    figures = {"read mb_s": read["mb_s"]}
    return figures | run.latencies("ack meanwhile", loads.result(steady)["latency"])


def fan_out(run: Run) -> Figures:
    """(e) one to eight groups read along."""
    figures: Figures = {}
    topic = run.topic("e", 12)
    for groups in (1, 2, 4, 8):
        told = run.open(topic, 2000, groups=groups, linger_ms=0)
        figures |= run.latencies(f"{groups} groups end to end", told["end_to_end"])
    return figures


def transactions(run: Run) -> Figures:
    """(f) transactions of ten records, one after the other."""
    topic = run.topic("f", 12)
    told = run.load(
        "transactions", topic, seconds=run.plan.seconds, warm_seconds=run.plan.warm_seconds,
        linger_ms=0,
    )  # fmt: skip
    figures = {"transactions_s": told["transactions_s"]}
    return figures | run.latencies("commit", told["latency"])


def failover(run: Run) -> Figures:
    """(g) the leader of the only partition is killed: the longest time without acknowledgement.

    The cluster is one node short afterwards, so this comes last.
    """
    topic = run.topic("g", 1)
    process = loads.start(
        *("open", run.cluster.bootstrap, topic),
        bytes=run.plan.record_bytes, rate=500, seconds=40, linger_ms=0,
    )  # fmt: skip
    time.sleep(10)
    kill(run.cluster.pids[run.cluster.leader_of(topic)])
    return {"gap_ms": loads.result(process)["longest_pause_ms"]}


def many_producers(run: Run) -> Figures:
    """(k) fifty producers, small keyed batches."""
    topic = run.topic("k", 24)
    told = run.write(topic, producers=50, keys=10_000, bytes=200, linger_ms=1, in_flight=IN_FLIGHT)
    figures = {"records_s": told["records_s"]}
    return figures | run.latencies("ack", told["latency"])


def retention(run: Run) -> Figures:
    """(k) old segments are deleted while others produce."""
    small_segments = {"segment.bytes": str(4 << 20), "retention.bytes": str(8 << 20)}
    topic = run.topic("r", 12, **small_segments)
    told = run.open(topic, STEP_RECORDS / 4, seconds=run.plan.seconds * 2, linger_ms=5)
    return run.latencies("ack", told["latency"])


def partitions_5000(run: Run) -> Figures:
    """(j) five thousand partitions: time to make them, what they cost at rest."""
    began = time.monotonic()
    run.topic("j", 5000)
    figures = {"create_seconds": time.monotonic() - began}
    # Until what follows a birth is done.
    time.sleep(30)
    with run.cluster.sampled() as used:
        time.sleep(20)
    nodes = len(run.cluster.pids)
    figures["idle rss_mib"] = used["rss_mib"]
    figures["idle cpu_percent_a_node"] = used["cpu_s"] / 20 / nodes * 100
    return figures


def growth(run: Run) -> Figures:
    """(l) throughput and p99 over partitions, connections and record size."""
    figures: Figures = {}

    def point(at: str, topic: str, **options: float) -> None:
        told = run.write(topic, **options)
        figures[f"{at} mb_s"] = told["mb_s"]
        figures[f"{at} p99_ms"] = told["latency"]["ms"]["p99"]

    for count in (1, 10, 100, 1000):
        point(f"partitions={count}", run.topic(f"lp{count}", count))
        run.clean()
    topic = run.topic("l", 12)
    for count in (1, 4, 16, 64):
        point(f"connections={count}", topic, producers=count, in_flight=IN_FLIGHT)
    for size in (100, 1000, 10_000, 100_000):
        point(f"record_bytes={size}", topic, bytes=size)
    return figures


def endurance(run: Run) -> Figures:
    """(k) twenty minutes at a steady rate."""
    topic = run.topic("z", 12, **{"retention.bytes": str(128 << 20)})
    told = run.open(topic, 2000, seconds=1200, linger_ms=0, groups=1)
    return run.latencies("ack", told["latency"]) | {"end rss_mib": run.cluster.rss_mib()}


def backlog(run: Run) -> Figures:
    """(k) a backlog of several GB is drained while others produce."""
    topic = run.topic("y", 12)
    records = BACKLOG_BYTES // run.plan.record_bytes
    run.write(topic, records=records, seconds=600, warm_seconds=0)
    forget_cached(run.cluster.folders)
    steady = loads.start(
        *("open", run.cluster.bootstrap, topic),
        bytes=run.plan.record_bytes, rate=2000, seconds=60, linger_ms=0,
    )  # fmt: skip
    read = run.load("read", topic, records=records)
    figures = {"read mb_s": read["mb_s"]}
    return figures | run.latencies("ack meanwhile", loads.result(steady)["latency"])


# In the order in which they run. `failover` leaves the cluster short of a node.
EVERYDAY: dict[str, Callable[[Run], Figures]] = {
    "throughput": throughput,
    "ladder": ladder,
    "small": small,
    "catch_up": catch_up,
    "fan_out": fan_out,
    "transactions": transactions,
    "many_producers": many_producers,
    "retention": retention,
    "failover": failover,
}
LONG: dict[str, Callable[[Run], Figures]] = {
    "partitions_5000": partitions_5000,
    "growth": growth,
    "backlog": backlog,
    "endurance": endurance,
}
# What takes no time that depends on the kind of topic is measured once a system.
ONCE = {"failover", "partitions_5000"}


def warm_up(cluster: Cluster, plan: Plan) -> float:
    """Both kinds of load until throughput no longer grows: a JVM compiles what it runs often.

    Returns the records a second of the last round.
    """
    cluster.create("warm-up", LADDER_PARTITIONS, {})
    rounds: list[float] = []
    while len(rounds) < MOST_WARM_ROUNDS and still_warming(rounds, WARM_ROUNDS[cluster.system]):
        told = loads.run(
            *("write", cluster.bootstrap, "warm-up"),
            bytes=plan.record_bytes, seconds=6, warm_seconds=1,
        )  # fmt: skip
        rounds.append(told["records_s"])
        loads.run(
            *("open", cluster.bootstrap, "warm-up"),
            bytes=plan.record_bytes, rate=2000, seconds=3, warm_seconds=1, groups=1, linger_ms=0,
        )  # fmt: skip
        forget_cached(cluster.folders)
    loads.run(
        *("write", cluster.bootstrap, "warm-up"),
        bytes=100, linger_ms=0, producers=10, in_flight=IN_FLIGHT, seconds=4, warm_seconds=1,
    )  # fmt: skip
    cluster.delete("warm-up")
    return rounds[-1]


def still_warming(rounds: list[float], least: int) -> bool:
    """Whether one of the last few rounds was a tenth faster than all before them."""
    if len(rounds) < max(least, WARM_WINDOW + 1):
        return True
    return max(rounds[-WARM_WINDOW:]) > WARM_GAIN * max(rounds[:-WARM_WINDOW])


def calibrate(cluster: Cluster, side: Side, plan: Plan) -> float:
    """Records a second that a side can do."""
    run = Run(cluster, side, plan)
    found: float = run.write(run.topic("calibration", LADDER_PARTITIONS))["records_s"]
    run.clean()
    return found
