"""Changes to the node's file: read, edit, check the result, write it whole or not at all."""

from __future__ import annotations

import contextlib
import os
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from headrace.settings.describe import dotted, properties, template_key
from headrace.settings.errors import ConfigError
from headrace.settings.loader import check, unknown_key_message
from headrace.settings.source import Path_, Source, parse, read
from headrace.settings.yamltext import EditError, remove, set_value

if TYPE_CHECKING:
    from collections.abc import Iterator

# What a value is when nothing stands in the file.
UNSET = object()


@dataclass(frozen=True)
class Change:
    """One property before and after; `UNSET` for "not in the file"."""

    key: str
    before: Any
    after: Any

    def as_json(self) -> dict[str, Any]:
        """For `--format json`; a missing side is left out."""
        entry: dict[str, Any] = {"key": self.key}
        if self.before is not UNSET:
            entry["before"] = self.before
        if self.after is not UNSET:
            entry["after"] = self.after
        return entry


class ConfigFile:
    """A configuration file being edited. Nothing is written before `save`."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.source: Source = read(file)
        self._original = self.source.text
        self.changes: list[Change] = []

    def get(self, path: Path_) -> Any:
        """What stands in the file at `path`, or UNSET."""
        data = self.source.data
        for part in path:
            try:
                data = data[part]
            except (KeyError, IndexError, TypeError):
                return UNSET
        return data

    def set(self, path: Path_, value: Any) -> None:
        """Puts a value at `path`. Raises ConfigError for a key that the table does not have."""
        if template_key(path).removesuffix("[]") not in properties():
            raise ConfigError.single(self.file, unknown_key_message(path), key=dotted(path))
        before = self.get(path)
        if before is not UNSET and type(before) is type(value) and before == value:
            return
        self._apply(path, set_value, value)
        self.changes.append(Change(dotted(path), before, value))

    def unset(self, path: Path_) -> None:
        """Takes a key out, so that its default holds. Unknown keys can be taken out as well."""
        before = self.get(path)
        if before is UNSET:
            raise ConfigError.single(self.file, "is not set", key=dotted(path))
        self._apply(path, remove)
        self.changes.append(Change(dotted(path), before, UNSET))

    def _apply(self, path: Path_, edit: Any, *arguments: Any) -> None:
        try:
            text = edit(self.source.text, path, *arguments)
        except EditError as error:
            raise ConfigError.single(
                self.file, str(error), key=dotted(path), line=self.source.line_of(path)
            ) from error
        self.source = parse(text, self.file)

    def save(self) -> bool:
        """Checks the edited text and writes it. True when the file changed.

        Raises ConfigError, with the file untouched, when the result would not load.
        """
        check(self.source)
        if self.source.text == self._original:
            return False
        with _unchanged(self.file, self._original):
            write_atomically(self.file, self.source.text)
        return True


@contextlib.contextmanager
def _unchanged(file: Path, original: str) -> Iterator[None]:
    """Refuses to overwrite what somebody else wrote since it was read."""
    if read(file).text != original:
        raise ConfigError.single(file, "was changed by somebody else meanwhile; try again")
    yield


def write_atomically(file: Path, text: str, *, new_file_mode: int = 0o640) -> None:
    """Replaces a file's content: temporary file, fsync, rename, fsync of the folder.

    An existing file keeps its mode, owner and group; a symbolic link keeps pointing where it does.
    Raises ConfigError.
    """
    target = file.resolve()
    try:
        try:
            found: os.stat_result | None = target.stat()
        except FileNotFoundError:
            found = None
        descriptor, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
        temporary = Path(name)
        try:
            with os.fdopen(descriptor, "wb") as stream:
                os.fchmod(descriptor, stat.S_IMODE(found.st_mode) if found else new_file_mode)
                if found is not None and (found.st_uid, found.st_gid) != _owner_of(descriptor):
                    os.fchown(descriptor, found.st_uid, found.st_gid)
                stream.write(text.encode("utf-8"))
                stream.flush()
                os.fsync(descriptor)
            temporary.replace(target)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
        folder = os.open(target.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    except OSError as error:
        raise ConfigError.single(file, f"cannot be written: {error.strerror or error}") from error


def _owner_of(descriptor: int) -> tuple[int, int]:
    found = os.fstat(descriptor)
    return found.st_uid, found.st_gid
