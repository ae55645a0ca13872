"""python-openstackclient: the command, told by ``OS_*`` or ``clouds.yaml``."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from conversation import DATA, NOWHERE, each_profile
from fork_server import ForkServer
from sdk_releases import recent_openstacksdk

from fake_ims import FakeIMS

pytest.importorskip("openstackclient", reason="python-openstackclient is not installed")
COMMAND = ForkServer("script", "openstack", "clients.openstack_preload", learn=True)


@pytest.fixture(scope="module", autouse=True)
def _command() -> Iterator[None]:
    with COMMAND:
        yield


def command(*arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
    with mock.patch.dict(os.environ, env):
        return COMMAND.run(arguments)


def done(*arguments: str, **env: str) -> str:
    """What a command prints that succeeds."""
    run = command(*arguments, **env)
    assert run.returncode == 0, (arguments, run.stderr)
    return run.stdout


def shown(*arguments: str, **env: str) -> Any:
    return json.loads(done(*arguments, "-f", "json", **env))


@each_profile
def test_the_life_of_an_image(
    fake_ims: FakeIMS, fake_ims_env: dict[str, str], tmp_path: Path, profile: str
) -> None:
    disk, again = tmp_path / "disk.raw", tmp_path / "again.raw"
    disk.write_bytes(DATA)
    fake_ims.identity.add_user("bob", project="p2")
    bob = {"OS_USERNAME": "bob", "OS_PROJECT_NAME": "p2"}

    made = shown("image", "create", "--disk-format", "raw", "--container-format", "bare",
                 "--file", str(disk), "--property", "k=v", "--tag", "blue", "disk")
    image = fake_ims.images[made["id"]]
    assert (image.status, image["k"], list(image.tags)) == ("active", "v", ["blue"])
    fake_ims.images.add(name="other")
    assert [(one["Name"], one["Size"]) for one in
            shown("image", "list", "--long", "--tag", "blue", "--limit", "1")] == [
                ("disk", len(DATA))]
    done("image", "set", "--name", "renamed", "--min-disk", "4", "--tag", "green", "disk")
    assert (image.name, image["min_disk"], set(image.tags)) == ("renamed", 4, {"blue", "green"})
    assert shown("image", "show", "renamed")["status"] == "active"

    # It looks for the project, which in profile otc only an administrator is shown.
    done("image", "add", "project", image.id, "p2", OS_USERNAME="admin")
    done("image", "set", "--accept", image.id, **bob)
    assert [(one["Member ID"], one["Status"]) for one in
            shown("image", "member", "list", "renamed")] == [("p2", "accepted")]
    done("image", "save", "--file", str(again), image.id, **bob)
    assert again.read_bytes() == DATA
    done("image", "delete", "renamed")
    assert [one.name for one in fake_ims.images] == ["other"]


@recent_openstacksdk
@each_profile
def test_a_member_shares_with_a_tenant_that_he_does_not_see(
    fake_ims: FakeIMS, fake_ims_env: dict[str, str], profile: str
) -> None:
    fake_ims.tenant("p2")
    image = fake_ims.images.add(name="disk", disk_format="raw", container_format="bare",
                                visibility="shared" if profile == "openstack" else "private")
    run = command("image", "add", "project", image.id, "p2")
    asked = [(one.path, one.status) for one in fake_ims.requests.of("identity.projects.*")]
    if profile == "openstack":  # forbidden to look: the id is taken as it is
        assert (run.returncode, set(image.members)) == (0, {"p2"})
        assert asked == [("/identity/v3/projects/p2", 403), ("/identity/v3/projects", 403)]
    else:  # a member is shown their own projects only, and the command gives up
        assert (run.returncode, set(image.members)) == (1, set())
        assert asked == [("/identity/v3/projects/p2", 403), ("/identity/v3/projects", 200)]


@pytest.mark.fake_ims(auth="issued")
def test_log_in(
    fake_ims: FakeIMS, fake_ims_env: dict[str, str], monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    for name in fake_ims_env:
        monkeypatch.delenv(name)
    monkeypatch.setenv("OS_CLIENT_CONFIG_FILE", str(fake_ims.clouds_yaml(tmp_path / "c.yaml")))
    run = subprocess.run(  # as its users start it
        [str(Path(sys.executable).with_name("openstack")), "--os-cloud", "fake_ims", "token",
         "issue", "-f", "json"], capture_output=True, text=True, timeout=60)
    assert run.returncode == 0, run.stderr
    token = json.loads(run.stdout)
    assert (token["project_id"], token["user_id"]) == (fake_ims.project_id, fake_ims.user_id)
    catalog = shown("--os-cloud", "fake_ims_admin", "catalog", "list")
    assert {"image", "ims", "identity"} <= {service["Type"] for service in catalog}


@pytest.mark.parametrize(("status", "profile", "text"), [
    pytest.param(status, profile, text, marks=pytest.mark.fake_ims(profile=profile, auth="issued"))
    for status, profile, text in (
        (401, "openstack", "HTTP 401"), (403, "otc", "is protected"), (404, "openstack", NOWHERE),
        (409, "otc", "ConflictException: 409"), (413, "openstack", "HttpException: 413"),
        (429, "otc", "HttpException: 429"), (503, "openstack", "HttpException: 503"))])
def test_errors(
    fake_ims: FakeIMS, fake_ims_env: dict[str, str], status: int, profile: str, text: str
) -> None:
    image = fake_ims.images.add(name="kept", protected=True)
    arguments: tuple[str, ...] = ("image", "list")
    env = {"OS_IMAGE_STATUS_CODE_RETRIES": "0"}
    if status == 401:
        env["OS_PASSWORD"] = "wrong"
    elif status == 403:
        arguments = "image", "delete", image.id
    elif status == 404:
        arguments = "image", "show", NOWHERE
    else:
        fake_ims.faults.add("images.list", status=status,
                            retry_after=1 if status == 429 else None)
    run = command(*arguments, **env)
    assert (run.returncode, text in run.stderr) == (1, True), run
    assert [one.status for one in fake_ims.requests].count(status) == 1
