"""Python: orjson and the loops that one would write."""

import heapq
import sys
import time
from collections import defaultdict
from typing import Any

import orjson

Rows = list[dict[str, Any]]


def p1(rows: Rows) -> Rows:
    """Match and group."""
    groups: dict[str, list[float]] = defaultdict(lambda: [0, 0.0, 0.0])
    for row in rows:
        if row["country"] in ("US", "DE", "FR") and row["age"] >= 30:
            group = groups[row["category"]]
            group[0] += 1
            group[1] += row["price"] * row["quantity"]
            group[2] += row["rating"]
    return [
        {"_id": key, "n": n, "rev": revenue, "avg": ratings / n}
        for key, (n, revenue, ratings) in groups.items()
    ]


def p2(rows: Rows) -> Rows:
    """Match, sort, limit."""
    return heapq.nlargest(100, (row for row in rows if row["active"]), key=lambda row: row["price"])


def p3(rows: Rows) -> Rows:
    """Compute and drop."""
    for row in rows:
        row["total"] = row["price"] * row["quantity"]
        del row["email"], row["note"]
    return rows


def p4(rows: Rows) -> Rows:
    """Running sums and ranks."""
    result = sorted(rows, key=lambda row: (row["country"], row["created"]))
    country = created = None
    run, rank, position = 0.0, 0, 0
    for row in result:
        if row["country"] != country:
            country, created, run, position = row["country"], None, 0.0, 0
        position += 1
        if row["created"] != created:
            created, rank = row["created"], position
        run += row["price"]
        row["run"], row["rank"] = run, rank
    return result


def p5(rows: Rows) -> Rows:
    """Group by something with many values."""
    groups: dict[str, list[float]] = defaultdict(lambda: [0, 0.0])
    for row in rows:
        group = groups[row["email"]]
        group[0] += 1
        group[1] += row["price"]
    return [{"_id": key, "n": n, "s": total} for key, (n, total) in groups.items()]


def n1(rows: Rows) -> Rows:
    """Match and group by fields of an inner object."""
    groups: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    for row in rows:
        author = row["author"]
        if row["lang"] in ("ja", "en") and author["followers"] >= 20000:
            group = groups[author["country"]]
            group[0] += 1
            group[1] += row["likes"]
            group[2] += author["followers"]
    return [
        {"_id": key, "n": n, "likes": likes, "followers": followers / n}
        for key, (n, likes, followers) in groups.items()
    ]


def n2(rows: Rows) -> Rows:
    """Unwind and group."""
    groups: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for row in rows:
        for tag in row["tags"]:
            group = groups[tag["text"]]
            group[0] += 1
            group[1] += row["shares"]
    return [{"_id": key, "n": n, "shares": shares} for key, (n, shares) in groups.items()]


def f1(rows: Rows) -> Rows:
    """One group."""
    x = sum(row["x"] for row in rows) / len(rows)
    y = min(row["y"] for row in rows)
    z = max(row["z"] for row in rows)
    return [{"_id": None, "n": len(rows), "x": x, "y": y, "z": z}]


def f2(rows: Rows) -> Rows:
    """Match and compute."""
    return [
        {"t": row["t"], "v": row["v"], "r": row["x"] * row["x"] + row["y"] * row["y"]}
        for row in rows
        if row["z"] > 1
    ]


def main() -> None:
    """Run one pipeline and print the seconds it took, start of the interpreter not counted."""
    name, source, target = sys.argv[1:4]
    start = time.perf_counter()
    with open(source, "rb") as file:
        rows = [orjson.loads(line) for line in file]
    programs = {"P1": p1, "P2": p2, "P3": p3, "P4": p4, "P5": p5}
    programs |= {"N1": n1, "N2": n2, "F1": f1, "F2": f2}
    result = programs[name](rows)
    with open(target, "wb") as file:
        file.writelines(orjson.dumps(row) + b"\n" for row in result)
    print(time.perf_counter() - start)


if __name__ == "__main__":
    main()
