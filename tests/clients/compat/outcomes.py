"""What a suite's tests did, which of it was expected, and how that is told.

`expected.toml` lists the tests that are known not to pass, each with its reason. A test that does
what is not expected of it, and one that passes though listed, fail the run. A test that now passes
and now fails, on Apache Kafka as well, is listed as unsteady and may do either.
"""

from __future__ import annotations

import fnmatch
import json
import tomllib
import xml.etree.ElementTree as ET
from collections import Counter
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

PASS, FAIL, SKIP = "pass", "fail", "skip"
UNSTEADY = "unsteady"
OUTPUT_CHARS = 6000


@dataclass
class Outcome:
    """What one test did; `output` is kept of a test that did not pass."""

    test: str
    result: str
    seconds: float = 0.0
    output: str = ""


@dataclass(frozen=True)
class Expected:
    """An entry of `expected.toml`; `test` may hold shell wildcards."""

    suite: str
    test: str
    result: str
    reason: str
    targets: tuple[str, ...]

    def allows(self, result: str) -> bool:
        """Whether a test may do that."""
        return result in (PASS, FAIL) if self.result == UNSTEADY else result == self.result


@dataclass
class Verdict:
    """A suite's outcomes beside what was expected of them."""

    suite: str
    target: str
    outcomes: list[Outcome]
    surprises: list[str] = field(default_factory=list)

    def counts(self) -> Counter[str]:
        """How many tests passed, failed and were skipped."""
        return Counter(outcome.result for outcome in self.outcomes)

    def as_json(self) -> str:
        """Everything, for other programs."""
        return json.dumps(asdict(self), indent=1)


def read_expected(path: Path) -> list[Expected]:
    """The list of tests that are known not to pass."""
    entries = tomllib.loads(path.read_text(encoding="utf-8"))["test"]
    read = []
    for entry in entries:
        targets = tuple(entry.pop("targets", ("headrace", "kafka")))
        read.append(Expected(targets=targets, **entry))
    return read


def leaves(outcomes: Iterable[Outcome]) -> list[Outcome]:
    """Leaves out the tests that only sum up their subtests (Go's `TestX` of `TestX/case`)."""
    every = list(outcomes)
    failed = [outcome.test for outcome in every if outcome.result == FAIL]
    kept = []
    for outcome in every:
        below = f"{outcome.test}/"
        has_subtests = any(other.test.startswith(below) for other in every)
        failed_itself = outcome.result == FAIL and not any(t.startswith(below) for t in failed)
        if not has_subtests or failed_itself:
            kept.append(outcome)
    return kept


def judge(
    suite: str, target: str, outcomes: list[Outcome], expected: Iterable[Expected], *, whole: bool
) -> Verdict:
    """Compares. `whole`: all of the suite ran, so an entry that met no test is one too many."""
    verdict = Verdict(suite, target, outcomes)
    entries = [e for e in expected if e.suite == suite and target in e.targets]
    for outcome in outcomes:
        entry = next((e for e in entries if fnmatch.fnmatchcase(outcome.test, e.test)), None)
        wanted = entry.result if entry else PASS
        if not (entry.allows(outcome.result) if entry else outcome.result == PASS):
            verdict.surprises.append(f"{outcome.test}: {outcome.result}, expected {wanted}")
    if whole:
        verdict.surprises += [
            f"{entry.test}: listed in expected.toml, but there is no such test"
            for entry in entries
            if not any(fnmatch.fnmatchcase(outcome.test, entry.test) for outcome in outcomes)
        ]
    if not any(outcome.result == PASS for outcome in outcomes):
        verdict.surprises.append("no test passed")
    return verdict


def from_go(lines: Iterable[str]) -> list[Outcome]:
    """Reads what `go tool test2json` wrote."""
    found: dict[str, Outcome] = {}
    output: dict[str, list[str]] = {}
    for line in lines:
        event = json.loads(line)
        test, action = event.get("Test"), event["Action"]
        if action == "output":
            output.setdefault(test or "", []).append(event["Output"])
        if test is None:
            continue
        if action in {PASS, FAIL, SKIP}:
            found[test] = Outcome(test, action, event.get("Elapsed", 0.0))
        elif action == "run":
            # Unless a later line says otherwise it never ended: the suite's time was over.
            found[test] = Outcome(test, FAIL)
    for test, outcome in found.items():
        if outcome.result != PASS:
            outcome.output = "".join(output.get(test, []))[-OUTPUT_CHARS:]
    if not found:
        text = "".join(output.get("", []))
        return [Outcome("(start of the suite)", FAIL, output=text[-OUTPUT_CHARS:])]
    return leaves(found.values())


def from_junit(path: Path) -> list[Outcome]:
    """Reads a JUnit report, as pytest and JUnit write it."""
    found = []
    for case in ET.parse(path).iter("testcase"):  # noqa: S314 - written by our own child
        owner = case.get("classname", "").rpartition(".")[2]
        outcome = Outcome(f"{owner}::{case.get('name')}", PASS, float(case.get("time") or 0))
        for kind, result in (("failure", FAIL), ("error", FAIL), ("skipped", SKIP)):
            node = case.find(kind)
            if node is not None:
                outcome.result = result
                text = f"{node.get('message') or ''}\n{node.text or ''}"
                outcome.output = text[-OUTPUT_CHARS:]
                break
        found.append(outcome)
    return found


def table(verdicts: Iterable[Verdict]) -> str:
    """One line a suite, then every surprise."""
    rows = [f"{'suite':<14}{'target':<10}{'pass':>6}{'fail':>6}{'skip':>6}  verdict"]
    notes = []
    for verdict in verdicts:
        counts = verdict.counts()
        numbers = "".join(f"{counts[result]:>6}" for result in (PASS, FAIL, SKIP))
        word = f"{len(verdict.surprises)} not as expected" if verdict.surprises else "as expected"
        rows.append(f"{verdict.suite:<14}{verdict.target:<10}{numbers}  {word}")
        notes += [f"{verdict.suite} on {verdict.target}: {line}" for line in verdict.surprises]
    return "\n".join([*rows, *notes])
