"""What Open Telekom Cloud's IAM has beyond Keystone, as its clients use it.

Bodies are those of gophertelekomcloud: ``auth_options.go``, ``openstack/identity/v3/credentials``.
"""

from __future__ import annotations

from typing import Any

import pytest

from fake_ims import FakeIMS, UsageError

ISSUED = pytest.mark.fake_ims(profile="otc", auth="issued")
LENIENT = [pytest.param(mode, marks=pytest.mark.fake_ims(auth=mode)) for mode in ("any", "triple")]
SECURITY_TOKENS = "/v3.0/OS-CREDENTIAL/securitytokens"


# domains

@pytest.mark.parametrize("mode", LENIENT)
@pytest.mark.parametrize("profile", ["otc", "openstack"])
def test_default_is_the_accounts_domain_however_it_is_named(
    door: Any, fake_ims: FakeIMS, mode: str, profile: str
) -> None:
    fake_ims.reset(profile=profile, auth=mode)
    home = {"name": fake_ims.user_domain_name}
    projects, users = set(), set()
    for domain in ({"id": "default"}, {"name": "Default"}, {"name": "default"}, {"id": "Default"},
                   home, {"id": home["name"]}, {"id": fake_ims.user_domain_id},
                   {"name": fake_ims.user_domain_id}):
        for other in (home, domain):
            user = {"name": "bob", "password": "x", "domain": other}
            scope = {"project": {"name": "p1", "domain": domain}}
            token = door.enter(door.password(user, scope)).json["token"]
            projects.add(token["project"]["id"])
            users.add(token["user"]["id"])
    (project,) = projects
    assert len(users) == 1
    scope = {"project": {"id": "p1"}}  # a name in place of the id
    token = door.enter(door.password(user, scope)).json["token"]
    assert token["project"]["id"] == project
    assert [row.name for row in fake_ims.identity.domains] == [home["name"]]


@ISSUED
def test_strict_knows_no_domain_of_that_name(door: Any, fake_ims: FakeIMS) -> None:
    assert door.knock(door.password(door.user(domain={"id": "default"}))).status == 401
    assert "unknown domain 'default' in profile otc" in fake_ims.requests.last.line()


@ISSUED
def test_every_user_gets_a_token_of_their_account(door: Any, fake_ims: FakeIMS) -> None:
    fake_ims.identity.add_user("tf", password="x", project="eu-de_p")
    other = fake_ims.identity.add_domain("other")
    user = door.user(name="tf", password="x")
    token = door.enter(door.password(user, {"domain": door.domain}))
    assert token.json["token"]["domain"]["name"] == fake_ims.user_domain_name
    assert token.json["token"]["roles"] == []
    me = door.caller(token.headers["X-Subject-Token"])
    domains = me.get("/v3/auth/domains").json["domains"]
    assert [row["name"] for row in domains] == [fake_ims.user_domain_name]
    assert door.knock(door.password(user, {"domain": {"id": other.id}})).status == 401


@pytest.mark.fake_ims(profile="openstack", auth="issued")
def test_keystone_asks_for_a_role(door: Any, fake_ims: FakeIMS) -> None:
    fake_ims.identity.add_user("tf", password="x", project="p")
    body = door.password(door.user(name="tf", password="x"), {"domain": door.domain})
    assert door.knock(body).status == 401
    projects = fake_ims.identity.projects
    fake_ims.identity.grant_roles("tf", fake_ims.user_domain_name, "reader")
    assert fake_ims.identity.projects == projects
    assert door.knock(body).status == 201
    assert fake_ims.identity.roles_of("tf", fake_ims.user_domain_name) == ("reader",)
    fake_ims.identity.revoke_roles("tf", fake_ims.user_domain_name)
    assert door.knock(body).status == 401


# agencies

@pytest.mark.parametrize("key", ["agency_name", "xrole_name"])
@ISSUED
def test_an_agency_is_assumed_with_a_token(door: Any, fake_ims: FakeIMS, key: str) -> None:
    people = fake_ims.identity
    customer = people.add_domain("customer")
    agency = people.add_agency("ops", domain=customer, trusts=fake_ims.user_domain_name,
                               project="eu-de_customer", roles=["reader"])
    scope = {"project": {"name": "eu-de_customer", "domain": {"name": "customer"}}}
    body = door.by("assume_role", {key: "ops", "domain_name": "customer"}, scope)
    reply = door.caller(door.token()).post("/v3/auth/tokens", body)
    assert reply.status == 201
    token = reply.json["token"]
    assert token["methods"] == ["assume_role"]
    assert token["user"]["name"] == "customer/ops"
    assert token["user"]["domain"]["name"] == "customer"
    assert token["assumed_by"]["user"]["name"] == fake_ims.username
    assert [role["name"] for role in token["roles"]] == ["reader"]
    caller = door.caller(reply.headers["X-Subject-Token"])
    assert caller.get("/v2/images").status == 200
    assert caller.post("/v2/images", {"name": "a"}).status == 403
    assert fake_ims.requests.last.tenant == "eu-de_customer"
    people.grant_roles(agency, "eu-de_customer", "member")
    reply = door.caller(door.token()).post("/v3/auth/tokens", body)
    caller = door.caller(reply.headers["X-Subject-Token"])
    assert caller.post("/v2/images", {"name": "a"}).status == 201
    assert people.agencies == [agency]
    with pytest.raises(UsageError, match="already exists"):
        people.add_agency("ops", domain=customer)


@ISSUED
def test_a_user_of_another_account_does_not_assume_it(door: Any, fake_ims: FakeIMS) -> None:
    people = fake_ims.identity
    people.add_domain("customer")
    people.add_agency("ops", domain="customer", trusts="customer", project="p9")
    body = door.by("assume_role", {"agency_name": "ops", "domain_name": "customer"})
    assert door.caller(door.token()).post("/v3/auth/tokens", body).status == 401
    assert door.knock(body).status == 401  # nobody asks
    for lacking in ({"agency_name": "ops"}, {"domain_name": "customer"}):
        reply = door.caller(door.token()).post("/v3/auth/tokens", door.by("assume_role", lacking))
        assert reply.status == 400


@pytest.mark.parametrize("mode", LENIENT)
def test_unknown_agencies_come_into_being(door: Any, fake_ims: FakeIMS, mode: str) -> None:
    body = door.by("assume_role", {"xrole_name": "ops", "domain_name": "customer"},
                   {"project": {"name": "eu-de_c", "domain": {"name": "customer"}}})
    reply = door.wire.caller(fake_ims.tenant("p2")).post("/v3/auth/tokens", body)
    assert reply.status == 201
    assert [row.name for row in fake_ims.identity.agencies] == ["ops"]
    assert "customer/ops" not in [row.name for row in fake_ims.identity.users]


# temporary keys

@ISSUED
def test_temporary_keys_of_a_token(door: Any, fake_ims: FakeIMS) -> None:
    token = door.token()
    body = {"auth": {"identity": {"methods": ["token"], "token": {
        "id": token, "duration_seconds": 3600}}}}
    for caller in (door.caller(token), door.wire):  # the token in the header, or in the body
        reply = caller.post(SECURITY_TOKENS, body)
        assert reply.status == 201
        found = reply.json["credential"]
        assert set(found) == {"access", "secret", "expires_at", "securitytoken"}
    key = fake_ims.identity.keys[found["access"]]
    assert (key.user_id, key.project_id) == (fake_ims.user_id, fake_ims.project_id)
    assert key.expires_at == pytest.approx(fake_ims.clock.now() + 3600, abs=5)
    keys = door.by("hw_ak_sk", {"access": {"key": found["access"]},
                                "secret": {"key": found["secret"]}})
    assert door.knock(keys).status == 201
    fake_ims.clock.advance("1h")
    assert door.knock(keys).status == 401


@ISSUED
def test_temporary_keys_sign_until_they_expire(door: Any, fake_ims: FakeIMS) -> None:
    core = pytest.importorskip("huaweicloudsdkcore")
    from huaweicloudsdkcore.auth.credentials import BasicCredentials
    from huaweicloudsdkcore.exceptions.exceptions import ClientRequestException
    from huaweicloudsdkims.v2 import ImsClient, ListImagesRequest

    assert core
    reply = door.caller(door.token()).post(SECURITY_TOKENS, {
        "auth": {"identity": {"methods": ["token"]}}})
    found = reply.json["credential"]
    signer = BasicCredentials(found["access"], found["secret"], fake_ims.project_id)
    signer.with_security_token(found["securitytoken"])
    client = ImsClient.new_builder().with_credentials(signer).with_endpoints(
        [fake_ims.url]).build()
    assert client.list_images(ListImagesRequest()).images == []
    fake_ims.clock.advance("14m")
    assert client.list_images(ListImagesRequest()).images == []
    fake_ims.identity.keys.add(fake_ims.username, access="AK", secret="SK")  # not this one
    key = fake_ims.identity.keys[found["access"]]
    assert key.expires_at is not None
    fake_ims.identity.keys.remove(key)
    with pytest.raises(ClientRequestException, match="ak not exist"):
        client.list_images(ListImagesRequest())


@ISSUED
def test_temporary_keys_of_an_agency(door: Any, fake_ims: FakeIMS) -> None:
    fake_ims.identity.add_domain("customer")
    agency = fake_ims.identity.add_agency("ops", domain="customer", project="p9")
    body = {"auth": {"identity": {"methods": ["assume_role"], "assume_role": {
        "agency_name": "ops", "domain_name": "customer"}}}}
    found = door.caller(door.token()).post(SECURITY_TOKENS, body).json["credential"]
    key = fake_ims.identity.keys[found["access"]]
    assert (key.user_id, key.project_id, key.roles) == (agency.id, "p9", ("member", "reader"))
    assert [row.id for row in fake_ims.identity.users if row.id == agency.id] == []


@ISSUED
@pytest.mark.parametrize(("identity", "status"), [
    ({"methods": ["password"]}, 401),
    ({"methods": ["token", "assume_role"]}, 401),
    ({"methods": ["assume_role"]}, 400),
    ({"methods": ["token"], "token": {"duration_seconds": 899}}, 400),
    ({"methods": ["token"], "token": {"duration_seconds": 86401}}, 400),
    ({"methods": ["token"], "token": {"duration_seconds": "x"}}, 400),
    ({}, 400),
])
def test_temporary_keys_that_are_refused(door: Any, identity: object, status: int) -> None:
    reply = door.caller(door.token()).post(SECURITY_TOKENS, {"auth": {"identity": identity}})
    assert reply.status == status
    assert reply.json["error"]["code"] == status


@ISSUED
def test_temporary_keys_need_somebody(door: Any) -> None:
    body = {"auth": {"identity": {"methods": ["token"]}}}
    assert door.wire.post(SECURITY_TOKENS, body).status == 401
    assert door.caller("x").post(SECURITY_TOKENS, body).status == 401


@pytest.mark.fake_ims(profile="openstack")
def test_plain_keystone_has_neither(door: Any, fake_ims: FakeIMS) -> None:
    assert door.caller(fake_ims.token).post(SECURITY_TOKENS, {}).status == 404
    reply = door.knock(door.by("assume_role", {}))
    assert reply.json["error"]["message"].startswith("Attempted to authenticate with an unsup")


# MFA

def both(door: Any, passcode: str, **named: object) -> Any:
    body = door.password(scope=door.project())
    body["auth"]["identity"]["methods"].append("totp")
    body["auth"]["identity"]["totp"] = {"user": {**named, "passcode": passcode}}
    return door.knock(body)


@ISSUED
def test_a_device_is_asked_for_its_passcode(door: Any, fake_ims: FakeIMS) -> None:
    fake_ims.identity.set_totp(fake_ims.username)
    assert door.knock(door.password()).status == 401
    for named in ({"id": fake_ims.user_id}, {"name": fake_ims.username}):
        reply = both(door, fake_ims.identity.passcode(fake_ims.username), **named)
        assert reply.status == 201
        assert reply.json["token"]["methods"] == ["password", "totp"]
    passcode = fake_ims.identity.passcode(fake_ims.username)
    fake_ims.clock.advance("2m")
    assert both(door, passcode, id=fake_ims.user_id).status == 401
    assert fake_ims.identity.passcode(fake_ims.username) != passcode
    fake_ims.identity.set_totp(fake_ims.username, None)
    assert door.knock(door.password()).status == 201
    with pytest.raises(UsageError, match="no virtual MFA device"):
        fake_ims.identity.passcode(fake_ims.username)
    with pytest.raises(UsageError, match="base32"):
        fake_ims.identity.set_totp(fake_ims.username, "1!")


def test_passcodes_are_those_of_the_standard() -> None:
    from base64 import b32encode

    from fake_ims.domain.identity.totp import passcode

    secret = b32encode(b"12345678901234567890").decode()  # RFC 6238, appendix B; last six digits
    assert [passcode(secret, at) for at in (59, 1111111109, 2000000000)] == [
        "287082", "081804", "279037"]


@ISSUED
def test_a_new_user_with_a_device(door: Any, fake_ims: FakeIMS) -> None:
    fake_ims.identity.add_user("ann", password="pw", totp_secret="JBSWY3DPEHPK3PXP")
    body = door.password(door.user(name="ann", password="pw"))
    assert door.knock(body).status == 401
    body["auth"]["identity"]["methods"].append("totp")
    body["auth"]["identity"]["totp"] = {"user": {
        "name": "ann", "passcode": fake_ims.identity.passcode("ann")}}
    assert door.knock(body).status == 201


def test_log_ins_without_content_type(door: Any, fake_ims: FakeIMS) -> None:
    import http.client
    import json
    from urllib.parse import urlsplit

    fake_ims.reset(profile="openstack", auth="issued")
    body = json.dumps(door.password(
        {**door.user(), "domain": {"name": fake_ims.user_domain_name}})).encode()
    for headers, status in (({}, 201), ({"Content-Type": "text/plain"}, 400)):
        connection = http.client.HTTPConnection(urlsplit(fake_ims.url).netloc)
        connection.request("POST", "/v3/auth/tokens", body, headers)
        assert connection.getresponse().status == status
        connection.close()
