"""Package, user, units, ports, configuration, tuning, health, and a record there and back."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

PORTS = {"kafka": 9092, "rpc": 33145, "admin": 9644}
REPORT = "/run/headrace-tuner/report.json"
TOPIC = "headrace-verify"

pytestmark = pytest.mark.timeout(600)


def test_the_wanted_package_is_installed(host, wanted):
    package = host.package("headrace")
    assert package.is_installed
    name = Path(wanted["headrace_package_file"]).name
    assert name.startswith(f"headrace_{package.version}_")


def test_the_program_says_its_version(host, cli):
    assert host.package("headrace").version.startswith(cli("version")["version"])


def test_the_user_cannot_log_in(host):
    user = host.user("headrace")
    assert user.exists
    assert user.shell.endswith(("nologin", "false"))
    assert user.uid < 1000
    assert host.file("/etc/shadow").contains(r"^headrace:[!*]")


@pytest.mark.parametrize("unit", ["headrace", "headrace-tuner"])
def test_units_run_now_and_at_every_boot(host, unit):
    service = host.service(unit)
    assert service.is_enabled
    assert service.is_running


def test_the_broker_is_not_root(host):
    pid = host.service("headrace").systemd_properties["MainPID"]
    status = host.file(f"/proc/{pid}/status").content_string
    uids = re.search(r"^Uid:\s+(\d+)\s+(\d+)", status, re.MULTILINE)
    assert uids is not None
    assert {int(uid) for uid in uids.groups()} == {host.user("headrace").uid}


@pytest.mark.parametrize("name", PORTS)
def test_ports_listen_on_the_advertised_address_only(host, address, name):
    port = PORTS[name]
    assert host.socket(f"tcp://{address}:{port}").is_listening
    assert not host.socket(f"tcp://127.0.0.1:{port}").is_listening


def test_the_broker_listens_on_no_other_port(host):
    uid = host.user("headrace").uid
    lines = host.check_output("ss --listening --tcp --numeric --no-header --extended").splitlines()
    ours = [line for line in lines if f" uid:{uid} " in f"{line} "]
    assert {int(line.split()[3].rsplit(":", 1)[1]) for line in ours} == set(PORTS.values())


def test_the_configuration_is_readable_by_the_broker_only(host):
    file = host.file("/etc/headrace/headrace.yaml")
    assert (file.user, file.group, file.mode) == ("root", "headrace", 0o640)


def test_the_configuration_is_that_of_a_production_cluster(cli, wanted, address):
    assert cli("config lint")["valid"] is True
    settings = cli("config print")["headrace"]
    assert settings["developer_mode"] is False
    assert settings["empty_seed_starts_cluster"] is False
    assert settings["rack"] == wanted["headrace_rack"]
    assert len(settings["seed_servers"]) == len(wanted["headrace_seeds"])
    assert settings["advertised_rpc_api"]["address"] == address
    assert settings["advertised_kafka_api"][0]["address"] == address


def test_data_belongs_to_the_broker(host):
    directory = host.file("/var/lib/headrace")
    assert directory.user == "headrace"
    assert directory.mode & 0o007 == 0
    assert host.file("/var/lib/headrace/data").is_directory


def test_the_tuner_did_what_this_host_allows(host):
    report = json.loads(host.file(REPORT).content_string)
    assert report["ok"] is True
    assert report["mode"] == "production"
    states = {tuner["name"]: tuner["state"] for tuner in report["tuners"]}
    assert set(states.values()) <= {"tuned", "unsupported"}, states
    assert {"file_limits", "network", "swappiness"} <= set(states)


def test_kernel_settings_are_what_the_report_says(host):
    report = json.loads(host.file(REPORT).content_string)
    items = [item for tuner in report["tuners"] for item in tuner["items"]]
    read = [item for item in items if str(item["target"]).startswith("/proc/sys/")]
    assert read
    for item in read:
        now = host.run(f"cat {item['target']}")
        if now.rc == 0 and item["state"] == "tuned":
            assert now.stdout.split() == str(item["current"]).split(), item


def test_the_cluster_is_healthy_and_complete(cli, wanted):
    health = cli("cluster health")
    assert health["is_healthy"] is True
    assert health["nodes_down"] == []
    assert health["under_replicated_count"] == 0
    assert health["nodes_in_maintenance"] == []
    assert len(health["all_nodes"]) == len(wanted["groups"]["headrace"])


def test_the_node_is_known_by_its_rack_and_address(cli, wanted, address):
    nodes = cli("cluster info")["nodes"]
    (own,) = [node for node in nodes if node["internal_rpc_address"] == address]
    assert own["is_alive"] is True
    assert own["rack"] == wanted["headrace_rack"]


def test_a_record_comes_back(cli, host):
    text = f"seen from {host.check_output('hostname')} at {host.check_output('date +%s%N')}"
    place = cli(f"topic produce {TOPIC} --acks all --timeout 60", stdin=text)
    read = cli(
        f"topic consume {TOPIC} --partition {place['partition']} --offset {place['offset']} --num 1"
    )
    assert read["value"] == text
    assert read["offset"] == place["offset"]


def test_topics_have_three_replicas_in_different_racks(cli, wanted):
    racks = {node["node_id"]: node["rack"] for node in cli("cluster info")["nodes"]}
    for partition in cli(f"topic describe {TOPIC}")["partitions"]:
        assert len({racks[node] for node in partition["replicas"]}) == len(set(racks.values()))
        assert sorted(partition["in_sync"]) == sorted(partition["replicas"])
    assert len(racks) == len(wanted["groups"]["headrace"])
