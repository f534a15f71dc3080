#!/usr/bin/env python3
"""Fail when a source file or a C function has grown beyond what one can read.

usage: check_size.py ROOT

A C file has at most 700 lines, a C function at most 70, a Python module at most 600.
"""

import pathlib
import re
import subprocess
import sys
from collections.abc import Iterator

C_FILE_MAX = 700
C_FUNCTION_MAX = 70
PYTHON_FILE_MAX = 600


def tracked(root: pathlib.Path, *patterns: str) -> list[pathlib.Path]:
    """List the files git knows that match."""
    command = ["git", "-C", str(root), "ls-files", "--", *patterns]
    listed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return [root / name for name in listed.splitlines() if (root / name).exists()]


def functions(lines: list[str]) -> Iterator[tuple[int, int]]:
    """Yield (first line, length) of the functions of a C file in our style."""
    start = None
    for number, line in enumerate(lines, 1):
        if line == "{" and number > 1 and re.search(r"\)$", lines[number - 2]):
            start = number
        elif line == "}" and start is not None:
            yield start, number - start + 1
            start = None


def violations(root: pathlib.Path) -> Iterator[str]:
    """Yield a line for everything that is too long."""
    for path in tracked(root, "service/*.c", "service/*.h", "tests/*.c", "tests/*.h"):
        lines = path.read_text().splitlines()
        name = path.relative_to(root)
        if len(lines) > C_FILE_MAX:
            yield f"{name}: {len(lines)} lines, more than {C_FILE_MAX}"
        for first, length in functions(lines):
            if length > C_FUNCTION_MAX:
                yield f"{name}:{first}: a function of {length} lines, more than {C_FUNCTION_MAX}"
    for path in tracked(root, "*.py"):
        n = len(path.read_text().splitlines())
        if n > PYTHON_FILE_MAX:
            yield f"{path.relative_to(root)}: {n} lines, more than {PYTHON_FILE_MAX}"


def main() -> int:
    """Print what is too long."""
    found = list(violations(pathlib.Path(sys.argv[1]).resolve()))
    print("\n".join(found) or "sizes: ok")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
