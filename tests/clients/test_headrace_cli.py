"""`headrace topic`, `group` and `cluster` against a live cluster."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from devcluster import DevCluster

ROOT = Path(__file__).parents[2]
Run = "Callable[..., subprocess.CompletedProcess[bytes]]"


@pytest.fixture
def run(bootstrap: str) -> Run:
    """Runs `headrace ARGUMENTS` for the cluster under test; fails on another exit status."""

    def call(*arguments: str, data: bytes = b"", status: int = 0, **environment: str) -> Any:
        done = subprocess.run(
            [sys.executable, "-m", "headrace", *arguments],
            input=data,
            capture_output=True,
            timeout=120,
            check=False,
            env={
                **os.environ,
                "PYTHONPATH": str(ROOT / "broker"),
                "HEADRACE_BROKERS": bootstrap,
                **environment,
            },
        )
        assert done.returncode == status, done.stderr.decode()
        assert b"Traceback" not in done.stderr
        return done

    return call


def as_json(done: subprocess.CompletedProcess[bytes]) -> Any:
    return json.loads(done.stdout)


def json_lines(done: subprocess.CompletedProcess[bytes]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_a_topic_from_its_creation_to_its_end(run: Run, unique: Callable[[str], str]) -> None:
    topic = unique("life")
    run("topic", "create", topic, "-p", "3", "-r", "3", "-c", "retention.ms=3600000", "--dry-run")
    listed = as_json(run("topic", "list", "--format", "json"))["topics"]
    assert topic not in [entry["name"] for entry in listed]
    run("topic", "create", topic, "-p", "3", "-r", "3", "-c", "retention.ms=3600000")
    again = run("topic", "create", topic, status=3)
    assert b"TOPIC_ALREADY_EXISTS" in again.stderr
    existed = as_json(run("topic", "create", topic, "--if-not-exists", "--format", "json"))
    assert existed["existed"] == [topic]
    listed = as_json(run("topic", "list", "--format", "json"))["topics"]
    assert {"name": topic, "partitions": 3, "replicas": 3} in listed
    found = as_json(run("topic", "describe", topic, "--format", "json"))
    assert [len(part["replicas"]) for part in found["partitions"]] == [3, 3, 3]
    assert all(part["start_offset"] == part["end_offset"] == 0 for part in found["partitions"])
    assert {"name": "retention.ms", "value": "3600000", "source": "dynamic_topic"} in (
        found["configs"]
    )
    assert b"retention.ms: 3600000" in run("topic", "describe", topic).stdout
    run("topic", "delete", topic)
    assert b"UNKNOWN_TOPIC" in run("topic", "describe", topic, status=3).stderr
    assert b"UNKNOWN_TOPIC" in run("topic", "delete", topic, status=3).stderr


def test_what_the_cluster_refuses_is_status_3(run: Run, unique: Callable[[str], str]) -> None:
    for arguments, word in (
        (("topic", "create", "a b"), b"TOPIC_EXCEPTION"),
        (("topic", "create", unique("wide"), "-r", "9"), b"INVALID_REPLICATION_FACTOR"),
        (("topic", "create", unique("odd"), "-c", "no.such.key=1"), b"INVALID_CONFIG"),
        (("topic", "describe", unique("none")), b"UNKNOWN_TOPIC"),
        (("topic", "consume", unique("none")), b"UNKNOWN_TOPIC"),
        (("topic", "produce", unique("none")), b"UNKNOWN_TOPIC"),
        (("group", "describe", unique("none")), b"no such group"),
    ):
        done = run(*arguments, status=3)
        assert word in done.stderr
        assert done.stdout == b""


def test_records_come_back_as_they_went(run: Run, make_topic: Callable[..., str]) -> None:
    topic = make_topic(partitions=2)
    lines = b"k1\tv1\nk2\tv\t2\nno key\n\xff\xfe\tbinary\n"
    done = run("topic", "produce", topic, "-H", "a=b", "-z", "lz4", data=lines)
    assert b"4 records produced" in done.stderr
    text = run("topic", "consume", topic, "--until-end").stdout
    assert sorted(text.splitlines()) == sorted(lines.splitlines())
    found = json_lines(run("topic", "consume", topic, "-e", "--format", "json"))
    assert {str(record["key"]): record["value"] for record in found} == {
        "k1": "v1",
        "k2": "v\t2",
        "None": "no key",
        "{'base64': '//4='}": "binary",
    }
    assert all(record["headers"] == [{"key": "a", "value": "b"}] for record in found)


def test_produce_tells_each_record_its_place(run: Run, make_topic: Callable[..., str]) -> None:
    topic = make_topic(partitions=2)
    arguments = ("topic", "produce", topic, "-p", "1", "-k", "one", "--format", "json")
    found = json_lines(run(*arguments, data=b"a\nb\tc\n"))
    assert found == [{"topic": topic, "partition": 1, "offset": offset} for offset in (0, 1)]
    read = json_lines(run("topic", "consume", topic, "-p", "1", "-e", "--format", "json"))
    assert [(record["key"], record["value"]) for record in read] == [("one", "a"), ("one", "b\tc")]


def test_where_reading_starts(run: Run, make_topic: Callable[..., str]) -> None:
    topic = make_topic()
    run("topic", "produce", topic, data=b"".join(b"%d\n" % n for n in range(10)))

    def read(*arguments: str) -> list[bytes]:
        return run("topic", "consume", topic, *arguments).stdout.split()

    assert read("-o", "7", "-e") == [b"7", b"8", b"9"]
    assert read("-o", "-2", "-e") == [b"8", b"9"]
    assert read("-o", "end", "-e") == []
    assert read("-n", "3") == [b"0", b"1", b"2"]


def test_a_group_goes_on_where_it_stopped(
    run: Run, make_topic: Callable[..., str], unique: Callable[[str], str]
) -> None:
    topic, group = make_topic(), unique("group")
    run("topic", "produce", topic, data=b"".join(b"%d\n" % n for n in range(10)))
    first = run("topic", "consume", topic, "-g", group, "-n", "4").stdout.split()
    second = run("topic", "consume", topic, "-g", group, "-n", "3").stdout.split()
    assert first + second == [b"%d" % n for n in range(7)]
    assert {"group": group, "state": "empty"} in (
        as_json(run("group", "list", "--format", "json"))["groups"]
    )
    found = as_json(run("group", "describe", group, "--format", "json"))
    assert found["total_lag"] == 3
    assert found["partitions"] == [
        {
            "topic": topic,
            "partition": 0,
            "committed_offset": 7,
            "end_offset": 10,
            "lag": 3,
            "member_id": None,
        }
    ]
    assert b"total lag:   3" in run("group", "describe", group).stdout


def test_a_pipe_that_closes_early_is_no_failure_of_the_cluster(
    run: Run, make_topic: Callable[..., str], bootstrap: str
) -> None:
    topic = make_topic()
    run("topic", "produce", topic, data=b"x\n" * 20_000)
    process = subprocess.Popen(
        [sys.executable, "-m", "headrace", "topic", "consume", topic, "-b", bootstrap],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(ROOT / "broker")},
    )
    assert process.stdout is not None
    assert process.stdout.readline() == b"x\n"
    process.stdout.close()
    assert process.stderr is not None
    with process.stderr as errors:
        assert errors.read() == b""
    assert process.wait(60) == 1


def test_old_records_are_trimmed(run: Run, unique: Callable[[str], str]) -> None:
    topic = unique("trim")
    run("topic", "create", topic, "-p", "2", "-r", "3")
    run("topic", "produce", topic, "-p", "1", data=b"a\nb\nc\n")
    trimmed = as_json(run("topic", "trim", topic, "--before", "-1", "--format", "json"))
    assert trimmed["partitions"] == [
        {"partition": 0, "start_offset": 0},
        {"partition": 1, "start_offset": 3},
    ]
    found = as_json(run("topic", "describe", topic, "--format", "json"))
    assert [part["start_offset"] for part in found["partitions"]] == [0, 3]
    beyond = run("topic", "trim", topic, "--before", "9", "-p", "1", status=3)
    assert b"OFFSET_OUT_OF_RANGE" in beyond.stderr
    run("topic", "delete", topic)


def test_the_cluster_tells_its_nodes_and_health(run: Run, dev_cluster: DevCluster) -> None:
    addresses = ",".join(node["admin"] for node in dev_cluster.info["nodes"])
    found = as_json(run("cluster", "info", "--format", "json", HEADRACE_ADMIN=addresses))
    assert [node["node_id"] for node in found["nodes"]] == [0, 1, 2]
    assert len(found["cluster_uuid"]) == 36
    health = as_json(run("cluster", "health", "-w", "--format", "json", HEADRACE_ADMIN=addresses))
    assert health["is_healthy"] is True
    assert b"healthy:" in run("cluster", "health", "-a", addresses).stdout


def test_on_a_node_the_commands_need_no_address(run: Run, dev_cluster: DevCluster) -> None:
    file = f"{dev_cluster.node(1)['dir']}/headrace.yaml"
    local = {"HEADRACE_CONFIG": file, "HEADRACE_BROKERS": "", "HEADRACE_ADMIN": ""}
    assert "topics" in as_json(run("topic", "list", "--format", "json", **local))
    run("cluster", "info", **local)


def test_dev_status_of_the_running_cluster(run: Run, dev_cluster: DevCluster) -> None:
    folder = str(dev_cluster.folder)
    found = as_json(run("dev", "status", "--dir", folder, "--format", "json"))
    assert found["ready"] is True
    assert found["bootstrap"] == dev_cluster.bootstrap
    again = as_json(run("dev", "up", "--dir", folder, "--format", "json"))
    assert again == dev_cluster.info
    logged = as_json(run("dev", "logs", "0", "--dir", folder, "--format", "json"))["lines"]
    assert logged
