"""The calls of /tasks."""

from collections.abc import Callable
from typing import Literal, TypeAlias
from urllib.parse import quote

from .._body import json_body
from .._call import Answer, Call
from .._codec import Codec
from .._models import UNSET, Maybe, Task, TaskPage, given, read_object

Kind: TypeAlias = Literal["plain", "job"]
Sort: TypeAlias = Literal["created_at", "-created_at", "priority", "-priority"]


def create(
    codec: Codec,
    title: str,
    *,
    description: Maybe[str],
    priority: Maybe[int],
    idempotency_key: str,
) -> Call[Task]:
    """POST /tasks: the key lets it be sent again without a second task."""
    body = {"title": title, **given(description=description, priority=priority)}
    return Call(
        "POST",
        "/tasks",
        _task(codec),
        headers={"Idempotency-Key": idempotency_key},
        body=json_body(codec, body),
    )


def get(codec: Codec, task_id: str) -> Call[Task]:
    """GET /tasks/{id}."""
    return Call("GET", _path(task_id), _task(codec))


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


def delete(task_id: str, *, version: Maybe[int]) -> Call[None]:
    """DELETE /tasks/{id}: when it has to be sent again, a 404 says that the first had worked."""
    headers = _if_match(version)
    return Call("DELETE", _path(task_id), _nothing, headers=headers, done_when_repeated=404)


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
