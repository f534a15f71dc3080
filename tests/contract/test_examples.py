"""Every example of proto/examples is what the contract says, and what the service does."""

import json
import pathlib
import re
from typing import Any

import httpx
import jsonschema
import pytest
import yaml

EXAMPLES = sorted((pathlib.Path(__file__).resolve().parents[2] / "proto/examples").glob("*.yaml"))

# What differs from run to run; its form is still checked.
VOLATILE = {
    "id", "created_at", "updated_at", "request_id",
    "duration_us", "peak_bytes", "version", "revision", "compiler",
}  # fmt: skip


@pytest.fixture(params=EXAMPLES, ids=[path.stem for path in EXAMPLES])
def example(request: pytest.FixtureRequest) -> dict[str, Any]:
    """One exchange."""
    return yaml.safe_load(request.param.read_text(encoding="utf-8"))


def find_operation(contract: dict[str, Any], example: dict[str, Any]) -> dict[str, Any]:
    """What the contract says of the example's operation; its path must be the example's too."""
    method = example["request"]["method"].lower()
    for path, item in contract["paths"].items():
        if item.get(method, {}).get("operationId") == example["operation"]:
            pattern = re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(path))
            assert re.fullmatch(pattern, example["request"]["path"].partition("?")[0])
            return item[method]
    pytest.fail(f"there is no operation {example['operation']}")


def check(contract: dict[str, Any], content: dict[str, Any], message: dict[str, Any]) -> None:
    """Validate a body against the type that the contract has for its media type."""
    media_type = message["headers"]["Content-Type"]
    schema = content[media_type]["schema"]
    value = message["body"] if "body" in message else message["text"]
    checker = jsonschema.Draft202012Validator.FORMAT_CHECKER
    jsonschema.Draft202012Validator({**contract, **schema}, format_checker=checker).validate(value)


def test_requests_are_of_their_types(contract: dict[str, Any], example: dict[str, Any]) -> None:
    operation = find_operation(contract, example)
    request = example["request"]
    if "body" not in request and "text" not in request:
        assert "requestBody" not in operation
        return
    content = operation["requestBody"]["content"]
    if example["response"]["status"] < 400 or example["response"]["status"] == 412:
        check(contract, content, request)
        return
    if "body" in request and example["response"]["body"]["code"] == "validation_failed":
        with pytest.raises(jsonschema.ValidationError):
            check(contract, content, request)


def test_responses_are_of_their_types(contract: dict[str, Any], example: dict[str, Any]) -> None:
    operation = find_operation(contract, example)
    response = example["response"]
    assert str(response["status"]) in operation["responses"], "the status is not in the contract"
    described = operation["responses"][str(response["status"])]
    if "body" in response or "text" in response:
        check(contract, described["content"], response)
    else:
        assert "content" not in described


def without_volatile(value: Any) -> Any:
    """The value with everything that differs from run to run made the same."""
    if isinstance(value, list):
        return [without_volatile(item) for item in value]
    if isinstance(value, dict):
        return {
            key: type(item).__name__ if key in VOLATILE else without_volatile(item)
            for key, item in value.items()
        }
    return value


def create_given(http: httpx.Client, fields: dict[str, Any]) -> str:
    """The task that must be there before; its id."""
    status = fields.pop("status", None)
    answer = http.post("/tasks", json=fields)
    assert answer.status_code == 201
    path = f"/tasks/{answer.json()['id']}"
    if status is not None:
        assert http.put(path, json={"status": status}).status_code == 200
    return answer.json()["id"]


def send(http: httpx.Client, example: dict[str, Any]) -> httpx.Response:
    request = example["request"]
    path = request["path"]
    if "given" in example:
        path = path.replace("{id}", create_given(http, dict(example["given"])))
    content = json.dumps(request["body"]) if "body" in request else request.get("text")
    return http.request(
        request["method"], path, content=content, headers=request.get("headers", {})
    )


def test_the_service_answers_as_the_example_says(
    http: httpx.Client, example: dict[str, Any]
) -> None:
    expected = example["response"]
    answer = send(http, example)
    assert answer.status_code == expected["status"], answer.text
    for name, value in expected.get("headers", {}).items():
        assert answer.headers[name] == value
    if "body" in expected:
        assert without_volatile(answer.json()) == without_volatile(expected["body"])
        assert list(answer.json()) == list(expected["body"]), "in another order"
    else:
        assert answer.text == expected.get("text", "")


def test_what_the_service_answers_is_of_the_contracts_types(
    http: httpx.Client, contract: dict[str, Any], example: dict[str, Any]
) -> None:
    answer = send(http, example)
    described = find_operation(contract, example)["responses"][str(answer.status_code)]
    for name in described.get("headers", {}):
        assert name in answer.headers or name == "Link"
    if "body" in example["response"]:
        message = {"headers": answer.headers, "body": answer.json()}
        check(contract, described["content"], message)
