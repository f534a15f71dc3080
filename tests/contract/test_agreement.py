"""The contract's types and the service take, and refuse, the same messages: random ones."""

import json
from typing import Any

import httpx
import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

SETTINGS = settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    print_blob=True,
)

# U+0000 and half surrogate pairs are refused by the service alone: no type can say so.
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=60)
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 9),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from([1.0, 5.0, 5.5]),
    TEXT,
    st.sampled_from(["", "x" * 50, "x" * 51, "é" * 200, "😀" * 201, "y" * 2000, "z" * 2001]),
)
VALUES = st.one_of(SCALARS, st.lists(SCALARS, max_size=2), st.just({}))


def messages(*names: str) -> st.SearchStrategy[Any]:
    """Objects with some of these members, and now and then something else entirely."""
    members = st.dictionaries(st.sampled_from(names), VALUES, max_size=4)
    titled = members.map(lambda message: {"title": "t", **message})
    return st.one_of(members, titled, VALUES)


TASKS = messages("title", "description", "priority", "status", "id", "version", "tilte", "Title")
OPTIONS = st.dictionaries(
    st.sampled_from(["max_time_ms", "max_memory_bytes", "seed", "explain", "max_time"]),
    st.one_of(
        VALUES, st.sampled_from(["none", "stages", 2**53 - 1, 2**53, 2**53 + 1, -(2**53), 10**9])
    ),
    max_size=3,
)


def is_valid(contract: dict[str, Any], name: str, message: Any) -> bool:
    schema = {**contract, "$ref": f"#/components/schemas/{name}"}
    return jsonschema.Draft202012Validator(schema).is_valid(message)


def send(http: httpx.Client, method: str, path: str, message: Any) -> httpx.Response:
    content = json.dumps(message)
    return http.request(method, path, content=content, headers={"Content-Type": "application/json"})


@SETTINGS
@given(message=TASKS)
def test_a_task_is_created_when_its_type_says_so(
    http: httpx.Client, contract: dict[str, Any], message: Any
) -> None:
    answer = send(http, "POST", "/tasks", message)
    assert (answer.status_code == 201) == is_valid(contract, "TaskCreate", message), answer.text
    if answer.status_code == 201:
        assert is_valid(contract, "Task", answer.json())
        http.delete(answer.headers["Location"])
    else:
        assert answer.json()["code"] == "validation_failed"


@pytest.fixture(scope="module")
def task_path(http: httpx.Client) -> str:
    """A task to be changed."""
    return http.post("/tasks", json={"title": "changed"}).headers["Location"]


@SETTINGS
@given(message=TASKS)
def test_a_task_is_changed_when_its_type_says_so(
    http: httpx.Client, contract: dict[str, Any], task_path: str, message: Any
) -> None:
    answer = send(http, "PUT", task_path, message)
    assert (answer.status_code == 200) == is_valid(contract, "TaskUpdate", message), answer.text
    if answer.status_code == 200:
        assert is_valid(contract, "Task", answer.json())


@SETTINGS
@given(message=TASKS)
def test_a_task_is_patched_when_its_type_says_so(
    http: httpx.Client, contract: dict[str, Any], task_path: str, message: Any
) -> None:
    answer = send(http, "PATCH", task_path, message)
    assert (answer.status_code == 200) == is_valid(contract, "TaskPatch", message), answer.text
    if answer.status_code == 200:
        assert is_valid(contract, "Task", answer.json())


@SETTINGS
@given(options=OPTIONS)
def test_options_are_taken_when_their_type_says_so(
    http: httpx.Client, contract: dict[str, Any], options: dict[str, Any]
) -> None:
    message = {"documents": [], "pipeline": [], "options": options}
    answer = send(http, "POST", "/transform/validate", message)
    if answer.status_code == 422:
        assert answer.json()["limit"] == "max-memory"
        return
    assert (answer.status_code == 200) == is_valid(contract, "TransformRequest", message), (
        answer.text
    )
