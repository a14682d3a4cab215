"""`docker compose`, as far as sarama's tests use it, for the nodes of a dev cluster.

compose.py FOLDER compose stop|start kafka-N
compose.py FOLDER compose logs --since TIME kafka-N    all that the node has logged
"""

from __future__ import annotations

import json
import os
import shlex
import signal
import sys
import time
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parents[1] / "fixtures"))

from devcluster import headrace  # noqa: E402

STOP_SECONDS = 60


def command_in(bin_folder: Path, cluster: Path) -> str:
    """Writes the command `docker` for this cluster; returns the PATH that finds it first."""
    bin_folder.mkdir()
    docker = bin_folder / "docker"
    words = shlex.join([sys.executable, str(HERE / "compose.py"), str(cluster)])
    docker.write_text(f'#!/bin/sh\nexec {words} "$@"\n', encoding="utf-8")
    docker.chmod(0o755)
    return f"{bin_folder}:{os.environ['PATH']}"


def main() -> None:
    """Carries out one of the commands that the tests use."""
    folder, compose, action, *_, service = sys.argv[1:]
    assert compose == "compose", sys.argv
    assert action in ("start", "stop", "logs"), sys.argv
    if action == "start":
        headrace("dev", "up", "--dir", folder)
        return
    node_id = int(service.removeprefix("kafka-"))
    if action == "logs":
        sys.stdout.write(Path(folder, f"node-{node_id}", "log").read_text(encoding="utf-8"))
        return
    state = json.loads(Path(folder, "cluster.json").read_text(encoding="utf-8"))
    stop(state["nodes"][node_id - state["first_id"]]["pid"])


def stop(pid: int) -> None:
    """Asks the process to end, and waits until it has."""
    os.kill(pid, signal.SIGTERM)
    deadline = time.monotonic() + STOP_SECONDS
    while Path(f"/proc/{pid}/exe").exists():
        assert time.monotonic() < deadline, f"process {pid} outlives SIGTERM"
        time.sleep(0.05)


if __name__ == "__main__":
    main()
