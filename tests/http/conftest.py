"""The admin API's application on an engine of the test's own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
import pytest
from fakeengine import FakeEngine

from headrace.admin import AdminState, create_app

if TYPE_CHECKING:
    from collections.abc import Callable

    Ask = Callable[..., httpx.Response]


@pytest.fixture
def state() -> AdminState:
    return AdminState(FakeEngine(), phase="ready")


@pytest.fixture
def ask(state: AdminState) -> Ask:
    """Asks the application without a socket: `ask("GET", "/v1/brokers")`."""
    import asyncio  # noqa: PLC0415 - only here

    async def request(method: str, path: str, **options: Any) -> httpx.Response:
        transport = httpx.ASGITransport(create_app(state), raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://node") as client:
            return await client.request(method, path, **options)

    return lambda method, path, **options: asyncio.run(request(method, path, **options))
