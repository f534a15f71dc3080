"""Where a client's settings come from: its arguments, then the environment, then the default.

======================  =====================================  =======================
argument                environment                            default
======================  =====================================  =======================
``url``                 ``DOCMILL_URL``                        http://127.0.0.1:8001
``api_key``             ``DOCMILL_API_KEY``                    none
``timeout``                                                    60 s, for a whole call
``retries``                                                    2
======================  =====================================  =======================
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Self

from ._codec import BEST, Codec
from ._flow import Policy

DEFAULT_URL = "http://127.0.0.1:8001"


@dataclass(frozen=True, slots=True)
class Settings:
    """What a client knows besides its connections."""

    policy: Policy
    codec: Codec
    headers: Mapping[str, str] = field(repr=False)

    @classmethod
    def make(
        cls,
        *,
        api_key: str | None,
        timeout: float,
        retries: int,
        headers: Mapping[str, str] | None,
        codec: Codec | None,
    ) -> Self:
        """Fill in what was left out, and refuse what cannot be."""
        key = os.environ.get("DOCMILL_API_KEY", "") if api_key is None else api_key
        if not key.isprintable() or not key.isascii():
            raise ValueError("api_key holds a character that a header cannot carry")
        sent = {**({"Authorization": f"Bearer {key}"} if key else {}), **(headers or {})}
        return cls(_checked(Policy(timeout, retries)), codec or BEST, sent)

    def change(
        self,
        *,
        timeout: float | None = None,
        retries: int | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Self:
        """Make settings that differ in what is given."""
        policy = self.policy
        if timeout is not None:
            policy = replace(policy, timeout=timeout)
        if retries is not None:
            policy = replace(policy, retries=retries)
        return replace(self, policy=_checked(policy), headers={**self.headers, **(headers or {})})


def service_url(url: str | None) -> str:
    """Say where the service is."""
    return url or os.environ.get("DOCMILL_URL") or DEFAULT_URL


def _checked(policy: Policy) -> Policy:
    if not policy.timeout > 0:
        raise ValueError(f"timeout must be positive, not {policy.timeout}")
    if policy.retries < 0:
        raise ValueError(f"retries must not be negative, not {policy.retries}")
    return policy
