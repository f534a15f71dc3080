#!/usr/bin/env python3
"""A PostgreSQL of one's own: in a temporary folder, on a free port, stopped whatever happens.

    tests/lib/postgres.py -- COMMAND…

runs COMMAND with DOCMILL_TEST_POSTGRES=postgresql://… (an empty database, whose owner may create
others) and ends as it did; or with 77, as a test that is skipped, where there is no PostgreSQL.  A
cluster that the distribution made is neither started nor touched.
"""

import argparse
import contextlib
import os
import pathlib
import random
import re
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from typing import NoReturn, Self

SKIPPED = 77  # as Meson takes it
PATIENCE = 60.0
LOOK_S = 0.02
USER = "docmill"
# Below those that the kernel gives to whoever connects: a server that is away keeps its port.
PORTS = range(10_000, 32_000)

# Nothing here outlives the machine, so nothing waits for the disk.  A process that is killed loses
# nothing by that: what was committed is in the kernel's memory.
OPTIONS = {
    "fsync": "off",
    "full_page_writes": "off",
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "shared_buffers": "32MB",
    "max_connections": "100",
    "jit": "off",
    "logging_collector": "off",
    "log_line_prefix": "%m [%p] %d ",
}


def find_programs() -> pathlib.Path | None:
    """The folder of the newest server that is installed."""
    found = pathlib.Path("/usr/lib/postgresql").glob("*/bin/initdb")
    newest = max(found, key=lambda path: float(path.parts[-3]), default=None)
    if newest is None:
        named = shutil.which("initdb")
        newest = pathlib.Path(named) if named is not None else None
    return newest.parent if newest is not None else None


class Server:
    """One cluster.  As a context it takes connections when entered, and is gone when left."""

    def __init__(self) -> None:
        programs = find_programs()
        assert programs is not None, "there is no PostgreSQL: apt-get install postgresql"
        self._programs = programs
        self._password = secrets.token_hex(16)
        self._process: subprocess.Popen[bytes] | None = None
        self._n_databases = 0

    def __enter__(self) -> Self:
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="docmill-postgres-"))
        try:
            self._create_cluster()
            self._start_somewhere()
            self._create_owner()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.resume()
        self.stop(signal.SIGQUIT)  # nothing is left to be tidied up
        shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def url(self, database: str = USER) -> str:
        return f"postgresql://{USER}:{self._password}@127.0.0.1:{self.port}/{database}"

    def create_database(self) -> str:
        """The address of a new, empty database."""
        self._n_databases += 1
        name = f"test_{self._n_databases}"
        self.query(f"CREATE DATABASE {name}")
        return self.url(name)

    def query(self, statement: str, url: str | None = None) -> list[list[str]]:
        """What a statement answers, as text; as an owner who is no superuser."""
        return self._ask(url or self.url(), statement)

    def start(self) -> None:
        """Start it again, where it was."""
        assert not self.is_running
        self._launch()
        if not self._becomes_ready():
            raise RuntimeError(f"PostgreSQL does not start:\n{self.log()}")

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """End it: those connected lose their connections at once.  SIGQUIT: as in a crash."""
        process, self._process = self._process, None
        if process is None:
            return
        process.send_signal(how)
        try:
            process.wait(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise

    def pause(self) -> None:
        """Let it hang: it takes connections, and answers nobody."""
        self._signal_all(signal.SIGSTOP)

    def resume(self) -> None:
        self._signal_all(signal.SIGCONT)

    def log(self) -> str:
        path = self.folder / "log"
        return path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""

    def _create_cluster(self) -> None:
        password = self.folder / "password"
        password.write_text(self._password, encoding="utf-8")
        if os.geteuid() == 0:  # it refuses to run as root
            shutil.chown(self.folder, "postgres", "postgres")
            shutil.chown(password, "postgres", "postgres")
        command = self._as_somebody("initdb", "-D", str(self.folder / "data"), "--no-sync")
        command += ["-U", "postgres", "-E", "UTF8", "--locale=C.UTF-8"]
        command += ["-A", "scram-sha-256", f"--pwfile={password}"]
        done = subprocess.run(command, cwd=self.folder, env=_environment(), capture_output=True)
        if done.returncode != 0:
            raise RuntimeError(f"initdb fails:\n{(done.stdout + done.stderr).decode()}")

    def _create_owner(self) -> None:
        admin = self.url("postgres").replace(f"//{USER}:", "//postgres:")
        self._ask(admin, f"CREATE ROLE {USER} LOGIN CREATEDB PASSWORD '{self._password}'")
        self._ask(admin, f"CREATE DATABASE {USER} OWNER {USER}")

    def _start_somewhere(self) -> None:
        """On a port that nobody else has: whether it is free is known when it is taken."""
        for _ in range(20):
            self.port = random.SystemRandom().choice(PORTS)
            self._launch()
            if self._becomes_ready():
                return
        raise RuntimeError(f"PostgreSQL does not start:\n{self.log()}")

    def _launch(self) -> None:
        command = self._as_somebody("postgres", "-D", str(self.folder / "data"))
        for name, value in {**OPTIONS, "port": str(self.port)}.items():
            command += ["-c", f"{name}={value}"]
        with (self.folder / "log").open("ab") as log:
            # Not in the terminal's group of processes: Ctrl-C is for us, who then stop it.
            self._process = subprocess.Popen(
                command,
                cwd=self.folder,
                env=_environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def _becomes_ready(self) -> bool:
        """Wait until it says so in the file that pg_ctl reads; False: it has ended."""
        file = self.folder / "data" / "postmaster.pid"
        end = time.monotonic() + PATIENCE
        while self.is_running and time.monotonic() < end:
            assert self._process is not None
            lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
            if lines[:1] == [str(self._process.pid)] and lines[7:8] and lines[7].strip() == "ready":
                return True
            time.sleep(LOOK_S)
        self.stop()
        return False

    def _as_somebody(self, program: str, *arguments: str) -> list[str]:
        """The command as one who may run it; it ends when we do, even if we are killed."""
        command = ["setpriv", "--pdeathsig", "INT"]
        if os.geteuid() == 0:
            command += ["--reuid", "postgres", "--regid", "postgres", "--init-groups"]
        return [*command, str(self._programs / program), *arguments]

    def _ask(self, url: str, statement: str) -> list[list[str]]:
        # The address, with its password, is nobody's business who lists processes.
        match = re.fullmatch(r"postgresql://(.+?):(.+?)@(.+?):(\d+)/(.+)", url)
        assert match is not None, url
        names = ("PGUSER", "PGPASSWORD", "PGHOST", "PGPORT", "PGDATABASE")
        environment = _environment() | dict(zip(names, match.groups(), strict=True))
        command = [self._programs / "psql", "-X", "-q", "-A", "-t", "-F", "\t"]
        command += ["-v", "ON_ERROR_STOP=1", "-c", statement]
        done = subprocess.run(command, env=environment, capture_output=True, timeout=PATIENCE)
        if done.returncode != 0:
            raise RuntimeError(f"{statement}: {done.stderr.decode()}")
        return [line.split("\t") for line in done.stdout.decode().splitlines()]

    def _signal_all(self, number: signal.Signals) -> None:
        if not self.is_running:
            return
        assert self._process is not None
        pid = self._process.pid
        os.kill(pid, number)
        children = pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii")
        for child in children.split():
            with contextlib.suppress(ProcessLookupError):  # it has ended meanwhile
                os.kill(int(child), number)


def _environment() -> dict[str, str]:
    """Ours, without what would tell PostgreSQL's programs where else to go."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PG")}


def _end(number: int, _: object) -> NoReturn:
    sys.exit(128 + number)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("command", nargs="+")
    command: list[str] = parser.parse_args().command
    if find_programs() is None:
        print("there is no PostgreSQL: apt-get install postgresql", file=sys.stderr)
        return SKIPPED
    signal.signal(signal.SIGTERM, _end)
    signal.signal(signal.SIGINT, _end)
    with Server() as server:
        environment = {**os.environ, "DOCMILL_TEST_POSTGRES": server.url()}
        status = subprocess.run(command, env=environment, check=False).returncode
    return 128 - status if status < 0 else status


if __name__ == "__main__":
    sys.exit(main())
