"""A classic group by hand: its states, and what is asked in an older generation or too late."""

from __future__ import annotations

import struct

import pytest
from anyrequest import ask
from confluent_kafka import KafkaError
from kafka.protocol.admin import DescribeGroupsRequest
from kafka.protocol.consumer import (
    HeartbeatRequest,
    JoinGroupRequest,
    LeaveGroupRequest,
    OffsetCommitRequest,
    SyncGroupRequest,
)
from kafka.protocol.metadata import FindCoordinatorRequest
from rawkafka import RawConnection
from records import eventually

GROUP_KIND = 0
SHORTEST_SESSION_MS = 6_000
# A consumer's subscription and assignment, version 0: no topics, no user data.
NO_TOPICS = struct.pack(">hii", 0, 0, -1)


class Group:
    """One group's coordinator, and one member of it at a time."""

    def __init__(self, connection, name):
        self.connection = connection
        self.name = name
        self.member_id = ""
        self.generation = -1

    def ask(self, kind, version, **fields):
        return ask(self.connection, kind, version, group_id=self.name, **fields)

    def join(self, session_ms=10_000):
        protocols = [{"name": "range", "metadata": NO_TOPICS}]
        times = {"session_timeout_ms": session_ms, "rebalance_timeout_ms": 10_000}
        fields = {"protocol_type": "consumer", "protocols": protocols, **times}
        answer = self.ask(JoinGroupRequest, 5, member_id=self.member_id, **fields)
        self.member_id = answer.member_id
        if answer.error_code == KafkaError.MEMBER_ID_REQUIRED:
            return self.join(session_ms)
        assert answer.error_code == 0
        self.generation = answer.generation_id
        return self.generation

    def of(self, generation):
        return {"generation_id": generation, "member_id": self.member_id}

    def sync(self, generation):
        assignments = [{"member_id": self.member_id, "assignment": NO_TOPICS}]
        who = self.of(generation)
        return self.ask(SyncGroupRequest, 3, assignments=assignments, **who).error_code

    def beat(self, generation):
        return self.ask(HeartbeatRequest, 3, **self.of(generation)).error_code

    def commit(self, generation, member_id, topic):
        partition = {"partition_index": 0, "committed_offset": 5, "committed_metadata": ""}
        answer = self.ask(
            OffsetCommitRequest,
            7,
            generation_id_or_member_epoch=generation,
            member_id=member_id,
            topics=[{"name": topic, "partitions": [partition]}],
        )
        return answer.topics[0].partitions[0].error_code

    def state(self):
        (group,) = ask(self.connection, DescribeGroupsRequest, 5, groups=[self.name]).groups
        return group.group_state


@pytest.fixture
def group(bootstrap, unique):
    name = unique("group")
    first = bootstrap.split(",", maxsplit=1)[0]

    def coordinator():
        with RawConnection(first) as broker:
            fields = {"key_type": GROUP_KIND, "coordinator_keys": [name]}
            (found,) = ask(broker, FindCoordinatorRequest, 4, **fields).coordinators
        return found if found.error_code == 0 else None

    found = eventually(coordinator, f"a coordinator of {name}")
    with RawConnection(f"{found.host}:{found.port}") as connection:
        yield Group(connection, name)


def test_the_states_of_a_group(group):
    eventually(lambda: group.state() == "Dead", "the coordinator knows that there is none")
    assert group.sync(group.join()) == 0
    assert group.state() == "Stable"
    generation = group.join()
    assert group.state() == "CompletingRebalance"
    assert group.sync(generation) == 0
    assert group.state() == "Stable"
    members = [{"member_id": group.member_id}]
    assert group.ask(LeaveGroupRequest, 3, members=members).error_code == 0
    assert group.state() == "Empty"


def test_an_older_generation_is_refused(group, make_topic):
    topic = make_topic()
    first = group.join()
    assert group.sync(first) == 0
    second = group.join()
    assert second == first + 1
    illegal = KafkaError.ILLEGAL_GENERATION
    assert (group.sync(first), group.beat(first)) == (illegal, illegal)
    assert group.commit(first, group.member_id, topic) == illegal
    assert group.sync(second) == 0
    assert group.commit(first, group.member_id, topic) == illegal
    assert group.commit(second, "somebody else", topic) == KafkaError.UNKNOWN_MEMBER_ID
    assert group.commit(second, group.member_id, topic) == 0
    assert group.beat(second) == 0


def test_a_silent_member_loses_its_session(group):
    generation = group.join(SHORTEST_SESSION_MS)
    assert group.sync(generation) == 0
    eventually(lambda: group.state() == "Empty", "the member is thrown out")
    assert group.beat(generation) == KafkaError.UNKNOWN_MEMBER_ID
