"""Whether the front end lives, and whether it can work."""

from fastapi import APIRouter, Request, Response

from .. import errors
from ..deps import Mill
from ..models import Problem

router = APIRouter(tags=["health"])


@router.get("/livez")
async def live() -> dict[str, str]:
    """Say that the process runs."""
    return {"status": "ok"}


@router.get("/readyz", responses={503: {"model": Problem}}, response_model=dict[str, str])
async def ready(request: Request, mill: Mill) -> dict[str, str] | Response:
    """Say whether requests can be served, which takes the service."""
    if await mill.ready():
        return {"status": "ok"}
    detail = "The service behind this one is not ready."
    return errors.answer(request.scope, 503, "service_unreachable", detail)
