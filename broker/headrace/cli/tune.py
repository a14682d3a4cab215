"""`headrace tune`: check and change this host's settings."""

import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from headrace.cli.errors import FAILED, USAGE, CliError
from headrace.cli.options import ConfigOption, Format, FormatOption
from headrace.cli.output import emit, note, table

if TYPE_CHECKING:
    from headrace.tuner import Report, Tuner

SHOWN_VALUE_MAX_CHARS = 24
TEXT_WIDTH = 88


def tune(
    names: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[NAME…|all|list|help NAME]",
            help="Tuners by name, or all; list shows them, help NAME explains one.",
            show_default=False,
        ),
    ] = None,
    from_config: Annotated[
        bool,
        typer.Option(
            "--from-config",
            help="The tuners that the configuration turns on; none in "
            "development mode. What headrace-tuner.service runs.",
        ),
    ] = False,
    check: Annotated[
        bool,
        typer.Option("--check", help="Change nothing; exit status 1 if something is not tuned."),
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Change nothing; show what would be written.")
    ] = False,
    report: Annotated[
        Path | None,
        typer.Option(
            "--report",
            help="Also write the result as JSON to this file.",
            dir_okay=False,
            show_default=False,
        ),
    ] = None,
    config: ConfigOption = None,
    form: FormatOption = Format.TEXT,
) -> None:
    """Check and change this host's settings: needs root to change them.

    Settings last until the next boot; headrace-tuner.service sets them at each. What cannot be
    changed here (a container, a kernel without the setting) is reported as unsupported with the
    reason and does not count as a failure. Exit status 1: a setting failed, or
    with --check is not tuned.
    """
    words = names or []
    if words[:1] == ["list"]:
        _list(words, form)
        return
    if words[:1] == ["help"]:
        _help(words, form)
        return
    if check and dry_run:
        raise CliError("--check and --dry-run exclude each other", USAGE)
    if bool(words) == from_config:
        raise CliError("name tuners, or all, or give --from-config (`headrace tune list`)", USAGE)
    _run(words, config, form, check=check, dry_run=dry_run, report_file=report)


def _run(
    words: list[str],
    config: Path | None,
    form: Format,
    *,
    check: bool,
    dry_run: bool,
    report_file: Path | None,
) -> None:
    from headrace.settings import find_config, load
    from headrace.tuner import Action, Host, enabled_tuners, host, run, write

    file = find_config(config)
    mode: str | None = None
    machine = Host()
    if not words or config is not None or file.exists():
        settings = load(file)
        machine = host(settings)
        mode = "development" if settings.headrace.developer_mode else "production"
    chosen = _chosen(words) if words else enabled_tuners(settings)
    action = Action.CHECK if check else Action.DRY_RUN if dry_run else Action.APPLY
    outcome = run(chosen, machine, action, mode)
    if report_file is not None:
        write(outcome, report_file)
    if not chosen:
        why = "development mode" if mode == "development" else "all switches are off"
        note(f"no tuner is on ({file}: {why})")
    for conflict in outcome.conflicts:
        note(f"warning: {conflict}")
    emit(form, outcome.as_json(), _text(outcome))
    if not outcome.ok:
        raise typer.Exit(FAILED)


def _chosen(words: list[str]) -> list["Tuner"]:
    from headrace.tuner import tuners

    every = {tuner.name: tuner for tuner in tuners()}
    if words == ["all"]:
        return list(every.values())
    for word in words:
        if word not in every:
            raise CliError(f"no tuner {word!r}; there are {', '.join(every)}{_near(word)}", USAGE)
    return [every[word] for word in dict.fromkeys(words)]


def _near(word: str) -> str:
    import difflib

    from headrace.tuner import tuners

    close = difflib.get_close_matches(word, [tuner.name for tuner in tuners()], n=1)
    return f"; did you mean {close[0]}?" if close else ""


def _text(report: "Report") -> str:
    from headrace.tuner import Action, State

    rows = []
    for finding in report.findings:
        for item in finding.items:
            state = item.state.value
            if item.changed:
                state = "changed"
            elif report.action is Action.DRY_RUN and item.state is State.NOT_TUNED:
                state = "would change"
            rows.append(
                (
                    finding.tuner,
                    item.target,
                    _short(item.current),
                    item.wanted,
                    state,
                    item.reason or None,
                )
            )
    headers = ("TUNER", "SETTING", "CURRENT", "WANTED", "STATE", "REASON")
    return table(headers, rows) if rows else "nothing to do"


def _short(value: str | None) -> str | None:
    if value is None or len(value) <= SHOWN_VALUE_MAX_CHARS:
        return value
    return f"{value[: SHOWN_VALUE_MAX_CHARS - 3]}..."


def _list(words: list[str], form: Format) -> None:
    from headrace.tuner import tuners

    if len(words) > 1:
        raise CliError("`tune list` takes no names", USAGE)
    entries: list[dict[str, Any]] = [
        {"name": tuner.name, "switch": f"tuner.{tuner.switch}", "summary": tuner.summary}
        for tuner in tuners()
    ]
    rows = [(entry["name"], entry["summary"]) for entry in entries]
    emit(form, {"tuners": entries}, table(("NAME", "WHAT IT SETS"), rows))


def _help(words: list[str], form: Format) -> None:
    if len(words) != len(("help", "NAME")):
        raise CliError("write `tune help NAME`", USAGE)
    tuner = _chosen([words[1]])[0]
    wrapped = textwrap.fill(tuner.explain(), TEXT_WIDTH)
    data = {
        "name": tuner.name,
        "switch": f"tuner.{tuner.switch}",
        "summary": tuner.summary,
        "explanation": tuner.explain(),
    }
    emit(
        form,
        data,
        f"{tuner.name}: {tuner.summary}\n\n{wrapped}\n\n"
        f"Switch in the configuration: tuner.{tuner.switch}",
    )
