"""Load from wrk, and what the processes under it use."""

import os
import pathlib
import re
import socket
import subprocess

UNITS = {"us": 0.001, "ms": 1.0, "s": 1000.0, "m": 60000.0}
ERRORS_MAX = 0.001  # of the requests: a server may close a connection that wrk still uses


def free_port() -> int:
    """Return a port that nobody uses now."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


def tree_of(pid: int) -> list[int]:
    """A process and all below it."""
    pids = [pid]
    for task in pathlib.Path(f"/proc/{pid}/task").glob("*"):
        for child in (task / "children").read_text().split():
            pids += tree_of(int(child))
    return pids


def rss_mb(pid: int) -> float:
    """Resident memory, of all processes together."""
    pages = (int(pathlib.Path(f"/proc/{p}/statm").read_text().split()[1]) for p in tree_of(pid))
    return sum(pages) * os.sysconf("SC_PAGE_SIZE") / (1 << 20)


def cpu_seconds(pid: int) -> float:
    """Processor time so far, of all processes together."""
    ticks = 0
    for p in tree_of(pid):
        fields = pathlib.Path(f"/proc/{p}/stat").read_text().rsplit(")", 1)[1].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def cpu_ns(pid: int) -> int:
    """Processor time of the threads that there are now, to the nanosecond."""
    tasks = pathlib.Path(f"/proc/{pid}/task").glob("*/schedstat")
    return sum(int(task.read_text().split()[0]) for task in tasks)


def _milliseconds(output: str, label: str) -> float:
    number, unit = re.search(rf"{label}\s+([\d.]+)(us|ms|s|m)\b", output).groups()
    return float(number) * UNITS[unit]


def wrk(
    url: str,
    pid: int,
    seconds: float,
    connections: int = 100,
    threads: int = 2,
    script: pathlib.Path | None = None,
) -> dict[str, float]:
    """One turn; requests a second, latencies as wrk sees them, processor time a request."""
    cpu = cpu_seconds(pid)
    command = ["wrk", f"-t{threads}", f"-c{connections}", "--latency", f"-d{seconds}s"]
    command += ["-s", str(script)] if script else []
    done = subprocess.run([*command, url], check=True, capture_output=True, text=True)
    cpu = cpu_seconds(pid) - cpu
    output = done.stdout
    requests = int(re.search(r"(\d+) requests in", output)[1])
    errors = re.search(r"Socket errors: connect (\d+), read (\d+), write (\d+)", output)
    n_errors = sum(map(int, errors.groups())) if errors else 0
    if "Non-2xx" in output or requests == 0 or n_errors > ERRORS_MAX * requests:
        raise SystemExit(f"errors while measuring {url}:\n{output}")
    return {
        "requests_per_s": float(re.search(r"Requests/sec:\s+([\d.]+)", output)[1]),
        "mean_ms": _milliseconds(output, "Latency"),
        "p50_ms": _milliseconds(output, "50%"),
        "p99_ms": _milliseconds(output, "99%"),
        "cpu_us": cpu / requests * 1e6,
    }
