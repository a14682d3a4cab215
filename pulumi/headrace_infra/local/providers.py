"""Dynamic providers of the local hosts' resources, around podman and ssh-keygen.

Pulumi pickles a provider into its state by the name of its class, so these classes hold no data,
and a stack made by an old version of this file is still removed by a new one. Every `read` answers
an empty id for what is gone, so that `pulumi up --refresh` makes it again.
"""

import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

from pulumi.dynamic import (
    CreateResult,
    DiffResult,
    ReadResult,
    ResourceProvider,
    UpdateResult,
)
from typing_extensions import override

from headrace_infra.local import image, podman

_HOST_KEY = "/etc/ssh/ssh_host_ed25519_key.pub"
_DATA_DIRECTORY = "/var/lib/headrace"


class _Provider(ResourceProvider):
    """Shared parts: a plain comparison of inputs, and no secret in the pickled class."""

    serialize_as_secret_always = False
    replace_on: ClassVar[tuple[str, ...]] = ()
    update_on: ClassVar[tuple[str, ...]] = ()

    @override
    def diff(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> DiffResult:
        """Names what changed; what cannot be changed in place is removed first, then made anew."""
        replaces = [key for key in self.replace_on if _olds.get(key) != _news.get(key)]
        updates = [key for key in self.update_on if _olds.get(key) != _news.get(key)]
        return DiffResult(
            changes=bool(replaces or updates), replaces=replaces, delete_before_replace=True
        )


class ImageProvider(_Provider):
    """The hosts' base image. Inputs: suite, mirror. Outputs: reference."""

    replace_on = ("reference",)

    @staticmethod
    def _recipe(props: Mapping[str, Any]) -> image.Recipe:
        return image.Recipe(suite=str(props["suite"]), mirror=props.get("mirror"))

    @override
    def create(self, props: dict[str, Any]) -> CreateResult:
        podman.require_root()
        reference = image.ensure(self._recipe(props))
        return CreateResult(reference, {**props, "reference": reference})

    @override
    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        present = podman.inspect("image", id_) is not None
        return ReadResult(id_ if present else "", props)

    @override
    def delete(self, _id: str, _props: dict[str, Any]) -> None:
        podman.run("image", "rm", _id, check=False)


class NetworkProvider(_Provider):
    """The hosts' own bridge. Inputs: name, subnet, owner."""

    replace_on = ("name", "subnet")

    @override
    def create(self, props: dict[str, Any]) -> CreateResult:
        name = str(props["name"])
        if not podman.refuse_foreign("network", name, str(props["owner"])):
            podman.run(
                "network",
                "create",
                "--subnet",
                str(props["subnet"]),
                "--label",
                f"{podman.OWNER_LABEL}={props['owner']}",
                name,
            )
        return CreateResult(name, props)

    @override
    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        found = podman.inspect("network", id_)
        if found is None:
            return ReadResult("", props)
        return ReadResult(id_, {**props, "subnet": found["subnets"][0]["subnet"]})

    @override
    def delete(self, _id: str, _props: dict[str, Any]) -> None:
        if podman.refuse_foreign("network", _id, str(_props["owner"])):
            podman.run("network", "rm", _id)


class VolumeProvider(_Provider):
    """A host's data disk; it outlives the host. Inputs: name, owner."""

    replace_on = ("name",)

    @override
    def create(self, props: dict[str, Any]) -> CreateResult:
        name = str(props["name"])
        if not podman.refuse_foreign("volume", name, str(props["owner"])):
            podman.run(
                "volume", "create", "--label", f"{podman.OWNER_LABEL}={props['owner']}", name
            )
        return CreateResult(name, props)

    @override
    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        return ReadResult(id_ if podman.inspect("volume", id_) else "", props)

    @override
    def delete(self, _id: str, _props: dict[str, Any]) -> None:
        if podman.refuse_foreign("volume", _id, str(_props["owner"])):
            podman.run("volume", "rm", _id)


class SshKeyProvider(_Provider):
    """An ed25519 key pair in files. Input: path. Output: public_key.

    The private key never leaves its file.
    """

    replace_on = ("path",)

    @override
    def create(self, props: dict[str, Any]) -> CreateResult:
        path = Path(str(props["path"]))
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not path.exists():
            subprocess.run(
                ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "headrace", "-f", str(path)],
                check=True,
                capture_output=True,
                timeout=60,
            )
        return CreateResult(str(path), {**props, "public_key": self._public(path)})

    @override
    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        path = Path(id_)
        if not path.exists() or not path.with_suffix(".pub").exists():
            return ReadResult("", props)
        return ReadResult(id_, {**props, "public_key": self._public(path)})

    @override
    def delete(self, _id: str, _props: dict[str, Any]) -> None:
        path = Path(_id)
        path.unlink(missing_ok=True)
        path.with_suffix(".pub").unlink(missing_ok=True)

    @staticmethod
    def _public(path: Path) -> str:
        return path.with_suffix(".pub").read_text(encoding="ascii").strip()


class HostProvider(_Provider):
    """A Linux host with systemd and sshd.

    Inputs: name, image, network, address, volume, authorized_key, owner, memory_mib (or None),
    running (always true). Output: host_key, sshd's ed25519 public key.
    """

    replace_on = ("name", "image", "network", "address", "volume", "memory_mib")
    update_on = ("authorized_key", "running")

    @override
    def create(self, props: dict[str, Any]) -> CreateResult:
        name = str(props["name"])
        # A host of ours that state does not know is what an interrupted run left behind.
        podman.remove_container(name, str(props["owner"]))
        try:
            self._start(name, props)
            return CreateResult(name, self._prepare(name, props))
        except podman.PodmanError:
            podman.remove_container(name, str(props["owner"]))
            raise

    @staticmethod
    def _start(name: str, props: Mapping[str, Any]) -> None:
        memory = props.get("memory_mib")
        podman.run(
            *podman.runtime_options(),
            "run",
            "--detach",
            "--name",
            name,
            "--hostname",
            name,
            "--systemd=always",
            *podman.limit_options(),
            "--label",
            f"{podman.OWNER_LABEL}={props['owner']}",
            "--network",
            str(props["network"]),
            "--ip",
            str(props["address"]),
            "--mac-address",
            podman.mac_address(str(props["address"])),
            "--volume",
            f"{props['volume']}:{_DATA_DIRECTORY}",
            *([f"--memory={int(memory)}m"] if memory else []),
            str(props["image"]),
            "/sbin/init",
        )

    @override
    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        found = podman.inspect("container", id_)
        if found is None:
            return ReadResult("", props)
        return ReadResult(id_, {**props, "running": bool(found["State"]["Running"])})

    @override
    def update(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> UpdateResult:
        podman.run(*podman.runtime_options(), "start", _id)
        return UpdateResult(self._prepare(_id, _news))

    @override
    def delete(self, _id: str, _props: dict[str, Any]) -> None:
        podman.remove_container(_id, str(_props["owner"]))

    @staticmethod
    def _prepare(name: str, props: Mapping[str, Any]) -> dict[str, Any]:
        """Waits for the boot, lets the key in, and reads the host's own key."""
        podman.wait_for_systemd(name)
        image.let_in(name, str(props["authorized_key"]))
        host_key = " ".join(podman.exec_in(name, ["cat", _HOST_KEY]).split()[:2])
        return {**props, "running": True, "host_key": host_key}
