"""The HTTP server, inside the node's own event loop."""

from __future__ import annotations

import contextlib
import errno
import ipaddress
import socket
from typing import TYPE_CHECKING

import uvicorn

from headrace.admin.app import create_app
from headrace.errors import AddressInUseError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from headrace.admin.state import AdminState

# Connections at once; one more is told 503. The API is for operators and scrapers.
CONNECTIONS_MAX = 256
KEEP_ALIVE_S = 30
STOP_GRACE_S = 2
BACKLOG = 128
WHY = {
    errno.EADDRINUSE: "is in use by another process",
    errno.EADDRNOTAVAIL: "is not an address of this machine",
    errno.EACCES: "may not be used by this user",
}


def bind(host: str, port: int) -> socket.socket:
    """Takes the port. Raises AddressInUseError."""
    try:
        family, kind, proto, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except socket.gaierror as error:
        raise AddressInUseError(
            "address_in_use", f"admin: {host}: {error.strerror}", "admin"
        ) from None
    listener = socket.socket(family, kind, proto)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6 and ipaddress.ip_address(host).is_unspecified:
            listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        listener.bind(address)
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        why = WHY.get(error.errno or 0, f"cannot be listened on: {error.strerror}")
        raise AddressInUseError("address_in_use", f"admin: {host}:{port} {why}", "admin") from None
    listener.setblocking(False)
    return listener


class _Server(uvicorn.Server):
    """uvicorn without its signal handlers: signals are the node's business."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class AdminServer:
    """Serves the admin API on a socket that was bound before."""

    def __init__(self, state: AdminState, listener: socket.socket) -> None:
        """Makes the application; serves nothing yet."""
        config = uvicorn.Config(
            create_app(state),
            http="h11",
            ws="none",
            lifespan="off",
            access_log=False,
            log_config=None,
            server_header=False,
            limit_concurrency=CONNECTIONS_MAX,
            timeout_keep_alive=KEEP_ALIVE_S,
            timeout_graceful_shutdown=STOP_GRACE_S,
        )
        self._server = _Server(config)
        self._listener = listener

    async def serve(self) -> None:
        """Serves until `stop`."""
        await self._server.serve(sockets=[self._listener])

    def stop(self) -> None:
        """Lets requests in work finish, for a moment, then ends."""
        self._server.should_exit = True
