"""Writes docs/operate/cli.md from the commands: `python -m headrace.cli.generate_reference`.

A test compares the page with what this makes.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer

from headrace.cli.app import app

PAGE = Path(__file__).parents[3] / "docs" / "operate" / "cli.md"
INTRODUCTION = """\
# The `headrace` command

<!-- Written by `python -m headrace.cli.generate_reference`; do not edit. -->

Data goes to standard output, remarks and errors to standard error. Every command takes
`--format json` for programs. An error is one line that names what to change.

| exit status | meaning |
| --- | --- |
| 0 | done |
| 1 | failed: nothing answered, a file could not be read, a check found something |
| 2 | wrong usage |
| 3 | the cluster says no: it is unhealthy, or it refused the request |
| 130 | interrupted by Ctrl-C |

| environment variable | stands for |
| --- | --- |
| `HEADRACE_CONFIG` | `--config` |
| `HEADRACE_BROKERS` | `--brokers` |
| `HEADRACE_ADMIN` | `--admin` |
| `HEADRACE_TRACEBACK` | set to 1: also print a traceback of an error, for a bug report |

Shell completion: `headrace --install-completion`.
"""
# In every command; said once above.
COMMON = {"help"}


def commands() -> Iterator[tuple[str, Any]]:
    """All commands with their full names, groups left out, in the order of `--help`."""
    yield from _below(typer.main.get_command(app), "headrace")


def _below(command: Any, name: str) -> Iterator[tuple[str, Any]]:
    inner = getattr(command, "commands", None)
    if inner is None:
        yield name, command
        return
    for key, each in inner.items():
        yield from _below(each, f"{name} {key}")


def page() -> str:
    """The page's text."""
    return INTRODUCTION + "".join(_command(name, command) for name, command in commands())


def _command(name: str, command: Any) -> str:
    arguments = [p for p in command.params if p.param_type_name == "argument"]
    options = [p for p in command.params if p.param_type_name == "option" and p.name not in COMMON]
    usage = " ".join([name, *(a.metavar or str(a.name).upper() for a in arguments), "[OPTIONS]"])
    help_text = "\n".join(line.strip() for line in (command.help or "").splitlines())
    parts = [f"\n## `{name}`\n\n    {usage}\n\n{help_text.strip()}\n"]
    if arguments or options:
        parts.append("\n")
    parts.extend(f"- `{argument.metavar}`: {argument.help}\n" for argument in arguments)
    for option in options:
        names = ", ".join(f"`{each}`" for each in (*option.opts, *option.secondary_opts))
        parts.append(f"- {names}: {option.help}{_default(option)}\n")
    return "".join(parts)


def _default(option: Any) -> str:
    value = option.default
    if option.is_flag or value is None or option.show_default is False:
        return ""
    return f" Default: `{getattr(value, 'value', value)}`."


def main() -> None:
    """Writes the page."""
    PAGE.parent.mkdir(parents=True, exist_ok=True)
    PAGE.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
