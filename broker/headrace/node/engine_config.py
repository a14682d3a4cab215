"""The engine's configuration, from the node's settings. The owner of that JSON's shape.

The engine refuses keys that it does not know (broker/engine/crates/pybridge/src/config.rs), so
the two cannot drift apart unseen.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from headrace import __version__

if TYPE_CHECKING:
    from headrace.settings import Settings
    from headrace.settings.table import Address, HostPort, Listener, NodeSettings

MIB = 1024 * 1024
# Memory for requests in work, unless one request alone may be larger.
QUEUED_REQUEST_BYTES = 256 * MIB
HASH_CHARS = 16


def config_hash(settings: Settings) -> str:
    """A short hash of everything that takes a restart to change: the node's whole section."""
    text = json.dumps(settings.headrace.model_dump(mode="json"), sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:HASH_CHARS]


def engine_config(settings: Settings) -> dict[str, Any]:
    """What `headrace._engine.Engine` takes, before it is made JSON."""
    node = settings.headrace
    return {
        "node": _node(node, config_hash(settings)),
        "kafka": _kafka(node),
        "log": {"level": node.log_level, "format": node.log_format},
        "process": {"stop_timeout_ms": node.shutdown_timeout_ms},
    }


def engine_config_json(settings: Settings) -> str:
    """What `headrace._engine.Engine` takes."""
    return json.dumps(engine_config(settings))


def _node(node: NodeSettings, digest: str) -> dict[str, Any]:
    rpc = _host_port(node.rpc_advertised())
    return {
        "node_id": node.node_id,
        "data_dir": str(node.data_directory),
        "rack": node.rack,
        "rpc_listen": _listen(node.rpc_server),
        "rpc_advertised": rpc,
        "kafka_advertised": [_listener(listener) for listener in node.kafka_advertised()],
        "admin_advertised": _host_port(node.admin_advertised()),
        # A node without seeds is its own only seed.
        "seeds": [_host_port(seed) for seed in node.seed_servers] or [rpc],
        "empty_seed_starts_cluster": node.empty_seed_starts_cluster,
        "shards": node.shard_count(),
        "election_timeout_ms": node.raft_election_timeout_ms,
        "heartbeat_ms": node.raft_heartbeat_interval_ms,
        "journal_bytes": node.journal_bytes,
        "tail_cache_bytes": node.tail_cache_bytes,
        "version": __version__,
        "config_hash": digest,
    }


def _kafka(node: NodeSettings) -> dict[str, Any]:
    return {
        "listeners": [_listener(listener) for listener in node.kafka_api],
        "socket_request_max_bytes": node.kafka_request_max_bytes,
        "queued_max_request_bytes": max(QUEUED_REQUEST_BYTES, node.kafka_request_max_bytes),
        "max_connections": node.kafka_connections_max,
        "max_fetch_sessions": node.kafka_fetch_sessions_max,
        "max_in_flight_requests_per_connection": node.kafka_in_flight_max,
    }


def _host_port(where: HostPort) -> dict[str, Any]:
    return {"host": where.host, "port": where.port}


def _listen(where: Address) -> dict[str, Any]:
    return {"host": where.address, "port": where.port}


def _listener(listener: Listener) -> dict[str, Any]:
    return {"name": listener.name, "host": listener.address, "port": listener.port}
