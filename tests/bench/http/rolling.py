"""Rolling restarts of two replicas under load: callers who follow /readyz must see no failure.

    .venv/bin/python tests/bench/http/rolling.py [--restarts 20] [--callers 8]

Exit status 1 when a request failed.
"""

import argparse
import collections
import pathlib
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "lib"))

from replicas import restart_under_load
from service import prefer_release


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--restarts", type=int, default=20)
    parser.add_argument("--callers", type=int, default=8)
    options = parser.parse_args()
    prefer_release()
    start = time.monotonic()
    outcome = restart_under_load(options.restarts, options.callers)
    seconds = time.monotonic() - start
    print(
        f"{options.restarts} restarts in {seconds:.0f} s, {options.callers} callers: "
        f"{outcome.n_answered} requests answered, {len(outcome.failures)} failed"
    )
    for failure, n in collections.Counter(outcome.failures).most_common(10):
        print(f"  {n} x {failure}")
    return 1 if outcome.failures else 0


if __name__ == "__main__":
    sys.exit(main())
