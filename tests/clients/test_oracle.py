"""The same requests to Headrace and to Apache Kafka: answers differ only where we say so."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT / "tests/clients" / folder) for folder in ("compat", "oracle")]

import script_admin  # noqa: E402
import script_cluster  # noqa: E402
import script_groups  # noqa: E402
import script_members  # noqa: E402
import script_records  # noqa: E402
import script_security  # noqa: E402
import script_shares  # noqa: E402
import script_transactions  # noqa: E402
from clusters import Shape, running  # noqa: E402
from comparison import Difference, differences, read_listed, unexplained  # noqa: E402
from conversation import Conversation, Step  # noqa: E402
from kafkamessages import Messages  # noqa: E402

from peer import assemble, cache_folder  # noqa: E402

if TYPE_CHECKING:
    from conversation import Body

LISTED = ROOT / "docs/protocol/differences.md"
TABLE = ROOT / "docs/protocol/api-versions.md"
# Rules (ACLs) are always stored here; Kafka needs somebody who keeps them, and who lets us ask.
RULES = {
    "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
    "super.users": "User:ANONYMOUS",
}
SHAPES = {"headrace": Shape(1), "kafka": Shape(1, properties=RULES)}
CLIENTS_JAR = "kafka-clients-4.3.1.jar"


def script() -> list[Step]:
    """Everything, in order: later requests build on what earlier ones left."""
    return [
        *script_admin.versions(),
        *script_admin.topics_made(),
        *script_groups.finding()[:1],
        *script_admin.creating(),
        *script_admin.metadata(),
        *script_records.steps(),
        *script_groups.steps(),
        *script_members.steps(),
        *script_shares.steps(),
        *script_transactions.steps(),
        *script_security.steps(),
        *script_cluster.steps(),
        *script_admin.configs(),
        *script_admin.changing(),
        *script_records.last(),
    ]


def replay(target: str, messages: Messages, folder: Path) -> dict[str, Body | str]:
    """Asks one broker everything."""
    with running(target, SHAPES[target], folder) as cluster:
        conversation = Conversation(messages, cluster.addresses[0])
        try:
            return {step.name: conversation.ask(step) for step in script()}
        finally:
            conversation.close()


def test_no_two_requests_share_a_name() -> None:
    names = [step.name for step in script()]
    twice = {name for name in names if names.count(name) > 1}
    assert twice <= {script_groups.finding()[0].name}


# What the script does not ask, and why.
NOT_ASKED: dict[str, str] = {}


def test_every_api_is_asked_in_every_version() -> None:
    """The page's table is held by a cargo test to the code, and to a live broker by another."""
    rows = re.findall(r"(?m)^\| \d+ \| (\w+) \| .+ \| ([-\d]+) \| [-\d]+ \|$", TABLE.read_text())
    assert len(rows) > 70
    asked = {(step.api, step.version) for step in script()}
    missing = []
    for api, versions in rows:
        first, _, last = versions.partition("-")
        for version in range(int(first), int(last or first) + 1):
            missing += [f"{api} v{version}"] * ((api, version) not in asked)
    assert set(missing) == set(NOT_ASKED)


@pytest.mark.long
@pytest.mark.timeout(900)
def test_every_difference_has_a_reason(tmp_path: Path) -> None:
    messages = Messages(assemble(cache_folder()) / CLIENTS_JAR)
    ours = replay("headrace", messages, tmp_path / "headrace")
    theirs = replay("kafka", messages, tmp_path / "kafka")
    found: list[Difference] = []
    for step, answer in ours.items():
        found += differences(step, answer, theirs[step])
    open_ones, gone = unexplained(found, read_listed(LISTED.read_text(encoding="utf-8")))
    assert not open_ones, f"{len(open_ones)} differences without a reason:\n" + "\n".join(open_ones)
    assert not gone, "listed in differences.md, but there is no such difference:\n" + "\n".join(
        gone
    )
