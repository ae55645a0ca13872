"""An administrator's tools make users, projects and roles over HTTP, and what they made is real."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fake_ims import FakeIMS

openstack = pytest.importorskip("openstack")
keystoneauth = pytest.importorskip("keystoneauth1.exceptions")
pytestmark = [
    pytest.mark.fake_ims(profile="openstack", auth="issued"),
    # openstacksdk warns of what it will drop itself, whatever it is asked to do.
    pytest.mark.filterwarnings("ignore::PendingDeprecationWarning", "ignore::DeprecationWarning"),
]


def settings(fake: FakeIMS, **other: str) -> dict[str, str]:
    domain = fake.user_domain_name
    return {"auth_url": fake.auth_url, "username": "admin", "password": fake.password,
            "project_name": fake.project_name, "user_domain_name": domain,
            "project_domain_name": domain, **other}


@pytest.fixture
def connect(fake_ims: FakeIMS, tmp_path: Path, monkeypatch: Any) -> Iterator[Any]:
    """openstacksdk's connections, by default the administrator's; closed after the test."""
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("OS_")]:
        monkeypatch.delenv(name)
    made = []

    def start(**other: str) -> Any:
        made.append(openstack.connect(
            load_yaml_config=False, load_envvars=False, region_name=fake_ims.region,
            auth=settings(fake_ims, **other)))
        return made[-1]

    yield start
    for one in made:
        one.close()
        one.session.session.close()


def test_the_identity_proxy(connect: Any, fake_ims: FakeIMS) -> None:
    admin = connect().identity
    domain = admin.create_domain(name="acme", description="a customer")
    project = admin.create_project(name="build", domain_id=domain.id, tags=["red"])
    user = admin.create_user(name="ann", domain_id=domain.id, password="pw", email="a@b.example")
    group = admin.create_group(name="team", domain_id=domain.id)
    role = admin.create_role(name="tester")
    member = admin.find_role("member")
    admin.add_user_to_group(user, group)
    admin.assign_project_role_to_group(project, group, member)
    admin.assign_project_role_to_user(project, user, role)
    admin.assign_domain_role_to_user(domain, user, role)
    assert admin.validate_user_has_project_role(project, user, role)
    assert fake_ims.identity.roles_of(user.id, project.id) == ("tester", "member", "reader")
    assert [row.name for row in admin.projects(domain_id=domain.id)] == ["build"]
    assert admin.find_user("ann", domain_id=domain.id).email == "a@b.example"
    assert {row.role["id"] for row in admin.role_assignments(user_id=user.id)} == {role.id}
    effective = admin.role_assignments(user_id=user.id, effective=True)
    assert {row.role["id"] for row in effective} >= {role.id, member.id}

    hers = connect(username="ann", password="pw", project_name="build", user_domain_name="acme",
                   project_domain_name="acme")
    image = hers.image.create_image(name="disk", disk_format="raw", container_format="bare")
    assert fake_ims.images[image.id].owner == project.id
    credential = hers.identity.create_application_credential(user=user.id, name="ci")
    assert [row.name for row in fake_ims.identity.application_credentials] == ["ci"]
    assert hers.identity.find_application_credential(user.id, "ci").id == credential.id

    admin.update_project(project, description="new", is_enabled=False)
    assert fake_ims.identity.project(project.id).enabled is False
    admin.unassign_project_role_from_user(project, user, role)
    admin.remove_user_from_group(user, group)
    assert fake_ims.identity.roles_of(user.id, project.id) == ()
    admin.delete_application_credential(user.id, credential)
    for delete, row in ((admin.delete_role, role), (admin.delete_group, group),
                        (admin.delete_user, user), (admin.delete_project, project)):
        delete(row, ignore_missing=False)
    admin.update_domain(domain, is_enabled=False)
    admin.delete_domain(domain, ignore_missing=False)
    assert "acme" not in [row.name for row in fake_ims.identity.domains]
    names = {one.operation for one in fake_ims.requests if one.method != "GET"}
    assert {"identity.projects.create", "identity.groups.users.add", "identity.users.delete",
            "identity.projects.groups.roles.grant"} <= names


def test_the_cloud_layer_as_ansible_uses_it(connect: Any, fake_ims: FakeIMS) -> None:
    cloud = connect()
    project = cloud.create_project(name="ansible", domain_id="default", description="d")
    assert cloud.get_project("ansible").id == project.id
    assert cloud.update_project("ansible", domain_id="default", description="e").description == "e"
    user = cloud.create_user(name="ann", password="pw", domain_id="default", email="a@b.example")
    assert cloud.grant_role("member", user=user.id, project=project.id)
    assert len(cloud.list_role_assignments({"user": user.id})) == 1
    assert fake_ims.identity.roles_of(user.id, project.id) == ("member", "reader")
    assert cloud.revoke_role("member", user=user.id, project=project.id)
    group = cloud.create_group("team", "description")
    cloud.add_user_to_group("ann", "team")
    assert cloud.is_user_in_group("ann", "team")
    cloud.remove_user_from_group("ann", "team")
    assert cloud.delete_group(group.id)
    assert cloud.delete_user("ann")
    assert cloud.delete_project(project.id)
    assert cloud.get_project("ansible") is None


def test_what_python_made_is_listed(connect: Any, fake_ims: FakeIMS) -> None:
    people = fake_ims.identity
    people.add_user("ann", project="p2", roles=["painter"])
    people.add_group("team", users=["ann"], project="p3")
    fake_ims.tenant("p4", user="bob")
    admin = connect().identity
    assert {row.name for row in admin.users()} >= {"ann", "bob"}
    assert {row.id for row in admin.projects()} >= {"p2", "p3", "p4"}
    assert "painter" in {row.name for row in admin.roles()}
    assert [row.name for row in admin.user_groups("ann")] == ["team"]
    found = {(row.scope["project"]["id"]) for row in admin.role_assignments(
        user_id="ann", effective=True)}
    assert found == {"p2", "p3"}


def test_a_deleted_project_takes_its_tokens_along(connect: Any, fake_ims: FakeIMS) -> None:
    fake_ims.identity.add_user("ann", password="pw", project="p2")
    hers = connect(username="ann", password="pw", project_name="p2")
    token = hers.auth_token
    assert list(hers.image.images()) == []
    connect().identity.delete_project("p2")
    hers.session.auth.invalidate()
    with pytest.raises(keystoneauth.Unauthorized):
        hers.session.get_token()
    fake_ims.requests.clear()
    status = hers.session.session.get(
        f"{fake_ims.url}/v2/images", headers={"X-Auth-Token": token}).status_code
    assert (status, fake_ims.requests.last.reason[:9]) == (401, "the token")


def test_the_command_openstack(fake_ims: FakeIMS, tmp_path: Path) -> None:
    pytest.importorskip("openstackclient")
    names = {f"OS_{name.upper()}": text for name, text in settings(fake_ims).items()}
    environment = {**{name: text for name, text in os.environ.items()
                      if not name.startswith("OS_")}, **names, "HOME": str(tmp_path)}
    script = "\n".join((
        "project create build --description builds --tag red",
        "user create ann --password pw --project build",
        "role create tester",
        "role add --user ann --project build tester",
        "group create team",
        "group add user team ann",
        "role add --group team --project build member",
        "role assignment list --user ann --project build --names -f value",
        "project set build --name built",
        "user list -f value -c Name",
        "role remove --user ann --project built tester",
        "user delete ann",
        "project delete built",
    ))
    run = subprocess.run([sys.executable, "-m", "openstackclient.shell"], input=script, text=True,
                         capture_output=True, env=environment, cwd=tmp_path, timeout=120,
                         check=False)
    assert "tester ann@Default  build@Default" in run.stdout, run.stdout + run.stderr
    assert "HttpException" not in run.stdout + run.stderr
    assert "built" not in [row.name for row in fake_ims.identity.projects]
    assert "ann" not in [row.name for row in fake_ims.identity.users]


def test_faults_find_the_operations(door: Any, fake_ims: FakeIMS) -> None:
    fake_ims.faults.add("identity.projects.create", status=503, times=1)
    body = {"project": {"name": "p"}}
    assert [door.admin().post("/v3/projects", body).status for _ in range(2)] == [503, 201]


@pytest.mark.parametrize(("body", "status"), [
    ({"project": {"name": "p", "enabled": "yes"}}, 400),
    ({"project": {"name": "eu-de", "domain_id": "default"}}, 409),
    ({"project": {"name": "p", "options": {"immutable": 5}}}, 400),
    ({"project": {"name": "p", "tags": [str(number) for number in range(81)]}}, 400),
])
def test_projects_that_cannot_be(door: Any, body: object, status: int) -> None:
    assert door.admin().post("/v3/projects", body).status == status


def test_what_the_recordings_leave_out(door: Any, fake_ims: FakeIMS) -> None:
    admin = door.admin()
    assert admin.get("/v3/projects?limit=x").status == 400
    ids = [admin.post("/v3/projects", {"project": {"name": name}}).json["project"]["id"]
           for name in "abc"]
    assert admin.send("PATCH", f"/v3/projects/{ids[0]}", {"project": {"name": "b"}}).status == 409
    seen, path = [], "/v3/projects?limit=2&name__contains="
    while path:
        page = admin.get(path).json
        seen += [row["id"] for row in page["projects"]]
        path = (page["links"]["next"] or "").removeprefix(fake_ims.url)
    assert seen == [fake_ims.project_id, *ids]
    assert admin.get("/v3/system/users/x/roles").status == 404
    body = {"application_credential": {"name": "x", "access_rules": []}}
    me = door.caller(door.token())
    path = f"/v3/users/{fake_ims.user_id}/application_credentials"
    assert me.post(path, body).status == 400


@pytest.mark.fake_ims(profile="otc", auth="issued")
def test_otc_has_none_of_it(door: Any) -> None:
    reply = door.admin().post("/v3/projects", {"project": {"name": "p"}})
    assert (reply.status, reply.headers["Allow"]) == (405, "GET")
