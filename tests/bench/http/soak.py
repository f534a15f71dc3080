"""Everything on at once for ten minutes: what grows, and what is left behind.

    .venv/bin/python tests/bench/http/soak.py [--seconds 600] [--clients 3] [--pause 0]
                                              [--kinds jobs,lists] [--json FILE]

Callers of eight kinds (so many of each) keep one service on SQLite busy: jobs with webhooks that
are delivered, fail once, or lead nowhere; jobs that are cancelled and deleted; asynchronous
transforms; transforms of many sizes, packed and as lines, and some that fail; plain tasks under
idempotency keys, each sent twice; lists, page by page; callers who leave in the middle; requests
that are refused.  Results are kept for 2 s and jobs for 4 s, swept every 200 ms.  --pause says how
long a caller waits between two turns, for a machine that others need too.

Wanted: every answer is what it must be; memory is flat after the warm-up (the first third: the
median of the last third at most 3 % or 2 MiB above that of the middle one); afterwards the service
has the descriptors and threads that it began with (and those made when first needed: readers of the
store, threads for jobs), none of its gauges stands above zero, and the file holds nothing but the
idempotency keys, which are kept for a day; once it has ended, nothing else is left on the
disk, and every line of its log is JSON.
Exit status 1 when one fails.
"""

import argparse
import base64
import collections
import contextlib
import dataclasses
import http.client
import itertools
import json
import os
import pathlib
import sqlite3
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from typing import Any

ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "tests" / "lib"))

from receiver import Receiver, Request  # noqa: E402
from service import Service, prefer_release  # noqa: E402
from soak_callers import KINDS, Caller  # noqa: E402
from until import until  # noqa: E402

KEPT = ("keys",)
SAMPLE_S = 1.0
MINUTES_SHOWN = (1, 2, 5, 10)
SETTLE_S = 60.0
STORE_OPENS_MAX = 10  # for writing, for eight readers, and to be locked
JOB_THREADS = 2  # made when they are first needed
OPTIONS = (
    *("--result-ttl", "2s", "--job-ttl", "4s", "--sweep-interval", "200ms"),
    *("--webhook-allow", "127.0.0.0/8", "--max-job-time", "30s"),
    *("--webhook-secret", "whsec_" + base64.b64encode(b"s" * 32).decode()),
    *("--job-threads", str(JOB_THREADS)),
)
GAUGES = (
    "docmill_compute_inflight",
    "docmill_compute_queue_length",
    "docmill_compute_queue_bytes",
    "docmill_memory_used_bytes",
)


class Hooks:
    """What the receiver answers: what the path says, but a 500 only the first time."""

    def __init__(self) -> None:
        self.seen: collections.Counter[int] = collections.Counter()
        self._failed: set[str] = set()

    def answer(self, request: Request) -> int:
        path, headers, _ = request
        status = int(path.strip("/"))
        message = headers["webhook-id"]
        if status == 500 and message in self._failed:
            self._failed.discard(message)
            status = 204
        elif status == 500:
            self._failed.add(message)
        self.seen[status] += 1
        return status


@dataclasses.dataclass
class Watched:
    """What a process holds: descriptors by what they lead to."""

    descriptors: collections.Counter[str]
    threads: int
    rss_mib: float
    processor_s: float


def name_descriptor(file: pathlib.Path) -> str:
    """socket, pipe, anon_inode:[eventpoll], or the name of a file."""
    try:
        target = str(file.readlink())
    except FileNotFoundError:
        return "closed meanwhile"
    return target.split(":[")[0] if target.startswith(("socket", "pipe")) else target


def watch(pid: int) -> Watched:
    process = pathlib.Path(f"/proc/{pid}")
    text = (process / "status").read_text()
    times = (process / "stat").read_text().rpartition(")")[2].split()
    found = dict(line.split(":\t", 1) for line in text.splitlines() if ":\t" in line)
    return Watched(
        collections.Counter(name_descriptor(file) for file in (process / "fd").iterdir()),
        int(found["Threads"]),
        int(found["VmRSS"].split()[0]) / 1024,
        sum(map(int, times[11:13])) / os.sysconf("SC_CLK_TCK"),
    )


def count_rows(file: pathlib.Path) -> dict[str, int]:
    """Of each table that holds any."""
    with contextlib.closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as database:
        names = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        counts = {
            name: database.execute(f"SELECT count(*) FROM {name}").fetchone()[0]
            for (name,) in database.execute(names).fetchall()
        }
    return {name: count for name, count in counts.items() if count > 0 and name not in KEPT}


class Soak:
    """The service, who calls it, and what went wrong."""

    def __init__(
        self,
        service: Service,
        receiver: Receiver,
        file: pathlib.Path,
        kinds: list[str] | None,
        pause_s: float,
    ) -> None:
        """kinds: of callers; None: all there are.  pause_s: between two turns of a caller."""
        self.service = service
        self.receiver = receiver
        self.file = file
        self.pause_s = pause_s
        self.kinds = [kind for kind in KINDS if kinds is None or kind.__name__ in kinds]
        self.done: collections.Counter[str] = collections.Counter()
        self.problems: list[str] = []
        self._end = 0.0
        self._n_callers = itertools.count()

    def run(self, seconds: float, n_each: int) -> list[Watched]:
        """Call for so long; what the process held, once a second."""
        self._end = time.monotonic() + seconds
        threads = [
            threading.Thread(target=self._call, args=(kind, next(self._n_callers)))
            for kind in self.kinds
            for _ in range(n_each)
        ]
        for thread in threads:
            thread.start()
        samples = []
        for thread in threads:
            while thread.is_alive():
                thread.join(SAMPLE_S)
                samples.append(watch(self.service.process.pid))
        return samples

    def settle(self, start: Watched) -> Watched:
        """What is held once all that was begun has ended and expired; what remains is a problem."""
        pid = self.service.process.pid
        waits: list[tuple[str, Callable[[], bool]]] = [
            ("an empty file", lambda: not count_rows(self.file)),
            ("idle", lambda: not any(self.service.metric(name) for name in GAUGES)),
            ("the descriptors of the start", lambda: not more_descriptors(start, watch(pid))),
        ]
        for what, look in waits:
            try:
                until(look, what, SETTLE_S, 0.2)
            except AssertionError as error:
                left = more_descriptors(start, watch(pid))
                self.problems.append(f"{error}; rows {count_rows(self.file)}, descriptors {left}")
        return watch(pid)

    def _call(self, kind: Callable[[Caller, int], None], number: int) -> None:
        with contextlib.closing(Caller(self.service, self.receiver, number)) as caller:
            for turn in itertools.count():
                if time.monotonic() > self._end or len(self.problems) > 20:
                    return
                try:
                    kind(caller, turn)
                    self.done[kind.__name__] += 1
                    time.sleep(self.pause_s)
                except (AssertionError, OSError, http.client.HTTPException) as error:
                    self.problems.append(f"{kind.__name__}, turn {turn}: {error!r}")
                    caller.close()


def read_log(file: pathlib.Path) -> tuple[int, list[str]]:
    """How many lines a service has logged; those that are no JSON, or errors."""
    n_lines = 0
    wrong = []
    with file.open(encoding="utf-8") as log:
        for line in log:
            n_lines += 1
            try:
                is_error = json.loads(line)["level"] == "error"
            except (ValueError, KeyError, TypeError):
                is_error = True
            if is_error:
                wrong.append(line.rstrip())
    return n_lines, wrong


def more_descriptors(start: Watched, now: Watched) -> dict[str, int]:
    """What was not there; the store may open its file for as many readers as it has."""
    more = now.descriptors - start.descriptors
    return {
        name: count
        for name, count in more.items()
        if "/tasks.db" not in name or now.descriptors[name] > STORE_OPENS_MAX
    }


def judge(
    start: Watched, samples: list[Watched], last: Watched
) -> tuple[list[str], dict[str, Any]]:
    """What has grown; and the figures."""
    third = len(samples) // 3
    middle, end = (
        statistics.median(sample.rss_mib for sample in part)
        for part in (samples[third : 2 * third], samples[2 * third :])
    )
    problems = []
    if end > max(middle * 1.03, middle + 2):
        problems.append(f"memory grows: {middle:.1f} MiB, then {end:.1f} MiB")
    if last.threads > start.threads + JOB_THREADS:
        problems.append(f"threads: {start.threads}, and {last.threads} at the end")
    figures = {
        "rss_start_mib": start.rss_mib,
        **{
            f"rss_minute_{n}_mib": samples[min(n * 60, len(samples) - 1)].rss_mib
            for n in MINUTES_SHOWN
            if n * 60 <= len(samples) * 1.05
        },
        "rss_middle_mib": middle,
        "rss_end_mib": end,
        "rss_peak_mib": max(sample.rss_mib for sample in samples),
        "rss_settled_mib": last.rss_mib,
        "processor_s": last.processor_s - start.processor_s,
        "descriptors_start": start.descriptors.total(),
        "descriptors_peak": max(sample.descriptors.total() for sample in samples),
        "descriptors_settled": last.descriptors.total(),
        "threads_start": start.threads,
        "threads_peak": max(sample.threads for sample in samples),
        "threads_settled": last.threads,
    }
    return problems, figures


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--clients", type=int, default=3, help="callers of each kind")
    parser.add_argument("--pause", type=float, default=0, help="seconds between turns of a caller")
    parser.add_argument("--kinds", type=lambda text: text.split(","), help="such as jobs,lists")
    parser.add_argument("--json", type=pathlib.Path)
    options = parser.parse_args()
    prefer_release()

    hooks = Hooks()
    with (
        tempfile.TemporaryDirectory(prefix="docmill-soak-") as folder,
        contextlib.closing(Receiver(hooks.answer)) as receiver,
    ):
        file = pathlib.Path(folder) / "tasks.db"
        log = pathlib.Path(folder) / "log"
        with Service(*OPTIONS, store=f"sqlite:{file}", log_to=log) as service:
            soak = Soak(service, receiver, file, options.kinds, options.pause)
            start = watch(service.process.pid)
            samples = soak.run(options.seconds, options.clients)
            last = soak.settle(start)
        size_mib = file.stat().st_size / 2**20
        left = sorted(
            path.name for path in pathlib.Path(folder).iterdir() if path not in (file, log)
        )
        n_lines, wrong_lines = read_log(log)
    problems, figures = judge(start, samples, last)
    figures |= {"file_mib": size_mib, "log_lines": n_lines, "log_lines_wrong": len(wrong_lines)}
    figures |= {f"done_{name}": n for name, n in sorted(soak.done.items())}
    figures |= {f"hooks_{status}": n for status, n in sorted(hooks.seen.items())}
    problems += soak.problems + wrong_lines[:5] + [f"left on the disk: {name}" for name in left]
    for name, figure in figures.items():
        print(f"{name:20} {figure:12.1f}")
    minutes = [f"{sample.rss_mib:.0f}" for sample in samples[:: max(1, len(samples) // 20)]]
    print(f"rss over time {' '.join(minutes)}")
    print("\n".join(f"  {problem}" for problem in problems) or "as wanted")
    if options.json:
        options.json.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
