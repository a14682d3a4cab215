"""Mistakes of whoever runs a node: each is refused with a sentence that names what to change."""

from __future__ import annotations

import shutil
import socket
from pathlib import Path

import pytest
from nodeprocess import start_and_expect_end

USAGE = 2


@pytest.fixture
def stopped_node(start_cluster) -> Path:
    """The folder of a node that has run alone and was stopped."""
    cluster = start_cluster(1)
    cluster.down()
    return Path(cluster.node(0)["dir"])


def replace(file: Path, old: str, new: str) -> None:
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new, 1))


def test_a_wrong_key_names_the_right_one(stopped_node):
    config = stopped_node / "headrace.yaml"
    replace(config, "data_directory:", "data_directry:")
    done = start_and_expect_end(config)
    assert done.returncode == USAGE
    assert "data_directry" in done.stderr
    assert "data_directory" in done.stderr
    assert "headrace.yaml" in done.stderr


@pytest.mark.parametrize(("role", "offset"), [("kafka_api", 0), ("rpc_server", 1), ("admin", 2)])
def test_a_port_in_use_is_named(start_cluster, role, offset):
    cluster = start_cluster(1)
    cluster.down()
    node = cluster.node(0)
    port = int(node["kafka"].rsplit(":", 1)[1]) + offset
    with socket.create_server(("127.0.0.1", port)):
        done = start_and_expect_end(Path(node["dir"]) / "headrace.yaml")
    assert done.returncode == 1, done.stderr
    assert str(port) in done.stderr, f"{role}: {done.stderr}"
    assert "in use" in done.stderr


def test_the_data_of_another_cluster_is_refused(start_cluster):
    ours, theirs = start_cluster(3), start_cluster(1)
    theirs.down()
    stranger = Path(theirs.node(0)["dir"]) / "data"
    cluster_before = {file.name for file in stranger.rglob("*")}
    ours.kill(2)
    home = Path(ours.node(2)["dir"]) / "data"
    kept = home.rename(home.with_name("kept"))
    shutil.copytree(stranger, home)
    done = start_and_expect_end(Path(ours.node(2)["dir"]) / "headrace.yaml")
    assert done.returncode == 1, done.stderr
    assert "cluster" in done.stderr
    assert str(home) in done.stderr
    assert {file.name for file in home.rglob("*")} == cluster_before, "nothing was touched"
    # with its own data the node comes back
    shutil.rmtree(home)
    kept.rename(home)
    ours.restart_ended()


def test_a_folder_that_a_running_node_uses_is_refused(start_cluster):
    cluster = start_cluster(1)
    folder = Path(cluster.node(0)["dir"])
    text = (folder / "headrace.yaml").read_text()
    copy = folder / "second.yaml"
    for role, offset in (("kafka", 0), ("rpc", 1), ("admin", 2)):
        port = int(cluster.node(0)["kafka"].rsplit(":", 1)[1]) + offset
        assert str(port) in text, role
        text = text.replace(str(port), str(port + 500))
    copy.write_text(text)
    done = start_and_expect_end(copy)
    assert done.returncode == 1
    assert "in use by another process" in done.stderr
    cluster.restart_ended()
