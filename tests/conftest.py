"""What the Python tests share: a service that really runs, when one has been built."""

import json
import os
import pathlib
import queue
import subprocess
import threading
from collections.abc import Callable, Iterator

import pytest

ROOT = pathlib.Path(__file__).resolve().parent.parent
BUILDS = ("build-test/service/docmill", "build/service/docmill")
START_TIMEOUT = 30.0
DEFAULTS = (
    *("--listen", "127.0.0.1:0"),
    *("--admin-listen", "127.0.0.1:0"),
    *("--store", "memory"),
    *("--shutdown-delay", "0s"),
)


def find_binary() -> pathlib.Path | None:
    """The program under test: DOCMILL_BIN, or the newest place a build puts it."""
    named = os.environ.get("DOCMILL_BIN")
    if named:
        return pathlib.Path(named)
    return next((ROOT / path for path in BUILDS if (ROOT / path).exists()), None)


class Service:
    """A service of our own: on free ports, with an empty store."""

    def __init__(self, binary: pathlib.Path, *options: str) -> None:
        self._process = subprocess.Popen(
            [binary, "serve", *DEFAULTS, *options], stderr=subprocess.PIPE, text=True
        )
        self._lines: queue.Queue[str | None] = queue.Queue()
        self._reader = threading.Thread(target=self._read)
        self._reader.start()
        listening = self._wait_until_listening()
        self.url = f"http://{listening['service']}"
        self.admin_url = f"http://{listening['admin']}"

    @property
    def pid(self) -> int:
        return self._process.pid

    def _read(self) -> None:
        """Keep the pipe empty, so that the service never waits for us."""
        assert self._process.stderr is not None
        with self._process.stderr as pipe:
            for line in pipe:
                self._lines.put(line)
        self._lines.put(None)

    def _wait_until_listening(self) -> dict[str, str]:
        """The first line of the log that says where it listens."""
        seen = []
        while (line := self._lines.get(timeout=START_TIMEOUT)) is not None:
            seen.append(line)
            try:
                entry = json.loads(line)
            except ValueError:
                continue
            if "service" in entry:
                return entry
        self._reader.join()
        pytest.fail("the service did not start:\n" + "".join(seen))

    def stop(self) -> int:
        """Ask it to end; the status it ends with."""
        self._process.terminate()
        status = self._process.wait(timeout=START_TIMEOUT)
        self._reader.join()
        return status


@pytest.fixture(scope="session")
def binary() -> pathlib.Path:
    """The program under test."""
    found = find_binary()
    if found is None:
        pytest.skip("no service has been built: set DOCMILL_BIN or build in build-test/")
    return found


@pytest.fixture(scope="session")
def service(binary: pathlib.Path) -> Iterator[Service]:
    """A service that many tests share: what is in its store is anybody's."""
    service = Service(binary)
    yield service
    assert service.stop() == 0


@pytest.fixture(scope="session")
def service_url(service: Service) -> str:
    """The address of the service that many tests share."""
    return service.url


@pytest.fixture
def start_service(binary: pathlib.Path) -> Iterator[Callable[..., Service]]:
    """A function that starts a service with options of the test's own."""
    started: list[Service] = []

    def start(*options: str) -> Service:
        started.append(Service(binary, *options))
        return started[-1]

    yield start
    for service in started:
        assert service.stop() == 0
