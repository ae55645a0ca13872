"""Write a request as a curl command."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from ..domain.sound import readable
from .masked import masked

if TYPE_CHECKING:
    from .exchange import Exchange

# Headers that curl computes, or that describe the connection and not the request.
_LEFT_OUT = frozenset({"host", "content-length", "transfer-encoding", "connection",
                       "accept-encoding", "expect"})


def curl(exchange: Exchange, *, secrets: bool = False) -> str:
    """Return a command that sends the request of an exchange again.

    Args:
        exchange: the exchange.
        secrets: whether to include passwords, keys, tokens and signatures. Default: ``REDACTED``.
    """
    shown = exchange if secrets else masked(exchange)
    headers = shown.request_headers
    scheme_and_host = f"http://{headers.get('Host', '127.0.0.1')}"
    query = f"?{shown.query}" if shown.query else ""
    # With -X HEAD, curl would wait for a body.
    method = ["--head"] if exchange.method == "HEAD" else ["-X", exchange.method]
    words = ["curl", *method, f"{scheme_and_host}{exchange.prefix}{exchange.path}{query}"]
    for name, value in headers.items():
        if name.lower() not in _LEFT_OUT:
            words += ["-H", f"{name}: {value}" if value else f"{name};"]
    note = ""
    if exchange.request_truncated:
        note = f"  # the journal kept only a part of the {exchange.request_size} bytes of the body"
        words += ["--data-binary", "@BODY"]
    elif shown.request_body:
        try:
            text = shown.request_body.decode()
        except UnicodeDecodeError:
            note = f"  # the body has {exchange.request_size} bytes and is not text"
            words += ["--data-binary", "@BODY"]
        else:
            words += ["--data-raw", text]  # a text that begins with @ is no file
    return " ".join(map(_quoted, words)) + note


def _quoted(word: str) -> str:
    """Quote a word for the shell; bytes that are not UTF-8 as ``$'\\xff'``, which bash reads."""
    if readable(word) == word:
        return shlex.quote(word)
    escaped = word.replace("\\", "\\\\").replace("'", "\\'")
    return f"$'{readable(escaped)}'"
