"""The calls about the service itself."""

from .._call import Answer, Call


def ready() -> Call[None]:
    """GET /readyz."""
    return Call("GET", "/readyz", _nothing)


def _nothing(answer: Answer) -> None:
    return None
