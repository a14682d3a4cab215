"""Nodes of our own cluster die and come back; clients notice a pause and nothing else.

These tests stop nodes of the session's cluster and leave it whole again.
"""

from __future__ import annotations

import os
import signal
import threading
import time

import pytest
from anyrequest import ask, fetch, partition_of
from confluent_kafka import Consumer, KafkaError, Producer, TopicPartition
from kafka.protocol.consumer import OffsetForLeaderEpochRequest
from kafka.protocol.metadata import MetadataRequest
from rawkafka import Produced, RawConnection, batch
from records import WAIT_SECONDS, eventually, produce, read_partition

pytestmark = pytest.mark.timeout(300)


def broker_on(cluster, address):
    return next(node["id"] for node in cluster.info["nodes"] if node["kafka"] == address)


def leader_address(bootstrap, topic, seconds=WAIT_SECONDS, but_not=()):
    def find():
        for address in bootstrap.split(","):
            if address in but_not:
                continue
            try:
                with RawConnection(address, timeout=5) as connection:
                    found = connection.leader_of(topic)
            except OSError:
                continue
            if found is not None and found not in but_not:
                return found
        return None

    return eventually(find, f"a leader of {topic}", seconds)


def test_a_producer_outlives_the_leader(whole, make_topic):
    topic = make_topic(min_insync_replicas="2")
    producer = Producer(
        {
            "bootstrap.servers": whole.bootstrap,
            "enable.idempotence": True,
            "linger.ms": 1,
            "delivery.timeout.ms": 120_000,
        }
    )
    failed = []
    killed = threading.Event()

    def kill():
        whole.kill(broker_on(whole, leader_address(whole.bootstrap, topic)))
        killed.set()

    thread = threading.Thread(target=kill)
    total = 4000
    for n in range(total):
        if n == total // 4:
            thread.start()
        producer.produce(
            topic, b"%d" % n, on_delivery=lambda error, _: failed.append(error) if error else None
        )
        producer.poll(0)
        time.sleep(0.001)
    assert producer.flush(120) == 0
    thread.join()
    assert killed.is_set()
    assert not failed
    found = read_partition(whole.bootstrap, topic, total)
    assert [int(message.value()) for message in found] == list(range(total))


def test_writes_wait_for_enough_replicas(whole, make_topic):
    topic = make_topic(min_insync_replicas="3")
    address = leader_address(whole.bootstrap, topic)
    # A leader that was just elected waits for its followers' first answer instead of refusing.
    with RawConnection(address) as broker:
        assert broker.produce(topic, batch([b"all three"])).error == 0
    victim = next(n for n in whole.info["nodes"] if n["kafka"] != address)
    whole.kill(victim["id"])
    refusals = {KafkaError.NOT_ENOUGH_REPLICAS, KafkaError.NOT_ENOUGH_REPLICAS_AFTER_APPEND}

    def refused():
        leader = leader_address(whole.bootstrap, topic, but_not=(victim["kafka"],))
        with RawConnection(leader) as broker:
            return broker.produce(topic, batch([b"two"])).error in refusals

    eventually(refused, "acks=all is refused while one replica is away")
    leader = leader_address(whole.bootstrap, topic, but_not=(victim["kafka"],))
    with RawConnection(leader) as broker:
        assert broker.produce(topic, batch([b"one is enough"]), acks=1).error == 0
    whole.restart_ended()

    def accepted():
        with RawConnection(leader_address(whole.bootstrap, topic)) as broker:
            return broker.produce(topic, batch([b"three again"])).error == 0

    eventually(accepted, "acks=all is accepted again")


def end_of_epoch(broker, topic, epoch):
    """What OffsetForLeaderEpoch says: the epoch that it found, and where that ends."""
    partition = {"partition": 0, "current_leader_epoch": -1, "leader_epoch": epoch}
    topics = [{"topic": topic, "partitions": [partition]}]
    answer = ask(broker, OffsetForLeaderEpochRequest, 4, replica_id=-1, topics=topics)
    found = partition_of(answer)
    assert found.error_code == 0
    return found.leader_epoch, found.end_offset


def epoch_of(broker, topic):
    topics = [{"name": topic}]
    answer = ask(broker, MetadataRequest, 9, topics=topics, allow_auto_topic_creation=False)
    return partition_of(answer).leader_epoch


def test_a_new_leader_knows_where_older_epochs_end(whole, make_topic):
    """KIP-320: so a consumer finds out whether what it has read is still there."""
    topic = make_topic()
    old_address = leader_address(whole.bootstrap, topic)
    with RawConnection(old_address) as broker:
        for _ in range(3):
            assert broker.produce(topic, batch([b"v"])).error == 0
        old = epoch_of(broker, topic)
        assert end_of_epoch(broker, topic, old) == (old, 3)
    whole.kill(broker_on(whole, old_address))
    address = leader_address(whole.bootstrap, topic, but_not=(old_address,))
    with RawConnection(address) as broker:
        assert broker.produce(topic, batch([b"w"])).error == 0
        new = epoch_of(broker, topic)
        assert new > old
        assert end_of_epoch(broker, topic, old) == (old, 3)
        assert end_of_epoch(broker, topic, new) == (new, 4)
        fenced = fetch(broker, topic, 3, current_leader_epoch=old)
        assert fenced.error_code == KafkaError.FENCED_LEADER_EPOCH
        ahead = fetch(broker, topic, 3, current_leader_epoch=new + 1)
        assert ahead.error_code == KafkaError.UNKNOWN_LEADER_EPOCH
        assert fetch(broker, topic, 3, current_leader_epoch=new).error_code == 0


def test_what_only_the_leader_has_is_not_read(whole, make_topic):
    """Below the high watermark is what a majority has, whatever a producer waited for."""
    topic = make_topic()
    address = leader_address(whole.bootstrap, topic)
    followers = [node["pid"] for node in whole.info["nodes"] if node["kafka"] != address]
    with RawConnection(address) as broker:
        assert broker.produce(topic, batch([b"everywhere"])).error == 0
        try:
            for pid in followers:
                os.kill(pid, signal.SIGSTOP)
            assert broker.produce(topic, batch([b"here alone"]), acks=1) == Produced(0, 1)
            answer = fetch(broker, topic, 1)
            assert (answer.error_code, answer.high_watermark) == (0, 1)
            assert not answer.records
            assert broker.end_offset(topic) == 1
        finally:
            for pid in followers:
                os.kill(pid, signal.SIGCONT)
    produce(whole.bootstrap, topic, [b"everywhere again"])
    assert read_partition(whole.bootstrap, topic, 1)[0].value() == b"everywhere"


def test_a_group_outlives_its_coordinator(whole, make_topic, unique):
    topic, group = make_topic(partitions=2), unique("group")
    settings = {
        "bootstrap.servers": whole.bootstrap,
        "group.id": group,
        "auto.offset.reset": "earliest",
        "enable.auto.commit": False,
    }
    producer = Producer({"bootstrap.servers": whole.bootstrap})
    consumer = Consumer(settings)
    consumer.subscribe([topic])
    try:
        seen = []

        def read(count):
            for n in range(count):
                producer.produce(topic, b"%d" % n, partition=n % 2)
            assert producer.flush(WAIT_SECONDS) == 0

            def enough():
                message = consumer.poll(0.2)
                if message is not None and message.error() is None:
                    seen.append((message.partition(), message.offset()))
                return len(seen) >= count

            eventually(enough, f"{count} records", every=0)

        read(10)
        consumer.commit(asynchronous=False)
        # One of the three is the group's coordinator: ending each in turn ends it too.
        for node in list(whole.info["nodes"]):
            whole.kill(node["id"])
            time.sleep(1)
            whole.restart_ended()

            def committed():
                places = [TopicPartition(topic, p) for p in range(2)]
                try:
                    return [p.offset for p in consumer.committed(places, timeout=10)] == [5, 5]
                except Exception:  # noqa: BLE001  the coordinator may be between two nodes
                    return False

            eventually(committed, "the committed offsets are known again")
        seen.clear()
        read(10)
        assert len(seen) == len(set(seen))
    finally:
        consumer.close()
