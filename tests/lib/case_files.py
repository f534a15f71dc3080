"""Case files: reading them, and which operators a case is about."""

import json
import pathlib
from collections.abc import Iterator
from typing import Any, NamedTuple

FOLDER = pathlib.Path(__file__).resolve().parents[1] / "engine" / "cases"
STAGES_WITH_ACCUMULATORS = ("$group", "$bucket", "$bucketAuto")
LISTS_OF_QUERIES = ("$and", "$or", "$nor")
INNER_QUERIES = ("$not", "$elemMatch", "$all")


class Case(NamedTuple):
    """Three lines; expected is text: "missing", "!CODE message" or a value."""

    where: str
    spec: Any
    given: Any
    expected: str

    @property
    def is_pipeline(self) -> bool:
        return is_pipeline(self.spec)


def is_pipeline(spec: Any) -> bool:
    """A list of stages, and not an expression that is a list."""
    return (
        isinstance(spec, list)
        and len(spec) > 0
        and all(isinstance(s, dict) and len(s) == 1 for s in spec)
        and all(next(iter(s)).startswith("$") for s in spec)
    )


def read(path: pathlib.Path) -> Iterator[Case]:
    """Cases of a file; what is malformed on purpose counts for nothing here."""
    numbered = enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
    lines = [(n, line.strip()) for n, line in numbered if line.strip() and line[0] != "#"]
    for i in range(0, len(lines) - 2, 3):
        (number, spec), (_, given), (_, expected) = lines[i : i + 3]
        try:
            yield Case(f"{path.name}:{number}", json.loads(spec), json.loads(given), expected)
        except ValueError:
            continue


def read_all() -> list[Case]:
    """Every case of every file."""
    return [case for path in sorted(FOLDER.glob("*.case")) for case in read(path)]


Found = tuple[str, str]  # family and name


def operators(case: Case) -> set[Found]:
    """Every operator that a case names, by the place where it stands."""
    walk = _pipeline if case.is_pipeline else _expression
    return set(walk(case.spec))


def _pipeline(stages: Any) -> Iterator[Found]:
    for stage in stages if isinstance(stages, list) else []:
        for name, spec in stage.items() if isinstance(stage, dict) else []:
            yield "stages", name
            yield from _stage(name, spec)


def _stage(name: str, spec: Any) -> Iterator[Found]:
    if name == "$match":
        yield from _query(spec)
    elif name == "$facet" and isinstance(spec, dict):
        for pipeline in spec.values():
            yield from _pipeline(pipeline)
    elif name == "$group" and isinstance(spec, dict):
        yield from _outputs("accumulators", {k: v for k, v in spec.items() if k != "_id"})
        yield from _expression(spec.get("_id"))
    elif name in ("$bucket", "$bucketAuto", "$setWindowFields") and isinstance(spec, dict):
        family = "windows" if name == "$setWindowFields" else "accumulators"
        yield from _outputs(family, spec.get("output"))
        yield from _expression({k: v for k, v in spec.items() if k != "output"})
    elif isinstance(spec, dict) and "pipeline" in spec:
        yield from _pipeline(spec["pipeline"])
        yield from _expression(spec.get("let"))
    elif name == "$graphLookup" and isinstance(spec, dict):
        yield from _query(spec.get("restrictSearchWithMatch"))
        yield from _expression(spec.get("startWith"))
    else:
        yield from _expression(spec)


def _outputs(family: str, output: Any) -> Iterator[Found]:
    for spec in output.values() if isinstance(output, dict) else []:
        for name, argument in spec.items() if isinstance(spec, dict) else []:
            if name.startswith("$"):
                yield family, name
                yield from _expression(argument)


def _query(spec: Any) -> Iterator[Found]:
    for name, argument in spec.items() if isinstance(spec, dict) else []:
        if name.startswith("$"):
            yield "query", name
        if name == "$expr":
            yield from _expression(argument)
        elif name in LISTS_OF_QUERIES or (name in INNER_QUERIES and isinstance(argument, list)):
            for inner in argument if isinstance(argument, list) else []:
                yield from _query(inner)
        elif name in INNER_QUERIES or not name.startswith("$"):
            yield from _query(argument)


def _expression(spec: Any) -> Iterator[Found]:
    if isinstance(spec, list):
        for item in spec:
            yield from _expression(item)
    elif isinstance(spec, dict):
        for name, argument in spec.items():
            if name.startswith("$"):
                yield "expressions", name
            if name != "$literal":
                yield from _expression(argument)


def _values(part: Any) -> Iterator[Any]:
    """Every value in a JSON text, containers included."""
    yield part
    if isinstance(part, dict):
        yield from part
        part = list(part.values())
    for item in part if isinstance(part, list) else []:
        yield from _values(item)


def is_about_nothing(case: Case) -> bool:
    """Null stands in the spec or the input, or a field that is read is in no document of it."""
    given = list(_values(case.given))
    if None in given or None in _values(case.spec):
        return True
    keys = {value for value in given if isinstance(value, str)}
    return (
        any(
            isinstance(value, str)
            and value.startswith("$")
            and value[1:2] not in ("", "$")
            and value[1:].split(".")[0] not in keys
            and not _is_operator(value, case.spec)
            for value in _values(case.spec)
        )
        or "missing" in case.expected
    )


def _is_operator(text: str, spec: Any) -> bool:
    """Whether it is a key in the spec: "$add" and no path."""
    if isinstance(spec, dict):
        return text in spec or any(_is_operator(text, v) for v in spec.values())
    return isinstance(spec, list) and any(_is_operator(text, v) for v in spec)


def is_about_an_edge(case: Case) -> bool:
    """Something empty, nested, huge, tiny, not ASCII, no finite number, or of another width."""
    return any(map(_is_edge, [*_values(case.given), *_values(case.spec)]))


def _is_edge(value: Any) -> bool:
    if isinstance(value, bool) or value is None:
        return False
    if isinstance(value, str):
        return value == "" or not value.isascii() or value in ("NaN", "Infinity", "-Infinity")
    if isinstance(value, int):
        return abs(value) >= 2**31 - 1
    if isinstance(value, float):
        return str(value).startswith("-0") or abs(value) >= 1e15 or 0 < abs(value) < 1e-6
    if isinstance(value, list):
        return not value or any(isinstance(item, list) for item in value)
    return not value or any(key.startswith("$number") for key in value)
