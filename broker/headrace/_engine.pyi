# The engine: a whole node in this process, on its own threads. Built from broker/engine.
#
# Operations and their arguments are in broker/engine/crates/pybridge/src/ops;
# `headrace.node.engine` is what the rest of Headrace calls.

from typing import final

__version__: str

# Every code that an EngineError may carry; headrace.errors.TABLE has a row for each.
ERROR_CODES: tuple[str, ...]

# Every operation that Engine.submit takes.
OPERATIONS: tuple[str, ...]

# Requests that may be under way at once.
MAX_REQUESTS: int

# The engine said no. args = (code, message, setting).
class EngineError(Exception):
    args: tuple[str, str, str]

# MAX_REQUESTS are under way.
class EngineBusy(EngineError): ...  # noqa: N818 - as queue.Full: a state, not a fault

@final
class Engine:
    # Checks the configuration and opens nothing. Raises EngineError.
    def __init__(self, config_json: str) -> None: ...
    # Opens the data folder and the sockets; blocks, without the GIL. Raises EngineError.
    def start(self) -> None: ...
    # An eventfd that is readable while completions wait. It lives as long as the engine.
    def fileno(self) -> int: ...
    # Starts an operation and returns its id. Raises EngineError, EngineBusy.
    def submit(self, op: str, args_json: str) -> int: ...
    # Completions, oldest first: (id, went well, JSON of the result or of the error).
    def drain(self) -> list[tuple[int, bool, str]]: ...
    # Metrics in OpenMetrics' text form, without its end mark.
    def metrics(self) -> str: ...
    # JSON of what is known without asking anybody: state, ready, ids, listeners.
    def status(self) -> str: ...
    # A stop that is under way no longer waits for leaderships to be handed over.
    def hurry(self) -> None: ...
    # Hands leadership over and closes the logs; blocks, without the GIL. May be repeated.
    def stop(self) -> None: ...
