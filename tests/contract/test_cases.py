"""Every operator has cases: ordinary ones, null or missing, wrong types, edges."""

import json
from collections import defaultdict
from collections.abc import Callable

import case_files
import pytest
from case_files import Case
from service import ROOT

# Nothing that they are given is wrong for them, in whatever number.
NEVER_FAIL = {
    ("expressions", "$max"): "any value is greater than another, in any number",
    ("expressions", "$min"): "the same",
    ("expressions", "$literal"): "a constant is a constant",
    ("query", "$eq"): "any value is equal to something",
    ("query", "$ne"): "the opposite of $eq",
    ("query", "$comment"): "nobody reads it",
    ("query", "$exists"): "any value is true or false",
}
# What null, missing, or an edge is to others does not concern them.
NO_VALUES = {
    ("expressions", "$rand"): "takes no arguments",
}

KINDS: dict[str, Callable[[Case], bool]] = {
    "ordinary": lambda case: not case.expected.startswith("!"),
    "null or missing": case_files.is_about_nothing,
    "wrong": lambda case: case.expected.startswith("!"),
    "edge": case_files.is_about_an_edge,
}
CASES = case_files.read_all()
TABLE = json.loads((ROOT / "proto" / "operators.json").read_text(encoding="utf-8"))
FAMILIES = ("stages", "expressions", "accumulators", "windows", "query")


@pytest.fixture(scope="module")
def by_operator() -> dict[case_files.Found, list[Case]]:
    found = defaultdict(list)
    for case in CASES:
        for operator in case_files.operators(case):
            found[operator].append(case)
    return found


def test_there_are_many_cases() -> None:
    assert len(CASES) > 2000


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("kind", KINDS)
def test_every_operator_has_a_case_of_each_kind(
    family: str, kind: str, by_operator: dict[case_files.Found, list[Case]]
) -> None:
    operators = {(family, row["name"]) for row in TABLE[family]}
    excused = NEVER_FAIL if kind == "wrong" else {} if kind == "ordinary" else NO_VALUES
    lacking = [
        name
        for family, name in sorted(operators - excused.keys())
        if not any(KINDS[kind](case) for case in by_operator[family, name])
    ]
    assert lacking == []


def test_those_that_never_fail_have_no_case_that_says_so(
    by_operator: dict[case_files.Found, list[Case]],
) -> None:
    for operator in NEVER_FAIL:
        alone = [c for c in by_operator[operator] if case_files.operators(c) <= {operator}]
        assert [c.where for c in alone if c.expected.startswith("!")] == []
