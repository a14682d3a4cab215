"""Rolls of the running cluster that must not begin, on the hosts of test_main_job.py."""

from __future__ import annotations

import pytest
import steadyload

pytestmark = [pytest.mark.hosts, pytest.mark.timeout(2400)]
MARK = "/var/cache/headrace-install/roll-in-progress"
IMPATIENT = "--extra-vars=headrace_roll_health_timeout_seconds=6"


def marked(hosts) -> list[str]:
    return [name for name in hosts.names if hosts.run(name, f"test -e {MARK} && echo yes || true")]


def test_a_roll_does_not_begin_while_a_node_is_down(hosts):
    started, down = hosts.started(), hosts.names[1]
    hosts.run(down, "systemctl stop headrace.service")
    try:
        hosts.play("roll-restart.yml", IMPATIENT).must_fail()
    finally:
        hosts.run(down, "systemctl start headrace.service")
    hosts.wait_healthy()
    changed = {node for node, since in hosts.started().items() if since != started[node]}
    assert [hosts.node(node)["host"] for node in changed] == [down]
    assert marked(hosts) == []


def test_a_roll_refuses_to_take_a_partition_away_unless_its_topic_is_accepted(hosts):
    steadyload.make_topic(hosts.bootstrap, "single", 1, replicas=1)
    hosts.wait_healthy()
    leader = steadyload.leaders(hosts.bootstrap, "single")[0]
    host, started = hosts.node(leader)["host"], hosts.started()
    done = hosts.play("roll-restart.yml", f"--limit={host}", IMPATIENT).must_fail()
    assert "would make 1 partitions unavailable: kafka/single/0" in done.said
    assert "The node was not touched." in done.said
    assert hosts.started() == started
    assert hosts.wait_healthy()["nodes_in_maintenance"] == []
    accepted = '--extra-vars={"headrace_roll_accept_unavailable_topics": ["single"]}'
    hosts.play("roll-restart.yml", f"--limit={host}", accepted).must_pass()
    again = hosts.started()
    assert {node for node in again if again[node] != started[node]} == {leader}
