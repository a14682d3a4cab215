"""`headrace mode`: development or production."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from headrace.cli.errors import USAGE, CliError
from headrace.cli.options import ConfigOption, Format, FormatOption
from headrace.cli.output import emit

if TYPE_CHECKING:
    from headrace.settings import Settings


def mode(
    name: Annotated[
        str, typer.Argument(metavar="MODE", help="development or production; any prefix will do.")
    ],
    config: ConfigOption = None,
    form: FormatOption = Format.TEXT,
) -> None:
    """Switch this node between development and production mode.

    Development mode leaves the host's settings alone and does not check them; production mode lets
    the tuner work and `start` look at the host. Neither changes durability: an acknowledged record
    is on disk in both. The file's comments and order stay. Restart the node afterwards.
    """
    from headrace.settings import find_config
    from headrace.settings.edit import ConfigFile
    from headrace.settings.modes import MODES, apply_mode, parse_mode

    chosen = parse_mode(name)
    if chosen is None:
        raise CliError(f"{name!r} is no mode; write {' or '.join(MODES)}", USAGE)
    file = find_config(config)
    edited = ConfigFile(file)
    apply_mode(edited, chosen)
    edited.save()

    from headrace.cli.config import change_lines
    from headrace.settings import load

    settings = load(file)
    data: dict[str, Any] = {
        "file": str(file),
        "mode": chosen,
        "changes": [change.as_json() for change in edited.changes],
    }
    lines = [f"{file}: {chosen} mode", *change_lines(edited.changes)]
    if chosen == "production":
        more, more_lines = _tuner_report(settings)
        data["tuner"] = more
        lines += more_lines
    emit(form, data, "\n".join(lines))


def _tuner_report(settings: "Settings") -> tuple[dict[str, list[str]], list[str]]:
    """Which tuners production mode turns on, which the file leaves off, which have work to do."""
    from headrace.tuner import enabled_tuners, host, tuners

    on = enabled_tuners(settings)
    names = [tuner.name for tuner in on]
    off = [tuner.name for tuner in tuners() if tuner.name not in names]
    machine = host(settings)
    todo = [tuner.name for tuner in on if not tuner.check(machine).is_tuned]
    lines = [f"tuners on: {', '.join(names) or 'none'}"]
    if off:
        lines.append(f"tuners left off by the file: {', '.join(off)} (tuner.tune_… is false)")
    if todo:
        lines.append(
            f"not tuned yet: {', '.join(todo)}; run `headrace tune --from-config` as root, or "
            "start headrace-tuner.service"
        )
    else:
        lines.append("the host is tuned")
    return {"on": names, "off": off, "not_tuned": todo}, lines
