"""kafkajs 2: a program of ours (kafkajs/check.js) that checks what it sees, one scenario a test."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from javatools import cache_folder

FOLDER = Path(__file__).parent / "kafkajs"
PINS = ("package.json", "package-lock.json")
INSTALL_SECONDS = 120
RUN_SECONDS = 200


@pytest.fixture(scope="module")
def modules() -> Path:
    """kafkajs as the lock file pins it, installed once into the cache."""
    home = cache_folder() / "kafkajs"
    done = home / ".complete"
    lock = (FOLDER / "package-lock.json").read_text()
    if not done.exists() or done.read_text() != lock:
        shutil.rmtree(home, ignore_errors=True)
        home.mkdir(parents=True)
        for name in PINS:
            shutil.copy(FOLDER / name, home)
        install = ["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts"]
        subprocess.run(install, check=True, cwd=home, timeout=INSTALL_SECONDS)
        done.write_text(lock)
    return home / "node_modules"


@pytest.fixture
def check(modules, bootstrap):
    """Runs a scenario of the program; fails with what it says."""

    def run(scenario: str, *names: str) -> None:
        done = subprocess.run(
            ["node", str(FOLDER / "check.js"), bootstrap, scenario, *names],
            check=False,
            env={**os.environ, "NODE_PATH": str(modules), "KAFKAJS_NO_PARTITIONER_WARNING": "1"},
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
