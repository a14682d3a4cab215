"""The table as data: what `config`, the reference page and the error messages say of a property."""

from __future__ import annotations

import types
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from headrace.settings.table import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True)
class Property:
    """One property. `key` is dotted; `[]` stands for an element of a list."""

    key: str
    accepts: str
    default: Any
    unit: str | None
    doc: str
    # Names of the keys below it, for tables and lists of tables.
    children: tuple[str, ...]


def _strip(annotation: Any) -> tuple[Any, list[Any]]:
    """The bare type below Annotated, and its metadata."""
    metadata: list[Any] = []
    while get_origin(annotation) is Annotated:
        annotation, *more = get_args(annotation)
        metadata.extend(more)
    return annotation, metadata


def _constraints(metadata: list[Any]) -> dict[str, Any]:
    """ge, le, min_length, max_length and pattern out of pydantic's metadata objects."""
    found: dict[str, Any] = {}
    for item in metadata:
        nested = item.metadata if isinstance(item, FieldInfo) else [item]
        for constraint in nested:
            for name in ("ge", "le", "min_length", "max_length", "pattern"):
                value = getattr(constraint, name, None)
                if value is not None:
                    found[name] = value
    return found


def _model_below(annotation: Any) -> type[BaseModel] | None:
    """The table that a property holds, directly, optionally or in a list."""
    annotation, _ = _strip(annotation)
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for argument in get_args(annotation):
        found = _model_below(argument)
        if found is not None:
            return found
    return None


def _accepts(  # noqa: PLR0911 - one line for each kind of value
    annotation: Any, metadata: list[Any], unit: str | None
) -> str:
    """In words, what may be written for a property."""
    annotation, more = _strip(annotation)
    limits = _constraints([*metadata, *more])
    origin = get_origin(annotation)
    if origin in (Union, types.UnionType):
        kinds = [kind for kind in get_args(annotation) if kind is not type(None)]
        return f"{_accepts(kinds[0], metadata, unit)}, or empty"
    if origin is Literal:
        return "one of " + ", ".join(str(value) for value in get_args(annotation))
    if origin is list:
        below = _model_below(annotation)
        assert below is not None, "lists hold tables"  # noqa: S101
        return f"a list of {{{', '.join(below.model_fields)}}}"
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return f"{{{', '.join(annotation.model_fields)}}}"
    if annotation is bool:
        return "true or false"
    if annotation is int:
        kind = f"a whole number of {unit}" if unit else "a whole number"
        return f"{kind} from {limits['ge']} to {limits['le']}"
    if annotation is Path:
        return "an absolute path"
    if "pattern" in limits:
        return "1 to 64 letters, digits, _ or -"
    if "max_length" in limits:
        return f"text of {limits['min_length']} to {limits['max_length']} characters"
    return "an IP address or a host name"


def _plain(value: Any) -> Any:
    """A default as it would stand in the file."""
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return str(value) if isinstance(value, Path) else value


def _walk(model: type[BaseModel], prefix: str) -> Iterator[Property]:
    for name, field in model.model_fields.items():
        key = f"{prefix}{name}"
        extra = field.json_schema_extra
        unit = extra.get("unit") if isinstance(extra, dict) else None
        below = _model_below(field.annotation)
        default = None if field.is_required() else field.get_default(call_default_factory=True)
        yield Property(
            key=key,
            accepts=_accepts(field.annotation, field.metadata, str(unit) if unit else None),
            default=_plain(default),
            unit=str(unit) if unit else None,
            doc=field.description or "",
            children=tuple(below.model_fields) if below else (),
        )
        if below is not None:
            inner, _ = _strip(field.annotation)
            yield from _walk(below, f"{key}[]." if get_origin(inner) is list else f"{key}.")


def properties() -> dict[str, Property]:
    """All properties by dotted key, sections included, in the order of the table."""
    return {entry.key: entry for entry in _walk(Settings, "")}


def template_key(path: tuple[str | int, ...]) -> str:
    """`("headrace", "kafka_api", 0, "port")` as the table names it: `headrace.kafka_api[].port`."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += "[]"
        else:
            text += f".{part}" if text else part
    return text


def dotted(path: tuple[str | int, ...]) -> str:
    """`("headrace", "kafka_api", 0, "port")` as people write it: `headrace.kafka_api[0].port`."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            text += f".{part}" if text else part
    return text
