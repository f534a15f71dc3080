"""How an answer is read: members that must be there, and members that may be left out.

A member that must be there and is not, or is of another type, raises `ProtocolError`; one that is
new is passed over.
"""

import types
import typing
from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields
from datetime import datetime
from functools import cache
from typing import Any, Self, TypeVar

from ._codec import JSON, Codec, decode
from ._errors import ProtocolError

V = TypeVar("V")


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
    """A time that must be there."""
    try:
        return datetime.fromisoformat(member(data, name, str))
    except ValueError as error:
        raise ProtocolError(f'the answer\'s "{name}" is no time: {error}') from error


def objects(data: Mapping[str, JSON], name: str) -> list[dict[str, JSON]]:
    """A list of objects that must be there."""
    items = member(data, name, list)
    if not all(isinstance(item, dict) for item in items):
        raise ProtocolError(f'the answer\'s "{name}" holds something else than objects')
    return items


class Message:
    """Base of a frozen dataclass that is an object of an answer, member by member.

    A field's type says what its member is: a str, an int, a time, a message in it, or any object;
    one with a default may be left out, or be null.
    """

    __slots__ = ()

    @classmethod
    def from_json(cls, data: Mapping[str, JSON]) -> Self:
        """Read one as the service writes it."""
        return cls(
            **{
                name: read(data, name)
                for name, read, may_lack in _readers(cls)  # type: ignore[arg-type]
                if not (may_lack and data.get(name) is None)
            }
        )


_Read = Callable[[Mapping[str, JSON], str], Any]


@cache
def _readers(kind: type[Message]) -> list[tuple[str, _Read, bool]]:
    """Of each field: its name, how it is read, and whether it may be left out."""
    hints = typing.get_type_hints(kind)
    return [
        (field.name, _reader(hints[field.name]), field.default is not MISSING)
        for field in fields(kind)  # type: ignore[arg-type]
    ]


def _reader(hint: Any) -> _Read:
    if isinstance(hint, types.UnionType):
        (hint,) = (part for part in typing.get_args(hint) if part is not types.NoneType)
    if hint is datetime:
        return moment
    if isinstance(hint, type) and issubclass(hint, Message):
        return lambda data, name: hint.from_json(member(data, name, dict))
    plain = dict if typing.get_origin(hint) is Mapping else hint
    return lambda data, name: member(data, name, plain)
