"""Policies of fine-grained permissions: what they take, and what they allow."""

from __future__ import annotations

from typing import Any

import pytest

from fake_ims import UsageError
from fake_ims.domain.policies import Policy, actions


def document(*statements: Any, **more: Any) -> Any:
    return {"Statement": list(statements), **more}


def test_deny_comes_before_allow() -> None:
    policy = Policy.of_document(document(
        {"Effect": "Deny", "Action": ["ims:images:delete"]},
        {"Effect": "Allow", "Action": ["ims:images:*", "ims:serverImages:create"]},
        Version="1.1"))
    assert policy.deny == ("ims:images:delete",)
    assert policy.allow == ("ims:images:*", "ims:serverImages:create")
    assert policy.allows("ims:images:list")
    assert policy.allows("ims:serverImages:create")
    assert not policy.allows("ims:images:delete")
    assert not policy.allows("ims:dataImages:create")


def test_actions_are_allowed_alone() -> None:
    policy = Policy.of_actions(iter(["ims:images:l*"]))
    assert policy == Policy(("ims:images:l*",))
    assert {action for action in actions() if policy.allows(action)} == {"ims:images:list"}
    assert not any(map(Policy.of_actions([]).allows, actions()))
    assert all(map(Policy.of_actions(["*"]).allows, actions()))


@pytest.mark.parametrize("given", ["ims:images:list", b"ims:images:list", 3, None])
def test_actions_are_a_list(given: Any) -> None:
    with pytest.raises(UsageError, match="actions must be a list"):
        Policy.of_actions(given)


@pytest.mark.parametrize(("given", "words"), [
    ([], "a policy must be"), ({}, "a policy must be"), ({"Statement": {}}, "a policy must be"),
    (document(Version=float("nan")), "policy.Version: nan is not a finite number"),
    (document("Allow"), "a statement of a policy must be an object"),
    (document({"Effect": "Allow", "Action": [], "Resource": "*"}), "'Resource' in a policy"),
    (document({"Effect": "allow", "Action": []}), "did you mean 'Allow'"),
    (document({"Action": []}), "Effect of a statement"),
    (document({"Effect": "Allow", "Action": "ims:images:list"}), "must be a list of actions"),
    (document({"Effect": "Allow"}), "must be a list of actions"),
    (document({"Effect": "Allow", "Action": [1]}), "an action must be a string"),
    (document({"Effect": "Deny", "Action": ["ims:images:lst"]}), "did you mean 'ims:images:list'"),
])
def test_what_is_no_policy(given: Any, words: str) -> None:
    with pytest.raises(UsageError) as caught:
        Policy.of_document(given)
    assert words in str(caught.value)
