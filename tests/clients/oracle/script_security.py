"""Requests about what may be done: rules, quotas, credentials, tokens; and clients' telemetry."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conversation import asks
from script_admin import ABSENT

if TYPE_CHECKING:
    from conversation import Body, Step

ANY = 1
TOPIC, GROUP_TYPE, CLUSTER, TRANSACTIONAL_ID, USER = 2, 3, 4, 5, 7
LITERAL, PREFIXED, MATCH = 3, 4, 2
READ, WRITE, DESCRIBE = 3, 4, 8
DENY, ALLOW = 2, 3
EXACT, DEFAULT, ANY_ENTITY = 0, 1, 2
SHA_256, SHA_512 = 1, 2


def rule(**more: Any) -> Body:
    """A rule for somebody about a topic."""
    return {
        "ResourceType": TOPIC,
        "ResourceName": "orders",
        "ResourcePatternType": LITERAL,
        "Principal": "User:anna",
        "Host": "*",
        "Operation": READ,
        "PermissionType": ALLOW,
        **more,
    }


def pattern(**more: Any) -> Body:
    """A filter that fits all rules, unless it is narrowed."""
    return {
        "ResourceTypeFilter": ANY,
        "ResourceNameFilter": None,
        "PatternTypeFilter": ANY,
        "PrincipalFilter": None,
        "HostFilter": None,
        "Operation": ANY,
        "PermissionType": ANY,
        **more,
    }


RULES: list[tuple[str, Body]] = [
    ("a rule", rule()),
    ("the same rule", rule()),
    ("by prefix", rule(ResourceName="ord", ResourcePatternType=PREFIXED, Operation=WRITE)),
    ("denied", rule(PermissionType=DENY, Host="127.0.0.1")),
    (
        "about the cluster",
        rule(ResourceType=CLUSTER, ResourceName="kafka-cluster", Operation=DESCRIBE),
    ),
    (
        "about the cluster under another name",
        rule(ResourceType=CLUSTER, ResourceName="other", Operation=DESCRIBE),
    ),
    ("about all topics", rule(ResourceName="*")),
    ("no name", rule(ResourceName="")),
    ("no principal", rule(Principal="")),
    ("a principal without a type", rule(Principal="anna")),
    ("a principal of another type", rule(Principal="Group:anna")),
    ("no host", rule(Host="")),
    ("a host's name", rule(Host="example.org")),
    ("an unknown type", rule(ResourceType=77)),
    ("any type", rule(ResourceType=ANY)),
    ("an unknown pattern", rule(ResourcePatternType=77)),
    ("any pattern", rule(ResourcePatternType=ANY)),
    ("pattern match", rule(ResourcePatternType=MATCH)),
    ("an unknown operation", rule(Operation=77)),
    ("any operation", rule(Operation=ANY)),
    ("an operation that topics do not know", rule(Operation=9)),
    ("an unknown permission", rule(PermissionType=77)),
    ("any permission", rule(PermissionType=ANY)),
    ("about a group", rule(ResourceType=GROUP_TYPE, ResourceName="readers")),
    ("about a transactional id", rule(ResourceType=TRANSACTIONAL_ID, Operation=WRITE)),
    ("about a user", rule(ResourceType=USER, ResourceName="User:bob", Operation=13)),
]
FILTERS: list[tuple[str, Body]] = [
    ("all", {}),
    ("of topics", {"ResourceTypeFilter": TOPIC}),
    ("of one name", {"ResourceTypeFilter": TOPIC, "ResourceNameFilter": "orders"}),
    (
        "of what matches",
        {"ResourceTypeFilter": TOPIC, "ResourceNameFilter": "orders", "PatternTypeFilter": MATCH},
    ),
    ("by prefix", {"PatternTypeFilter": PREFIXED}),
    ("of one principal", {"PrincipalFilter": "User:anna"}),
    ("of nobody", {"PrincipalFilter": "User:nobody"}),
    ("of one host", {"HostFilter": "127.0.0.1"}),
    ("of one operation", {"Operation": WRITE}),
    ("that deny", {"PermissionType": DENY}),
    ("of an unknown type", {"ResourceTypeFilter": 77}),
    ("of an unknown pattern", {"PatternTypeFilter": 77}),
    ("of an unknown operation", {"Operation": 77}),
    ("of an unknown permission", {"PermissionType": 77}),
    ("of a principal without a type", {"PrincipalFilter": "anna"}),
]


def acls() -> list[Step]:
    """Rules are made, told of and deleted."""
    script = [asks("CreateAcls", 3, name, {"Creations": [one]}) for name, one in RULES]
    script += [asks("CreateAcls", v, "the same rule", {"Creations": [rule()]}) for v in (1, 2)]
    script += [asks("CreateAcls", 3, "none")]
    script += [asks("DescribeAcls", 3, name, pattern(**narrow)) for name, narrow in FILTERS]
    script += [asks("DescribeAcls", v, "all", pattern()) for v in (1, 2)]
    script += [
        asks("DeleteAcls", version, name, {"Filters": [pattern(**one) for one in filters]})
        for version, name, filters in (
            (3, "none", []),
            (3, "of nobody", [{"PrincipalFilter": "User:nobody"}]),
            (3, "of an unknown type", [{"ResourceTypeFilter": 77}]),
            (3, "by prefix", [{"PatternTypeFilter": PREFIXED}]),
            (2, "that deny, and those again", [{"PermissionType": DENY}, {"PermissionType": DENY}]),
            (1, "all", [{}]),
        )
    ]
    script.append(asks("DescribeAcls", 3, "all are gone", pattern()))
    return script


def quota(name: str, *entity: tuple[str, str | None], validate: bool = False, **op: Any) -> Step:
    """Sets or removes one quota."""
    entry = {
        "Entity": [{"EntityType": kind, "EntityName": who} for kind, who in entity],
        "Ops": [{"Key": "producer_byte_rate", "Value": 1024.0, **op}],
    }
    return asks("AlterClientQuotas", 1, name, {"Entries": [entry], "ValidateOnly": validate})


def quotas() -> list[Step]:
    """Quotas are set, told of and removed."""
    anna = ("user", "anna")
    script = [
        quota("validated only", anna, validate=True),
        quota("of a user", anna),
        quota("of a user and a client", anna, ("client-id", "c")),
        quota("of the default user", ("user", None)),
        quota("of an address", ("ip", "127.0.0.1"), Key="connection_creation_rate"),
        quota("of an address, a key for users", ("ip", "127.0.0.1")),
        quota("of a user, a key for addresses", anna, Key="connection_creation_rate"),
        quota("of an address that is none", ("ip", "no address"), Key="connection_creation_rate"),
        quota("of an address and a user", ("ip", "127.0.0.1"), anna),
        quota("an unknown key", anna, Key="odd"),
        quota("of an unknown entity", ("odd", "x")),
        quota("of nothing"),
        quota("of twice the same", anna, anna),
        quota("below 0", anna, Value=-1.0),
        quota("0", ("user", "nil"), Value=0.0),
        quota("a fraction of bytes", ("user", "half"), Value=0.5),
        quota("a percentage above 100", anna, Key="request_percentage", Value=150.0),
        quota("removes what is not set", ("user", "nobody"), Remove=True),
        quota("an empty name", ("user", "")),
    ]
    script += [asks("AlterClientQuotas", v, "nothing") for v in (0, 1)]
    some: list[tuple[str, list[tuple[str, int, str | None]], bool]] = [
        ("all", [], False),
        ("of users", [("user", ANY_ENTITY, None)], False),
        ("of users only", [("user", ANY_ENTITY, None)], True),
        ("of one user", [("user", EXACT, "anna")], True),
        ("of the default user", [("user", DEFAULT, None)], True),
        ("of nobody", [("user", EXACT, "nobody")], False),
        ("of addresses", [("ip", ANY_ENTITY, None)], False),
        ("of an unknown entity", [("odd", ANY_ENTITY, None)], False),
        ("of twice the same", [("user", ANY_ENTITY, None)] * 2, False),
        ("of addresses and users", [("ip", ANY_ENTITY, None), ("user", ANY_ENTITY, None)], False),
        ("exactly no name", [("user", EXACT, None)], False),
        ("an unknown kind of match", [("user", 9, None)], False),
        ("an empty type", [("", ANY_ENTITY, None)], False),
    ]
    for name, parts, strict in some:
        components = [{"EntityType": t, "MatchType": m, "Match": who} for t, m, who in parts]
        body = {"Components": components, "Strict": strict}
        script.append(asks("DescribeClientQuotas", 1, name, body))
    script.append(asks("DescribeClientQuotas", 0, "all"))
    script += [
        quota(f"removes {who}", ("user", who), Remove=True) for who in ("anna", None, "nil", "half")
    ]
    return script


def scram(name: str, body: Body) -> Step:
    return asks("AlterUserScramCredentials", 0, name, body)


def credential(**more: Any) -> Body:
    """A credential of somebody."""
    return {
        "Name": "anna",
        "Mechanism": SHA_256,
        "Iterations": 4096,
        "Salt": b"salt",
        "SaltedPassword": b"password",
        **more,
    }


def credentials() -> list[Step]:
    """SCRAM credentials are made, told of and deleted."""
    bob = {"Name": "bob", "Mechanism": SHA_256}
    script = [
        scram(name, {"Upsertions": [credential(**more)]})
        for name, more in (
            ("one", {}),
            ("one of the other mechanism", {"Mechanism": SHA_512, "Iterations": 8192}),
            ("few iterations", {"Iterations": 100}),
            ("many iterations", {"Iterations": 20_000}),
            ("an unknown mechanism", {"Mechanism": 7}),
            ("no name", {"Name": ""}),
        )
    ]
    script += [
        scram("none", {}),
        scram("deletes what is not there", {"Deletions": [bob]}),
        scram("deletes an unknown mechanism", {"Deletions": [{**bob, "Mechanism": 7}]}),
        scram("twice the same", {"Upsertions": [credential(Name="carl")] * 2}),
        scram(
            "both at once",
            {"Upsertions": [credential(Name="bob")], "Deletions": [bob]},
        ),
    ]
    script += [
        asks("DescribeUserScramCredentials", 0, name, {"Users": users})
        for name, users in (
            ("all", None),
            ("none named", []),
            ("one", [{"Name": "anna"}]),
            ("nobody", [{"Name": "nobody"}]),
            ("twice the same", [{"Name": "anna"}] * 2),
            ("no name", [{"Name": ""}]),
        )
    ]
    script += [
        scram("deletes one", {"Deletions": [{"Name": "anna", "Mechanism": SHA_256}]}),
        asks("DescribeUserScramCredentials", 0, "one is left", {"Users": [{"Name": "anna"}]}),
        scram("deletes the other", {"Deletions": [{"Name": "anna", "Mechanism": SHA_512}]}),
        asks("DescribeUserScramCredentials", 0, "all are gone"),
    ]
    return script


def tokens() -> list[Step]:
    """Delegation tokens, which nobody gets at a listener where nobody logs in."""
    anna = {"PrincipalType": "User", "PrincipalName": "anna"}
    script = [
        asks("CreateDelegationToken", v, "plaintext", {"Renewers": [anna], "MaxLifetimeMs": -1})
        for v in (1, 2, 3)
    ]
    script += [
        asks(
            *("CreateDelegationToken", 3, "for somebody else"),
            {"OwnerPrincipalType": "User", "OwnerPrincipalName": "bob", "MaxLifetimeMs": 1000},
        ),
        asks(
            "CreateDelegationToken",
            3,
            "an odd renewer",
            {"Renewers": [{**anna, "PrincipalType": "Odd"}]},
        ),
    ]
    for version in (1, 2):
        renewal = {"Hmac": b"hmac", "RenewPeriodMs": 1000}
        expiry = {"Hmac": b"hmac", "ExpiryTimePeriodMs": -1}
        script.append(asks("RenewDelegationToken", version, "plaintext", renewal))
        script.append(asks("ExpireDelegationToken", version, "plaintext", expiry))
    for version in (1, 2, 3):
        script += [
            asks("DescribeDelegationToken", version, name, {"Owners": owners})
            for name, owners in (("all", None), ("none", []), ("of anna", [anna]))
        ]
    return script


def telemetry() -> list[Step]:
    """Clients' metrics (KIP-714)."""
    pushed = {"SubscriptionId": 1, "Metrics": b"metrics"}
    return [
        asks("GetTelemetrySubscriptions", 0, "a new client"),
        asks("GetTelemetrySubscriptions", 0, "a client with an id", {"ClientInstanceId": ABSENT}),
        asks("PushTelemetry", 0, "no id", pushed),
        asks("PushTelemetry", 0, "another subscription", {**pushed, "ClientInstanceId": ABSENT}),
        asks(
            *("PushTelemetry", 0, "an unknown compression"),
            {**pushed, "ClientInstanceId": ABSENT, "CompressionType": 9},
        ),
    ]


def steps() -> list[Step]:
    """In the order in which they are asked."""
    return [*acls(), *quotas(), *credentials(), *tokens(), *telemetry()]
