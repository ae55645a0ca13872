"""Write a request as a curl command."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .exchange import Exchange

_SECRET = frozenset({"x-auth-token", "authorization", "x-subject-token", "x-security-token",
                     "x-service-token"})
# Headers that curl computes, or that describe the connection and not the request.
_LEFT_OUT = frozenset({"host", "content-length", "transfer-encoding", "connection",
                       "accept-encoding", "expect"})


def curl(exchange: Exchange, *, secrets: bool = False) -> str:
    """Return a command that sends the request of an exchange again.

    Args:
        exchange: the exchange.
        secrets: whether to include tokens and signatures. Default: ``REDACTED`` instead.
    """
    headers = exchange.request_headers
    scheme_and_host = f"http://{headers.get('Host', '127.0.0.1')}"
    query = f"?{exchange.query}" if exchange.query else ""
    words = ["curl", "-X", exchange.method, f"{scheme_and_host}{exchange.path}{query}"]
    for name, value in headers.items():
        if name.lower() in _LEFT_OUT:
            continue
        if name.lower() in _SECRET and not secrets:
            value = "REDACTED"
        words += ["-H", f"{name}: {value}"]
    note = ""
    if exchange.request_truncated:
        note = f"  # the journal kept only a part of the {exchange.request_size} bytes of the body"
        words += ["--data-binary", "@BODY"]
    elif exchange.request_body:
        try:
            text = exchange.request_body.decode()
        except UnicodeDecodeError:
            note = f"  # the body has {exchange.request_size} bytes and is not text"
            words += ["--data-binary", "@BODY"]
        else:
            words += ["--data-binary", text]
    return shlex.join(words) + note
