"""Writes test code that makes a message up from random bytes, for every version of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .rust import SCALARS, SIZED, condition, default_value, parameter

if TYPE_CHECKING:
    from .schema import Field, Struct


def render(struct: Struct) -> str:
    """An implementation of `Sample` for `struct`."""
    fields = ""
    for item in struct.fields:
        here = condition(item.versions, struct.versions)
        value = _value(item)
        if here != "true":
            value = f"if {here} {{ {value} }} else {{ {default_value(item)} }}"
        fields += f"{item.rust_name}: {value},"
    draw, version = parameter("draw", fields), parameter("version", fields)
    return (
        f"impl Sample for {struct.name} {{"
        f"fn sample({draw}: &mut Draw, {version}: i16) -> Self {{ Self {{ {fields} }} }} }}\n"
    )


def _value(item: Field) -> str:
    plain = _plain(item)
    null = condition(item.nullable, item.versions)
    if null == "false":
        return f"Some({plain})" if not item.nullable.empty else plain
    if null == "true":
        return f"draw.option(|draw| {plain})"
    return f"if {null} {{ draw.option(|draw| {plain}) }} else {{ Some({plain}) }}"


def _plain(item: Field) -> str:
    element = f"{item.kind}::sample(draw, version)"
    if item.kind in SCALARS or item.kind in SIZED:
        element = f"draw.{SCALARS.get(item.kind, item.kind).lower()}()"
    return f"draw.array(|draw| {element})" if item.is_array else element
