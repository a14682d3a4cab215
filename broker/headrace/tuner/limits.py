"""Limits on open files and on asynchronous I/O."""

from __future__ import annotations

from typing import TYPE_CHECKING

from headrace.tuner.base import Item, Minimum, Setting, State, Tuner

if TYPE_CHECKING:
    from headrace.tuner.host import Host

# Two files a segment and one socket a client: a million is far above what a node can use.
FILES_MAX = 1_048_576
# A process may open this many; the unit's LimitNOFILE must be at least this.
NOFILE_MIN = 100_000
AIO_EVENTS_MIN = 1_048_576
# Kept free for newcomers on top of what is in use already.
AIO_EVENTS_FREE = 65_536
UNIT = "headrace.service"
UNIT_FOLDERS = (
    "etc/systemd/system",
    "run/systemd/system",
    "usr/lib/systemd/system",
    "lib/systemd/system",
)


class FileLimits(Tuner):
    """fs.file-max, fs.nr_open and the unit's LimitNOFILE."""

    name = "file_limits"
    switch = "tune_file_limits"
    summary = "room for open files: fs.file-max, fs.nr_open, the unit's LimitNOFILE"
    explanation = (
        "A node holds open the files of every segment and a socket for every client and every "
        "other node. When it runs out of descriptors it can neither accept a client nor open a "
        "segment. fs.file-max (whole host) and fs.nr_open (ceiling for one process) are raised "
        f"to at least {FILES_MAX}. LimitNOFILE in {UNIT} is checked, not changed: the package "
        f"sets it; a drop-in of yours must keep it at {NOFILE_MIN} or more. Costs nothing until "
        "the files are open."
    )

    def settings(self, host: Host) -> list[Setting]:
        """Both kernel limits."""
        fs = host.proc / "sys/fs"
        return [
            Minimum(fs / "file-max", str(FILES_MAX)),
            Minimum(fs / "nr_open", str(FILES_MAX)),
        ]

    def observed(self, host: Host) -> list[Item]:
        """The unit's limit, from its file and its drop-ins."""
        target, wanted = f"{UNIT} LimitNOFILE", str(NOFILE_MIN)
        found = unit_nofile(host)
        if found is None:
            reason = f"{UNIT} is not installed on this host"
            return [Item(target, None, wanted, State.UNSUPPORTED, reason)]
        if found == "infinity" or (found.isdecimal() and int(found) >= NOFILE_MIN):
            return [Item(target, found, wanted, State.TUNED)]
        reason = f"raise LimitNOFILE with `systemctl edit {UNIT}`: tune does not edit units"
        return [Item(target, found or None, wanted, State.FAILED, reason)]


def unit_nofile(host: Host) -> str | None:
    """LimitNOFILE's hard value of the broker's unit; "" when unset, None without a unit.

    As systemd does it: the first unit file found in its folders, then all drop-ins in the order of
    their names; the last assignment counts.
    """
    units = [host.root / folder / UNIT for folder in UNIT_FOLDERS]
    unit = next((file for file in units if file.is_file()), None)
    if unit is None:
        return None
    drop_ins = {}
    for folder in reversed(UNIT_FOLDERS):
        for file in (host.root / folder / f"{UNIT}.d").glob("*.conf"):
            drop_ins[file.name] = file
    value = ""
    for file in (unit, *(drop_ins[name] for name in sorted(drop_ins))):
        for line in (host.read(file) or "").splitlines():
            key, _, text = line.partition("=")
            if key.strip() == "LimitNOFILE":
                value = text.strip().rpartition(":")[2]
    return value


class AioEvents(Tuner):
    """fs.aio-max-nr."""

    name = "aio_events"
    switch = "tune_aio_events"
    summary = "room for asynchronous I/O: fs.aio-max-nr"
    explanation = (
        "The kernel counts asynchronous I/O requests of all programs together and refuses more "
        "than fs.aio-max-nr, which is 65536 by default: one database on the same host can use "
        f"that up. It is raised to at least {AIO_EVENTS_MIN}, and to what is in use plus "
        f"{AIO_EVENTS_FREE} where that is more. Costs nothing until requests are reserved."
    )

    def settings(self, host: Host) -> list[Setting]:
        """The ceiling, with what others use counted in."""
        fs = host.proc / "sys/fs"
        in_use = host.read(fs / "aio-nr") or "0"
        used = int(in_use) if in_use.isdecimal() else 0
        wanted = max(AIO_EVENTS_MIN, used + AIO_EVENTS_FREE)
        return [Minimum(fs / "aio-max-nr", str(wanted))]
