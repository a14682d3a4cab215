"""Drives the Pulumi engine for one stack of this project, as a person would by hand."""

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path

from headrace_infra import children, outputs, paths, stacks

_ENSURE = paths.PROJECT_DIRECTORY / "engine" / "ensure"
# A cold build of the engine takes five minutes on two idle cores; machines are busy and slow.
_ENSURE_SECONDS = 3600
_STACK_SECONDS = 3600


class EngineError(RuntimeError):
    """Pulumi failed; what it printed is already on standard error."""


def environment() -> dict[str, str]:
    """The environment in which `pulumi` works (see pulumi/engine/README.md). Raises EngineError."""
    base = dict(os.environ)
    # The plugins run the first python3 on PATH: make it the one that has the packages.
    base["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{base.get('PATH', os.defpath)}"
    # Providers are loaded by name, wherever the engine starts them.
    base["PYTHONPATH"] = str(paths.PROJECT_DIRECTORY)
    done = subprocess.run(
        [str(_ENSURE)],
        env=base,
        stdout=subprocess.PIPE,
        text=True,
        timeout=_ENSURE_SECONDS,
        check=False,
    )
    if done.returncode != 0:
        raise EngineError("no Pulumi engine")
    for line in done.stdout.splitlines():
        key, value = line.removeprefix("export ").split("=", 1)
        base[key] = "".join(shlex.split(value))
    return base


class Engine:
    """One stack; `project` is the folder with its `Pulumi.yaml` (see stacks.py)."""

    def __init__(self, stack: str, project: Path | None = None) -> None:
        self.stack = stack
        self._project = project or stacks.project_directory(stack)
        self._environment = environment()

    def up(self) -> None:
        """Makes the stack if need be, then creates, repairs and changes what differs."""
        if not self.exists():
            self._run("stack", "init", self.stack, stack=False)
        self._run("up", "--yes", "--skip-preview", "--refresh", "--suppress-outputs")

    def expect_no_changes(self) -> None:
        """Raises EngineError if a refresh or the program would change anything."""
        self._run("preview", "--refresh", "--expect-no-changes", "--suppress-outputs")

    def destroy(self) -> None:
        """Removes everything the stack made, and the stack; its settings file stays."""
        if not self.exists():
            return
        self._run("destroy", "--yes", "--skip-preview", "--suppress-outputs")
        self._run("stack", "rm", "--yes", "--preserve-config")

    def exists(self) -> bool:
        """Whether the backend knows the stack."""
        listed = json.loads(self._capture("stack", "ls", "--json"))
        return any(entry["name"].split("/")[-1] == self.stack for entry in listed)

    def outputs(self) -> outputs.Outputs:
        """The stack's outputs, checked."""
        text = self._capture("stack", "output", "--json", "--stack", self.stack)
        return outputs.parse(json.loads(text))

    def _run(self, *arguments: str, stack: bool = True) -> None:
        command = ["pulumi", *arguments, "--non-interactive"]
        if stack:
            command += ["--stack", self.stack]
        status = children.run(command, self._environment, _STACK_SECONDS, self._project)
        if status != 0:
            raise EngineError(
                f"pulumi {arguments[0]} --stack {self.stack} failed with status {status}; to run"
                f' pulumi by hand: eval "$({_ENSURE})"; cd {self._project}'
            )

    def _capture(self, *arguments: str) -> str:
        done = subprocess.run(
            ["pulumi", *arguments, "--non-interactive"],
            cwd=self._project,
            env=self._environment,
            stdout=subprocess.PIPE,
            text=True,
            timeout=_STACK_SECONDS,
            check=False,
        )
        if done.returncode != 0:
            raise EngineError(
                f"pulumi {' '.join(arguments[:2])} failed with status {done.returncode}"
            )
        return done.stdout
