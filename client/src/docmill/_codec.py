"""JSON in and out: which library does it, and how dates travel.

A `datetime` goes out as ``{"$date": "2013-01-01T05:00:00Z"}`` and such an object comes back as an
aware `datetime`. As in PyMongo, a naive `datetime` is taken to be UTC, a `date` is its midnight,
and what is finer than a millisecond is cut off.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, Protocol
from uuid import UUID

JSON = Any
"""A value as JSON has them: None, bool, int, float, str, list, dict."""

Default = Callable[[Any], JSON]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Codec(Protocol):
    """A JSON library, for `Client(codec=...)`.

    `dumps` must hand every object that JSON has no form for to `default`, datetimes included, and
    encode what comes back; `loads` must raise ValueError for bytes that are not JSON.
    """

    def dumps(self, value: JSON, default: Default) -> bytes:
        """Write a value as JSON without line feeds."""
        ...

    def loads(self, data: bytes) -> JSON:
        """Read a value."""
        ...


class StandardCodec:
    """The standard library's json."""

    def dumps(self, value: JSON, default: Default) -> bytes:
        """Write a value as JSON without line feeds."""
        return json.dumps(
            value, default=default, ensure_ascii=False, allow_nan=False, separators=(",", ":")
        ).encode()

    def loads(self, data: bytes) -> JSON:
        """Read a value."""
        return json.loads(data)


def _best() -> Codec:
    try:
        import orjson
    except ImportError:
        return StandardCodec()

    # By itself orjson writes datetimes as plain strings.
    options = orjson.OPT_PASSTHROUGH_DATETIME

    class OrjsonCodec:
        """The orjson library, several times as quick; a NaN goes out as null."""

        def dumps(self, value: JSON, default: Default) -> bytes:
            return orjson.dumps(value, default, options)

        def loads(self, data: bytes) -> JSON:
            return orjson.loads(data)

    return OrjsonCodec()


BEST = _best()


def encode(codec: Codec, value: JSON) -> bytes:
    """Write a value, dates as the service understands them.

    Raises:
        TypeError: something in it has no form in JSON.
    """
    return codec.dumps(value, _extended)


def decode(codec: Codec, data: bytes) -> JSON:
    """Read a value, dates as aware datetimes; ValueError when it is not JSON."""
    value = codec.loads(data)
    # A search in the bytes costs next to nothing, a walk over the objects more than reading them.
    return _with_dates(value) if b'"$date"' in data else value


def _extended(value: Any) -> JSON:
    if isinstance(value, datetime):
        moment = value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
        return {"$date": moment.isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"}
    if isinstance(value, date):
        return {"$date": f"{value.isoformat()}T00:00:00Z"}
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, Sequence) and not isinstance(value, (bytes, bytearray, memoryview)):
        return list(value)
    kind = type(value)
    raise TypeError(f"{kind.__module__}.{kind.__qualname__} has no form in JSON: {value!r:.80}")


def _with_dates(value: JSON) -> JSON:
    if isinstance(value, list):
        return [_with_dates(item) for item in value]
    if not isinstance(value, dict):
        return value
    if len(value) == 1 and "$date" in value:
        return _moment(value)
    return {name: _with_dates(item) for name, item in value.items()}


def _moment(wrapped: dict[str, JSON]) -> JSON:
    """The datetime meant, or the object as it came when datetime cannot hold it (year 10000)."""
    value = wrapped["$date"]
    try:
        if isinstance(value, str):
            moment = datetime.fromisoformat(value)
            return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
        if isinstance(value, dict):
            value = int(value["$numberLong"])
        return _EPOCH + timedelta(milliseconds=value)
    except (ArithmeticError, KeyError, TypeError, ValueError):
        return wrapped
