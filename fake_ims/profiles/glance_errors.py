"""Error bodies of Glance: HTML, JSON or plain text, depending on ``Accept``.

Source: responses of a real Glance, whose web framework (WebOb) negotiates by these rules.
"""

from __future__ import annotations

import html
import json
import re

from ..contract.statuses import STATUSES
from ..domain.sound import readable
from .answer import JSON, Answer

_RANGE = re.compile(r"^\s*([\w!#$&^.+-]+|\*)/([\w!#$&^.+-]+|\*)\s*((?:;[^;]*)*)$")
_PAGE = """<html>
 <head>
  <title>{status}</title>
 </head>
 <body>
  <h1>{status}</h1>
  {body}
 </body>
</html>"""


def negotiate(accept: str | None) -> str:
    """Return ``html``, ``json`` or ``plain`` for the value of ``Accept``.

    HTML wins a tie. Without the header, or with nothing acceptable, it is plain text. An invalid
    header counts as ``*/*``.
    """
    if not accept or not accept.strip():
        return "plain"
    quality = {"text/html": 0.0, JSON: 0.0}
    rank = {"text/html": -1, JSON: -1}
    for part in accept.split(","):
        if not part.strip():
            continue
        match = _RANGE.match(part)
        if match is None or (match[1] == "*" and match[2] != "*"):
            return "html"
        weight, parameters = 1.0, False
        for parameter in match[3].split(";"):
            name, _, value = parameter.strip().partition("=")
            if name.strip().lower() == "q":
                try:
                    weight = float(value)
                except ValueError:
                    return "html"
            elif name:
                parameters = True
        if parameters:
            continue
        kind, subtype = match[1].lower(), match[2].lower()
        for offer in quality:
            offered_kind, offered_subtype = offer.split("/")
            if kind == "*":
                specific = 0
            elif kind == offered_kind and subtype == "*":
                specific = 1
            elif kind == offered_kind and subtype == offered_subtype:
                specific = 2
            else:
                continue
            if specific > rank[offer]:
                rank[offer], quality[offer] = specific, weight
    if quality["text/html"] == quality[JSON] == 0.0:
        return "plain"
    return "html" if quality["text/html"] >= quality[JSON] else "json"


def _escape(text: str) -> str:
    return html.escape(text).encode("ascii", "xmlcharrefreplace").decode()


def _plain(body: str) -> str:
    body = body.replace("\n", " ").replace("\r", "")
    body = re.sub(r"<br.*?>", "\n", body, flags=re.I | re.S)
    body = re.sub(r"<!--|-->", "", body)
    return re.sub(r"<.*?>", "", body, flags=re.S)


def _body(status: int, explanation: str, detail: str, method: str, media_type: str) -> str:
    if status == 405 and explanation:
        return explanation
    if status == 405:
        return f"The method {method} is not allowed for this resource. <br /><br />\n{detail}"
    if status == 415:
        return (f"The request media type {media_type} is not supported by this server.\n"
                f"<br /><br />\n{detail}")
    return f"{explanation}<br /><br />\n{detail}\n\n"


def render(
    status: int,
    explanation: str,
    detail: str = "",
    *,
    accept: str | None,
    method: str = "GET",
    media_type: str | None = None,
) -> Answer:
    """Return an error response.

    Args:
        status: HTTP status.
        explanation: the message; empty for 405 and 415, which have their own.
        detail: a further sentence.
        accept: the request's ``Accept``.
        method: the request's method, for 405.
        media_type: the request's ``Content-Type``, for 415.
    """
    title = STATUSES.get(status, ("Error", ""))[0]
    line = f"{status} {title}"
    media = "${CONTENT_TYPE}" if media_type is None else readable(media_type)
    kind = "html" if method == "HEAD" else negotiate(accept)
    if kind == "html":
        body = _body(status, _escape(explanation), _escape(detail), method, _escape(media))
        page = _PAGE.format(status=line, body=body)
        return Answer(status, page.encode(), "text/html; charset=UTF-8")
    body = _body(status, explanation, detail, method, media)
    if kind == "json":
        document = {"message": body, "code": line, "title": title}
        return Answer(status, json.dumps(document).encode(), JSON)
    return Answer(status, f"{line}\n\n{_plain(body)}".encode(), "text/plain; charset=UTF-8")
