"""Processes that outlive the command that started them: found again, and ended, without mistakes.

A process id alone may have been given to somebody else since. A process is known by its id and its
start time (proc(5), field 22 of stat), and signalled through a pidfd that was opened before the
start time was compared, so that nothing can slip in between.
"""

import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")
STATE_FIELD = 0
START_TIME_FIELD = 19  # field 22 of stat(5), counted after the command name
POLL_SECONDS = 0.05


@dataclass(frozen=True)
class Identity:
    """A process: its id, and when it started in clock ticks since boot."""

    pid: int
    start_ticks: int

    @classmethod
    def of(cls, pid: int, proc: Path = PROC) -> "Identity | None":
        """The process that has this id now; None when there is none or it has ended (zombies)."""
        fields = _stat_fields(pid, proc)
        if fields is None or fields[STATE_FIELD] in "ZX":
            return None
        return cls(pid, int(fields[START_TIME_FIELD]))

    def is_running(self, proc: Path = PROC) -> bool:
        """Whether this very process still runs."""
        return Identity.of(self.pid, proc) == self

    def send(self, number: signal.Signals) -> bool:
        """Signals this very process. False when it is gone."""
        try:
            descriptor = os.pidfd_open(self.pid)
        except ProcessLookupError:
            return False
        try:
            if not self.is_running():
                return False
            signal.pidfd_send_signal(descriptor, number)
        except ProcessLookupError:
            return False
        finally:
            os.close(descriptor)
        return True


def _stat_fields(pid: int, proc: Path) -> list[str] | None:
    """Fields of /proc/PID/stat behind the command name, which may itself hold blanks and `)`."""
    try:
        text = (proc / str(pid) / "stat").read_text(encoding="utf-8", errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return None
    return text.rpartition(")")[2].split()


def end_all(processes: list[Identity], timeout_s: float) -> list[Identity]:
    """Asks all to stop (SIGTERM), waits, then kills what is left. Returns what had to be killed."""
    for process in processes:
        process.send(signal.SIGTERM)
    left = wait_gone(processes, timeout_s)
    for process in left:
        process.send(signal.SIGKILL)
    # SIGKILL cannot be refused, but a process in the middle of disk I/O goes when that is done.
    wait_gone(left, 10)
    return left


def wait_gone(processes: list[Identity], timeout_s: float) -> list[Identity]:
    """Waits until all have ended, at most `timeout_s`. Returns those that still run."""
    deadline = time.monotonic() + timeout_s
    left = [process for process in processes if process.is_running()]
    while left and time.monotonic() < deadline:
        time.sleep(POLL_SECONDS)
        left = [process for process in left if process.is_running()]
    return left
