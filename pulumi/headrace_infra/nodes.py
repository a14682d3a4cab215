"""The brokers' machines on AWS: named by zone, one by one, never counted."""

from dataclasses import dataclass

import pulumi_aws as aws
from pulumi import ComponentResource, Input, ResourceOptions

DATA_DEVICE = "/dev/sdf"
_ROOT_GIB = 20


@dataclass(frozen=True)
class Machine:
    """One broker's place."""

    zone: str
    subnet_id: Input[str]
    volume_id: Input[str]
    is_retired: bool


@dataclass(frozen=True)
class NodesArgs:
    """`machines` by host name; `user_data` holds the ssh user and key only."""

    machines: dict[str, Machine]
    ami: str
    instance_type: str
    security_group_id: Input[str]
    profile: Input[str]
    user_data: str
    tags: dict[str, str]


class Nodes(ComponentResource):
    """One machine a host, each with its data disk attached."""

    def __init__(self, name: str, args: NodesArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("headrace:infra:Nodes", name, {}, opts)
        self._args = args
        self._group = aws.ec2.PlacementGroup(
            f"{name}-spread",
            strategy="spread",
            tags=args.tags,
            opts=ResourceOptions(parent=self),
        )
        self.instances: dict[str, aws.ec2.Instance] = {}
        for host, machine in args.machines.items():
            instance = self._instance(host, machine)
            self.instances[host] = instance
            aws.ec2.VolumeAttachment(
                f"{host}-data",
                device_name=DATA_DEVICE,
                instance_id=instance.id,
                volume_id=machine.volume_id,
                # A disk is taken from a stopped machine only, never from under a broker.
                stop_instance_before_detaching=True,
                opts=ResourceOptions(parent=self),
            )
        self.register_outputs({"instances": list(self.instances)})

    def _instance(self, host: str, machine: Machine) -> aws.ec2.Instance:
        args = self._args
        kept = not machine.is_retired
        return aws.ec2.Instance(
            host,
            ami=args.ami,
            instance_type=args.instance_type,
            availability_zone=machine.zone,
            subnet_id=machine.subnet_id,
            placement_group=self._group.id,
            vpc_security_group_ids=[args.security_group_id],
            iam_instance_profile=args.profile,
            associate_public_ip_address=False,
            disable_api_termination=kept,
            ebs_optimized=True,
            monitoring=True,
            user_data=args.user_data,
            metadata_options=aws.ec2.InstanceMetadataOptionsArgs(
                http_endpoint="enabled", http_tokens="required", http_put_response_hop_limit=1
            ),
            root_block_device=aws.ec2.InstanceRootBlockDeviceArgs(
                volume_type="gp3",
                volume_size=_ROOT_GIB,
                encrypted=True,
                delete_on_termination=True,
                tags={**args.tags, "Name": f"{host}-root"},
            ),
            tags={**args.tags, "Name": host, "headrace:rack": machine.zone},
            # A newer image or other user data is rolled out by replacing nodes one by one, never
            # by an update that replaces all of them.
            opts=ResourceOptions(parent=self, protect=kept, ignore_changes=["ami", "userData"]),
        )
