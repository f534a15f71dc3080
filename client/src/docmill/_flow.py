"""The life of a call, retries included, as a generator that does no I/O and reads no clock.

Both clients drive it: it yields what to do next and is sent back what came of it and how long that
took, so the policy is written once, and tested without a socket.
"""

import random
from collections.abc import Callable, Generator
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from ._call import Answer, Call, T
from ._errors import ConnectionFailed, StatusError, Timeout, from_status

# Those of the service, and what proxies in between say; a body that got lost on its way, too.
_RETRY_STATUS = frozenset({408, 429, 502, 503, 504})
_RETRY_CODES = frozenset({"body_incomplete"})

# The longest that the service is asked to hold an answer; proxies often give up after 30 or 60 s.
HOLD = 25
# How much later than that an answer may come.
_SLACK = 10.0
# What is kept back of the caller's time, so that an answer that was held still arrives in it.
_MARGIN = 0.5
# The longest wait between two questions when the service does not hold its answers.
_MAX_PAUSE = 2.0


@dataclass(frozen=True, slots=True)
class Policy:
    """How patient a client is.

    Attributes:
        timeout: seconds for a whole call, with its retries and the waits between them.
        retries: how often a request is sent again.
        base_delay: the first wait between two tries, in seconds; each further one is twice as long.
        max_delay: the longest wait, unless the service asks for a longer one.
        jitter: a number from 0 to 1, so that clients do not come back all at once.
    """

    timeout: float = 60.0
    retries: int = 2
    base_delay: float = 0.25
    max_delay: float = 8.0
    jitter: Callable[[], float] = random.random

    def delay(self, attempt: int, retry_after: float | None) -> float:
        """Seconds until the next try; never fewer than the service has asked for."""
        step = min(self.base_delay * 2.0**attempt, self.max_delay)
        if retry_after is None:
            return step * (0.5 + self.jitter() / 2)
        return retry_after + step * self.jitter()


@dataclass(frozen=True, slots=True)
class Send:
    """Send the request and read the answer, in at most `timeout` seconds."""

    call: Call[Any]
    timeout: float


@dataclass(frozen=True, slots=True)
class Sleep:
    """Wait."""

    seconds: float


Step: TypeAlias = Send | Sleep


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a step, and the seconds that it took."""

    result: Answer | ConnectionFailed | Timeout | None
    elapsed: float


def run(call: Call[T], policy: Policy) -> Generator[Step, Outcome, T]:
    """Carry out a call."""
    left = policy.timeout
    unsure = False  # whether an earlier try may have been carried out
    for attempt in range(policy.retries + 1):
        outcome = yield Send(call, left)
        left -= outcome.elapsed
        result = outcome.result
        if isinstance(result, Answer) and _succeeded(call, result, unsure):
            return call.parse(result)
        error = _error(result)
        delay = policy.delay(attempt, getattr(error, "retry_after", None))
        if attempt == policy.retries or delay >= left or not _may_repeat(call, error):
            raise error
        unsure = unsure or not isinstance(error, ConnectionFailed) or error.sent
        outcome = yield Sleep(delay)
        left -= outcome.elapsed
    raise AssertionError("unreachable: the last attempt returns or raises")


def poll(
    ask: Callable[[int], Call[T]],
    is_done: Callable[[T], bool],
    policy: Policy,
    *,
    on_wait: Callable[[T], None] | None = None,
) -> Generator[Step, Outcome, T]:
    """Ask until it is done; `ask` is given the seconds that the service is to hold its answer.

    A service with too many who wait holds none: then the waits are spent here.
    """
    hold = HOLD if on_wait is None else 1  # who looks on wants to see it move
    left = policy.timeout
    early = 0
    while left > 0:
        seconds = int(max(0.0, min(hold, left - _MARGIN)))
        once = replace(policy, timeout=min(left, seconds + _SLACK))
        found, elapsed = yield from _timed(run(ask(seconds), once))
        if is_done(found):
            return found
        if on_wait is not None:
            on_wait(found)
        left -= elapsed
        if seconds == 0 or elapsed < seconds / 2:
            pause = min(policy.delay(early, None), _MAX_PAUSE, max(left, 0.0))
            early += 1
            outcome = yield Sleep(pause)
            left -= outcome.elapsed
    raise Timeout(f"it was not done within {policy.timeout:.3g} s")


def _timed(flow: Generator[Step, Outcome, T]) -> Generator[Step, Outcome, tuple[T, float]]:
    """Carry out a flow; the seconds that it took are given with what came of it."""
    elapsed = 0.0
    step = next(flow)
    while True:
        outcome = yield step
        elapsed += outcome.elapsed
        try:
            step = flow.send(outcome)
        except StopIteration as stop:
            return stop.value, elapsed


def _succeeded(call: Call[Any], answer: Answer, unsure: bool) -> bool:
    return answer.status < 300 or (unsure and answer.status == call.done_when_repeated)


def _error(result: Answer | ConnectionFailed | Timeout | None) -> Exception:
    if isinstance(result, Answer):
        return from_status(
            result.status,
            result.problem(),
            request_id=result.request_id,
            retry_after=result.retry_after,
        )
    assert result is not None, "only a Sleep has no result"
    return result


def _may_repeat(call: Call[Any], error: Exception) -> bool:
    if call.body is not None and not call.body.repeatable:
        return False
    if isinstance(error, ConnectionFailed):
        return call.repeatable or not error.sent
    if isinstance(error, StatusError):
        can_help = error.status in _RETRY_STATUS or error.code in _RETRY_CODES
        # The first of our tries is still under way.
        is_early = error.status == 409 and "Idempotency-Key" in call.headers
        return call.repeatable and (can_help or is_early)
    return False
