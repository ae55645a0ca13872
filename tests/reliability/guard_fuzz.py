"""Requests made up from the contract break nothing: ``python tests/reliability fuzz``.

Each seed is a run of its own on a fresh fake. Its profile and auth mode follow from its number.
"""

from __future__ import annotations

import argparse
import json
import logging
import sys
import time
from collections import Counter, deque
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import urlsplit

sys.path.append(str(Path(__file__).parents[1]))  # for what all tests share

from answers import problem
from channel import Broken, Channel, Reply
from grammar import NAMES, Grammar, Known, Request, Signer, Who
from invariants import broken, broken_reading
from made_up import control_request
from wall import Wall, standing

from fake_ims import FakeIMS, FakeImsError
from fake_ims.control.routes import ROUTES
from fake_ims.faults.registry import SCHEDULES

CASES = [(profile, auth) for auth in ("any", "issued", "triple")
         for profile in ("otc", "openstack")]
LENGTH = 2000  # requests of a seed in a long run
CHECKED = 100  # requests between two checks of the store
SHOWN = 8  # requests that a failure prints
# Faults that take real time, wait for another request, or let the client wait for more bytes.
SLOW = {"delay", "hang", "first_byte", "dribble", "refuse", "concurrency", "half_close", "moment",
        "recovery", "wrong_length", "invalid_chunks", "raw"}
_CONTROLS = [route for route in ROUTES if route.id not in ("reset", "scenario.play", "openapi",
                                                           "scenario.schema")]


class Broke(AssertionError):
    """The fake did something that it must not."""


class Records(logging.Handler):
    """Gathers what is logged at WARNING or above, by whomever."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.texts: list[str] = []

    def begin(self) -> None:
        """Listen to all loggers."""
        logging.getLogger().addHandler(self)

    def end(self) -> None:
        """Stop listening."""
        logging.getLogger().removeHandler(self)

    def emit(self, record: logging.LogRecord) -> None:
        self.texts.append(self.format(record))


class Run:
    """The requests of one seed.

    Args:
        fake: a running fake; it is reset.
        seed: number of the run.
        wall: the time, which each request moves.
    """

    def __init__(self, fake: FakeIMS, seed: int, wall: Wall) -> None:
        self._wall = wall
        self.profile, auth = CASES[seed % len(CASES)]
        random = self._random = Random(seed)
        times: list[Any] = ["0s", "0s", "30s", "polls(2)", "by hand"]
        fake.reset(profile=self.profile, auth=auth, seed=seed, saving=random.choice(times),
                   deleting=random.choice(["0s", "0s", "30s"]), jobs=random.choice(times))
        self._fake = fake
        self._service = fake._service
        self._known = Known()
        host = urlsplit(fake.url)
        self._host = host.netloc
        self._channel = Channel(str(host.hostname), int(host.port or 0))
        self._last: deque[tuple[int, str, str]] = deque(maxlen=SHOWN)
        self.statuses: Counter[str] = Counter()
        self._callers = self._furnish()
        self._grammar = Grammar(random, self.profile, self._known, self._callers, fake.clock.now)

    def _furnish(self) -> list[Who]:
        """Add callers, and things around images; return the callers."""
        fake, known, world = self._fake, self._known, self._fake.world
        second = fake.tenant("p2")
        admin = fake.tenant("ops", roles=["admin"])
        callers = [Who(fake.project_id, fake.token), Who("p2", second.token),
                   Who("ops", admin.token),
                   Who("p2", fake.tenant("p2", roles=["reader"], user="reader").token),
                   Who("p3", fake.tenant("p3", actions=["ims:images:*"]).token),
                   Who("p4", fake.tenant("p4", enterprise_projects=["0"]).token),
                   Who(fake.project_id, "junk"), Who(fake.project_id)]
        fake.identity.add_user("ann", password="secret", project="p2")
        callers.append(Who("p2", "ann:p2:member"))
        for name, token in (("AK1", None), ("AK2", "temporary")):
            key = fake.identity.keys.add("ann", access=name, secret="secret", security_token=token)
            known.add("access_key", name)
            if self.profile == "otc":
                callers.append(Who("p2", signer=Signer(name, key.secret, token, "p2")))
        known.add("credential", fake.identity.application_credential("ann", secret="secret").id)
        for who in callers:
            known.add("project", who.project)
        known.add("token", callers[3].token)  # not the first ones: clients may revoke it
        for name in ("ann", "reader", fake.user_id):
            known.add("user", name)
        for domain in fake.identity.domains:
            known.add("domain", domain.name)
            known.add("domain", domain.id)
        world.vaults.add(id="vault")
        world.keys.add(id="key")
        known.add("vault", "vault")
        known.add("key", "key")
        for status in ("SHUTOFF", "SHUTOFF", "ACTIVE"):
            server = world.servers.add(status=status, vault_id="vault")
            known.add("server", server.id)
            known.add("disk", server.system_disk)
        for status in ("in-use", "available"):
            known.add("disk", world.disks.add(status=status).id)
        for _ in range(3):
            known.add("backup", world.backups.add().id)
        bucket = world.buckets["b01"]
        for file, size in (("a.qcow2", None), ("b.vhd", 2**31), ("c.raw", 10), ("d.iso", 2**30),
                           ("e.zvhd2", 2**20)):
            bucket.put(file, size=size)
            known.add("file", f"b01:{file}")
        world.flavors.add(id="small", ram=1024)
        world.quota = 60
        return callers

    def go(self, count: int) -> None:
        """Send ``count`` requests, and check after each.

        Raises:
            Broke: something is wrong.
        """
        records = Records()
        records.begin()
        try:
            for number in range(1, count + 1):
                self._one()
                if records.texts:
                    raise Broke(f"it logged: {records.texts}")
                if number % CHECKED == 0 or number == count:
                    self._check()
                    if records.texts:
                        raise Broke(f"it logged: {records.texts}")
        except Broke as broke:
            raise Broke(f"{broke}\nThe last requests:\n" + "\n".join(
                f"- {text}\n  -> {told}" for _, text, told in self._last)) from broke.__cause__
        finally:
            records.end()
            self._channel.close()

    def _one(self) -> None:
        self._wall.tick(0.01)
        chance = self._random.random()
        if chance < 0.06:
            self._control()
        elif chance < 0.075:
            self._by_hand()
        else:
            self._service_request()

    # requests of clients

    def _service_request(self) -> None:
        made = self._grammar.request()
        journal = self._service.journal
        before = journal._kept.count
        try:
            reply: Reply | None = self._send(made)
        except Broken as error:
            reply = None
            told = f"cut: {error}"
        recorded = journal._kept.count - before
        exchange = journal._kept.exchanges[-1] if recorded else None
        if exchange is None:
            # aiohttp has refused what is not HTTP; the fake never saw it.
            refusals = (400, 417) if any(name == "Expect" for name, _ in made.headers) else (400,)
            if reply is None or reply.status not in refusals or not made.wrong:
                raise Broke(f"{made}\nreached nobody and was answered {reply and reply.status}")
            return
        if recorded != 1:
            raise Broke(f"{made}\nwas recorded {recorded} times")
        if exchange.work >= 500 and exchange.operation != "identity.elsewhere":
            raise Broke(f"{made}\nfailed with {exchange.work}: {reply and reply.body[:500]!r}")
        self.statuses[str(reply.status) if reply is not None else "cut"] += 1
        if exchange.faults:
            return
        if reply is None:
            if "framing" in made.wrong:
                return
            raise Broke(f"{made}\n{told}, and no fault asked for it")
        wrong = problem(self.profile, exchange.operation, made, reply)
        if wrong:
            raise Broke(f"{made}\nwas answered {reply.status} {reply.headers} "
                        f"{reply.body[:600]!r}\nas {exchange.operation!r}: {wrong}")
        if not self._channel.is_empty():
            raise Broke(f"{made}\nbytes follow the answer")
        if reply.status < 300:
            self._learn(exchange.operation, made, reply)

    def _send(self, made: Request) -> Reply:
        self._last.append((0, str(made), "no answer"))
        try:
            reply = self._channel.send(made.raw(self._host), bodiless=made.method == "HEAD")
        except TimeoutError:
            raise Broke(f"{made}\nwas not answered in time") from None
        finally:
            if made.framing in ("bad chunks", "no length", "two lengths", "bad length"):
                self._channel.close()
        _, text, _ = self._last.pop()
        self._last.append((reply.status, text, f"{reply.status} {reply.body[:200]!r}"))
        return reply

    def _learn(self, operation: str, made: Request, reply: Reply) -> None:
        known = self._known
        if operation == "identity.tokens.create":
            token = reply.headers.get("x-subject-token", "")
            known.add("token", token)
            if len(self._callers) < 16:
                self._callers.append(Who("p2", token))
        if not reply.body or reply.headers.get("content-type") != "application/json":
            return
        document = json.loads(reply.body)
        if not isinstance(document, dict):
            return
        known.add("job", document.get("job_id"))
        if operation in ("images.create", "cloudimages.register"):
            known.add("image", document.get("id"))
        elif operation == "jobs.show":
            known.add("image", document["entities"].get("image_id"))
        elif operation == "tasks.create":
            known.add("task", document["id"])
        elif operation == "images.list":
            for image in document["images"][:3]:
                known.add("image", image["id"])
        elif operation.startswith("metadefs.") and made.method == "POST":
            kind = operation.split(".")[1]
            known.add(kind, document.get("name"))
            known.add("namespace", document.get("namespace"))
            known.add("namespaces", document.get("namespace"))
        elif operation.startswith("identity.") and operation.endswith(".list"):
            kind = operation.split(".")[1]
            for one in document.get(kind, [])[:5]:
                known.add(kind.removesuffix("s"), one.get("id"))
                known.add(kind.removesuffix("s"), one.get("name"))

    # control requests, and calls from Python

    def _control(self) -> None:
        random = self._random
        route = random.choice(_CONTROLS)
        path, body = control_request(random, route)
        if route.id in ("faults.add", "faults.weather"):
            if random.random() < 0.5 or route.id == "faults.weather":
                body = json.dumps(quick_fault(random)).encode()
                path, route = "/faults", next(one for one in ROUTES if one.id == "faults.add")
            elif body is not None:
                body = json.dumps(without(json.loads(body), SLOW)).encode()
        if route.id.startswith("images.") and random.random() < 0.7:
            path = f"/images/{self._known.one(random, 'image')}" + (
                path[path.index("/", 8):] if path.count("/") > 2 else "")
        made = Request(f"control {route.id}", route.method, f"/_fake_ims{path}",
                       (("Content-Type", "application/json"),), body)
        try:
            reply = self._send(made)
        except Broken as error:
            raise Broke(f"{made}\nwas not answered: {error}") from None
        self.statuses[f"control {reply.status}"] += 1
        if reply.status not in (200, 204, 400, 404, 405):
            raise Broke(f"{made}\nwas answered {reply.status} {reply.body[:500]!r}")
        if reply.status == 200 and "har" not in path and "jsonl" not in path:
            document = json.loads(reply.body, parse_constant=_no_constant)
            if route.id == "images.add":
                self._known.add("image", document["id"])
        elif reply.status >= 400 and len(path) < 8000 and not reply.body.startswith(
                b'{"error": {"message": '):  # a longer line is refused by aiohttp
            raise Broke(f"{made}\nhas no error body: {reply.body[:500]!r}")
        if random.random() < 0.5:
            self._calm()

    def _calm(self) -> None:
        """Remove all faults, and let requests succeed again."""
        fake = self._fake
        fake.faults.clear()
        fake.world.quota, fake.world.max_jobs, fake.world.has_kms = 60, None, True
        fake.world.known_only = False
        fake.world.outages.only([])

    def _by_hand(self) -> None:
        """Change the fake from Python, as a test does."""
        fake, random, known = self._fake, self._random, self._known
        acts: list[Callable[[], object]] = [
            lambda: fake.clock.advance(random.choice(["1s", "20s", "10m", "2d"])),
            lambda: fake.clock.advance("1m"),
            lambda: setattr(fake.lifecycle, random.choice(["saving", "deleting", "jobs"]),
                            random.choice(["0s", "10s", "polls(2)", "by hand"])),
            lambda: fake.jobs.fail_next("IMG.0057"),
            lambda: fake.jobs.last.succeed(),
            lambda: fake.jobs.last.fail("IMG.0061"),
            lambda: fake.lifecycle.kill_next("no luck"),
            lambda: fake.images[known.one(random, "image")].activate(),
            lambda: fake.images[known.one(random, "image")].kill(),
            lambda: fake.images[known.one(random, "image")].set(
                name=random.choice(NAMES), owner=known.one(random, "project"),
                visibility=random.choice(["shared", "public", "private", "community"])),
            lambda: fake.images[known.one(random, "image")].set(
                status=random.choice(["active", "queued", "saving", "importing", "deactivated",
                                      "pending_delete", "killed", "uploading"])),
            lambda: fake.identity.add_user(random.choice(["bob", "eve"]), project="p3"),
            lambda: fake.identity.remove_user(random.choice(["bob", "eve"])),
            lambda: fake.identity.lock("bob"),
            lambda: fake.identity.unlock("bob"),
            lambda: fake.identity.grant_roles("ann", "p5", "reader"),
            lambda: fake.identity.add_project(random.choice(["p6", "p7"])),
            lambda: fake.identity.remove_project(random.choice(["p6", "p7"])),
            lambda: [known.add("backup", fake.world.backups.add().id) for _ in range(2)],
            self._calm,
        ]
        number = random.randrange(len(acts))
        told = "done"
        try:
            acts[number]()
        except FakeImsError as error:
            told = f"refused: {error}"
        except Exception as error:
            raise Broke(f"call {number} from Python failed: {error!r}") from error
        self._last.append((0, f"call {number} of _by_hand", told))

    # checks

    def _check(self) -> None:
        found = broken(self._fake)
        if found:
            raise Broke("\n".join(found))
        # Reading sees all images only without faults, and it counts as looks for polls(N).
        self._fake.faults.clear()
        for who, is_admin in ((self._callers[0], False), (self._callers[1], False),
                              (self._callers[2], True)):
            found = list(broken_reading(self._fake, self._read_as(who), who.project,
                                        is_admin=is_admin))
            if found:
                raise Broke("\n".join(found))
        found = broken(self._fake)
        if found:
            raise Broke("\n".join(found))

    def _read_as(self, who: Who) -> Callable[[str], tuple[int, Any]]:
        def read(path: str) -> tuple[int, Any]:
            made = Request("reading", "GET", path, (("X-Auth-Token", str(who.token)),))
            try:
                reply = self._send(made)
            except Broken as error:
                raise Broke(f"{made}\nwas cut: {error}") from None
            return reply.status, json.loads(reply.body) if reply.status == 200 else None

        return read


def quick_fault(random: Random) -> dict[str, Any]:
    """A fault of a kind that takes no time, for a few requests."""
    operation = random.choice(["images.*", "images.create", "cloudimages.*", "*", "images.upload",
                               "images.list", "members.*", "jobs.show"])
    effect: dict[str, Any] = random.choice([
        {"status": 503}, {"status": 429, "retry_after": 1}, {"reset_connection": "after"},
        {"reset_connection": "before"}, {"twice": True}, {"stale": "10s"},
        {"job_fails": "IMG.0057"}, {"job_hangs": 50}, {"job_lies": True}, {"quota_used_up": True},
        {"kill": "lost"},
        {"unseen": "10s"}, {"deleting": "polls(2)"}, {"saving": "20s"}, {"page": "miss"},
        {"meanwhile": "delete"}, {"corrupt": True}, {"short": 2}, {"dies_at": 3},
        {"truncate": 10}, {"garbage": True}, {"invalid_json": "cut"}, {"gateway_page": 502},
        {"skew": 3600}, {"revokes_token": True}, {"http10": True}, {"status": 500}])
    return {"operation": operation, "times": random.choice([1, 2, 5]), **effect}


_SEQUENCE = {setting.name for kind in SCHEDULES for setting in kind.settings} & {"sequence"}


def without(document: Any, names: set[str]) -> Any:
    """The document without some keys, at any depth, and without sequences."""
    if isinstance(document, dict):
        return {name: without(inner, names) for name, inner in document.items()
                if name not in names and name not in _SEQUENCE}
    return document


def _no_constant(text: str) -> Any:
    raise ValueError(text)


def run(fake: FakeIMS, seed: int, count: int) -> Counter[str]:
    """Send the requests of a seed to a running fake; return how often each status came back.

    Raises:
        Broke: something is wrong; the text says how to do it again.
    """
    try:
        with standing() as wall:
            made = Run(fake, seed, wall)
            made.go(count)
    except Broke as broke:
        raise Broke(f"{broke}\nAgain: python tests/reliability fuzz --seed {seed} "
                    f"--requests {count}") from broke.__cause__
    return made.statuses


def main(arguments: list[str]) -> bool:
    """Run many seeds, or one again."""
    parser = argparse.ArgumentParser(prog="python tests/reliability fuzz", description=__doc__)
    parser.add_argument("--requests", type=int, default=None, metavar="N",
                        help=f"requests of each seed; by default {LENGTH}")
    parser.add_argument("--seeds", type=int, default=100, metavar="N",
                        help="seeds, from 0 on; by default 100")
    parser.add_argument("--seed", type=int, metavar="N", help="only this seed")
    given = parser.parse_args(arguments)
    count = given.requests or LENGTH
    seeds = range(given.seeds) if given.seed is None else [given.seed]
    statuses: Counter[str] = Counter()
    failed = 0
    began = time.perf_counter()
    for seed in seeds:
        with FakeIMS() as fake:
            try:
                statuses += run(fake, seed, count)
            except Broke as broke:
                failed += 1
                print(f"seed {seed}, {CASES[seed % len(CASES)]}: {broke}\n", flush=True)
    seconds = time.perf_counter() - began
    total = len(seeds) * count
    print(f"{total} requests, {len(seeds)} seeds, {failed} failed, {seconds:.0f} s, "
          f"{total / seconds:.0f} a second")
    print("answers:", ", ".join(f"{status}: {number}"
                                for status, number in sorted(statuses.items())))
    return not failed
