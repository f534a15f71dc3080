"""The tutorial's task API, kept by the service."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Header, Query, Response

from docmill import UNSET

from .. import rules
from ..deps import Mill
from ..models import Problem, Task, TaskCreate, TaskList, TaskUpdate

router = APIRouter(prefix="/tasks", tags=["tasks"])

Limit = Annotated[int, Query(ge=1, le=1000)]
Kind = Literal["plain", "job"]
Sort = Literal["created_at", "-created_at", "priority", "-priority"]
IdempotencyKey = Annotated[str | None, Header(min_length=1, max_length=255, pattern=r"^[ -~]+$")]
UNKNOWN: dict[int | str, dict[str, Any]] = {
    404: {"model": Problem, "description": "There is no such task"}
}


@router.get("", response_model_exclude_none=True)
async def list_tasks(
    mill: Mill,
    status: str = "",
    priority: Annotated[int | None, Query(ge=1, le=5)] = None,
    kind: Kind | None = None,
    sort: Sort | None = None,
    limit: Limit = 1000,
    cursor: str | None = None,
) -> TaskList:
    """List the tasks, all of them or those of one status, priority or kind."""
    page = await mill.tasks.list(
        status=status,
        priority=UNSET if priority is None else priority,
        kind=UNSET if kind is None else kind,
        sort=UNSET if sort is None else sort,
        limit=limit,
        cursor=cursor,
    ).page()
    tasks = [Task.model_validate(task) for task in page.tasks]
    return TaskList(tasks=tasks, count=len(tasks), next_cursor=page.next_cursor)


@router.post("", status_code=201, response_model_exclude_none=True)
async def create_task(
    new: TaskCreate, mill: Mill, response: Response, idempotency_key: IdempotencyKey = None
) -> Task:
    """Create a task; with an Idempotency-Key it may be sent again."""
    rules.check_new_task(new)
    task = await mill.tasks.create(
        new.title,
        description=new.description,
        priority=new.priority,
        idempotency_key=idempotency_key,
    )
    response.headers["Location"] = f"/tasks/{task.id}"
    return Task.model_validate(task)


@router.get("/{task_id}", response_model_exclude_none=True, responses=UNKNOWN)
async def get_task(task_id: str, mill: Mill) -> Task:
    """Get a single task."""
    return Task.model_validate(await mill.tasks.get(task_id))


@router.put("/{task_id}", response_model_exclude_none=True, responses=UNKNOWN)
async def update_task(task_id: str, change: TaskUpdate, mill: Mill) -> Task:
    """Set the fields of a task that are given."""
    await rules.check_change(change, lambda: mill.tasks.get(task_id))
    return Task.model_validate(
        await mill.tasks.update(task_id, **change.model_dump(exclude_unset=True))
    )


@router.delete("/{task_id}", status_code=204, responses=UNKNOWN)
async def delete_task(task_id: str, mill: Mill, cancel: bool = False) -> None:
    """Delete a task; one that is a job and runs is stopped first, if that is asked for."""
    await mill.tasks.delete(task_id, cancel=cancel)
