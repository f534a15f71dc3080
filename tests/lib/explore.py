#!/usr/bin/env python3
"""Let schemathesis look for what the service does and its contract does not say.

usage: explore.py [--seed N] [--seconds N | --examples N]

Starts a service of its own. What stands in tests/contract/explore/ says what is looked at. Status 1
tells of a finding; log lines or metrics of the run that are not well formed are one too.
"""

import argparse
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import urllib.request

from service import ROOT, Service

FOLDER = ROOT / "tests" / "contract" / "explore"
OPTIONS = (
    *("--max-time", "2s"),
    *("--webhook-secret", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"),
)


def explore(service: Service, folder: pathlib.Path, *arguments: str) -> subprocess.CompletedProcess:
    """Run schemathesis with the arguments given; what it keeps goes to the folder."""
    command = [pathlib.Path(sys.executable).with_name("schemathesis")]
    command += ["--config-file", FOLDER / "schemathesis.toml"]
    command += ["run", f"{service.url}/openapi.json", "--url", service.url, "--checks", "all"]
    environment = {**os.environ, "PYTHONPATH": str(FOLDER), "NO_COLOR": "1"}
    return subprocess.run(
        [*command, *arguments],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def check_log(log: pathlib.Path) -> int:
    """How many requests the log tells of; each of its lines must be an object with a message."""
    n = 0
    for line in log.read_text(encoding="utf-8").splitlines():
        entry = json.loads(line)
        n += entry["msg"] == "request"
    return n


def find_promtool() -> str | None:
    """Where Prometheus' own checker is, installed or fetched by tests/run.sh."""
    fetched = ROOT / "build-test" / "prometheus" / "usr" / "bin"
    return shutil.which("promtool", path=f"{os.environ['PATH']}:{fetched}")


def check_metrics(service: Service, promtool: str) -> str:
    """What promtool finds wrong with the metrics, or nothing."""
    with urllib.request.urlopen(f"{service.admin_url}/metrics", timeout=30) as answer:
        metrics = answer.read()
    checked = subprocess.run(
        [promtool, "check", "metrics"],
        input=metrics,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    return checked.stdout.decode() or ("failed" if checked.returncode else "")


def main() -> int:
    """Look for longer than the tests do."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seed", type=int, default=1)
    amount = parser.add_mutually_exclusive_group()
    amount.add_argument("--seconds", type=int, default=300)
    amount.add_argument("--examples", type=int, help="of each operation, in place of a time")
    options = parser.parse_args()
    wanted = ["--seed", str(options.seed)]
    if options.examples is not None:
        wanted += ["--max-examples", str(options.examples)]
    else:
        wanted += ["--max-time", str(options.seconds)]
    with tempfile.TemporaryDirectory(prefix="docmill-explore-") as name:
        folder = pathlib.Path(name)
        with Service(*OPTIONS, log_to=folder / "log") as service:
            found = explore(service, folder, *wanted)
            promtool = find_promtool()
            wrong = check_metrics(service, promtool) if promtool else ""
        sys.stdout.write(f"{found.stdout}\n{check_log(folder / 'log')} requests in the log\n")
    sys.stdout.write(f"metrics: {wrong or ('clean' if promtool else 'there is no promtool')}\n")
    return 1 if found.returncode or wrong else 0


if __name__ == "__main__":
    sys.exit(main())
