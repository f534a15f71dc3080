"""What the service sends when a job has ended, checked before it is believed.

Example:
    >>> event = webhooks.verify(request.body, request.headers, "whsec_…")
    >>> event.type, event.task.id
    ('task.succeeded', '0192…')

The signatures are those of Standard Webhooks (www.standardwebhooks.com).
"""

import base64
import binascii
import hashlib
import hmac
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from ._codec import StandardCodec
from ._errors import Error, ProtocolError
from ._models import Task
from ._reading import member, moment, read_object

__all__ = ["Event", "InvalidSignature", "verify"]

TOLERANCE = 300.0
"""Seconds that a message may be old, or its sender's clock ahead."""

_PREFIX = "whsec_"


class InvalidSignature(Error):
    """Say that a message is not from the service, or too old: answer 400 and forget it."""


@dataclass(frozen=True, slots=True)
class Event:
    """A message.

    Attributes:
        id: the same each time the message is sent: who has seen it already can ignore it.
        type: "task.succeeded", "task.failed" or "task.cancelled".
        timestamp: when the job ended.
        task: the job as it was then.
    """

    id: str
    type: str
    timestamp: datetime
    task: Task


def verify(
    body: bytes,
    headers: Mapping[str, str],
    secret: str | Sequence[str],
    *,
    tolerance: float = TOLERANCE,
    now: float | None = None,
) -> Event:
    """Check a message's signature and age, and read it.

    Args:
        body: the request's body as it came, byte for byte.
        headers: the request's; their names in any case.
        secret: the service's `--webhook-secret`, "whsec_" and base64; several while it is changed.
        tolerance: seconds that it may be old.
        now: the time since the epoch, for tests.

    Raises:
        InvalidSignature: it is not what was signed, or not now.
        ValueError: the secret is none.
        ProtocolError: it is signed, but not a message of docmill's.
    """
    keys = [_key(text) for text in ([secret] if isinstance(secret, str) else secret)]
    found = {name.lower(): value for name, value in headers.items()}
    message_id = _header(found, "webhook-id")
    timestamp = _header(found, "webhook-timestamp")
    _check_age(timestamp, time.time() if now is None else now, tolerance)
    signed = b".".join((message_id.encode(), timestamp.encode(), body))
    wanted = [hmac.digest(key, signed, hashlib.sha256) for key in keys]
    # Every pair is compared, so that the time tells nothing.
    matches = [
        hmac.compare_digest(given, digest)
        for given in _signatures(_header(found, "webhook-signature"))
        for digest in wanted
    ]
    if not any(matches):
        raise InvalidSignature("the signature is not that of the message")
    return _read(message_id, body)


def _key(secret: str) -> bytes:
    try:
        key = base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
    except binascii.Error as error:
        raise ValueError("the webhook secret is not base64") from error
    if not key:
        raise ValueError("the webhook secret is empty")
    return key


def _header(headers: Mapping[str, str], name: str) -> str:
    try:
        return headers[name]
    except KeyError:
        raise InvalidSignature(f"the header {name} is missing") from None


def _check_age(timestamp: str, now: float, tolerance: float) -> None:
    try:
        sent = int(timestamp)
    except ValueError:
        raise InvalidSignature("the header webhook-timestamp is no number") from None
    if abs(now - sent) > tolerance:
        raise InvalidSignature("the message is too old, or the clocks differ")


def _signatures(header: str) -> list[bytes]:
    """Those of version 1; others may stand beside them."""
    found = []
    for item in header.split():
        version, _, text = item.partition(",")
        if version != "v1":
            continue
        try:
            found.append(base64.b64decode(text, validate=True))
        except binascii.Error:
            continue
    return found


def _read(message_id: str, body: bytes) -> Event:
    data = read_object(StandardCodec(), body)
    kind = member(data, "type", str)
    if not kind.startswith("task."):
        raise ProtocolError(f'the message is a "{kind}", which docmill does not send')
    return Event(
        id=message_id,
        type=kind,
        timestamp=moment(data, "timestamp"),
        task=Task.from_json(member(data, "data", dict)),
    )
