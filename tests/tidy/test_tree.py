"""Sizes, owners and things that must never be in the repository."""

import ast
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
RUST_LINES, PYTHON_LINES, FUNCTION_LINES, COLUMNS = 800, 600, 70, 100
# Files that may be larger than the rule says, each with its reason. This list only shrinks.
LARGER_FILES: dict[str, str] = {}
# Files whose lines may be wider, each with its reason. This list only shrinks.
WIDER_FILES = {"broker/engine/crates/wire/src/error_code.rs": "a table with one code a row"}
# A home directory, a workplace's folder, a key, a registry's address. Written so that this file
# does not match itself.
FORBIDDEN = {
    "a machine's path": re.compile(r"(?<![\w.~$}-])/(?:ro" + r"ot|ho" + r"me|wo" + r"rk)/[\w{$]"),
    "a private key": re.compile("BEGIN (RSA |EC |OPENSSH )?PRIVATE" + " KEY"),
    "a package registry": re.compile(r"https?://[^ ]*/(simple|maven" + r"2)/|index" + "-url *="),
}


def tracked(*suffixes: str) -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout.splitlines()
    return [
        ROOT / name
        for name in listed
        if name.endswith(suffixes) and (ROOT / name).is_file() and not (ROOT / name).is_symlink()
    ]


def generated(path: Path) -> bool:
    return "generated" in path.relative_to(ROOT).parts


def test_files_stay_readable():
    too_long = {}
    for path in tracked(".rs", ".py"):
        lines = len(path.read_text().splitlines())
        name = str(path.relative_to(ROOT))
        limit = RUST_LINES if path.suffix == ".rs" else PYTHON_LINES
        if lines > limit and not generated(path) and name not in LARGER_FILES:
            too_long[name] = lines
    assert not too_long


def test_python_functions_stay_readable():
    too_long = {}
    for path in tracked(".py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or 0) - node.lineno + 1
                if lines > FUNCTION_LINES:
                    too_long[f"{path.relative_to(ROOT)}:{node.name}"] = lines
    assert not too_long


def test_lines_fit():
    too_wide = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in tracked(".rs", ".py")
        if not generated(path) and str(path.relative_to(ROOT)) not in WIDER_FILES
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if len(line) > COLUMNS and "https://" not in line
    ]
    assert not too_wide


@pytest.mark.parametrize("what", FORBIDDEN)
def test_nothing_of_the_machine_is_in_the_repository(what):
    found = []
    for path in tracked(""):
        try:
            text = path.read_text()
        except UnicodeDecodeError:
            continue
        found += [
            f"{path.relative_to(ROOT)}:{number}"
            for number, line in enumerate(text.splitlines(), 1)
            if FORBIDDEN[what].search(line)
        ]
    assert not found


def test_root_folders_named_like_packages_stay_plain_folders():
    """An __init__.py there would hide the installed package of the same name."""
    for name in ("pulumi", "ansible", "molecule", "tests"):
        assert not (ROOT / name / "__init__.py").exists()


def folders_with_an_owner() -> list[Path]:
    top = [p for p in ROOT.iterdir() if p.is_dir() and not p.name.startswith(".")]
    owned = [p for p in top if p.name not in {"build", "dist", "requirements"}]
    owned += [p for p in (ROOT / "broker/engine/crates").iterdir() if p.is_dir()]
    owned += [p for p in (ROOT / "broker/headrace").iterdir() if (p / "__init__.py").exists()]
    return sorted(owned)


@pytest.mark.parametrize("folder", folders_with_an_owner(), ids=lambda p: str(p.relative_to(ROOT)))
def test_every_folder_says_what_it_is(folder):
    is_python = (folder / "__init__.py").exists()
    if is_python:
        first = ast.get_docstring(ast.parse((folder / "__init__.py").read_text()))
        assert first, f"{folder} has no docstring"
        return
    readme = folder / "README.md"
    assert readme.exists(), f"{folder.relative_to(ROOT)} has no README.md"
    assert len(readme.read_text().splitlines()[0].strip("# ")) > len(folder.name)


@pytest.mark.parametrize("folder", folders_with_an_owner(), ids=lambda p: str(p.relative_to(ROOT)))
def test_the_map_names_every_folder(folder):
    assert re.search(rf"\b{re.escape(folder.name)}\b", (ROOT / "ARCHITECTURE.md").read_text())
