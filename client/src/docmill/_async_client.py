"""The client that is awaited."""

from collections.abc import Callable, Generator, Mapping
from datetime import datetime
from typing import Any, Literal, Self, overload

import anyio

from . import _flow
from ._body import Documents
from ._call import Call, T, new_key
from ._calls import service
from ._calls import transform as calls
from ._calls.transform import Collections, Options, Pipeline
from ._codec import Codec
from ._errors import ConnectionFailed, Timeout, Unavailable
from ._http import AsyncHTTP, AsyncHTTPClient
from ._models import Task, TransformResult, Verdict
from ._resources import AsyncTasks
from ._settings import Settings, service_url


class AsyncClient:
    """Like Client, with methods to await; runs under asyncio and trio.

    A client belongs to the event loop in which it is used first.

    Example:
        >>> import asyncio
        >>> from docmill import AsyncClient
        >>> async def count(orders: list[dict]) -> int:
        ...     async with AsyncClient("http://localhost:8001") as mill:
        ...         result = await mill.transform(orders, [{"$count": "n"}])
        ...     return result[0]["n"]
        >>> asyncio.run(count([{"sku": "a"}, {"sku": "b"}]))
        2
    """

    def __init__(
        self,
        url: str | None = None,
        *,
        api_key: str | None = None,
        timeout: float = 60.0,
        retries: int = 2,
        headers: Mapping[str, str] | None = None,
        codec: Codec | None = None,
        http_client: AsyncHTTPClient | None = None,
    ) -> None:
        settings = Settings.make(
            api_key=api_key, timeout=timeout, retries=retries, headers=headers, codec=codec
        )
        self._set(AsyncHTTP(service_url(url), http_client), settings)

    def _set(self, http: AsyncHTTP, settings: Settings) -> None:
        self._http = http
        self._settings = settings
        self.tasks = AsyncTasks(self._run, self._poll, settings.codec)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.url!r})"

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        await self.close()

    @property
    def url(self) -> str:
        """Like Client.url."""
        return self._http.base_url

    async def close(self) -> None:
        """Like Client.close."""
        await self._http.close()

    def with_options(
        self,
        *,
        timeout: float | None = None,
        retries: int | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Self:
        """Like Client.with_options."""
        other = object.__new__(type(self))
        other._set(
            self._http, self._settings.change(timeout=timeout, retries=retries, headers=headers)
        )
        return other

    async def transform(
        self,
        documents: Documents | None,
        pipeline: Pipeline,
        *,
        collections: Collections | None = None,
        let: Mapping[str, Any] | None = None,
        timeout: float | None = None,
        max_time: float | None = None,
        max_memory: int | None = None,
        now: datetime | None = None,
        seed: int | None = None,
        explain: bool = False,
    ) -> TransformResult:
        """Like Client.transform; takes async iterators too."""
        options = Options(max_time, max_memory, now, seed, explain)
        call = calls.transform(
            self._settings.codec,
            documents,
            pipeline,
            collections=collections,
            let=let,
            options=options,
        )
        return await self._run(call, timeout)

    @overload
    async def submit(
        self,
        documents: Documents | None,
        pipeline: Pipeline,
        *,
        collections: Collections | None = ...,
        let: Mapping[str, Any] | None = ...,
        timeout: float | None = ...,
        max_time: float | None = ...,
        max_memory: int | None = ...,
        now: datetime | None = ...,
        seed: int | None = ...,
        explain: bool = ...,
        wait: Literal[0] = 0,
        idempotency_key: str | None = ...,
    ) -> Task: ...

    @overload
    async def submit(
        self,
        documents: Documents | None,
        pipeline: Pipeline,
        *,
        collections: Collections | None = ...,
        let: Mapping[str, Any] | None = ...,
        timeout: float | None = ...,
        max_time: float | None = ...,
        max_memory: int | None = ...,
        now: datetime | None = ...,
        seed: int | None = ...,
        explain: bool = ...,
        wait: int,
        idempotency_key: str | None = ...,
    ) -> Task | TransformResult: ...

    async def submit(
        self,
        documents: Documents | None,
        pipeline: Pipeline,
        *,
        collections: Collections | None = None,
        let: Mapping[str, Any] | None = None,
        timeout: float | None = None,
        max_time: float | None = None,
        max_memory: int | None = None,
        now: datetime | None = None,
        seed: int | None = None,
        explain: bool = False,
        wait: int = 0,
        idempotency_key: str | None = None,
    ) -> Task | TransformResult:
        """Like Client.submit; takes async iterators too."""
        options = Options(max_time, max_memory, now, seed, explain)
        call = calls.submit(
            self._settings.codec,
            documents,
            pipeline,
            collections=collections,
            let=let,
            options=options,
            wait=wait,
            idempotency_key=idempotency_key or new_key(),
        )
        return await self._run(call, timeout)

    async def validate(
        self,
        pipeline: Pipeline,
        *,
        collections: Collections | None = None,
        let: Mapping[str, Any] | None = None,
    ) -> Verdict:
        """Like Client.validate."""
        return await self._run(
            calls.validate(self._settings.codec, pipeline, collections=collections, let=let)
        )

    async def ready(self, *, timeout: float = 1.0) -> bool:
        """Like Client.ready."""
        try:
            await self._run(service.ready(), timeout, retries=0)
        except (ConnectionFailed, Timeout, Unavailable):
            return False
        return True

    async def _run(
        self, call: Call[T], timeout: float | None = None, retries: int | None = None
    ) -> T:
        settings = self._settings.change(timeout=timeout, retries=retries)
        return await self._drive(_flow.run(call, settings.policy), settings.headers)

    async def _poll(
        self,
        ask: Callable[[int], Call[T]],
        is_done: Callable[[T], bool],
        *,
        timeout: float | None,
        on_wait: Callable[[T], None] | None,
    ) -> T:
        settings = self._settings.change(timeout=timeout)
        flow = _flow.poll(ask, is_done, settings.policy, on_wait=on_wait)
        return await self._drive(flow, settings.headers)

    async def _drive(
        self, flow: Generator[_flow.Step, _flow.Outcome, T], headers: Mapping[str, str]
    ) -> T:
        step = next(flow)
        while True:
            outcome = await self._do(step, headers)
            try:
                step = flow.send(outcome)
            except StopIteration as stop:
                result: T = stop.value
                return result

    async def _do(self, step: _flow.Step, headers: Mapping[str, str]) -> _flow.Outcome:
        if isinstance(step, _flow.Send):
            return await self._http.send(step, headers)
        await anyio.sleep(step.seconds)
        return _flow.Outcome(None, step.seconds)
