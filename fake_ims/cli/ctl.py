"""``fake-ims ctl``: calls the control API of a running fake."""

from __future__ import annotations

import json
import os
import re
import sys
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping, Sequence
from typing import Any

from ..control.route import NO_BODY, PREFIX, Route
from ..control.routes import BY_ID, ROUTES
from ..domain import sound
from ..errors import UsageError, unknown
from ..fake.proxies import open_directly

URL_VARIABLE = "FAKE_IMS_URL"
TOKEN_VARIABLE = "FAKE_IMS_CONTROL_TOKEN"
PATIENCE = 30.0  # seconds to wait for a response


def listing() -> str:
    """Return one line for each operation: its id, arguments and summary."""
    rows = [(route.id, _takes(route), route.says) for route in ROUTES]
    widths = [max(len(row[column]) for row in rows) for column in (0, 1)]
    widths[1] = min(widths[1], 40)
    return "\n".join(f"{name:{widths[0]}}  {takes:{widths[1]}}  {says}"
                     for name, takes, says in rows)


def _takes(route: Route) -> str:
    names = [f"{name}=" for name in _params(route)]
    names += [f"[{name}=]" for name in route.query]
    fields = list(properties(route))
    names += [f"[{name}=]" for name in fields[:3]]
    return " ".join(names) + (" ..." if len(fields) > 3 else "")


def _params(route: Route) -> list[str]:
    return re.findall(r"\{(\w+)\}", route.path)


def properties(route: Route) -> Mapping[str, Any]:
    """Return the schema of each property that the body of an operation accepts, by name."""
    if "anyOf" in route.body:
        return {name: schema for branch in route.body["anyOf"]
                for name, schema in branch["properties"].items()}
    found: Mapping[str, Any] = route.body.get("properties", {})
    return found


def run(
    operation: str, arguments: Sequence[str], *, url: str | None, ready_file: str | None,
    token: str | None,
) -> tuple[int, str]:
    """Call an operation of a running fake.

    Args:
        operation: id of the operation.
        arguments: ``NAME=VALUE``; a value is JSON or plain text, ``@FILE`` reads it from a file.
        url: URL of the fake; by default the variable ``FAKE_IMS_URL``.
        ready_file: file written by ``serve --ready-file``; the URL is read from it.
        token: the control token; by default the variable ``FAKE_IMS_CONTROL_TOKEN``.

    Returns:
        The exit status and the text to print: 0 and the response, or 1 and the fake's error.

    Raises:
        UsageError: the operation or an argument is unknown, or the fake cannot be reached.
    """
    route = BY_ID.get(operation)
    if route is None:
        listing = operation.removesuffix(".list")
        if listing in BY_ID:  # "faults" lists the faults
            raise UsageError(f"unknown control operation {operation!r}; did you mean {listing!r}?")
        raise unknown("control operation", operation, BY_ID)
    request = _request(route, _parsed(arguments), _base(url, ready_file))
    token = token or os.environ.get(TOKEN_VARIABLE)
    if token:
        request.add_header("X-Fake-Ims-Control", token)
    try:
        with open_directly(request, timeout=PATIENCE) as answer:
            text = answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return 1, _refusal(error)
    except OSError as error:
        reason = getattr(error, "reason", error)
        raise UsageError(f"cannot reach a fake at {request.full_url}: {reason}") from None
    if not text:
        return 0, ""
    try:
        document = json.loads(text)
    except ValueError:  # JSON lines
        return 0, text.rstrip("\n")
    _say_more(route, document)
    return 0, _shown(document)


def _say_more(route: Route, document: Any) -> None:
    """Say how to get what did not fit on the page."""
    more = document.get("next") if isinstance(document, dict) and "limit" in route.query else None
    if isinstance(more, str):
        print(f"fake-ims: there is more; for the next page, add marker={more}", file=sys.stderr)
    elif more:
        for name in more:
            what = "world.buckets" if name == "buckets" else f"world.list shelf={name}"
            print(f"fake-ims: there are more {name}; list all with 'fake-ims ctl {what}'",
                  file=sys.stderr)


def _shown(document: object) -> str:
    """Return a document as JSON that standard output can hold, whatever its encoding."""
    text = json.dumps(document, indent=2, ensure_ascii=False)
    try:
        text.encode(getattr(sys.stdout, "encoding", None) or "utf-8")
    except UnicodeEncodeError:
        return json.dumps(document, indent=2)
    return text


def _base(url: str | None, ready_file: str | None) -> str:
    if ready_file is not None:
        if url is not None:
            raise UsageError("pass --url or --ready-file, not both")
        try:
            with open(ready_file, encoding="utf-8") as file:
                return str(json.load(file)["url"])
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise UsageError(f"cannot read the ready file {ready_file}: {error}; "
                             "is the fake running?") from None
    found = url or os.environ.get(URL_VARIABLE)
    if not found:
        raise UsageError("the URL of the fake is missing: pass --url URL or --ready-file FILE, "
                         f"or set {URL_VARIABLE}")
    if not found.startswith(("http://", "https://")):
        raise UsageError(f"{found!r} is not a URL; write for example http://127.0.0.1:8080")
    return found.rstrip("/")


def _parsed(arguments: Sequence[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for argument in arguments:
        name, sign, value = argument.partition("=")
        if not sign or not name:
            raise UsageError(f"invalid argument {argument!r}; write NAME=VALUE")
        if name in found:
            raise UsageError(f"{name}= is given twice")
        if not value.startswith("@"):
            sound.check(value, name)  # an argument that is not UTF-8 has surrogates
        found[name] = value
    return found


def _string(name: str, text: str) -> str:
    """Return a value that is a string whatever it looks like, such as an image's name 1e5."""
    value = _value(name, text) if text.startswith(("@", '"')) else text
    return value if isinstance(value, str) else text


def _value(name: str, text: str) -> Any:
    if text.startswith("@"):
        try:
            with open(text[1:], encoding="utf-8") as file:
                return file.read()
        except (OSError, UnicodeDecodeError) as error:
            raise UsageError(f"cannot read the file of {name}={text}: {error}") from None
    try:
        return json.loads(text, parse_constant=_no_number)
    except (ValueError, RecursionError):
        return text


def _no_number(text: str) -> Any:
    raise ValueError(f"{text} is no JSON")  # but may be a name


def _request(route: Route, given: dict[str, str], base: str) -> urllib.request.Request:
    known = [*_params(route), *route.query, *properties(route)]
    path = route.path
    for name in _params(route):
        if name not in given:
            raise UsageError(f"{route.id} requires the argument {name}=")
        text = urllib.parse.quote(_string(name, given.pop(name)), safe="")
        path = path.replace(f"{{{name}}}", text)
    query = {name: _string(name, given.pop(name)) for name in route.query if name in given}
    if "additionalProperties" not in route.body or route.body["additionalProperties"] is False:
        for name in given:
            if name not in known:
                raise unknown(f"argument of {route.id}", name, known)
    url = base + PREFIX + path + (f"?{urllib.parse.urlencode(query)}" if query else "")
    body: bytes | None = None
    if route.body is not NO_BODY:
        body = json.dumps({name: _value(name, text) for name, text in given.items()}).encode()
    headers = {} if route.method == "GET" else {"Content-Type": "application/json"}
    return urllib.request.Request(url, body, headers, method=route.method)


def _refusal(error: urllib.error.HTTPError) -> str:
    text = error.read().decode("utf-8", "replace")
    try:
        refusal = json.loads(text)["error"]
        problems = [f"{one['path']}: {one['text']}" if one["path"] else one["text"]
                    for one in refusal.get("problems", ())]
        return "\n".join(problems) or str(refusal["message"])
    except (ValueError, KeyError, TypeError):
        return f"{error.code} {error.reason}: {text[:200]}"
