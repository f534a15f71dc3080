"""The calls of /tasks."""

from collections.abc import Callable
from urllib.parse import quote

from .._body import json_body
from .._call import Answer, Call
from .._codec import Codec
from .._models import UNSET, Maybe, Task, TaskPage, given, read_object


def create(
    codec: Codec, title: str, *, description: Maybe[str], priority: Maybe[int]
) -> Call[Task]:
    """POST /tasks."""
    body = {"title": title, **given(description=description, priority=priority)}
    # Not repeatable: a second POST makes a second task.
    return Call("POST", "/tasks", _task(codec), body=json_body(codec, body), repeatable=False)


def get(codec: Codec, task_id: str) -> Call[Task]:
    """GET /tasks/{id}."""
    return Call("GET", _path(task_id), _task(codec))


def page(
    codec: Codec,
    *,
    status: Maybe[str],
    limit: Maybe[int],
    cursor: str | None,
) -> Call[TaskPage]:
    """GET /tasks, one page of it."""
    query = given(status=status, limit=limit, cursor=cursor or UNSET)
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
) -> Call[Task]:
    """PUT /tasks/{id}: sets what is given."""
    body = given(title=title, description=description, status=status, priority=priority)
    return Call("PUT", _path(task_id), _task(codec), body=json_body(codec, body))


def delete(task_id: str) -> Call[None]:
    """DELETE /tasks/{id}: when it has to be sent again, a 404 says that the first had worked."""
    return Call("DELETE", _path(task_id), _nothing, done_when_repeated=404)


def _path(task_id: str) -> str:
    if not task_id:
        raise ValueError("task_id is empty")
    # Dots too: "/tasks/.." is another path.
    return "/tasks/" + quote(task_id, safe="").replace(".", "%2E")


def _task(codec: Codec) -> Callable[[Answer], Task]:
    return lambda answer: Task.from_json(read_object(codec, answer.body))


def _nothing(answer: Answer) -> None:
    return None
