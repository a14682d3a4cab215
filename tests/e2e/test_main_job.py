"""The main job on three systemd hosts: made by Pulumi, installed by Ansible, used by clients.

The tests run in the order of this file and share the hosts of one `make up`.
"""

from __future__ import annotations

from pathlib import Path

import flights
import pytest
import steadyload

from headrace_infra.local import podman

pytestmark = [pytest.mark.hosts, pytest.mark.timeout(2400)]
ROOT = Path(__file__).parents[2]
FLIGHTS = 336_776
# Records a second while nodes are restarted: the load must last longer than that.
ROLL_RATE = 200


def test_three_hosts_form_one_healthy_cluster(hosts):
    health = hosts.wait_healthy()
    assert sorted(health["all_nodes"]) == sorted(node["id"] for node in hosts.cluster["nodes"])
    assert len(hosts.cluster["nodes"]) == 3


def test_the_commands_of_the_readme_work(hosts):
    """By the file that `make up` wrote for ssh, as a newcomer would."""
    text = (ROOT / "README.md").read_text()
    commands = [line[2:] for line in text.splitlines() if line.startswith("$ ssh -F inventories/")]
    printed = [hosts.shell(each.replace("flights", "readme")) for each in commands]
    assert len(printed) == 2
    assert "readme" in printed[0]
    assert "healthy" in printed[1]


def test_flights_survive_the_loss_of_the_busiest_host(hosts):
    steadyload.make_topic(hosts.bootstrap, "flights", 12)
    hosts.wait_healthy()
    killed: list[str] = []

    def kill_the_busiest() -> None:
        node = hosts.node(hosts.busiest_node("flights"))
        podman.run("kill", node["host"])
        killed.append(node["host"])

    sent = flights.produce(
        hosts.bootstrap, "flights", flights.records(), after={100_000: kill_the_busiest}
    )
    assert killed
    assert sent.count == FLIGHTS

    reader = flights.GroupReader(hosts.bootstrap, "flights", "flights-readers")
    reader.read(FLIGHTS)
    assert reader.seen.count == FLIGHTS
    assert len(reader.places) == FLIGHTS
    assert reader.seen.result() == sent.result()
    assert len(reader.members) == flights.GROUP_SIZE, "every member of the group took a part"

    podman.run(*podman.runtime_options(), "start", killed[0])
    health = hosts.wait_healthy()
    assert not health["nodes_down"]


def test_a_second_run_changes_nothing(hosts):
    assert hosts.play("site.yml").must_pass().changed == dict.fromkeys(hosts.names, 0)


def test_check_mode_finds_nothing_to_do_on_a_live_cluster(hosts):
    started = hosts.started()
    done = hosts.play("site.yml", "--check").must_pass()
    assert done.changed == dict.fromkeys(hosts.names, 0)
    assert hosts.started() == started


def test_a_rolling_restart_under_load_fails_no_produce(hosts):
    steadyload.make_topic(hosts.bootstrap, "rolled", 6)
    hosts.wait_healthy()
    started = hosts.started()
    with steadyload.SteadyLoad(hosts.bootstrap, "rolled", ROLL_RATE) as load:
        load.wait_for(ROLL_RATE)
        hosts.play("roll-restart.yml").must_pass()
        load.wait_for(ROLL_RATE)
    hosts.wait_healthy()
    again = hosts.started()
    assert all(again[node] != started[node] for node in started), "every node was restarted"
    load.check()
