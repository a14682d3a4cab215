"""The clusters that foreign suites run against: Headrace's nodes, or Apache Kafka as the oracle."""

from __future__ import annotations

import contextlib
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

ROOT = Path(__file__).resolve().parents[3]
sys.path[:0] = [str(ROOT / folder) for folder in ("bench", "broker", "tests/fixtures")]

from anyrequest import ask  # noqa: E402
from devcluster import DevCluster  # noqa: E402
from kafka.protocol.admin import IncrementalAlterConfigsRequest  # noqa: E402
from rawkafka import RawConnection  # noqa: E402

import peer  # noqa: E402
from headrace.node.properties import CLUSTER_KEYS  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Iterator

TARGETS = ("headrace", "kafka")
ORACLE_BASE_PORT = 25500
# Kafka's numbers: a kind of resource, and what to do with its properties (KIP-339).
BROKER, SET = 4, 0


@dataclass(frozen=True)
class Shape:
    """What a suite wants. Properties are Apache Kafka's, by the names that both know."""

    nodes: int
    first_id: int = 0
    racks: bool = False
    # Clients are told this port + the broker's id, where something stands in front.
    advertised_from: int | None = None
    properties: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Running:
    """A cluster that answers; `addresses` are where its nodes listen, in the order of their ids."""

    target: str
    addresses: list[str]

    @property
    def bootstrap(self) -> str:
        return ",".join(self.addresses)


@contextlib.contextmanager
def running(target: str, shape: Shape, folder: Path) -> Iterator[Running]:
    """Starts a cluster of the shape in the folder, and ends it."""
    start = {"headrace": _headrace, "kafka": _kafka}[target]
    with start(shape, folder) as addresses:
        yield Running(target, addresses)


@contextlib.contextmanager
def _headrace(shape: Shape, folder: Path) -> Iterator[list[str]]:
    in_file = {key: f"headrace.{name}" for name, key in CLUSTER_KEYS.items()}
    settings = {in_file[key]: v for key, v in shape.properties.items() if key in in_file}
    if shape.racks:
        settings["headrace.rack"] = '"{id}"'
    if shape.advertised_from is not None:
        # Ports end in the id: the first digits are the same for all nodes.
        port = f"{shape.advertised_from // 10}{{id}}"
        settings["headrace.advertised_kafka_api"] = (
            f"[{{name: internal, address: 127.0.0.1, port: {port}}}]"
        )
    assigned = [f"{key}={value}" for key, value in settings.items()]
    cluster = DevCluster.up(folder, shape.nodes, *assigned, first_id=shape.first_id)
    try:
        others = {key: v for key, v in shape.properties.items() if key not in in_file}
        if others:
            set_properties(cluster.info["nodes"][0]["kafka"], others)
        yield [node["kafka"] for node in cluster.info["nodes"]]
        unexpected = cluster.unexpected_log_lines()
    finally:
        cluster.down()
    assert not unexpected, "\n".join(unexpected)


def set_properties(address: str, properties: dict[str, str]) -> None:
    """Sets what holds for all brokers; no Python client can name the broker without a name."""
    configs = [
        {"name": key, "config_operation": SET, "value": value} for key, value in properties.items()
    ]
    resource = {"resource_type": BROKER, "resource_name": "", "configs": configs}
    with RawConnection(address) as connection:
        (answer,) = ask(
            connection, IncrementalAlterConfigsRequest, 1, resources=[resource]
        ).responses
    assert answer.error_code == 0, answer


@dataclass
class Oracle(peer.KafkaPeer):
    """Apache Kafka in the shape that a suite wants."""

    shape: Shape = field(default_factory=lambda: Shape(3))

    def node_id(self, position: int) -> int:
        return self.shape.first_id + position

    def properties(self, position: int) -> str:
        port, copies = self._port(position), min(3, self.nodes)
        node_id = self.node_id(position)
        told = port
        if self.shape.advertised_from is not None:
            told = self.shape.advertised_from + node_id
        voters = ",".join(
            f"{self.node_id(i)}@127.0.0.1:{self._port(i) + 1}" for i in range(self.nodes)
        )
        values = {
            "process.roles": "broker,controller",
            "node.id": str(node_id),
            "controller.quorum.voters": voters,
            "listeners": f"CLIENTS://127.0.0.1:{port},CONTROLLER://127.0.0.1:{port + 1},"
            f"BROKERS://127.0.0.1:{port + 2}",
            "advertised.listeners": f"CLIENTS://127.0.0.1:{told},BROKERS://127.0.0.1:{port + 2}",
            "listener.security.protocol.map": "CLIENTS:PLAINTEXT,CONTROLLER:PLAINTEXT,"
            "BROKERS:PLAINTEXT",
            "inter.broker.listener.name": "BROKERS",
            "controller.listener.names": "CONTROLLER",
            "log.dirs": f"{self.directory}/node{position}/data",
            "default.replication.factor": str(copies),
            "offsets.topic.replication.factor": str(copies),
            "offsets.topic.num.partitions": "8",
            "transaction.state.log.replication.factor": str(copies),
            "transaction.state.log.num.partitions": "8",
            "transaction.state.log.min.isr": str(max(1, copies - 1)),
            "share.coordinator.state.topic.replication.factor": str(copies),
            "share.coordinator.state.topic.num.partitions": "8",
            "share.coordinator.state.topic.min.isr": str(max(1, copies - 1)),
            "group.initial.rebalance.delay.ms": "0",
            "auto.create.topics.enable": "false",
            "replica.selector.class": "org.apache.kafka.common.replica.RackAwareReplicaSelector",
            **self.shape.properties,
        }
        if self.shape.racks:
            values["broker.rack"] = str(node_id)
        return "".join(f"{key}={value}\n" for key, value in values.items())


@contextlib.contextmanager
def _kafka(shape: Shape, folder: Path) -> Iterator[list[str]]:
    libs = peer.assemble(peer.cache_folder())
    heap = "512m"
    oracle = Oracle(folder, libs, shape.nodes, ORACLE_BASE_PORT, heap, shape=shape)
    oracle.start()
    try:
        yield oracle.bootstrap.split(",")
    finally:
        oracle.stop()
