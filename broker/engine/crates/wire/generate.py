#!/usr/bin/env python3
"""Generates `src/generated` and `tests/wire/samples` from Kafka's message descriptions.

The descriptions lie in the jars of kafka-clients and of Kafka's group and share coordinators.

Run it after changing `APIS` or `KAFKA_VERSION` and commit what it writes:

    python3 generate.py            # fetches the jars with Maven if ~/.m2 lacks them
    python3 generate.py --check    # fails if the committed files differ

To serve one more API, add its name to `APIS`, its range to `SERVED` in `src/api.rs`, and run this.
"""

from __future__ import annotations

import argparse
import filecmp
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from generator import files
from generator.schema import Source

KAFKA_VERSION = "4.3.1"
ARTIFACTS = ("kafka-clients", "kafka-group-coordinator", "kafka-share-coordinator")
HERE = Path(__file__).resolve().parent
OUTPUTS = ("src/generated", "tests/wire/samples")

# Requests and responses that get code. `keys.rs` knows all of Kafka's, coded or not.
APIS = (
    "Produce",
    "Fetch",
    "ListOffsets",
    "Metadata",
    "OffsetCommit",
    "OffsetFetch",
    "FindCoordinator",
    "JoinGroup",
    "Heartbeat",
    "LeaveGroup",
    "SyncGroup",
    "DescribeGroups",
    "ListGroups",
    "SaslHandshake",
    "ApiVersions",
    "CreateTopics",
    "DeleteTopics",
    "DeleteRecords",
    "InitProducerId",
    "OffsetForLeaderEpoch",
    "AddPartitionsToTxn",
    "AddOffsetsToTxn",
    "EndTxn",
    "WriteTxnMarkers",
    "TxnOffsetCommit",
    "DescribeAcls",
    "CreateAcls",
    "DeleteAcls",
    "DescribeConfigs",
    "AlterConfigs",
    "AlterReplicaLogDirs",
    "DescribeLogDirs",
    "SaslAuthenticate",
    "CreatePartitions",
    "CreateDelegationToken",
    "RenewDelegationToken",
    "ExpireDelegationToken",
    "DescribeDelegationToken",
    "DeleteGroups",
    "ElectLeaders",
    "IncrementalAlterConfigs",
    "AlterPartitionReassignments",
    "ListPartitionReassignments",
    "OffsetDelete",
    "DescribeClientQuotas",
    "AlterClientQuotas",
    "DescribeUserScramCredentials",
    "AlterUserScramCredentials",
    "DescribeQuorum",
    "UpdateFeatures",
    "DescribeCluster",
    "DescribeProducers",
    "UnregisterBroker",
    "DescribeTransactions",
    "ListTransactions",
    "ConsumerGroupHeartbeat",
    "ConsumerGroupDescribe",
    "GetTelemetrySubscriptions",
    "PushTelemetry",
    "ListConfigResources",
    "DescribeTopicPartitions",
    "ShareGroupHeartbeat",
    "ShareGroupDescribe",
    "ShareFetch",
    "ShareAcknowledge",
    "AddRaftVoter",
    "RemoveRaftVoter",
    "InitializeShareGroupState",
    "ReadShareGroupState",
    "WriteShareGroupState",
    "DeleteShareGroupState",
    "ReadShareGroupStateSummary",
    "StreamsGroupHeartbeat",
    "StreamsGroupDescribe",
    "DescribeShareGroupOffsets",
    "AlterShareGroupOffsets",
    "DeleteShareGroupOffsets",
)
# Messages without a key: frame headers, and what classic group members tell each other.
DATA = {
    "header": ("RequestHeader", "ResponseHeader"),
    "consumer_subscription": ("ConsumerProtocolSubscription",),
    "consumer_assignment": ("ConsumerProtocolAssignment",),
}
# Records of `__consumer_offsets` and `__share_group_state` that get code: their keys and values.
RECORDS = (
    "ConsumerGroupMetadata",
    "ConsumerGroupPartitionMetadata",
    "ConsumerGroupMemberMetadata",
    "ConsumerGroupTargetAssignmentMetadata",
    "ConsumerGroupTargetAssignmentMember",
    "ConsumerGroupCurrentMemberAssignment",
    "ConsumerGroupRegularExpression",
    "ShareGroupMetadata",
    "ShareGroupMemberMetadata",
    "ShareGroupTargetAssignmentMetadata",
    "ShareGroupTargetAssignmentMember",
    "ShareGroupCurrentMemberAssignment",
    "ShareGroupStatePartitionMetadata",
    "ShareSnapshot",
    "ShareUpdate",
    "StreamsGroupMetadata",
    "StreamsGroupMemberMetadata",
    "StreamsGroupTargetAssignmentMetadata",
    "StreamsGroupTargetAssignmentMember",
    "StreamsGroupCurrentMemberAssignment",
    "StreamsGroupTopology",
)


def find_jar(artifact: str) -> Path:
    """The jar in Maven's local repository, fetched when it is not there.

    Raises:
        FileNotFoundError: Maven ran but left no jar.
    """
    name = f"{artifact}-{KAFKA_VERSION}.jar"
    folder = Path.home() / ".m2/repository/org/apache/kafka" / artifact / KAFKA_VERSION
    jar = folder / name
    if not jar.exists():
        full = f"org.apache.kafka:{artifact}:{KAFKA_VERSION}"
        goal = ["dependency:get", f"-Dartifact={full}", "-Dtransitive=false"]
        subprocess.run(["mvn", "-q", "-B", *goal], check=True)
    if not jar.exists():
        raise FileNotFoundError(jar)
    return jar


def write(jars: list[Path], into: Path) -> None:
    """Writes all files below `into` and formats them."""
    for folder in OUTPUTS:
        target = into / folder
        shutil.rmtree(target, ignore_errors=True)
        target.mkdir(parents=True)
    written = files.render(Source(jars), APIS, DATA | files.record_modules(RECORDS))
    for path, text in written.items():
        (into / path).write_text(text)
    style = ["--edition", "2021", "--config-path", str(HERE.parents[1] / "rustfmt.toml")]
    subprocess.run(["rustfmt", *style, *(str(into / path) for path in written)], check=True)


def differences(jars: list[Path]) -> list[str]:
    """Paths of committed files that differ from what would be written."""
    found = []
    with tempfile.TemporaryDirectory() as scratch:
        write(jars, Path(scratch))
        for folder in OUTPUTS:
            fresh = {p.name for p in (Path(scratch) / folder).iterdir()}
            kept = {p.name for p in (HERE / folder).iterdir()}
            found += [f"{folder}/{name}" for name in sorted(fresh ^ kept)]
            for name in sorted(fresh & kept):
                if not filecmp.cmp(Path(scratch) / folder / name, HERE / folder / name, False):
                    found.append(f"{folder}/{name}")
    return found


def main() -> int:
    """Runs the command; returns the exit status."""
    parser = argparse.ArgumentParser(description="Generate the wire crate's messages.")
    parser.add_argument("--jar", type=Path, action="append", help="use this jar (again for more)")
    parser.add_argument("--check", action="store_true", help="only compare with committed files")
    options = parser.parse_args()
    jars = options.jar or [find_jar(artifact) for artifact in ARTIFACTS]
    if not options.check:
        write(jars, HERE)
        return 0
    stale = differences(jars)
    for path in stale:
        print(f"stale: {path}", file=sys.stderr)
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
