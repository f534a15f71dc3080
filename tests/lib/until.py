"""Waiting for what must come, with an end: the one place where tests sleep to look again."""

import time
from collections.abc import Callable
from typing import TypeVar

PATIENCE = 30.0
LOOK_S = 0.005

Found = TypeVar("Found")


def until(
    look: Callable[[], Found], what: str, seconds: float = PATIENCE, every: float = LOOK_S
) -> Found:
    """Look again and again until that finds something true, and return it.

    what: what is waited for; after so many seconds the error says it, and what was found instead.
    """
    end = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < end, f"after {seconds:g} s still not {what}: {found!r}"
        time.sleep(every)
    return found
