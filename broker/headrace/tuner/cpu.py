"""How cores are shared."""

from __future__ import annotations

from typing import TYPE_CHECKING

from headrace.tuner.base import Setting, Tuner

if TYPE_CHECKING:
    from headrace.tuner.host import Host


class Autogroup(Tuner):
    """kernel.sched_autogroup_enabled."""

    name = "autogroup"
    switch = "tune_autogroup"
    summary = "cores are shared by thread, not by session: kernel.sched_autogroup_enabled = 0"
    explanation = (
        "With 1 the kernel shares the cores among sessions before it shares them among threads, "
        "which serves desktops: a compiler in a terminal, or a cron job, weighs as much as the "
        "broker with all its threads, whatever its nice value. A busy neighbour was seen to keep "
        "a node from any core for five seconds (Linux 6.18), long enough for elections. "
        "Services in control groups with a CPU weight of their own do not depend on it."
    )

    def settings(self, host: Host) -> list[Setting]:
        """Off."""
        return [Setting(host.proc / "sys/kernel/sched_autogroup_enabled", "0")]
