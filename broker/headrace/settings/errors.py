"""What the settings say when they cannot be used."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong in a configuration file.

    `line` counts from 1; None where the problem has no line (a missing file, a missing key).
    """

    file: Path
    line: int | None
    key: str
    message: str

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}" if self.line is not None else str(self.file)
        return f"{where}: {self.key}: {self.message}" if self.key else f"{where}: {self.message}"


class ConfigError(Exception):
    """The configuration cannot be read, is not valid, or cannot be changed as asked."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems

    @classmethod
    def single(
        cls, file: Path, message: str, *, line: int | None = None, key: str = ""
    ) -> ConfigError:
        """An error with one problem."""
        return cls([Problem(file, line, key, message)])
