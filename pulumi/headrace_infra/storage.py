"""The brokers' data disks on AWS: they outlive the machines."""

from dataclasses import dataclass

import pulumi_aws as aws
from pulumi import ComponentResource, ResourceOptions

from headrace_infra.config import DataVolume


@dataclass(frozen=True)
class StorageArgs:
    """`zones` maps a host name to its availability zone; `retired` names lose their protection."""

    zones: dict[str, str]
    volume: DataVolume
    retired: frozenset[str]
    tags: dict[str, str]


class Storage(ComponentResource):
    """One encrypted gp3 volume a host, protected, and kept even if the stack forgets it."""

    def __init__(self, name: str, args: StorageArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("headrace:infra:Storage", name, {}, opts)
        self.volumes: dict[str, aws.ebs.Volume] = {}
        for host, zone in args.zones.items():
            kept = host not in args.retired
            self.volumes[host] = aws.ebs.Volume(
                f"{host}-data",
                availability_zone=zone,
                type="gp3",
                size=args.volume.size_gib,
                iops=args.volume.iops,
                throughput=args.volume.throughput_mib,
                encrypted=True,
                tags={**args.tags, "Name": f"{host}-data", "headrace:host": host},
                opts=ResourceOptions(parent=self, protect=kept, retain_on_delete=kept),
            )
        self.register_outputs({"volumes": list(self.volumes)})
