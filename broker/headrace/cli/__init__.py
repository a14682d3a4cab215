"""The `headrace` command."""

import sys
from typing import NoReturn

from headrace import __version__


def main() -> NoReturn:
    """Entry point of the `headrace` script. Leaves with the command's exit status."""
    arguments = sys.argv[1:]
    if arguments in (["version"], ["--version"]):
        # Scripts ask for the version often: answer before anything is imported.
        print(f"headrace {__version__}")
        sys.exit(0)
    from headrace.cli.app import run

    sys.exit(run(arguments))
