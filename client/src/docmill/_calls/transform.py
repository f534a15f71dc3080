"""The calls of /transform."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

from .._body import Document, Documents, documents_body, json_body
from .._call import Answer, Call
from .._codec import Codec
from .._models import Task, TransformResult, Verdict
from .._reading import read_object

Pipeline: TypeAlias = Sequence[Mapping[str, Any]]
Collections: TypeAlias = Mapping[str, Iterable[Document]]

_ACCEPTED = 202


@dataclass(frozen=True, slots=True)
class Options:
    """How a transform is to run; the service's own settings hold for what is None."""

    max_time: float | None = None
    max_memory: int | None = None
    now: datetime | None = None
    seed: int | None = None
    explain: bool = False

    def to_json(self) -> dict[str, Any]:
        """Write them as the service reads them."""
        options: dict[str, Any] = {}
        if self.max_time is not None:
            options["max_time_ms"] = round(self.max_time * 1000)
        if self.max_memory is not None:
            options["max_memory_bytes"] = self.max_memory
        if self.now is not None:
            options["now"] = self.now
        if self.seed is not None:
            options["seed"] = self.seed
        if self.explain:
            options["explain"] = "stages"
        return options


def transform(
    codec: Codec,
    documents: Documents | None,
    pipeline: Pipeline,
    *,
    collections: Collections | None,
    let: Mapping[str, Any] | None,
    options: Options,
) -> Call[TransformResult]:
    """POST /transform: changes nothing in the service, so it may be sent again."""
    request = _request(pipeline, collections, let, options)
    return Call(
        "POST",
        "/transform",
        lambda answer: TransformResult(answer.body, codec, request_id=answer.request_id),
        body=documents_body(codec, request, documents),
    )


def submit(
    codec: Codec,
    documents: Documents | None,
    pipeline: Pipeline,
    *,
    collections: Collections | None,
    let: Mapping[str, Any] | None,
    options: Options,
    wait: int,
    idempotency_key: str,
) -> Call[Task | TransformResult]:
    """POST /transform as a job: the key lets it be sent again without a second one."""
    request = _request(pipeline, collections, let, options)

    def parse(answer: Answer) -> Task | TransformResult:
        if answer.status == _ACCEPTED:
            return Task.from_json(read_object(codec, answer.body))
        return TransformResult(answer.body, codec, request_id=answer.request_id)

    return Call(
        "POST",
        "/transform",
        parse,
        headers={
            "Prefer": f"respond-async, wait={wait}" if wait else "respond-async",
            "Idempotency-Key": idempotency_key,
        },
        body=documents_body(codec, request, documents),
    )


def validate(
    codec: Codec,
    pipeline: Pipeline,
    *,
    collections: Collections | None,
    let: Mapping[str, Any] | None,
) -> Call[Verdict]:
    """POST /transform/validate."""
    return Call(
        "POST",
        "/transform/validate",
        lambda answer: Verdict.from_json(read_object(codec, answer.body)),
        body=json_body(codec, _request(pipeline, collections, let, Options())),
    )


def _request(
    pipeline: Pipeline,
    collections: Collections | None,
    let: Mapping[str, Any] | None,
    options: Options,
) -> dict[str, Any]:
    request: dict[str, Any] = {"pipeline": list(pipeline)}
    if collections:
        request["collections"] = {name: list(items) for name, items in collections.items()}
    if let:
        request["let"] = let
    if chosen := options.to_json():
        request["options"] = chosen
    return request
