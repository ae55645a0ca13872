"""State machines that drive services over HTTP and hold each answer against ``ims_model``.

``Native`` has what every Glance has, ``Both`` the IMS APIs, jobs, time and faults of the fake.
After each step the lists of every tenant, an image and the jobs are compared with the model.
"""

from __future__ import annotations

import json
import socket
import time
from collections import Counter
from collections.abc import Callable
from typing import Any, ClassVar, NamedTuple
from urllib.parse import urlencode

from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)
from ims_model import Caller, Cloud, Image, Job, No, shown

START = 1_700_000_000.0
OCTETS = {"Content-Type": "application/octet-stream"}
PATCH = {"Content-Type": "application/openstack-images-v2.1-json-patch"}
CALLERS = {name: Caller(name, name == "ops") for name in ("p1", "p2", "p3", "ops")}
TOKENS = {caller: f"u-{name}:{name}:{'admin' if caller.admin else 'member'}"
          for name, caller in CALLERS.items()}


class Request(NamedTuple):
    """One request; ``body`` is sent as JSON unless it is bytes."""

    caller: Caller
    method: str
    path: str
    body: Any = None
    headers: dict[str, str] | None = None


class Answer(NamedTuple):
    """What came back."""

    status: int
    data: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.data)

    @property
    def code(self) -> str:
        return str(self.json["error"]["code"])


class Service:
    """A running service. ``stays`` keeps a connection open and sends requests in one go."""

    def __init__(self, url: str, *, stays: bool, is_real: bool = False) -> None:
        host, port = url.removeprefix("http://").split(":")
        self.where, self.stays, self.is_real = (host, int(port)), stays, is_real
        self.host = f"{host}:{port}"
        self._open: tuple[socket.socket, Any] | None = None

    def ask(self, requests: list[Request]) -> list[Answer]:
        """Send all, then read all answers."""
        if not self.stays:
            return [answer for one in requests for answer in self._talk([one])]
        return self._talk(requests)

    def _talk(self, requests: list[Request]) -> list[Answer]:
        if self._open is None:
            sock = socket.create_connection(self.where, timeout=60)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._open = sock, sock.makefile("rb")
        sock, stream = self._open
        sock.sendall(b"".join(map(self._written, requests)))
        answers = [self._read(stream) for _ in requests]
        if not self.stays:
            self.close()
        return answers

    def close(self) -> None:
        """Close the connection."""
        if self._open is not None:
            sock, stream = self._open
            stream.close()
            sock.close()
            self._open = None

    def _written(self, one: Request) -> bytes:
        headers = {"Host": self.host, "X-Auth-Token": TOKENS[one.caller], **(one.headers or {})}
        body = b"" if one.body is None else one.body
        if not isinstance(body, bytes):
            body = json.dumps(body).encode()
            headers.setdefault("Content-Type", "application/json")
        headers["Content-Length"] = str(len(body))
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        return f"{one.method} {one.path} HTTP/1.1\r\n{lines}\r\n".encode() + body

    @staticmethod
    def _read(stream: Any) -> Answer:
        status = int(stream.readline().split()[1])
        length = -1
        while (line := stream.readline()) not in (b"\r\n", b""):
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        if status == 204:
            return Answer(status, b"")
        return Answer(status, stream.read(length) if length >= 0 else stream.read())


SEEN: Counter[tuple[str, int]] = Counter()
"""How often each rule was answered with each status: the coverage of a run."""


def told(moment: float) -> str:
    """An instant as the API writes it."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(moment))


def told_ms(moment: float | None) -> str | None:
    """An instant as a job writes it."""
    return None if moment is None else f"{told(moment)[:-1]}.{int(moment * 1000) % 1000:03d}Z"


def name_of(number: int) -> str:
    """The id of the nth image; their order is not that of creation."""
    return f"{number * 2654435761 % 2**32:08x}-0000-4000-8000-{number:012d}"


PICK = st.integers(0, 9)
WHO = st.sampled_from(["owner", "owner", "owner", "p1", "p2", "p3", "ops"])
PROJECT = st.sampled_from(["p1", "p2", "p3"])
NAMES = st.sampled_from(["a", "b", "c"])
TAGS = st.sampled_from(["a", "b", "c"])
DATA = st.sampled_from([b"", b"x", b"some data"])
MEMBER_STATUS = st.sampled_from(["accepted", "accepted", "rejected", "pending"])
KINDS = ("private", "public", "shared", "community")
STATUSES = ("queued", "saving", "active", "killed", "deactivated", "pending_delete", "uploading")
QUERY: dict[str, st.SearchStrategy[Any]] = {
    "name": NAMES, "status": st.sampled_from(STATUSES), "owner": PROJECT, "tag": TAGS,
    "protected": st.sampled_from(["true", "false"]),
    "member_status": st.sampled_from(["accepted", "rejected", "pending", "all"]),
    "sort_key": st.sampled_from(["name", "status", "size", "created_at", "disk_format",
                                 "updated_at", "container_format"]),
    "sort_dir": st.sampled_from(["asc", "desc"]), "limit": st.integers(0, 4), "marker": PICK,
    "min_disk": st.sampled_from([1, 40]), "min_ram": st.sampled_from([0, 512]),
    "disk_format": st.sampled_from(["raw", "qcow2"]),
}


class Native(RuleBasedStateMachine):
    """The native API, against every one of ``services``."""

    profile: ClassVar[str] = "openstack"
    services: ClassVar[list[Service]] = []
    reset_services: ClassVar[Callable[[], None]]
    clock: ClassVar[list[float]] = [START]
    dated: ClassVar[bool] = False

    def __init__(self) -> None:
        super().__init__()
        self.cloud = Cloud(self.profile)
        self.vendor = self.cloud.vendor
        self.ids: list[str] = []
        self.touched: str | None = None
        self.op = ""

    @initialize(owners=st.lists(st.sampled_from(["p1", "p1", "p2", "p3", "ops"]), max_size=3),
                names=st.permutations(["a", "b", "c"]))
    def begin(self, owners: list[str], names: list[str]) -> None:
        type(self).reset_services()
        self.clock[0] = self.cloud.now = START
        self.cloud.reset()
        for owner, name in zip(owners, names, strict=False):
            self.create(owner, name, {}, ("raw", "bare"), 1)
            if name != "c":
                self.upload(0, "owner", b"seed")

    # how a rule speaks

    def tick(self) -> None:
        """A second passes before each rule."""
        self.clock[0] += 1
        self.cloud.now += 1

    def image(self, pick: int, who: str = "owner") -> tuple[str, Caller]:
        """One of the youngest images, which may be gone, or one that never was; and who asks."""
        recent = self.ids[-7:]
        image_id = recent[-1 - pick % len(recent)] if recent and pick != 9 else name_of(0)
        known = self.cloud.images.get(image_id)
        if who != "owner":
            return image_id, CALLERS[who]
        return image_id, CALLERS[known["owner"] if known else "p1"]

    def ask(
        self,
        op: str,
        request: Request,
        expected: Callable[[Answer], Any],
        success: int = 204,
        check: Callable[[Answer, Any], None] | None = None,
    ) -> Any:
        """Send a request to all services, do it in the model, and compare; the model's result."""
        answers = [service.ask([request])[0] for service in self.services]
        fault = self.cloud.faults.get(op)
        result, status, code = None, success, ""
        if fault is None or fault["after"]:
            try:
                result = expected(answers[0])
            except No as no:
                status, code = no.status, no.code
        if fault is not None:
            status, code, check = fault["status"], "", None
            fault["left"] -= 1
            if not fault["left"]:
                del self.cloud.faults[op]
        SEEN[op, status] += 1
        about = self.cloud.images.get(self.touched or "")
        for service, answer in zip(self.services, answers, strict=True):
            where = "Glance" if service.is_real else "fake"
            assert answer.status == status, (op, request, where, answer, "expected", status, code,
                                             about)
            if self.vendor and code:
                assert answer.code == code, (op, request, answer, "expected", code, about)
            if status == success and check is not None:
                check(answer, result)
        return result

    def seen(self, document: dict[str, Any], image: Image) -> None:
        """An image as a response shows it."""
        if image["id"].startswith("?") and document["id"] not in self.cloud.images:
            del self.cloud.images[image["id"]]
            image["id"] = document["id"]
            self.cloud.images[image["id"]] = image
            self.ids.append(image["id"])
        for name, value in shown(image, self.vendor, self.dated):
            found = document.get(name)
            if name == "tags" and not self.vendor:
                found = sorted(found or ())
            elif name.endswith("_at"):
                value = told(value)
            assert found == value, (name, found, "expected", value, document)

    def listed(self, document: dict[str, Any], images: list[Image]) -> None:
        """The images of a list, in its order."""
        found = [one["id"] for one in document["images"]]
        wanted = [image["id"] for image in images]
        assert len(found) == len(wanted), (found, "expected", wanted, document)
        for one, image in zip(document["images"], images, strict=True):
            self.seen(one, image)

    # rules: images

    @rule(who=st.sampled_from(["p1", "p1", "p2", "p3", "ops"]), name=NAMES,
          more=st.fixed_dictionaries({}, optional={
              "visibility": st.sampled_from(["private", "public", "shared", "community"]),
              "protected": st.booleans(), "tags": st.lists(TAGS, max_size=2),
              "min_disk": st.sampled_from([1, 40]), "min_ram": st.sampled_from([0, 512]),
              "color": st.sampled_from(["red", "blue"])}),
          formats=st.sampled_from([("qcow2", "bare"), ("raw", "bare"), ("raw", "bare"), None]),
          again=st.integers(0, 19))
    def create(self, who: str, name: str, more: dict[str, Any],
               formats: tuple[str, str] | None, again: int) -> None:
        self.tick()
        body = {"name": name, **more}
        if self.vendor and again % 5:
            body.pop("visibility", None)
        if formats is not None:
            body["disk_format"], body["container_format"] = formats
            if formats[0] == "qcow2" and not self.vendor:
                body["disk_format"] = "ploop"  # its bytes are not looked at
        if again == 0 and self.ids:
            body["id"] = self.ids[-1]
        else:
            body["id"] = name_of(len(self.ids) + 1)
        image = self.ask("images.create", Request(CALLERS[who], "POST", "/v2/images", body),
                         lambda _: self.cloud.create(CALLERS[who], body), 201,
                         lambda answer, image: self.seen(answer.json, image))
        if image is not None:
            self.ids.append(image["id"])
            self.touched = image["id"]

    def act(self, op: str, pick: int, who: str, method: str, path: str,
            expected: Callable[[Caller, str, Answer], Any], body: Any = None,
            success: int = 204, headers: dict[str, str] | None = None,
            check: Callable[[Answer, Any], None] | None = None, root: str = "/v2/images/") -> None:
        """A request to one image."""
        self.tick()
        image_id, caller = self.image(pick, who)
        self.touched = image_id
        self.ask(op, Request(caller, method, f"{root}{image_id}{path}", body, headers),
                 lambda answer: expected(caller, image_id, answer), success, check)

    @rule(pick=PICK, who=WHO, data=DATA)
    def upload(self, pick: int, who: str, data: bytes) -> None:
        self.act("images.upload", pick, who, "PUT", "/file",
                 lambda caller, image, _: self.cloud.upload(caller, image, data), data,
                 headers=OCTETS)

    @precondition(lambda self: not self.vendor)
    @rule(pick=PICK, who=WHO, data=DATA)
    def stage(self, pick: int, who: str, data: bytes) -> None:
        self.act("images.stage", pick, who, "PUT", "/stage",
                 lambda caller, image, _: self.cloud.stage(caller, image, data), data,
                 headers=OCTETS)

    @precondition(lambda self: not self.vendor)
    @rule(who=st.sampled_from(["p1", "p2", "ops"]), name=NAMES, data=DATA)
    def create_and_import(self, who: str, name: str, data: bytes) -> None:
        self.create(who, name, {}, ("raw", "bare"), 1)
        self.stage(0, "owner", data)
        self.import_(0, "owner")

    @precondition(lambda self: not self.vendor)
    @rule(pick=PICK, who=WHO)
    def import_(self, pick: int, who: str) -> None:
        self.act("images.import", pick, who, "POST", "/import",
                 lambda caller, image, _: self.cloud.import_(caller, image),
                 {"method": {"name": "glance-direct"}}, 202)
        for service in self.services:
            image = self.cloud.images.get(str(self.touched))
            if service.is_real and image is not None and image["status"] == "active":
                self.wait(service, image["id"])

    @staticmethod
    def wait(service: Service, image_id: str) -> None:
        """A real import takes its time."""
        for _ in range(200):
            show = Request(CALLERS["ops"], "GET", f"/v2/images/{image_id}")
            document = service.ask([show])[0].json
            if document["status"] == "active" and not document.get("os_glance_import_task"):
                return
            time.sleep(0.05)  # the real Glance has no clock to move
        raise AssertionError(f"the import did not end: {document}")

    @rule(pick=PICK, who=WHO)
    def show(self, pick: int, who: str) -> None:
        self.act("images.show", pick, who, "GET", "",
                 lambda caller, image, _: self.cloud.show(caller, image), success=200,
                 check=lambda answer, image: self.seen(answer.json, image))

    @rule(pick=PICK, who=WHO)
    def download(self, pick: int, who: str) -> None:
        def check(answer: Answer, data: bytes | None) -> None:
            assert answer.data == (data or b"")

        image = self.cloud.images.get(self.image(pick)[0])
        if image is not None and image["status"] == "pending_delete":
            return
        self.cloud.settle()
        empty = image is None or image["status"] not in ("active", "deactivated")
        self.act("images.download", pick, who, "GET", "/file",
                 lambda caller, image, _: self.cloud.download(caller, image),
                 success=204 if empty else 200, check=check)

    @rule(pick=PICK, who=WHO, changes=st.lists(st.one_of(
        st.tuples(st.just("replace"), st.just("name"), NAMES),
        st.tuples(st.just("replace"), st.just("protected"), st.sampled_from([False, False, True])),
        st.tuples(st.just("replace"), st.just("min_disk"), st.sampled_from([1, 40])),
        st.tuples(st.just("replace"), st.just("tags"), st.lists(TAGS, max_size=3)),
        st.tuples(st.just("replace"), st.just("visibility"), st.sampled_from(KINDS)),
        st.tuples(st.just("replace"), st.just("disk_format"), st.sampled_from(["raw", "ploop"])),
        st.tuples(st.just("replace"), st.just("os_hidden"), st.booleans()),
        st.tuples(st.sampled_from(["add", "replace"]), st.just("color"), st.just("green")),
        st.tuples(st.just("remove"), st.just("color"), st.none())), min_size=1, max_size=2))
    def patch(self, pick: int, who: str, changes: list[tuple[str, str, Any]]) -> None:
        body = [{"op": op, "path": f"/{name}", **({} if op == "remove" else {"value": value})}
                for op, name, value in changes
                if not self.vendor or (name not in ("os_hidden",) and value not in (
                    "community", "ploop"))]
        if body:
            self.act("images.update", pick, who, "PATCH", "",
                     lambda caller, image, _: self.cloud.patch(caller, image, body), body, 200,
                     PATCH, lambda answer, image: self.seen(answer.json, image))

    @rule(pick=PICK, who=st.sampled_from(["ops", "ops", "owner"]),
          kind=st.sampled_from(["public", "public", "shared", "private"]))
    def publish(self, pick: int, who: str, kind: str) -> None:
        self.patch(pick, who, [("replace", "visibility", kind)])

    @rule(pick=PICK, who=WHO)
    def delete(self, pick: int, who: str) -> None:
        self.act("images.delete", pick, who, "DELETE", "",
                 lambda caller, image, _: self.cloud.delete(caller, image))

    @rule(pick=PICK, who=WHO, action=st.sampled_from(["deactivate", "reactivate"]))
    def action(self, pick: int, who: str, action: str) -> None:
        self.act(f"images.{action}", pick, who, "POST", f"/actions/{action}",
                 lambda caller, image, _: self.cloud.act(caller, image, action))

    @rule(pick=PICK, who=WHO, tag=TAGS)
    def tag(self, pick: int, who: str, tag: str) -> None:
        self.act("tags.add", pick, who, "PUT", f"/tags/{tag}",
                 lambda caller, image, _: self.cloud.tag(caller, image, tag))

    @rule(pick=PICK, who=WHO, tag=TAGS)
    def untag(self, pick: int, who: str, tag: str) -> None:
        self.act("tags.delete", pick, who, "DELETE", f"/tags/{tag}",
                 lambda caller, image, _: self.cloud.untag(caller, image, tag))

    # rules: members

    @rule(pick=PICK, who=WHO, member=PROJECT)
    def share(self, pick: int, who: str, member: str) -> None:
        self.act("members.add", pick, who, "POST", "/members",
                 lambda caller, image, _: self.cloud.share(caller, image, member),
                 {"member": member}, 200)

    @rule(pick=PICK, who=WHO, member=PROJECT)
    def unshare(self, pick: int, who: str, member: str) -> None:
        self.act("members.delete", pick, who, "DELETE", f"/members/{member}",
                 lambda caller, image, _: self.cloud.unshare(caller, image, member))

    @rule(pick=PICK, member=PROJECT, who=st.sampled_from(["member", "member", "owner", "ops"]),
          status=MEMBER_STATUS)
    def answer(self, pick: int, member: str, who: str, status: str) -> None:
        self.act("members.update", pick, member if who == "member" else who, "PUT",
                 f"/members/{member}",
                 lambda caller, image, _: self.cloud.answer(caller, image, member, status),
                 {"status": status}, 200)

    @rule(pick=PICK, who=WHO)
    def members(self, pick: int, who: str) -> None:
        def check(answer: Answer, members: dict[str, str]) -> None:
            found = {one["member_id"]: one["status"] for one in answer.json["members"]}
            assert found == members, (found, "expected", members)

        self.act("members.list", pick, who, "GET", "/members",
                 lambda caller, image, _: self.cloud.members(caller, image), success=200,
                 check=check)

    # rules: lists

    def asked(self, query: dict[str, Any]) -> dict[str, Any]:
        """The query, with the id of its marker."""
        if "marker" in query:
            query = {**query, "marker": self.image(query["marker"])[0]}
        return query

    @rule(who=st.sampled_from(list(CALLERS)), query=st.fixed_dictionaries({}, optional={
        **QUERY, "visibility": st.sampled_from([*KINDS, "all"]),
        "size_min": st.sampled_from([0, 1]), "color": st.sampled_from(["red", "green"])}))
    def list_images(self, who: str, query: dict[str, Any]) -> None:
        if self.vendor and query.get("visibility") == "community":
            return
        self.tick()
        query = self.asked(query)

        def check(answer: Answer, page: tuple[list[Image], bool]) -> None:
            self.listed(answer.json, page[0])
            full = bool(page[0]) and len(page[0]) == query.get("limit", 25)
            assert ("next" in answer.json) == (page[1] if self.vendor and page[0] else full), page

        self.ask("images.list", Request(CALLERS[who], "GET", f"/v2/images?{urlencode(query)}"),
                 lambda _: self.cloud.list(CALLERS[who], query), 200, check)

    @rule(who=st.sampled_from(list(CALLERS)), query=st.sampled_from([
        "limit=-1", "limit=x", "sort_key=color", "sort_dir=up", "protected=perhaps",
        "visibility=secret", "member_status=perhaps", "size_min=x"]))
    def list_nonsense(self, who: str, query: str) -> None:
        def refuse(_: Answer) -> None:
            raise No(400)

        self.ask("images.list", Request(CALLERS[who], "GET", f"/v2/images?{query}"), refuse, 200)

    # what must hold after each step

    @invariant()
    def agrees(self) -> None:
        looks: list[tuple[Request, Callable[[Answer], None]]] = []
        for caller in CALLERS.values():
            looks += self.looks_of(caller)
        for service in self.services:
            answers = service.ask([request for request, _ in looks])
            for (request, check), answer in zip(looks, answers, strict=True):
                try:
                    check(answer)
                except AssertionError as error:
                    raise AssertionError(f"after {self.op}: {request}: {error}") from None

    def looks_of(self, caller: Caller) -> list[tuple[Request, Callable[[Answer], None]]]:
        """What one tenant looks at, with its check."""
        def check_list(answer: Answer) -> None:
            assert answer.status == 200, answer
            self.listed(answer.json, self.cloud.list(caller, {"limit": 1000})[0])

        def check_show(answer: Answer) -> None:
            image, status = None, 200
            try:
                image = self.cloud.show(caller, str(self.touched))
            except No as no:
                status = no.status
            assert answer.status == status, (answer, status)
            if image is not None:
                self.seen(answer.json, image)

        looks = [(Request(caller, "GET", "/v2/images?limit=1000"), check_list)]
        if self.touched is not None:
            looks.append((Request(caller, "GET", f"/v2/images/{self.touched}"), check_show))
        return looks


WAITS = st.sampled_from([("after", 0.0), ("after", 0.0), ("after", 30.25), ("polls", 2),
                         ("polls", 9), ("hand", 0)])
JOB_WAITS = st.sampled_from([("after", 0.0), ("after", 0.0), ("after", 25.0), ("polls", 3),
                             ("polls", 1), ("hand", 0)])
FAULTY = ("images.create", "images.upload", "images.update", "images.delete", "images.download",
          "images.deactivate", "tags.add", "members.add", "members.update", "cloudimages.create",
          "cloudimages.copy", "cloudimages.update", "cloudimages.members.add",
          "cloudimages.export")
KEYS = st.sampled_from(["k", "m", "n"])
PAIRS = st.lists(st.fixed_dictionaries({"key": KEYS, "value": st.sampled_from(["", "1", "2"])}),
                 min_size=1, max_size=2, unique_by=lambda one: one["key"])


class Both(Native):
    """Both faces of profile ``otc``, with the time, jobs and faults of the fake."""

    profile: ClassVar[str] = "otc"
    dated: ClassVar[bool] = True
    fake: ClassVar[Any] = None

    def __init__(self) -> None:
        super().__init__()
        self.done: set[str] = set()
        self.handles: dict[str, Any] = {}
        self.number = 0

    def fresh(self) -> str:
        """An id that was not there: of a server, a disk, an object."""
        self.number += 1
        return f"00000000-1111-4000-8000-{self.number:012d}"

    # rules: the IMS APIs

    def job_of(self, answer: Answer) -> str:
        """The id of a job that a request has begun, also if a fault has lost the answer."""
        if answer.status == 200 and set(answer.json) == {"job_id"}:
            return str(answer.json["job_id"])
        return str(self.fake.jobs.last.id) if answer.status >= 500 and len(self.fake.jobs) else "?"

    @rule(who=PROJECT, name=st.sampled_from(["a", "b", "c", ""]), tags=st.none() | PAIRS,
          source=st.sampled_from(["server", "volume", "file"]))
    def make(self, who: str, name: str, tags: list[dict[str, str]] | None, source: str) -> None:
        self.tick()
        body: dict[str, Any] = {"name": name}
        if source == "file":
            body |= {"image_url": "ims:disk.qcow2", "min_disk": 40}
        else:
            body["instance_id" if source == "server" else "volume_id"] = self.fresh()
        if source != "server":
            body["os_version"] = "CentOS 7.0 64bit"
        if tags is not None:
            body["image_tags"] = tags
        caller = CALLERS[who]
        self.ask("cloudimages.create", Request(caller, "POST", "/v2/cloudimages/action", body),
                 lambda answer: self.cloud.make(caller, self.job_of(answer), source, body), 200)

    @rule(pick=PICK, who=WHO, name=NAMES)
    def copy(self, pick: int, who: str, name: str) -> None:
        self.act("cloudimages.copy", pick, who, "POST", "/copy",
                 lambda caller, image, answer: self.cloud.copy(
                     caller, self.job_of(answer), image, name),
                 {"name": name}, 200, root="/v1/cloudimages/")

    @rule(pick=PICK, who=WHO, where=st.sampled_from(["out:1", "out:2", "out:3", "new"]))
    def export(self, pick: int, who: str, where: str) -> None:
        where = f"out:{self.fresh()}" if where == "new" else where
        self.act("cloudimages.export", pick, who, "POST", "/file",
                 lambda caller, image, answer: self.cloud.export(
                     caller, self.job_of(answer), image, where),
                 {"bucket_url": where, "file_format": "vhd", "is_quick_export": False}, 200,
                 root="/v1/cloudimages/")

    @rule(pick=PICK, who=WHO, changes=st.lists(st.one_of(
        st.tuples(st.just("replace"), st.just("name"), NAMES),
        st.tuples(st.just("replace"), st.just("min_ram"), st.sampled_from([0, 512])),
        st.tuples(st.just("replace"), st.just("protected"), st.just(True)),
        st.tuples(st.sampled_from(["add", "replace"]), st.just("color"), st.just("red")),
        st.tuples(st.just("remove"), st.just("color"), st.none())), min_size=1, max_size=2))
    def change(self, pick: int, who: str, changes: list[tuple[str, str, Any]]) -> None:
        body = [{"op": op, "path": f"/{name}", **({} if op == "remove" else {"value": value})}
                for op, name, value in changes]
        self.act("cloudimages.update", pick, who, "PATCH", "",
                 lambda caller, image, _: self.cloud.change(caller, image, body), body, 200,
                 check=lambda answer, image: self.seen(answer.json, image),
                 root="/v2/cloudimages/")

    @rule(pick=PICK, who=WHO, action=st.sampled_from(["create", "create", "delete"]), tags=PAIRS,
          many=st.sampled_from([0, 0, 0, 7, 9]))
    def batch_tags(self, pick: int, who: str, action: str, tags: list[dict[str, str]],
                   many: int) -> None:
        body = [*tags, *({"key": f"t{number}", "value": "x"} for number in range(many))]
        self.act("tags.batch", pick, who, "POST", "/tags/action",
                 lambda caller, image, _: self.cloud.batch_tags(caller, image, action, body),
                 {"action": action, "tags": body}, root=f"/v2/{self.project(pick, who)}/images/")

    def project(self, pick: int, who: str) -> str:
        """The project of who asks, for the path."""
        return self.image(pick, who)[1].project

    @rule(pick=PICK, who=WHO, key=KEYS)
    def take_tag(self, pick: int, who: str, key: str) -> None:
        self.act("tags.take", pick, who, "DELETE", f"/tags/{key}",
                 lambda caller, image, _: self.cloud.take_tag(caller, image, key),
                 root=f"/v2/{self.project(pick, who)}/images/")

    @rule(pick=PICK, who=WHO)
    def image_tags(self, pick: int, who: str) -> None:
        def check(answer: Answer, tags: list[tuple[str, str]]) -> None:
            assert [(one["key"], one["value"]) for one in answer.json["tags"]] == tags

        self.act("tags.of_image", pick, who, "GET", "/tags",
                 lambda caller, image, _: self.cloud.tags(caller, image), success=200, check=check,
                 root=f"/v2/{self.project(pick, who)}/images/")

    @rule(who=PROJECT)
    def project_tags(self, who: str) -> None:
        def check(answer: Answer, tags: set[tuple[str, str]]) -> None:
            assert {(one["key"], value) for one in answer.json["tags"]
                    for value in one["values"]} == tags

        self.tick()
        self.ask("tags.of_project", Request(CALLERS[who], "GET", f"/v2/{who}/images/tags"),
                 lambda _: self.cloud.project_tags(CALLERS[who]), 200, check)

    @rule(picks=st.lists(PICK, min_size=1, max_size=2, unique=True), who=WHO,
          projects=st.lists(PROJECT, min_size=1, max_size=2, unique=True),
          verb=st.sampled_from(["Add", "Add", "Del"]))
    def batch_share(self, picks: list[int], who: str, projects: list[str], verb: str) -> None:
        self.tick()
        caller = self.image(picks[0], who)[1]
        ids = list(dict.fromkeys(self.image(pick)[0] for pick in picks))
        self.touched = ids[0]
        self.ask("cloudimages.members.add" if verb == "Add" else "cloudimages.members.delete",
                 Request(caller, "POST" if verb == "Add" else "DELETE", "/v1/cloudimages/members",
                         {"images": ids, "projects": projects}),
                 lambda answer: self.cloud.batch_share(caller, self.job_of(answer), ids, projects,
                                                       verb), 200)

    @rule(pick=PICK, member=PROJECT, who=st.sampled_from(["member", "member", "owner", "ops"]),
          status=st.sampled_from(["accepted", "rejected"]))
    def batch_answer(self, pick: int, member: str, who: str, status: str) -> None:
        self.tick()
        image_id, caller = self.image(pick, member if who == "member" else who)
        self.touched = image_id
        self.ask("cloudimages.members.update", Request(
            caller, "PUT", "/v1/cloudimages/members",
            {"images": [image_id], "project_id": member, "status": status}),
            lambda answer: self.cloud.batch_answer(caller, self.job_of(answer), [image_id], member,
                                                   status), 200)

    @rule(who=st.sampled_from(list(CALLERS)), query=st.fixed_dictionaries({}, optional={
        **QUERY, "visibility": st.sampled_from(["private", "public", "shared"]),
        "__imagetype": st.sampled_from(["gold", "private", "shared"])}))
    def list_cloudimages(self, who: str, query: dict[str, Any]) -> None:
        if query.get("member_status") == "all":
            del query["member_status"]
        if query.get("status") == "uploading":
            del query["status"]
        self.tick()
        query = self.asked(query)
        self.ask("cloudimages.list",
                 Request(CALLERS[who], "GET", f"/v2/cloudimages?{urlencode(query)}"),
                 lambda _: self.cloud.list(CALLERS[who], query, ims=True), 200,
                 lambda answer, page: self.listed(answer.json, page[0]))

    @rule(who=PROJECT, quota=st.sampled_from([None, 0, 3, 1000]))
    def look_at_quota(self, who: str, quota: int | None) -> None:
        def check(answer: Answer, used: int) -> None:
            found = answer.json["quotas"]["resources"][0]
            assert (found["used"], found["quota"]) == (used, self.cloud.quota)

        self.tick()
        if quota is not None:
            self.fake.world.quota = self.cloud.quota = quota
        self.ask("cloudimages.quota", Request(CALLERS[who], "GET", "/v1/cloudimages/quota"),
                 lambda _: self.cloud.used(who), 200, check)

    @precondition(lambda self: self.cloud.jobs)
    @rule(pick=PICK, who=st.sampled_from(list(CALLERS)))
    def look_at_job(self, pick: int, who: str) -> None:
        self.tick()
        jobs = list(self.cloud.jobs.values())
        job = jobs[-1 - pick % len(jobs)]
        self.ask("jobs.show", Request(CALLERS[who], "GET", f"/v1/{who}/jobs/{job['id']}"),
                 lambda _: self.cloud.job(CALLERS[who], job["id"]), 200, self.see_job)

    # rules: what a test does with the fake

    @rule(name=st.sampled_from(["saving", "deleting"]), wait=WAITS)
    def set_time(self, name: str, wait: tuple[str, float]) -> None:
        self.set_lifecycle(name, (wait[0], 10.75) if wait[1] == 30.25 and name == "deleting"
                           else wait)

    @rule(wait=JOB_WAITS)
    def set_job_time(self, wait: tuple[str, float]) -> None:
        self.set_lifecycle("jobs", wait)

    def set_lifecycle(self, name: str, wait: tuple[str, float]) -> None:
        self.tick()
        self.cloud.times[name] = wait
        setattr(self.fake.lifecycle, name, {"after": wait[1], "polls": f"polls({wait[1]})",
                                            "hand": "by hand"}[wait[0]])

    @rule(seconds=st.sampled_from([1, 2, 10, 30, 100]))
    def advance(self, seconds: int) -> None:
        self.tick()
        self.cloud.now += seconds
        self.fake.clock.advance(seconds)

    @rule(count=st.integers(1, 2))
    def kill_next(self, count: int) -> None:
        self.fake.lifecycle.kill_next(count=count)
        self.cloud.kills += count

    @rule()
    def fail_next_job(self) -> None:
        self.fake.jobs.fail_next("IMG.0014")
        self.cloud.job_failures += 1

    @rule(pick=PICK, what=st.sampled_from(["activate", "kill", "delete"]))
    def by_hand(self, pick: int, what: str) -> None:
        self.tick()
        self.cloud.settle()
        image_id = self.image(pick)[0]
        image = self.cloud.images.get(image_id)
        if image is None or any(image in job["images"] and job["end"] is None
                                for job in self.cloud.jobs.values()):
            return
        self.touched = image_id
        if what == "activate":
            if image["status"] not in ("queued", "saving"):
                return
            self.fake.images[image_id].activate()
            self.cloud.activate(image)
        elif what == "kill":
            self.fake.images[image_id].kill()
            self.cloud.kill(image)
        else:
            self.fake.images[image_id].delete()
            self.cloud.remove(image)

    @precondition(lambda self: any(job["end"] is None for job in self.cloud.jobs.values()))
    @rule(pick=PICK, what=st.sampled_from(["start", "succeed", "fail"]))
    def job_by_hand(self, pick: int, what: str) -> None:
        self.tick()
        self.cloud.settle()
        jobs = [job for job in self.cloud.jobs.values() if job["end"] is None]
        if not jobs:
            return
        job = jobs[-1 - pick % len(jobs)]
        if what == "start" and (job["status"] != "INIT" or job["how"] != "hand"):
            return
        handle = self.fake.jobs[job["id"]]
        if what == "start":
            handle.start()
            self.cloud.start(job)
        elif what == "succeed":
            handle.succeed()
            self.cloud.succeed(job)
        else:
            handle.fail("IMG.0057")
            self.cloud.fail(job, "IMG.0057")

    @rule(op=st.sampled_from(FAULTY), status=st.sampled_from([500, 503]),
          times=st.integers(1, 2), after=st.booleans())
    def add_fault(self, op: str, status: int, times: int, after: bool) -> None:
        if op in self.cloud.faults:
            return
        self.handles[op] = self.fake.faults.add(op, status=status, times=times,
                                                moment="after" if after else "before")
        self.cloud.faults[op] = {"status": status, "left": times, "after": after}

    @rule(again=st.integers(0, 4))
    def reset(self, again: int) -> None:
        if again:
            return
        self.fake.reset()
        self.clock[0] = self.cloud.now = self.clock[0] + 1
        self.cloud.reset()
        self.handles.clear()

    # what must hold after each step

    def see_job(self, answer: Answer, job: Job) -> None:
        """A job as a response shows it."""
        document = answer.json
        wanted = {"status": job["status"], "job_id": job["id"], "job_type": job["type"],
                  "error_code": job["code"], "begin_time": told_ms(job["begin"]),
                  "end_time": told_ms(job["end"])}
        found = {name: document[name] for name in wanted}
        assert found == wanted, (found, "expected", wanted)
        entities = document["entities"]
        assert (entities["process_percent"] == 100) == (job["status"] == "SUCCESS"), document
        if job["plans"]:
            assert entities["image_name"] == job["plans"][0]["name"], document
            assert ("image_id" in entities) == bool(job["images"]), (document, job)
            for image in job["images"]:
                if image["id"].startswith("?"):
                    self.cloud.images.pop(image["id"])
                    image["id"] = entities["image_id"]
                    self.cloud.images[image["id"]] = image
                    self.ids.append(image["id"])
                assert entities["image_id"] == image["id"], (document, image["id"])
        if job["end"] is not None:
            self.done.add(job["id"])

    def looks_of(self, caller: Caller) -> list[tuple[Request, Callable[[Answer], None]]]:
        def check_job(job: Job) -> Callable[[Answer], None]:
            return lambda answer: self.see_job(answer, self.cloud.job(caller, job["id"]))

        def check_list(answer: Answer) -> None:
            assert answer.status == 200, answer
            self.listed(answer.json, self.cloud.list(caller, {}, ims=True)[0])

        looks = [(Request(caller, "GET", f"/v1/{caller.project}/jobs/{job['id']}"), check_job(job))
                 for job in self.cloud.jobs.values()
                 if job["project"] == caller.project and job["id"] not in self.done]
        looks += super().looks_of(caller)
        looks.append((Request(caller, "GET", "/v2/cloudimages"), check_list))
        return looks

    @invariant()
    def faults_count(self) -> None:
        """A fault is used up when it has fired so many times."""
        for op, handle in self.handles.items():
            assert handle.active == (op in self.cloud.faults), (op, handle)
