"""The page on semantics names tests that exist."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs/protocol/semantics.md"
NAMED = re.compile(r"`([\w/]+\.(?:py|rs))::(\w+)`(?: \((\w+\.txt)\))?")
CRATES = ROOT / "broker/engine/crates"


def test_every_test_that_is_named_exists() -> None:
    named = NAMED.findall(PAGE.read_text(encoding="utf-8"))
    assert len(named) > 50
    missing = []
    for file, test, scenario in named:
        path = (ROOT / "tests" if file.endswith(".py") else CRATES) / file
        defined = rf"^\s*(async )?(def|fn) {test}\("
        is_there = path.is_file() and re.search(defined, path.read_text(), re.MULTILINE)
        if not is_there or (scenario and not (path.parent / "scenarios" / scenario).is_file()):
            missing.append(f"{file}::{test} {scenario}")
    assert not missing


def test_every_row_names_a_test() -> None:
    rows = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line[:2] == "| "]
    rows = [row for row in rows if not row.startswith("| what |")]
    assert rows
    assert not [row for row in rows if not NAMED.search(row)]
