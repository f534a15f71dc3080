"""Everything that a call can raise.

* Error
  x ConnectionFailed          the service could not be reached, or hung up
  x Timeout                   the caller's time was up
  x ProtocolError             the answer is not one that docmill gives
  x JobFailed                 a job that was waited for has failed (task, reason)
  x JobCancelled              or was cancelled (task)
  x StatusError               the service said no: status, code, detail, request_id
    + ValidationFailed        400: fields of the request are wrong (errors)
    + MalformedJSON           400: the body is not JSON (document, offset, line, column)
    + PipelineError           of a pipeline: stage, pointer, operator, mongo_code
      - PipelineInvalid       400: it does not compile
      - PipelineFailed        422: an operator met a document that it cannot take (document)
    + AuthenticationFailed    401: no key, or an unknown one
    + PermissionDenied        403: the key may not do this
    + NotFound                404
    + Conflict                409, 412: not in the state that it is in
    + Gone                    410: it was kept for its time, as the results of jobs are
    + LimitExceeded           400, 422: a limit of the service (limit names the option)
      - TooLarge              413: the request itself is too big
    + Unavailable             502, 503, 504: try again later (retry_after)
      - Overloaded            503: the service has more to do than it takes on
    + InternalError           500: a fault of the service; tell its people the request_id

What is worth repeating has been repeated before any of these is raised.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from ._models import Task

_NOTHING: Mapping[str, Any] = {}


class Error(Exception):
    """Base class of everything that the SDK raises by itself."""


class ConnectionFailed(Error):
    """Say that the service could not be reached, or hung up before it had answered.

    Attributes:
        sent: False when it is certain that the service has not seen the request.
    """

    def __init__(self, message: str, *, sent: bool = True) -> None:
        super().__init__(message)
        self.sent = sent


class Timeout(Error):
    """Say that the call did not end within its time."""


class ProtocolError(Error):
    """Say that the answer is not one that docmill gives: is something else at that address?"""


def _text(data: Mapping[str, Any], name: str) -> str | None:
    value = data.get(name)
    return value if isinstance(value, str) else None


def _int(data: Mapping[str, Any], name: str) -> int | None:
    value = data.get(name)
    return value if isinstance(value, int) else None


def _mongo_code(data: Mapping[str, Any]) -> int | None:
    mongo = data.get("mongo")
    return _int(mongo, "code") if isinstance(mongo, dict) else None


@dataclass(frozen=True, slots=True)
class ProblemItem:
    """One thing that is wrong with a request, or with a pipeline.

    Attributes:
        pointer: where, as a JSON pointer into the request (RFC 6901).
        detail: what was expected there.
        stage: of a pipeline: the stage's place in it, counted from 0.
        operator: of a pipeline: the stage or operator, such as "$divide".
        mongo_code: of a pipeline: the code with which MongoDB refuses the same thing.
    """

    pointer: str
    detail: str
    stage: int | None = None
    operator: str | None = None
    mongo_code: int | None = None

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Read one as the service writes it; what is not there is left empty."""
        return cls(
            pointer=_text(data, "pointer") or "",
            detail=_text(data, "detail") or "",
            stage=_int(data, "stage"),
            operator=_text(data, "operator"),
            mongo_code=_mongo_code(data),
        )


class StatusError(Error):
    """Say that the service refused the request, or failed to carry it out.

    Attributes:
        status: the HTTP status.
        code: one of the words of the contract, such as "pipeline_invalid"; "unknown" when the
            answer came from something in between.
        detail: what went wrong, for a person.
        request_id: what the service's log calls this request.
        problem: the whole problem document (RFC 9457).
        retry_after: the seconds that the service asked to wait, or None.
    """

    def __init__(
        self,
        status: int,
        problem: Mapping[str, Any] = _NOTHING,
        *,
        request_id: str | None = None,
        retry_after: float | None = None,
    ) -> None:
        self.status = status
        self.problem = problem
        self.retry_after = retry_after
        self.code = str(problem.get("code") or "unknown")
        said = problem.get("detail") or problem.get("error") or problem.get("title")
        self.detail = str(said or f"HTTP status {status}")
        self.request_id: str | None = problem.get("request_id") or request_id
        super().__init__(status, problem)

    def __str__(self) -> str:
        return self.detail

    @property
    def errors(self) -> tuple[ProblemItem, ...]:
        """Everything that is wrong with the request, where the service lists it."""
        found = self.problem.get("errors")
        items = found if isinstance(found, list) else []
        return tuple(ProblemItem.from_json(item) for item in items if isinstance(item, dict))


class ValidationFailed(StatusError):
    """Say that fields of the request are wrong; `errors` names each of them."""

    def __str__(self) -> str:
        pointer = self.errors[0].pointer if self.errors else ""
        return f"{self.detail} (at {pointer})" if pointer else self.detail


class MalformedJSON(StatusError):
    """Say that the body is not JSON, and where, in the request as it was sent, it ceases to be."""

    @property
    def document(self) -> int | None:
        """Which of the documents, counted from 0, if it is in one."""
        return _int(self.problem, "document")

    @property
    def offset(self) -> int | None:
        """The first wrong byte of the body, counted from 0."""
        return _int(self.problem, "offset")

    @property
    def line(self) -> int | None:
        """Its line, counted from 1."""
        return _int(self.problem, "line")

    @property
    def column(self) -> int | None:
        """Its place in that line, counted from 1."""
        return _int(self.problem, "column")


class PipelineError(StatusError):
    """Say that something is wrong with a pipeline: before it ran, or while it ran."""

    @property
    def stage(self) -> int | None:
        """The stage's place in the pipeline, counted from 0."""
        return _int(self.problem, "stage")

    @property
    def pointer(self) -> str | None:
        """Where in the request, such as "/pipeline/3/$project/total"."""
        return _text(self.problem, "pointer")

    @property
    def operator(self) -> str | None:
        """The stage, expression, accumulator or query operator, such as "$divide"."""
        return _text(self.problem, "operator")

    @property
    def mongo_code(self) -> int | None:
        """The code with which MongoDB refuses the same thing."""
        return _mongo_code(self.problem)

    def __str__(self) -> str:
        return f"{self.detail} (at {self.pointer})" if self.pointer else self.detail


class PipelineInvalid(PipelineError):
    """Say that the pipeline does not compile; `errors` holds everything that was found."""


class PipelineFailed(PipelineError):
    """Say that an operator met a document that it cannot take."""

    @property
    def document(self) -> int | None:
        """Which of the documents that came into the stage, counted from 0."""
        return _int(self.problem, "document")


class AuthenticationFailed(StatusError):
    """Say that the request carried no key, or one that the service does not know."""


class PermissionDenied(StatusError):
    """Say that the key does not allow this."""


class NotFound(StatusError):
    """Say that there is no such thing."""


class Conflict(StatusError):
    """Say that the thing is not in a state in which this can be done."""


class Gone(StatusError):
    """Say that the thing was there, and was kept no longer."""


class LimitExceeded(StatusError):
    """Say that the request needs more than the service allows: the same one will fail again."""

    @property
    def limit(self) -> str | None:
        """The option of the service that sets the limit, such as "max-body"."""
        return _text(self.problem, "limit")


class TooLarge(LimitExceeded):
    """Say that the request itself is too big, or has too many documents."""


class Unavailable(StatusError):
    """Say that the service cannot answer now, and may be able to soon."""


class Overloaded(Unavailable):
    """Say that the service has more to do than it takes on."""


class InternalError(StatusError):
    """Say that the service has a fault; its people find it by the `request_id`."""


_BY_CODE: Mapping[str, type[StatusError]] = {
    "cursor_invalid": ValidationFailed,
    "idempotency_mismatch": Conflict,
    "json_malformed": MalformedJSON,
    "key_too_long": LimitExceeded,
    "memory_limit": LimitExceeded,
    "output_limit": LimitExceeded,
    "overloaded": Overloaded,
    "parameter_invalid": ValidationFailed,
    "pipeline_failed": PipelineFailed,
    "pipeline_invalid": PipelineInvalid,
    "regex_limit": LimitExceeded,
    "time_limit": LimitExceeded,
    "too_deep": LimitExceeded,
    "too_many_stages": LimitExceeded,
    "validation_failed": ValidationFailed,
}

# For codes that need no class of their own, and for answers of a proxy in between.
_BY_STATUS: Mapping[int, type[StatusError]] = {
    401: AuthenticationFailed,
    403: PermissionDenied,
    404: NotFound,
    409: Conflict,
    410: Gone,
    412: Conflict,
    413: TooLarge,
    429: Overloaded,
    500: InternalError,
    502: Unavailable,
    503: Unavailable,
    504: Unavailable,
}


def from_status(
    status: int,
    problem: Mapping[str, Any],
    *,
    request_id: str | None = None,
    retry_after: float | None = None,
) -> StatusError:
    """Make the error for an answer of 400 and above."""
    code = problem.get("code")
    found = _BY_CODE.get(code) if isinstance(code, str) else None
    kind = found or _BY_STATUS.get(status, StatusError)
    return kind(status, problem, request_id=request_id, retry_after=retry_after)


class _JobEnded(Error):
    def __init__(self, task: "Task") -> None:
        super().__init__(task)
        self.task = task


class JobFailed(_JobEnded):
    """Say that a job that was waited for has failed.

    Attributes:
        task: the job as it is now.
    """

    @property
    def reason(self) -> StatusError:
        """The error that the same work by `transform` would have raised."""
        problem = self.task.error or _NOTHING
        return from_status(_int(problem, "status") or 500, problem)

    def __str__(self) -> str:
        return f"the job has failed: {self.reason}"


class JobCancelled(_JobEnded):
    """Say that a job that was waited for was cancelled.

    Attributes:
        task: the job as it is now.
    """

    def __str__(self) -> str:
        return "the job was cancelled"
