"""Every code of errors.yaml can be had, and looks as the contract says."""

import json
import pathlib
import re
import socket
import urllib.parse
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import jsonschema
import pytest
from service import Service, find_binary

ROOT = pathlib.Path(__file__).resolve().parents[2]

# Limits small enough to reach; deadlines that a test can wait for.
OPTIONS = (
    *("--max-body", "64KiB"),
    *("--max-depth", "12"),
    *("--max-key", "16"),
    *("--max-stages", "3"),
    *("--max-documents", "10"),
    *("--max-output", "1KiB"),
    *("--max-tasks", "1"),
    *("--body-timeout", "300ms"),
    *("--header-timeout", "300ms"),
)

# Not to be had from a service that runs well, or not by its caller; where each is shown.
SHOWN_ELSEWHERE = {
    "abandoned": "tests/api/test_transform.py",
    "credentials_invalid": "tests/api/test_auth.py",
    "credentials_missing": "tests/api/test_auth.py",
    "draining": "tests/api/test_lifecycle.py",
    "internal": "tests/unit/test_problem.c",
    "overloaded": "tests/api/test_load.py",
    "result_expired": "tests/api/test_jobs.py",
    "scope_missing": "tests/api/test_auth.py",
    "worker_lost": "tests/unit/test_store_jobs.c",
}

JSON = {"Content-Type": "application/json"}


class Limited:
    """A service with small limits, spoken to as a client and byte by byte."""

    def __init__(self, url: str) -> None:
        self.http = httpx.Client(base_url=url, timeout=30.0)
        parts = urllib.parse.urlsplit(url)
        assert parts.hostname is not None
        assert parts.port is not None
        self._address = (parts.hostname, parts.port)

    def raw(self, request: bytes, *, ends: bool = False) -> httpx.Response:
        """What comes back for these bytes; `ends`: nothing follows them."""
        with socket.create_connection(self._address, timeout=30.0) as connection:
            connection.sendall(request)
            if ends:
                connection.shutdown(socket.SHUT_WR)
            received = b""
            while chunk := connection.recv(65536):
                received += chunk
        head, _, body = received.partition(b"\r\n\r\n")
        status_line, *lines = head.decode("latin-1").split("\r\n")
        headers = [tuple(line.split(": ", 1)) for line in lines]
        return httpx.Response(int(status_line.split()[1]), headers=headers, content=body)

    def transform(self, pipeline: Any, documents: Any = (), **members: Any) -> httpx.Response:
        request = {"documents": list(documents), "pipeline": pipeline, **members}
        return self.http.post("/transform", json=request)


@pytest.fixture(scope="module")
def limited() -> Iterator[Limited]:
    if find_binary() is None:
        pytest.skip("no service has been built: set DOCMILL_BIN or build in build-test/")
    with Service(*OPTIONS) as service:
        limited = Limited(service.url)
        yield limited
        limited.http.close()


def outdated(limited: Limited) -> httpx.Response:
    """A change for a version that there never was."""
    limited.http.post("/tasks", json={"title": "the only one"})
    task = limited.http.get("/tasks").json()["tasks"][0]
    return limited.http.delete(f"/tasks/{task['id']}", headers={"If-Match": '"99"'})


def a_task(limited: Limited) -> str:
    """The id of a plain task."""
    limited.http.post("/tasks", json={"title": "the only one"})
    return str(limited.http.get("/tasks").json()["tasks"][0]["id"])


def one_task_too_many(limited: Limited) -> httpx.Response:
    limited.http.post("/tasks", json={"title": "the only one"})
    return limited.http.post("/tasks", json={"title": "one too many"})


def another_body(limited: Limited) -> httpx.Response:
    """A key that another request has used."""
    for task in limited.http.get("/tasks").json()["tasks"]:
        limited.http.delete(f"/tasks/{task['id']}")
    headers = {"Idempotency-Key": "the same one"}
    assert limited.http.post("/tasks", json={"title": "one"}, headers=headers).status_code == 201
    return limited.http.post("/tasks", json={"title": "another"}, headers=headers)


def nested(levels: int) -> list[Any]:
    return [nested(levels - 1)] if levels > 1 else []


GET = b"GET / HTTP/1.1\r\nHost: x\r\n"
POST = b"POST /tasks HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"

PRODUCERS: dict[str, Callable[[Limited], httpx.Response]] = {
    "body_incomplete": lambda s: s.raw(POST + b"Content-Length: 9\r\n\r\n{}", ends=True),
    "content_coding_invalid": lambda s: s.http.post(
        "/transform", content=b"{}", headers={**JSON, "Content-Encoding": "gzip"}
    ),
    "cursor_invalid": lambda s: s.http.get("/tasks?cursor=x"),
    "framing_invalid": lambda s: s.raw(GET + b"Host: y\r\n\r\n"),
    "json_malformed": lambda s: s.http.post("/transform", content=b"{", headers=JSON),
    "key_too_long": lambda s: s.transform([], [{"k" * 17: 1}]),
    "parameter_invalid": lambda s: s.http.get("/tasks?limit=0"),
    "pipeline_invalid": lambda s: s.transform([{"$foo": 1}]),
    "too_deep": lambda s: s.transform([], [{"a": nested(12)}]),
    "too_many_stages": lambda s: s.transform([{"$limit": 1}] * 4),
    "validation_failed": lambda s: s.http.post("/tasks", json={}),
    "not_found": lambda s: s.http.get("/nowhere"),
    "method_not_allowed": lambda s: s.http.delete("/version"),
    "not_acceptable": lambda s: s.http.post(
        "/transform", json={"documents": [], "pipeline": []}, headers={"Accept": "text/html"}
    ),
    "timeout": lambda s: s.raw(POST + b"Content-Length: 9\r\n\r\n{}"),
    "conflict": lambda s: s.http.post(f"/tasks/{a_task(s)}/cancel", content=b""),
    "length_required": lambda s: s.raw(POST + b"\r\n"),
    "precondition_failed": outdated,
    "body_too_large": lambda s: s.transform([], [{"a": "x" * 70_000}]),
    "too_many_documents": lambda s: s.transform([], [{}] * 11),
    "uri_too_long": lambda s: s.http.get("/tasks?status=" + "x" * 12_000),
    "unsupported_media_type": lambda s: s.http.post("/tasks", content=b"{}"),
    "expectation_failed": lambda s: s.raw(GET + b"Expect: a-miracle\r\n\r\n"),
    "idempotency_mismatch": another_body,
    "memory_limit": lambda s: s.transform([], [{}], options={"max_memory_bytes": 1}),
    "output_limit": lambda s: s.transform([], [{"a": "x" * 2000}]),
    "pipeline_failed": lambda s: s.transform([{"$set": {"b": {"$divide": ["$a", 0]}}}], [{"a": 1}]),
    "regex_limit": lambda s: s.transform(
        [{"$match": {"a": {"$regex": "^(a+)+$"}}}], [{"a": "a" * 40 + "b"}]
    ),
    "time_limit": lambda s: s.transform(
        [{"$set": {"b": {"$reduce": {"input": {"$range": [0, 10_000_000]},
                                     "initialValue": 0, "in": {"$add": ["$$value", 1]}}}}}],
        [{}],
        options={"max_time_ms": 1},
    ),
    "header_too_large": lambda s: s.http.get("/", headers={"X-Long": "x" * 20_000}),
    "not_implemented": lambda s: s.raw(GET.replace(b"GET", b"BREW") + b"\r\n"),
    "store_unavailable": one_task_too_many,
    "version_not_supported": lambda s: s.raw(GET.replace(b"1.1", b"2.0") + b"\r\n"),
}  # fmt: skip


def test_every_code_is_produced_by_a_test(errors: dict[str, Any]) -> None:
    assert PRODUCERS.keys() | SHOWN_ELSEWHERE.keys() == errors.keys()
    for code, path in SHOWN_ELSEWHERE.items():
        text = (ROOT / path).read_text(encoding="utf-8").replace("\\", "")
        assert f'"{code}' in text or str(errors[code]["status"]) in text, code


def test_the_service_knows_no_other_code(errors: dict[str, Any]) -> None:
    named = {
        code
        for path in (ROOT / "service").rglob("*.c")
        for code in re.findall(r'\.code = "(\w+)"', path.read_text(encoding="utf-8"))
    }
    assert named
    assert named <= errors.keys()


def test_codes_are_in_order(errors: dict[str, Any]) -> None:
    rows = [(row["status"], code) for code, row in errors.items()]
    assert rows == sorted(rows)
    assert all(row["retry"] in ("never", "later", "unknown") for row in errors.values())


@pytest.mark.parametrize("code", PRODUCERS)
def test_an_error_is_as_the_contract_says(
    limited: Limited, contract: dict[str, Any], errors: dict[str, Any], code: str
) -> None:
    answer = PRODUCERS[code](limited)
    problem = json.loads(answer.content)
    assert problem["code"] == code, problem
    row = errors[code]
    assert answer.status_code == problem["status"] == row["status"]
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["X-Request-Id"] == problem["request_id"]
    assert problem["title"] == row["title"]
    assert problem["type"] == f"urn:docmill:error:{code}"
    schema = {"$ref": "#/components/schemas/Problem"}
    jsonschema.Draft202012Validator({**contract, **schema}).validate(problem)
    if row["status"] == 503:
        assert int(answer.headers["Retry-After"]) >= 1


@pytest.mark.parametrize(
    ("code", "limit"),
    [
        ("key_too_long", "max-key"),
        ("too_deep", "max-depth"),
        ("too_many_stages", "max-stages"),
        ("body_too_large", "max-body"),
        ("too_many_documents", "max-documents"),
        ("memory_limit", "max-memory"),
        ("output_limit", "max-output"),
        ("regex_limit", "max-regex-steps"),
        ("time_limit", "max-time"),
        ("store_unavailable", "max-tasks"),
    ],
)
def test_a_limit_is_named(limited: Limited, code: str, limit: str) -> None:
    assert PRODUCERS[code](limited).json()["limit"] == limit


def test_the_limits_are_those_of_capabilities(limited: Limited) -> None:
    limits = limited.http.get("/capabilities").json()["limits"]
    assert limits["max-body"] == 65536
    assert limits["max-depth"] == 12
    assert limits["max-tasks"] == 1
