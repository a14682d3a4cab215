"""kcat: what people type first to look at a cluster."""

from __future__ import annotations

import json
import subprocess

import pytest
from records import eventually

RUN_SECONDS = 60


@pytest.fixture
def kcat(bootstrap):
    """Runs kcat against the cluster; returns what it printed."""

    def run(*args: str, stdin: str = "") -> str:
        done = subprocess.run(
            ["kcat", "-b", bootstrap, *args],
            input=stdin,
            check=False,
            capture_output=True,
            text=True,
            timeout=RUN_SECONDS,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run


def test_the_cluster_is_listed(kcat, make_topic, bootstrap):
    topic = make_topic(partitions=2)
    listed = json.loads(kcat("-L", "-J"))
    assert sorted(broker["name"] for broker in listed["brokers"]) == sorted(bootstrap.split(","))
    assert listed["controllerid"] in {broker["id"] for broker in listed["brokers"]}

    def partitions():
        (found,) = json.loads(kcat("-L", "-J", "-t", topic))["topics"]
        return found["partitions"]

    assert [(one["partition"], len(one["replicas"])) for one in partitions()] == [(0, 3), (1, 3)]
    eventually(lambda: all(len(one["isrs"]) == 3 for one in partitions()), "all are in sync")


@pytest.mark.parametrize("codec", ["none", "gzip", "snappy", "lz4"])
def test_records_come_back(kcat, make_topic, codec):
    topic = make_topic()
    lines = [f"key-{number}:value-{number}" for number in range(100)]
    sent = ("-P", "-t", topic, "-K:", "-z", codec, "-H", "from=kcat")
    kcat(*sent, stdin="".join(f"{line}\n" for line in lines))
    whole = ("-C", "-t", topic, "-e", "-q", "-o", "beginning")
    assert kcat(*whole, "-K:").splitlines() == lines
    told = kcat(*whole, "-c1", "-f", "%p %o %k %s %h\n")
    assert told == "0 0 key-0 value-0 from=kcat\n"
    # The last ten, as one asks for the tail of a topic.
    assert kcat("-C", "-t", topic, "-e", "-q", "-o", "-10", "-K:").splitlines() == lines[-10:]


def test_offsets_are_found_by_time(kcat, make_topic):
    topic = make_topic()
    kcat("-P", "-t", topic, stdin="one\ntwo\n")
    first = int(kcat("-C", "-t", topic, "-e", "-q", "-c1", "-f", "%T"))
    assert kcat("-Q", "-t", f"{topic}:0:{first}").strip() == f"{topic} [0] offset 0"
    # There is none so late.
    assert kcat("-Q", "-t", f"{topic}:0:{first + 86_400_000}").strip() == f"{topic} [0] offset -1"


def test_a_group_goes_on_where_it_was(kcat, make_topic, unique):
    topic, group = make_topic(), unique("group")
    member = ("-G", group, "-X", "auto.offset.reset=earliest", "-q", "-e", topic)
    kcat("-P", "-t", topic, stdin="one\ntwo\n")
    assert kcat(*member).split() == ["one", "two"]
    kcat("-P", "-t", topic, stdin="three\n")
    assert kcat(*member).split() == ["three"]
