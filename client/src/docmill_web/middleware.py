"""What happens to every request before a route sees it: it gets a name, and a limit."""

import re
import uuid

from fastapi import HTTPException
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from . import errors

_DECENT_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_PASSED_ON = ("traceparent", "tracestate")


class RequestNames:
    """Gives each request an id, the caller's own where that is decent, and says it back.

    What names the request is kept for the calls that it causes, so that one search finds it in
    the logs on both sides.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Name a request."""
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        headers = Headers(scope=scope)
        asked = headers.get("x-request-id", "")
        request_id = asked if _DECENT_ID.fullmatch(asked) else uuid.uuid4().hex
        names = {"X-Request-Id": request_id}
        for name in _PASSED_ON:
            value = headers.get(name, "")
            if value and value.isascii() and value.isprintable():
                names[name] = value
        scope.setdefault("state", {})["names"] = names

        async def named(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)["X-Request-Id"] = request_id
            await send(message)

        await self._app(scope, receive, named)


class BodyLimit:
    """Refuses bodies that are too large, by what they say or by what has come of them."""

    def __init__(self, app: ASGIApp, limit: int) -> None:
        self._app = app
        self._limit = limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Watch over a request."""
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        said = Headers(scope=scope).get("content-length", "")
        if said.isdecimal() and int(said) > self._limit:
            refusal = errors.answer(scope, 413, "body_too_large", self._detail())
            return await refusal(scope, receive, send)
        seen = 0

        async def counted() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > self._limit:
                raise HTTPException(413, self._detail())
            return message

        await self._app(scope, counted, send)

    def _detail(self) -> str:
        return f"The body has more than {self._limit} bytes."
