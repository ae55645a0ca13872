"""Many clients at once on a few images: is the history of each image linearizable?

``python tests/reliability histories [CLIENTS [OPERATIONS [SEED]]]``: so many clients, each of which
sends so many requests to one hot image and some others, in both profiles. Each operation is noted
with its begin, its end and its result, and ``linearizable.check`` looks for an order that explains
all of them. An upload counts as two steps: the image becomes ``saving``, and later ``active``.
"""

from __future__ import annotations

import asyncio
import random
import resource
import time
from bisect import bisect
from collections import Counter
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import aiohttp
from linearizable import IMPOSSIBLE, Event, Verdict, check

from fake_ims import FakeIMS

PROFILES = ("otc", "openstack")
MEMBERS = ("p1", "p2", "p3")
TAGS = ("a", "b", "c", "d")  # the IMS APIs write them as the keys xa, xb, ...
OCTETS = {"Content-Type": "application/octet-stream"}
GONE = 0  # the status noted for IMG.0144 of the IMS APIs: the image does not exist
PATCH = {"Content-Type": "application/openstack-images-v2.1-json-patch"}


class State(NamedTuple):
    """An image, as far as the operations here change it; None stands for one that is gone."""

    status: str
    name: str
    level: str
    tags: frozenset[str]
    members: frozenset[tuple[str, str]]
    size: int | None


class What(NamedTuple):
    """An operation, what it was asked, its status, and what its response shows."""

    kind: str
    argument: Any
    status: int
    shown: Any = None


def specification(state: State | None, what: What) -> Any:
    """What the service is, for one image: the state after an operation with this result."""
    kind, argument, status, shown = what
    if status == GONE or (status == 404 and kind not in ("untag", "unshare")):
        return state if state is None else IMPOSSIBLE
    if state is None:
        return None if status == 404 or (kind == "list" and shown is None) or (
            kind == "upload.end" and status == 410) else IMPOSSIBLE
    return CHANGES[kind](state, argument, status, shown)


def _get(state: State, _: Any, status: int, shown: Any) -> Any:
    return state if status == 200 and shown == seen(state) else IMPOSSIBLE


def _list(state: State, _: Any, status: int, shown: Any) -> Any:
    return state if status == 200 and shown == seen(state) else IMPOSSIBLE


def _patch(state: State, argument: Any, status: int, shown: Any) -> Any:
    name, value, ims = argument
    if ims and (state.status == "active") != (status == 200):
        return IMPOSSIBLE  # the IMS API changes active images only
    if ims and status == 400:
        return state
    after = state._replace(**{name: value})
    return after if status == 200 and shown == seen(after) else IMPOSSIBLE


def _delete(_: State, __: Any, status: int, ___: Any) -> Any:
    return None if status == 204 else IMPOSSIBLE


def _tag(state: State, tag: Any, status: int, _: Any) -> Any:
    return state._replace(tags=state.tags | {tag}) if status == 204 else IMPOSSIBLE


def _untag(state: State, tag: Any, status: int, _: Any) -> Any:
    if status == 404:
        return state if tag not in state.tags else IMPOSSIBLE
    return state._replace(tags=state.tags - {tag}) if tag in state.tags else IMPOSSIBLE


def _share(state: State, argument: Any, status: int, _: Any) -> Any:
    project, otc = argument
    known = dict(state.members)
    if otc and state.status != "active":
        return state if status == 400 else IMPOSSIBLE
    if status == 409:
        return state if project in known else IMPOSSIBLE
    if status != 200 or project in known:
        return IMPOSSIBLE
    return state._replace(members=state.members | {(project, "pending")})


def _unshare(state: State, argument: Any, status: int, _: Any) -> Any:
    project, otc = argument
    known = dict(state.members)
    if status == 403:  # there, an image without members is private
        return state if otc and not known else IMPOSSIBLE
    if otc and not known:
        return IMPOSSIBLE
    if status == 404:
        return state if project not in known else IMPOSSIBLE
    if status != 204 or project not in known:
        return IMPOSSIBLE
    return state._replace(members=state.members - {(project, known[project])})


def _members(state: State, _: Any, status: int, shown: Any) -> Any:
    return state if status == 200 and shown == state.members else IMPOSSIBLE


def _begin(state: State, _: Any, status: int, __: Any) -> Any:
    if status == 409:
        return state if state.status != "queued" else IMPOSSIBLE
    return state._replace(status="saving") if state.status == "queued" else IMPOSSIBLE


def _end(state: State, argument: Any, status: int, _: Any) -> Any:
    size, otc = argument
    if state.status != "saving":
        return IMPOSSIBLE
    if status == 204:
        return state._replace(status="active", size=size)
    if status == 400:  # the client had announced another size
        return state._replace(status="killed" if otc else "queued")
    return IMPOSSIBLE


CHANGES: dict[str, Any] = {
    "get": _get, "list": _list, "patch": _patch, "delete": _delete, "tag": _tag, "untag": _untag,
    "share": _share, "unshare": _unshare, "members": _members, "upload.begin": _begin,
    "upload.end": _end,
}
READS = ("get", "list", "members")


def seen(state: State) -> tuple[Any, ...]:
    """What a document of the image shows of it."""
    return state.status, state.name, state.level, state.tags, state.size


def projected(document: dict[str, Any]) -> tuple[Any, ...]:
    """The same, from a response."""
    return (document["status"], document["name"], document.get("level", ""),
            frozenset(document["tags"]), document.get("size"))


@dataclass
class Subject:
    """An image and its history: begin, end, request id and what happened."""

    id: str
    start: State
    rows: list[tuple[int, int, str, What]] = field(default_factory=list)


class Client:
    """Sends random requests, one after another."""

    def __init__(self, session: aiohttp.ClientSession, fake: FakeIMS, number: int, seed: int,
                 subjects: list[Subject]) -> None:
        self._session = session
        self._fake = fake
        self._url = fake.url
        self._headers = fake.headers
        self._project = fake.project_id
        self._number = number
        self._chance = random.Random(f"{seed} {number}")
        self._subjects = subjects
        self._count = 0

    async def run(self, operations: int) -> None:
        kinds = ("get", "list", "patch", "tag", "untag", "share", "unshare", "members", "upload",
                 "delete")
        weights = (20, 8, 20, 8, 8, 6, 6, 6, 12)
        otc = self._fake.profile == "otc"
        drawn = self._chance.choices(kinds[:-1], weights, k=operations)
        if self._chance.random() < 0.2:
            drawn[-1 - self._chance.randrange(max(1, operations // 10))] = "delete"
        for kind in drawn:
            # Half of all go to one image, the rest to the others.
            subject = self._subjects[0 if self._chance.random() < 0.5
                                     else self._chance.randrange(len(self._subjects))]
            await getattr(self, f"_{kind}")(subject, otc and self._chance.random() < 0.5)

    async def _ask(self, subject: Subject, kind: str, argument: Any, method: str, path: str,
                   **settings: Any) -> None:
        self._count += 1
        request_id = f"req-{self._number}-{self._count}"
        headers = {**self._headers, "x-openstack-request-id": request_id,
                   **settings.pop("headers", {})}
        begin = time.perf_counter_ns()
        async with self._session.request(
                method, self._url + path, headers=headers, **settings) as answer:
            body = await answer.json() if answer.content_type == "application/json" else None
        end = time.perf_counter_ns()
        shown, status = None, answer.status
        if status == 400 and kind != "upload":
            assert body["error"]["code"] in ("IMG.0144", "IMG.0046"), (kind, body)
            status = GONE if body["error"]["code"] == "IMG.0144" else status
        if answer.status == 200 and kind in ("get", "patch"):
            shown = projected(body)
        elif answer.status == 200 and kind == "list":
            shown = projected(body["images"][0]) if body["images"] else None
        elif answer.status == 200 and kind == "members":
            shown = frozenset((one["member_id"], one["status"]) for one in body["members"])
        subject.rows.append((begin, end, request_id, What(kind, argument, status, shown)))

    async def _get(self, subject: Subject, ims: bool) -> None:
        await self._ask(subject, "get", None, "GET", f"/v2/images/{subject.id}")

    async def _list(self, subject: Subject, ims: bool) -> None:
        path = "cloudimages?id=" if ims else "images?id=in:"
        await self._ask(subject, "list", None, "GET", f"/v2/{path}{subject.id}")

    async def _patch(self, subject: Subject, ims: bool) -> None:
        value = f"{self._number}.{self._count}"
        name = "name" if ims else self._chance.choice(("name", "level"))
        path = f"/v2/{'cloudimages' if ims else 'images'}/{subject.id}"
        change = [{"op": "replace" if name == "name" else "add", "path": f"/{name}",
                   "value": value}]
        await self._ask(subject, "patch", (name, value, ims), "PATCH", path, json=change,
                        headers={} if ims else PATCH)

    async def _tag(self, subject: Subject, ims: bool) -> None:
        tag = self._chance.choice(TAGS)
        if ims:
            await self._ask(subject, "tag", f"x{tag}=1", "POST",
                            f"/v2/{self._project}/images/{subject.id}/tags",
                            json={"tag": {"key": f"x{tag}", "value": "1"}})
        else:
            await self._ask(subject, "tag", tag, "PUT", f"/v2/images/{subject.id}/tags/{tag}")

    async def _untag(self, subject: Subject, ims: bool) -> None:
        tag = self._chance.choice(TAGS)
        if ims:
            await self._ask(subject, "untag", f"x{tag}=1", "DELETE",
                            f"/v2/{self._project}/images/{subject.id}/tags/x{tag}")
        else:
            await self._ask(subject, "untag", tag, "DELETE",
                            f"/v2/images/{subject.id}/tags/{tag}")

    async def _share(self, subject: Subject, ims: bool) -> None:
        project = self._chance.choice(MEMBERS)
        await self._ask(subject, "share", (project, self._fake.profile == "otc"), "POST",
                        f"/v2/images/{subject.id}/members", json={"member": project})

    async def _unshare(self, subject: Subject, ims: bool) -> None:
        project = self._chance.choice(MEMBERS)
        await self._ask(subject, "unshare", (project, self._fake.profile == "otc"), "DELETE",
                        f"/v2/images/{subject.id}/members/{project}")

    async def _members(self, subject: Subject, ims: bool) -> None:
        await self._ask(subject, "members", None, "GET", f"/v2/images/{subject.id}/members")

    async def _upload(self, subject: Subject, ims: bool) -> None:
        size = self._chance.randint(1, 5000)
        wrong = self._chance.random() < 0.7

        async def pieces() -> Any:
            for at in range(0, size, 1000):
                yield b"x" * min(1000, size - at)
                await asyncio.sleep(0)

        announced = {"x-openstack-image-size": str(size + 1)} if wrong else {}
        await self._ask(subject, "upload", (size, self._fake.profile == "otc"), "PUT",
                        f"/v2/images/{subject.id}/file", data=pieces(),
                        headers={**OCTETS, **announced})

    async def _delete(self, subject: Subject, ims: bool) -> None:
        await self._ask(subject, "delete", None, "DELETE", f"/v2/images/{subject.id}")


def history(subject: Subject, hints: dict[str, tuple[float, float]]) -> list[Event]:
    """The history of an image; uploads become their two steps."""
    events: list[Event] = []
    for begin, end, request_id, what in subject.rows:
        started, done = hints.get(request_id, (float(begin), float(end)))
        if what.kind != "upload":
            # A refusal changes nothing.
            reads = what.kind in READS or what.status in (GONE, 400, 403, 404, 409)
            events.append(Event(begin, end, what, reads=reads, hint=done))
            continue
        first = what._replace(kind="upload.begin")
        if what.status in (404, 409):
            events.append(Event(begin, end, first, reads=True, hint=started))
            continue
        events.append(Event(begin, end, first, hint=started))
        events.append(Event(begin, end, what._replace(kind="upload.end"), hint=done,
                            after=len(events) - 1))
    return events


def hints_of(fake: FakeIMS) -> dict[str, tuple[float, float]]:
    """When each request began and was answered, by request id: the fake's own order."""
    found: dict[str, tuple[float, float]] = {}
    ends: list[float] = []  # never earlier than the one before
    for exchange in fake.requests:
        begun = bisect(ends, exchange.started_at)
        found[exchange.request_id] = (begun - 0.5, float(len(ends)))
        end = exchange.started_at + exchange.seconds
        ends.append(max(end, ends[-1]) if ends else end)
    return found


async def _crowd(fake: FakeIMS, clients: int, operations: int, seed: int,
                 subjects: list[Subject]) -> None:
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(connector=connector) as session:
        await asyncio.gather(*(Client(session, fake, number, seed, subjects).run(operations)
                               for number in range(clients)))
    await asyncio.sleep(0)


@dataclass
class Run:
    """What one run has found."""

    operations: int
    kinds: Counter[tuple[str, int]]
    verdicts: dict[str, Verdict]
    seconds: float

    @property
    def ok(self) -> bool:
        return all(verdict.ok for verdict in self.verdicts.values())


def play(profile: Any, clients: int, operations: int, seed: int = 1, images: int = 8) -> Run:
    """Let the clients loose on a fake and check each image's history."""
    _allow_descriptors(2 * clients + 200)
    started = time.perf_counter()
    with FakeIMS(profile=profile, keep_exchanges=clients * operations + 100,
                 keep_total=2**40) as fake:
        subjects = []
        for number in range(images):
            image = fake.images.add(name=f"{number}", status="queued", disk_format="raw",
                                    container_format="bare",
                                    visibility="private" if profile == "otc" else "shared")
            subjects.append(Subject(image.id, State("queued", f"{number}", "", frozenset(),
                                                    frozenset(), None)))
        asyncio.run(_crowd(fake, clients, operations, seed, subjects))
        hints = hints_of(fake)
    kinds: Counter[tuple[str, int]] = Counter()
    for subject in subjects:
        kinds.update((what.kind, what.status) for _, _, _, what in subject.rows)
    verdicts = {subject.id: check(history(subject, hints), subject.start, specification)
                for subject in subjects}
    return Run(sum(kinds.values()), kinds, verdicts, time.perf_counter() - started)


def _allow_descriptors(wanted: int) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(wanted, hard), hard))


def main(arguments: list[str]) -> bool:
    """The long run."""
    clients, operations, seed = (*map(int, arguments), *(500, 40, 1)[len(arguments):])
    ok = True
    for profile in PROFILES:
        for images in (1, 20):
            run = play(profile, clients, operations, seed, images)
            ok = ok and run.ok
            steps = sum(verdict.tried for verdict in run.verdicts.values())
            print(f"{profile}: {clients} clients, {images} images, {run.operations:,} operations, "
                  f"{steps:,} steps of the search, {run.seconds:.0f} s: "
                  f"{'linearizable' if run.ok else 'NOT linearizable'}")
            print("  " + ", ".join(f"{kind} {status}: {count}"
                                   for (kind, status), count in sorted(run.kinds.items())))
            for image, verdict in run.verdicts.items():
                if not verdict.ok:
                    print(f"  {image} (seed {seed}): {verdict.why[:2000]}")
    return ok
