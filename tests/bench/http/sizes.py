#!/usr/bin/env python3
"""Time per document of POST /transform, from 1 document to 1,000,000: flat or falling.

    tests/bench/http/sizes.py [--max N] [--only P1,P3] [--plot FILE] [--json FILE] [-- OPTION...]

One connection, one request after the other; the best of several. What counts is the processor time
of the service, all its threads together, since the caller's depends on what else runs here: it is
printed beside it. Exits with 1 where ten times the documents cost more than 13 times as much.
--plot writes the picture that tests/bench/README.md shows. Options after -- go to `docmill serve`.
"""

import argparse
import http.client
import json
import pathlib
import random
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[2]
sys.path[:0] = [str(HERE.parent), str(HERE.parent / "engine"), str(ROOT / "tests" / "lib")]

import data  # noqa: E402
import peers  # noqa: E402
from load import cpu_ns  # noqa: E402
from pipelines import PIPELINES, WHAT  # noqa: E402
from plot import svg  # noqa: E402
from service import Service, prefer_release  # noqa: E402

FLAT = ["P1", "P2", "P3", "P4", "P5"]
RATIO_MAX = 13.0
SECONDS_MIN = 0.4  # of measuring, for each point
TURNS_MAX = 400
TURNS_MIN = 3
ROOM = ["--max-body", "1GiB", "--max-output", "1GiB", "--max-memory", "8GiB", "--max-time", "5min"]


class Bodies:
    """Requests of any number of documents, made from one list of records."""

    def __init__(self, n_max: int) -> None:
        chance = random.Random("docmill sizes")
        records = (data.flat(chance, i) for i in range(n_max))
        self.records = [json.dumps(r, ensure_ascii=False, separators=(",", ":")) for r in records]

    def of(self, name: str, n: int) -> bytes:
        pipeline = json.dumps(PIPELINES[name])
        documents = ",".join(self.records[:n])
        return f'{{"pipeline":{pipeline},"documents":[{documents}]}}'.encode()


def ask(connection: http.client.HTTPConnection, body: bytes, pid: int) -> tuple[float, float]:
    """Send one request; return seconds of the service's processors, and of the caller."""
    before, start = cpu_ns(pid), time.perf_counter()
    connection.request("POST", "/transform", body, {"Content-Type": "application/json"})
    answer = connection.getresponse()
    content = answer.read()
    seconds = time.perf_counter() - start
    if answer.status != 200:
        raise SystemExit(f"status {answer.status}: {content[:500].decode()}")
    return (cpu_ns(pid) - before) / 1e9, seconds


def best_of(connection: http.client.HTTPConnection, body: bytes, pid: int) -> tuple[float, float]:
    """The least of several, each; there are more of those that take little."""
    times: list[tuple[float, float]] = []
    until = time.perf_counter() + SECONDS_MIN
    while len(times) < TURNS_MIN or (time.perf_counter() < until and len(times) < TURNS_MAX):
        times.append(ask(connection, body, pid))
    return min(cpu for cpu, _ in times), min(wall for _, wall in times)


def measure(service: Service, bodies: Bodies, names: list[str]) -> dict[str, dict[int, float]]:
    """Seconds of processor time, by pipeline and number of documents."""
    results: dict[str, dict[int, float]] = {}
    host, port = service.address
    connection = http.client.HTTPConnection(host, port, timeout=300)
    for name in names:
        n = 1
        results[name] = {}
        while n <= len(bodies.records):
            cpu, wall = best_of(connection, bodies.of(name, n), service.process.pid)
            results[name][n] = cpu
            each = f"{1e6 * cpu / n:10.3f} us each, the caller's {1e6 * wall / n:10.3f}"
            print(f"{name} {n:>9,} documents {each}", flush=True)
            n *= 10
    connection.close()
    return results


def growing(results: dict[str, dict[int, float]]) -> list[str]:
    """Where ten times the documents cost too much."""
    found = []
    for name, times in results.items():
        for (n, before), (_, after) in zip(times.items(), list(times.items())[1:], strict=False):
            if after > RATIO_MAX * before:
                found.append(f"{name}: {10 * n:,} documents cost {after / before:.1f} x {n:,}")
    return found


def draw(results: dict[str, dict[int, float]]) -> str:
    lines = {
        f"{name} {WHAT[name]}": [(float(n), 1e6 * s / n) for n, s in times.items()]
        for name, times in results.items()
    }
    title = "POST /transform: processor time per document, HTTP included"
    return svg(title, "documents in the request", "microseconds per document", lines)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--max", type=int, default=1_000_000)
    parser.add_argument("--only", default=",".join(FLAT))
    parser.add_argument("--plot", type=pathlib.Path)
    parser.add_argument("--json", type=pathlib.Path)
    words = sys.argv[1:]
    split = words.index("--") if "--" in words else len(words)
    options = parser.parse_args(words[:split])
    prefer_release()
    bodies = Bodies(options.max)
    with tempfile.TemporaryDirectory() as folder:
        log = pathlib.Path(folder) / "log"
        command = ["--store", "memory", "--access-log", "off", *ROOM, *words[split + 1 :]]
        with Service(*command, log_to=log) as service:
            results = measure(service, bodies, options.only.split(","))
    print(peers.machine())
    if options.plot:
        options.plot.write_text(draw(results))
    if options.json:
        report = {"machine": peers.machine(), "seconds": results}
        options.json.write_text(json.dumps(report, indent=2) + "\n")
    found = growing(results)
    print("\n".join(found) or "nothing grows faster than the documents")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
