"""huaweicloudsdkims, unpatched, by AK/SK: every operation that it has of the IMS APIs."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import Any

import pytest

from fake_ims import FakeIMS

ims = pytest.importorskip("huaweicloudsdkims.v2", reason="huaweicloudsdkims is not installed")
credentials = pytest.importorskip("huaweicloudsdkcore.auth.credentials")
exceptions = pytest.importorskip("huaweicloudsdkcore.exceptions.exceptions")
pytestmark = pytest.mark.fake_ims(auth="issued")

SERVER = "877a2cda-ba63-4e1e-b95f-e67e48b6129a"
VOLUME = "c5dfbd0c-bf0a-4798-a453-61dc6b54aa30"
BACKUP = "9b27efab-4a17-4c06-bfa2-3e0cf021d3c3"
VAULT = "de9fcf45-11b2-432c-8562-5c5428574600"
KEY = "bd66288c-9081-460a-8227-4cbd0c814cb4"
LINUX = "CentOS 7.0 64bit"
FILE = "ims-image:centos70.qcow2"
QUICK = "ims-image:centos70.zvhd2"


@pytest.fixture
def client(fake_ims: FakeIMS) -> Iterator[Any]:
    who = credentials.BasicCredentials(fake_ims.access_key, fake_ims.secret_key,
                                       fake_ims.project_id)
    made = ims.ImsClient.new_builder().with_credentials(who).with_endpoint(fake_ims.url).build()
    yield made
    made.get_http_client().close()
    made.get_http_client().executor.shutdown()


class Play:
    """Calls operations by the names that the client gives them."""

    def __init__(self, fake: FakeIMS, client: Any) -> None:
        self.fake = fake
        self.client = client
        self.image = fake.images.add(name="disk", tags=["k=v"], data=b"bytes").id
        self.queued = fake.images.add(name="queued", status="queued").id

    def __call__(self, operation: str, body: Any = None, **arguments: Any) -> Any:
        name = "".join(part.title() for part in operation.split("_"))
        if body is not None:
            arguments["body"] = body
        return getattr(self.client, operation)(getattr(ims, f"{name}Request")(**arguments))

    def job(self, operation: str, body: Any = None, **arguments: Any) -> Any:
        """Call an operation that begins a job; the job, once it has succeeded."""
        begun = self(operation, body, **arguments)
        job = self("show_job", job_id=begun.job_id)
        assert (job.job_id, job.status) == (begun.job_id, "SUCCESS"), job
        assert job.error_code is None
        assert self("show_job_progress", job_id=begun.job_id).status == "SUCCESS"
        return job


def create_image(play: Play, operation: str) -> None:
    body = ims.CreateImageRequestBody
    for request, kind in (
        (body(name="a", instance_id=SERVER, description="d", tags=["x.y"], max_ram=4096,
              min_ram=1024, enterprise_project_id="0"), "imsCreateImageByInstance"),
        (body(name="b", image_url=FILE, min_disk=40, os_version=LINUX,
              image_tags=[ims.TagKeyValue(key="x", value="y")]), "imsImportImageJob"),
        (body(name="c", volume_id=VOLUME, os_version=LINUX, type="ECS"),
         "imsVolumeCreateImageJob"),
        (body(data_images=[ims.CreateDataImage(name="d", volume_id=VOLUME)]),
         "imsVolumesToSysDataImagesJob"),
    ):
        assert play.job(operation, request).job_type == kind
    made = {image.name: image for image in play("list_images").images}
    assert {"a", "b", "c", "d"} <= set(made)
    assert made["a"].tags == made["b"].tags == ["x=y"]
    assert (made["a"].min_ram, made["a"].max_ram) == (1024, "4096")
    assert made["d"].virtual_env_type == "DataImage"


def test_create_image(fake_ims: FakeIMS, client: Any) -> None:
    create_image(Play(fake_ims, client), "create_image")


def test_create_image_in_safe_mode(fake_ims: FakeIMS, client: Any) -> None:
    create_image(Play(fake_ims, client), "create_image_in_safe_mode")


@pytest.mark.parametrize("operation", ["create_data_image", "create_data_image_in_safe_mode"])
def test_create_data_image(fake_ims: FakeIMS, client: Any, operation: str) -> None:
    play = Play(fake_ims, client)
    job = play.job(operation, ims.CreateDataImageRequestBody(
        name="data", image_url=FILE, min_disk=40, os_type="Linux",
        image_tags=[ims.ImageTag(key="x", value="y")]))
    assert fake_ims.images[job.entities.image_id]["virtual_env_type"] == "DataImage"


@pytest.mark.parametrize("operation", ["import_image_quick", "import_image_quick_in_safe_mode"])
def test_import_image_quick(fake_ims: FakeIMS, client: Any, operation: str) -> None:
    play = Play(fake_ims, client)
    job = play.job(operation, ims.QuickImportImageByFileRequestBody(
        name="quick", image_url=QUICK, min_disk=40, os_version=LINUX, type="ECS"))
    assert fake_ims.images[job.entities.image_id].status == "active"


def test_create_whole_image(fake_ims: FakeIMS, client: Any) -> None:
    play = Play(fake_ims, client)
    for body in (ims.CreateWholeImageRequestBody(name="w1", instance_id=SERVER, vault_id=VAULT),
                 ims.CreateWholeImageRequestBody(name="w2", backup_id=BACKUP,
                                                 whole_image_type="CBR")):
        job = play.job("create_whole_image", body)
        assert fake_ims.images[job.entities.image_id]["__whole_image"] == "true"


def test_register_image(fake_ims: FakeIMS, client: Any) -> None:
    play = Play(fake_ims, client)
    job = play.job("register_image", ims.RegisterImageRequestBody(image_url=FILE),
                   image_id=play.queued)
    assert job.entities.image_id == play.queued
    assert fake_ims.images[play.queued].status == "active"


@pytest.mark.parametrize("operation", ["export_image", "export_image_in_safe_mode"])
def test_export_image(fake_ims: FakeIMS, client: Any, operation: str) -> None:
    play = Play(fake_ims, client)
    play.job(operation, ims.ExportImageRequestBody(bucket_url="out:disk.qcow2",
                                                   file_format="qcow2", is_quick_export=False),
             image_id=play.image)
    assert fake_ims.world.buckets["out"]["disk.qcow2"].data == b"bytes"


@pytest.mark.parametrize("operation", ["copy_image_in_region",
                                       "copy_image_in_region_in_safe_mode"])
def test_copy_image_in_region(fake_ims: FakeIMS, client: Any, operation: str) -> None:
    play = Play(fake_ims, client)
    job = play.job(operation, ims.CopyImageInRegionRequestBody(name="copy", cmk_id=KEY),
                   image_id=play.image)
    copy = fake_ims.images[job.entities.image_id]
    assert (copy.name, copy["__system__cmkid"], copy.data) == ("copy", KEY, b"bytes")


def test_copy_image_cross_region(fake_ims: FakeIMS, client: Any) -> None:
    play = Play(fake_ims, client)
    job = play.job("copy_image_cross_region", ims.CopyImageCrossRegionRequestBody(
        name="copy", region="eu-nl", project_name="eu-nl", agency_name="ims_admin_agency"),
        image_id=play.image)
    assert job.job_type == "imsCopyImageCrossRegionJob"


def test_members_in_batch(fake_ims: FakeIMS, client: Any) -> None:
    play = Play(fake_ims, client)
    play.job("batch_add_members", ims.BatchAddMembersRequestBody(
        images=[play.image], projects=["p2", "p3"]))
    found = play("list_image_members", image_id=play.image)
    assert sorted((one.member_id, one.status) for one in found.members) == [
        ("p2", "pending"), ("p3", "pending")]
    one = play("show_image_member", image_id=play.image, member_id="p2")
    assert (one.image_id, one.member_id, one.status) == (play.image, "p2", "pending")
    play.job("batch_delete_members", ims.BatchAddMembersRequestBody(
        images=[play.image], projects=["p2", "p3"]))
    assert fake_ims.images[play.image].members == {}


def test_a_member_accepts_in_batch(fake_ims: FakeIMS, client: Any) -> None:
    play = Play(fake_ims, client)
    shared = fake_ims.images.add(name="s", owner="p2",
                                 members={fake_ims.project_id: "pending"})
    job = play.job("batch_update_members", ims.BatchUpdateMembersRequestBody(
        images=[shared.id], project_id=fake_ims.project_id, status="accepted"))
    assert [(one.image_id, one.status) for one in job.entities.results] == [
        (shared.id, "success")]
    assert shared.members == {fake_ims.project_id: "accepted"}


def test_tags(fake_ims: FakeIMS, client: Any) -> None:
    play = Play(fake_ims, client)
    image = play.image
    pair = ims.TagKeyValue
    play("add_image_tag", ims.AddImageTagRequestBody(tag=pair(key="a", value="1")),
         image_id=image)
    play("create_or_update_tags", ims.AddOrUpdateTagsRequestBody(image_id=image, tag="b.2"))
    play("batch_add_or_delete_tags", ims.BatchAddOrDeleteTagsRequestBody(
        action="create", tags=[ims.ResourceTag(key="c", value="3")]), image_id=image)
    found = play("list_image_tags", image_id=image).tags
    assert {one.key: one.value for one in found} == {"k": "v", "a": "1", "b": "2", "c": "3"}
    assert {one.key: one.values for one in play("list_images_tags").tags}["a"] == ["1"]
    assert "a=1" in play("list_tags").tags
    by_tag = play("list_image_by_tags", ims.ListImageByTagsRequestBody(
        action="filter", tags=[ims.Tags(key="a", values=["1"])], limit="1", offset="0"))
    assert [one.resource_id for one in by_tag.resources] == [image]
    assert play("list_image_by_tags", ims.ListImageByTagsRequestBody(
        action="count", without_any_tag=True)).total_count == 1
    play("delete_image_tag", image_id=image, key="a")
    play("batch_delete_tags", ims.BatchDeleteTagsRequestBody(
        tags=[ims.ResourceTag(key="b"), ims.ResourceTag(key="c")]), image_id=image)
    assert fake_ims.images[image].tags == ["k=v"]


def test_lists_updates_and_the_rest(fake_ims: FakeIMS, client: Any) -> None:
    play = Play(fake_ims, client)
    changed = play("update_image", [ims.UpdateImageRequestBody(
        op="replace", path="/name", value="renamed")], image_id=play.image)
    assert (changed.id, changed.name) == (play.image, "renamed")
    assert [image.name for image in play("list_images", name="renamed").images] == ["renamed"]
    assert [image.name for image in play("list_images", limit=1, sort_key="name",
                                         sort_dir="asc").images] == ["queued"]
    quota = {one.type: one for one in play("show_image_quota").quotas.resources}["image"]
    assert (quota.used, quota.quota >= quota.used) == (2, True)
    versions = play("list_os_versions").body
    assert LINUX in [row.os_version for group in versions for row in group.version_list]


def test_a_job_that_fails(fake_ims: FakeIMS, client: Any) -> None:
    play = Play(fake_ims, client)
    fake_ims.jobs.fail_next("IMG.0057")
    begun = play("create_data_image", ims.CreateDataImageRequestBody(
        name="data", image_url=FILE, min_disk=40))
    job = play("show_job", job_id=begun.job_id)
    assert (job.status, job.error_code) == ("FAIL", "IMG.0057")


def test_a_request_that_is_refused(fake_ims: FakeIMS, client: Any) -> None:
    play = Play(fake_ims, client)
    with pytest.raises(exceptions.ClientRequestException) as caught:
        play("create_data_image", ims.CreateDataImageRequestBody(
            name="data", image_url=FILE, min_disk=39))
    assert (caught.value.status_code, caught.value.error_code) == (400, "IMG.0055")


def test_no_operation_of_the_client_has_been_forgotten() -> None:
    """This module and its elder sister play each public method."""
    operations = {name for name, what in inspect.getmembers(ims.ImsClient, inspect.isfunction)
                  if not name.startswith("_") and not name.endswith("_invoker")
                  and "request" in inspect.signature(what).parameters}
    source = inspect.getsource(inspect.getmodule(Play))  # type: ignore[arg-type]
    missing = {name for name in operations
               if not name.startswith("glance_") and f'"{name}"' not in source}
    assert missing <= {"list_versions", "show_version"}


