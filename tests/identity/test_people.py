"""``fake.identity``: who may log in, and how the three auth modes take strangers."""

from __future__ import annotations

import re
from typing import Any

import pytest

from fake_ims import FakeIMS, UsageError

MODES = [pytest.param(mode, marks=pytest.mark.fake_ims(auth=mode))
         for mode in ("any", "issued", "triple")]
LENIENT = [mode for mode in MODES if mode.values != ("issued",)]
ISSUED = pytest.mark.fake_ims(auth="issued")


def roles(reply: Any) -> list[str]:
    return [role["name"] for role in reply.json["token"]["roles"]]


@pytest.mark.parametrize("mode", MODES)
def test_a_user_in_a_sentence(door: Any, fake_ims: FakeIMS, mode: str) -> None:
    fake_ims.identity.add_user("ann", password="pw", project="p2", roles=["reader"])
    user = door.user(name="ann", password="pw")
    for scope in ({"name": "p2", "domain": door.domain}, {"id": "p2"}):
        reply = door.enter(door.password(user, {"project": scope}))
        assert roles(reply) == ["reader"]
        caller = door.caller(reply.headers["X-Subject-Token"])
        assert caller.get("/v2/images").status == 200
        assert caller.post("/v2/images", {"name": "a"}).status == 403
        assert fake_ims.requests.last.caller == "ann:p2"
    assert fake_ims.tenant("p2", user="ann").user_id == fake_ims.identity.user("ann").id


@ISSUED
def test_the_admin_has_the_roles_of_their_group(door: Any) -> None:
    token = door.enter(door.password(door.user(name="admin"), door.project())).json["token"]
    assert "admin" in {role["name"] for role in token["roles"]}


def test_a_known_role_is_not_added_to(door: Any, fake_ims: FakeIMS) -> None:
    fake_ims.identity.add_user("ro", password="pw", roles=["reader"],
                               project=fake_ims.project_name)
    body = door.password(door.user(name="ro", password="pw"), door.project())
    token = door.enter(body).json["token"]
    assert [role["name"] for role in token["roles"]] == ["reader"]
    assert re.fullmatch(r"[\w-]{22}", token["audit_ids"][0])


def test_a_domain_goes_with_its_people_only(door: Any, fake_ims: FakeIMS) -> None:
    domain = fake_ims.identity.add_domain("gone")
    fake_ims.identity.add_user("guest", domain=domain)
    fake_ims.identity.remove_domain(domain)
    door.enter()
    names = [user["name"] for user in door.admin().get("/v3/users").json["users"]]
    assert fake_ims.username in names
    assert "guest" not in names


@ISSUED
def test_strict_lets_only_known_people_in(door: Any, fake_ims: FakeIMS) -> None:
    people = fake_ims.identity
    people.add_user("ann", password="pw")
    people.add_project("p2")
    ann, p2 = door.user(name="ann", password="pw"), door.project(id="p2")
    assert door.knock(door.password(ann)).status == 201
    assert door.knock(door.password(ann, p2)).status == 401  # no role there
    people.grant_roles("ann", "p2", "member")
    entered = door.enter(door.password(ann, p2))
    assert roles(entered) == ["member", "reader"]
    people.revoke_roles("ann", "p2", "member")
    assert door.caller(entered.headers["X-Subject-Token"]).create()["owner"] == "p2"
    assert door.knock(door.password(ann, p2)).status == 401
    people.grant_roles("ann", "p2", "member", "admin")
    people.revoke_roles("ann", "p2")
    assert door.knock(door.password(ann, p2)).status == 401
    people.set_password("ann", "other")
    assert door.knock(door.password(ann)).status == 401
    assert door.knock(door.password({**ann, "password": "other"})).status == 201
    people.set_password("ann", None)
    assert door.knock(door.password({**ann, "password": "other"})).status == 401
    people.remove_user("ann")
    assert door.knock(door.password(ann)).status == 401


@pytest.mark.parametrize("mode", MODES)
def test_a_locked_user(door: Any, fake_ims: FakeIMS, mode: str) -> None:
    fake_ims.identity.add_user("ann", password="pw", project="p2")
    body = door.password(door.user(name="ann", password="pw"), door.project(id="p2"))
    token = door.token(body)
    fake_ims.identity.lock("ann")
    assert door.knock(body).status == 401
    assert door.caller(token).get("/v2/images").status == 401
    assert door.caller(token).get("/v3/auth/projects").status == 401
    fake_ims.identity.unlock("ann")
    if mode != "triple":  # where a new token is the same as the old
        assert door.caller(token).get("/v2/images").status == 401
    assert door.caller(door.token(body)).get("/v2/images").status == 200


@ISSUED
def test_the_keys_of_a_locked_user(door: Any, fake_ims: FakeIMS) -> None:
    body = door.by("hw_ak_sk", {"access": {"key": fake_ims.access_key},
                                "secret": {"key": fake_ims.secret_key}})
    fake_ims.identity.lock(fake_ims.username)
    assert door.knock(body).status == 401
    fake_ims.identity.unlock(fake_ims.username)
    assert door.knock(body).status == 201


@ISSUED
def test_another_domain(door: Any, fake_ims: FakeIMS) -> None:
    people = fake_ims.identity
    other = people.add_domain("other")
    project = people.add_project("eu-de", domain="other", id="p9")
    ann = people.add_user("ann", password="pw", domain=other, project=project)
    people.add_user("ann", password="home", id="ann-at-home")
    body = door.password({"name": "ann", "password": "pw", "domain": {"name": "other"}},
                         {"project": {"name": "eu-de", "domain": {"id": "other"}}})
    token = door.enter(body).json["token"]
    assert (token["user"]["id"], token["project"]["id"]) == (ann.id, "p9")
    with pytest.raises(UsageError, match="several projects have the name 'eu-de'"):
        people.project("eu-de")
    people.remove_domain("other")
    assert door.knock(body).status == 401
    with pytest.raises(UsageError, match="cannot be removed"):
        people.remove_domain(fake_ims.user_domain_name)


@ISSUED
def test_a_group(door: Any, fake_ims: FakeIMS) -> None:
    fake_ims.identity.add_user("ann", password="pw")
    fake_ims.identity.add_group("testers", users=["ann"], project="p2", roles=["admin"])
    body = door.password(door.user(name="ann", password="pw"), door.project(id="p2"))
    assert roles(door.enter(body))[0] == "admin"
    fake_ims.identity.remove_project("p2")
    assert door.knock(body).status == 401


@ISSUED
def test_what_a_removed_project_leaves(door: Any, fake_ims: FakeIMS) -> None:
    people = fake_ims.identity
    people.add_user("ann", password="pw", project="p2")
    lost, kept = people.application_credential("ann"), people.application_credential("ims-user")
    people.remove_project("p2")
    bodies = [door.by("application_credential", {"id": made.id, "secret": made.secret})
              for made in (lost, kept)]
    assert [door.knock(body).status for body in bodies] == [404, 201]


@ISSUED
def test_a_user_who_comes_again_has_none_of_the_old_roles(door: Any, fake_ims: FakeIMS) -> None:
    people = fake_ims.identity
    people.add_user("ann", password="pw", project="p2", id="ann")
    people.remove_user("ann")
    people.add_user("ann", password="pw", id="ann")
    body = door.password(door.user(name="ann", password="pw"), door.project(id="p2"))
    assert door.knock(body).status == 401


def test_only_domains_with_a_role_are_open(door: Any, fake_ims: FakeIMS) -> None:
    fake_ims.identity.add_domain("other")
    found = door.caller(door.token()).get("/v3/auth/domains").json["domains"]
    assert [domain["name"] for domain in found] == [fake_ims.user_domain_name]


@ISSUED
def test_a_key(door: Any, fake_ims: FakeIMS) -> None:
    people = fake_ims.identity
    people.add_user("ann", project="p2", roles=["reader"])
    key = people.keys.add("ann")
    assert (key.user_id, key.project_id) == ("ann", "p2")
    body = door.by("hw_ak_sk", {"access": {"key": key.access}, "secret": {"key": key.secret}},
                   door.project(id="p2"))
    assert roles(door.enter(body)) == ["reader"]
    assert people.keys[key.access] == key
    assert [one.access for one in people.keys] == [fake_ims.access_key, key.access]
    people.keys.remove(key)
    assert len(people.keys) == 1
    assert door.knock(body).status == 401
    people.keys.add("ann", access="AK", secret="SK", security_token="temporary")
    people.remove_user("ann")
    assert len(people.keys) == 1
    with pytest.raises(UsageError, match="unknown access key 'AK'"):
        people.keys["AK"]


# strangers

@pytest.mark.parametrize("mode", LENIENT)
@pytest.mark.parametrize(("name", "first"), [
    ("ann", "member"), ("admin", "admin"), ("administrator", "admin"), ("Admin2", "admin"),
    ("reader", "reader"), ("reader-7", "reader"), ("my-admin", "member")])
def test_strangers_come_into_being_as_named(
    door: Any, fake_ims: FakeIMS, name: str, first: str, mode: str
) -> None:
    user = {"name": name, "password": "whatever", "domain": {"name": "Anywhere"}}
    scope = {"project": {"name": "my project", "domain": {"name": "Anywhere"}}}
    first_time = door.enter(door.password(user, scope))
    assert roles(first_time)[0] == first
    one = first_time.json["token"]
    assert one["project"]["name"] == "my project"
    assert one["user"]["domain"]["name"] == one["project"]["domain"]["name"] == "Anywhere"
    fake_ims.reset(auth=mode)
    other = door.enter(door.password(user, scope)).json["token"]
    assert (other["project"], other["user"]) == (one["project"], one["user"])
    caller = door.caller(door.token(door.password(user, scope)))
    reply = caller.post("/v2/images", {"name": "a"})
    assert reply.status == (403 if first == "reader" else 201)
    if reply.status == 201:
        assert reply.json["owner"] == one["project"]["id"]


@pytest.mark.parametrize("mode", LENIENT)
def test_a_project_keeps_the_id_that_was_given(door: Any, mode: str) -> None:
    reply = door.enter(door.password({"id": "u7", "password": ""}, {"project": {"id": "p7"}}))
    token = reply.json["token"]
    assert (token["project"]["id"], token["project"]["name"]) == ("p7", "p7")
    assert (token["user"]["id"], token["user"]["name"]) == ("u7", "u7")


@pytest.mark.parametrize("mode", LENIENT)
def test_the_regions_name_is_the_default_project_in_any_domain(
    door: Any, fake_ims: FakeIMS, mode: str
) -> None:
    scope = {"project": {"name": "eu-de", "domain": {"id": "default"}}}
    token = door.enter(door.password(door.user(domain={"id": "default"}), scope)).json["token"]
    assert token["project"]["id"] == fake_ims.project_id


@pytest.mark.parametrize("mode", LENIENT)
def test_every_way_to_log_in_works(door: Any, fake_ims: FakeIMS, mode: str) -> None:
    token = "u1:p1:member" if mode == "triple" else "whatever"
    for method, shown in (
        ("password", {"user": door.user(password="wrong")}),
        ("token", {"id": token}),
        ("hw_ak_sk", {"access": {"key": "AK"}, "secret": {"key": "SK"}}),
    ):
        scope = {"project": {"id": "p2"}}
        assert door.enter(door.by(method, shown, scope)).json["token"]["project"]["id"] == "p2"
    for shown in ({"id": "x", "secret": "y"},
                  {"name": "x", "secret": "y", "user": {"name": "ann", "domain": door.domain}}):
        reply = door.enter(door.by("application_credential", shown))
        assert reply.json["token"]["project"]["id"] == fake_ims.project_id


@pytest.mark.fake_ims(auth="triple")
def test_triple_gives_a_triple(door: Any, fake_ims: FakeIMS) -> None:
    assert door.token() == f"{fake_ims.user_id}:{fake_ims.project_id}:member,reader"
    assert door.token(door.password()) == f"{fake_ims.user_id}::"
    for id in ("a:b", "a\r\nX-Evil: 1", "é", "a\0"):
        for user, project in ((id, "p"), ("u", id)):
            body = door.password({"id": user, "password": "x"}, {"project": {"id": project}})
            assert door.knock(body).status == 401


@pytest.mark.parametrize("mode", MODES)
def test_a_token_lasts_a_day_on_the_fakes_clock(
    door: Any, fake_ims: FakeIMS, mode: str
) -> None:
    caller = door.caller(door.token())
    fake_ims.clock.advance("23h59m59s")
    assert caller.get("/v2/images").status == 200
    fake_ims.clock.advance("1s")
    assert caller.get("/v2/images").status == 401
    assert door.caller(door.token()).get("/v2/images").status == 200
    fake_ims.identity.token_lifetime = "1h"
    assert fake_ims.identity.token_lifetime == 3600
    caller = door.caller(door.token())
    fake_ims.clock.advance("1h")
    assert caller.get("/v2/images").status == 401


def test_a_reset_brings_the_first_people_back(fake_ims: FakeIMS) -> None:
    people = fake_ims.identity
    people.add_user("ann", project="p2")
    people.remove_user("admin")
    people.token_lifetime = "1h"
    fake_ims.reset()
    assert [user.name for user in people.users] == ["ims-user", "admin"]
    assert [project.name for project in people.projects] == ["eu-de"]
    assert [domain.name for domain in people.domains] == [fake_ims.user_domain_name]
    assert people.token_lifetime == 86400


@pytest.mark.parametrize(("call", "message"), [
    (lambda people: people.add_user("admin"), "a user 'admin' already exists in domain"),
    (lambda people: people.add_user("x", id=people.user("admin").id), "a user with id .* exists"),
    (lambda people: people.add_user(""), "name must be a string"),
    (lambda people: people.add_user("a\n"), "characters"),
    (lambda people: people.add_user("a", roles="member"), "roles must be a list"),
    (lambda people: people.add_user("a", domain="x"), "unknown domain 'x'"),
    (lambda people: people.add_project("eu-de"), "a project 'eu-de' already exists"),
    (lambda people: people.add_domain(people.domains[0].name), "already exists"),
    (lambda people: people.add_group("admins"), "a group 'admins' already exists"),
    (lambda people: people.lock("admim"), "did you mean 'admin'"),
    (lambda people: people.lock(5), "unknown user 5"),
    (lambda people: people.project("x"), "unknown project 'x'"),
    (lambda people: people.remove_domain(None), "cannot be removed"),
    (lambda people: people.keys.add("ims-user", project="x"), "unknown project"),
    (lambda people: people.keys.add("ims-user", access="FAKEIMSACCESSKEY0001"),
     "access key 'FAKEIMSACCESSKEY0001' already exists"),
    (lambda people: [people.application_credential("admin") for _ in "ab"],
     "already has an application"),
    (lambda people: setattr(people, "token_lifetime", "soon"), "is not a duration"),
])
def test_what_cannot_be(fake_ims: FakeIMS, call: Any, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        call(fake_ims.identity)


def test_a_user_without_a_project_has_no_credential(fake_ims: FakeIMS) -> None:
    people = fake_ims.identity
    people.add_user("ann")
    people.add_project("p2")
    with pytest.raises(UsageError, match="no role on any project"):
        people.application_credential("ann")
    with pytest.raises(UsageError, match="no role on project 'p2'"):
        people.application_credential("ann", project="p2")
    people.grant_roles("ann", "p2", "member")
    assert people.application_credential("ann").project_id == "p2"
