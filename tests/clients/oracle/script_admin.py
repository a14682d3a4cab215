"""Requests about the cluster: versions, metadata, topics, configurations, what is refused."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any

from conversation import Step, asks

if TYPE_CHECKING:
    from conversation import Body, State

TOPIC_RESOURCE, BROKER_RESOURCE = 2, 4
ABSENT = "00000000-0000-0000-0000-00000000beef"
SET, DELETE, APPEND, SUBTRACT = range(4)


def versions() -> list[Step]:
    """ApiVersions, in good and in bad form."""
    client = {"ClientSoftwareName": "oracle", "ClientSoftwareVersion": "1.0"}
    script = [Step(f"ApiVersions v{v}: plain", "ApiVersions", v, client) for v in range(5)]
    script += [
        Step(f"ApiVersions v4: {name}", "ApiVersions", 4, {**client, **body})
        for name, body in (
            ("no name", {"ClientSoftwareName": ""}),
            ("a bad name", {"ClientSoftwareName": "-bad name-"}),
            ("a bad version", {"ClientSoftwareVersion": "?"}),
        )
    ]
    unknown = struct.pack(">hhihb", 18, 99, 1, -1, 0)
    script += [
        Step("ApiVersions v0: version 99 asked", "ApiVersions", 0, raw=unknown),
        Step(
            "Metadata v0: version 99 asked", "Metadata", 0, raw=struct.pack(">hhih", 3, 99, 1, -1)
        ),
        Step("Metadata v0: an unknown key", "Metadata", 0, raw=struct.pack(">hhih", 999, 0, 1, -1)),
        Step("Metadata v1: a body cut off", "Metadata", 1, raw=struct.pack(">hhih", 3, 1, 1, -1)),
        Step("Metadata v1: no header", "Metadata", 1, raw=b"\0\3"),
    ]
    return script


def create(version: int, name: str, topic: str, *, validate: bool = True, **extra: Any) -> Step:
    """Creates one topic, or asks whether it could be."""
    body = {
        "Topics": [{"Name": topic, "NumPartitions": 1, "ReplicationFactor": 1, **extra}],
        "timeoutMs": 10_000,
        "validateOnly": validate,
    }
    return Step(f"CreateTopics v{version}: {name}", "CreateTopics", version, body)


def config(**values: str | None) -> list[Body]:
    """A topic's configuration."""
    return [{"Name": key.replace("_", "."), "Value": value} for key, value in values.items()]


# The time stamps are of 2023: what is old must not be removed on one side before the other, nor
# begin a segment, where Kafka ends the answer to a fetch.
KEPT = config(retention_ms="-1", segment_ms=str(2**63 - 1))


def topics_made() -> list[Step]:
    """The topics that the other requests are about."""
    kept = config(retention_ms="-1")
    created = [
        create(7, "records", "records", validate=False, NumPartitions=2, Configs=kept),
        create(
            7, "compacted", "compacted", validate=False, Configs=config(cleanup_policy="compact")
        ),
        create(
            *(7, "append-time", "append-time"),
            validate=False,
            Configs=config(message_timestamp_type="LogAppendTime"),
        ),
        create(7, "small", "small", validate=False, Configs=config(max_message_bytes="1000")),
    ]
    names = ["records", "compacted", "append-time", "small"]
    return [*created, made("what was made", names)]


def made(name: str, topics: list[str]) -> Step:
    """Waits until topics have leaders, and keeps their ids."""

    def keep(state: State, answer: Body) -> None:
        ids = {topic["Name"]: topic["TopicId"] for topic in answer["Topics"]}
        state["ids"] = {**state.get("ids", {}), **ids}

    def settled(answer: Body) -> bool:
        return all(
            topic["ErrorCode"] == 0 and all(p["LeaderId"] >= 0 for p in topic["Partitions"])
            for topic in answer["Topics"]
        )

    body = {"Topics": [{"Name": topic} for topic in topics]}
    return asks("Metadata", 12, name, body, keep=keep, until=settled)


def creating() -> list[Step]:
    """Topics that could be made, and those that could not."""
    script = [create(v, "fine", "fine") for v in range(2, 8)]
    wrong: list[tuple[str, str, Body]] = [
        ("there already", "records", {}),
        ("an empty name", "", {}),
        ("a dot", ".", {}),
        ("two dots", "..", {}),
        ("a bad character", "no good!", {}),
        ("a name of 250 characters", "n" * 250, {}),
        ("like an internal topic", "__consumer_offsets", {}),
        ("no partitions", "p", {"NumPartitions": 0}),
        ("-2 partitions", "p", {"NumPartitions": -2}),
        ("default partitions and replicas", "p", {"NumPartitions": -1, "ReplicationFactor": -1}),
        ("no replicas", "p", {"ReplicationFactor": 0}),
        ("two replicas on one broker", "p", {"ReplicationFactor": 2}),
        ("an unknown key", "p", {"Configs": config(nonsense_key="1")}),
        ("a bad number", "p", {"Configs": config(retention_ms="soon")}),
        ("a number out of bounds", "p", {"Configs": config(retention_ms="-2")}),
        ("a bad choice", "p", {"Configs": config(cleanup_policy="burn")}),
        ("a bad compression", "p", {"Configs": config(compression_type="rar")}),
        ("a null value", "p", {"Configs": config(retention_ms=None)}),
        ("a collision of names", "append.time", {}),
    ]
    script += [create(7, name, topic, **extra) for name, topic, extra in wrong]
    placed = {"NumPartitions": -1, "ReplicationFactor": -1}
    for name, assigned in (
        ("placed by hand", [{"PartitionIndex": 0, "BrokerIds": [0]}]),
        ("placed on no broker", [{"PartitionIndex": 0, "BrokerIds": []}]),
        ("placed on an unknown broker", [{"PartitionIndex": 0, "BrokerIds": [42]}]),
        ("placed twice on one broker", [{"PartitionIndex": 0, "BrokerIds": [0, 0]}]),
        ("placed with a gap", [{"PartitionIndex": 1, "BrokerIds": [0]}]),
    ):
        script.append(create(7, name, "placed", Assignments=assigned, **placed))
    hand = {"NumPartitions": 1, "Assignments": [{"PartitionIndex": 0, "BrokerIds": [0]}]}
    script.append(create(7, "placed and counted", "placed", **hand))
    double = {"Topics": [{"Name": "d", "NumPartitions": 1, "ReplicationFactor": 1}] * 2}
    script.append(Step("CreateTopics v7: twice the same", "CreateTopics", 7, double))
    return script


def metadata() -> list[Step]:
    """What there is, and what there is not."""
    known = {"Topics": [{"Name": "records"}]}
    absent = {"Topics": [{"Name": "absent"}], "AllowAutoTopicCreation": False}
    script = [Step(f"Metadata v{v}: one topic", "Metadata", v, known) for v in range(14)]
    script += [Step(f"Metadata v{v}: all", "Metadata", v, {"Topics": None}) for v in range(1, 14)]
    script += [
        Step("Metadata v0: all", "Metadata", 0),
        Step("Metadata v1: none", "Metadata", 1),
        *(Step(f"Metadata v{v}: absent", "Metadata", v, absent) for v in (4, 9, 12, 13)),
        *(
            Step(f"Metadata v12: {name}", "Metadata", 12, {"Topics": [topic]})
            for name, topic in (
                ("a bad name", {"Name": "no good!"}),
                ("an empty name", {"Name": ""}),
                ("an unknown id", {"Name": None, "TopicId": ABSENT}),
                ("neither name nor id", {"Name": None}),
            )
        ),
        Step(
            "Metadata v12: by id",
            "Metadata",
            12,
            lambda s: {"Topics": [{"Name": None, "TopicId": s["ids"]["records"]}]},
        ),
        Step(
            "Metadata v13: what may be done",
            "Metadata",
            13,
            {**known, "IncludeTopicAuthorizedOperations": True},
        ),
    ]
    script += [Step(f"DescribeCluster v{v}: plain", "DescribeCluster", v) for v in range(3)]
    script += [
        Step("DescribeCluster v1: controllers", "DescribeCluster", 1, {"EndpointType": 2}),
        Step("DescribeCluster v1: type 9", "DescribeCluster", 1, {"EndpointType": 9}),
        Step(
            "DescribeCluster v0: what may be done",
            "DescribeCluster",
            0,
            {"IncludeClusterAuthorizedOperations": True},
        ),
    ]
    return script


def resource(kind: int, name: str, **extra: Any) -> Body:
    return {"ResourceType": kind, "ResourceName": name, **extra}


def configs() -> list[Step]:
    """Described and altered."""
    some = {"ConfigurationKeys": ["retention.ms", "cleanup.policy", "max.message.bytes"]}
    script = [
        Step(
            f"DescribeConfigs v{v}: some of a topic",
            "DescribeConfigs",
            v,
            {"Resources": [resource(TOPIC_RESOURCE, "small", **some)], "IncludeSynonyms": True},
        )
        for v in range(1, 5)
    ]
    everything = {"ConfigurationKeys": None}
    script += [
        Step(f"DescribeConfigs v4: {name}", "DescribeConfigs", 4, {"Resources": [described]})
        for name, described in (
            ("all of a topic", resource(TOPIC_RESOURCE, "small", **everything)),
            ("no such topic", resource(TOPIC_RESOURCE, "absent", **everything)),
            ("a bad topic name", resource(TOPIC_RESOURCE, "no good!", **everything)),
            ("no such broker", resource(BROKER_RESOURCE, "42", **everything)),
            ("a broker that is no number", resource(BROKER_RESOURCE, "x", **everything)),
            ("an unknown type", resource(77, "x", **everything)),
            ("no such key", resource(TOPIC_RESOURCE, "small", ConfigurationKeys=["odd"])),
        )
    ]
    changes: list[tuple[str, Body]] = [
        ("sets", change("retention.ms", SET, "1000")),
        ("a bad value", change("retention.ms", SET, "soon")),
        ("out of bounds", change("retention.ms", SET, "-5")),
        ("an unknown key", change("odd", SET, "1")),
        ("a null value", change("retention.ms", SET, None)),
        ("deletes what is not set", change("segment.ms", DELETE, None)),
        ("appends to a list", change("cleanup.policy", APPEND, "compact")),
        ("appends to a number", change("retention.ms", APPEND, "5")),
        ("subtracts from a list", change("cleanup.policy", SUBTRACT, "compact")),
        ("an unknown operation", change("retention.ms", 9, "1")),
        ("twice the same key", {"Configs": [change("retention.ms", SET, "1")["Configs"][0]] * 2}),
    ]
    for name, body in changes:
        for validate in (True, False):
            altered = {"Resources": [resource(TOPIC_RESOURCE, "small", **body)]}
            how = "validated" if validate else "done"
            title = f"IncrementalAlterConfigs v1: {name}, {how}"
            body_ = {**altered, "ValidateOnly": validate}
            script.append(Step(title, "IncrementalAlterConfigs", 1, body_))
    script += [
        Step(
            f"IncrementalAlterConfigs v{version}: {name}",
            "IncrementalAlterConfigs",
            version,
            {"Resources": [resource(kind, at, **change("retention.ms", SET, "1"))]},
        )
        for name, kind, at in (
            ("no such topic", TOPIC_RESOURCE, "absent"),
            ("no such broker", BROKER_RESOURCE, "42"),
            ("an unknown type", 77, "x"),
        )
        for version in (0, 1)
    ]
    old = [{"Name": "retention.ms", "Value": "2000"}]
    script += [
        Step(
            f"AlterConfigs v{v}: a topic",
            "AlterConfigs",
            v,
            {"Resources": [resource(TOPIC_RESOURCE, "small", Configs=old)]},
        )
        for v in range(3)
    ]
    return script


def change(key: str, operation: int, value: str | None) -> Body:
    return {"Configs": [{"Name": key, "ConfigOperation": operation, "Value": value}]}


def changing() -> list[Step]:
    """More partitions, fewer records, no topic."""
    script = []
    for name, topic, count, assigned in (
        ("fewer", "records", 1, None),
        ("as many", "records", 2, None),
        ("more", "records", 3, None),
        ("no such topic", "absent", 3, None),
        ("placed on an unknown broker", "records", 4, [{"BrokerIds": [42]}]),
        ("placed wrongly", "records", 4, [{"BrokerIds": [0]}, {"BrokerIds": [0]}]),
        ("-1", "records", -1, None),
    ):
        body = {
            "Topics": [{"Name": topic, "Count": count, "Assignments": assigned}],
            "TimeoutMs": 5000,
            "ValidateOnly": True,
        }
        script += [asks("CreatePartitions", v, name, body) for v in range(4)]
    for name, topic, partition, offset in (
        ("to offset 1", "records", 0, 1),
        ("to the end", "small", 0, -1),
        ("beyond the end", "records", 0, 100_000),
        ("to offset -2", "records", 0, -2),
        ("no such topic", "absent", 0, 0),
        ("no such partition", "records", 99, 0),
        ("of a compacted topic", "compacted", 0, 0),
    ):
        partitions = [{"PartitionIndex": partition, "Offset": offset}]
        body = {"Topics": [{"Name": topic, "Partitions": partitions}], "TimeoutMs": 5000}
        script += [asks("DeleteRecords", v, name, body) for v in range(3)]
    script += [
        Step(f"DeleteTopics v{v}: absent", "DeleteTopics", v, deleted("absent", v))
        for v in range(1, 7)
    ]
    unknown = {"Topics": [{"Name": None, "TopicId": ABSENT}], "TimeoutMs": 5000}
    script.append(Step("DeleteTopics v6: an unknown id", "DeleteTopics", 6, unknown))
    script.append(Step("DeleteTopics v6: small", "DeleteTopics", 6, deleted("small", 6)))
    script += [
        Step("UnregisterBroker v0: no such broker", "UnregisterBroker", 0, {"BrokerId": 42}),
        Step("ListConfigResources v0: plain", "ListConfigResources", 0),
        Step("DescribeQuorum v2: no such topic", "DescribeQuorum", 2, quorum("absent")),
        Step("InitProducerId v0: idempotent", "InitProducerId", 0, {"TransactionTimeoutMs": 1000}),
        *(asks("SaslHandshake", v, "no security", {"Mechanism": "PLAIN"}) for v in (0, 1)),
        *(asks("SaslAuthenticate", v, "no security", {"AuthBytes": b"x"}) for v in (0, 1, 2)),
    ]
    script += [
        Step(
            f"InitProducerId v{v}: idempotent", "InitProducerId", v, {"TransactionTimeoutMs": 1000}
        )
        for v in range(1, 7)
    ]
    script.append(
        Step(
            "InitProducerId v5: an empty transactional id",
            "InitProducerId",
            5,
            {"TransactionalId": "", "TransactionTimeoutMs": 1000},
        )
    )
    return script


def quorum(topic: str) -> Body:
    return {"Topics": [{"TopicName": topic, "Partitions": [{"PartitionIndex": 0}]}]}


def deleted(topic: str, version: int) -> Body:
    names: Body = {"TopicNames": [topic]} if version < 6 else {"Topics": [{"Name": topic}]}
    return {**names, "TimeoutMs": 5000}
