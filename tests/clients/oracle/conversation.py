"""A script of requests, and how it is held with one broker."""

from __future__ import annotations

import struct
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from rawkafka import RawConnection

if TYPE_CHECKING:
    from collections.abc import Callable

    from kafkamessages import Messages

# Coordinators and leaders that are still being found: COORDINATOR_LOAD_IN_PROGRESS,
# COORDINATOR_NOT_AVAILABLE, NOT_COORDINATOR, LEADER_NOT_AVAILABLE, CONCURRENT_TRANSACTIONS,
# NOT_LEADER_OR_FOLLOWER.
NOT_YET = {5, 6, 14, 15, 16, 51}
CODES = ("ErrorCode", "PartitionErrorCode")
WAIT_SECONDS = 20
PAUSE_SECONDS = 0.1
# Longer than any request here asks the broker to take.
ANSWER_SECONDS = 8

State = dict[str, Any]
Body = dict[str, Any]


@dataclass(frozen=True)
class Step:
    """One request. `body` may look at what earlier answers left in the state, `keep` adds to it.

    `until` asks again until it holds, for what a broker does in its own time; each answer is kept
    on the way, so that an epoch moves on.
    """

    name: str
    api: str
    version: int
    body: Body | Callable[[State], Body] = field(default_factory=dict)
    keep: Callable[[State, Body], None] | None = None
    until: Callable[[Body], bool] | None = None
    # Bytes that replace the encoded request, for what no codec would write.
    raw: bytes | None = None


def asks(
    api: str,
    version: int,
    name: str,
    body: Body | Callable[[State], Body] | None = None,
    **more: Any,
) -> Step:
    """A request that is named by its API, its version and what is special about it."""
    return Step(f"{api} v{version}: {name}", api, version, {} if body is None else body, **more)


class Conversation:
    """One connection's worth of requests, opened again when the broker closes it."""

    def __init__(self, messages: Messages, address: str) -> None:
        self.messages = messages
        self.address = address
        self.connection: RawConnection | None = None
        self.state: State = {}
        self.correlation_id = 0

    def close(self) -> None:
        """Ends the connection."""
        if self.connection is not None:
            self.connection.socket.close()
            self.connection = None

    def ask(self, step: Step) -> Body | str:
        """The answer's body, or "closed" when there was none."""
        deadline = time.monotonic() + WAIT_SECONDS
        while True:
            answer = self._once(step)
            settled = isinstance(answer, str) or not (NOT_YET & set(codes(answer)))
            if settled and step.until is not None and isinstance(answer, dict):
                settled = step.until(answer)
            if step.keep is not None and isinstance(answer, dict):
                step.keep(self.state, answer)
            if settled or time.monotonic() > deadline:
                return answer
            time.sleep(PAUSE_SECONDS)

    def _once(self, step: Step) -> Body | str:
        self.correlation_id += 1
        body = step.body(self.state) if callable(step.body) else step.body
        frame = step.raw or self.messages.frame(step.api, step.version, body, self.correlation_id)
        if self.connection is None:
            self.connection = RawConnection(self.address, ANSWER_SECONDS)
        try:
            self.connection.send(struct.pack(">i", len(frame)) + frame)
            (length,) = struct.unpack(">i", self.connection.receive(4))
            answer = self.connection.receive(length)
        except TimeoutError:
            self.close()
            return "no answer"
        except OSError:
            self.close()
            return "closed"
        if step.raw is None and struct.unpack(">i", answer[:4]) != (self.correlation_id,):
            raise ValueError(f"{step.name}: the answer to another request")
        try:
            return self.messages.answer(step.api, step.version, answer)
        except ValueError as error:
            return f"not to be decoded: {error}"


def codes(body: Any) -> list[int]:
    """Every error code in an answer."""
    if isinstance(body, list):
        return [code for item in body for code in codes(item)]
    if not isinstance(body, dict):
        return []
    found = [body[name] for name in CODES if isinstance(body.get(name), int)]
    return found + [code for value in body.values() for code in codes(value)]
