"""Policies: each operation needs the actions of its row, and nothing else."""

from __future__ import annotations

import json
from typing import Any

import pytest
import requests

from fake_ims import FakeIMS, UsageError
from fake_ims.contract.model import Operation
from fake_ims.contract.operations import BY_ID, OPERATIONS
from fake_ims.domain.policies import Policy

from . import test_effects as effects
from .conftest import Ims

GUARDED = [row for row in OPERATIONS if row.actions and "otc" in row.profiles]
NEEDED = [(row, action) for row in GUARDED for action in row.actions
          if action not in row.conditional]


def send(ims: Ims, row: Operation, headers: dict[str, str]) -> requests.Response:
    """The answer to a request of the operation, whatever it asks for."""
    image = ims.fake.images.add(name="i", owner="p2", tags=["k=v"],
                                members={"p3": "pending"})
    path = (row.path.replace("{image_id}", image.id).replace("{project_id}", "p2")
            .replace("{member_id}", "p3").replace("{tag}", "k").replace("{key}", "k"))
    body: Any = {"patch": [], "json": {}}.get(row.body)
    return ims.session.request(row.method, ims.fake.url + path, json=body,
                               headers=headers)


@pytest.mark.parametrize(("row", "action"), NEEDED, ids=lambda one: getattr(one, "id", one))
def test_an_operation_is_refused_without_one_of_its_actions(
    ims: Ims, row: Operation, action: str
) -> None:
    policy = {"Statement": [{"Effect": "Allow", "Action": ["ims:*:*"]},
                            {"Effect": "Deny", "Action": [action]}]}
    tenant = ims.fake.tenant("p2", user="u2", policy=policy)
    answer = send(ims, row, tenant.headers)
    assert answer.status_code == 403
    if row.method != "HEAD":
        assert answer.json()["error"]["code"] == "IMG.0026"
        assert action in answer.json()["error"]["message"]


@pytest.mark.parametrize("row", GUARDED, ids=lambda row: row.id)
def test_an_operation_needs_no_other_action(ims: Ims, row: Operation) -> None:
    tenant = ims.fake.tenant("p2", user="u2", actions=row.actions)
    assert send(ims, row, tenant.headers).status_code not in (401, 403, 500)


IMS = [(row, shape) for row in GUARDED if row.face == "ims"
       for shape in range(len(effects.REQUESTS[row.id].bodies) or 1 if row.id in effects.REQUESTS
                          else 1)]
# Which of the conditional actions a shape of a body needs.
CONDITIONAL = {("cloudimages.quickimport", 0): "ims:serverImages:create",
               ("cloudimages.quickimport", 1): "ims:dataImages:create"}


def ask(ims: Ims, row: Operation, shape: int, policy: dict[str, Any]) -> Any:
    """The answer, with its status, to a request that is sound, by a user with that policy."""
    effects.arrange(ims)
    project = effects.CALLERS.get(row.id, ims.fake.project_id)
    user = ims.fake.tenant(project, user="limited", policy=policy)
    return effects.ask(ims, row.id, effects.least(row.id, shape), user.headers)


def needed(row: Operation, shape: int) -> set[str]:
    """The actions that the request needs."""
    found = set(row.actions) - set(row.conditional)
    condition = CONDITIONAL.get((effects.elder(row.id), shape))
    return found | {condition} if condition else found


@pytest.mark.parametrize(("row", "shape"), IMS, ids=lambda one: getattr(one, "id", one))
def test_what_its_actions_allow_is_done_and_without_one_it_is_refused(
    ims: Ims, row: Operation, shape: int
) -> None:
    actions = needed(row, shape)
    wild = {action.rpartition(":")[0] + ":*" for action in actions}
    for allowed in (actions, wild, {"ims:*:*"}, {"*:*:*"}):
        statement = {"Effect": "Allow", "Action": sorted(allowed)}
        status, answer = ask(ims, row, shape, {"Statement": [statement]})
        assert status == row.success, answer
    for action in actions:
        for policy in (
            {"Statement": [{"Effect": "Allow", "Action": sorted(actions - {action})}]},
            {"Statement": [{"Effect": "Deny", "Action": [action]},
                           {"Effect": "Allow", "Action": ["ims:*:*"]}]},
        ):
            status, answer = ask(ims, row, shape, policy)
            assert status == 403
            assert answer["error"].keys() == {"code", "message"}
            assert answer["error"]["code"] == "IMG.0026"
            assert action in answer["error"]["message"]


@pytest.mark.parametrize("operation", ["cloudimages.copy", "cloudimages.copy_v21",
                                       "cloudimages.update"])
def test_an_enterprise_project_needs_an_action_more(ims: Ims, operation: str) -> None:
    body: Any = {"name": "n", "enterprise_project_id": effects.B}
    if operation == "cloudimages.update":
        body = [{"op": "add", "path": "/enterprise_project_id", "value": effects.B}]
    row = BY_ID[operation]
    for actions, status in ((row.actions, 200),
                            (set(row.actions) - set(row.conditional), 403)):
        effects.arrange(ims)
        user = ims.fake.tenant(ims.fake.project_id, user="limited", actions=actions)
        assert effects.ask(ims, operation, body, user.headers)[0] == status


OF_AN_IMAGE = [row for row in GUARDED if "{image_id}" in row.path
               and row.id != "cloudimages.members.update"]


@pytest.mark.parametrize("row", OF_AN_IMAGE, ids=lambda row: row.id)
def test_an_image_of_another_enterprise_project_is_not_there(ims: Ims, row: Operation) -> None:
    effects.arrange(ims)
    image_id = effects.IMAGES.get(row.id, effects.A)
    ims.fake.images[image_id].set(enterprise_project_id=effects.B, tags=["k"])
    body: Any = (effects.least(row.id) if row.face == "ims" else
                 {"members.add": {"member": "p8"}, "members.update": {"status": "accepted"},
                  "images.update": []}.get(row.id))
    path = (row.path.replace("{image_id}", image_id).replace("{member_id}", "p2")
            .replace("{project_id}", ims.fake.project_id).replace("{tag}", "k")
            .replace("{key}", "k"))
    media = ({"Content-Type": "application/openstack-images-v2.1-json-patch"}
             if row.id == "images.update" else
             {"Content-Type": "application/octet-stream"} if row.body == "octets" else {})
    answers = []
    for projects in (["0"], ["0", effects.B]):
        user = ims.fake.tenant(ims.fake.project_id, user=f"user-{len(projects)}",
                               enterprise_projects=projects)
        answers.append(ims.session.request(row.method, ims.fake.url + path, json=body,
                                           headers={**user.headers, **media}))
    hidden, shown = answers
    if row.method != "HEAD":
        assert hidden.json()["error"]["code"] == "IMG.0144"
    assert hidden.status_code == (400 if row.face == "ims" else 404)
    # Data are of a queued image alone, and only the member itself accepts.
    assert shown.status_code == {"images.upload": 409, "members.update": 403}.get(
        row.id, row.success)


@pytest.mark.parametrize("path", [
    "/v2/images", "/v1.1/images/detail", "/v2/cloudimages", "/v1/cloudimages/tags",
    "/v2/{project_id}/images/tags", "/v2/{project_id}/images/resource_instances/action"])
def test_a_list_shows_the_images_of_ones_enterprise_projects(ims: Ims, path: str) -> None:
    for name, project in (("mine", effects.B), ("other", effects.A), ("default", "0")):
        ims.fake.images.add(name=name, tags=[f"{name}=x"], enterprise_project_id=project)
    user = ims.fake.tenant(ims.fake.project_id, user="limited", enterprise_projects=[effects.B])
    body = {"action": "filter"} if path.endswith("action") else None
    route = f"{'POST' if body else 'GET'} {path.format(project_id=ims.fake.project_id)}"
    found = json.dumps(ims.ask(route, body, status=200, headers=user.headers))
    assert "mine" in found
    assert "other" not in found
    assert "default" not in found


@pytest.mark.parametrize(("operation", "shape"), [
    ("cloudimages.create", 0), ("cloudimages.create", 1), ("cloudimages.create", 2),
    ("cloudimages.create", 3), ("cloudimages.quickimport", 0), ("cloudimages.quickimport", 1),
    ("cloudimages.create_data_image", 0), ("cloudimages.create_whole_image", 0),
    ("cloudimages.create_whole_image", 1), ("cloudimages.copy", 0)])
def test_nothing_is_put_into_another_enterprise_project(
    ims: Ims, operation: str, shape: int
) -> None:
    body = effects.least(operation, shape)
    for project, status in ((effects.B, 403), ("0", 200), (None, 200)):
        effects.arrange(ims)
        user = ims.fake.tenant(ims.fake.project_id, user="limited", enterprise_projects=["0"])
        answer = effects.ask(ims, operation, {**body, "enterprise_project_id": project},
                             user.headers)
        assert answer[0] == status


def test_an_image_is_not_moved_nor_created_in_another_enterprise_project(ims: Ims) -> None:
    effects.arrange(ims)
    user = ims.fake.tenant(ims.fake.project_id, user="limited", enterprise_projects=["0"])
    move = [{"op": "add", "path": "/enterprise_project_id", "value": effects.B}]
    assert effects.ask(ims, "cloudimages.update", move, user.headers)[0] == 403
    for project, status in ((effects.B, 403), ("0", 201)):
        ims.ask("POST /v2/images", {"name": "n", "enterprise_project_id": project},
                status=status, headers=user.headers)


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
    ({"actions": "ims:images:list"}, "actions must be a list"),
    ({"actions": [3]}, "an action must be a string"),
    ({"actions": [], "policy": {"Statement": []}}, "not both"),
    ({"policy": {}}, "a policy must be"),
    ({"policy": {"Statement": [3]}}, "a statement of a policy must be an object"),
    ({"policy": {"Statement": [{"Effect": "Permit", "Action": []}]}}, "Effect"),
    ({"policy": {"Statement": [{"Effect": "Allow", "Action": "ims:*:*"}]}}, "must be a list"),
    ({"policy": {"Statement": [{"Effect": "Allow", "Action": [], "Condition": {}}]}},
     "'Condition'"),
    ({"enterprise_projects": "0"}, "must be a list of ids"),
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
