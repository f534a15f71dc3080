"""Every limit of the options is reached: what is just within passes, what is beyond is told why."""

import gzip
import json
import pathlib
import re
import subprocess
from collections.abc import Callable
from typing import Any, NamedTuple

import httpx
import pytest
from service import Service, find_binary

JSON = {"Content-Type": "application/json"}
EMPTY = {"pipeline": [], "documents": []}


def transform(http: httpx.Client, pipeline: Any, documents: Any) -> httpx.Response:
    return http.post("/transform", json={"pipeline": pipeline, "documents": documents})


def body(http: httpx.Client, size: int) -> httpx.Response:
    content = json.dumps(EMPTY).encode()
    return http.post("/transform", content=content.ljust(size), headers=JSON)


def header(http: httpx.Client, size: int) -> httpx.Response:
    return http.post("/transform", json=EMPTY, headers={"X-Padding": "x" * size})


def packed(http: httpx.Client, times: int) -> httpx.Response:
    """A body that becomes about so many times as long."""
    content = json.dumps(EMPTY).encode()
    size = len(gzip.compress(content))
    while len(content) < times * size:
        content += b" " * (times * size - len(content))
        size = len(gzip.compress(content))
    headers = {**JSON, "Content-Encoding": "gzip"}
    return http.post("/transform", content=gzip.compress(content), headers=headers)


def depth(http: httpx.Client, levels: int) -> httpx.Response:
    document: Any = {}
    for _ in range(levels - 1):
        document = {"a": document}
    return transform(http, [], [document])


def key(http: httpx.Client, size: int) -> httpx.Response:
    return transform(http, [], [{"k" * size: 1}])


def stages(http: httpx.Client, n: int) -> httpx.Response:
    """One of them holds the others."""
    return transform(http, [{"$facet": {"a": [{"$skip": 0}] * (n - 1)}}], [])


def documents(http: httpx.Client, n: int) -> httpx.Response:
    """Those of the other collections count too."""
    request = {**EMPTY, "documents": [{}], "collections": {"c": [{}] * (n - 1)}}
    request["pipeline"] = [{"$unionWith": "c"}]
    return http.post("/transform", json=request)


def output(http: httpx.Client, size: int) -> httpx.Response:
    return transform(http, [], [{"a": "x" * size}])


def memory(http: httpx.Client, n: int) -> httpx.Response:
    """Out of little comes much, and all of it is kept."""
    grown = [{"$set": {"a": {"$range": [0, n]}}}, {"$unwind": "$a"}]
    kept = {"$group": {"_id": None, "all": {"$push": "$$ROOT"}}}
    return transform(http, [*grown, kept, {"$project": {"n": {"$size": "$all"}}}], [{}])


def time(http: httpx.Client, n: int) -> httpx.Response:
    inner = {"$reduce": {"input": {"$range": [0, n]}, "initialValue": 0, "in": "$$this"}}
    outer = {"$map": {"input": {"$range": [0, n]}, "in": inner}}
    return transform(http, [{"$project": {"n": {"$sum": outer}}}], [{}])


def steps(http: httpx.Client, n: int) -> httpx.Response:
    return transform(http, [{"$match": {"a": {"$regex": "^(a+)+$"}}}], [{"a": "a" * n + "b"}])


def tasks(http: httpx.Client, n: int) -> httpx.Response:
    """The last of n."""
    answers = [http.post("/tasks", json={"title": "one"}) for _ in range(n)]
    assert all(answer.status_code == 201 for answer in answers[:-1])
    return answers[-1]


def task_bytes(http: httpx.Client, size: int) -> httpx.Response:
    return http.post("/tasks", json={"title": "one", "description": "x" * size})


class Limit(NamedTuple):
    """A value for the option; what reaches it from below, and what goes beyond."""

    value: str
    ask: Callable[[httpx.Client, int], httpx.Response]
    within: int
    beyond: int
    status: int


LIMITS = {
    "max-body": Limit("2KiB", body, 2048, 2049, 413),
    "max-depth": Limit("12", depth, 12, 13, 400),
    "max-documents": Limit("10", documents, 10, 11, 413),
    "max-header": Limit("2KiB", header, 1000, 2048, 431),
    "max-inflate-ratio": Limit("20", packed, 15, 40, 413),
    "max-key": Limit("16", key, 16, 17, 400),
    "max-memory": Limit("2MiB", memory, 1_000, 1_000_000, 422),
    "max-output": Limit("1KiB", output, 900, 1024, 422),
    "max-regex-steps": Limit("1000", steps, 3, 40, 422),
    "max-stages": Limit("5", stages, 5, 6, 400),
    "max-tasks": Limit("3", tasks, 3, 4, 503),
    "max-tasks-bytes": Limit("2KiB", task_bytes, 10, 1_990, 503),
    "max-time": Limit("200ms", time, 10, 1_000_000, 422),
}


# Reaching them is no refusal: shown there.
SHOWN_ELSEWHERE = {
    "max-job-time": "test_jobs.py",
    "max-waiters": "test_jobs.py",
}


def test_no_limit_is_forgotten() -> None:
    binary = find_binary()
    if binary is None:
        pytest.skip("no service has been built: set DOCMILL_BIN or build in build-test/")
    text = subprocess.run([binary, "serve", "--help"], capture_output=True, check=True).stdout
    assert sorted(re.findall(r"^  --(max-[a-z-]+)", text.decode(), re.M)) == sorted(
        [*LIMITS, *SHOWN_ELSEWHERE]
    )
    for name, file in SHOWN_ELSEWHERE.items():
        assert f'"--{name}"' in (pathlib.Path(__file__).parent / file).read_text(encoding="utf-8")


def asked(name: str, size: int) -> httpx.Response:
    """What a service with that limit alone answers."""
    limit = LIMITS[name]
    with (
        Service(f"--{name}", limit.value) as service,
        httpx.Client(base_url=service.url, timeout=30.0) as http,
    ):
        return limit.ask(http, size)


@pytest.mark.parametrize("name", LIMITS)
def test_a_limit_is_reached(name: str) -> None:
    if find_binary() is None:
        pytest.skip("no service has been built: set DOCMILL_BIN or build in build-test/")
    assert asked(name, LIMITS[name].within).is_success
    answer = asked(name, LIMITS[name].beyond)
    assert answer.status_code == LIMITS[name].status, answer.text
    assert answer.json()["limit"] == name
