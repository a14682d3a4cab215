"""Puts the generated text of all messages into files."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from . import samples
from .rust import StructWriter
from .schema import Versions, rename_clashes

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from .schema import Message, Source

SOURCES = "src/generated"
SAMPLES = "tests/wire/samples"
HEADER = "// Written by generate.py from Kafka's message descriptions; do not edit.\n"
NEVER = 32767


def snake(name: str) -> str:
    """`OffsetFetch` as `offset_fetch`."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def record_modules(records: Iterable[str]) -> dict[str, tuple[str, str]]:
    """One module for the key and the value of each record."""
    return {f"{snake(record)}_record": (f"{record}Key", f"{record}Value") for record in records}


def render(
    source: Source, apis: Sequence[str], data: Mapping[str, Sequence[str]]
) -> dict[str, str]:
    """Path to text of every file, not yet formatted."""
    out: dict[str, str] = {}
    modules: dict[str, list[Message]] = {}
    for api in apis:
        request = source.message(f"{api}Request")
        response = source.message(f"{api}Response")
        modules[snake(api)] = [request, rename_clashes(request, response)]
    for module, names in data.items():
        modules[module] = [source.message(name) for name in names]
    for module, messages in modules.items():
        out[f"{SOURCES}/{module}.rs"] = _module(module, messages)
        out[f"{SAMPLES}/{module}.rs"] = _sample_module(module, messages)
    out[f"{SOURCES}/mod.rs"] = _index(modules)
    out[f"{SOURCES}/keys.rs"] = _keys(source)
    out[f"{SAMPLES}/mod.rs"] = _sample_index(modules)
    return out


def _module(module: str, messages: list[Message]) -> str:
    text = ""
    for message in messages:
        for struct in message.structs.values():
            text += StructWriter(message, struct).render()
        text += (
            f"impl Message for {message.name} {{"
            f'const NAME: &\'static str = "{message.name}";'
            "const MIN_VERSION: i16 = Self::MIN_VERSION;"
            "const MAX_VERSION: i16 = Self::MAX_VERSION;"
            "fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {"
            "Self::decode(buf, version) }"
            "fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {"
            "self.encode(out, version) } }\n"
        )
    first = messages[0]
    if first.kind == "request":
        text += (
            f"impl Request for {first.name} {{"
            f"const KEY: ApiKey = ApiKey::{first.name.removesuffix('Request')};"
            f"type Response = {messages[1].name}; }}\n"
        )
    uses = _uses(
        text,
        {
            "crate::message": ["absent", "required", "Message", "Request"],
            "crate": ["ApiKey", "DecodeError", "EncodeError", "Reader", "Records", "Str"],
            "crate::writer": ["TaggedFields", "Writer"],
            "bytes": ["Bytes"],
            "uuid": ["Uuid"],
        },
    )
    about = f"//! `{module}`: {' and '.join(f'[`{message.name}`]' for message in messages)}.\n"
    return f"{HEADER}{about}#![allow(missing_docs)]\n\n{uses}\n{text}"


def _uses(text: str, names: Mapping[str, Sequence[str]]) -> str:
    lines = []
    for path, members in names.items():
        used = [name for name in members if re.search(rf"\b{name}\b", text)]
        if used:
            lines.append(f"use {path}::{{{', '.join(used)}}};\n")
    return "".join(lines)


def _index(modules: Mapping[str, list[Message]]) -> str:
    text = f"{HEADER}//! One module an API; the messages themselves are named here too.\n\n"
    text += "pub mod keys;\n"
    text += "".join(f"pub mod {module};\n" for module in modules)
    for module, messages in modules.items():
        text += f"pub use {module}::{{{', '.join(message.name for message in messages)}}};\n"
    return text


def _keys(source: Source) -> str:
    requests = source.requests()
    variants, rows = "", ""
    for raw in requests:
        name = raw["name"].removesuffix("Request")
        valid = Versions.parse(raw["validVersions"])
        flexible = Versions.parse(raw.get("flexibleVersions")) & valid
        first = "NEVER" if flexible.empty else flexible.low
        variants += f"{name} = {raw['apiKey']},"
        stable = valid.high - int(raw.get("latestVersionUnstable", False))
        listed = str("broker" in raw.get("listeners", [])).lower()
        rows += (
            f'Row {{ key: ApiKey::{name}, name: "{name}", min: {valid.low}, max: {valid.high}, '
            f"stable_max: {stable}, first_flexible: {first}, broker: {listed} }},"
        )
    return (
        f"{HEADER}//! Every API key of Kafka with the versions that its newest client knows.\n\n"
        "/// An API of Kafka, served here or not.\n"
        "#[allow(missing_docs)]\n"
        "#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]\n#[repr(i16)]\n"
        f"pub enum ApiKey {{ {variants} }}\n\n"
        "/// The first flexible version of an API that has none.\n"
        f"pub const NEVER: i16 = {NEVER};\n\n"
        "/// What Kafka's description says of an API.\n"
        "pub(crate) struct Row {\n"
        "pub key: ApiKey, pub name: &'static str, pub min: i16, pub max: i16,\n"
        "/// Below `max` when that version is still being designed and not answered.\n"
        "pub stable_max: i16, pub first_flexible: i16,\n"
        "/// Answered by brokers, not only by controllers.\n"
        "pub broker: bool }\n\n"
        f"/// By ascending key.\npub(crate) const ROWS: &[Row] = &[{rows}];\n"
    )


def _sample_module(module: str, messages: list[Message]) -> str:
    text = ""
    for message in messages:
        for struct in message.structs.values():
            text += samples.render(struct)
    uses = _uses(text, {"uuid": ["Uuid"], "headrace_wire": ["Records", "Str"]})
    if "Bytes::" in text:
        uses += "use bytes::Bytes;\n"
    path = f"headrace_wire::messages::{module}::*"
    return f"{HEADER}use super::{{Draw, Sample}};\nuse {path};\n{uses}\n{text}"


def _sample_index(modules: Mapping[str, list[Message]]) -> str:
    text = f"{HEADER}//! A `Sample` for every struct of every message.\n\n"
    text += "pub use crate::draw::{Draw, Sample};\n"
    text += "".join(f"mod {module};\n" for module in modules)
    names = [message.name for messages in modules.values() for message in messages]
    pairs = [
        f"{messages[0].name}, {messages[1].name}"
        for messages in modules.values()
        if messages[0].kind == "request"
    ]
    text += (
        "\n/// Calls `$check!(Message)` for every message.\n"
        "macro_rules! for_each_message { ($check:ident) => {"
        f"{''.join(f'$check!({name});' for name in names)} }} }}\n"
        "pub(crate) use for_each_message;\n"
        "\n/// Calls `$check!(Request, Response)` for every API.\n"
        "macro_rules! for_each_api { ($check:ident) => {"
        f"{''.join(f'$check!({pair});' for pair in pairs)} }} }}\n"
        "pub(crate) use for_each_api;\n"
    )
    return text
