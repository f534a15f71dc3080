#!/usr/bin/env python3
"""Put what the program says about itself into OPERATING.md: operating_page.py [PROGRAM].

Everything below the mark is made of the program's own tables; a test holds the page to them.
"""

import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
PAGE = ROOT / "deploy" / "OPERATING.md"
MARK = "<!-- Below: deploy/operating_page.py, from `docmill serve --help=markdown`. -->\n"


def make(program: pathlib.Path) -> str:
    """The page as it should be."""
    written, _, _ = PAGE.read_text(encoding="utf-8").partition(MARK)
    command = [program, "serve", "--help=markdown"]
    made = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return f"{written}{MARK}\n{made}"


def main() -> None:
    """Write it."""
    program = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / "build/service/docmill")
    PAGE.write_text(make(program), encoding="utf-8")


if __name__ == "__main__":
    main()
