"""The base image of the local hosts: Debian with systemd and sshd, as a cloud image would be.

It is built from Debian's packages by mmdebstrap, kept as an archive in the cache, and named after a
digest of its recipe, so that a changed recipe makes a new image and an unchanged one makes nothing.
"""

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from headrace_infra import paths
from headrace_infra.local import podman

USER = "admin"

_REPOSITORY = "localhost/headrace-host"
_BUILD_SECONDS = 1800
_PACKAGES = (
    "ca-certificates",
    "dbus",
    "iproute2",
    "openssh-server",
    "procps",
    "python3",
    "python3-apt",
    "sudo",
    "systemd",
    "systemd-sysv",
    "udev",
)
# Host keys and the machine id belong to one host, so the image has none; apt's timers would
# hold its lock and two cores at a moment of their own choosing.
_HOST_KEYS_UNIT = (
    "[Service]\\nExecStartPre=\\nExecStartPre=/usr/bin/ssh-keygen -A\\n"
    "ExecStartPre=/usr/sbin/sshd -t\\n"
)
_SSHD = "PasswordAuthentication no\\nPermitRootLogin no\\n"
_HOOKS = (
    'rm -f "$1"/etc/ssh/ssh_host_*',
    ': > "$1"/etc/machine-id',
    'rm -f "$1"/var/lib/dbus/machine-id',
    f'chroot "$1" useradd --create-home --shell /bin/bash {USER}',
    f"printf '{USER} ALL=(ALL) NOPASSWD: ALL\\n' > \"$1\"/etc/sudoers.d/90-{USER}",
    f'chmod 0440 "$1"/etc/sudoers.d/90-{USER}',
    'mkdir -p "$1"/etc/systemd/system/ssh.service.d',
    f"printf '{_HOST_KEYS_UNIT}' > \"$1\"/etc/systemd/system/ssh.service.d/host-keys.conf",
    f"printf '{_SSHD}' > \"$1\"/etc/ssh/sshd_config.d/10-keys-only.conf",
    'chroot "$1" systemctl mask apt-daily.timer apt-daily-upgrade.timer',
)


@dataclass(frozen=True)
class Recipe:
    """What the image is made of. `mirror` is a Debian mirror; None means mmdebstrap's default."""

    suite: str = "bookworm"
    mirror: str | None = None

    @property
    def digest(self) -> str:
        """Twelve hex digits that change whenever the image would."""
        text = json.dumps([self.suite, self.mirror, _PACKAGES, _HOOKS])
        return hashlib.sha256(text.encode()).hexdigest()[:12]

    @property
    def reference(self) -> str:
        """The image's name for podman."""
        return f"{_REPOSITORY}:{self.digest}"

    @property
    def archive(self) -> Path:
        """The file system's archive in the cache."""
        return paths.cache() / "images" / f"headrace-host-{self.digest}.tar"


def let_in(container: str, public_key: str) -> None:
    """Makes an ssh key the one that logs in to a host as USER. Raises PodmanError."""
    own = f"-o {USER} -g {USER}"
    script = (
        f"install -d -m 0700 {own} ~{USER}/.ssh"
        f" && install -m 0600 {own} /dev/stdin ~{USER}/.ssh/authorized_keys"
    )
    podman.exec_in(container, ["sh", "-c", script], stdin=f"{public_key}\n")


def exists(recipe: Recipe) -> bool:
    """Whether podman has the image."""
    return podman.inspect("image", recipe.reference) is not None


def ensure(recipe: Recipe) -> str:
    """Builds and imports what is missing; returns the image's name. Raises PodmanError."""
    recipe.archive.parent.mkdir(parents=True, exist_ok=True)
    with recipe.archive.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if exists(recipe):
            return recipe.reference
        if not recipe.archive.exists():
            _build(recipe)
        podman.run("import", "--quiet", str(recipe.archive), recipe.reference)
    return recipe.reference


def remove(recipe: Recipe) -> None:
    """Removes the image from podman unless a container uses it; the archive stays cached."""
    if exists(recipe):
        podman.run("image", "rm", recipe.reference, check=False)


def _build(recipe: Recipe) -> None:
    if shutil.which("mmdebstrap") is None:
        raise podman.PodmanError("mmdebstrap is not installed: apt install mmdebstrap")
    unfinished = recipe.archive.with_name(f".unfinished-{os.getpid()}.tar")
    command = [
        "mmdebstrap",
        "--variant=minbase",
        "--format=tar",
        f"--include={','.join(_PACKAGES)}",
    ]
    command += [f"--customize-hook={hook}" for hook in _HOOKS]
    command += [recipe.suite, str(unfinished)]
    if recipe.mirror is not None:
        command.append(recipe.mirror)
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=_BUILD_SECONDS, check=False
        )
        if done.returncode != 0:
            tail = "\n".join(done.stderr.splitlines()[-8:])
            raise podman.PodmanError(f"mmdebstrap failed with status {done.returncode}: {tail}")
        unfinished.rename(recipe.archive)
    finally:
        unfinished.unlink(missing_ok=True)
