"""The committed messages are what the generator makes of Kafka's descriptions."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
GENERATOR = ROOT / "broker/engine/crates/wire/generate.py"


@pytest.mark.timeout(900)
def test_the_messages_are_up_to_date():
    cargo = Path.home() / ".cargo/bin"
    done = subprocess.run(
        [sys.executable, "-B", str(GENERATOR), "--check"],
        check=False,
        env={**os.environ, "PATH": f"{os.environ['PATH']}:{cargo}"},
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert done.returncode == 0, done.stderr
