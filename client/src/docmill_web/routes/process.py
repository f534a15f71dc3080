"""The hybrid call: business rules here, the heavy work in the service."""

from fastapi import APIRouter, Response

from .. import rules
from ..deps import Mill, WebSettings
from ..models import ProcessAnswer, ProcessRequest

router = APIRouter(tags=["process"])


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
