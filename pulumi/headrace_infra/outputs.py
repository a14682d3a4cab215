"""What a stack exports: one schema for every target, read by the inventory writer and the tests."""

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

KAFKA_PORT = 9092
RPC_PORT = 33145
ADMIN_PORT = 9644
SSH_PORT = 22

# A cluster's voters are its first seeds: an odd number, five at most.
MAX_SEEDS = 5


class _Output(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Node(_Output):
    """One host. `address` is its address in the cluster's network, `ssh_host` what ssh is given."""

    name: str
    rack: str
    address: str
    ssh_host: str
    host_key: str | None = None
    instance_type: str
    volume_ids: tuple[str, ...] = ()


class Access(_Output):
    """How ssh gets in: directly, or through a session of AWS Systems Manager (`ssm`)."""

    method: Literal["direct", "ssm"]
    user: str
    private_key_file: str | None = None
    region: str | None = None


class Network(_Output):
    """The network the brokers share."""

    id: str
    cidr: str


class Outputs(_Output):
    """All outputs of a stack. `seeds` are host names; `bootstrap` is for Kafka clients."""

    target: Literal["local", "aws"]
    cluster: str
    nodes: tuple[Node, ...] = Field(min_length=1)
    seeds: tuple[str, ...] = Field(min_length=1)
    bootstrap: str
    network: Network
    access: Access


def seeds(names: list[str]) -> list[str]:
    """The seeds among a cluster's node names: as many as possible, but an odd number up to five."""
    count = min(len(names), MAX_SEEDS)
    if count > 1 and count % 2 == 0:
        count -= 1
    return names[:count]


def parse(exported: Mapping[str, Any]) -> Outputs:
    """Checks what `pulumi stack output --json` printed. Raises pydantic.ValidationError."""
    return Outputs.model_validate(dict(exported))
