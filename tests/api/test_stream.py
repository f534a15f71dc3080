"""docmill run over lines from a pipe: memory that does not grow with what comes."""

import os
import pathlib
import re
import subprocess
import threading
from typing import IO

import pytest

MIB = 1 << 20
INPUT_SIZE = 200 * MIB
# The program holds blocks of 4 MiB; a build with sanitizers its shadows as well.
RSS_MAX = 96 * MIB
EXIT_DATA = 65
LINE = (
    b'{"id": %d, "name": "somebody", "country": "DE", "price": 12.25, "tags": ["a", "b"],'
    b' "note": "what is said about it, at some length, so that a line looks like others do"}\n'
)


def block() -> bytes:
    """About a megabyte of lines."""
    return b"".join(LINE % (i % 50) for i in range(5500))


class Tail(threading.Thread):
    """Reads all that comes and keeps the end of it."""

    def __init__(self, source: IO[bytes]) -> None:
        super().__init__(daemon=True)
        self.source, self.text = source, b""
        self.start()

    def run(self) -> None:
        while part := self.source.read(MIB):
            self.text = (self.text + part)[-1000:]


def peak_rss(pid: int) -> int:
    """Bytes; ru_maxrss will not do, which begins with what the parent had."""
    status = pathlib.Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    return int(re.search(r"VmHWM:\s+(\d+) kB", status)[1]) * 1024


def run(binary: pathlib.Path, pipeline: str) -> tuple[int, bytes, int, int]:
    """Return how much was written to it, its answer's end, the exit code, and the most it held."""
    lines, n_written, peak = block(), 0, 0
    with subprocess.Popen(
        [binary, "run", "--pipeline", pipeline],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "ASAN_OPTIONS": "quarantine_size_mb=1"},
    ) as program:
        assert program.stdin is not None
        assert program.stdout is not None
        tail = Tail(program.stdout)
        try:
            while n_written < INPUT_SIZE:
                program.stdin.write(lines)
                n_written += len(lines)
            peak = peak_rss(program.pid)
            program.stdin.close()
        except BrokenPipeError:
            pass
        tail.join(timeout=120)
        program.wait(timeout=120)
    return n_written, tail.text, program.returncode, peak


@pytest.mark.parametrize(
    ("stages", "end"),
    [
        (
            '{"$unwind": "$tags"}, {"$group": {"_id": "$id", "n": {"$sum": 1}}}, {"$count": "n"}',
            b'{"n":50}\n',
        ),
        (
            '{"$sort": {"id": -1}}, {"$limit": 1}, {"$project": {"_id": 0, "price": 1}}',
            b'{"price":12.25}\n',
        ),
        (
            '{"$match": {"id": {"$lt": 9}}}, {"$skip": 7}, {"$replaceWith": {"i": "$id"}}',
            b'{"i":8}\n',
        ),
    ],
    ids=["unwind-group", "sort-limit", "match-skip-replace"],
)
def test_memory_does_not_grow_with_the_input(
    docmill_binary: pathlib.Path, stages: str, end: bytes
) -> None:
    n_written, answer, code, rss = run(docmill_binary, f"[{stages}]")
    assert (code, n_written >= INPUT_SIZE) == (0, True)
    assert answer.endswith(end)
    assert rss < RSS_MAX


def test_reading_ends_when_nobody_wants_more(docmill_binary: pathlib.Path) -> None:
    n_written, answer, code, _ = run(
        docmill_binary, '[{"$limit": 2}, {"$unset": ["name", "note"]}]'
    )
    assert (code, answer.count(b"\n")) == (0, 2)
    assert n_written < 32 * MIB


def test_a_fault_in_a_later_block_has_its_place(docmill_binary: pathlib.Path) -> None:
    lines = block() * 6
    n_lines = lines.count(b"\n")
    result = subprocess.run(
        [docmill_binary, "run", "--pipeline", '[{"$count": "n"}]'],
        input=lines + b'{"id": 1}\n{"id": }\n' + lines,
        capture_output=True,
        check=False,
    )
    assert result.returncode == EXIT_DATA
    assert f"standard input:{n_lines + 2}:8:".encode() in result.stderr
    assert f"at document {n_lines + 1}".encode() in result.stderr
