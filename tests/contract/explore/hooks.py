"""What schemathesis does not know by itself: our media types, pipelines that run, some promises."""

import itertools
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import jsonschema
import schemathesis
from hypothesis import strategies as st

ROOT: Final = Path(__file__).resolve().parents[3]
sys.path[:0] = [str(ROOT / "proto"), str(ROOT / "tests" / "lib")]

import bundle  # noqa: E402  # where it is is known only now
import case_files  # noqa: E402
import random_pipelines  # noqa: E402

JSON: Final = {"application/json", "application/ejson", "application/merge-patch+json"}
KEY_MAX: Final = 255
NUMBER_MAX: Final = 8
NUMBERS: Final = itertools.count()
PROBLEM: Final = "application/problem+json"

schemathesis.serializer.alias(
    ["application/ejson", "application/merge-patch+json"], "application/json"
)
schemathesis.serializer.alias("application/x-ndjson", "text/plain")


@schemathesis.deserializer("application/ejson")
def read_ejson(_: schemathesis.DeserializationContext, response: schemathesis.Response) -> Any:
    """It is JSON to whoever does not look into it."""
    return json.loads(response.content)


@schemathesis.deserializer("application/x-ndjson")
def read_lines(_: schemathesis.DeserializationContext, response: schemathesis.Response) -> str:
    """The schema says no more than that it is text; each line must be a document all the same."""
    text = response.content.decode("utf-8")
    for line in text.splitlines():
        assert isinstance(json.loads(line), dict), line
    return text


def _work(case: case_files.Case) -> dict[str, Any]:
    documents = case.given if isinstance(case.given, list) else [case.given]
    return {"documents": documents, "pipeline": case.spec}


# Words at random hardly ever make a pipeline that compiles.
WORK: Final = st.one_of(
    st.fixed_dictionaries(
        {"documents": random_pipelines.documents, "pipeline": random_pipelines.pipelines}
    ),
    st.sampled_from([_work(case) for case in case_files.read_all() if case.is_pipeline]),
)
CONTRACT: Final = bundle.bundle("0")[0]


def _validator(name: str) -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator({**CONTRACT, "$ref": f"#/components/schemas/{name}"})


REQUEST: Final = _validator("TransformRequest")
CREATION: Final = _validator("TaskCreate")


@schemathesis.hook
def flatmap_body(context: schemathesis.HookContext, body: Any) -> st.SearchStrategy[Any]:
    """Put work that can be done into half of the bodies, but for those that are to be refused."""
    operation = context.operation
    same = st.just(body)
    if operation is None or not isinstance(body, (dict, str)):
        return same
    if operation.path.startswith("/transform"):
        if isinstance(body, str):
            return same | WORK.map(_to_lines)
        if REQUEST.is_valid(body):
            return same | WORK.map(lambda work: {**body, **work})
    elif (operation.method, operation.path) == ("post", "/tasks") and CREATION.is_valid(body):
        return same | WORK.map(lambda work: {**body, "transform": work})
    return same


def _to_lines(work: Mapping[str, Any]) -> str:
    lines = [{"pipeline": work["pipeline"]}, *work["documents"]]
    return "".join(f"{json.dumps(line)}\n" for line in lines)


@schemathesis.hook
def before_call(
    _: schemathesis.HookContext, case: schemathesis.Case, kwargs: dict[str, Any]
) -> None:
    """Make keys of creations that were used before new ones.

    The second answer to a key is the first one again, and what it tells of may be deleted by then.
    """
    key = (case.headers or {}).get("Idempotency-Key")
    if key and key.isascii() and key.isprintable() and len(key) <= KEY_MAX - NUMBER_MAX:
        case.headers["Idempotency-Key"] = f"{key}{next(NUMBERS)}"


@schemathesis.hook
def filter_case(context: schemathesis.HookContext, case: schemathesis.Case) -> bool:
    """U+0000 is refused in a whole task, also where what stands there is ignored otherwise."""
    is_task = case.path == "/tasks/{id}" and isinstance(case.body, dict)
    return not (is_task and "\\u0000" in json.dumps(case.body))


@schemathesis.check
def promises(
    _: schemathesis.CheckContext, response: schemathesis.Response, case: schemathesis.Case
) -> None:
    """What the contract says of all answers in words only."""
    headers = {name.lower(): values[0] for name, values in response.headers.items()}
    assert headers.get("x-request-id"), "an answer without X-Request-Id"
    if response.status_code < 400 or case.method == "HEAD":
        return
    assert headers.get("content-type") == PROBLEM, "an error that is no problem document"
    problem = json.loads(response.content)
    assert problem["status"] == response.status_code, "another status in the problem document"
    assert problem["request_id"] == headers["x-request-id"], "another request_id"
    if response.status_code == 405:
        assert case.method not in headers["allow"].split(", "), "a 405 for what Allow has"
    if response.status_code == 503:
        assert int(headers["retry-after"]) >= 1, "a 503 without Retry-After"
