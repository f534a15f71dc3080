"""The application, and the program that serves it."""

import os
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import NoReturn

import uvicorn
from fastapi import FastAPI
from fastapi.responses import RedirectResponse
from fastapi_offline import FastAPIOffline

from docmill import AsyncClient, __version__

from . import errors
from .middleware import BodyLimit, RequestNames
from .models import Problem
from .routes import health, process, tasks
from .settings import Settings, SettingsError

EX_UNAVAILABLE = 69
EX_CONFIG = 78


def create_app(settings: Settings | None = None, *, mill: AsyncClient | None = None) -> FastAPI:
    """Build the application.

    Args:
        settings: else read from the environment.
        mill: the client to call the service with, else one by the settings.
    """
    settings = settings or Settings.from_env(os.environ)
    mill = mill or AsyncClient(settings.url, api_key=settings.api_key, timeout=settings.timeout)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with mill:
            yield

    # The interactive documentation comes from this machine, not from a CDN.
    app = FastAPIOffline(
        title="docmill front end",
        summary="Business rules in Python, the heavy work in a native service.",
        version=__version__,
        lifespan=lifespan,
        responses={"4XX": {"model": Problem}, "5XX": {"model": Problem}},
    )
    app.state.mill = mill
    app.state.settings = settings
    for resource in (tasks, process, health):
        app.include_router(resource.router)
    app.add_api_route("/", lambda: RedirectResponse("/docs"), include_in_schema=False)
    errors.install(app)
    app.add_middleware(BodyLimit, limit=settings.max_body)
    app.add_middleware(RequestNames)
    return app


def main() -> None:
    """Serve until told to stop."""
    try:
        settings = Settings.from_env(os.environ)
        app = create_app(settings)
    except (SettingsError, ValueError) as error:
        _leave(EX_CONFIG, str(error))
    try:
        listener = socket.create_server(
            (settings.host, settings.port),
            family=socket.AF_INET6 if ":" in settings.host else socket.AF_INET,
            backlog=1024,
        )
    except OSError as error:
        why = os.strerror(error.errno) if error.errno and error.errno > 0 else error.strerror
        _leave(EX_UNAVAILABLE, f"cannot listen on {settings.host}:{settings.port}: {why}")
    # uvicorn raises the signal again once it has ended well, which would look like a failure.
    signal.signal(signal.SIGTERM, lambda *_: None)
    _say(f"listening on {_url(listener)}")
    config = uvicorn.Config(app, server_header=False, timeout_graceful_shutdown=30)
    uvicorn.Server(config).run(sockets=[listener])


def _leave(status: int, why: str) -> NoReturn:
    _say(why)
    sys.exit(status)


def _say(what: str) -> None:
    sys.stderr.write(f"docmill-web: {what}\n")


def _url(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
