"""What hangs on a client: `client.tasks`, for both kinds of client."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Protocol

from ._call import Call, T
from ._calls import tasks as calls
from ._codec import Codec
from ._models import UNSET, Maybe, Task, TaskPage


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
        self, title: str, *, description: Maybe[str] = UNSET, priority: Maybe[int] = UNSET
    ) -> Task:
        """Add a task; its status is "pending". It is never sent twice.

        Raises:
            ValidationFailed: the title or another field is not within its bounds.
        """
        return self._run(
            calls.create(self._codec, title, description=description, priority=priority)
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
        limit: Maybe[int] = UNSET,
        cursor: str | None = None,
    ) -> TaskList:
        """Iterate over the tasks, oldest first.

        Args:
            status: only tasks with this one.
            limit: how many to fetch at a time, 1 to 1000.
            cursor: where to go on: a page's `next_cursor`.
        """

        def fetch(cursor: str | None) -> TaskPage:
            call = calls.page(self._codec, status=status, limit=limit, cursor=cursor)
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
    ) -> Task:
        """Set those fields of a task that are given.

        Raises:
            NotFound: there is no such task.
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
            )
        )

    def delete(self, task_id: str) -> None:
        """Delete a task.

        Raises:
            NotFound: there is no such task.
        """
        self._run(calls.delete(task_id))


class AsyncTasks:
    """Like Tasks."""

    def __init__(self, run: AsyncRun, codec: Codec) -> None:
        self._run = run
        self._codec = codec

    async def create(
        self, title: str, *, description: Maybe[str] = UNSET, priority: Maybe[int] = UNSET
    ) -> Task:
        """Like Tasks.create."""
        return await self._run(
            calls.create(self._codec, title, description=description, priority=priority)
        )

    async def get(self, task_id: str) -> Task:
        """Like Tasks.get."""
        return await self._run(calls.get(self._codec, task_id))

    def list(
        self,
        *,
        status: Maybe[str] = UNSET,
        limit: Maybe[int] = UNSET,
        cursor: str | None = None,
    ) -> AsyncTaskList:
        """Like Tasks.list."""

        async def fetch(cursor: str | None) -> TaskPage:
            call = calls.page(self._codec, status=status, limit=limit, cursor=cursor)
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
            )
        )

    async def delete(self, task_id: str) -> None:
        """Like Tasks.delete."""
        await self._run(calls.delete(task_id))
