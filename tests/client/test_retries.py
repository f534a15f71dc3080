"""Calls that have to be made more than once."""

import email.utils
import time

import httpx
import pytest

import docmill

TASK = {
    "id": "018f6f0e-7a2b-7c3d-8e4f-5a6b7c8d9e0f",
    "title": "Test",
    "description": "",
    "status": "pending",
    "priority": 1,
    "created_at": "2026-01-02T03:04:05.678Z",
}


class Script:
    """Answers by a list; an exception in it is raised."""

    def __init__(self, *answers):
        self.answers = list(answers)
        self.requests = []

    def __call__(self, request):
        self.requests.append(request)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


def busy(**headers):
    problem = {"status": 503, "code": "overloaded", "detail": "The queue is full."}
    return httpx.Response(503, json=problem, headers=headers)


def ok():
    return httpx.Response(200, json={"documents": [], "stats": {}})


def test_a_transform_is_repeated_with_the_same_body(connect, naps):
    script = Script(busy(), httpx.ReadError("reset"), ok())
    assert connect(script).transform([{"a": 1}], []) == []
    first, second, third = (request.content for request in script.requests)
    assert first == second == third
    assert len(naps) == 2


def test_bytes_and_files_are_repeated_from_where_they_began(connect, naps, tmp_path):
    path = tmp_path / "documents.json"
    path.write_bytes(b'XX[{"a": 1}]')
    with path.open("rb") as file:
        file.read(2)
        script = Script(busy(), ok())
        connect(script).transform(file, [])
    first, second = (request.content for request in script.requests)
    assert first == second
    assert first.endswith(b'"documents":[{"a": 1}]}')


def test_an_iterator_is_sent_once(connect, naps):
    script = Script(busy())
    with pytest.raises(docmill.Overloaded):
        connect(script).transform(iter([{"a": 1}]), [])
    assert len(script.requests) == 1


def test_waits_as_long_as_the_service_asks(connect, naps):
    connect(Script(busy(**{"Retry-After": "7"}), ok())).transform([], [])
    assert 7.0 <= naps[0] <= 7.25


def test_understands_a_date_in_retry_after(connect, naps):
    date = email.utils.formatdate(time.time() + 20, usegmt=True)
    connect(Script(busy(**{"Retry-After": date}), ok())).transform([], [])
    assert 18.0 <= naps[0] <= 20.25


@pytest.mark.parametrize("header", ["soon", "-1", "1e3", "Tue, 99 Foo 2026"])
def test_a_retry_after_that_makes_no_sense_is_none(connect, naps, header):
    connect(Script(busy(**{"Retry-After": header}), ok())).transform([], [])
    assert naps[0] <= 0.25


def test_does_not_sleep_past_the_deadline(connect, naps):
    client = connect(Script(busy(**{"Retry-After": "30"})))
    with pytest.raises(docmill.Overloaded) as caught:
        client.transform([], [], timeout=5.0)
    assert caught.value.retry_after == 30.0
    assert naps == []


def test_retries_can_be_turned_off(connect, naps):
    script = Script(busy())
    with pytest.raises(docmill.Overloaded):
        connect(script, retries=0).transform([], [])
    assert len(script.requests) == 1


@pytest.mark.parametrize("answer", [busy, lambda: httpx.ReadError("reset")])
def test_a_task_is_not_created_twice(connect, naps, answer):
    script = Script(answer(), httpx.Response(201, json=TASK))
    assert connect(script).tasks.create("Test").title == "Test"
    assert len({request.headers["Idempotency-Key"] for request in script.requests}) == 1


def test_a_task_that_never_left_is_sent_again(connect, naps):
    script = Script(httpx.ConnectError("refused"), httpx.Response(201, json=TASK))
    assert connect(script).tasks.create("Test").title == "Test"


def test_a_deletion_whose_answer_was_lost_has_worked(connect, naps):
    gone = httpx.Response(404, json={"code": "not_found"})
    connect(Script(httpx.ReadError("reset"), gone)).tasks.delete(TASK["id"])
    assert len(naps) == 1


def test_says_what_could_not_be_reached(connect, naps):
    refused = [httpx.ConnectError("Connection refused") for _ in range(3)]
    with pytest.raises(docmill.ConnectionFailed, match=r"http://mill\.test.*refused") as caught:
        connect(Script(*refused)).tasks.get(TASK["id"])
    assert not caught.value.sent
