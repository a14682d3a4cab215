"""The inventory that is written from outputs, read back by Ansible itself."""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from exported import EXPORTED

from headrace_infra import inventory, outputs

ROOT = Path(__file__).resolve().parents[2]
LOCAL = outputs.parse(EXPORTED)
AWS = outputs.parse(
    {
        **EXPORTED,
        "target": "aws",
        "nodes": [
            {**node, "host_key": None, "ssh_host": f"i-0{number}", "volume_ids": [f"vol-0{number}"]}
            for number, node in enumerate(EXPORTED["nodes"])
        ],
        "access": {
            "method": "ssm",
            "user": "admin",
            "private_key_file": None,
            "region": "eu-central-1",
        },
    }
)


def as_ansible_sees_it(hosts: Path) -> dict:
    program = Path(sys.executable).with_name("ansible-inventory")
    done = subprocess.run(
        [str(program), "--inventory", str(hosts), "--list"],
        check=True,
        capture_output=True,
        text=True,
        env={"ANSIBLE_CONFIG": str(ROOT / "ansible/ansible.cfg"), "PATH": "/usr/bin:/bin"},
    )
    return json.loads(done.stdout)


@pytest.mark.parametrize("found", [LOCAL, AWS], ids=["local", "aws"])
def test_ansible_reads_what_is_written(found, tmp_path):
    package = tmp_path / "headrace_1.0.0_amd64.deb"
    hosts = inventory.write(found, tmp_path / "with blank", package)
    listed = as_ansible_sees_it(hosts)
    assert listed["headrace"]["hosts"] == ["hr-a1", "hr-b1", "hr-c1"]
    assert listed["headrace_seeds"]["hosts"] == ["hr-a1", "hr-b1", "hr-c1"]
    assert listed["rack_b"]["hosts"] == ["hr-b1"]
    facts = listed["_meta"]["hostvars"]["hr-b1"]
    assert facts["ansible_host"] == found.nodes[1].ssh_host
    assert facts["headrace_rack"] == "b"
    assert facts["headrace_advertised_address"] == "10.0.0.12"
    assert facts["headrace_seeds"] == ["hr-a1", "hr-b1", "hr-c1"]
    assert facts["headrace_package_file"] == str(package)
    assert facts["headrace_node_properties"]["min_insync_replicas"] == 2


def test_the_data_disk_on_aws_is_named_after_its_volume(tmp_path):
    facts = as_ansible_sees_it(inventory.write(AWS, tmp_path))["_meta"]["hostvars"]["hr-b1"]
    link = "/dev/disk/by-id/nvme-Amazon_Elastic_Block_Store_vol01"
    assert facts["headrace_data_device"] == link
    assert facts["headrace_data_mount"] == "/var/lib/headrace"
    local = as_ansible_sees_it(inventory.write(LOCAL, tmp_path))["_meta"]["hostvars"]["hr-b1"]
    assert "headrace_data_device" not in local


def test_known_hosts_pins_each_host_s_key(tmp_path):
    inventory.write(LOCAL, tmp_path)
    lines = (tmp_path / "known_hosts").read_text().splitlines()
    assert lines == [f"10.0.0.1{n} ssh-ed25519 KEY{z}" for n, z in ((1, "a"), (2, "b"), (3, "c"))]


def as_ssh_sees_it(folder: Path, host: str) -> dict[str, str]:
    """What ssh makes of the written file for a host, by ssh's lower-case names."""
    done = subprocess.run(
        ["ssh", "-G", "-F", str(folder / "ssh_config"), host],
        check=True,
        capture_output=True,
        text=True,
    )
    return dict(line.split(" ", 1) for line in done.stdout.splitlines() if " " in line)


@pytest.mark.parametrize("asked", ["hr-b1", "10.0.0.12"])
def test_ssh_reaches_a_host_by_its_name(tmp_path, asked):
    folder = tmp_path / "50% of a name"
    hosts = inventory.write(LOCAL, folder)
    options = as_ssh_sees_it(folder, asked)
    assert options["hostname"] == "10.0.0.12"
    assert options["user"] == LOCAL.access.user
    assert options["identityfile"] == LOCAL.access.private_key_file
    assert options["identitiesonly"] == "yes"
    assert options["stricthostkeychecking"] == "true"
    assert options["userknownhostsfile"] == str(folder / "known_hosts")
    arguments = yaml.safe_load(hosts.read_text())["all"]["vars"]["ansible_ssh_common_args"]
    assert shlex.split(arguments) == ["-F", str(folder / "ssh_config")]


def test_ssh_goes_through_a_session_on_aws(tmp_path):
    variables = yaml.safe_load(inventory.write(AWS, tmp_path).read_text())["all"]["vars"]
    options = as_ssh_sees_it(tmp_path, "hr-b1")
    assert options["hostname"] == "i-01"
    assert "aws ssm start-session --target %h" in options["proxycommand"]
    assert options["proxycommand"].endswith("--region eu-central-1")
    assert options["stricthostkeychecking"] == "accept-new"
    assert "ansible_ssh_private_key_file" not in variables
    assert not (tmp_path / "known_hosts").exists()


def test_cluster_json_has_the_shape_of_dev_up(tmp_path):
    path = inventory.write_cluster(LOCAL, {"hr-a1": 0, "hr-b1": 1, "hr-c1": 2}, tmp_path)
    written = json.loads(path.read_text())
    assert written["bootstrap"] == EXPORTED["bootstrap"]
    assert [node["id"] for node in written["nodes"]] == [0, 1, 2]
    contract = {"id", "kafka", "admin", "registry", "proxy", "console", "pid", "dir"}
    assert all(contract <= set(node) for node in written["nodes"])
    assert written["nodes"][1]["admin"] == "10.0.0.12:9644"
    assert written["nodes"][1]["host"] == "hr-b1"


def test_a_host_that_the_cluster_does_not_know_is_an_error():
    with pytest.raises(ValueError, match="hr-c1"):
        inventory.cluster(LOCAL, {"hr-a1": 0, "hr-b1": 1})


def test_remove_takes_its_own_files_only(tmp_path):
    directory = tmp_path / "made"
    inventory.write(LOCAL, directory)
    inventory.write_cluster(LOCAL, {"hr-a1": 0, "hr-b1": 1, "hr-c1": 2}, directory)
    (directory / "README.md").write_text("mine")
    inventory.remove(directory)
    assert [path.name for path in directory.iterdir()] == ["README.md"]
    (directory / "README.md").unlink()
    inventory.remove(directory)
    assert not directory.exists()
    inventory.remove(directory)


def test_cluster_json_beside_hosts_yml_is_no_inventory(tmp_path):
    inventory.write(LOCAL, tmp_path)
    inventory.write_cluster(LOCAL, {"hr-a1": 0, "hr-b1": 1, "hr-c1": 2}, tmp_path)
    listed = as_ansible_sees_it(tmp_path)
    assert sorted(listed["_meta"]["hostvars"]) == ["hr-a1", "hr-b1", "hr-c1"]
    assert set(listed["all"]["children"]) <= {
        "headrace",
        "headrace_seeds",
        "rack_a",
        "rack_b",
        "rack_c",
        "ungrouped",
    }
