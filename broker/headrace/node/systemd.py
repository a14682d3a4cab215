"""systemd's notifications (sd_notify(3)): a datagram to a socket that it names."""

from __future__ import annotations

import os
import socket
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

MICROSECONDS = 1_000_000


class Notifier:
    """Tells systemd how the service is; does nothing where systemd does not ask."""

    def __init__(self, environment: Mapping[str, str] | None = None) -> None:
        """Reads NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID."""
        env = os.environ if environment is None else environment
        self._address = env.get("NOTIFY_SOCKET", "")
        self._watchdog_usec = 0
        if env.get("WATCHDOG_PID", str(os.getpid())) == str(os.getpid()):
            usec = env.get("WATCHDOG_USEC", "")
            self._watchdog_usec = int(usec) if usec.isdigit() else 0

    @property
    def watchdog_interval_s(self) -> float | None:
        """How often to call `watchdog`: twice as often as systemd asks. None: not wanted."""
        return self._watchdog_usec / MICROSECONDS / 2 if self._watchdog_usec else None

    def ready(self, status: str) -> None:
        """The service serves."""
        self._send(f"READY=1\nSTATUS={status}")

    def status(self, status: str) -> None:
        """One line for `systemctl status`."""
        self._send(f"STATUS={status}")

    def stopping(self, status: str) -> None:
        """The service stops."""
        self._send(f"STOPPING=1\nSTATUS={status}")

    def watchdog(self) -> None:
        """The service lives."""
        self._send("WATCHDOG=1")

    def extend_start(self, seconds: int) -> None:
        """Starting takes longer; systemd shall wait this much more."""
        self._send(f"EXTEND_TIMEOUT_USEC={seconds * MICROSECONDS}")

    def _send(self, text: str) -> None:
        if not self._address:
            return
        # A leading @ stands for the zero byte of Linux' abstract names.
        address = "\0" + self._address[1:] if self._address.startswith("@") else self._address
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as sender:
            try:
                sender.sendto(text.encode(), address)
            except OSError:
                # A service manager that has gone must not take the broker with it.
                return
