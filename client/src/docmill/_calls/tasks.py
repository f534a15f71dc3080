"""The calls of /tasks."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Literal, TypeAlias
from urllib.parse import quote

from .._body import Document, json_body
from .._call import Answer, Call
from .._codec import Codec
from .._models import (
    UNSET,
    Delivery,
    Maybe,
    Task,
    TaskPage,
    TransformResult,
    given,
    read_deliveries,
)
from .._reading import read_object
from .transform import Pipeline

Include: TypeAlias = Literal["transform"]
Kind: TypeAlias = Literal["plain", "job"]
Sort: TypeAlias = Literal["created_at", "-created_at", "priority", "-priority"]
Work: TypeAlias = tuple[Iterable[Document], Pipeline] | Mapping[str, Any]
"""What a job is to do: documents and pipeline, or the body of a POST /transform."""


def create(
    codec: Codec,
    title: str,
    *,
    description: Maybe[str],
    priority: Maybe[int],
    transform: Maybe[Work],
    webhook: Maybe[str],
    idempotency_key: str,
) -> Call[Task]:
    """POST /tasks: the key lets it be sent again without a second task."""
    body = {
        "title": title,
        **given(
            description=description,
            priority=priority,
            transform=UNSET if transform is UNSET else _work(transform),
            webhook=UNSET if webhook is UNSET else {"url": webhook},
        ),
    }
    return Call(
        "POST",
        "/tasks",
        _task(codec),
        headers={"Idempotency-Key": idempotency_key},
        body=json_body(codec, body),
    )


def get(
    codec: Codec, task_id: str, *, include: Maybe[Include] = UNSET, wait: int = 0
) -> Call[Task]:
    """GET /tasks/{id}: of a job, held until it has ended, so many seconds at most."""
    return Call(
        "GET",
        _path(task_id),
        _task(codec),
        query={} if include is UNSET else {"include": include},
        headers={"Prefer": f"wait={wait}"} if wait else {},
    )


def page(
    codec: Codec,
    *,
    status: Maybe[str],
    priority: Maybe[int],
    kind: Maybe[Kind],
    sort: Maybe[Sort],
    limit: Maybe[int],
    cursor: str | None,
) -> Call[TaskPage]:
    """GET /tasks, one page of it."""
    query = given(
        status=status,
        priority=priority,
        kind=kind,
        sort=sort,
        limit=limit,
        cursor=cursor or UNSET,
    )
    return Call(
        "GET",
        "/tasks",
        lambda answer: TaskPage.from_json(read_object(codec, answer.body)),
        query={name: str(value) for name, value in query.items()},
    )


def update(
    codec: Codec,
    task_id: str,
    *,
    title: Maybe[str],
    description: Maybe[str],
    status: Maybe[str],
    priority: Maybe[int],
    version: Maybe[int],
) -> Call[Task]:
    """PUT /tasks/{id}: sets what is given."""
    body = given(title=title, description=description, status=status, priority=priority)
    return Call(
        "PUT",
        _path(task_id),
        _task(codec),
        headers=_if_match(version),
        body=json_body(codec, body),
        # Sent again, it would meet the version that it has made itself.
        repeatable=version is UNSET,
    )


def delete(task_id: str, *, version: Maybe[int], cancel: bool) -> Call[None]:
    """DELETE /tasks/{id}: when it has to be sent again, a 404 says that the first had worked."""
    return Call(
        "DELETE",
        _path(task_id),
        _nothing,
        query={"cancel": "true"} if cancel else {},
        headers=_if_match(version),
        done_when_repeated=404,
    )


def cancel(codec: Codec, task_id: str) -> Call[Task]:
    """POST /tasks/{id}/cancel: sent again, it could meet the end that it has made itself."""
    return Call("POST", f"{_path(task_id)}/cancel", _task(codec), repeatable=False)


def retry(codec: Codec, task_id: str) -> Call[Task]:
    """POST /tasks/{id}/retry: sent again, it could meet the job that it has begun itself."""
    return Call("POST", f"{_path(task_id)}/retry", _task(codec), repeatable=False)


def result(codec: Codec, task_id: str) -> Call[TransformResult]:
    """GET /tasks/{id}/result."""
    return Call(
        "GET",
        f"{_path(task_id)}/result",
        lambda answer: TransformResult(answer.body, codec, request_id=answer.request_id),
    )


def deliveries(codec: Codec, task_id: str) -> Call[tuple[Delivery, ...]]:
    """GET /tasks/{id}/deliveries."""
    return Call(
        "GET",
        f"{_path(task_id)}/deliveries",
        lambda answer: read_deliveries(read_object(codec, answer.body)),
    )


def redeliver(task_id: str, n: int) -> Call[None]:
    """POST /tasks/{id}/deliveries/{n}/redeliver: sent again, it would tell the webhook twice."""
    path = f"{_path(task_id)}/deliveries/{n:d}/redeliver"
    return Call("POST", path, _nothing, repeatable=False)


def _work(transform: Work) -> Mapping[str, Any]:
    if isinstance(transform, Mapping):
        return transform
    documents, pipeline = transform
    if isinstance(documents, (str, bytes, bytearray, memoryview, Mapping)):
        kind = type(documents).__name__
        raise TypeError(f"transform: the documents of a job are a list of objects, not a {kind}")
    return {"documents": list(documents), "pipeline": list(pipeline)}


def _if_match(version: Maybe[int]) -> dict[str, str]:
    return {} if version is UNSET else {"If-Match": f'"{version}"'}


def _path(task_id: str) -> str:
    if not task_id:
        raise ValueError("task_id is empty")
    # Dots too: "/tasks/.." is another path.
    return "/tasks/" + quote(task_id, safe="").replace(".", "%2E")


def _task(codec: Codec) -> Callable[[Answer], Task]:
    return lambda answer: Task.from_json(read_object(codec, answer.body))


def _nothing(answer: Answer) -> None:
    return None
