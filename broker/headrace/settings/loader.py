"""From a file to checked settings, or to a list of what is wrong with it."""

from __future__ import annotations

import difflib
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from headrace.settings.describe import dotted, properties, template_key
from headrace.settings.errors import ConfigError, Problem
from headrace.settings.source import Path_, Source, read
from headrace.settings.table import Settings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic_core import ErrorDetails

DEFAULT_FILE = Path("/etc/headrace/headrace.yaml")
ENVIRONMENT = "HEADRACE_CONFIG"
# Bounds of what an error message repeats.
LISTED_KEYS_MAX = 8
SHOWN_MAX_CHARS = 60


def find_config(given: Path | None = None, environ: Mapping[str, str] = os.environ) -> Path:
    """The file to use: the one that was named, $HEADRACE_CONFIG, or /etc/headrace/headrace.yaml."""
    if given is not None:
        return given
    named = environ.get(ENVIRONMENT)
    return Path(named) if named else DEFAULT_FILE


def load(given: Path | None = None) -> Settings:
    """Finds, reads and checks the node's configuration. Raises ConfigError."""
    return check(read(find_config(given)))


def check(source: Source) -> Settings:
    """Settings out of a parsed file. Raises ConfigError that lists every problem, by line."""
    # An empty section (`tuner:`) means its defaults.
    data = {k: ({} if v is None else v) for k, v in (source.data or {}).items()}
    try:
        return Settings.model_validate(data)
    except ValidationError as error:
        problems = [_problem(source, detail) for detail in error.errors(include_url=False)]
        problems.sort(key=lambda problem: (problem.line or 0, problem.key))
        raise ConfigError(problems) from error


def _problem(source: Source, detail: ErrorDetails) -> Problem:
    path: Path_ = tuple(part for part in detail["loc"] if part != "[key]")
    if detail["type"] == "rule":
        context = detail.get("ctx", {})
        key = f"{dotted(path)}.{context['key']}"
        line = source.line_of((*path, *split_key(str(context["key"]))))
        return Problem(source.file, line, key, str(context["detail"]))
    if detail["type"] == "extra_forbidden":
        line = source.line_of(path)
        return Problem(source.file, line, dotted(path), unknown_key_message(path))
    if detail["type"] == "missing":
        entry = properties().get(template_key(path))
        accepts = f" ({entry.accepts})" if entry else ""
        line = source.line_of(path[:-1])
        return Problem(source.file, line, dotted(path), f"is missing{accepts}")
    return Problem(source.file, source.line_of(path), dotted(path), _value_message(path, detail))


def unknown_key_message(path: Path_) -> str:
    """Says that a key is not in the table and which one was probably meant."""
    nearest = nearest_key(path)
    if nearest is not None:
        return f"unknown key; did you mean {nearest}?"
    below = template_key(path[:-1])
    known = [key.rpartition(".")[2] for key in properties() if key.rpartition(".")[0] == below]
    if path[:-1] and isinstance(path[-2], int):
        known = list(properties()[template_key(path[:-2])].children)
    if 0 < len(known) <= LISTED_KEYS_MAX:
        return f"unknown key; there are {', '.join(known)}"
    return "unknown key; `headrace config print --defaults` lists all"


def nearest_key(path: Path_) -> str | None:
    """The known key that looks most like `path`, first among its neighbours, then everywhere."""
    name = str(path[-1])
    table = properties()
    parent = template_key(path[:-1])
    neighbours = {key.rpartition(".")[2]: key for key in table if key.rpartition(".")[0] == parent}
    close = difflib.get_close_matches(name, neighbours, n=1, cutoff=0.6)
    if close:
        return dotted((*path[:-1], close[0]))
    # A key may stand in the wrong section, or miss it: compare last names, exact ones first.
    by_name: dict[str, str] = {}
    for key in table:
        if "[]" not in key:
            by_name.setdefault(key.rpartition(".")[2], key)
    close = difflib.get_close_matches(name, by_name, n=1, cutoff=0.75)
    return by_name[close[0]] if close else None


def _value_message(path: Path_, detail: ErrorDetails) -> str:
    entry = properties().get(template_key(path))
    if detail["type"] == "value_error" and "error" in detail.get("ctx", {}):
        reason = f": {detail['ctx']['error']}"
    else:
        reason = ""
    if entry is None:
        holder = properties().get(template_key(path).removesuffix("[]"))
        if holder is not None and holder.children:
            accepts = f"write a mapping {{{', '.join(holder.children)}}}"
            return f"{_shown(detail['input'])} is not accepted: {accepts}"
        return f"{_shown(detail['input'])} is not accepted: {detail['msg']}"
    if detail["type"] in {"model_type", "dict_type"}:
        return f"{_shown(detail['input'])} is not accepted: write a mapping {entry.accepts}"
    return f"{_shown(detail['input'])} is not accepted{reason}; write {entry.accepts}"


def _shown(value: Any) -> str:
    """A value as it stood in the file, cut to one short line."""
    if value is None:
        return "an empty value"
    if isinstance(value, bool):
        return "true" if value else "false"
    text = repr(value)
    return text if len(text) <= SHOWN_MAX_CHARS else f"{text[: SHOWN_MAX_CHARS - 3]}..."


def split_key(key: str) -> Path_:
    """`headrace.kafka_api[0].port` or `headrace.kafka_api.0.port` as a path.

    Raises ValueError for an empty part or a bad index.
    """
    path: list[str | int] = []
    for piece in key.replace("[", ".[").split("."):
        if piece.startswith("[") and piece.endswith("]") and piece[1:-1].isdecimal():
            path.append(int(piece[1:-1]))
        elif piece.isdecimal() and path:
            path.append(int(piece))
        elif piece and not set(piece) & set("[] \t"):
            path.append(piece)
        else:
            raise ValueError(f"{key!r} is not a key like headrace.kafka_api[0].port")
    return tuple(path)
