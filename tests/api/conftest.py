"""What the tests of the HTTP interface share."""

import os
import pathlib
import subprocess
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import postgres as postgres_server
import pytest
from pair import InTurns, Pair
from service import STORES, Service, find_binary

Start = Callable[..., Service | Pair]


@pytest.fixture(scope="session")
def http(service_url: str) -> Iterator[httpx.Client]:
    """A plain HTTP client of the shared service."""
    with httpx.Client(base_url=service_url, timeout=30.0) as client:
        yield client


@pytest.fixture(scope="session")
def postgres() -> Iterator[postgres_server.Server]:
    """A PostgreSQL, for whoever makes a database of their own in it and leaves it running."""
    if postgres_server.find_programs() is None:
        pytest.skip("there is no PostgreSQL: apt-get install postgresql")
    with postgres_server.Server() as server:
        yield server


@pytest.fixture(scope="session", params=[*STORES, "postgresql twice"])
def start(request: pytest.FixtureRequest) -> Start:
    """Start a service with these options, on each of the stores, one after the other."""
    if find_binary() is None:
        pytest.skip("no service has been built: set DOCMILL_BIN or build in build-test/")
    kind, _, twice = request.param.partition(" ")
    postgres = request.getfixturevalue("postgres") if kind == "postgresql" else None

    def start(*arguments: str) -> Service | Pair:
        store = kind if postgres is None else postgres.create_database()
        return (Pair if twice else Service)(*arguments, store=store)

    return start


@pytest.fixture(scope="session")
def store_service(start: Start) -> Iterator[Service | Pair]:
    """A service on each of the stores."""
    with start() as running:
        yield running


@pytest.fixture(scope="session")
def store_http(store_service: Service | Pair) -> Iterator[httpx.Client]:
    """A plain HTTP client of it: what every store promises is asked of each."""
    transport = InTurns(store_service)
    with httpx.Client(base_url=store_service.url, transport=transport, timeout=30.0) as client:
        yield client


@pytest.fixture(scope="session")
def service() -> Iterator[Service]:
    """A service with deadlines so short that what must time out does so within a test."""
    if find_binary() is None:
        pytest.skip("no service has been built: set DOCMILL_BIN or build in build-test/")
    with Service(
        *("--header-timeout", "1s", "--body-timeout", "2s", "--keep-alive-timeout", "2s"),
        *("--max-body", "1MiB", "--http-threads", "64"),
    ) as running:
        yield running


@pytest.fixture(scope="session")
def docmill_binary() -> pathlib.Path:
    """The program, or the test is skipped."""
    binary = find_binary()
    if binary is None:
        pytest.skip("no service has been built: set DOCMILL_BIN or build in build-test/")
    return binary


@pytest.fixture
def docmill() -> Callable[..., "subprocess.CompletedProcess[str]"]:
    """Run the program to its end: docmill("serve", "--check", DOCMILL_MAX_BODY="1MiB")."""
    binary = find_binary()
    if binary is None:
        pytest.skip("no service has been built: set DOCMILL_BIN or build in build-test/")

    def run(
        *arguments: str, stdout: Any = subprocess.PIPE, **environment: str
    ) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [binary, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=stdout,
            stderr=subprocess.PIPE,
            text=True,
            timeout=30,
            check=False,
            env={**os.environ, "DOCMILL_STORE": "memory", **environment},
        )

    return run
