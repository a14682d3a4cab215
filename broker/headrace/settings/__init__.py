"""The node's configuration: `load()` gives checked `Settings` or raises `ConfigError`."""

from headrace.settings.errors import ConfigError, Problem
from headrace.settings.loader import DEFAULT_FILE, ENVIRONMENT, check, find_config, load
from headrace.settings.source import parse, read
from headrace.settings.table import (
    Address,
    HostPort,
    Listener,
    NodeSettings,
    Settings,
    TunerSettings,
)

__all__ = [
    "DEFAULT_FILE",
    "ENVIRONMENT",
    "Address",
    "ConfigError",
    "HostPort",
    "Listener",
    "NodeSettings",
    "Problem",
    "Settings",
    "TunerSettings",
    "check",
    "find_config",
    "load",
    "parse",
    "read",
]
