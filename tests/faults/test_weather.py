"""Weather, and one seed that reproduces it."""

from __future__ import annotations

from typing import Any

import pytest
from wire import Wire

from fake_ims import FakeIMS
from fake_ims.errors import UsageError
from fake_ims.faults.plan import plan
from fake_ims.faults.weather import WEATHER


def converse(fake: FakeIMS) -> list[tuple[object, ...]]:
    """A conversation of a client that takes what comes; what the journal says of it."""
    wire = Wire(fake.url, fake.headers)
    for number in range(30):
        for method, path, body in (
            ("POST", "/v2/images", {"name": f"image-{number}"}), ("GET", "/v2/images", None),
            ("GET", "/v2/cloudimages", None), ("GET", f"/v2/images/{number}", None),
        ):
            try:
                wire.send(method, path, body)
            except ConnectionError:
                continue
    return [(one.operation, one.status, one.faults) for one in fake.requests]


@pytest.mark.parametrize("name", ["flaky", "az-outage"])
def test_the_same_seed_plays_the_same_weather(name: str) -> None:
    journals = []
    for seed in (7, 7, 8):
        with FakeIMS(seed=seed) as fake, fake.faults.weather(name) as spell:
            for fault in spell:
                if "delay" in fault.plan.settings:
                    fault.remove()  # real time, and each fault draws by itself
            journals.append(converse(fake))
            assert spell.hits > 5
    assert journals[0] == journals[1]
    assert journals[0] != journals[2]


def test_a_reset_plays_it_again(fake_ims: FakeIMS) -> None:
    journals = []
    for _ in range(2):
        fake_ims.reset(seed=3)
        fake_ims.faults.weather("az-outage")
        journals.append(converse(fake_ims))
    assert journals[0] == journals[1]


def test_a_seed_of_its_own(fake_ims: FakeIMS) -> None:
    spells = [fake_ims.faults.weather("flaky", seed=seed) for seed in (1, 1, 2)]
    seeds = [[fault.plan.settings["seed"] for fault in spell] for spell in spells]
    assert seeds[0] == seeds[1] != seeds[2]
    assert len(set(seeds[0])) == len(seeds[0])
    fake_ims.faults.weather("throttled", seed=1)  # which has no chance


@pytest.mark.parametrize("name", WEATHER)
@pytest.mark.parametrize("profile", ["otc", "openstack"])
def test_every_weather_can_be_set(name: str, profile: Any) -> None:
    fake = FakeIMS(profile=profile)
    with fake.faults.weather(name) as spell:
        assert [str(fault) for fault in fake.faults] == [
            str(plan(settings)) for settings in WEATHER[name].faults]
        assert str(spell).splitlines()[0] == f"{name}: {WEATHER[name].says}"
        assert len(spell) == len(fake.faults) > 0
    assert len(fake.faults) == 0


def test_throttled(fake_ims: FakeIMS, wire: Wire) -> None:
    with fake_ims.faults.weather("throttled"):
        created = [wire.post("/v2/images", {"name": "a"}).status for _ in range(12)]
        assert created.count(429) >= 1
        fake_ims.clock.advance("10s")
        listed = [wire.get("/v2/images") for _ in range(20)]
        assert {one.status for one in listed} == {200, 429}
        assert {one.headers["Retry-After"] for one in listed if one.status == 429} == {"1"}


def test_az_outage_comes_to_an_end(fake_ims: FakeIMS) -> None:
    spell = fake_ims.faults.weather("az-outage")
    assert len(converse(fake_ims)) == 120
    assert spell.hits > 100
    fake_ims.clock.advance("3m")
    hits = spell.hits
    converse(fake_ims)
    assert spell.hits == hits
    assert not any(fault.active for fault in spell)


def test_one_that_fired_stands_for_all_of_a_weather(fake_ims: FakeIMS, wire: Wire) -> None:
    spell = fake_ims.faults.weather("slow-disk")
    other = fake_ims.faults.add("images.list", status=503)
    assert fake_ims.faults.unused() == [*spell, other]
    image = fake_ims.images.add(name="a", data=b"x")
    assert wire.download(image.id).body == b"x"
    assert fake_ims.faults.unused() == [other]


def test_all_or_none_are_placed() -> None:
    fake = FakeIMS()
    plans = [plan({"operation": "images.list", "status": 503}), plan({"refuse": True})]
    with pytest.raises(UsageError, match="no open port yet"):
        fake.faults.place(plans)
    assert len(fake.faults) == 0
    assert not fake.faults.any


def test_whether_chance_has_a_say(fake_ims: FakeIMS) -> None:
    fake_ims.faults.weather("throttled")
    assert not fake_ims.faults.chance
    with fake_ims.faults.weather("flaky"):
        pass
    assert fake_ims.faults.chance
    fake_ims.faults.clear()
    assert not fake_ims.faults.chance


def test_a_weather_that_there_is_not(fake_ims: FakeIMS) -> None:
    with pytest.raises(UsageError, match="unknown weather 'flakey'; did you mean 'flaky'"):
        fake_ims.faults.weather("flakey")
    assert len(fake_ims.faults) == 0
