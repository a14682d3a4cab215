"""Options that many commands take."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from headrace.cli.errors import USAGE, CliError

if TYPE_CHECKING:
    from headrace.settings.table import Settings


class Format(StrEnum):
    """How a command prints its result."""

    TEXT = "text"
    JSON = "json"


FormatOption = Annotated[
    Format, typer.Option("--format", help="text for people, json for programs.")
]
ConfigOption = Annotated[
    Path | None,
    typer.Option(
        "--config",
        "-c",
        help="The node's configuration file. Default: $HEADRACE_CONFIG, else "
        "/etc/headrace/headrace.yaml.",
        show_default=False,
        dir_okay=False,
    ),
]
BrokersOption = Annotated[
    str | None,
    typer.Option(
        "--brokers",
        "-b",
        envvar="HEADRACE_BROKERS",
        help="Kafka addresses HOST:PORT,… to start from. Default: this node's, from its "
        "configuration.",
        show_default=False,
    ),
]
AdminOption = Annotated[
    str | None,
    typer.Option(
        "--admin",
        "-a",
        envvar="HEADRACE_ADMIN",
        help="Admin API addresses HOST:PORT,…; the first that answers is asked. Default: this "
        "node's, from its configuration.",
        show_default=False,
    ),
]
TimeoutOption = Annotated[
    float, typer.Option("--timeout", help="Seconds to wait for the cluster.", min=0.1, max=3600)
]


def this_node(option: str, variable: str) -> "Settings":
    """The settings of this machine's node, for who did not say which cluster is meant.

    Raises CliError, which names the option and the environment variable, where there is no node or
    its file is not for this user.
    """
    from headrace.settings import find_config, load

    file = find_config()
    try:
        file.open("rb").close()
    except FileNotFoundError as error:
        raise _which(option, variable, f"there is no {file}") from error
    except PermissionError as error:
        raise _which(option, variable, f"this user may not read {file}; sudo may") from error
    return load(file)


def _which(option: str, variable: str, why: str) -> CliError:
    return CliError(f"which cluster? Give {option} HOST:PORT or set {variable} ({why})", USAGE)
