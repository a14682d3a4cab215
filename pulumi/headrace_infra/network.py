"""The brokers' network on AWS: private subnets, one a zone; a way out, none in."""

from dataclasses import dataclass
from ipaddress import IPv4Network

import pulumi_aws as aws
from pulumi import ComponentResource, ResourceOptions

_ENDPOINT_SERVICES = ("ssm", "ssmmessages", "ec2messages")
# A /16 has sixteen slices for zones; the last is cut again, for the public subnets of the NAT.
_PRIVATE_BITS = 4
_PUBLIC_BITS = 8


@dataclass(frozen=True)
class NetworkArgs:
    """`zones` are the letters of the availability zones that have nodes."""

    region: str
    cidr: IPv4Network
    zones: tuple[str, ...]
    tags: dict[str, str]


def zone_index(zone: str) -> int:
    """A zone's place in the address plan: it depends on its letter only, never on the others."""
    return ord(zone) - ord("a")


def private_cidr(vpc: IPv4Network, zone: str) -> str:
    """The broker subnet of a zone."""
    return str(list(vpc.subnets(_PRIVATE_BITS))[zone_index(zone)])


def public_cidr(vpc: IPv4Network, zone: str) -> str:
    """The small subnet of a zone's NAT gateway, in the last private slice, which no zone has."""
    last = list(vpc.subnets(_PRIVATE_BITS))[-1]
    return str(list(last.subnets(_PUBLIC_BITS - _PRIVATE_BITS))[zone_index(zone)])


class Network(ComponentResource):
    """A VPC with a private subnet a zone, a NAT gateway a zone, and endpoints for S3 and SSM."""

    def __init__(self, name: str, args: NetworkArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("headrace:infra:Network", name, {}, opts)
        self._name = name
        self._args = args
        self.vpc = aws.ec2.Vpc(
            f"{name}-vpc",
            cidr_block=str(args.cidr),
            enable_dns_hostnames=True,
            enable_dns_support=True,
            tags={**args.tags, "Name": f"{name}-vpc"},
            opts=ResourceOptions(parent=self),
        )
        self._gateway = aws.ec2.InternetGateway(
            f"{name}-internet", vpc_id=self.vpc.id, tags=args.tags, opts=self._child()
        )
        self.subnets: dict[str, aws.ec2.Subnet] = {}
        self._tables: dict[str, aws.ec2.RouteTable] = {}
        for zone in args.zones:
            self._zone(zone, self._nat(zone))
        self._endpoints()
        self.register_outputs({"vpc_id": self.vpc.id})

    def _child(self) -> ResourceOptions:
        return ResourceOptions(parent=self)

    def _subnet(self, zone: str, kind: str, cidr: str) -> aws.ec2.Subnet:
        name = f"{self._name}-{kind}-{zone}"
        return aws.ec2.Subnet(
            name,
            vpc_id=self.vpc.id,
            availability_zone=f"{self._args.region}{zone}",
            cidr_block=cidr,
            map_public_ip_on_launch=False,
            tags={**self._args.tags, "Name": name},
            opts=self._child(),
        )

    def _route(
        self, zone: str, kind: str, subnet: aws.ec2.Subnet, route: aws.ec2.RouteTableRouteArgs
    ) -> aws.ec2.RouteTable:
        name = f"{self._name}-{kind}-{zone}"
        table = aws.ec2.RouteTable(
            f"{name}-routes",
            vpc_id=self.vpc.id,
            routes=[route],
            tags=self._args.tags,
            opts=self._child(),
        )
        aws.ec2.RouteTableAssociation(
            f"{name}-association", subnet_id=subnet.id, route_table_id=table.id, opts=self._child()
        )
        return table

    def _nat(self, zone: str) -> aws.ec2.NatGateway:
        """A zone's own way out: the loss of another zone must not cut it off."""
        subnet = self._subnet(zone, "public", public_cidr(self._args.cidr, zone))
        route = aws.ec2.RouteTableRouteArgs(cidr_block="0.0.0.0/0", gateway_id=self._gateway.id)
        self._route(zone, "public", subnet, route)
        address = aws.ec2.Eip(
            f"{self._name}-nat-{zone}", domain="vpc", tags=self._args.tags, opts=self._child()
        )
        return aws.ec2.NatGateway(
            f"{self._name}-nat-{zone}",
            allocation_id=address.id,
            subnet_id=subnet.id,
            tags=self._args.tags,
            opts=self._child(),
        )

    def _zone(self, zone: str, nat: aws.ec2.NatGateway) -> None:
        subnet = self._subnet(zone, "private", private_cidr(self._args.cidr, zone))
        route = aws.ec2.RouteTableRouteArgs(cidr_block="0.0.0.0/0", nat_gateway_id=nat.id)
        self.subnets[zone] = subnet
        self._tables[zone] = self._route(zone, "private", subnet, route)

    def _endpoints(self) -> None:
        """S3 without the NAT's price, and SSM even when the NAT is down."""
        aws.ec2.VpcEndpoint(
            f"{self._name}-s3",
            vpc_id=self.vpc.id,
            service_name=f"com.amazonaws.{self._args.region}.s3",
            vpc_endpoint_type="Gateway",
            route_table_ids=[table.id for table in self._tables.values()],
            tags=self._args.tags,
            opts=self._child(),
        )
        group = aws.ec2.SecurityGroup(
            f"{self._name}-endpoints",
            vpc_id=self.vpc.id,
            description="AWS endpoints inside the VPC",
            tags=self._args.tags,
            opts=self._child(),
        )
        aws.vpc.SecurityGroupIngressRule(
            f"{self._name}-endpoints-https",
            security_group_id=group.id,
            description="HTTPS from the VPC",
            ip_protocol="tcp",
            from_port=443,
            to_port=443,
            cidr_ipv4=str(self._args.cidr),
            tags=self._args.tags,
            opts=self._child(),
        )
        for service in _ENDPOINT_SERVICES:
            aws.ec2.VpcEndpoint(
                f"{self._name}-{service}",
                vpc_id=self.vpc.id,
                service_name=f"com.amazonaws.{self._args.region}.{service}",
                vpc_endpoint_type="Interface",
                private_dns_enabled=True,
                subnet_ids=[subnet.id for subnet in self.subnets.values()],
                security_group_ids=[group.id],
                tags=self._args.tags,
                opts=self._child(),
            )
