"""The I/O scheduler of the disks below the data directory."""

from __future__ import annotations

from typing import TYPE_CHECKING

from headrace.tuner.base import Choice, Item, Setting, State, Tuner

if TYPE_CHECKING:
    from pathlib import Path

    from headrace.tuner.host import Host

# Layers of LVM, RAID and encryption that are followed down to the disks.
LAYERS_MAX = 8


class DiskScheduler(Tuner):
    """queue/scheduler of every disk below the data directory."""

    name = "disk_scheduler"
    switch = "tune_disk_scheduler"
    summary = "I/O scheduler of the data directory's disks: none, or mq-deadline for spinning disks"
    explanation = (
        "A node writes its journal in order and waits for it: reordering and fair shares "
        "between programs only add to that wait. On disks without moving parts the scheduler "
        "becomes `none` (`mq-deadline` is left alone where somebody set it, or where a kernel "
        "offers no `none`); on spinning disks `mq-deadline`. The disks are found from the data "
        "directory, down through partitions, LVM, RAID and encryption."
    )

    def settings(self, host: Host) -> list[Setting]:
        """One setting a disk."""
        return [_scheduler(host, disk) for disk in data_disks(host)]

    def unsupported(self, host: Host) -> Item | None:
        """Memory, overlay and network file systems have no disk to tune."""
        if data_disks(host):
            return None
        reason = f"no disk of this host is found below {host.data_directory}"
        return Item("queue/scheduler", None, "none", State.UNSUPPORTED, reason)


def _scheduler(host: Host, disk: Path) -> Setting:
    file = disk / "queue/scheduler"
    offered = (host.read(file) or "").replace("[", "").replace("]", "").split()
    spins = host.read(disk / "queue/rotational") == "1"
    if spins:
        return Choice(file, "mq-deadline")
    if "none" in offered or "mq-deadline" not in offered:
        return Choice(file, "none", also=("mq-deadline",))
    return Choice(file, "mq-deadline")


def data_disks(host: Host) -> list[Path]:
    """Folders in /sys of the disks below the data directory; empty when there are none."""
    try:
        device = host.device_of_data()
    except OSError:
        return []
    if device is None:
        return []
    start = host.sys / f"dev/block/{device[0]}:{device[1]}"
    if not start.exists():
        return []
    found: dict[Path, None] = {}
    _descend(start.resolve(), found, LAYERS_MAX)
    return list(found)


def _descend(device: Path, found: dict[Path, None], layers: int) -> None:
    """Collects the disks that a device is made of."""
    if (device / "partition").exists():
        device = device.parent
    slaves = sorted((device / "slaves").iterdir()) if (device / "slaves").is_dir() else []
    if slaves and layers > 0:
        for slave in slaves:
            _descend(slave.resolve(), found, layers - 1)
    elif (device / "queue/scheduler").exists():
        found[device] = None
