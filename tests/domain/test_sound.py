"""Values that no response can hold are refused wherever they come in; what is there stays."""

from __future__ import annotations

import http.client
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest

from fake_ims import FakeIMS, polls
from fake_ims.domain import sound
from fake_ims.domain.durations import After, Polls
from fake_ims.errors import UsageError

BAD = ["\ud800", "a\udfffb", 2**64, -(2**63) - 1, 10**5000, float("nan"), float("inf")]
LONE = "\udfff"
LONG = 10**5000


@pytest.mark.parametrize("value", BAD, ids=["lone", "in a text", "too large", "too small",
                                           "5000 digits", "nan", "infinity"])
@pytest.mark.parametrize("wrap", [
    lambda value: value, lambda value: [value], lambda value: {"a": (value,)},
    lambda value: {"a": {"b": [1, {"c": value}]}}, lambda value: {value: 1},
])
def test_wherever_it_stands(value: Any, wrap: Callable[[Any], Any]) -> None:
    with pytest.raises(UsageError, match=r"^here"):
        sound.check(wrap(value), "here")


def test_the_place_is_named() -> None:
    with pytest.raises(UsageError, match=r"^here\.a\[1\]\.b: nan is not a finite number$"):
        sound.check({"a": [1, {"b": float("nan")}]}, "here")


@pytest.mark.parametrize("value", [
    "", "é", "日本", "\0", "\U0010ffff", 0, -(2**63), 2**64 - 1, 1e300, -0.0, True, None, b"\xff",
    {"a": [[], {}]}, object(),
])
def test_what_is_sound(value: Any) -> None:
    sound.check(value, "here")


def test_depth() -> None:
    deep: Any = 1
    for _ in range(sound.DEEPEST):
        deep = [deep]
    sound.check(deep, "here")
    with pytest.raises(UsageError, match="nested more than 100 levels"):
        sound.check([deep], "here")
    loop: list[Any] = []
    loop += [loop, loop]
    with pytest.raises(UsageError, match="nested more than"):
        sound.check(loop, "here")


# From Python: what each way in refuses. The image is there to be changed.
WAYS: list[Callable[[FakeIMS, Any], object]] = [
    lambda fake, image: fake.images.add(name=LONE),
    lambda fake, image: fake.images.add(properties={"os_distro": LONE}),
    lambda fake, image: fake.images.add(properties={LONE: "x"}),
    lambda fake, image: fake.images.add(**{LONE: "x"}),
    lambda fake, image: fake.images.add(tags=["a", LONE]),
    lambda fake, image: fake.images.add(owner=LONE),
    lambda fake, image: fake.images.add(members=[LONE]),
    lambda fake, image: fake.images.add(members={LONE: "accepted"}),
    lambda fake, image: fake.images.add(members=["p2", ""]),
    lambda fake, image: fake.images.add(min_ram=LONG),
    lambda fake, image: fake.images.add(min_disk=float("nan")),
    *[lambda fake, image, at=at: fake.images.add(created_at=at)
      for at in (float("nan"), float("inf"), 1e300, -1e300, LONG, 10**400, 253402300800)],
    lambda fake, image: fake.images.add(created_at=1, updated_at=float("nan")),
    lambda fake, image: fake.images.add(self="/v2/images/x"),
    lambda fake, image: image.set(name=LONE),
    lambda fake, image: image.set(properties={"hw_x": LONE}),
    lambda fake, image: image.set(min_ram=LONG),
    lambda fake, image: image.set(name="new", members=[LONE]),
    lambda fake, image: image.set(name="new", data="no bytes"),
    lambda fake, image: image.kill(LONE),
    lambda fake, image: fake.world.servers.add(name=LONE),
    lambda fake, image: fake.world.disks.add(size=LONG),
    lambda fake, image: fake.world.servers.add(data_disks=[LONE]),
    lambda fake, image: setattr(fake.world, "quota", LONG),
    lambda fake, image: fake.world.buckets.add(LONE),
    lambda fake, image: fake.world.buckets["disks"].put(LONE, data=b"x"),
    lambda fake, image: fake.world.buckets["disks"].put("a", data=b"x", format=LONE),
    lambda fake, image: fake.tenant(LONE),
    lambda fake, image: fake.tenant("p2", user=LONE),
    lambda fake, image: fake.tenant("p2", roles=[LONE]),
    lambda fake, image: fake.tenant("p2", actions=[LONE]),
    lambda fake, image: fake.tenant("p2", policy={"Statement": [{"Effect": LONE}]}),
    lambda fake, image: fake.tenant("p2", policy={"Statement": LONG}),
    lambda fake, image: fake.tenant("p2", enterprise_projects=[LONE]),
    lambda fake, image: fake.identity.add_user(LONE),
    lambda fake, image: fake.identity.add_user("ann", password=LONE),
    lambda fake, image: fake.identity.add_user("ann", project=LONE),
    lambda fake, image: fake.identity.add_user("ann", id=LONE),
    lambda fake, image: fake.identity.add_project(LONE),
    lambda fake, image: fake.identity.add_domain(LONE),
    lambda fake, image: fake.identity.add_group(LONE),
    lambda fake, image: fake.identity.set_password(fake.username, LONE),
    lambda fake, image: fake.identity.grant_roles(fake.username, LONE, "member"),
    lambda fake, image: fake.identity.application_credential(fake.username, secret=LONE),
    lambda fake, image: fake.identity.application_credential(fake.username, expires=1e300),
    lambda fake, image: fake.identity.keys.add(fake.username, secret=LONE),
    lambda fake, image: setattr(fake.identity, "token_lifetime", 1e300),
    lambda fake, image: fake.lifecycle.kill_named(LONE),
    lambda fake, image: fake.lifecycle.kill_next(LONE),
    lambda fake, image: fake.lifecycle.kill_nth(LONG),
    *[lambda fake, image, due=due: setattr(fake.lifecycle, "saving", due)
      for due in (1e300, LONG, float("nan"), "9" * 400, "36501d", f"polls({'9' * 5000})",
                  After(1e300), After(float("nan")), Polls(LONG), Polls(0), timedelta.max)],
    lambda fake, image: polls(LONG),
    lambda fake, image: fake.clock.advance(1e300),
    lambda fake, image: fake.clock.advance(LONG),
    lambda fake, image: fake.clock.advance(float("nan")),
    lambda fake, image: fake.tenant("p2").expire(after=1e300),
    lambda fake, image: fake.jobs.fail_next(reason=LONE),
    lambda fake, image: fake.jobs.fail_next(count=LONG),
    *[lambda fake, image, given=given: fake.faults.add("images.list", **given)
      for given in ({"garbage": LONE}, {"response_body": LONE}, {"response_body": {"a": LONE}},
                    {"response_body": {LONE: 1}}, {"status": 503, "response_headers": {"A": LONE}},
                    {"status": 503, "retry_after": LONE}, {"dribble": LONG}, {"delay": LONG},
                    {"status": 503, "between": ["9" * 400, "1s"]}, {"status": LONG},
                    {"status": 503, "seed": LONE, "probability": 0.5},
                    {"status": 503, "times": LONG}, {"status": 503, "image": LONE})],
    *[lambda fake, image, given=given: FakeIMS(**given)
      for given in ({"seed": LONE}, {"seed": LONG}, {"region": LONE}, {"host": LONE},
                    {"port": LONG}, {"saving": 1e300}, {"control_token": LONE},
                    {"keep_exchanges": LONG}, {"keep_bytes": LONG}, {"profile": LONE})],
    lambda fake, image: fake.reset(seed=LONE),
    lambda fake, image: fake.reset(saving=1e300),
]


@pytest.mark.parametrize("profile", ["otc", "openstack"])
def test_from_python(fake_ims_factory: Any, profile: str) -> None:
    fake = fake_ims_factory(profile=profile)
    image = fake.images.add(name="stands")
    taken = []
    for number, way in enumerate(WAYS):
        try:
            way(fake, image)
        except UsageError as error:
            str(error).encode()  # the error itself can be shown
        else:
            taken.append(number)
    assert taken == []
    assert [(one.name, one.status) for one in fake.images] == [("stands", "active")]
    assert len(fake.faults) == 0
    for path in ("/v2/images", "/v3/users", "/_fake_ims/world", "/_fake_ims/images"):
        assert _get(fake, path)[0] in (200, 403), path


def test_a_refused_change_changes_nothing(fake_ims: FakeIMS) -> None:
    image = fake_ims.images.add(name="stands", data=b"x", members=["p2"])
    before = image.attributes
    for given in ({"name": "new", "data": 7}, {"name": "new", "members": {"p3": "new"}},
                  {"status": "queued", "members": [""]}):
        with pytest.raises(UsageError):
            image.set(**given)
    assert (image.attributes, image.members) == (before, {"p2": "pending"})


def test_the_longest_durations(fake_ims: FakeIMS) -> None:
    """All that can be set to the limit works there, with the clock at its end."""
    fake_ims.identity.token_lifetime = "36500d"
    with pytest.raises(UsageError, match="year 9999"):  # noqa: PT012 - how often depends on today
        for _ in range(100):
            fake_ims.clock.advance("36500d")
    fake_ims.lifecycle.jobs = fake_ims.lifecycle.saving = timedelta(days=36500)
    fake_ims.images.add(name="late")
    body = {"auth": {"identity": {"methods": ["password"], "password": {"user": {
        "name": fake_ims.username, "domain": {"name": fake_ims.user_domain_name},
        "password": fake_ims.password}}}}}
    status, document = _get(fake_ims, "/v3/auth/tokens", body)
    assert (status, document["token"]["expires_at"][:2]) == (201, "99")
    assert _get(fake_ims, "/v2/images")[1]["images"][0]["created_at"][:2] == "98"
    assert _get(fake_ims, "/_fake_ims/state")[0] == 200


def _get(fake: FakeIMS, path: str, body: object = None) -> tuple[int, Any]:
    connection = http.client.HTTPConnection(urlsplit(fake.url).netloc, timeout=30)
    try:
        connection.request("GET" if body is None else "POST", path,
                           None if body is None else json.dumps(body).encode(),
                           {**fake.headers, "Content-Type": "application/json"})
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())
    finally:
        connection.close()
