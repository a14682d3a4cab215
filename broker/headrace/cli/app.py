"""Puts the commands together and turns exceptions into one line and an exit status."""

import os
import sys
import traceback

import typer

from headrace import __version__
from headrace.cli import cluster, config, dev, group, mode, start, topic, tune
from headrace.cli.errors import DONE, FAILED, INTERRUPTED, USAGE, CliError
from headrace.cli.options import Format, FormatOption
from headrace.cli.output import emit

TRACEBACK_VARIABLE = "HEADRACE_TRACEBACK"

app = typer.Typer(
    name="headrace",
    help="Run and operate Headrace, a Kafka-API-compatible event streaming platform.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["--help", "-h"]},
)
app.command("mode")(mode.mode)
app.add_typer(config.app, name="config")
app.command("tune")(tune.tune)
app.command("start")(start.start)
app.add_typer(topic.app, name="topic")
app.add_typer(group.app, name="group")
app.add_typer(cluster.app, name="cluster")
app.add_typer(dev.app, name="dev")


@app.command("version")
def version(form: FormatOption = Format.TEXT) -> None:
    """Print the version of this installation."""
    emit(form, {"version": __version__}, f"headrace {__version__}")


def run(arguments: list[str]) -> int:
    """Runs one command line and returns its exit status. Errors are one line on standard error."""
    try:
        status = app(args=arguments, prog_name="headrace", standalone_mode=False)
        sys.stdout.flush()
    except KeyboardInterrupt:
        status = INTERRUPTED
    except BrokenPipeError:
        # The reader went away (`| head`). Python would complain again when it flushes at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    except Exception as error:  # noqa: BLE001 - the one place where a command's errors end
        return _report(error)
    if status == INTERRUPTED:
        print("interrupted", file=sys.stderr)
    return status if isinstance(status, int) else DONE


def _report(error: Exception) -> int:  # noqa: PLR0911 - one a kind of error
    """Prints an error for the user and returns the exit status that goes with it."""
    if os.environ.get(TRACEBACK_VARIABLE):
        traceback.print_exception(error)
    if isinstance(error, CliError):
        _print_error(str(error))
        return error.status
    if isinstance(error, typer.TyperException):
        context = getattr(error, "ctx", None)
        message = error.format_message()
        if message.lstrip().startswith("Usage:"):
            print(message, file=sys.stderr)
            return USAGE
        where = context.command_path if context is not None else "headrace"
        _print_error(f"{message.rstrip('.')} (see `{where} --help`)")
        return error.exit_code
    if isinstance(error, typer.Abort):
        print("interrupted", file=sys.stderr)
        return INTERRUPTED
    if _is_ours(error):
        _print_error(str(error))
        return int(getattr(error, "exit_status", FAILED))
    if isinstance(error, OSError):
        name = f"{error.filename}: " if error.filename else ""
        _print_error(f"{name}{error.strerror or error}")
        return FAILED
    _print_error(
        f"internal error: {type(error).__name__}: {error} "
        f"(set {TRACEBACK_VARIABLE}=1 for a traceback to report)"
    )
    return FAILED


def _is_ours(error: Exception) -> bool:
    """Whether the message was written for users.

    The modules are looked up, not imported: an exception of theirs can only come from a loaded one.
    """
    for module, name in (
        ("headrace.settings.errors", "ConfigError"),
        ("headrace.errors", "HeadraceError"),
    ):
        kind = getattr(sys.modules.get(module), name, None)
        if isinstance(kind, type) and isinstance(error, kind):
            return True
    return False


def _print_error(message: str) -> None:
    for line in message.splitlines() or [""]:
        print(f"error: {line}", file=sys.stderr)
