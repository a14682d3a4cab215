"""A fresh cluster for each test that breaks one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from devcluster import DevCluster

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


@pytest.fixture
def start_cluster(tmp_path: Path) -> Iterator[Callable[..., DevCluster]]:
    """Starts a cluster by a call: `start_cluster(nodes, "headrace.KEY=VALUE", …)`."""
    started = []

    def start(nodes: int = 3, *settings: str) -> DevCluster:
        cluster = DevCluster.up(tmp_path / f"cluster-{len(started)}", nodes, *settings)
        started.append(cluster)
        return cluster

    yield start
    for cluster in started:
        cluster.down()
