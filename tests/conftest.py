"""What the Python tests share: a service that really runs, when one has been built."""

import json
import os
import pathlib
import queue
import subprocess
import threading
from collections.abc import Iterator

import pytest

ROOT = pathlib.Path(__file__).resolve().parent.parent
BUILDS = ("build-test/service/docmill", "build/service/docmill")
START_TIMEOUT = 30.0


def find_binary() -> pathlib.Path | None:
    """The program under test: DOCMILL_BIN, or the newest place a build puts it."""
    named = os.environ.get("DOCMILL_BIN")
    if named:
        return pathlib.Path(named)
    return next((ROOT / path for path in BUILDS if (ROOT / path).exists()), None)


@pytest.fixture(scope="session")
def service_url() -> Iterator[str]:
    """The address of a service with an empty store."""
    binary = find_binary()
    if binary is None:
        pytest.skip("no service has been built: set DOCMILL_BIN or build in build-test/")
    process = subprocess.Popen(
        [
            binary,
            "serve",
            "--listen",
            "127.0.0.1:0",
            "--admin-listen",
            "127.0.0.1:0",
            "--store",
            "memory",
            "--shutdown-delay",
            "0s",
        ],
        stderr=subprocess.PIPE,
        text=True,
    )
    lines: queue.Queue[str | None] = queue.Queue()
    reader = threading.Thread(target=_read, args=(process, lines))
    reader.start()
    try:
        yield _address(lines)
    finally:
        process.terminate()
        status = process.wait(timeout=START_TIMEOUT)
        reader.join()
    assert status == 0, f"the service ended with status {status}"


def _read(process: subprocess.Popen[str], lines: "queue.Queue[str | None]") -> None:
    """Keep the pipe empty, so that the service never waits for us."""
    assert process.stderr is not None
    with process.stderr as pipe:
        for line in pipe:
            lines.put(line)
    lines.put(None)


def _address(lines: "queue.Queue[str | None]") -> str:
    """Where it listens, which the log says first."""
    seen = []
    while (line := lines.get(timeout=START_TIMEOUT)) is not None:
        seen.append(line)
        try:
            entry = json.loads(line)
        except ValueError:
            continue
        if "service" in entry:
            return f"http://{entry['service']}"
    pytest.fail("the service did not start:\n" + "".join(seen))
