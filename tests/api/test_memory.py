"""What a large request needs: its body, its answer, and little beside them."""

import json
import pathlib
from typing import Any

import pytest
from service import Service
from wire import Wire

MIB = 1 << 20
SIZE = 24 * MIB
CHUNK = 1 << 18

# Beside what grows with the request: the readers' tables, batches, malloc's own.
FIXED = 4 * MIB

PIPELINES: dict[str, list[Any]] = {
    "all of it": [],
    "changed": [{"$set": {"total": {"$multiply": ["$price", 3]}}}, {"$unset": "note"}],
    "grouped": [{"$group": {"_id": "$city", "sum": {"$sum": "$price"}}}],
    "the largest": [{"$sort": {"price": -1}}, {"$limit": 100}],
}

# A sanitizer copies what grows, and keeps an eighth as much again as notes.
SANITIZED = {"all of it": 1.75, "changed": 1.75, "grouped": 1.25, "the largest": 1.3}


def is_sanitized(binary: pathlib.Path) -> bool:
    return b"__asan_init" in binary.read_bytes()


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
def test_a_request_needs_its_body_its_answer_and_a_quarter(
    docmill_binary: pathlib.Path, what: str, form: str
) -> None:
    factor = 1.25
    if is_sanitized(docmill_binary):
        if form == "chunks":
            pytest.skip("a sanitizer copies what grows: this needs a build without one")
        factor = SANITIZED[what]
    kind, body = request(form, PIPELINES[what])
    keep_nothing = {"ASAN_OPTIONS": "quarantine_size_mb=0:thread_local_quarantine_size_kb=0"}
    with Service(environment=keep_nothing) as service, Wire(service.address, 60.0) as wire:
        before = resident(service, "VmRSS")
        size = len(body) + send(wire, kind, body, form == "chunks")
        needed = resident(service, "VmHWM") - before
    assert needed <= factor * size + FIXED, f"{needed / size:.2f} times {size / MIB:.0f} MiB"
