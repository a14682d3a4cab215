"""The cluster that `make up` makes, for the tests of the main job."""

from __future__ import annotations

import json
import os
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from playbooks import Played, play

from headrace_infra.local import podman

ROOT = Path(__file__).parents[2]
UP_TIMEOUT_SECONDS = 1800
HEALTH_TIMEOUT_SECONDS = 180


@dataclass
class Hosts:
    """What `make up` wrote down, and ways to ask the cluster."""

    cluster: dict[str, Any]

    @property
    def bootstrap(self) -> str:
        return self.cluster["bootstrap"]

    @property
    def names(self) -> list[str]:
        return [node["host"] for node in self.cluster["nodes"]]

    def play(self, playbook: str, *options: str) -> Played:
        """Runs one of our playbooks on the hosts."""
        return play(playbook, ROOT / "inventories/e2e/hosts.yml", *options)

    def run(self, host: str, command: str) -> str:
        """What a shell command printed on a host; it must succeed."""
        return podman.exec_in(host, ["sh", "-c", command])

    def shell(self, command: str) -> str:
        """What a command of README printed here; it must succeed."""
        own = command.replace("inventories/local/", "inventories/e2e/")
        own = own.replace(" hr-a1 ", f" {self.names[0]} ")
        done = subprocess.run(
            ["bash", "-c", own], check=False, cwd=ROOT, capture_output=True, text=True, timeout=120
        )
        assert done.returncode == 0, f"{own}: {done.stdout}{done.stderr}"
        return done.stdout

    def exists(self, host: str, path: str) -> bool:
        return self.run(host, f"if test -e {path}; then echo yes; fi") != ""

    def processes(self, host: str) -> list[str]:
        """The processes of the package's user, which outlives the package."""
        user = self.run(host, "id --user headrace").strip()
        # 1 says that there are none; with anything else it could not tell.
        return self.run(host, f"pgrep --uid {user} || test $? = 1").split()

    def started(self) -> dict[int, str]:
        """When each node's process began."""
        return {node["node_id"]: node["started_at"] for node in self.admin("/v1/brokers")}

    def node(self, node_id: int) -> dict[str, Any]:
        return next(node for node in self.cluster["nodes"] if node["id"] == node_id)

    def admin(self, path: str) -> Any:
        """The first answer of a node that is up."""
        for node in self.cluster["nodes"]:
            try:
                answer = httpx.get(f"http://{node['admin']}{path}", timeout=5)
            except httpx.TransportError:
                continue
            if answer.status_code == 200:
                return answer.json()
        raise AssertionError(f"no node answers GET {path}")

    def wait_healthy(self) -> dict[str, Any]:
        deadline = time.monotonic() + HEALTH_TIMEOUT_SECONDS
        while True:
            health = self.admin("/v1/cluster/health_overview")
            if health["is_healthy"] and not health["under_replicated_partitions"]:
                return health
            assert time.monotonic() < deadline, health
            time.sleep(1)

    def busiest_node(self, topic: str) -> int:
        """The id of the node that leads most partitions of a topic."""
        partitions = [p for p in self.admin("/v1/partitions") if p["topic"] == topic]
        leaders = [p["leader_id"] for p in partitions]
        return max(set(leaders), key=leaders.count)


def make(target: str) -> None:
    done = subprocess.run(
        ["make", "--no-print-directory", target],
        check=False,
        cwd=ROOT,
        env={**os.environ, "HEADRACE_STACK": "e2e"},
        capture_output=True,
        text=True,
        timeout=UP_TIMEOUT_SECONDS,
    )
    assert done.returncode == 0, f"make {target}:\n{done.stdout[-4000:]}\n{done.stderr[-4000:]}"


@pytest.fixture(scope="session")
def hosts():
    make("up")
    try:
        yield Hosts(json.loads((ROOT / "inventories/e2e/cluster.json").read_text()))
    finally:
        make("down")
