"""Measure docmill run against its peers: the same pipelines, taking turns, in one run.

usage: run.py [--binary FILE] [--sizes 20,200] [--rounds N] [--only P1,N1] [--threads 1,2]
              [--peers rust,duckdb] [--data FOLDER] [--json FILE]

Makes the records (seeded) and the peers the first time, below build/bench. Peers in Python and
Node are timed inside their process, so that the start of an interpreter counts for nothing;
docmill, Rust and jq as a whole process. All use one thread, unless the row says otherwise. Each
figure is the median of the rounds; slow peers (mingo, jq, mongomock) take one turn, at the
smallest size. The answers of all are compared, numbers to nine digits: sums of doubles depend on
the order, and serde_json reads some of them one unit off. A peer that cannot be had is skipped
by name, and one that takes more than --patience seconds is left out of that row.
"""

import argparse
import json
import pathlib
import subprocess
import sys
import tempfile
from typing import Any

import data
from pipelines import PIPELINES, RECORDS, WHAT
from programs import HERE, MAKERS, ROOT, Program, TooSlow, Turn, peers, programs, take_turn

CORE = ("P1", "P2", "P3", "P4", "P5", "N1", "F1")  # measured at every size


def difference_of(name: str, ours: pathlib.Path, theirs: pathlib.Path) -> str:
    """Compare in another process, which may be as large as it likes; empty when they agree."""
    program = [sys.executable, str(HERE / "answers.py"), name, str(ours), str(theirs)]
    return subprocess.run(program, check=True, capture_output=True, text=True).stdout.strip()


def turns_of(
    name: str, source: pathlib.Path, found: list[Program], options: argparse.Namespace
) -> dict[str, list[Turn]]:
    """Take turns; compare what came of the last one."""
    turns: dict[str, list[Turn]] = {}
    late: set[str] = set()
    with tempfile.TemporaryDirectory(dir=options.data) as folder:
        place = pathlib.Path(folder)
        for i in range(options.rounds):
            for n, program in enumerate(found):
                if name in program.cannot or program.name in late or (program.is_slow and i > 0):
                    continue
                try:
                    turn = take_turn(program, name, source, place / str(n), options.patience)
                except TooSlow:
                    late.add(program.name)
                    print(f"{name}: {program.name} took too long, left out", file=sys.stderr)
                    continue
                turns.setdefault(program.name, []).append(turn)
        for n, program in enumerate(found[1:], 1):
            if program.name in turns:
                difference = difference_of(name, place / "0", place / str(n))
                if difference:
                    raise SystemExit(f"{name}: {found[0].name}, {program.name}: {difference}")
    return turns


def measure(found: list[Program], options: argparse.Namespace) -> list[dict[str, Any]]:
    """Every size and pipeline."""
    results = []
    for size in options.sizes:
        is_large = size > min(options.sizes)
        takes_part = [p for p in found if not (is_large and p.is_slow)]
        for name in options.only:
            if is_large and name not in CORE:
                continue
            source = data.make(options.data, RECORDS[name[0]], size * 1_000_000)
            print(f"{name}, {size} MB", file=sys.stderr, flush=True)
            megabytes = source.stat().st_size / 1e6
            for program, turns in turns_of(name, source, takes_part, options).items():
                seconds = peers.median_of([turn.seconds for turn in turns])
                results.append(
                    {
                        "pipeline": name,
                        "size_mb": size,
                        "program": program,
                        "mb_per_s": round(megabytes / seconds, 2),
                        "rss_mb": round(max(turn.rss_mb for turn in turns), 1),
                        "seconds": [round(turn.seconds, 4) for turn in turns],
                    }
                )
    return results


def table(results: list[dict[str, Any]], size: int, found: list[Program], value: str) -> list[str]:
    """Rows of a table for people: programs against pipelines, and ours against the best."""
    cells = {(r["program"], r["pipeline"]): r[value] for r in results if r["size_mb"] == size}
    names = [name for name in PIPELINES if any(key[1] == name for key in cells)]
    lines = [f"| {size} MB | " + " | ".join(names) + " |", "|---|" + "---|" * len(names)]
    for program in found:
        row = [cells.get((program.name, name)) for name in names]
        if any(cell is not None for cell in row):
            shown = ["-" if c is None else f"{c:,.0f}" if c >= 10 else f"{c:.1f}" for c in row]
            lines.append(f"| {program.name} | " + " | ".join(shown) + " |")
    ours = found[0].name
    theirs = [p.name for p in found if not p.is_ours]
    if value == "mb_per_s" and theirs:
        best = [max((cells.get((p, name)) or 0 for p in theirs), default=0) for name in names]
        ratios = [
            f"**{cells[ours, name] / b:.1f}x**" if b else "-"
            for name, b in zip(names, best, strict=True)
        ]
        lines.append(f"| {ours} / best peer | " + " | ".join(ratios) + " |")
    return lines


def print_all(results: list[dict[str, Any]], found: list[Program]) -> None:
    """All tables."""
    for size in sorted({r["size_mb"] for r in results}):
        print("\nMB/s of input\n")
        print("\n".join(table(results, size, found, "mb_per_s")))
        print("\npeak RSS, MB\n")
        print("\n".join(table(results, size, found, "rss_mb")))
    print()
    for name in dict.fromkeys(r["pipeline"] for r in results):
        print(f"{name}: {WHAT[name]}")


def numbers(text: str) -> list[int]:
    return [int(word) for word in text.split(",") if word]


def words(text: str) -> list[str]:
    return [word for word in text.split(",") if word]


def main() -> None:
    """Measure, print, and keep the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--binary", default=str(ROOT / "build/service/docmill"))
    parser.add_argument("--sizes", type=numbers, default=[20, 200], help="megabytes")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", type=words, default=list(PIPELINES))
    parser.add_argument("--threads", type=numbers, default=[1, 2], help="of docmill, a row each")
    parser.add_argument("--peers", type=words, default=list(MAKERS))
    parser.add_argument("--patience", type=float, default=20.0, help="seconds for one run")
    parser.add_argument("--data", type=pathlib.Path, default=ROOT / "build/bench")
    parser.add_argument("--json", type=pathlib.Path)
    options = parser.parse_args()
    options.data.mkdir(parents=True, exist_ok=True)
    found = programs(options.binary, options.threads, options.peers)
    results = measure(found, options)
    command = [options.binary, "version"]
    version = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    print(f"{peers.machine()}; median of {options.rounds} turns")
    print(version.splitlines()[0])
    print_all(results, found)
    if options.json:
        report = {"machine": peers.machine(), "docmill": version, "results": results}
        options.json.write_text(json.dumps(report, indent=2) + "\n")


if __name__ == "__main__":
    main()
