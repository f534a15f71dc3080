"""The contract is one, is valid, and has the service's routes: no more and no less."""

from typing import Any

import httpx
import jsonschema
import openapi_spec_validator
import pytest

METHODS = {"get", "put", "post", "delete", "options", "head", "patch", "trace"}
ADMIN_ONLY = {("get", "/metrics")}


def operations(contract: dict[str, Any]) -> dict[tuple[str, str], dict[str, Any]]:
    """What the contract has, by method and path."""
    return {
        (method, path): operation
        for path, item in contract["paths"].items()
        for method, operation in item.items()
        if method in METHODS
    }


def test_the_service_answers_what_is_in_proto(http: httpx.Client, contract: dict[str, Any]) -> None:
    served = http.get("/openapi.json").json()
    version = http.get("/version").json()["version"]
    assert served == {**contract, "info": {**contract["info"], "version": version}}


def test_it_is_valid_openapi_3_1(contract: dict[str, Any]) -> None:
    assert contract["openapi"].startswith("3.1")
    openapi_spec_validator.validate(contract)


def test_every_route_is_in_the_contract_and_the_other_way_round(
    http: httpx.Client, contract: dict[str, Any]
) -> None:
    routes = {
        (link["method"].lower(), link["path"]): link["operation"]
        for link in http.get("/").json()["links"]
    }
    described = {
        place: operation["operationId"]
        for place, operation in operations(contract).items()
        if place not in ADMIN_ONLY
    }
    assert routes == described


def test_the_contract_names_the_scope_that_a_route_needs(
    http: httpx.Client, contract: dict[str, Any]
) -> None:
    needed = {
        (link["method"].lower(), link["path"]): link.get("scope")
        for link in http.get("/").json()["links"]
    }
    described = {
        place: operation["security"][1]["key"][0] if "security" in operation else None
        for place, operation in operations(contract).items()
        if place not in ADMIN_ONLY
    }
    assert needed == described


def test_every_route_is_there(http: httpx.Client, contract: dict[str, Any]) -> None:
    for method, path in operations(contract).keys() - ADMIN_ONLY:
        answer = http.request(method, path)
        assert answer.status_code != 405, f"{method} {path}"
        assert answer.status_code != 404 or "{" in path, f"{method} {path}"


def test_other_methods_are_not_there(http: httpx.Client, contract: dict[str, Any]) -> None:
    for path, item in contract["paths"].items():
        if ("get", path) in ADMIN_ONLY:
            continue
        answer = http.request("OPTIONS", path)
        assert answer.status_code == 405
        allowed = {method.lower() for method in answer.headers["Allow"].split(", ")}
        assert allowed - {"head"} == item.keys() & METHODS


def test_every_operation_has_a_summary_and_a_default_answer(contract: dict[str, Any]) -> None:
    for place, operation in operations(contract).items():
        assert operation["summary"].endswith((".", "?")), place
        assert "default" in operation["responses"], place


@pytest.mark.parametrize("path", ["/version", "/", "/capabilities", "/livez", "/readyz?verbose"])
def test_pages_are_what_the_contract_says(
    http: httpx.Client, contract: dict[str, Any], path: str
) -> None:
    answer = http.get(path)
    assert answer.status_code == 200
    operation = contract["paths"][path.partition("?")[0]]["get"]
    schema = operation["responses"]["200"]["content"]["application/json"]["schema"]
    jsonschema.Draft202012Validator({**contract, **schema}).validate(answer.json())


def test_capabilities_have_a_tag(http: httpx.Client) -> None:
    answer = http.get("/capabilities")
    again = http.get("/capabilities", headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
