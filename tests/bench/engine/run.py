"""Measure docmill run against its peers: the same five pipelines, taking turns, in one run.

usage: run.py [--binary FILE] [--size MB] [--rounds N] [--only P1,P3] [--peers duckdb,polars]
              [--json FILE]

Peers are timed inside their process, so that the start of an interpreter counts for nothing;
docmill as a whole process. Each figure is the median of the rounds. The answers of all are
compared. A peer that is not installed is skipped by name.
"""

import argparse
import importlib.util
import json
import math
import os
import pathlib
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from typing import Any

import data
from pipelines import PIPELINES, WHAT

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[2]
PEERS = {"duckdb": "duckdb", "polars": "polars", "orjson": "orjson"}
TOLERANCE = 1e-9


def run_docmill(binary: str, name: str, source: pathlib.Path, target: pathlib.Path) -> float:
    """Run docmill on one thread; return seconds."""
    pipeline = json.dumps(PIPELINES[name])
    command = [binary, "run", "--threads", "1", "--pipeline", pipeline]
    command += ["--output", str(target), str(source)]
    start = time.perf_counter()
    subprocess.run(command, check=True)
    return time.perf_counter() - start


def run_peer(peer: str, name: str, source: pathlib.Path, target: pathlib.Path) -> float:
    """Run a peer; return the seconds that it says."""
    command = [sys.executable, str(HERE / "peers" / f"{peer}_peer.py"), name, source, target]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return float(done.stdout)


def rows_of(path: pathlib.Path, name: str) -> list[dict[str, Any]]:
    """Read an answer, in an order that does not depend on who gave it."""
    with path.open(encoding="utf-8") as file:
        rows = [json.loads(line) for line in file if line.strip()]
    for row in rows:
        if "category" in row and "rev" in row:
            row["_id"] = row.pop("category")
        if "email" in row and "s" in row:
            row["_id"] = row.pop("email")
    if name == "P2":
        return [{"price": row["price"]} for row in rows]  # which of equals comes first is free
    return sorted(rows, key=lambda row: str(row["_id"]))


def is_same(a: object, b: object) -> bool:
    """Compare two answers; sums may differ in their last digits."""
    if isinstance(a, float | int) and isinstance(b, float | int):
        return math.isclose(a, b, rel_tol=TOLERANCE, abs_tol=TOLERANCE)
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(is_same(a[key], b[key]) for key in a)
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(map(is_same, a, b))
    return a == b


def measure(options: argparse.Namespace) -> dict[str, Any]:
    """Take turns; return MB/s by pipeline and program."""
    peers = [p for p in options.peers.split(",") if p]
    missing = [p for p in peers if importlib.util.find_spec(PEERS[p]) is None]
    for peer in missing:
        print(f"skipped {peer}: not installed", file=sys.stderr)
    programs = ["docmill", *(p for p in peers if p not in missing)]
    rates: dict[str, dict[str, float]] = {}
    with tempfile.TemporaryDirectory() as folder:
        place = pathlib.Path(folder)
        source = data.make(options.data, "flat", options.size * 1_000_000)
        size = source.stat().st_size
        for name in options.only.split(","):
            seconds: dict[str, list[float]] = {program: [] for program in programs}
            for _ in range(options.rounds):
                for program in programs:
                    target = place / f"{program}.ndjson"
                    if program == "docmill":
                        took = run_docmill(options.binary, name, source, target)
                    else:
                        took = run_peer(program, name, source, target)
                    seconds[program].append(took)
            ours = rows_of(place / "docmill.ndjson", name)
            for program in programs[1:]:
                if not is_same(ours, rows_of(place / f"{program}.ndjson", name)):
                    raise SystemExit(f"{name}: docmill and {program} give different answers")
            rates[name] = {
                program: size / 1e6 / statistics.median(times) for program, times in seconds.items()
            }
    return {"programs": programs, "rates": rates, "bytes": size}


def print_table(result: dict[str, Any]) -> None:
    """Print MB/s of input, and how many times the best peer docmill is."""
    names = list(result["rates"])
    print(f"{'MB/s of input, one thread':28}" + "".join(f"{name:>10}" for name in names))
    for program in result["programs"]:
        figures = "".join(f"{result['rates'][name][program]:10.0f}" for name in names)
        print(f"{program:28}{figures}")
    peers = result["programs"][1:]
    if peers:
        ratios = "".join(
            f"{rates['docmill'] / max(rates[p] for p in peers):9.1f}x"
            for rates in result["rates"].values()
        )
        print(f"{'docmill / best peer':28}{ratios}")
    for name in names:
        print(f"  {name}: {WHAT[name]}")


def main() -> None:
    """Measure, print, and keep the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--binary", default=str(ROOT / "build/service/docmill"))
    parser.add_argument("--size", type=int, default=20, help="megabytes")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", default=",".join(PIPELINES))
    parser.add_argument("--peers", default=",".join(PEERS))
    parser.add_argument("--data", type=pathlib.Path, default=ROOT / "build/bench")
    parser.add_argument("--json", type=pathlib.Path)
    options = parser.parse_args()
    options.data.mkdir(parents=True, exist_ok=True)
    result = measure(options)
    version = subprocess.run(
        [options.binary, "version"], capture_output=True, text=True, check=True
    )
    result["machine"] = f"{platform.machine()}, {os.cpu_count()} processors, {platform.platform()}"
    result["docmill"] = version.stdout
    print(f"{result['machine']}, median of {options.rounds}")
    print_table(result)
    if options.json:
        options.json.write_text(json.dumps(result, indent=2))


if __name__ == "__main__":
    main()
