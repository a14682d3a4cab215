"""The local hosts as one component: image, network, ssh key; a disk and a host for each node."""

from dataclasses import dataclass
from typing import Any

import pulumi
from pulumi import ComponentResource, Output, ResourceOptions
from pulumi.dynamic import Resource

from headrace_infra import outputs, paths
from headrace_infra.config import Settings
from headrace_infra.local import image, providers


class Image(Resource, module="headrace", name="Image"):
    """The hosts' base image."""

    reference: Output[str]


class Network(Resource, module="headrace", name="Network"):
    """The hosts' bridge."""

    name: Output[str]
    subnet: Output[str]


class Volume(Resource, module="headrace", name="Volume"):
    """One host's data disk."""

    name: Output[str]


class SshKey(Resource, module="headrace", name="SshKey"):
    """The key that lets Ansible in."""

    public_key: Output[str]
    path: Output[str]


class Host(Resource, module="headrace", name="Host"):
    """One Linux host."""

    name: Output[str]
    address: Output[str]
    host_key: Output[str]


@dataclass(frozen=True)
class LocalHostsArgs:
    """`stack` names the owner in every label and the folder of the ssh key."""

    settings: Settings
    stack: str


class LocalHosts(ComponentResource):
    """Linux hosts on this machine that boot systemd and are reached over ssh."""

    def __init__(
        self, name: str, args: LocalHostsArgs, opts: ResourceOptions | None = None
    ) -> None:
        super().__init__("headrace:infra:LocalHosts", name, {}, opts)
        self._settings = args.settings
        self._owner = f"{pulumi.get_project()}/{args.stack}"
        child = ResourceOptions(parent=self)
        recipe = image.Recipe(mirror=args.settings.local.debian_mirror)
        self.image = Image(
            providers.ImageProvider(),
            f"{name}-image",
            {"suite": recipe.suite, "mirror": recipe.mirror, "reference": recipe.reference},
            child,
        )
        self.network = Network(
            providers.NetworkProvider(),
            f"{name}-network",
            {"name": name, "subnet": str(args.settings.local.subnet), "owner": self._owner},
            child,
        )
        self.key = SshKey(
            providers.SshKeyProvider(),
            f"{name}-key",
            {"path": str(paths.stack_directory(args.stack) / "id_ed25519"), "public_key": None},
            child,
        )
        self.hosts = {node: self._host(node) for node in args.settings.nodes}
        self.register_outputs({"hosts": list(self.hosts)})

    def _host(self, node: str) -> Host:
        host_name = self._settings.host_name(node)
        volume = Volume(
            providers.VolumeProvider(),
            f"{host_name}-data",
            {"name": f"{host_name}-data", "owner": self._owner},
            ResourceOptions(parent=self),
        )
        number = self._settings.nodes[node].host_number
        props = {
            "name": host_name,
            "image": self.image.reference,
            "network": self.network.name,
            "address": str(self._settings.local.subnet[number or 0]),
            "volume": volume.name,
            "authorized_key": self.key.public_key,
            "memory_mib": self._settings.local.memory_mib,
            "owner": self._owner,
            "running": True,
            "host_key": None,
        }
        return Host(providers.HostProvider(), host_name, props, ResourceOptions(parent=self))

    def exports(self) -> dict[str, Any]:
        """The stack's outputs (see `headrace_infra.outputs.Outputs`)."""
        nodes = [self._node(node) for node in self._settings.nodes]
        names = [self._settings.host_name(node) for node in self._settings.nodes]
        bootstrap = Output.all(*[host.address for host in self.hosts.values()]).apply(
            lambda addresses: ",".join(f"{address}:{outputs.KAFKA_PORT}" for address in addresses)
        )
        return {
            "target": "local",
            "cluster": self._settings.name,
            "nodes": nodes,
            "seeds": outputs.seeds(names),
            "bootstrap": bootstrap,
            "network": {"id": self.network.name, "cidr": self.network.subnet},
            "access": {
                "method": "direct",
                "user": image.USER,
                "private_key_file": self.key.path,
                "region": None,
            },
        }

    def _node(self, node: str) -> dict[str, Any]:
        host = self.hosts[node]
        host_name = self._settings.host_name(node)
        return {
            "name": host_name,
            "rack": self._settings.nodes[node].zone,
            "address": host.address,
            "ssh_host": host.address,
            "host_key": host.host_key,
            "instance_type": "podman",
            "volume_ids": [f"{host_name}-data"],
        }
