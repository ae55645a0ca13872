"""The facade: settings, images, tenants, reset, and what is still there after the end."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from http.client import HTTPException

import pytest
from aiohttp.test_utils import TestClient, TestServer
from waiting import until
from wire import Wire

import fake_ims as package
from fake_ims import (
    FakeIMS,
    ImageHandle,
    NotRunningError,
    UnknownImageError,
    UsageError,
    WrongLoopError,
    by_hand,
    polls,
)
from fake_ims.domain.callers import AuthMode


def wire_of(fake: FakeIMS) -> Wire:
    return Wire(fake.url, fake.headers)


# the package


def test_importing_costs_next_to_nothing() -> None:
    code = ("import sys; before = set(sys.modules); import fake_ims; "
            "print(*sorted(set(sys.modules) - before))")
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = out.stdout.split()
    assert [name for name in loaded if name.startswith("fake_ims")] == ["fake_ims",
                                                                      "fake_ims.version"]
    assert not {"aiohttp", "asyncio", "msgspec", "socket"} & set(loaded)


def test_every_public_name_is_there() -> None:
    for name in package.__all__:
        assert getattr(package, name) is not None
        assert name in dir(package)
    assert re.fullmatch(r"\d+\.\d+\.\d+.*", package.__version__)


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="FakeImz"):
        package.FakeImz  # type: ignore[attr-defined]  # noqa: B018


# settings


@pytest.mark.parametrize(("settings", "text"), [
    ({"profile": "opnstack"}, "did you mean 'openstack'"),
    ({"profile": None}, "unknown profile None"),
    ({"auth": "isued"}, "did you mean 'issued'"),
    ({"saving": "soon"}, "saving: 'soon' is not a duration"),
    ({"deleting": -1}, "deleting: a duration must be"),
    ({"host": ""}, "host must be an address"),
    ({"port": 65536}, "port must be an integer"),
    ({"port": True}, "port must be an integer"),
    ({"port": "80"}, "port must be an integer"),
    ({"region": ""}, "region must be a name such as 'eu-de'"),
    ({"region": "eu de"}, "region must be a name"),
    ({"region": 5}, "region must be a name"),
])
def test_a_wrong_setting_is_refused_at_once(settings: dict[str, object], text: str) -> None:
    with pytest.raises(UsageError, match=re.escape(text)):
        FakeIMS(**settings)  # type: ignore[arg-type]


def test_all_wrong_settings_are_named_together() -> None:
    with pytest.raises(UsageError, match=r"profile 'x'.*auth mode 'y'.*saving.*port"):
        FakeIMS(profile="x", auth="y", saving="z", port=-1)  # type: ignore[arg-type]


def test_settings_are_given_by_name() -> None:
    with pytest.raises(TypeError):
        FakeIMS("otc")  # type: ignore[call-arg]


@pytest.mark.parametrize("saving", ["30s", 30, 30.0, timedelta(seconds=30), "0.5m"])
def test_a_duration_is_written_in_many_ways(saving: str | float | timedelta) -> None:
    with FakeIMS(saving=saving) as fake:
        wire = wire_of(fake)
        image = wire.create(name="a")
        wire.upload(image["id"], b"x")
        assert wire.status(image["id"]) == "saving"
        fake.clock.advance("29.9s")
        assert wire.status(image["id"]) == "saving"
        fake.clock.advance(0.2)
        assert wire.status(image["id"]) == "active"


# what a client needs


@pytest.mark.parametrize("auth", ["any", "issued", "triple"])
@pytest.mark.parametrize("profile", ["otc", "openstack"])
def test_the_default_token_is_good_in_every_mode(profile: str, auth: str) -> None:
    with FakeIMS(profile=profile, auth=auth) as fake:  # type: ignore[arg-type]
        assert (fake.profile, fake.auth) == (profile, auth)
        assert fake.headers == {"X-Auth-Token": fake.token}
        image = wire_of(fake).create(name="a", disk_format="raw", container_format="bare")
        assert image["owner"] == fake.project_id
        assert fake.requests.last.caller == f"{fake.user_id}:{fake.project_id}"


# images


def test_what_is_added_is_on_the_wire(fake_ims: FakeIMS, wire: Wire) -> None:
    image = fake_ims.images.add(name="base", data=b"bytes", tags=["k=v"], owner="p2",
                                visibility="public", min_disk=40,
                                **{"__os_version": "Ubuntu 22.04 server 64bit"})
    shown = wire.show(image.id)
    assert shown == image.attributes
    assert shown["__os_version"] == image["__os_version"] == "Ubuntu 22.04 server 64bit"
    assert (shown["status"], shown["owner"], shown["tags"]) == ("active", "p2", ["k=v"])
    assert wire.download(image.id).body == image.data == b"bytes"
    assert (image.name, image.visibility, image.owner) == ("base", "public", "p2")
    assert (image.size, image.checksum) == (5, shown["checksum"])
    assert image["min_disk"] == 40


def test_what_clients_do_is_seen(fake_ims: FakeIMS, wire: Wire) -> None:
    created = wire.create(name="a")
    image = fake_ims.images[created["id"]]
    assert (image.status, image.data, image.size) == ("queued", None, None)
    wire.upload(image.id, b"data")
    assert (image.status, image.data) == ("active", b"data")
    wire.put(f"/v2/images/{image.id}/tags/env")
    assert image.tags == ["env"]
    wire.share(image.id, "p2")
    assert image.members == {"p2": "pending"}
    wire.delete(f"/v2/images/{image.id}")
    assert image.status == "deleted"
    assert image not in fake_ims.images


def test_members_are_seeded(fake_ims: FakeIMS, wire: Wire) -> None:
    image = fake_ims.images.add(name="a", visibility="shared",
                                members={"p2": "accepted", "p3": "pending"})
    assert image.members == {"p2": "accepted", "p3": "pending"}
    assert wire.caller(fake_ims.tenant("p2")).names() == ["a"]
    assert wire.caller(fake_ims.tenant("p3")).names() == []


def test_seeded_images_are_collected(fake_ims: FakeIMS) -> None:
    images = fake_ims.images
    assert (len(images), list(images), bool(images)) == (0, [], False)
    first, second = images.add(name="first"), images.add(name="second")
    assert list(images) == [first, second]
    assert images[first.id] == images[first] == images.named("first") == first
    assert first.id in images
    assert first in images
    assert "first" not in images
    assert 7 not in images
    assert {first: 1}[images[first.id]] == 1
    assert repr(first) == f"<image {first.id} 'first' active>"
    images.clear()
    assert list(images) == []
    assert first.status == "deleted"


def test_clear_does_not_wait_for_deletions(fake_ims: FakeIMS) -> None:
    fake_ims.lifecycle.deleting = by_hand
    image = fake_ims.images.add(name="a", protected=True)
    fake_ims.images.add(name="b").delete()
    fake_ims.images.clear()
    assert len(fake_ims.images) == 0
    assert image.status == "deleted"


def test_an_unknown_image_is_named_with_those_that_there_are(fake_ims: FakeIMS) -> None:
    with pytest.raises(UnknownImageError, match="no images exist"):
        fake_ims.images["x"]
    image = fake_ims.images.add(name="base")
    known = re.escape(f"existing images: {image.id} ('base')")
    with pytest.raises(UnknownImageError, match=f"no image has the id 'x'; {known}"):
        fake_ims.images["x"]
    with pytest.raises(UnknownImageError, match=f"no image is named 'bse'; {known}"):
        fake_ims.images.named("bse")
    with pytest.raises(KeyError):
        fake_ims.images["x"]
    for number in range(20):
        fake_ims.images.add(name=f"n{number}")
    with pytest.raises(UnknownImageError, match=r"the newest of 21: .*'n19'"):
        fake_ims.images["x"]


def test_a_name_that_two_images_have_is_refused(fake_ims: FakeIMS) -> None:
    fake_ims.images.add(name="a")
    fake_ims.images.add(name="a")
    with pytest.raises(UsageError, match="2 images are named 'a'"):
        fake_ims.images.named("a")


@pytest.mark.parametrize("attributes", [
    {"status": "activ"}, {"name": 7}, {"data": "text"}, {"members": {"p2": "maybe"}},
    {"visibility": "everyone"}, {"size": 3}, {"min_disk": "40"}, {"tags": [1]}, {"id": "x"},
])
def test_what_cannot_be_seeded_is_refused(
    fake_ims: FakeIMS, attributes: dict[str, object]
) -> None:
    with pytest.raises(UsageError):
        fake_ims.images.add(**attributes)


def test_an_unknown_attribute_is_suggested(fake_ims: FakeIMS) -> None:
    with pytest.raises(UsageError, match="did you mean '__os_type'"):
        fake_ims.images.add(name="a")["__os_typ"]


def test_an_image_is_moved_by_hand(fake_ims: FakeIMS, wire: Wire) -> None:
    fake_ims.reset(saving=by_hand)
    good, bad = wire.create(name="good"), wire.create(name="bad")
    for created in (good, bad):
        wire.upload(created["id"], b"x")
        assert wire.status(created["id"]) == "saving"
    fake_ims.images[good["id"]].activate()
    fake_ims.images[bad["id"]].kill("no reason")
    assert wire.status(good["id"]) == "active"
    assert wire.status(bad["id"]) == "killed"
    assert fake_ims.images[bad["id"]].kill_reason == "no reason"
    assert fake_ims.images[bad["id"]].data is None


def test_looks_of_the_test_are_no_polls(fake_ims: FakeIMS, wire: Wire) -> None:
    fake_ims.reset(saving=polls(2))
    created = wire.create(name="a")
    wire.upload(created["id"], b"x")
    for _ in range(5):
        assert fake_ims.images[created["id"]].status == "saving"
    assert [wire.status(created["id"]) for _ in range(2)] == ["saving", "active"]


def test_attributes_are_set(fake_ims: FakeIMS, wire: Wire) -> None:
    image = fake_ims.images.add(name="a")
    image.set(name="b", data=b"new", **{"__description": "text"})
    shown = wire.show(image.id)
    assert (shown["name"], shown["size"], shown["__description"]) == ("b", 3, "text")
    with pytest.raises(UsageError):
        image.set(status="activ")


def test_an_image_that_is_set_is_where_lists_look_for_it(fake_ims: FakeIMS, wire: Wire) -> None:
    image = fake_ims.images.add(name="a", tags=["t"])
    assert wire.names("?name=a") == ["a"]
    image.set(name="b")
    assert (wire.names("?name=a"), wire.names("?name=b")) == ([], ["b"])
    image.set(owner="p2")
    assert wire.names() == []
    assert wire.caller(fake_ims.tenant("p2")).names() == ["b"]
    image.set(visibility="public")
    assert wire.names("?visibility=public") == ["b"]


def test_an_image_that_is_activated_by_hand_has_data(fake_ims: FakeIMS, wire: Wire) -> None:
    image = fake_ims.images.add(name="a", status="queued")
    image.activate()
    assert (image.status, image.size, image.data) == ("active", 0, b"")
    assert wire.download(image.id).body == b""


@pytest.mark.fake_ims(profile="openstack")
@pytest.mark.parametrize("way", ["seeded", "uploaded"])
def test_data_is_in_a_store(fake_ims: FakeIMS, wire: Wire, way: str) -> None:
    if way == "seeded":
        image_id = fake_ims.images.add(name="a", data=b"a").id
    else:
        image_id = wire.create(name="a", container_format="bare", disk_format="raw")["id"]
        wire.upload(image_id, b"a")
    stores = wire.get("/v2/info/stores").json["stores"]
    assert wire.show(image_id)["stores"] == next(one["id"] for one in stores if one.get("default"))


def test_a_deleted_image_can_be_read_and_no_more(fake_ims: FakeIMS) -> None:
    image = fake_ims.images.add(name="a", data=b"x")
    image.delete()
    assert (image.status, image.name, image.data) == ("deleted", "a", None)
    for act in (image.delete, image.activate, image.kill, lambda: image.set(name="b")):
        with pytest.raises(UnknownImageError, match="is deleted"):
            act()
    with pytest.raises(UnknownImageError):
        fake_ims.images[image]


def test_a_protected_image_is_deleted_by_the_test(fake_ims: FakeIMS, wire: Wire) -> None:
    image = fake_ims.images.add(name="a", protected=True)
    assert wire.delete(f"/v2/images/{image.id}").status == 403
    image.delete()
    assert wire.status(image.id) == "404"


# tenants


def test_a_tenant_is_another_caller(fake_ims: FakeIMS, wire: Wire) -> None:
    tenant = fake_ims.tenant("p2")
    assert (tenant.project_id, tenant.user_id) == ("p2", "p2-user")
    assert tenant.roles == ("member", "reader")
    assert tenant.headers == {"X-Auth-Token": tenant.token}
    other = wire.caller(tenant)
    assert other.create(name="theirs")["owner"] == "p2"
    wire.create(name="ours")
    assert (other.names(), wire.names()) == (["theirs"], ["ours"])


def test_the_same_tenant_is_given_again(fake_ims: FakeIMS) -> None:
    tenant = fake_ims.tenant("p2", roles=["reader"])
    assert fake_ims.tenant("p2", roles=("reader",)) is tenant
    assert fake_ims.tenant("p2") is not tenant
    assert fake_ims.tenant("p2", roles=["reader"], user="u") is not tenant


def test_roles_count(fake_ims: FakeIMS, wire: Wire) -> None:
    reader = wire.caller(fake_ims.tenant("p2", roles=["reader"]))
    admin = wire.caller(fake_ims.tenant("p3", roles=["admin"]))
    assert reader.post("/v2/images", {"name": "a"}).status == 403
    wire.create(name="ours")
    assert (reader.names(), admin.names()) == ([], ["ours"])


@pytest.mark.parametrize("auth", ["any", "issued", "triple"])
def test_tokens_end(auth: str) -> None:
    with FakeIMS(auth=auth) as fake:  # type: ignore[arg-type]
        expiring, revoked = fake.tenant("p2"), fake.tenant("p3")
        one, other = Wire(fake.url, expiring.headers), Wire(fake.url, revoked.headers)
        expiring.expire(after="10m")
        assert one.get("/v2/images").status == other.get("/v2/images").status == 200
        revoked.revoke()
        assert other.get("/v2/images").status == 401
        fake.clock.advance("10m")
        assert one.get("/v2/images").status == 401
        fake.reset()
        with pytest.raises(UsageError, match=r"reset\(\) has revoked the token"):
            expiring.expire()


@pytest.mark.parametrize(("auth", "arguments"), [
    ("any", {"project_id": ""}), ("any", {"project_id": 7}), ("any", {"project_id": "a\r\nb"}),
    ("any", {"project_id": "p", "roles": "reader"}), ("any", {"project_id": "p", "roles": [1]}),
    ("any", {"project_id": "p", "roles": ["a,b"]}), ("any", {"project_id": "p", "user": ""}),
    ("triple", {"project_id": "a:b"}),
])
def test_a_tenant_that_no_token_carries(auth: str, arguments: dict[str, object]) -> None:
    fake = FakeIMS(auth=auth)  # type: ignore[arg-type]
    with pytest.raises(UsageError):
        fake.tenant(**arguments)  # type: ignore[arg-type]


# reset


def test_reset_forgets_everything(fake_ims: FakeIMS, wire: Wire) -> None:
    faults, requests, clock = fake_ims.faults, fake_ims.requests, fake_ims.clock
    images, lifecycle = fake_ims.images, fake_ims.lifecycle
    image = images.add(name="a")
    tenant = fake_ims.tenant("p2")
    faults.add("images.create", status=503)
    lifecycle.saving = "1h"
    before = clock.now()
    clock.advance("10d")
    wire.get("/v2/images")

    fake_ims.reset()

    assert (len(images), len(requests), len(faults)) == (0, 0, 0)
    assert clock.now() < before + 86400
    assert fake_ims.tenant("p2") is not tenant
    with pytest.raises(UnknownImageError, match=r"was removed by reset\(\)"):
        image.status  # noqa: B018
    wire = Wire(fake_ims.url, fake_ims.headers)
    created = wire.create(name="b")
    wire.upload(created["id"], b"x")
    assert images[created["id"]].status == "active"
    faults.add("images.list", status=503, times=1)
    assert wire.get("/v2/images").status == 503
    assert requests.last.status == 503
    assert (fake_ims.faults, fake_ims.requests, fake_ims.images) == (faults, requests, images)


def test_an_id_is_free_again_after_a_reset(fake_ims: FakeIMS) -> None:
    image_id = "11111111-2222-3333-4444-555555555555"
    old = fake_ims.images.add(id=image_id)
    fake_ims.reset()
    new = fake_ims.images.add(id=image_id)
    assert new.status == "active"
    assert old != new
    with pytest.raises(UnknownImageError):
        old.status  # noqa: B018


@pytest.mark.parametrize("auth", ["any", "issued", "triple"])
def test_a_reset_ends_the_token_and_not_the_lasting_one(auth: AuthMode) -> None:
    with FakeIMS(auth=auth) as fake:
        token, lasting = fake.token, fake.lasting_token
        fake.reset()
        assert fake.lasting_token == lasting
        assert (fake.token == token) is (auth == "triple")
        for sent, status in ((token, 401 if auth == "issued" else 200), (lasting, 200),
                             (fake.token, 200)):
            reply = Wire(fake.url, {"X-Auth-Token": sent}).get("/v2/images")
            assert reply.status == status


@pytest.mark.parametrize("auth", ["any", "issued"])
def test_both_tokens_are_the_same_tenant(auth: AuthMode) -> None:
    with FakeIMS(auth=auth) as fake:
        image = Wire(fake.url, {"X-Auth-Token": fake.lasting_token}).create(name="mine")
        assert image["owner"] == fake.project_id
        assert Wire(fake.url, fake.headers).names() == ["mine"]


def test_a_reset_ends_a_delay_and_what_it_delayed_leaves_no_trace(fake_ims: FakeIMS) -> None:
    fault = fake_ims.faults.add("images.create", delay="1h")
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(wire_of(fake_ims).create, name="late")
        until(fake_ims, lambda: fault.hits)
        fake_ims.reset()
        with pytest.raises((OSError, HTTPException)):
            answer.result(60)
    assert len(fake_ims.images) == len(fake_ims.requests) == 0


@pytest.mark.parametrize("looked_at", [False, True])
def test_a_reset_while_a_body_comes_leaves_no_trace(
    fake_ims: FakeIMS, wire: Wire, looked_at: bool
) -> None:
    if looked_at:  # a fault reads the body first
        fake_ims.faults.add("images.create", status=503, image="another")
    assert wire.interrupted("POST", "/v2/images", b'{"name": "late"}', fake_ims.headers,
                            fake_ims.reset) == b""
    assert len(fake_ims.images) == len(fake_ims.requests) == 0


def test_the_region_of_a_reset_holds_until_the_next() -> None:
    with FakeIMS(region="eu-nl") as fake:
        assert fake.region == fake.project_name == "eu-nl"
        fake.reset(region="eu-ch2")
        assert fake.identity.project(fake.project_id).name == "eu-ch2"
        fake.reset()
        assert fake.identity.project(fake.project_id).name == "eu-nl"


def test_settings_of_a_reset_hold_until_the_next() -> None:
    with FakeIMS(profile="openstack", saving="30s") as fake:
        wire = wire_of(fake)
        assert wire.get("/v2/info/import").status == 200
        fake.reset(profile="otc", auth="issued", deleting="5s")
        assert (fake.profile, fake.auth) == ("otc", "issued")
        assert Wire(fake.url, {"X-Auth-Token": "other"}).get("/v2/images").status == 401
        wire = wire_of(fake)
        assert wire.get("/v2/info/import").status == 404
        created = wire.create(name="a")
        wire.upload(created["id"], b"x")
        assert wire.status(created["id"]) == "saving"  # saving was not given: the constructor's
        fake.reset()
        assert (fake.profile, fake.auth) == ("openstack", "any")
        assert fake.lifecycle.deleting != fake.lifecycle.saving


def test_a_reset_with_a_wrong_setting_resets_nothing(fake_ims: FakeIMS) -> None:
    fake_ims.images.add(name="a")
    with pytest.raises(UsageError, match="did you mean 'openstack'"):
        fake_ims.reset(profile="openstac")  # type: ignore[arg-type]
    assert len(fake_ims.images) == 1


# before the start, after the end


def test_it_is_seeded_before_the_start() -> None:
    fake = FakeIMS()
    fake.images.add(name="early")
    fake.faults.add("images.create", status=503)
    tenant = fake.tenant("p2")
    with pytest.raises(NotRunningError, match="not running yet"):
        fake.url  # noqa: B018
    assert not fake.running
    with fake:
        wire = wire_of(fake)
        assert wire.names() == ["early"]
        assert wire.post("/v2/images", {}).status == 503
        assert wire.caller(tenant).names() == []


def test_after_the_end_it_says_so() -> None:
    with FakeIMS() as fake:
        image = fake.images.add(name="a")
        fault = fake.faults.add("images.list", status=503)
        images, faults, tenant = fake.images, fake.faults, fake.tenant("p2")
        wire_of(fake).get("/v2/images")
    for use in (lambda: fake.url, fake.reset, lambda: image.status, image.activate,
                lambda: len(images), lambda: images.add(name="b"), lambda: list(images),
                lambda: images[image.id], lambda: fake.tenant("p3"), tenant.expire,
                lambda: fake.clock, lambda: fake.lifecycle, lambda: fake.app,
                lambda: faults.add("images.list", status=503)):
        with pytest.raises(NotRunningError, match="has been stopped"):
            use()
    # What has happened can still be looked at.
    assert [exchange.status for exchange in fake.requests] == [503]
    assert fault.hits == 1
    assert "a" in repr(image)
    assert "not running" in repr(fake)


def test_it_can_be_started_again_and_begins_clean() -> None:
    fake = FakeIMS(auth="issued")
    with fake:
        fake.images.add(name="a")
    with fake:
        assert wire_of(fake).names() == []
        assert len(fake.requests) == 1
    assert not fake.running


# aiohttp's test client


async def test_the_app_is_for_the_test_client() -> None:
    fake = FakeIMS()
    async with TestClient(TestServer(fake.app), headers=fake.headers) as client:
        answer = await client.post("/v2/images", json={"name": "a"})
        assert answer.status == 201
        assert fake.images.named("a").id == (await answer.json())["id"]
        assert fake.requests.last.operation == "images.create"
        assert fake.app is fake.app
        with pytest.raises(WrongLoopError, match="test client"):
            fake.start()
    async with TestClient(TestServer(fake.app), headers=fake.headers) as client:
        assert json.loads(await (await client.get("/v2/images")).text())["images"] == []


def test_the_app_runs_where_the_fake_was_started() -> None:
    fake = FakeIMS()
    app = fake.app
    with fake:
        assert fake.app is app
        assert fake.running
        assert isinstance(fake.images.add(name="a"), ImageHandle)


# statuses that a test sets


@pytest.mark.fake_ims(profile="openstack")
def test_an_image_that_a_test_completes_has_a_size_even_if_its_format_was_refused(
    fake_ims: FakeIMS, wire: Wire
) -> None:
    image_id = wire.create(name="a", disk_format="qcow2", container_format="bare")["id"]
    assert wire.upload(image_id, b"conectix" + bytes(504)).status == 415
    fake_ims.images[image_id].activate()
    shown = wire.show(image_id)
    assert (shown["status"], shown["size"]) == ("active", 512)


@pytest.mark.fake_ims(profile="openstack")
@pytest.mark.parametrize(("status", "size"), [
    ("active", 6), ("deactivated", 6), ("pending_delete", 6), ("importing", None),
    ("queued", None), ("killed", None)])
def test_staged_data_becomes_the_data_or_is_dropped(
    fake_ims: FakeIMS, wire: Wire, status: str, size: int | None
) -> None:
    image_id = wire.create(name="a", disk_format="raw", container_format="bare")["id"]
    wire.put(f"/v2/images/{image_id}/stage", b"staged", {
        "Content-Type": "application/octet-stream"})
    image = fake_ims.images[image_id]
    image.set(status=status)
    assert image.data == (None if size is None else b"staged")
    assert wire.show(image_id)["size"] == size
    assert image.kill_reason == ("killed by the test" if status == "killed" else "")


def test_an_image_made_active_without_data_has_none(fake_ims: FakeIMS, wire: Wire) -> None:
    image = fake_ims.images.add(name="a", status="queued")
    image.set(status="active")
    assert image.data == b""
    assert wire.show(image.id)["size"] == 0


@pytest.mark.parametrize("status", ["queued", "killed"])
def test_an_image_in_a_status_without_data_is_given_none(fake_ims: FakeIMS, status: str) -> None:
    image = fake_ims.images.add(name="a", data=b"x")
    with pytest.raises(UsageError, match=f"an image in status '{status}' has no data"):
        image.set(status=status, data=b"y")
    assert (image.status, image.data) == ("active", b"x")
    image.set(status=status)
    with pytest.raises(UsageError, match="leave out data"):
        image.set(data=b"y")
    image.set(status="active", data=b"y")
    assert image.data == b"y"


@pytest.mark.fake_ims(profile="openstack")
@pytest.mark.parametrize("status", ["killed", "queued"])
def test_an_import_whose_image_a_test_takes_away_fails(
    fake_ims: FakeIMS, wire: Wire, status: str
) -> None:
    fake_ims.lifecycle.saving = by_hand
    image_id = wire.create(name="a", disk_format="raw", container_format="bare")["id"]
    wire.put(f"/v2/images/{image_id}/stage", b"staged", {
        "Content-Type": "application/octet-stream"})
    wire.post(f"/v2/images/{image_id}/import", {"method": {"name": "glance-direct"}})
    fake_ims.images[image_id].set(status=status)
    (task,) = wire.get(f"/v2/images/{image_id}/tasks").json["tasks"]
    assert task["status"] == "failure"
    assert task["message"]


@pytest.mark.fake_ims(auth="triple")
def test_an_image_of_no_project_has_no_owner_in_its_json(fake_ims: FakeIMS, wire: Wire) -> None:
    unscoped = Wire(fake_ims.url, {"X-Auth-Token": "ann::admin"})
    shown = unscoped.create(name="a")
    assert "owner" not in shown  # the schema of the reference knows no null
    assert "owner" in wire.create(name="b")
