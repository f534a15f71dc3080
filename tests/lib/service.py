"""A docmill that really runs: started on ports of its own, its log kept, ended for sure."""

import json
import os
import pathlib
import queue
import re
import signal
import subprocess
import tempfile
import threading
import time
import urllib.request
from typing import Any, Self

from until import PATIENCE

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILDS = ("build-test/service/docmill", "build/service/docmill")

# What can stand before a path in --store; each is shown to keep the same promises.
STORES = ("memory", "sqlite", "postgresql")


def find_binary() -> pathlib.Path | None:
    """The program under test: DOCMILL_BIN, or the first place where a build put it."""
    named = os.environ.get("DOCMILL_BIN")
    if named:
        return pathlib.Path(named)
    return next((ROOT / path for path in BUILDS if (ROOT / path).exists()), None)


def prefer_release() -> None:
    """For benchmarks, which say nothing about a build with sanitizers; DOCMILL_BIN still counts."""
    binary = os.environ.setdefault("DOCMILL_BIN", str(ROOT / "build/service/docmill"))
    if not pathlib.Path(binary).exists():
        raise SystemExit(f"there is no {binary}: build it, or set DOCMILL_BIN")


class Service:
    """One process.  As a context it is ready when entered, and gone when left."""

    def __init__(
        self,
        *arguments: str,
        environment: dict[str, str] | None = None,
        log_to: pathlib.Path | None = None,
        store: str = "memory",
    ) -> None:
        """log_to: nobody reads the log while it is written, so that reading it costs nothing.

        store: the kind of store, in a folder that goes with the process; or all of --store.
        """
        self.arguments = arguments
        self.store = store
        self.log_to = log_to
        self.environment = environment or {}
        self.log: list[dict[str, Any]] = []
        self._lines: queue.Queue[dict[str, Any] | None] = queue.Queue()

    def __enter__(self) -> Self:
        binary = find_binary()
        assert binary is not None, "nothing has been built"
        command = [binary, "serve", "--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0"]
        command += ["--shutdown-delay", "0s", "--store", self._specify_store(), *self.arguments]
        environment = {**os.environ, **self.environment}
        if self.log_to is None:
            self.process = subprocess.Popen(command, stderr=subprocess.PIPE, env=environment)
            target = self._read_pipe
        else:
            with self.log_to.open("w") as file:
                self.process = subprocess.Popen(command, stderr=file, env=environment)
            target = self._read_first_line
        self._reader = threading.Thread(target=target)
        self._reader.start()
        listening = self.wait_for_log("listening")
        self.address = _address(listening["service"])
        self.admin_address = _address(listening["admin"])
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.terminate()
        try:
            self.status = self.process.wait(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise
        finally:
            self._reader.join()
            if self._folder is not None:
                self._folder.cleanup()
        assert self.status == 0, f"the service ended with status {self.status}:\n{self.report()}"

    @property
    def url(self) -> str:
        return "http://{}:{}".format(*self.address)

    @property
    def admin_url(self) -> str:
        return "http://{}:{}".format(*self.admin_address)

    def metric(self, series: str) -> float:
        """What a series of /metrics stands at."""
        with urllib.request.urlopen(f"{self.admin_url}/metrics", timeout=PATIENCE) as answer:
            text = answer.read().decode()
        found = re.search(rf"^{re.escape(series)} (\S+)$", text, re.MULTILINE)
        assert found is not None, f"{series} is not in\n{text}"
        return float(found[1])

    def kill(self) -> None:
        """End it as a crash does: at once, whatever it is doing.  Not as a context, then."""
        self.process.kill()
        self.process.wait()
        self._reader.join()

    def terminate(self) -> None:
        self.process.send_signal(signal.SIGTERM)

    def wait_for_log(self, message: str) -> dict[str, Any]:
        """The next log line with this message; those before it are only kept."""
        while (line := self._lines.get(timeout=PATIENCE)) is not None:
            if line.get("msg") == message:
                return line
        self.process.wait(timeout=PATIENCE)
        raise AssertionError(f"the service ended before it said {message!r}:\n{self.report()}")

    def report(self) -> str:
        """What it said that is no log line: a sanitizer's report, most likely."""
        return "".join(line["text"] for line in self.log if "text" in line)

    def _specify_store(self) -> str:
        self._folder = None
        if self.store != "sqlite":
            return self.store
        self._folder = tempfile.TemporaryDirectory(prefix="docmill-")
        return f"sqlite:{self._folder.name}/tasks.db"

    def _read_pipe(self) -> None:
        """Keep the pipe empty, so that the service never waits for us."""
        assert self.process.stderr is not None
        with self.process.stderr as pipe:
            for text in pipe:
                self._take(text.decode())
        self._lines.put(None)

    def _read_first_line(self) -> None:
        assert self.log_to is not None
        with self.log_to.open() as file:
            while self.process.poll() is None:
                at = file.tell()
                if (text := file.readline()).endswith("\n"):
                    self._take(text)
                    break
                file.seek(at)
                time.sleep(0.01)
        self._lines.put(None)

    def _take(self, text: str) -> None:
        try:
            line = json.loads(text)
        except ValueError:
            line = _parse_text(text)
        self.log.append(line)
        self._lines.put(line)


def _address(text: str) -> tuple[str, int]:
    host, port = text.rsplit(":", 1)
    return host, int(port)


def _parse_text(text: str) -> dict[str, Any]:
    """A line of --log-format text; or something else, a sanitizer's report most likely."""
    match = re.match(r"\S+Z (\w+) (.*?)((?: \w+=\S+)*)$", text)
    if match is None:
        return {"text": text}
    fields = dict(field.split("=", 1) for field in match[3].split())
    return {"level": match[1], "msg": match[2]} | {k: v.strip('"') for k, v in fields.items()}
