#!/usr/bin/env python3
"""What docmill's HTTP layers cost above a bare civetweb program that answers the same bytes.

    tests/bench/http/run.py [--rounds 3] [--seconds 3] [--json FILE] [PATH...] [-- OPTION...]

PATH is /tasks/{id}, /tasks (with --tasks 100 tasks) and /transform (ten documents) unless given.
Both programs run on this machine in turns, driven by wrk with 100 connections; what counts is the
ratio of the medians.
Options after -- are given to `docmill serve`; its log goes to a file, as it would.
"""

import argparse
import json
import os
import pathlib
import platform
import random
import re
import shlex
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[2]
sys.path[:0] = [str(HERE.parent / "engine"), str(ROOT / "tests" / "lib")]

import data  # noqa: E402
from load import wrk  # noqa: E402
from pipelines import PIPELINES  # noqa: E402
from service import Service, prefer_release  # noqa: E402
from wire import ask  # noqa: E402

TRANSFORM = "/transform"
DOCUMENTS = 10


def small_request() -> bytes:
    """Ten orders, and the pipeline that gives them all back changed."""
    chance = random.Random("docmill small")
    documents = [data.flat(chance, i) for i in range(DOCUMENTS)]
    return json.dumps({"documents": documents, "pipeline": PIPELINES["P3"]}).encode()


def write_script(folder: pathlib.Path, body: bytes) -> pathlib.Path:
    """A script for wrk that sends this."""
    script, file = folder / "transform.lua", folder / "transform.json"
    file.write_bytes(body)
    script.write_text(
        'wrk.method = "POST"\n'
        'wrk.headers["Content-Type"] = "application/json"\n'
        f'wrk.body = io.open("{file}"):read("*a")\n'
    )
    return script


def fetch_bytes(address: tuple[str, int], path: str) -> bytes:
    """The whole answer, as it is on the wire."""
    body = small_request() if path == TRANSFORM else b""
    head = f"{'POST' if body else 'GET'} {path} HTTP/1.1\r\nHost: bench\r\n"
    if body:
        head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
    with socket.create_connection(address, 10) as sock:
        sock.sendall(head.encode() + b"\r\n" + body)
        answer = b""
        while b"\r\n\r\n" not in answer:
            answer += sock.recv(65536)
        assert answer.startswith(b"HTTP/1.1 200"), answer
        length = int(re.search(rb"Content-Length: (\d+)", answer)[1])
        while len(answer) < answer.index(b"\r\n\r\n") + 4 + length:
            answer += sock.recv(65536)
        return answer


class Bare:
    """The peer."""

    def __init__(self, answer: bytes, threads: int, folder: pathlib.Path) -> None:
        program, file = folder / "bare_civetweb", folder / "answer"
        file.write_bytes(answer)
        compiler = shlex.split(os.environ.get("CC", "cc"))
        subprocess.run(
            [*compiler, "-O2", "-o", program, HERE / "bare_civetweb.c", "-lcivetweb"], check=True
        )
        self.process = subprocess.Popen(
            [program, file, str(threads)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.address = ("127.0.0.1", int(self.process.stdout.readline()))

    def close(self) -> None:
        self.process.stdin.close()
        self.process.wait(10)
        self.process.stdout.close()


def measure(address: tuple[str, int], path: str, pid: int, arguments: argparse.Namespace) -> dict:
    """One turn: requests a second, latencies, processor time a request."""
    url = f"http://{address[0]}:{address[1]}{path}"
    script = None if path != TRANSFORM else arguments.script
    return wrk(url, pid, arguments.seconds, arguments.connections, arguments.threads, script)


def median_of(turns: list[dict]) -> dict:
    return {key: round(statistics.median(turn[key] for turn in turns), 3) for key in turns[0]}


def create_task(address: tuple[str, int], number: int) -> str:
    body = json.dumps({"title": f"Task {number}", "description": "One of a hundred or so"}).encode()
    answer = ask(address, "POST", "/tasks", body, Content_Type="application/json")
    assert answer.status == 201, answer
    return answer.json()["id"]


def compare(
    service: Service, path: str, folder: pathlib.Path, arguments: argparse.Namespace
) -> dict:
    turns: dict[str, list[dict]] = {"docmill": [], "bare": []}
    bare = Bare(fetch_bytes(service.address, path), 384, folder)
    try:
        for _ in range(arguments.rounds):
            for name, address, pid in (
                ("docmill", service.address, service.process.pid),
                ("bare", bare.address, bare.process.pid),
            ):
                turns[name].append(measure(address, path, pid, arguments))
    finally:
        bare.close()
    result = {name: median_of(of_name) for name, of_name in turns.items()}
    result["ratio"] = round(
        result["docmill"]["requests_per_s"] / result["bare"]["requests_per_s"], 3
    )
    return result


def print_table(path: str, result: dict, arguments: argparse.Namespace) -> None:
    print(
        f"{path}, {arguments.connections} connections, "
        f"{arguments.rounds} turns of {arguments.seconds} s, serve {arguments.options}"
    )
    print(f"{'':10}{'req/s':>10}{'p99 ms':>10}{'CPU us':>10}")
    for name in ("docmill", "bare"):
        row = result[name]
        print(
            f"{name:10}{row['requests_per_s']:>10.0f}{row['p99_ms']:>10.2f}{row['cpu_us']:>10.1f}"
        )
    cost = 1 / result["ratio"]
    print(f"ratio     {result['ratio']:>10.3f}, or {cost:.2f} times the cost of the bare answer")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tasks", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=3)
    parser.add_argument("--connections", type=int, default=100)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--json", type=pathlib.Path)
    parser.add_argument("paths", nargs="*", default=["/tasks/{id}", "/tasks", TRANSFORM])
    own, _, options = " ".join(sys.argv[1:]).partition("-- ")
    arguments = parser.parse_args(own.split())
    arguments.options = options.split()
    prefer_release()
    if shutil.which("wrk") is None:
        raise SystemExit("wrk is needed")
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        with Service("--store", "memory", *arguments.options, log_to=folder / "log") as service:
            arguments.script = write_script(folder, small_request())
            task_ids = [create_task(service.address, i) for i in range(arguments.tasks)]
            results = {}
            for path in arguments.paths:
                results[path] = compare(
                    service, path.replace("{id}", task_ids[0]), folder, arguments
                )
                print_table(path, results[path], arguments)
    if arguments.json:
        report = {
            "results": results,
            "options": arguments.options,
            "machine": platform.platform(),
            "processors": os.cpu_count(),
        }
        arguments.json.write_text(json.dumps(report, indent=2) + "\n")


if __name__ == "__main__":
    main()
