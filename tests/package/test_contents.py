"""What both packages hold: the same files from one staging folder, and no trace of the build."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
WANTED = (
    "/usr/bin/headrace",
    "/opt/headrace/bin/headrace",
    "/etc/headrace/headrace.yaml",
    "/usr/share/man/man1/headrace.1.gz",
    "/usr/lib/sysusers.d/headrace.conf",
)
# Where the formats differ by convention.
BY_FORMAT = ("/lib/systemd/system", "/usr/share/doc", "/usr/share/lintian")


def newest(pattern: str) -> Path:
    built = sorted((ROOT / "dist").glob(pattern), key=lambda path: path.stat().st_mtime)
    if not built:
        pytest.fail(f"dist/ has no {pattern}: make deb rpm")
    return built[-1]


def output(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def deb_files() -> set[str]:
    listed = output("dpkg-deb", "-c", str(newest("headrace_*.deb"))).splitlines()
    return {line.split()[5].removeprefix(".") for line in listed if not line.endswith("/")}


def rpm_files() -> set[str]:
    return set(output("rpm", "-qlp", str(newest("headrace-*.rpm"))).splitlines())


def of_product(files: set[str]) -> set[str]:
    return {f for f in files if f.startswith("/opt/") and "__pycache__" not in f}


@pytest.mark.parametrize("files", [deb_files, rpm_files])
def test_the_package_holds_what_users_look_for(files):
    found = files()
    for path in WANTED:
        assert path in found
    for unit in ("headrace.service", "headrace-tuner.service"):
        assert any(f.endswith(f"systemd/system/{unit}") for f in found)
    assert any(f.endswith("headrace/_engine.abi3.so") for f in found)


@pytest.mark.parametrize("files", [deb_files, rpm_files])
def test_the_package_writes_to_its_own_places_only(files):
    allowed = ("/opt/headrace", "/etc/headrace", "/var/lib/headrace", "/usr/", "/lib/systemd/")
    assert [path for path in files() if not path.startswith(allowed)] == []


def test_both_formats_hold_the_same_product():
    # rpm lists folders too.
    assert of_product(deb_files()) <= of_product(rpm_files())


def test_nothing_names_the_folder_that_it_was_built_in():
    stage = ROOT / "build/stage"
    assert stage.is_dir(), "no staging folder: make deb"
    command = ["grep", "-rIl", "--exclude-dir=__pycache__", str(ROOT), str(stage)]
    found = subprocess.run(command, check=False, capture_output=True, text=True)
    assert found.stdout == ""
