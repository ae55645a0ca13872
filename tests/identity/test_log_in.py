"""Logging in over raw HTTP: shapes and refusals, as a real Keystone has them."""

from __future__ import annotations

import re
from typing import Any

import pytest
from wire import Reply

from fake_ims import FakeIMS

ISSUED = [pytest.param(profile, marks=pytest.mark.fake_ims(profile=profile, auth="issued"))
          for profile in ("otc", "openstack")]
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000000Z\Z")
UNAUTHORIZED = "The request you have made requires authentication."
UNSUPPORTED = "Attempted to authenticate with an unsupported method."
SCOPES = "system, project, domain, OS-TRUST:trust or unscoped"


def expecting(what: str, where: str) -> str:
    return (f"Expecting to find {what} in {where}. The server could not comply with the request "
            "since it is either malformed or otherwise incorrect. The client is assumed to be in "
            "error.")


def is_keystones(reply: Reply, status: int) -> None:
    """The form of every refusal."""
    assert reply.status == status, reply
    assert reply.headers["Vary"] == "X-Auth-Token"
    assert reply.headers["Content-Type"] == "application/json"
    error = reply.json["error"]
    assert set(error) - {"identity"} == {"code", "message", "title"}
    assert error["code"] == status
    assert ("WWW-Authenticate" in reply.headers) == (status == 401)


@pytest.mark.parametrize("profile", ISSUED)
def test_a_token_for_a_project(door: Any, fake_ims: FakeIMS, profile: str) -> None:
    reply = door.enter()
    assert reply.headers["Vary"] == "X-Auth-Token"
    token = reply.json["token"]
    home = {"id": fake_ims.user_domain_id, "name": fake_ims.user_domain_name}
    assert token["methods"] == ["password"]
    assert token["user"] == {"domain": home, "id": fake_ims.user_id, "name": fake_ims.username,
                             "password_expires_at": None}
    assert token["project"] == {"domain": home, "id": fake_ims.project_id, "name": "eu-de"}
    assert token["is_domain"] is False
    assert [role["name"] for role in token["roles"]] == ["member", "reader"]
    assert len(token["audit_ids"]) == 1
    assert INSTANT.match(token["issued_at"])
    assert INSTANT.match(token["expires_at"])
    types = [service["type"] for service in token["catalog"]]
    assert types[:3] == ["image", "ims", "identity"]
    assert {"compute", "volumev3", "object"} <= set(types)
    caller = door.caller(reply.headers["X-Subject-Token"])
    assert caller.create()["owner"] == fake_ims.project_id


@pytest.mark.parametrize("profile", ISSUED)
def test_the_catalog(door: Any, fake_ims: FakeIMS, profile: str) -> None:
    catalog = door.enter().json["token"]["catalog"]
    for service in catalog:
        assert set(service) == {"endpoints", "id", "name", "type"}
        for endpoint in service["endpoints"]:
            assert set(endpoint) == {"id", "interface", "region", "region_id", "url"}
            assert endpoint["region"] == endpoint["region_id"] == fake_ims.region
    urls = {service["type"]: {row["interface"]: row["url"] for row in service["endpoints"]}
            for service in catalog}
    for kind, url in (("image", fake_ims.url), ("ims", fake_ims.url),
                      ("identity", f"{fake_ims.url}/identity/v3")):
        assert urls[kind] == {"public": url, "internal": url, "admin": url}
    assert urls["vpc"] == {"public": f"{fake_ims.url}/_elsewhere/vpc"}
    ids = [row["id"] for service in catalog for row in service["endpoints"]]
    assert len(set(ids)) == len(ids)


@pytest.mark.parametrize("path", ["", "/v2.1/servers", "/a/b/c?d=e"])
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_what_the_catalog_names_beside_images_answers_501(
    door: Any, method: str, path: str
) -> None:
    catalog = door.enter().json["token"]["catalog"]
    url = next(row["endpoints"][0]["url"] for row in catalog if row["type"] == "network")
    reply = door.wire.send(method, url.removeprefix(door.fake.url) + path)
    is_keystones(reply, 501)
    assert "'network'" in reply.json["error"]["message"]
    assert "image service" in reply.json["error"]["message"]


def test_without_catalog(door: Any) -> None:
    reply = door.knock(door.password(scope=door.project()), "?nocatalog")
    assert "catalog" not in reply.json["token"]
    assert reply.json["token"]["roles"]


@pytest.mark.parametrize("scope", [None, "unscoped", {"unscoped": {}}])
@pytest.mark.parametrize("profile", ISSUED)
def test_a_token_for_nothing(door: Any, scope: object, profile: str) -> None:
    reply = door.enter(door.password(scope=scope))
    assert set(reply.json["token"]) == {
        "methods", "user", "audit_ids", "expires_at", "issued_at"}
    caller = door.caller(reply.headers["X-Subject-Token"])
    assert [row["name"] for row in caller.get("/v3/auth/projects").json["projects"]] == ["eu-de"]
    is_keystones(caller.get("/v3/auth/catalog"), 403)


@pytest.mark.parametrize("profile", ISSUED)
def test_a_token_for_a_domain(door: Any, fake_ims: FakeIMS, profile: str) -> None:
    for domain in ({"id": fake_ims.user_domain_id}, {"name": fake_ims.user_domain_name}):
        token = door.enter(door.password(scope={"domain": domain})).json["token"]
        assert token["domain"] == {"id": fake_ims.user_domain_id,
                                   "name": fake_ims.user_domain_name}
        assert "project" not in token
        assert token["catalog"]


@pytest.mark.parametrize("profile", ISSUED)
def test_ids_do_as_well_as_names(door: Any, fake_ims: FakeIMS, profile: str) -> None:
    by_id = {"id": fake_ims.user_id, "password": fake_ims.password}
    in_domain = door.user(domain={"id": fake_ims.user_domain_id})
    for user in (by_id, in_domain):
        for scope in (door.project(id=fake_ims.project_id),
                      door.project(name="eu-de", domain={"id": fake_ims.user_domain_id})):
            token = door.enter(door.password(user, scope)).json["token"]
            assert token["project"]["id"] == fake_ims.project_id


@pytest.mark.fake_ims(auth="issued")
def test_otc_takes_a_project_by_its_name_alone(door: Any, fake_ims: FakeIMS) -> None:
    token = door.enter(door.password(scope={"project": {"name": "eu-de"}})).json["token"]
    assert token["project"]["id"] == fake_ims.project_id


@pytest.mark.fake_ims(auth="issued", profile="openstack")
def test_keystone_does_not(door: Any) -> None:
    reply = door.knock(door.password(scope={"project": {"name": "eu-de"}}))
    is_keystones(reply, 400)
    assert reply.json["error"]["message"] == expecting("domain", "project")


# methods

@pytest.mark.parametrize("profile", ISSUED)
def test_a_token_gives_another(door: Any, fake_ims: FakeIMS, profile: str) -> None:
    first = door.enter(door.password())
    old = first.headers["X-Subject-Token"]
    fake_ims.clock.advance("1h")
    reply = door.enter(door.by("token", {"id": old}, door.project()))
    token = reply.json["token"]
    assert token["methods"] == ["password", "token"]
    assert token["expires_at"] == first.json["token"]["expires_at"]
    assert token["audit_ids"][1:] == first.json["token"]["audit_ids"]
    assert reply.headers["X-Subject-Token"] != old
    both = {"auth": {"identity": {"methods": ["password", "token"], "token": {"id": old},
                                  "password": {"user": door.user()}}}}
    token = door.enter(both).json["token"]
    assert token["methods"] == ["password", "token"]
    assert token["expires_at"] == first.json["token"]["expires_at"]
    other = fake_ims.tenant("p2").token
    both["auth"]["identity"]["token"] = {"id": other}
    is_keystones(door.knock(both), 401)


@pytest.mark.parametrize("profile", ISSUED)
def test_an_application_credential(door: Any, fake_ims: FakeIMS, profile: str) -> None:
    made = fake_ims.identity.application_credential("ims-user", name="ci", roles=["reader"])
    by_name = {"name": "ci", "user": {"name": "ims-user", "domain": door.domain},
               "secret": made.secret}
    for shown in ({"id": made.id, "secret": made.secret}, by_name):
        reply = door.enter(door.by("application_credential", shown))
        token = reply.json["token"]
        assert token["methods"] == ["application_credential"]
        assert token["application_credential"] == {
            "id": made.id, "name": "ci", "restricted": True}
        assert token["project"]["id"] == fake_ims.project_id
        assert [role["name"] for role in token["roles"]] == ["reader"]
    again = door.by("token", {"id": reply.headers["X-Subject-Token"]})
    is_keystones(door.knock(again), 403)
    for shown, status, message in (
        ({"id": made.id, "secret": "x"}, 401, UNAUTHORIZED),
        ({"id": made.id}, 401, UNAUTHORIZED),
        ({**by_name, "name": "x"}, 401, UNAUTHORIZED),
        ({"id": "x", "secret": "y"}, 404, "Could not find Application Credential: x."),
        ({}, 400, expecting("name or ID", "application credential")),
        ({"name": "ci", "secret": "x"}, 400, expecting("user", "application credential")),
    ):
        reply = door.knock(door.by("application_credential", shown))
        is_keystones(reply, status)
        assert reply.json["error"]["message"] == message
    reply = door.knock(door.by("application_credential", by_name, door.project()))
    is_keystones(reply, 401)
    assert reply.json["error"]["identity"] == {}


@pytest.mark.fake_ims(auth="issued")
def test_an_application_credential_ends(door: Any, fake_ims: FakeIMS) -> None:
    made = fake_ims.identity.application_credential("ims-user", expires="1h")
    body = door.by("application_credential", {"id": made.id, "secret": made.secret})
    token = door.token(body)
    fake_ims.clock.advance("1h")
    is_keystones(door.knock(body), 401)
    assert door.caller(token).get("/v2/images").status == 401


@pytest.mark.parametrize("profile", ISSUED)
def test_access_and_secret_key(door: Any, fake_ims: FakeIMS, profile: str) -> None:
    def shown(secret: str) -> dict[str, Any]:
        return {"access": {"key": fake_ims.access_key}, "secret": {"key": secret}}

    token = door.enter(door.by("hw_ak_sk", shown(fake_ims.secret_key), door.project()))
    assert token.json["token"]["user"]["id"] == fake_ims.user_id
    is_keystones(door.knock(door.by("hw_ak_sk", shown("x"))), 401)
    is_keystones(door.knock(door.by("hw_ak_sk", {})), 400)


# refusals, as asked of a real Keystone

def identity(**shown: object) -> dict[str, Any]:
    return {"auth": {"identity": shown}}


@pytest.mark.parametrize(("body", "status", "message"), [
    ({}, 400, expecting("auth", "request body")),
    ({"auth": None}, 400, expecting("auth", "request body")),
    ([1], 400, expecting("valid JSON", "request body")),
    ({"auth": "x"}, 400, "'x' is not of type 'object'"),
    ({"auth": {}}, 400, "'identity' is a required property"),
    (identity(), 400,
     "Invalid input for field 'identity': 'methods' is a required property"),
    (identity(methods=[]), 401, UNAUTHORIZED),
    (identity(methods="password"), 400,
     "Invalid input for field 'identity/methods': 'password' is not of type 'array'"),
    (identity(methods=[1]), 400,
     "Invalid input for field 'identity/methods/0': 1 is not of type 'string'"),
    (identity(methods=["password"]), 400, expecting("password", "identity")),
    (identity(methods=["mapped"], mapped={"id": "x"}), 401, UNSUPPORTED),
    (identity(methods=["x"], x={}), 401, UNSUPPORTED),
    (identity(methods=["x"]), 400, expecting("x", "identity")),
    (identity(methods=["password"], password={}), 400, expecting("user", "None")),
    (identity(methods=["token"], token={"id": "x"}), 404, "Could not recognize Fernet token"),
    (identity(methods=["token"], token={}), 400,
     "Invalid input for field 'identity/token': 'id' is a required property"),
])
@pytest.mark.parametrize("profile", ISSUED)
def test_bodies_that_are_refused(
    door: Any, body: object, status: int, message: str, profile: str
) -> None:
    reply = door.knock(body)
    is_keystones(reply, status)
    assert reply.json["error"]["message"].split("\n")[0] == message


def test_the_sentence_of_a_schema_mismatch_is_whole(door: Any) -> None:
    reply = door.knock(identity(methods="password"))
    assert reply.json["error"]["message"] == (
        "Invalid input for field 'identity/methods': 'password' is not of type 'array'\n\n"
        "Failed validating 'type' in schema['properties']['identity']['properties']['methods']:\n"
        "    {'type': 'array', 'items': {'type': 'string'}}\n\n"
        "On instance['identity']['methods']:\n    'password'")


@pytest.mark.parametrize(("change", "status", "message"), [
    ({"password": "wrong"}, 401, UNAUTHORIZED),
    ({"password": ""}, 401, UNAUTHORIZED),
    ({"name": "nobody"}, 401, UNAUTHORIZED),
    ({"name": "IMS-USER"}, 401, UNAUTHORIZED),
    ({"domain": {"id": "nope"}}, 401, UNAUTHORIZED),
    ({"domain": {"name": "nope"}}, 401, UNAUTHORIZED),
    ({"id": "nope"}, 401, UNAUTHORIZED),
    ({"domain": {}}, 400, "Invalid input for field identity/password/user/domain: id or name "
     "must be present."),
    ({"password": 5}, 400, "Invalid input for field 'identity/password/user/password': 5 is not "
     "of type 'string'"),
    ({"name": 5}, 400, "Invalid input for field 'identity/password/user/name': 5 is not of type "
     "'string'"),
    ({"id": None}, 400, "Invalid input for field 'identity/password/user/id': None is not of "
     "type 'string'"),
])
@pytest.mark.parametrize("profile", ISSUED)
def test_users_who_are_refused(
    door: Any, change: dict[str, object], status: int, message: str, profile: str
) -> None:
    reply = door.knock(door.password(door.user(**change)))
    is_keystones(reply, status)
    assert reply.json["error"]["message"].split("\n")[0] == message


@pytest.mark.fake_ims(auth="issued")
def test_a_user_who_is_hardly_named(door: Any) -> None:
    for user, message in (
        ({}, "Invalid input for field identity/password/user: id or name must be present."),
        ({"name": "ims-user", "password": "x"}, expecting("domain", "user")),
        ({"name": "ims-user", "domain": door.domain}, None),
    ):
        reply = door.knock(door.password(user))
        is_keystones(reply, 400 if message else 401)
        assert reply.json["error"]["message"] == (message or UNAUTHORIZED)


@pytest.mark.parametrize(("scope", "status", "message"), [
    ("x", 400, expecting(SCOPES, "scope")),
    ({}, 400, expecting(SCOPES, "scope")),
    ({"x": 1}, 400, expecting(SCOPES, "scope")),
    ({"project": {"id": "x"}, "domain": {"id": "x"}}, 400, expecting(SCOPES, "scope")),
    ({"project": {}}, 400,
     "Invalid input for field scope/project: id or name must be present."),
    ({"project": None}, 400,
     "Invalid input for field 'scope/project': None is not of type 'object'"),
    ({"project": {"id": 5}}, 400,
     "Invalid input for field 'scope/project/id': 5 is not of type 'string'"),
    ({"project": {"id": "nope"}}, 401, UNAUTHORIZED),
    ({"project": {"name": "nope", "domain": {"id": "default"}}}, 401, UNAUTHORIZED),
    ({"project": {"name": "eu-de", "domain": {"id": "nope"}}}, 401, UNAUTHORIZED),
    ({"domain": {"id": "nope"}}, 401, UNAUTHORIZED),
    ({"domain": {}}, 400, "Invalid input for field scope/domain: id or name must be present."),
    ({"system": {"all": True}}, 401, UNAUTHORIZED),
    ({"OS-TRUST:trust": {"id": "x"}}, 401, UNAUTHORIZED),
])
@pytest.mark.parametrize("profile", ISSUED)
def test_scopes_that_are_refused(
    door: Any, scope: object, status: int, message: str, profile: str
) -> None:
    reply = door.knock(door.password(scope=scope))
    is_keystones(reply, status)
    assert reply.json["error"]["message"].split("\n")[0] == message


@pytest.mark.parametrize(("body", "media_type", "status", "message"), [
    (b"", "application/json", 400, expecting("auth", "request body")),
    (b"{x", "application/json", 400, expecting("valid JSON", "request body")),
    (b"\xff\xfe", "application/json", 400, expecting("valid JSON", "request body")),
    (b"[" * 5000, "application/json", 400, expecting("valid JSON", "request body")),
    (b"{}", "text/plain", 400, expecting("application/json", "Content-Type header")),
    (b'{"auth": "' + b"x" * 1_000_000 + b'"}', "application/json", 413,
     "Request is too large. Larger than max_request_body_size (114688)."),
])
@pytest.mark.parametrize("chunked", [False, True])
def test_bodies_that_are_hardly_any(
    door: Any, body: bytes, media_type: str, status: int, message: str, chunked: bool
) -> None:
    headers = {"Content-Type": media_type}
    given = iter([body]) if chunked else body
    reply = door.wire.send("POST", "/v3/auth/tokens", given, headers, chunked=chunked)
    is_keystones(reply, status)
    assert reply.json["error"]["message"] == message
