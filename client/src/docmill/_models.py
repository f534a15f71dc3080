"""What the service's answers are: frozen, typed, tolerant of members that are new.

A member that must be there and is not, or is of another type, raises `ProtocolError`.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from functools import cached_property
from typing import Any, Final, Self, TypeAlias, TypeVar, overload

from ._codec import JSON, Codec
from ._errors import ProblemItem
from ._reading import Message, member, objects, read_object

V = TypeVar("V")


class Unset(Enum):
    """The type of `UNSET`."""

    UNSET = "UNSET"

    def __repr__(self) -> str:
        return self.value

    def __bool__(self) -> bool:
        return False


UNSET: Final = Unset.UNSET
"""Leaves an argument out of the request; None sends a null."""

Maybe: TypeAlias = V | Unset


def given(**arguments: JSON | Unset) -> dict[str, JSON]:
    """Those arguments that are not `UNSET`."""
    return {name: value for name, value in arguments.items() if value is not UNSET}


@dataclass(frozen=True, slots=True)
class JobProgress(Message):
    """How far a job is: its documents (0 of 0 until they were counted), and its stage."""

    documents_done: int
    documents_total: int
    stage: str


@dataclass(frozen=True, slots=True)
class JobResult(Message):
    """What a job has made: how much, and until when it is kept. `tasks.result` fetches it."""

    documents: int
    bytes: int
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Delivery(Message):
    """An attempt to tell a job's webhook.

    Attributes:
        n: counts all attempts for the job, from 1.
        webhook_id: the same each time a message is sent.
        at: when.
        outcome: "delivered", "failed" or "refused": the service does not send to that address.
        detail: what came of it, for a person.
        status: that of the receiver's answer, if there was one.
        next_at: when the next attempt will be, if there will be one.
    """

    n: int
    webhook_id: str
    at: datetime
    outcome: str
    detail: str
    status: int | None = None
    next_at: datetime | None = None


def read_deliveries(data: Mapping[str, JSON]) -> tuple[Delivery, ...]:
    """All that a job's webhook was told."""
    return tuple(Delivery.from_json(item) for item in objects(data, "deliveries"))


_ENDED = frozenset({"succeeded", "failed", "cancelled"})


@dataclass(frozen=True, slots=True)
class Task(Message):
    """An entry of /tasks; a job, which carries a transform, has the members from `attempts` on.

    Attributes:
        status: any text; of a job "pending", "running", "succeeded", "failed" or "cancelled".
        attempts: how often the job was begun; None tells that this is no job.
        error: the problem document of a job that has failed.
        result: of a job that has succeeded: how much it has made.
        progress: how far a job is that runs.
        webhook: the address that is told of the job's end.
        transform: what the job was given, when `tasks.get` has asked for it.
    """

    id: str
    title: str
    description: str
    status: str
    priority: int
    created_at: datetime
    updated_at: datetime | None = None
    version: int | None = None
    attempts: int | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None
    error: Mapping[str, JSON] | None = field(default=None, hash=False)
    result: JobResult | None = None
    progress: JobProgress | None = None
    webhook: str | None = None
    transform: Mapping[str, JSON] | None = field(default=None, hash=False)

    @property
    def is_job(self) -> bool:
        """Whether it carries a transform."""
        return self.attempts is not None

    @property
    def has_ended(self) -> bool:
        """Whether it is a job that will do no more, unless it is retried."""
        return self.is_job and self.status in _ENDED

    @classmethod
    def from_json(cls, data: Mapping[str, JSON]) -> Self:
        """Read a task as the service writes it."""
        if data.get("webhook") is None:
            return super(Task, cls).from_json(data)
        url = member(member(data, "webhook", dict), "url", str)
        return super(Task, cls).from_json({**data, "webhook": url})


@dataclass(frozen=True, slots=True)
class TaskPage:
    """One page of the list of tasks.

    Attributes:
        next_cursor: what `list(cursor=...)` goes on from, or None on the last page.
    """

    tasks: tuple[Task, ...]
    next_cursor: str | None

    @classmethod
    def from_json(cls, data: Mapping[str, JSON]) -> Self:
        """Read a page as the service writes it."""
        cursor = data.get("next_cursor")
        return cls(
            tasks=tuple(Task.from_json(item) for item in objects(data, "tasks")),
            next_cursor=None if cursor is None else member(data, "next_cursor", str),
        )


@dataclass(frozen=True, slots=True)
class Stats(Message):
    """What a transform took: documents, microseconds, bytes at the most."""

    documents_in: int
    documents_out: int
    duration_us: int
    peak_bytes: int


@dataclass(frozen=True, slots=True)
class StageStats(Message):
    """What one stage of a transform took."""

    name: str
    documents_in: int
    documents_out: int
    duration_us: int
    peak_bytes: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a pipeline compiles: true in a condition when it does.

    Attributes:
        stages: the names of the stages of a pipeline that compiles.
        errors: everything that is wrong with one that does not.
    """

    valid: bool
    stages: tuple[str, ...]
    errors: tuple[ProblemItem, ...]

    @classmethod
    def from_json(cls, data: Mapping[str, JSON]) -> Self:
        """Read one as the service writes it."""
        return cls(
            valid=member(data, "valid", bool),
            stages=tuple(member(stage, "name", str) for stage in objects(data, "stages")),
            errors=tuple(ProblemItem.from_json(item) for item in objects(data, "errors")),
        )

    def __bool__(self) -> bool:
        return self.valid


class TransformResult(Sequence[dict[str, Any]]):
    """The documents that a pipeline has made; compares equal to a list of them.

    The answer is decoded when a document is looked at first: who only passes `raw` on does not pay
    for it. From then on, all of it is there.

    Attributes:
        raw: the answer as it came, `{"documents": [...], "stats": {...}}`.
        request_id: what the service's log calls this request.
    """

    def __init__(self, raw: bytes, codec: Codec, *, request_id: str | None = None) -> None:
        self.raw = raw
        self.request_id = request_id
        self._codec = codec

    @cached_property
    def _answer(self) -> dict[str, JSON]:
        return read_object(self._codec, self.raw)

    @cached_property
    def documents(self) -> list[dict[str, Any]]:
        """The documents as a list."""
        return objects(self._answer, "documents")

    @cached_property
    def stats(self) -> Stats:
        """What the transform took."""
        return Stats.from_json(member(self._answer, "stats", dict))

    @cached_property
    def stages(self) -> tuple[StageStats, ...]:
        """What each stage took, when the call asked with `explain=True`; else empty."""
        if "stages" not in self._answer:
            return ()
        return tuple(StageStats.from_json(stage) for stage in objects(self._answer, "stages"))

    @cached_property
    def rules(self) -> tuple[str, ...]:
        """The rewrites of the pipeline that found something to do, with `explain=True`."""
        if "rules" not in self._answer:
            return ()
        return tuple(str(rule) for rule in member(self._answer, "rules", list))

    @cached_property
    def collections(self) -> dict[str, list[dict[str, Any]]]:
        """What `$out` and `$merge` have left, by the names that they give."""
        if "collections" not in self._answer:
            return {}
        found = member(self._answer, "collections", dict)
        return {name: objects(found, name) for name in found}

    @overload
    def __getitem__(self, index: int) -> dict[str, Any]: ...
    @overload
    def __getitem__(self, index: slice) -> list[dict[str, Any]]: ...
    def __getitem__(self, index: int | slice) -> dict[str, Any] | list[dict[str, Any]]:
        return self.documents[index]

    def __len__(self) -> int:
        return len(self.documents)

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return iter(self.documents)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, TransformResult):
            return self.documents == other.documents
        return self.documents == other if isinstance(other, list) else NotImplemented

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"TransformResult({self.documents!r})"
