#!/usr/bin/env python3
"""Hundreds of slow callers, and what the others see of them.

    tests/bench/http/slow.py [--connections 300] [--seconds 60] [--interval 1] [--json FILE]
                             [-- OPTION...]

A third each sends a header line, a byte of a body, or reads 16 bytes of 8 MB, once in an
interval; who is cut off comes back, and a reader after twelve times. Meanwhile ordinary requests
are sent, one after the other, and /livez is asked of the operators' listener. Exit 1 unless all
of them succeed, the slowest in less than a second, /livez in less than a tenth of one. Options
after -- are given to `docmill serve`.
"""

import argparse
import dataclasses
import json
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[2] / "tests" / "lib"))

from service import Service, prefer_release  # noqa: E402
from slow import Crowd, probe  # noqa: E402


def main() -> int:
    """Run it and print what was seen."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--connections", type=int, default=300)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--interval", type=float, default=1)
    parser.add_argument("--json", type=pathlib.Path)
    parser.add_argument("options", nargs="*", metavar="-- OPTION")
    arguments = parser.parse_args()
    prefer_release()
    with (
        Service("--access-log", "off", *arguments.options) as service,
        Crowd(service.address, arguments.connections, arguments.interval) as crowd,
    ):
        seen = probe(service.address, service.admin_address, arguments.seconds)
        resident = service.metric("process_resident_memory_bytes")
        held = service.metric('docmill_http_connections{listener="service"}')
    found = {
        **dataclasses.asdict(seen),
        "slow_connections": arguments.connections,
        "slow_connections_ended": crowd.n_ended,
        "threads_held_at_the_end": held,
        "resident_mib": round(resident / (1 << 20), 1),
    }
    print(json.dumps(found, indent=2))
    if arguments.json:
        arguments.json.write_text(json.dumps(found) + "\n")
    is_fine = seen.n_failed == 0 and seen.slowest < 1 and seen.slowest_live < 0.1
    return 0 if is_fine else 1


if __name__ == "__main__":
    sys.exit(main())
