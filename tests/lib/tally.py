"""Add up what a run of the tests left in its results folder.

usage: tally.py FOLDER

Reads Meson's logs (*.meson.json, an object a line), JUnit XML (*.xml) and checks.tsv; says why
something was skipped and what failed; the last line is "N passed, N failed, N skipped".
"""

import collections
import json
import pathlib
import sys
import xml.etree.ElementTree as ElementTree

PASSED, FAILED, SKIPPED = "passed", "failed", "skipped"
MESON = {"OK": PASSED, "EXPECTEDFAIL": PASSED, "SKIP": SKIPPED}


def meson_results(path: pathlib.Path):
    """Yield (result, name, reason) for each test of a Meson log."""
    for line in path.read_text().splitlines():
        test = json.loads(line)
        yield MESON.get(test["result"], FAILED), test["name"], "see its log"


def junit_results(path: pathlib.Path):
    """Yield (result, name, reason) for each test case of a JUnit file."""
    for case in ElementTree.parse(path).iter("testcase"):
        name = f"{case.get('classname')}::{case.get('name')}"
        skipped = case.find("skipped")
        if skipped is not None:
            yield SKIPPED, name, skipped.get("message", "")
        elif case.find("failure") is not None or case.find("error") is not None:
            yield FAILED, name, ""
        else:
            yield PASSED, name, ""


def check_results(path: pathlib.Path):
    """Yield (result, name, reason) for each line of checks.tsv."""
    for line in path.read_text().splitlines():
        result, name, *reason = line.split("\t")
        yield result, name, reason[0] if reason else ""


def main() -> int:
    """Print the sum and return the exit code."""
    folder = pathlib.Path(sys.argv[1])
    results = []
    for path in sorted(folder.iterdir()):
        if path.name.endswith(".meson.json"):
            results += meson_results(path)
        elif path.suffix == ".xml":
            results += junit_results(path)
        elif path.name == "checks.tsv":
            results += check_results(path)
    reasons = collections.Counter(reason for result, _, reason in results if result == SKIPPED)
    for reason, n in sorted(reasons.items()):
        print(f"skipped {n}: {reason}")
    for result, name, _ in results:
        if result == FAILED:
            print(f"FAILED {name}")
    n = collections.Counter(result for result, _, _ in results)
    print(f"{n[PASSED]} passed, {n[FAILED]} failed, {n[SKIPPED]} skipped")
    return 1 if n[FAILED] or not n[PASSED] else 0


if __name__ == "__main__":
    sys.exit(main())
