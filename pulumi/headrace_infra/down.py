"""Removes what `headrace_infra.up` made: machines, their state, and the files that describe them.

    python -m headrace_infra.down

Caches stay: the engine and the archive of the base image.
"""

import argparse
import logging
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from headrace_infra import children, engine, inventory, paths, stacks

_LOG = logging.getLogger("headrace_infra.down")


def down(stack: str, directory: Path) -> None:
    """Removes a stack; nothing to do if there is none."""
    engine.Engine(stack).destroy()
    inventory.remove(directory)
    shutil.rmtree(paths.stack_directory(stack), ignore_errors=True)


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; returns the exit status."""
    logging.basicConfig(level=logging.INFO, format="%(name)s: %(message)s")
    parser = argparse.ArgumentParser(prog="headrace_infra.down", description=__doc__)
    stacks.add_option(parser)
    parser.add_argument("--inventory", type=Path, help="folder; default: inventories/STACK")
    options = parser.parse_args(arguments)
    try:
        down(options.stack, options.inventory or stacks.inventory_directory(options.stack))
    except (engine.EngineError, OSError, subprocess.TimeoutExpired) as error:
        _LOG.error("%s", error)
        return 1
    except KeyboardInterrupt:
        _LOG.error("interrupted: run make down again")
        return children.INTERRUPTED
    return 0


if __name__ == "__main__":
    sys.exit(main())
