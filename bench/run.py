"""The same load on Headrace and on Apache Kafka, A B A B in one run; prints ratios.

make bench            the everyday comparison, about 15 minutes
bench/run.py --help   what can be changed
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from confluent_kafka.admin import AdminClient, NewTopic  # type: ignore[attr-defined]

import peer

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[1]
# Figures for which more is better; for all others less is.
MORE_IS_BETTER = {"produce_mb_s", "consume_mb_s"}
CREATE_TIMEOUT_SECONDS = 60
CLOCK_TICKS = os.sysconf("SC_CLK_TCK")
Figures = dict[str, float]


def rss_mib(pid: int) -> float:
    """Resident memory of a process."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise RuntimeError(f"process {pid} has no VmRSS: it is not running")


def cpu_seconds(pid: int) -> float:
    """User and system time that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / CLOCK_TICKS


@contextlib.contextmanager
def headrace(directory: Path, nodes: int) -> Iterator[tuple[str, list[int]]]:
    """A fresh Headrace cluster; yields its bootstrap string and process ids."""
    command = [sys.executable, "-m", "headrace", "dev"]
    up = ["up", "--nodes", str(nodes), "--dir", str(directory), "--base-port", "28092"]
    made = subprocess.run(
        [*command, *up, "--format", "json"], check=True, stdout=subprocess.PIPE, text=True
    )
    cluster = json.loads(made.stdout)
    try:
        yield cluster["bootstrap"], [node["pid"] for node in cluster["nodes"]]
    finally:
        down = [*command, "down", "--dir", str(directory), "--wipe"]
        subprocess.run(down, check=True, stdout=subprocess.DEVNULL)


@contextlib.contextmanager
def kafka(directory: Path, nodes: int, *, fsync: bool) -> Iterator[tuple[str, list[int]]]:
    """A fresh Apache Kafka cluster."""
    cluster = peer.KafkaPeer(directory, peer.assemble(peer.cache_folder()), nodes, fsync=fsync)
    cluster.start()
    try:
        yield cluster.bootstrap, cluster.pids
    finally:
        cluster.stop()
        shutil.rmtree(directory, ignore_errors=True)


def load(what: str, bootstrap: str, topic: str, **options: float) -> Figures:
    """Runs load.py in a process of its own."""
    command = [sys.executable, str(ROOT / "bench/load.py"), what]
    command += ["--bootstrap", bootstrap, "--topic", topic]
    for name, value in options.items():
        command += [f"--{name}", str(value)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    figures: Figures = json.loads(done.stdout)
    return figures


def measure(bootstrap: str, pids: list[int], args: argparse.Namespace) -> Figures:
    """Every figure of one cluster, once."""
    admin = AdminClient({"bootstrap.servers": bootstrap, "log_level": 3})
    topics = ["throughput", "latency"]
    copies = min(3, args.nodes)
    new = [NewTopic(name, args.partitions, copies) for name in topics]
    for created in admin.create_topics(new, request_timeout=CREATE_TIMEOUT_SECONDS).values():
        created.result(CREATE_TIMEOUT_SECONDS)
    time.sleep(3)
    figures: Figures = {"idle_rss_mib": statistics.median(rss_mib(pid) for pid in pids)}
    before = sum(cpu_seconds(pid) for pid in pids)
    figures |= load(
        "throughput", bootstrap, "throughput", records=args.records, bytes=args.record_bytes
    )
    spent = sum(cpu_seconds(pid) for pid in pids) - before
    figures["cpu_s_per_gb"] = spent / (args.records * args.record_bytes / 1e9)
    figures["loaded_rss_mib"] = statistics.median(rss_mib(pid) for pid in pids)
    figures |= load(
        "latency",
        bootstrap,
        "latency",
        rate=args.rate,
        seconds=args.seconds,
        bytes=args.record_bytes,
    )
    return figures


def summary(runs: dict[str, list[Figures]]) -> list[dict[str, Any]]:
    """A row a figure: medians, spread, and Headrace's ratio to each peer."""
    rows = []
    for figure in runs["headrace"][0]:
        row: dict[str, Any] = {"figure": figure, "more_is_better": figure in MORE_IS_BETTER}
        for name, repetitions in runs.items():
            values = [run[figure] for run in repetitions]
            row[name] = {
                "median": statistics.median(values),
                "min": min(values),
                "max": max(values),
            }
        for name in runs:
            if name != "headrace":
                row[f"ratio_to_{name}"] = row["headrace"]["median"] / row[name]["median"]
        rows.append(row)
    return rows


def markdown(report: dict[str, Any]) -> str:
    """The report as a table of ratios."""
    peers = [name for name in report["rows"][0] if name.startswith("ratio_to_")]
    titles = [name.removeprefix("ratio_to_").replace("_", " ") for name in peers]
    lines = [
        f"# Headrace beside Apache Kafka {report['kafka_version']}, {report['began']}",
        "",
        (
            f"{report['machine']}; load average at the start {report['load_average']:.2f}; "
            f"{json.dumps(report['parameters'])}."
        ),
        (
            "Each ratio is Headrace's median over the peer's, and in brackets both sides' "
            "spread (maximum over minimum)."
        ),
        "",
        "| figure | better is | " + " | ".join(f"÷ {title}" for title in titles) + " |",
        "|---|---|" + "---|" * len(titles),
    ]
    for row in report["rows"]:
        cells = []
        for name in peers:
            other = row[name.removeprefix("ratio_to_")]
            spread = [side["max"] / max(side["min"], 1e-9) for side in (row["headrace"], other)]
            cells.append(f"{row[name]:.2f} ({spread[0]:.1f}, {spread[1]:.1f})")
        better = "more" if row["more_is_better"] else "less"
        lines.append(f"| {row['figure']} | {better} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--nodes", type=int, default=3, choices=[1, 3])
    parser.add_argument("--partitions", type=int, default=12)
    parser.add_argument("--records", type=int, default=200_000)
    parser.add_argument("--record-bytes", type=int, default=1024)
    parser.add_argument("--rate", type=float, default=1_000, help="open loop, records a second")
    parser.add_argument("--seconds", type=float, default=15, help="length of the open loop")
    parser.add_argument("--repeat", type=int, default=3)
    return parser.parse_args()


def main() -> None:
    """Runs the comparison and writes the report."""
    args = arguments()
    report: dict[str, Any] = {
        "began": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": f"{os.cpu_count()} cores, {platform.machine()}, Linux {platform.release()}",
        "load_average": os.getloadavg()[0],
        "kafka_version": peer.VERSION,
        "parameters": vars(args),
    }
    runs: dict[str, list[Figures]] = {"headrace": [], "kafka_fsync": [], "kafka_as_shipped": []}
    with tempfile.TemporaryDirectory(prefix="headrace-bench-") as scratch:
        base = Path(scratch)
        for repetition in range(args.repeat):
            for name, figures in runs.items():
                print(f"repetition {repetition + 1} of {args.repeat}: {name}", file=sys.stderr)
                where = base / name
                started = (
                    headrace(where, args.nodes)
                    if name == "headrace"
                    else kafka(where, args.nodes, fsync=name == "kafka_fsync")
                )
                with started as (bootstrap, pids):
                    figures.append(measure(bootstrap, pids, args))
    report["runs"], report["rows"] = runs, summary(runs)
    results = ROOT / "bench/results"
    results.mkdir(exist_ok=True)
    stem = results / report["began"].replace(":", "").split("+")[0]
    stem.with_suffix(".json").write_text(json.dumps(report, indent=1) + "\n")
    stem.with_suffix(".md").write_text(markdown(report))
    print(markdown(report))
    print(f"written to {stem.relative_to(ROOT)}.json and .md")


if __name__ == "__main__":
    main()
