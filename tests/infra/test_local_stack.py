"""A real `pulumi up` of local hosts: made, unchanged, repaired, removed without a trace."""

from __future__ import annotations

import json
import stat
import subprocess
from pathlib import Path

import pytest

from headrace_infra import down, engine, inventory, outputs, paths, stacks
from headrace_infra.local import image, podman

STACK = "infratest"
NAMES = ["infratest-a1", "infratest-b1", "infratest-c1"]
pytestmark = [pytest.mark.hosts, pytest.mark.timeout(1800)]


@pytest.fixture(scope="module")
def stack(tmp_path_factory):
    inventory_directory = tmp_path_factory.mktemp("inventory")
    down.down(STACK, inventory_directory)
    machines = engine.Engine(STACK)
    machines.up()
    try:
        yield machines
    finally:
        down.down(STACK, inventory_directory)
        assert not paths.stack_directory(STACK).exists()


@pytest.fixture(scope="module")
def found(stack) -> outputs.Outputs:
    return stack.outputs()


def ssh(directory: Path, found: outputs.Outputs, number: int, command: str) -> str:
    """Runs a command on a host as an operator would, with the keys pinned."""
    inventory.write(found, directory)
    done = subprocess.run(
        [
            "ssh", "-F", str(directory / "ssh_config"), "-o", "BatchMode=yes",
            "-o", "ConnectTimeout=20", found.nodes[number].name, command,
        ],
        check=False, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, f"{command}: {done.stderr}"
    return done.stdout.strip()


def test_outputs_name_the_hosts_with_their_racks(found):
    assert [node.name for node in found.nodes] == NAMES
    assert [node.rack for node in found.nodes] == ["a", "b", "c"]
    assert found.target == "local"
    assert found.network.cidr == str(stacks.network_of(STACK))


def test_each_host_runs_systemd_and_lets_its_key_in(found, tmp_path):
    for number, name in enumerate(NAMES):
        assert ssh(tmp_path, found, number, "hostname") == name
        assert ssh(tmp_path, found, number, "sudo id -u") == "0"
        assert ssh(tmp_path, found, number, "systemctl is-system-running") == "running"


def test_hosts_reach_each_other_by_address_and_have_their_own_keys(found, tmp_path):
    other = found.nodes[1].address
    command = f"python3 -c 'import socket; print(socket.create_connection((\"{other}\", 22), 10))'"
    assert other in ssh(tmp_path, found, 0, command)
    assert len({node.host_key for node in found.nodes}) == 3
    identities = {ssh(tmp_path, found, number, "cat /etc/machine-id") for number in range(3)}
    assert len(identities) == 3


def test_the_private_key_is_its_owner_s_alone_and_not_in_the_checkout(found):
    key = Path(str(found.access.private_key_file))
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert not key.is_relative_to(paths.CHECKOUT)


@pytest.mark.usefixtures("stack")
def test_the_state_holds_no_private_key(found):
    exported = subprocess.run(
        ["pulumi", "stack", "export", "--stack", STACK],
        check=True, capture_output=True, text=True, timeout=120,
        cwd=paths.PROJECT_DIRECTORY, env=engine.environment(),
    ).stdout  # fmt: skip
    secret = Path(str(found.access.private_key_file)).read_text().splitlines()[1]
    assert json.loads(exported)["deployment"]["resources"]
    assert secret not in exported


def test_a_second_run_changes_nothing(stack):
    stack.expect_no_changes()


def test_a_host_that_was_stopped_is_started_again_with_its_disk(stack, found, tmp_path):
    ssh(tmp_path, found, 0, "echo kept | sudo tee /var/lib/headrace/mark")
    podman.run("kill", NAMES[0])
    with pytest.raises(engine.EngineError):
        stack.expect_no_changes()
    stack.up()
    assert stack.outputs() == found
    assert ssh(tmp_path, found, 0, "cat /var/lib/headrace/mark") == "kept"


def test_a_host_that_is_gone_is_made_again_and_finds_its_disk(stack, found, tmp_path):
    ssh(tmp_path, found, 1, "echo kept | sudo tee /var/lib/headrace/mark")
    podman.run("rm", "--force", NAMES[1])
    stack.up()
    again = stack.outputs()
    assert again.nodes[1].address == found.nodes[1].address
    assert ssh(tmp_path, again, 1, "cat /var/lib/headrace/mark") == "kept"
    stack.expect_no_changes()


def test_destroy_leaves_nothing_but_somebody_else_s(stack):
    stranger = "infratest-stranger"
    podman.run("volume", "create", stranger)
    key = Path(str(stack.outputs().access.private_key_file))
    try:
        stack.destroy()
        assert not any(podman.inspect("container", name) for name in NAMES)
        assert not any(podman.inspect("volume", f"{name}-data") for name in NAMES)
        assert podman.inspect("network", STACK) is None
        assert not key.exists()
        assert not stack.exists()
        assert podman.inspect("volume", stranger) is not None
    finally:
        podman.run("volume", "rm", stranger)


def test_a_stranger_s_container_stops_the_run_and_survives_it(stack):
    podman.run("create", "--name", NAMES[0], image.ensure(image.Recipe()), "/bin/true")
    try:
        with pytest.raises(engine.EngineError):
            stack.up()
        assert podman.inspect("container", NAMES[0]) is not None
    finally:
        podman.run("rm", "--force", NAMES[0])
        stack.destroy()
