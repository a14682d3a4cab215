"""Requests about consumer groups of the newer protocol (KIP-848) and streams groups (KIP-1071)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conversation import asks
from script_groups import committed

if TYPE_CHECKING:
    from conversation import Body, State, Step

TOPIC = "records"
CONSUMERS, MEMBER = "new-readers", "AAAAAAAAAAAAAAAAAAAAAg"
STREAMS, WORKER = "workers", "AAAAAAAAAAAAAAAAAAAAAw"
JOINS, LEAVES, LEAVES_FOR_NOW = 0, -1, -2
FIRST: Body = {"RebalanceTimeoutMs": 30_000, "SubscribedTopicNames": [TOPIC], "TopicPartitions": []}


def heartbeat(version: int, name: str, epoch: int | None = None, **more: Any) -> Step:
    """A consumer's heartbeat; its epoch is the one that it was told, unless another is given."""
    until = more.pop("until", None)

    def body(state: State) -> Body:
        own: Body = {"GroupId": CONSUMERS, "MemberId": MEMBER, "RebalanceTimeoutMs": -1}
        own |= {"SubscribedTopicNames": None, "TopicPartitions": None}
        own["MemberEpoch"] = state.get("consumer epoch", 0) if epoch is None else epoch
        return own | more

    def keep(state: State, answer: Body) -> None:
        if answer["ErrorCode"] == 0 and not {"GroupId", "MemberId"} & set(more):
            state["consumer epoch"] = answer["MemberEpoch"]

    return asks("ConsumerGroupHeartbeat", version, name, body, keep=keep, until=until)


def owned(state: State) -> list[Body]:
    """Both partitions, as the member's own."""
    return [{"TopicId": state["ids"][TOPIC], "Partitions": [0, 1]}]


def consumers() -> list[Step]:
    """A consumer's life in a group of the newer protocol."""
    return [*no_consumers(), *joined(), *with_offsets(), *static(), *left()]


def no_consumers() -> list[Step]:
    """What no member may say, and groups that are not there."""
    wrong: list[tuple[str, int, Body]] = [
        ("no group", JOINS, {"GroupId": ""}),
        ("no member id", JOINS, {"MemberId": ""}),
        ("epoch -3", -3, {}),
        ("no subscription", JOINS, {"SubscribedTopicNames": None}),
        ("an empty subscription", JOINS, {"SubscribedTopicNames": []}),
        ("no rebalance time-out", JOINS, {"RebalanceTimeoutMs": -1}),
        ("no partitions named", JOINS, {"TopicPartitions": None}),
        (
            *("comes with partitions", JOINS),
            {"TopicPartitions": [{"TopicId": "00000000-0000-0000-0000-000000000001"}]},
        ),
        ("an unknown assignor", JOINS, {"ServerAssignor": "odd"}),
        ("an empty instance id", JOINS, {"InstanceId": ""}),
        ("an empty rack", JOINS, {"RackId": ""}),
        ("a bad regular expression", JOINS, {"SubscribedTopicRegex": "a("}),
        ("leaves for now without an instance id", LEAVES_FOR_NOW, {}),
        ("an unknown member", 5, {}),
        ("leaves a group that is not there", LEAVES, {"GroupId": "no-consumers"}),
    ]
    script = [heartbeat(1, f"wrong: {name}", at, **{**FIRST, **body}) for name, at, body in wrong]
    script += [
        asks("ConsumerGroupDescribe", version, name, {"GroupIds": groups})
        for version in (0, 1)
        for name, groups in (
            ("no such group", ["no-consumers"]),
            ("a classic group", ["readers"]),
            ("an empty id", [""]),
            ("no groups", []),
        )
    ]
    return script


def joined() -> list[Step]:
    """A member that joins, and what is told of it."""
    return [
        heartbeat(1, "joins", JOINS, **FIRST),
        asks(
            *("ConsumerGroupHeartbeat", 1, "owns its partitions"),
            lambda state: {
                "GroupId": CONSUMERS,
                "MemberId": MEMBER,
                "MemberEpoch": state["consumer epoch"],
                "TopicPartitions": owned(state),
                "RebalanceTimeoutMs": -1,
                "SubscribedTopicNames": None,
            },
        ),
        heartbeat(0, "in good health"),
        heartbeat(1, "in good health"),
        heartbeat(1, "an epoch to come", 1000),
        heartbeat(1, "an epoch of the past", 0, TopicPartitions=None),
        heartbeat(1, "another assignor", ServerAssignor="range"),
        heartbeat(1, "has settled"),
        heartbeat(1, "a classic group's name", JOINS, **FIRST, GroupId="readers"),
        *described("with a member"),
        asks("DescribeGroups", 6, "a newer group", {"Groups": [CONSUMERS]}),
        asks("DescribeGroups", 5, "a newer group", {"Groups": [CONSUMERS]}),
        asks("DeleteGroups", 2, "a newer group with members", {"GroupsNames": [CONSUMERS]}),
        asks("ShareGroupDescribe", 1, "a newer group", {"GroupIds": [CONSUMERS]}),
        asks("StreamsGroupDescribe", 0, "a newer group", {"GroupIds": [CONSUMERS]}),
        asks(
            *("ShareGroupHeartbeat", 1, "a newer group's name"),
            {"GroupId": CONSUMERS, "MemberId": WORKER, "SubscribedTopicNames": [TOPIC]},
        ),
        asks("Heartbeat", 4, "in a newer group", {"GroupId": CONSUMERS, "MemberId": MEMBER}),
        asks(
            *("SyncGroup", 5, "in a newer group"),
            {"GroupId": CONSUMERS, "MemberId": MEMBER, "GenerationId": 1},
        ),
        asks(
            *("LeaveGroup", 5, "in a newer group"),
            {"GroupId": CONSUMERS, "Members": [{"MemberId": "nobody"}]},
        ),
    ]


def described(what: str) -> list[Step]:
    """How the group is told about."""
    body = {"GroupIds": [CONSUMERS], "IncludeAuthorizedOperations": True}
    return [
        *(asks("ConsumerGroupDescribe", v, what, body) for v in (0, 1)),
        asks("ListGroups", 5, f"newer groups, {what}", {"TypesFilter": ["Consumer"]}),
    ]


def with_offsets() -> list[Step]:
    """Commits of the member, of a stranger, and of the past."""
    script = []
    for name, member, epoch in (
        ("of a newer member", MEMBER, None),
        ("of a newer member's past", MEMBER, 0),
        ("of a newer member's future", MEMBER, 1000),
        ("of a stranger in a newer group", "nobody", 1),
        ("of no member of a newer group", "", -1),
    ):

        def named(state: State, member: str = member, epoch: int | None = epoch) -> Body:
            own = state["consumer epoch"] if epoch is None else epoch
            return {"GroupId": CONSUMERS, "MemberId": member, "GenerationIdOrMemberEpoch": own}

        def commit(state: State, named: Any = named) -> Body:
            return {**named(state), "Topics": committed(state)}

        def fetch(state: State, named: Any = named) -> Body:
            who = named(state)
            topic = {"Name": TOPIC, "TopicId": state["ids"][TOPIC], "PartitionIndexes": [0]}
            own = {"GroupId": CONSUMERS, "MemberId": who["MemberId"], "Topics": [topic]}
            return {"Groups": [{**own, "MemberEpoch": who["GenerationIdOrMemberEpoch"]}]}

        script += [asks("OffsetCommit", v, name, commit) for v in (8, 9, 10)]
        script += [asks("OffsetFetch", v, name, fetch) for v in (9, 10)]
    return script


def static() -> list[Step]:
    """A member with an instance id, which comes back under another id."""
    group = {"GroupId": "fixed-readers"}
    here = {**FIRST, **group, "InstanceId": "instance"}
    first, second = {"MemberId": "first"}, {"MemberId": "second"}
    beats = {"GroupId": "fixed-readers", "InstanceId": "instance"}
    return [
        heartbeat(1, "a static member joins", JOINS, **here, **first),
        heartbeat(1, "its instance id is taken", JOINS, **here, **second),
        heartbeat(1, "a static member's other id", 1, **beats, **second),
        heartbeat(1, "an unknown instance", 1, **{**beats, "InstanceId": "other"}, **first),
        heartbeat(1, "leaves for now", LEAVES_FOR_NOW, **beats, **first),
        heartbeat(1, "a static member comes back", JOINS, **here, **second),
        heartbeat(1, "the id that it had before", 1, **beats, **first),
        heartbeat(1, "leaves for good", LEAVES, **beats, **second),
        asks("DeleteGroups", 2, "static readers", {"GroupsNames": ["fixed-readers"]}),
    ]


def left() -> list[Step]:
    """The member goes, and then the group."""
    return [
        heartbeat(1, "a regular expression", SubscribedTopicRegex="rec.*"),
        heartbeat(1, "leaves", LEAVES),
        heartbeat(1, "has left", LEAVES),
        *described("without a member"),
        asks("DeleteGroups", 2, "a newer group", {"GroupsNames": [CONSUMERS]}),
    ]


def topology(*, epoch: int = 1, **more: Any) -> Body:
    """One task a partition of the topic, without state."""
    one = {"SubtopologyId": "0", "SourceTopics": [TOPIC], **more}
    return {"Epoch": epoch, "Subtopologies": [one]}


BEGINS: Body = {
    "RebalanceTimeoutMs": 30_000,
    "Topology": topology(),
    "ProcessId": "process",
    "ActiveTasks": [],
    "StandbyTasks": [],
    "WarmupTasks": [],
}


def works(name: str, epoch: int | None = None, **more: Any) -> Step:
    """A streams client's heartbeat."""
    until = more.pop("until", None)

    def body(state: State) -> Body:
        own: Body = {"GroupId": STREAMS, "MemberId": WORKER, "RebalanceTimeoutMs": -1}
        own["MemberEpoch"] = state.get("streams epoch", 0) if epoch is None else epoch
        return own | more

    def keep(state: State, answer: Body) -> None:
        if answer["ErrorCode"] == 0 and not {"GroupId", "MemberId"} & set(more):
            state["streams epoch"] = answer["MemberEpoch"]

    return asks("StreamsGroupHeartbeat", 0, name, body, keep=keep, until=until)


def changelog(**more: Any) -> list[Body]:
    """A topic that keeps a state."""
    return [{"Name": "changes", "Partitions": 0, "ReplicationFactor": 1, **more}]


def streams() -> list[Step]:
    """A streams client's life."""
    wrong: list[tuple[str, int, Body]] = [
        ("no group", JOINS, {"GroupId": ""}),
        ("no member id", JOINS, {"MemberId": ""}),
        ("epoch -3", -3, {}),
        ("no topology", JOINS, {"Topology": None}),
        ("no rebalance time-out", JOINS, {"RebalanceTimeoutMs": -1}),
        ("no process id", JOINS, {"ProcessId": None}),
        ("tasks not named", JOINS, {"ActiveTasks": None}),
        ("comes with tasks", JOINS, {"ActiveTasks": [{"SubtopologyId": "0", "Partitions": [0]}]}),
        ("an empty instance id", JOINS, {"InstanceId": ""}),
        ("an instance id", JOINS, {"InstanceId": "i"}),
        ("an empty rack", JOINS, {"RackId": ""}),
        ("an unknown member", 5, {}),
        ("leaves a group that is not there", LEAVES, {"GroupId": "no-streams"}),
        (
            "reads an internal topic",
            JOINS,
            {"Topology": topology(SourceTopics=["__consumer_offsets"])},
        ),
        (
            "a changelog with partitions",
            JOINS,
            {"Topology": topology(StateChangelogTopics=changelog(Partitions=3))},
        ),
        ("a bad name of a source", JOINS, {"Topology": topology(SourceTopics=["no good!"])}),
        (
            "a bad name of a changelog",
            JOINS,
            {"Topology": topology(StateChangelogTopics=changelog(Name="no good!"))},
        ),
        ("a bad regular expression", JOINS, {"Topology": topology(SourceTopicRegex=["a("])}),
        ("a pattern", JOINS, {"Topology": topology(SourceTopicRegex=["rec.*"])}),
        ("no subtopologies", JOINS, {"Topology": {"Epoch": 1, "Subtopologies": []}}),
        ("process id empty", JOINS, {"ProcessId": ""}),
        ("a classic group's name", JOINS, {"GroupId": "readers"}),
    ]
    script = [
        works(f"wrong: {name}", at, **{**BEGINS, "GroupId": f"wrong-{number}", **body})
        for number, (name, at, body) in enumerate(wrong)
    ]
    script += [
        asks("StreamsGroupDescribe", 0, name, {"GroupIds": groups})
        for name, groups in (
            ("no such group", ["no-streams"]),
            ("a classic group", ["readers"]),
            ("an empty id", [""]),
            ("no groups", []),
        )
    ]
    # Who was taken in goes: what becomes of it would depend on the time.
    script += [
        works(f"leaves group {number}", LEAVES, GroupId=f"wrong-{number}") for number in (5, 19, 20)
    ]
    return script + worker()


def has_tasks(answer: Body) -> bool:
    """Whether a heartbeat brought tasks."""
    return bool(answer["ActiveTasks"])


def worker() -> list[Step]:
    """A member that has work, and goes."""
    everything = [{"SubtopologyId": "0", "Partitions": [0, 1]}]
    missing = topology(SourceTopics=["absent"])
    return [
        works("joins", JOINS, **BEGINS),
        works("has work", until=has_tasks),
        works("owns it", ActiveTasks=everything, StandbyTasks=[], WarmupTasks=[]),
        works("in good health"),
        works("an epoch to come", 1000),
        works("another topology of the same epoch", Topology=topology(SourceTopics=["small"])),
        works("a topology of the past", Topology=topology(epoch=0)),
        works("a topology to come", Topology=topology(epoch=2)),
        works("only some of its tasks", ActiveTasks=everything),
        works(
            "a source is missing", JOINS, **{**BEGINS, "GroupId": "missing", "Topology": missing}
        ),
        *(
            asks("StreamsGroupDescribe", 0, f"with a member of {group}", {"GroupIds": [group]})
            for group in (STREAMS, "missing")
        ),
        asks("ListGroups", 5, "streams groups, with a member", {"TypesFilter": ["streams"]}),
        asks("DescribeGroups", 6, "a streams group", {"Groups": [STREAMS]}),
        asks("ConsumerGroupDescribe", 1, "a streams group", {"GroupIds": [STREAMS]}),
        asks("DeleteGroups", 2, "a streams group with members", {"GroupsNames": [STREAMS]}),
        works("leaves", LEAVES),
        works("has left", LEAVES),
        asks("StreamsGroupDescribe", 0, "without a member", {"GroupIds": [STREAMS]}),
        asks("DeleteGroups", 2, "a streams group", {"GroupsNames": [STREAMS]}),
    ]


def steps() -> list[Step]:
    """In the order in which they are asked."""
    return [*consumers(), *streams()]
