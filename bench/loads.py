"""The load generators: ours over librdkafka (load/), and the two that Apache Kafka ships."""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any

import peer

HERE = Path(__file__).resolve().parent
BUILD_SECONDS = 900
RUN_SECONDS = 1800
Told = dict[str, Any]


def program() -> Path:
    """Builds the load program (in the cache) and returns where it is."""
    target = peer.cache_folder() / "rdkafka"
    subprocess.run(
        ["cargo", "build", "-q", "--release", "--locked"],
        check=True,
        cwd=HERE / "load",
        env={**os.environ, "CARGO_TARGET_DIR": str(target)},
        timeout=BUILD_SECONDS,
    )
    return target / "release/headrace-load"


def start(what: str, bootstrap: str, topic: str, **options: float) -> subprocess.Popen[str]:
    """Starts a load; the options are those of the program, with `_` for `-`."""
    command = [str(peer.cache_folder() / "rdkafka/release/headrace-load"), what]
    command += ["--bootstrap", bootstrap, "--topic", topic]
    for name, value in options.items():
        command += [f"--{name.replace('_', '-')}", str(value)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def result(process: subprocess.Popen[str]) -> Told:
    """Waits for a load and returns what it tells."""
    try:
        output, _ = process.communicate(timeout=RUN_SECONDS)
    except BaseException:
        # Ctrl-C as well: it would go on without its cluster.
        process.kill()
        process.wait()
        raise
    if process.returncode != 0:
        raise RuntimeError(f"{process.args!r} ended with {process.returncode}")
    told: Told = json.loads(output)
    return told


def run(what: str, bootstrap: str, topic: str, **options: float) -> Told:
    """Runs a load to its end."""
    return result(start(what, bootstrap, topic, **options))


def floor(folder: Path, **options: float) -> Told:
    """The bare loop on the disk of `folder`."""
    command = [str(peer.cache_folder() / "rdkafka/release/headrace-load"), "floor"]
    command += ["--folder", str(folder)]
    for name, value in options.items():
        command += [f"--{name.replace('_', '-')}", str(value)]
    return result(subprocess.Popen(command, stdout=subprocess.PIPE, text=True))


def java_produce(bootstrap: str, topic: str, records: int, record_bytes: int) -> float:
    """Apache Kafka's ProducerPerformance; MB/s."""
    output = _tool(
        "org.apache.kafka.tools.ProducerPerformance",
        *("--topic", topic, "--num-records", str(records), "--record-size", str(record_bytes)),
        *("--throughput", "-1", "--producer-props", f"bootstrap.servers={bootstrap}"),
        *("acks=all", "linger.ms=5", "batch.size=131072"),
    )
    found = re.findall(rf"^{records} records sent, ([\d.]+) records/sec", output, re.MULTILINE)
    if len(found) != 1:
        raise RuntimeError(f"ProducerPerformance did not tell its result:\n{output[-2000:]}")
    return float(found[0]) * record_bytes / 1e6


def java_consume(bootstrap: str, topic: str, records: int) -> float:
    """Apache Kafka's ConsumerPerformance; MB/s without the time to join the group."""
    output = _tool(
        "org.apache.kafka.tools.ConsumerPerformance",
        *("--topic", topic, "--num-records", str(records), "--bootstrap-server", bootstrap),
    )
    # A line of names, a line of values.
    lines = [line.split(",") for line in output.splitlines() if "," in line][-2:]
    names = [name.strip() for name in lines[0]]
    values = dict(zip(names, (value.strip() for value in lines[-1]), strict=True))
    return float(values["fetch.MB.sec"]) * (1 << 20) / 1e6


def _tool(name: str, *arguments: str) -> str:
    libs = peer.assemble(peer.cache_folder())
    command = ["java", "-Xmx512m", *peer.JVM_FLAGS, "-Dlog4j2.level=ERROR", "-cp", f"{libs}/*"]
    done = subprocess.run(
        [*command, name, *arguments],
        check=False,
        capture_output=True,
        text=True,
        timeout=RUN_SECONDS,
    )
    if done.returncode != 0:
        raise RuntimeError(f"{name} failed:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    return done.stdout
