#!/usr/bin/env python3
"""Take the database away from a service under load, and look at what its callers see.

    tests/lib/outage.py [--seconds 10] [--how stop|crash|hang] [--callers 4]

While PostgreSQL is away /transform must go on as before, /livez and /readyz too; /tasks must answer
503 store_unavailable, soon; and once PostgreSQL is there again, /tasks must work by itself.  What
was acknowledged before, during and after must be there at the end.
"""

import argparse
import collections
import dataclasses
import http.client
import json
import pathlib
import signal
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from postgres import Server
from service import Service, find_binary
from until import until

STORE_TIMEOUT_S = 1.0
PATIENCE = 30.0
TRANSFORM = {
    "documents": [{"k": n % 7, "v": n} for n in range(100)],
    "pipeline": [{"$group": {"_id": "$k", "sum": {"$sum": "$v"}}}, {"$sort": {"_id": 1}}],
}
WAYS: dict[str, Callable[[Server], None]] = {
    "stop": lambda server: server.stop(),
    "crash": lambda server: server.stop(signal.SIGQUIT),
    "hang": lambda server: server.pause(),
}


@dataclasses.dataclass
class Outcome:
    """What the callers saw while the database was away, and how it went on."""

    transforms: int = 0
    refused: int = 0  # creations, with 503
    acknowledged: int = 0
    slowest_transform_s: float = 0.0
    slowest_refusal_s: float = 0.0
    recovered_s: float = 0.0
    problems: list[str] = dataclasses.field(default_factory=list)


class Callers:
    """Threads that ask for one thing again and again, and note when each answer came."""

    def __init__(self, service: Service, n_each: int) -> None:
        self.service = service
        self.answers: dict[str, list[tuple[float, float, int, Any]]] = collections.defaultdict(list)
        self.problems: list[str] = []
        self._has_ended = threading.Event()
        self._lock = threading.Lock()
        self._threads = [
            threading.Thread(target=self._call, args=(path, body))
            for path, body in (("/transform", TRANSFORM), ("/tasks", {"title": "kept"}))
            for _ in range(n_each)
        ]
        for thread in self._threads:
            thread.start()

    def finish(self) -> None:
        self._has_ended.set()
        for thread in self._threads:
            thread.join()

    def since(self, path: str, moment: float, status: int) -> list[tuple[float, float, int, Any]]:
        """Answers to what was asked after a moment."""
        with self._lock:
            answers = list(self.answers[path])
        return [answer for answer in answers if answer[0] >= moment and answer[2] == status]

    def _call(self, path: str, body: Any) -> None:
        content = json.dumps(body)
        while not self._has_ended.is_set():
            began = time.monotonic()
            try:
                status, message = ask(self.service.address, "POST", path, content)
            except (OSError, http.client.HTTPException) as error:
                with self._lock:
                    self.problems.append(f"{path}: {error!r}")
                return
            with self._lock:
                self.answers[path].append((began, time.monotonic() - began, status, message))
            if status == 503:
                self._has_ended.wait(0.02)  # who is refused does not ask as fast as it can


def ask(
    address: tuple[str, int], method: str, path: str, content: str | None = None
) -> tuple[int, Any]:
    connection = http.client.HTTPConnection(*address, timeout=PATIENCE)
    try:
        connection.request(method, path, content, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        text = answer.read()
        return answer.status, json.loads(text) if text.startswith((b"{", b"[")) else text
    finally:
        connection.close()


def wait_for(callers: Callers, path: str, since: float, count: int, status: int) -> float:
    """How long it takes until so many answers of a status came."""
    end = time.monotonic() + PATIENCE
    while len(callers.since(path, since, status)) < count:
        if time.monotonic() > end:
            raise RuntimeError(f"no {count} answers {status} of {path} in {PATIENCE} s")
        time.sleep(0.01)  # polling, with an end
    return time.monotonic() - since


def judge(callers: Callers, outcome: Outcome) -> None:
    """What of the answers should not have been."""
    problems = outcome.problems
    problems += callers.problems
    for _, took, status, message in callers.answers["/transform"]:
        outcome.transforms += 1
        outcome.slowest_transform_s = max(outcome.slowest_transform_s, took)
        if status != 200:
            problems.append(f"/transform was answered {status}: {message}")
    for _, took, status, message in callers.answers["/tasks"]:
        if status == 201:
            outcome.acknowledged += 1
        elif status == 503 and message["code"] == "store_unavailable":
            outcome.refused += 1
            outcome.slowest_refusal_s = max(outcome.slowest_refusal_s, took)
        else:
            problems.append(f"/tasks was answered {status}: {message}")
    if outcome.slowest_refusal_s > 2 * STORE_TIMEOUT_S + 1:
        problems.append(f"a refusal took {outcome.slowest_refusal_s:.2f} s")


def look_at_log(service: Service, outcome: Outcome) -> None:
    """Who asks for work again and again says so once, and once that it is over.

    In a short outage it may be that nobody has asked.
    """

    def lines(text: str) -> int:
        return sum(str(line.get("msg", "")).startswith(text) for line in service.log)

    for what in ("jobs", "webhooks"):
        n_lost = lines(f"no {what} can be had")
        until(lambda what=what, n=n_lost: lines(f"{what} can be had again") == n, "told in the log")
        if n_lost > 1:
            outcome.problems.append(f"the log tells {n_lost} times that no {what} can be had")


def look_for_lost(callers: Callers, server: Server, url: str, outcome: Outcome) -> None:
    """Acknowledged tasks must be there; who was refused for certain must not."""
    found = {row[0] for row in server.query("SELECT id FROM tasks", url)}
    acknowledged = {a[3]["id"] for a in callers.answers["/tasks"] if a[2] == 201}
    if lost := acknowledged - found:
        outcome.problems.append(f"{len(lost)} acknowledged tasks are lost")
    # A commit whose answer was lost: at most one for each refused request.
    if len(found - acknowledged) > outcome.refused:
        outcome.problems.append(f"{len(found - acknowledged)} tasks nobody asked for")


def run(server: Server, seconds: float, how: str, n_callers: int) -> Outcome:
    outcome = Outcome()
    url = server.create_database()
    options = ("--access-log", "off", "--store-timeout", f"{STORE_TIMEOUT_S:g}s")
    options += ("--webhook-secret", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    with Service(*options, store=url) as service:
        callers = Callers(service, n_callers)
        try:
            start = time.monotonic()
            wait_for(callers, "/tasks", start, 20, 201)
            WAYS[how](server)
            away = time.monotonic()
            wait_for(callers, "/tasks", away, 1, 503)
            while time.monotonic() < away + seconds:
                for path in ("/livez", "/readyz"):
                    status, _ = ask(service.admin_address, "GET", path)
                    if status != 200:
                        outcome.problems.append(f"{path} was answered {status} meanwhile")
                time.sleep(0.1)  # one look after the other, for as long as was asked for
            wait_for(callers, "/transform", away + seconds, 1, 200)
            if len(callers.since("/tasks", away + STORE_TIMEOUT_S, 201)) > 0:
                outcome.problems.append("tasks were acknowledged while there was no database")
            back = time.monotonic()
            server.resume() if how == "hang" else server.start()
            outcome.recovered_s = wait_for(callers, "/tasks", back, 20, 201)
        finally:
            callers.finish()
            if not server.is_running:
                server.start()
            server.resume()
        judge(callers, outcome)
        look_at_log(service, outcome)
        look_for_lost(callers, server, url, outcome)
        password = url.split(":")[2].split("@")[0]
        if any(password in json.dumps(line) for line in service.log):
            outcome.problems.append("the log tells the password")
    return outcome


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--how", choices=sorted(WAYS), default="stop")
    parser.add_argument("--callers", type=int, default=4, help="for /transform and /tasks each")
    arguments = parser.parse_args()
    if find_binary() is None:
        raise SystemExit("nothing has been built: set DOCMILL_BIN")
    with Server() as server:
        outcome = run(server, arguments.seconds, arguments.how, arguments.callers)
    print(
        f"{outcome.transforms} transforms, the slowest {outcome.slowest_transform_s * 1e3:.0f} ms; "
        f"{outcome.acknowledged} tasks acknowledged, {outcome.refused} refused, the slowest after "
        f"{outcome.slowest_refusal_s * 1e3:.0f} ms; {outcome.recovered_s * 1e3:.0f} ms until 20 "
        "tasks were taken again"
    )
    print("\n".join(outcome.problems) or "nothing failed that must not, nothing was lost")
    return 1 if outcome.problems else 0


if __name__ == "__main__":
    sys.exit(main())
