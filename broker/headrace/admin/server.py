"""The HTTP server, inside the node's own event loop."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

import uvicorn

from headrace.admin.app import create_app

if TYPE_CHECKING:
    import socket
    from collections.abc import Iterator

    from headrace.admin.state import AdminState

# Connections at once; one more is told 503. The API is for operators and scrapers.
CONNECTIONS_MAX = 256
KEEP_ALIVE_S = 30
STOP_GRACE_S = 2


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
