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
# The longest that it waits before it does, and for how much memory at most.
PATIENCE = {"min_free_ms": "60000", "max_waiting_mib": "1048576"}
HUGE_PAGES = Path("/proc/sys/vm/nr_hugepages")
# What a run works with: three nodes, a load, and a page cache that is smaller than what is written.
LEFT_BYTES = 10 << 30
# Of it, what is in use from the start: as page cache, which goes when something needs the room.
FILLED_BYTES = 7 << 30
STEP_BYTES = 1 << 20


@contextlib.contextmanager
def shared_by_thread() -> Iterator[bool]:
    """While the block runs, threads share the cores, not sessions; yields whether that is so.

    Where autogroup is on, every session is a scheduling group of its own. The nodes of the two
    systems and the load are in different sessions, and a busy load was seen to keep nodes from any
    core for five seconds (Linux 6.18). Only root may switch it off; it is put back at the end.
    """
    shared = not AUTOGROUP.exists() or not int(AUTOGROUP.read_text(encoding="ascii"))
    with contextlib.ExitStack() as put_back:
        if not shared:
            with contextlib.suppress(PermissionError):
                put_back.enter_context(_set(AUTOGROUP, "0"))
                shared = True
        yield shared


@contextlib.contextmanager
def _set(parameter: Path, value: str) -> Iterator[None]:
    """A setting of the kernel while the block runs."""
    before = parameter.read_text(encoding="ascii")
    parameter.write_text(value, encoding="ascii")
    try:
        yield
    finally:
        parameter.write_text(before, encoding="ascii")


@contextlib.contextmanager
def memory_kept(folder: Path) -> Iterator[bool]:
    """While the block runs, the memory that is worked with is this machine's own.

    A virtual machine may give free memory back to its host within seconds, and a page that has to
    come from there again takes twenty to a hundred times as long as one that was used before
    (seen: a file written into the page cache at 100 MB/s against 2 GB/s). Who runs first, and how
    much was written and deleted before, would then count for more than who is measured; and the
    kernel takes such pages for as long as it has any. So the memory beyond `LEFT_BYTES` is set
    aside (as huge pages, which nobody touches), the rest is touched once (as page cache, of a file
    in `folder` that is all hole), and what becomes free is kept for a minute. Yields whether all of
    that could be done: only root may, and only some kernels can be told. It is put back at the end.
    """
    if not REPORTING.is_dir():
        yield True
        return
    kept = False
    with contextlib.ExitStack() as put_back:
        with contextlib.suppress(OSError):
            for name, value in PATIENCE.items():
                put_back.enter_context(_set(REPORTING / name, value))
            pages = str(int(HUGE_PAGES.read_text(encoding="ascii")) + _pages_to_set_aside())
            put_back.enter_context(_set(HUGE_PAGES, pages))
            # The kernel may have found fewer.
            kept = HUGE_PAGES.read_text(encoding="ascii").strip() == pages
        if kept:
            _fill_page_cache(folder / "hole")
        yield kept


def _memory(name: str) -> int:
    """A line of /proc/meminfo, in bytes."""
    lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
    return int(next(line for line in lines if line.startswith(f"{name}:")).split()[1]) * 1024


def _pages_to_set_aside() -> int:
    return max(0, _memory("MemAvailable") - LEFT_BYTES) // _memory("Hugepagesize")


def _fill_page_cache(path: Path) -> None:
    """Reads a file that has no block on the disk; its pages stay until others need the room."""
    with path.open("w+b", buffering=0) as file:
        file.truncate(min(FILLED_BYTES, _memory("MemFree")))
        while file.read(STEP_BYTES):
            pass


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
