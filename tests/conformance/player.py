"""Conversations with an image service: what a step is, how it is played and made comparable.

A conversation is data. Playing one sends each step over real HTTP, byte for byte as written (no
header is added except ``Host``, ``Content-Length`` or ``Transfer-Encoding``, and the token), and
gives one comparable answer per step: status, the headers that mean something, and the body, with
everything that no two servers can share (ids the server made, times, host and port, request ids,
file paths) replaced by placeholders.
"""

from __future__ import annotations

import http.client
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

RECORDED = Path(__file__).resolve().parent / "recorded"

# Who speaks. The token is the identity: user:project:roles.
ADMIN = "root:admin:admin"
ALICE = "alice:acme:member"
ALICIA = "alicia:acme:member"
BOB = "bob:globex:member"
CAROL = "carol:initech:member"
ROSE = "rose:acme:reader"
NORA = "nora:acme:norole"
NOBODY = None

HEADERS = (
    "accept-ranges",
    "allow",
    "content-md5",
    "content-range",
    "content-type",
    "etag",
    "location",
    "openstack-image-import-methods",
    "openstack-image-store-ids",
    "retry-after",
    "vary",
    "www-authenticate",
    "x-openstack-request-id",
)
"""Response headers that are compared (``content-length`` too, for steps with ``length=True``)."""

_UUID = re.compile(r"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}")
_TIME = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)?")
_REQUEST = re.compile(r"req-(" + _UUID.pattern + ")")
_FILE = re.compile(r"file:///(?:[\w.@+-]+/)+(?=<)")
_VAR = re.compile(r"\{(\w+)(\.upper)?\}")

Json = Any
Progress = Callable[[], None]


@dataclass(frozen=True)
class Step:
    """One request. ``{name}`` in path, query, headers and body stands for a captured value
    (``{name.upper}``: in capitals)."""

    id: str
    method: str
    path: str
    caller: str | None = ALICE
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    json: Json = None
    raw: bytes | None = None
    chunked: bool = False
    capture: Mapping[str, str] = field(default_factory=dict)
    """Variable -> ``body.a.0.b`` or ``header.name``."""
    until: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)
    """Ask again until the value at each of these places is one of these; the last answer counts."""
    length: bool = False
    """Compare ``content-length``, too (downloads: a JSON body's length is nobody's contract)."""
    tick: bool = False
    """Let a second pass before this step, so that whole seconds show the order of creation."""
    ignore: Mapping[str, str] = field(default_factory=dict)
    """Place (``body.a.b``, ``header.name``, ``body``) -> why it is not compared."""

    def content_headers(self, usual: Mapping[str, str]) -> dict[str, str]:
        """The headers as written, over the usual ones; a JSON body without a type gets one."""
        headers = {**usual, **self.headers}
        if self.json is not None and not any(h.lower() == "content-type" for h in headers):
            headers["Content-Type"] = "application/json"
        return headers


@dataclass(frozen=True)
class Conversation:
    """A named list of steps; it starts with an empty service."""

    name: str
    about: str
    steps: Sequence[Step]
    headers: Mapping[str, str] = field(default_factory=dict)
    """Sent with each step that does not say otherwise."""
    metadef: bool = False
    """Belongs to the metadata definitions catalogue, which a fake may leave out."""
    glance: Mapping[str, Any] = field(default_factory=dict)
    """Options of Glance, as for ``FakeIMS(glance=…)``; the others keep their defaults."""

    def __post_init__(self) -> None:
        seen: set[str] = set()
        for step in self.steps:
            if step.id in seen:
                raise ValueError(f"{self.name}: two steps are called {step.id}")
            seen.add(step.id)


@dataclass(frozen=True)
class Answer:
    """What a server said to a step, comparable."""

    status: int
    headers: Mapping[str, str]
    body: Json
    """Parsed JSON, or text, or None where there was none."""

    def as_json(self) -> dict[str, Any]:
        """For the recording."""
        return {
            "status": self.status,
            "headers": dict(sorted(self.headers.items())),
            "body": self.body,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Answer:
        """From the recording."""
        return cls(data["status"], data["headers"], data["body"])


@dataclass
class Raw:
    """An answer as it came."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes

    def parsed(self) -> Json:
        """The body as it is compared."""
        if not self.body:
            return None
        text = self.body.decode("utf-8", "backslashreplace")
        if "json" in (self.headers.get("content-type") or ""):
            try:
                return json.loads(text)
            except ValueError:
                return text
        return text


def look_up(value: Json, place: Sequence[str]) -> Json:
    """The value at ``a.0.b`` in parsed JSON, None where there is no such place."""
    for part in place:
        if (
            isinstance(value, list)
            and part.lstrip("-").isdigit()
            and -len(value) <= int(part) < len(value)
        ):
            value = value[int(part)]
        elif isinstance(value, dict) and part in value:
            value = value[part]
        else:
            return None
    return value


class Player:
    """Plays conversations at one server. ``base`` is the server's root, without a trailing slash;
    ``progress`` is called between two looks of a polling step, ``tick`` when a second shall pass.
    """

    def __init__(self, base: str, progress: Progress, tick: Progress, looks: int = 200) -> None:
        parts = urlsplit(base)
        self.host = parts.hostname or "127.0.0.1"
        self.port = parts.port or 80
        self.netloc = parts.netloc
        self.progress = progress
        self.tick = tick
        self.looks = looks
        self.variables: dict[str, str] = {}
        self.given: set[str] = set()
        self.usual: Mapping[str, str] = {}

    def play(self, conversation: Conversation) -> Iterator[tuple[Step, Answer]]:
        """Each step with its answer, in order."""
        self.variables = {}
        self.usual = conversation.headers
        written = repr(conversation.steps)
        self.given = {m.lower() for m in _UUID.findall(written)} | set(_TIME.findall(written))
        for step in conversation.steps:
            if step.tick:
                self.tick()
            raw = self.ask(step)
            self._capture(step, raw)
            yield step, self._comparable(step, raw)

    def ask(self, step: Step) -> Raw:
        """Send a step, again and again where it says so; what came back."""
        raw = self._send(step)
        for _ in range(self.looks if step.until else 0):
            if all(self._at(raw, place) in wanted for place, wanted in step.until.items()):
                break
            self.progress()
            raw = self._send(step)
        return raw

    def _fill(self, text: str) -> str:
        def value(match: re.Match[str]) -> str:
            found = self.variables.get(match[1], f"no-{match[1]}")
            return found.upper() if match[2] else found

        return _VAR.sub(value, text)

    def _fill_json(self, value: Json) -> Json:
        if isinstance(value, str):
            return self._fill(value)
        if isinstance(value, list):
            return [self._fill_json(v) for v in value]
        if isinstance(value, dict):
            return {self._fill(k): self._fill_json(v) for k, v in value.items()}
        return value

    def _send(self, step: Step) -> Raw:
        body = step.raw
        if step.json is not None:
            body = json.dumps(self._fill_json(step.json)).encode()
        elif body is not None and b"{" in body:
            body = self._fill(body.decode("latin-1")).encode("latin-1")
        target = self._fill(step.path) + ("?" + self._fill(step.query) if step.query else "")
        connection = http.client.HTTPConnection(self.host, self.port, timeout=60)
        try:
            connection.putrequest(step.method, target, skip_accept_encoding=True)
            if step.caller is not None:
                connection.putheader("X-Auth-Token", self._fill(step.caller))
            headers = step.content_headers(self.usual)
            for name, text in headers.items():
                connection.putheader(name, self._fill(text).encode("utf-8"))
            if step.chunked:
                connection.putheader("Transfer-Encoding", "chunked")
            elif body is not None and not any(n.lower() == "content-length" for n in headers):
                connection.putheader("Content-Length", str(len(body)))
            connection.putheader("Connection", "close")
            connection.endheaders()
            if body is not None:
                try:
                    if step.chunked:
                        for start in range(0, len(body), 7):
                            piece = body[start : start + 7]
                            connection.send(b"%x\r\n%s\r\n" % (len(piece), piece))
                        connection.send(b"0\r\n\r\n")
                    elif body:
                        connection.send(body)
                except (BrokenPipeError, ConnectionResetError):
                    pass  # a server may answer before it has read the body
            response = connection.getresponse()
            return Raw(response.status, response.msg, response.read())
        except (http.client.HTTPException, OSError) as problem:
            return Raw(
                0, http.client.HTTPMessage(), f"no answer: {type(problem).__name__}".encode()
            )
        finally:
            connection.close()

    def _at(self, raw: Raw, place: str) -> Json:
        kind, _, rest = place.partition(".")
        if kind == "header":
            return raw.headers.get(rest)
        if kind == "status":
            return raw.status
        return look_up(raw.parsed(), rest.split("."))

    def _capture(self, step: Step, raw: Raw) -> None:
        for name, place in step.capture.items():
            value = self._at(raw, place)
            if value is not None:
                self.variables[name] = str(value)

    def _comparable(self, step: Step, raw: Raw) -> Answer:
        mine = _Placeholders(self)
        headers = {}
        for name in (*HEADERS, "content-length") if step.length else HEADERS:
            values = raw.headers.get_all(name)
            if values is not None and f"header.{name}" not in step.ignore:
                headers[name] = mine.header(name, ", ".join(values))
        body = None if "body" in step.ignore else mine.json(raw.parsed())
        for place in step.ignore:
            if place.startswith("body."):
                _blank(body, place.split(".")[1:])
        return Answer(raw.status, headers, body)


def _blank(value: Json, place: Sequence[str]) -> None:
    parent = look_up(value, place[:-1])
    if isinstance(parent, dict) and place[-1] in parent:
        parent[place[-1]] = "<ignored>"


class _Placeholders:
    """Replaces what the server made up, in one answer."""

    def __init__(self, player: Player) -> None:
        self.player = player
        self.known = {v.lower(): k for k, v in player.variables.items() if _UUID.fullmatch(v)}
        self.fresh: dict[str, str] = {}

    def header(self, name: str, value: str) -> str:
        if name == "allow":
            return ", ".join(sorted(part.strip() for part in value.split(",")))
        if name == "www-authenticate":
            return re.sub(r'uri="[^"]*"', 'uri="<keystone>"', value)
        if name == "x-openstack-request-id":
            return _REQUEST.sub(self._request, value)
        if name == "openstack-image-store-ids":
            # Glance's own two stores appear once a process has used them: no answer to anybody
            return ",".join(part for part in value.split(",") if not part.startswith("os_glance_"))
        return self.text(value)

    def _request(self, match: re.Match[str]) -> str:
        return match[0] if match[1].lower() in self.player.given else "<request>"

    def text(self, value: str) -> str:
        value = value.replace(f"http://{self.player.netloc}", "<host>").replace(
            self.player.netloc, "<netloc>"
        )
        value = _REQUEST.sub(self._request, value)
        value = _UUID.sub(self._uuid, value)
        value = _FILE.sub("file://<path>/", value)
        return _TIME.sub(lambda m: m[0] if m[0] in self.player.given else "<time>", value)

    def _uuid(self, match: re.Match[str]) -> str:
        found = match[0].lower()
        if found in self.player.given:
            return match[0]
        name = self.known.get(found) or self.fresh.setdefault(found, f"id{len(self.fresh) + 1}")
        return f"<{name.upper()}>" if match[0] == match[0].upper() else f"<{name}>"

    def json(self, value: Json, key: str = "") -> Json:
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, list):
            if key == "tags" and all(isinstance(v, str) for v in value):
                value = sorted(value)  # a set in Glance: its order changes from process to process
            return [self.json(v) for v in value]
        if isinstance(value, dict):
            return {self.text(k): self.json(value[k], k) for k in sorted(value)}
        return value


def recording_path(name: str) -> Path:
    """Where a conversation's recorded answers are."""
    return RECORDED / f"{name}.json"


def load(name: str) -> dict[str, Answer]:
    """A conversation's recorded answers, by step id."""
    data = json.loads(recording_path(name).read_text())
    return {step: Answer.from_json(answer) for step, answer in data["answers"].items()}
