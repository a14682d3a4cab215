"""Runs the programs that do the work: pulumi and ansible-playbook."""

import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

# The exit status of a program that Ctrl-C has ended, as a shell has it.
INTERRUPTED = 130


def run(
    command: Sequence[str], environment: Mapping[str, str], seconds: float, cwd: Path | None = None
) -> int:
    """Runs a command with its output on standard error, and returns its exit status.

    Ctrl-C at a terminal reaches it as well, and it is left to end in its own way: Pulumi would keep
    its stack locked if it were killed. Raises subprocess.TimeoutExpired, KeyboardInterrupt.
    """
    with subprocess.Popen(command, cwd=cwd, env=environment, stdout=sys.stderr) as child:
        try:
            return child.wait(seconds)
        except KeyboardInterrupt:
            child.wait()
            raise
        except subprocess.TimeoutExpired:
            child.terminate()
            raise
