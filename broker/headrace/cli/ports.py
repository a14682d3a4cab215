"""Ports of a dev cluster.

Node N (from 0) has the ten from base + 10 N on: Kafka, RPC, admin, then those kept for the schema
registry, the HTTP proxy and the console.
"""

import socket
import zlib
from dataclasses import asdict, dataclass
from pathlib import Path

from headrace.cli.errors import USAGE, CliError

HOST = "127.0.0.1"
DEFAULT_BASE_PORT = 19092
# Above this the kernel hands ports out to outgoing connections by default.
AUTO_PORT_LAST = 32000
PORT_LAST = 65535
PORTS_PER_NODE = 10
PORT_ROLES = ("kafka", "rpc", "admin", "registry", "proxy", "console")


@dataclass(frozen=True)
class Ports:
    """The ports of one node."""

    kafka: int
    rpc: int
    admin: int
    registry: int
    proxy: int
    console: int


def port_plan(base_port: int, nodes: int) -> list[Ports]:
    """The ports of each node. Raises CliError when they would not fit below 65536."""
    last = base_port + PORTS_PER_NODE * (nodes - 1) + len(PORT_ROLES) - 1
    if base_port < 1 or last > PORT_LAST:
        raise CliError(
            f"--base-port {base_port}: {nodes} nodes need the ports up to {last}, and they must "
            f"lie between 1 and {PORT_LAST}",
            USAGE,
        )
    starts = range(base_port, base_port + PORTS_PER_NODE * nodes, PORTS_PER_NODE)
    return [Ports(*(start + i for i in range(len(PORT_ROLES)))) for start in starts]


def is_free(port: int) -> bool:
    """Whether nobody listens on the port."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        # As the node's listeners do: connections of a predecessor in TIME_WAIT do not count.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def choose_base_port(folder: Path, nodes: int) -> int:
    """A base port whose whole block is free.

    The search begins at a place that depends on the folder, since a node that is down leaves its
    ports free: clusters side by side should not come to want the same ones. Blocks are reserved
    until this process ends, so that two that start at once do not choose the same.
    """
    steps = (AUTO_PORT_LAST - DEFAULT_BASE_PORT) // PORTS_PER_NODE - nodes
    first = zlib.crc32(str(folder).encode()) % steps
    for step in range(steps):
        base = DEFAULT_BASE_PORT + PORTS_PER_NODE * ((first + step) % steps)
        plan = port_plan(base, nodes)
        free = all(is_free(port) for ports in plan for port in asdict(ports).values())
        if free and _reserve(plan):
            return base
    raise CliError(
        f"no {nodes} blocks of free ports between {DEFAULT_BASE_PORT} and {AUTO_PORT_LAST}"
    )


def _reserve(plan: list[Ports]) -> bool:
    """Takes the blocks for this process. False when another process has one of them.

    A name in the abstract namespace of Unix sockets belongs to one process of this network
    namespace and is given up when that ends, however it ends.
    """
    taken: list[socket.socket] = []
    for ports in plan:
        holder = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        taken.append(holder)
        try:
            holder.bind(f"\0headrace-dev-ports-{ports.kafka}")
        except OSError:
            for each in taken:
                each.close()
            return False
    # Only the end of this process closes them.
    for each in taken:
        each.detach()
    return True
