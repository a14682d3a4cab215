"""The admin API's port, taken before anything is opened and before that API is loaded."""

from __future__ import annotations

import errno
import ipaddress
import socket

from headrace.errors import AddressInUseError

BACKLOG = 128
WHY = {
    errno.EADDRINUSE: "is in use by another process",
    errno.EADDRNOTAVAIL: "is not an address of this machine",
    errno.EACCES: "may not be used by this user",
}


def bind(host: str, port: int) -> socket.socket:
    """Takes the port. Raises AddressInUseError."""
    try:
        family, kind, proto, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except socket.gaierror as error:
        raise AddressInUseError(
            "address_in_use", f"admin: {host}: {error.strerror}", "admin"
        ) from None
    listener = socket.socket(family, kind, proto)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6 and ipaddress.ip_address(host).is_unspecified:
            listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        listener.bind(address)
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        why = WHY.get(error.errno or 0, f"cannot be listened on: {error.strerror}")
        raise AddressInUseError("address_in_use", f"admin: {host}:{port} {why}", "admin") from None
    listener.setblocking(False)
    return listener
