"""What an operator does to the running cluster: rolls that fail and go on, an upgrade, a removal.

The tests run in the order of this file, on the hosts of test_main_job.py; the last one leaves them
bare.
"""

from __future__ import annotations

import json
import subprocess
from contextlib import contextmanager

import pytest
import steadyload
from confluent_kafka.admin import AdminClient
from singlehost import newest_package

pytestmark = [pytest.mark.hosts, pytest.mark.timeout(2400)]
RATE = 200
UPGRADED = "upgraded"
MARK = "/var/cache/headrace-install/roll-in-progress"
DROP_IN = "/etc/systemd/system/headrace.service.d"
GONE = ("/etc/headrace", "/opt/headrace", "/usr/bin/headrace", "/var/cache/headrace-install")
IMPATIENT = "--extra-vars=headrace_roll_health_timeout_seconds=6"
UNREADY = "--extra-vars=headrace_bootstrap_timeout_seconds=10"


def marked(hosts) -> list[str]:
    return [name for name in hosts.names if hosts.exists(name, MARK)]


def versions(hosts) -> list[str]:
    show = "dpkg-query --show --showformat='${Version}' headrace"
    return [hosts.run(name, show) for name in hosts.names]


@contextmanager
def unable_to_start(hosts, host):
    """The broker of this host fails whenever it is started."""
    hosts.run(host, f"mkdir {DROP_IN}")
    unit = r"printf '[Service]\nExecStartPre=/bin/false\nRestart=no\n'"
    hosts.run(host, f"{unit} > {DROP_IN}/broken.conf && systemctl daemon-reload")
    try:
        yield
    finally:
        hosts.run(host, f"rm -r {DROP_IN} && systemctl daemon-reload")


@pytest.fixture(scope="module")
def newer(tmp_path_factory):
    """The package under a later version, with a file that the one before does not have."""
    folder = tmp_path_factory.mktemp("package")
    tree, old = folder / "tree", newest_package()
    subprocess.run(["dpkg-deb", "--raw-extract", str(old), str(tree)], check=True)
    control = tree / "DEBIAN/control"
    text = control.read_text()
    version = next(line.split()[1] for line in text.splitlines() if line.startswith("Version:"))
    control.write_text(text.replace(f"Version: {version}", f"Version: {version}+later"))
    (tree / "opt/headrace/later").touch()
    package = folder / old.name.replace(version, f"{version}+later")
    build = ["dpkg-deb", "-Zgzip", "-z1", "--build", str(tree), str(package)]
    subprocess.run(build, check=True, capture_output=True)
    return f"{version}+later", package


def test_a_roll_does_not_begin_while_a_node_is_down(hosts):
    started, down = hosts.started(), hosts.names[1]
    hosts.run(down, "systemctl stop headrace.service")
    try:
        done = hosts.play("roll-restart.yml", IMPATIENT).must_fail()
        assert f"fatal: [{down}]" in done.said
        others = f"--limit=headrace:!{down}"
        done = hosts.play("roll-restart.yml", IMPATIENT, others).must_fail()
        assert "the cluster is not healthy after 6 s" in done.said
        assert "nodes_down" in done.said
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
    admin = AdminClient({"bootstrap.servers": hosts.bootstrap})
    admin.delete_topics(["single"])["single"].result(60)


def test_a_roll_that_broke_off_is_taken_up_where_it_stopped(hosts):
    """The last host of the inventory fails, so that those before it wait for it to come first."""
    steadyload.make_topic(hosts.bootstrap, "broken", 6)
    hosts.wait_healthy()
    broken, started = hosts.names[-1], hosts.started()
    config = '--extra-vars={"headrace_tuners": {"tune_aio_events": false}}'
    with steadyload.SteadyLoad(hosts.bootstrap, "broken", RATE) as load:
        load.wait_for(RATE)
        with unable_to_start(hosts, broken):
            done = hosts.play("roll-restart.yml", f"--limit={broken}").must_fail()
            assert f'{broken}: "Start the broker" failed' in done.said
            assert "left as it is, in maintenance mode" in done.said
            assert marked(hosts) == [broken]
            load.wait_for(RATE)

            # With the cause still there nothing else is touched, although all have work to do.
            done = hosts.play("site.yml", config, UNREADY).must_fail()
            assert "the broker is not ready after 10 s" in done.said
            others = {node["id"] for node in hosts.cluster["nodes"] if node["host"] != broken}
            assert {node: hosts.started()[node] for node in others}.items() <= started.items()
            load.wait_for(RATE)
        done = hosts.play("site.yml", config).must_pass()
        assert "an earlier roll broke off here" in done.said
        load.wait_for(RATE)
    again = hosts.started()
    assert all(again[node] != started[node] for node in started)
    assert marked(hosts) == []
    assert hosts.wait_healthy()["nodes_in_maintenance"] == []
    for name in hosts.names:
        shown = hosts.run(name, "headrace config print --format json")
        assert json.loads(shown)["tuner"]["tune_aio_events"] is False
    load.check()


def test_an_upgrade_takes_one_node_at_a_time_and_fails_no_produce(hosts, newer):
    version, package = newer
    use = f"--extra-vars=headrace_package_file={package}"
    steadyload.make_topic(hosts.bootstrap, UPGRADED, 6)
    hosts.wait_healthy()
    before = hosts.started()
    with steadyload.SteadyLoad(hosts.bootstrap, UPGRADED, RATE) as load:
        load.wait_for(RATE)
        done = hosts.play("site.yml", use).must_pass()
        load.wait_for(RATE)
    assert done.said.count("the package differs, the configuration differs") == len(hosts.names)
    assert versions(hosts) == [version] * len(hosts.names)
    for name in hosts.names:
        assert hosts.exists(name, "/opt/headrace/later")
    again = hosts.started()
    assert all(again[node] != before[node] for node in before)
    load.check()
    assert hosts.play("site.yml", use).must_pass().changed == dict.fromkeys(hosts.names, 0)


def test_removing_asks_for_the_name_and_keeps_the_data(hosts):
    kept = steadyload.read_topic(hosts.bootstrap, UPGRADED)
    assert kept
    done = hosts.play("remove.yml").must_fail()
    assert "-e headrace_remove_confirm=e2e" in done.said
    confirm = "--extra-vars=headrace_remove_confirm=e2e"
    hosts.play("remove.yml", confirm, "--check").must_pass()
    assert hosts.wait_healthy()
    hosts.play("remove.yml", confirm).must_pass()
    for name in hosts.names:
        assert not hosts.exists(name, "/usr/bin/headrace")
        assert hosts.processes(name) == []
    # The package of before: a removed host has none to compare with, and takes what it is given.
    hosts.play("site.yml").must_pass()
    hosts.wait_healthy()
    assert steadyload.read_topic(hosts.bootstrap, UPGRADED) == kept


def test_removing_with_the_data_leaves_bare_hosts(hosts):
    confirm = "--extra-vars=headrace_remove_confirm=e2e"
    hosts.play("remove.yml", confirm, "--extra-vars=headrace_remove_data=true").must_pass()
    for name in hosts.names:
        assert [path for path in GONE if hosts.exists(name, path)] == []
        # The data disk stays mounted, with nothing on it.
        assert hosts.run(name, "find /var/lib/headrace -mindepth 1") == ""
        assert hosts.run(name, "find /etc/systemd -name 'headrace*'") == ""
        assert hosts.processes(name) == []
    assert hosts.play("remove.yml", confirm).must_pass().changed == dict.fromkeys(hosts.names, 0)
