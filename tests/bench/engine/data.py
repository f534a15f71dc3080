"""Make the benchmarks' records: seeded, so that every run and every machine has the same bytes.

usage: data.py FOLDER [MEGABYTES]

Writes flat.ndjson, nested.ndjson and floats.ndjson of about so many megabytes each (20 when not
said), unless they are there already.
"""

import json
import pathlib
import random
import sys
from collections.abc import Callable
from typing import Any

COUNTRIES = "US DE FR GB JP IN BR CA AU CN ES IT NL SE NO".split()
CATEGORIES = "electronics books garden toys sports grocery fashion music automotive health".split()
FIRST = "Ada Ben Carla Dmitri Emma Farid Grace Hugo Ines Jonas Keiko Liam Mona Nadia Omar".split()
LAST = "Smith Jones Garcia Kim Nguyen Müller Rossi Novak Silva Khan Ivanov Tanaka Dubois".split()
WORDS = (
    "bright cold deep early fast green heavy kind large mild narrow old plain quiet rare small "
    "tall unusual vivid warm young zesty river stone forest window bridge market garden harbour"
).split()

Maker = Callable[[random.Random, int], dict[str, Any]]


def flat(r: random.Random, i: int) -> dict[str, Any]:
    """An order: thirteen fields, all scalars."""
    year, month, day = r.randint(2015, 2025), r.randint(1, 12), r.randint(1, 28)
    clock = f"{r.randint(0, 23):02d}:{r.randint(0, 59):02d}:{r.randint(0, 59):02d}"
    return {
        "_id": i,
        "user": f"{r.choice(FIRST)} {r.choice(LAST)}",
        "email": f"user{r.randrange(10**6)}@example.com",
        "country": r.choice(COUNTRIES),
        "category": r.choice(CATEGORIES),
        "age": r.randint(18, 90),
        "quantity": r.randint(1, 500),
        "price": round(r.uniform(1, 999), 2),
        "discount": round(r.random(), 4),
        "rating": round(r.gauss(3.5, 1), 3),
        "active": r.random() < 0.7,
        "created": f"{year}-{month:02d}-{day:02d}T{clock}Z",
        "note": " ".join(r.choices(WORDS, k=r.randint(2, 8))),
    }


def nested(r: random.Random, i: int) -> dict[str, Any]:
    """A message with its author, tags and mentions."""
    author = {
        "id": r.randrange(10**9),
        "name": r.choice(FIRST),
        "country": r.choice(COUNTRIES),
        "followers": r.randrange(10**5),
        "verified": r.random() < 0.1,
        "about": " ".join(r.choices(WORDS, k=12)),
        "profile": {"colour": f"{r.randrange(1 << 24):06x}", "place": None},
    }
    return {
        "_id": 505874924095815700 + i,
        "lang": r.choice(["ja", "en", "de"]),
        "text": " ".join(r.choices(WORDS, k=14)) + ' "quoted"',
        "author": author,
        "shares": r.randrange(100),
        "likes": r.randrange(100),
        "tags": [
            {"text": r.choice(WORDS), "at": [r.randrange(50), r.randrange(50, 140)]}
            for _ in range(r.randrange(4))
        ],
        "mentions": [r.choice(FIRST) for _ in range(r.randrange(3))],
        "reply_to": None,
    }


def floats(r: random.Random, i: int) -> dict[str, Any]:
    """A measurement: doubles of full length."""
    return {
        "t": i,
        "x": r.uniform(-180, 180),
        "y": r.uniform(-90, 90),
        "z": r.gauss(0, 1),
        "v": [r.random() for _ in range(8)],
    }


MAKERS: dict[str, Maker] = {"flat": flat, "nested": nested, "floats": floats}


def make(folder: pathlib.Path, name: str, size: int) -> pathlib.Path:
    """Write one file of at least size bytes; return its path."""
    path = folder / f"{name}-{size // 1_000_000}.ndjson"
    if path.exists():
        return path
    r = random.Random(f"docmill {name}")
    partial = path.with_suffix(".part")
    written, i = 0, 0
    with partial.open("wb") as file:
        while written < size:
            record = MAKERS[name](r, i)
            text = json.dumps(record, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
            file.write(text)
            written += len(text)
            i += 1
    partial.rename(path)
    return path


def main() -> None:
    """Make all files."""
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    size = int(sys.argv[2] if len(sys.argv) > 2 else 20) * 1_000_000
    for name in MAKERS:
        print(make(folder, name, size))


if __name__ == "__main__":
    main()
