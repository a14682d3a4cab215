"""Swapping and huge pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from headrace.tuner.base import Choice, Item, Setting, State, Tuner

if TYPE_CHECKING:
    from headrace.tuner.host import Host


class Swappiness(Tuner):
    """vm.swappiness."""

    name = "swappiness"
    switch = "tune_swappiness"
    summary = "keep the node's memory off the swap: vm.swappiness = 1"
    explanation = (
        "With the default of 60 the kernel swaps out memory of a quiet program to keep more of "
        "the page cache. A Raft heartbeat that waits for the swap comes too late, and a leader "
        "election follows. 1 means: swap only when memory is about to run out. 0 is left alone "
        "where somebody set it. The price is a smaller page cache under memory pressure."
    )

    def settings(self, host: Host) -> list[Setting]:
        """1, or 0 where that was somebody's choice."""
        return [Choice(host.proc / "sys/vm/swappiness", "1", also=("0",))]


class TransparentHugePages(Tuner):
    """transparent_hugepage/enabled."""

    name = "transparent_hugepages"
    switch = "tune_transparent_hugepages"
    summary = "huge pages only where a program asks for them: madvise"
    explanation = (
        "With `always` the kernel gives and compacts 2 MiB pages behind a program's back: "
        "memory grows beyond what is used, and a page fault may wait for a compaction, which "
        "shows in the highest percentiles of latency. `madvise` leaves the choice to the "
        "program; `never` is left alone where somebody set it."
    )

    def _file(self, host: Host) -> list[Setting]:
        file = host.sys / "kernel/mm/transparent_hugepage/enabled"
        return [Choice(file, "madvise", also=("never",))]

    def settings(self, host: Host) -> list[Setting]:
        """Madvise."""
        return self._file(host)

    def unsupported(self, host: Host) -> Item | None:
        """Kernels may be built without them."""
        setting = self._file(host)[0]
        if setting.file.exists():
            return None
        reason = "this kernel has no transparent huge pages: there is nothing to tune"
        return Item(host.shown(setting.file), None, setting.wanted, State.UNSUPPORTED, reason)
