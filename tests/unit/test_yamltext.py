"""Edits of YAML text: exactly the asked change, every comment and every other line kept."""

from __future__ import annotations

import string
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headrace.settings.source import load_plain
from headrace.settings.yamltext import EditError, remove, scalar, set_value

NAMES = st.text(string.ascii_lowercase + "_", min_size=1, max_size=6).filter(
    lambda name: name not in {"null", "true", "false", "y", "n", "yes", "no", "on", "off"}
)
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**12), 10**12),
    st.text(max_size=12),
    st.sampled_from(["10.0.0.1", "a: b", "# no comment", "- x", "null", "1e3", "", "x,y", "{a}"]),
)
VALUES = st.recursive(
    SCALARS,
    lambda below: st.one_of(st.lists(below, max_size=3), st.dictionaries(NAMES, below, max_size=3)),
    max_leaves=6,
)


class Document:
    """YAML text that is made by hand, so that each comment's place is known."""

    def __init__(self, draw: Any) -> None:
        self.draw = draw
        self.lines: list[str] = []
        # Comment text to the path of the key or item that it stands beside or inside.
        self.comments: dict[str, tuple[Any, ...]] = {}
        self.paths: list[tuple[Any, ...]] = []

    def comment(self, path: tuple[Any, ...]) -> str:
        text = f"#c{len(self.comments)};"
        self.comments[text] = path
        return text

    def beside(self, path: tuple[Any, ...]) -> str:
        return f"  {self.comment(path)}" if self.draw(st.booleans()) else ""

    def filler(self, path: tuple[Any, ...], pad: str) -> None:
        for _ in range(self.draw(st.integers(0, 2))):
            if self.draw(st.booleans()):
                self.lines.append(pad + self.comment((*path, "above")))
            else:
                self.lines.append("")

    def mapping(self, path: tuple[Any, ...], column: int, depth: int) -> None:
        pad = " " * column
        keys = self.draw(st.lists(NAMES, min_size=1, max_size=4, unique=True))
        for key in keys:
            self.filler(path, pad)
            here = (*path, key)
            self.paths.append(here)
            kind = self.draw(st.sampled_from(["scalar", "flow", "map", "list", "empty"]))
            if depth >= 3 and kind in {"map", "list"}:
                kind = "scalar"
            if kind == "scalar":
                text = scalar(self.draw(SCALARS))
                self.lines.append(f"{pad}{key}: {text}{self.beside(here)}")
            elif kind == "flow":
                text = self.draw(st.sampled_from(["[]", "{}", "[1, 2]", "{a: 1}", "[{a: 1}, 'x']"]))
                self.lines.append(f"{pad}{key}: {text}{self.beside(here)}")
            elif kind == "empty":
                self.lines.append(f"{pad}{key}:{self.beside(here)}")
            else:
                self.lines.append(f"{pad}{key}:{self.beside(here)}")
                step = self.draw(st.integers(1, 4))
                if kind == "map":
                    self.mapping(here, column + step, depth + 1)
                else:
                    self.items(here, column + self.draw(st.integers(0, 3)))

    def items(self, path: tuple[Any, ...], column: int) -> None:
        pad = " " * column
        for index in range(self.draw(st.integers(1, 3))):
            here = (*path, index)
            self.paths.append(here)
            # Comments above an item count as inside the list: they go when the list goes.
            if self.draw(st.booleans()):
                self.lines.append(pad + self.comment((*path, "above")))
            kind = self.draw(st.sampled_from(["scalar", "flow", "map"]))
            if kind == "scalar":
                text = scalar(self.draw(SCALARS.filter(lambda value: value is not None)))
                self.lines.append(f"{pad}- {text}{self.beside(here)}")
            elif kind == "flow":
                self.lines.append(f"{pad}- {{a: 1, b: x}}{self.beside(here)}")
            else:
                self.lines.append(f"{pad}- k: 1{self.beside((*here, 'k'))}")
                self.lines.append(f"{pad}  l: x{self.beside((*here, 'l'))}")


@st.composite
def documents(draw: Any) -> Document:
    document = Document(draw)
    document.filler((), "")
    document.mapping((), 0, 0)
    document.filler((), "")
    return document


def lookup(data: Any, path: tuple[Any, ...]) -> Any:
    for part in path:
        data = data[part]
    return data


def replaced(data: Any, path: tuple[Any, ...], value: Any) -> Any:
    if not path:
        return value
    if isinstance(data, dict):
        return {**data, path[0]: replaced(data.get(path[0]), path[1:], value)}
    items = list(data or [])
    items[path[0] :] = [replaced(items[path[0]], path[1:], value), *items[path[0] + 1 :]]
    return items


def same(left: Any, right: Any) -> bool:
    if isinstance(left, dict) and isinstance(right, dict):
        # Order counts: a key keeps its place, a new one comes last.
        return list(left) == list(right) and all(same(left[key], right[key]) for key in left)
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(same, left, right))
    return (left is right) or (type(left) is type(right) and left == right)


@settings(max_examples=150, deadline=None)
@given(st.data(), documents())
def test_a_value_is_replaced_and_all_else_stays(data: Any, document: Document) -> None:
    text = "\n".join(document.lines) + data.draw(st.sampled_from(["\n", ""]))
    path = data.draw(st.sampled_from(document.paths))
    value = data.draw(SCALARS)
    before = load_plain(text)
    after = set_value(text, path, value)
    assert same(load_plain(after), replaced(before, path, value))
    for comment, place in document.comments.items():
        inside = place[: len(path)] == path and len(place) > len(path)
        if not inside:
            assert comment in after, f"{comment} at {place} is gone"
    if not isinstance(lookup(before, path), dict | list):
        changed = [
            (old, new)
            for old, new in zip(text.splitlines(), after.splitlines(), strict=True)
            if old != new
        ]
        assert len(changed) <= 1


@settings(max_examples=150, deadline=None)
@given(st.data(), documents())
def test_any_value_can_be_put_anywhere_or_is_refused(data: Any, document: Document) -> None:
    text = "\n".join(document.lines) + "\n"
    path = data.draw(st.sampled_from(document.paths))
    value = data.draw(VALUES)
    before = load_plain(text)
    try:
        after = set_value(text, path, value)
    except EditError:
        # Refused: the caller keeps the old text. Never for the shapes that settings have.
        assert isinstance(value, dict | list)
        return
    got = load_plain(after)
    wanted = replaced(before, path, value)
    # Mappings that are updated in place may keep the old order of keys that they share.
    assert got == wanted or value in ({}, [])
    for comment, place in document.comments.items():
        inside = place[: len(path)] == path and len(place) > len(path)
        if not inside:
            assert comment in after


@settings(max_examples=150, deadline=None)
@given(st.data(), documents(), NAMES, VALUES)
def test_a_new_key_is_added_at_the_end_of_its_section(
    data: Any, document: Document, name: str, value: Any
) -> None:
    text = "\n".join(document.lines) + data.draw(st.sampled_from(["\n", ""]))
    before = load_plain(text)
    sections = [path for path in document.paths if isinstance(lookup(before, path), dict)]
    path = (*data.draw(st.sampled_from([(), *sections])), name)
    if name in lookup(before, path[:-1]):
        return
    after = set_value(text, path, value)
    assert load_plain(after) == replaced(before, path, value)
    old = text.splitlines()
    kept = [line for line in after.splitlines() if line in old]
    section = lookup(before, path[:-1])
    if path[:-1] == () or (section and "{" not in text):
        assert [line for line in old if line in kept] == [line for line in old if line in kept]
        assert len(kept) >= len(old)
    assert all(comment in after for comment in document.comments)


@settings(max_examples=150, deadline=None)
@given(st.data(), documents())
def test_a_removed_key_takes_only_its_own_comments(data: Any, document: Document) -> None:
    text = "\n".join(document.lines) + "\n"
    path = data.draw(st.sampled_from(document.paths))
    before = load_plain(text)
    try:
        after = remove(text, path)
    except EditError:
        assert len(path) == 1 or isinstance(path[-1], int)
        return
    wanted = load_plain(text)
    holder = lookup(wanted, path[:-1])
    del holder[path[-1]]
    got = load_plain(after)
    assert got == wanted or (got is None and wanted == {})
    emptied = len(lookup(before, path[:-1])) == 1
    for comment, place in document.comments.items():
        own = place[: len(path)] == path
        beside_emptied = emptied and place[: len(path) - 1] == path[:-1]
        if not own and not beside_emptied:
            assert comment in after, f"{comment} at {place} went with {path}"


@given(SCALARS)
def test_a_scalar_reads_back_as_itself(value: Any) -> None:
    for text in (f"k: {scalar(value)}", f"[{scalar(value)}]", f"{{k: {scalar(value)}}}"):
        read = load_plain(text)
        got = read[0] if isinstance(read, list) else read["k"]
        assert type(got) is type(value)
        assert got == value


@pytest.mark.parametrize(
    ("text", "path", "value"),
    [
        ("a: &x {k: 1}\nb: *x\n", ("b", "k"), 2),
        ("base: &x {k: 1}\nb:\n  <<: *x\n", ("b", "k"), 2),
        ("a: 1\n", ("a", "b"), 2),
        ("a: [1]\n", ("a", 2), 2),
        ("a: {b: 1}\n", ("a", 0), 2),
    ],
)
def test_what_it_does_not_understand_it_refuses(text: str, path: Any, value: Any) -> None:
    try:
        after = set_value(text, path, value)
    except EditError:
        return
    # A merge key may be overridden beside it: then the result must be what was asked for.
    assert load_plain(after)["b"]["k"] == 2
    assert load_plain(after).get("a", load_plain(after).get("base")) == {"k": 1}


def test_line_endings_stay() -> None:
    text = "a: 1\r\nb:\r\n  - x\r\n"
    assert set_value(text, ("b", 1), "y") == "a: 1\r\nb:\r\n  - x\r\n  - y\r\n"
