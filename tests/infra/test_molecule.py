"""The molecule scenario `default`, from creating the hosts to removing them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from headrace_infra import up
from headrace_infra.local import podman

ROOT = Path(__file__).resolve().parents[2]
SCENARIO_SECONDS = 3000
pytestmark = [pytest.mark.hosts, pytest.mark.timeout(SCENARIO_SECONDS + 300)]


def test_the_default_scenario_passes():
    package = up.find_package(None)
    program = Path(sys.executable).with_name("molecule")
    environment = {
        **os.environ,
        "HEADRACE_PACKAGE": str(package),
        "PATH": f"{program.parent}{os.pathsep}{os.environ['PATH']}",
        "NO_COLOR": "1",
    }
    environment.pop("ANSIBLE_CONFIG", None)
    done = subprocess.run(
        [str(program), "test", "--scenario-name", "default"],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=SCENARIO_SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-8000:]
    assert not [name for name in podman.run("ps", "-a", "--format", "{{.Names}}").split()
                if name.startswith("molecule-")]  # fmt: skip
