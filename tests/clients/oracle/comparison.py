"""Compares two brokers' answers field by field, after taking out what must differ."""

from __future__ import annotations

import fnmatch
import re
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

# Chosen by each cluster for itself. A placeholder stays in their place: whether there is a value is
# compared, its content is not.
OWN = {
    "ClusterId": "cluster id",
    "TopicId": "topic id",
    "Host": "host",
    "ClientHost": "host",
    "Port": "port",
    "MemberId": "member id",
    "Leader": "member id",
    "ProducerId": "producer id",
    "SessionId": "session id",
    "ErrorMessage": "text",
    "AcknowledgeErrorMessage": "text",
    "LogAppendTimeMs": "time",
    "LastTimestamp": "time",
    "StartTimestamp": "time",
    "TransactionStartTimeMs": "time",
    "ClientInstanceId": "client id",
    "SubscriptionId": "subscription",
    "IncarnationId": "uuid",
    "LogDir": "folder",
    "TotalBytes": "bytes",
    "UsableBytes": "bytes",
}
# Counters that begin elsewhere: whether one is known is compared.
EPOCHS = {"LeaderEpoch", "CurrentLeaderEpoch", "FinalizedFeaturesEpoch", "CoordinatorEpoch"}
# Of the newer groups; here 0 is none.
GROUP_EPOCHS = {"MemberEpoch", "GroupEpoch", "AssignmentEpoch"}
# Lists whose order says nothing, by their field: what to sort them by.
UNORDERED = {
    "Topics": ("Name", "TopicName", "Topic", "TopicId"),
    "Responses": ("Name", "TopicName", "Topic", "TopicId", "ErrorCode"),
    "Partitions": ("PartitionIndex", "Partition", "Index"),
    "Configs": ("Name",),
    "ApiKeys": ("ApiKey",),
    "Groups": ("GroupId",),
    "SupportedFeatures": ("Name",),
    "FinalizedFeatures": ("Name",),
    "Results": ("Name", "TopicName", "User"),
    "Resources": ("ResourceType", "ResourceName", "PatternType"),
    "Acls": ("Principal", "Host", "Operation", "PermissionType"),
    "MatchingAcls": (
        "ResourceType",
        "ResourceName",
        "PatternType",
        "Principal",
        "Host",
        "Operation",
    ),
    "CredentialInfos": ("Mechanism",),
    "ConfigResources": ("ResourceType", "ResourceName"),
    "Entries": ("Entity",),
    "Entity": ("EntityType",),
    "Values": ("Key",),
    "ReplicaElectionResults": ("Topic",),
    "ActiveProducers": ("ProducerEpoch", "LastSequence"),
    "TransactionStates": ("TransactionalId",),
    "SubscribedTopicNames": (),
}
CONTROL = 0x20
BATCH = struct.Struct(">qiibIhiqqqhii")


@dataclass(frozen=True)
class Difference:
    """Where two answers differ."""

    step: str
    path: str
    ours: Any
    theirs: Any

    def __str__(self) -> str:
        return f"{self.step} | {self.path} | ours {self.ours!r} | Kafka {self.theirs!r}"


@dataclass(frozen=True)
class Listed:
    """A row of differences.md: steps and fields (shell wildcards), and the reason."""

    steps: str
    fields: str
    reason: str

    def covers(self, difference: Difference) -> bool:
        """Whether the row speaks of this difference."""
        return any(
            fnmatch.fnmatchcase(difference.step, steps) for steps in self.steps.split(", ")
        ) and any(fnmatch.fnmatchcase(difference.path, path) for path in self.fields.split(", "))


def normal(value: Any, name: str = "") -> Any:
    """The answer with placeholders for what each cluster chooses, unordered lists in order."""
    if isinstance(value, dict):
        return {key: normal(item, key) for key, item in value.items()}
    if isinstance(value, bytes):
        return batches(value) if name in {"Records", "RecordSet"} else value.hex()
    if isinstance(value, list):
        return in_order([normal(item, name) for item in value], UNORDERED.get(name))
    return own(value, name)


def in_order(items: list[Any], by: tuple[str, ...] | None) -> list[Any]:
    """Sorted by these fields, texts by themselves, if the order says nothing."""
    if by is not None and items and isinstance(items[0], dict):
        items.sort(key=lambda item: [str(item.get(key, "")).zfill(12) for key in by])
    elif by is not None and items and isinstance(items[0], str):
        items.sort()
    return items


def own(value: Any, name: str) -> Any:
    """A placeholder for what each cluster chooses for itself."""
    known = isinstance(value, int) and value >= 0
    if name in OWN and value not in {None, "", -1, 0} and not is_nil(value):
        return f"<{OWN[name]}>"
    if name == "Key" and isinstance(value, str):
        return re.sub(":[A-Za-z0-9_-]{22}:", ":<topic id>:", value)
    if (name in EPOCHS and known) or (name in GROUP_EPOCHS and known and value != 0):
        return "<epoch>"
    return value


def is_nil(value: Any) -> bool:
    return isinstance(value, str) and value.replace("-", "") == "0" * 32


def batches(data: bytes) -> list[dict[str, Any]]:
    """Record batches: what their header says and what is in them, but for leader epoch and id."""
    found = []
    position = 0
    while len(data) - position >= BATCH.size:
        head = BATCH.unpack_from(data, position)
        base, length, _, magic, _, attributes, delta, first, last, producer, epoch, seq, n = head
        end = position + 12 + length
        records = data[position + BATCH.size : end]
        if attributes & CONTROL:
            # A marker, of its coordinator's time and in its coordinator's epoch.
            first = last = "<time>"
            records = records[:-5] + b"****" + records[-1:]
        found.append(
            {
                "base_offset": base,
                "magic": magic,
                "attributes": attributes,
                "last_offset_delta": delta,
                "times": [first, last],
                "producer": ["<id>" if producer >= 0 else -1, epoch, seq],
                "count": n,
                "records": records.hex(),
            }
        )
        position = end
    return found


def differences(step: str, ours: Any, theirs: Any) -> list[Difference]:
    """All differences between two answers to one request."""
    return list(_walk(step, "", normal(ours), normal(theirs)))


def _walk(step: str, path: str, ours: Any, theirs: Any) -> Iterator[Difference]:
    if isinstance(ours, dict) and isinstance(theirs, dict):
        for key in [*ours, *(key for key in theirs if key not in ours)]:
            below = f"{path}.{key}" if path else key
            yield from _walk(step, below, ours.get(key, "(none)"), theirs.get(key, "(none)"))
    elif isinstance(ours, list) and isinstance(theirs, list):
        name = keyed(ours, theirs)
        if name:
            mine, other = ({item[name]: item for item in each} for each in (ours, theirs))
            for key in sorted({*mine, *other}, key=str):
                below = f"{path}[{key}]"
                yield from _walk(step, below, mine.get(key, "(none)"), other.get(key, "(none)"))
        elif len(ours) != len(theirs):
            yield Difference(step, path, ours, theirs)
        else:
            for index, (mine, other) in enumerate(zip(ours, theirs, strict=True)):
                yield from _walk(step, f"{path}[{index}]", mine, other)
    elif ours != theirs or type(ours) is not type(theirs):
        yield Difference(step, path, ours, theirs)


def keyed(ours: list[Any], theirs: list[Any]) -> str | None:
    """The field that tells the items of both lists apart, if there is one."""
    items = [*ours, *theirs]
    for name in ("ApiKey", "Name"):
        if items and all(isinstance(item, dict) and name in item for item in items):
            unique = all(len({i[name] for i in each}) == len(each) for each in (ours, theirs))
            if unique:
                return name
    return None


def read_listed(text: str) -> list[Listed]:
    """The rows of the document's tables: three columns, the first two in backquotes."""
    rows = re.findall(r"(?m)^\| `([^|]+)` \| `([^|]+)` \| ([^|]+?) *\|$", text)
    return [Listed(*row) for row in rows]


def unexplained(found: Iterable[Difference], listed: list[Listed]) -> tuple[list[str], list[str]]:
    """Differences that no row covers, and rows that cover none."""
    met: set[Listed] = set()
    open_ones = []
    for difference in found:
        rows = [row for row in listed if row.covers(difference)]
        met.update(rows)
        if not rows:
            open_ones.append(str(difference))
    return open_ones, [f"{row.steps} | {row.fields}" for row in listed if row not in met]
