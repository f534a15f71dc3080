#!/usr/bin/env python3
"""Fail when the sources leave work for later without saying where it is written down.

usage: check_words.py ROOT

TODO and its relatives need the number of an issue beside them.
"""

import pathlib
import re
import subprocess
import sys
from collections.abc import Iterator

LATER = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b(?!\(#\d+\))")


def violations(root: pathlib.Path) -> Iterator[str]:
    """Yield a line for every note that names no issue."""
    command = ["git", "-C", str(root), "ls-files", "--", "service", "client", "proto", "deploy"]
    listed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    for name in listed.splitlines():
        path = root / name
        if not path.exists():
            continue
        for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1):
            if LATER.search(line):
                yield f"{name}:{number}: {line.strip()}"


def main() -> int:
    """Print what was left for later."""
    found = list(violations(pathlib.Path(sys.argv[1]).resolve()))
    print("\n".join(found) or "words: ok")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
