"""The program: how it starts, what it refuses, how it ends."""

import os
import re
import signal
import socket
import subprocess
import sys
import threading

import httpx
import pytest

from docmill_web import Settings
from docmill_web.settings import SettingsError

TIMEOUT = 30


def start(**environ):
    kept = {name: value for name, value in os.environ.items() if not name.startswith("DOCMILL")}
    return subprocess.Popen(
        [sys.executable, "-m", "docmill_web"],
        env={**kept, **environ},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def wait_for_address(process):
    seen = []
    patience = threading.Timer(TIMEOUT, process.kill)
    patience.start()
    try:
        for line in process.stderr:
            seen.append(line)
            if found := re.search(r"(http://127\.0\.0\.1:\d+)", line):
                return found[1]
    finally:
        patience.cancel()
    pytest.fail("it did not start:\n" + "".join(seen))


def test_serves_and_ends_on_sigterm():
    process = start(DOCMILL_WEB_LISTEN="127.0.0.1:0", DOCMILL_URL="http://127.0.0.1:9")
    with process:
        address = wait_for_address(process)
        assert httpx.get(f"{address}/livez").status_code == 200
        assert httpx.get(f"{address}/readyz").status_code == 503
        process.send_signal(signal.SIGTERM)
        assert process.wait(TIMEOUT) == 0
        process.communicate()


def test_a_port_in_use_is_named():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        listen = f"127.0.0.1:{taken.getsockname()[1]}"
        process = start(DOCMILL_WEB_LISTEN=listen)
        _, said = process.communicate(timeout=TIMEOUT)
    assert process.returncode == 69
    assert said == f"docmill-web: cannot listen on {listen}: Address already in use\n"


@pytest.mark.parametrize(
    ("environ", "complaint"),
    [
        ({"DOCMILL_WEB_LISTEN": "8000"}, "DOCMILL_WEB_LISTEN=8000: must be HOST:PORT"),
        ({"DOCMILL_WEB_TIMEOUT": "soon"}, "DOCMILL_WEB_TIMEOUT=soon: could not convert"),
        ({"DOCMILL_WEB_TIMEOUT": "0"}, "DOCMILL_WEB_TIMEOUT=0: must be more than 0"),
        ({"DOCMILL_WEB_MAX_BODY": "-1"}, "DOCMILL_WEB_MAX_BODY=-1: must be more than 0"),
        ({"DOCMILL_WEB_LISTN": "x"}, "DOCMILL_WEB_LISTN is not a setting"),
        ({"DOCMILL_API_KEY_FILE": "/nowhere"}, "DOCMILL_API_KEY_FILE=/nowhere: "),
    ],
)
def test_a_setting_that_makes_no_sense_is_refused(environ, complaint):
    with pytest.raises(SettingsError) as caught:
        Settings.from_env(environ)
    assert str(caught.value).startswith(complaint)


@pytest.mark.parametrize("environ", [{"DOCMILL_WEB_LISTEN": "x"}, {"DOCMILL_URL": "ftp://x"}])
def test_a_bad_setting_ends_the_start(environ):
    process = start(**environ)
    _, said = process.communicate(timeout=TIMEOUT)
    assert process.returncode == 78
    assert said.startswith("docmill-web: ")
    assert said.count("\n") == 1


def test_settings_are_read(tmp_path):
    key = tmp_path / "key"
    key.write_text("secret\n")
    settings = Settings.from_env(
        {
            "DOCMILL_URL": "http://mill:8001",
            "DOCMILL_API_KEY_FILE": str(key),
            "DOCMILL_WEB_LISTEN": "[::]:80",
            "DOCMILL_WEB_TIMEOUT": "2.5",
            "DOCMILL_WEB_MAX_BODY": "1000",
            "DOCMILL_WEB_MAX_DOCUMENTS": "10",
            "HOME": "/root",
        }
    )
    assert settings == Settings("http://mill:8001", "secret", "::", 80, 2.5, 1000, 10)
    assert "secret" not in repr(settings)


def test_without_any_the_defaults_hold():
    assert Settings.from_env({}) == Settings()
