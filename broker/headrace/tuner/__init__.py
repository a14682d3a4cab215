"""Checks and fixes of the host that a node runs on."""

from headrace.tuner.base import Finding, Item, State, Tuner
from headrace.tuner.host import Host
from headrace.tuner.registry import enabled_tuners, host, tuners
from headrace.tuner.report import Action, Report, run, write

__all__ = [
    "Action",
    "Finding",
    "Host",
    "Item",
    "Report",
    "State",
    "Tuner",
    "enabled_tuners",
    "host",
    "run",
    "tuners",
    "write",
]
