"""What the Python tests share: a service that really runs, when one has been built."""

from collections.abc import Iterator

import pytest
from service import Service, find_binary


@pytest.fixture(scope="session")
def service_url() -> Iterator[str]:
    """The address of a service with an empty store."""
    if find_binary() is None:
        pytest.skip("no service has been built: set DOCMILL_BIN or build in build-test/")
    with Service("--webhook-secret", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw") as service:
        yield service.url
