"""Queues of the network stack."""

from __future__ import annotations

from typing import TYPE_CHECKING

from headrace.tuner.base import Minimum, Setting, Tuner

if TYPE_CHECKING:
    from headrace.tuner.host import Host

SOMAXCONN_MIN = 4096
SYN_BACKLOG_MIN = 4096
NETDEV_BACKLOG_MIN = 5000


class Network(Tuner):
    """net.core.somaxconn, net.ipv4.tcp_max_syn_backlog, net.core.netdev_max_backlog."""

    name = "network"
    switch = "tune_network"
    summary = "backlogs for connections and packets that arrive in bursts"
    explanation = (
        "After a node restarts, all its clients connect at once. Connections beyond the backlog "
        "are dropped, and the client tries again a second or more later. net.core.somaxconn "
        "(accepted, waiting for the program) and net.ipv4.tcp_max_syn_backlog (half open) "
        f"become at least {SOMAXCONN_MIN}; net.core.netdev_max_backlog (packets that wait for "
        f"the kernel) at least {NETDEV_BACKLOG_MIN}. Costs a little kernel memory during a "
        "burst."
    )

    def settings(self, host: Host) -> list[Setting]:
        """The three queues."""
        net = host.proc / "sys/net"
        return [
            Minimum(net / "core/somaxconn", str(SOMAXCONN_MIN)),
            Minimum(net / "ipv4/tcp_max_syn_backlog", str(SYN_BACKLOG_MIN)),
            Minimum(net / "core/netdev_max_backlog", str(NETDEV_BACKLOG_MIN)),
        ]
