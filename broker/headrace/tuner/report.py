"""Runs tuners and says what came of it."""

from __future__ import annotations

import json
import os
import tempfile
import time
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

from headrace import __version__
from headrace.tuner.base import Finding, State
from headrace.tuner.conflicts import conflicts

if TYPE_CHECKING:
    from headrace.tuner.base import Tuner
    from headrace.tuner.host import Host


class Action(StrEnum):
    """What to do with each tuner."""

    APPLY = "apply"
    CHECK = "check"
    DRY_RUN = "dry run"


@dataclass(frozen=True)
class Report:
    """The outcome of one run."""

    action: Action
    mode: str | None
    container: str | None
    findings: tuple[Finding, ...]
    conflicts: tuple[str, ...]

    @property
    def ok(self) -> bool:
        """Apply: nothing failed. Check: nothing is left to tune. Dry run: always."""
        if self.action is Action.DRY_RUN:
            return True
        return all(finding.is_tuned for finding in self.findings)

    def as_json(self) -> dict[str, Any]:
        """The report that headrace-tuner.service leaves behind."""
        states = [finding.state for finding in self.findings]
        return {
            "version": __version__,
            "time_unix_ms": time.time_ns() // 1_000_000,
            "action": self.action.value,
            "mode": self.mode,
            "container": self.container,
            "ok": self.ok,
            "counts": {state.value.replace(" ", "_"): states.count(state) for state in State},
            "tuners": [finding.as_json() for finding in self.findings],
            "conflicts": list(self.conflicts),
        }


def run(tuners: list[Tuner], host: Host, action: Action, mode: str | None = None) -> Report:
    """Checks the tuners, or applies them one after another."""
    work = [tuner.apply(host) if action is Action.APPLY else tuner.check(host) for tuner in tuners]
    return Report(action, mode, host.container(), tuple(work), tuple(conflicts(host, work)))


def write(report: Report, file: Path) -> None:
    """Writes the report for all to read, whole or not at all. Raises OSError."""
    file.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(prefix=f".{file.name}.", dir=file.parent)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
            os.fchmod(descriptor, 0o644)
            json.dump(report.as_json(), stream, indent=2)
            stream.write("\n")
        Path(name).replace(file)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
