"""Commands through real processes, and through typer's runner where a process adds nothing."""

from __future__ import annotations

import http.server
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner

from headrace import __version__
from headrace.cli.app import app
from headrace.cli.consume import _first_offset
from headrace.cli.errors import CliError
from headrace.cli.generate_reference import commands
from headrace.cli.output import pairs, table
from headrace.cli.produce import _Parting

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]


def run(
    *arguments: str, text: str = "", under: tuple[str, ...] = (), **environment: str
) -> subprocess.CompletedProcess[str]:
    """Runs `headrace ARGUMENTS` with a clean environment; `under` is a command that starts it."""
    return subprocess.run(
        [*under, sys.executable, "-m", "headrace", *arguments],
        input=text,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={
            "PATH": os.environ["PATH"],
            "HOME": "/nonexistent",
            "PYTHONPATH": str(ROOT / "broker"),
            "COLUMNS": "100",
            **environment,
        },
    )


def failed(done: subprocess.CompletedProcess[str], status: int, *words: str) -> str:
    """Checks an error: the status, one line that names the cause, no traceback, empty stdout."""
    assert done.returncode == status, (done.stdout, done.stderr)
    assert "Traceback" not in done.stderr
    assert done.stdout == ""
    assert done.stderr.startswith("error: ")
    for word in words:
        assert word in done.stderr
    return done.stderr


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "headrace.yaml"
    assert run("config", "init", "--config", str(path)).returncode == 0
    return path


# -- start-up, help, usage ----------------------------------------------------------------------


def test_version_is_quick_and_the_same_everywhere() -> None:
    fastest = 10.0
    for _ in range(3):
        started = time.monotonic()
        assert run("version").stdout == f"headrace {__version__}\n"
        fastest = min(fastest, time.monotonic() - started)
    assert fastest < 0.3
    assert run("--version").stdout == f"headrace {__version__}\n"
    assert json.loads(run("version", "--format", "json").stdout) == {"version": __version__}


@pytest.mark.parametrize("name", [name for name, _ in commands()])
def test_every_command_has_help_and_both_formats(name: str) -> None:
    runner = CliRunner()
    result = runner.invoke(app, [*name.split()[1:], "--help"])
    assert result.exit_code == 0
    assert "--format" in result.output
    command = dict(commands())[name]
    assert command.help
    for parameter in command.params:
        assert parameter.help, f"{name}: {parameter.name} has no help"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["conf"], ["'conf'", "config"]),
        (["mode"], ["MODE", "headrace mode --help"]),
        (["mode", "fast"], ["'fast'", "development or production"]),
        (["topic", "create"], ["TOPIC", "headrace topic create --help"]),
        (["topic", "list", "--format", "xml"], ["xml", "text"]),
        (["topic", "list", "--brokrs", "x"], ["--brokrs"]),
        (["dev", "up", "--nodes", "99"], ["--nodes", "15"]),
        (["tune"], ["headrace tune list"]),
        (["tune", "swapiness"], ["did you mean swappiness?"]),
        (["tune", "all", "--check", "--dry-run"], ["exclude each other"]),
        (["config", "bootstrap", "--self", "node1"], ["'node1'", "not an IP address"]),
        (["config", "bootstrap", "--self", "0.0.0.0"], ["no other node"]),
        (["config", "bootstrap", "--self", "10.0.0.1", "--ips", "a:b"], ["'a:b'"]),
        (["config", "set", "a"], ["KEY VALUE"]),
        (["topic", "list"], ["--brokers", "HEADRACE_BROKERS"]),
        (["cluster", "health"], ["--admin", "HEADRACE_ADMIN"]),
        (["topic", "consume", "t", "-g", "g", "-o", "5", "-b", "x"], ["--group"]),
        (["topic", "produce", "t", "--acks", "2", "-b", "x"], ["--acks 2"]),
        (["topic", "create", "t", "-c", "x", "-b", "x:1"], ["KEY=VALUE"]),
    ],
)
def test_wrong_usage_is_status_2_and_says_what_is_right(
    arguments: list[str], words: list[str], tmp_path: Path
) -> None:
    failed(run(*arguments, HEADRACE_CONFIG=str(tmp_path / "none.yaml")), 2, *words)


@pytest.mark.parametrize(
    ("command", "option"), [(("topic", "list"), "--brokers"), (("cluster", "health"), "--admin")]
)
def test_who_may_not_read_the_nodes_file_is_told_what_to_do(
    command: tuple[str, ...], option: str, tmp_path: Path
) -> None:
    """The package's file is for root and the service alone, and so is its folder."""
    folder = tmp_path / "etc"
    folder.mkdir()
    (folder / "headrace.yaml").touch()
    folder.chmod(0)
    no_override = ("setpriv", "--bounding-set", "-dac_override,-dac_read_search")
    under = no_override if os.geteuid() == 0 else ()
    try:
        done = run(*command, under=under, HEADRACE_CONFIG=str(folder / "headrace.yaml"))
    finally:
        folder.chmod(0o700)
    failed(done, 2, option, "may not read", "sudo")


def test_groups_alone_print_their_help() -> None:
    for name in ("config", "topic", "group", "cluster", "dev"):
        done = run(name)
        assert done.returncode == 2
        assert f"Usage: headrace {name}" in done.stderr


def test_completion_is_offered_and_completes() -> None:
    """The shell is the parent process, so there must be one, whatever the tests were started by."""
    shown = run("--show-completion", under=("bash", "-c", '"$@"; exit', "bash"))
    assert "complete -o default -F _headrace_completion headrace" in shown.stdout, shown.stderr
    asked = {"_HEADRACE_COMPLETE": "complete_bash", "COMP_WORDS": "headrace top", "COMP_CWORD": "1"}
    assert run(**asked).stdout.split() == ["topic"]


# -- configuration ------------------------------------------------------------------------------


def test_init_does_not_overwrite(file: Path) -> None:
    file.write_text("mine", encoding="utf-8")
    failed(run("config", "init", "--config", str(file)), 1, "--force")
    assert file.read_text(encoding="utf-8") == "mine"
    assert run("config", "init", "--config", str(file), "--force").returncode == 0
    assert run("config", "lint", HEADRACE_CONFIG=str(file)).returncode == 0


def test_the_commands_of_the_article_in_order(file: Path) -> None:
    use = {"HEADRACE_CONFIG": str(file)}
    first = run("mode", "prod", "--format", "json", **use)
    assert first.returncode == 0, first.stderr
    assert json.loads(first.stdout)["changes"] == [
        {"key": "headrace.developer_mode", "before": True, "after": False}
    ]
    boot = ("config", "bootstrap", "--self", "10.0.0.2", "--ips", "10.0.0.1,10.0.0.2,10.0.0.3")
    keys = [c["key"] for c in json.loads(run(*boot, "--format", "json", **use).stdout)["changes"]]
    assert "headrace.seed_servers" in keys
    assert "headrace.empty_seed_starts_cluster" in keys
    assert (
        run("config", "set", "headrace.empty_seed_starts_cluster", "false", **use).returncode == 0
    )
    assert run("config", "get", "headrace.rpc_server.address", **use).stdout == "10.0.0.2\n"
    after = file.read_bytes()
    for again in (("mode", "production"), boot):
        assert json.loads(run(*again, "--format", "json", **use).stdout)["changes"] == []
    assert file.read_bytes() == after


def test_mode_says_what_it_changes_and_which_tuners_stay_off(file: Path) -> None:
    use = {"HEADRACE_CONFIG": str(file)}
    assert run("config", "set", "tuner.tune_network", "false", **use).returncode == 0
    done = run("mode", "production", **use)
    assert "headrace.developer_mode: true -> false" in done.stdout
    assert "left off by the file: network" in done.stdout
    back = run("mode", "d", **use)
    assert "headrace.developer_mode: false -> true" in back.stdout
    assert run("config", "get", "tuner.tune_network", **use).stdout == "false\n"


def test_set_takes_yaml_lists_and_several_at_once(file: Path) -> None:
    use = {"HEADRACE_CONFIG": str(file)}
    for arguments in (
        ("headrace.kafka_api[1]", "{name: out, address: 10.0.0.1, port: 19092}"),
        ("headrace.kafka_api[1].port=19093", "headrace.rack=a"),
        ("headrace.log_retention_ms", "-1"),
        ("headrace.raft_election_timeout_ms=300", "headrace.raft_heartbeat_interval_ms=50"),
    ):
        done = run("config", "set", *arguments, **use)
        assert done.returncode == 0, done.stderr
    assert json.loads(
        run("config", "get", "headrace.kafka_api[1]", "--format", "json", **use).stdout
    ) == {"name": "out", "address": "10.0.0.1", "port": 19093}
    assert run("config", "get", "headrace.log_retention_ms", **use).stdout == "-1\n"
    assert run("config", "unset", "headrace.log_retention_ms", **use).returncode == 0
    assert run("config", "get", "headrace.log_retention_ms", **use).stdout == "604800000\n"


def test_a_bad_set_names_the_file_the_line_and_what_is_accepted(file: Path) -> None:
    before = file.read_bytes()
    use = {"HEADRACE_CONFIG": str(file)}
    for arguments, words in (
        (("headrace.node_id", "x"), ["headrace.node_id", "a whole number"]),
        (("headrace.rakc", "x"), ["did you mean headrace.rack?"]),
        (("rack", "x"), ["did you mean headrace.rack?"]),
        (("headrace.kafka_api[7].port", "1"), ["the next index is 1"]),
        (("headrace.kafka_api[0].port", "70000"), ["from 1 to 65535"]),
    ):
        failed(run("config", "set", *arguments, **use), 1, str(file), *words)
        assert file.read_bytes() == before


def test_lint_lists_every_problem(file: Path) -> None:
    file.write_text("headrace:\n  rakc: a\n  node_id: x\n", encoding="utf-8")
    done = run("config", "lint", "--config", str(file))
    assert failed(done, 1, f"{file}:2:", f"{file}:3:").count("error: ") == 2
    as_json = run("config", "lint", "--config", str(file), "--format", "json")
    assert as_json.returncode == 1
    data = json.loads(as_json.stdout)
    assert [problem["line"] for problem in data["problems"]] == [2, 3]
    assert data["valid"] is False


def test_print_shows_a_file_that_loads_again(file: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.yaml"
    copy.write_text(run("config", "print", "--config", str(file)).stdout, encoding="utf-8")
    assert run("config", "lint", "--config", str(copy)).returncode == 0
    shown = run("config", "print", "--config", str(copy), "--format", "json").stdout
    assert json.loads(shown) == json.loads(
        run("config", "print", "--config", str(file), "--format", "json").stdout
    )


def test_start_refuses_a_bad_configuration_with_a_status_of_its_own(file: Path) -> None:
    file.write_text("headrace:\n  rakc: a\n", encoding="utf-8")
    failed(run("start", "--config", str(file)), 2, f"{file}:2:", "did you mean headrace.rack?")
    failed(run("start", "--config", str(file.parent / "no.yaml")), 2, "no such file")


# -- tune ---------------------------------------------------------------------------------------


def test_tune_from_config_rests_in_development_mode(file: Path, tmp_path: Path) -> None:
    report = tmp_path / "run" / "report.json"
    done = run("tune", "--from-config", "--config", str(file), "--report", str(report))
    assert done.returncode == 0
    assert "development mode" in done.stderr
    assert json.loads(report.read_text())["tuners"] == []


def test_tune_list_help_and_dry_run() -> None:
    names = [
        t["name"] for t in json.loads(run("tune", "list", "--format", "json").stdout)["tuners"]
    ]
    assert "swappiness" in names
    for name in names:
        assert f"tuner.tune_{name}" in run("tune", "help", name).stdout
    done = run("tune", "all", "--dry-run", "--format", "json")
    assert done.returncode == 0
    assert [t["name"] for t in json.loads(done.stdout)["tuners"]] == names


# -- the admin API ------------------------------------------------------------------------------


@contextmanager
def admin_api(answers: dict[str, Any]) -> Iterator[str]:
    """A little HTTP server in place of a node's admin API."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answer = answers.get(self.path, (404, {"message": "no such path"}))
            status, body = answer() if callable(answer) else answer
            data = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: Any) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


HEALTHY = {
    "is_healthy": True,
    "unhealthy_reasons": [],
    "controller_id": 0,
    "all_nodes": [0, 1, 2],
    "nodes_down": [],
    "leaderless_count": 0,
    "leaderless_partitions": [],
    "under_replicated_count": 0,
    "under_replicated_partitions": [],
}
SICK = {
    **HEALTHY,
    "is_healthy": False,
    "unhealthy_reasons": ["nodes_down"],
    "nodes_down": [2],
    "under_replicated_count": 5,
    "under_replicated_partitions": ["kafka/t/0"],
}
OVERVIEW = "/v1/cluster/health_overview"


def test_health_is_status_3_when_the_cluster_is_not() -> None:
    with admin_api({OVERVIEW: (200, HEALTHY)}) as address:
        done = run("cluster", "health", "-a", address)
        assert done.returncode == 0
        assert "healthy:" in done.stdout
        assert (
            json.loads(run("cluster", "health", "-a", address, "--format", "json").stdout)
            == HEALTHY
        )
    with admin_api({OVERVIEW: (200, SICK)}) as address:
        done = run("cluster", "health", HEADRACE_ADMIN=address)
        assert done.returncode == 3
        assert "5 (kafka/t/0, …)" in done.stdout
        assert run("cluster", "health", "--no-exit-code", "-a", address).returncode == 0


def test_health_watches_until_healthy() -> None:
    answers = iter([SICK, SICK, HEALTHY])
    with admin_api({OVERVIEW: lambda: (200, next(answers))}) as address:
        done = run("cluster", "health", "--watch", "--format", "json", "-a", address)
    assert done.returncode == 0
    assert [json.loads(line)["is_healthy"] for line in done.stdout.splitlines()] == [False, True]


def test_info_and_the_first_address_that_answers() -> None:
    brokers = [
        {
            "node_id": 0,
            "is_alive": True,
            "internal_rpc_address": "127.0.0.1",
            "internal_rpc_port": 5,
            "rack": None,
            "version": "1",
        }
    ]
    answers = {
        "/v1/cluster/uuid": (200, {"cluster_uuid": "u-1"}),
        "/v1/brokers": (200, brokers),
        OVERVIEW: (200, HEALTHY),
    }
    with admin_api(answers) as address:
        done = run("cluster", "info", "-a", f"127.0.0.1:1,{address}")
        assert done.returncode == 0, done.stderr
        assert "u-1" in done.stdout


def test_a_dead_admin_api_is_status_1_and_a_refusal_status_3() -> None:
    failed(run("cluster", "health", "-a", "127.0.0.1:1"), 1, "does not answer", "127.0.0.1:1")
    with admin_api({OVERVIEW: (503, {"message": "not ready"})}) as address:
        failed(run("cluster", "health", "-a", address), 3, "503", "not ready")


def test_ctrl_c_is_clean() -> None:
    with admin_api({OVERVIEW: (200, SICK)}) as address:
        process = subprocess.Popen(
            [sys.executable, "-m", "headrace", "cluster", "health", "--watch", "-a", address],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": str(ROOT / "broker"), "PYTHONUNBUFFERED": "1"},
        )
        assert process.stdout is not None
        assert process.stdout.readline().startswith("healthy:")
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=20)
    assert process.returncode == 130
    assert errors == "interrupted\n"


def test_a_closed_pipe_is_no_traceback() -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "headrace", "config", "print", "--defaults"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT / "broker"), "PYTHONUNBUFFERED": "1"},
    )
    assert process.stdout is not None
    process.stdout.close()
    assert process.stderr is not None
    with process.stderr as errors:
        assert "Traceback" not in errors.read()
    assert process.wait(20) == 1


# -- Kafka clients without a cluster ------------------------------------------------------------


@pytest.mark.parametrize(
    "arguments",
    [
        ("topic", "list"),
        ("topic", "describe", "t"),
        ("topic", "create", "t"),
        ("topic", "delete", "t"),
        ("topic", "consume", "t"),
        ("group", "list"),
        ("group", "describe", "g"),
    ],
)
def test_an_unreachable_cluster_is_status_1_and_names_the_address(
    arguments: tuple[str, ...],
) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{unused.getsockname()[1]}"
        done = run(*arguments, "-b", address, "--timeout", "1")
        failed(done, 1, address)


def test_an_unreachable_cluster_loses_no_record_silently() -> None:
    done = run("topic", "produce", "t", "-b", "127.0.0.1:1", "--timeout", "1", text="a\tb\n")
    failed(done, 1, "no answer from 127.0.0.1:1")


def test_lines_are_parted_into_key_and_value() -> None:
    assert _Parting(b"\t", None).split(b"k\tv\tw") == (b"k", b"v\tw")
    assert _Parting(b"\t", None).split(b"v") == (None, b"v")
    assert _Parting(b"", None).split(b"k\tv") == (None, b"k\tv")
    assert _Parting(b"\t", "fixed").split(b"k\tv") == (b"fixed", b"k\tv")


def test_offsets_to_start_from() -> None:
    assert [_first_offset(o, 10, 20) for o in ("start", "end", "15", "-3", "-99")] == [
        10,
        20,
        15,
        17,
        10,
    ]
    with pytest.raises(CliError, match="start, end, N or -N"):
        _first_offset("middle", 0, 1)


# -- output -------------------------------------------------------------------------------------


def test_tables_line_up() -> None:
    assert table(("NAME", "N"), [("a", 5), ("long", 10)]) == "NAME   N\na      5\nlong  10"
    assert table(("A", "B"), [(None, "x")]).splitlines()[1] == "-  x"
    assert pairs([("a", True), ("bcd", []), ("e", [1, 2])]) == "a:   yes\nbcd: -\ne:   1, 2"
