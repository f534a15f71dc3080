"""Records of changing shapes, and keys chosen to collide, cost at most twice what others do.

usage: shapes.py [--binary FILE] [--size MB] [--rounds N] [--only WORD]

The same records come with all fields in one order ("one shape"), with fields left out, with
fields of a thousand other names between them, and in an order of their own each. Times are the
processor's, of a whole `docmill run` on one thread for as many records, the least of the rounds,
taking turns. Exits with 1 when a ratio is above 2.
"""

import argparse
import itertools
import json
import pathlib
import random
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from typing import Any

import data
from pipelines import PIPELINES

ROOT = pathlib.Path(__file__).resolve().parents[3]
RATIO_MAX = 2.0
N_KEYS_LOG2 = 20

Record = dict[str, Any]


def left_out(r: random.Random, record: Record) -> Record:
    """Keep three of four fields."""
    return {k: v for k, v in record.items() if k == "_id" or r.random() < 0.75}


def between(r: random.Random, record: Record) -> Record:
    """Put fields of other names between them."""
    result: Record = {}
    for key, value in record.items():
        result[key] = value
        if r.random() < 0.3:
            result[f"x{r.randrange(1000)}"] = r.randrange(100)
    return result


def shuffled(r: random.Random, record: Record) -> Record:
    """Any order."""
    keys = list(record)
    r.shuffle(keys)
    return {key: record[key] for key in keys}


CHANGES: dict[str, Callable[[random.Random, Record], Record]] = {
    "left out": left_out,
    "between": between,
    "shuffled": shuffled,
}

SHAPED: dict[str, list[Any]] = {
    **{name: pipeline for name, pipeline in PIPELINES.items() if name.startswith("P")},
    "include": [{"$project": {"user": 1, "email": 1, "price": 1}}],
    "exclude": [{"$project": {"email": 0, "note": 0}}],
}


def write_changed(
    source: pathlib.Path, target: pathlib.Path, change: Callable[[random.Random, Record], Record]
) -> None:
    """Write the records of another file, changed."""
    r = random.Random("docmill shapes")
    with source.open(encoding="utf-8") as lines, target.open("w", encoding="utf-8") as file:
        for line in lines:
            record = change(r, json.loads(line))
            file.write(json.dumps(record, ensure_ascii=False, separators=(",", ":")) + "\n")


def colliding() -> Iterator[str]:
    """A million strings that share one value of h * 31 + c, which many hashes are."""
    for parts in itertools.product(("Aa", "BB"), repeat=N_KEYS_LOG2):
        yield "".join(parts)


def by_chance() -> Iterator[str]:
    """A million strings of the same letters and length."""
    r = random.Random("docmill keys")
    for _ in range(1 << N_KEYS_LOG2):
        yield "".join(r.choices("AaBb", k=2 * N_KEYS_LOG2))


KEYED: dict[str, list[Any]] = {
    "$group": [{"$group": {"_id": "$k"}}, {"$count": "n"}],
    "$addToSet": [
        {"$group": {"_id": None, "s": {"$addToSet": "$k"}}},
        {"$project": {"n": {"$size": "$s"}}},
    ],
    "object": [{"$project": {"n": {"$size": {"$objectToArray": "$o"}}}}],
}


def write_keys(path: pathlib.Path, keys: Iterator[str], is_object: bool) -> None:
    """Write a million documents, or one object with a million fields."""
    with path.open("w", encoding="utf-8") as file:
        if is_object:
            file.write(json.dumps({"o": dict.fromkeys(keys, 1)}) + "\n")
        else:
            file.writelines(json.dumps({"k": key}) + "\n" for key in keys)


def seconds(binary: pathlib.Path, pipeline: list[Any], source: pathlib.Path) -> float:
    """Processor time of one run."""
    command = [str(binary), "run", "--threads", "1", "--max-memory", "4GiB"]
    command += ["--pipeline", json.dumps(pipeline), "--output", "/dev/null", str(source)]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def ratio(options: argparse.Namespace, pipeline: list[Any], files: list[pathlib.Path]) -> float:
    """How much longer the second file takes than the first, for as many documents."""
    times = [[seconds(options.binary, pipeline, f) for f in files] for _ in range(options.rounds)]
    plain, changed = (min(time[i] for time in times) for i in range(2))
    return changed / plain


def report(what: str, found: float) -> bool:
    """Print a row; True when it is too much."""
    is_bad = found > RATIO_MAX
    print(f"{what:28} {found:6.2f}{'  TOO MUCH' if is_bad else ''}", flush=True)
    return is_bad


def main() -> int:
    """Print a table; 1 when something costs too much."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    default = ROOT / "build/service/docmill"
    parser.add_argument("--binary", type=pathlib.Path, default=default)
    parser.add_argument("--size", type=int, default=20, help="megabytes")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", default="", help="a word in the names of those to measure")
    options = parser.parse_args()
    n_bad = 0
    with tempfile.TemporaryDirectory() as folder:
        place = pathlib.Path(folder)
        plain = data.make(place, "flat", options.size * 1_000_000)
        for change_name, change in CHANGES.items():
            changed = place / "changed.ndjson"
            write_changed(plain, changed, change)
            for name, pipeline in SHAPED.items():
                what = f"{change_name}, {name}"
                if options.only in what:
                    n_bad += report(what, ratio(options, pipeline, [plain, changed]))
        for name, pipeline in KEYED.items():
            if options.only not in f"keys, {name}":
                continue
            files = [place / "random.ndjson", place / "colliding.ndjson"]
            for path, keys in zip(files, (by_chance(), colliding()), strict=True):
                write_keys(path, keys, name == "object")
            n_bad += report(f"keys, {name}", ratio(options, pipeline, files))
    print(f"{n_bad} cost more than {RATIO_MAX} times as much")
    return 1 if n_bad else 0


if __name__ == "__main__":
    sys.exit(main())
