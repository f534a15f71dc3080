"""What the tests of the HTTP interface share."""

from collections.abc import Iterator

import httpx
import pytest


@pytest.fixture(scope="session")
def http(service_url: str) -> Iterator[httpx.Client]:
    """A plain HTTP client of the shared service."""
    with httpx.Client(base_url=service_url, timeout=30.0) as client:
        yield client
