"""Starting and stopping: what is said, what is still answered, and how the process ends."""

import os
import pathlib
import shutil
import signal
import socket
import subprocess
import time

import pytest
from service import PATIENCE, Service
from wire import Wire, ask


def test_the_first_line_of_the_log_names_both_ports() -> None:
    with Service() as service:
        assert service.log[0]["msg"] == "listening"
        assert ask(service.address, "GET", "/livez").status == 200
        assert ask(service.admin_address, "GET", "/metrics").status == 200
        assert service.address[1] != service.admin_address[1]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_service_with_exit_0(number: signal.Signals) -> None:
    with Service() as service:
        service.process.send_signal(number)
        service.wait_for_log("draining")
        assert service.process.wait(PATIENCE) == 0
    assert service.log[-1] == {**service.log[-1], "msg": "stopping", "requests_cut": 0}


def test_while_it_drains_it_says_so_and_serves_on() -> None:
    with Service("--shutdown-delay", "3s") as service, Wire(service.address) as early:
        assert not early.ask("GET", "/livez").closes
        service.terminate()
        service.wait_for_log("draining")
        refusal = ask(service.admin_address, "GET", "/readyz")
        assert (refusal.status, refusal.json()["code"]) == (503, "draining")
        assert "retry-after" in refusal.headers
        assert ask(service.admin_address, "GET", "/livez").status == 200
        assert early.ask("GET", "/livez").closes
        assert ask(service.address, "GET", "/version").closes
        assert service.process.poll() is None


def test_a_request_under_way_is_answered_before_the_end() -> None:
    body = b'{"documents":[{"a":1}],"pipeline":[]}'
    with Service() as service, Wire(service.address) as wire:
        wire.send(
            b"POST /transform HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
            b"Expect: 100-continue\r\nContent-Length: %d\r\n\r\n" % len(body)
        )
        assert wire.receive().status == 100
        service.terminate()
        service.wait_for_log("draining")
        wire.send(body)
        answer = wire.receive()
        assert (answer.status, answer.closes) == (200, True)
        assert service.process.wait(PATIENCE) == 0


def hold_a_request(service: Service, wire: Wire) -> None:
    """A request that does not end by itself: its body never comes."""
    wire.send(
        b"POST /transform HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        b"Expect: 100-continue\r\nContent-Length: 10\r\n\r\n"
    )
    assert wire.receive().status == 100


def test_a_request_that_does_not_end_is_cut_after_the_timeout() -> None:
    with Service("--shutdown-timeout", "500ms") as service, Wire(service.address) as wire:
        hold_a_request(service, wire)
        service.terminate()
        assert service.wait_for_log("stopping")["requests_cut"] == 1
        assert service.process.wait(PATIENCE) == 0


def test_a_second_signal_ends_it_at_once() -> None:
    with (
        Service("--shutdown-delay", "60s", "--shutdown-timeout", "60s") as service,
        Wire(service.address) as wire,
    ):
        hold_a_request(service, wire)
        service.terminate()
        service.wait_for_log("draining")
        start = time.monotonic()
        service.terminate()
        assert service.process.wait(PATIENCE) == 0
        assert time.monotonic() - start < 8


def test_idle_connections_do_not_hold_the_end_up() -> None:
    with Service("--keep-alive-timeout", "60s") as service:
        wires = [Wire(service.address) for _ in range(20)]
        for wire in wires:
            assert wire.ask("GET", "/livez").status == 200
        start = time.monotonic()
        service.terminate()
        assert service.process.wait(PATIENCE) == 0
        assert time.monotonic() - start < 8
        for wire in wires:
            assert wire.is_closed_by_peer()
            wire.socket.close()


def test_idle_connections_notice_the_drain_at_once() -> None:
    with Service("--keep-alive-timeout", "60s") as service, Wire(service.address) as wire:
        assert wire.ask("GET", "/livez").status == 200
        start = time.monotonic()
        service.terminate()
        assert wire.is_closed_by_peer()
        assert time.monotonic() - start < 1  # the library looks every two seconds


HANGING_STOP = """
#include <unistd.h>
struct mg_context;
void mg_stop(struct mg_context *mg);
void mg_stop(struct mg_context *mg)
{
	(void)mg;
	for (;;)
		pause();
}
"""


def test_a_library_that_does_not_stop_does_not_hold_the_end_up(tmp_path: pathlib.Path) -> None:
    compiler = shutil.which("cc")
    if compiler is None:
        pytest.skip("there is no C compiler")
    source, shim = tmp_path / "stop.c", tmp_path / "stop.so"
    source.write_text(HANGING_STOP)
    subprocess.run([compiler, "-shared", "-fPIC", "-o", shim, source], check=True)
    # The sanitizer would else insist on being loaded first.
    options = ":".join(filter(None, [os.environ.get("ASAN_OPTIONS"), "verify_asan_link_order=0"]))
    with Service(environment={"LD_PRELOAD": str(shim), "ASAN_OPTIONS": options}) as service:
        service.terminate()
        assert service.wait_for_log("stopping")["requests_cut"] == 0
        start = time.monotonic()
        assert service.process.wait(PATIENCE) == 0
        assert 8 < time.monotonic() - start < 15  # it hangs, and is given up after ten seconds


@pytest.mark.parametrize("option", ["--listen", "--admin-listen"])
def test_a_port_in_use_ends_the_start_and_is_named(option: str, docmill) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        result = docmill(
            *("serve", "--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0", option, address)
        )
    assert result.returncode == 69
    assert address in result.stderr
    assert len(result.stderr.splitlines()) == 1
