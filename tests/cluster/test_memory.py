"""Resident memory: of idle nodes, and of a node that is told of more than will come."""

from __future__ import annotations

import struct
import time

from devcluster import resident_mib
from rawkafka import RawConnection

IDLE_MIB = 120
SETTLE_SECONDS = 10
CLAIMING_CONNECTIONS = 200
CLAIMED_BYTES = 100 * 1024 * 1024


def test_idle_nodes_stay_small(start_cluster):
    cluster = start_cluster(3)
    time.sleep(SETTLE_SECONDS)
    sizes = {node["id"]: resident_mib(node["pid"]) for node in cluster.info["nodes"]}
    assert max(sizes.values()) < IDLE_MIB, sizes


def test_claimed_lengths_cost_nothing(start_cluster):
    cluster = start_cluster(1)
    node = cluster.node(0)
    before = resident_mib(node["pid"])
    open_connections = []
    for _ in range(CLAIMING_CONNECTIONS):
        # as long as is allowed, and never sent
        connection = RawConnection(node["kafka"])
        connection.send(struct.pack(">ihhi", CLAIMED_BYTES, 0, 9, 1) + b"\xff" * 100)
        open_connections.append(connection)
    for _ in range(20):
        with RawConnection(node["kafka"]) as too_long:
            too_long.send(struct.pack(">i", 200_000_000))
            assert too_long.is_closed_by_broker()
    with RawConnection(node["kafka"]) as healthy:
        assert healthy.api_versions()
    grown = resident_mib(node["pid"]) - before
    for connection in open_connections:
        connection.socket.close()
    assert grown < 30, f"{grown:.0f} MiB for {CLAIMING_CONNECTIONS} connections"
    assert not cluster.unexpected_log_lines()
