"""Why a log-in or a token was refused: the journal says it, the client does not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from fake_ims import FakeIMS
from fake_ims.domain.reasons import REASONS

Play = Callable[[FakeIMS, Any], object]
PLAYS: dict[str, tuple[str, Play, str]] = {}


def refused(reason: str, says: str, mode: str = "issued") -> Callable[[Play], Play]:
    """Register a play that is refused for a reason; ``says`` is a part of its sentence."""
    def register(play: Play) -> Play:
        PLAYS[reason] = (mode, play, says)
        return play
    return register


def user(door: Any, **other: object) -> dict[str, Any]:
    return door.password(door.user(**other))


def token(door: Any, text: str | None) -> object:
    return door.caller(text).get("/v2/images") if text else door.wire.get("/v2/images")


refused("token.missing", "no X-Auth-Token")(lambda fake, door: token(door, None))
refused("token.unknown", "not issued here")(lambda fake, door: token(door, "x"))
refused("token.triple", "user:project:role", "triple")(lambda fake, door: token(door, "x"))


@refused("token.expired", "has expired")
def _(fake: FakeIMS, door: Any) -> object:
    found = door.token()
    fake.clock.advance("25h")
    return token(door, found)


@refused("token.ended", "was revoked")
def _(fake: FakeIMS, door: Any) -> object:
    found = door.token()
    fake.identity.lock(fake.username)
    return token(door, found)


@refused("token.roles", "no role any more")
def _(fake: FakeIMS, door: Any) -> object:
    fake.reset(profile="openstack", auth="issued")
    fake.identity.add_user("ann", password="pw", project="p2", id="ann")
    found = door.token(door.password({"id": "ann", "password": "pw"}, door.project(id="p2")))
    path = "/v3/projects/p2/users/ann/roles"
    admin = door.caller(fake.tenant(fake.project_id, roles=["admin"], user="boss").token)
    for role in admin.get(path).json["roles"]:
        assert admin.send("DELETE", f"{path}/{role['id']}").status == 204
    return token(door, found)


@refused("token.delegated", "application credential or an agency")
def _(fake: FakeIMS, door: Any) -> object:
    made = fake.identity.application_credential(fake.username)
    found = door.token(door.by("application_credential", {"id": made.id, "secret": made.secret}))
    return door.knock(door.by("token", {"id": found}))


refused("domain.unknown", "unknown domain 'Default' in profile otc")(
    lambda fake, door: door.knock(user(door, domain={"name": "Default"})))
refused("body.wrong", "is no log-in")(lambda fake, door: door.knock({}))
refused("project.unknown", "unknown project 'nope'")(
    lambda fake, door: door.knock(door.password(scope=door.project(id="nope"))))
refused("user.unknown", "unknown user 'nope' in domain")(
    lambda fake, door: door.knock(user(door, name="nope")))
refused("password.wrong", "wrong password of user 'ims-user'")(
    lambda fake, door: door.knock(user(door, password="x")))
refused("methods.none", "names no method")(
    lambda fake, door: door.knock({"auth": {"identity": {"methods": []}}}))
refused("method.unknown", "'mapped' is not available in profile otc")(
    lambda fake, door: door.knock(door.by("mapped", {})))
refused("totp.alone", "needs method 'password'")(lambda fake, door: (
    fake.identity.set_totp(fake.username), door.knock(door.by("totp", {"user": {
        "id": fake.user_id, "passcode": fake.identity.passcode(fake.username)}}))))
refused("scope.system", "roles on the system")(
    lambda fake, door: door.knock(door.password(scope={"system": {"all": True}})))
refused("scope.trust", "no trusts")(
    lambda fake, door: door.knock(door.password(scope={"OS-TRUST:trust": {"id": "x"}})))
refused("agency.caller", "X-Auth-Token or a signature")(
    lambda fake, door: door.knock(door.by("assume_role", {
        "agency_name": "a", "domain_name": fake.user_domain_name})))
refused("credential.unknown", "unknown application credential 'x'")(
    lambda fake, door: door.knock(door.by("application_credential", {"id": "x", "secret": "y"})))
refused("key.unknown", "unknown access key 'AK'")(
    lambda fake, door: door.knock(door.by("hw_ak_sk", {
        "access": {"key": "AK"}, "secret": {"key": "SK"}})))
refused("key.secret", "wrong secret key")(
    lambda fake, door: door.knock(door.by("hw_ak_sk", {
        "access": {"key": fake.access_key}, "secret": {"key": "SK"}})))
refused("triple.ids", "'a:b'", "triple")(
    lambda fake, door: door.knock(door.password({"id": "a:b", "password": ""})))


@refused("domain.disabled", "is disabled")
def _(fake: FakeIMS, door: Any) -> object:
    fake.identity.add_domain("other").enabled = False
    return door.knock(user(door, domain={"name": "other"}))


@refused("project.disabled", "is disabled")
def _(fake: FakeIMS, door: Any) -> object:
    fake.identity.project(fake.project_id).enabled = False
    return door.knock(door.password(scope=door.project()))


@refused("project.default", "removed the default project", "any")
def _(fake: FakeIMS, door: Any) -> object:
    fake.identity.remove_project(fake.project_id)
    return door.knock(door.password(scope=door.project(name=fake.region, domain=door.domain)))


@refused("user.disabled", "is locked")
def _(fake: FakeIMS, door: Any) -> object:
    fake.identity.lock(fake.username)
    return door.knock(door.password())


@refused("user.default", "removed the default user", "any")
def _(fake: FakeIMS, door: Any) -> object:
    fake.identity.remove_user(fake.username)
    return door.knock(door.by("hw_ak_sk", {"access": {"key": "A"}, "secret": {"key": "S"}}))


@refused("roles.none", "no role on 'p2'")
def _(fake: FakeIMS, door: Any) -> object:
    fake.identity.add_project("p2")
    return door.knock(door.password(scope=door.project(id="p2")))


@refused("methods.differ", "different users")
def _(fake: FakeIMS, door: Any) -> object:
    body = door.password()
    body["auth"]["identity"]["methods"].append("token")
    body["auth"]["identity"]["token"] = {"id": fake.tenant("p2").token}
    return door.knock(body)


@refused("password.none", "has no password")
def _(fake: FakeIMS, door: Any) -> object:
    fake.identity.set_password(fake.username, None)
    return door.knock(door.password())


def with_passcode(door: Any, passcode: str) -> dict[str, Any]:
    body: dict[str, Any] = door.password()
    body["auth"]["identity"]["methods"].append("totp")
    body["auth"]["identity"]["totp"] = {"user": {"name": door.fake.username,
                                                 "passcode": passcode}}
    return body


@refused("totp.missing", "needs a passcode")
def _(fake: FakeIMS, door: Any) -> object:
    fake.identity.set_totp(fake.username)
    return door.knock(door.password())


@refused("totp.wrong", "wrong or old passcode")
def _(fake: FakeIMS, door: Any) -> object:
    fake.identity.set_totp(fake.username)
    old = fake.identity.passcode(fake.username)
    fake.clock.advance("10m")
    return door.knock(with_passcode(door, old))


refused("totp.none", "no virtual MFA device")(
    lambda fake, door: door.knock(with_passcode(door, "123456")))


@refused("credential.expired", "has expired")
def _(fake: FakeIMS, door: Any) -> object:
    made = fake.identity.application_credential(fake.username, expires="1h")
    fake.clock.advance("1h")
    return door.knock(door.by("application_credential", {"id": made.id, "secret": made.secret}))


@refused("credential.secret", "wrong secret")
def _(fake: FakeIMS, door: Any) -> object:
    made = fake.identity.application_credential(fake.username)
    return door.knock(door.by("application_credential", {"id": made.id, "secret": "x"}))


@refused("credential.owner", "is gone")
def _(fake: FakeIMS, door: Any) -> object:
    made = fake.identity.application_credential(fake.username)
    made.project_id = "gone"
    return door.knock(door.by("application_credential", {"id": made.id, "secret": made.secret}))


@refused("credential.scope", "asks for a scope")
def _(fake: FakeIMS, door: Any) -> object:
    made = fake.identity.application_credential(fake.username)
    return door.knock(door.by("application_credential", {"id": made.id, "secret": made.secret},
                              door.project()))


def temporary(fake: FakeIMS, door: Any) -> dict[str, Any]:
    reply = door.caller(door.token()).post("/v3.0/OS-CREDENTIAL/securitytokens", {
        "auth": {"identity": {"methods": ["token"], "token": {"duration_seconds": 900}}}})
    assert reply.status == 201, reply
    found: dict[str, Any] = reply.json["credential"]
    return found


@refused("key.expired", "was temporary")
def _(fake: FakeIMS, door: Any) -> object:
    key = temporary(fake, door)
    fake.clock.advance("15m")
    return door.knock(door.by("hw_ak_sk", {"access": {"key": key["access"]},
                                           "secret": {"key": key["secret"]}}))


@refused("key.owner", "is gone")
def _(fake: FakeIMS, door: Any) -> object:
    agency = fake.identity.add_agency("ops", project="p2")
    reply = door.caller(door.token()).post("/v3.0/OS-CREDENTIAL/securitytokens", {
        "auth": {"identity": {"methods": ["assume_role"], "assume_role": {
            "agency_name": "ops", "domain_name": fake.user_domain_name}}}})
    domain = fake.identity.add_domain("other")
    agency.trust_domain_id = domain.id
    fake.identity.remove_domain(domain)  # it takes the agency along
    key = reply.json["credential"]
    return door.knock(door.by("hw_ak_sk", {"access": {"key": key["access"]},
                                           "secret": {"key": key["secret"]}}))


def assume(fake: FakeIMS, door: Any) -> object:
    return door.caller(door.token()).post("/v3/auth/tokens", door.by("assume_role", {
        "xrole_name": "ops", "domain_name": fake.user_domain_name}))


refused("agency.unknown", "unknown agency 'ops'")(assume)


@refused("agency.trust", "trusts domain 'other'")
def _(fake: FakeIMS, door: Any) -> object:
    fake.identity.add_agency("ops", trusts=fake.identity.add_domain("other"))
    return assume(fake, door)


def test_every_reason_is_played() -> None:
    assert sorted(PLAYS) == sorted(REASONS)


@pytest.mark.parametrize("reason", sorted(REASONS))
def test_the_journal_says_why_and_the_wire_does_not(
    door: Any, fake_ims: FakeIMS, reason: str
) -> None:
    mode, play, says = PLAYS[reason]
    fake_ims.reset(profile="otc", auth=mode)
    play(fake_ims, door)
    last = fake_ims.requests.last
    assert last.status in (400, 401, 403, 404)
    assert says in last.reason
    assert f"[refused: {last.reason}]" in last.line()
    sent = str(last.response_body) + str(dict(last.response_headers))
    assert last.reason not in sent
    assert "fake.identity" not in sent


def test_a_reason_has_no_secret(door: Any, fake_ims: FakeIMS) -> None:
    fake_ims.reset(auth="issued")
    door.knock(user(door, password="open sesame"))
    token(door, "secret-token")
    assert all("sesame" not in one.reason and "secret-token" not in one.reason
               for one in fake_ims.requests)


def test_what_is_not_refused_has_none(door: Any, fake_ims: FakeIMS) -> None:
    door.enter()
    assert fake_ims.requests.last.reason == ""
    assert "refused" not in fake_ims.requests.last.line()


def test_no_log_in_is_refused_without_a_reason() -> None:
    from pathlib import Path

    import fake_ims.domain.identity as package

    for path in Path(package.__file__).parent.glob("*.py"):
        text = path.read_text()
        assert 'Refused("identity.unauthorized"' not in text, path
        assert 'Refused("auth.' not in text, path
