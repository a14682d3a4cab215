"""What `headrace config bootstrap` changes: seeds, and addresses that are still the defaults."""

from __future__ import annotations

import ipaddress
from typing import Any

from headrace.settings.edit import UNSET, ConfigFile
from headrace.settings.table import (
    DEFAULT_ADMIN_PORT,
    DEFAULT_KAFKA_PORT,
    DEFAULT_RPC_PORT,
    is_wildcard,
)

PORT_MAX = 65535


def parse_endpoint(text: str, default_port: int) -> tuple[str, int]:
    """`HOST`, `HOST:PORT`, `[V6]:PORT` or a bare IPv6 address. Raises ValueError."""
    if text.startswith("["):
        host, _, rest = text[1:].partition("]")
        port = rest.removeprefix(":")
    elif text.count(":") == 1:
        host, _, port = text.partition(":")
    else:
        host, port = text, ""
    if not host or (port and not port.isdecimal()) or (text.endswith(":") and not port):
        raise ValueError(f"{text!r} is not HOST or HOST:PORT")
    number = int(port) if port else default_port
    if not 1 <= number <= PORT_MAX:
        raise ValueError(f"{text!r}: the port must be from 1 to 65535")
    return host, number


def _is_default_address(host: Any) -> bool:
    """Loopback and wildcard addresses are placeholders; anything else was somebody's choice."""
    if host is UNSET or host == "localhost":
        return True
    try:
        return ipaddress.ip_address(str(host)).is_loopback or is_wildcard(str(host))
    except ValueError:
        return False


def bootstrap(
    config: ConfigFile,
    own: str,
    seeds: list[tuple[str, int]],
    advertised_kafka: tuple[str, int] | None,
) -> None:
    """Sets the seeds and this node's addresses.

    - `seed_servers` becomes `seeds`; with more than one, `empty_seed_starts_cluster` becomes false,
      so that a wrong address cannot start a second cluster.
    - Where the node listens or advertises a loopback or wildcard address (or nothing), it becomes
      `own`. Addresses that somebody chose stay. Several Kafka listeners stay as they are.
    """
    base = ("headrace",)
    config.set((*base, "seed_servers"), [{"host": host, "port": port} for host, port in seeds])
    if len(seeds) > 1:
        config.set((*base, "empty_seed_starts_cluster"), value=False)
    _own_address(config, "rpc_server", "advertised_rpc_api", own, DEFAULT_RPC_PORT)
    _own_address(config, "admin", "advertised_admin_api", own, DEFAULT_ADMIN_PORT)
    _own_kafka_address(config, own, advertised_kafka)


def _own_address(config: ConfigFile, listens: str, told: str, own: str, port: int) -> None:
    host = config.get(("headrace", listens, "address"))
    if config.get(("headrace", listens, "port")) is UNSET:
        if _is_default_address(host):
            config.set(("headrace", listens), {"address": own, "port": port})
    elif _is_default_address(host):
        config.set(("headrace", listens, "address"), own)
    advertised = config.get(("headrace", told))
    if isinstance(advertised, dict) and _is_default_address(advertised.get("address", UNSET)):
        config.set(("headrace", told, "address"), own)


def _own_kafka_address(
    config: ConfigFile, own: str, advertised_kafka: tuple[str, int] | None
) -> None:
    listeners = config.get(("headrace", "kafka_api"))
    if not isinstance(listeners, list) or not listeners:
        default = {"name": "internal", "address": own, "port": DEFAULT_KAFKA_PORT}
        config.set(("headrace", "kafka_api"), [default])
        listeners = [default]
    elif len(listeners) == 1 and isinstance(listeners[0], dict):
        if _is_default_address(listeners[0].get("address", UNSET)):
            config.set(("headrace", "kafka_api", 0, "address"), own)
    # Several listeners are somebody's layout; only an explicit address is put in.
    elif advertised_kafka is None:
        return
    first = listeners[0] if isinstance(listeners[0], dict) else {}
    name = first.get("name", "internal")
    told = config.get(("headrace", "advertised_kafka_api"))
    entries = told if isinstance(told, list) else []
    index = next(
        (
            i
            for i, entry in enumerate(entries)
            if isinstance(entry, dict) and entry.get("name", "internal") == name
        ),
        len(entries),
    )
    if advertised_kafka is not None:
        host, port = advertised_kafka
    elif index == len(entries) or _is_default_address(entries[index].get("address", UNSET)):
        host, port = own, int(first.get("port", DEFAULT_KAFKA_PORT))
    else:
        return
    entry = {"name": name, "address": host, "port": port}
    if told is UNSET or told is None or told == []:
        config.set(("headrace", "advertised_kafka_api"), [entry])
    else:
        config.set(("headrace", "advertised_kafka_api", index), entry)
