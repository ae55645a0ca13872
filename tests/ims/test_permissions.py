"""Policies: each operation needs the actions of its row, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest

from fake_ims import FakeIMS, UsageError
from fake_ims.contract.model import Operation
from fake_ims.contract.operations import OPERATIONS
from fake_ims.domain.permissions import Policy

from .conftest import Ims

GUARDED = [row for row in OPERATIONS if row.actions and "otc" in row.profiles]
NEEDED = [(row, action) for row in GUARDED for action in row.actions
          if action not in row.conditional]


def send(ims: Ims, row: Operation, headers: dict[str, str]) -> int:
    """The status of a request of the operation, whatever it asks for."""
    image = ims.fake.images.add(name="i", owner="p2", tags=["k=v"],
                                members={"p3": "pending"})
    path = (row.path.replace("{image_id}", image.id).replace("{project_id}", "p2")
            .replace("{member_id}", "p3").replace("{tag}", "k").replace("{key}", "k"))
    body: Any = {"patch": [], "json": {}}.get(row.body)
    return ims.session.request(row.method, ims.fake.url + path, json=body,
                               headers=headers).status_code


@pytest.mark.parametrize(("row", "action"), NEEDED, ids=lambda one: getattr(one, "id", one))
def test_an_operation_is_refused_without_one_of_its_actions(
    ims: Ims, row: Operation, action: str
) -> None:
    policy = {"Statement": [{"Effect": "Allow", "Action": ["ims:*:*"]},
                            {"Effect": "Deny", "Action": [action]}]}
    tenant = ims.fake.tenant("p2", user="u2", policy=policy)
    assert send(ims, row, tenant.headers) == 403


@pytest.mark.parametrize("row", GUARDED, ids=lambda row: row.id)
def test_an_operation_needs_no_other_action(ims: Ims, row: Operation) -> None:
    tenant = ims.fake.tenant("p2", user="u2", actions=row.actions)
    assert send(ims, row, tenant.headers) not in (401, 403, 500)


def test_the_refusal_names_code_and_action(ims: Ims) -> None:
    tenant = ims.fake.tenant("p2", actions=["ims:images:get"])
    document = ims.ask("GET /v2/images", status=403, headers=tenant.headers)
    assert document["error"]["code"] == "IMG.0026"
    assert "ims:images:list" in document["error"]["message"]


def test_deny_goes_before_allow() -> None:
    policy = Policy(("ims:images:*",), ("ims:images:delete",))
    assert policy.allows("ims:images:list")
    assert not policy.allows("ims:images:delete")
    assert not policy.allows("ims:quotas:get")


def test_a_policy_holds_for_the_tokens_that_its_user_logs_in_for(ims: Ims) -> None:
    tenant = ims.fake.tenant("p2", user="u2", actions=["ims:images:get"])
    token = ims.session.post(ims.fake.url + "/v3/auth/tokens", json={"auth": {
        "identity": {"methods": ["token"], "token": {"id": tenant.token}}}}).headers[
            "X-Subject-Token"]
    assert ims.session.get(ims.fake.url + "/v2/images",
                           headers={"X-Auth-Token": token}).status_code == 403


def test_a_policy_holds_for_the_keys_of_its_user(ims: Ims) -> None:
    ims.fake.reset(auth="any")
    ims.fake.tenant(ims.fake.project_id, user=ims.fake.user_id, actions=["ims:images:get"])
    signed = {"Authorization": f"SDK-HMAC-SHA256 Access={ims.fake.access_key}, "
              "SignedHeaders=host, Signature=x"}
    assert ims.refused("GET /v2/images", status=403, headers=signed) == "IMG.0026"


def test_another_user_of_the_project_is_not_limited(ims: Ims) -> None:
    ims.fake.tenant("p2", user="u2", actions=["ims:images:get"])
    other = ims.fake.tenant("p2", user="u3")
    ims.ask("GET /v2/images", status=200, headers=other.headers)


@pytest.mark.parametrize(("arguments", "text"), [
    ({"actions": ["ims:images:lst"]}, "did you mean 'ims:images:list'"),
    ({"actions": "ims:images:list"}, "actions is a list"),
    ({"actions": [3]}, "an action is a text"),
    ({"actions": [], "policy": {"Statement": []}}, "not both"),
    ({"policy": {}}, "a policy is"),
    ({"policy": {"Statement": [3]}}, "a statement of a policy is an object"),
    ({"policy": {"Statement": [{"Effect": "Permit", "Action": []}]}}, "Effect"),
    ({"policy": {"Statement": [{"Effect": "Allow", "Action": "ims:*:*"}]}}, "is a list"),
    ({"policy": {"Statement": [{"Effect": "Allow", "Action": [], "Condition": {}}]}},
     "'Condition'"),
    ({"enterprise_projects": "0"}, "is a list of ids"),
])
def test_what_cannot_be_a_policy_is_said_so(
    ims: Ims, arguments: dict[str, Any], text: str
) -> None:
    with pytest.raises(UsageError, match=text):
        ims.fake.tenant("p2", **arguments)


def test_without_a_policy_the_roles_decide() -> None:
    with FakeIMS() as fake:
        assert fake.tenant("p2").roles == ("member", "reader")
        assert fake.tenant("p2") is fake.tenant("p2")
        assert fake.tenant("p2", actions=["ims:images:list"]) is not fake.tenant("p2")
