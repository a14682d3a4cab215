"""Processes die at once and without a word; what was acknowledged is there afterwards, once."""

from __future__ import annotations

from collections import Counter

from nodeprocess import is_whole
from records import eventually
from steadyload import SteadyLoad, leaders, make_topic

TOPIC = "numbers"
PARTITIONS = 6
RECORDS_BETWEEN_FAULTS = 4_000


def wait_until_whole(cluster) -> None:
    for node in cluster.info["nodes"]:
        eventually(lambda n=node: is_whole(n["admin"]), f"node {node['id']} sees a whole cluster")


def test_kill_of_all_nodes_at_once_loses_and_doubles_nothing(start_cluster):
    cluster = start_cluster(3)
    make_topic(cluster.bootstrap, TOPIC, PARTITIONS)
    with SteadyLoad(cluster.bootstrap, TOPIC) as load:
        for _ in range(2):
            load.wait_for(RECORDS_BETWEEN_FAULTS)
            for node in cluster.info["nodes"]:
                cluster.kill(node["id"])
            cluster.restart_ended()
        load.wait_for(RECORDS_BETWEEN_FAULTS)
    load.check()
    wait_until_whole(cluster)
    assert not cluster.unexpected_log_lines()


def test_kill_of_all_nodes_at_once_loses_no_cached_write(start_cluster):
    cluster = start_cluster(3)
    make_topic(cluster.bootstrap, TOPIC, PARTITIONS, write_caching="true")
    with SteadyLoad(cluster.bootstrap, TOPIC) as load:
        for _ in range(3):
            load.wait_for(RECORDS_BETWEEN_FAULTS)
            for node in cluster.info["nodes"]:
                cluster.kill(node["id"])
            cluster.restart_ended()
        load.wait_for(RECORDS_BETWEEN_FAULTS)
    load.check()
    wait_until_whole(cluster)
    assert not cluster.unexpected_log_lines()


def test_kill_of_the_busiest_leader_is_no_producer_s_business(start_cluster):
    cluster = start_cluster(3)
    make_topic(cluster.bootstrap, TOPIC, PARTITIONS)
    with SteadyLoad(cluster.bootstrap, TOPIC) as load:
        load.wait_for(RECORDS_BETWEEN_FAULTS)
        ((busiest, _),) = Counter(leaders(cluster.bootstrap, TOPIC).values()).most_common(1)
        cluster.kill(busiest)
        load.wait_for(RECORDS_BETWEEN_FAULTS)
        cluster.restart_ended()
        load.wait_for(RECORDS_BETWEEN_FAULTS)
    load.check()
    wait_until_whole(cluster)
    assert not cluster.unexpected_log_lines()


def test_nodes_die_one_after_the_other_under_load(start_cluster):
    cluster = start_cluster(3)
    make_topic(cluster.bootstrap, TOPIC, PARTITIONS)
    with SteadyLoad(cluster.bootstrap, TOPIC) as load:
        for node in (0, 1, 2):
            load.wait_for(RECORDS_BETWEEN_FAULTS // 2)
            cluster.kill(node)
            cluster.restart_ended()
            wait_until_whole(cluster)
    load.check()
    assert not cluster.unexpected_log_lines()
