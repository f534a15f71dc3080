#!/usr/bin/env python3
"""What durability costs, and what a million stored tasks do.

    tests/bench/http/durable.py [--rounds 3] [--seconds 3] [--tasks 1000000] [--json FILE]

Creations by 32 clients, in turns: docmill in memory, docmill on SQLite (each answer after its
commit is on the disk), and Flask with SQLAlchemy on SQLite; beside them the time of an fdatasync,
measured before each round.  Then GET /tasks/{id} and a page of 100 of the list on SQLite with a
thousand tasks and with --tasks of them.
"""

import argparse
import contextlib
import json
import os
import pathlib
import random
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Iterator

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[2]
sys.path[:0] = [str(ROOT / "tests" / "lib"), str(HERE), str(HERE.parent)]

import peers  # noqa: E402
from load import free_port, wrk  # noqa: E402
from service import Service, prefer_release  # noqa: E402

CLIENTS = 32
FEW = 1000


def fdatasync_ms(folder: pathlib.Path) -> float:
    """The time that bringing 8 KiB to the disk takes here: the median of 100."""
    times = []
    descriptor = os.open(folder / "sync", os.O_RDWR | os.O_CREAT, 0o600)
    for i in range(100):
        os.pwrite(descriptor, bytes(8192), i * 8192)
        began = time.perf_counter()
        os.fdatasync(descriptor)
        times.append(time.perf_counter() - began)
    os.close(descriptor)
    return statistics.median(times) * 1000


@contextlib.contextmanager
def docmill(store: str, folder: pathlib.Path) -> Iterator[tuple[str, int]]:
    with Service("--access-log", "off", store=store, log_to=folder / "log") as service:
        yield service.url, service.process.pid


@contextlib.contextmanager
def flask(folder: pathlib.Path) -> Iterator[tuple[str, int]]:
    python = peers.python_with("sqlalchemy")
    port = free_port()
    command = [python, "-m", "gunicorn", "-w", "2", "-b", f"127.0.0.1:{port}"]
    (folder / "tasks.db").unlink(missing_ok=True)
    environment = {**os.environ, "PYTHONPATH": str(HERE / "peers")}
    with (folder / "flask.log").open("w") as log:
        process = subprocess.Popen(
            [*command, "--preload", "flask_sqlalchemy_app:app"],
            cwd=folder, env=environment, stdout=log, stderr=log,
        )  # fmt: skip
    try:
        wait_for(f"http://127.0.0.1:{port}/")
        yield f"http://127.0.0.1:{port}", process.pid
    finally:
        process.terminate()
        process.wait(30)


def wait_for(url: str) -> None:
    for _ in range(300):
        try:
            urllib.request.urlopen(url, timeout=1)
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise SystemExit(f"nobody answers at {url}")


def creations(arguments: argparse.Namespace, folder: pathlib.Path) -> dict:
    starts = {
        "memory": lambda: docmill("memory", folder),
        "sqlite": lambda: docmill("sqlite", folder),
        "flask": lambda: flask(folder),
    }
    try:
        peers.python_with("sqlalchemy")
    except peers.Missing as missing:
        print(f"without Flask and SQLAlchemy: {missing}")
        del starts["flask"]
    turns: dict[str, list[float]] = {name: [] for name in starts}
    syncs = []
    for _ in range(arguments.rounds):
        syncs.append(fdatasync_ms(folder))
        for name, start in starts.items():
            with start() as (url, pid):
                script = HERE / "create.lua"
                turn = wrk(f"{url}/tasks", pid, arguments.seconds, CLIENTS, script=script)
                turns[name].append(turn["requests_per_s"])
    result = {name: round(statistics.median(values)) for name, values in turns.items()}
    result["fdatasync_ms"] = round(statistics.median(syncs), 3)
    result["bound"] = round(0.7 * CLIENTS / (result["fdatasync_ms"] / 1000))
    return result


def fill(file: pathlib.Path, n_tasks: int) -> list[str]:
    """Put tasks into a store that is closed; some of their ids."""
    start_ms = 1_700_000_000_000
    rng = random.Random(n_tasks)

    def rows() -> Iterator[tuple]:
        for i in range(n_tasks):
            task_id = ((start_ms + i) << 80 | 7 << 76 | 1 << 63 | i).to_bytes(16, "big")
            title, text = f"Task {i}", "One of very many, and none is like the other"
            yield task_id, title, text, rng.randint(1, 5), start_ms + i, start_ms + i

    with contextlib.closing(sqlite3.connect(file)) as database:
        database.execute("PRAGMA synchronous = OFF")
        database.executemany(
            "INSERT INTO tasks (id, kind, title, description, status, priority, created_ms,"
            " updated_ms, version) VALUES (?, 1, ?, ?, 'pending', ?, ?, ?, 1)",
            rows(),
        )
        database.commit()
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        ids = [
            database.execute("SELECT id FROM tasks WHERE seq = ?", [seq]).fetchone()[0]
            for seq in rng.sample(range(1, n_tasks + 1), 200)
        ]
    return [str(uuid.UUID(bytes=task_id)) for task_id in ids]


def write_script(folder: pathlib.Path, name: str, paths: list[str]) -> pathlib.Path:
    """Requests for these paths, one after the other."""
    script = folder / f"{name}.lua"
    listed = ",".join(json.dumps(path) for path in paths)
    script.write_text(
        f"local paths = {{{listed}}}\nlocal i = 0\n"
        "request = function() i = i % #paths + 1; return wrk.format('GET', paths[i]) end\n"
    )
    return script


def reading(arguments: argparse.Namespace, folder: pathlib.Path) -> dict:
    stores = {}
    for n_tasks in (FEW, arguments.tasks):
        file = folder / f"{n_tasks}.db"
        with docmill(f"sqlite:{file}", folder):
            pass
        ids = fill(file, n_tasks)
        pages = [f"/tasks?limit=100&cursor=c{n_tasks * i // 50}" for i in range(45)]
        stores[n_tasks] = {
            "file": file,
            "get": write_script(folder, f"get{n_tasks}", [f"/tasks/{i}" for i in ids]),
            "page": write_script(folder, f"page{n_tasks}", pages),
        }
    turns: dict[tuple[str, int], list[float]] = {}
    for _ in range(arguments.rounds):
        for n_tasks, store in stores.items():
            with docmill(f"sqlite:{store['file']}", folder) as (url, pid):
                for what in ("get", "page"):
                    turn = wrk(url, pid, arguments.seconds, CLIENTS, script=store[what])
                    turns.setdefault((what, n_tasks), []).append(turn["requests_per_s"])
    medians = {key: statistics.median(values) for key, values in turns.items()}
    return {
        what: {
            "few": round(medians[what, FEW]),
            "many": round(medians[what, arguments.tasks]),
            "times_slower": round(medians[what, FEW] / medians[what, arguments.tasks], 2),
        }
        for what in ("get", "page")
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=3)
    parser.add_argument("--tasks", type=int, default=1_000_000)
    parser.add_argument("--json", type=pathlib.Path)
    arguments = parser.parse_args()
    prefer_release()
    if shutil.which("wrk") is None:
        raise SystemExit("wrk is needed")
    # Not on a disk in memory: that syncs for nothing.
    peers.PLACE.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=peers.PLACE) as name:
        folder = pathlib.Path(name)
        os.environ["TMPDIR"] = tempfile.tempdir = name
        made = creations(arguments, folder)
        print(f"creations by {CLIENTS} clients, a second")
        for row in ("memory", "sqlite", "flask"):
            if row in made:
                print(f"  {row:8}{made[row]:>8}   {made['sqlite'] / made[row]:6.2f}x")
        print(f"  fdatasync {made['fdatasync_ms']} ms: 70 % of 32 / fdatasync is {made['bound']}")
        read = reading(arguments, folder)
        print(f"reading with {FEW} tasks and with {arguments.tasks}, a second")
        for what, row in read.items():
            print(f"  {what:8}{row['few']:>8}{row['many']:>8}   {row['times_slower']:.2f}x slower")
    if arguments.json:
        report = {"creations": made, "reading": read, "processors": os.cpu_count()}
        arguments.json.write_text(json.dumps(report, indent=2) + "\n")


if __name__ == "__main__":
    main()
