"""What the front end is told by its environment.

=========================  ====================================================  ==============
variable                   meaning                                               default
=========================  ====================================================  ==============
DOCMILL_URL                where the service is                                  127.0.0.1:8001
DOCMILL_API_KEY, _FILE     the key it asks for, or the file that holds it        none
DOCMILL_WEB_LISTEN         where to listen; port 0 takes any                     127.0.0.1:8000
DOCMILL_WEB_TIMEOUT        seconds for one call of the service                   30
DOCMILL_WEB_MAX_BODY       bytes of a request                                    16777216
DOCMILL_WEB_MAX_DOCUMENTS  documents that /process takes at once                 100000
=========================  ====================================================  ==============
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self, TypeVar

V = TypeVar("V")


class SettingsError(Exception):
    """A setting that cannot be used; the message names it."""


@dataclass(frozen=True)
class Settings:
    """Everything that can be set."""

    url: str = "http://127.0.0.1:8001"
    api_key: str = field(default="", repr=False)
    host: str = "127.0.0.1"
    port: int = 8000
    timeout: float = 30.0
    max_body: int = 16 * 1024 * 1024
    max_documents: int = 100_000

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> Self:
        """Read them.

        Raises:
            SettingsError: one of them makes no sense, or is none of ours.
        """
        known = {
            f"DOCMILL_WEB_{name}" for name in ("LISTEN", "TIMEOUT", "MAX_BODY", "MAX_DOCUMENTS")
        }
        for name in environ:
            if name.startswith("DOCMILL_WEB_") and name not in known:
                raise SettingsError(
                    f"{name} is not a setting; there are {', '.join(sorted(known))}"
                )
        host, port = _read(environ, "DOCMILL_WEB_LISTEN", _address, (cls.host, cls.port))
        return cls(
            url=environ.get("DOCMILL_URL") or cls.url,
            api_key=_secret(environ, "DOCMILL_API_KEY"),
            host=host,
            port=port,
            timeout=_read(environ, "DOCMILL_WEB_TIMEOUT", _positive(float), cls.timeout),
            max_body=_read(environ, "DOCMILL_WEB_MAX_BODY", _positive(int), cls.max_body),
            max_documents=_read(
                environ, "DOCMILL_WEB_MAX_DOCUMENTS", _positive(int), cls.max_documents
            ),
        )


def _read(environ: Mapping[str, str], name: str, parse: Callable[[str], V], default: V) -> V:
    text = environ.get(name)
    if not text:
        return default
    try:
        return parse(text)
    except ValueError as error:
        raise SettingsError(f"{name}={text}: {error}") from None


def _secret(environ: Mapping[str, str], name: str) -> str:
    path = environ.get(f"{name}_FILE")
    if not path:
        return environ.get(name, "")
    try:
        return Path(path).read_text().strip()
    except (OSError, UnicodeError) as error:
        raise SettingsError(f"{name}_FILE={path}: {error}") from None


def _positive(kind: Callable[[str], V]) -> Callable[[str], V]:
    def parse(text: str) -> V:
        value = kind(text)
        if not value > 0:  # type: ignore[operator]
            raise ValueError("must be more than 0")
        return value

    return parse


def _address(text: str) -> tuple[str, int]:
    host, colon, port = text.rpartition(":")
    if not colon or not port.isdecimal() or int(port) > 65535:
        raise ValueError("must be HOST:PORT, such as 127.0.0.1:8000 or [::]:8000")
    return host.removeprefix("[").removesuffix("]") or "0.0.0.0", int(port)
