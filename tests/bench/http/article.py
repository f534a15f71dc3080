#!/usr/bin/env python3
"""The article's table: the task API in Flask, FastAPI, Actix-web and docmill, under wrk.

    tests/bench/http/article.py [--rounds 3] [--seconds 3] [--only actix,docmill] [--json FILE]
    tests/bench/http/article.py --clean-builds

The peers are the programs of the article as they stand there (Actix-web with a handler for one
task added in its style; FastAPI is the Flask program with the article's TaskCreate). Each turn
starts every program anew, twice: without tasks (empty list, create), and with 100 (list, get one).
All keep tasks in memory, but for the row that says otherwise, and log nothing, but for the row
with docmill's defaults. wrk runs on the same machine; latencies are as it sees them.
--clean-builds measures, instead, how long Actix-web's program and docmill take to build.
"""

import argparse
import contextlib
import json
import os
import pathlib
import resource
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[2]
sys.path[:0] = [str(HERE.parent), str(ROOT / "tests" / "lib")]

import peers  # noqa: E402
from load import free_port, rss_mb, wrk  # noqa: E402
from service import Service, prefer_release  # noqa: E402

TASKS = 100
TASK = {"title": "Task", "description": "One of a hundred or so"}
PATIENCE = 30.0
ROWS = {
    "empty": "empty list",
    "list": f"list of {TASKS}",
    "one": "get one",
    "create": "create",
}


@dataclass
class Running:
    """A program that answers."""

    url: str
    pid: int
    start_ms: float  # from the start of the process to its first answer


@dataclass
class Program:
    """One row; start(n_tasks, folder) is a context that yields what runs."""

    name: str
    start: Callable[[int, pathlib.Path], Any]
    is_ours: bool = False


def ask(url: str, body: object = None) -> tuple[int, Any]:
    """One request; status and JSON."""
    request = urllib.request.Request(url)
    if body is not None:
        request.data = json.dumps(body).encode()
        request.add_header("Content-Type", "application/json")
    with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
        return answer.status, json.load(answer)


def expect(is_right: bool, what: str) -> None:
    if not is_right:
        raise SystemExit(f"wrong answer: {what}")


def wait_for(url: str, process: subprocess.Popen[bytes], since: float) -> float:
    """Milliseconds to the first answer."""
    while time.monotonic() < since + PATIENCE:
        if process.poll() is not None:
            raise SystemExit(f"{process.args} ended with status {process.returncode}")
        with contextlib.suppress(OSError, urllib.error.URLError):
            ask(f"{url}/tasks")
            return 1000 * (time.monotonic() - since)
        time.sleep(0.002)
    raise SystemExit(f"{process.args} did not answer")


@contextlib.contextmanager
def process(
    command: list[str], port: int, folder: pathlib.Path, environment: dict[str, str] | None = None
) -> Iterator[Running]:
    """A program that is told its port; what it says goes to a file."""
    since = time.monotonic()
    with (folder / "peer.log").open("ab") as log:
        child = subprocess.Popen(
            command,
            stdout=log,
            stderr=log,
            cwd=HERE / "peers",
            env={**os.environ, **(environment or {})},
        )
    try:
        url = f"http://127.0.0.1:{port}"
        yield Running(url, child.pid, wait_for(url, child, since))
    finally:
        child.terminate()
        child.wait(PATIENCE)


def fill(running: Running, n_tasks: int) -> None:
    for _ in range(n_tasks):
        status, _ = ask(f"{running.url}/tasks", TASK)
        expect(status == 201, "a task was not created")


def flask() -> Program:
    python = peers.python_with("flask")

    @contextlib.contextmanager
    def start(n_tasks: int, folder: pathlib.Path) -> Iterator[Running]:
        port = free_port()
        command = [str(python), "-m", "gunicorn", "-w", "2", "--preload", "-b", f"127.0.0.1:{port}"]
        module = "flask_seeded:app" if n_tasks else "flask_app:app"
        with process([*command, module], port, folder, {"TASKS": str(n_tasks)}) as running:
            yield running

    return Program("Flask, gunicorn -w 2", start)


def fastapi() -> Program:
    python = peers.python_with("fastapi")

    @contextlib.contextmanager
    def start(n_tasks: int, folder: pathlib.Path) -> Iterator[Running]:
        port = free_port()
        command = [str(python), "-m", "uvicorn", "--no-access-log", "--port", str(port)]
        with process([*command, "fastapi_app:app"], port, folder) as running:
            fill(running, n_tasks)
            yield running

    return Program("FastAPI, uvicorn", start)


def actix() -> Program:
    binary = peers.cargo(HERE / "peers" / "actix") / "docmill-bench-actix"

    @contextlib.contextmanager
    def start(n_tasks: int, folder: pathlib.Path) -> Iterator[Running]:
        port = free_port()
        with process([str(binary), str(port)], port, folder) as running:
            fill(running, n_tasks)
            yield running

    return Program("Actix-web 4", start)


def docmill(name: str, *options: str) -> Program:
    @contextlib.contextmanager
    def start(n_tasks: int, folder: pathlib.Path) -> Iterator[Running]:
        place = folder / f"{time.monotonic_ns()}.db"
        words = [word.replace("DB", str(place)) for word in options]
        since = time.monotonic()
        with Service(*words, log_to=folder / "docmill.log") as service:
            ask(f"{service.url}/tasks")
            start_ms = 1000 * (time.monotonic() - since)
            running = Running(service.url, service.process.pid, start_ms)
            fill(running, n_tasks)
            yield running

    return Program(name, start, is_ours=True)


QUIET = ("--access-log", "off")
MAKERS: dict[str, Callable[[], Program]] = {
    "docmill": lambda: docmill("docmill", "--store", "memory", *QUIET),
    "docmill-log": lambda: docmill("docmill, access log on", "--store", "memory"),
    "docmill-sqlite": lambda: docmill("docmill, SQLite", "--store", "sqlite:DB", *QUIET),
    "actix": actix,
    "fastapi": fastapi,
    "flask": flask,
}


def measure_without_tasks(
    program: Program, folder: pathlib.Path, seconds: float
) -> dict[str, dict[str, float]]:
    """Idle memory, the empty list, and creating."""
    with program.start(0, folder) as running:
        result = {"process": {"start_ms": running.start_ms, "idle_mb": rss_mb(running.pid)}}
        _, answer = ask(f"{running.url}/tasks")
        expect(answer["tasks"] == [] and answer["count"] == 0, f"{program.name}: {answer}")
        result["empty"] = wrk(f"{running.url}/tasks", running.pid, seconds)
        status, answer = ask(f"{running.url}/tasks", TASK)
        is_right = status == 201 and answer.items() >= (TASK | {"status": "pending"}).items()
        expect(is_right, f"{program.name}: {answer}")
        result["create"] = wrk(
            f"{running.url}/tasks", running.pid, seconds, script=HERE / "create.lua"
        )
    return result


def measure_with_tasks(
    program: Program, folder: pathlib.Path, seconds: float
) -> dict[str, dict[str, float]]:
    """The list, one of it, and memory after both."""
    with program.start(TASKS, folder) as running:
        _, answer = ask(f"{running.url}/tasks")
        expect(answer["count"] == len(answer["tasks"]) == TASKS, f"{program.name}: a list")
        result = {"list": wrk(f"{running.url}/tasks", running.pid, seconds)}
        task = answer["tasks"][TASKS // 2]
        _, answer = ask(f"{running.url}/tasks/{task['id']}")
        expect(answer == task, f"{program.name}: {answer}")
        result["one"] = wrk(f"{running.url}/tasks/{task['id']}", running.pid, seconds)
        result["process"] = {"loaded_mb": rss_mb(running.pid)}
    return result


def merge(turns: list[dict[str, dict[str, float]]]) -> dict[str, dict[str, float]]:
    """Medians of what was measured."""
    merged: dict[str, dict[str, list[float]]] = {}
    for turn in turns:
        for row, figures in turn.items():
            for key, value in figures.items():
                merged.setdefault(row, {}).setdefault(key, []).append(value)
    return {
        row: {key: round(peers.median_of(values), 3) for key, values in figures.items()}
        for row, figures in merged.items()
    }


def measure(found: list[Program], options: argparse.Namespace) -> dict[str, Any]:
    """Take turns."""
    turns: dict[str, list[dict[str, dict[str, float]]]] = {p.name: [] for p in found}
    with tempfile.TemporaryDirectory() as folder:
        for i in range(options.rounds):
            for program in found:
                print(f"turn {i + 1}: {program.name}", file=sys.stderr, flush=True)
                place = pathlib.Path(folder)
                turns[program.name].append(measure_without_tasks(program, place, options.seconds))
                turns[program.name].append(measure_with_tasks(program, place, options.seconds))
    return {name: merge(of_name) for name, of_name in turns.items()}


def size_of(path: pathlib.Path) -> float:
    """Megabytes of a program without its debugging symbols."""
    with tempfile.NamedTemporaryFile() as stripped:
        shutil.copy(path, stripped.name)
        if shutil.which("strip"):
            subprocess.run(["strip", stripped.name], check=True)
        return pathlib.Path(stripped.name).stat().st_size / 1e6


def lines_of(results: dict[str, Any]) -> Iterator[str]:
    """The table."""
    columns = [*ROWS.values(), "idle MB", "after load MB", "start ms"]
    yield "| requests a second, mean, p99 | " + " | ".join(columns) + " |"
    yield "|---|" + "---|" * len(columns)
    for name, rows in results.items():
        cells = [
            f"{rows[row]['requests_per_s']:,.0f}, {rows[row]['mean_ms']:.2f} ms, "
            f"{rows[row]['p99_ms']:.1f} ms"
            for row in ROWS
        ]
        figures = rows["process"]
        cells += [f"{figures['idle_mb']:.1f}", f"{figures['loaded_mb']:.1f}"]
        cells.append(f"{figures['start_ms']:.0f}")
        yield f"| {name} | " + " | ".join(cells) + " |"
    yield ""
    yield "| processor time a request, µs | " + " | ".join(ROWS.values()) + " |"
    yield "|---|" + "---|" * len(ROWS)
    for name, rows in results.items():
        yield f"| {name} | " + " | ".join(f"{rows[row]['cpu_us']:.0f}" for row in ROWS) + " |"


def goals_of(results: dict[str, Any]) -> Iterator[str]:
    """What was asked for, and whether it is so."""
    ours, peer = results.get("docmill"), results.get("Actix-web 4")
    if ours is None or peer is None:
        return
    for row, what in ROWS.items():
        ratio = ours[row]["requests_per_s"] / peer[row]["requests_per_s"]
        goal = 4.0 if row == "list" else 0.75
        yield f"{'met' if ratio >= goal else 'MISSED':7}{what}: {ratio:.2f} x Actix-web ({goal} x)"
        ratio = ours[row]["p99_ms"] / peer[row]["p99_ms"]
        yield f"{'met' if ratio <= 0.5 else 'MISSED':7}{what}: {ratio:.2f} of its p99 (0.5)"
    idle = ours["process"]["idle_mb"]
    yield f"{'met' if idle <= 16 else 'MISSED':7}idle: {idle:.1f} MiB (16)"


def timed(command: list[str], environment: dict[str, str], log: pathlib.Path) -> float:
    since = time.monotonic()
    with log.open("ab") as file:
        subprocess.run(command, check=True, stdout=file, stderr=file, env=environment)
    return time.monotonic() - since


def processor_s() -> float:
    """Of all children that have ended: the same whoever else is on the machine, nearly."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def clean_builds() -> dict[str, Any]:
    """Seconds, from nothing but sources and installed libraries; and one file changed."""
    environment = {**os.environ, "CCACHE_DISABLE": "1"}
    for name in ("CC", "CXX"):
        environment.pop(name, None)
    # Meson must not find the Python of a virtual environment.
    environment["PATH"] = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
    with tempfile.TemporaryDirectory() as folder:
        build, log = f"{folder}/build", peers.PLACE / "clean.log"
        peers.PLACE.mkdir(parents=True, exist_ok=True)
        cpu = processor_s()
        setup = ["meson", "setup", build, str(ROOT), "-Dbuildtype=release", "-Dtests=disabled"]
        clean = timed(setup, environment, log)
        clean += timed(["meson", "compile", "-C", build], environment, log)
        cpu = processor_s() - cpu
        (ROOT / "service/engine/expr/round.c").touch()
        again = timed(["meson", "compile", "-C", build], environment, log)
        ours = {
            "clean_s": round(clean, 1),
            "clean_cpu_s": round(cpu, 1),
            "one_file_s": round(again, 1),
            "program_mb": round(size_of(pathlib.Path(build) / "service/docmill"), 1),
        }
    folder = HERE / "peers" / "actix"
    peers.cargo(folder)  # what is downloaded counts for nothing
    since, cpu = time.monotonic(), processor_s()
    binary = peers.cargo(folder, is_clean=True) / "docmill-bench-actix"
    clean, cpu = time.monotonic() - since, processor_s() - cpu
    (folder / "src/main.rs").touch()
    since = time.monotonic()
    peers.cargo(folder)
    again = time.monotonic() - since
    theirs = {
        "clean_s": round(clean, 1),
        "clean_cpu_s": round(cpu, 1),
        "one_file_s": round(again, 1),
        "program_mb": round(size_of(binary), 1),
    }
    return {"docmill": ours, "Actix-web 4": theirs}


def print_builds(results: dict[str, Any]) -> None:
    print("| | clean build, s | of processors, s | one file changed, s | program, MB |")
    print("|---|---|---|---|---|")
    columns = ("clean_s", "clean_cpu_s", "one_file_s", "program_mb")
    for name, row in results.items():
        print(f"| {name} | " + " | ".join(str(row[column]) for column in columns) + " |")


def programs(wanted: list[str]) -> list[Program]:
    """Those that can be had."""
    found = []
    for name in wanted:
        try:
            found.append(MAKERS[name]())
        except peers.Missing as error:
            print(f"skipped {name}: {error}", file=sys.stderr)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=3)
    parser.add_argument("--only", default=",".join(MAKERS))
    parser.add_argument("--clean-builds", action="store_true")
    parser.add_argument("--json", type=pathlib.Path)
    options = parser.parse_args()
    prefer_release()
    if options.clean_builds:
        results = clean_builds()
        print_builds(results)
    else:
        peers.tool("wrk")
        results = measure(programs(options.only.split(",")), options)
        print(
            f"{peers.machine()}; 100 connections, {options.rounds} turns of {options.seconds} s\n"
        )
        print("\n".join([*lines_of(results), "", *goals_of(results)]))
    if options.json:
        report = {"machine": peers.machine(), "results": results}
        options.json.write_text(json.dumps(report, indent=2) + "\n")


if __name__ == "__main__":
    main()
