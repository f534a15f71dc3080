"""More work than fits: what 64 callers get done, against what one caller alone gets done.

    .venv/bin/python tests/bench/http/overload.py [--seconds 60] [--clients 64] [--megabytes 8]
                                                  [--budget 1536] [--json FILE]

One caller alone, then many at once, then one alone again; all send the same large transform and,
when refused, wait as long as Retry-After says.  Wanted: the many get at least 90 % of what one gets
done, every refusal is a 503 with Retry-After, memory stays under --memory-budget (and what the idle
service has), and afterwards one caller is as fast as before.  Exit status 1 when one fails.

refusal_ms is what callers see, on processors that they share with the service; served_ms what the
service's log says, from the end of the header to the end of the answer.
"""

import argparse
import dataclasses
import http.client
import json
import pathlib
import random
import statistics
import sys
import tempfile
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "tests" / "lib"))

from service import Service, prefer_release  # noqa: E402

PIPELINE = [
    {"$match": {"amount": {"$gt": 5}}},
    {"$group": {"_id": {"city": "$city", "day": "$day"}, "sum": {"$sum": "$amount"}}},
    {"$sort": {"sum": -1, "_id": 1}},
    {"$limit": 10},
]
LOOK_S = 0.02


@dataclasses.dataclass
class Tally:
    """What callers saw."""

    answered: int = 0
    refused: int = 0
    wrong: list[str] = dataclasses.field(default_factory=list)
    answer_s: list[float] = dataclasses.field(default_factory=list)
    refusal_s: list[float] = dataclasses.field(default_factory=list)

    def add(self, other: "Tally") -> None:
        self.answered += other.answered
        self.refused += other.refused
        self.wrong += other.wrong
        self.answer_s += other.answer_s
        self.refusal_s += other.refusal_s


def make_body(megabytes: int) -> bytes:
    chance = random.Random("docmill overload")
    documents: list[str] = []
    size = 0
    while size < megabytes * 1_000_000:
        documents.append(
            json.dumps(
                {
                    "city": f"city {chance.randrange(300)}",
                    "day": chance.randrange(365),
                    "amount": chance.randrange(1000),
                    "note": "x" * chance.randrange(60),
                }
            )
        )
        size += len(documents[-1]) + 1
    text = ",".join(documents)
    return f'{{"documents":[{text}],"pipeline":{json.dumps(PIPELINE)}}}'.encode()


def call(address: tuple[str, int], body: bytes, until: float, tally: Tally) -> None:
    connection = http.client.HTTPConnection(*address, timeout=60)
    while time.monotonic() < until:
        start = time.monotonic()
        try:
            connection.request("POST", "/transform", body, {"Content-Type": "application/json"})
            sent = time.monotonic()
            answer = connection.getresponse()
            answer.read()
        except (OSError, http.client.HTTPException) as error:
            tally.wrong.append(repr(error))
            connection.close()
            continue
        if answer.status == 200:
            tally.answered += 1
            tally.answer_s.append(time.monotonic() - start)
        elif answer.status == 503 and answer.getheader("Retry-After"):
            tally.refused += 1
            tally.refusal_s.append(time.monotonic() - sent)
            time.sleep(float(answer.getheader("Retry-After", "1")))
        else:
            tally.wrong.append(f"status {answer.status}")
    connection.close()


def rss_mib(pid: int) -> float:
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return 0.0


def run(service: Service, body: bytes, n_clients: int, seconds: float) -> tuple[Tally, float]:
    """Let so many callers call; what they saw, and the most memory that the service had."""
    until = time.monotonic() + seconds
    tallies = [Tally() for _ in range(n_clients)]
    callers = [
        threading.Thread(target=call, args=(service.address, body, until, tally))
        for tally in tallies
    ]
    for caller in callers:
        caller.start()
    peak = 0.0
    while any(caller.is_alive() for caller in callers):
        peak = max(peak, rss_mib(service.process.pid))
        time.sleep(LOOK_S)
    total = Tally()
    for tally in tallies:
        total.add(tally)
    return total, peak


def served_ms(log: pathlib.Path) -> list[float]:
    """How long the service took to refuse, by its own log."""
    lines = (json.loads(line) for line in log.read_text().splitlines())
    return [line["duration_ms"] for line in lines if line.get("status") == 503]


def percentile(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * share))] if values else 0.0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--clients", type=int, default=64)
    parser.add_argument("--megabytes", type=int, default=8)
    parser.add_argument("--budget", type=int, default=1536, help="MiB for --memory-budget")
    parser.add_argument("--json", type=pathlib.Path)
    options = parser.parse_args()
    prefer_release()

    body = make_body(options.megabytes)
    alone_s = max(3.0, options.seconds / 4)
    arguments = ("--store", "memory", "--memory-budget", f"{options.budget}MiB")
    with tempfile.TemporaryDirectory() as folder:
        log = pathlib.Path(folder) / "log"
        with Service(*arguments, log_to=log) as service:
            idle = rss_mib(service.process.pid)
            run(service, body, 1, 1)
            before, _ = run(service, body, 1, alone_s)
            many, peak = run(service, body, options.clients, options.seconds)
            after, _ = run(service, body, 1, alone_s)
        served = served_ms(log)

    rate = before.answered / alone_s
    figures = {
        "one_alone_per_s": rate,
        "many_per_s": many.answered / options.seconds,
        "many_of_alone": many.answered / options.seconds / rate,
        "refused": many.refused,
        "wrong": len(many.wrong) + len(before.wrong) + len(after.wrong),
        "refusal_ms_p50": statistics.median(many.refusal_s or [0]) * 1e3,
        "refusal_ms_p99": percentile(many.refusal_s, 0.99) * 1e3,
        "served_ms_p50": statistics.median(served or [0]),
        "served_ms_p99": percentile(served, 0.99),
        "answer_ms_p50": statistics.median(many.answer_s or [0]) * 1e3,
        "answer_ms_max": max(many.answer_s or [0]) * 1e3,
        "rss_peak_mib": peak,
        "rss_allowed_mib": options.budget + idle,
        "after_of_before": after.answered / max(before.answered, 1),
    }
    for name, figure in figures.items():
        print(f"{name:18} {figure:10.2f}")
    for text in sorted(set(many.wrong))[:5]:
        print(f"  {many.wrong.count(text)} x {text}")
    if options.json:
        options.json.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    is_well = (
        figures["many_of_alone"] >= 0.9
        and figures["wrong"] == 0
        and figures["rss_peak_mib"] <= figures["rss_allowed_mib"]
        and figures["after_of_before"] >= 0.9
    )
    print("as wanted" if is_well else "NOT as wanted")
    return 0 if is_well else 1


if __name__ == "__main__":
    sys.exit(main())
