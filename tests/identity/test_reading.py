"""Looking at tokens, projects, users and the catalog: what is there, and who may see it."""

from __future__ import annotations

from typing import Any

import pytest

from fake_ims import FakeIMS

PROFILES = [pytest.param(profile, marks=pytest.mark.fake_ims(profile=profile, auth="issued"))
            for profile in ("otc", "openstack")]
TOKENS = "/v3/auth/tokens"
KEYSTONE = pytest.mark.fake_ims(profile="openstack", auth="issued")
OTC = pytest.mark.fake_ims(profile="otc", auth="issued")


def message(reply: Any) -> tuple[int, str]:
    assert reply.headers["Vary"] == "X-Auth-Token"
    return reply.status, reply.json["error"]["message"]


# versions and paths

@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize(("path", "mounted"), [
    ("/v3", ""), ("/v3/", ""), ("/identity/v3", "/identity"), ("/identity/v3/", "/identity")])
def test_the_version(door: Any, path: str, mounted: str, profile: str) -> None:
    reply = door.wire.get(path)
    assert reply.status == 200
    version = reply.json["version"]
    assert (version["id"], version["status"]) == ("v3.14", "stable")
    assert version["links"] == [{"rel": "self", "href": f"{door.fake.url}{mounted}/v3/"}]
    assert door.wire.send("HEAD", path).status == 200


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("path", ["/identity", "/identity/"])
def test_the_versions(door: Any, path: str, profile: str) -> None:
    reply = door.wire.get(path)
    assert reply.status == 300
    (version,) = reply.json["versions"]["values"]
    assert version["links"][0]["href"] == f"{door.fake.url}/identity/v3/"
    assert version["media-types"][0]["base"] == "application/json"


@pytest.mark.parametrize("profile", PROFILES)
def test_the_root_stays_the_image_services(door: Any, profile: str) -> None:
    assert door.wire.get("/").json["versions"][0]["id"].startswith("v2")


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("path", [
    "/v3/nope", "/v3/auth", "/v3//projects", "/v3/images", "/v3.0", "/v3.0/nope",
    "/identity/nope", "/identity/v2/images", "/_elsewhere", "/v3/projects/a/b", "/v3/%ff",
    "/v3/%00", "/v3/..%2f"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_paths_that_lead_nowhere(door: Any, path: str, method: str, profile: str) -> None:
    assert message(door.wire.send(method, path, {"a": 1} if method == "POST" else None)) == (
        404, "The requested URL was not found on the server. If you entered the URL manually "
        "please check your spelling and try again.")


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize(("method", "path", "allow"), [
    ("PUT", TOKENS, "GET, POST, DELETE, HEAD"), ("PATCH", "/v3", "GET"),
    ("POST", "/v3/regions", "GET"), ("DELETE", "/identity", "GET")])
def test_methods_that_a_path_does_not_have(
    door: Any, method: str, path: str, allow: str, profile: str
) -> None:
    reply = door.wire.send(method, path, {"a": 1})
    assert message(reply) == (405, "The method is not allowed for the requested URL.")
    assert reply.headers["Allow"] == allow


# tokens

@pytest.mark.parametrize("profile", PROFILES)
def test_a_token_can_be_looked_at(door: Any, profile: str) -> None:
    first = door.enter()
    token = first.headers["X-Subject-Token"]
    me = door.caller(token)
    subject = {"X-Subject-Token": token}
    for caller in (me, door.admin()):
        reply = caller.send("GET", TOKENS, headers=subject)
        assert (reply.status, reply.json) == (200, first.json)
        assert reply.headers["X-Subject-Token"] == token
        reply = caller.send("HEAD", TOKENS, headers=subject)
        assert (reply.status, reply.body) == (200, b"")
    reply = me.send("GET", f"{TOKENS}?nocatalog", headers=subject)
    assert "catalog" not in reply.json["token"]


@pytest.mark.parametrize("profile", PROFILES)
def test_a_token_of_somebody_else(door: Any, fake_ims: FakeIMS, profile: str) -> None:
    token = door.token()
    other = door.wire.caller(fake_ims.tenant("p2"))
    for method, rule in (("GET", "validate_token"), ("DELETE", "revoke_token")):
        reply = other.send(method, TOKENS, headers={"X-Subject-Token": token})
        assert message(reply) == (403, "You are not authorized to perform the requested action: "
                                  f"identity:{rule}.")


@pytest.mark.parametrize("profile", PROFILES)
def test_a_token_that_is_none(door: Any, profile: str) -> None:
    me = door.caller(door.token())
    assert message(me.get(TOKENS)) == (404, "No token in the request")
    assert message(me.send("GET", TOKENS, headers={"X-Subject-Token": "x"})) == (
        404, "Could not recognize Fernet token")
    for headers in ({}, {"X-Auth-Token": "x"}):
        reply = door.wire.send("GET", TOKENS, headers=headers)
        assert message(reply)[0] == 401
        assert reply.headers["WWW-Authenticate"] == f'Keystone uri="{door.fake.url}/v3"'


@pytest.mark.parametrize("profile", PROFILES)
def test_a_token_can_be_ended(door: Any, profile: str) -> None:
    token, other = door.token(), door.token()
    me, subject = door.caller(other), {"X-Subject-Token": token}
    reply = me.send("DELETE", TOKENS, headers=subject)
    assert (reply.status, reply.body) == (204, b"")
    assert door.caller(token).get("/v2/images").status == 401
    assert message(door.caller(token).get("/v3/auth/projects"))[0] == 401
    assert message(me.send("DELETE", TOKENS, headers=subject)) == (404, "Failed to validate token")
    assert me.get("/v2/images").status == 200


@pytest.mark.parametrize("mode", ["any", "issued", "triple"])
def test_the_token_of_a_tenant_can_be_looked_at(fake_ims: FakeIMS, door: Any, mode: str) -> None:
    fake_ims.reset(auth=mode)
    tenant = fake_ims.tenant("p2", roles=["reader"], user="ann")
    me = door.wire.caller(tenant)
    token = me.send("GET", TOKENS, headers={"X-Subject-Token": tenant.token}).json["token"]
    assert (token["project"]["id"], token["user"]["id"]) == ("p2", "ann")
    assert [role["name"] for role in token["roles"]] == ["reader"]
    assert token["catalog"]
    assert [row["id"] for row in me.get("/v3/auth/projects").json["projects"]] == ["p2"]
    scope = {"project": {"id": "p2"}}
    assert door.enter(door.by("token", {"id": tenant.token}, scope)).status == 201


# people

@pytest.mark.parametrize("profile", PROFILES)
def test_projects(door: Any, fake_ims: FakeIMS, profile: str) -> None:
    fake_ims.tenant("p2")
    admin, home = door.admin(), fake_ims.user_domain_id
    reply = admin.get("/v3/projects")
    assert {row["id"] for row in reply.json["projects"]} == {fake_ims.project_id, "p2"}
    assert reply.json["links"] == {"next": None, "previous": None,
                                   "self": f"{fake_ims.url}/v3/projects"}
    for query, names in (("name=eu-de", ["eu-de"]), ("name=nope", []), ("enabled=false", []),
                         ("enabled=1", ["eu-de", "p2"]), ("domain_id=nope", []),
                         (f"domain_id={home}&name=p2", ["p2"])):
        rows = admin.get(f"/v3/projects?{query}").json["projects"]
        assert [row["name"] for row in rows] == names
    assert admin.get(f"/v3/projects/{fake_ims.project_id}").json["project"] == {
        "id": fake_ims.project_id, "name": "eu-de", "domain_id": home, "description": "",
        "enabled": True, "parent_id": home, "is_domain": False, "tags": [], "options": {},
        "links": {"self": f"{fake_ims.url}/v3/projects/{fake_ims.project_id}"}}
    assert message(admin.get("/v3/projects/x")) == (404, "Could not find project: x.")


ME, OTHER = "{me}", "{admin}"


@pytest.mark.parametrize(("path", "keystone", "otc"), [
    ("/v3/auth/projects", 200, 200),
    ("/v3/auth/domains", 200, 200),
    ("/v3/auth/catalog", 200, 200),
    ("/v3/projects", 403, 200),
    ("/v3/projects/{project}", 200, 200),
    ("/v3/projects/nope", 403, 403),
    ("/v3/domains", 403, 403),
    ("/v3/domains/{domain}", 200, 200),
    ("/v3/domains/nope", 403, 403),
    ("/v3/users", 403, 403),
    (f"/v3/users/{ME}", 200, 200),
    (f"/v3/users/{OTHER}", 403, 403),
    (f"/v3/users/{ME}/projects", 200, 200),
    (f"/v3/users/{OTHER}/projects", 403, 403),
    ("/v3/regions", 200, 200),
    ("/v3/regions/eu-de", 200, 200),
    ("/v3/regions/nope", 404, 404),
    ("/v3/services", 403, 200),
    ("/v3/services/nope", 403, 404),
    ("/v3/endpoints", 403, 200),
    ("/v3/endpoints/nope", 403, 404),
    ("/v3.0/OS-CREDENTIAL/credentials", 404, 200),
    ("/v3.0/OS-CREDENTIAL/credentials/nope", 404, 404),
])
@pytest.mark.parametrize("profile", PROFILES)
def test_who_may_see_what(
    door: Any, fake_ims: FakeIMS, path: str, keystone: int, otc: int, profile: str
) -> None:
    path = path.format(me=fake_ims.user_id, admin=fake_ims.identity.user("admin").id,
                       project=fake_ims.project_id, domain=fake_ims.user_domain_id)
    expected = keystone if profile == "openstack" else otc
    reply = door.caller(door.token()).get(path)
    assert reply.status == expected
    assert door.admin().get(path).status == (404 if "nope" in path or expected == 404 else 200)
    if expected != 404 or "CREDENTIAL" not in path or profile == "otc":
        assert message(door.wire.get(path))[0] == 401
    reply = door.caller(door.token()).send("HEAD", path)
    assert (reply.status, reply.body) == (expected, b"")


@OTC
def test_otc_lists_the_projects_that_one_can_enter(door: Any, fake_ims: FakeIMS) -> None:
    fake_ims.tenant("p2")
    rows = door.caller(door.token()).get("/v3/projects").json["projects"]
    assert [row["id"] for row in rows] == [fake_ims.project_id]
    assert door.caller(door.token()).get("/v3/projects/p2").status == 403


SIGNED = {"Authorization": "SDK-HMAC-SHA256 Access=FAKEIMSACCESSKEY0001, SignedHeaders=host, "
          "Signature=" + "0" * 64}


def test_a_signed_look_up_of_a_project_is_a_log_in(door: Any, fake_ims: FakeIMS) -> None:
    def found(name: str) -> list[str]:
        reply = door.wire.send("GET", f"/v3/projects?name={name}", headers=SIGNED)
        return [row["id"] for row in reply.json["projects"]]

    assert found("eu-de") == [fake_ims.project_id]
    (project,) = found("eu-de_mine")
    assert found("eu-de_mine") == [project]
    assert fake_ims.identity.project("eu-de_mine").id == project
    headers = {**SIGNED, "X-Project-Id": project}
    assert door.wire.send("GET", "/v3/auth/catalog", headers=headers).json["catalog"]
    rows = door.wire.send("GET", "/v3/auth/domains", headers=SIGNED).json["domains"]
    assert [row["id"] for row in rows] == [fake_ims.user_domain_id]
    # who has a token has logged in
    assert door.caller(fake_ims.token).get("/v3/projects", name="other").json["projects"] == []


@OTC
def test_strict_finds_only_what_is_there(door: Any) -> None:
    reply = door.wire.send("GET", "/v3/projects?name=eu-de", headers=SIGNED)
    assert (reply.status, reply.json["error_code"]) == (401, "APIGW.0301")


@OTC
def test_access_keys_can_be_looked_up_without_their_secret(
    door: Any, fake_ims: FakeIMS
) -> None:
    me, path = door.caller(door.token()), "/v3.0/OS-CREDENTIAL/credentials"
    row = me.get(f"{path}/{fake_ims.access_key}").json["credential"]
    assert (row["access"], row["user_id"]) == (fake_ims.access_key, fake_ims.user_id)
    assert fake_ims.secret_key not in str(row)
    assert me.get(path).json["credentials"] == [row]
    assert me.get(path, user_id="x").status == 403
    assert door.admin().get(path, user_id=fake_ims.user_id).json["credentials"] == [row]


@KEYSTONE
def test_services_and_endpoints_are_those_of_the_catalog(door: Any) -> None:
    admin = door.admin()
    catalog = admin.get("/v3/auth/catalog").json["catalog"]
    services = admin.get("/v3/services").json["services"]
    endpoints = admin.get("/v3/endpoints").json["endpoints"]
    assert [row["type"] for row in services] == [row["type"] for row in catalog]
    assert len(endpoints) == sum(len(row["endpoints"]) for row in catalog)
    image = admin.get("/v3/services", type="image").json["services"]
    assert [row["name"] for row in image] == ["glance"]
    one = admin.get(f"/v3/services/{image[0]['id']}").json["service"]
    assert one == image[0]
    mine = admin.get("/v3/endpoints", service_id=one["id"], interface="public").json["endpoints"]
    assert [row["url"] for row in mine] == [door.fake.url]
    assert admin.get(f"/v3/endpoints/{mine[0]['id']}").json["endpoint"] == mine[0]


@pytest.mark.fake_ims(region="eu-nl")
def test_the_region(door: Any, fake_ims: FakeIMS) -> None:
    assert fake_ims.region == "eu-nl"
    token = door.enter().json["token"]
    assert token["project"] == {**token["project"], "id": fake_ims.project_id, "name": "eu-nl"}
    assert {row["region"] for one in token["catalog"] for row in one["endpoints"]} == {"eu-nl"}
    me = door.caller(door.token())
    assert [row["id"] for row in me.get("/v3/regions").json["regions"]] == ["eu-nl"]


# failures on demand

@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("status", [401, 403, 404, 429, 500, 503])
def test_a_fault_answers_as_keystone(
    door: Any, fake_ims: FakeIMS, status: int, profile: str
) -> None:
    fake_ims.faults.add("identity.tokens.create", status=status, times=1)
    reply = door.knock(door.password())
    assert message(reply)[0] == status
    assert reply.json["error"]["code"] == status
    assert door.enter().status == 201
    assert [one.operation for one in fake_ims.requests] == ["identity.tokens.create"] * 2


def test_a_bug_of_ours_answers_as_keystone(door: Any, monkeypatch: Any, caplog: Any) -> None:
    from fake_ims.api import registry

    async def broken(call: object) -> None:
        raise RuntimeError("broken")

    registry.load("identity.front")
    monkeypatch.setitem(registry.handlers(), "identity.tokens.create", broken)
    assert message(door.knock({})) == (
        500, "An unexpected error prevented the server from fulfilling your request.")
    assert "broken" in caplog.text
