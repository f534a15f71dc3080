"""Nothing is quadratic: four times the documents cost at most 5.5 times the time.

usage: growth.py [--binary FILE] [--only WORD] [--rounds N]

Times are the processor's, of a whole `docmill run` on one thread.  Both sizes run in turns, and the
quickest of the rounds counts: what else the machine does (a cache that others fill, memory that is
cleared) only ever adds.  The small run has 20,000 documents, or as many times two as it needs to
take 50 ms.  Exits with 1 when something grows faster.
"""

import argparse
import json
import pathlib
import random
import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from typing import Any

ROOT = pathlib.Path(__file__).resolve().parents[3]
TIMES = 4
RATIO_MAX = 5.5
SMALL_MS = 50.0
DOCUMENTS_MAX = 1_000_000
PATIENCE = 120.0

SUM = {"$sum": "$v"}


def group(key: Any, accumulator: Any) -> list[Any]:
    """One accumulator over groups; the answer is one document."""
    return [{"$group": {"_id": key, "x": accumulator}}, {"$count": "n"}]


def windows(accumulator: Any, unit: str = "", bounds: Any = None) -> list[Any]:
    """One field over windows in the order of n; the answer is one document."""
    window = {"window": {unit: bounds}} if unit else {}
    spec = {"sortBy": {"n": 1}, "output": {"x": {**accumulator, **window}}}
    # The sum reads x, so that no rule leaves it away.
    return [{"$setWindowFields": spec}, {"$group": {"_id": None, "x": {"$max": "$x"}}}]


def joined(stage: Any) -> list[Any]:
    """A join, and how many documents it found."""
    return [stage, {"$group": {"_id": None, "n": {"$sum": {"$size": "$d"}}}}]


LOOKUP = {"from": "f", "localField": "n", "foreignField": "n", "as": "d"}
GRAPH = {
    "from": "f",
    "startWith": "$n",
    "connectFromField": "next",
    "connectToField": "n",
    "as": "d",
}
GRAPH_LONG = {**GRAPH, "connectFromField": "after"}
RUNNING = ["unbounded", "current"]
OPERATORS = ["sum", "avg", "min", "max"]


def cases() -> Iterator[tuple[str, list[Any]]]:
    """Name and pipeline."""
    yield "$group, all keys different", group("$n", SUM)
    yield "$group, 100 keys", group("$few", SUM)
    yield "$addToSet, one group", group(None, {"$addToSet": "$n"})
    yield "$push, one group", group(None, {"$push": "$v"})
    yield "$push, many groups", group("$many", {"$push": "$$ROOT"})
    yield "$sort", [{"$sort": {"v": 1}}, {"$group": {"_id": None, "x": {"$last": "$n"}}}]
    yield (
        "$sort, two fields",
        [
            {"$sort": {"few": 1, "text": -1}},
            {"$group": {"_id": None, "x": {"$last": "$n"}}},
        ],
    )
    yield "$lookup by field", joined({"$lookup": LOOKUP})
    yield "$graphLookup, short chains", joined({"$graphLookup": GRAPH})
    yield "$graphLookup, one long chain", [{"$limit": 1}, *joined({"$graphLookup": GRAPH_LONG})]
    for name in OPERATORS:
        operator = {f"${name}": "$v"}
        yield f"running {name}", windows(operator, "documents", RUNNING)
        yield f"running {name}, range", windows(operator, "range", RUNNING)
        yield f"moving {name}, 50 documents", windows(operator, "documents", [-49, 0])
        yield f"moving {name}, range of 50", windows(operator, "range", [-50, 0])
        # The window grows with the input: what goes over it again and again is quadratic.
        yield f"moving {name}, half of all", windows(operator, "documents", ["HALF", 0])
        yield f"falling {name}", windows(operator, "documents", ["current", "unbounded"])
    for name in ("rank", "denseRank", "documentNumber"):
        yield name, windows({f"${name}": {}})
    yield (
        "$bucketAuto",
        [
            {"$bucketAuto": {"groupBy": "$v", "buckets": 50, "output": {"x": SUM}}},
            {"$count": "n"},
        ],
    )
    yield (
        "$in with 20,000 values",
        [
            {"$match": {"v": {"$in": list(range(0, 40_000_000, 2_000))}}},
            {"$count": "n"},
        ],
    )


def write_documents(path: pathlib.Path, n: int) -> None:
    """n documents in an order that no key follows; n of each is its own, from 0 on."""
    chance = random.Random(n)
    order = list(range(n))
    chance.shuffle(order)
    with path.open("w", encoding="utf-8") as file:
        for i in order:
            doc = {"n": i, "v": chance.randrange(40_000_000), "few": i % 100, "many": i // 20}
            doc |= {"next": i + 1 if i % 10 else -1, "after": i + 1}
            doc |= {"text": f"the same for a while, then {chance.randrange(n)}"}
            file.write(json.dumps(doc) + "\n")


class Files:
    """The documents of each size, written once."""

    def __init__(self, folder: pathlib.Path) -> None:
        self.folder = folder

    def of(self, n: int) -> pathlib.Path:
        path = self.folder / f"{n}.ndjson"
        if not path.exists():
            write_documents(path, n)
        return path


def milliseconds(binary: pathlib.Path, pipeline: list[Any], source: pathlib.Path) -> float:
    """Processor time of one run."""
    command = [str(binary), "run", "--threads", "1", "--max-time", "110s"]
    command += ["--max-memory", "4GiB", "--collection", f"f={source}"]
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(pipeline, file)  # 20,000 values are too long for an argument
        file.flush()
        command += ["--pipeline", file.name, str(source)]
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        done = subprocess.run(command, capture_output=True, timeout=PATIENCE, check=False)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode != 0:
        raise RuntimeError(done.stderr.decode()[:500].strip())
    user = after.ru_utime - before.ru_utime
    return 1000 * (user + after.ru_stime - before.ru_stime)


def sized(pipeline: list[Any], n: int) -> list[Any]:
    """The pipeline for n documents."""
    return json.loads(json.dumps(pipeline).replace('"HALF"', str(-n // 2)))


def timed(binary: pathlib.Path, pipeline: list[Any], files: Files, n: int) -> float:
    """One run over n documents."""
    return milliseconds(binary, sized(pipeline, n), files.of(n))


def measure(
    binary: pathlib.Path, pipeline: list[Any], files: Files, rounds: int
) -> tuple[int, float, float]:
    """Return the small number of documents, its time and that of the large one."""
    n = 20_000
    while min(timed(binary, pipeline, files, n) for _ in range(2)) < SMALL_MS:
        n *= 2
        if n > DOCUMENTS_MAX:
            raise RuntimeError("too quick to be measured")
    turns = [
        (timed(binary, pipeline, files, n), timed(binary, pipeline, files, n * TIMES))
        for _ in range(rounds)
    ]
    return n, min(small for small, _ in turns), min(large for _, large in turns)


def main() -> int:
    """Print a table; 1 when something grows too fast."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    default = ROOT / "build/service/docmill"
    parser.add_argument("--binary", type=pathlib.Path, default=default)
    parser.add_argument("--only", default="", help="a word in the names of those to measure")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    n_bad = 0
    print(f"{'what':34} {'documents':>9} {'ms':>8} {'x 4: ms':>9} {'ratio':>6}")
    with tempfile.TemporaryDirectory() as folder:
        files = Files(pathlib.Path(folder))
        for name, pipeline in cases():
            if options.only not in name:
                continue
            try:
                n, small, large = measure(options.binary, pipeline, files, options.rounds)
            except RuntimeError as error:
                n_bad += 1
                print(f"{name:34} FAILED: {error}", flush=True)
                continue
            is_bad = large > RATIO_MAX * small
            n_bad += is_bad
            mark = "  TOO FAST" if is_bad else ""
            row = f"{name:34} {n:9} {small:8.0f} {large:9.0f} {large / small:6.2f}{mark}"
            print(row, flush=True)
    print(f"{n_bad} failed, or grow faster than {RATIO_MAX} times")
    return 1 if n_bad else 0


if __name__ == "__main__":
    sys.exit(main())
