"""Who may reach a broker: one security group, every rule a resource of its own.

There is no rule for ssh: operators come through sessions of AWS Systems Manager. DNS and NTP of the
VPC itself need no rule.
"""

from dataclasses import dataclass
from ipaddress import IPv4Network

import pulumi_aws as aws
from pulumi import ComponentResource, Input, ResourceOptions

from headrace_infra.outputs import ADMIN_PORT, KAFKA_PORT, RPC_PORT


@dataclass(frozen=True)
class SecurityArgs:
    """Clients reach the Kafka port, operators the admin port as well."""

    vpc_id: Input[str]
    client_cidrs: tuple[IPv4Network, ...]
    operator_cidrs: tuple[IPv4Network, ...]
    tags: dict[str, str]


class Security(ComponentResource):
    """The brokers' security group."""

    def __init__(self, name: str, args: SecurityArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("headrace:infra:Security", name, {}, opts)
        self._name = name
        self._tags = args.tags
        self.group = aws.ec2.SecurityGroup(
            f"{name}-brokers",
            vpc_id=args.vpc_id,
            description="Headrace brokers",
            tags={**args.tags, "Name": f"{name}-brokers"},
            opts=ResourceOptions(parent=self),
        )
        for what, port in (("rpc", RPC_PORT), ("kafka", KAFKA_PORT), ("admin", ADMIN_PORT)):
            self._between_brokers(what, port)
        for cidr in args.client_cidrs:
            self._from(cidr, "kafka", KAFKA_PORT)
        for cidr in args.operator_cidrs:
            self._from(cidr, "admin", ADMIN_PORT)
        for what, port in (("http", 80), ("https", 443)):
            self._out(what, port)
        self.register_outputs({"group_id": self.group.id})

    def _between_brokers(self, what: str, port: int) -> None:
        aws.vpc.SecurityGroupIngressRule(
            f"{self._name}-{what}-from-brokers",
            security_group_id=self.group.id,
            description=f"{what} from the other brokers",
            ip_protocol="tcp",
            from_port=port,
            to_port=port,
            referenced_security_group_id=self.group.id,
            tags=self._tags,
            opts=ResourceOptions(parent=self),
        )
        aws.vpc.SecurityGroupEgressRule(
            f"{self._name}-{what}-to-brokers",
            security_group_id=self.group.id,
            description=f"{what} to the other brokers",
            ip_protocol="tcp",
            from_port=port,
            to_port=port,
            referenced_security_group_id=self.group.id,
            tags=self._tags,
            opts=ResourceOptions(parent=self),
        )

    def _from(self, cidr: IPv4Network, what: str, port: int) -> None:
        place = str(cidr).replace("/", "-").replace(".", "-")
        aws.vpc.SecurityGroupIngressRule(
            f"{self._name}-{what}-from-{place}",
            security_group_id=self.group.id,
            description=f"{what} from {cidr}",
            ip_protocol="tcp",
            from_port=port,
            to_port=port,
            cidr_ipv4=str(cidr),
            tags=self._tags,
            opts=ResourceOptions(parent=self),
        )

    def _out(self, what: str, port: int) -> None:
        aws.vpc.SecurityGroupEgressRule(
            f"{self._name}-{what}-out",
            security_group_id=self.group.id,
            description=f"{what} to package repositories and AWS",
            ip_protocol="tcp",
            from_port=port,
            to_port=port,
            cidr_ipv4="0.0.0.0/0",
            tags=self._tags,
            opts=ResourceOptions(parent=self),
        )
