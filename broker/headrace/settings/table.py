"""Every property of a node: its type, default, bounds, unit and meaning. The only such list."""

from __future__ import annotations

import ipaddress
import os
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

KIB = 1024
MIB = 1024 * KIB
GIB = 1024 * MIB
MINUTE_MS = 60_000
DAY_MS = 24 * 60 * MINUTE_MS
HOST_LABEL_MAX_CHARS = 63
HOST_MAX_CHARS = 253
INT32_MAX = 2**31 - 1
INT64_MAX = 2**63 - 1

DEFAULT_KAFKA_PORT = 9092
DEFAULT_RPC_PORT = 33145
DEFAULT_ADMIN_PORT = 9644

# An election must outlast a few lost heartbeats, or a busy network looks like a dead leader.
HEARTBEATS_PER_ELECTION_TIMEOUT = 3


def prop(default: Any, doc: str, *, unit: str | None = None, **bounds: Any) -> Any:
    """A property: default, its meaning, unit ("bytes", "ms", …) and pydantic's bounds."""
    extra: dict[str, Any] = {"unit": unit}
    if callable(default):
        return Field(default_factory=default, description=doc, json_schema_extra=extra, **bounds)
    return Field(default=default, description=doc, json_schema_extra=extra, **bounds)


def _host(value: str) -> str:
    """An IP address or a DNS name, without a port, a scheme or blanks."""
    try:
        return str(ipaddress.ip_address(value))
    except ValueError:
        pass
    labels = value.rstrip(".").split(".")
    allowed = all(
        0 < len(label) <= HOST_LABEL_MAX_CHARS
        and all(c.isascii() and (c.isalnum() or c in "-_") for c in label)
        for label in labels
    )
    if not allowed or len(value) > HOST_MAX_CHARS or labels[-1].isdigit():
        raise ValueError("not an IP address or a host name (write the port under `port`)")
    return value


def _absolute(value: Path) -> Path:
    if not value.is_absolute():
        raise ValueError("not an absolute path")
    return value


def _refused(key: str, detail: str) -> PydanticCustomError:
    """A rule between properties is broken; `key` (dotted, below the section) is what to change."""
    return PydanticCustomError("rule", "{detail}", {"key": key, "detail": detail})


def is_wildcard(host: str) -> bool:
    """True for 0.0.0.0 and ::, which mean "listen everywhere" and cannot be told to others."""
    try:
        return ipaddress.ip_address(host).is_unspecified
    except ValueError:
        return False


Host = Annotated[str, AfterValidator(_host)]
Port = Annotated[int, Field(ge=1, le=65535)]
Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")]


class Model(BaseModel):
    """What all tables share: no unknown keys, no silent conversions, never changed once loaded."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, validate_default=False)


class HostPort(Model):
    """Where another node is reached."""

    host: Host = Field(description="IP address or host name.")
    port: Port = Field(default=DEFAULT_RPC_PORT, description="TCP port.")

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


class Address(Model):
    """Where this node listens or is reached."""

    address: Host = Field(description="IP address or host name.")
    port: Port = Field(description="TCP port.")


class Listener(Model):
    """A named Kafka listener. Names pair a listener with the address that clients are told."""

    name: Name = Field(default="internal", description="Listener name: letters, digits, _ and -.")
    address: Host = Field(description="IP address or host name.")
    port: Port = Field(default=DEFAULT_KAFKA_PORT, description="TCP port.")


class NodeSettings(Model):
    """The `headrace` section: this node, its addresses, its limits."""

    # -- identity and place --
    node_id: int | None = prop(
        None,
        "The Kafka broker id. Leave it empty: the cluster assigns ids, seeds first and in the "
        "order of `seed_servers`. It cannot be changed once the node has data.",
        ge=0,
        le=INT32_MAX - 1,
    )
    data_directory: Annotated[Path, Field(strict=False), AfterValidator(_absolute)] = prop(
        Path("/var/lib/headrace/data"),
        "Where the node keeps its journal and its logs; an absolute path on a local disk. The data "
        "belongs to one cluster and one node: a folder of another cluster is refused.",
    )
    rack: str | None = prop(
        None,
        "The rack or availability zone of this machine. Replicas of a partition are spread over "
        "racks, and consumers may read from a replica in their own.",
        min_length=1,
        max_length=255,
    )
    seed_servers: list[HostPort] = prop(
        list,
        "RPC addresses of the nodes that form the cluster, the same list in the same order on "
        "every node. Empty means a cluster of this node alone.",
        max_length=64,
    )
    empty_seed_starts_cluster: bool = prop(
        True,
        "true: a node without seeds, or the first seed, starts a cluster by itself. false: no "
        "cluster is born before all seeds see each other and agree on the list, so that a wrong "
        "address cannot split it. Set false for every cluster of more than one node.",
    )
    # -- addresses --
    rpc_server: Address = prop(
        Address(address="127.0.0.1", port=DEFAULT_RPC_PORT),
        "Where the node listens for the other nodes (Raft).",
    )
    advertised_rpc_api: Address | None = prop(
        None,
        "The address at which other nodes reach `rpc_server`. Empty: the address it listens on; "
        "needed when that is 0.0.0.0.",
    )
    kafka_api: list[Listener] = prop(
        lambda: [Listener(name="internal", address="127.0.0.1", port=DEFAULT_KAFKA_PORT)],
        "Kafka listeners.",
        min_length=1,
        max_length=16,
    )
    advertised_kafka_api: list[Listener] = prop(
        list,
        "For each listener, by name, the address that clients are told to connect to. A listener "
        "that is not named here advertises the address it listens on.",
        max_length=16,
    )
    admin: Address = prop(
        Address(address="127.0.0.1", port=DEFAULT_ADMIN_PORT),
        "Where the admin API and the metrics are served. It asks for no password: keep it on a "
        "private network.",
    )
    advertised_admin_api: Address | None = prop(
        None,
        "The address at which the admin API is reached from elsewhere. Empty: the address it "
        "listens on or, when that is 0.0.0.0, the host of the RPC address.",
    )
    developer_mode: bool = prop(
        False,
        "true: the tuner leaves the host alone and `headrace start` does not check the host. It "
        "changes nothing about durability: an acknowledged record is on disk in either mode. "
        "Change it with `headrace mode`.",
    )
    # -- engine --
    shards: int | None = prop(
        None,
        "Threads that own partitions. Empty: as many as the machine has cores. A partition belongs "
        "to one shard.",
        ge=1,
        le=256,
    )
    journal_bytes: int = prop(
        128 * MIB,
        "Size of one journal file of a shard, zero-filled in advance. Larger files mean fewer "
        "checkpoints and a longer replay after a crash.",
        unit="bytes",
        ge=MIB,
        le=4 * GIB,
    )
    tail_cache_bytes: int = prop(
        8 * MIB,
        "Memory a shard keeps newest batches in, from which consumers that keep up are served. "
        "What is older comes from the page cache.",
        unit="bytes",
        ge=MIB,
        le=64 * GIB,
    )
    raft_election_timeout_ms: int = prop(
        1500,
        "How long a replica waits without a word from the leader before it stands for election. "
        f"Must be at least {HEARTBEATS_PER_ELECTION_TIMEOUT} times `raft_heartbeat_interval_ms`.",
        unit="ms",
        ge=50,
        le=60_000,
    )
    raft_heartbeat_interval_ms: int = prop(
        150,
        "How often a leader tells its followers that it lives.",
        unit="ms",
        ge=10,
        le=10_000,
    )
    shutdown_timeout_ms: int = prop(
        30_000,
        "How long a stopping node may take to hand its leaderships over and to close its logs "
        "before it stops regardless. Nothing acknowledged is lost either way.",
        unit="ms",
        ge=1000,
        le=10 * MINUTE_MS,
    )
    # -- Kafka listener limits --
    kafka_request_max_bytes: int = prop(
        100 * MIB,
        "Largest request that is read from a client (Kafka's `socket.request.max.bytes`). A larger "
        "frame closes the connection before any memory is taken for it.",
        unit="bytes",
        ge=64 * KIB,
        le=GIB,
    )
    kafka_connections_max: int = prop(
        10_000,
        "Client connections of this node over all listeners (Kafka's `max.connections`). One more "
        "is closed at once.",
        ge=1,
        le=1_000_000,
    )
    kafka_fetch_sessions_max: int = prop(
        1_000,
        "Consumers' fetch sessions that this node remembers (Kafka's "
        "`max.incremental.fetch.session.cache.slots`). A consumer that gets none names all its "
        "partitions in each request.",
        ge=0,
        le=1_000_000,
    )
    kafka_in_flight_max: int = prop(
        64,
        "Requests of one connection that may be in work at once; a client that sends more is not "
        "read from until answers have left.",
        ge=1,
        le=10_000,
    )
    # -- defaults of topics, under Kafka's names --
    auto_create_topics_enable: bool = prop(
        False,
        "Create a topic when a client asks for one that does not exist (Kafka's "
        "`auto.create.topics.enable`).",
    )
    num_partitions: int = prop(
        1,
        "Partitions of a topic that is created without a number (Kafka's `num.partitions`).",
        ge=1,
        le=100_000,
    )
    default_replication_factor: int = prop(
        1,
        "Replicas of a topic that is created without a number (Kafka's "
        "`default.replication.factor`).",
        ge=1,
        le=15,
    )
    min_insync_replicas: int = prop(
        1,
        "Replicas that must be in sync for a produce request with acks=all to be taken (Kafka's "
        "`min.insync.replicas`). A majority must have the record on disk in any case.",
        ge=1,
        le=15,
    )
    message_max_bytes: int = prop(
        1_048_588,
        "Largest record batch that is taken (Kafka's `message.max.bytes`).",
        unit="bytes",
        ge=1024,
        le=GIB,
    )
    log_segment_bytes: int = prop(
        GIB,
        "A segment file is closed at this size (Kafka's `log.segment.bytes`).",
        unit="bytes",
        ge=MIB,
        le=INT32_MAX,
    )
    log_segment_ms: int = prop(
        7 * DAY_MS,
        "A segment file is closed at this age (Kafka's `log.roll.ms`).",
        unit="ms",
        ge=1000,
        le=INT64_MAX,
    )
    log_retention_ms: int = prop(
        7 * DAY_MS,
        "Records older than this are deleted, whole segments at a time (Kafka's "
        "`log.retention.ms`). -1: never.",
        unit="ms",
        ge=-1,
        le=INT64_MAX,
    )
    log_retention_bytes: int = prop(
        -1,
        "A partition larger than this loses its oldest segments (Kafka's `log.retention.bytes`). "
        "-1: never.",
        unit="bytes",
        ge=-1,
        le=INT64_MAX,
    )
    log_index_interval_bytes: int = prop(
        4 * KIB,
        "Log bytes between two entries of the sparse offset index (Kafka's "
        "`log.index.interval.bytes`).",
        unit="bytes",
        ge=512,
        le=64 * MIB,
    )
    # -- consumer groups, under Kafka's names --
    offsets_topic_num_partitions: int = prop(
        50,
        "Partitions of `__consumer_offsets` when it is created (Kafka's "
        "`offsets.topic.num.partitions`).",
        ge=1,
        le=1000,
    )
    offsets_topic_replication_factor: int | None = prop(
        None,
        "Replicas of `__consumer_offsets` when it is created (Kafka's "
        "`offsets.topic.replication.factor`). Empty: 3, or the number of seeds where there are "
        "fewer.",
        ge=1,
        le=15,
    )
    offsets_retention_minutes: int = prop(
        7 * 24 * 60,
        "How long the offsets of an empty group are kept (Kafka's `offsets.retention.minutes`).",
        unit="minutes",
        ge=1,
        le=INT32_MAX,
    )
    group_initial_rebalance_delay_ms: int = prop(
        3000,
        "How long the first rebalance of an empty group waits for more members (Kafka's "
        "`group.initial.rebalance.delay.ms`).",
        unit="ms",
        ge=0,
        le=5 * MINUTE_MS,
    )
    group_min_session_timeout_ms: int = prop(
        6000,
        "Shortest session timeout that a consumer may ask for (Kafka's "
        "`group.min.session.timeout.ms`).",
        unit="ms",
        ge=1,
        le=INT32_MAX,
    )
    group_max_session_timeout_ms: int = prop(
        30 * MINUTE_MS,
        "Longest session timeout that a consumer may ask for (Kafka's "
        "`group.max.session.timeout.ms`).",
        unit="ms",
        ge=1,
        le=INT32_MAX,
    )
    # -- logging --
    log_level: Literal["error", "warn", "info", "debug", "trace"] = prop(
        "info", "Least severe message that is written to standard error."
    )
    log_format: Literal["text", "json"] = prop(
        "text", "text: one line for people. json: one object a line for log collectors."
    )

    @model_validator(mode="after")
    def _cross_checks(self) -> NodeSettings:
        """Rules between properties. Each names the property to change."""
        if self.raft_election_timeout_ms < (
            HEARTBEATS_PER_ELECTION_TIMEOUT * self.raft_heartbeat_interval_ms
        ):
            raise _refused(
                "raft_election_timeout_ms",
                f"must be at least {HEARTBEATS_PER_ELECTION_TIMEOUT} times "
                f"raft_heartbeat_interval_ms ({self.raft_heartbeat_interval_ms})",
            )
        if self.group_min_session_timeout_ms > self.group_max_session_timeout_ms:
            raise _refused(
                "group_min_session_timeout_ms",
                "must not exceed group_max_session_timeout_ms "
                f"({self.group_max_session_timeout_ms})",
            )
        if self.message_max_bytes > self.kafka_request_max_bytes:
            raise _refused(
                "message_max_bytes",
                f"must not exceed kafka_request_max_bytes ({self.kafka_request_max_bytes}): "
                "such a batch could not be received",
            )
        self._check_seeds()
        self._check_kafka_addresses()
        self._check_other_addresses()
        return self

    def _check_seeds(self) -> None:
        seen: set[tuple[str, int]] = set()
        for index, seed in enumerate(self.seed_servers):
            if (seed.host, seed.port) in seen:
                raise _refused(f"seed_servers[{index}]", f"repeats {seed}")
            if is_wildcard(seed.host):
                raise _refused(
                    f"seed_servers[{index}]", f"{seed.host}: no other node can connect to it"
                )
            seen.add((seed.host, seed.port))
        if not self.seed_servers and not self.empty_seed_starts_cluster:
            raise _refused(
                "empty_seed_starts_cluster",
                "is false while seed_servers is empty: list the seeds "
                "(headrace config bootstrap --self IP --ips IP,IP,IP)",
            )

    def _check_kafka_addresses(self) -> None:
        names = [listener.name for listener in self.kafka_api]
        for index, name in enumerate(names):
            if name in names[:index]:
                raise _refused(f"kafka_api[{index}]", f"repeats the listener name {name!r}")
        told: set[str] = set()
        for index, entry in enumerate(self.advertised_kafka_api):
            key = f"advertised_kafka_api[{index}]"
            if entry.name not in names:
                raise _refused(
                    key, f"names the listener {entry.name!r}, but kafka_api has {', '.join(names)}"
                )
            if entry.name in told:
                raise _refused(key, f"repeats the listener name {entry.name!r}")
            if is_wildcard(entry.address):
                raise _refused(key, f"{entry.address}: no client can connect to it")
            told.add(entry.name)
        for index, listener in enumerate(self.kafka_api):
            if is_wildcard(listener.address) and listener.name not in told:
                raise _refused(
                    f"kafka_api[{index}]",
                    f"listens on {listener.address}: say under advertised_kafka_api which address "
                    f"clients of the listener {listener.name!r} shall use",
                )

    def _check_other_addresses(self) -> None:
        if is_wildcard((self.advertised_rpc_api or self.rpc_server).address):
            raise _refused(
                "advertised_rpc_api",
                "must be an address that other nodes can connect to, since rpc_server listens on "
                f"{self.rpc_server.address}",
            )
        if self.advertised_admin_api and is_wildcard(self.advertised_admin_api.address):
            raise _refused("advertised_admin_api", "must be an address that others can connect to")
        taken: dict[tuple[str, int], str] = {}
        listening = [
            ("rpc_server", self.rpc_server.address, self.rpc_server.port),
            *((f"kafka_api[{i}]", a.address, a.port) for i, a in enumerate(self.kafka_api)),
            ("admin", self.admin.address, self.admin.port),
        ]
        for key, host, port in listening:
            other = taken.setdefault((host, port), key)
            if other != key:
                raise _refused(key, f"listens on {host}:{port}, as {other} does")

    def rpc_advertised(self) -> HostPort:
        """The address that other nodes use for Raft."""
        told = self.advertised_rpc_api or self.rpc_server
        return HostPort(host=told.address, port=told.port)

    def kafka_advertised(self) -> list[Listener]:
        """One address for each Kafka listener, in the order of `kafka_api`."""
        told = {listener.name: listener for listener in self.advertised_kafka_api}
        return [told.get(listener.name, listener) for listener in self.kafka_api]

    def admin_advertised(self) -> HostPort:
        """The address at which the admin API is reached from other machines."""
        if self.advertised_admin_api is not None:
            told = self.advertised_admin_api
            return HostPort(host=told.address, port=told.port)
        host = self.admin.address
        if is_wildcard(host):
            host = self.rpc_advertised().host
        return HostPort(host=host, port=self.admin.port)

    def offsets_replication(self) -> int:
        """`offsets_topic_replication_factor`, or what its default means for these seeds."""
        return self.offsets_topic_replication_factor or max(1, min(3, len(self.seed_servers)))

    def shard_count(self) -> int:
        """`shards`, or as many as this process may use cores."""
        return self.shards or max(1, min(256, len(os.sched_getaffinity(0))))


class TunerSettings(Model):
    """The `tuner` section: which host settings `headrace tune --from-config` looks after."""

    tune_file_limits: bool = prop(
        True, "Open files: fs.file-max, fs.nr_open, and a check of the unit's LimitNOFILE."
    )
    tune_aio_events: bool = prop(True, "Room for asynchronous I/O: fs.aio-max-nr.")
    tune_autogroup: bool = prop(
        True, "Share the cores by thread, not by session: kernel.sched_autogroup_enabled."
    )
    tune_swappiness: bool = prop(True, "Keep the node's memory off the swap: vm.swappiness.")
    tune_transparent_hugepages: bool = prop(
        True, "Huge pages only where a program asks for them: madvise."
    )
    tune_disk_scheduler: bool = prop(
        True,
        "I/O scheduler of the data directory's disks: none, or mq-deadline for spinning disks.",
    )
    tune_network: bool = prop(
        True,
        "Backlogs: net.core.somaxconn, net.ipv4.tcp_max_syn_backlog, net.core.netdev_max_backlog.",
    )


class Settings(Model):
    """The whole file."""

    headrace: NodeSettings = Field(
        default_factory=NodeSettings, description="This node, its addresses, its limits."
    )
    tuner: TunerSettings = Field(
        default_factory=TunerSettings, description="Which host settings the tuner looks after."
    )
