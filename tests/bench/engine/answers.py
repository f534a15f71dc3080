"""Are two answers the same?  Whatever the order of rows, and the last digits of sums.

usage: answers.py PIPELINE OURS THEIRS

Prints the first difference, if there is one.  A process of its own: Linux counts the memory of
who starts a program as that program's peak, so the one that measures has to stay small.
"""

import json
import math
import pathlib
import sys
import zlib
from typing import Any

TOLERANCE = 1e-9
WHOLE_MAX = 50_000_000  # bytes of an answer that is compared row by row
NAMES = {"category": "P1", "email": "P5"}  # columns that some peers cannot call _id


def _key_of(row: dict[str, Any]) -> str:
    return str(row.get("_id", row.get("t")))


def _rows(path: pathlib.Path, name: str) -> list[dict[str, Any]]:
    with path.open(encoding="utf-8") as file:
        rows = [json.loads(line) for line in file if line.strip()]
    for row in rows:
        for column, pipeline in NAMES.items():
            if name == pipeline and column in row:
                row["_id"] = row.pop(column)
    if name == "P2":
        return [{"price": row["price"]} for row in rows]  # which of equals comes first is free
    return sorted(rows, key=_key_of)


def _is_same(a: object, b: object) -> bool:
    if isinstance(a, float | int) and isinstance(b, float | int):
        return math.isclose(a, b, rel_tol=TOLERANCE, abs_tol=TOLERANCE)
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(_is_same(a[key], b[key]) for key in a)
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(map(_is_same, a, b))
    return a == b


def _sums(path: pathlib.Path) -> dict[str, float]:
    """Of a large answer: rows, and the sum of each column, texts by their checksum."""
    sums: dict[str, float] = {"rows": 0}
    with path.open("rb") as file:
        for line in file:
            sums["rows"] += 1
            for column, value in json.loads(line).items():
                if isinstance(value, str):
                    value = zlib.crc32(value.encode())
                elif isinstance(value, list):
                    value = math.fsum(value)
                sums[column] = sums.get(column, 0) + (value or 0)
    return sums


def first_difference(name: str, ours: pathlib.Path, theirs: pathlib.Path) -> str | None:
    """Say where two answers differ; None when they do not."""
    if ours.stat().st_size > WHOLE_MAX:
        a, b = _sums(ours), _sums(theirs)
        return None if _is_same(a, b) else f"sums of columns: {a} and {b}"
    left, right = _rows(ours, name), _rows(theirs, name)
    if len(left) != len(right):
        return f"{len(left)} rows and {len(right)}"
    return next(
        (f"{a} and {b}" for a, b in zip(left, right, strict=True) if not _is_same(a, b)), None
    )


if __name__ == "__main__":
    found = first_difference(sys.argv[1], pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3]))
    if found is not None:
        print(found)
