"""What a call is: one request, and how to read its answer. Nothing here does I/O."""

import json
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from ._body import Body

T = TypeVar("T")


def new_key() -> str:
    """Make an Idempotency-Key: what one thing to be made is called, however often it is sent."""
    return str(uuid.uuid4())


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP response as the SDK sees it.

    Attributes:
        retry_after: in seconds, whichever of its two forms the header had.
    """

    status: int
    body: bytes = b""
    content_type: str = ""
    request_id: str | None = None
    retry_after: float | None = None

    def problem(self) -> Mapping[str, Any]:
        """The problem document in it, or nothing when it came from something else than docmill."""
        if "json" not in self.content_type:
            return {}
        try:
            value = json.loads(self.body)
        except ValueError:
            return {}
        return value if isinstance(value, dict) else {}


@dataclass(frozen=True, slots=True)
class Call(Generic[T]):
    """One request of the service.

    Attributes:
        repeatable: sending it twice does what sending it once does.
        done_when_repeated: a status that, on a repeat, tells that the first try had worked.
    """

    method: str
    path: str
    parse: Callable[[Answer], T]
    query: Mapping[str, str] = field(default_factory=dict[str, str])
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    body: Body | None = None
    repeatable: bool = True
    done_when_repeated: int | None = None
