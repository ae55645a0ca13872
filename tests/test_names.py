"""Misspelt names of the Python API, ``dir()`` and ``repr()`` of what tests hold."""

from __future__ import annotations

import copy
import pickle
import urllib.request
from collections.abc import Callable, Iterator
from threading import Thread
from typing import Any
from unittest import mock

import pytest

from fake_ims import Exchange, FakeIMS, UsageError
from fake_ims.domain.handle import Handle
from fake_ims.errors import UnknownNameError
from fake_ims.journal import Draft


@pytest.fixture(scope="module")
def held() -> Iterator[dict[str, Any]]:
    """A fake, and one of each thing that it gives."""
    with FakeIMS() as fake:
        image = fake.images.add(name="ubuntu", visibility="shared")
        request = urllib.request.Request(f"{fake.url}/v2/images", headers=fake.headers)
        urllib.request.urlopen(request).read()
        fault = fake.faults.add("images.create", status=503)
        call = urllib.request.Request(
            f"{fake.url}/v1/cloudimages/members", headers={
                **fake.headers, "Content-Type": "application/json"},
            data=b'{"images": ["%s"], "projects": ["%s"]}' % (image.id.encode(), b"9" * 32))
        urllib.request.urlopen(call).read()
        weather = fake.faults.weather("slow-disk")
        yield {"fake": fake, "image": image, "tenant": fake.tenant("p2"), "fault": fault,
               "exchange": fake.requests[0], "job": fake.jobs.last, "weather": weather,
               "user": fake.identity.add_user("ann"), "selection": fake.requests.where()}


@pytest.mark.parametrize(("line", "text"), [
    ("fake.saving = '30s'", "FakeIMS has no 'saving'; write fake.lifecycle.saving = …, or "
     "FakeIMS(saving=…)"),
    ("fake.jobs = '30s'", "write fake.lifecycle.jobs = …, or FakeIMS(jobs=…)"),
    ("fake.profile = 'openstack'", "write fake.reset(profile=…), or FakeIMS(profile=…)"),
    ("fake.seed = 3", "write fake.faults.seed = …, or FakeIMS(seed=…)"),
    ("fake.clock.now = 3", "Clock.now is a method, and cannot be set; write "
     "fake.clock.advance('10m')"),
    ("fake.lifecycle.savin = '3s'", "did you mean fake.lifecycle.saving = …?"),
    ("fake.jobs.saving = '3s'", "Jobs has no 'saving'; write fake.lifecycle.saving = …"),
    ("fake.faults.probability = 1", "write fake.faults.add(…, probability=…)"),
    ("fake.requests.last = 1", "Journal.last cannot be set"),
    ("fake.identity.token_lifetim = 3", "did you mean fake.identity.token_lifetime = …?"),
    ("image.status = 'killed'", "image.kill(), image.activate(), image.delete() or "
     "image.set(status=…)"),
    ("image.name = 'x'", "write image.set(name=…)"),
    ("image.nam = 'x'", "write image.set(name=…)"),
    ("image.tags = []", "write image.set(tags=…)"),
    ("job.status = 'FAIL'", "write job.start(), job.succeed() or job.fail(…)"),
    ("tenant.token = 'x'", "tenant.expire() or tenant.revoke()"),
    ("exchange.status = 500", "an exchange is a record; to change a response write "
     "fake.faults.add(…)"),
    ("fault.times = 2", "write fault.remove() and fake.faults.add(…, times=…)"),
    ("fault.hits = 2", "Fault.hits cannot be set"),
    ("weather.name = 'x'", "Weather.name cannot be set"),
    ("fake.quota = 3", "FakeIMS has no 'quota'; write fake.world.quota = …"),
    ("fake.world.outages = ['OBS']", "World.outages cannot be set"),
    ("user.enabld = False", "User has no 'enabld'; did you mean 'enabled'?"),
])
def test_what_cannot_be_set_is_refused(held: dict[str, Any], line: str, text: str) -> None:
    with pytest.raises(UsageError) as refused:
        exec(line, held)
    assert isinstance(refused.value, AttributeError)
    assert text in str(refused.value)


@pytest.mark.parametrize(("line", "text"), [
    ("fake.advance('3s')", "FakeIMS has no 'advance'; write fake.clock.advance(…)"),
    ("fake.kill_next()", "write fake.lifecycle.kill_next(…)"),
    ("fake.add(name='x')", "write fake.images.add(…) or fake.faults.add(…)"),
    ("fake.journal", "write fake.requests"),
    ("fake.exchanges", "write fake.requests"),
    ("fake.time", "write fake.clock"),
    ("fake.lifecyle", "did you mean fake.lifecycle?"),
    ("fake.assert_called()", "write fake.requests.assert_called(…)"),
    ("fake.jobs.saving", "write fake.lifecycle.saving"),
    ("fake.faults.probability", "write fake.faults.add(…, probability=…)"),
    ("fake.images.create()", "write fake.images.add(…)"),
    ("fake.nothing_like_it", "known: access_key, "),
    ("image.nam", "did you mean image.name?"),
    ("exchange.json", "did you mean 'request_json' or 'response_json'?"),
    ("selection.assert_caled()", "did you mean 'assert_called'?"),
    ("fake.polls(3)", "fake_ims is the fixture here, a FakeIMS; write: from fake_ims import "
     'polls; or write: fake_ims.lifecycle.saving = "polls(3)"'),
    ("fake.by_hand", "write: from fake_ims import by_hand; or write: "
     'fake_ims.lifecycle.saving = "by hand"'),
    ("fake.uniform", 'or write: delay={"uniform": ["1s", "3s"]}'),
    ("fake.lognormal", 'or write: delay={"lognormal": {"median": "1s", "sigma": 0.5}}'),
    ("fake.UsageError", "write: from fake_ims import UsageError"),
])
def test_reading_what_there_is_not_tells_the_place(
    held: dict[str, Any], line: str, text: str
) -> None:
    with pytest.raises(UnknownNameError) as refused:
        exec(line, held)
    assert text in str(refused.value)


def test_what_can_be_set_is(held: dict[str, Any]) -> None:
    fake = held["fake"]
    fake.lifecycle.saving = "30s"
    fake.faults.seed = 7
    fake.identity.token_lifetime = "1h"
    assert str(fake.lifecycle.saving) == "30s"
    assert fake.faults.seed == 7
    assert fake.identity.token_lifetime == 3600
    fake.lifecycle.saving = 0


def test_the_attribute_protocol(held: dict[str, Any]) -> None:
    fake = held["fake"]
    assert not hasattr(fake, "advance")
    assert getattr(fake.images, "create", None) is None
    assert copy.copy(held["image"]) == held["image"]
    assert copy.copy(held["exchange"]).line() == held["exchange"].line()
    one = Draft(0, "GET", "/v2/images", "", status=200).record(1)
    for twin in (copy.deepcopy(one), pickle.loads(pickle.dumps(one))):
        assert twin.line() == one.line()
        assert type(twin) is Exchange
    with pytest.raises(AttributeError) as refused:
        fake.advanc  # noqa: B018
    assert str(pickle.loads(pickle.dumps(refused.value))) == str(refused.value)


def test_mocks_still_work(held: dict[str, Any]) -> None:
    fake = held["fake"]
    with mock.patch.object(fake.images, "named", return_value="a mock"):
        assert fake.images.named("x") == "a mock"
    assert fake.images.named("ubuntu") == held["image"]
    with mock.patch.object(FakeIMS, "url", new="http://elsewhere"):
        assert fake.url == "http://elsewhere"
    assert fake.url.startswith("http://127")
    double = mock.create_autospec(FakeIMS, instance=True)
    double.reset()
    with pytest.raises(AttributeError):
        double.rest()
    assert mock.Mock(spec=fake.images).add is not None


def test_dir_is_of_public_names(held: dict[str, Any]) -> None:
    for handle in held.values():
        if isinstance(handle, Handle):
            assert dir(handle)
            assert not [name for name in dir(handle) if name.startswith("_")]
            for name in dir(handle):
                getattr(handle, name)
    assert dir(held["fake"].faults) == ["add", "clear", "outage", "seed", "set", "unused",
                                        "weather"]


def handles(held: dict[str, Any]) -> dict[str, Callable[[], object]]:
    fake = held["fake"]
    return {"lifecycle": lambda: fake._service.lifecycle, "clock": lambda: fake._service.clock,
            "images": lambda: fake.images, "faults": lambda: fake.faults,
            "requests": lambda: fake.requests, "jobs": lambda: fake._service and fake.jobs,
            **{name: (lambda one=one: one) for name, one in held.items()  # type: ignore[misc]
               if isinstance(one, Handle)}}


def test_reprs_help(held: dict[str, Any]) -> None:
    fake = held["fake"]
    fake.clock.advance("10m")
    told = {name: repr(get()) for name, get in handles(held).items()}
    assert told["images"] == "<Images: 1 (ubuntu active)>"
    assert told["faults"] == "<Faults: 3 set, 3 never fired>"
    assert told["requests"] == "<Journal: 2 exchanges, last: POST /v1/cloudimages/members -> 200>"
    assert told["lifecycle"] == "<Lifecycle: saving 0s, deleting 0s, jobs 0s>"
    assert told["clock"].endswith("Z, 10m ahead>")
    assert told["jobs"].startswith("<Jobs: 1 (imsAddImageMembersJob ")
    assert told["tenant"] == "<Tenant: project 'p2', user 'p2-user', roles member, reader>"
    assert told["weather"] == "<Weather: slow-disk, 2 faults, 2 never fired>"
    assert told["exchange"].startswith("<Exchange: #1 GET /v2/images -> 200  images.list")
    assert repr(fake.identity).startswith("<Identity: users ")
    secrets = [fake.token, fake.password, fake.secret_key, held["tenant"].token]
    everything = [*told.values(), repr(fake.identity), repr(fake.identity.users),
                  repr(list(fake.identity.keys)),
                  repr(fake.identity.application_credential("ims-user", secret="hush"))]
    for text in everything:
        assert not [secret for secret in [*secrets, "hush"] if secret in text], text


def test_a_repr_never_waits_and_never_raises() -> None:
    fake = FakeIMS()
    before = repr([fake, fake.images, fake.faults, fake.requests, fake.jobs, fake.clock,
                   fake.lifecycle, fake.identity, fake.identity.keys])
    assert "<Jobs: 0>" in before
    assert "no requests were received" in before
    with fake:
        image = fake.images.add(name="a")
        things: list[object] = [fake, fake.images, fake.faults, fake.requests, fake.jobs,
                                fake.clock, fake.lifecycle, fake.identity, image]
        seen: list[str] = []

        def look() -> None:
            seen.append(repr(things))

        # While the loop's thread is held, and from a thread that is neither its nor the test's.
        def hold(service: object) -> None:
            thread = Thread(target=look)
            thread.start()
            thread.join(20)

        fake.peek(hold)
        assert len(seen) == 1
        assert "<Images: 1 (a active)>" in seen[0]
    assert "not running" in repr(things)


class Broken(Handle):
    """A handle whose state is gone."""

    def _told(self) -> str:
        raise RuntimeError("dictionary changed size during iteration")


def test_a_repr_of_what_cannot_be_read() -> None:
    assert repr(Broken()) == "<Broken: its state cannot be read now>"
