"""The rules of the business: what the native side need not know."""

from collections.abc import Awaitable, Callable, Sized

from docmill import Task

from .models import TaskCreate, TaskUpdate

URGENT = 5


class RuleBroken(Exception):
    """A request that is well formed and still not wanted.

    Attributes:
        pointer: the member of the request that it is about.
    """

    def __init__(self, code: str, pointer: str, detail: str, *, status: int = 422) -> None:
        super().__init__(code, pointer, detail)
        self.code = code
        self.pointer = pointer
        self.detail = detail
        self.status = status


def check_new_task(task: TaskCreate) -> None:
    """Refuse a new task that breaks a rule."""
    _urgent_says_why(task.priority, task.description)


async def check_change(change: TaskUpdate, current: Callable[[], Awaitable[Task]]) -> None:
    """Refuse a change that would make a task break a rule.

    Args:
        change: the fields that are to be set.
        current: fetches the task as it is, which is asked for only when it matters.
    """
    given = change.model_fields_set & {"priority", "description"}
    if not given or ("priority" in given and change.priority != URGENT):
        return
    if len(given) == 2:
        _urgent_says_why(change.priority, change.description)
    else:
        task = await current()
        _urgent_says_why(
            change.priority if "priority" in given else task.priority,
            change.description if "description" in given else task.description,
        )


def _urgent_says_why(priority: int, description: str) -> None:
    if priority == URGENT and not description.strip():
        detail = f"A task of priority {URGENT} needs a description that says why it is urgent."
        raise RuleBroken("reason_missing", "/description", detail)


def check_batch(documents: Sized, limit: int) -> None:
    """Refuse more documents than somebody should wait for."""
    if len(documents) > limit:
        detail = f"{len(documents)} documents are more than the {limit} that are processed at once."
        raise RuleBroken("too_many_documents", "/documents", detail, status=413)
