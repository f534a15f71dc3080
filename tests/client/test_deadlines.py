"""Peers that are slow, silent or gone: real sockets, short deadlines."""

import asyncio
import socket
import threading
import time
from contextlib import contextmanager, suppress

import httpx
import pytest

import docmill


@contextmanager
def peer(serve):
    """A server that does one thing with each connection, until the test ends."""
    listener = socket.create_server(("127.0.0.1", 0))
    done = threading.Event()
    threads = []

    def accept():
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            thread = threading.Thread(target=run, args=(connection,))
            threads.append(thread)
            thread.start()

    def run(connection):
        with connection, suppress(OSError):  # the client may hang up
            serve(connection, done)

    acceptor = threading.Thread(target=accept)
    acceptor.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        done.set()
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        acceptor.join()
        for thread in threads:
            thread.join()


def silent(connection, done):
    while connection.recv(65536) and not done.is_set():
        pass


def drip(connection, done):
    connection.recv(65536)
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
    while not done.wait(0.05):
        connection.sendall(b" ")


def deaf(connection, done):
    done.wait()


def hang_up(connection, done):
    connection.recv(65536)


def half(connection, done):
    connection.recv(65536)
    connection.sendall(b'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"documents": [')


@pytest.mark.parametrize("behaviour", [silent, drip])
def test_a_slow_answer_ends_in_time(connect, behaviour):
    with peer(behaviour) as url:
        began = time.monotonic()
        with pytest.raises(docmill.Timeout, match=r"did not answer within 0\.4 s"):
            connect(url).transform([], [], timeout=0.4)
        assert 0.35 < time.monotonic() - began < 3.0


def test_a_peer_that_does_not_read_ends_in_time(connect):
    with peer(deaf) as url:
        began = time.monotonic()
        with pytest.raises(docmill.Timeout):
            connect(url).transform(b"[" + b" " * 20_000_000 + b"]", [], timeout=0.4)
        assert time.monotonic() - began < 3.0


@pytest.mark.parametrize("behaviour", [hang_up, half])
def test_a_connection_that_breaks_is_tried_again_and_then_reported(connect, naps, behaviour):
    with peer(behaviour) as url:
        with pytest.raises(docmill.ConnectionFailed, match="broke off") as caught:
            connect(url).transform([], [])
        assert caught.value.sent
        assert len(naps) == 2


def test_nobody_there(connect, naps):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    with pytest.raises(docmill.ConnectionFailed, match="cannot be reached") as caught:
        connect(url).tasks.create("Test")
    assert not caught.value.sent
    assert len(naps) == 2


def test_cancellation_goes_through():
    async def main(url):
        async with docmill.AsyncClient(url) as mill:
            task = asyncio.create_task(mill.transform([], []))
            await asyncio.sleep(0.05)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task

    with peer(silent) as url:
        asyncio.run(main(url))


def test_trio_works_too():
    trio = pytest.importorskip("trio")

    async def main(url):
        async with docmill.AsyncClient(url) as mill:
            with pytest.raises(docmill.Timeout):
                await mill.transform([], [], timeout=0.2)

    with peer(silent) as url:
        trio.run(main, url)


def test_an_interrupted_upload_does_not_poison_the_next_call():
    def documents():
        yield b"{}" * 200_000
        raise ValueError("no more")

    def echo(connection, done):
        connection.recv(65536)
        connection.sendall(b'HTTP/1.1 200 OK\r\nContent-Length: 17\r\n\r\n{"documents": []}')
        silent(connection, done)

    with peer(echo) as url, docmill.Client(url) as mill:
        with pytest.raises(ValueError, match="no more"):
            mill.transform(documents(), [])
        assert mill.transform([], []) == []


def test_httpx_never_shows_through(connect, naps):
    def handler(request):
        raise httpx.DecodingError("bad gzip", request=request)

    with pytest.raises(docmill.ConnectionFailed, match="bad gzip"):
        connect(handler).transform([], [])
