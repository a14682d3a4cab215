"""The report: ratios of medians with their spread, as Markdown, JSON and plots."""

from __future__ import annotations

import json
import statistics
from typing import TYPE_CHECKING, Any

from matplotlib import pyplot as plt

from workloads import MORE_IS_BETTER, Curves, Figures

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

# What is told as a ratio: ours over theirs, each with the promise that is like ours.
PAIRS = (
    ("headrace", "kafka_fsync"),
    ("headrace", "kafka"),
    ("headrace_caching", "kafka"),
)
GROUPED = (
    "Cores were shared by session, not by thread (autogroup, which only root may switch off): a "
    "load may have kept nodes from the cores for seconds."
)
GIVEN_BACK = (
    "Free memory went back to the host of this virtual machine, which could not be told to wait: "
    "what was written where nothing was before may have been slow."
)
DPI = 110
# The load whose percentile curve is drawn, in % of what the slower side sustains.
MODERATE = 30
# No display: the plots go to files.
plt.switch_backend("Agg")


def more_is_better(figure: str) -> bool:
    """Whether a larger figure is the better one."""
    return figure.endswith(MORE_IS_BETTER)


def rows(runs: dict[str, list[Figures]]) -> list[dict[str, Any]]:
    """A row a figure: each side's median and spread, and the ratios of the pairs that have it."""
    names = dict.fromkeys(name for each in runs.values() for run in each for name in run)
    found = []
    for figure in names:
        row: dict[str, Any] = {"figure": figure, "more_is_better": more_is_better(figure)}
        for side, repetitions in runs.items():
            values = [run[figure] for run in repetitions if figure in run]
            if values:
                median = statistics.median(values)
                row[side] = {"median": median, "min": min(values), "max": max(values)}
        for ours, theirs in PAIRS:
            # A system's own figures stand once, under the side that it was measured with.
            mine, other = row.get(ours), row.get(theirs)
            if mine and other and other["median"] > 0:
                row[f"{ours}/{theirs}"] = mine["median"] / other["median"]
        found.append(row)
    return found


def markdown(report: dict[str, Any]) -> str:
    """The report as a table of ratios."""
    pairs = [f"{ours}/{theirs}" for ours, theirs in PAIRS]
    pairs = [pair for pair in pairs if any(pair in row for row in report["rows"])]
    lines = [
        f"# Headrace beside Apache Kafka {report['kafka_version']}, {report['began']}",
        "",
        (
            f"{report['machine']}; load average at the start {report['load_average']:.2f}; "
            f"{report['repetitions']} repetitions, in turn; commit {report['commit']}."
            + ("" if report["shared_by_thread"] else f" {GROUPED}")
            + ("" if report["memory_kept"] else f" {GIVEN_BACK}")
        ),
        "",
        *(f"- `{side['name']}`: {side['promise']}" for side in report["sides"]),
        "",
        (
            "A ratio is the median of the first side's runs over that of the second's; in brackets "
            "the spread of each, most over least. Absolute figures are in the JSON file: they tell "
            "of this machine only."
        ),
        "",
        "| figure | better is | " + " | ".join(pairs) + " |",
        "|---|---|" + "---|" * len(pairs),
    ]
    for row in report["rows"]:
        cells = [_cell(row, pair) for pair in pairs]
        if any(cells):
            better = "more" if row["more_is_better"] else "less"
            lines.append(f"| {row['figure']} | {better} | " + " | ".join(cells) + " |")
    return "\n".join([*lines, *_distance(report)]) + "\n"


def _distance(report: dict[str, Any]) -> list[str]:
    """How far the first side is from a bare loop on the same loopback and disk."""
    floors, rows_by = report["floors"], {row["figure"]: row for row in report["rows"]}
    reached = rows_by.get("throughput 64 partitions mb_s", {}).get("headrace")
    if not floors or not reached:
        return []
    floor = statistics.median(each["mb_s"] for each in floors)
    spread = max(each["mb_s"] for each in floors) / min(each["mb_s"] for each in floors)
    ratio = reached["median"] / floor
    return [
        "",
        (
            "A bare loop (one thread that reads 64 KB frames from the loopback, writes them to a "
            "zero-filled file and syncs it before it answers) is the physical limit for one copy. "
            f"Three nodes, three copies, each journalled and in a segment: {ratio:.2f} of its "
            f"throughput (spread {spread:.1f})."
        ),
    ]


def _cell(row: dict[str, Any], pair: str) -> str:
    if pair not in row:
        return ""
    spread = [row[side]["max"] / max(row[side]["min"], 1e-9) for side in pair.split("/")]
    return f"{row[pair]:.2f} ({spread[0]:.1f}, {spread[1]:.1f})"


def plots(report: dict[str, Any], curves: dict[str, list[Curves]], stem: Path) -> list[Path]:
    """Latency over load, percentile curves, and cost over size where they were measured."""
    made = []
    by_figure = {row["figure"]: row for row in report["rows"]}
    pairs = sorted({f.split(" of ", 1)[1].split(" ")[0] for f in by_figure if "% of " in f})
    for pair in pairs:
        slug = pair.replace("/", "-over-")
        measured = [w for w in ("ack", "end to end") if any(f"{pair} {w}" in f for f in by_figure)]
        for what in measured:
            path = stem.with_name(f"{stem.name}-load-{slug}-{what.replace(' ', '-')}.png")
            _over_load(by_figure, report["loads"], (pair, what), path)
            made.append(path)
            path = stem.with_name(f"{stem.name}-curve-{slug}-{what.replace(' ', '-')}.png")
            moderate = min(report["loads"], key=lambda percent: abs(percent - MODERATE))
            _curve(curves, f"ladder {moderate}% of {pair} {what}", path)
            made.append(path)
    for axis in sorted({f.split("=")[0] for f in by_figure if "=" in f}):
        path = stem.with_name(f"{stem.name}-growth-{axis.rsplit(maxsplit=1)[-1]}.png")
        _growth(by_figure, axis, path)
        made.append(path)
    return made


def _over_load(
    rows_by: dict[str, Any], loads: list[int], name: tuple[str, str], path: Path
) -> None:
    pair, what = name
    figure, axes = plt.subplots(figsize=(7, 4.5))
    for side in pair.split("/"):
        for at, style in (("p50", ":"), ("p99", "-"), ("p99.9", "--")):
            points = [
                (percent, rows_by.get(f"ladder {percent}% of {pair} {what} {at}_ms", {}).get(side))
                for percent in loads
            ]
            seen = [(percent, cell["median"]) for percent, cell in points if cell]
            axes.plot(*zip(*seen, strict=True), style, marker="o", label=f"{side} {at}")
    axes.set(
        xlabel=f"load, % of what the slower of {pair} sustains",
        ylabel=f"{what}, ms",
        yscale="log",
    )
    _save(figure, axes, path)


def _curve(curves: dict[str, list[Curves]], name: str, path: Path) -> None:
    figure, axes = plt.subplots(figsize=(7, 4.5))
    for side, runs in curves.items():
        for at, found in enumerate(run[name] for run in runs if name in run):
            # The x axis of such plots: nines.
            points = [(1 / max(1 - quantile, 1e-6), ms) for quantile, ms in found]
            colour = f"C{list(curves).index(side)}"
            axes.plot(*zip(*points, strict=True), color=colour, label=side if at == 0 else None)
    axes.set(xlabel="1 / (1 - fraction of records)", ylabel="ms", xscale="log", yscale="log")
    axes.set_title(name)
    _save(figure, axes, path)


def _growth(rows_by: dict[str, Any], axis: str, path: Path) -> None:
    figure, both = plt.subplots(1, 2, figsize=(11, 4.5))
    for axes, unit in zip(both, ("mb_s", "p99_ms"), strict=True):
        points: dict[str, list[tuple[float, float]]] = {}
        for name, row in rows_by.items():
            if name.startswith(f"{axis}=") and name.endswith(unit):
                value = float(name.split("=")[1].split(" ")[0])
                for side, cell in row.items():
                    if isinstance(cell, dict):
                        points.setdefault(side, []).append((value, cell["median"]))
        for side, seen in points.items():
            axes.plot(*zip(*seen, strict=True), marker="o", label=side)
        axes.set(xlabel=axis.rsplit(maxsplit=1)[-1], ylabel=unit, xscale="log", yscale="log")
        axes.grid(visible=True, which="both", alpha=0.3)
    _save(figure, both[0], path)


def _save(figure: Any, axes: Any, path: Path) -> None:
    axes.legend(fontsize=8)
    axes.grid(visible=True, which="both", alpha=0.3)
    figure.tight_layout()
    figure.savefig(path, dpi=DPI)
    plt.close(figure)


def write(report: dict[str, Any], curves: dict[str, list[Curves]], stem: Path) -> Iterable[Path]:
    """Writes all of it; returns the files."""
    stem.parent.mkdir(exist_ok=True)
    stem.with_suffix(".json").write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    stem.with_suffix(".md").write_text(markdown(report), encoding="utf-8")
    return [stem.with_suffix(".json"), stem.with_suffix(".md"), *plots(report, curves, stem)]
