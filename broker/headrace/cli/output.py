"""What commands print: one JSON value for programs, aligned columns for people."""

import json
import sys
from collections.abc import Sequence
from typing import Any

from headrace.cli.options import Format


def emit(form: Format, data: Any, text: str) -> None:
    """Prints `data` as one line of JSON, or `text`, on standard output."""
    print(json.dumps(data, ensure_ascii=False) if form is Format.JSON else text)


def note(message: str) -> None:
    """A remark for people, on standard error, so that it never mixes with data."""
    print(message, file=sys.stderr)


def table(headers: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    """Columns padded to their widest cell; numbers to the right. `-` stands for no value."""
    cells = [[_cell(cell) for cell in row] for row in rows]
    widths = [len(header) for header in headers]
    for row in cells:
        widths = [max(width, len(cell)) for width, cell in zip(widths, row, strict=True)]
    numeric = [
        bool(rows) and all(isinstance(row[i], int | float) or row[i] is None for row in rows)
        for i in range(len(headers))
    ]

    def line(row: Sequence[str]) -> str:
        padded = (
            cell.rjust(width) if right else cell.ljust(width)
            for cell, width, right in zip(row, widths, numeric, strict=True)
        )
        return "  ".join(padded).rstrip()

    return "\n".join([line(headers), *(line(row) for row in cells)])


def pairs(items: Sequence[tuple[str, Any]]) -> str:
    """`name: value` lines with the values aligned."""
    width = max((len(name) for name, _ in items), default=0) + 1
    return "\n".join(f"{name + ':':<{width}} {_cell(value)}" for name, value in items)


def _cell(value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(str(item) for item in value) or "-"
    return str(value)
