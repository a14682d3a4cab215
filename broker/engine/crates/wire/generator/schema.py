"""Kafka's message descriptions (JSON with comments) as typed values.

The descriptions lie in Kafka's jars under `common/message/`. Their format is Kafka's own
(KIP-482 for flexible versions and tagged fields, KIP-893 for nullable structs). Texts in them
(`about`, comments) are not read.
"""

from __future__ import annotations

import json
import re
import zipfile
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

MAX_VERSION = 32767
# Bytes that a value takes at least, by (type, flexible).
FIXED_BYTES = {
    "bool": 1,
    "int8": 1,
    "int16": 2,
    "uint16": 2,
    "int32": 4,
    "int64": 8,
    "float64": 8,
    "uuid": 16,
}


class SchemaError(Exception):
    """A description uses something that this generator does not know."""


@dataclass(frozen=True)
class Versions:
    """A range of versions, both ends included; empty when `low > high`."""

    low: int
    high: int

    @classmethod
    def parse(cls, text: str | None) -> Versions:
        """Reads `none`, `3`, `3-5` or `3+`."""
        if text is None or text == "none":
            return EMPTY
        if text.endswith("+"):
            return cls(int(text[:-1]), MAX_VERSION)
        low, _, high = text.partition("-")
        return cls(int(low), int(high or low))

    def __and__(self, other: Versions) -> Versions:
        return Versions(max(self.low, other.low), min(self.high, other.high))

    def __or__(self, other: Versions) -> Versions:
        if self.empty or other.empty:
            return other if self.empty else self
        return Versions(min(self.low, other.low), max(self.high, other.high))

    def __contains__(self, version: int) -> bool:
        return self.low <= version <= self.high

    def covers(self, other: Versions) -> bool:
        """Whether every version of `other` is one of these."""
        return other.empty or (self.low <= other.low and other.high <= self.high)

    @property
    def empty(self) -> bool:
        """Whether no version is in the range."""
        return self.low > self.high


EMPTY = Versions(0, -1)


@dataclass(frozen=True)
class Field:
    """One field of a struct."""

    name: str
    kind: str
    is_array: bool
    versions: Versions
    nullable: Versions
    flexible: Versions
    tag: int | None
    default: str | None
    ignorable: bool

    @property
    def is_struct(self) -> bool:
        """Whether the field, or its elements, are structs."""
        return self.kind[0].isupper()

    @property
    def rust_name(self) -> str:
        """The name in Rust's case; `type` and `match` are keywords there."""
        parts = re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", self.name)
        name = re.sub(r"([A-Z]+)([A-Z][a-z])", r"\1_\2", parts).lower()
        return f"r#{name}" if name in {"type", "match"} else name


@dataclass
class Struct:
    """A message or a struct nested in one."""

    name: str
    fields: list[Field]
    versions: Versions = EMPTY


@dataclass
class Message:
    """A request, a response, a header or a piece of data with versions of its own."""

    name: str
    kind: str
    api_key: int | None
    versions: Versions
    flexible: Versions
    structs: dict[str, Struct] = field(default_factory=dict)

    @property
    def top(self) -> Struct:
        """The message itself."""
        return self.structs[self.name]

    def least_bytes(self, kind: str, *, is_array: bool = False, flexible: Versions) -> int:
        """The fewest bytes that a value of `kind` takes in any version."""
        compact = not flexible.empty
        if is_array or kind in {"bytes", "records"}:
            return 1 if compact else 4
        if kind == "string":
            return 1 if compact else 2
        if kind in FIXED_BYTES:
            return FIXED_BYTES[kind]
        struct = self.structs[kind]
        span = struct.versions
        return max(1, min(self._struct_bytes(struct, v) for v in range(span.low, span.high + 1)))

    def _struct_bytes(self, struct: Struct, version: int) -> int:
        total = 1 if version in self.flexible else 0
        for item in struct.fields:
            if item.tag is None and version in item.versions:
                if item.is_struct and not item.is_array and not item.nullable.empty:
                    total += 1
                    continue
                flexible = item.flexible if version in item.flexible else EMPTY
                total += self.least_bytes(item.kind, is_array=item.is_array, flexible=flexible)
        return total


class Source:
    """The descriptions in some of Kafka's jars."""

    def __init__(self, jars: Iterable[Path]) -> None:
        """Reads every description of `jars`."""
        self._raw: dict[str, dict[str, Any]] = {}
        for jar in jars:
            with zipfile.ZipFile(jar) as archive:
                for name in archive.namelist():
                    if re.fullmatch(r"common/message/\w+\.json", name):
                        raw = self._parse(archive.read(name).decode())
                        self._raw[raw["name"]] = raw

    @staticmethod
    def _parse(text: str) -> dict[str, Any]:
        parsed = json.loads(re.sub(r"^\s*//.*$", "", text, flags=re.MULTILINE))
        if not isinstance(parsed, dict):
            raise SchemaError("a message description must be an object")
        return parsed

    def requests(self) -> list[dict[str, Any]]:
        """The raw description of every request that still has a version, by key."""
        found = [
            raw
            for raw in self._raw.values()
            if raw["type"] == "request" and raw["validVersions"] != "none"
        ]
        return sorted(found, key=lambda raw: int(raw["apiKey"]))

    def message(self, name: str) -> Message:
        """The message called `name`, its structs resolved."""
        raw = self._raw[name]
        valid = Versions.parse(raw["validVersions"])
        flexible = Versions.parse(raw.get("flexibleVersions")) & valid
        message = Message(name, raw["type"], raw.get("apiKey"), valid, flexible)
        common = {item["name"]: item["fields"] for item in raw.get("commonStructs", [])}
        self._add_struct(message, common, name, raw["fields"], valid)
        for struct in message.structs.values():
            struct.fields = [
                replace(
                    item,
                    versions=item.versions & struct.versions,
                    nullable=item.nullable & struct.versions,
                )
                for item in struct.fields
                if not (item.versions & struct.versions).empty
            ]
        used = {item.kind for struct in message.structs.values() for item in struct.fields}
        for gone in set(message.structs) - used - {name}:
            del message.structs[gone]
        return message

    def _add_struct(
        self,
        message: Message,
        common: dict[str, Any],
        name: str,
        raw_fields: list[dict[str, Any]],
        span: Versions,
    ) -> None:
        struct = message.structs.get(name)
        if struct is None:
            fields = [self._field(message, raw) for raw in raw_fields]
            struct = message.structs[name] = Struct(name, fields)
        struct.versions |= span
        for item, raw in zip(struct.fields, raw_fields, strict=True):
            if item.is_struct:
                nested = raw.get("fields") or common[item.kind]
                self._add_struct(message, common, item.kind, nested, span & item.versions)

    @staticmethod
    def _field(message: Message, raw: dict[str, Any]) -> Field:
        # keys of records have one version, which their fields do not repeat
        versions = Versions.parse(raw.get("versions", "0+")) & message.versions
        tagged = raw.get("taggedVersions")
        if tagged is not None and Versions.parse(tagged) & message.versions != versions:
            raise SchemaError(f"{message.name}.{raw['name']} is tagged in some versions only")
        kind = str(raw["type"])
        default = raw.get("default")
        if isinstance(default, bool):
            default = str(default).lower()
        flexible = message.flexible
        if "flexibleVersions" in raw:
            flexible = Versions.parse(raw["flexibleVersions"]) & message.versions
        return Field(
            name=raw["name"],
            kind=kind.removeprefix("[]"),
            is_array=kind.startswith("[]"),
            versions=versions,
            nullable=Versions.parse(raw.get("nullableVersions")) & versions,
            flexible=flexible,
            tag=raw.get("tag"),
            default=None if default is None else str(default),
            ignorable=bool(raw.get("ignorable", False)),
        )


def rename_clashes(request: Message, response: Message) -> Message:
    """The response with those structs renamed whose names the request uses too.

    Both live in one Rust module. A struct that is the same in both would be shared, but no pair of
    messages has one.
    """
    taken = set(request.structs) & set(response.structs)
    if not taken:
        return response
    names = {old: f"{response.name}{old}" for old in taken}
    structs = {}
    for struct in response.structs.values():
        fields = [replace(item, kind=names.get(item.kind, item.kind)) for item in struct.fields]
        name = names.get(struct.name, struct.name)
        structs[name] = Struct(name, fields, struct.versions)
    return replace(response, structs=structs)
