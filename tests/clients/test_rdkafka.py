"""rdkafka (Rust): a program of ours (rdkafka/) that checks what it sees, one scenario a test."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from javatools import cache_folder

FOLDER = Path(__file__).parent / "rdkafka"
BUILD_SECONDS = 600
RUN_SECONDS = 200
pytestmark = pytest.mark.timeout(BUILD_SECONDS + RUN_SECONDS)


@pytest.fixture(scope="module")
def program() -> Path:
    """The program, with the librdkafka that its crate brings along."""
    target = cache_folder() / "rdkafka"
    build = ["cargo", "build", "-q", "--release", "--locked"]
    subprocess.run(
        build,
        check=True,
        cwd=FOLDER,
        env={**os.environ, "CARGO_TARGET_DIR": str(target)},
        timeout=BUILD_SECONDS,
    )
    return target / "release/rdkafka-check"


@pytest.fixture
def check(program, bootstrap):
    """Runs a scenario of the program; fails with what it says."""

    def run(scenario: str, *names: str) -> None:
        done = subprocess.run(
            [str(program), bootstrap, scenario, *names],
            check=False,
            capture_output=True,
            text=True,
            timeout=RUN_SECONDS,
        )
        assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]

    return run


def test_admin(check, unique):
    check("admin", unique("topic"))


def test_records(check, make_topic, unique):
    check("records", make_topic(partitions=2), unique("group"))


def test_groups(check, make_topic, unique):
    check("groups", make_topic(), unique("group"))


def test_transactions(check, make_topic, unique):
    check("transactions", make_topic(), make_topic(), unique("group"))
