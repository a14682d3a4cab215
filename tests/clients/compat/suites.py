"""Foreign test suites: how each is fetched, built and run.

Every suite comes through its language's own package client at the version named here, stays in the
cache, and is judged by `expected.toml`.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import compose
import streams
import toxics
from clusters import Running, Shape
from outcomes import Outcome, from_go, from_junit

if TYPE_CHECKING:
    from collections.abc import Callable

FRANZ_GO = ("github.com/twmb/franz-go", "v1.22.2")
SARAMA = ("github.com/IBM/sarama", "v1.61.1")
KAFKA_PYTHON = "3.0.12"
KAFKA = "4.3.1"
BUILD_SECONDS = 900
# How long a test may still be heard of after its suite's own limit.
GRACE_SECONDS = 30


@dataclass(frozen=True)
class Run:
    """One run of one suite: against what, where it may write, and which of its tests."""

    cluster: Running
    folder: Path
    cache: Path
    only: str | None

    def call(
        self, command: list[str], seconds: int, cwd: Path, output: Path, **extra: str
    ) -> int | None:
        """Runs the suite's program with a limit in time. None: the limit ended it."""
        environment = {**os.environ, **extra}
        with output.open("wb") as out, (self.folder / "stderr").open("wb") as err:
            try:
                return subprocess.run(
                    command,
                    check=False,
                    cwd=cwd,
                    env=environment,
                    stdin=subprocess.DEVNULL,
                    stdout=out,
                    stderr=err,
                    timeout=seconds,
                ).returncode
            except subprocess.TimeoutExpired:
                return None


@dataclass(frozen=True)
class Suite:
    """A foreign suite: the cluster it wants (None: it starts its own) and how it runs."""

    name: str
    shape: Shape | None
    run: Callable[[Run], list[Outcome]]


def go_module(module: tuple[str, str]) -> Path:
    """The module's folder, read-only, in Go's own cache."""
    name, version = module
    done = subprocess.run(
        ["go", "mod", "download", "-json", f"{name}@{version}"],
        check=True,
        cwd=Path(__file__).parent,
        env={**os.environ, "GO111MODULE": "on", "GOWORK": "off"},
        stdout=subprocess.PIPE,
        timeout=BUILD_SECONDS,
    )
    return Path(json.loads(done.stdout)["Dir"])


def go_test(run: Run, package: Path, *flags: str) -> Path:
    """Compiles a package's tests, unless that has been done."""
    binary = run.cache / f"{package.parents[0].name}-{package.name}.test".replace("@", "-")
    if not binary.exists():
        subprocess.run(
            ["go", "test", *flags, "-c", "-o", str(binary), "."],
            check=True,
            cwd=package,
            timeout=BUILD_SECONDS,
        )
    return binary


def run_go(run: Run, binary: Path, package: Path, tests: str, seconds: int, **env: str) -> Path:
    """Runs a compiled test binary; returns the file with its events."""
    events = run.folder / "events.json"
    command = ["go", "tool", "test2json", "-t", str(binary), "-test.v=test2json"]
    command += [f"-test.timeout={seconds}s", f"-test.run={run.only or tests}"]
    run.call(command, seconds + GRACE_SECONDS, package, events, **env)
    return events


def franz_go(run: Run) -> list[Outcome]:
    """The kgo package's tests, those against kfake and the pure ones among them."""
    package = go_module(FRANZ_GO) / "pkg/kgo"
    binary = go_test(run, package)
    events = run_go(
        *(run, binary, package, "^Test", 900),
        KGO_SEEDS=run.cluster.bootstrap,
        KGO_TEST_RF="3",
        KGO_TEST_RECORDS=os.environ.get("KGO_TEST_RECORDS", "50000"),
    )
    return from_go(events.read_text(encoding="utf-8").splitlines())


def sarama(run: Run) -> list[Outcome]:
    """The functional tests, with toxiproxy between them and the brokers."""
    package = go_module(SARAMA)
    binary = go_test(run, package, "-tags", "functional")
    sources = [path.read_text(encoding="utf-8") for path in package.glob("functional*_test.go")]
    names = [name for text in sources for name in re.findall(r"(?m)^func (Test\w+)\(", text)]
    names.remove("TestMain")
    with toxics.proxies(run.cache, run.folder, run.cluster.addresses) as address:
        events = run_go(
            *(run, binary, package, f"^({'|'.join(sorted(names))})$", 900),
            TOXIPROXY_ADDR=address,
            KAFKA_VERSION=KAFKA,
            PATH=compose.command_in(run.folder / "bin", run.folder / "cluster"),
        )
    return from_go(events.read_text(encoding="utf-8").splitlines())


def python_with(cache: Path) -> Path:
    """An interpreter with what kafka-python's tests need, every compression among it."""
    wanted = Path(__file__).parent / "kafka_python_parts/requirements.txt"
    home = cache / "kafka-python-venv"
    python, installed = home / "bin/python", home / "requirements.txt"
    if not installed.exists() or installed.read_text() != wanted.read_text():
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(home)], check=True)
        fetch = [str(python), "-m", "pip", "install", "-q", "-r", str(wanted)]
        subprocess.run(fetch, check=True, timeout=BUILD_SECONDS)
        shutil.copy(wanted, installed)
    return python


def kafka_python(run: Run) -> list[Outcome]:
    """The integration tests of the source distribution, with the library beside them."""
    name = f"kafka_python-{KAFKA_PYTHON}"
    source = run.cache / name
    if not source.exists():
        fetch = ["pip", "download", "-q", "--no-deps", "--no-binary", ":all:", "-d"]
        wanted = [str(run.cache), f"kafka-python=={KAFKA_PYTHON}"]
        subprocess.run([sys.executable, "-m", *fetch, *wanted], check=True, timeout=BUILD_SECONDS)
        shutil.unpack_archive(run.cache / f"{name}.tar.gz", run.cache)
        # Without it, Python's own package `test` would be found instead.
        (source / "test/__init__.py").touch()
        shutil.copy(Path(__file__).parent / "kafka_python_parts/service.py", source / "test")
    report = run.folder / "junit.xml"
    command = [
        str(python_with(run.cache)),
        "-m",
        "pytest",
        "-q",
        "test/integration",
        f"--junitxml={report}",
    ]
    command += ["-p", "no:cacheprovider", "-o", "log_level=WARNING"]
    command += ["-k", run.only] if run.only else []
    run.call(
        *(command, 900, source, run.folder / "output"),
        KAFKA_URI=f"kafka://{run.cluster.addresses[0]}",
        KAFKA_VERSION=KAFKA,
        KAFKA_ROOT=str(run.folder),
        PYTHONPATH=str(source),
        PYTHONDONTWRITEBYTECODE="1",
    )
    if not report.exists():
        text = (run.folder / "output").read_text(errors="replace")
        return [Outcome("(start of the suite)", "fail", output=text[-6000:])]
    return from_junit(report)


def kafka_streams(run: Run) -> list[Outcome]:
    """Kafka Streams' own integration tests; each class starts a cluster of its own."""
    return streams.run(run.cluster.target, run.cache, run.folder, run.only)


AUTO_CREATED = {"auto.create.topics.enable": "true"}
SUITES = [
    Suite("franz-go", Shape(3, properties=AUTO_CREATED), franz_go),
    Suite(
        "sarama",
        Shape(
            5,
            first_id=1,
            racks=True,
            advertised_from=29090,
            properties={"default.replication.factor": "2", "offsets.topic.replication.factor": "2"},
        ),
        sarama,
    ),
    Suite(
        "kafka-python",
        Shape(
            1,
            properties={
                **AUTO_CREATED,
                "num.partitions": "4",
                "group.min.session.timeout.ms": "1000",
            },
        ),
        kafka_python,
    ),
    Suite("streams", None, kafka_streams),
]
