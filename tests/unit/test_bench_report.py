"""The benchmark's report: ratios of medians, for the pairs that have a figure."""

from __future__ import annotations

import json

import report
import workloads


def runs():
    """Three repetitions of two sides of each system, with figures that only some have."""
    made = {}
    for factor, side in enumerate(("headrace", "headrace_caching", "kafka", "kafka_fsync"), 1):
        made[side] = [
            {
                "throughput 64 partitions mb_s": 10.0 * factor + repetition,
                "ladder 30% of headrace/kafka ack p99_ms": 1.0 * factor,
                "growth partitions=10 mb_s": 5.0 * factor,
                "growth partitions=100 mb_s": 4.0 * factor,
                "growth partitions=10 p99_ms": 5.0,
                "growth partitions=100 p99_ms": 9.0,
            }
            for repetition in range(3)
        ]
    del made["kafka_fsync"][0]["throughput 64 partitions mb_s"]
    return made


def described(found):
    return {
        "kafka_version": "4",
        "began": "2026-01-01T00:00:00+00:00",
        "machine": "a machine",
        "load_average": 0.5,
        "repetitions": 3,
        "commit": "c",
        "shared_by_thread": True,
        "memory_kept": True,
        "loads": [10, 30],
        "sides": [{"name": "headrace", "promise": "on disk"}],
        "runs": found,
        "rows": report.rows(found),
        "floors": [{"mb_s": 100.0}, {"mb_s": 110.0}, {"mb_s": 120.0}],
    }


def test_a_ratio_is_the_median_of_ours_over_the_median_of_theirs():
    by_figure = {row["figure"]: row for row in report.rows(runs())}
    row = by_figure["throughput 64 partitions mb_s"]
    assert row["more_is_better"]
    assert row["headrace/kafka"] == 11 / 31
    assert row["kafka_fsync"] == {"median": 41.5, "min": 41.0, "max": 42.0}
    assert not by_figure["ladder 30% of headrace/kafka ack p99_ms"]["more_is_better"]


def test_the_table_has_ratios_spreads_and_the_distance_to_the_bare_loop():
    text = report.markdown(described(runs()))
    line = next(line for line in text.splitlines() if line.startswith("| throughput 64"))
    assert line.split("|")[2:5] == [" more ", " 0.27 (1.2, 1.0) ", " 0.35 (1.2, 1.1) "]
    assert "0.10 of its throughput (spread 1.2)" in text
    assert "mb_s (" not in text, "no absolute figure is told as a claim"


def test_what_is_written_can_be_read_and_looked_at(tmp_path):
    curve = {"ladder 30% of headrace/kafka ack": [(0.0, 1.0), (0.5, 2.0), (1.0, 9.0)]}
    found = runs()
    stem = tmp_path / "results/one"
    written = report.write(described(found), {side: [curve] for side in found}, stem)
    names = {path.name for path in written}
    assert {"one.json", "one.md", "one-growth-partitions.png"} <= names
    assert json.loads(stem.with_suffix(".json").read_text())["rows"]
    pictures = [path for path in written if path.suffix == ".png"]
    assert all(path.read_bytes().startswith(b"\x89PNG") for path in pictures)
    assert len(pictures) == 3


def test_warming_up_ends_when_throughput_no_longer_grows():
    growing = ([], [1, 2, 3, 4], [3, 3, 3], [1, 1, 1, 2], [4, 9, 9, 9, 9.5, 10.5], [1, 1, 5, 3, 3])
    for rounds in growing:
        assert workloads.still_warming(rounds, 3), rounds
    for rounds in ([3, 3, 3, 3], [1, 3, 3.1, 3.2, 3.2], [4, 2, 3, 3]):
        assert not workloads.still_warming(rounds, 3), rounds
    assert workloads.still_warming([3, 3, 3, 3], 5)
