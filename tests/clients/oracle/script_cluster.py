"""Requests of operators: replicas' places and leaders, folders, features, controllers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conversation import asks
from script_admin import (
    ABSENT,
    APPEND,
    BROKER_RESOURCE,
    DELETE,
    SET,
    SUBTRACT,
    TOPIC_RESOURCE,
    change,
    resource,
)

if TYPE_CHECKING:
    from conversation import Body, Step

TOPIC = "records"
PREFERRED, UNCLEAN = 0, 1
UPGRADE, SAFE_DOWNGRADE, UNSAFE_DOWNGRADE = 1, 2, 3


def folders() -> list[Step]:
    """Where replicas lie."""
    script = []
    for version in range(1, 6):
        for name, topics in (
            ("one topic", [{"Topic": "append-time", "Partitions": [0]}]),
            ("no such topic", [{"Topic": "absent", "Partitions": [0]}]),
            ("no topics", []),
        ):
            script.append(asks("DescribeLogDirs", version, name, {"Topics": topics}))
    script.append(
        asks(
            "DescribeLogDirs",
            4,
            "no such partition",
            {"Topics": [{"Topic": TOPIC, "Partitions": [99]}]},
        )
    )
    for version in (1, 2):
        for name, topic, partition in (
            ("a path that is none", TOPIC, 0),
            ("no such topic", "absent", 0),
            ("no such partition", TOPIC, 99),
        ):
            place = {"Path": "/nowhere", "Topics": [{"Name": topic, "Partitions": [partition]}]}
            script.append(asks("AlterReplicaLogDirs", version, name, {"Dirs": [place]}))
    script.append(asks("AlterReplicaLogDirs", 2, "nothing"))
    return script


def elections() -> list[Step]:
    """Leaders, asked for."""
    script = []
    for version in range(3):
        for name, topics in (
            ("a leader already", [{"Topic": TOPIC, "Partitions": [0]}]),
            ("no such topic", [{"Topic": "absent", "Partitions": [0]}]),
            ("no such partition", [{"Topic": TOPIC, "Partitions": [99]}]),
            ("none", []),
            ("all", None),
        ):
            body = {"TopicPartitions": topics, "TimeoutMs": 5000}
            script.append(asks("ElectLeaders", version, name, body))
    named = {"TopicPartitions": [{"Topic": TOPIC, "Partitions": [0]}], "TimeoutMs": 5000}
    script += [
        asks("ElectLeaders", 2, "unclean", {**named, "ElectionType": UNCLEAN}),
        asks("ElectLeaders", 2, "an unknown kind", {**named, "ElectionType": 9}),
    ]
    return script


def moves() -> list[Step]:
    """Reassignments: to the only broker, to others, of what is not there."""
    wanted: list[tuple[str, str, int, list[int] | None]] = [
        ("where it is", TOPIC, 0, [0]),
        ("cancels what does not move", TOPIC, 0, None),
        ("to an unknown broker", TOPIC, 0, [42]),
        ("to nobody", TOPIC, 0, []),
        ("twice to one broker", TOPIC, 0, [0, 0]),
        ("to broker -1", TOPIC, 0, [-1]),
        ("no such topic", "absent", 0, [0]),
        ("no such partition", TOPIC, 99, [0]),
        ("more replicas than brokers", TOPIC, 0, [0, 1]),
    ]
    script = []
    for version in (0, 1):
        for name, topic, partition, replicas in wanted:
            one = {"PartitionIndex": partition, "Replicas": replicas}
            body = {"TimeoutMs": 5000, "Topics": [{"Name": topic, "Partitions": [one]}]}
            script.append(asks("AlterPartitionReassignments", version, name, body))
    here = [{"PartitionIndex": 0, "Replicas": [0]}]
    same = {"Topics": [{"Name": TOPIC, "Partitions": here}], "AllowReplicationFactorChange": False}
    script += [
        asks("AlterPartitionReassignments", 1, "as many replicas", {"TimeoutMs": 5000, **same}),
        asks("AlterPartitionReassignments", 1, "nothing"),
    ]
    script += [
        asks("ListPartitionReassignments", 0, name, {"TimeoutMs": 5000, "Topics": topics})
        for name, topics in (
            ("all", None),
            ("none", []),
            ("one", [{"Name": TOPIC, "PartitionIndexes": [0]}]),
            ("no such topic", [{"Name": "absent", "PartitionIndexes": [0]}]),
            ("no such partition", [{"Name": TOPIC, "PartitionIndexes": [99]}]),
        )
    ]
    return script


def partitions() -> list[Step]:
    """DescribeTopicPartitions, page by page."""
    both = [{"Name": "records"}, {"Name": "small"}]
    described: list[tuple[str, Body]] = [
        ("two topics", {"Topics": both}),
        ("in the other order", {"Topics": both[::-1]}),
        ("a page of one", {"Topics": both, "ResponsePartitionLimit": 1}),
        ("the next page", {"Topics": both, "Cursor": cursor("records", 1)}),
        ("beyond the partitions", {"Topics": both, "Cursor": cursor("records", 99)}),
        ("from a topic that is not asked for", {"Topics": both, "Cursor": cursor("rest", 0)}),
        ("from partition -1", {"Topics": both, "Cursor": cursor("records", -1)}),
        ("a page of none", {"Topics": both, "ResponsePartitionLimit": 0}),
        ("a page of -1", {"Topics": both, "ResponsePartitionLimit": -1}),
        ("no such topic", {"Topics": [{"Name": "absent"}]}),
        ("a bad name", {"Topics": [{"Name": "no good!"}]}),
        ("an empty name", {"Topics": [{"Name": ""}]}),
        ("twice the same", {"Topics": [{"Name": "small"}] * 2}),
    ]
    return [
        asks("DescribeTopicPartitions", 0, name, {"ResponsePartitionLimit": 100, **body})
        for name, body in described
    ]


def cursor(topic: str, partition: int) -> Body:
    return {"TopicName": topic, "PartitionIndex": partition}


def features() -> list[Step]:
    """Levels of features, not changed."""
    script = []
    for version in range(3):
        for name, feature, level, how in (
            ("an unknown feature", "odd.version", 1, UPGRADE),
            ("a level beyond ours", "group.version", 99, UPGRADE),
            ("a level below 0", "group.version", -1, UPGRADE),
            ("no downgrade by an upgrade", "transaction.version", 0, UPGRADE),
            ("the level that it has", "transaction.version", 2, UPGRADE),
            ("an unknown kind of change", "transaction.version", 2, 9),
        ):
            if version == 0 and how == 9:
                continue
            update: Body = {"Feature": feature, "MaxVersionLevel": level}
            if version:
                update["UpgradeType"] = how
            body: Body = {"timeoutMs": 5000, "FeatureUpdates": [update]}
            if version:
                body["ValidateOnly"] = True
            script.append(asks("UpdateFeatures", version, name, body))
        script.append(asks("UpdateFeatures", version, "nothing", {"timeoutMs": 5000}))
    return script


def controllers() -> list[Step]:
    """The quorum's members, which these calls do not change."""
    voter = {"VoterId": 42, "VoterDirectoryId": ABSENT}
    at = [{"Name": "CONTROLLER", "Host": "127.0.0.1", "Port": 1}]
    other = {"ClusterId": "another cluster"}
    script = [
        asks("AddRaftVoter", v, name, {**voter, "TimeoutMs": 1000, "Listeners": at, **more})
        for v in (0, 1)
        for name, more in (("a node that is none", {}), ("of another cluster", other))
    ]
    script += [
        asks("RemoveRaftVoter", 0, name, {**voter, **more})
        for name, more in (("a node that is none", {}), ("of another cluster", other))
    ]
    script += [
        asks("DescribeQuorum", v, name, quorum(topic, partition))
        for v in (0, 1, 2)
        for name, topic, partition in (
            ("of a topic", TOPIC, 0),
            ("partition 7 of the metadata", "__cluster_metadata", 7),
        )
    ]
    script.append(asks("DescribeQuorum", 2, "nothing"))
    script += [
        asks("UnregisterBroker", 0, "broker -1", {"BrokerId": -1}),
        *(
            asks("ListConfigResources", 1, name, {"ResourceTypes": kinds})
            for name, kinds in (
                ("brokers", [4]),
                ("topics", [2]),
                ("groups", [32]),
                ("metrics", [16]),
                ("loggers", [8]),
                ("an unknown kind", [77]),
            )
        ),
    ]
    return script


BACKOFF, POLICY = "log.cleaner.backoff.ms", "log.cleanup.policy"


def brokers() -> list[Step]:
    """Properties of one broker, which count before those of all (KIP-226)."""
    own = "0"
    changes: list[tuple[str, str, Body]] = [
        ("a broker", own, change(BACKOFF, SET, "20000")),
        ("a broker: not a number", own, change(BACKOFF, SET, "soon")),
        ("a broker: below the least", own, change(BACKOFF, SET, "-1")),
        ("a broker: a null value", own, change(BACKOFF, SET, None)),
        ("a broker: appends to a number", own, change(BACKOFF, APPEND, "1")),
        ("a broker: an unknown key", own, change("odd.key", SET, "1")),
        ("a broker: deletes an unknown key", own, change("odd.key", DELETE, None)),
        ("a broker: a key of the file", own, change("log.dirs", SET, "/nowhere")),
        ("a broker: a key of the whole cluster", own, change("num.partitions", SET, "3")),
        ("a broker: replicas in sync", own, change("min.insync.replicas", SET, "1")),
        ("a broker: deletes what is not set", own, change("log.roll.ms", DELETE, None)),
        ("a broker: appends to a list", own, change(POLICY, APPEND, "compact")),
        ("a broker: subtracts from a list", own, change(POLICY, SUBTRACT, "delete")),
        ("a broker: twice", own, {"Configs": change(BACKOFF, SET, "1")["Configs"] * 2}),
        ("a broker that is no number", "x", change(BACKOFF, SET, "1")),
        ("all brokers", "", change(BACKOFF, SET, "10000")),
        ("all brokers: an unknown key", "", change("odd.key", SET, "1")),
        ("all brokers: not a number", "", change(BACKOFF, SET, "soon")),
    ]
    script = [
        altered("IncrementalAlterConfigs", 1, f"{name}, {how}", at, body, ValidateOnly=validate)
        for name, at, body in changes
        for how, validate in (("validated", True), ("done", False))
    ]
    size = {"Configs": [{"Name": "message.max.bytes", "Value": "900000"}]}
    none: Body = {"Configs": []}
    script += [
        described("of a broker", BROKER_RESOURCE, own, BACKOFF, "20000"),
        described("of all brokers", BROKER_RESOURCE, "", BACKOFF, "10000"),
        described("of a broker, a list", BROKER_RESOURCE, own, POLICY, "compact"),
        altered("IncrementalAlterConfigs", 1, "a broker no more", own, change(BACKOFF, DELETE, "")),
        described("of a broker that inherits", BROKER_RESOURCE, own, BACKOFF, "10000"),
        altered("AlterConfigs", 2, "replaces a broker's", own, size),
        described("of a broker, replaced", BROKER_RESOURCE, own, POLICY, "delete"),
        described("of a topic that inherits", TOPIC_RESOURCE, TOPIC, "max.message.bytes", "900000"),
        altered("AlterConfigs", 2, "a broker: an unknown key", own, unknown()),
        altered("AlterConfigs", 2, "a broker: none", own, none),
        altered(
            "IncrementalAlterConfigs", 1, "all brokers no more", "", change(BACKOFF, DELETE, "")
        ),
        described("of all brokers, none", BROKER_RESOURCE, "", BACKOFF, None),
        described("of a topic, as before", TOPIC_RESOURCE, TOPIC, "max.message.bytes", "1048588"),
    ]
    return script


def unknown() -> Body:
    return {"Configs": [{"Name": "odd.key", "Value": "1"}]}


def altered(api: str, version: int, name: str, broker: str, body: Body, **more: Any) -> Step:
    return asks(
        api, version, name, {"Resources": [resource(BROKER_RESOURCE, broker, **body)], **more}
    )


def described(name: str, kind: int, at: str, key: str, value: str | None) -> Step:
    """A key's value and where it comes from, once the broker has heard of it."""

    def told(answer: Body) -> bool:
        found = [entry["Value"] for entry in answer["Results"][0]["Configs"]]
        return found == ([] if value is None else [value])

    body = {
        "Resources": [resource(kind, at, ConfigurationKeys=[key])],
        "IncludeSynonyms": True,
    }
    return asks("DescribeConfigs", 4, name, body, until=told)


def quorum(topic: str, partition: int) -> Any:
    return {"Topics": [{"TopicName": topic, "Partitions": [{"PartitionIndex": partition}]}]}


def steps() -> list[Step]:
    """In the order in which they are asked."""
    return [
        *folders(),
        *elections(),
        *moves(),
        *partitions(),
        *features(),
        *controllers(),
        *brokers(),
    ]
