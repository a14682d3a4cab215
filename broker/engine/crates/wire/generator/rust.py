"""Writes the Rust of one message: its structs, their defaults, `decode` and `encode`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from .schema import SchemaError, Versions

if TYPE_CHECKING:
    from .schema import Field, Message, Struct

SCALARS = {
    "bool": "bool",
    "int8": "i8",
    "int16": "i16",
    "uint16": "u16",
    "int32": "i32",
    "int64": "i64",
    "float64": "f64",
    "uuid": "Uuid",
}
SIZED = {"string": "Str", "bytes": "Bytes", "records": "Records"}


def element_type(item: Field) -> str:
    """The Rust type of a field's value, or of its elements."""
    return SCALARS.get(item.kind) or SIZED.get(item.kind) or item.kind


def rust_type(item: Field) -> str:
    """The Rust type of a field."""
    name = f"Vec<{element_type(item)}>" if item.is_array else element_type(item)
    return name if item.nullable.empty else f"Option<{name}>"


def condition(versions: Versions, within: Versions) -> str:
    """A Rust expression for "the version is one of these", given that it is `within`."""
    if versions.covers(within):
        return "true"
    span = versions & within
    if span.empty:
        return "false"
    if span.low == span.high:
        return f"version == {span.low}"
    if span.high >= within.high:
        return f"version >= {span.low}"
    if span.low <= within.low:
        return f"version <= {span.high}"
    return f"({span.low}..={span.high}).contains(&version)"


def default_value(item: Field) -> str:
    """The field's default.

    As the description says, with one exception: a field that may be null in all of its versions
    and names no default is null here (`None`), where Kafka has an empty string or array.
    """
    optional = not item.nullable.empty
    if optional and (item.default == "null" or item.default is None):
        always = item.nullable.covers(item.versions)
        return "None" if item.default == "null" or always else f"Some({_empty(item)})"
    inner = _empty(item)
    if item.default and not item.is_array and item.kind in SCALARS:
        inner = _scalar(item)
    elif item.default:
        raise SchemaError(f"{item.name} has the default {item.default}")
    return f"Some({inner})" if optional else inner


def _empty(item: Field) -> str:
    if item.is_array:
        return "Vec::new()"
    if item.kind == "uuid":
        return "Uuid::nil()"
    if item.kind == "bool":
        return "false"
    if item.kind == "float64":
        return "0.0"
    if item.kind in SCALARS:
        return "0"
    return f"{element_type(item)}::default()"


def _scalar(item: Field) -> str:
    text = item.default or ""
    if item.kind == "bool":
        return text
    number = int(text, 0)
    limits = {"int32": 2**31, "int64": 2**63}
    limit = limits.get(item.kind)
    if limit and number == limit - 1:
        return f"{SCALARS[item.kind]}::MAX"
    if limit and number == -limit:
        return f"{SCALARS[item.kind]}::MIN"
    return str(number)


def is_default(item: Field, place: str) -> str:
    """A Rust expression for "the field has its default"."""
    value = default_value(item)
    if value == "None":
        return f"{place}.is_none()"
    if value == "Some(Vec::new())":
        return f"{place}.as_ref().is_some_and(Vec::is_empty)"
    if not value.startswith("Some("):
        if item.is_array or item.kind in SIZED:
            return f"{place}.is_empty()"
        short = {"true": place, "false": f"!{place}", "Uuid::nil()": f"{place}.is_nil()"}
        if value in short:
            return short[value]
    return f"{place} == {value}"


class StructWriter:
    """Writes one struct of a message."""

    def __init__(self, message: Message, struct: Struct) -> None:
        """`struct` must belong to `message`."""
        self.message = message
        self.struct = struct
        self.is_top = struct is message.top
        self.span = message.versions if self.is_top else struct.versions

    def render(self) -> str:
        """The struct, its `Default`, `decode` and `encode`."""
        return f"{self._definition()}\n{self._default()}\n{self._impl()}"

    def _definition(self) -> str:
        derives = "Clone, Debug, PartialEq"
        if self._default_is_plain():
            derives = "Clone, Debug, Default, PartialEq"
        fields = "".join(f"pub {f.rust_name}: {rust_type(f)}," for f in self.struct.fields)
        return f"#[derive({derives})]\npub struct {self.struct.name} {{ {fields} }}\n"

    def _default_is_plain(self) -> bool:
        return all(
            default_value(item) == ("None" if not item.nullable.empty else _empty(item))
            for item in self.struct.fields
        )

    def _default(self) -> str:
        if self._default_is_plain():
            return ""
        fields = "".join(f"{f.rust_name}: {default_value(f)}," for f in self.struct.fields)
        name = self.struct.name
        return f"impl Default for {name} {{ fn default() -> Self {{ Self {{ {fields} }} }} }}\n"

    def _impl(self) -> str:
        decode, encode = self._decode(), self._encode()
        ranges = ""
        if self.is_top:
            ranges = (
                f"pub const MIN_VERSION: i16 = {self.span.low};\n"
                f"pub const MAX_VERSION: i16 = {self.span.high};\n"
            )
        return f"impl {self.struct.name} {{ {ranges}{decode}\n{encode} }}\n"

    def _flexible(self, item: Field) -> str:
        return condition(item.flexible, self.span & item.versions)

    # -- decode --

    def _decode(self) -> str:
        lines = []
        if self.is_top:
            lines.append(self._check("DecodeError"))
        for item in self.struct.fields:
            if item.tag is None:
                lines.append(self._decode_plain(item))
            else:
                lines.append(f"let mut {item.rust_name} = {default_value(item)};")
        lines.append(self._decode_tags())
        names = ",".join(item.rust_name for item in self.struct.fields)
        body = "\n".join(line for line in lines if line)
        version = parameter("version", body)
        buf = parameter("buf", body)
        return (
            f"pub fn decode({buf}: &mut Reader, {version}: i16) -> Result<Self, DecodeError> {{"
            f"{body}\nOk(Self {{ {names} }}) }}\n"
        )

    def _check(self, error: str) -> str:
        bounds = "Self::MIN_VERSION..=Self::MAX_VERSION"
        return (
            f"if !({bounds}).contains(&version) {{ return Err({error}::Version"
            f' {{ message: "{self.struct.name}", version }}); }}'
        )

    def _decode_plain(self, item: Field) -> str:
        value = self._decode_value(item)
        here = condition(item.versions, self.span)
        if here == "false":
            value = default_value(item)
        elif here != "true":
            value = f"if {here} {{ {value} }} else {{ {default_value(item)} }}"
        return f"let {item.rust_name} = {value};"

    def _decode_value(self, item: Field) -> str:
        null = condition(item.nullable, item.versions)
        if null == "false":
            return f"{self._read(item, nullable=False)}?"
        if null == "true":
            return f"{self._read(item, nullable=True)}?"
        plain = self._read(item, nullable=False)
        return f"if {null} {{ {self._read(item, nullable=True)}? }} else {{ Some({plain}?) }}"

    def _read(self, item: Field, *, nullable: bool) -> str:
        prefix = "nullable_" if nullable else ""
        flexible = self._flexible(item)
        if item.is_array:
            least = self.message.least_bytes(item.kind, flexible=item.flexible)
            element = self._read_element(item, flexible)
            return f"buf.{prefix}array({flexible}, {least}, |buf| {element})"
        if item.is_struct and nullable:
            return f"buf.nullable_struct(|buf| {self._read_element(item, flexible)})"
        if item.kind in SIZED:
            return f"buf.{prefix}{item.kind}({flexible})"
        return self._read_element(item, flexible)

    def _read_element(self, item: Field, flexible: str) -> str:
        if item.is_struct:
            return f"{item.kind}::decode(buf, version)"
        if item.kind in SIZED:
            return f"buf.{item.kind}({flexible})"
        return f"buf.{SCALARS[item.kind].lower()}()"

    def _decode_tags(self) -> str:
        flexible = condition(self.message.flexible, self.span)
        if flexible == "false":
            return ""
        arms = ""
        for item in self._tagged():
            here = condition(item.versions, self.span & self.message.flexible)
            guard = "" if here == "true" else f" if {here}"
            value = self._decode_value(item)
            arms += f"{item.tag}{guard} => {{ {item.rust_name} = {value}; }}"
        read = "buf.skip_tagged_fields()?;"
        if arms:
            read = (
                "buf.tagged_fields(|tag, buf| { match tag {"
                f"{arms} _ => return Ok(false), }} Ok(true) }})?;"
            )
        return read if flexible == "true" else f"if {flexible} {{ {read} }}"

    def _tagged(self) -> list[Field]:
        tagged = [item for item in self.struct.fields if item.tag is not None]
        return sorted(tagged, key=lambda item: item.tag or 0)

    # -- encode --

    def _encode(self) -> str:
        lines = [self._check("EncodeError")] if self.is_top else []
        lines += [self._encode_plain(item) for item in self.struct.fields if item.tag is None]
        lines.append(self._encode_tags())
        body = "\n".join(line for line in lines if line)
        version = parameter("version", body)
        out = parameter("out", body)
        return (
            f"pub fn encode(&self, {out}: &mut Writer, {version}: i16)"
            f" -> Result<(), EncodeError> {{ {body}\nOk(()) }}\n"
        )

    def _absent(self, item: Field) -> str:
        """What happens in a version that cannot carry the field."""
        if item.ignorable:
            return ""
        unset = is_default(item, f"self.{item.rust_name}")
        return f"absent({self._label(item)}, version, {unset})?;"

    def _label(self, item: Field) -> str:
        return f'"{self.struct.name}.{item.rust_name.removeprefix("r#")}"'

    def _encode_plain(self, item: Field) -> str:
        here = condition(item.versions, self.span)
        absent = self._absent(item)
        if here == "false":
            return absent
        value = self._encode_value(item)
        if here == "true":
            return value
        otherwise = f" else {{ {absent} }}" if absent else ""
        return f"if {here} {{ {value} }}{otherwise}"

    def _encode_value(self, item: Field) -> str:
        null = condition(item.nullable, item.versions)
        place = f"self.{item.rust_name}"
        if null == "false":
            return self._write(item, f"&{place}", nullable=False)
        if null == "true":
            return self._write(item, self._option(item), nullable=True)
        required = f"required({self._label(item)}, version, {place}.as_ref())?"
        plain = self._write(item, required, nullable=False)
        nullable = self._write(item, self._option(item), nullable=True)
        return f"if {null} {{ {nullable} }} else {{ {plain} }}"

    @staticmethod
    def _option(item: Field) -> str:
        borrow = "as_deref" if item.is_array or item.kind == "string" else "as_ref"
        return f"self.{item.rust_name}.{borrow}()"

    def _write(self, item: Field, value: str, *, nullable: bool) -> str:
        prefix = "nullable_" if nullable else ""
        flexible = self._flexible(item)
        if item.is_array:
            element = self._write_element(item, flexible)
            return f"out.{prefix}array({value}, {flexible}, |out, value| {element})?;"
        if item.kind in SIZED:
            return f"out.{prefix}{item.kind}({value}, {flexible})?;"
        if item.is_struct and nullable:
            write = "|out, value| value.encode(out, version)"
            return f"out.nullable_struct({value}, {write})?;"
        if item.is_struct:
            return f"{value.removeprefix('&')}.encode(out, version)?;"
        return f"out.{SCALARS[item.kind].lower()}({value.removeprefix('&')});"

    def _write_element(self, item: Field, flexible: str) -> str:
        if item.is_struct:
            return "value.encode(out, version)"
        if item.kind in SIZED:
            return f"out.{item.kind}(value, {flexible})"
        return f"{{ out.{SCALARS[item.kind].lower()}(*value); Ok(()) }}"

    def _encode_tags(self) -> str:
        flexible = condition(self.message.flexible, self.span)
        tagged = self._tagged()
        missing = "".join(self._absent(item) for item in tagged)
        if flexible == "false":
            return missing
        write = "out.no_tagged_fields();"
        if tagged:
            puts = "".join(self._put_tag(item) for item in tagged)
            write = f"let mut tags = TaggedFields::default(); {puts} out.tagged_fields(tags);"
        if flexible == "true":
            return write
        otherwise = f" else {{ {missing} }}" if missing else ""
        return f"if {flexible} {{ {write} }}{otherwise}"

    def _put_tag(self, item: Field) -> str:
        unset = is_default(item, f"self.{item.rust_name}")
        put = f"tags.put({item.tag}, |out| {{ {self._encode_value(item)} Ok(()) }})?;"
        here = condition(item.versions, self.span & self.message.flexible)
        absent = self._absent(item)
        if here == "true":
            return f"if {negate(unset)} {{ {put} }}"
        if not absent:
            return f"if {here} && {negate(unset)} {{ {put} }}"
        return f"if {here} {{ if {negate(unset)} {{ {put} }} }} else {{ {absent} }}"


def parameter(name: str, body: str) -> str:
    """The name of a parameter, with Rust's mark when `body` does not use it.

    A field of that name is no use of it.
    """
    return name if re.search(rf"\b{name}\b(?!:)", body) else f"_{name}"


def negate(expression: str) -> str:
    """The opposite of an expression that [`is_default`] made."""
    if expression.startswith("!"):
        return expression[1:]
    if " == " in expression:
        return expression.replace(" == ", " != ", 1)
    if expression.endswith(".is_none()"):
        return f"{expression.removesuffix('.is_none()')}.is_some()"
    return f"!{expression}"
