"""What hangs on a client: `client.tasks`, for both kinds of client."""

import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Protocol

from ._call import Call, T
from ._calls import tasks as calls
from ._codec import Codec
from ._models import UNSET, Maybe, Task, TaskPage


def _new_key() -> str:
    return str(uuid.uuid4())


class Run(Protocol):
    """How `Client` carries out a call."""

    def __call__(self, call: Call[T]) -> T: ...


class AsyncRun(Protocol):
    """How `AsyncClient` carries out a call."""

    async def __call__(self, call: Call[T]) -> T: ...


class TaskList:
    """The tasks of a list, fetched page by page while they are iterated over."""

    def __init__(self, fetch: Callable[[str | None], TaskPage], cursor: str | None) -> None:
        self._fetch = fetch
        self._cursor = cursor

    def __iter__(self) -> Iterator[Task]:
        for page in self.pages():
            yield from page.tasks

    def page(self) -> TaskPage:
        """Fetch one page only: the first, or the one at the cursor."""
        return self._fetch(self._cursor)

    def pages(self) -> Iterator[TaskPage]:
        """Iterate over the pages themselves."""
        cursor = self._cursor
        while True:
            page = self._fetch(cursor)
            yield page
            if (cursor := page.next_cursor) is None:
                return


class AsyncTaskList:
    """Like TaskList."""

    def __init__(
        self, fetch: Callable[[str | None], Awaitable[TaskPage]], cursor: str | None
    ) -> None:
        self._fetch = fetch
        self._cursor = cursor

    async def __aiter__(self) -> AsyncIterator[Task]:
        async for page in self.pages():
            for task in page.tasks:
                yield task

    async def page(self) -> TaskPage:
        """Like TaskList.page."""
        return await self._fetch(self._cursor)

    async def pages(self) -> AsyncIterator[TaskPage]:
        """Like TaskList.pages."""
        cursor = self._cursor
        while True:
            page = await self._fetch(cursor)
            yield page
            if (cursor := page.next_cursor) is None:
                return


class Tasks:
    """The to-do list of the service.

    Example:
        >>> task = mill.tasks.create("Nightly roll-up", priority=2)
        >>> mill.tasks.update(task.id, status="done").status
        'done'
        >>> [task.title for task in mill.tasks.list(status="done")]
        ['Nightly roll-up']
    """

    def __init__(self, run: Run, codec: Codec) -> None:
        self._run = run
        self._codec = codec

    def create(
        self,
        title: str,
        *,
        description: Maybe[str] = UNSET,
        priority: Maybe[int] = UNSET,
        idempotency_key: str | None = None,
    ) -> Task:
        """Add a task; its status is "pending".

        Args:
            title: what it is called.
            description: more about it.
            priority: 1 to 5, the most urgent.
            idempotency_key: what this creation is called: whoever sends it again within a day, with
                the same fields, gets the same task. Each call makes one up unless told, so that its
                own retries create nothing twice.

        Raises:
            ValidationFailed: the title or another field is not within its bounds.
        """
        return self._run(
            calls.create(
                self._codec,
                title,
                description=description,
                priority=priority,
                idempotency_key=idempotency_key or _new_key(),
            )
        )

    def get(self, task_id: str) -> Task:
        """Fetch one task.

        Raises:
            NotFound: there is no such task.
        """
        return self._run(calls.get(self._codec, task_id))

    def list(
        self,
        *,
        status: Maybe[str] = UNSET,
        priority: Maybe[int] = UNSET,
        kind: Maybe[calls.Kind] = UNSET,
        sort: Maybe[calls.Sort] = UNSET,
        limit: Maybe[int] = UNSET,
        cursor: str | None = None,
    ) -> TaskList:
        """Iterate over the tasks, oldest first unless asked otherwise.

        Args:
            status: only tasks with this one.
            priority: only tasks with this one.
            kind: only plain tasks, or only jobs.
            sort: by creation or by priority; a minus in front: the newest or highest first.
            limit: how many to fetch at a time, 1 to 1000.
            cursor: where to go on: a page's `next_cursor`.
        """

        def fetch(cursor: str | None) -> TaskPage:
            call = calls.page(
                self._codec,
                status=status,
                priority=priority,
                kind=kind,
                sort=sort,
                limit=limit,
                cursor=cursor,
            )
            return self._run(call)

        return TaskList(fetch, cursor)

    def update(
        self,
        task_id: str,
        *,
        title: Maybe[str] = UNSET,
        description: Maybe[str] = UNSET,
        status: Maybe[str] = UNSET,
        priority: Maybe[int] = UNSET,
        version: Maybe[int] = UNSET,
    ) -> Task:
        """Set those fields of a task that are given.

        Args:
            task_id: which task.
            title: the new one.
            description: the new one.
            status: any text of 1 to 50 characters.
            priority: 1 to 5.
            version: change this version only.

        Raises:
            NotFound: there is no such task.
            Conflict: the task is at another version by now.
            ValidationFailed: a field is not within its bounds.
        """
        return self._run(
            calls.update(
                self._codec,
                task_id,
                title=title,
                description=description,
                status=status,
                priority=priority,
                version=version,
            )
        )

    def delete(self, task_id: str, *, version: Maybe[int] = UNSET) -> None:
        """Delete a task, whatever its version or (given one) at that version only.

        Raises:
            NotFound: there is no such task.
            Conflict: the task is at another version by now.
        """
        self._run(calls.delete(task_id, version=version))


class AsyncTasks:
    """Like Tasks."""

    def __init__(self, run: AsyncRun, codec: Codec) -> None:
        self._run = run
        self._codec = codec

    async def create(
        self,
        title: str,
        *,
        description: Maybe[str] = UNSET,
        priority: Maybe[int] = UNSET,
        idempotency_key: str | None = None,
    ) -> Task:
        """Like Tasks.create."""
        return await self._run(
            calls.create(
                self._codec,
                title,
                description=description,
                priority=priority,
                idempotency_key=idempotency_key or _new_key(),
            )
        )

    async def get(self, task_id: str) -> Task:
        """Like Tasks.get."""
        return await self._run(calls.get(self._codec, task_id))

    def list(
        self,
        *,
        status: Maybe[str] = UNSET,
        priority: Maybe[int] = UNSET,
        kind: Maybe[calls.Kind] = UNSET,
        sort: Maybe[calls.Sort] = UNSET,
        limit: Maybe[int] = UNSET,
        cursor: str | None = None,
    ) -> AsyncTaskList:
        """Like Tasks.list."""

        async def fetch(cursor: str | None) -> TaskPage:
            call = calls.page(
                self._codec,
                status=status,
                priority=priority,
                kind=kind,
                sort=sort,
                limit=limit,
                cursor=cursor,
            )
            return await self._run(call)

        return AsyncTaskList(fetch, cursor)

    async def update(
        self,
        task_id: str,
        *,
        title: Maybe[str] = UNSET,
        description: Maybe[str] = UNSET,
        status: Maybe[str] = UNSET,
        priority: Maybe[int] = UNSET,
        version: Maybe[int] = UNSET,
    ) -> Task:
        """Like Tasks.update."""
        return await self._run(
            calls.update(
                self._codec,
                task_id,
                title=title,
                description=description,
                status=status,
                priority=priority,
                version=version,
            )
        )

    async def delete(self, task_id: str, *, version: Maybe[int] = UNSET) -> None:
        """Like Tasks.delete."""
        await self._run(calls.delete(task_id, version=version))
