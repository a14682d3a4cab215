"""The node: boot order, configuration for the engine, signals, systemd."""

from headrace.node.main import run

__all__ = ["run"]
