"""Requests and answers over httpx: the only module that knows it, and the only one with I/O.

Whatever httpx raises ends here as an outcome; what a caller's own iterator or file raises goes
through to the caller as it is.
"""

import math
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Final, TypeAlias, cast
from urllib.parse import urlsplit

import anyio.to_thread
import httpx

from ._body import Body, Chunk, Content
from ._call import Answer
from ._errors import ConnectionFailed, Timeout
from ._flow import Outcome, Send
from ._version import __version__

SyncHTTPClient: TypeAlias = httpx.Client
AsyncHTTPClient: TypeAlias = httpx.AsyncClient

CONNECT_TIMEOUT = 5.0
# More than the service has threads for connections would only wait there.
_LIMITS: Final = httpx.Limits(max_connections=100, max_keepalive_connections=100)
_HEADERS: Final = {
    "Accept": "application/json",
    # Packing answers costs the service more than sending them over a short way does.
    "Accept-Encoding": "identity",
    "User-Agent": f"docmill-python/{__version__}",
}

# Raised before a byte of the request has left: trying again cannot do anything twice.
_NOT_SENT: Final = (httpx.ConnectError, httpx.ConnectTimeout)


class _Late(Exception):
    """The caller's time was up between two chunks."""


class _SourceFailed(Exception):
    """The caller's documents could not be had; the reason is `args[0]`."""


class _Try:
    """One try to send a request: its time, and what came of it."""

    def __init__(self, step: Send, base_url: str) -> None:
        self.timeout = step.timeout
        self.is_uploading = step.call.body is not None
        self._base_url = base_url
        self._began = time.monotonic()

    def elapsed(self) -> float:
        return time.monotonic() - self._began

    def check(self) -> None:
        if self.elapsed() > self.timeout:
            raise _Late

    def answered(self, response: httpx.Response, body: bytes) -> Outcome:
        answer = Answer(
            response.status_code,
            body,
            response.headers.get("Content-Type", ""),
            response.headers.get("X-Request-Id"),
            _retry_after(response.headers.get("Retry-After", "")),
        )
        return Outcome(answer, self.elapsed())

    def failed(self, error: httpx.RequestError | _Late) -> Outcome:
        return Outcome(self._reason(error), self.elapsed())

    def _reason(self, error: httpx.RequestError | _Late) -> ConnectionFailed | Timeout:
        url, why = self._base_url, str(error) or type(error).__name__
        if isinstance(error, _NOT_SENT):
            return ConnectionFailed(f"{url} cannot be reached: {why}", sent=False)
        if isinstance(error, (_Late, httpx.TimeoutException)):
            return Timeout(f"{url} did not answer within {self.timeout:.3g} s")
        if self.is_uploading:
            # What it answered, if it did, is lost with the connection under asyncio.
            why += ", before it had all of the request; is that more than it takes?"
        return ConnectionFailed(f"{url} broke off: {why}")


class SyncHTTP:
    """Sends requests and waits for them."""

    def __init__(self, base_url: str, client: SyncHTTPClient | None) -> None:
        self.base_url = check_url(base_url)
        self._client = client or httpx.Client(limits=_LIMITS)
        self._owned = client is None

    def close(self) -> None:
        """Close the connections, unless they are the caller's."""
        if self._owned:
            self._client.close()

    def send(self, step: Send, headers: Mapping[str, str]) -> Outcome:
        """Send a request once."""
        attempt = _Try(step, self.base_url)
        content = step.call.body.open() if step.call.body else None
        try:
            request = self._client.build_request(
                content=self._chunks(content, attempt) if content else None,
                **_arguments(step, self.base_url, headers, content),
            )
            response = self._client.send(request, stream=True, follow_redirects=False)
            try:
                return attempt.answered(response, b"".join(self._read(response, attempt)))
            finally:
                response.close()
        except (httpx.RequestError, _Late) as error:
            return attempt.failed(error)
        except _SourceFailed as error:
            raise error.args[0] from None

    def _chunks(self, content: Content, attempt: _Try) -> Iterator[bytes]:
        if isinstance(content.chunks, AsyncIterator):
            raise TypeError("documents: an async iterator needs an AsyncClient")
        while True:
            try:
                chunk = next(content.chunks)
            except StopIteration:
                attempt.is_uploading = False
                return
            except Exception as error:
                raise _SourceFailed(error) from error
            attempt.check()
            yield cast(bytes, chunk)  # below httpx, anything with a buffer will do

    def _read(self, response: httpx.Response, attempt: _Try) -> Iterator[bytes]:
        for chunk in response.iter_bytes():
            attempt.check()
            yield chunk


class AsyncHTTP:
    """Sends requests and awaits them."""

    def __init__(self, base_url: str, client: AsyncHTTPClient | None) -> None:
        self.base_url = check_url(base_url)
        self._client = client or httpx.AsyncClient(limits=_LIMITS)
        self._owned = client is None

    async def close(self) -> None:
        """Close the connections, unless they are the caller's."""
        if self._owned:
            await self._client.aclose()

    async def send(self, step: Send, headers: Mapping[str, str]) -> Outcome:
        """Send a request once."""
        attempt = _Try(step, self.base_url)
        with anyio.move_on_after(step.timeout):
            return await self._send(step, headers, attempt)
        return attempt.failed(_Late())

    async def _send(self, step: Send, headers: Mapping[str, str], attempt: _Try) -> Outcome:
        content = await self._open(step.call.body) if step.call.body else None
        try:
            request = self._client.build_request(
                content=self._chunks(content, attempt) if content else None,
                **_arguments(step, self.base_url, headers, content),
            )
            response = await self._client.send(request, stream=True, follow_redirects=False)
            try:
                return attempt.answered(response, await response.aread())
            finally:
                await response.aclose()
        except httpx.RequestError as error:
            return attempt.failed(error)
        except _SourceFailed as error:
            raise error.args[0] from None

    async def _open(self, body: Body) -> Content:
        return await anyio.to_thread.run_sync(body.open) if body.blocking else body.open()

    async def _chunks(self, content: Content, attempt: _Try) -> AsyncIterator[bytes]:
        while True:
            try:
                chunk = await self._next(content)
            except Exception as error:
                raise _SourceFailed(error) from error
            if chunk is None:
                attempt.is_uploading = False
                return
            yield cast(bytes, chunk)

    async def _next(self, content: Content) -> Chunk | None:
        if isinstance(content.chunks, AsyncIterator):
            return await anext(content.chunks, None)
        if content.blocking:
            return await anyio.to_thread.run_sync(next, content.chunks, None)
        return next(content.chunks, None)


def check_url(url: str) -> str:
    """Give the address without a slash at its end.

    Raises:
        ValueError: it is no address of a service.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise ValueError(f"not a URL: {url!r}: {error}") from None
    if parts.scheme not in ("http", "https") or not parts.hostname or port == 0:
        raise ValueError(f"not the http or https URL of a service: {url!r}")
    if parts.query or parts.fragment:
        raise ValueError(f"a URL that paths can be added to cannot have a query: {url!r}")
    return url.rstrip("/")


def _arguments(
    step: Send, base_url: str, headers: Mapping[str, str], content: Content | None
) -> dict[str, Any]:
    merged = {**_HEADERS, **step.call.headers, **headers}
    if content is not None:
        merged["Content-Type"] = content.content_type
        if content.length is not None:
            merged["Content-Length"] = str(content.length)
    seconds = None if math.isinf(step.timeout) else step.timeout
    return {
        "method": step.call.method,
        "url": base_url + step.call.path,
        "params": step.call.query or None,
        "headers": merged,
        "timeout": httpx.Timeout(seconds, connect=min(CONNECT_TIMEOUT, step.timeout)),
    }


def _retry_after(header: str) -> float | None:
    """Seconds from now, of a header that holds seconds or a date."""
    if header.isdecimal():
        return float(header)
    try:
        moment = parsedate_to_datetime(header)
    except ValueError:
        return None
    return max(0.0, (moment - datetime.now(UTC)).total_seconds()) if moment.tzinfo else None
