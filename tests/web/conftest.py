"""The front end in this process, in front of a service that the test plays or that really runs."""

from collections.abc import Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest

from docmill import AsyncClient
from docmill_web import Settings, create_app

Handler = Callable[[httpx.Request], httpx.Response]


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def front() -> Callable[..., Any]:
    """Open the front end before a handler that plays the service, or before an address."""

    @asynccontextmanager
    async def open_front(service: Handler | str, **settings: Any):
        url = service if isinstance(service, str) else "http://mill.test"
        transport = None if isinstance(service, str) else httpx.MockTransport(service)
        async with httpx.AsyncClient(transport=transport) as inner:
            mill = AsyncClient(url, http_client=inner, retries=0)
            app = create_app(Settings(**settings), mill=mill)
            transport = httpx.ASGITransport(app, raise_app_exceptions=False)
            async with httpx.AsyncClient(transport=transport, base_url="http://web.test") as outer:
                yield outer

    return open_front
