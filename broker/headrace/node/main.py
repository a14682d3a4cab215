"""A node's life: boot order, signals, clean stop. README.md in this folder has the steps."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
import sys
from pathlib import PurePath
from typing import TYPE_CHECKING

import uvloop

from headrace import __version__
from headrace.errors import (
    EngineError,
    Failure,
    HeadraceError,
    UnavailableError,
    engine_error,
)
from headrace.node import logs
from headrace.node.engine import Engine, load_engine
from headrace.node.engine_config import engine_config_json
from headrace.node.listener import bind
from headrace.node.properties import apply_file_values
from headrace.node.systemd import Notifier

if TYPE_CHECKING:
    from pathlib import Path

    from headrace.admin import AdminServer, AdminState
    from headrace.settings import Settings

log = logging.getLogger("headrace.node")

# How long one question "ready?" may stay with the engine: also how often systemd is told why not.
READY_POLL_MS = 1000
# What a start may take beyond systemd's limit while it shows progress (a long replay).
START_EXTENSION_S = 60
# How often a running node is looked at; systemd's watchdog may ask for it more often.
SUPERVISION_S = 1.0


def run(settings: Settings, config_path: Path) -> int:
    """Runs the node until SIGTERM or SIGINT. Returns the exit status; logs to standard error."""
    logs.configure(settings.headrace.log_level, settings.headrace.log_format)
    try:
        load_engine()
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(_Node(settings).live())
    except HeadraceError as error:
        sys.stderr.write(f"error: {explain(error, settings, config_path)}\n")
        return error.exit_status
    return 0


def explain(error: HeadraceError, settings: Settings, config_path: Path) -> str:
    """One line: what is wrong and, for a setting, what it is and where it is written."""
    text = " ".join(str(error).split())
    if not isinstance(error, EngineError) or not error.setting:
        return text
    value = getattr(settings.headrace, error.setting, None)
    shown = f": {value}" if isinstance(value, str | int | PurePath) else ""
    return f"{text} (headrace.{error.setting}{shown}, in {config_path})"


class _Node:
    """One life of a node."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.notifier = Notifier()
        self.stop_asked = asyncio.Event()
        self.signals = 0
        self.engine: Engine | None = None

    async def live(self) -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._on_signal, number)
        node = self.settings.headrace
        listener = bind(node.admin.address, node.admin.port)
        with contextlib.closing(listener):
            self.engine = engine = Engine(engine_config_json(self.settings))
            self.notifier.status("opening the data folder")
            log.info("headrace %s starts", __version__)
            opening = asyncio.create_task(engine.start())
            # The engine opens on its own threads, while this one loads the admin API's libraries,
            # which takes about as long.
            await asyncio.sleep(0)
            from headrace.admin import AdminServer, AdminState  # noqa: PLC0415

            state = AdminState(engine)
            admin = AdminServer(state, listener)
            serving = asyncio.create_task(admin.serve())
            # A node without its admin API cannot be operated: it stops as well.
            serving.add_done_callback(lambda _: self.stop_asked.set())
            try:
                await self._serve(engine, opening, state)
            finally:
                await self._stop(engine, state, admin)
                await serving
                engine.close()

    async def _serve(self, engine: Engine, opening: asyncio.Task[None], state: AdminState) -> None:
        keep_waiting = asyncio.create_task(self._extend_start())
        try:
            await opening
        finally:
            keep_waiting.cancel()
        if not await self._wait_ready(engine):
            return
        await apply_file_values(engine, self.settings.headrace)
        state.phase = "ready"
        identity = engine.status()
        log.info("node %s of cluster %s is ready", identity["node_id"], identity["cluster_uuid"])
        self.notifier.ready(f"node {identity['node_id']} serves")
        await self._supervise(engine)

    async def _extend_start(self) -> None:
        while True:
            self.notifier.extend_start(START_EXTENSION_S)
            await asyncio.sleep(START_EXTENSION_S / 2)

    async def _wait_ready(self, engine: Engine) -> bool:
        """Waits for the cluster without an end, since other nodes may start much later."""
        told = ""
        while not self.stop_asked.is_set():
            try:
                await engine.call("wait_ready", {"timeout_ms": READY_POLL_MS})
            except UnavailableError as error:
                if str(error) != told:
                    told = str(error)
                    log.info("%s", told)
                    self.notifier.status(told)
                # The operator sees why; systemd must not take waiting for failing.
                self.notifier.extend_start(START_EXTENSION_S)
            else:
                return True
        return False

    async def _supervise(self, engine: Engine) -> None:
        """Until a signal: tells systemd's watchdog that the node lives, and looks for failures.

        Raises:
            EngineError: The node found out that it must not go on.
        """
        interval = min(self.notifier.watchdog_interval_s or SUPERVISION_S, SUPERVISION_S)
        while not self.stop_asked.is_set():
            status = engine.status()
            if status["failure"] is not None:
                raise engine_error(Failure(**status["failure"]))
            self.notifier.watchdog()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.stop_asked.wait(), interval)

    async def _stop(self, engine: Engine, state: AdminState, admin: AdminServer) -> None:
        state.phase = "stopping"
        self.notifier.stopping("handing over leadership")
        await engine.stop()
        admin.stop()
        log.info("stopped")

    def _on_signal(self, number: signal.Signals) -> None:
        self.signals += 1
        if self.signals == 1:
            log.info("%s: stopping", number.name)
            self.stop_asked.set()
        elif self.engine is not None:
            log.warning("%s again: stopping without handing leadership over", number.name)
            self.engine.hurry()
