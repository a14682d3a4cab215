"""Changes one value in YAML text and leaves every other byte as it was.

The parser's node tree gives the position of each key and value; an edit is a replacement between
two positions. What this does not understand (an alias, a merge key, a value that shares its line
in an odd way) it does not guess: every edit is parsed again and compared with what was asked for,
and refused if it differs. Callers then tell the user to edit that spot by hand.
"""

from __future__ import annotations

import copy
import json
import re
from typing import Any

from ruamel.yaml.error import YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from headrace.settings.source import Path_, child, compose, load_plain

INDENT = 2
_PLAIN = re.compile(r"[A-Za-z0-9_./][A-Za-z0-9_./:@+-]*")
# Characters that YAML forbids in a document although JSON does not escape them.
_FORBIDDEN = re.compile("[\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")


class EditError(Exception):
    """The text cannot be changed as asked; the message says why."""


def set_value(text: str, path: Path_, value: Any) -> str:
    """`text` with `value` (plain data) at `path`; an index may be one past the end of its list.

    Raises EditError.
    """
    wanted = _with_value(load_plain(text), path, value)
    return _checked(_Editor(text).set(path, value), wanted)


def remove(text: str, path: Path_) -> str:
    """`text` without the key or list item at `path`. Raises EditError when there is none."""
    data = load_plain(text)
    parent = data
    for part in path[:-1]:
        parent = _step(parent, part)
    last = path[-1]
    if not _has(parent, last):
        raise EditError("is not set")
    del parent[last]
    return _checked(_Editor(text).remove(path), data)


def _checked(text: str, wanted: Any) -> str:
    try:
        got = load_plain(text)
    except (YAMLError, ValueError) as error:
        raise EditError("stands in a place that only an editor can change") from error
    if not _same(got, wanted):
        raise EditError("stands in a place that only an editor can change")
    return text


def _same(left: Any, right: Any) -> bool:
    """Equality that tells 1 from true and 1.0, and takes an empty section for a missing one."""
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(_same(left[key], right[key]) for key in left)
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(_same, left, right))
    if left in (None, {}, []) and right in (None, {}, []):
        return True
    return type(left) is type(right) and bool(left == right)


def _step(data: Any, part: str | int) -> Any:
    if not _has(data, part):
        raise EditError("is not set")
    return data[part]


def _has(data: Any, part: str | int) -> bool:
    if isinstance(part, str):
        return isinstance(data, dict) and part in data
    return isinstance(data, list) and part < len(data)


def _with_value(data: Any, path: Path_, value: Any) -> Any:
    """A deep copy of `data` with the value set; makes the mappings and lists on the way."""
    if not path:
        return copy.deepcopy(value)
    head, rest = path[0], path[1:]
    if isinstance(head, str):
        if data is not None and not isinstance(data, dict):
            raise EditError(f"cannot hold {head!r}: there is a value or a list in its place")
        result = dict(data or {})
        result[head] = _with_value(result.get(head), rest, value)
        return result
    if data is not None and not isinstance(data, list):
        raise EditError(f"cannot hold the index {head}: there is no list in its place")
    items = list(data or [])
    if head > len(items):
        raise EditError(f"has {len(items)} items: the next index is {len(items)}, not {head}")
    if head == len(items):
        items.append(None)
    items[head] = _with_value(items[head], rest, value)
    return items


# -- rendering ----------------------------------------------------------------------------------


def scalar(value: Any) -> str:
    """One scalar on one line, quoted only where YAML would read it as something else."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return json.dumps(value)
    if not isinstance(value, str):
        raise EditError(f"cannot be written: {type(value).__name__}")
    if _PLAIN.fullmatch(value) and not value.endswith(":"):
        try:
            if load_plain(f"[{value}]") == [value]:
                return value
        except (YAMLError, ValueError):
            pass
    quoted = json.dumps(value, ensure_ascii=False)
    return _FORBIDDEN.sub(lambda match: f"\\u{ord(match.group()):04x}", quoted)


def flow(value: Any) -> str:
    """A value on one line, as `{a: 1, b: [x]}`."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{scalar(k)}: {flow(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(flow(item) for item in value) + "]"
    return scalar(value)


def block(value: Any, column: int) -> list[str]:
    """A non-empty mapping or list as indented lines."""
    pad = " " * column
    lines: list[str] = []
    if isinstance(value, dict):
        for key, below in value.items():
            if _is_collection(below):
                lines.append(f"{pad}{scalar(key)}:")
                lines.extend(block(below, column + INDENT))
            else:
                lines.append(f"{pad}{scalar(key)}: {flow(below)}")
        return lines
    # Small tables in a list read best on one line: `- {host: 10.0.0.1, port: 33145}`.
    return [f"{pad}- {flow(item)}" for item in value]


def _is_collection(value: Any) -> bool:
    return isinstance(value, dict | list) and bool(value)


# -- editing ------------------------------------------------------------------------------------


class _Editor:
    """One edit of one text."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.newline = "\r\n" if "\r\n" in text else "\n"
        self.root = compose(text)

    def set(self, path: Path_, value: Any) -> str:
        """See `set_value`. Lists and mappings are changed item by item, so that comments stay."""
        if self.root is None:
            head = self.text
            if head and not head.endswith("\n"):
                head += self.newline
            nested: Any = value
            for part in reversed(path):
                nested = {part: nested} if isinstance(part, str) else [nested]
            return head + self._lines(block(nested, 0))
        holder: Node = self.root
        holders: list[Node] = []
        for depth, part in enumerate(path):
            holders.append(holder)
            found = child(holder, part)
            if found is None:
                rest: Any = value
                for missing in reversed(path[depth + 1 :]):
                    rest = {missing: rest} if isinstance(missing, str) else [rest]
                return self._insert(path[:depth], holder, part, rest)
            holder = found[1]
        return self._replace(path, holder, value)

    def _lines(self, lines: list[str]) -> str:
        return "".join(line + self.newline for line in lines)

    def _replace(self, path: Path_, node: Node, value: Any) -> str:
        if isinstance(node, MappingNode) and isinstance(value, dict) and value and node.value:
            return self._update_mapping(path, node, value)
        if isinstance(node, SequenceNode) and isinstance(value, list) and value and node.value:
            return self._update_list(path, node, value)
        if isinstance(node, ScalarNode) and _same(_plain_scalar(self.text, node), value):
            return self.text
        in_flow = self._in_flow(path)
        if in_flow or not _is_collection(value):
            return self._replace_inline(path, node, flow(value))
        return self._replace_by_block(path, node, value)

    def _update_mapping(self, path: Path_, node: MappingNode, value: dict[str, Any]) -> str:
        text = self.text
        for key, below in value.items():
            text = _Editor(text).set((*path, key), below)
        for key_node, _ in node.value:
            if key_node.value not in value:
                text = _Editor(text).remove((*path, key_node.value))
        return text

    def _update_list(self, path: Path_, node: SequenceNode, value: list[Any]) -> str:
        text = self.text
        for index in range(len(node.value) - 1, len(value) - 1, -1):
            text = _Editor(text).remove((*path, index))
        for index, item in enumerate(value):
            text = _Editor(text).set((*path, index), item)
        return text

    def _in_flow(self, path: Path_) -> bool:
        """Whether the value at `path` stands inside `{…}` or `[…]`."""
        node: Node | None = self.root
        for part in path:
            if node is None or getattr(node, "flow_style", False):
                return node is not None
            found = child(node, part)
            node = found[1] if found else None
        return False

    def _span(self, path: Path_, node: Node) -> tuple[int, int]:
        """Start and end of a value's text. An empty value starts right after its colon or dash."""
        start, end = node.start_mark.index, _content_end(self.text, node)
        if end < 0:
            # The parser puts an empty value at the next token, behind any comments.
            holder = self._node(path[:-1])
            if isinstance(path[-1], str):
                found = child(holder, path[-1])
                assert found is not None  # noqa: S101 - the caller found it there
                start = self.text.index(":", found[0].end_mark.index) + 1
            elif isinstance(holder, SequenceNode):
                start = _dash(self.text, holder, path[-1]) + 1
            end = start
        return start, end

    def _node(self, path: Path_) -> Node:
        node = self.root
        for part in path:
            found = child(node, part)
            assert found is not None  # noqa: S101 - the caller walked it before
            node = found[1]
        assert node is not None  # noqa: S101
        return node

    def _replace_inline(self, path: Path_, node: Node, rendered: str) -> str:
        start, end = self._span(path, node)
        if start == end:
            return f"{self.text[:start]} {rendered}{self.text[end:]}"
        head = self.text[:start]
        first_line_start = head.rfind("\n") + 1
        own_line = not head[first_line_start:].strip()
        if own_line and isinstance(path[-1], str):
            # A block below its key becomes a scalar beside it; the key's comment stays.
            found = child(self._node(path[:-1]), path[-1])
            assert found is not None  # noqa: S101
            colon = self.text.index(":", found[0].end_mark.index) + 1
            rest = _drop_to_line_end(self.text, end)
            return f"{self.text[:colon]} {rendered}{self.text[colon:first_line_start]}{rest}"
        return f"{head}{rendered}{self.text[end:]}"

    def _replace_by_block(self, path: Path_, node: Node, value: Any) -> str:
        """Puts an indented block in place of what stood there, below the key's line."""
        start, end = self._span(path, node)
        holder = self._node(path[:-1])
        column = holder.start_mark.column + INDENT
        if isinstance(path[-1], int):
            # A list item: one line in flow style keeps the dash where it is.
            return f"{self.text[:start]}{flow(value)}{self.text[end:]}"
        lines = self._lines(block(value, column))
        line_start = self.text.rfind("\n", 0, start) + 1
        if not self.text[line_start:start].strip():
            return self.text[:line_start] + lines + _drop_to_line_end(self.text, end)
        line_end = self.text.find("\n", end)
        if line_end < 0:
            head = self.text[:start].rstrip() + self.text[end:]
            return head + self.newline + lines
        # Between the removed value and the line's end there may be a comment: it stays.
        tail = self.text[end : line_end + 1]
        head = self.text[:start].rstrip(" ")
        return head + tail + lines + self.text[line_end + 1 :]

    def _insert(self, path: Path_, holder: Node, part: str | int, value: Any) -> str:
        if not isinstance(holder, MappingNode | SequenceNode) or not holder.value:
            entry = {part: value} if isinstance(part, str) else [value]
            if not path:
                raise EditError("cannot be added to this document")
            in_flow = self._in_flow(path)
            if in_flow:
                return self._replace_inline(path, holder, flow(entry))
            return self._replace_by_block(path, holder, entry)
        if holder.flow_style:
            end = _content_end(self.text, holder) - 1
            body = self.text[:end].rstrip()
            gap = self.text[len(body) : end]
            comma = "" if body.endswith(",") else ","
            piece = f"{scalar(part)}: {flow(value)}" if isinstance(part, str) else flow(value)
            return f"{body}{comma} {piece}{gap}{self.text[end:]}"
        column = holder.start_mark.column
        rendered = block({part: value}, column) if isinstance(part, str) else block([value], column)
        return self._insert_lines_after(_content_end(self.text, holder), rendered)

    def _insert_lines_after(self, position: int, lines: list[str]) -> str:
        line_end = self.text.find("\n", position)
        if line_end < 0:
            return self.text + self.newline + self._lines(lines)
        return self.text[: line_end + 1] + self._lines(lines) + self.text[line_end + 1 :]

    def remove(self, path: Path_) -> str:
        """See `remove`. Comments beside and inside what is removed go with it."""
        holder = self._node(path[:-1])
        found = child(holder, path[-1])
        if found is None or not isinstance(holder, MappingNode | SequenceNode):
            raise EditError("is not set")
        key, node = found
        if len(holder.value) == 1 and path[:-1]:
            empty = "{}" if isinstance(holder, MappingNode) else "[]"
            return self._replace_inline(path[:-1], holder, empty)
        end = _content_end(self.text, node)
        if isinstance(holder, MappingNode):
            end = max(end, self.text.index(":", key.end_mark.index) + 1)
        if holder.flow_style:
            return self._remove_from_flow(key.start_mark.index, end)
        start = self.text.rfind("\n", 0, key.start_mark.index) + 1
        before = self.text[start : key.start_mark.index]
        if before.strip(" -") or (before.strip() == "-") != isinstance(path[-1], int):
            raise EditError("shares its line with something else: edit it by hand")
        return self.text[:start] + _drop_to_line_end(self.text, end)

    def _remove_from_flow(self, start: int, end: int) -> str:
        after = self.text[end:]
        stripped = after.lstrip()
        if stripped.startswith(","):
            rest = stripped[1:]
            return self.text[:start] + rest.lstrip(" ")
        before = self.text[:start].rstrip()
        return before.removesuffix(",") + after


def _drop_to_line_end(text: str, position: int) -> str:
    """The text after the line that `position` is on."""
    line_end = text.find("\n", position)
    return "" if line_end < 0 else text[line_end + 1 :]


def _content_end(text: str, node: Node) -> int:
    """Where a node's own text ends; -1 for an empty value, which has none.

    The parser ends a block at the next token, behind the comments that follow; this is the end of
    its last scalar or closing bracket.
    """
    if isinstance(node, MappingNode) and not node.flow_style and node.value:
        key, value = node.value[-1]
        after_key: int = text.index(":", key.end_mark.index) + 1
        return max(after_key, _content_end(text, value))
    if isinstance(node, SequenceNode) and not node.flow_style and node.value:
        last = len(node.value) - 1
        return max(_dash(text, node, last) + 1, _content_end(text, node.value[last]))
    end: int = node.end_mark.index
    start: int = node.start_mark.index
    if start == end:
        return -1
    while end > start and text[end - 1] in " \t\r\n":
        end -= 1
    return end


def _dash(text: str, node: SequenceNode, index: int) -> int:
    """Position of the dash of a block list's item."""
    if index == 0:
        return int(node.start_mark.index)
    previous = _content_end(text, node.value[index - 1])
    position = max(_dash(text, node, index - 1) + 1, previous)
    # Only comments and blank lines stand between two items.
    while (line_end := text.find("\n", position)) >= 0:
        position = line_end + 1
        indent = len(text[position:]) - len(text[position:].lstrip(" "))
        if text.startswith("-", position + indent):
            return position + indent
    raise EditError("stands in a place that only an editor can change")


def _plain_scalar(text: str, node: ScalarNode) -> Any:
    """The value of one scalar node."""
    piece = text[node.start_mark.index : node.end_mark.index]
    try:
        return load_plain(piece) if piece.strip() else None
    except (YAMLError, ValueError):
        return node
