"""Requests about share groups (KIP-932): members, records, acknowledgements, offsets, states."""

from __future__ import annotations

import base64
import uuid
from typing import TYPE_CHECKING, Any

from conversation import asks
from rawkafka import batch
from script_admin import ABSENT, KEPT, SET, create, made, resource
from script_records import STAMP, produce

if TYPE_CHECKING:
    from conversation import Body, State, Step

GROUP, TOPIC, MEMBER = "sharers", "shared", "AAAAAAAAAAAAAAAAAAAAAQ"
GROUP_RESOURCE = 32
GAP, ACCEPT, RELEASE, REJECT, RENEW = range(5)
JOINS, LEAVES = 0, -1
OPEN, CLOSE = 0, -1


def heartbeat(name: str, epoch: int | None = None, **more: Any) -> Step:
    """A member's heartbeat; its epoch is the one that it was told, unless another is given."""
    until = more.pop("until", None)

    def body(state: State) -> Body:
        own = {"GroupId": GROUP, "MemberId": MEMBER}
        own["MemberEpoch"] = state.get("share epoch", 0) if epoch is None else epoch
        return own | more

    def keep(state: State, answer: Body) -> None:
        if answer["ErrorCode"] == 0 and not {"GroupId", "MemberId"} & set(more):
            state["share epoch"] = answer["MemberEpoch"]

    return asks("ShareGroupHeartbeat", 1, name, body, keep=keep, until=until)


def topics(state: State, partition: int = 0, topic: str = TOPIC, **more: Any) -> list[Body]:
    """One partition, by its topic's id."""
    return [
        {
            "TopicId": state["ids"].get(topic, ABSENT),
            "Partitions": [{"PartitionIndex": partition, **more}],
        }
    ]


def acknowledged(first: int, last: int, *kinds: int) -> dict[str, list[Body]]:
    """What became of some records."""
    one = {"FirstOffset": first, "LastOffset": last, "AcknowledgeTypes": list(kinds)}
    return {"AcknowledgementBatches": [one]}


def session(api: str, version: int, name: str, where: Body | None, **more: Any) -> Step:
    """A request in the member's session, whose epoch counts on with each that is answered."""
    until = more.pop("until", None)
    own_names = {"GroupId", "MemberId", "ShareSessionEpoch"}

    def body(state: State) -> Body:
        own: Body = {
            "GroupId": GROUP,
            "MemberId": MEMBER,
            "ShareSessionEpoch": state.get("share session", 0),
            "Topics": [] if where is None else topics(state, **where),
        }
        if api == "ShareFetch":
            own |= {"MaxWaitMs": 300, "MinBytes": 1, "MaxBytes": 1_000_000}
            own |= {"MaxRecords": 500, "BatchSize": 500}
        return own | more

    def keep(state: State, answer: Body) -> None:
        if answer["ErrorCode"] == 0 and not own_names & set(more):
            state["share session"] = state.get("share session", 0) + 1

    return asks(api, version, name, body, keep=keep, until=until)


def fetch(version: int, name: str, where: Body | None = None, **more: Any) -> Step:
    """Fetches in the member's session."""
    return session("ShareFetch", version, name, where, **more)


def acknowledge(version: int, name: str, where: Body | None, **more: Any) -> Step:
    """Acknowledges in the member's session."""
    return session("ShareAcknowledge", version, name, where, **more)


def has_records(answer: Body) -> bool:
    """Whether a fetch brought something."""
    partitions = [part for topic in answer["Responses"] for part in topic["Partitions"]]
    return any(part["AcquiredRecords"] for part in partitions)


def is_assigned(answer: Body) -> bool:
    """Whether a heartbeat brought partitions."""
    return bool(answer["Assignment"] and answer["Assignment"]["TopicPartitions"])


def prepared() -> list[Step]:
    """A topic with a few records, and groups that read it from its start."""
    earliest = [{"Name": "share.auto.offset.reset", "Value": "earliest", "ConfigOperation": SET}]
    change = {"Resources": [resource(GROUP_RESOURCE, GROUP, Configs=earliest)]}
    values = [b"a", b"b", b"c", b"d", b"e"]
    return [
        create(7, "shared", TOPIC, validate=False, Configs=KEPT),
        made("what is shared", [TOPIC]),
        produce(12, "five to share", batch(values, timestamp_ms=STAMP), topic=TOPIC),
        produce(12, "one to share", batch([b"f"], timestamp_ms=STAMP), topic=TOPIC),
        asks("IncrementalAlterConfigs", 1, "a share group reads all", change),
    ]


def nobody() -> list[Step]:
    """Of groups that are not there, and what no member may say."""
    ids = {"GroupIds": ["no-sharers"]}
    topic = "A" * 21 + "g"
    keys = [f"{GROUP}:{topic}:0", "no key", f"{GROUP}:no-id:0", f"{GROUP}:{topic}:x"]
    keys += [f"{GROUP}:{topic}:-1", f":{topic}:0", f"{GROUP}:{ABSENT}:0", f"a:{GROUP}:{topic}:0"]
    script = [
        asks("FindCoordinator", 6, f"share key {at}", {"KeyType": 2, "CoordinatorKeys": [key]})
        for at, key in enumerate(keys)
    ]
    wrong: list[tuple[str, int, Body]] = [
        ("no group", JOINS, {"GroupId": ""}),
        ("no member id", JOINS, {"MemberId": ""}),
        ("a short member id", JOINS, {"MemberId": "m"}),
        ("epoch -2", -2, {}),
        ("an empty rack", JOINS, {"RackId": ""}),
        ("joins without a subscription", JOINS, {}),
        ("joins with an empty subscription", JOINS, {"SubscribedTopicNames": []}),
        ("a member nobody knows", 5, {"SubscribedTopicNames": [TOPIC]}),
        ("leaves a group that is not there", LEAVES, {"GroupId": "no-sharers"}),
    ]
    script += [heartbeat(name, epoch, **body) for name, epoch, body in wrong]
    script += [
        asks("ShareGroupDescribe", 1, "no such group", ids),
        asks("ShareGroupDescribe", 1, "an empty id", {"GroupIds": [""]}),
        asks("ShareGroupDescribe", 1, "no groups"),
        asks("ShareGroupDescribe", 1, "of a classic group", {"GroupIds": ["readers"]}),
    ]
    return script


def joined() -> list[Step]:
    """A member, and what other kinds of groups' requests say of its group."""
    return [
        heartbeat("joins", JOINS, SubscribedTopicNames=[TOPIC]),
        heartbeat("joins again", JOINS, SubscribedTopicNames=[TOPIC], until=is_assigned),
        heartbeat("in good health"),
        heartbeat("an epoch to come", 1000),
        heartbeat("another subscription", SubscribedTopicNames=[TOPIC, "absent"]),
        heartbeat("has settled again"),
        heartbeat("a classic group's name", JOINS, GroupId="readers", SubscribedTopicNames=[TOPIC]),
        *described("with a member"),
        asks("DescribeGroups", 6, "a share group", {"Groups": [GROUP]}),
        asks("ConsumerGroupDescribe", 1, "a share group", {"GroupIds": [GROUP]}),
        asks("StreamsGroupDescribe", 0, "a share group", {"GroupIds": [GROUP]}),
        asks("DeleteGroups", 2, "a share group with members", {"GroupsNames": [GROUP]}),
        asks(
            *("ConsumerGroupHeartbeat", 1, "a share group's name"),
            {
                "GroupId": GROUP,
                "MemberId": "m",
                "RebalanceTimeoutMs": 1000,
                "SubscribedTopicNames": [TOPIC],
                "TopicPartitions": [],
            },
        ),
    ]


def described(what: str) -> list[Step]:
    """How the group is told about."""
    body = {"GroupIds": [GROUP], "IncludeAuthorizedOperations": True}
    return [
        asks("ShareGroupDescribe", 1, what, body),
        asks("ListGroups", 5, f"share groups, {what}", {"TypesFilter": ["share"]}),
    ]


def read() -> list[Step]:
    """Records for the member, and what it says of them."""
    here: Body = {}
    script = [
        fetch(2, f"wrong: {name}", here, **body)
        for name, body in (
            ("no group", {"GroupId": None}),
            ("an empty group", {"GroupId": "", "ShareSessionEpoch": 7}),
            ("no member id", {"MemberId": None}),
            ("an empty member id", {"MemberId": ""}),
            ("a stranger", {"MemberId": "m", "ShareSessionEpoch": 7}),
            ("no session yet", {"ShareSessionEpoch": 7}),
            ("closes what is not open", {"ShareSessionEpoch": CLOSE}),
            ("renews without being asked", {"IsRenewAck": True}),
        )
    ]
    opened = fetch(2, "opens and acknowledges", acknowledged(0, 0, ACCEPT), ShareSessionEpoch=OPEN)
    script += [
        opened,
        acknowledge(2, "wrong: no session", acknowledged(0, 0, ACCEPT), ShareSessionEpoch=3),
        acknowledge(2, "wrong: opens", acknowledged(0, 0, ACCEPT), ShareSessionEpoch=OPEN),
        acknowledge(2, "wrong: no group", acknowledged(0, 0, ACCEPT), GroupId=None),
        acknowledge(2, "wrong: no member id", acknowledged(0, 0, ACCEPT), MemberId=""),
        fetch(2, "opens", here, MaxRecords=2, BatchSize=1, until=has_records),
        fetch(1, "nothing is left of the first batch", here, MaxRecords=1),
        fetch(2, "a session's epoch of the past", here, ShareSessionEpoch=1),
    ]
    return script + acknowledging()


def acknowledging() -> list[Step]:
    """Good and bad acknowledgements, in a session over the partition."""
    said: list[tuple[str, Body]] = [
        ("accepts one", acknowledged(0, 0, ACCEPT)),
        ("accepts it again", acknowledged(0, 0, ACCEPT)),
        ("releases one", acknowledged(1, 1, RELEASE)),
        ("rejects one", acknowledged(2, 2, REJECT)),
        ("a gap", acknowledged(3, 3, GAP)),
        ("a type that is none", acknowledged(3, 3, 9)),
        ("a negative type", acknowledged(3, 3, -1)),
        ("more time without saying so", acknowledged(3, 3, RENEW)),
        ("no types", acknowledged(3, 3)),
        ("types that do not fit the range", acknowledged(3, 4, ACCEPT, ACCEPT, ACCEPT)),
        ("a range backwards", acknowledged(4, 3, ACCEPT)),
        ("negative offsets", acknowledged(-3, -2, ACCEPT)),
        ("beyond the end", acknowledged(100, 101, ACCEPT)),
        ("an unknown partition", {"partition": 99, **acknowledged(0, 0, ACCEPT)}),
    ]
    script = [acknowledge(2, name, where) for name, where in said]
    script += [
        acknowledge(2, "nothing", None),
        acknowledge(2, "more time", acknowledged(4, 4, RENEW), IsRenewAck=True),
        acknowledge(1, "the version before", acknowledged(4, 4, ACCEPT)),
        fetch(2, "what was released comes again", {}, until=has_records),
        fetch(2, "acknowledges and closes", acknowledged(1, 1, ACCEPT), ShareSessionEpoch=CLOSE),
        fetch(2, "the session is over", {}),
        acknowledge(2, "the session is over", None, ShareSessionEpoch=CLOSE),
        fetch(2, "begins with an unknown partition", {"partition": 99}, ShareSessionEpoch=OPEN),
        fetch(2, "begins anew", {}, ShareSessionEpoch=OPEN),
        acknowledge(
            *(2, "an unknown topic", {"topic": "absent", **acknowledged(0, 0, ACCEPT)}),
            ShareSessionEpoch=1,
        ),
        fetch(2, "an acquire mode that is none", {}, ShareSessionEpoch=OPEN, ShareAcquireMode=7),
        fetch(2, "begins with an unknown topic", {"topic": "absent"}, ShareSessionEpoch=OPEN),
    ]
    return script


def offsets_of(
    version: int, name: str, group: str, partitions: list[int] | None, **more: Any
) -> Step:
    """Where a group's reading stands."""
    named = None
    if partitions is not None:
        named = [{"TopicName": more.pop("topic", TOPIC), "Partitions": partitions}]
    body = {"Groups": [{"GroupId": group, "Topics": named}]}
    return asks("DescribeShareGroupOffsets", version, name, body, **more)


def altered(
    name: str, group: str = GROUP, topic: str = TOPIC, at: tuple[int, int] = (0, 1)
) -> Step:
    """Sets where a group begins to read."""
    partition, offset = at
    partitions = [{"PartitionIndex": partition, "StartOffset": offset}]
    body = {"GroupId": group, "Topics": [{"TopicName": topic, "Partitions": partitions}]}
    return asks("AlterShareGroupOffsets", 0, name, body)


def deleted(name: str, group: str = GROUP, topic: str = TOPIC) -> Step:
    """Forgets where a group reads."""
    body = {"GroupId": group, "Topics": [{"TopicName": topic}]}
    return asks("DeleteShareGroupOffsets", 0, name, body)


def offsets() -> list[Step]:
    """Offsets of a group with and without members."""
    script = [
        altered("with a member"),
        deleted("with a member"),
        *(offsets_of(v, "with a member", GROUP, [0]) for v in (0, 1)),
        heartbeat("leaves", LEAVES),
        heartbeat("has left", LEAVES),
        *described("without a member"),
        offsets_of(1, "all", GROUP, None),
        offsets_of(1, "no such group", "no-sharers", [0]),
        offsets_of(1, "no such group, all", "no-sharers", None),
        offsets_of(1, "an empty group id", "", [0]),
        offsets_of(1, "no such partition", GROUP, [99]),
        offsets_of(1, "no such topic", GROUP, [0], topic="absent"),
        offsets_of(1, "a topic that it does not read", GROUP, [0], topic="records"),
        offsets_of(1, "a classic group", "readers", [0]),
        asks("DescribeShareGroupOffsets", 1, "no groups"),
        altered("to offset 1"),
        offsets_of(1, "altered", GROUP, [0]),
        altered("beyond the end", at=(0, 1_000)),
        altered("a negative offset", at=(0, -5)),
        altered("no such partition", at=(99, 0)),
        altered("no such topic", topic="absent"),
        altered("an empty group id", ""),
        altered("of a classic group", "readers"),
        altered("of a group that is not there", "new-sharers"),
        asks("AlterShareGroupOffsets", 0, "no topics", {"GroupId": GROUP}),
        deleted("no such topic", topic="absent"),
        deleted("a topic that it does not read", topic="records"),
        deleted("no such group", "no-sharers"),
        deleted("an empty group id", ""),
        deleted("of a classic group", "readers"),
        asks("DeleteShareGroupOffsets", 0, "no topics", {"GroupId": GROUP}),
        deleted("one topic"),
        offsets_of(1, "deleted", GROUP, [0]),
        deleted("it is gone"),
    ]
    script += [
        asks("DeleteGroups", 2, f"the share group {group}", {"GroupsNames": [group]})
        for group in (GROUP, "new-sharers")
    ]
    return script


def stored(api: str, version: int, name: str, group: str = "states", **more: Any) -> Step:
    """A request between brokers about a share partition's state."""
    topic = more.pop("topic", TOPIC)

    def body(state: State) -> Body:
        partition = {"Partition": 0, **more}
        one = {"TopicId": state["ids"].get(topic, ABSENT), "Partitions": [partition]}
        return {"GroupId": group, "Topics": [one]}

    return asks(api, version, name, body)


def states() -> list[Step]:
    """What share partitions' leaders ask the coordinator of their states."""
    kept = [{"FirstOffset": 2, "LastOffset": 3, "DeliveryState": 0, "DeliveryCount": 1}]
    script = [
        asks("FindCoordinator", 6, "of a state", coordinator),
        stored("ReadShareGroupStateSummary", 1, "before it begins", LeaderEpoch=0),
        stored("ReadShareGroupState", 0, "before it begins", LeaderEpoch=0),
        stored("InitializeShareGroupState", 0, "begins", StateEpoch=1, StartOffset=2),
        stored("InitializeShareGroupState", 0, "an older epoch", StateEpoch=0, StartOffset=9),
        *(stored("ReadShareGroupStateSummary", v, "began", LeaderEpoch=0) for v in (0, 1)),
        stored("ReadShareGroupState", 0, "began", LeaderEpoch=0),
    ]
    for version in (0, 1):
        more = {"DeliveryCompleteCount": 1} if version else {}
        said = {"StateEpoch": 1, "LeaderEpoch": 0, "StartOffset": 2, "StateBatches": kept, **more}
        script.append(stored("WriteShareGroupState", version, "goes on", **said))
        fenced = {**said, "StateEpoch": 0}
        script.append(stored("WriteShareGroupState", version, "an older epoch", **fenced))
    script += [
        stored("ReadShareGroupState", 0, "went on", LeaderEpoch=1),
        stored("ReadShareGroupState", 0, "a leader of the past", LeaderEpoch=0),
        stored("ReadShareGroupStateSummary", 1, "went on", LeaderEpoch=1),
        stored("DeleteShareGroupState", 0, "ends"),
        stored("DeleteShareGroupState", 0, "has ended"),
        stored("ReadShareGroupState", 0, "has ended", LeaderEpoch=1),
    ]
    for api, more in (
        ("InitializeShareGroupState", {"StateEpoch": 1, "StartOffset": 2}),
        ("ReadShareGroupState", {}),
        ("WriteShareGroupState", {}),
        ("ReadShareGroupStateSummary", {}),
        ("DeleteShareGroupState", {}),
    ):
        script.append(stored(api, 0, "an empty group id", "", **more))
        script.append(stored(api, 0, "no such topic", topic="absent", **more))
        script.append(stored(api, 0, "no such partition", **{**more, "Partition": 99}))
        script.append(stored(api, 0, "partition -1", **{**more, "Partition": -1}))
        script.append(asks(api, 0, "no topics", {"GroupId": "states"}))
    return script


def coordinator(state: State) -> Body:
    """Who coordinates the state of the shared partition."""
    topic = uuid.UUID(state["ids"][TOPIC]).bytes
    name = base64.urlsafe_b64encode(topic).decode().rstrip("=")
    return {"KeyType": 2, "CoordinatorKeys": [f"states:{name}:0"]}


def steps() -> list[Step]:
    """In the order in which they are asked."""
    return [*prepared(), *nobody(), *joined(), *read(), *offsets(), *states()]
