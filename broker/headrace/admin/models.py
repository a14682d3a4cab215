"""The shapes of the admin API's answers.

The engine's JSON (broker/engine/crates/pybridge/src/ops) is read by these models, so a field that
it lacks is an error here and not a surprise for a client.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

HEALTH_REASONS = Literal[
    "nodes_down",
    "no_elected_controller",
    "leaderless_partitions",
    "under_replicated_partitions",
]


class Answer(BaseModel):
    """What all answers share."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class ErrorBody(Answer):
    """Every error's shape."""

    code: str = Field(description="Kind of error, for programs.", examples=["not_found"])
    message: str = Field(description="What is wrong, for people.")


class Ready(Answer):
    """Whether the node serves."""

    status: Literal["ready", "starting", "stopping"]


class Address(Answer):
    """A host and a port."""

    address: str
    port: int


class KafkaListener(Address):
    """A Kafka listener as clients reach it."""

    name: str


class MaintenanceStatus(Answer):
    """Whether leadership is kept away from the node."""

    draining: bool


class Broker(Answer):
    """A registered node."""

    node_id: int
    node_uuid: str = Field(description="Name of the node's data folder.")
    is_alive: bool = Field(description="It was heard of lately.")
    membership_status: Literal["active"]
    maintenance_status: MaintenanceStatus
    rack: str | None
    internal_rpc_address: str
    internal_rpc_port: int
    kafka: list[KafkaListener]
    admin: Address
    version: str
    config_hash: str = Field(description="Hash of the configuration that the process runs with.")
    started_at: datetime = Field(description="When the process started.")

    @classmethod
    def from_engine(cls, raw: dict[str, Any]) -> Broker:
        """Reads the engine's form of a node."""
        return cls(
            node_id=raw["id"],
            node_uuid=raw["uuid"],
            is_alive=raw["is_alive"],
            membership_status="active",
            maintenance_status=MaintenanceStatus(draining=raw["maintenance"]),
            rack=raw["rack"],
            internal_rpc_address=raw["rpc"]["host"],
            internal_rpc_port=raw["rpc"]["port"],
            kafka=[
                KafkaListener(name=one["name"], address=one["host"], port=one["port"])
                for one in raw["listeners"]
            ],
            admin=Address(address=raw["admin"]["host"], port=raw["admin"]["port"]),
            version=raw["version"],
            config_hash=raw["config_hash"],
            started_at=datetime.fromtimestamp(raw["started_at_ms"] / 1000, UTC),
        )


class Risks(Answer):
    """Partitions that would suffer if the node were stopped now; long lists are cut."""

    rf1_offline: list[str] = Field(description="One replica, which is on this node.")
    unavailable: list[str] = Field(description="No majority would be in sync.")
    full_acks_produce_unavailable: list[str] = Field(
        description="Fewer than min.insync.replicas would be in sync."
    )


class RestartProbe(Answer):
    """May this node be stopped now (`safe`), and is it whole again (`in_sync_percent` 100)?"""

    node_id: int
    safe: bool = Field(description="Nothing is at risk.")
    risk_count: int = Field(description="Partitions at risk, in all.")
    risks: Risks
    replicas: int = Field(description="Replicas on the node, the controller's included.")
    replicas_in_sync: int
    in_sync_percent: float = Field(description="100 before the next node's turn.")
    not_in_sync: list[str]
    leaders: int = Field(description="Partitions that the node leads.")
    is_controller: bool = Field(description="It leads the controller's group.")

    @classmethod
    def from_engine(cls, raw: dict[str, Any]) -> RestartProbe:
        """Adds the percentage."""
        total = raw["replicas"]
        percent = 100.0 * raw["replicas_in_sync"] / total if total else 100.0
        return cls(**raw, in_sync_percent=percent)


class Partition(Answer):
    """A partition, its leader and its replicas."""

    ns: Literal["kafka"]
    topic: str
    partition_id: int
    group: int = Field(description="Its Raft group.")
    leader_id: int | None = Field(description="Null: it has no live leader.")
    leader_epoch: int | None
    replicas: list[int] = Field(description="Nodes that hold it, preferred leader first.")
    in_sync: list[int] = Field(description="Those that live and are caught up.")
    under_replicated: bool
    internal: bool


class Replica(Answer):
    """What this node itself holds of a partition."""

    topic: str | None = Field(description="Null: the controller's group.")
    partition_id: int
    group: int
    leader_id: int | None
    log_start_offset: int
    high_watermark: int
    log_end_offset: int
    size_bytes: int
    fenced: str | None = Field(description="Why the replica is out of service; null: it serves.")


class TransferResult(Answer):
    """Who leads now."""

    leader_id: int


class HealthOverview(Answer):
    """Whether all is well, and if not, why. Lists name at most `limit` partitions."""

    is_healthy: bool
    unhealthy_reasons: list[HEALTH_REASONS]
    controller_id: int | None
    all_nodes: list[int]
    nodes_down: list[int]
    nodes_in_maintenance: list[int]
    leaderless_count: int
    leaderless_partitions: list[str]
    under_replicated_count: int
    under_replicated_partitions: list[str]
    partitions: int = Field(description="Partitions in all.")


class ClusterUuid(Answer):
    """The cluster's name."""

    cluster_uuid: str


class ClusterInfo(Answer):
    """The cluster and this node's place in it."""

    cluster_uuid: str | None
    node_id: int | None
    node_uuid: str | None
    controller_id: int | None
    controller_voters: list[int]
    feature_level: int
    metadata_version: int = Field(description="Index of the last applied controller entry.")
    ready: bool


class Topic(Answer):
    """A topic."""

    name: str
    topic_id: str
    internal: bool
    partitions: int
    replication_factor: int


class ConfigEntry(Answer):
    """A property in force."""

    name: str
    value: str
    source: Literal["topic", "node", "cluster", "node_file", "default"]
    doc: str


class TopicDetail(Topic):
    """A topic with its configuration."""

    configs: list[ConfigEntry]


class ClusterConfigChange(BaseModel):
    """Cluster properties to set and to take back; all or none take effect."""

    model_config = ConfigDict(extra="forbid")

    upsert: dict[str, str | int | float | bool] = Field(default_factory=dict, max_length=256)
    remove: list[str] = Field(default_factory=list, max_length=256)


class ClusterConfigResult(Answer):
    """How far the metadata has come with the change."""

    config_version: int
