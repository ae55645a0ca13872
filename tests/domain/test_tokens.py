"""Issued tokens: whose they are, what they may, and when they end."""

from __future__ import annotations

from typing import Any

import pytest

from fake_ims import UsageError
from fake_ims.domain.callers import AUTH_MODES, AuthMode, Caller
from fake_ims.domain.policies import Policy
from fake_ims.domain.refusal import Refused
from fake_ims.domain.tokens import Tokens

POLICY = Policy.of_actions(["ims:images:list"])
PROJECTS = frozenset({"e1"})


def refusal(tokens: Tokens, token: str | None, now: float = 0.0) -> str:
    with pytest.raises(Refused) as caught:
        tokens.identify(token, now)
    return caught.value.row.key


@pytest.mark.parametrize("mode", AUTH_MODES)
def test_what_is_issued(mode: AuthMode) -> None:
    tokens = Tokens(mode)
    caller = tokens.issue("p", roles=("admin",))
    assert (caller.user_id, caller.project_id) == ("p-user", "p")
    assert {"admin", "member", "reader"} <= set(caller.roles)
    assert tokens.identify(caller.token, 1e12) is caller
    assert tokens.knows(caller.token)
    assert tokens.expires_at(caller.token) is None
    assert tokens.newcomers == [tokens.default, caller]
    again = tokens.issue("p", user_id="p-user", roles=("reader",))
    assert again.token != caller.token
    assert tokens.tokens_of("p-user") == [caller.token, again.token]
    assert tokens.tokens_of("nobody") == []
    assert not tokens.knows("other")
    assert tokens.expires_at("other") is None


def test_a_token_of_ones_own() -> None:
    tokens = Tokens()
    assert tokens.issue("p", token="mine").token == "mine"
    assert tokens.identify("mine", 0.0).project_id == "p"
    assert tokens.issue(None, user_id="u", token="free").project_id is None


def test_a_triple_is_the_token() -> None:
    tokens = Tokens("triple")
    assert tokens.issue("p", roles=("member", "x"), token="ignored").token == "p-user:p:member,x"
    assert tokens.issue(None, user_id="u").token == "u::member"


@pytest.mark.parametrize(("names", "words"), [
    ({"project_id": "a:b", "user_id": "u"}, "project_id 'a:b'"),
    ({"project_id": "p", "user_id": "u:v"}, "user_id 'u:v'"),
    ({"project_id": "a:b"}, "project_id 'a:b'"),
])
def test_a_colon_divides_a_triple(names: dict[str, Any], words: str) -> None:
    with pytest.raises(UsageError, match=f"^{words} contains ':'"):
        Tokens("triple").issue(**names)
    assert Tokens("any").issue(**names).project_id == names["project_id"]


@pytest.mark.parametrize("given", [
    {"policy": POLICY}, {"enterprise_projects": PROJECTS},
    {"policy": POLICY, "enterprise_projects": PROJECTS},
])
def test_limits_are_the_users_until_others_are_given(given: dict[str, Any]) -> None:
    tokens = Tokens()
    first = tokens.issue("p", user_id="u", **given)
    later = tokens.issue("p", user_id="u")
    bare = Caller("u", "p", ("member",))
    for caller in (first, later, tokens.limited(bare)):
        assert caller.policy == given.get("policy")
        assert caller.enterprise_projects == given.get("enterprise_projects")
    stranger = tokens.issue("p", user_id="v")
    assert (stranger.policy, stranger.enterprise_projects) == (None, None)
    other = Caller("v", "p", ("member",))
    assert tokens.limited(other) is other
    tokens.issue("p", user_id="u", enterprise_projects=frozenset())
    assert tokens.limited(bare).policy is None
    assert tokens.issue("p", user_id="u").enterprise_projects == frozenset()


@pytest.mark.parametrize("mode", AUTH_MODES)
def test_a_token_expires_at_the_instant(mode: AuthMode) -> None:
    tokens = Tokens(mode)
    token = tokens.issue("p", expires_at=10.0).token
    assert tokens.expires_at(token) == 10.0
    assert tokens.identify(token, 9.9).project_id == "p"
    assert refusal(tokens, token, 10.0) == "auth.unknown"
    tokens.expire(token, 20.0, "5s")
    assert tokens.expires_at(token) == 25.0
    assert tokens.identify(token, 24.9).project_id == "p"
    tokens.expire(token, 24.0)
    assert tokens.expires_at(token) == 24.0
    assert refusal(tokens, token, 24.0) == "auth.unknown"


@pytest.mark.parametrize("mode", AUTH_MODES)
def test_an_ended_token_never_comes_back(mode: AuthMode) -> None:
    tokens = Tokens(mode)
    caller = tokens.issue("p")
    tokens.end(caller.token)
    assert refusal(tokens, caller.token, -1e12) == "auth.unknown"
    assert tokens.tokens_of(caller.user_id) == [caller.token]  # it is still this user's
    tokens.end(caller.token)
    assert refusal(tokens, caller.token) == "auth.unknown"


def test_a_token_that_was_not_issued_ends_where_it_is_accepted() -> None:
    tokens = Tokens("any")
    assert tokens.identify("other", 0.0) is tokens.default
    tokens.end("other")
    assert refusal(tokens, "other") == "auth.unknown"
    assert tokens.identify("another", 0.0) is tokens.default
    triples = Tokens("triple")
    triples.end("u:p:member")
    assert refusal(triples, "u:p:member") == "auth.unknown"
    assert triples.tokens_of("u") == ["u:p:member"]
    with pytest.raises(Refused):
        Tokens("issued").end("other")


def test_which_tokens_end_with_a_reset() -> None:
    tokens = Tokens("any", "lasting")
    issued = tokens.issue("p")
    assert tokens.ends() == {tokens.default.token, issued.token}
    assert tokens.lasting.token == "lasting"
    assert tokens.identify("lasting", 1e12) is tokens.lasting
    assert (tokens.lasting.user_id, tokens.lasting.project_id, tokens.lasting.roles) == (
        tokens.default.user_id, tokens.default.project_id, tokens.default.roles)
    alone = Tokens("issued")
    assert alone.lasting is alone.default
    assert alone.ends() == frozenset()
    triples = Tokens("triple", "lasting")
    triples.issue("p")
    assert triples.ends() == frozenset()
    assert triples.lasting is triples.default
    assert refusal(triples, "lasting") == "auth.unknown"


@pytest.mark.parametrize(("token", "user", "project", "roles"), [
    ("u:p:", "u", "p", ()), ("u::member", "u", None, ("member", "reader")),
    ("u:none:reader", "u", None, ("reader",)), ("u:NONE:reader", "u", None, ("reader",)),
    ("u%3Ap%3Areader", "u", "p", ("reader",)), ("u:p: Reader ,,other", "u", "p",
                                               ("reader", "other")),
    ("u:None1:x", "u", "None1", ("x",)),
])
def test_what_a_triple_says(token: str, user: str, project: str | None, roles: Any) -> None:
    tokens = Tokens("triple")
    caller = tokens.identify(token, 0.0)
    assert (caller.user_id, caller.project_id, caller.token) == (user, project, token)
    assert sorted(caller.roles) == sorted(roles)
    assert tokens.identify(token, 0.0) == caller
    assert not tokens.knows(token)


@pytest.mark.parametrize("mode", AUTH_MODES)
@pytest.mark.parametrize("token", [None, ""])
def test_no_token(mode: AuthMode, token: str | None) -> None:
    assert refusal(Tokens(mode), token) == "auth.missing"


@pytest.mark.parametrize("token", ["u\n:p:member", "\u200b:p:member", "other"])
def test_what_is_nobodys_token(token: str) -> None:
    assert refusal(Tokens("triple"), token) == "auth.unknown"
    assert refusal(Tokens("issued"), token) == "auth.unknown"


def test_an_unknown_mode() -> None:
    with pytest.raises(UsageError, match=r"auth mode.*'isued'.*'issued'"):
        Tokens("isued")  # type: ignore[arg-type]
