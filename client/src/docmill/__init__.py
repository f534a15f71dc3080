"""Client of docmill, the service that runs aggregation pipelines over JSON documents."""

from . import webhooks
from ._async_client import AsyncClient
from ._body import Documents
from ._client import Client
from ._codec import Codec, StandardCodec
from ._errors import (
    AuthenticationFailed,
    Conflict,
    ConnectionFailed,
    Error,
    InternalError,
    LimitExceeded,
    MalformedJSON,
    NotFound,
    Overloaded,
    PermissionDenied,
    PipelineError,
    PipelineFailed,
    PipelineInvalid,
    ProblemItem,
    ProtocolError,
    StatusError,
    Timeout,
    TooLarge,
    Unavailable,
    ValidationFailed,
)
from ._models import UNSET, StageStats, Stats, Task, TaskPage, TransformResult, Verdict
from ._version import __version__

__all__ = [
    "UNSET",
    "AsyncClient",
    "AuthenticationFailed",
    "Client",
    "Codec",
    "Conflict",
    "ConnectionFailed",
    "Documents",
    "Error",
    "InternalError",
    "LimitExceeded",
    "MalformedJSON",
    "NotFound",
    "Overloaded",
    "PermissionDenied",
    "PipelineError",
    "PipelineFailed",
    "PipelineInvalid",
    "ProblemItem",
    "ProtocolError",
    "StageStats",
    "StandardCodec",
    "Stats",
    "StatusError",
    "Task",
    "TaskPage",
    "Timeout",
    "TooLarge",
    "TransformResult",
    "Unavailable",
    "ValidationFailed",
    "Verdict",
    "__version__",
    "webhooks",
]
