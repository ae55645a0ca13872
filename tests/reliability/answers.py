"""Whether an answer is one that the contract gives for its operation."""

from __future__ import annotations

import html
import json
import re
from functools import cache
from typing import Any

from channel import Reply
from grammar import Request

from fake_ims.contract.errors import ERRORS
from fake_ims.contract.gateway import CODE, IAM
from fake_ims.contract.identity import IDENTITY_REFUSALS
from fake_ims.contract.model import Operation, Refusal
from fake_ims.contract.operations import BY_ID
from fake_ims.contract.refusals import REFUSALS
from fake_ims.contract.statuses import STATUSES

#: The refusals that any request can meet, by the first word of their keys.
GENERAL = ("auth", "route", "request", "body", "policy")
#: Those of the operations, by the beginning of their ids; the first that fits.
FAMILIES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("images.create", ("image",)),
    ("images.update", ("image", "patch", "tag")),
    ("images.list", ("list",)),
    ("images.detail_v1", ("list",)),
    ("images.upload", ("image", "data")),
    ("images.stage", ("image", "data")),
    ("images.download", ("image", "data", "range", "store")),
    ("images.import", ("image", "import", "data")),
    ("images.", ("image",)),
    ("members.", ("image", "member")),
    ("tags.", ("image", "tag")),
    ("locations.", ("image", "location")),
    ("stores.", ("image", "store")),
    ("tasks.", ("task", "list")),
    ("cache.", ("image", "cache")),
    ("metadefs.", ("metadef", "list")),
    ("", ()),
)
#: Further statuses of success, where the page gives more than one.
SUCCESSES = {"images.download": {200, 204, 206}, "versions.show": {300, 302}}
#: Error codes that a page shows with another status than the chapter of error codes.
_OTHERWISE = {("project_tags.delete", 404, "IMG.0115")}
#: Error statuses of any IMS operation, beside those of its page.
_ANY_IMS = frozenset({400, 401, 403, 404, 405, 413})
_LITERAL = re.compile(r"\\{\w+\\}")


def problem(
    profile: str, operation: str, request: Request, reply: Reply
) -> str | None:
    """Why an answer to a request that no fault has changed is wrong; None if it is right.

    Args:
        profile: of the fake.
        operation: id of the operation that the fake has found; empty for none.
        request: what was sent.
        reply: what came back.
    """
    status = reply.status
    row = BY_ID.get(operation)
    if not reply.headers.get("x-openstack-request-id", "").startswith("req-"):
        return "the answer has no request id"
    if status == 501 and operation == "identity.elsewhere":
        return None
    if status >= 500:
        return f"status {status}, which no fault asked for"
    if status < 400:
        if row is None:
            return f"status {status} for a path without an operation"
        if status not in SUCCESSES.get(operation, {row.success}):
            return f"status {status}, not {row.success}"
        return _success(reply)
    if request.method == "HEAD":
        return None if status in STATUSES else f"status {status} is unknown"
    if "error_msg" in reply.headers.get("content-type", "") or b'"error_msg"' in reply.body[:40]:
        return _gateway(reply)
    path = request.path
    if (row is not None and row.face == "identity") or (
            row is None and re.match(r"/(v3|v3\.0|identity|_elsewhere)(/|\?|$)", path)):
        return _keystone(reply)
    if row is not None and row.face == "lookup":
        return _lookup(reply)
    if profile == "openstack":
        return _glance(row, reply)
    return _otc(row, reply)


def _lookup(reply: Reply) -> str | None:
    found = _document(reply)
    if isinstance(found, dict) and len(found) == 1:
        (error,) = found.values()
        if isinstance(error, dict) and error.get("code") == reply.status and set(error) == {
                "code", "message"}:
            return None
    return "the error of a look-up looks different"


def _success(reply: Reply) -> str | None:
    if reply.status == 204:
        return "a body with 204" if reply.body else None
    if reply.headers.get("content-type", "").startswith("application/json") and reply.body:
        try:
            json.loads(reply.body, parse_constant=_no_constant)
        except ValueError as error:
            return f"the body is no JSON: {error}"
    return None


def _no_constant(text: str) -> Any:
    raise ValueError(text)


def _families(row: Operation | None) -> tuple[str, ...]:
    if row is None:
        return GENERAL
    return GENERAL + next(words for start, words in FAMILIES if row.id.startswith(start))


@cache
def _refusals(families: tuple[str, ...], status: int) -> list[Refusal]:
    return [one for one in REFUSALS.values()
            if one.status == status and one.key.partition(".")[0] in families]


@cache
def _pattern(template: str) -> re.Pattern[str]:
    escaped = re.escape(template.replace("{{", "\0").replace("}}", "\1"))
    return re.compile(_LITERAL.sub("(?s:.*)", escaped).replace("\0", r"\{").replace("\1", r"\}"))


def _says(text: str, refusals: list[Refusal]) -> bool:
    return any(_pattern(one.text).search(text) for one in refusals)


def _document(reply: Reply) -> Any:
    if reply.headers.get("content-type") != "application/json":
        return None
    try:
        return json.loads(reply.body)
    except ValueError:
        return None


def _gateway(reply: Reply) -> str | None:
    found = _document(reply)
    if (reply.status == 401 and isinstance(found, dict)
            and set(found) == {"error_msg", "error_code", "request_id"}
            and found["error_code"] == CODE and found["error_msg"].startswith(IAM)):
        return None
    return "no error body of the gateway"


def _keystone(reply: Reply) -> str | None:
    found = _document(reply)
    error = found.get("error") if isinstance(found, dict) else None
    if not isinstance(error, dict) or not {"code", "message", "title"} <= set(error):
        return "no error body of Keystone"
    if error["code"] != reply.status or error["title"] != STATUSES[reply.status][0]:
        return f"the error body says {error['code']} {error['title']}"
    refusals = [one for one in IDENTITY_REFUSALS.values() if one.status == reply.status]
    refusals += _refusals(GENERAL, reply.status)
    return None if _says(error["message"], refusals) else "no message of Keystone's table"


def _glance(row: Operation | None, reply: Reply) -> str | None:
    title = STATUSES.get(reply.status, ("?",))[0]
    line = f"{reply.status} {title}"
    kind = reply.headers.get("content-type", "")
    text = reply.body.decode()
    if kind == "application/json":
        found = json.loads(text)
        if set(found) != {"message", "code", "title"} or found["code"] != line:
            return "no JSON error body of Glance"
        text = found["message"]
    elif kind.startswith("text/html"):
        if f"<title>{line}</title>" not in text:
            return "no HTML error page of Glance"
        text = html.unescape(text)
    elif not kind.startswith("text/plain") or not text.startswith(f"{line}\n\n"):
        return "no plain error text of Glance"
    if reply.status in (405, 415):
        return None
    refusals = _refusals(_families(row), reply.status)
    # Plain text has lost the line breaks and what looks like a tag.
    told = re.sub(r"\s+", " ", text)
    if any(_loose(one.text).search(told) for one in refusals):
        return None
    return f"status {reply.status} with no message that the table gives for it"


@cache
def _loose(template: str) -> re.Pattern[str]:
    return _pattern(re.sub(r" ?({\w+}) ?", r"\1", re.sub(r"\s+", " ", template).strip()))


def _otc(row: Operation | None, reply: Reply) -> str | None:
    found = _document(reply)
    error = found.get("error") if isinstance(found, dict) else None
    if not isinstance(error, dict) or set(error) != {"message", "code"} or not error["message"]:
        return "no error body of the reference"
    code = ERRORS.get(error["code"])
    if code is None:
        return f"{error['code']} is no error code"
    if row is not None and (row.id, reply.status, code.code) in _OTHERWISE:
        return None
    refusals = _refusals(_families(row), reply.status)
    if code.status != reply.status and all(one.code != code.code for one in refusals):
        return f"status {reply.status} with {code.code}, whose status is {code.status}"
    if row is not None and row.face == "ims" and reply.status not in {*row.errors, *_ANY_IMS}:
        return f"status {reply.status}, which the page does not have"
    return None
