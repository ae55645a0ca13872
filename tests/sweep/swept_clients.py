"""Tests of real clients to be swept, not collected by themselves; docs/findings.md tells the rest.

``pytest tests/sweep/swept_clients.py --fake-ims-sweep -n 2 -k glanceclient``

Each client is set up as its own documentation recommends, with a time-out if it has an option for
it. Clients that are not installed are skipped.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from fake_ims import FakeIMS

pytestmark = pytest.mark.filterwarnings("ignore")

DATA = b"bytes of a disk"
MEMBER = "5ecb00fdf8ca4db7a29e3ec8a44b0d7c"
RAW = {"disk_format": "raw", "container_format": "bare"}


# openstacksdk


@pytest.fixture
def cloud(fake_ims: FakeIMS, fake_ims_env: dict[str, str]) -> Iterator[Any]:
    openstack = pytest.importorskip("openstack")
    with openstack.connect(load_yaml_config=False, api_timeout=30) as connection:
        yield connection


def test_openstacksdk_upload(cloud: Any) -> None:
    image = cloud.image.create_image("disk", data=DATA, validate_checksum=True, wait=True, **RAW)
    assert cloud.image.get_image(image.id).status == "active"


def test_openstacksdk_upload_a_file(cloud: Any, tmp_path: Path) -> None:
    (tmp_path / "disk.raw").write_bytes(DATA)
    image = cloud.create_image("disk", filename=str(tmp_path / "disk.raw"), wait=True, **RAW)
    assert (image.status, image.size) == ("active", len(DATA))


@pytest.mark.fake_ims(saving="30s")
def test_openstacksdk_wait(cloud: Any) -> None:
    image = cloud.image.create_image("disk", data=DATA, **RAW)
    image = cloud.image.wait_for_status(image, "active", failures=["killed"], wait=600)
    assert cloud.image.get_image(image.id).status == "active"


def test_openstacksdk_download(fake_ims: FakeIMS, cloud: Any, tmp_path: Path) -> None:
    image = fake_ims.images.add(name="disk", data=DATA)
    cloud.image.download_image(cloud.image.find_image("disk"), output=str(tmp_path / "disk"))
    assert (tmp_path / "disk").read_bytes() == DATA
    assert cloud.image.download_image(image.id).content == DATA


def test_openstacksdk_list(fake_ims: FakeIMS, cloud: Any) -> None:
    for number in range(3):
        fake_ims.images.add(name=f"disk-{number}")
    assert {one.name for one in cloud.image.images(limit=2)} == {"disk-0", "disk-1", "disk-2"}
    assert cloud.image.find_image("disk-2", ignore_missing=False).name == "disk-2"


def test_openstacksdk_share(fake_ims: FakeIMS, cloud: Any) -> None:
    image = fake_ims.images.add(name="disk", visibility="shared")
    cloud.image.add_member(image.id, member_id=MEMBER)
    assert [one.member_id for one in cloud.image.members(image.id)] == [MEMBER]
    cloud.image.remove_member(MEMBER, image.id, ignore_missing=False)
    assert list(cloud.image.members(image.id)) == []


def test_openstacksdk_change_and_delete(fake_ims: FakeIMS, cloud: Any) -> None:
    image = fake_ims.images.add(name="disk")
    cloud.image.update_image(image.id, name="renamed")
    cloud.image.add_tag(image.id, "tagged")
    cloud.delete_image(image.id, wait=True)
    assert cloud.image.find_image("renamed") is None


@pytest.mark.fake_ims(profile="openstack")
def test_openstacksdk_deactivate(fake_ims: FakeIMS, cloud: Any) -> None:
    image = fake_ims.images.add(name="disk", data=DATA)
    cloud.image.deactivate_image(image.id)
    assert image.status == "deactivated"


@pytest.mark.fake_ims(profile="openstack")
def test_openstacksdk_import(cloud: Any) -> None:
    image = cloud.image.create_image("disk", data=DATA, use_import=True, wait=True, **RAW)
    assert cloud.image.get_image(image.id).status == "active"


def test_openstacksdk_without_settings(fake_ims: FakeIMS, fake_ims_env: dict[str, str]) -> None:
    openstack = pytest.importorskip("openstack")
    with openstack.connect(load_yaml_config=False) as connection:
        assert list(connection.image.images()) == []


# python-glanceclient


@pytest.fixture
def glance(fake_ims: FakeIMS) -> Any:
    glanceclient = pytest.importorskip("glanceclient")
    from keystoneauth1.identity import v3
    from keystoneauth1.session import Session

    auth = v3.Password(
        fake_ims.auth_url, username=fake_ims.username, password=fake_ims.password,
        user_domain_name=fake_ims.user_domain_name, project_name=fake_ims.project_name,
        project_domain_name=fake_ims.user_domain_name)
    return glanceclient.Client("2", session=Session(auth, timeout=30),
                               region_name=fake_ims.region)


def upload_with_glance(glance: Any) -> str:
    """Create an image and upload its data; clean up if that fails, as a careful caller does."""
    image = glance.images.create(name="disk", **RAW)
    try:
        glance.images.upload(image.id, io.BytesIO(DATA))
        if glance.images.get(image.id).status != "active":
            raise OSError("the image is not active")
    except Exception:
        with suppress(Exception):
            glance.images.delete(image.id)
        raise
    return str(image.id)


def test_glanceclient_upload(glance: Any) -> None:
    assert glance.images.get(upload_with_glance(glance)).size == len(DATA)


def test_glanceclient_download(fake_ims: FakeIMS, glance: Any) -> None:
    image = fake_ims.images.add(name="disk", data=DATA)
    assert b"".join(glance.images.data(image.id)) == DATA


def test_glanceclient_list(fake_ims: FakeIMS, glance: Any) -> None:
    for number in range(3):
        fake_ims.images.add(name=f"disk-{number}")
    found = [one.name for one in glance.images.list(page_size=2)]
    assert sorted(found) == ["disk-0", "disk-1", "disk-2"]


def test_glanceclient_share(fake_ims: FakeIMS, glance: Any) -> None:
    image = fake_ims.images.add(name="disk", visibility="shared")
    glance.image_members.create(image.id, MEMBER)
    assert [one.member_id for one in glance.image_members.list(image.id)] == [MEMBER]
    glance.image_members.delete(image.id, MEMBER)


def test_glanceclient_change_and_delete(fake_ims: FakeIMS, glance: Any) -> None:
    image = fake_ims.images.add(name="disk")
    glance.images.update(image.id, name="renamed")
    glance.image_tags.update(image.id, "tagged")
    glance.images.delete(image.id)


def test_glanceclient_by_token(fake_ims: FakeIMS) -> None:
    glanceclient = pytest.importorskip("glanceclient")
    glance = glanceclient.Client("2", fake_ims.url, token=fake_ims.token, timeout=30)
    assert b"".join(glance.images.data(upload_with_glance(glance))) == DATA


# otcextensions

CLOUD = """
clouds:
  otc:
    profile: otc
    region_name: {OS_REGION_NAME}
    api_timeout: 30
    auth:
      auth_url: {OS_AUTH_URL}
      username: {OS_USERNAME}
      password: {OS_PASSWORD}
      project_name: {OS_PROJECT_NAME}
      user_domain_name: {OS_USER_DOMAIN_NAME}
      project_domain_name: {OS_PROJECT_DOMAIN_NAME}
"""


@pytest.fixture
def otc(fake_ims: FakeIMS, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    pytest.importorskip("otcextensions")
    import openstack

    (tmp_path / "clouds.yaml").write_text(CLOUD.format(**fake_ims.env()))
    monkeypatch.setenv("OS_CLIENT_CONFIG_FILE", str(tmp_path / "clouds.yaml"))
    with openstack.connect(cloud="otc") as connection:
        yield connection


@pytest.mark.fake_ims(jobs="25s")
def test_otcextensions_import(fake_ims: FakeIMS, otc: Any) -> None:
    fake_ims.world.buckets["disks"].put("centos.qcow2", size=2**30)
    begun = otc.imsv2.create_image(name="disk", image_url="disks:centos.qcow2", min_disk=40,
                                   os_version="CentOS 7.0 64bit")
    job = otc.imsv1.wait_for_async_job(begun.job_id)
    assert otc.image.get_image(job.entities.image_id).status == "active"


def test_otcextensions_list(fake_ims: FakeIMS, otc: Any) -> None:
    for number in range(3):
        fake_ims.images.add(name=f"disk-{number}")
    assert {one.name for one in otc.imsv2.images()} == {"disk-0", "disk-1", "disk-2"}


@pytest.mark.fake_ims(jobs="25s")
def test_otcextensions_export(fake_ims: FakeIMS, otc: Any) -> None:
    fake_ims.world.buckets["disks"]
    image = fake_ims.images.add(name="disk", data=DATA)
    begun = otc.imsv1.export_image(image_id=image.id, bucket_url="disks:out.zvhd",
                                   file_format="zvhd")
    assert otc.imsv1.wait_for_async_job(begun.job_id).status == "SUCCESS"


# huaweicloudsdkims


@pytest.fixture
def huawei(fake_ims: FakeIMS) -> Iterator[Any]:
    ims = pytest.importorskip("huaweicloudsdkims.v2")
    from huaweicloudsdkcore.auth.credentials import BasicCredentials
    from huaweicloudsdkcore.http.http_config import HttpConfig

    config = HttpConfig.get_default_config()
    config.timeout = (5, 30)
    who = BasicCredentials(fake_ims.access_key, fake_ims.secret_key, fake_ims.project_id)
    client = (ims.ImsClient.new_builder().with_http_config(config).with_credentials(who)
              .with_endpoint(fake_ims.url).build())
    yield client
    client.get_http_client().close()
    client.get_http_client().executor.shutdown()


@pytest.mark.fake_ims(jobs="25s")
def test_huaweicloudsdkims_import(fake_ims: FakeIMS, huawei: Any) -> None:
    import time

    from huaweicloudsdkims import v2

    fake_ims.world.buckets["disks"].put("centos.qcow2", size=2**30)
    body = v2.CreateImageRequestBody(name="disk", image_url="disks:centos.qcow2", min_disk=40,
                                     os_version="CentOS 7.0 64bit")
    begun = huawei.create_image(v2.CreateImageRequest(body=body))
    for _ in range(60):
        job = huawei.show_job(v2.ShowJobRequest(job_id=begun.job_id))
        if job.status not in ("INIT", "RUNNING"):
            break
        time.sleep(10)
    if job.status != "SUCCESS":
        raise OSError(f"the import ended in {job.status}: {job.fail_reason}")
    found = huawei.list_images(v2.ListImagesRequest(id=job.entities.image_id)).images
    if [(one.name, one.status) for one in found] != [("disk", "active")]:
        raise OSError("the job has succeeded, but its image is not active")


def test_huaweicloudsdkims_list(fake_ims: FakeIMS, huawei: Any) -> None:
    from huaweicloudsdkims import v2

    for number in range(3):
        fake_ims.images.add(name=f"disk-{number}")
    names: set[str] = set()
    marker = None
    while page := huawei.list_images(v2.ListImagesRequest(limit=2, marker=marker)).images:
        names |= {one.name for one in page}
        marker = page[-1].id
    assert names == {"disk-0", "disk-1", "disk-2"}


def test_huaweicloudsdkims_share_change_delete(fake_ims: FakeIMS, huawei: Any) -> None:
    from huaweicloudsdkims import v2

    image = fake_ims.images.add(name="disk", visibility="private")
    member = v2.GlanceAddImageMemberRequestBody(member=MEMBER)
    huawei.glance_add_image_member(v2.GlanceAddImageMemberRequest(image_id=image.id, body=member))
    found = huawei.glance_list_image_members(
        v2.GlanceListImageMembersRequest(image_id=image.id)).members
    assert [one.member_id for one in found] == [MEMBER]
    change = v2.UpdateImageRequestBody(op="replace", path="/name", value="renamed")
    huawei.update_image(v2.UpdateImageRequest(image_id=image.id, body=[change]))
    huawei.glance_delete_image(v2.GlanceDeleteImageRequest(image_id=image.id))


# apache-libcloud


@pytest.fixture
def libcloud(fake_ims: FakeIMS) -> Any:
    pytest.importorskip("libcloud")
    from libcloud.compute.providers import get_driver
    from libcloud.compute.types import Provider

    driver: Any = get_driver(Provider.OPENSTACK)
    return driver(fake_ims.username, fake_ims.password, timeout=30, api_version="2.2",
                  ex_force_auth_url=fake_ims.auth_url.removesuffix("/v3"),
                  ex_force_auth_version="3.x_password", ex_tenant_name=fake_ims.project_name,
                  ex_domain_name=fake_ims.user_domain_name,
                  ex_tenant_domain_id=fake_ims.user_domain_name,
                  ex_force_service_region=fake_ims.region)


def test_libcloud_list(fake_ims: FakeIMS, libcloud: Any) -> None:
    for number in range(3):
        fake_ims.images.add(name=f"disk-{number}")
    assert {one.name for one in libcloud.list_images()} == {"disk-0", "disk-1", "disk-2"}


def test_libcloud_share_and_change(fake_ims: FakeIMS, libcloud: Any) -> None:
    image = fake_ims.images.add(name="disk", visibility="private")
    libcloud.ex_create_image_member(image.id, MEMBER)
    assert [one.id for one in libcloud.ex_list_image_members(image.id)] == [MEMBER]
    changed = libcloud.ex_update_image(
        image.id, [{"op": "replace", "path": "/name", "value": "renamed"}])
    assert (changed.name, libcloud.get_image(image.id).name) == ("renamed", "renamed")


# openstack-image-manager; it needs openstacksdk 4.17, so an environment of its own

DEFINITION = """
images:
- name: disk
  enable: true
  format: raw
  login: root
  min_disk: 1
  min_ram: 64
  status: active
  visibility: private
  multi: {multi}
  meta:
    architecture: x86_64
    hw_disk_bus: virtio
    hw_rng_model: virtio
    hw_scsi_model: virtio-scsi
    hypervisor_type: qemu
    os_distro: debian
    os_purpose: generic
    replace_frequency: never
    uuid_validity: none
    provided_until: none
    image_original_user: root
  tags: []
  versions:
  - version: '{version}'
    url: file://{path}
    checksum: "sha256:{checksum}"
    build_date: 2026-01-01
"""


@pytest.mark.fake_ims(profile="openstack")
@pytest.mark.parametrize("multi", ["false", "true"])
def test_image_manager(
    multi: str, fake_ims: FakeIMS, fake_ims_env: dict[str, str], tmp_path: Path,
) -> None:
    manager = pytest.importorskip("openstack_image_manager.main")
    import typer
    from typer.testing import CliRunner

    (tmp_path / "disk.raw").write_bytes(DATA)
    (tmp_path / "images").mkdir()
    (tmp_path / "images/disk.yml").write_text(DEFINITION.format(
        multi=multi, version="2", path=tmp_path / "disk.raw",
        checksum=hashlib.sha256(DATA).hexdigest()))
    app = typer.Typer()
    app.command()(manager.ImageManager().create_cli_args)
    result = CliRunner().invoke(app, ["--images", str(tmp_path / "images"), "--no-check"])
    if result.exit_code:
        raise result.exception if not isinstance(result.exception, SystemExit) else OSError(
            f"exit status {result.exit_code}")
    assert [(one.name, one.status) for one in fake_ims.images] == [
        ("disk" if multi == "true" else "disk 2", "active")]


