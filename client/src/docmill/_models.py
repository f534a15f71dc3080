"""What the service's answers are: frozen, typed, tolerant of members that are new.

A member that must be there and is not, or is of another type, raises `ProtocolError`.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from functools import cached_property
from typing import Any, Final, Self, TypeAlias, TypeVar, overload

from ._codec import JSON, Codec, decode
from ._errors import ProblemItem, ProtocolError

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


def read_object(codec: Codec, body: bytes) -> dict[str, JSON]:
    """The object that an answer holds."""
    try:
        value = decode(codec, body)
    except ValueError as error:
        raise ProtocolError(f"the answer is not JSON: {error}") from error
    if not isinstance(value, dict):
        raise ProtocolError(f"the answer is no JSON object but {type(value).__name__}")
    return value


def member(data: Mapping[str, JSON], name: str, kind: type[V]) -> V:
    """A member that must be there."""
    value = data.get(name)
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        found = "missing" if name not in data else f"a {type(value).__name__}"
        raise ProtocolError(f'the answer\'s "{name}" is {found}, not a {kind.__name__}')
    return value


def moment(data: Mapping[str, JSON], name: str) -> datetime:
    try:
        return datetime.fromisoformat(member(data, name, str))
    except ValueError as error:
        raise ProtocolError(f'the answer\'s "{name}" is no time: {error}') from error


def _objects(data: Mapping[str, JSON], name: str) -> list[dict[str, JSON]]:
    items = member(data, name, list)
    if not all(isinstance(item, dict) for item in items):
        raise ProtocolError(f'the answer\'s "{name}" holds something else than objects')
    return items


@dataclass(frozen=True, slots=True)
class Task:
    """An entry of /tasks."""

    id: str
    title: str
    description: str
    status: str
    priority: int
    created_at: datetime
    updated_at: datetime | None = None
    version: int | None = None

    @classmethod
    def from_json(cls, data: Mapping[str, JSON]) -> Self:
        """Read a task as the service writes it."""
        return cls(
            id=member(data, "id", str),
            title=member(data, "title", str),
            description=member(data, "description", str),
            status=member(data, "status", str),
            priority=member(data, "priority", int),
            created_at=moment(data, "created_at"),
            updated_at=None if data.get("updated_at") is None else moment(data, "updated_at"),
            version=None if data.get("version") is None else member(data, "version", int),
        )


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
            tasks=tuple(Task.from_json(item) for item in _objects(data, "tasks")),
            next_cursor=None if cursor is None else member(data, "next_cursor", str),
        )


@dataclass(frozen=True, slots=True)
class Stats:
    """What a transform took: documents, microseconds, bytes at the most."""

    documents_in: int
    documents_out: int
    duration_us: int
    peak_bytes: int

    @classmethod
    def from_json(cls, data: Mapping[str, JSON]) -> Self:
        """Read them as the service writes them."""
        return cls(
            documents_in=member(data, "documents_in", int),
            documents_out=member(data, "documents_out", int),
            duration_us=member(data, "duration_us", int),
            peak_bytes=member(data, "peak_bytes", int),
        )


@dataclass(frozen=True, slots=True)
class StageStats:
    """What one stage of a transform took."""

    name: str
    documents_in: int
    documents_out: int
    duration_us: int
    peak_bytes: int

    @classmethod
    def from_json(cls, data: Mapping[str, JSON]) -> Self:
        """Read them as the service writes them."""
        return cls(
            name=member(data, "name", str),
            documents_in=member(data, "documents_in", int),
            documents_out=member(data, "documents_out", int),
            duration_us=member(data, "duration_us", int),
            peak_bytes=member(data, "peak_bytes", int),
        )


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
            stages=tuple(member(stage, "name", str) for stage in _objects(data, "stages")),
            errors=tuple(ProblemItem.from_json(item) for item in _objects(data, "errors")),
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
        return _objects(self._answer, "documents")

    @cached_property
    def stats(self) -> Stats:
        """What the transform took."""
        return Stats.from_json(member(self._answer, "stats", dict))

    @cached_property
    def stages(self) -> tuple[StageStats, ...]:
        """What each stage took, when the call asked with `explain=True`; else empty."""
        if "stages" not in self._answer:
            return ()
        return tuple(StageStats.from_json(stage) for stage in _objects(self._answer, "stages"))

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
        return {name: _objects(found, name) for name in found}

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
