"""The admin API of running nodes: one node fuzzed by its own description, three for the rest."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING

import httpx
import pytest
import schemathesis
from devcluster import DevCluster
from fuzzing import beyond_description
from hypothesis import given, settings

if TYPE_CHECKING:
    from collections.abc import Iterator

SETTLE_SECONDS = 30
# Requests that are derived for each operation.
EXAMPLES = 25


@pytest.fixture(scope="module")
def lone_node(tmp_path_factory) -> Iterator[str]:
    """The admin address of a cluster of one, which the fuzzer may set as it likes."""
    cluster = DevCluster.up(tmp_path_factory.mktemp("lone"), 1)
    yield f"http://{cluster.node(0)['admin']}"
    cluster.down()
    assert not cluster.unexpected_log_lines()


def test_a_node_answers_as_it_describes(lone_node):
    described = schemathesis.openapi.from_url(f"{lone_node}/openapi.json")
    operations = [found.ok() for found in described.get_all_operations()]
    assert len(operations) > 10
    for operation in operations:

        @given(operation.as_strategy())
        @settings(max_examples=EXAMPLES, deadline=None)
        def answers(case: schemathesis.Case) -> None:
            case.call_and_validate(excluded_checks=beyond_description(case))

        answers()


@pytest.fixture
def clients(dev_cluster) -> Iterator[dict[int, httpx.Client]]:
    nodes = {
        node["id"]: httpx.Client(base_url=f"http://{node['admin']}", timeout=30)
        for node in dev_cluster.info["nodes"]
    }
    yield nodes
    for client in nodes.values():
        client.close()


def eventually(check) -> None:
    """Repeats `check` until it holds; its last AssertionError counts."""
    deadline = time.monotonic() + SETTLE_SECONDS
    while True:
        try:
            check()
        except AssertionError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)
        else:
            return


def test_all_nodes_tell_the_same_cluster(clients):
    uuids = {c.get("/v1/cluster/uuid").json()["cluster_uuid"] for c in clients.values()}
    assert len(uuids) == 1
    for client in clients.values():
        assert client.get("/v1/status/ready").json() == {"status": "ready"}
        brokers = client.get("/v1/brokers").json()
        assert [b["node_id"] for b in brokers] == sorted(clients)
        assert all(b["is_alive"] and b["config_hash"] and b["started_at"] for b in brokers)


def test_a_topic_is_seen_with_leaders_and_replicas(clients, make_topic):
    topic = make_topic(partitions=6, replicas=3, min_insync_replicas="2")

    def all_led() -> None:
        for client in clients.values():
            partitions = client.get(f"/v1/partitions/kafka/{topic}").json()
            assert [p["partition_id"] for p in partitions] == list(range(6))
            for p in partitions:
                assert p["leader_id"] in p["replicas"]
                assert sorted(p["in_sync"]) == [0, 1, 2]
                assert not p["under_replicated"]

    eventually(all_led)
    detail = clients[0].get(f"/v1/topics/{topic}").json()
    found = {c["name"]: (c["value"], c["source"]) for c in detail["configs"]}
    assert found["min.insync.replicas"] == ("2", "topic")
    assert found["retention.ms"][1] in {"default", "cluster"}
    held = [r for r in clients[1].get("/v1/replicas").json() if r["topic"] == topic]
    assert len(held) == 6


def test_leadership_goes_where_it_is_sent(clients, make_topic):
    topic = make_topic(partitions=1, replicas=3)
    path = f"/v1/partitions/kafka/{topic}/0"
    leader = clients[0].get(path).json()["leader_id"]
    target = (leader + 1) % 3
    # any node may be asked
    asked = clients[(leader + 2) % 3]

    def moved() -> None:
        answer = asked.post(f"{path}/transfer_leadership", params={"target": target})
        assert answer.status_code == 200, answer.text
        assert asked.get(path).json()["leader_id"] == target

    eventually(moved)
    refused = asked.post(f"{path}/transfer_leadership", params={"target": 9})
    assert refused.status_code == 404


def test_maintenance_takes_leadership_away_and_the_probe_says_so(clients, make_topic):
    make_topic(partitions=9, replicas=3)
    node, other = 1, 2

    def safe() -> None:
        probe = clients[0].get(f"/v1/brokers/{node}/restart_probe").json()
        assert not probe["risks"]["unavailable"], probe
        assert probe["in_sync_percent"] == 100

    eventually(safe)
    assert clients[0].put(f"/v1/brokers/{node}/maintenance").status_code == 204
    try:
        second = clients[0].put(f"/v1/brokers/{other}/maintenance")
        assert second.status_code == 409
        assert f"node {node}" in second.json()["message"]

        def drained() -> None:
            probe = clients[other].get(f"/v1/brokers/{node}/restart_probe").json()
            assert probe["leaders"] == 0, probe

        eventually(drained)
        health = clients[other].get("/v1/cluster/health_overview").json()
        assert health["nodes_in_maintenance"] == [node]
    finally:
        assert clients[0].delete(f"/v1/brokers/{node}/maintenance").status_code == 204


def test_cluster_properties_reach_all_nodes(clients):
    for value in ("3", "1"):
        answer = clients[0].put("/v1/cluster_config", json={"upsert": {"num.partitions": value}})
        assert answer.status_code == 200, answer.text
        version = answer.json()["config_version"]
        assert version > 0

        def known(expected: str = value) -> None:
            for client in clients.values():
                assert client.get("/v1/cluster_config").json()["num.partitions"] == expected

        eventually(known)
    bad = clients[1].put("/v1/cluster_config", json={"upsert": {"num.partitons": "3"}})
    assert bad.status_code == 400
    assert "did you mean num.partitions?" in bad.json()["message"]


def test_metrics_are_well_formed(clients):
    text = clients[2].get("/metrics").text
    sample = re.compile(r"^[a-zA-Z_:][a-zA-Z0-9_:]*(\{[^}]*\})? [-+0-9.eE]+(NaN|Inf)?$")
    families: set[str] = set()
    for line in text.splitlines():
        if line.startswith("# TYPE "):
            name = line.split(" ")[2]
            assert name not in families, f"{name} is described twice"
            families.add(name)
        elif not line.startswith("#"):
            assert sample.match(line), line
    assert "headrace_ready" in families
    assert "process_resident_memory_bytes" in families
