"""What is sent to use a service up: it is answered or refused, and memory stays under its limit."""

import json
import pathlib
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from service import Service, find_binary

MEMORY = 64 << 20
# Beside what transforms use: the program, its threads' stacks, the sanitizer's own.
BESIDES = 400 << 20
OPTIONS = ("--max-memory", "64MiB", "--max-output", "16MiB", "--max-time", "3s")

MANY = [{"_id": i, "k": 1, "next": (i + 1) % 2000} for i in range(2000)]
HUNDREDS = {key: list(range(200)) for key in "abc"}

Row = tuple[Any, list[Any], set[str]]


def nested(depth: int) -> str:
    """$not of $not of … true."""
    return '{"$not":[' * depth + "true" + "]}" * depth


def project(expression: Any) -> list[Any]:
    return [{"$project": {"r": expression}}]


def reduced(initial: Any, step: Any, n: int = 100) -> list[Any]:
    numbers = {"$range": [0, n]}
    return project({"$reduce": {"input": numbers, "initialValue": initial, "in": step}})


def mapped(n: int, body: Any) -> Any:
    return {"$map": {"input": {"$range": [0, n]}, "in": body}}


def matched(pattern: str) -> list[Any]:
    return [{"$match": {"s": {"$regex": pattern}}}]


PRODUCT = [{"$unwind": "$a"}, {"$unwind": "$b"}, {"$unwind": "$c"}]
GROWN = [{"$set": {"r": {"$range": [0, 100_000]}}}, {"$unwind": "$r"}]
KEPT = {"$group": {"_id": None, "all": {"$push": "$$ROOT"}}}
JOIN = {"$lookup": {"from": "c", "localField": "k", "foreignField": "k", "as": "d"}}
JOINED = [JOIN, {"$unwind": "$d"}]
LINK = {"startWith": "$k", "connectFromField": "k", "connectToField": "k"}
GRAPH = {"$graphLookup": {"from": "c", "as": "d", **LINK}}
WINDOWS = {"$setWindowFields": {"output": {"r": {"$push": "$$ROOT"}}}}
SETS = {"$group": {"_id": None, "s": {"$addToSet": "$r"}, "p": {"$push": "$$ROOT"}}}
PAIRS = {"$group": {"_id": {"a": "$_id", "b": "$r"}}}
PADDED = {"$set": {"padding": "x" * 200}}
FACETS = {"$facet": {f"f{i}": [KEPT] for i in range(100)}}
DENSE = {"$densify": {"field": "v", "range": {"step": 1, "bounds": [0, 100_000_000]}}}
TWICE = ["$$value", "$$value"]
SEARCHED = {
    "$cond": [
        {"$in": ["$$this", "$$value"]},
        "$$value",
        {"$concatArrays": ["$$value", ["$$this"]]},
    ]
}
REPLACED = {"$replaceAll": {"input": "$$value", "find": "a", "replacement": "aab"}}
FOUND = {"$regexFindAll": {"input": "$s", "regex": "^(a|aa)+c"}}

ANY = {"max-output", "max-memory", "max-time"}
STATE = {"max-memory", "max-time"}

# A pipeline, documents, and the limits that may be what ends it.  A limit of the stage is "".
HOSTILE: dict[str, Row] = {
    "a product": (PRODUCT, [HUNDREDS], {"max-output", "max-time"}),
    "a product, kept": ([*PRODUCT, KEPT], [HUNDREDS], STATE),
    "a range": (project({"$range": [0, 1_000_000_000]}), [{}], {"max-memory"}),
    "a string doubled": (reduced("x", {"$concat": TWICE}), [{}], {"max-memory"}),
    "an array doubled": (reduced([1], {"$concatArrays": TWICE}), [{}], {"max-memory"}),
    "an object doubled": (reduced({}, {"a": "$$value", "b": "$$value"}), [{}], {"max-depth", *ANY}),
    "a string replaced": (reduced("a", REPLACED), [{}], STATE),
    "a list searched": (reduced([], SEARCHED, 1_000_000), [{}], STATE),
    "maps in maps": (project(mapped(100_000, mapped(100_000, "$$this"))), [{}], STATE),
    "joins of joins": ([*JOINED, *JOINED, *JOINED, KEPT], MANY, STATE),
    "a join, all of it": ([JOIN], MANY, ANY),
    "a graph, all of it": ([GRAPH], MANY, ANY),
    "windows of everything": ([WINDOWS], MANY, ANY),
    "sets of everything": ([*GROWN, SETS], MANY, STATE),
    "groups without end": ([*GROWN, PAIRS], MANY, STATE),
    "facets of everything": ([PADDED, FACETS], MANY, ANY),
    "backtracking": (matched("^(a+)+$"), [{"s": "a" * 60 + "b"}], {"max-regex-steps"}),
    "two ways each": (matched("^(a|aa)+$"), [{"s": "a" * 60 + "b"}], {"max-regex-steps"}),
    "found nowhere": (project(FOUND), [{"s": "a" * 60 + "bc"}], {"max-regex-steps"}),
    "steps without end": ([DENSE], [], {""}),
}


@pytest.fixture(scope="module")
def hostile() -> Iterator[Service]:
    if find_binary() is None:
        pytest.skip("no service has been built: set DOCMILL_BIN or build in build-test/")
    with Service(*OPTIONS) as running:
        yield running


def peak_bytes(service: Service) -> int:
    """The most that the process has ever held in memory."""
    status = pathlib.Path(f"/proc/{service.process.pid}/status").read_text(encoding="utf-8")
    return int(status.split("VmHWM:")[1].split()[0]) << 10


def post(service: Service, content: str) -> httpx.Response:
    headers = {"Content-Type": "application/json"}
    return httpx.post(f"{service.url}/transform", content=content, headers=headers, timeout=30.0)


@pytest.mark.parametrize("name", HOSTILE)
def test_what_asks_for_too_much_is_refused(hostile: Service, name: str) -> None:
    pipeline, documents, limits = HOSTILE[name]
    request = {"pipeline": pipeline, "documents": documents, "collections": {"c": MANY}}
    answer = post(hostile, json.dumps(request))
    assert 400 <= answer.status_code < 500, answer.text[:200]
    assert answer.json().get("limit", "") in limits, answer.text[:500]
    assert peak_bytes(hostile) < MEMORY + BESIDES
    assert post(hostile, '{"pipeline": [], "documents": [{}]}').json()["documents"] == [{}]


def test_a_cycle_ends_by_itself(hostile: Service) -> None:
    graph = {"from": "c", "startWith": "$next", "connectFromField": "next", "connectToField": "_id"}
    pipeline = [{"$limit": 1}, {"$graphLookup": {**graph, "as": "d"}}]
    pipeline.append({"$project": {"n": {"$size": "$d"}}})
    request = {"pipeline": pipeline, "documents": MANY, "collections": {"c": MANY}}
    assert post(hostile, json.dumps(request)).json()["documents"] == [{"_id": 0, "n": 2000}]


@pytest.mark.parametrize("depth", [10, 40, 100, 1_000, 100_000, 1_000_000])
def test_depth_is_answered_or_refused(hostile: Service, depth: int) -> None:
    expression = f'[{{"$project":{{"r":{nested(depth)}}}}}]'
    answer = post(hostile, f'{{"documents":[{{}}],"pipeline":{expression}}}')
    if answer.is_success:
        assert answer.json()["documents"] == [{"r": depth % 2 == 0}]
        assert depth < 100
    else:
        assert (answer.status_code, answer.json()["limit"]) == (400, "max-depth")
        assert depth >= 40


def test_depth_of_documents_and_queries_is_refused_too(hostile: Service) -> None:
    deep = '{"a":' * 1_000_000 + "1" + "}" * 1_000_000
    for request in (
        f'{{"pipeline":[],"documents":[{deep}]}}',
        f'{{"documents":[],"pipeline":[{{"$match":{deep}}}]}}',
        f'{{"documents":[],"pipeline":[],"let":{deep}}}',
        '{"documents":[],"pipeline":' + '[{"$facet":{"a":' * 5000 + "[]" + "}}]" * 5000 + "}",
    ):
        answer = post(hostile, request)
        assert (answer.status_code, answer.json()["limit"]) == (400, "max-depth")
