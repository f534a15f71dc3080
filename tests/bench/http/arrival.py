#!/usr/bin/env python3
"""What it is worth to begin while the body still arrives.

    tests/bench/http/arrival.py [--rates 60,125,250,0] [--only P1,P4] [--rounds 5] [--json FILE]

Sends the engine's 20 MB of NDJSON (made the first time) at so many MB/s, 0 for as fast as it goes,
with a Content-Length, which is read while it arrives, and in chunks, which are read when all are
there, in turns. The time is the least from the first byte sent to the last byte received, the
answers must be the same. 125 MB/s is what a gigabit network brings.
"""

import argparse
import json
import pathlib
import socket
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[2]
sys.path[:0] = [str(ROOT / "tests" / "lib"), str(HERE.parent / "engine")]

import data  # noqa: E402
from pipelines import PIPELINES  # noqa: E402
from service import Service, prefer_release  # noqa: E402

PIECE = 256 << 10
KIND = "application/x-ndjson"
NAMES = ("P1", "P2", "P3", "P4", "P5")


def send(sock: socket.socket, body: memoryview, rate: int, *, in_chunks: bool) -> None:
    """Send at most rate MB/s, 0: no limit."""
    length = "Transfer-Encoding: chunked" if in_chunks else f"Content-Length: {len(body)}"
    sock.sendall(
        f"POST /transform HTTP/1.1\r\nHost: bench\r\nContent-Type: {KIND}\r\n"
        f"Accept: {KIND}\r\nConnection: close\r\n{length}\r\n\r\n".encode()
    )
    start = time.monotonic()
    for at in range(0, len(body), PIECE):
        piece = body[at : at + PIECE]
        if rate:
            time.sleep(max(0.0, start + (at + len(piece)) / (rate * 1e6) - time.monotonic()))
        if in_chunks:
            sock.sendall(b"%x\r\n" % len(piece))
        sock.sendall(piece)
        if in_chunks:
            sock.sendall(b"\r\n")
    if in_chunks:
        sock.sendall(b"0\r\n\r\n")


def receive(sock: socket.socket, room: memoryview) -> bytes:
    """All that comes until the service closes, the body of it."""
    n = 0
    while got := sock.recv_into(room[n:]):
        n += got
    head, _, body = bytes(room[:n]).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200 "), bytes(room[:500])
    return body


def turn(
    service: Service, body: bytes, room: memoryview, rate: int, *, in_chunks: bool
) -> tuple[float, bytes]:
    """Return milliseconds, and the answer."""
    with socket.create_connection(service.address, 60.0) as sock:
        start = time.monotonic()
        send(sock, memoryview(body), rate, in_chunks=in_chunks)
        answer = receive(sock, room)
        return 1000 * (time.monotonic() - start), answer


def measure(service: Service, body: bytes, rate: int, rounds: int) -> dict[str, float]:
    """Least milliseconds of both ways."""
    taken: dict[str, list[float]] = {"whole": [], "early": []}
    answers = set()
    room = memoryview(bytearray(3 * len(body)))
    for _ in range(rounds):
        for way, times in taken.items():
            ms, answer = turn(service, body, room, rate, in_chunks=way == "whole")
            answers.add(answer)
            times.append(ms)
    assert len(answers) == 1, "the answers differ"
    return {way: min(times) for way, times in taken.items()}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rates", default="60,125,250,0", help="MB/s, with commas")
    parser.add_argument("--only", default=",".join(NAMES))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--data", type=pathlib.Path, default=ROOT / "build/bench")
    parser.add_argument("--json", type=pathlib.Path)
    options = parser.parse_args()
    prefer_release()
    lines = data.make(options.data, "flat", 20_000_000).read_bytes()
    rows = []
    with Service("--access-log", "off") as service:
        print("pipeline   MB/s   whole ms   early ms   whole/early")
        for name in options.only.split(","):
            head = json.dumps({"pipeline": PIPELINES[name]}).encode() + b"\n"
            for rate in map(int, options.rates.split(",")):
                taken = measure(service, head + lines, rate, options.rounds)
                rows.append({"pipeline": name, "rate": rate, **taken})
                ratio = taken["whole"] / taken["early"]
                print(
                    f"{name:8} {rate or 'all':>6} {taken['whole']:10.1f} {taken['early']:10.1f}"
                    f" {ratio:13.2f}"
                )
    if options.json:
        options.json.write_text(json.dumps(rows, indent=2) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
