"""Log lines of the Python side, in the form of the engine's, on standard error."""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime

LEVELS = {
    "error": logging.ERROR,
    "warn": logging.WARNING,
    "info": logging.INFO,
    "debug": logging.DEBUG,
    "trace": logging.DEBUG,
}
NAMES = {logging.WARNING: "WARN", logging.CRITICAL: "ERROR"}


def _time(record: logging.LogRecord) -> str:
    moment = datetime.fromtimestamp(record.created, UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _level(record: logging.LogRecord) -> str:
    return NAMES.get(record.levelno, record.levelname)


class TextFormatter(logging.Formatter):
    """One line for people."""

    def format(self, record: logging.LogRecord) -> str:
        """The line; a traceback follows it."""
        line = f"{_time(record)} {_level(record):>5} {record.name}: {record.getMessage()}"
        return f"{line}\n{self.formatException(record.exc_info)}" if record.exc_info else line


class JsonFormatter(logging.Formatter):
    """One object a line for log collectors."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        fields = {
            "timestamp": _time(record),
            "level": _level(record),
            "target": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            fields["exception"] = self.formatException(record.exc_info)
        return json.dumps(fields, ensure_ascii=False)


def configure(level: str, form: str) -> None:
    """Sets up the root logger. `level` and `form` are those of the settings."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter() if form == "json" else TextFormatter())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(LEVELS[level])
    # The loop and the HTTP server tell nothing at their finest levels that helps an operator.
    for noisy in ("asyncio", "uvicorn"):
        logging.getLogger(noisy).setLevel(max(LEVELS[level], logging.WARNING))
