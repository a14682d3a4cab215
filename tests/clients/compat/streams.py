"""Kafka Streams' own integration tests, on a cluster of processes instead of an embedded one."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from outcomes import FAIL, Outcome, from_junit

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE = Path(__file__).parent
PACKAGE = "org.apache.kafka.streams.integration"
FETCH_SECONDS = 900
# EosIntegrationTest has some fifty tests that wait for time-outs.
CLASS_SECONDS = 900
# Exactly-once, repartition topics, changelogs, and what runs under both group protocols.
CLASSES = (
    "EosIntegrationTest",
    "EOSUncleanShutdownIntegrationTest",
    "GlobalKTableEOSIntegrationTest",
    "StandbyTaskEOSIntegrationTest",
    "StandbyTaskEOSMultiRebalanceIntegrationTest",
    "KStreamRepartitionIntegrationTest",
    "PurgeRepartitionTopicIntegrationTest",
    "InternalTopicIntegrationTest",
    "OptimizedKTableIntegrationTest",
    "RestoreIntegrationTest",
    "KTableSourceTopicRestartIntegrationTest",
    "StandbyTaskCreationIntegrationTest",
    "ResetPartitionTimeIntegrationTest",
    "FineGrainedAutoResetIntegrationTest",
    "RegexSourceIntegrationTest",
    "HandlingSourceTopicDeletionIntegrationTest",
    "RebalanceProtocolMigrationIntegrationTest",
    "KafkaStreamsCloseOptionsIntegrationTest",
    "PauseResumeIntegrationTest",
    "TaskMetadataIntegrationTest",
    "SmokeTestDriverIntegrationTest",
)


def run(target: str, cache: Path, folder: Path, only: str | None) -> list[Outcome]:
    """Runs the classes, one process each, so that none can hold another up."""
    libs = fetch(cache)
    replaced = compile_replacement(libs, folder)
    chosen = [name for name in CLASSES if only is None or only in name]
    return [
        outcome
        for name in chosen
        for outcome in run_class(name, target, f"{replaced}:{libs}/*", folder / name)
    ]


def fetch(cache: Path) -> Path:
    """The folder with all jars."""
    libs = cache / "streams-libs"
    done = libs / ".complete"
    if not done.exists() or done.read_text() != (HERE / "streams/pom.xml").read_text():
        shutil.rmtree(libs, ignore_errors=True)
        goal = ("dependency:copy-dependencies", f"-DoutputDirectory={libs}")
        pom = str(HERE / "streams/pom.xml")
        subprocess.run(["mvn", "-q", "-B", "-f", pom, *goal], check=True, timeout=FETCH_SECONDS)
        done.write_text((HERE / "streams/pom.xml").read_text())
    return libs


def compile_replacement(libs: Path, folder: Path) -> Path:
    """Compiles our embedded cluster; its folder goes before the jars."""
    classes = folder / "classes"
    source = HERE / "streams/EmbeddedKafkaCluster.java"
    command = ["javac", "-nowarn", "-cp", f"{libs}/*", "-d", str(classes), str(source)]
    subprocess.run(command, check=True, timeout=FETCH_SECONDS)
    return classes


def run_class(name: str, target: str, path: str, folder: Path) -> Iterator[Outcome]:
    """Runs one test class; each of its tests is an outcome."""
    folder.mkdir(parents=True)
    start = "\n".join([sys.executable, str(HERE / "embedded.py"), target])
    command = [
        *("java", "-Xmx1g", f"-Dcompat.start={start}", f"-Dcompat.folder={folder}"),
        *(f"-Djava.io.tmpdir={folder}", "-Dlog4j2.level=WARN", "-cp", path),
        *("org.junit.platform.console.ConsoleLauncher", "execute", "--disable-banner"),
        *("--details=none", f"--reports-dir={folder}"),
        f"--select-class={PACKAGE}.{name}",
    ]
    with (folder / "output").open("wb") as output:
        try:
            subprocess.run(
                command,
                check=False,
                env={**os.environ, "PYTHONPATH": str(HERE)},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                timeout=CLASS_SECONDS,
            )
        except subprocess.TimeoutExpired:
            yield Outcome(f"{name}::(time limit of {CLASS_SECONDS} s)", FAIL)
            return
    found = [outcome for report in folder.glob("TEST-*.xml") for outcome in from_junit(report)]
    if not found:
        text = (folder / "output").read_text(errors="replace")
        found = [Outcome(f"{name}::(start of the class)", FAIL, output=text[-6000:])]
    yield from found
