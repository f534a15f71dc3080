"""deploy/OPERATING.md is what the program says, and what it says is so."""

import pathlib
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

import pytest
from explore import check_metrics, find_promtool
from service import ROOT, Service
from slow import READER
from wire import Wire, ask

PAGE = (ROOT / "deploy" / "OPERATING.md").read_text(encoding="utf-8")
TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
# Written only where there is something to count; what makes them is tested elsewhere.
EXIT_CODES = {0, 1, 64, 65, 66, 69, 70, 74, 78}


def section(title: str) -> list[str]:
    """The first cells of a table of the page."""
    text = PAGE.split(f"\n## {title}\n")[1].split("\n## ")[0]
    return re.findall(r"^\| (?!---|option|metric|field|scope|signal|code)(.+?) \|", text, re.M)


@pytest.fixture(scope="module")
def running(docmill_binary: pathlib.Path) -> Iterator[Service]:
    with Service("--min-rate", "1MiB/s") as service:
        yield service


def test_the_page_is_what_the_program_says(docmill_binary: pathlib.Path) -> None:
    sys.path.insert(0, str(ROOT / "deploy"))
    try:
        import operating_page
    finally:
        sys.path.remove(str(ROOT / "deploy"))
    assert operating_page.make(docmill_binary) == PAGE, "run deploy/operating_page.py"


def test_every_metric_that_is_served_is_on_the_page(running: Service) -> None:
    ask(running.address, "GET", "/tasks")
    ask(running.address, "POST", "/transform", b"{}", Content_Type="application/json")
    end = time.monotonic() + 10
    served: set[str] = set()
    # An answer is counted once it has been sent: soon after the caller has it.
    while "http_server_request_duration_seconds" not in served and time.monotonic() < end:
        text = ask(running.admin_address, "GET", "/metrics").body.decode()
        served = set(re.findall(r"^# TYPE (\S+)", text, re.M))
    described = {name.strip("`") for name in section("Metrics")}
    ours = {name for name in served if not name.startswith("process_")}
    assert ours <= described
    assert {"http_server_request_duration_seconds", "docmill_build_info"} <= ours
    assert 'docmill_store_operation_duration_seconds_count{op="list"} 1' in text


def test_promtool_finds_nothing_wrong_with_the_metrics(running: Service) -> None:
    promtool = find_promtool()
    if promtool is None:
        pytest.skip("promtool is not there (Debian's package prometheus; tests/run.sh fetches it)")
    for path in ("/livez", "/tasks", "/nothing"):
        ask(running.address, "GET", path)
    assert check_metrics(running, promtool) == ""


def lines_of_requests(service: Service) -> list[dict[str, Any]]:
    return [line for line in service.log if line.get("msg") == "request"]


def test_every_field_of_the_request_log_is_on_the_page_and_the_other_way_round(
    running: Service, tmp_path: pathlib.Path
) -> None:
    ask(running.address, "GET", "/livez", traceparent=TRACE)
    ask(running.address, "GET", "/nothing")
    with Wire(running.address) as wire:  # reads nothing, and is cut off
        wire.send(READER)
        while running.wait_for_log("request").get("cut") is None:
            pass
    keys = tmp_path / "keys"
    made = subprocess.run(
        [running.process.args[0], "key", "web", "all", "--file", keys],
        capture_output=True,
        text=True,
        check=True,
    )
    with Service("--auth", "keys", "--keys-file", str(keys)) as guarded:
        key = made.stdout.strip()
        ask(guarded.address, "GET", "/tasks", Authorization=f"Bearer {key}")
        guarded.wait_for_log("request")
    lines = lines_of_requests(running) + lines_of_requests(guarded)
    seen = {name for line in lines for name in line}
    assert seen == {name.strip("`") for name in section("Fields of the request log")}
    assert not [line for line in running.log + guarded.log if "text" in line]


def test_the_scopes_are_those_that_a_key_may_have(docmill: Any) -> None:
    scopes = [name.strip("`") for name in section("Scopes of keys")]
    assert docmill("key", "all", ",".join(scopes)).returncode == 0
    assert len(scopes) == 4


def test_the_signals_do_what_the_page_says(docmill_binary: pathlib.Path) -> None:
    names = {name for row in section("Signals") for name in row.split(", ")}
    assert names == {"SIGTERM", "SIGINT", "SIGHUP", "SIGPIPE", "SIGUSR1", "SIGUSR2"}
    with Service() as service:
        for name in ("SIGHUP", "SIGPIPE", "SIGUSR1", "SIGUSR2"):
            service.process.send_signal(signal.Signals[name])
        assert ask(service.address, "GET", "/livez").status == 200


def test_the_exit_codes_are_on_the_page() -> None:
    assert {int(code) for code in section("Exit codes")} == EXIT_CODES
