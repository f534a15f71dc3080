"""The list of tasks, which is fetched page by page."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

from ._models import Task, TaskPage


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
