"""What `docmill.webhooks.verify` believes, and what the standard's own library says to it."""

import base64
import json
import time

import pytest
import standardwebhooks

from docmill import ProtocolError, webhooks

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
OTHER = "whsec_" + base64.b64encode(b"another key, of 24 bytes").decode()
TASK = {
    "id": "0192f1a0-0000-7000-8000-000000000000",
    "title": "Nightly roll-up",
    "description": "",
    "status": "succeeded",
    "priority": 1,
    "created_at": "2026-11-23T10:00:00.000Z",
}
BODY = json.dumps(
    {"type": "task.succeeded", "timestamp": "2026-11-23T10:00:01.000Z", "data": TASK}
).encode()


def sign(body: bytes = BODY, secret: str = SECRET, when: int | None = None) -> dict[str, str]:
    """The headers as the standard's own library makes them."""
    when = int(time.time()) if when is None else when
    moment = standardwebhooks.webhooks.datetime.fromtimestamp(
        when, tz=standardwebhooks.webhooks.timezone.utc
    )
    signature = standardwebhooks.Webhook(secret).sign("msg_1", moment, body.decode())
    return {
        "Webhook-Id": "msg_1",
        "Webhook-Timestamp": str(when),
        "Webhook-Signature": signature,
    }


def test_a_message_of_the_standards_library_is_believed() -> None:
    event = webhooks.verify(BODY, sign(), SECRET)
    assert (event.id, event.type) == ("msg_1", "task.succeeded")
    assert event.task.title == "Nightly roll-up"
    assert event.timestamp.isoformat() == "2026-11-23T10:00:01+00:00"


def test_while_a_secret_is_changed_both_are_good() -> None:
    assert webhooks.verify(BODY, sign(secret=OTHER), [SECRET, OTHER]).id == "msg_1"
    headers = sign()
    headers["Webhook-Signature"] = "v1,AAAA v2,xyz " + headers["Webhook-Signature"]
    assert webhooks.verify(BODY, headers, SECRET).id == "msg_1"


@pytest.mark.parametrize(
    "change",
    [
        {"Webhook-Id": "msg_2"},
        {"Webhook-Timestamp": str(int(time.time()) + 1)},
        {"Webhook-Timestamp": "soon"},
        {"Webhook-Signature": "v1,"},
        {"Webhook-Signature": "v1,!!!!"},
        {"Webhook-Signature": "v1a," + "A" * 44},
        {"Webhook-Signature": ""},
    ],
)
def test_what_was_changed_on_the_way_is_not(change: dict[str, str]) -> None:
    with pytest.raises(webhooks.InvalidSignature):
        webhooks.verify(BODY, {**sign(when=int(time.time())), **change}, SECRET)


@pytest.mark.parametrize("name", ["Webhook-Id", "Webhook-Timestamp", "Webhook-Signature"])
def test_a_missing_header_is_named(name: str) -> None:
    headers = sign()
    del headers[name]
    with pytest.raises(webhooks.InvalidSignature, match=name.lower()):
        webhooks.verify(BODY, headers, SECRET)


def test_another_body_or_secret_is_refused() -> None:
    with pytest.raises(webhooks.InvalidSignature):
        webhooks.verify(BODY + b" ", sign(), SECRET)
    with pytest.raises(webhooks.InvalidSignature):
        webhooks.verify(BODY, sign(), OTHER)


@pytest.mark.parametrize("age", [301, -301])
def test_messages_of_another_time_are_refused(age: int) -> None:
    now = time.time()
    headers = sign(when=int(now) - age)
    with pytest.raises(webhooks.InvalidSignature, match="old"):
        webhooks.verify(BODY, headers, SECRET, now=now)
    assert webhooks.verify(BODY, headers, SECRET, now=now, tolerance=302).id == "msg_1"


@pytest.mark.parametrize("secret", ["", "whsec_", "whsec_?"])
def test_a_secret_that_is_none_is_the_callers_mistake(secret: str) -> None:
    with pytest.raises(ValueError, match="secret"):
        webhooks.verify(BODY, sign(), secret)


@pytest.mark.parametrize("body", [b"[]", b"{}", b'{"type": "invoice.paid"}', b"nonsense"])
def test_signed_messages_of_somebody_else_are_refused(body: bytes) -> None:
    with pytest.raises(ProtocolError):
        webhooks.verify(body, sign(body), SECRET)
