"""The recording of gophertelekomcloud: its form, how it is filled in again, and how the SDK signs.

What differs from fake to fake stands in braces: ``{image_1}`` is the first image that was made,
``{token_1}`` the first token that was given, ``{token}`` the fake's own, ``{OS_USERNAME}`` and the
like what ``fake.env()`` says.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime, timezone
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote, unquote

from fake_ims import FakeIMS, polls

PATH = Path(__file__).with_name("recorded.json")
MEMBER, MEMBER_PROJECT = "bob", "p2"
MEMBER_ACCESS, MEMBER_SECRET = "FAKEIMSACCESSKEY0002", "fakeImsSecretKey0123456789abcdefFAKE0002"
_THING = "aaaaaaaa-0000-4000-8000-00000000000"
_NAME = re.compile(r"\{([A-Za-z_0-9]+)\}")


@dataclass(frozen=True)
class Step:
    """One request and what the SDK reads of the answer.

    Attributes:
        operation: id of the operation, as the journal has it.
        request: method, path and query.
        headers: those beside ``Recording.headers``.
        body: the body; None if there was none.
        status: status of the answer.
        answer: see ``facts``.
    """

    operation: str
    request: str
    headers: dict[str, str]
    body: str | None
    status: int
    answer: Any

    @property
    def signed(self) -> bool:
        """Whether AK/SK signed it."""
        return "Authorization" in self.headers

    @property
    def instant(self) -> datetime:
        """When it was signed."""
        date = datetime.strptime(self.headers["X-Sdk-Date"], "%Y%m%dT%H%M%SZ")
        return date.replace(tzinfo=timezone.utc)

    def filled(self, known: Mapping[str, str]) -> Step:
        """The request with what stands for the names in braces."""
        return Step(self.operation, fill(self.request, known),
                    {name: fill(value, known) for name, value in self.headers.items()},
                    None if self.body is None else fill(self.body, known),
                    self.status, self.answer)


@dataclass(frozen=True)
class Run:
    """One run of ``conversation.go``.

    Attributes:
        name: what it is about.
        what: its argument.
        environment: what it was told instead of ``fake.env()``, or beside it.
        faults: arguments of ``fake.faults.add``.
        said: what it printed.
        ids: what stood for ``{image_1}`` and so on, for those that are signed.
        steps: its requests.
    """

    name: str
    what: str
    environment: dict[str, str] = field(default_factory=dict)
    faults: list[dict[str, Any]] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    ids: dict[str, str] = field(default_factory=dict)
    steps: list[Step] = field(default_factory=list)


@dataclass(frozen=True)
class Recording:
    """All runs.

    Attributes:
        sdk: the version of the SDK.
        headers: those of every request.
        runs: the runs, by name.
    """

    sdk: str
    headers: dict[str, str]
    runs: dict[str, Run]

    @classmethod
    def load(cls) -> Recording:
        """As it is committed."""
        data = json.loads(PATH.read_text(encoding="utf-8"))
        runs = {row["name"]: Run(**{**row, "steps": [Step(**step) for step in row["steps"]]})
                for row in data["runs"]}
        return cls(data["sdk"], data["headers"], runs)

    def write(self) -> None:
        """A line a request, so that changes can be read."""
        PATH.write_text("".join(self._lines()), encoding="utf-8")

    def _lines(self) -> Iterator[str]:
        yield (f'{{"sdk": {json.dumps(self.sdk)},\n'
               f'"headers": {json.dumps(self.headers)},\n"runs": [')
        for number, run in enumerate(self.runs.values()):
            head = {key: value for key, value in asdict(run).items() if key != "steps"}
            yield ("," if number else "") + "\n" + json.dumps(head)[:-1] + ', "steps": ['
            yield ",".join("\n " + json.dumps(asdict(step)) for step in run.steps) + "]}"
        yield "\n]}\n"


def prepare(fake: FakeIMS, run: Run) -> None:
    """Another tenant, an upload that takes two looks, and the faults."""
    fake.identity.add_user(MEMBER, project=MEMBER_PROJECT)
    fake.identity.keys.add(MEMBER, access=MEMBER_ACCESS, secret=MEMBER_SECRET)
    fake.lifecycle.saving = polls(2)
    if run.what.startswith("ims"):
        fake.lifecycle.jobs = polls(2)
        world(fake)
    if run.what == "ims-fails":
        fake.jobs.fail_next("IMG.0057")
    for fault in run.faults:
        fake.faults.add(**fault)


def world(fake: FakeIMS) -> None:
    """What ims.go makes images of; what is not there is an error."""
    fake.world.known_only = True
    fake.world.disks.add(id=f"{_THING}2")
    fake.world.disks.add(id=f"{_THING}4")
    fake.world.servers.add(id=f"{_THING}1", system_disk=f"{_THING}4")
    fake.world.vaults.add(id=f"{_THING}2")
    fake.world.backups.add(id=f"{_THING}3", kind="CBR")
    for name in ("centos.qcow2", "centos.zvhd2", "data.qcow2", "raw.raw"):
        fake.world.buckets["ims-image"].put(name, size=2**30)


def fill(text: str, known: Mapping[str, str]) -> str:
    """What stands for the names in braces; those that are not known stay."""
    return _NAME.sub(lambda match: known.get(match[1], match[0]), text)


def ids(operation: str, status: int, body: bytes) -> tuple[str, str]:
    """The ids that an answer is the first to tell: of an image, and of a job; else empty."""
    if status >= 400:
        return "", ""
    if operation == "images.create":
        return str(json.loads(body)["id"]), ""
    if operation == "jobs.show":
        return str(json.loads(body)["entities"].get("image_id") or ""), ""
    try:
        document = json.loads(body)
    except ValueError:
        return "", ""
    return "", str(document.get("job_id") or "") if isinstance(document, dict) else ""


def facts(body: bytes) -> Any:
    """What of an answer the SDK goes by."""
    try:
        document = json.loads(body)
    except ValueError:
        return body.decode() or None
    if "job_id" in document:
        return {name: document[name] for name in (
            "job_id", "job_type", "status", "error_code", "fail_reason") if name in document} | (
            {"entities": _entities(document["entities"])} if "entities" in document else {})
    for many in ("tags", "resources", "quotas"):
        if many in document and "id" not in document:
            return {many: document[many]}
    if "images" in document:
        return {"names": [image["name"] for image in document["images"]],
                "next": document.get("next")}
    if "members" in document:
        return {"members": [[one["member_id"], one["status"]] for one in document["members"]]}
    if "token" in document:
        token = document["token"]
        return {"user": token["user"]["name"], "methods": token["methods"],
                "of": next((token[scope]["name"] for scope in ("project", "domain")
                            if scope in token), None)}
    for many in ("projects", "domains"):
        if many in document:
            return {many: [one["name"] for one in document[many]]}
    if "catalog" in document:
        return {"catalog": sorted({one["type"] for one in document["catalog"]} & {"image"})}
    if "versions" in document:
        versions = document["versions"]
        rows = versions["values"] if isinstance(versions, dict) else versions
        return {"versions": [row["id"] for row in rows], "a list": isinstance(versions, list)}
    if "error_code" in document:
        return {"error": document["error_code"]}
    if "error" in document:
        return {"error": document["error"]["code"]}
    return {name: document[name] for name in (
        "id", "image_id", "member_id", "name", "status", "size", "tags", "visibility")
        if name in document}


def _entities(found: dict[str, Any]) -> dict[str, Any]:
    """What a job tells of its work, without what is long."""
    return {name: len(value) if isinstance(value, list) else value
            for name, value in found.items()}


def resigned(step: Step, always: Mapping[str, str], secret: str) -> Step:
    """A filled-in request, signed as the SDK for Go signs.

    A key is chained from the secret and each part of the scope, of which region and service are
    empty. All headers that are there when it signs are signed; ``X-Project-Id`` and
    ``X-Domain-Id`` come later. The path ends with a slash; the query is sorted and encoded anew.
    """
    headers = {name.lower(): value for name, value in {**always, **step.headers}.items()}
    given = re.fullmatch(r"(\S+) Credential=[^/]+/([^,]+), SignedHeaders=([^,]+), Signature=(\S+)",
                         step.headers["Authorization"])
    assert given is not None
    algorithm, scope, names, old = given.groups()
    method, target = step.request.split(" ", 1)
    path, _, query = target.partition("?")
    pairs = sorted((quote(name, safe="~"), quote(value, safe="~"))
                   for name, value in parse_qsl(query, keep_blank_values=True))
    canonical = "\n".join([
        method, quote(unquote(path), safe="/~").rstrip("/") + "/",
        "&".join(f"{name}={value}" for name, value in pairs),
        *(f"{name}:{headers[name]}" for name in names.split(";")), "", names,
        hashlib.sha256((step.body or "").encode()).hexdigest()])
    key = f"SDK{secret}".encode()
    for part in scope.split("/"):
        key = hmac.digest(key, part.encode(), "sha256")
    text = "\n".join([algorithm, headers["x-sdk-date"], scope,
                      hashlib.sha256(canonical.encode()).hexdigest()])
    signature = hmac.digest(key, text.encode(), "sha256").hex()
    authorization = step.headers["Authorization"].replace(old, signature)
    return Step(step.operation, step.request, {**step.headers, "Authorization": authorization},
                step.body, step.status, step.answer)
