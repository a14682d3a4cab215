"""What a tuner is, and what it says about a host."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    from headrace.tuner.host import Host


class State(StrEnum):
    """How a setting stands."""

    TUNED = "tuned"
    NOT_TUNED = "not tuned"
    # It cannot be changed here; `reason` says why.
    UNSUPPORTED = "unsupported"
    # It was written, and did not take; `reason` says why.
    FAILED = "failed"


@dataclass(frozen=True)
class Item:
    """One setting of the host. `current` is None where it cannot be read."""

    target: str
    current: str | None
    wanted: str
    state: State
    reason: str = ""
    # True when `apply` changed it just now.
    changed: bool = False

    def as_json(self) -> dict[str, Any]:
        """For the report."""
        return {
            "target": self.target,
            "current": self.current,
            "wanted": self.wanted,
            "state": self.state.value,
            "reason": self.reason or None,
            "changed": self.changed,
        }


@dataclass(frozen=True)
class Finding:
    """All settings of one tuner."""

    tuner: str
    items: tuple[Item, ...]

    @property
    def state(self) -> State:
        """The worst of the settings: failed, not tuned, unsupported, tuned."""
        states = {item.state for item in self.items}
        for state in (State.FAILED, State.NOT_TUNED, State.UNSUPPORTED):
            if state in states:
                return state
        return State.TUNED

    @property
    def is_tuned(self) -> bool:
        """Whether nothing is left that could be changed here."""
        return self.state in (State.TUNED, State.UNSUPPORTED)

    def as_json(self) -> dict[str, Any]:
        """For the report."""
        return {
            "name": self.tuner,
            "state": self.state.value,
            "items": [item.as_json() for item in self.items],
        }


@dataclass(frozen=True)
class Setting:
    """A kernel file and what it should hold."""

    file: Path
    wanted: str

    def current(self, text: str) -> str:
        """The value in the file's content."""
        return text

    def suffices(self, current: str) -> bool:
        """Whether the current value already serves."""
        return current == self.wanted


@dataclass(frozen=True)
class Minimum(Setting):
    """A number that must be at least `wanted`."""

    def suffices(self, current: str) -> bool:
        """A larger number is somebody's choice and serves as well."""
        return current.isdecimal() and int(current) >= int(self.wanted)


@dataclass(frozen=True)
class Choice(Setting):
    """A file like `always [madvise] never`, in which the value in force is in brackets."""

    also: tuple[str, ...] = ()

    def current(self, text: str) -> str:
        """The word in brackets."""
        for word in text.split():
            if word.startswith("[") and word.endswith("]"):
                return word[1:-1]
        return text

    def suffices(self, current: str) -> bool:
        """`also` lists values that serve as well."""
        return current == self.wanted or current in self.also


class Tuner(ABC):
    """Looks after some settings of the host."""

    name: str
    # Name of the switch in the configuration's `tuner` section.
    switch: str
    summary: str
    # What the settings do, why these values, what it costs.
    explanation: str

    @abstractmethod
    def settings(self, host: Host) -> list[Setting]:
        """The kernel files of this host and what they should hold."""

    def observed(self, host: Host) -> list[Item]:
        """What is checked but not changed."""
        del host
        return []

    def unsupported(self, host: Host) -> Item | None:
        """A single item that says why this tuner does not apply here at all."""
        del host
        return None

    def explain(self) -> str:
        """The tuner's text for people."""
        return self.explanation

    def check(self, host: Host) -> Finding:
        """Reads all settings. Changes nothing."""
        nothing = self.unsupported(host)
        if nothing is not None:
            return Finding(self.name, (nothing,))
        items = [_look(host, setting) for setting in self.settings(host)]
        return Finding(self.name, (*items, *self.observed(host)))

    def plan(self, host: Host) -> list[Setting]:
        """What `apply` would write."""
        if self.unsupported(host) is not None:
            return []
        return [s for s in self.settings(host) if _look(host, s).state is State.NOT_TUNED]

    def apply(self, host: Host) -> Finding:
        """Writes what is not tuned and reads it back. Never raises for what the host refuses."""
        changed = {host.shown(s.file): _write(s) for s in self.plan(host)}
        items = []
        for item in self.check(host).items:
            if item.target not in changed:
                items.append(item)
                continue
            failure = changed[item.target]
            if item.state is State.TUNED:
                items.append(_with(item, State.TUNED, "", changed=True))
            else:
                reason = failure or "it was written but reads back unchanged"
                items.append(_with(item, State.FAILED, reason, changed=False))
        return Finding(self.name, tuple(items))


def _with(item: Item, state: State, reason: str, *, changed: bool) -> Item:
    return Item(item.target, item.current, item.wanted, state, reason, changed)


def _look(host: Host, setting: Setting) -> Item:
    """How one setting stands."""
    target = host.shown(setting.file)
    text = host.read(setting.file)
    current = setting.current(text) if text is not None else None
    if current is not None and setting.suffices(current):
        return Item(target, current, setting.wanted, State.TUNED)
    reason = host.why_not_writable(setting.file)
    if reason is None and text is None:
        reason = f"{target} cannot be read"
    if reason is not None:
        return Item(target, current, setting.wanted, State.UNSUPPORTED, reason)
    return Item(target, current, setting.wanted, State.NOT_TUNED)


def _write(setting: Setting) -> str:
    """Writes a kernel file. Returns why it failed, or an empty string."""
    try:
        # One write call: kernel files take a value whole.
        with setting.file.open("w", encoding="ascii") as stream:
            stream.write(setting.wanted)
    except PermissionError:
        return "permission denied: run it as root"
    except OSError as error:
        return error.strerror or str(error)
    return ""
