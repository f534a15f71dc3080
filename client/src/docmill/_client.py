"""The client that waits."""

import time
from collections.abc import Callable, Generator, Mapping
from datetime import datetime
from typing import Any, Literal, Self, overload

from . import _flow
from ._body import Documents
from ._call import Call, T, new_key
from ._calls import service
from ._calls import transform as calls
from ._calls.transform import Collections, Options, Pipeline
from ._codec import Codec
from ._errors import ConnectionFailed, Timeout, Unavailable
from ._http import SyncHTTP, SyncHTTPClient
from ._models import Task, TransformResult, Verdict
from ._resources import Tasks
from ._settings import Settings, service_url


class Client:
    """Call a docmill service and wait for its answers.

    A client is safe to share between threads, and meant to be: it keeps its connections open.

    Args:
        url: where the service is; else DOCMILL_URL, else http://127.0.0.1:8001.
        api_key: what it asks for; else DOCMILL_API_KEY, else none.
        timeout: seconds for a whole call, retries included; math.inf for no end.
        retries: how often a call is repeated where a repeat is safe.
        headers: sent with every request.
        codec: the JSON library; else orjson if it is installed, else the standard one.
        http_client: sends the requests in place of one of our own, and is not closed.

    Example:
        >>> from docmill import Client
        >>> orders = [{"sku": "a", "qty": 2}, {"sku": "b", "qty": 5}, {"sku": "a", "qty": 1}]
        >>> with Client("http://localhost:8001") as mill:
        ...     top = mill.transform(orders, [
        ...         {"$group": {"_id": "$sku", "n": {"$sum": "$qty"}}},
        ...         {"$sort": {"n": -1}},
        ...     ])
        >>> list(top)
        [{'_id': 'b', 'n': 5}, {'_id': 'a', 'n': 3}]
    """

    def __init__(
        self,
        url: str | None = None,
        *,
        api_key: str | None = None,
        timeout: float = 60.0,
        retries: int = 2,
        headers: Mapping[str, str] | None = None,
        codec: Codec | None = None,
        http_client: SyncHTTPClient | None = None,
    ) -> None:
        settings = Settings.make(
            api_key=api_key, timeout=timeout, retries=retries, headers=headers, codec=codec
        )
        self._set(SyncHTTP(service_url(url), http_client), settings)

    def _set(self, http: SyncHTTP, settings: Settings) -> None:
        self._http = http
        self._settings = settings
        self.tasks = Tasks(self._run, self._poll, settings.codec)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.url!r})"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()

    @property
    def url(self) -> str:
        """Where the service is."""
        return self._http.base_url

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def with_options(
        self,
        *,
        timeout: float | None = None,
        retries: int | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Self:
        """Make a client with other settings on the same connections; close either of them."""
        other = object.__new__(type(self))
        other._set(
            self._http, self._settings.change(timeout=timeout, retries=retries, headers=headers)
        )
        return other

    def transform(
        self,
        documents: Documents | None,
        pipeline: Pipeline,
        *,
        collections: Collections | None = None,
        let: Mapping[str, Any] | None = None,
        timeout: float | None = None,
        max_time: float | None = None,
        max_memory: int | None = None,
        now: datetime | None = None,
        seed: int | None = None,
        explain: bool = False,
    ) -> TransformResult:
        """Run an aggregation pipeline over documents.

        Args:
            documents: objects; or bytes, a binary file or an iterator of lines, which go to the
                service as they are (a JSON array, or one document a line); or None when the first
                stage is `$documents`.
            pipeline: the stages, as PyMongo takes them.
            collections: what `$lookup`, `$unionWith` and `$graphLookup` find by name.
            let: constants, `$$name` in the pipeline.
            timeout: seconds for the whole call; else the client's.
            max_time: seconds that the service may compute for.
            max_memory: bytes that it may use for this.
            now: what `$$NOW` is.
            seed: what `$rand` and `$sample` start from, so that a run can be repeated.
            explain: fill in the result's `stages`.

        Raises:
            PipelineInvalid: the pipeline does not compile.
            PipelineFailed: an operator met a document that it cannot take.
            MalformedJSON: the bytes given are not JSON.
            LimitExceeded: it is too much for the service, in bytes, documents, memory or time.
            TypeError: documents, or something in them, have no form in JSON.
        """
        options = Options(max_time, max_memory, now, seed, explain)
        call = calls.transform(
            self._settings.codec,
            documents,
            pipeline,
            collections=collections,
            let=let,
            options=options,
        )
        return self._run(call, timeout)

    @overload
    def submit(
        self,
        documents: Documents | None,
        pipeline: Pipeline,
        *,
        collections: Collections | None = ...,
        let: Mapping[str, Any] | None = ...,
        timeout: float | None = ...,
        max_time: float | None = ...,
        max_memory: int | None = ...,
        now: datetime | None = ...,
        seed: int | None = ...,
        explain: bool = ...,
        wait: Literal[0] = 0,
        idempotency_key: str | None = ...,
    ) -> Task: ...

    @overload
    def submit(
        self,
        documents: Documents | None,
        pipeline: Pipeline,
        *,
        collections: Collections | None = ...,
        let: Mapping[str, Any] | None = ...,
        timeout: float | None = ...,
        max_time: float | None = ...,
        max_memory: int | None = ...,
        now: datetime | None = ...,
        seed: int | None = ...,
        explain: bool = ...,
        wait: int,
        idempotency_key: str | None = ...,
    ) -> Task | TransformResult: ...

    def submit(
        self,
        documents: Documents | None,
        pipeline: Pipeline,
        *,
        collections: Collections | None = None,
        let: Mapping[str, Any] | None = None,
        timeout: float | None = None,
        max_time: float | None = None,
        max_memory: int | None = None,
        now: datetime | None = None,
        seed: int | None = None,
        explain: bool = False,
        wait: int = 0,
        idempotency_key: str | None = None,
    ) -> Task | TransformResult:
        """Make a job of a transform: it runs in the background, and outlives this program.

        Takes what `transform` takes, of any size and in any of its forms, and:

        Args:
            documents: as for `transform`.
            pipeline: as for `transform`.
            collections: as for `transform`.
            let: as for `transform`.
            timeout: seconds for the call, the wait included; else the client's.
            max_time: seconds that the job may compute for.
            max_memory: bytes that it may use.
            now: what `$$NOW` is.
            seed: what `$rand` and `$sample` start from.
            explain: fill in the result's `stages`.
            wait: whole seconds, 1 to 30, that the service waits for the end: what has ended by then
                gives its result, what has not gives its task.
            idempotency_key: as for `tasks.create`.

        Returns:
            The task, to be waited for by `tasks.wait`; or with `wait` perhaps the result.

        Raises:
            PipelineInvalid: the pipeline does not compile.
            PipelineFailed: with `wait`: the job has failed already; and so for other errors.
        """
        options = Options(max_time, max_memory, now, seed, explain)
        call = calls.submit(
            self._settings.codec,
            documents,
            pipeline,
            collections=collections,
            let=let,
            options=options,
            wait=wait,
            idempotency_key=idempotency_key or new_key(),
        )
        return self._run(call, timeout)

    def validate(
        self,
        pipeline: Pipeline,
        *,
        collections: Collections | None = None,
        let: Mapping[str, Any] | None = None,
    ) -> Verdict:
        """Compile a pipeline without running it; says everything that is wrong, not just the first.

        Args:
            pipeline: the stages.
            collections: what stages find by name; their documents may be left empty.
            let: constants, `$$name` in the pipeline.
        """
        return self._run(
            calls.validate(self._settings.codec, pipeline, collections=collections, let=let)
        )

    def ready(self, *, timeout: float = 1.0) -> bool:
        """Say whether the service takes requests; one that cannot be reached does not."""
        try:
            self._run(service.ready(), timeout, retries=0)
        except (ConnectionFailed, Timeout, Unavailable):
            return False
        return True

    def _run(self, call: Call[T], timeout: float | None = None, retries: int | None = None) -> T:
        settings = self._settings.change(timeout=timeout, retries=retries)
        return self._drive(_flow.run(call, settings.policy), settings.headers)

    def _poll(
        self,
        ask: Callable[[int], Call[T]],
        is_done: Callable[[T], bool],
        *,
        timeout: float | None,
        on_wait: Callable[[T], None] | None,
    ) -> T:
        settings = self._settings.change(timeout=timeout)
        flow = _flow.poll(ask, is_done, settings.policy, on_wait=on_wait)
        return self._drive(flow, settings.headers)

    def _drive(
        self, flow: Generator[_flow.Step, _flow.Outcome, T], headers: Mapping[str, str]
    ) -> T:
        step = next(flow)
        while True:
            outcome = self._do(step, headers)
            try:
                step = flow.send(outcome)
            except StopIteration as stop:
                result: T = stop.value
                return result

    def _do(self, step: _flow.Step, headers: Mapping[str, str]) -> _flow.Outcome:
        if isinstance(step, _flow.Send):
            return self._http.send(step, headers)
        time.sleep(step.seconds)
        return _flow.Outcome(None, step.seconds)
