"""`headrace dev` with a stand-in for the node: a script that serves the two paths it asks for."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from headrace.cli import dev
from headrace.cli.app import run
from headrace.cli.devcluster import DevCluster
from headrace.cli.errors import CliError
from headrace.cli.ports import choose_base_port, is_free, port_plan
from headrace.cli.processes import Identity, end_all, wait_gone
from headrace.settings import load

if TYPE_CHECKING:
    from collections.abc import Iterator

# Called as the interpreter is: `-m headrace start --config FILE`.
STAND_IN = """#!{python}
import http.server, json, os, signal, sys, time
from pathlib import Path
config = Path(sys.argv[-1])
if (config.parent.parent / "die").exists():
    print("cannot open the data folder: made up")
    sys.exit(1)
if (config.parent.parent / "stubborn").exists():
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
else:
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
text = config.read_text()
port = int(text.split("admin:")[1].split("port:")[1].split()[0].rstrip("}}"))
nodes = text.split("seed_servers:")[1].split("empty_seed")[0].count("port:")
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = {{"is_healthy": True, "all_nodes": list(range(nodes))}}
        if "ready" in self.path:
            body = {{"status": "ready"}}
        data = json.dumps(body).encode()
        self.send_response(200 if not (config.parent.parent / "unready").exists() else 503)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)
    def log_message(self, *_):
        pass
http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler).serve_forever()
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder for a cluster whose nodes are stand-ins; ends what is left of them."""
    script = tmp_path / "stand-in"
    script.write_text(STAND_IN.format(python=sys.executable))
    script.chmod(0o755)
    monkeypatch.setattr("headrace.cli.devcluster.sys.executable", str(script))
    monkeypatch.setattr(dev, "_require_engine", lambda: None)
    # `dev up` handles SIGTERM in its own process only.
    monkeypatch.setattr("headrace.cli.devcluster.interrupt_guard", lambda: None)
    place = tmp_path / "cluster"
    yield place
    found = DevCluster.load(place)
    if found is not None:
        end_all([node.process for node in found.nodes if node.process], 1)


def up(folder: Path, capsys: pytest.CaptureFixture[str], *more: str) -> dict[str, Any]:
    status = run(["dev", "up", "--dir", str(folder), "--format", "json", *more])
    captured = capsys.readouterr()
    assert status == 0, captured.err
    result: dict[str, Any] = json.loads(captured.out)
    return result


def call(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    status = run(["dev", *arguments])
    captured = capsys.readouterr()
    return status, captured.out, captured.err


def test_ports_do_not_overlap() -> None:
    plan = port_plan(20000, 5)
    every = [port for ports in plan for port in asdict(ports).values()]
    assert len(set(every)) == len(every) == 30
    assert plan[0].kafka == 20000
    assert plan[4].console == 20045
    assert port_plan(65535 - 5, 1)[0].console == 65535
    for base, nodes in ((0, 1), (-5, 1), (65531, 1), (65500, 5)):
        with pytest.raises(CliError, match="--base-port"):
            port_plan(base, nodes)


def test_two_that_choose_at_once_choose_differently(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from headrace.cli.ports import choose_base_port\n"
        f"print(choose_base_port(Path({str(tmp_path)!r}), 3), flush=True); sys.stdin.read()"
    )
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2] / "broker")}
    command = [sys.executable, "-c", code]
    pipe = subprocess.PIPE
    processes = [
        subprocess.Popen(command, env=environment, stdin=pipe, stdout=pipe, text=True)
        for _ in range(3)
    ]
    try:
        bases = [int(process.stdout.readline()) for process in processes if process.stdout]
        assert all(abs(a - b) >= 30 for a in bases for b in bases if a is not b)
    finally:
        for process in processes:
            process.communicate()


def test_a_free_block_is_found_around_a_taken_port(tmp_path: Path) -> None:
    first = choose_base_port(tmp_path / "a", 2)
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind(("127.0.0.1", first + 12))
        taken.listen()
        assert not is_free(first + 12)
        assert choose_base_port(tmp_path / "a", 2) != first


def test_up_status_down_and_up_again(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made = up(folder, capsys, "--nodes", "3", "--base-port", "0")
    assert [node["id"] for node in made["nodes"]] == [0, 1, 2]
    assert made["bootstrap"] == ",".join(node["kafka"] for node in made["nodes"])
    assert {"id", "kafka", "admin", "registry", "proxy", "console", "pid", "dir"} == set(
        made["nodes"][0]
    )
    for node in made["nodes"]:
        settings = load(Path(node["dir"]) / "headrace.yaml").headrace
        assert settings.developer_mode
        assert settings.empty_seed_starts_cluster is False
        assert len(settings.seed_servers) == 3
        assert settings.kafka_api[0].address == settings.admin.address == "127.0.0.1"
    assert call(capsys, "status", "--dir", str(folder))[0] == 0

    # One node dies: status says so, up brings back that one only, on its ports.
    os.kill(made["nodes"][1]["pid"], signal.SIGKILL)
    wait_gone([Identity(made["nodes"][1]["pid"], 0)], 5)
    time.sleep(0.2)
    status, out, _ = call(capsys, "status", "--dir", str(folder), "--format", "json")
    assert status == 3
    assert [node["running"] for node in json.loads(out)["nodes"]] == [True, False, True]
    again = up(folder, capsys)
    assert [node["kafka"] for node in again["nodes"]] == [node["kafka"] for node in made["nodes"]]
    kept = [a["pid"] == b["pid"] for a, b in zip(made["nodes"], again["nodes"], strict=True)]
    assert kept == [True, False, True]

    (folder / "node-0" / "data").mkdir()
    status, out, _ = call(capsys, "down", "--dir", str(folder), "--format", "json")
    assert (status, json.loads(out)["ended"]) == (0, [0, 1, 2])
    assert not any(Identity.of(node["pid"]) for node in again["nodes"])
    assert (folder / "node-0" / "data").is_dir()
    status, out, _ = call(capsys, "down", "--dir", str(folder), "--wipe", "--format", "json")
    assert (status, json.loads(out)["ended"]) == (0, [])
    assert not folder.exists()


def test_an_early_death_shows_the_end_of_the_log(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder.mkdir()
    (folder / "die").touch()
    status, out, errors = call(
        capsys, "up", "--dir", str(folder), "--nodes", "2", "--base-port", "0"
    )
    assert (status, out) == (1, "")
    assert "ended" in errors
    assert "cannot open the data folder: made up" in errors
    found = DevCluster.load(folder)
    assert found is not None
    assert not any(node.is_running() for node in found.nodes)


def test_not_ready_is_bounded_and_leaves_the_nodes(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder.mkdir()
    (folder / "unready").touch()
    status, _, errors = call(
        capsys, "up", "--dir", str(folder), "--nodes", "1", "--base-port", "0", "--timeout", "1.5"
    )
    assert status == 1
    assert "not ready after 1.5 s" in errors
    assert "answers 503" in errors
    (folder / "unready").unlink()
    assert up(folder, capsys)["nodes"][0]["pid"]


def test_a_stubborn_node_is_killed_and_named(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder.mkdir()
    (folder / "stubborn").touch()
    up(folder, capsys, "--nodes", "1", "--base-port", "0")
    status, out, errors = call(
        capsys, "down", "--dir", str(folder), "--timeout", "0.3", "--format", "json"
    )
    assert (status, json.loads(out)["killed"]) == (0, [0])
    assert "was killed" in errors


def test_a_port_in_use_is_named(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    base = choose_base_port(folder, 1)
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind(("127.0.0.1", base + 2))
        taken.listen()
        status, _, errors = call(
            capsys, "up", "--dir", str(folder), "--nodes", "1", "--base-port", str(base)
        )
    assert status == 1
    assert f"port {base + 2} (node 0, admin) is in use" in errors
    assert not folder.exists()


def test_settings_of_all_nodes_can_be_set(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made = up(
        folder,
        capsys,
        "--nodes",
        "2",
        "--base-port",
        "0",
        "--set",
        "headrace.shards=1",
        "--set",
        "headrace.log_segment_bytes=2097152",
    )
    for node in made["nodes"]:
        settings = load(Path(node["dir"]) / "headrace.yaml").headrace
        assert (settings.shards, settings.log_segment_bytes) == (1, 2097152)
    status, _, errors = call(capsys, "up", "--dir", str(folder), "--set", "headrace.shrads=1")
    assert status == 1
    assert "did you mean headrace.shards?" in errors


def test_ids_racks_and_addresses_may_differ_between_nodes(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = up(
        folder,
        capsys,
        *("--nodes", "2", "--base-port", "0", "--first-id", "1"),
        *("--set", "headrace.rack=rack-{id}"),
        *("--set", 'headrace.advertised_kafka_api=[{address: "127.0.0.1", port: 2909{id}}]'),
    )
    assert [(node["id"], Path(node["dir"]).name) for node in made["nodes"]] == [
        (1, "node-1"),
        (2, "node-2"),
    ]
    for node in made["nodes"]:
        settings = load(Path(node["dir"]) / "headrace.yaml").headrace
        assert (settings.node_id, settings.rack) == (node["id"], f"rack-{node['id']}")
        assert settings.kafka_advertised()[0].port == 29090 + node["id"]
    assert up(folder, capsys)["nodes"] == made["nodes"]
    there = ("--dir", str(folder))
    assert call(capsys, "logs", "2", *there)[0] == 0
    assert "there are 1 to 2" in call(capsys, "logs", "0", *there)[2]
    assert "whose first id is 1" in call(capsys, "up", *there, "--first-id", "0")[2]


def test_another_shape_needs_another_folder(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    up(folder, capsys, "--nodes", "1", "--base-port", "0")
    assert (
        "holds a cluster of 1 nodes" in call(capsys, "up", "--dir", str(folder), "--nodes", "3")[2]
    )
    assert "on base port" in call(capsys, "up", "--dir", str(folder), "--base-port", "5")[2]


def test_no_cluster_is_an_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for command in ("down", "status"):
        status, _, errors = call(capsys, command, "--dir", str(tmp_path))
        assert status == 1
        assert "no cluster here" in errors
    (tmp_path / "cluster.json").write_text("[")
    assert "not written by" in call(capsys, "status", "--dir", str(tmp_path))[2]


# -- processes ----------------------------------------------------------------------------------


def test_a_reused_process_id_is_not_ours() -> None:
    process = subprocess.Popen(["sleep", "60"])
    try:
        identity = Identity.of(process.pid)
        assert identity is not None
        assert identity.is_running()
        imposter = Identity(process.pid, identity.start_ticks - 1)
        assert not imposter.is_running()
        assert not imposter.send(signal.SIGKILL)
        assert end_all([imposter], 1) == []
        assert process.poll() is None
        assert end_all([identity], 5) == []
    finally:
        process.kill()
        process.wait()
    assert Identity.of(process.pid) is None


def test_a_zombie_counts_as_ended() -> None:
    process = subprocess.Popen(["true"])
    deadline = time.monotonic() + 10
    while Identity.of(process.pid) is not None and time.monotonic() < deadline:
        time.sleep(0.02)
    assert Identity.of(process.pid) is None
    process.wait()


def test_names_with_brackets_and_blanks_are_parsed(tmp_path: Path) -> None:
    fields = " ".join(["S", *map(str, range(1, 40))])
    (tmp_path / "7").mkdir()
    (tmp_path / "7" / "stat").write_text(f"7 (a) b (c)) {fields}\n")
    assert Identity.of(7, tmp_path) == Identity(7, 19)
