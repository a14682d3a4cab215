"""The hosts of a stack on AWS, put together from network, security, access, storage and nodes."""

from dataclasses import dataclass
from typing import Any

from pulumi import ComponentResource, Output, ResourceOptions

from headrace_infra import outputs
from headrace_infra.config import AwsSettings, Settings
from headrace_infra.iam import Access, AccessArgs
from headrace_infra.network import Network, NetworkArgs
from headrace_infra.nodes import Machine, Nodes, NodesArgs
from headrace_infra.security import Security, SecurityArgs
from headrace_infra.storage import Storage, StorageArgs

# Debian's images have this user.
_USER = "admin"


@dataclass(frozen=True)
class AwsHostsArgs:
    """The stack's settings, whose `aws` and `region` are there."""

    settings: Settings
    aws: AwsSettings
    region: str


class AwsHosts(ComponentResource):
    """Brokers in the zones that the nodes name, one encrypted data disk each, no way in but SSM."""

    def __init__(self, name: str, args: AwsHostsArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("headrace:infra:AwsHosts", name, {}, opts)
        self._settings = args.settings
        self._aws = args.aws
        self._region = args.region
        tags = {"headrace:cluster": name, "managed-by": "pulumi"}
        child = ResourceOptions(parent=self)
        zones = tuple(sorted({node.zone for node in args.settings.nodes.values()}))
        self.network = Network(
            name, NetworkArgs(args.region, args.aws.vpc_cidr, zones, tags), child
        )
        security = Security(
            name,
            SecurityArgs(self.network.vpc.id, args.aws.client_cidrs, args.aws.operator_cidrs, tags),
            child,
        )
        access = Access(name, AccessArgs(tags), child)
        hosts = {node: args.settings.host_name(node) for node in args.settings.nodes}
        retired = frozenset(hosts[node] for node in args.aws.retired)
        places = {hosts[n]: f"{args.region}{s.zone}" for n, s in args.settings.nodes.items()}
        storage = Storage(name, StorageArgs(places, args.aws.data_volume, retired, tags), child)
        machines = {
            hosts[node]: Machine(
                zone=places[hosts[node]],
                subnet_id=self.network.subnets[settings.zone].id,
                volume_id=storage.volumes[hosts[node]].id,
                is_retired=hosts[node] in retired,
            )
            for node, settings in args.settings.nodes.items()
        }
        self.nodes = Nodes(
            name,
            NodesArgs(
                machines=machines,
                ami=args.aws.ami,
                instance_type=args.aws.instance_type,
                security_group_id=security.group.id,
                profile=access.profile.name,
                user_data=user_data(args.aws.ssh_public_key),
                tags=tags,
            ),
            child,
        )
        self._volumes = storage.volumes
        self.register_outputs({"hosts": list(machines)})

    def exports(self) -> dict[str, Any]:
        """The stack's outputs (see `headrace_infra.outputs.Outputs`)."""
        names = [self._settings.host_name(node) for node in self._settings.nodes]
        instances = self.nodes.instances
        bootstrap = Output.all(*[instances[name].private_ip for name in names]).apply(
            lambda addresses: ",".join(f"{address}:{outputs.KAFKA_PORT}" for address in addresses)
        )
        nodes = [
            {
                "name": name,
                "rack": settings.zone,
                "address": instances[name].private_ip,
                "ssh_host": instances[name].id,
                "host_key": None,
                "instance_type": self._aws.instance_type,
                "volume_ids": [self._volumes[name].id],
            }
            for name, settings in zip(names, self._settings.nodes.values(), strict=True)
        ]
        return {
            "target": "aws",
            "cluster": self._settings.name,
            "nodes": nodes,
            "seeds": outputs.seeds(names),
            "bootstrap": bootstrap,
            "network": {"id": self.network.vpc.id, "cidr": str(self._aws.vpc_cidr)},
            "access": {
                "method": "ssm",
                "user": _USER,
                "private_key_file": None,
                "region": self._region,
            },
        }


def user_data(ssh_public_key: str) -> str:
    """cloud-init's part: who may log in, and with which key. Nothing secret, nothing else."""
    return (
        "#cloud-config\n"
        "disable_root: true\n"
        "ssh_pwauth: false\n"
        "users:\n"
        f"  - name: {_USER}\n"
        "    shell: /bin/bash\n"
        "    sudo: ALL=(ALL) NOPASSWD:ALL\n"
        f"    ssh_authorized_keys: ['{ssh_public_key}']\n"
    )
