"""Transactions while producers and brokers die: a reader sees what was committed, once.

`HEADRACE_TORTURE_SECONDS` changes how long it goes on.
"""

from __future__ import annotations

import os
import random
import time

import pytest
from steadyload import make_topic
from transactionload import TransactionLoad

TOPIC = "tortured"
PARTITIONS = 6
WORKERS = 20
SECONDS_BETWEEN_FAULTS = 3


def torture(cluster, seconds: float) -> None:
    make_topic(cluster.bootstrap, TOPIC, PARTITIONS)
    load = TransactionLoad(cluster.bootstrap, TOPIC, PARTITIONS, WORKERS)
    load.start()
    end = time.monotonic() + float(os.environ.get("HEADRACE_TORTURE_SECONDS", seconds))
    broker = 0
    while time.monotonic() < end:
        for _ in range(3):
            time.sleep(SECONDS_BETWEEN_FAULTS)
            load.kill_one()
        cluster.kill(broker)
        time.sleep(random.uniform(0, 3))
        cluster.restart_ended()
        broker = (broker + 1) % 3
    load.stop()
    committed = load.check("torture-reader")
    assert committed > WORKERS, "hardly anything was committed"
    assert not cluster.unexpected_log_lines()


def test_torture(start_cluster):
    torture(start_cluster(3), seconds=30)


@pytest.mark.long
@pytest.mark.timeout(1200)
def test_torture_for_five_minutes(start_cluster):
    torture(start_cluster(3), seconds=300)
