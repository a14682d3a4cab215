"""A thin, typed layer over the podman command.

Everything made here carries a label with its owner, and nothing without that label is changed or
removed: a user's own containers, networks and volumes are safe from a name clash.
"""

import json
import os
import resource
import shutil
import subprocess
import time
from collections.abc import Sequence
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

OWNER_LABEL = "headrace.stack"

_CAP_SYS_RESOURCE = 24
_WANTED_FILES = 1_048_576
_WANTED_PROCESSES = 1_048_576
# podman hands no more processes than this on to a container when it may not raise the limit.
_PROCESSES_WITHOUT_CAPABILITY = 32_768
_COMMAND_SECONDS = 300
_BOOT_SECONDS = 240
_POLL_SECONDS = 0.5
_STOP_SECONDS = 30


class PodmanError(RuntimeError):
    """podman refused, is missing, or a host did not come up; the text says which and why."""


def run(*arguments: str, stdin: str | None = None, check: bool = True) -> str:
    """Runs `podman ARGUMENTS` and returns its standard output. Raises PodmanError."""
    try:
        done = subprocess.run(
            ["podman", *arguments],
            input=stdin,
            capture_output=True,
            text=True,
            timeout=_COMMAND_SECONDS,
            check=False,
        )
    except FileNotFoundError:
        raise PodmanError(
            "podman is not installed: apt install podman runc netavark aardvark-dns"
        ) from None
    except subprocess.TimeoutExpired:
        raise PodmanError(f"podman {arguments[0]} took more than {_COMMAND_SECONDS} s") from None
    if check and done.returncode != 0:
        raise PodmanError(f"podman {' '.join(arguments[:3])}: {done.stderr.strip()}")
    return done.stdout


def inspect(kind: str, name: str) -> dict[str, Any] | None:
    """What podman knows of a container, image, network or volume; None where there is none."""
    if kind == "container":
        text = run("container", "inspect", name, check=False)
    else:
        text = run(kind, "inspect", name, check=False)
    found = json.loads(text) if text.strip() else []
    return dict(found[0]) if found else None


def owner(kind: str, name: str) -> str | None:
    """The owner in an object's label; None where there is no such object or no label."""
    found = inspect(kind, name)
    if found is None:
        return None
    labels = found.get("Config", {}).get("Labels") if kind in ("container", "image") else None
    labels = labels or found.get("Labels") or found.get("labels") or {}
    value = labels.get(OWNER_LABEL)
    return str(value) if value is not None else None


def refuse_foreign(kind: str, name: str, wanted: str) -> bool:
    """Whether the object exists and is ours. Raises PodmanError if it is somebody else's."""
    if inspect(kind, name) is None:
        return False
    found = owner(kind, name)
    if found != wanted:
        raise PodmanError(
            f"{kind} {name} exists and is not ours (label {OWNER_LABEL} is "
            f"{found!r}, not {wanted!r}): remove it or choose another headrace:name"
        )
    return True


def runtime_options(cgroup_root: Path = Path("/sys/fs/cgroup")) -> list[str]:
    """The global options that choose an OCI runtime able to boot systemd here.

    With cgroup v2 podman's own choice is right. With v1 or the hybrid layout crun refuses, so runc
    is required.
    """
    if (cgroup_root / "cgroup.controllers").exists():
        return []
    if shutil.which("runc") is None:
        raise PodmanError(
            "this kernel uses cgroup v1, where systemd needs the runc runtime: apt install runc"
        )
    return ["--runtime", "runc"]


def limit_options() -> list[str]:
    """`--ulimit` options no higher than this process may hand on.

    podman asks for a million open files by default and fails where the hard limit is lower and the
    capability to raise it is missing.
    """
    may_raise = _has_capability(_CAP_SYS_RESOURCE)
    files = _WANTED_FILES if may_raise else _hard_limit(resource.RLIMIT_NOFILE, _WANTED_FILES)
    processes = (
        _WANTED_PROCESSES
        if may_raise
        else _hard_limit(resource.RLIMIT_NPROC, _PROCESSES_WITHOUT_CAPABILITY)
    )
    return [f"--ulimit=nofile={files}:{files}", f"--ulimit=nproc={processes}:{processes}"]


def _hard_limit(kind: int, at_most: int) -> int:
    hard = resource.getrlimit(kind)[1]
    return at_most if hard == resource.RLIM_INFINITY else min(hard, at_most)


def _has_capability(number: int) -> bool:
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith("CapEff:"):
            return bool(int(line.split()[1], 16) >> number & 1)
    return False


def mac_address(address: str) -> str:
    """A host's hardware address, from its IPv4 address.

    A host that is started again must have the one it had: its neighbours remember it, and would
    talk to nobody for up to a minute.
    """
    return ":".join(f"{octet:02x}" for octet in (0x02, 0x48, *IPv4Address(address).packed))


def require_root() -> None:
    """Raises PodmanError unless root: containers without it have no address to reach them at."""
    if os.geteuid() != 0:
        raise PodmanError("the local stack needs root: run it with sudo -E")


def wait_for_systemd(container: str) -> None:
    """Waits until systemd has booted in a container. Raises PodmanError with what has failed."""
    deadline = time.monotonic() + _BOOT_SECONDS
    state = ""
    while time.monotonic() < deadline:
        state = run("exec", container, "systemctl", "is-system-running", check=False).strip()
        if state in ("running", "degraded"):
            return
        time.sleep(_POLL_SECONDS)
    logs = run("logs", "--tail", "20", container, check=False)
    raise PodmanError(
        f"{container}: systemd is {state or 'silent'} after {_BOOT_SECONDS} s: {logs}"
    )


def remove_container(name: str, wanted_owner: str) -> None:
    """Stops and removes one of our containers; nothing to do if it is gone."""
    if refuse_foreign("container", name, wanted_owner):
        run("rm", "--force", "--time", str(_STOP_SECONDS), "--ignore", name)


def exec_in(container: str, command: Sequence[str], stdin: str | None = None) -> str:
    """Runs a command in a container and returns its standard output."""
    options = ["--interactive"] if stdin is not None else []
    return run("exec", *options, container, *command, stdin=stdin)
