"""Documents made up from their schemas: ``python tests/reliability documents``.

A document is a scenario, or the body of a control request. ``fake-ims check``, ``scenario.load``
and the play must agree about it. One that is refused changes nothing.

Agreement is not enough: what everybody takes can still be wrong. So some documents are a ``Trap``:
valid but for one image that must not be, and must be refused at every door.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import re
import sys
import time
from collections import Counter
from pathlib import Path
from random import Random
from typing import Any, Literal, NamedTuple
from urllib.parse import urlsplit

sys.path.append(str(Path(__file__).parents[1]))  # for what all tests share

from channel import Broken, Channel, Reply
from guard_fuzz import SLOW, Records, quick_fault, without
from invariants import broken
from made_up import MadeUp
from wall import standing

import fake_ims.scenario as scenarios
from fake_ims import FakeIMS, FakeImsError, UsageError
from fake_ims.control.routes import ROUTES
from fake_ims.documents.check import InvalidDocument, check
from fake_ims.documents.source import parse
from fake_ims.domain import sound
from fake_ims.domain.world import SHELVES
from fake_ims.scenario.document import checked
from fake_ims.scenario.schema import schema as scenario_schema
from fake_ims.server.state import Service

COUNT = 20_000
PROFILES: tuple[Literal["otc", "openstack"], ...] = ("otc", "openstack")
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|req-\S+")
_TWICE = "877a2cda-ba63-4e1e-b95f-e67e48b6129a"
_BODIES = [route for route in ROUTES if route.body.get("properties")
           and "{" not in route.path and route.id != "reset"]
_OFTEN = [route for route in _BODIES if route.id in ("world.set", "images.add", "faults.add")]


class Trap(NamedTuple):
    """Images of which the last must be refused, and only for what is wrong with it.

    Attributes:
        images: what ``images.add`` gets.
        of_schema: whether the schema must see it.
        profile: of the fake.
    """

    images: list[dict[str, Any]]
    of_schema: bool
    profile: Literal["otc", "openstack"] = "otc"


def _no_uuid(random: Random) -> Trap:
    bad = random.choice([_TWICE[:-1], f"{_TWICE}0", f"{_TWICE}\n", f" {_TWICE}", "image-1",
                         f"{{{_TWICE}}}", _TWICE.replace("-", ""), _TWICE.replace("e", "g"),
                         _TWICE.replace("-", "\u2010"), _TWICE.replace("8", "\u0668")])
    return Trap([{"id": bad, "name": "trap"}], True, random.choice(PROFILES))


def _twice(random: Random) -> Trap:
    image = {"id": _TWICE, "name": "first"}
    return Trap([image, {**image, "name": random.choice(["first", "second"])}], False,
                random.choice(PROFILES))


def _private_members(random: Random) -> Trap:
    # In otc the image turns shared; a Glance refuses members of a private image.
    members = random.choice([["p2"], {"p2": "accepted"}, {"p2": "pending", "p3": "rejected"}])
    return Trap([{"visibility": "private", "members": members}], False, "openstack")


TRAPS = {"no UUID": _no_uuid, "an id twice": _twice, "members of a private one": _private_members}


class Broke(AssertionError):
    """The fake did something that it must not."""


def scenario(random: Random) -> dict[str, Any]:
    """A scenario that is often valid."""
    schema = scenario_schema()
    made = MadeUp(random, schema, random.choice([0, 0, 0, 0.01, 0.05]))
    document = made.mapping({**schema, "properties": {
        name: rule for name, rule in schema["properties"].items() if name != "$schema"}})
    if random.random() < 0.8:
        for part in (document, *_mappings(document.get("steps"))):
            _mend(random, document, part)
    return document


def _mend(random: Random, document: dict[str, Any], part: dict[str, Any]) -> None:
    """Replace what is hardly ever valid by chance: faults, and references to what exists."""
    if "faults" in part:
        part["faults"] = [{**quick_fault(random), "name": "f1"}]
    if part is not document and "clear" in part:
        part["clear"] = True
    if "put" in part or "change" in part or "kill" in part or "activate" in part or (
            "delete" in part):
        document["images"] = [{"name": "base"}]
    for name in ("change", "kill"):
        for one in _mappings(part.get(name)):
            one["image"] = "base"
    for name in ("activate", "delete"):
        if name in part:
            part[name] = ["base"]
    if "delete" in part:
        for name in ("change", "kill", "activate"):
            part.pop(name, None)
    if "kill" in part:
        part.pop("activate", None)
    if "revoke" in part:
        document["tenants"] = [{"project_id": "p2"}]
        part["revoke"] = ["p2"]
    part.pop("job", None)
    settings = document.get("settings")
    if isinstance(settings, dict):
        settings.pop("auth", None)


def _mappings(value: object) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def snapshot(fake: FakeIMS) -> object:
    """All that a refused document must leave as it is."""
    def look(service: Service) -> object:
        world = service.world
        return (
            service.epoch, service.profile.name, repr(service.lifecycle),
            service.clock.now(),
            [(image.id, image.status, image.updated_at, sorted(image.members), image.tags,
              dict(image.properties), None if image.data is None else image.data.md5)
             for image in service.store.all()],
            [str(fault) for fault in service.faults], world.quota, world.max_jobs, world.has_kms,
            world.known_only, repr(world.outages), repr(world.account),
            {shelf: [[getattr(record, field.name) for field in dataclasses.fields(kind)]
                     for record in getattr(world, shelf)] for shelf, kind in SHELVES.items()},
            [(bucket.name, [(one.name, one.size, one.format) for one in bucket.objects.values()])
             for bucket in world.buckets],
        )

    return fake.peek(look)


class Run:
    """Documents tried on one fake."""

    def __init__(self, fake: FakeIMS) -> None:
        self._fake = fake
        url = urlsplit(fake.url)
        self._host = url.netloc
        self._channel = Channel(str(url.hostname), int(url.port or 0))
        self.outcomes: Counter[str] = Counter()

    def one(self, seed: int) -> None:
        """Try the document of a seed.

        Raises:
            Broke: something is wrong.
        """
        random = Random(seed)
        records = Records()
        document: object = None
        records.begin()
        try:
            if random.random() < 0.1:
                name = random.choice(sorted(TRAPS))
                document = trap = TRAPS[name](random)
                self._trap(random, trap)
                self.outcomes[f"trap: {name}"] += 1
            elif random.random() < 0.6:
                document = scenario(random)
                self._scenario(document)  # type: ignore[arg-type]
            else:
                route = random.choice(_BODIES if random.random() < 0.5 else _OFTEN)
                made = MadeUp(random, route.body, random.choice([0, 0, 0.02, 0.1]))
                document = made.value(route.body)
                if route.id == "faults.add" and random.random() < 0.5:
                    document = quick_fault(random)
                if route.id == "world.set" and isinstance(document, dict) and (
                        random.random() < 0.3):
                    # Two records of one id: the schema does not see it, and much comes before.
                    document = {**document, "remote_images": [{"id": _TWICE}] * 2}
                if route.id == "scenario.play":
                    document = {"scenario": scenario(random)}
                elif route.id in ("faults.add", "faults.weather"):
                    document = without(document, SLOW)
                self._body(route.id, route.method, route.path, route.body, document)
            if records.texts:
                raise Broke(f"it logged {records.texts}")
        except Broke as broke:
            raise Broke(f"seed {seed}: {broke}\n{document!r}\nAgain: python tests/reliability "
                        f"documents --seed {seed}") from broke.__cause__
        except Exception as error:
            raise Broke(f"seed {seed}: {error!r}\n{document!r}\nAgain: python tests/reliability "
                        f"documents --seed {seed}") from error
        finally:
            records.end()

    def close(self) -> None:
        """Close the connection."""
        self._channel.close()

    def _trap(self, random: Random, trap: Trap) -> None:
        """Show a trap to every door: scenario, control API, Python."""
        document: dict[str, Any] = {"settings": {"profile": trap.profile}, "name": "trap"}
        others = [{"name": "other"}][:random.randrange(2)]
        if len(trap.images) > 1 and random.random() < 0.5:
            document["images"] = [*others, *trap.images[:-1]]
            document["steps"] = [{"images": trap.images[-1:]}]
        elif random.random() < 0.5:
            document["steps"] = [{"images": [*others, *trap.images]}]
        else:
            document["images"] = [*others, *trap.images]
        if bool(check(document, scenario_schema())) != trap.of_schema:
            raise Broke("the schema takes it" if trap.of_schema else "the schema refuses it")
        refused = self.outcomes["scenario refused"], self.outcomes["scenario refused by the play"]
        self._scenario(document)
        if refused == (self.outcomes["scenario refused"],
                       self.outcomes["scenario refused by the play"]):
            raise Broke("check, load and play take it")
        fake = self._fake
        fake.reset(profile=trap.profile)
        route = next(route for route in ROUTES if route.id == "images.add")
        statuses = [self._body(route.id, route.method, route.path, route.body, image)
                    for image in trap.images]
        if statuses != [*[200] * (len(trap.images) - 1), 400]:
            raise Broke(f"the control API answered {statuses}")
        before = snapshot(fake)
        try:
            fake.images.add(**trap.images[-1])
        except UsageError:
            if snapshot(fake) != before:
                raise Broke("images.add refused it, but it has changed the fake") from None
        else:
            raise Broke("images.add takes it")
        fake.reset()

    def _scenario(self, document: dict[str, Any]) -> None:
        fake = self._fake
        fake.reset()
        fake.images.add(name="here", tags=["red"])
        fake.faults.add("images.show", status=503)
        before = snapshot(fake)
        problems = check(document, scenario_schema())
        refused: UsageError | None = None
        try:
            scenarios.load(document, FakeIMS)
        except UsageError as error:
            refused = error
        if problems and refused is None:
            raise Broke(f"the schema refuses it ({problems[0]}), but it was loaded")
        self._same_as_text(document, refused)
        if refused is not None:
            self._refused(document, refused)
            try:
                fake.load(document)
            except UsageError as error:
                if _UUID.sub("ID", str(error)) != _UUID.sub("ID", str(refused)):
                    raise Broke(f"check says {refused}; load says {error}") from None
            else:
                raise Broke(f"check refuses it ({refused}), but it plays")
            if snapshot(fake) != before:
                raise Broke(f"it was refused ({refused}), but it has changed the fake")
            self.outcomes["scenario refused" + (" by the play" if not problems else "")] += 1
            return
        try:
            playing = fake.load(document)
            playing.complaints()
        except FakeImsError as error:
            raise Broke(f"check takes it; the play says {error!r}") from error
        at_once = [text for text in playing.failures if "unknown" in text]
        if at_once:
            raise Broke(f"check takes it; steps that are due at once fail: {at_once}")
        fake.faults.clear()
        for path in ("/v2/images", "/v2/images?limit=1"):
            # Each request can take a step, whose faults then meet this very request.
            try:
                told = str(self._get(path).status)
            except Broken as error:
                told = str(error)
            if told not in ("200", "401") and not fake.requests.last.faults:
                raise Broke(f"{path} is answered {told}, and no fault asked for it")
            if fake.requests.last.work >= 500:
                raise Broke(f"{path} failed with {fake.requests.last.work}")
        wrong = broken(fake)
        if wrong:
            raise Broke("; ".join(wrong))
        self.outcomes["scenario played"] += 1

    def _same_as_text(self, document: dict[str, Any], refused: UsageError | None) -> None:
        """Check that the document is judged the same if it comes as a JSON file."""
        if any(sound.problems(document)):
            return  # JSON cannot hold it, or reads it as something else
        source = parse(json.dumps(document), "scenario.json")
        try:
            checked(source, FakeIMS, {})
        except UsageError as error:
            if refused is None:
                raise Broke(f"as JSON it is refused: {error}") from None
        else:
            if refused is not None:
                raise Broke(f"as JSON it is taken; as a dict it is refused: {refused}")

    def _refused(self, document: dict[str, Any], refused: UsageError) -> None:
        """Check that each problem names its place."""
        if not isinstance(refused, InvalidDocument) or not refused.problems:
            raise Broke(f"{refused!r} names no problems")
        for problem in refused.problems:
            if not problem.text:
                raise Broke(f"a problem at {problem.path} has no text")
            if not problem.path and "key" not in problem.text and (
                    "mapping" not in problem.text):
                raise Broke(f"{problem} names no place")
            found: Any = document
            for part in problem.path[:-1]:
                if (isinstance(found, dict) and part not in found) or (
                        isinstance(found, list) and not isinstance(part, int)):
                    if problem.path[0] == "settings":
                        break
                    raise Broke(f"{problem}: the document has no {part!r} there")
                if not isinstance(found, (dict, list)):
                    break
                found = found[part]

    def _body(self, id: str, method: str, path: str, schema: Any, document: object) -> int:
        fake = self._fake
        before = snapshot(fake)
        problems = check(document, schema)
        body = json.dumps(document).encode()
        reply = self._send(method, f"/_fake_ims{path}", body)
        if reply.status not in (200, 204, 400, 404):
            raise Broke(f"{id} is answered {reply.status} {reply.body[:300]!r}")
        if reply.status >= 400:
            error = json.loads(reply.body)["error"]
            if not error["message"]:
                raise Broke(f"{id} is refused without a message")
            if problems and not error.get("problems"):
                raise Broke(f"{id}: {problems[0]} is refused without its place")
            if snapshot(fake) != before:
                raise Broke(f"{id} was refused ({error['message']}), but has changed the fake")
        elif problems:
            raise Broke(f"{id}: {problems[0]}, but it was taken")
        self.outcomes["control refused" if reply.status >= 400 else "control taken"] += 1
        if reply.status < 400:
            wrong = broken(fake)
            if wrong:
                raise Broke("; ".join(wrong))
            shown = self._get("/_fake_ims/state")
            if shown.status != 200:
                raise Broke(f"the state cannot be shown: {shown.status} {shown.body[:300]!r}")
        fake.faults.clear()
        return reply.status

    def _get(self, path: str) -> Reply:
        return self._send("GET", path, None)

    def _send(self, method: str, path: str, body: bytes | None) -> Reply:
        head = f"{method} {path} HTTP/1.1\r\nHost: {self._host}\r\n" + "".join(
            f"{name}: {text}\r\n" for name, text in self._fake.headers.items())
        if body is not None:
            head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
        return self._channel.send(f"{head}\r\n".encode() + (body or b""))


def run(seeds: range | list[int]) -> tuple[Counter[str], list[Broke]]:
    """Try the documents of some seeds; return what became of them, and what broke."""
    failures = []
    with standing(), FakeIMS() as fake:
        tried = Run(fake)
        for seed in seeds:
            try:
                tried.one(seed)
            except Broke as broke:
                failures.append(broke)
                fake.reset()
        tried.close()
    return tried.outcomes, failures


def main(arguments: list[str]) -> bool:
    """Try many documents, or one again."""
    parser = argparse.ArgumentParser(prog="python tests/reliability documents",
                                     description=__doc__)
    parser.add_argument("--documents", type=int, default=COUNT, metavar="N",
                        help=f"number of documents; by default {COUNT}")
    parser.add_argument("--seed", type=int, metavar="N", help="only this document")
    given = parser.parse_args(arguments)
    seeds = range(given.documents) if given.seed is None else [given.seed]
    began = time.perf_counter()
    outcomes, failures = run(seeds)
    seconds = time.perf_counter() - began
    for broke in failures[:20]:
        print(broke, end="\n\n")
    print(f"{len(seeds)} documents, {len(failures)} failed, {seconds:.0f} s")
    print(", ".join(f"{what}: {number}" for what, number in sorted(outcomes.items())))
    return not failures
