"""What a resource needs to wait for a job, and what it gives back."""

from collections.abc import Awaitable, Callable
from typing import Protocol

from ._call import Call, T
from ._errors import JobCancelled, JobFailed
from ._models import Task, TransformResult


class Run(Protocol):
    """How `Client` carries out a call."""

    def __call__(self, call: Call[T]) -> T: ...


class AsyncRun(Protocol):
    """How `AsyncClient` carries out a call."""

    async def __call__(self, call: Call[T]) -> T: ...


class Poll(Protocol):
    """How `Client` asks until something is done."""

    def __call__(
        self,
        ask: Callable[[int], Call[T]],
        is_done: Callable[[T], bool],
        *,
        timeout: float | None,
        on_wait: Callable[[T], None] | None,
    ) -> T: ...


class AsyncPoll(Protocol):
    """How `AsyncClient` asks until something is done."""

    async def __call__(
        self,
        ask: Callable[[int], Call[T]],
        is_done: Callable[[T], bool],
        *,
        timeout: float | None,
        on_wait: Callable[[T], None] | None,
    ) -> T: ...


class FinishedJob:
    """A job that has succeeded.

    Attributes:
        task: the job as it was then.
    """

    def __init__(self, task: Task, fetch: Callable[[str], TransformResult]) -> None:
        self.task = task
        self._fetch = fetch

    def result(self) -> TransformResult:
        """Fetch what it has made, like `tasks.result`."""
        return self._fetch(self.task.id)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.task!r})"


class AsyncFinishedJob:
    """Like FinishedJob."""

    def __init__(self, task: Task, fetch: Callable[[str], Awaitable[TransformResult]]) -> None:
        self.task = task
        self._fetch = fetch

    async def result(self) -> TransformResult:
        """Like FinishedJob.result."""
        return await self._fetch(self.task.id)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.task!r})"


def is_settled(task: Task) -> bool:
    """Whether waiting for it makes no difference any more."""
    return task.has_ended or not task.is_job


def check_end(task: Task) -> Task:
    """Give back a job that has succeeded; raise what tells of any other end."""
    if not task.is_job:
        raise ValueError(f"task {task.id} is no job: there is nothing to wait for")
    if task.status == "failed":
        raise JobFailed(task)
    if task.status == "cancelled":
        raise JobCancelled(task)
    return task
