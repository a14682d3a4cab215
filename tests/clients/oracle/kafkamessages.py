"""Kafka's messages in every version, read from the descriptions in the kafka-clients jar.

A third codec: neither Headrace's generated code nor Apache Kafka's wrote these bytes. Messages are
plain dictionaries; a field that is left out takes its default.
"""

from __future__ import annotations

import json
import struct
import uuid
import zipfile
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

FIXED = {
    "bool": "?",
    "int8": "b",
    "int16": "h",
    "uint16": "H",
    "int32": "i",
    "uint32": "I",
    "int64": "q",
    "float64": "d",
}
NO_UUID = str(uuid.UUID(int=0))


@cache
def in_range(versions: str | None, version: int) -> bool:
    """Whether a version is in "3", "3+", "1-4" or "none"."""
    if versions in (None, "none"):
        return False
    first, dash, last = str(versions).partition("-")
    if first.endswith("+"):
        return version >= int(first[:-1])
    return int(first) <= version <= int(last if dash else first)


class Writer:
    """Bytes of one message."""

    def __init__(self) -> None:
        self.data = bytearray()

    def fixed(self, kind: str, value: Any) -> None:
        self.data += struct.pack(">" + FIXED[kind], value)

    def varint(self, value: int) -> None:
        while value >= 0x80:
            self.data.append(value & 0x7F | 0x80)
            value >>= 7
        self.data.append(value)

    def length(self, count: int | None, *, flexible: bool, short: bool) -> None:
        if flexible:
            self.varint(0 if count is None else count + 1)
        else:
            self.fixed("int16" if short else "int32", -1 if count is None else count)


class Reader:
    """Reads one message; runs out with a struct.error or an IndexError."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.position = 0

    def take(self, length: int) -> bytes:
        piece = self.data[self.position : self.position + length]
        if len(piece) != length:
            raise ValueError(f"{length} bytes wanted, {len(piece)} left")
        self.position += length
        return piece

    def fixed(self, kind: str) -> Any:
        layout = ">" + FIXED[kind]
        return struct.unpack(layout, self.take(struct.calcsize(layout)))[0]

    def varint(self) -> int:
        value = shift = 0
        while True:
            byte = self.take(1)[0]
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                return value
            shift += 7

    def length(self, *, flexible: bool, short: bool) -> int | None:
        count = self.varint() - 1 if flexible else self.fixed("int16" if short else "int32")
        return None if count < 0 else int(count)


@dataclass(frozen=True)
class Message:
    """One message's description, and its code."""

    name: str
    key: int
    flexible_versions: str
    fields: tuple[dict[str, Any], ...]
    structs: dict[str, list[dict[str, Any]]]

    def flexible(self, version: int) -> bool:
        return in_range(self.flexible_versions, version)

    def encode(self, version: int, body: dict[str, Any]) -> bytes:
        out = Writer()
        self._write_struct(out, list(self.fields), version, body)
        return bytes(out.data)

    def decode(self, version: int, data: bytes) -> dict[str, Any]:
        """Raises ValueError when bytes lack or are left over."""
        reader = Reader(data)
        body = self._read_struct(reader, list(self.fields), version)
        if reader.position != len(data):
            raise ValueError(f"{len(data) - reader.position} bytes left over")
        return body

    def _below(self, field: dict[str, Any]) -> list[dict[str, Any]]:
        kind = field["type"].removeprefix("[]")
        return field.get("fields") or self.structs[kind]

    def _write_struct(
        self, out: Writer, fields: list[dict[str, Any]], version: int, body: dict[str, Any]
    ) -> None:
        unknown = set(body) - {field["name"] for field in fields}
        if unknown:
            raise KeyError(f"{self.name} has no {sorted(unknown)}")
        tagged: dict[int, bytes] = {}
        for field in fields:
            name = field["name"]
            if not in_range(field["versions"], version):
                continue
            value = body[name] if name in body else default_of(field)
            if in_range(field.get("taggedVersions"), version):
                if name in body:
                    inner = Writer()
                    self._write(inner, field, field["type"], version, value)
                    tagged[field["tag"]] = bytes(inner.data)
            else:
                self._write(out, field, field["type"], version, value)
        if self.flexible(version):
            out.varint(len(tagged))
            for tag, data in sorted(tagged.items()):
                out.varint(tag)
                out.varint(len(data))
                out.data += data

    def _write(
        self, out: Writer, field: dict[str, Any], kind: str, version: int, value: Any
    ) -> None:
        flexible = self.flexible(version) and field.get("flexibleVersions") != "none"
        if kind.startswith("[]"):
            out.length(None if value is None else len(value), flexible=flexible, short=False)
            for item in value or ():
                self._write(out, field, kind[2:], version, item)
        elif kind in FIXED:
            out.fixed(kind, value)
        elif kind == "uuid":
            out.data += uuid.UUID(value).bytes
        elif kind in {"string", "bytes", "records"}:
            data = value.encode() if isinstance(value, str) else value
            count = None if data is None else len(data)
            out.length(count, flexible=flexible, short=kind == "string")
            out.data += data or b""
        elif value is None:
            out.fixed("int8", -1)
        else:
            if in_range(field.get("nullableVersions"), version) and field["type"] == kind:
                out.fixed("int8", 1)
            self._write_struct(out, self._below(field), version, value)

    def _read_struct(
        self, reader: Reader, fields: list[dict[str, Any]], version: int
    ) -> dict[str, Any]:
        body: dict[str, Any] = {}
        tagged = {}
        for field in fields:
            if not in_range(field["versions"], version):
                continue
            if in_range(field.get("taggedVersions"), version):
                tagged[field["tag"]] = field
            else:
                body[field["name"]] = self._read(reader, field, field["type"], version)
        if self.flexible(version):
            for _ in range(reader.varint()):
                tag = reader.varint()
                inner = Reader(reader.take(reader.varint()))
                field = tagged[tag]
                body[field["name"]] = self._read(inner, field, field["type"], version)
        return body

    def _read(self, reader: Reader, field: dict[str, Any], kind: str, version: int) -> Any:
        flexible = self.flexible(version) and field.get("flexibleVersions") != "none"
        if kind.startswith("[]"):
            count = reader.length(flexible=flexible, short=False)
            items = range(count or 0)
            read = [self._read(reader, field, kind[2:], version) for _ in items]
            return None if count is None else read
        if kind in FIXED:
            return reader.fixed(kind)
        if kind == "uuid":
            return str(uuid.UUID(bytes=reader.take(16)))
        if kind in {"string", "bytes", "records"}:
            count = reader.length(flexible=flexible, short=kind == "string")
            data = reader.take(count or 0)
            value = data.decode() if kind == "string" else data
            return None if count is None else value
        nullable = in_range(field.get("nullableVersions"), version) and field["type"] == kind
        absent = nullable and reader.fixed("int8") < 0
        return None if absent else self._read_struct(reader, self._below(field), version)


def default_of(field: dict[str, Any]) -> Any:
    """A field's default, as its description says it."""
    kind, given = field["type"], field.get("default")
    of_kind: Any = {}
    if given == "null":
        of_kind = None
    elif kind.startswith("[]"):
        of_kind = []
    elif kind == "bool":
        of_kind = str(given).lower() == "true"
    elif kind == "float64":
        of_kind = float(given or 0)
    elif kind in FIXED:
        of_kind = int(str(given or 0), 0)
    elif kind == "uuid":
        of_kind = NO_UUID
    elif kind == "string":
        of_kind = given or ""
    elif kind in {"bytes", "records"}:
        of_kind = None if field.get("nullableVersions") else b""
    return of_kind


class Messages:
    """All of a release's messages, by name: `MetadataRequest`, `RequestHeader`."""

    def __init__(self, clients_jar: Path) -> None:
        self.by_name: dict[str, Message] = {}
        with zipfile.ZipFile(clients_jar) as jar:
            for entry in jar.namelist():
                if entry.startswith("common/message/") and entry.endswith(".json"):
                    message = parse(jar.read(entry).decode())
                    self.by_name[message.name] = message

    def frame(self, api: str, version: int, body: dict[str, Any], correlation_id: int) -> bytes:
        """A request with its header, without the length in front."""
        message = self.by_name[f"{api}Request"]
        header = {
            "RequestApiKey": message.key,
            "RequestApiVersion": version,
            "CorrelationId": correlation_id,
            "ClientId": "oracle",
        }
        header_version = 2 if message.flexible(version) else 1
        start = self.by_name["RequestHeader"].encode(header_version, header)
        return start + message.encode(version, body)

    def answer(self, api: str, version: int, frame: bytes) -> dict[str, Any]:
        """The body of a response; ApiVersions' header never became flexible."""
        message = self.by_name[f"{api}Response"]
        skip = 4
        if message.flexible(version) and api != "ApiVersions":
            if frame[4] != 0:
                raise ValueError("tagged fields in a response's header")
            skip = 5
        return message.decode(version, frame[skip:])


def parse(text: str) -> Message:
    """Reads one description; whole lines may be comments."""
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("//")]
    raw = json.loads("\n".join(lines))
    structs: dict[str, list[dict[str, Any]]] = {}

    def collect(fields: list[dict[str, Any]]) -> None:
        for field in fields:
            if "fields" in field:
                structs[field["type"].removeprefix("[]")] = field["fields"]
                collect(field["fields"])

    collect(raw.get("fields", []))
    for struct_ in raw.get("commonStructs", []):
        structs[struct_["name"]] = struct_["fields"]
        collect(struct_["fields"])
    return Message(
        raw["name"],
        raw.get("apiKey", -1),
        raw.get("flexibleVersions", "none"),
        tuple(raw.get("fields", [])),
        structs,
    )
