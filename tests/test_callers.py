"""Who calls: the three ways to read a token, its expiry, roles and tenants."""

from __future__ import annotations

from typing import Any

import pytest
from wire import Wire

from fake_ims import FakeIMS, UsageError

MODES = [pytest.param(mode, marks=pytest.mark.fake_ims(auth=mode))
         for mode in ("any", "issued", "triple")]
MISSING = (401, "IMG.0087")


def by_token(wire: Wire, token: str) -> Wire:
    return Wire(f"http://{wire.host}", {"X-Auth-Token": token})


@pytest.mark.parametrize("mode", MODES)
def test_what_the_fake_hands_out_is_good_in_every_mode(
    wire: Wire, fake_ims: FakeIMS, mode: str
) -> None:
    assert fake_ims.auth == mode
    assert wire.create()["owner"] == fake_ims.project_id
    tenant = fake_ims.tenant("p2", user="u2")
    assert wire.caller(tenant).create()["owner"] == "p2"
    assert (tenant.project_id, tenant.user_id, tenant.roles) == ("p2", "u2", ("member", "reader"))
    assert fake_ims.requests.last.caller == "u2:p2"
    assert fake_ims.requests.last.tenant == "p2"


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("headers", [{}, {"X-Auth-Token": ""}])
def test_no_token_is_401(wire: Wire, mode: str, headers: dict[str, str]) -> None:
    assert wire.anonymous().send("GET", "/v2/images", headers=headers).refusal == MISSING


def test_any_other_token_is_the_default_tenant(wire: Wire, fake_ims: FakeIMS) -> None:
    assert by_token(wire, "whatever").create()["owner"] == fake_ims.project_id
    assert by_token(wire, "u:p:admin").create()["owner"] == fake_ims.project_id


@pytest.mark.fake_ims(auth="issued")
@pytest.mark.parametrize("token", ["whatever", "u:p:admin", "x" * 3000, "é"])
def test_strict_takes_only_its_own(wire: Wire, token: str) -> None:
    assert by_token(wire, token).get("/v2/images").refusal == MISSING


@pytest.mark.fake_ims(auth="issued")
def test_a_token_ends_with_the_reset(wire: Wire, fake_ims: FakeIMS) -> None:
    old = wire.caller(fake_ims.tenant("p2"))
    assert old.get("/v2/images").status == 200
    fake_ims.reset(auth="issued")
    assert old.get("/v2/images").status == 401
    assert wire.caller(fake_ims).get("/v2/images").status == 200


@pytest.mark.fake_ims(auth="triple")
@pytest.mark.parametrize(("token", "status"), [
    ("u:p1:member", 201), ("u:p1:admin", 201), ("u:p1:member,reader", 201),
    ("u:p1:Member", 201), ("u:p1: member , x", 201),
    ("u:p1:reader", 403), ("u:p1:", 403), ("u:p1:other", 403),
    ("u:p1", 401), ("u", 401), (":p1:member", 401), ("u:p1:member:x", 401), ("::", 401),
    ("u:p1:member%0Aadmin", 401), ("u:p1%00:member", 401), ("u%C2%85:p1:member", 401),
    ("u:p1:member%FF", 403), ("%C3%A9:p1:member", 201),
])
def test_a_triple_is_the_identity(wire: Wire, token: str, status: int) -> None:
    reply = by_token(wire, token).post("/v2/images", {"name": "a"})
    assert reply.status == status
    if status == 201:
        assert reply.json["owner"] == "p1"


@pytest.mark.fake_ims(auth="triple")
def test_a_triple_of_bytes_that_are_no_text(wire: Wire, fake_ims: FakeIMS) -> None:
    answer = wire.raw(b"GET /v3/projects HTTP/1.1\r\nHost: h\r\nX-Auth-Token: u:\xff:member\r\n"
                      b"Connection: close\r\n\r\n")
    assert answer[9:12] == b"401"
    assert fake_ims.requests.last.caller == ""


@pytest.mark.fake_ims(auth="triple")
def test_a_triple_without_a_project(wire: Wire, fake_ims: FakeIMS) -> None:
    fake_ims.images.add(name="gold", visibility="public", owner="vendor")
    fake_ims.images.add(name="mine")
    for token in ("u::member", "u:none:member"):
        assert by_token(wire, token).names() == ["gold"]


# expiry

@pytest.mark.parametrize("mode", MODES)
def test_a_token_expires_by_the_clock(wire: Wire, fake_ims: FakeIMS, mode: str) -> None:
    tenant = fake_ims.tenant("p2")
    caller = wire.caller(tenant)
    tenant.expire("10m")
    fake_ims.clock.advance("9m59s")
    assert caller.get("/v2/images").status == 200
    fake_ims.clock.advance("1s")
    assert caller.get("/v2/images").refusal == MISSING
    assert wire.get("/v2/images").status == 200


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("end", ["expire", "revoke"])
def test_a_token_ends_at_once(wire: Wire, fake_ims: FakeIMS, mode: str, end: str) -> None:
    tenant = fake_ims.tenant("p2")
    getattr(tenant, end)()
    assert wire.caller(tenant).get("/v2/images").refusal == MISSING


# roles

@pytest.mark.parametrize("roles", [("member",), ("manager",), ("admin",)])
def test_a_role_implies_those_below_it(
    wire: Wire, fake_ims: FakeIMS, roles: tuple[str, ...]
) -> None:
    caller = wire.caller(fake_ims.tenant(fake_ims.project_id, roles=roles))
    image = caller.create(name="a")
    assert caller.show(image["id"])["name"] == "a"


@pytest.mark.parametrize(("method", "path", "body"), [
    ("POST", "/v2/images", {"name": "b"}),
    ("PATCH", "/v2/images/{id}", [{"op": "replace", "path": "/name", "value": "b"}]),
    ("PUT", "/v2/images/{id}/tags/t", None),
    ("POST", "/v2/images/{id}/members", {"member": "p2"}),
    ("POST", "/v2/images/{id}/actions/deactivate", None),
    ("DELETE", "/v1.1/images/{id}", None),
    ("DELETE", "/v2/images/{id}", None),
])
@pytest.mark.parametrize("roles", [("reader",), (), ("other",)])
def test_only_a_member_changes_something(
    wire: Wire, fake_ims: FakeIMS, method: str, path: str, body: Any, roles: tuple[str, ...]
) -> None:
    image = fake_ims.images.add(name="a")
    before = image.attributes
    caller = wire.caller(fake_ims.tenant(fake_ims.project_id, roles=roles))
    headers = ({"Content-Type": "application/openstack-images-v2.1-json-patch"}
               if method == "PATCH" else {})
    reply = caller.send(method, path.format(id=image.id), body, headers)
    # who has no role at all does not even see the image
    assert reply.status == (403 if "reader" in roles or (method == "POST" and "{" not in path)
                            else 404)
    assert image.attributes == before
    assert wire.send(method, path.format(id=image.id), body, headers).status < 300


@pytest.mark.parametrize("path", [
    "/v2/images", "/v2/images/{id}", "/v2/images/{id}/file", "/v2/images/{id}/members",
    "/v1.1/images/detail", "/v2/schemas/image",
])
def test_a_reader_reads(wire: Wire, fake_ims: FakeIMS, path: str) -> None:
    image = fake_ims.images.add(name="a")
    reader = wire.caller(fake_ims.tenant(fake_ims.project_id, roles=("reader",)))
    assert reader.get(path.format(id=image.id)).status == (403 if path.endswith("/file") else 200)


def test_an_admin_sees_and_changes_what_is_anybodys(wire: Wire, fake_ims: FakeIMS) -> None:
    image = fake_ims.images.add(name="a", owner="p2", data=b"data")
    admin = wire.caller(fake_ims.tenant("ops", roles=("admin",)))
    assert admin.names() == ["a"]
    assert admin.download(image.id).body == b"data"
    change = {"op": "replace", "path": "/name", "value": "b"}
    assert admin.patch(image.id, change).status == 200
    assert admin.delete(f"/v2/images/{image.id}").status == 204


# tenants

def test_tenants_do_not_see_each_other(wire: Wire, fake_ims: FakeIMS) -> None:
    callers = {project: wire.caller(fake_ims.tenant(project)) for project in ("p1", "p2", "p3")}
    for project, caller in callers.items():
        caller.create(name=project)
    assert {project: caller.names() for project, caller in callers.items()} == {
        project: [project] for project in callers}


def test_the_same_tenant_twice(fake_ims: FakeIMS) -> None:
    assert fake_ims.tenant("p2") is fake_ims.tenant("p2")
    assert fake_ims.tenant("p2").token != fake_ims.tenant("p2", roles=("admin",)).token


def test_two_users_of_a_project_share_its_images(wire: Wire, fake_ims: FakeIMS) -> None:
    one, two = (wire.caller(fake_ims.tenant("p2", user=user)) for user in ("u1", "u2"))
    image_id = one.create(name="a")["id"]
    assert two.names() == ["a"]
    assert two.delete(f"/v2/images/{image_id}").status == 204


@pytest.mark.parametrize("call", [
    lambda fake: fake.tenant(""), lambda fake: fake.tenant("a\nb"),
    lambda fake: fake.tenant("p", roles="admin"), lambda fake: fake.tenant("p", roles=("a:b",)),
    lambda fake: fake.tenant("p").expire("soon"), lambda fake: fake.reset(auth="loose"),
])
def test_what_no_token_can_carry(fake_ims: FakeIMS, call: Any) -> None:
    with pytest.raises(UsageError):
        call(fake_ims)


def test_nobody_needs_a_token_for_the_versions(wire: Wire) -> None:
    assert wire.anonymous().get("/").status == 300
