"""The machine while something is measured: how its cores are shared, and which memory is used."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

AUTOGROUP = Path("/proc/sys/kernel/sched_autogroup_enabled")
# How the kernel tells the host of free pages; missing where it does not.
REPORTING = Path("/sys/module/page_reporting/parameters")
# The longest that it takes.
KEPT_MS = 60_000


@contextlib.contextmanager
def shared_by_thread() -> Iterator[bool]:
    """While the block runs, threads share the cores, not sessions; yields whether that is so.

    Where autogroup is on, every session is a scheduling group of its own. The nodes of the two
    systems and the load are in different sessions, and a busy load was seen to keep nodes from any
    core for five seconds (Linux 6.18). Only root may switch it off; it is put back at the end.
    """
    try:
        before = AUTOGROUP.read_text(encoding="ascii")
        if int(before):
            AUTOGROUP.write_text("0", encoding="ascii")
    except FileNotFoundError:
        before = "0"
    except PermissionError:
        yield False
        return
    try:
        yield True
    finally:
        if int(before):
            AUTOGROUP.write_text(before, encoding="ascii")


@contextlib.contextmanager
def memory_kept() -> Iterator[bool]:
    """While the block runs, memory that is free for less than a minute stays this machine's.

    A virtual machine may give free memory back to its host within seconds, and a page that has to
    come from there again takes fifteen times as long as one that was used a moment ago (seen: a
    copy into a file at 60 MB/s against 1 GB/s). Who runs first, and how much was deleted before,
    would then count for more than who is measured. Yields whether it stays: only root may say so,
    and only some kernels can be told. It is put back at the end.
    """
    if not REPORTING.is_dir():
        yield True
        return
    delay = REPORTING / "min_free_ms"
    try:
        before = delay.read_text(encoding="ascii")
        delay.write_text(str(KEPT_MS), encoding="ascii")
    except OSError:
        yield False
        return
    try:
        yield True
    finally:
        delay.write_text(before, encoding="ascii")


def forget_cached(folders: list[Path]) -> None:
    """Drops the files' clean pages from the page cache, so that reads come from the disk."""
    os.sync()
    for folder in folders:
        # Files of deleted topics may go meanwhile.
        for base, _, names in os.walk(folder):
            for name in names:
                with contextlib.suppress(FileNotFoundError):
                    _forget(Path(base) / name)


def _forget(path: Path) -> None:
    if path.suffix == ".log":
        with path.open("rb") as file:
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
