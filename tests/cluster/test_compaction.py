"""The cluster's own topics are compacted under load; after a kill of all nodes nothing is amiss."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from confluent_kafka import Consumer, KafkaError, KafkaException, Producer, TopicPartition
from javatools import JavaTools
from nodeprocess import admin_get
from records import eventually
from steadyload import make_topic
from transactionload import TransactionLoad

if TYPE_CHECKING:
    from devcluster import DevCluster

SEGMENT_BYTES = 1 << 20
SETTINGS = {
    "offsets.topic.num.partitions": "1",
    "offsets.topic.segment.bytes": str(SEGMENT_BYTES),
    "transaction.state.log.num.partitions": "1",
    "transaction.state.log.segment.bytes": str(SEGMENT_BYTES),
    "log.cleaner.min.cleanable.ratio": "0.01",
}
PARTITIONS = 6
# A transaction's state names its topics: a long name fills the segments soon.
TOPIC = "tortured".ljust(240, "-")
WORKERS = 4
COMMITTERS = 2
# A commit's record has it, too.
NOTE = "n" * 2_000
CLEANED_SECONDS = 240
ADMIN_SECONDS = 60


class Committer:
    """Commits rising offsets for one group as fast as it can until it is told to end."""

    def __init__(self, bootstrap: str, number: int) -> None:
        self.tried = self.acked = -1
        self.stop = threading.Event()
        self._consumer = Consumer(
            {
                "bootstrap.servers": bootstrap,
                "group.id": f"committer-{number}",
                "enable.auto.commit": False,
                "log_level": 2,
            }
        )
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        while not self.stop.is_set():
            self.tried += 1
            places = [TopicPartition(TOPIC, p, self.tried, NOTE) for p in range(PARTITIONS)]
            try:
                self._consumer.commit(offsets=places, asynchronous=False)
            except KafkaException:
                # The nodes have died; whether it arrived is not known.
                return
            self.acked = self.tried

    def end(self) -> None:
        self.stop.set()
        self._thread.join()

    def check(self) -> None:
        """The group is where the last answer said, or at the commit that got none."""

        def committed() -> set[int] | None:
            try:
                found = self._consumer.committed(
                    [TopicPartition(TOPIC, p) for p in range(PARTITIONS)], timeout=10
                )
            except KafkaException:
                return None
            return None if any(place.error for place in found) else {p.offset for p in found}

        found = eventually(committed, "the group's offsets are known")
        assert found in ({self.acked}, {self.tried})
        self._consumer.close()


def configure(bootstrap: str) -> None:
    """By Java: the other clients have no name for all brokers at once."""
    added = ",".join(f"{key}={value}" for key, value in SETTINGS.items())
    where = ("--bootstrap-server", bootstrap, "--entity-type", "brokers", "--entity-default")
    tools = JavaTools.assemble("4.3.1")
    tools.run("kafka.admin.ConfigCommand", *where, "--alter", "--add-config", added)


def shrunk(cluster: DevCluster, topic: str, segments: int = 2) -> bool:
    """Whether each node has this many full segments of the topic's partition that became small."""
    admin = cluster.info["nodes"][0]["admin"]
    partition = admin_get(admin, f"/v1/partitions/kafka/{topic}/0")
    if partition is None:
        # Made when somebody asks for a coordinator for the first time.
        return False
    group = partition["group"]
    for node in cluster.info["nodes"]:
        files = sorted(Path(node["dir"]).rglob(f"groups/{group:016x}/*.log"))
        closed = [file.stat().st_size for file in files[:-1]]
        if len([size for size in closed if size < SEGMENT_BYTES // 2]) < segments:
            return False
    return True


def transactional(bootstrap: str, name: str) -> Producer:
    producer = Producer({"bootstrap.servers": bootstrap, "transactional.id": name, "log_level": 2})
    producer.init_transactions(ADMIN_SECONDS)
    return producer


def transact(producer: Producer) -> None:
    producer.begin_transaction()
    producer.produce("beside", b"v", key=b"k")
    producer.commit_transaction(ADMIN_SECONDS)


@pytest.mark.timeout(600)
def test_offsets_and_transactions_survive_their_topics_compaction(start_cluster):
    cluster = start_cluster(3)
    configure(cluster.bootstrap)
    make_topic(cluster.bootstrap, TOPIC, PARTITIONS)
    make_topic(cluster.bootstrap, "beside", 1)
    zombie = transactional(cluster.bootstrap, "beside")
    transact(zombie)
    successor = transactional(cluster.bootstrap, "beside")
    transact(successor)
    load = TransactionLoad(cluster.bootstrap, TOPIC, PARTITIONS, WORKERS)
    load.start()
    committers = [Committer(cluster.bootstrap, n) for n in range(COMMITTERS)]
    try:
        for topic in ("__consumer_offsets", "__transaction_state"):
            eventually(
                lambda name=topic: shrunk(cluster, name), f"{topic} shrinks", CLEANED_SECONDS
            )
        for node in cluster.info["nodes"]:
            cluster.kill(node["id"])
    except BaseException:
        # The test has failed: nothing of it goes on.
        for worker in load.workers:
            worker.end(kill=True)
        raise
    finally:
        for committer in committers:
            committer.stop.set()
    cluster.restart_ended()
    for committer in committers:
        committer.end()
        assert committer.acked > 0
        committer.check()
    load.stop()
    assert load.check("compaction-reader") > WORKERS
    with pytest.raises(KafkaException) as fenced:
        transact(zombie)
    assert fenced.value.args[0].code() in (KafkaError._FENCED, KafkaError.INVALID_PRODUCER_EPOCH)
    transact(successor)
    transact(transactional(cluster.bootstrap, "beside"))
    assert not cluster.unexpected_log_lines()
