"""Options that many commands take."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer


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
