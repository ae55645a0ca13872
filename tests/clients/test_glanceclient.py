"""python-glanceclient: the library with a session of keystoneauth, and the command."""

from __future__ import annotations

import io
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import conversation
import pytest
from conversation import STATUSES, Connect, each_profile
from fork_server import ForkServer

from fake_ims import FakeIMS

glanceclient = pytest.importorskip("glanceclient", reason="python-glanceclient is not installed")
keystoneauth1 = pytest.importorskip("keystoneauth1")


class Glance:
    """A client, asked as ``conversation`` asks."""

    def __init__(self, client: Any) -> None:
        self.client = client
        self.images = client.images

    def create(self, name: str) -> str:
        return str(self.images.create(name=name, disk_format="raw", container_format="bare").id)

    def upload(self, image_id: str, data: bytes) -> None:
        self.images.upload(image_id, io.BytesIO(data))

    def status(self, image_id: str) -> str:
        return str(self.images.get(image_id).status)

    def names(self, page: int | None = None, **filters: Any) -> list[str]:
        if "tag" in filters:
            filters["tag"] = [filters["tag"]]
        more = {"page_size": page} if page else {}
        return [image.name for image in self.images.list(filters=filters, **more)]

    def rename(self, image_id: str, name: str) -> None:
        self.images.update(image_id, name=name)

    def tag(self, image_id: str, tag: str) -> None:
        self.client.image_tags.update(image_id, tag)

    def untag(self, image_id: str, tag: str) -> None:
        self.client.image_tags.delete(image_id, tag)

    def share(self, image_id: str, project_id: str) -> None:
        self.client.image_members.create(image_id, project_id)

    def accept(self, image_id: str, project_id: str) -> None:
        self.client.image_members.update(image_id, project_id, "accepted")

    def members(self, image_id: str) -> dict[str, str]:
        return {one.member_id: one.status for one in self.client.image_members.list(image_id)}

    def download(self, image_id: str) -> bytes:
        return b"".join(self.images.data(image_id))

    def delete(self, image_id: str) -> None:
        self.images.delete(image_id)


@pytest.fixture
def connect(fake_ims: FakeIMS) -> Iterator[Connect]:
    """By arguments."""
    from keystoneauth1.identity import v3
    from keystoneauth1.session import Session

    with ExitStack() as stack:
        def connect(user: str = "", project: str = "", password: str = "") -> Glance:
            auth = v3.Password(
                auth_url=fake_ims.auth_url, username=user or fake_ims.username,
                password=password or fake_ims.password,
                user_domain_name=fake_ims.user_domain_name,
                project_name=project or fake_ims.project_name,
                project_domain_name=fake_ims.user_domain_name)
            session = Session(auth)
            stack.callback(lambda: session.session.close())
            return Glance(glanceclient.Client("2", session=session, region_name=fake_ims.region))

        yield connect


@each_profile
def test_the_life_of_an_image(fake_ims: FakeIMS, connect: Connect, profile: str) -> None:
    conversation.life_of_an_image(fake_ims, connect)


@each_profile
def test_pages(fake_ims: FakeIMS, connect: Connect, profile: str) -> None:
    conversation.lists_by_pages(fake_ims, connect)


ERRORS = {401: "HTTPUnauthorized", 403: "HTTPForbidden", 404: "HTTPNotFound",
          409: "HTTPConflict", 413: "HTTPOverLimit", 429: "HTTPException",
          503: "HTTPServiceUnavailable"}


@each_profile
@pytest.mark.parametrize("status", STATUSES)
def test_errors(fake_ims: FakeIMS, connect: Connect, profile: str, status: int) -> None:
    error = getattr(glanceclient.exc, ERRORS[status])
    caught = conversation.raises(fake_ims, connect, status, error)
    if status != 429:  # of which it knows nothing
        assert caught.code == status


@each_profile
def test_a_wrong_password(fake_ims: FakeIMS, connect: Connect, profile: str) -> None:
    with pytest.raises(keystoneauth1.exceptions.Unauthorized):
        connect(password="wrong").names()


@each_profile
def test_an_expired_token_is_renewed(fake_ims: FakeIMS, connect: Connect, profile: str) -> None:
    client = connect()
    assert client.names() == []
    fake_ims.clock.advance("25h")
    assert client.names() == []
    assert len(fake_ims.requests.of("identity.tokens.create")) == 2


@pytest.mark.fake_ims(profile="openstack", glance={
    "enabled_backends": {"file": "file", "second": "file"}, "image_cache_dir": "/cache"})
def test_imports_stores_and_cache(fake_ims: FakeIMS, connect: Connect) -> None:
    fake_ims.world.urls["https://images.example.org/a.img"] = b"hello web"
    fake_ims.identity.add_user("root", password="secret", project="ops", roles=["admin"])
    member, admin = (connect(*who).client for who in ((), ("root", "ops", "secret")))

    def begun(uri: str = "https://images.example.org/a.img", **more: Any) -> Any:
        image = member.images.create(name="a", disk_format="raw", container_format="bare")
        member.images.image_import(image.id, "web-download", uri=uri, **more)
        return member.images.get(image.id)

    assert begun(stores=["second"]).stores == "second"
    assert begun(all_stores=True, allow_failure=False).stores == "file,second"
    fake_ims.world.failing_stores = ["file"]
    partly = begun(all_stores=True, allow_failure=True)
    assert (partly.status, partly.stores, partly.os_glance_failed_import) == (
        "active", "second", "file")
    fake_ims.world.failing_stores = []
    failed = begun("https://nowhere.example.org/")
    assert (failed.status, failed.os_glance_failed_import) == ("queued", "file")
    (task,) = member.images.get_associated_image_tasks(failed.id)["tasks"]
    assert task["status"] == "failure"
    with pytest.raises(glanceclient.exc.HTTPBadRequest, match="does not pass filtering"):
        member.images.image_import(failed.id, "web-download", uri="http://localhost/")

    admin.images.image_import(partly.id, "copy-image", stores=["file"])
    admin.images.delete_from_store("second", partly.id)
    assert member.images.get(partly.id).stores == "file"
    assert [store["id"] for store in member.images.get_stores_info()["stores"]] == [
        "file", "second"]
    admin.cache.queue(partly.id)
    assert admin.cache.list_cached_nodes(partly.id) == [fake_ims.url]
    (cached,) = admin.cache.list()["cached_images"]
    assert cached["image_id"] == partly.id
    admin.cache.delete(partly.id)
    admin.cache.clear("both")
    admin.cache.clean()
    admin.cache.prune()
    assert member.info.get_usage() == {}
    begun_task = admin.tasks.create(type="import", input={
        "import_from": "https://images.example.org/a.img", "import_from_format": "raw",
        "image_properties": {"name": "by task", "disk_format": "raw",
                             "container_format": "bare"}})
    assert admin.tasks.get(begun_task.id).status == "success"


COMMAND = ForkServer("script", "glance", "glanceclient.shell", learn=True)


@pytest.fixture(scope="module", autouse=True)
def _command() -> Iterator[None]:
    with COMMAND:
        yield


def command(*arguments: str) -> subprocess.CompletedProcess[str]:
    return COMMAND.run(arguments)


@each_profile
def test_the_command(
    fake_ims: FakeIMS, fake_ims_env: dict[str, str], tmp_path: Path, profile: str
) -> None:
    disk, again = tmp_path / "disk.raw", tmp_path / "again.raw"
    disk.write_bytes(conversation.DATA)
    made = command("image-create", "--name", "disk", "--disk-format", "raw",
                   "--container-format", "bare", "--file", str(disk), "--property", "k=v")
    assert made.returncode == 0, made.stderr
    (image,) = fake_ims.images
    assert (image.name, image.status, image["k"]) == ("disk", "active", "v")
    listed = subprocess.run([str(Path(sys.executable).with_name("glance")), "image-list"],
                            capture_output=True, text=True, timeout=60)  # as its users start it
    assert image.id in listed.stdout
    assert command("image-download", image.id, "--file", str(again)).returncode == 0
    assert again.read_bytes() == conversation.DATA
    assert command("image-update", image.id, "--name", "renamed").returncode == 0
    assert image.name == "renamed"
    assert command("image-delete", image.id).returncode == 0
    missing = command("image-show", image.id)
    assert missing.returncode == 1
    assert "No image found with ID" in missing.stderr
