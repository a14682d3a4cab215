"""A stack's settings: read from Pulumi's configuration, checked before anything is made.

An unknown key is an error that names the nearest known one, because a misspelt setting that is
ignored shows itself only in production.
"""

import difflib
import json
import re
from collections.abc import Iterable, Mapping
from ipaddress import IPv4Network
from typing import Annotated, Any, Literal, Self

import pulumi.runtime.config as pulumi_config
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from headrace_infra import names

PROJECT = "headrace"

_ZONE = re.compile(r"^[a-h]$")

Cidr = Annotated[IPv4Network, Field(description="an IPv4 network in CIDR form")]


class ConfigError(ValueError):
    """The stack's settings are wrong; the text names each key and what to do about it."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class NodeSettings(_Strict):
    """One broker. `zone` is also its rack; `host_number` is its place in the local subnet."""

    zone: str = Field(pattern=r"^[a-z0-9]+$")
    host_number: int | None = Field(default=None, ge=2, le=254)


class LocalSettings(_Strict):
    """Hosts on this machine."""

    subnet: Cidr = IPv4Network("10.233.64.0/24")
    debian_mirror: str | None = None
    memory_mib: int | None = Field(default=None, ge=512)


class DataVolume(_Strict):
    """A broker's data disk (gp3)."""

    size_gib: int = Field(default=200, ge=10, le=16384)
    iops: int = Field(default=3000, ge=3000, le=16000)
    throughput_mib: int = Field(default=125, ge=125, le=1000)

    @model_validator(mode="after")
    def _throughput_needs_iops(self) -> Self:
        # AWS: at most 0.25 MiB/s for each provisioned I/O operation a second.
        if self.throughput_mib > self.iops // 4:
            raise ValueError(
                f"throughput_mib {self.throughput_mib} needs at least "
                f"{self.throughput_mib * 4} iops"
            )
        return self


class AwsSettings(_Strict):
    """Machines on AWS. `retired` lists the nodes whose protection is lifted for removal."""

    vpc_cidr: Cidr = IPv4Network("10.40.0.0/16")
    ami: str = Field(pattern=r"^ami-[0-9a-f]{8,17}$")
    instance_type: str = "m7i.large"
    ssh_public_key: str = Field(pattern=r"^(ssh-ed25519|ecdsa-sha2-\S+|ssh-rsa) [A-Za-z0-9+/=]+")
    client_cidrs: tuple[Cidr, ...] = ()
    operator_cidrs: tuple[Cidr, ...] = ()
    data_volume: DataVolume = DataVolume()
    retired: tuple[str, ...] = ()


class Settings(_Strict):
    """Everything a stack may say under `headrace:`."""

    target: Literal["local", "aws"]
    name: str = "hr"
    nodes: dict[str, NodeSettings] = Field(min_length=1)
    local: LocalSettings = LocalSettings()
    aws: AwsSettings | None = None
    region: str | None = Field(default=None, exclude=True)

    @model_validator(mode="after")
    def _names(self) -> Self:
        for name in (self.name, *self.nodes):
            if not names.is_host_name(name):
                raise ValueError(f"{name!r} is no host name: {names.RULE}")
        return self

    @model_validator(mode="after")
    def _local_addresses(self) -> Self:
        if self.target != "local":
            return self
        taken: dict[int, str] = {}
        for name, node in self.nodes.items():
            if node.host_number is None:
                raise ValueError(
                    f"nodes.{name}.host_number is missing: the host's place in {self.local.subnet}"
                )
            if node.host_number in taken:
                raise ValueError(f"nodes.{name}.host_number is that of {taken[node.host_number]}")
            if node.host_number >= self.local.subnet.num_addresses - 1:
                raise ValueError(f"nodes.{name}.host_number is outside {self.local.subnet}")
            taken[node.host_number] = name
        return self

    @model_validator(mode="after")
    def _aws_complete(self) -> Self:
        if self.target != "aws":
            return self
        if self.aws is None:
            raise ValueError("aws is missing: the target is aws")
        if self.region is None:
            raise ValueError("aws:region is missing")
        for name, node in self.nodes.items():
            if not _ZONE.match(node.zone):
                raise ValueError(f"nodes.{name}.zone is {node.zone!r}: on AWS a letter from a to h")
        unknown = sorted(set(self.aws.retired) - set(self.nodes))
        if unknown:
            raise ValueError(f"aws.retired names {', '.join(unknown)}, which nodes does not have")
        return self

    def host_name(self, node: str) -> str:
        """The host name of a node, stable for its life: `hr-a1`."""
        return f"{self.name}-{node}"


def read() -> Settings:
    """The settings of the running Pulumi program. Raises ConfigError."""
    values = {**pulumi_config.get_config_env(), **pulumi_config.CONFIG.get()}
    return parse(values)


def parse(values: Mapping[str, str]) -> Settings:
    """Settings from Pulumi's flat `project:key` strings. Raises ConfigError."""
    prefix = f"{PROJECT}:"
    raw: dict[str, Any] = {
        key.removeprefix(prefix): _decode(value)
        for key, value in values.items()
        if key.startswith(prefix)
    }
    if "region" in raw:
        raise ConfigError("headrace:region is not a setting: say aws:region")
    raw["region"] = values.get("aws:region")
    try:
        return Settings.model_validate(raw)
    except ValidationError as error:
        raise ConfigError("\n".join(_explain(error))) from None


def _decode(value: str) -> Any:
    """Pulumi hands objects and numbers over as JSON text and plain strings as they are."""
    if value[:1] in "{[":
        return json.loads(value)
    return value


def _explain(error: ValidationError) -> Iterable[str]:
    for problem in error.errors():
        path = [str(part) for part in problem["loc"]]
        where = ".".join(path) or "settings"
        if problem["type"] == "extra_forbidden":
            yield f"{PROJECT}:{where}: there is no such setting{_nearest(path)}"
        else:
            yield f"{PROJECT}:{where}: {problem['msg'].removeprefix('Value error, ')}"


def _nearest(path: list[str]) -> str:
    known = _known_keys(path[:-1])
    close = difflib.get_close_matches(path[-1], known, n=1, cutoff=0.5)
    if close:
        return f"; did you mean {close[0]}?"
    return f"; known here: {', '.join(known)}" if known else ""


def _known_keys(parents: list[str]) -> list[str]:
    models: dict[tuple[str, ...], type[BaseModel]] = {
        (): Settings,
        ("local",): LocalSettings,
        ("aws",): AwsSettings,
        ("aws", "data_volume"): DataVolume,
    }
    model = NodeSettings if parents[:1] == ["nodes"] else models.get(tuple(parents))
    return sorted(set(model.model_fields) - {"region"}) if model else []
