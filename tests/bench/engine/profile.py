"""Say where the instructions of docmill run go: valgrind's callgrind over the five pipelines.

usage: profile.py [--binary FILE] [--size MB] [--only P1,P3] [--top N]

Counts do not depend on who else is on the machine, so they can be compared from one day to the
next. Cache misses are those of valgrind's model: without prefetching, by the processor or by us.
"""

import argparse
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

import data
from pipelines import PIPELINES

ROOT = pathlib.Path(__file__).resolve().parents[3]
READING = ("index_run", "record_read", "reader_next", "record_reserve", "skip_container")
EVENTS = ("Ir", "D1mr", "D1mw", "DLmr", "DLmw")
ROW = re.compile(r"\s*([\d,]+) \(\s*[\d.]+%\)\s+(.*)")


def profile(binary: str, name: str, source: pathlib.Path, folder: pathlib.Path) -> pathlib.Path:
    """Run one pipeline under callgrind; return its file of costs."""
    costs = folder / f"{name}.callgrind"
    command = ["valgrind", "--tool=callgrind", "--cache-sim=yes", f"--callgrind-out-file={costs}"]
    command += [binary, "run", "--threads", "1", "--output", "/dev/null"]
    command += ["--pipeline", json.dumps(PIPELINES[name]), str(source)]
    subprocess.run(command, check=True, capture_output=True)
    return costs


def totals_of(costs: pathlib.Path) -> dict[str, int]:
    """Read how often each event happened."""
    text = costs.read_text(encoding="utf-8")
    names = re.search(r"^events: (.*)$", text, re.MULTILINE)
    counts = re.search(r"^(?:totals|summary): (.*)$", text, re.MULTILINE)
    if names is None or counts is None:
        raise SystemExit(f"{costs}: no totals in it")
    values = map(int, counts[1].split())
    return {name: n for name, n in zip(names[1].split(), values, strict=False) if name in EVENTS}


def functions_of(costs: pathlib.Path) -> list[tuple[str, int]]:
    """Read the instructions of each function, most first."""
    command = ["callgrind_annotate", "--show=Ir", "--threshold=100", str(costs)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    rows = []
    for line in done.stdout.splitlines():
        if found := ROW.fullmatch(line):
            function = found[2].split(" [")[0].split(":")[-1]
            if function != "PROGRAM TOTALS":
                rows.append((function, int(found[1].replace(",", ""))))
    return rows


def print_profile(name: str, costs: pathlib.Path, source: pathlib.Path, top: int) -> None:
    """Print a pipeline's figures."""
    totals = totals_of(costs)
    functions = functions_of(costs)
    with source.open("rb") as file:
        documents = sum(1 for _ in file)
    reading = sum(n for function, n in functions if function in READING)
    near = totals["D1mr"] + totals["D1mw"]
    far = totals["DLmr"] + totals["DLmw"]
    print(
        f"{name}: {totals['Ir'] / source.stat().st_size:.1f} instructions a byte, "
        f"{totals['Ir'] / documents:.0f} a document, {100 * reading / totals['Ir']:.0f} % reading; "
        f"misses a document: first level {near / documents:.1f}, last {far / documents:.1f}"
    )
    for function, n in functions[:top]:
        print(f"  {100 * n / totals['Ir']:5.1f} %  {n / documents:7.0f}  {function}")


def main() -> None:
    """Profile and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--binary", default=str(ROOT / "build/service/docmill"))
    parser.add_argument("--size", type=int, default=20, help="megabytes")
    parser.add_argument("--only", default="P1,P2,P3,P4,P5")
    parser.add_argument("--top", type=int, default=8, help="functions of each")
    parser.add_argument("--data", type=pathlib.Path, default=ROOT / "build/bench")
    options = parser.parse_args()
    if shutil.which("valgrind") is None:
        sys.exit("valgrind is not installed")
    options.data.mkdir(parents=True, exist_ok=True)
    source = data.make(options.data, "flat", options.size * 1_000_000)
    with tempfile.TemporaryDirectory() as folder:
        for name in options.only.split(","):
            costs = profile(options.binary, name, source, pathlib.Path(folder))
            print_profile(name, costs, source, options.top)


if __name__ == "__main__":
    main()
