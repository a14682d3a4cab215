"""Instructions of fixed workloads under Callgrind, held to what is written down.

instructions.py            fails where a workload needs 3% more than instructions.toml says, or less
instructions.py --record   writes what it counts to instructions.toml

Instructions do not depend on how busy the machine is. They depend on the compiler, so where that
is another one than the file names, the bound is wider.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

import peer

ROOT = Path(__file__).resolve().parents[1]
ENGINE = ROOT / "broker/engine"
RECORDED = Path(__file__).with_suffix(".toml")
BOUND = 0.03
OTHER_COMPILER_BOUND = 0.25
COUNT_SECONDS = 1800
HEADER = """\
# Written by `bench/instructions.py --record`. A change that moves a figure says why in its commit.
"""


def compiler() -> str:
    """The version of the Rust compiler."""
    done = subprocess.run(["rustc", "--version"], check=True, capture_output=True, text=True)
    return done.stdout.split()[1]


def count() -> dict[str, int]:
    """Runs every workload once; returns instructions by the workload's name."""
    command = ["cargo", "bench", "--locked", "-p", "headrace-sim", "--bench", "instructions"]
    with tempfile.TemporaryDirectory(prefix="headrace-instructions-") as home:
        environment = {
            **os.environ,
            # A fresh folder: nothing to compare with, so each summary holds one run.
            "GUNGRAUN_HOME": home,
            "GUNGRAUN_RUNNER": str(peer.cache_folder() / "gungraun/bin/gungraun-runner"),
            "GUNGRAUN_SAVE_SUMMARY": "json",
        }
        done = subprocess.run(
            command, check=False, cwd=ENGINE, env=environment, capture_output=True, text=True,
            timeout=COUNT_SECONDS,
        )  # fmt: skip
        if done.returncode != 0:
            raise SystemExit(f"{' '.join(command)}:\n{done.stdout[-4000:]}{done.stderr[-4000:]}")
        summaries = [json.loads(path.read_text()) for path in Path(home).rglob("summary.json")]
    counted = {}
    for summary in summaries:
        name = summary["module_path"].removeprefix("instructions::")
        total = summary["profiles"][0]["summaries"]["total"]["summary"]["Callgrind"]
        counted[" ".join(filter(None, [name, summary["id"]]))] = total["Ir"]["metrics"]["Left"][
            "Int"
        ]
    return dict(sorted(counted.items()))


def compare(counted: dict[str, int], recorded: dict[str, int], bound: float) -> list[str]:
    """What is not as it was written down, a line each."""
    amiss = []
    for name in sorted(counted.keys() | recorded.keys()):
        if name not in counted or name not in recorded:
            where = "is not written down" if name in counted else "is written down but not counted"
            amiss.append(f"{name} {where}")
            continue
        change = counted[name] / recorded[name] - 1
        if abs(change) > bound:
            amiss.append(f"{name}: {recorded[name]} -> {counted[name]} ({change:+.1%})")
    return amiss


def record(counted: dict[str, int], version: str) -> None:
    """Writes the file."""
    lines = [f'"{name}" = {instructions}\n' for name, instructions in counted.items()]
    text = f'{HEADER}rustc = "{version}"\n\n[instructions]\n{"".join(lines)}'
    RECORDED.write_text(text, encoding="utf-8")


def main() -> int:
    """The command line; returns the exit status."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--record", action="store_true", help="write what is counted to the file")
    options = parser.parse_args()
    version, counted = compiler(), count()
    if options.record:
        record(counted, version)
        return 0
    written = tomllib.loads(RECORDED.read_text(encoding="utf-8"))
    same = version == written["rustc"]
    bound = BOUND if same else OTHER_COMPILER_BOUND
    if not same:
        print(f"rustc is {version}, the figures are of {written['rustc']}: bound {bound:.0%}")
    amiss = compare(counted, written["instructions"], bound)
    for line in amiss:
        print(line, file=sys.stderr)
    if amiss:
        print(
            "more is a loss to mend or to explain, less a gain to keep: "
            "bench/instructions.py --record",
            file=sys.stderr,
        )
        return 1
    print(f"{len(counted)} workloads need the instructions that they needed, within {bound:.0%}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
