"""What people write, and what they mean: the hints of error texts, in one table."""

from __future__ import annotations

import re
from collections.abc import Collection

#: A name that somebody may write, and what it may stand for: a known name, and a note on it.
#: A hint counts where that known name is known.
HINTS: dict[str, tuple[tuple[str, str], ...]] = {
    # settings of a fault: which requests
    "target": (("operation", ""),),
    "api": (("operation", ""),),
    "endpoint": (("operation", ""),),
    "op": (("operation", ""),),
    "url": (("path", ""),),
    "route": (("path", ""),),
    "project": (("tenant", "a project id"),),
    "project_id": (("tenant", "a project id"),),
    "user_id": (("user", ""),),
    "image_id": (("image", "an id or a name"),),
    "image_name": (("image", "an id or a name"),),
    "header": (("request_headers", "which requests"), ("response_headers", "what is answered")),
    "headers": (("request_headers", "which requests"), ("response_headers", "what is answered")),
    "query": (("request_query", ""),),
    "params": (("request_query", ""),),
    "body": (("request_body", "which requests"), ("response_body", "what is answered")),
    "json": (("request_body", "which requests"), ("response_body", "what is answered")),
    "data": (("request_body", "which requests"), ("response_body", "what is answered")),
    # settings of a fault: when
    "nth": (("every", "each Nth request"), ("after", "once so many have passed"),
            ("attempt", "at the Nth attempt of one request")),
    "count": (("times", ""),),
    "once": (("times", "times=1"),),
    "chance": (("probability", ""),),
    "duration": (("lasting", "how long the fault lasts"), ("delay", "how long a request waits")),
    "skip": (("after", ""),),
    # settings of a fault: what happens
    "code": (("status", "an HTTP status"), ("error_code", "such as 'IMG.0144'")),
    "status_code": (("status", ""),),
    "error": (("error_code", "such as 'IMG.0144'"), ("status", "an HTTP status")),
    "drop": (("reset_connection", ""),),
    "disconnect": (("reset_connection", ""),),
    "reset": (("reset_connection", ""),),
    "connection": (("reset_connection", ""), ("refuse", "no connection at all")),
    "latency": (("delay", ""),),
    "sleep": (("delay", ""),),
    "wait": (("delay", ""),),
    "slow": (("delay", ""), ("dribble", "bodies at so many bytes a second")),
    "timeout": (("delay", "the answer comes late"), ("hang", "it never comes")),
    "kills": (("kill", ""),),
    "killed": (("kill", ""),),
    "saves_in": (("saving", ""),),
    "deletes_in": (("deleting", ""),),
    "response": (("response_body", ""), ("raw", "an answer of your own making")),
    "quota": (("quota_used_up", ""),),
    "token": (("revokes_token", ""),),
    "checksum": (("corrupt", ""),),
}


#: Verbs of other APIs and clients, and those of the ids of operations, the likelier first.
VERBS: dict[str, tuple[str, ...]] = {
    "get": ("show", "list"), "read": ("show", "list"), "fetch": ("show", "download"),
    "describe": ("show",), "head": ("show",), "index": ("list",), "find": ("list",),
    "search": ("list",), "query": ("list",), "new": ("create",), "make": ("create",),
    "post": ("create", "add"), "add": ("create",), "edit": ("update",), "modify": ("update",),
    "set": ("update",), "patch": ("update",), "put": ("update", "upload"), "change": ("update",),
    "remove": ("delete",), "destroy": ("delete",), "del": ("delete",), "save": ("download",),
}

_CODE = re.compile(r"(?:img)?[\s._-]*(\d{1,4})", re.IGNORECASE)


def meant(given: str, known: Collection[str]) -> str | None:
    """The hint for a name, of those that are known; None if there is none."""
    code = _CODE.fullmatch(given)
    if code is not None and f"IMG.{code[1]:0>4}" in known:
        return f"did you mean 'IMG.{code[1]:0>4}'?"
    found = [f"{name!r}{f' ({note})' if note else ''}"
             for name, note in HINTS.get(given.lower(), ()) if name in known]
    if not found:
        return None
    *most, last = found
    return f"did you mean {', '.join(most)}{' or ' if most else ''}{last}?"
