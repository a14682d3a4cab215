"""The list of tuners, and which of them a configuration turns on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from headrace.tuner.cpu import Autogroup
from headrace.tuner.disk import DiskScheduler
from headrace.tuner.host import Host
from headrace.tuner.limits import AioEvents, FileLimits
from headrace.tuner.memory import Swappiness, TransparentHugePages
from headrace.tuner.network import Network

if TYPE_CHECKING:
    from headrace.settings import Settings
    from headrace.tuner.base import Tuner


def tuners() -> list[Tuner]:
    """All tuners, in the order in which they run."""
    return [
        FileLimits(),
        AioEvents(),
        Autogroup(),
        Swappiness(),
        TransparentHugePages(),
        DiskScheduler(),
        Network(),
    ]


def enabled_tuners(settings: Settings) -> list[Tuner]:
    """Those whose switch is on; none in development mode."""
    if settings.headrace.developer_mode:
        return []
    return [tuner for tuner in tuners() if getattr(settings.tuner, tuner.switch)]


def host(settings: Settings) -> Host:
    """This machine, with the data directory of the configuration."""
    return Host(data_directory=settings.headrace.data_directory)
