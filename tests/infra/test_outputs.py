"""What a stack exports, and which of its hosts are seeds."""

from __future__ import annotations

import pytest
from exported import EXPORTED
from pydantic import ValidationError

from headrace_infra import outputs


def test_the_schema_takes_what_a_stack_exports():
    found = outputs.parse(EXPORTED)
    assert [node.name for node in found.nodes] == ["hr-a1", "hr-b1", "hr-c1"]


@pytest.mark.parametrize("missing", sorted(EXPORTED))
def test_no_output_may_be_missing(missing):
    with pytest.raises(ValidationError, match=missing):
        outputs.parse({k: v for k, v in EXPORTED.items() if k != missing})


def test_an_unknown_output_is_refused():
    with pytest.raises(ValidationError, match="extra"):
        outputs.parse({**EXPORTED, "extra": 1})


@pytest.mark.parametrize(
    ("nodes", "seeds"), [(1, 1), (2, 1), (3, 3), (4, 3), (5, 5), (6, 5), (9, 5)]
)
def test_seeds_are_odd_and_at_most_five_and_come_first(nodes, seeds):
    names = [f"n{number}" for number in range(nodes)]
    assert outputs.seeds(names) == names[:seeds]
