"""The programs that are measured: docmill, and each peer as its users would run it."""

import json
import os
import pathlib
import resource
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from pipelines import PIPELINES

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[2]
sys.path.insert(0, str(HERE.parent))

import peers  # noqa: E402

# What a command is made of: the name of a pipeline, a file with it, the source, and the target.
Command = Callable[[str, pathlib.Path, pathlib.Path, pathlib.Path], list[str]]


@dataclass
class Program:
    """One program; seconds are what it prints, or those of the whole process."""

    name: str
    command: Command
    prints_seconds: bool = False
    answers_on_stdout: bool = False
    is_slow: bool = False  # one turn is enough, and 20 MB are
    is_ours: bool = False
    cannot: tuple[str, ...] = ()


@dataclass
class Turn:
    """What one run took."""

    seconds: float
    rss_mb: float


class TooSlow(Exception):
    """It did not end in time."""


def take_turn(
    program: Program, name: str, source: pathlib.Path, target: pathlib.Path, patience: float
) -> Turn:
    """Run once."""
    pipeline = target.with_suffix(".pipeline")
    pipeline.write_text(json.dumps(PIPELINES[name]))
    command = program.command(name, pipeline, source, target)
    printed = target.with_suffix(".out")
    start = time.perf_counter()
    with printed.open("wb") as out, target.with_suffix(".err").open("wb") as errors:
        process = subprocess.Popen(command, stdout=out, stderr=errors)
        status, usage = _wait(process, patience)
        seconds = time.perf_counter() - start
    if status != 0:
        said = target.with_suffix(".err").read_text()[-500:]
        raise SystemExit(f"{program.name} failed in {name}:\n{said}")
    if program.answers_on_stdout:
        printed.rename(target)
    elif program.prints_seconds:
        seconds = float(printed.read_text())
    return Turn(seconds, usage.ru_maxrss / 1024)


def _wait(process: subprocess.Popen, patience: float) -> tuple[int, resource.struct_rusage]:
    """Wait for a process and get its own usage; wait4() knows no time-out, so a timer ends it."""
    is_late = threading.Event()

    def end() -> None:
        is_late.set()
        process.kill()

    timer = threading.Timer(patience, end)
    timer.start()
    _, status, usage = os.wait4(process.pid, 0)
    timer.cancel()
    process.returncode = os.waitstatus_to_exitcode(status)
    if is_late.is_set():
        raise TooSlow
    return process.returncode, usage


def _docmill(binary: str, threads: int) -> Program:
    def command(_: str, pipeline: pathlib.Path, source: pathlib.Path, target: pathlib.Path):
        options = ["--threads", str(threads), "--pipeline", str(pipeline), "--output", str(target)]
        return [binary, "run", *options, "--max-memory", "4GiB", str(source)]

    what = "docmill" if threads == 1 else f"docmill, {threads} threads"
    return Program(what, command, is_ours=True)


def _rust(binary: str, label: str) -> Program:
    folder = peers.cargo(HERE / "peers" / "rust")

    def command(name: str, _: pathlib.Path, source: pathlib.Path, target: pathlib.Path):
        return [str(folder / binary), name, str(source), str(target)]

    return Program(label, command)


def _python(module: str, label: str) -> Program:
    interpreter = peers.python_with(module)
    script = str(HERE / "peers" / f"{module}_peer.py")

    def command(name: str, _: pathlib.Path, source: pathlib.Path, target: pathlib.Path):
        return [str(interpreter), script, name, str(source), str(target)]

    return Program(label, command, prints_seconds=True)


def _mongomock() -> Program:
    interpreter = peers.python_with("mongomock")
    script = str(HERE / "peers" / "mongomock_peer.py")

    def command(_: str, pipeline: pathlib.Path, source: pathlib.Path, target: pathlib.Path):
        return [str(interpreter), script, str(pipeline), str(source), str(target)]

    return Program("mongomock", command, prints_seconds=True, is_slow=True, cannot=("P4",))


def _mingo() -> Program:
    start = peers.node(HERE / "peers" / "mingo")

    def command(_: str, pipeline: pathlib.Path, source: pathlib.Path, target: pathlib.Path):
        return [*start, str(pipeline), str(source), str(target)]

    return Program("mingo", command, prints_seconds=True, is_slow=True)


def _jq() -> Program:
    jq = peers.tool("jq")
    programs = json.loads((HERE / "peers" / "jq.json").read_text())

    def command(name: str, _: pathlib.Path, source: pathlib.Path, target: pathlib.Path):
        return [jq, "-c", "-n", programs[name], str(source)]

    return Program("jq", command, answers_on_stdout=True, is_slow=True)


MAKERS: dict[str, Callable[[], Program]] = {
    "rust": lambda: _rust("typed", "Rust, typed structs"),
    "rust-value": lambda: _rust("value", "Rust, serde_json::Value"),
    "duckdb": lambda: _python("duckdb", "DuckDB, schema given"),
    "polars": lambda: _python("polars", "Polars, schema given"),
    "orjson": lambda: _python("orjson", "orjson, loops"),
    "mingo": _mingo,
    "jq": _jq,
    "mongomock": _mongomock,
}


def programs(binary: str, threads: list[int], wanted: list[str]) -> list[Program]:
    """Make docmill, and those peers that can be had; what cannot is said."""
    found = [_docmill(binary, n) for n in threads]
    for name in wanted:
        try:
            found.append(MAKERS[name]())
        except peers.Missing as error:
            print(f"skipped {name}: {error}", file=sys.stderr)
    return found
