"""What the front end takes and gives, as its OpenAPI document says it."""

from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    WithJsonSchema,
    model_validator,
)

# A JSON number is a number here: "2" and true are not.
_REQUEST = ConfigDict(extra="forbid", strict=True)

Title = Annotated[str, Field(min_length=1, max_length=200)]
Description = Annotated[str, Field(max_length=2000)]
Status = Annotated[str, Field(min_length=1, max_length=50)]
Priority = Annotated[int, Field(ge=1, le=5)]


def _to_text(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


Timestamp = Annotated[datetime, PlainSerializer(_to_text, return_type=str)]

# What only the service writes: ignored, so that a task can be got, changed and put back.
_READ_ONLY = (
    *("id", "created_at", "updated_at", "version", "attempts", "started_at", "finished_at"),
    *("progress", "error", "result", "webhook", "transform"),
)


class TaskCreate(BaseModel):
    """A new task; its status is "pending"."""

    model_config = _REQUEST

    title: Title
    description: Description = ""
    priority: Priority = 1


def _absent() -> Any:
    """The value of a field that is not in `model_fields_set`; null itself is refused."""
    return None


class TaskUpdate(BaseModel):
    """The fields to set; the others stay as they are."""

    model_config = _REQUEST

    title: Title = Field(default_factory=_absent)
    description: Description = Field(default_factory=_absent)
    status: Status = Field(default_factory=_absent)
    priority: Priority = Field(default_factory=_absent)

    @model_validator(mode="before")
    @classmethod
    def _drop_read_only(cls, data: Any) -> Any:
        if not isinstance(data, dict):
            return data
        return {name: value for name, value in data.items() if name not in _READ_ONLY}


_FROM_CLIENT = ConfigDict(from_attributes=True)


class JobProgress(BaseModel):
    """How far a job is that runs."""

    model_config = _FROM_CLIENT

    documents_done: int
    documents_total: int
    stage: str


class JobResult(BaseModel):
    """How much a job has made, and until when the service keeps it."""

    model_config = _FROM_CLIENT

    documents: int
    bytes: int
    expires_at: Timestamp


class Webhook(BaseModel):
    """Who is told of a job's end."""

    url: str


def _to_webhook(url: Any) -> Any:
    return {"url": url} if isinstance(url, str) else url


class Task(BaseModel):
    """A task; what stands from `attempts` on is of jobs, whose status is the service's business."""

    model_config = _FROM_CLIENT

    id: str
    title: str
    description: str
    status: str
    priority: int
    created_at: Timestamp
    updated_at: Timestamp | None = None
    version: int | None = None
    attempts: int | None = None
    started_at: Timestamp | None = None
    finished_at: Timestamp | None = None
    progress: JobProgress | None = None
    error: dict[str, Any] | None = None
    result: JobResult | None = None
    webhook: Annotated[Webhook | None, BeforeValidator(_to_webhook)] = None


class TaskList(BaseModel):
    """A page of the list; `next_cursor` asks for the next one, if there is one."""

    tasks: list[Task]
    count: int
    next_cursor: str | None = None


# What is in them is for the service to check, which is quicker at it.
Documents = Annotated[list[Any], WithJsonSchema({"type": "array", "items": {"type": "object"}})]


class ProcessRequest(BaseModel):
    """Documents, and the pipeline that they go through."""

    model_config = _REQUEST

    documents: Documents
    pipeline: list[dict[str, Any]]
    collections: dict[str, Documents] = {}
    let: dict[str, Any] = {}


class Stats(BaseModel):
    """What it took."""

    documents_in: int
    documents_out: int
    duration_us: int
    peak_bytes: int


class ProcessAnswer(BaseModel):
    """The documents that came out."""

    documents: list[dict[str, Any]]
    stats: Stats


class FieldError(BaseModel):
    """One thing that is wrong with a request."""

    pointer: str
    detail: str


class Problem(BaseModel):
    """What every error looks like (RFC 9457); `error` is what the tutorial's clients read."""

    model_config = ConfigDict(extra="allow")

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    code: str
    error: str
    request_id: str
    errors: list[FieldError] | None = None
