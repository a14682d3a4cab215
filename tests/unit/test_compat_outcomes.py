"""How the runner of foreign suites judges what a test did."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

COMPAT = Path(__file__).parents[1] / "clients/compat"
sys.path.insert(0, str(COMPAT))

from outcomes import Expected, Outcome, judge, read_expected  # noqa: E402


@pytest.mark.parametrize(
    ("listed", "result", "surprises"),
    [
        (None, "pass", False),
        (None, "fail", True),
        (None, "skip", True),
        ("fail", "fail", False),
        ("fail", "pass", True),
        ("skip", "fail", True),
        ("unsteady", "pass", False),
        ("unsteady", "fail", False),
        ("unsteady", "skip", True),
    ],
)
def test_a_listed_test_does_what_is_listed(listed, result, surprises):
    entries = [Expected("suite", "TestX", listed, "why", ("headrace",))] if listed else []
    outcomes = [Outcome("TestOther", "pass"), Outcome("TestX", result)]
    verdict = judge("suite", "headrace", outcomes, entries, whole=True)
    assert bool(verdict.surprises) == surprises, verdict.surprises


def test_an_entry_without_its_test_is_a_surprise():
    entry = Expected("suite", "TestGone", "unsteady", "why", ("headrace",))
    outcomes = [Outcome("TestX", "pass")]
    assert judge("suite", "headrace", outcomes, [entry], whole=True).surprises
    assert not judge("suite", "headrace", outcomes, [entry], whole=False).surprises


def test_every_entry_has_a_result_that_is_known():
    for entry in read_expected(COMPAT / "expected.toml"):
        assert entry.result in ("fail", "skip", "unsteady")
        assert entry.reason
