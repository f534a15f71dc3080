"""One way to talk to both clients, so that every test runs against each of them."""

import asyncio
import contextlib
import inspect
from collections.abc import AsyncIterable, Awaitable, Callable, Iterator
from typing import Any

import httpx
import pytest
from service import Service, find_binary

import docmill

Handler = Callable[[httpx.Request], httpx.Response]
Connect = Callable[..., Any]


class Waiting:
    """An AsyncClient, or what hangs on one, whose methods wait."""

    def __init__(self, target: Any, runner: asyncio.Runner) -> None:
        self._target = target
        self._runner = runner

    def __getattr__(self, name: str) -> Any:
        return self._wrap(getattr(self._target, name))

    def __iter__(self) -> Iterator[Any]:
        async def collect() -> list[Any]:
            return [item async for item in self._target]

        return iter(self._runner.run(collect()))

    def _wrap(self, value: Any) -> Any:
        if inspect.ismethod(value):
            return lambda *args, **kwargs: self._wrap(value(*args, **kwargs))
        if inspect.isawaitable(value):
            return self._runner.run(_await(value))
        if isinstance(value, (docmill.AsyncClient, AsyncIterable)) or hasattr(value, "create"):
            return Waiting(value, self._runner)
        return value


async def _await(value: Awaitable[Any]) -> Any:
    return await value


@pytest.fixture(params=["Client", "AsyncClient"])
def connect(request: pytest.FixtureRequest) -> Iterator[Connect]:
    """Make a client of one kind or the other, in front of a handler or of an address."""
    with asyncio.Runner() as runner:

        def make(handler: Handler | str, **settings: Any) -> Any:
            url = handler if isinstance(handler, str) else "http://mill.test"
            transport = None if isinstance(handler, str) else httpx.MockTransport(handler)
            if request.param == "Client":
                http = httpx.Client(transport=transport)
                closing.append(http.close)
                return docmill.Client(url, http_client=http, **settings)
            ahttp = httpx.AsyncClient(transport=transport)
            closing.append(lambda: runner.run(ahttp.aclose()))
            return Waiting(docmill.AsyncClient(url, http_client=ahttp, **settings), runner)

        closing: list[Callable[[], None]] = []
        yield make
        for close in closing:
            close()


class Naps(list[float]):
    """The seconds that a client would have slept."""


@pytest.fixture
def naps(monkeypatch: pytest.MonkeyPatch) -> Naps:
    """Take the place of sleeping."""
    naps = Naps()

    async def nap(seconds: float) -> None:
        naps.append(seconds)

    monkeypatch.setattr("docmill._client.time.sleep", naps.append)
    monkeypatch.setattr("docmill._async_client.anyio.sleep", nap)
    return naps


@pytest.fixture
def start_service() -> Iterator[Callable[..., Service]]:
    """Start services of the test's own, with options."""
    if find_binary() is None:
        pytest.skip("no service has been built: set DOCMILL_BIN or build in build-test/")
    with contextlib.ExitStack() as started:
        yield lambda *options: started.enter_context(Service(*options))
