"""What several suites share: one dev cluster a run, and topics that clean up after themselves."""

from __future__ import annotations

import itertools
import signal
import time
from functools import partial
from typing import TYPE_CHECKING

import pytest
from confluent_kafka.admin import AdminClient, NewTopic
from devcluster import DevCluster
from rawkafka import RawConnection
from records import eventually

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    MakeTopic = Callable[..., str]

SERIAL = itertools.count()
ADMIN_SECONDS = 60


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--bootstrap",
        help="run the client tests against this cluster, such as Apache Kafka, and not our own",
    )


def pytest_configure() -> None:
    # A shell's background job ignores Ctrl-C, and so would all that the tests start.
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def dev_cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DevCluster]:
    """Three nodes of plain processes; a line in their logs that must not be there fails the run."""
    cluster = DevCluster.up(tmp_path_factory.mktemp("cluster"), 3)
    try:
        yield cluster
    finally:
        cluster.down()
    assert not cluster.unexpected_log_lines()


@pytest.fixture(scope="session")
def bootstrap(request: pytest.FixtureRequest) -> str:
    """`HOST:PORT,…` of the cluster under test."""
    given = request.config.getoption("--bootstrap")
    return str(given or request.getfixturevalue("dev_cluster").bootstrap)


@pytest.fixture(scope="session")
def admin(bootstrap: str) -> AdminClient:
    return AdminClient({"bootstrap.servers": bootstrap})


@pytest.fixture
def unique(request: pytest.FixtureRequest) -> Callable[[str], str]:
    """Makes names that no other test of the run has."""
    run = int(time.time()) % 1_000_000

    def name(what: str) -> str:
        return f"{request.node.originalname.removeprefix('test_')}-{what}-{run}-{next(SERIAL)}"

    return name


@pytest.fixture
def make_topic(
    admin: AdminClient, bootstrap: str, unique: Callable[[str], str]
) -> Iterator[MakeTopic]:
    """Creates topics by a call, waits until every broker knows them, deletes them afterwards."""
    made = []

    def make(partitions: int = 1, replicas: int = 3, **config: str) -> str:
        topic = unique("topic")
        settings = {key.replace("_", "."): value for key, value in config.items()}
        new = NewTopic(topic, partitions, replicas, config=settings)
        admin.create_topics([new], operation_timeout=ADMIN_SECONDS)[topic].result(ADMIN_SECONDS)
        made.append(topic)
        for address in bootstrap.split(","):
            with RawConnection(address) as broker:
                for partition in range(partitions):
                    eventually(partial(broker.leader_of, topic, partition), f"{topic} is led")
        return topic

    yield make
    for deletion in admin.delete_topics(made).values() if made else ():
        deletion.exception(ADMIN_SECONDS)
