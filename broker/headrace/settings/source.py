"""A parsed configuration file that remembers on which line each key stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, SequenceNode

from headrace.settings.errors import ConfigError

if TYPE_CHECKING:
    from pathlib import Path

# A node's file has some hundred lines; anything near this is not a configuration.
FILE_MAX_BYTES = 1024 * 1024

Path_ = tuple[str | int, ...]


@dataclass(frozen=True)
class Source:
    """Text, data (plain dicts, lists and scalars) and the parser's node tree of one file."""

    file: Path
    text: str
    data: Any
    root: Node | None

    def line_of(self, path: Path_) -> int | None:
        """Line (from 1) of the deepest part of `path` that the file has."""
        node, line = self.root, None
        for part in path:
            found = child(node, part)
            if found is None:
                break
            key, node = found
            line = key.start_mark.line + 1
        return line


def child(node: Node | None, part: str | int) -> tuple[Node, Node] | None:
    """`(key node, value node)` of a mapping's key, or `(item, item)` of a sequence's index."""
    if isinstance(node, MappingNode) and isinstance(part, str):
        for key, value in node.value:
            if key.value == part:
                return key, value
    if isinstance(node, SequenceNode) and isinstance(part, int) and 0 <= part < len(node.value):
        item = node.value[part]
        return item, item
    return None


def _parser() -> YAML:
    return YAML(typ="safe", pure=True)


def compose(text: str) -> Node | None:
    """The node tree with positions into `text`; None for a file without content."""
    root: Node | None = _parser().compose(text)
    return root


def load_plain(text: str) -> Any:
    """The data alone. Raises ruamel's YAMLError."""
    return _parser().load(text)


def parse(text: str, file: Path) -> Source:
    """Parses a file's text. Raises ConfigError with the line of the first mistake."""
    try:
        data = load_plain(text)
        root = compose(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        detail = " ".join((error.problem or "cannot be parsed").split())
        raise ConfigError.single(
            file,
            f"is not valid YAML: {detail}",
            line=mark.line + 1 if mark is not None else None,
        ) from error
    except (YAMLError, ValueError, RecursionError) as error:
        detail = " ".join(str(error).split()) or type(error).__name__
        raise ConfigError.single(file, f"is not valid YAML: {detail}") from error
    if data is not None and not isinstance(data, dict):
        raise ConfigError.single(
            file, "must be a mapping with the sections `headrace` and `tuner`", line=1
        )
    return Source(file=file, text=text, data=data, root=root)


def read(file: Path) -> Source:
    """Reads and parses a file. Raises ConfigError."""
    try:
        with file.open("rb") as stream:
            raw = stream.read(FILE_MAX_BYTES + 1)
    except FileNotFoundError as error:
        raise ConfigError.single(
            file, "there is no such file (`headrace config init` writes one)"
        ) from error
    except OSError as error:
        raise ConfigError.single(file, f"cannot be read: {error.strerror}") from error
    if len(raw) > FILE_MAX_BYTES:
        raise ConfigError.single(file, f"is larger than {FILE_MAX_BYTES} bytes")
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise ConfigError.single(file, "is not UTF-8 text", line=line) from error
    return parse(text, file)
