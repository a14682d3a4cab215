"""The main job on three systemd hosts: made by Pulumi, installed by Ansible, used by clients.

The tests run in the order of this file and share the hosts of one `make up`.
"""

from __future__ import annotations

import os
import subprocess
import threading
import time
from pathlib import Path

import flights
import pytest
from confluent_kafka import Producer
from confluent_kafka.admin import AdminClient, NewTopic

pytestmark = [pytest.mark.hosts, pytest.mark.timeout(2400)]
ROOT = Path(__file__).parents[2]
FLIGHTS = 336_776
ADMIN_TIMEOUT_SECONDS = 60
ROLL_TIMEOUT_SECONDS = 900


def podman(*args: str) -> None:
    subprocess.run(["podman", *args], check=True, capture_output=True, timeout=60)


def create_topic(hosts, name: str, partitions: int) -> None:
    admin = AdminClient({"bootstrap.servers": hosts.bootstrap})
    topic = NewTopic(name, partitions, 3)
    for created in admin.create_topics([topic]).values():
        created.result(ADMIN_TIMEOUT_SECONDS)


def ansible(playbook: str, *args: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["ansible-playbook", "-i", "inventories/e2e/hosts.yml", f"ansible/{playbook}", *args],
        check=False,
        cwd=ROOT,
        env={**os.environ, "ANSIBLE_CONFIG": "ansible/ansible.cfg"},
        capture_output=True,
        text=True,
        timeout=ROLL_TIMEOUT_SECONDS,
    )


def test_three_hosts_form_one_healthy_cluster(hosts):
    health = hosts.wait_healthy()
    assert sorted(health["all_nodes"]) == sorted(node["id"] for node in hosts.cluster["nodes"])
    assert len(hosts.cluster["nodes"]) == 3


def test_flights_survive_the_loss_of_the_busiest_host(hosts):
    create_topic(hosts, "flights", 12)
    hosts.wait_healthy()
    killed: list[str] = []

    def kill_the_busiest() -> None:
        node = hosts.node(hosts.busiest_node("flights"))
        podman("kill", node["host"])
        killed.append(node["host"])

    sent = flights.produce(
        hosts.bootstrap, "flights", flights.records(), after={100_000: kill_the_busiest}
    )
    assert killed
    assert sent.count == FLIGHTS

    reader = flights.GroupReader(hosts.bootstrap, "flights", "flights-readers")
    reader.read(FLIGHTS)
    assert reader.seen.count == FLIGHTS
    assert len(reader.places) == FLIGHTS
    assert reader.seen.result() == sent.result()
    assert len(reader.members) == flights.GROUP_SIZE, "every member of the group took a part"

    podman("start", killed[0])
    health = hosts.wait_healthy()
    assert not health["nodes_down"]


@pytest.mark.usefixtures("hosts")
def test_a_second_run_changes_nothing():
    done = ansible("site.yml")
    assert done.returncode == 0, done.stdout[-4000:]
    recap = [line for line in done.stdout.splitlines() if "changed=" in line]
    assert len(recap) >= 3
    assert all("changed=0" in line for line in recap), recap


@pytest.mark.usefixtures("hosts")
def test_check_mode_works_on_a_live_cluster():
    done = ansible("site.yml", "--check")
    assert done.returncode == 0, done.stdout[-4000:]


def test_a_rolling_restart_under_load_fails_no_produce(hosts):
    create_topic(hosts, "rolled", 6)
    hosts.wait_healthy()
    started = {b["node_id"]: b["started_at"] for b in hosts.admin("/v1/brokers")}
    failures, acknowledged, stop = [], [], threading.Event()

    def on_delivery(error, message) -> None:
        if error is None:
            acknowledged.append((message.partition(), message.offset(), message.value()))
        else:
            failures.append(error)

    def constant_load() -> None:
        producer = Producer(
            {
                "bootstrap.servers": hosts.bootstrap,
                "acks": "all",
                "enable.idempotence": True,
                "linger.ms": 5,
            }
        )
        for number in range(200_000):
            if stop.is_set():
                break
            producer.produce("rolled", str(number).encode(), on_delivery=on_delivery)
            producer.poll(0.005)
        producer.flush(60)

    load = threading.Thread(target=constant_load)
    load.start()
    try:
        done = ansible("roll-restart.yml")
        time.sleep(2)
    finally:
        stop.set()
        load.join(120)
    assert done.returncode == 0, done.stdout[-4000:]
    assert not failures
    assert acknowledged
    hosts.wait_healthy()
    again = {b["node_id"]: b["started_at"] for b in hosts.admin("/v1/brokers")}
    assert all(again[node] != started[node] for node in started), "every node was restarted"

    reader = flights.GroupReader(hosts.bootstrap, "rolled", "rolled-readers")
    reader.read(len(acknowledged))
    assert sorted(reader.values) == sorted(value for _, _, value in acknowledged)
