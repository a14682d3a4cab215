"""Cluster properties in the node's configuration file.

Some properties of headrace.yaml hold for the whole cluster (Kafka's broker settings). The cluster
keeps its own values in the controller; a file's value counts where the cluster has none, as a
broker's file stands below dynamic configuration in Apache Kafka. Where both have one and differ,
the log says so: nothing is silently ignored.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from headrace.errors import EngineError

if TYPE_CHECKING:
    from headrace.node.engine import EngineApi
    from headrace.settings.table import NodeSettings

log = logging.getLogger(__name__)

# The property in headrace.yaml: Kafka's key.
CLUSTER_KEYS = {
    "auto_create_topics_enable": "auto.create.topics.enable",
    "num_partitions": "num.partitions",
    "default_replication_factor": "default.replication.factor",
    "min_insync_replicas": "min.insync.replicas",
    "message_max_bytes": "message.max.bytes",
    "log_segment_bytes": "log.segment.bytes",
    "log_segment_ms": "log.roll.ms",
    "log_retention_ms": "log.retention.ms",
    "log_retention_bytes": "log.retention.bytes",
    "log_index_interval_bytes": "log.index.interval.bytes",
    "offsets_topic_num_partitions": "offsets.topic.num.partitions",
    "offsets_topic_replication_factor": "offsets.topic.replication.factor",
    "offsets_retention_minutes": "offsets.retention.minutes",
    "group_initial_rebalance_delay_ms": "group.initial.rebalance.delay.ms",
    "group_min_session_timeout_ms": "group.min.session.timeout.ms",
    "group_max_session_timeout_ms": "group.max.session.timeout.ms",
}


def file_values(node: NodeSettings) -> dict[str, str]:
    """The file's cluster properties by Kafka's keys, as text."""
    values = {}
    for name, key in CLUSTER_KEYS.items():
        value = getattr(node, name)
        if value is not None:
            values[key] = str(value).lower() if isinstance(value, bool) else str(value)
    return values


async def apply_file_values(engine: EngineApi, node: NodeSettings) -> None:
    """Gives the cluster what the file says and nobody has set; warns about differences.

    A cluster that does not answer now is asked at the next start: that is logged, not raised.
    """
    try:
        in_force = {entry["name"]: entry for entry in await engine.call("cluster_config")}
        wanted = file_values(node)
        missing = {
            key: value
            for key, value in wanted.items()
            if in_force[key]["source"] == "default" and in_force[key]["value"] != value
        }
        if missing:
            await engine.call("set_cluster_config", {"set": missing})
            log.info("cluster properties set from the configuration file: %s", _listed(missing))
    except EngineError as error:
        log.warning("cluster properties of the configuration file are not set: %s", error)
        return
    for name, key in CLUSTER_KEYS.items():
        entry = in_force[key]
        differs = entry["source"] == "cluster" and entry["value"] != wanted.get(key)
        if differs and name in node.model_fields_set:
            log.warning(
                "headrace.%s is %s in the configuration file, but the cluster has %s=%s, which "
                "counts",
                name,
                wanted.get(key),
                key,
                entry["value"],
            )


def _listed(values: dict[str, str]) -> str:
    return ", ".join(f"{key}={value}" for key, value in sorted(values.items()))
