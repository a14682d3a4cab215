"""Requests about consumer groups of the classic protocol, and their offsets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conversation import Step, asks

if TYPE_CHECKING:
    from conversation import Body, State

GROUP, TOPIC = "readers", "records"
PROTOCOLS = [{"Name": "range", "Metadata": b"\0\0"}, {"Name": "roundrobin", "Metadata": b"\0\1"}]

NO_SUBSCRIPTION = {"Name": "range", "Metadata": b""}


def join(version: int, name: str, **extra: Any) -> Step:
    """Joins; the member id and the generation are kept."""

    def body(state: State) -> Body:
        return {
            "GroupId": GROUP,
            "SessionTimeoutMs": 30_000,
            "RebalanceTimeoutMs": 30_000,
            "MemberId": state.get("member", "") if extra.get("again") else "",
            "ProtocolType": "consumer",
            "Protocols": PROTOCOLS,
            **{key: value for key, value in extra.items() if key != "again"},
        }

    def keep(state: State, answer: Body) -> None:
        if answer["MemberId"]:
            state["member"] = answer["MemberId"]
        state["generation"] = answer["GenerationId"]

    return Step(f"JoinGroup v{version}: {name}", "JoinGroup", version, body, keep)


def member(api: str, version: int, name: str, **extra: Any) -> Step:
    """A request of the member that has joined."""

    def body(state: State) -> Body:
        epoch = "GenerationIdOrMemberEpoch" if api == "OffsetCommit" else "GenerationId"
        own: Body = {"GroupId": GROUP, "MemberId": state["member"]}
        if api != "LeaveGroup":
            own[epoch] = state["generation"]
        if api == "SyncGroup":
            own["Assignments"] = [{"MemberId": state["member"], "Assignment": b"mine"}]
            own |= {"ProtocolType": "consumer", "ProtocolName": "range"}
        if api == "LeaveGroup" and version >= 3:
            own["Members"] = [{"MemberId": state["member"]}]
        if api == "OffsetCommit":
            own["Topics"] = committed(state)
        return own | extra

    return Step(f"{api} v{version}: {name}", api, version, body)


def committed(state: State, **extra: Any) -> list[Body]:
    """An offset of one partition, by name or by id."""
    partition = {"PartitionIndex": 0, "CommittedOffset": 3, "CommittedMetadata": "note", **extra}
    return [{"Name": TOPIC, "TopicId": state["ids"][TOPIC], "Partitions": [partition]}]


def simple_commit(version: int, name: str, group: str = "simple", **extra: Any) -> Step:
    """A commit of somebody who is no member."""

    def body(state: State) -> Body:
        return {
            "GroupId": group,
            "GenerationIdOrMemberEpoch": -1,
            "Topics": committed(state),
            **{key: value(state) if callable(value) else value for key, value in extra.items()},
        }

    return Step(f"OffsetCommit v{version}: {name}", "OffsetCommit", version, body)


def offset_fetch(version: int, name: str, group: str, partitions: list[int] | None) -> Step:
    """Asks for a group's offsets, in the layout that the version has."""

    def body(state: State) -> Body:
        topics: list[Body] | None = None
        if partitions is not None:
            topic = {"Name": TOPIC, "PartitionIndexes": partitions}
            topics = [topic if version < 8 else {**topic, "TopicId": state["ids"][TOPIC]}]
        if version < 8:
            return {"GroupId": group, "Topics": topics}
        return {"Groups": [{"GroupId": group, "MemberEpoch": -1, "Topics": topics}]}

    return Step(f"OffsetFetch v{version}: {name}", "OffsetFetch", version, body)


def coordinator(version: int, name: str, **body: Any) -> Step:
    return Step(f"FindCoordinator v{version}: {name}", "FindCoordinator", version, body)


def finding() -> list[Step]:
    """Who coordinates."""
    script = [coordinator(v, "a group", Key=GROUP) for v in range(4)]
    script += [coordinator(v, "two groups", CoordinatorKeys=[GROUP, "other"]) for v in (4, 5, 6)]
    script += [
        coordinator(3, "an empty key", Key=""),
        coordinator(6, "no keys"),
        coordinator(6, "an empty key", CoordinatorKeys=[""]),
        coordinator(3, "type 9", Key="x", KeyType=9),
        coordinator(6, "type 9", CoordinatorKeys=["x"], KeyType=9),
        coordinator(3, "a transactional id", Key="t", KeyType=1),
    ]
    return script


def life() -> list[Step]:
    """A member's life, from the first request to the last."""
    script = [
        join(9, "no group id", GroupId=""),
        *(join(v, "session time-out too short", SessionTimeoutMs=1) for v in range(10)),
        join(9, "session time-out too long", SessionTimeoutMs=10_000_000),
        join(9, "no protocols", Protocols=[]),
        join(9, "no protocol type", ProtocolType=""),
        join(9, "a subscription that is none", GroupId="odd", Protocols=[NO_SUBSCRIPTION]),
        join(9, "an unknown member", MemberId="nobody"),
        join(5, "a new member is told its id"),
        join(5, "and comes with it", again=True),
        asks("DescribeGroups", 6, "in its first rebalance", {"Groups": [GROUP]}),
        member("SyncGroup", 3, "the leader's assignment"),
        member("Heartbeat", 3, "in good health"),
    ]
    script += [member("Heartbeat", v, "in good health") for v in (0, 1, 2, 4)]
    script += [member("Heartbeat", 4, "an old generation", GenerationId=0)]
    script += [member("Heartbeat", 4, "an unknown member", MemberId="nobody")]
    script += [member("Heartbeat", 4, "an unknown group", GroupId="nothing")]
    script += [member("SyncGroup", v, "again") for v in (0, 1, 2, 4, 5)]
    script += [
        member("SyncGroup", 5, "an old generation", GenerationId=0),
        member("SyncGroup", 5, "another protocol", ProtocolName="roundrobin"),
        member("SyncGroup", 5, "another type", ProtocolType="connect"),
        member("SyncGroup", 5, "an unknown member", MemberId="nobody"),
        join(9, "another type of protocol", ProtocolType="connect"),
        join(9, "no protocol in common", Protocols=[{"Name": "other", "Metadata": b""}]),
    ]
    script += [member("OffsetCommit", v, "of the member") for v in range(2, 11)]
    script += [
        member("OffsetCommit", 9, "an old generation", GenerationIdOrMemberEpoch=0),
        member("OffsetCommit", 9, "an unknown member", MemberId="nobody"),
        simple_commit(9, "not a member of a group with members", GROUP),
        Step("DeleteGroups v2: with members", "DeleteGroups", 2, {"GroupsNames": [GROUP]}),
        Step(
            "OffsetDelete v0: a topic that is read",
            "OffsetDelete",
            0,
            {"GroupId": GROUP, "Topics": [{"Name": TOPIC, "Partitions": [{"PartitionIndex": 0}]}]},
        ),
    ]
    script += described(GROUP, "with a member")
    script += [
        *(
            member("LeaveGroup", v, "an unknown member", Members=[{"MemberId": "nobody"}])
            for v in (3, 4, 5)
        ),
        *(member("LeaveGroup", v, "an unknown member", MemberId="nobody") for v in (0, 1, 2)),
        member("LeaveGroup", 5, "an unknown instance", Members=[{"GroupInstanceId": "i"}]),
        member("LeaveGroup", 5, "goes"),
        member("LeaveGroup", 5, "has gone"),
        member("LeaveGroup", 1, "has gone"),
        join(4, "an instance id is for later versions", GroupInstanceId="inst", GroupId="fixed"),
        join(9, "a static member", GroupInstanceId="inst", GroupId="fixed"),
        member("SyncGroup", 5, "a static member", GroupId="fixed", GroupInstanceId="inst"),
        member(
            *("Heartbeat", 4, "a static member under another id"),
            GroupId="fixed",
            GroupInstanceId="inst",
            MemberId="nobody",
        ),
    ]
    return script


def described(group: str, what: str) -> list[Step]:
    """How a group is told about, in all versions."""
    script = [
        Step(f"DescribeGroups v{v}: {what}", "DescribeGroups", v, {"Groups": [group]})
        for v in range(7)
    ]
    script += [Step(f"ListGroups v{v}: {what}", "ListGroups", v) for v in range(6)]
    script += [
        Step(f"ListGroups v5: {what}, {name}", "ListGroups", 5, body)
        for name, body in (
            ("empty ones", {"StatesFilter": ["Empty"]}),
            ("stable ones", {"StatesFilter": ["Stable"]}),
            ("state in small letters", {"StatesFilter": ["stable"]}),
            ("no such state", {"StatesFilter": ["Nowhere"]}),
            ("classic ones", {"TypesFilter": ["classic"]}),
            ("no such type", {"TypesFilter": ["odd"]}),
        )
    ]
    return script


def committing() -> list[Step]:
    """Offsets without members."""
    script = [simple_commit(v, "simple") for v in range(2, 11)]
    script += [
        simple_commit(9, "no group", ""),
        simple_commit(9, "no such topic", Topics=lambda _: [of("absent", 0)]),
        simple_commit(9, "no such partition", Topics=lambda _: [of(TOPIC, 99)]),
        simple_commit(
            9, "note too long", Topics=lambda s: committed(s, CommittedMetadata="n" * 5000)
        ),
        simple_commit(9, "null note", Topics=lambda s: committed(s, CommittedMetadata=None)),
        simple_commit(9, "offset -1", Topics=lambda s: committed(s, CommittedOffset=-1)),
        simple_commit(9, "no topics", Topics=lambda _: []),
        simple_commit(9, "a generation without a group", "empty", GenerationIdOrMemberEpoch=5),
    ]
    for version in range(1, 11):
        script += [
            offset_fetch(version, "one partition", "simple", [0]),
            offset_fetch(version, "nothing committed", "simple", [1]),
        ]
        if version >= 2:
            script.append(offset_fetch(version, "all", "simple", None))
    script += [
        offset_fetch(9, "no such group", "nothing", [0]),
        offset_fetch(9, "no such group, all", "nothing", None),
        offset_fetch(9, "no such partition", "simple", [99]),
        offset_fetch(5, "an empty group id", "", [0]),
    ]
    script += described("simple", "without members")
    script += described("nothing", "that is not there")
    script += [
        Step(
            f"OffsetDelete v0: {name}",
            "OffsetDelete",
            0,
            {"GroupId": group, "Topics": [{"Name": t, "Partitions": [{"PartitionIndex": p}]}]},
        )
        for name, group, t, p in (
            ("no such group", "nothing", TOPIC, 0),
            ("no such topic", "simple", "absent", 0),
            ("no such partition", "simple", TOPIC, 99),
            ("one offset", "simple", TOPIC, 0),
        )
    ]
    for version in (0, 1, 2):
        names = ["simple", "nothing", ""]
        body = {"GroupsNames": names}
        script.append(Step(f"DeleteGroups v{version}: three", "DeleteGroups", version, body))
    return script


def of(topic: str, partition: int) -> Body:
    """An offset of some partition."""
    return {"Name": topic, "Partitions": [{"PartitionIndex": partition, "CommittedOffset": 1}]}


def steps() -> list[Step]:
    """In the order in which they are asked."""
    return [*finding(), *committing(), *life()]
