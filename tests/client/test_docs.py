"""The examples of README and docstrings, run as they stand against a service."""

import contextlib
import doctest
import io
import pathlib
import re

import httpx
import pytest

import docmill
from docmill import _async_client, _client, _resources

README = pathlib.Path(__file__).parents[2] / "client" / "README.md"


@pytest.fixture
def port_8001(start_service, monkeypatch):
    """Make port 8001 a service with nothing in it, on which what examples print depends."""
    there = httpx.URL(start_service().url)

    def redirected(send):
        def to_there(self, request):
            assert (request.url.host, request.url.port) == ("localhost", 8001)
            request.url = request.url.copy_with(host=there.host, port=there.port)
            return send(self, request)

        return to_there

    for transport, name in (
        (httpx.HTTPTransport, "handle_request"),
        (httpx.AsyncHTTPTransport, "handle_async_request"),
    ):
        monkeypatch.setattr(transport, name, redirected(getattr(transport, name)))


def expected(block):
    """What the comments behind print() say."""
    return "".join(f"{line}\n" for line in re.findall(r"print\(.*\)  # (.*)", block))


def test_the_readme(port_8001):
    blocks = re.findall(r"^```python\n(.*?)^```$", README.read_text(), re.S | re.M)
    assert len(blocks) >= 5
    names = {}
    with docmill.Client("http://localhost:8001") as mill:
        for block in blocks:
            names["mill"] = mill
            printed = io.StringIO()
            with contextlib.redirect_stdout(printed):
                exec(compile(block, str(README), "exec"), names)
            assert printed.getvalue() == expected(block), block


@pytest.mark.parametrize("module", [_client, _async_client, _resources], ids=lambda m: m.__name__)
def test_the_docstrings(port_8001, module):
    with docmill.Client("http://localhost:8001") as mill:
        found = doctest.DocTestFinder(recurse=True).find(module, extraglobs={"mill": mill})
        examples = [test for test in found if test.examples]
        assert examples
        for test in examples:
            said = io.StringIO()
            results = doctest.DocTestRunner().run(test, out=said.write)
            assert results.failed == 0, said.getvalue()
