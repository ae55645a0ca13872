"""An exchange whose secrets are masked, for whatever shows or exports one."""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy

from multidict import CIMultiDict

from . import secrets
from .exchange import Exchange


def masked(exchange: Exchange, *, bodies: bool = True) -> Exchange:
    """Return a copy of an exchange with ``REDACTED`` for each secret. Sizes are the real ones.

    Args:
        exchange: the exchange.
        bodies: whether headers and bodies are needed; otherwise they stay as they are.
    """
    shown = copy(exchange)
    changes: dict[str, object] = {
        "query": secrets.query(exchange.query),
        "faults": tuple(map(secrets.sentence, exchange.faults)),
    }
    if bodies:
        path = exchange.path
        changes |= {
            "request_headers": CIMultiDict(secrets.headers(exchange.request_headers)),
            "response_headers": CIMultiDict(secrets.headers(exchange.response_headers)),
            "request_body": secrets.body(exchange.request_body, path,
                                         _media_type(exchange.request_headers)),
            "response_body": secrets.body(exchange.response_body, path,
                                          _media_type(exchange.response_headers)),
        }
    for name, value in changes.items():
        object.__setattr__(shown, name, value)
    return shown


def _media_type(headers: Mapping[str, str]) -> str:
    return headers.get("Content-Type", "").strip().lower()
