"""What tests share that ask by hand, change what holds for the whole cluster, or end its nodes."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest
from anyrequest import ask
from kafka.protocol.admin import IncrementalAlterConfigsRequest
from rawkafka import RawConnection
from records import eventually

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from devcluster import DevCluster

    MakeTopic = Callable[..., str]
    AtLeader = Callable[[str], RawConnection]
    SetProperty = Callable[[str, str | None], None]

BROKERS, SET, DELETE = 4, 0, 1


@pytest.fixture
def at_leader(bootstrap: str) -> Iterator[AtLeader]:
    """Opens connections to the leader of a topic's partition 0 by a call."""
    opened: list[RawConnection] = []

    def connect(topic: str) -> RawConnection:
        with RawConnection(bootstrap.split(",", maxsplit=1)[0]) as any_broker:
            address = eventually(partial(any_broker.leader_of, topic), f"a leader of {topic}")
        opened.append(RawConnection(str(address)))
        return opened[-1]

    yield connect
    for connection in opened:
        connection.socket.close()


@pytest.fixture
def set_property(bootstrap: str) -> Iterator[SetProperty]:
    """Sets a property of the whole cluster by a call; all have their defaults again afterwards."""
    changed: set[str] = set()

    def alter(key: str, value: str | None) -> None:
        change = {"name": key, "value": value, "config_operation": DELETE if value is None else SET}
        resource = {"resource_type": BROKERS, "resource_name": "", "configs": [change]}
        with RawConnection(bootstrap.split(",", maxsplit=1)[0]) as broker:
            fields = {"resources": [resource], "validate_only": False}
            (done,) = ask(broker, IncrementalAlterConfigsRequest, 1, **fields).responses
        assert done.error_code == 0, done.error_message
        changed.add(key)

    yield alter
    for key in sorted(changed):
        alter(key, None)


@pytest.fixture
def whole(
    dev_cluster: DevCluster,
    make_topic: MakeTopic,  # noqa: ARG001  topics go when all nodes are back
) -> Iterator[DevCluster]:
    """The cluster; nodes that the test ended are started again, and all replicas catch up.

    librdkafka sends a deletion to the controller that it last heard of and to no other, however
    long that one is away.
    """
    yield dev_cluster
    dev_cluster.restart_ended()
