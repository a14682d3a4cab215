"""`headrace start`: run this node in the foreground."""

import importlib.util
from typing import TYPE_CHECKING

import typer

from headrace.cli.errors import USAGE, CliError
from headrace.cli.options import ConfigOption, Format, FormatOption
from headrace.cli.output import note

if TYPE_CHECKING:
    from headrace.settings import Settings

ENGINE_MISSING = "the engine (headrace._engine) is not built; run `make build` in the source tree"


def start(config: ConfigOption = None, form: FormatOption = Format.TEXT) -> None:
    """Run this node in the foreground until SIGTERM or Ctrl-C.

    Checks the configuration first, then opens the data directory and the listeners. Under systemd
    it reports when it is ready. --format json makes the log JSON, whatever `log_format` says. Exit
    status 2: the configuration cannot work as it is.
    """
    from headrace.settings import ConfigError, find_config, load

    file = find_config(config)
    try:
        settings = load(file)
    except ConfigError as error:
        # Its own status, so that systemd does not try again what cannot work.
        raise CliError(str(error), USAGE) from error
    if form is Format.JSON:
        node = settings.headrace.model_copy(update={"log_format": "json"})
        settings = settings.model_copy(update={"headrace": node})
    if not settings.headrace.developer_mode:
        _warn_about_host(settings)
    try:
        from headrace.node import run
    except ImportError as error:
        raise engine_error(error) from error
    try:
        status = run(settings, file)
    except ImportError as error:
        raise engine_error(error) from error
    raise typer.Exit(status)


def engine_error(error: ImportError) -> Exception:
    """A clear error when the engine is missing or cannot be loaded; other errors as they are."""
    if "_engine" not in f"{error.name} {error}":
        return error
    if not engine_is_built():
        return CliError(ENGINE_MISSING)
    return CliError(f"the engine cannot be loaded: {error}; run `make build` again")


def engine_is_built() -> bool:
    """Whether there is an engine to load, without loading it."""
    return importlib.util.find_spec("headrace._engine") is not None


def _warn_about_host(settings: "Settings") -> None:
    """Says on standard error what is not tuned. It never keeps a node from starting."""
    from headrace.tuner import enabled_tuners, host

    machine = host(settings)
    todo = [tuner.name for tuner in enabled_tuners(settings) if not tuner.check(machine).is_tuned]
    if todo:
        note(
            f"warning: this host is not tuned: {', '.join(todo)} "
            "(see `headrace tune --from-config --check`)"
        )
