"""toxiproxy in front of brokers: a Go module, built once, run for the length of a suite."""

from __future__ import annotations

import contextlib
import json
import shutil
import socket
import subprocess
import time
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

SERVER = "github.com/Shopify/toxiproxy/v2/cmd/server"
FIRST_PORT = 29091
API_PORT = 25474
BUILD_SECONDS = 600
START_SECONDS = 20


def build(cache: Path) -> Path:
    """The server's binary; go.mod and go.sum beside this file pin what it is made of."""
    binary = cache / "toxiproxy/server"
    if not binary.exists():
        shutil.copytree(Path(__file__).parent / "toxiproxy", binary.parent, dirs_exist_ok=True)
        command = ["go", "build", "-mod=mod", "-o", str(binary), SERVER]
        subprocess.run(command, check=True, cwd=binary.parent, timeout=BUILD_SECONDS)
    return binary


@contextlib.contextmanager
def proxies(cache: Path, folder: Path, upstreams: list[str]) -> Iterator[str]:
    """Proxies kafka1, kafka2 … on the ports from 29091 on. Yields the API's address."""
    command = [str(build(cache)), "-host", "127.0.0.1", "-port", str(API_PORT)]
    with (folder / "toxiproxy.log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL)
    try:
        _wait_for(API_PORT)
        body = [
            {
                "name": f"kafka{position + 1}",
                "listen": f"127.0.0.1:{FIRST_PORT + position}",
                "upstream": upstream,
                "enabled": True,
            }
            for position, upstream in enumerate(upstreams)
        ]
        address = f"http://127.0.0.1:{API_PORT}"
        request = urllib.request.Request(  # noqa: S310 - our own child
            f"{address}/populate", json.dumps(body).encode(), {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=START_SECONDS) as answer:  # noqa: S310
            answer.read()
        yield address
    finally:
        process.terminate()
        process.wait(START_SECONDS)


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        if time.monotonic() > deadline:
            raise TimeoutError(f"nothing listens on port {port}")
        time.sleep(0.1)
