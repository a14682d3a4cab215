"""Where the CPU time of a side's nodes goes under a load: a flame graph (perf, inferno).

make flames                                    headrace, as fast as acknowledgements allow
bench/flames.py --side kafka --load open       an open loop on Apache Kafka (Java code has no names)
bench/flames.py --load idle --partitions 5000
"""

from __future__ import annotations

import argparse
import contextlib
import subprocess
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import loads
import peer
from machine import memory_kept, shared_by_thread
from systems import SIDES, end_nodes_when_told, running
from workloads import SMALL

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[1]
INFERNO = "0.12.8"
SAMPLES_A_SECOND = 299
# Frames of code without frame pointers are found by their unwind tables in a copy of the stack.
STACK_BYTES = 16_384
BEFORE_SECONDS = 4
LOADS: dict[str, tuple[str, dict[str, float]]] = {
    "write": ("write", {"bytes": 1024}),
    "small": ("write", dict(SMALL)),
    "open": ("open", {"bytes": 1024, "rate": 2000, "groups": 1, "linger_ms": 0}),
    "idle": ("", {}),
}


def inferno() -> Path:
    """The folder of inferno's programs, built once (a minute) into the cache."""
    home = peer.cache_folder() / "inferno"
    made = home / f".{INFERNO}"
    if not made.exists():
        subprocess.run(
            ["cargo", "install", "-q", "--locked", "--root", home, "--version", INFERNO, "inferno"],
            check=True,
        )
        made.touch()
    return home / "bin"


@contextlib.contextmanager
def loaded(load: str, bootstrap: str, topic: str, seconds: float) -> Iterator[None]:
    """The load runs while the block does."""
    what, options = LOADS[load]
    if not what:
        yield
        return
    whole = BEFORE_SECONDS + seconds + 2
    process = loads.start(what, bootstrap, topic, seconds=whole, **options)
    try:
        time.sleep(BEFORE_SECONDS)
        yield
    finally:
        loads.result(process)


def record(pids: list[int], seconds: float, data: Path) -> None:
    """Samples the processes, in user and kernel code."""
    subprocess.run(
        [
            *("perf", "record", "-q", "-F", str(SAMPLES_A_SECOND)),
            *("--call-graph", f"dwarf,{STACK_BYTES}", "-o", str(data)),
            *("-p", ",".join(map(str, pids)), "--", "sleep", str(seconds)),
        ],
        check=True,
    )


def draw(data: Path, title: str, svg: Path) -> None:
    """Folds the samples into a flame graph, by thread."""
    tools = inferno()
    script = subprocess.run(["perf", "script", "-i", data], check=True, capture_output=True).stdout
    folded = subprocess.run(
        [tools / "inferno-collapse-perf"], check=True, input=script, capture_output=True
    ).stdout
    graph = subprocess.run(
        [tools / "inferno-flamegraph", "--title", title, "--minwidth", "0.2"],
        check=True, input=folded, capture_output=True,
    ).stdout  # fmt: skip
    svg.parent.mkdir(exist_ok=True)
    svg.write_bytes(graph)


def main() -> None:
    """Starts a cluster, loads it, samples it, draws."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--side", choices=SIDES, default="headrace")
    parser.add_argument("--load", choices=LOADS, default="write")
    parser.add_argument("--partitions", type=int, default=64)
    parser.add_argument("--seconds", type=float, default=6, help="what is sampled")
    parser.add_argument("--out", type=Path, help="default: bench/results/profile-SIDE-LOAD.svg")
    options = parser.parse_args()
    end_nodes_when_told()
    side = SIDES[options.side]
    out = options.out or ROOT / f"bench/results/profile-{side.name}-{options.load}.svg"
    loads.program()
    inferno()
    profile = tempfile.TemporaryDirectory(prefix="headrace-profile-")
    with profile as scratch, shared_by_thread(), memory_kept(Path(scratch)):
        data = Path(scratch) / "perf.data"
        with running(side.system, Path(scratch) / "cluster") as cluster:
            cluster.create("profile", options.partitions, side.topic)
            with loaded(options.load, cluster.bootstrap, "profile", options.seconds):
                record(cluster.pids, options.seconds, data)
        draw(data, f"{side.name}, {options.load}, {options.partitions} partitions", out)
    print(f"written: {out}")


if __name__ == "__main__":
    main()
