"""What `headrace mode` changes in the file: one key, and never one about durability."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from headrace.settings.edit import ConfigFile

Mode = Literal["development", "production"]
MODES: tuple[Mode, ...] = ("development", "production")


def parse_mode(text: str) -> Mode | None:
    """`development` or `production`, or any prefix of one of them; None for anything else."""
    if not text:
        return None
    found = [mode for mode in MODES if mode.startswith(text.lower())]
    return found[0] if len(found) == 1 else None


def apply_mode(config: ConfigFile, mode: Mode) -> None:
    """Sets `headrace.developer_mode`.

    The tuner's switches stay as the administrator left them: development mode rests the tuner by
    itself, so that going back to production brings the same choice back.
    """
    config.set(("headrace", "developer_mode"), mode == "development")
