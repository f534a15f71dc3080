"""What hangs on a client: `client.tasks`, for both kinds of client."""

from collections.abc import Callable

from ._call import new_key
from ._calls import tasks as calls
from ._codec import Codec
from ._jobs import (
    AsyncFinishedJob,
    AsyncPoll,
    AsyncRun,
    FinishedJob,
    Poll,
    Run,
    check_end,
    is_settled,
)
from ._models import UNSET, Delivery, Maybe, Task, TaskPage, TransformResult
from ._pages import AsyncTaskList, TaskList


class Tasks:
    """The to-do list of the service.

    Example:
        >>> task = mill.tasks.create("Nightly roll-up", priority=2)
        >>> mill.tasks.update(task.id, status="done").status
        'done'
        >>> [task.title for task in mill.tasks.list(status="done")]
        ['Nightly roll-up']
    """

    def __init__(self, run: Run, poll: Poll, codec: Codec) -> None:
        self._run = run
        self._poll = poll
        self._codec = codec

    def create(
        self,
        title: str,
        *,
        description: Maybe[str] = UNSET,
        priority: Maybe[int] = UNSET,
        transform: Maybe[calls.Work] = UNSET,
        webhook: Maybe[str] = UNSET,
        idempotency_key: str | None = None,
    ) -> Task:
        """Add a task; its status is "pending".

        Args:
            title: what it is called.
            description: more about it.
            priority: 1 to 5, the most urgent.
            transform: makes it a job, which runs in the background: (documents, pipeline), or what
                the body of a POST /transform would be.
            webhook: the address that is told of the job's end.
            idempotency_key: what this creation is called: whoever sends it again within a day, with
                the same fields, gets the same task. Each call makes one up unless told, so that its
                own retries create nothing twice.

        Raises:
            ValidationFailed: the title or another field is not within its bounds.
            PipelineInvalid: the pipeline of the job does not compile.
        """
        return self._run(
            calls.create(
                self._codec,
                title,
                description=description,
                priority=priority,
                transform=transform,
                webhook=webhook,
                idempotency_key=idempotency_key or new_key(),
            )
        )

    def get(self, task_id: str, *, include: Maybe[calls.Include] = UNSET) -> Task:
        """Fetch one task.

        Args:
            task_id: which task.
            include: "transform": with what a job was given, in the task's `transform`.

        Raises:
            NotFound: there is no such task.
        """
        return self._run(calls.get(self._codec, task_id, include=include))

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

    def delete(self, task_id: str, *, version: Maybe[int] = UNSET, cancel: bool = False) -> None:
        """Delete a task, whatever its version or (given one) at that version only.

        Args:
            task_id: which task.
            version: delete this version only.
            cancel: stop it first, if it is a job that runs.

        Raises:
            NotFound: there is no such task.
            Conflict: the task is at another version by now, or is a job that runs.
        """
        self._run(calls.delete(task_id, version=version, cancel=cancel))

    def wait(
        self,
        task_id: str,
        *,
        timeout: float | None = None,
        on_progress: Callable[[Task], None] | None = None,
    ) -> FinishedJob:
        """Wait until a job has succeeded; its `result()` fetches the documents.

        Args:
            task_id: which job.
            timeout: seconds for the wait; else the client's; math.inf for no end.
            on_progress: called about once a second with the job as it is, until it has ended.

        Raises:
            JobFailed: it has failed, for its `reason`.
            JobCancelled: it was cancelled.
            Timeout: it runs on, but the time is up.
            NotFound: there is no such task.
            ValueError: the task is no job.
        """
        task = self._poll(
            lambda hold: calls.get(self._codec, task_id, wait=hold),
            is_settled,
            timeout=timeout,
            on_wait=on_progress,
        )
        return FinishedJob(check_end(task), self.result)

    def result(self, task_id: str) -> TransformResult:
        """Fetch what a job has made.

        Raises:
            NotFound: there is no such task.
            Conflict: it has not succeeded, or is no job.
            Gone: it was kept until the job's `result.expires_at`.
        """
        return self._run(calls.result(self._codec, task_id))

    def cancel(self, task_id: str) -> Task:
        """Stop a job: at once if it waits, soon if it runs.

        Raises:
            NotFound: there is no such task.
            Conflict: it has ended, or is no job.
        """
        return self._run(calls.cancel(self._codec, task_id))

    def retry(self, task_id: str) -> Task:
        """Run a job again that has failed or was cancelled.

        Raises:
            NotFound: there is no such task.
            Conflict: it has done neither, or is no job.
        """
        return self._run(calls.retry(self._codec, task_id))

    def deliveries(self, task_id: str) -> tuple[Delivery, ...]:
        """List every attempt to tell a job's webhook, the first one first.

        Raises:
            NotFound: there is no such task.
            Conflict: it is no job.
        """
        return self._run(calls.deliveries(self._codec, task_id))

    def redeliver(self, task_id: str, n: int) -> None:
        """Tell a job's webhook once more what attempt `n` has told it, as soon as possible.

        Raises:
            NotFound: there is no such task, or no such attempt.
        """
        self._run(calls.redeliver(task_id, n))


class AsyncTasks:
    """Like Tasks."""

    def __init__(self, run: AsyncRun, poll: AsyncPoll, codec: Codec) -> None:
        self._run = run
        self._poll = poll
        self._codec = codec

    async def create(
        self,
        title: str,
        *,
        description: Maybe[str] = UNSET,
        priority: Maybe[int] = UNSET,
        transform: Maybe[calls.Work] = UNSET,
        webhook: Maybe[str] = UNSET,
        idempotency_key: str | None = None,
    ) -> Task:
        """Like Tasks.create."""
        return await self._run(
            calls.create(
                self._codec,
                title,
                description=description,
                priority=priority,
                transform=transform,
                webhook=webhook,
                idempotency_key=idempotency_key or new_key(),
            )
        )

    async def get(self, task_id: str, *, include: Maybe[calls.Include] = UNSET) -> Task:
        """Like Tasks.get."""
        return await self._run(calls.get(self._codec, task_id, include=include))

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

    async def delete(
        self, task_id: str, *, version: Maybe[int] = UNSET, cancel: bool = False
    ) -> None:
        """Like Tasks.delete."""
        await self._run(calls.delete(task_id, version=version, cancel=cancel))

    async def wait(
        self,
        task_id: str,
        *,
        timeout: float | None = None,
        on_progress: Callable[[Task], None] | None = None,
    ) -> AsyncFinishedJob:
        """Like Tasks.wait."""
        task = await self._poll(
            lambda hold: calls.get(self._codec, task_id, wait=hold),
            is_settled,
            timeout=timeout,
            on_wait=on_progress,
        )
        return AsyncFinishedJob(check_end(task), self.result)

    async def result(self, task_id: str) -> TransformResult:
        """Like Tasks.result."""
        return await self._run(calls.result(self._codec, task_id))

    async def cancel(self, task_id: str) -> Task:
        """Like Tasks.cancel."""
        return await self._run(calls.cancel(self._codec, task_id))

    async def retry(self, task_id: str) -> Task:
        """Like Tasks.retry."""
        return await self._run(calls.retry(self._codec, task_id))

    async def deliveries(self, task_id: str) -> tuple[Delivery, ...]:
        """Like Tasks.deliveries."""
        return await self._run(calls.deliveries(self._codec, task_id))

    async def redeliver(self, task_id: str, n: int) -> None:
        """Like Tasks.redeliver."""
        await self._run(calls.redeliver(task_id, n))
