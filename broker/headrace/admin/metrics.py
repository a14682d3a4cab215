"""Metrics of the engine and of the process, for Prometheus.

The engine writes OpenMetrics text. A scraper that asks for it gets it; others get the older text
format, in which a counter's name carries `_total` in its TYPE line as well.
"""

from __future__ import annotations

import os
import resource
from pathlib import Path
from typing import TYPE_CHECKING

from headrace import __version__

if TYPE_CHECKING:
    from headrace.admin.state import AdminState

OPENMETRICS = "application/openmetrics-text; version=1.0.0; charset=utf-8"
TEXT = "text/plain; version=0.0.4; charset=utf-8"
PROC = Path("/proc/self")


def render(state: AdminState, accept: str) -> tuple[str, str]:
    """The metrics and their content type, as the Accept header asks."""
    text = state.engine.metrics() + _node(state) + _process()
    if "application/openmetrics-text" in accept:
        return text + "# EOF\n", OPENMETRICS
    return _older(text), TEXT


def _family(name: str, kind: str, text: str, value: float, labels: str = "") -> str:
    sample = f"{name}_total" if kind == "counter" else name
    return f"# HELP {name} {text}\n# TYPE {name} {kind}\n{sample}{labels} {value:.17g}\n"


def _node(state: AdminState) -> str:
    labels = f'{{version="{__version__}"}}'
    return _family("headrace_build", "gauge", "Always 1; the version is a label.", 1, labels) + (
        _family(
            "headrace_ready",
            "gauge",
            "1 while the node serves.",
            1 if state.phase == "ready" else 0,
        )
    )


def _process() -> str:
    """The families that Prometheus' own client libraries export, from /proc."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    resident_pages = int((PROC / "statm").read_text().split()[1])
    open_fds = len(list((PROC / "fd").iterdir()))
    max_fds = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    # The name in the second field may hold blanks; what counts comes after its bracket.
    fields = (PROC / "stat").read_text().rpartition(")")[2].split()
    threads, start_ticks = int(fields[17]), int(fields[19])
    boot = next(
        int(line.split()[1])
        for line in Path("/proc/stat").read_text().splitlines()
        if line.startswith("btime")
    )
    started = boot + start_ticks / os.sysconf("SC_CLK_TCK")
    resident = resident_pages * os.sysconf("SC_PAGE_SIZE")
    return "".join(
        (
            _family("process_cpu_seconds", "counter", "CPU time.", usage.ru_utime + usage.ru_stime),
            _family("process_resident_memory_bytes", "gauge", "Resident memory.", resident),
            _family("process_open_fds", "gauge", "Open file descriptors.", open_fds),
            _family("process_max_fds", "gauge", "Limit of open file descriptors.", max_fds),
            _family("process_threads", "gauge", "Threads.", threads),
            _family("process_start_time_seconds", "gauge", "Start, Unix time.", started),
        )
    )


def _older(text: str) -> str:
    """OpenMetrics as Prometheus' text format 0.0.4."""
    counters = {
        line.split(" ")[2]
        for line in text.splitlines()
        if line.startswith("# TYPE ") and line.endswith(" counter")
    }
    lines = []
    for line in text.splitlines():
        if line.startswith(("# HELP ", "# TYPE ")):
            mark, kind, name, *rest = line.split(" ")
            renamed = f"{name}_total" if name in counters else name
            lines.append(" ".join((mark, kind, renamed, *rest)))
        elif not line.startswith(("# EOF", "# UNIT")):
            lines.append(line)
    return "\n".join(lines) + "\n"
