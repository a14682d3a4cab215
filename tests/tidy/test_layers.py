"""The layer rules of ARCHITECTURE.md: which crate may use which, and who may touch the outside."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CRATES = ROOT / "broker/engine/crates"

# What each crate may take from its neighbours; a crate that is missing here has no owner yet.
MAY_USE = {
    "env": set(),
    "wire": set(),
    "log": {"env", "wire"},
    "raft": {"wire"},
    "cluster": {"env", "log", "raft", "wire"},
    "groups": {"wire"},
    "txn": {"wire"},
    "server": {"cluster", "env", "groups", "txn", "wire"},
    "sim": {"cluster", "env", "log", "raft", "wire"},
    "pybridge": {"cluster", "env", "groups", "server", "wire"},
}
PURE = ("wire", "raft", "groups", "txn")
OUTSIDE = re.compile(
    r"\b(std::(fs|net|thread)|SystemTime|Instant::now|tokio::|thread_rng|rand::rng\(\))"
)
DISK_OR_NET = re.compile(r"\b(std::(fs|net)|tokio::)")


def manifest(crate: str) -> dict:
    return tomllib.loads((CRATES / crate / "Cargo.toml").read_text())


def sources(crate: str) -> list[tuple[Path, str]]:
    """The crate's own code, without its tests (from the first `#[cfg(test)] mod` on)."""
    found = []
    for path in sorted((CRATES / crate / "src").rglob("*.rs")):
        if path.stem.startswith("test") or "tests" in path.parts:
            continue
        text = re.split(r"#\[cfg\(test\)\]\s*(?:pub )?mod \w+ \{", path.read_text())[0]
        found.append((path, text))
    assert found, f"{crate} has no sources"
    return found


def test_every_crate_has_a_rule():
    assert {path.name for path in CRATES.iterdir() if path.is_dir()} == set(MAY_USE)


@pytest.mark.parametrize("crate", MAY_USE)
def test_crates_use_only_what_lies_below(crate):
    uses = {
        name.removeprefix("headrace-")
        for name in manifest(crate).get("dependencies", {})
        if name.startswith("headrace-")
    }
    assert uses <= MAY_USE[crate]


def test_only_the_bridge_knows_python():
    for crate in MAY_USE:
        uses = "pyo3" in manifest(crate).get("dependencies", {})
        assert uses == (crate == "pybridge"), crate


@pytest.mark.parametrize("crate", PURE)
def test_pure_crates_touch_nothing_outside(crate):
    for path, text in sources(crate):
        for number, line in enumerate(text.splitlines(), 1):
            code = line.split("//")[0]
            assert not OUTSIDE.search(code), f"{path.relative_to(ROOT)}:{number}: {line.strip()}"


def test_the_log_reaches_the_disk_only_through_env():
    for path, text in sources("log"):
        for number, line in enumerate(text.splitlines(), 1):
            code = line.split("//")[0]
            assert not DISK_OR_NET.search(code), (
                f"{path.relative_to(ROOT)}:{number}: {line.strip()}"
            )


def test_the_engine_is_reached_from_python_in_one_place():
    """Only headrace.node (and what it hands out) imports the compiled module."""
    importing = {
        path.relative_to(ROOT / "broker/headrace").parts[0]
        for path in (ROOT / "broker/headrace").rglob("*.py")
        if re.search(r"headrace\._engine|from headrace import _engine", path.read_text())
    }
    assert importing <= {"node", "cli", "errors.py"}
