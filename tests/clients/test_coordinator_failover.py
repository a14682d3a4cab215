"""The transaction coordinator dies while transactions are in each of their states.

A prepared transaction is held in its state by a partition whose only replica is away: its marker
cannot be written, so nothing can complete it before the coordinator dies.
"""

from __future__ import annotations

import itertools
from functools import partial

import pytest
from anyrequest import ask
from confluent_kafka import OFFSET_BEGINNING, Consumer, KafkaError, Producer, TopicPartition
from confluent_kafka.admin import NewTopic
from kafka.protocol.admin import DescribeTransactionsRequest
from kafka.protocol.metadata import FindCoordinatorRequest
from rawkafka import RawConnection
from records import WAIT_SECONDS, eventually

pytestmark = pytest.mark.timeout(300)

TRANSACTION = 1
# Before and after the fail-over, and whether the first record is committed at the end.
FATES = {
    "Empty": ("Empty", False),
    "Ongoing": ("Ongoing", True),
    "PrepareCommit": ("CompleteCommit", True),
    "PrepareAbort": ("CompleteAbort", False),
    "CompleteCommit": ("CompleteCommit", True),
    "CompleteAbort": ("CompleteAbort", False),
}


def coordinator_of(address, transactional_id):
    """The address of the node that coordinates the id; None when there is none."""
    with RawConnection(address) as broker:
        fields = {"key_type": TRANSACTION, "coordinator_keys": [transactional_id]}
        (found,) = ask(broker, FindCoordinatorRequest, 4, **fields).coordinators
    return f"{found.host}:{found.port}" if found.error_code == 0 else None


def state_of(address, transactional_id):
    """The state of the id's transaction as its coordinator tells it; None while there is none."""
    coordinator = coordinator_of(address, transactional_id)
    if coordinator is None:
        return None
    with RawConnection(coordinator) as broker:
        fields = {"transactional_ids": [transactional_id]}
        (found,) = ask(broker, DescribeTransactionsRequest, 0, **fields).transaction_states
    return found.transaction_state if found.error_code == 0 else None


def reaches(address, transactional_id, state):
    eventually(
        lambda: state_of(address, transactional_id) == state, f"{transactional_id} is {state}"
    )


def instance_of(bootstrap, transactional_id):
    producer = Producer({"bootstrap.servers": bootstrap, "transactional.id": transactional_id})
    producer.init_transactions(WAIT_SECONDS)
    return producer


def write(producer, value, places):
    for topic, partition in places:
        producer.produce(topic, value, partition=partition)
    assert producer.flush(WAIT_SECONDS) == 0


def committed(bootstrap, topic, partition):
    """All that a reader of committed records gets."""
    settings = {
        "bootstrap.servers": bootstrap,
        "group.id": "unused",
        "isolation.level": "read_committed",
        "enable.partition.eof": True,
    }
    values = []
    consumer = Consumer(settings)
    try:
        consumer.assign([TopicPartition(topic, partition, OFFSET_BEGINNING)])
        while True:
            message = eventually(lambda: consumer.poll(1), "a record or the end", every=0)
            if message.error() is None:
                values.append(message.value())
            else:
                assert message.error().code() == KafkaError._PARTITION_EOF
                return values
    finally:
        consumer.close()


@pytest.fixture
def topics(admin, make_topic, unique, whole):
    """One topic on all nodes, and one on the first node alone, with a partition for each state."""
    wide, narrow = make_topic(partitions=len(FATES)), unique("narrow")
    first = whole.info["nodes"][0]["id"]
    assignment = [[first]] * len(FATES)
    new = NewTopic(narrow, len(FATES), replica_assignment=assignment)
    admin.create_topics([new], operation_timeout=WAIT_SECONDS)[narrow].result(WAIT_SECONDS)
    yield wide, narrow
    admin.delete_topics([narrow])[narrow].exception(WAIT_SECONDS)


def test_every_state_outlives_its_coordinator(topics, unique, whole):
    wide, narrow = topics
    bootstrap = whole.bootstrap
    first, *others = whole.info["nodes"]
    last = others[-1]["kafka"]
    # Ids whose coordinator is not the first node, all the same one.
    (victim, _) = others
    names = (unique("id") for _ in itertools.count())
    ids = (name for name in names if coordinator_of(last, name) == victim["kafka"])
    chosen = dict(zip(FATES, ids, strict=False))
    producers, places = {}, {}
    for partition, (state, name) in enumerate(chosen.items()):
        producers[state] = instance_of(bootstrap, name)
        places[state] = [(wide, partition)]
        if state.startswith("Prepare"):
            places[state].append((narrow, partition))
        if state != "Empty":
            producers[state].begin_transaction()
            write(producers[state], b"first", places[state])
    producers["CompleteCommit"].commit_transaction(WAIT_SECONDS)
    producers["CompleteAbort"].abort_transaction(WAIT_SECONDS)
    whole.kill(first["id"])
    producers["PrepareCommit"].commit_transaction(WAIT_SECONDS)
    producers["PrepareAbort"].abort_transaction(WAIT_SECONDS)
    for state, name in chosen.items():
        reaches(last, name, state)
    assert {coordinator_of(last, name) for name in chosen.values()} == {victim["kafka"]}

    whole.kill(victim["id"])
    whole.restart_ended()
    for state, (then, _) in FATES.items():
        reaches(last, chosen[state], then)
    for state, producer in producers.items():
        if state != "Ongoing":
            producer.begin_transaction()
        write(producer, b"next", places[state])
        producer.commit_transaction(WAIT_SECONDS)
        other = instance_of(bootstrap, chosen[state])
        other.begin_transaction()
        write(other, b"another's", places[state])
        other.commit_transaction(WAIT_SECONDS)
    for state, (_, is_committed) in FATES.items():
        expected = [b"first"] * is_committed + [b"next", b"another's"]
        for topic, partition in places[state]:
            read = partial(committed, bootstrap, topic, partition)
            eventually(lambda read=read, expected=expected: read() == expected, state)
