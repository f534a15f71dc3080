"""Where settings come from, and what never shows."""

import httpx
import pytest

import docmill


class Recorder:
    """Keeps the request that came in."""

    def __call__(self, request):
        self.request = request
        return httpx.Response(200, json={"documents": [], "stats": {}})


@pytest.fixture(params=[docmill.Client, docmill.AsyncClient])
def kind(request):
    return request.param


def test_the_default_is_the_service_of_this_machine(kind, monkeypatch):
    monkeypatch.delenv("DOCMILL_URL", raising=False)
    assert kind().url == "http://127.0.0.1:8001"


def test_the_environment_comes_before_the_default(kind, monkeypatch):
    monkeypatch.setenv("DOCMILL_URL", "https://mill.test/prefix/")
    assert kind().url == "https://mill.test/prefix"
    assert kind("http://other.test").url == "http://other.test"


@pytest.mark.parametrize(
    "url", ["mill.test", "ftp://mill.test", "http://", "http://[", "/tmp", "http://a/?b"]
)
def test_an_address_of_no_service_is_refused(kind, url):
    with pytest.raises(ValueError, match="URL"):
        kind(url)


@pytest.mark.parametrize("timeout", [0, -1, float("nan")])
def test_a_timeout_must_be_positive(kind, timeout):
    with pytest.raises(ValueError, match="timeout"):
        kind("http://mill.test", timeout=timeout)


def test_retries_must_not_be_negative(kind):
    with pytest.raises(ValueError, match="retries"):
        kind("http://mill.test", retries=-1)


def test_a_key_that_no_header_can_carry_is_refused(kind):
    with pytest.raises(ValueError, match="api_key"):
        kind("http://mill.test", api_key="secret\n")


def test_the_key_is_sent_and_not_shown(connect, monkeypatch):
    monkeypatch.setenv("DOCMILL_API_KEY", "secret")
    recorder = Recorder()
    mill = connect(recorder)
    mill.transform([], [])
    assert recorder.request.headers["Authorization"] == "Bearer secret"
    for thing in (mill, mill._settings, mill._http):
        assert "secret" not in repr(thing)


def test_an_empty_key_is_none(connect, monkeypatch):
    monkeypatch.setenv("DOCMILL_API_KEY", "secret")
    recorder = Recorder()
    connect(recorder, api_key="").transform([], [])
    assert "Authorization" not in recorder.request.headers


def test_requests_say_who_sends_them_and_what_they_take(connect):
    recorder = Recorder()
    connect(recorder).transform([], [])
    headers = recorder.request.headers
    assert headers["User-Agent"] == f"docmill-python/{docmill.__version__}"
    assert headers["Accept"] == "application/json"
    assert headers["Accept-Encoding"] == "identity"


def test_a_client_with_other_options_shares_the_connections(connect):
    recorder = Recorder()
    mill = connect(recorder, headers={"X-A": "1", "X-B": "1"})
    traced = mill.with_options(headers={"X-B": "2", "traceparent": "00-1-2-00"}, timeout=3.0)
    traced.transform([], [])
    headers = recorder.request.headers
    assert (headers["X-A"], headers["X-B"], headers["traceparent"]) == ("1", "2", "00-1-2-00")
    assert recorder.request.extensions["timeout"]["read"] == 3.0
    mill.transform([], [])
    assert "traceparent" not in recorder.request.headers
    assert recorder.request.extensions["timeout"]["read"] == 60.0


def test_no_end_is_a_timeout_too(connect):
    recorder = Recorder()
    connect(recorder, timeout=float("inf")).transform([], [])
    assert recorder.request.extensions["timeout"]["read"] is None
    assert recorder.request.extensions["timeout"]["connect"] == 5.0


def test_a_prefix_stays_in_front_of_the_path():
    recorder = Recorder()
    http = httpx.Client(transport=httpx.MockTransport(recorder))
    docmill.Client("http://mill.test/a/", http_client=http).transform([], [])
    assert str(recorder.request.url) == "http://mill.test/a/transform"


def test_a_client_of_the_callers_stays_open():
    http = httpx.Client(transport=httpx.MockTransport(Recorder()))
    with docmill.Client("http://mill.test", http_client=http):
        pass
    assert not http.is_closed
    http.close()


def test_a_client_of_our_own_is_closed():
    with docmill.Client("http://mill.test") as mill:
        pass
    with pytest.raises(RuntimeError, match="closed"):
        mill.transform([], [])
