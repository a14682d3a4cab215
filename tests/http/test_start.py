"""A node by hand: what systemd hears, how it stops, what it leaves behind."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest
import yaml
from freeport import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
START_SECONDS = 120
STOP_SECONDS = 60


class Node:
    """A configuration file, a notify socket, and the process of the moment."""

    def __init__(self, folder: Path) -> None:
        self.admin = free_port()
        self.config = folder / "headrace.yaml"
        settings = {
            "data_directory": str(folder / "data"),
            "rpc_server": {"address": "127.0.0.1", "port": free_port()},
            "kafka_api": [{"name": "a", "address": "127.0.0.1", "port": free_port()}],
            "admin": {"address": "127.0.0.1", "port": self.admin},
            "developer_mode": True,
            "journal_bytes": 1 << 20,
        }
        self.config.write_text(yaml.safe_dump({"headrace": settings}))
        self.log = folder / "log"
        self.systemd = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.systemd.bind(str(folder / "notify"))
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        env = {
            **os.environ,
            "PYTHONPATH": str(ROOT / "broker"),
            "NOTIFY_SOCKET": str(self.systemd.getsockname()),
            "WATCHDOG_USEC": "1000000",
        }
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "headrace", "start", "--config", str(self.config)],
                env=env,
                stdout=log,
                stderr=log,
            )

    def hears(self, mark: str, seconds: float) -> list[str]:
        """Messages to systemd up to the first that has `mark`."""
        heard = []
        deadline = time.monotonic() + seconds
        while True:
            self.systemd.settimeout(max(0.1, deadline - time.monotonic()))
            try:
                heard.append(self.systemd.recv(4096).decode())
            except TimeoutError:
                pytest.fail(f"no {mark} in {heard}; log:\n{self.log.read_text()}")
            if mark in heard[-1]:
                return heard

    def get(self, path: str) -> httpx.Response:
        return httpx.get(f"http://127.0.0.1:{self.admin}{path}", timeout=10)

    def wait(self) -> int:
        assert self.process is not None
        return self.process.wait(STOP_SECONDS)


@pytest.fixture
def node(tmp_path) -> Iterator[Node]:
    made = Node(tmp_path)
    yield made
    made.systemd.close()
    if made.process is not None and made.process.poll() is None:
        made.process.kill()
        made.process.wait(STOP_SECONDS)
    text = made.log.read_text()
    assert "Traceback" not in text, text
    assert " ERROR " not in text, text


def test_a_life_as_systemd_sees_it(node):
    node.start()
    heard = node.hears("READY=1", START_SECONDS)
    assert heard[0].startswith("STATUS=opening the data folder")
    assert "STATUS=node 0 serves" in heard[-1]
    assert node.get("/v1/status/ready").status_code == 200
    assert "\nheadrace_ready 1\n" in node.get("/metrics").text
    node.hears("WATCHDOG=1", 10)
    uuid = node.get("/v1/cluster/uuid").json()
    node.process.send_signal(signal.SIGTERM)
    node.hears("STOPPING=1", 10)
    assert node.wait() == 0
    # the same node of the same cluster comes back, and Ctrl-C stops it as well
    node.start()
    node.hears("READY=1", START_SECONDS)
    assert node.get("/v1/cluster/uuid").json() == uuid
    node.process.send_signal(signal.SIGINT)
    assert node.wait() == 0
    assert node.log.read_text().rstrip().endswith("headrace.node: stopped")


def test_an_impatient_operator(node):
    node.start()
    node.hears("READY=1", START_SECONDS)
    for _ in range(3):
        node.process.send_signal(signal.SIGTERM)
        time.sleep(0.01)
    assert node.wait() == 0


def test_a_stop_while_it_waits_for_its_cluster(node):
    """A seed that never answers keeps a node from being ready, not from being stopped."""
    config = yaml.safe_load(node.config.read_text())
    rpc = config["headrace"]["rpc_server"]
    config["headrace"]["seed_servers"] = [
        {"host": "127.0.0.1", "port": rpc["port"]},
        {"host": "127.0.0.1", "port": free_port()},
    ]
    config["headrace"]["empty_seed_starts_cluster"] = False
    node.config.write_text(yaml.safe_dump(config))
    node.start()
    heard = node.hears("no cluster was found yet", START_SECONDS)
    assert heard[-1].startswith("STATUS="), "systemctl status tells the operator why"
    answer = node.get("/v1/status/ready")
    assert (answer.status_code, answer.json()) == (503, {"status": "starting"})
    assert node.get("/v1/cluster/uuid").status_code == 503
    health = node.get("/v1/cluster/health_overview").json()
    assert "no_elected_controller" in health["unhealthy_reasons"]
    node.process.send_signal(signal.SIGTERM)
    assert node.wait() == 0
