"""The hybrid call: business rules here, the heavy work in the service."""

from collections.abc import Callable, Coroutine
from typing import Any

import orjson
from fastapi import APIRouter, Request, Response
from fastapi.routing import APIRoute

from .. import rules
from ..deps import Mill, WebSettings
from ..models import ProcessAnswer, ProcessRequest


class _QuickRequest(Request):
    """A request whose JSON is read by orjson: here it can be megabytes."""

    async def json(self) -> Any:
        return orjson.loads(await self.body())


class _QuickRoute(APIRoute):
    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def quick(request: Request) -> Response:
            return await handle(_QuickRequest(request.scope, request.receive))

        return quick


router = APIRouter(tags=["process"], route_class=_QuickRoute)


@router.post("/process", response_model=ProcessAnswer)
async def process(payload: ProcessRequest, mill: Mill, settings: WebSettings) -> Response:
    """Send compute-heavy work to the native service.

    Its answer goes back as the bytes that came: nothing here needs to look into it.
    """
    rules.check_batch(payload.documents, settings.max_documents)
    result = await mill.transform(
        payload.documents, payload.pipeline, collections=payload.collections, let=payload.let
    )
    return Response(result.raw, media_type="application/json")
