"""Requests about transactions: producers, partitions, offsets, ends, and how they are told of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conversation import asks
from rawkafka import batch
from script_admin import KEPT, create, made
from script_records import STAMP, produce

if TYPE_CHECKING:
    from conversation import Body, State, Step

ID, TOPIC, GROUP = "transaction", "in-transaction", "in-transaction"
TRANSACTIONAL = 0x10
UNKNOWN_PRODUCER = 987_654


def begins(version: int, name: str, **more: Any) -> Step:
    """InitProducerId with a transactional id; the producer's id and epoch are kept."""
    body = {"TransactionalId": ID, "TransactionTimeoutMs": 60_000, **more}

    def keep(state: State, answer: Body) -> None:
        if answer["ErrorCode"] == 0:
            state["producer"] = (answer["ProducerId"], answer["ProducerEpoch"])

    return asks("InitProducerId", version, name, body, keep=keep)


def producer(state: State, api: str, version: int) -> Body:
    """Who asks, in the words of one API."""
    producer_id, epoch = state["producer"]
    if api == "AddPartitionsToTxn" and version < 4:
        return {
            "V3AndBelowTransactionalId": ID,
            "V3AndBelowProducerId": producer_id,
            "V3AndBelowProducerEpoch": epoch,
        }
    return {"TransactionalId": ID, "ProducerId": producer_id, "ProducerEpoch": epoch}


def request(api: str, version: int, name: str, **more: Any) -> Step:
    """A request of the producer. A producer's epoch may be counted from its own by `later`."""
    later = more.pop("later", 0)
    topics = more.pop("topics", [{"Name": TOPIC, "Partitions": [0]}])

    def body(state: State) -> Body:
        who = producer(state, api, version)
        for field in who:
            if field.endswith("ProducerEpoch"):
                who[field] += later
        if api == "AddPartitionsToTxn":
            if version < 4:
                return {**who, "V3AndBelowTopics": topics, **more}
            return {"Transactions": [{**who, "Topics": topics, **more}]}
        return who | more

    def keep(state: State, answer: Body) -> None:
        # EndTxn tells the next epoch, from version 5 on (KIP-890).
        if answer.get("ErrorCode") == 0 and answer.get("ProducerEpoch", -1) >= 0:
            state["producer"] = (answer["ProducerId"], answer["ProducerEpoch"])

    return asks(api, version, name, body, keep=keep)


def sends(version: int, name: str, sequence: int, **more: Any) -> Step:
    """Produces in the transaction."""

    def body(state: State) -> Body:
        producer_id, epoch = state["producer"]
        records = batch(
            [b"value"],
            producer_id=producer_id,
            producer_epoch=epoch,
            sequence=sequence,
            timestamp_ms=STAMP,
            attributes=TRANSACTIONAL,
        )
        partition = {"Index": 0, "Records": records}
        topic = {"Name": TOPIC, "TopicId": state["ids"][TOPIC], "PartitionData": [partition]}
        return {"TransactionalId": ID, "Acks": -1, "TimeoutMs": 5000, "TopicData": [topic]} | more

    return asks("Produce", version, name, body)


def offsets(version: int, name: str, **more: Any) -> Step:
    """Commits an offset in the transaction."""
    partition = {"PartitionIndex": 0, "CommittedOffset": 1, "CommittedMetadata": None}
    topics = more.pop("Topics", [{"Name": TOPIC, "Partitions": [partition]}])
    return request("TxnOffsetCommit", version, name, **{"GroupId": GROUP, "Topics": topics, **more})


def ends(version: int, name: str, *, commits: bool = True, **more: Any) -> Step:
    """Ends the transaction."""
    return request("EndTxn", version, name, Committed=commits, **more)


def told(what: str) -> list[Step]:
    """How the transaction, its producer and its records are told of."""
    fetched = {"IsolationLevel": 1, "topic": TOPIC}
    named = {"Topics": [{"Name": TOPIC, "PartitionIndexes": [0]}]}
    return [
        asks("DescribeTransactions", 0, what, {"TransactionalIds": [ID]}),
        *(asks("ListTransactions", v, what) for v in (0, 1, 2)),
        asks("DescribeProducers", 0, what, named),
        committed_fetch(f"committed, {what}", **fetched),
    ]


def committed_fetch(name: str, **more: Any) -> Step:
    """Reads what is committed."""
    topic = more.pop("topic")

    def body(state: State) -> Body:
        partition = {"Partition": 0, "FetchOffset": 0, "PartitionMaxBytes": 1_000_000}
        one = {"Topic": topic, "TopicId": state["ids"][topic], "Partitions": [partition]}
        asked = {"MaxWaitMs": 100, "MinBytes": 1, "MaxBytes": 1_000_000, "SessionEpoch": -1}
        return {**asked, "Topics": [one], **more}

    return asks("Fetch", 17, name, body)


def settled(state: str, which: str = "first") -> Step:
    """Waits until the markers are written."""

    def is_over(answer: Body) -> bool:
        return bool(answer["TransactionStates"][0]["TransactionState"] == state)

    body = {"TransactionalIds": [ID]}
    return asks("DescribeTransactions", 0, f"until the {which} is {state}", body, until=is_over)


def wrong_producers() -> list[Step]:
    """InitProducerId, in bad form."""
    return [
        begins(5, "a time-out of 0", TransactionTimeoutMs=0),
        begins(5, "a time-out below 0", TransactionTimeoutMs=-1),
        begins(5, "a time-out too long", TransactionTimeoutMs=100_000_000),
        begins(5, "an unknown producer", ProducerId=UNKNOWN_PRODUCER, ProducerEpoch=3),
        begins(5, "an id without an epoch", ProducerId=5, ProducerEpoch=-1),
        begins(5, "an epoch without an id", ProducerId=-1, ProducerEpoch=3),
    ]


def wrong() -> list[Step]:
    """What no producer may ask."""
    script = [
        request("EndTxn", v, "an unknown transactional id", TransactionalId="nothing")
        for v in range(4)
    ]
    for api, version, more in (
        ("AddPartitionsToTxn", 3, {}),
        ("AddOffsetsToTxn", 4, {"GroupId": GROUP}),
        ("EndTxn", 4, {"Committed": True}),
        ("EndTxn", 5, {"Committed": True}),
        ("TxnOffsetCommit", 4, {"GroupId": GROUP}),
        ("TxnOffsetCommit", 5, {"GroupId": GROUP}),
    ):
        old = "V3AndBelow" if api == "AddPartitionsToTxn" else ""
        script += [
            request(api, version, "an epoch of the past", later=-1, **more),
            request(api, version, "an epoch to come", later=5, **more),
            request(
                *(api, version, "an unknown producer"),
                **{**more, f"{old}ProducerId": UNKNOWN_PRODUCER},
            ),
            request(
                *(api, version, "an unknown transactional id"),
                **{**more, f"{old}TransactionalId": "nothing"},
            ),
            request(
                *(api, version, "an empty transactional id"),
                **{**more, f"{old}TransactionalId": ""},
            ),
        ]
    return script


def first_protocol() -> list[Step]:
    """Partitions are added by name, then records are sent; committed and aborted."""
    script = [begins(v, "a transactional id") for v in range(6)]
    script += wrong()
    absent = [{"Name": "absent", "Partitions": [0]}]
    both = [*absent, {"Name": TOPIC, "Partitions": [0]}]
    outside = [{"Name": TOPIC, "Partitions": [99]}]
    script += [
        sends(11, "before its partition was added", 0),
        request("AddPartitionsToTxn", 3, "no such topic", topics=absent),
        request("AddPartitionsToTxn", 3, "one of two topics", topics=both),
        request("AddPartitionsToTxn", 3, "no such partition", topics=outside),
        request("AddPartitionsToTxn", 3, "no topics", topics=[]),
        ends(4, "nothing was done"),
    ]
    for version in range(4):
        script += [
            request("AddPartitionsToTxn", version, "a partition"),
            request("AddPartitionsToTxn", version, "the same again"),
        ]
    script += [
        sends(11, "in a transaction", 0),
        request("AddPartitionsToTxn", 4, "verified", VerifyOnly=True),
        *(
            request(
                *("AddPartitionsToTxn", version, "verified but not in it"),
                VerifyOnly=True,
                topics=[{"Name": "records", "Partitions": [0]}],
            )
            for version in (4, 5)
        ),
        *(request("AddOffsetsToTxn", v, "a group", GroupId=GROUP) for v in range(5)),
        request("AddOffsetsToTxn", 4, "no group", GroupId=""),
        *(offsets(v, "an offset") for v in range(5)),
        offsets(
            4,
            "no such topic",
            Topics=[{"Name": "absent", "Partitions": [{"CommittedMetadata": None}]}],
        ),
        offsets(4, "no group", GroupId=""),
        offsets(4, "an unknown member", MemberId="nobody", GenerationId=3),
        offsets(4, "no topics", Topics=[]),
        *told("open"),
        ends(4, "commits"),
        settled("CompleteCommit"),
        ends(4, "commits again"),
        ends(4, "aborts what is committed", commits=False),
        *told("committed"),
        sends(11, "after the end", 1),
    ]
    return script


def second_protocol() -> list[Step]:
    """Records and offsets add what they need (KIP-890, second part)."""
    return [
        begins(5, "for the second protocol"),
        sends(12, "begins a transaction", 0),
        sends(12, "goes on", 1),
        sends(12, "in a gap of a transaction", 9),
        offsets(5, "an offset"),
        offsets(5, "an unknown member", MemberId="nobody", GenerationId=3),
        *told("open by itself"),
        ends(5, "aborts", commits=False),
        settled("CompleteAbort"),
        *told("aborted"),
        ends(5, "aborts what is not open", commits=False),
        sends(12, "in the next epoch", 0),
        ends(5, "commits"),
        settled("CompleteCommit", "second"),
        ends(5, "commits what is not open"),
        begins(5, "a successor fences"),
        ends(5, "an epoch that is fenced", later=-1),
    ]


def listed() -> list[Step]:
    """Descriptions of what is there and what is not."""
    script = [
        asks("DescribeTransactions", 0, name, {"TransactionalIds": ids})
        for name, ids in (("unknown", ["nothing"]), ("an empty id", [""]), ("none", []))
    ]
    script += [
        asks("ListTransactions", 2, name, body)
        for name, body in (
            ("complete ones", {"StateFilters": ["CompleteCommit"]}),
            ("ongoing ones", {"StateFilters": ["Ongoing"]}),
            ("no such state", {"StateFilters": ["Odd", "Ongoing"]}),
            ("no such producer", {"ProducerIdFilters": [UNKNOWN_PRODUCER]}),
            ("long ones", {"DurationFilter": 1_000_000}),
            ("by a pattern", {"TransactionalIdPattern": "trans.*"}),
            ("by a pattern that fits none", {"TransactionalIdPattern": "odd"}),
            ("by a pattern that is none", {"TransactionalIdPattern": "a("}),
            ("by an empty pattern", {"TransactionalIdPattern": ""}),
        )
    ]
    script += [
        asks("DescribeProducers", 0, name, {"Topics": [{"Name": topic, "PartitionIndexes": at}]})
        for name, topic, at in (
            ("no such topic", "absent", [0]),
            ("no such partition", TOPIC, [99]),
            ("no partitions", TOPIC, []),
            ("nobody's", "small", [0]),
            ("idempotent ones", "records", [0]),
        )
    ]
    return script


def markers() -> list[Step]:
    """What coordinators ask of partitions' leaders."""
    script = []
    for version in (1, 2):
        for name, topic, partition, later in (
            ("a producer nobody knows", TOPIC, 0, 0),
            ("the same again", TOPIC, 0, 0),
            ("no such topic", "absent", 0, 0),
            ("no such partition", TOPIC, 99, 0),
            ("a coordinator of the past", TOPIC, 0, -1),
        ):
            marker = {
                "ProducerId": UNKNOWN_PRODUCER,
                "ProducerEpoch": 0,
                "TransactionResult": True,
                "CoordinatorEpoch": 5 + later,
                "Topics": [{"Name": topic, "PartitionIndexes": [partition]}],
            }
            script.append(asks("WriteTxnMarkers", version, name, {"Markers": [marker]}))
    script.append(asks("WriteTxnMarkers", 1, "none"))
    return script


def steps() -> list[Step]:
    """In the order in which they are asked."""
    return [
        create(7, "in-transaction", TOPIC, validate=False, Configs=KEPT),
        made("for transactions", [TOPIC]),
        produce(12, "outside of a transaction", batch([b"v"], timestamp_ms=STAMP), topic=TOPIC),
        *wrong_producers(),
        *first_protocol(),
        *second_protocol(),
        *listed(),
        *markers(),
    ]
