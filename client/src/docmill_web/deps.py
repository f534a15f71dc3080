"""What routes ask for, by type."""

from typing import Annotated

from fastapi import Depends, Request

from docmill import AsyncClient

from .settings import Settings


def _mill(request: Request) -> AsyncClient:
    """The service, called in the name of this request."""
    mill: AsyncClient = request.app.state.mill
    return mill.with_options(headers=request.state.names)


def _settings(request: Request) -> Settings:
    settings: Settings = request.app.state.settings
    return settings


Mill = Annotated[AsyncClient, Depends(_mill)]
WebSettings = Annotated[Settings, Depends(_settings)]
