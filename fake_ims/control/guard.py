"""Who may control the fake: whoever has the token, but no page of another site in a browser.

A browser on the same machine reaches the port of the fake, and runs pages from anywhere. Three
things keep these out. They are in what a browser sends and a page cannot change:

- ``Host``: a page whose own name was made to resolve to 127.0.0.1 (DNS rebinding) sends its name.
- ``Origin`` and ``Sec-Fetch-Site``: the browser says which site the page is from.
- ``Content-Type: application/json``, or a header of our own: a browser asks the server before it
  sends these to another site (CORS), and the fake does not allow it.
"""

from __future__ import annotations

import hmac
from urllib.parse import urlsplit

from aiohttp import web

from ..errors import shown
from .access import Access
from .route import ControlError

HEADER = "X-Fake-Ims-Control"
_SAME = frozenset({"same-origin", "none"})
_CHANGING = frozenset({"POST", "PUT", "PATCH", "DELETE"})


def check(access: Access, request: web.Request) -> None:
    """Check everything of a request but its path, query and body.

    Raises:
        ControlError: 401 without the token, 403 for a page of another site, 415 without the content
            type.
    """
    _check_site(access, request)
    given = request.headers.get(HEADER, "").encode("utf-8", "surrogateescape")
    if access.token is not None and not hmac.compare_digest(given, access.token.encode()):
        raise ControlError(401, "the control token is missing or wrong; send it in the header "
                           f"{HEADER}")
    _check_type(request)


def _check_site(access: Access, request: web.Request) -> None:
    hosts = request.headers.getall("Host", [])
    if len(hosts) != 1 or not access.knows(hosts[0], _local(request)):
        told = ", ".join(map(shown, hosts)) or "missing"
        raise ControlError(403, f"the header Host is {told}; the control API answers for loopback "
                           "names and the address that the fake listens on. Allow another name "
                           "with FakeIMS(allowed_hosts=[...]) or 'serve --allowed-host NAME'")
    for origin in request.headers.getall("Origin", []):
        if not _is_same(origin, hosts[0]):
            raise ControlError(403, f"a page from {shown(origin)} cannot use the control API")
    for site in request.headers.getall("Sec-Fetch-Site", []):
        if site.strip().lower() not in _SAME:
            raise ControlError(403, "a page of another site cannot use the control API "
                               f"(Sec-Fetch-Site: {shown(site)})")


def _check_type(request: web.Request) -> None:
    if request.method not in _CHANGING:
        return
    if request.body_exists:
        if request.content_type == "application/json":
            return
        raise ControlError(415, "the body must be JSON; send the header Content-Type: "
                           "application/json")
    # A page can send a POST without a body to every site, but no DELETE.
    if request.method != "DELETE" and HEADER not in request.headers and (
            request.content_type != "application/json"):
        raise ControlError(415, "send the header Content-Type: application/json, also without a "
                           f"body; or {HEADER}, with the control token or any other value")


def _is_same(origin: str, host: str) -> bool:
    try:
        netloc = urlsplit(origin).netloc
    except ValueError:
        return False
    return bool(netloc) and netloc.lower() == host.strip().lower()


def _local(request: web.Request) -> str:
    """Return the address that the client has connected to."""
    name = request.transport.get_extra_info("sockname") if request.transport else None
    return str(name[0]).partition("%")[0] if isinstance(name, tuple) else ""
