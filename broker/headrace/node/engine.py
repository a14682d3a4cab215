"""The engine from asyncio: requests in by a call, answers by a file descriptor.

No thread and no task a call: the engine's eventfd is watched by the loop, and one wake-up takes
all answers that wait.
"""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any, Protocol

from headrace import __version__
from headrace.errors import (
    DeadlineError,
    EngineError,
    Failure,
    VersionMismatchError,
    engine_error,
    engine_error_from_json,
)

if TYPE_CHECKING:
    from types import ModuleType

DEFAULT_TIMEOUT_S = 30.0


class EngineApi(Protocol):
    """What the control plane asks of an engine; tests have their own."""

    async def call(
        self, op: str, arguments: dict[str, Any] | None = None, timeout_s: float = DEFAULT_TIMEOUT_S
    ) -> Any:
        """Runs an operation and returns its result. Raises EngineError."""

    def status(self) -> dict[str, Any]:
        """What is known without asking anybody."""

    def metrics(self) -> str:
        """Metrics in OpenMetrics' text form, without its end mark."""


def load_engine() -> ModuleType:
    """The engine's module. Raises ImportError, or VersionMismatchError if it is another build's."""
    from headrace import _engine  # noqa: PLC0415 - the rest must work where it is not built

    if _engine.__version__ != __version__:
        raise VersionMismatchError(
            f"the engine is version {_engine.__version__} but headrace is {__version__}: "
            "install both from one package, or run `make build`"
        )
    return _engine


class Engine:
    """A node inside this process. Make it inside the running loop; call `close` at the end."""

    def __init__(self, config_json: str) -> None:
        """Checks the configuration and opens nothing. Raises EngineError."""
        self._module = load_engine()
        self._pending: dict[int, asyncio.Future[Any]] = {}
        try:
            self._raw = self._module.Engine(config_json)
        except self._module.EngineError as error:
            raise engine_error(Failure(*error.args)) from None
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(self._raw.fileno(), self._drain)

    async def start(self) -> None:
        """Opens the data folder and the sockets. Raises EngineError."""
        try:
            await self._loop.run_in_executor(None, self._raw.start)
        except self._module.EngineError as error:
            raise engine_error(Failure(*error.args)) from None

    async def call(
        self, op: str, arguments: dict[str, Any] | None = None, timeout_s: float = DEFAULT_TIMEOUT_S
    ) -> Any:
        """Runs an operation and returns its result.

        Raises:
            EngineError: The engine said no, or gave no answer in `timeout_s`.
        """
        try:
            number: int = self._raw.submit(op, json.dumps(arguments or {}))
        except self._module.EngineError as error:
            raise engine_error(Failure(*error.args)) from None
        future: asyncio.Future[Any] = self._loop.create_future()
        self._pending[number] = future
        try:
            async with asyncio.timeout(timeout_s):
                return await future
        except TimeoutError:
            raise DeadlineError("timed_out", f"{op}: no answer in {timeout_s:g} s") from None
        finally:
            self._pending.pop(number, None)

    def status(self) -> dict[str, Any]:
        """What is known without asking anybody."""
        status: dict[str, Any] = json.loads(self._raw.status())
        return status

    def metrics(self) -> str:
        """Metrics in OpenMetrics' text form, without its end mark."""
        text: str = self._raw.metrics()
        return text

    def hurry(self) -> None:
        """A stop that is under way no longer waits for leaderships to be handed over."""
        self._raw.hurry()

    async def stop(self) -> None:
        """Hands leadership over and closes the logs; what is under way is answered."""
        await self._loop.run_in_executor(None, self._raw.stop)
        self._drain()

    def close(self) -> None:
        """Lets go of the loop. The engine must have been stopped."""
        self._loop.remove_reader(self._raw.fileno())
        for future in self._pending.values():
            if not future.done():
                future.set_exception(EngineError("shutting_down", "the node is stopping"))

    def _drain(self) -> None:
        for number, ok, text in self._raw.drain():
            future = self._pending.pop(number, None)
            # Nobody waits any more after a time-out.
            if future is None or future.done():
                continue
            if ok:
                future.set_result(json.loads(text))
            else:
                future.set_exception(engine_error_from_json(text))
