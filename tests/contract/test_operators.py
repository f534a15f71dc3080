"""The table of operators is one: in the program, in its answers, in proto/ and in the cases."""

import json
import pathlib
import re
import subprocess
import sys
from typing import Any

import httpx
import pytest
import yaml
from service import ROOT, find_binary

PROTO = ROOT / "proto"
OPERATORS = PROTO / "operators.json"
DIFFERENCES = yaml.safe_load((PROTO / "differences.yaml").read_text(encoding="utf-8"))
FAMILIES = ("stages", "expressions", "accumulators", "windows", "query")

# Where a name of each family stands, and MongoDB's code for one that it does not know.
PLACES: dict[str, tuple[int, Any]] = {
    "stages": (40324, lambda name: {name: {}}),
    "expressions": (168, lambda name: {"$addFields": {"a": {name: 1}}}),
    "accumulators": (15952, lambda name: {"$group": {"_id": None, "a": {name: {}}}}),
    "query": (2, lambda name: {"$match": {"a": {name: 1}}}),
}


@pytest.fixture(scope="session")
def operators() -> dict[str, list[dict[str, str]]]:
    """The table in proto/."""
    return json.loads(OPERATORS.read_text(encoding="utf-8"))


def names(rows: list[dict[str, str]]) -> list[str]:
    return [row["name"] for row in rows]


def test_the_program_prints_what_is_in_proto() -> None:
    binary = find_binary()
    if binary is None:
        pytest.skip("no service has been built: set DOCMILL_BIN or build in build-test/")
    printed = subprocess.run([binary, "operators", "--json"], capture_output=True, check=True)
    assert printed.stdout.decode() == OPERATORS.read_text(encoding="utf-8"), (
        "proto/operators.json is out of date: docmill operators --json >proto/operators.json, "
        "then python3 proto/operators_page.py"
    )


def test_capabilities_have_the_same_names(
    http: httpx.Client, operators: dict[str, list[dict[str, str]]]
) -> None:
    answer = http.get("/capabilities").json()
    assert answer["stages"] == operators["stages"]
    assert answer["operators"]["expressions"] == operators["expressions"]
    assert answer["operators"]["query"] == operators["query"]
    assert sorted(names(answer["operators"]["accumulators"])) == sorted(
        names(operators["accumulators"]) + names(operators["windows"])
    )


@pytest.mark.parametrize("family", FAMILIES)
def test_every_row_says_what_it_does_and_how_it_is_written(
    operators: dict[str, list[dict[str, str]]], family: str
) -> None:
    rows = operators[family]
    assert len(set(names(rows))) == len(rows) > 0
    for row in rows:
        assert row["doc"].endswith((".", "?")), row
        assert row["name"] in row["usage"], row


def test_every_operator_is_in_a_case(operators: dict[str, list[dict[str, str]]]) -> None:
    reached: set[str] = set()
    for path in (ROOT / "tests" / "engine" / "cases").glob("*.case"):
        reached.update(re.findall(r'"(\$\w+)":', path.read_text(encoding="utf-8")))
    wanted = {name for family in FAMILIES for name in names(operators[family])}
    assert wanted - reached == set()


@pytest.mark.parametrize("family", PLACES)
def test_what_is_refused_is_refused_with_its_reason(
    http: httpx.Client, operators: dict[str, list[dict[str, str]]], family: str
) -> None:
    code, place = PLACES[family]
    refused = operators[f"refused_{family}"]
    assert not set(names(refused)) & set(names(operators[family]))
    for row in refused:
        pipeline = [place(row["name"])]
        verdict = http.post("/transform/validate", json={"pipeline": pipeline}).json()
        (error,) = verdict["errors"]
        assert error["mongo"]["code"] == code, row
        assert error["operator"] == row["name"]
        assert f"{row['name']} is not supported: {row['reason']}" in error["detail"]


def test_the_page_is_made_of_its_sources(tmp_path: pathlib.Path) -> None:
    made = tmp_path / "OPERATORS.md"
    subprocess.run([sys.executable, PROTO / "operators_page.py", made], check=True)
    written = (PROTO / "OPERATORS.md").read_text(encoding="utf-8")
    assert made.read_text(encoding="utf-8") == written, (
        "proto/OPERATORS.md is out of date: python3 proto/operators_page.py"
    )


@pytest.mark.parametrize("difference", DIFFERENCES, ids=lambda one: one["about"])
def test_differences_are_as_they_are_told(
    http: httpx.Client,
    operators: dict[str, list[dict[str, str]]],
    difference: dict[str, Any],
) -> None:
    known = {name for family in FAMILIES for name in names(operators[family])}
    assert set(difference.get("operators", [])) <= known
    body = difference.get("body") or json.dumps(difference["request"])
    headers = {"Content-Type": "application/json"}
    answer = http.post("/transform", content=body, headers=headers).json()
    expected = dict(difference["answer"])
    if "error" in expected:
        problems = [answer, *answer.get("errors", [])]
        codes = [problem.get("mongo", {}).get("code") for problem in problems]
        assert expected.pop("error") in [answer["code"], *codes], answer
    assert {key: answer[key] for key in expected} == expected
