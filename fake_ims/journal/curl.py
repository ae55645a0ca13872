"""A request as a command to paste into a shell."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .exchange import Exchange

_SECRET = frozenset({"x-auth-token", "authorization", "x-subject-token", "x-security-token",
                     "x-service-token"})
# What curl computes, or what is about the connection and not about the request.
_LEFT_OUT = frozenset({"host", "content-length", "transfer-encoding", "connection",
                       "accept-encoding", "expect"})


def curl(exchange: Exchange, *, secrets: bool = False) -> str:
    """The command that sends an exchange's request again; ``secrets``: with tokens as they are."""
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
        note = f"  # its body had {exchange.request_size} bytes, which were not kept whole"
        words += ["--data-binary", "@BODY"]
    elif exchange.request_body:
        try:
            text = exchange.request_body.decode()
        except UnicodeDecodeError:
            note = f"  # its body had {exchange.request_size} bytes that are no text"
            words += ["--data-binary", "@BODY"]
        else:
            words += ["--data-binary", text]
    return shlex.join(words) + note
