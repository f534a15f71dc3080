"""Two replicas, restarted one after the other, and callers who go where /readyz says yes."""

import dataclasses
import http.client
import json
import threading
import urllib.error
import urllib.request
from typing import Self

from service import PATIENCE, Service
from until import until

LOOK_S = 0.05
OPTIONS = ("--store", "memory", "--shutdown-delay", "1s", "--access-log", "errors")
BODY = json.dumps(
    {
        "documents": [{"k": n % 7, "v": n} for n in range(200)],
        "pipeline": [{"$group": {"_id": "$k", "sum": {"$sum": "$v"}}}, {"$sort": {"_id": 1}}],
    }
).encode()


@dataclasses.dataclass
class Outcome:
    n_answered: int = 0
    failures: list[str] = dataclasses.field(default_factory=list)


class Replica:
    """A service that comes back, on another port, each time it is restarted."""

    def __init__(self) -> None:
        self.is_ready = False
        self._service = Service(*OPTIONS).__enter__()

    @property
    def address(self) -> tuple[str, int]:
        return self._service.address

    def look(self) -> None:
        """Ask /readyz, as a load balancer does."""
        try:
            with urllib.request.urlopen(f"{self._service.admin_url}/readyz", timeout=1) as answer:
                self.is_ready = answer.status == 200
        except (urllib.error.URLError, OSError):
            self.is_ready = False

    def restart(self) -> None:
        """End it, which must be clean, and start it anew."""
        self.stop()
        self._service = Service(*OPTIONS).__enter__()
        self.look()
        until(lambda: self.is_ready, "ready", every=LOOK_S)

    def stop(self) -> None:
        self._service.__exit__()


class Replicas:
    """Both, with a thread that looks whether they are ready."""

    def __init__(self) -> None:
        self.all = [Replica(), Replica()]
        self._has_ended = threading.Event()
        self._looker = threading.Thread(target=self._look)

    def __enter__(self) -> Self:
        for replica in self.all:
            replica.look()
        self._looker.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._has_ended.set()
        self._looker.join()
        for replica in self.all:
            replica.stop()

    def choose(self, number: int) -> Replica:
        """One that is ready; callers spread by their numbers."""
        ready = [replica for replica in self.all if replica.is_ready]
        assert ready, "no replica is ready"
        return ready[number % len(ready)]

    def _look(self) -> None:
        while not self._has_ended.wait(LOOK_S):
            for replica in self.all:
                replica.look()


class Caller:
    """Asks again and again, on a connection that it keeps while the service lets it."""

    def __init__(self, replicas: Replicas, number: int, has_ended: threading.Event) -> None:
        self.outcome = Outcome()
        self._replicas = replicas
        self._number = number
        self._has_ended = has_ended
        self._address: tuple[str, int] | None = None
        self._connection: http.client.HTTPConnection | None = None
        self.thread = threading.Thread(target=self._call)
        self.thread.start()

    def _call(self) -> None:
        while not self._has_ended.is_set():
            try:
                status = self._ask()
            except (OSError, http.client.HTTPException) as error:
                self.outcome.failures.append(repr(error))
                self._close()
                continue
            if status == 200:
                self.outcome.n_answered += 1
            else:
                self.outcome.failures.append(f"status {status}")
        self._close()

    def _ask(self) -> int:
        address = self._replicas.choose(self._number).address
        if self._connection is None or address != self._address:
            self._close()
            self._address = address
            self._connection = http.client.HTTPConnection(*address, timeout=PATIENCE)
        headers = {"Content-Type": "application/json"}
        self._connection.request("POST", "/transform", BODY, headers)
        answer = self._connection.getresponse()
        answer.read()
        if answer.getheader("Connection") == "close":
            self._close()
        return answer.status

    def _close(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._connection = None


def restart_under_load(n_restarts: int, n_callers: int) -> Outcome:
    """Restart the replicas in turns while callers call; what they saw, all together."""
    total = Outcome()
    has_ended = threading.Event()
    with Replicas() as replicas:
        callers = [Caller(replicas, number, has_ended) for number in range(n_callers)]
        try:
            for n in range(n_restarts):
                replicas.all[n % 2].restart()
        finally:
            has_ended.set()
            for caller in callers:
                caller.thread.join()
                total.n_answered += caller.outcome.n_answered
                total.failures += caller.outcome.failures
    return total
