"""What a large request needs: its body, its answer, and little beside them.

Of the release build: a sanitizer keeps notes of all memory, and what is freed for a while.
"""

import json
import pathlib
from typing import Any

import pytest
from service import ROOT, Service
from wire import Wire

MIB = 1 << 20
SIZE = 24 * MIB
CHUNK = 1 << 18

# Beside what grows with the request: the readers' tables, batches, malloc's own.
FIXED = 4 * MIB

SORTED: list[Any] = [{"$sort": {"price": -1}}]

PIPELINES: dict[str, list[Any]] = {
    "all of it": [],
    "changed": [{"$set": {"total": {"$multiply": ["$price", 3]}}}, {"$unset": "note"}],
    "grouped": [{"$group": {"_id": "$city", "sum": {"$sum": "$price"}}}],
    "all sorted": SORTED,
    "the largest": [{"$sort": {"price": -1}}, {"$limit": 100}],
}

# What is wanted of all; what holds every document until the last has come needs more: 1.5 to 1.63
# times body and answer were measured, and 2 is what this test does not let it exceed.
GROWTH_WANTED, GROWTH_SORTED = 1.25, 2.0

RELEASE = ROOT / "build/service/docmill"


def resident(service: Service, row: str) -> int:
    status = pathlib.Path(f"/proc/{service.process.pid}/status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith(row)) << 10


def documents() -> list[bytes]:
    rows = [
        json.dumps(
            {"n": n, "city": f"city {n % 300}", "price": n * 7919 % 10007 / 8, "note": "x" * 150}
        ).encode()
        for n in range(1000)
    ]
    return rows * (SIZE // sum(map(len, rows)))


def request(form: str, pipeline: list[Any]) -> tuple[str, bytes]:
    if form == "lines":
        head = json.dumps({"pipeline": pipeline}).encode()
        return "application/x-ndjson", b"\n".join([head, *documents()])
    members = (b",".join(documents()), json.dumps(pipeline).encode())
    return "application/json", b'{"documents":[%b],"pipeline":%b}' % members


def send(wire: Wire, kind: str, body: bytes, is_chunked: bool) -> int:
    """The size of the answer."""
    head = f"POST /transform HTTP/1.1\r\nHost: x\r\nContent-Type: {kind}\r\nAccept: {kind}\r\n"
    if is_chunked:
        wire.send(head.encode() + b"Transfer-Encoding: chunked\r\n\r\n")
        for at in range(0, len(body), CHUNK):
            part = body[at : at + CHUNK]
            wire.send(b"%x\r\n%b\r\n" % (len(part), part))
        wire.send(b"0\r\n\r\n")
    else:
        wire.send(head.encode() + b"Content-Length: %d\r\n\r\n" % len(body) + body)
    answer = wire.receive()
    assert answer.status == 200, answer.body[:500]
    return len(answer.body)


@pytest.mark.parametrize("form", ["list", "lines", "chunks"])
@pytest.mark.parametrize("what", PIPELINES)
def test_a_request_needs_its_body_its_answer_and_little_more(
    monkeypatch: pytest.MonkeyPatch, what: str, form: str
) -> None:
    if not RELEASE.exists():
        pytest.skip("no release build: ./deploy/quickstart.sh makes it")
    monkeypatch.setenv("DOCMILL_BIN", str(RELEASE))
    kind, body = request(form, PIPELINES[what])
    with Service() as service, Wire(service.address, 60.0) as wire:
        before = resident(service, "VmRSS")
        size = len(body) + send(wire, kind, body, form == "chunks")
        needed = resident(service, "VmHWM") - before
    growth = GROWTH_SORTED if PIPELINES[what] is SORTED else GROWTH_WANTED
    assert needed <= growth * size + FIXED, f"{needed / size:.2f} times {size / MIB:.0f} MiB"
