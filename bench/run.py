"""The same load on Headrace and on Apache Kafka, A B A B in one run; prints ratios.

make bench                          the everyday comparison
bench/run.py --only ladder,small    some workloads
bench/run.py --long                 the long ones instead: 5,000 partitions, growth, 20 minutes
bench/run.py --help                 what can be changed
"""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import loads
import peer
import report as reports
from machine import memory_kept, shared_by_thread
from systems import SIDES, Cluster, Side, end_nodes_when_told, running
from workloads import EVERYDAY, LONG, ONCE, Curves, Figures, Plan, Run, calibrate, warm_up

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).resolve().parents[1]
SETTLE_SECONDS = 5
# Not workloads like the others: they start and stop a node of their own.
START, RESTART = "start", "restart"
RESTART_RECORD_BYTES = 10_000
FLOOR_BATCH_BYTES = 65_536
FLOOR_RATE = 500


def say(text: str) -> None:
    """Progress, with the time."""
    print(f"{datetime.now().astimezone():%H:%M:%S} {text}", file=sys.stderr, flush=True)


class Bench:
    """One run of the benchmark."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.options = options
        known = LONG if options.long else EVERYDAY
        names = options.only or [*known, own_node(options)]
        self.workloads = {name: known[name] for name in names if name in known}
        self.own_node = own_node(options) in names
        self.sides = [SIDES[name] for name in options.sides]
        self.systems = list(dict.fromkeys(side.system for side in self.sides))
        self.plan = Plan(
            seconds=options.seconds,
            partitions=options.partitions,
            loads=options.loads,
        )
        self.runs: dict[str, list[Figures]] = {side.name: [] for side in self.sides}
        self.curves: dict[str, list[Curves]] = {side.name: [] for side in self.sides}
        self.floors: list[Figures] = []
        # Records a second, by side.
        self.calibrated: Figures = {}

    def run(self, base: Path, keep: Callable[[], object]) -> None:
        """Calibrates, then all repetitions; `keep` keeps what there is after each of them."""
        if "ladder" in self.workloads:
            self.calibrate(base)
        for repetition in range(self.options.repeat):
            if not self.options.long:
                self.floors.append(self.floor(base))
            for system in self.systems:
                say(f"repetition {repetition + 1} of {self.options.repeat}: {system}")
                with running(system, base / system) as cluster:
                    self.measure(cluster)
                if self.own_node:
                    begin = self.restart if self.options.long else self.start
                    begin(system, base / system)
            keep()

    def floor(self, base: Path) -> Figures:
        """The same bytes through a bare loop: full batches, and single records at a rate."""
        say("  floor: a bare loop on loopback and disk")
        full = loads.floor(base, bytes=FLOOR_BATCH_BYTES, seconds=self.plan.seconds / 2)
        single = loads.floor(
            base, bytes=self.plan.record_bytes, rate=FLOOR_RATE, seconds=self.plan.seconds / 2
        )
        figures = {f"{name}_ms": value for name, value in single["latency"]["ms"].items()}
        return {"mb_s": full["mb_s"]} | figures

    def start(self, system: str, folder: Path) -> None:
        """(i) Seconds until a node by itself serves, on an empty disk."""
        say(f"  {START}: {system}")
        with running(system, folder, 1) as node:
            self.add(system, {f"{START} one node seconds": node.start_seconds})

    def restart(self, system: str, folder: Path) -> None:
        """(i) Seconds until a node by itself serves that was stopped with a lot of data."""
        say(f"  {RESTART}: {system}, {self.options.restart_gb:g} GB")
        with running(system, folder, 1, keep=True) as node:
            node.create("restart", 12, {})
            records = int(self.options.restart_gb * 1e9 / RESTART_RECORD_BYTES)
            loads.run(
                *("write", node.bootstrap, "restart"),
                bytes=RESTART_RECORD_BYTES, records=records, warm_seconds=0, seconds=1500,
            )  # fmt: skip
        with running(system, folder, 1) as node:
            self.add(system, {f"{RESTART} seconds": node.start_seconds})

    def add(self, system: str, found: Figures) -> None:
        """Adds a system's own figures to this repetition of all its sides."""
        for side in self.of(system):
            self.runs[side.name][-1] |= found

    def calibrate(self, base: Path) -> None:
        """What both sides of each pair can do, so that the load is fair to both."""
        found = self.calibrated
        for system in self.systems:
            say(f"calibration: {system}")
            with running(system, base / system) as cluster:
                say(f"  warm at {warm_up(cluster, self.plan):.0f} records/s")
                for side in self.of(system):
                    found[side.name] = calibrate(cluster, side, self.plan)
        for ours, theirs in reports.PAIRS:
            if ours in found and theirs in found:
                self.plan.sustained[f"{ours}/{theirs}"] = min(found[ours], found[theirs])

    def of(self, system: str) -> list[Side]:
        """The sides of a system."""
        return [side for side in self.sides if side.system == system]

    def measure(self, cluster: Cluster) -> None:
        """Every workload on every side of a cluster that has just started."""
        sides = self.of(cluster.system)
        figures: dict[str, Figures] = {side.name: {} for side in sides}
        curves: dict[str, Curves] = defaultdict(dict)
        time.sleep(SETTLE_SECONDS)
        own = {"start_seconds": cluster.start_seconds, "idle rss_mib": cluster.rss_mib()}
        for side in sides:
            figures[side.name] |= own
        say(f"  warm at {warm_up(cluster, self.plan):.0f} records/s")
        for name, workload in self.workloads.items():
            for side in sides[:1] if name in ONCE else sides:
                say(f"  {name}: {side.name}")
                run = Run(cluster, side, self.plan)
                found = {f"{name} {figure}": value for figure, value in workload(run).items()}
                if name != "failover":
                    run.clean()
                of_it = [other.name for other in sides] if name in ONCE else [side.name]
                for other in of_it:
                    figures[other] |= found
                    curves[other] |= {f"{name} {f}": curve for f, curve in run.curves.items()}
        for side in sides:
            self.runs[side.name].append(figures[side.name])
            self.curves[side.name].append(curves[side.name])


def own_node(options: argparse.Namespace) -> str:
    """What is measured with a node of its own."""
    return RESTART if options.long else START


def numbers(text: str) -> tuple[int, ...]:
    """Numbers, by commas."""
    return tuple(int(word) for word in text.split(","))


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--only", type=lambda text: text.split(","), help="workloads, by commas")
    parser.add_argument("--long", action="store_true", help="the long workloads instead")
    parser.add_argument(
        "--sides", type=lambda text: text.split(","), default=list(SIDES), help="sides, by commas"
    )
    parser.add_argument("--seconds", type=float, default=10, help="what counts of each load")
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument(
        "--partitions", type=numbers, default=Plan.partitions, help="of the throughput's topics"
    )
    parser.add_argument(
        "--loads",
        type=numbers,
        default=Plan.loads,
        help="of the ladder, %% of the slower side's most",
    )
    parser.add_argument("--restart-gb", type=float, default=10, help="data of the restart")
    parser.add_argument("--directory", type=Path, help="where the clusters keep their data")
    options = parser.parse_args()
    known = LONG if options.long else EVERYDAY
    for what, given, all_of in (
        ("workload", options.only or [], [*known, own_node(options)]),
        ("side", options.sides, SIDES),
    ):
        if strange := [name for name in given if name not in all_of]:
            parser.error(f"no such {what}: {', '.join(strange)}; there are {', '.join(all_of)}")
    return options


def described(bench: Bench) -> dict[str, Any]:
    """What the report says beside its figures."""
    commit = subprocess.run(
        ["git", "describe", "--always", "--dirty"],
        check=False, capture_output=True, text=True, cwd=ROOT,
    ).stdout.strip()  # fmt: skip
    return {
        "began": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": f"{os.cpu_count()} cores, {platform.machine()}, Linux {platform.release()}",
        "load_average": os.getloadavg()[0],
        "commit": commit or "unknown",
        "kafka_version": peer.VERSION,
        "kafka_heap": peer.KafkaPeer.heap,
        "repetitions": bench.options.repeat,
        "seconds": bench.plan.seconds,
        "loads": bench.plan.loads,
        "sides": [{"name": side.name, "promise": side.promise} for side in bench.sides],
    }


def main() -> None:
    """Runs the comparison and writes the report."""
    options = arguments()
    end_nodes_when_told()
    bench = Bench(options)
    say("building the load generator")
    loads.program()
    peer.assemble(peer.cache_folder())
    report = described(bench)
    stem = ROOT / "bench/results" / report["began"].replace(":", "").split("+")[0]

    def keep() -> list[Path]:
        report["calibrated_records_s"] = bench.calibrated
        report["runs"], report["rows"] = bench.runs, reports.rows(bench.runs)
        report["floors"] = bench.floors
        report["repetitions"] = min(len(each) for each in bench.runs.values())
        return list(reports.write(report, bench.curves, stem))

    scratch = tempfile.TemporaryDirectory(prefix="headrace-bench-", dir=options.directory)
    with scratch as name, shared_by_thread() as report["shared_by_thread"]:
        base = Path(name)
        say("taking memory from the host, where it may go back to one")
        with memory_kept(base) as report["memory_kept"]:
            bench.run(base, keep)
    print(reports.markdown(report))
    for path in keep():
        print(f"written: {path.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
