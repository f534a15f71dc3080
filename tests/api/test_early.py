"""Lines that are computed while they arrive: nobody can tell but by the clock."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from service import Service
from until import until
from wire import Answer, Wire

KIND = "application/x-ndjson"
PIECE = 64 << 10
N = 30_000
INFLIGHT = "docmill_compute_inflight"
USED = 'docmill_transform_early_total{result="used"}'
GIVEN_UP = 'docmill_transform_early_total{result="given_up"}'

SIDE = {"cities": [{"_id": n, "name": f"the city {n}"} for n in range(300)]}
LOOKUP = {"from": "cities", "localField": "city", "foreignField": "_id", "as": "in"}
WINDOW = {"sum": {"$sum": "$price", "window": {"documents": ["unbounded", "current"]}}}
PIPELINES: dict[str, list[dict[str, Any]]] = {
    "streamed": [{"$match": {"city": {"$lt": 30}}}, {"$set": {"price": {"$add": ["$price", 1]}}}],
    "grouped": [{"$group": {"_id": "$city", "sum": {"$sum": "$price"}, "n": {"$count": {}}}}],
    "kept": [{"$sort": {"price": -1, "_id": 1}}, {"$limit": 50}],
    "windows": [
        {"$setWindowFields": {"partitionBy": "$city", "sortBy": {"_id": 1}, "output": WINDOW}},
        {"$match": {"city": 7}},
    ],
    "joined": [{"$match": {"city": {"$lt": 9}}}, {"$lookup": LOOKUP}],
    "first": [{"$limit": 2}],
    "facets": [{"$facet": {"n": [{"$count": "n"}], "few": [{"$skip": 5}, {"$limit": 2}]}}],
}


def documents() -> bytes:
    lines = (
        {"_id": n, "city": n % 300, "price": n * 7919 % 10007 / 8, "note": "é" * 30}
        for n in range(N)
    )
    return b"".join(json.dumps(line, ensure_ascii=False).encode() + b"\n" for line in lines)


LINES = documents()


def body_of(pipeline: Any, lines: bytes = LINES) -> bytes:
    head = {"pipeline": pipeline, "collections": SIDE, "options": {"now": "2026-01-01T00:00:00Z"}}
    return json.dumps(head).encode() + b"\n" + lines


def begin(wire: Wire, how: str) -> None:
    head = f"POST /transform HTTP/1.1\r\nHost: x\r\nContent-Type: {KIND}\r\nAccept: {KIND}\r\n{how}"
    wire.send(head.encode() + b"\r\n\r\n")


def send_in_chunks(service: Service, body: bytes) -> Answer:
    """Only read when all of it is there."""
    with Wire(service.address) as wire:
        begin(wire, "Transfer-Encoding: chunked")
        wire.send(b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body))
        return wire.receive()


def send_whole(service: Service, body: bytes) -> Answer:
    """With its size, so that it may be followed."""
    with Wire(service.address) as wire:
        begin(wire, f"Content-Length: {len(body)}")
        for at in range(0, len(body), PIECE):
            wire.send(body[at : at + PIECE])
        return wire.receive()


@pytest.fixture(scope="module", params=["1", "2"])
def following(request: pytest.FixtureRequest) -> Iterator[Service]:
    """One thread goes on with what it has begun; two may be quicker with the whole."""
    with Service("--threads", request.param) as running:
        yield running


def same_of(service: Service, body: bytes, expected: Answer) -> bool:
    """Was this one computed early?  Its answer is the same anyhow."""
    used = service.metric(USED)
    answer = send_whole(service, body)
    assert (answer.status, answer.body) == (expected.status, expected.body)
    assert answer.headers["docmill-documents"] == expected.headers["docmill-documents"]
    return service.metric(USED) > used


@pytest.mark.parametrize("what", PIPELINES)
def test_the_answer_is_that_of_the_whole(following: Service, what: str) -> None:
    body = body_of(PIPELINES[what])
    expected = send_in_chunks(following, body)
    assert expected.status == 200, expected.body[:500]
    if following.arguments[1] == "1":
        until(lambda: same_of(following, body, expected), "computed early")
    else:
        same_of(following, body, expected)


@pytest.mark.parametrize(
    ("pipeline", "lines"),
    [
        ([{"$limit": 1}], LINES + b'{"a": 1,}\n'),
        ([{"$limit": 1}], LINES + b'{"a": "\xff"}\n'),
        ([{"$limit": 1}], LINES + b"[1]\n"),
        ([{"$set": {"a": {"$divide": [1, {"$subtract": ["$_id", N - 5]}]}}}], LINES),
        ([{"$set": {"a": {"$divid": [1, 2]}}}], LINES),
        ([{"$push": "$$ROOT"}], LINES),
    ],
)
def test_what_is_wrong_is_said_as_of_the_whole(
    following: Service, pipeline: list[Any], lines: bytes
) -> None:
    body = body_of(pipeline, lines)
    expected, answer = send_in_chunks(following, body), send_whole(following, body)
    assert expected.status >= 400
    unique = {"instance", "trace_id", "request_id"}
    problems = [
        {key: value for key, value in each.json().items() if key not in unique}
        for each in (expected, answer)
    ]
    assert problems[0] == problems[1]


def test_who_leaves_in_the_middle_holds_nothing(following: Service) -> None:
    body = body_of(PIPELINES["kept"])
    memory = following.metric("docmill_memory_used_bytes")
    for _ in range(5):
        with Wire(following.address) as wire:
            begin(wire, f"Content-Length: {len(body)}")
            wire.send(body[: len(body) * 3 // 4])
    until(lambda: following.metric(INFLIGHT) == 0, "nothing runs")
    until(lambda: following.metric("docmill_memory_used_bytes") <= memory, "nothing is held")


def given_up_on(service: Service, body: bytes, expected: bytes) -> bool:
    """Was it given up, when the last part did not come until nobody waited for it?"""
    given_up = service.metric(GIVEN_UP)
    with Wire(service.address) as wire:
        begin(wire, f"Content-Length: {len(body)}")
        wire.send(body[:-PIECE])
        until(lambda: service.metric(INFLIGHT) == 0, "it is not waited for")
        wire.send(body[-PIECE:])
        assert wire.receive().body == expected
    return service.metric(GIVEN_UP) > given_up


def test_a_slow_caller_holds_no_thread(following: Service) -> None:
    body = body_of(PIPELINES["streamed"])
    expected = send_in_chunks(following, body).body
    until(lambda: given_up_on(following, body, expected), "given up")


def test_a_first_line_that_never_ends_is_not_waited_for(following: Service) -> None:
    body = b'{"pipeline": [], "let": {"a": "' + b"x" * (2 << 20) + b'"}}\n{"a": 1}\n'
    answer = send_whole(following, body)
    assert (answer.status, answer.body) == (200, b'{"a": 1}\n')
