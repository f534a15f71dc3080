#!/usr/bin/env python3
"""Kill the service again and again under clients that write, and look at what is left.

    tests/lib/kill_loop.py [--store sqlite|postgresql] [--kills 1000] [--clients 16]
                           [--ready 1.0] [--seed N]

Each client creates tasks, each under a key of its own, and sends a creation again (same key, same
body) until it is acknowledged.  At the end every acknowledged task must be there, no key may have
made two, and SQLite must find its file sound.  (PostgreSQL goes on meanwhile.)  A start that takes
longer than --ready seconds, from the start of the process to the first good answer, is a failure.
"""

import argparse
import contextlib
import dataclasses
import http.client
import json
import pathlib
import random
import sqlite3
import sys
import tempfile
import threading
import time
import uuid

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from postgres import Server
from service import Service, find_binary

RUN_S = (0.02, 0.25)  # how long the service may live


@dataclasses.dataclass
class Outcome:
    """What a loop has seen."""

    kills: int
    acknowledged: int
    sent_again: int
    slowest_start: float
    problems: list[str]


class Writers:
    """The clients: they follow the service from address to address."""

    def __init__(self, n_clients: int) -> None:
        self.address = ("127.0.0.1", 0)
        self.tasks: dict[str, str] = {}  # by key: the id that was acknowledged
        self.sent_again = 0
        self.problems: list[str] = []
        self._is_up = threading.Event()
        self._is_over = False
        self._lock = threading.Lock()
        self._threads = [threading.Thread(target=self._write) for _ in range(n_clients)]
        for thread in self._threads:
            thread.start()

    def up(self, address: tuple[str, int]) -> None:
        self.address = address
        self._is_up.set()

    def down(self) -> None:
        self._is_up.clear()

    def finish(self) -> None:
        """Let everybody have the creation acknowledged that is under way."""
        self._is_over = True
        for thread in self._threads:
            thread.join()

    def _write(self) -> None:
        while not self._is_over:
            key = str(uuid.uuid4())
            tries = 0
            while (answer := self._send(key)) is None:
                tries += 1
            status, task = answer
            with self._lock:
                self.sent_again += tries
                if status == 201 and task["title"] == key:
                    self.tasks[key] = task["id"]
                else:
                    self.problems.append(f"{key} was answered {status}: {task}")

    def _send(self, key: str) -> tuple[int, dict[str, str]] | None:
        """One try; None: nobody can say whether it has worked."""
        self._is_up.wait(10)
        connection = http.client.HTTPConnection(*self.address, timeout=10)
        headers = {"Content-Type": "application/json", "Idempotency-Key": key}
        try:
            connection.request("POST", "/tasks", json.dumps({"title": key}), headers)
            response = connection.getresponse()
            body = response.read()
            if response.status >= 500:
                return None
            return response.status, json.loads(body)
        except (OSError, http.client.HTTPException):
            return None
        finally:
            connection.close()


def start(store: str, writers: Writers) -> tuple[Service, float]:
    """A service that is ready, and how long that took."""
    began = time.monotonic()
    service = Service("--access-log", "off", store=store)
    service.__enter__()
    connection = http.client.HTTPConnection(*service.address, timeout=10)
    connection.request("GET", "/tasks?limit=1")
    assert connection.getresponse().status == 200
    took = time.monotonic() - began
    connection.close()
    writers.up(service.address)
    return service, took


def look_into_file(file: pathlib.Path) -> tuple[dict[str, str], list[str]]:
    """Ids and titles, and what is wrong with the file, seen from outside."""
    with contextlib.closing(sqlite3.connect(file)) as database:
        sound = database.execute("PRAGMA integrity_check").fetchall()
        rows = database.execute("SELECT id, title FROM tasks").fetchall()
    problems = [] if sound == [("ok",)] else [f"integrity_check: {sound[:3]}"]
    return {str(uuid.UUID(bytes=task_id)): title for task_id, title in rows}, problems


def compare(found: dict[str, str], writers: Writers) -> list[str]:
    """What is wrong with the tasks that are there."""
    problems = []
    if len(set(found.values())) != len(found):
        problems.append(f"{len(found) - len(set(found.values()))} keys have made two tasks")
    lost = [key for key, task_id in writers.tasks.items() if found.get(task_id) != key]
    if lost:
        problems.append(f"{len(lost)} acknowledged tasks are lost, such as {lost[0]}")
    if len(found) != len(writers.tasks):
        problems.append(f"{len(found)} tasks, and {len(writers.tasks)} acknowledged")
    return problems


def kill_again_and_again(store: str, kills: int, seed: int, writers: Writers) -> float:
    """Let the writers write, and kill; how long the slowest start took."""
    rng = random.Random(seed)
    slowest = 0.0
    for _ in range(kills):
        service, took = start(store, writers)
        slowest = max(slowest, took)
        time.sleep(rng.uniform(*RUN_S))  # the kill may come at any moment
        writers.down()
        service.kill()
    service, took = start(store, writers)
    writers.finish()
    service.__exit__()
    return max(slowest, took)


def run(kills: int, clients: int, seed: int) -> Outcome:
    with tempfile.TemporaryDirectory(prefix="docmill-kills-") as folder:
        file = pathlib.Path(folder) / "tasks.db"
        writers = Writers(clients)
        slowest = kill_again_and_again(f"sqlite:{file}", kills, seed, writers)
        found, problems = look_into_file(file)
    problems += writers.problems + compare(found, writers)
    return Outcome(kills, len(writers.tasks), writers.sent_again, slowest, problems)


def run_on_postgres(server: Server, kills: int, clients: int, seed: int) -> Outcome:
    url = server.create_database()
    writers = Writers(clients)
    slowest = kill_again_and_again(url, kills, seed, writers)
    found = dict(server.query("SELECT id, title FROM tasks", url))
    problems = writers.problems + compare(found, writers)
    return Outcome(kills, len(writers.tasks), writers.sent_again, slowest, problems)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--store", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--kills", type=int, default=1000)
    parser.add_argument("--clients", type=int, default=16)
    parser.add_argument("--ready", type=float, default=1.0, help="seconds that a start may take")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(2**32))
    arguments = parser.parse_args()
    if find_binary() is None:
        raise SystemExit("nothing has been built: set DOCMILL_BIN")
    print(f"seed {arguments.seed}", flush=True)
    numbers = (arguments.kills, arguments.clients, arguments.seed)
    if arguments.store == "sqlite":
        outcome = run(*numbers)
    else:
        with Server() as server:
            outcome = run_on_postgres(server, *numbers)
    if outcome.slowest_start > arguments.ready:
        outcome.problems.append(f"a start took {outcome.slowest_start:.2f} s")
    print(
        f"{outcome.kills} kills, {outcome.acknowledged} tasks acknowledged, "
        f"{outcome.sent_again} tries repeated, slowest start {outcome.slowest_start:.2f} s"
    )
    print("\n".join(outcome.problems) or "nothing lost, nothing doubled")
    return 1 if outcome.problems else 0


if __name__ == "__main__":
    sys.exit(main())
