"""The machine as the tuners see it."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

# Kernel settings that belong to a network namespace: a container may have its own.
NAMESPACED = ("net/",)
MOUNT_FIELDS_MIN = 10


@dataclass(frozen=True)
class Host:
    """Roots of the file systems that tuners read and write, and the data directory."""

    root: Path = Path("/")
    data_directory: Path = Path("/var/lib/headrace/data")
    # Device number of the data directory where a test has none of its own.
    data_device: tuple[int, int] | None = field(default=None)

    @property
    def proc(self) -> Path:
        """/proc."""
        return self.root / "proc"

    @property
    def sys(self) -> Path:
        """/sys."""
        return self.root / "sys"

    def read(self, file: Path) -> str | None:
        """A kernel file's content; None when it does not exist or cannot be read."""
        try:
            return file.read_text(encoding="utf-8", errors="replace").strip()
        except OSError:
            return None

    def container(self) -> str | None:
        """What kind of container this is; None on a machine with a kernel of its own."""
        named = self.read(self.root / "run/systemd/container")
        if named:
            return named
        for marker, kind in (("run/.containerenv", "podman"), (".dockerenv", "docker")):
            if (self.root / marker).exists():
                return kind
        environ = self.read(self.proc / "1/environ") or ""
        for entry in environ.split("\0"):
            if entry.startswith("container="):
                return entry.removeprefix("container=") or "container"
        return None

    def why_not_writable(self, file: Path) -> str | None:
        """Why a kernel setting cannot be changed here; None when it can be tried."""
        if not file.exists():
            return f"{self.shown(file)} does not exist on this kernel"
        container = self.container()
        if container is not None:
            setting = self.shown(file).removeprefix("/proc/sys/")
            if not setting.startswith(NAMESPACED):
                return f"this is a container ({container}): the setting belongs to its host"
            if not _is_writable(file):
                return f"this is a container ({container}) in which it is read-only"
        return None

    def shown(self, file: Path) -> str:
        """The file as the kernel names it, whatever the root."""
        return f"/{file.relative_to(self.root)}"

    def device_of_data(self) -> tuple[int, int] | None:
        """Device number of the disk (or its partition) below the data directory.

        None when there is no block device: tmpfs, overlay, a network file system.
        """
        if self.data_device is not None:
            return self.data_device
        folder = self.data_directory
        while not folder.exists() and folder != folder.parent:
            folder = folder.parent
        device = folder.stat().st_dev
        if os.major(device) != 0:
            return os.major(device), os.minor(device)
        # btrfs and its like have a device number of their own: ask the mount for its source.
        source = self._mount_source(folder.resolve())
        if source is not None and source.startswith("/dev/"):
            try:
                number = Path(source).stat().st_rdev
            except OSError:
                return None
            return os.major(number), os.minor(number)
        return None

    def _mount_source(self, folder: Path) -> str | None:
        """What is mounted at the mount point that holds `folder` (mountinfo in proc(5))."""
        best, source = -1, None
        for line in (self.read(self.proc / "self/mountinfo") or "").splitlines():
            fields = line.split()
            if len(fields) < MOUNT_FIELDS_MIN or "-" not in fields:
                continue
            point = Path(fields[4].replace("\\040", " "))
            if folder.is_relative_to(point) and len(point.parts) > best:
                best, source = len(point.parts), fields[fields.index("-") + 2]
        return source


def _is_writable(file: Path) -> bool:
    """Whether the file can be opened for writing (also false on a read-only mount, as root)."""
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CLOEXEC)
    except OSError:
        return False
    os.close(descriptor)
    return True
