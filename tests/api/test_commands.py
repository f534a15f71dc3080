"""The small commands: health, version, and what the program says about itself."""

import socket

import pytest
from service import Service


def test_health_asks_the_admin_listener(service: Service, docmill) -> None:
    assert docmill("health", "--url", service.admin_url).returncode == 0
    assert docmill("health", f"--url={service.admin_url}/", "--live").returncode == 0
    assert docmill("health", "--url", "{}:{}".format(*service.admin_address)).returncode == 0


def test_health_knows_where_to_ask_from_the_environment(service: Service, docmill) -> None:
    listen = f"0.0.0.0:{service.admin_address[1]}"
    assert docmill("health", DOCMILL_ADMIN_LISTEN=listen).returncode == 0


def test_health_tells_a_draining_service_from_a_dead_one(docmill) -> None:
    with Service("--shutdown-delay", "2s") as service:
        service.terminate()
        service.wait_for_log("draining")
        ready = docmill("health", "--url", service.admin_url)
        assert (
            ready.returncode,
            docmill("health", "--live", "--url", service.admin_url).returncode,
        ) == (1, 0)
        assert "503" in ready.stderr


def test_health_of_nothing_is_1(docmill) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"127.0.0.1:{server.getsockname()[1]}"
    result = docmill("health", "--url", address)
    assert result.returncode == 1
    assert address in result.stderr


@pytest.mark.parametrize("arguments", [["--url"], ["--url", "ftp://x"], ["--what"], ["x"]])
def test_health_misused_is_64(docmill, arguments) -> None:
    assert docmill("health", *arguments).returncode == 64


def test_version_names_what_was_built(docmill) -> None:
    lines = docmill("version").stdout.splitlines()
    assert lines[0].startswith("docmill 0.")
    assert {line.split()[0] for line in lines[1:]} >= {"revision", "compiler", "libraries"}
    assert docmill("--version").stdout == docmill("version").stdout


def test_the_program_lists_its_commands(docmill) -> None:
    result = docmill("help")
    assert result.returncode == 0
    assert {"serve", "health", "version"} <= {
        line.split()[0] for line in result.stdout.splitlines() if line
    }
    assert docmill("--help").stdout == result.stdout


def test_no_command_and_an_unknown_one_are_64(docmill) -> None:
    assert docmill().returncode == 64
    result = docmill("serv")
    assert result.returncode == 64
    assert "did you mean serve?" in result.stderr


@pytest.mark.parametrize("arguments", [["version"], ["help"], ["serve", "--help"]])
def test_a_full_disk_is_an_error(docmill, arguments) -> None:
    with open("/dev/full", "w") as full:
        assert docmill(*arguments, stdout=full).returncode == 74
