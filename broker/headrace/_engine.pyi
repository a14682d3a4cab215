"""The engine: a whole node in this process, on its own threads. Built from broker/engine.

Operations and their arguments are in broker/engine/crates/pybridge/src/ops; `headrace.node.engine`
is what the rest of Headrace calls.
"""

from typing import final

__version__: str
ERROR_CODES: tuple[str, ...]
"""Every code that an EngineError may carry; headrace.errors.TABLE has a row for each."""
OPERATIONS: tuple[str, ...]
"""Every operation that `Engine.submit` takes."""
MAX_REQUESTS: int
"""Requests that may be under way at once."""

class EngineError(Exception):
    """The engine said no. args = (code, message, setting)."""

    args: tuple[str, str, str]

class EngineBusy(EngineError):
    """MAX_REQUESTS are under way."""

@final
class Engine:
    def __init__(self, config_json: str) -> None:
        """Checks the configuration and opens nothing. Raises EngineError."""

    def start(self) -> None:
        """Opens the data folder and the sockets; blocks, without the GIL. Raises EngineError."""

    def fileno(self) -> int:
        """An eventfd that is readable while completions wait. It lives as long as the engine."""

    def submit(self, op: str, args_json: str) -> int:
        """Starts an operation and returns its id. Raises EngineError, EngineBusy."""

    def drain(self) -> list[tuple[int, bool, str]]:
        """Completions, oldest first: (id, went well, JSON of the result or of the error)."""

    def metrics(self) -> str:
        """Metrics as Prometheus reads them."""

    def status(self) -> str:
        """JSON of what is known without asking anybody: state, ready, ids, listeners."""

    def hurry(self) -> None:
        """A stop that is under way no longer waits for leaderships to be handed over."""

    def stop(self) -> None:
        """Hands leadership over and closes the logs; blocks, without the GIL. May be repeated."""
