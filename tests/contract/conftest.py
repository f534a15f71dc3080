"""The contract, as the service answers it and as it lies in proto/."""

import pathlib
import sys
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROTO = ROOT / "proto"


@pytest.fixture(scope="session")
def http(service_url: str) -> Iterator[httpx.Client]:
    """A plain HTTP client of the shared service."""
    with httpx.Client(base_url=service_url, timeout=30.0) as client:
        yield client


@pytest.fixture(scope="session")
def contract() -> dict[str, Any]:
    """What bundle.py makes of proto/ now."""
    sys.path.insert(0, str(PROTO))
    try:
        import bundle
    finally:
        sys.path.remove(str(PROTO))
    made, _ = bundle.bundle("0.1.0")
    return made


@pytest.fixture(scope="session")
def errors() -> dict[str, dict[str, Any]]:
    """The table of error codes."""
    return yaml.safe_load((PROTO / "errors.yaml").read_text(encoding="utf-8"))
