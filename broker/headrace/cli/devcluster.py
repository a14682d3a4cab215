"""A cluster of plain processes on 127.0.0.1, for development and for tests.

DIR/cluster.json  which processes were started, with their start times
DIR/lock          held while `up` or `down` works
DIR/node-N/       headrace.yaml, data/, log (the standard streams of the process); N: the id
"""

import contextlib
import fcntl
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

from headrace.cli.errors import CliError
from headrace.cli.ports import HOST, Ports, is_free, port_plan
from headrace.cli.processes import Identity, end_all

HTTP_OK = 200
LOG_TAIL_BYTES = 4096
LOG_TAIL_LINES = 15
# Partitions or nodes that an error names.
NAMED = 5
PROBE_TIMEOUT_S = 2.0
PROBE_INTERVAL_S = 0.1
MIB = 1024 * 1024

# Where a property is, and its value in the node with the given id.
Override = tuple[tuple[str | int, ...], Callable[[int], Any]]


@dataclass
class Node:
    """One node of the cluster; `process` is None when it was not started or has ended."""

    id: int
    ports: Ports
    dir: Path
    process: Identity | None

    def is_running(self) -> bool:
        """Whether the process that was started still runs."""
        return self.process is not None and self.process.is_running()

    def public(self) -> dict[str, Any]:
        """The node's entry in the JSON that other programs rely on.

        Addresses of services that this version does not have are null.
        """
        return {
            "id": self.id,
            "kafka": f"{HOST}:{self.ports.kafka}",
            "admin": f"{HOST}:{self.ports.admin}",
            "registry": None,
            "proxy": None,
            "console": None,
            "pid": self.process.pid if self.process is not None else None,
            "dir": str(self.dir),
        }

    def log_tail(self) -> str:
        """The last lines that the process wrote."""
        try:
            with (self.dir / "log").open("rb") as log:
                log.seek(0, os.SEEK_END)
                log.seek(max(0, log.tell() - LOG_TAIL_BYTES))
                text = log.read().decode("utf-8", errors="replace")
        except OSError:
            return ""
        return "\n".join(text.splitlines()[-LOG_TAIL_LINES:])


class DevCluster:
    """The cluster in one folder."""

    def __init__(self, folder: Path, nodes: list[Node]) -> None:
        self.folder = folder
        self.nodes = nodes

    @classmethod
    def load(cls, folder: Path) -> "DevCluster | None":
        """The cluster that the folder describes; None when there is none."""
        try:
            state = json.loads((folder / "cluster.json").read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        except ValueError as error:
            raise CliError(
                f"{folder}/cluster.json: not written by `headrace dev`: {error}"
            ) from error
        nodes = []
        for index, (entry, ports) in enumerate(
            zip(state["nodes"], port_plan(state["base_port"], len(state["nodes"])), strict=True)
        ):
            process = Identity(entry["pid"], entry["start_ticks"]) if entry["pid"] else None
            node_id = state.get("first_id", 0) + index
            nodes.append(Node(node_id, ports, folder / f"node-{node_id}", process))
        return cls(folder, nodes)

    @classmethod
    def plan(cls, folder: Path, base_port: int, nodes: int, first_id: int) -> "DevCluster":
        """A new cluster; nothing is written yet."""
        numbered = enumerate(port_plan(base_port, nodes), first_id)
        return cls(folder, [Node(i, ports, folder / f"node-{i}", None) for i, ports in numbered])

    def save(self) -> None:
        """Writes which processes belong to the cluster."""
        state = {
            "base_port": self.nodes[0].ports.kafka,
            "first_id": self.nodes[0].id,
            "nodes": [
                {
                    "pid": node.process.pid if node.process else None,
                    "start_ticks": node.process.start_ticks if node.process else None,
                }
                for node in self.nodes
            ],
        }
        temporary = self.folder / "cluster.json.new"
        temporary.write_text(json.dumps(state), encoding="utf-8")
        temporary.replace(self.folder / "cluster.json")

    def public(self) -> dict[str, Any]:
        """`{"bootstrap": "HOST:PORT,…", "nodes": […]}`."""
        return {
            "bootstrap": ",".join(f"{HOST}:{node.ports.kafka}" for node in self.nodes),
            "nodes": [node.public() for node in self.nodes],
        }

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Keeps two commands from working on one folder at once."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / "lock").open("w", encoding="ascii") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise CliError(f"{self.folder}: another `headrace dev` is at work here") from error
            yield

    def check_ports(self) -> None:
        """Refuses to start on ports that somebody else listens on."""
        for node in self.nodes:
            if node.is_running():
                continue
            for role in ("kafka", "rpc", "admin"):
                port = getattr(node.ports, role)
                if not is_free(port):
                    raise CliError(
                        f"port {port} (node {node.id}, {role}) is in use; choose another "
                        "--base-port (0 finds a free one)"
                    )

    def settings(self, node: Node) -> dict[str, Any]:
        """A node's configuration: small enough for a laptop, durable as any other."""

        def own(port: int) -> dict[str, Any]:
            return {"address": HOST, "port": port}

        replicas = min(3, len(self.nodes))
        return {
            "node_id": node.id,
            "data_directory": str(node.dir / "data"),
            "seed_servers": [{"host": HOST, "port": other.ports.rpc} for other in self.nodes],
            "empty_seed_starts_cluster": False,
            "rpc_server": own(node.ports.rpc),
            "kafka_api": [{"name": "internal", **own(node.ports.kafka)}],
            "admin": own(node.ports.admin),
            "developer_mode": True,
            "shards": 2,
            "journal_bytes": 16 * MIB,
            "default_replication_factor": replicas,
            "offsets_topic_num_partitions": 8,
            "group_initial_rebalance_delay_ms": 0,
        }

    def write_settings(self, overrides: Sequence[Override]) -> None:
        """Writes each node's headrace.yaml, with the overrides put in. Raises ConfigError."""
        from headrace.settings import check, parse
        from headrace.settings.edit import ConfigFile, write_atomically
        from headrace.settings.yamltext import block

        for node in self.nodes:
            node.dir.mkdir(parents=True, exist_ok=True)
            file = node.dir / "headrace.yaml"
            text = "\n".join(block({"headrace": self.settings(node)}, 0)) + "\n"
            check(parse(text, file))
            write_atomically(file, text)
            if overrides:
                edited = ConfigFile(file)
                for path, value_of in overrides:
                    edited.set(path, value_of(node.id))
                edited.save()

    def start(self, node: Node) -> None:
        """Starts a node's process, apart from this one: own session, no terminal."""
        with (node.dir / "log").open("ab") as log:
            process = subprocess.Popen(
                [
                    sys.executable,
                    "-m",
                    "headrace",
                    "start",
                    "--config",
                    str(node.dir / "headrace.yaml"),
                ],
                cwd=node.dir,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=_environment(),
                start_new_session=True,
            )
        node.process = Identity.of(process.pid)
        # The process is not ours to wait for: it lives on when this command ends.
        process.returncode = 0
        self.save()
        if node.process is None:
            raise died(node)

    def wait_ready(self, timeout_s: float) -> None:
        """Waits until every node is ready and the cluster is whole. Raises CliError."""
        deadline = time.monotonic() + timeout_s
        waiting_for = "nothing answered yet"
        while True:
            for node in self.nodes:
                if not node.is_running():
                    raise died(node)
            waiting_for = self.not_ready()
            if not waiting_for:
                return
            if time.monotonic() >= deadline:
                raise CliError(
                    f"not ready after {timeout_s:g} s: {waiting_for}; the logs are in "
                    f"{self.folder}/node-*/log, and the nodes still run (`headrace dev down` ends "
                    "them; --timeout waits longer)"
                )
            time.sleep(PROBE_INTERVAL_S)

    def not_ready(self) -> str:
        """What keeps the cluster from being ready; empty when it is."""
        for node in self.nodes:
            status, _ = get_json(node.ports.admin, "/v1/status/ready")
            if status != HTTP_OK:
                answer = f"answers {status}" if status else "does not answer"
                return f"node {node.id} {answer} on {HOST}:{node.ports.admin}"
        for node in self.nodes:
            status, health = get_json(node.ports.admin, "/v1/cluster/health_overview")
            if status != HTTP_OK or not isinstance(health, dict):
                return f"node {node.id} does not tell the cluster's health"
            known = len(health.get("all_nodes", []))
            if known != len(self.nodes):
                return f"node {node.id} sees {known} of {len(self.nodes)} nodes"
            if not health.get("is_healthy"):
                reasons = [reason(health, name) for name in health.get("unhealthy_reasons", [])]
                return f"node {node.id} says: {', '.join(reasons)}"
        return ""

    def stop(self, timeout_s: float) -> tuple[list[int], list[int]]:
        """Ends the processes of this cluster. Returns the ids ended, and which had to be killed."""
        running = [node for node in self.nodes if node.is_running()]
        processes = [node.process for node in running if node.process is not None]
        killed = {process.pid for process in end_all(processes, timeout_s)}
        ended = [node.id for node in running]
        forced = [node.id for node in running if node.process and node.process.pid in killed]
        for node in self.nodes:
            if not node.is_running():
                node.process = None
        self.save()
        return ended, forced

    def wipe(self) -> None:
        """Deletes what `dev up` made in the folder, and the folder if nothing else is in it."""
        for node in self.nodes:
            shutil.rmtree(node.dir, ignore_errors=True)
        for name in ("cluster.json", "lock"):
            (self.folder / name).unlink(missing_ok=True)
        with contextlib.suppress(OSError):
            self.folder.rmdir()


def reason(health: dict[str, Any], name: str) -> str:
    """Why the cluster is not healthy, with the first nodes or partitions that it is about."""
    affected = health.get(name) or []
    more = ", …" if len(affected) > NAMED else ""
    named = ", ".join(map(str, affected[:NAMED]))
    return f"{name} ({named}{more})" if named else name


def died(node: Node) -> CliError:
    """The error for a node that ended by itself, with the end of its log."""
    tail = node.log_tail()
    shown = f"; the end of {node.dir}/log:\n{tail}" if tail else f"; {node.dir}/log is empty"
    return CliError(f"node {node.id} ended{shown}")


def get_json(port: int, path: str) -> tuple[int, Any]:
    """Status and JSON body of a GET on 127.0.0.1; status 0 when nothing answers."""
    connection = HTTPConnection(HOST, port, timeout=PROBE_TIMEOUT_S)
    try:
        connection.request("GET", path)
        response = connection.getresponse()
        body = response.read(MIB)
        return response.status, json.loads(body) if body else None
    except (OSError, HTTPException, ValueError):
        return 0, None
    finally:
        connection.close()


def _environment() -> dict[str, str]:
    """This process's environment with the path that `headrace` was imported from."""
    package_parent = str(Path(__file__).resolve().parents[2])
    environment = dict(os.environ)
    path = environment.get("PYTHONPATH", "")
    if package_parent not in path.split(os.pathsep):
        environment["PYTHONPATH"] = os.pathsep.join(filter(None, [package_parent, path]))
    # What this user set for another node is not meant for these.
    environment.pop("HEADRACE_CONFIG", None)
    environment.pop("NOTIFY_SOCKET", None)
    return environment


def interrupt_guard() -> None:
    """Makes SIGTERM end `dev up` as Ctrl-C does, so that it cleans up after itself."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
