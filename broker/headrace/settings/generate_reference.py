"""Writes docs/operate/configuration.md from the table of properties.

Run it with `python -m headrace.settings.generate_reference`; a test compares the page with what
this makes.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from headrace.settings.describe import Property, properties
from headrace.settings.yamltext import flow

PAGE = Path(__file__).parents[3] / "docs" / "operate" / "configuration.md"
INTRODUCTION = """\
# Configuration of a node

<!-- Written by `python -m headrace.settings.generate_reference`; do not edit. -->

A node reads one file when it starts: the one named with `--config`, else by `$HEADRACE_CONFIG`,
else `/etc/headrace/headrace.yaml`. Nothing else sets a property: `headrace config print` always
shows what the node runs with. A key that is not in this list is refused, with the nearest that is.

| to | run |
| --- | --- |
| write a commented file with defaults | `headrace config init` |
| fill in seeds and addresses | `headrace config bootstrap --self IP --ips IP,IP,IP` |
| change a value | `headrace config set headrace.rack zone-a` |
| change several that depend on each other | `headrace config set KEY=VALUE KEY=VALUE` |
| change an item of a list | `headrace config set 'headrace.kafka_api[0].port' 9093` |
| go back to a default | `headrace config unset headrace.rack` |
| read a value | `headrace config get headrace.rack` |
| check the file | `headrace config lint` |

Edits keep comments, order and everything else in the file as it was, and are written whole or not
at all; the file keeps its mode and owner. A file that does not parse is not touched. `null` or
nothing stands for an empty value.
"""


def page() -> str:
    """The page's text."""
    table = properties()
    parts = [INTRODUCTION]
    for section in (key for key in table if "." not in key):
        entry = table[section]
        parts.append(f"\n## `{section}`\n\n{entry.doc}\n")
        parts.extend(_property(table, f"{section}.{key}") for key in entry.children)
    return "".join(parts)


def _property(table: dict[str, Property], key: str) -> str:
    entry = table[key]
    lines = [f"\n### `{key}`\n\n{entry.doc}\n"]
    below = [
        table[name]
        for name in (
            f"{prefix}{child}" for prefix in (f"{key}.", f"{key}[].") for child in entry.children
        )
        if name in table
    ]
    lines.append(f"\n- accepts: {entry.accepts}\n- default: {_shown(entry.default)}\n")
    for child in below:
        default = "required" if child.default is None else f"default {_shown(child.default)}"
        name = child.key.removeprefix(key).removeprefix("[]").removeprefix(".")
        lines.append(f"- `{name}`: {child.accepts}; {default}\n")
    return "".join(lines)


def _shown(value: Any) -> str:
    return "empty" if value in (None, []) else f"`{flow(value)}`"


def main() -> None:
    """Writes the page."""
    PAGE.parent.mkdir(parents=True, exist_ok=True)
    PAGE.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
