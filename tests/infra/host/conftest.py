"""What the inventory says of the host under test."""

from __future__ import annotations

import json
from typing import Any

import pytest


@pytest.fixture
def wanted(host) -> dict[str, Any]:
    """The host's inventory variables."""
    return host.ansible.get_variables()


@pytest.fixture
def address(wanted) -> str:
    return wanted["headrace_advertised_address"]


@pytest.fixture
def cli(host):
    """Runs `headrace ARGUMENTS --format json` on the host; returns what it printed."""

    def run(arguments: str, stdin: str | None = None) -> Any:
        feed = f"printf '%s\\n' '{stdin}' | " if stdin is not None else ""
        # The limit is the clients' business; this one only keeps a hung command from hanging us.
        done = host.run(f"{feed}timeout 120 headrace {arguments} --format json")
        assert done.rc == 0, f"headrace {arguments}: {done.stderr}{done.stdout}"
        return json.loads(done.stdout)

    return run
