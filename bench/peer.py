"""Apache Kafka from Maven Central, as the peer: KRaft nodes in combined mode on 127.0.0.1."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

VERSION = "4.3.1"
LOG4J_VERSION = "2.25.4"
CLUSTER_ID = "AAAAAAAAQACAAAAAAAAAAQ"
START_TIMEOUT_SECONDS = 90
STOP_TIMEOUT_SECONDS = 30
# What Kafka's own start script passes to the JVM.
JVM_FLAGS = [
    "-server",
    "-XX:+UseG1GC",
    "-XX:MaxGCPauseMillis=20",
    "-XX:InitiatingHeapOccupancyPercent=35",
    "-XX:+ExplicitGCInvokesConcurrent",
    "-Djava.awt.headless=true",
]
POM = """<project><modelVersion>4.0.0</modelVersion>
<groupId>peer</groupId><artifactId>peer</artifactId><version>1</version><packaging>pom</packaging>
<dependencies>{}</dependencies></project>"""
DEPENDENCY = (
    "<dependency><groupId>{}</groupId><artifactId>{}</artifactId><version>{}</version></dependency>"
)
LOG_CONFIG = """status=error
appender.f.type=File
appender.f.name=F
appender.f.fileName=${sys:peer.log}
appender.f.layout.type=PatternLayout
appender.f.layout.pattern=[%d] %p %m (%c)%n
rootLogger.level=INFO
rootLogger.appenderRef.f.ref=F
"""


def assemble(cache: Path) -> Path:
    """Returns the folder with Kafka's jars; downloads them the first time."""
    libs = cache / f"kafka-{VERSION}"
    if (libs / ".done").exists():
        return libs
    shutil.rmtree(libs, ignore_errors=True)
    libs.mkdir(parents=True)
    wanted = [
        ("org.apache.kafka", "kafka_2.13", VERSION),
        ("org.apache.kafka", "kafka-tools", VERSION),
        ("org.apache.logging.log4j", "log4j-slf4j-impl", LOG4J_VERSION),
        ("org.apache.logging.log4j", "log4j-core", LOG4J_VERSION),
    ]
    pom = libs / "pom.xml"
    pom.write_text(POM.format("".join(DEPENDENCY.format(*item) for item in wanted)))
    subprocess.run(
        [
            "mvn",
            "-q",
            "-B",
            "-f",
            str(pom),
            "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies",
            f"-DoutputDirectory={libs}",
            "-DincludeScope=runtime",
        ],
        check=True,
    )
    (libs / ".done").touch()
    return libs


@dataclass
class KafkaPeer:
    """A cluster of `nodes` brokers; each node's client port is base_port + 10 * its position."""

    directory: Path
    libs: Path
    nodes: int = 3
    base_port: int = 29092
    heap: str = "1g"
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def bootstrap(self) -> str:
        """Every broker's client address."""
        return ",".join(f"127.0.0.1:{self._port(i)}" for i in range(self.nodes))

    @property
    def pids(self) -> list[int]:
        """The brokers' processes."""
        return [process.pid for process in self.processes]

    def _port(self, position: int) -> int:
        return self.base_port + 10 * position

    def properties(self, position: int) -> str:
        """server.properties of one node: as shipped, but for what the comparison names."""
        voters = ",".join(f"{i + 1}@127.0.0.1:{self._port(i) + 1}" for i in range(self.nodes))
        port, copies = self._port(position), min(3, self.nodes)
        lines = [
            "process.roles=broker,controller",
            f"node.id={position + 1}",
            f"controller.quorum.voters={voters}",
            f"listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{port + 1}",
            f"advertised.listeners=PLAINTEXT://127.0.0.1:{port}",
            "inter.broker.listener.name=PLAINTEXT",
            "controller.listener.names=CONTROLLER",
            f"log.dirs={self.directory}/node{position}/data",
            f"default.replication.factor={copies}",
            f"min.insync.replicas={max(1, copies - 1)}",
            f"offsets.topic.replication.factor={copies}",
            f"transaction.state.log.replication.factor={copies}",
            f"transaction.state.log.min.isr={max(1, copies - 1)}",
            "group.initial.rebalance.delay.ms=0",
        ]
        return "\n".join(lines) + "\n"

    def _java(self, *args: str) -> list[str]:
        return ["java", *JVM_FLAGS, "-cp", f"{self.libs}/*", *args]

    def start(self) -> None:
        """Formats the nodes' storage, starts them and waits until each accepts connections."""
        self.format()
        self.launch()

    def format(self) -> None:
        """Empty nodes, not started."""
        shutil.rmtree(self.directory, ignore_errors=True)
        self.directory.mkdir(parents=True)
        (self.directory / "log4j2.properties").write_text(LOG_CONFIG)
        for i in range(self.nodes):
            home = self.directory / f"node{i}"
            home.mkdir()
            (home / "server.properties").write_text(self.properties(i))
            subprocess.run(
                self._java(
                    "kafka.tools.StorageTool",
                    "format",
                    "-t",
                    CLUSTER_ID,
                    "-c",
                    str(home / "server.properties"),
                ),
                check=True,
                capture_output=True,
            )

    def launch(self) -> None:
        """Starts the nodes on what is there, and waits until each accepts connections."""
        for i in range(self.nodes):
            home = self.directory / f"node{i}"
            (home / "server.log").unlink(missing_ok=True)
            options = [
                f"-Xms{self.heap}",
                f"-Xmx{self.heap}",
                f"-Dpeer.log={home}/server.log",
                f"-Dlog4j2.configurationFile={self.directory}/log4j2.properties",
            ]
            command = self._java("kafka.Kafka", str(home / "server.properties"))
            with (home / "stdout").open("wb") as output:
                process = subprocess.Popen(
                    [command[0], *options, *command[1:]],
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    cwd=home,
                )
            self.processes.append(process)
        self._wait()

    def _wait(self) -> None:
        deadline = time.monotonic() + START_TIMEOUT_SECONDS
        for i, process in enumerate(self.processes):
            log = self.directory / f"node{i}" / "server.log"
            while True:
                if process.poll() is not None or time.monotonic() > deadline:
                    self.stop()
                    raise RuntimeError(f"Apache Kafka node {i} did not start: see {log}")
                if log.exists() and "Kafka Server started" in log.read_text():
                    with socket.create_connection(("127.0.0.1", self._port(i)), timeout=5):
                        break
                time.sleep(0.2)

    def stop(self) -> None:
        """Ends the nodes that this object started, by their ids."""
        for process in self.processes:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
        for process in self.processes:
            try:
                process.wait(timeout=STOP_TIMEOUT_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self.processes.clear()

    def wipe(self) -> None:
        """Deletes what the nodes, which have ended, left."""
        shutil.rmtree(self.directory, ignore_errors=True)


def cache_folder() -> Path:
    """Where what is downloaded once is kept, outside the checkout."""
    base = os.environ.get("HEADRACE_CACHE")
    if base:
        return Path(base)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "headrace"
