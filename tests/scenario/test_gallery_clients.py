"""The gallery, played by clients as they come from PyPI: openstacksdk, and Huawei's for IMS."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sdk_releases import recent_openstacksdk

from fake_ims import FakeIMS
from fake_ims.scenario import Scenario
from fake_ims.sweeping.compressed import CompressedTime

openstack = pytest.importorskip("openstack")
huawei = pytest.importorskip("huaweicloudsdkims.v2")
core = pytest.importorskip("huaweicloudsdkcore")
from huaweicloudsdkcore.auth import credentials  # noqa: E402 - not before it is known to be there
from huaweicloudsdkcore.exceptions import exceptions  # noqa: E402
from keystoneauth1.exceptions import ConnectFailure, ServiceUnavailable  # noqa: E402

pytestmark = pytest.mark.filterwarnings(
    "ignore::PendingDeprecationWarning", "ignore::DeprecationWarning")
GALLERY = Path(__file__).parents[2] / "docs" / "scenarios"
RAW = {"disk_format": "raw", "container_format": "bare"}


@pytest.fixture
def play(fake_ims: FakeIMS) -> Callable[[str], Scenario]:
    def play(name: str) -> Scenario:
        (found,) = GALLERY.glob(f"{name}-*")
        return fake_ims.load(found)

    return play


@pytest.fixture
def sdk(fake_ims: FakeIMS, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Any]]:
    """openstacksdk's images, at the fake as it is then."""
    made: list[Any] = []

    def connect(**settings: Any) -> Any:
        for name, value in fake_ims.env().items():
            monkeypatch.setenv(name, value)
        made.append(openstack.connect(load_yaml_config=False, **settings))
        return made[-1].image

    yield connect
    for one in made:
        one.close()


@pytest.fixture
def ims(fake_ims: FakeIMS) -> Iterator[Callable[[], Any]]:
    """Huawei's client, likewise."""
    made: list[Any] = []

    def connect() -> Any:
        who = credentials.BasicCredentials(fake_ims.access_key, fake_ims.secret_key,
                                           fake_ims.project_id)
        made.append(huawei.ImsClient.new_builder().with_credentials(who)
                    .with_endpoint(fake_ims.url).build())
        return made[-1]

    yield connect
    for one in made:
        one.get_http_client().close()
        one.get_http_client().executor.shutdown()


def start_import(client: Any) -> str:
    body = huawei.CreateImageRequestBody(
        name="imported", image_url="ims-image:centos.qcow2", min_disk=40,
        os_version="CentOS 7.0 64bit")
    return str(client.create_image(huawei.CreateImageRequest(body=body)).job_id)


def job(client: Any, job_id: str) -> Any:
    return client.show_job(huawei.ShowJobRequest(job_id=job_id))


@recent_openstacksdk
def test_01_openstacksdk_leaves_an_image_behind(fake_ims: FakeIMS, play: Any, sdk: Any) -> None:
    script = play("01")
    images = sdk()
    with pytest.raises(ConnectFailure):
        images.create_image("disk", **RAW)
    assert [image.status for image in fake_ims.images] == ["queued"]
    script.check()


def test_02_openstacksdk_retries_unless_it_is_told_not_to(
    fake_ims: FakeIMS, play: Any, sdk: Any
) -> None:
    script = play("02")
    images = sdk(image_status_code_retries=0)
    with pytest.raises(openstack.exceptions.HttpException, match="503"):
        list(images.images())
    assert script.complaints()
    script = play("02")
    images = sdk()
    with CompressedTime(stuck=pytest.fail):
        assert list(images.images()) == []
    script.check()
    assert [one.status for one in fake_ims.requests.of("images.list")] == [503, 503, 503, 200]


def test_03_openstacksdk_tells_of_429(play: Any, sdk: Any) -> None:
    play("03")
    images = sdk()
    with pytest.raises(openstack.exceptions.HttpException, match="429"):
        [list(images.images()) for _ in range(40)]


def test_05_openstacksdk_takes_a_killed_image_for_a_good_one(
    fake_ims: FakeIMS, play: Any, sdk: Any
) -> None:
    play("05")
    fake_ims.lifecycle.saving = 0
    image = sdk().create_image("disk", data=b"data", wait=True, **RAW)
    assert fake_ims.images[image.id].status == "killed"


def test_06_openstacksdk_waits_for_a_status(fake_ims: FakeIMS, play: Any, sdk: Any) -> None:
    script = play("06")
    images = sdk()
    with CompressedTime(stuck=pytest.fail):
        image = images.create_image("disk", data=b"data", **RAW)
        waited = openstack.resource.wait_for_status(
            images, images.get_image(image.id), "active", [], interval=1, wait=60)
    assert waited.status == "active"
    script.check()


def test_07_huaweis_client_sees_a_job_that_hangs(
    fake_ims: FakeIMS, play: Any, ims: Any
) -> None:
    play("07")
    client = ims()
    job_id = start_import(client)
    for _ in range(3):
        fake_ims.clock.advance("10m")
        found = job(client, job_id)
        assert (found.status, found.entities.process_percent) == ("RUNNING", 37)


def test_08_huaweis_client_is_told_a_lie(fake_ims: FakeIMS, play: Any, ims: Any) -> None:
    play("08")
    client = ims()
    found = job(client, start_import(client))
    assert found.status == "SUCCESS"
    assert fake_ims.images[found.entities.image_id].status == "killed"


def test_09_huaweis_client_has_the_code(play: Any, ims: Any) -> None:
    script = play("09")
    client = ims()
    found = job(client, start_import(client))
    assert (found.status, found.error_code) == ("FAIL", "IMG.0057")
    script.check()


def test_10_openstacksdk_does_not_find_it_by_name(
    fake_ims: FakeIMS, play: Any, sdk: Any
) -> None:
    script = play("10")
    images = sdk()
    image = images.create_image("disk", **RAW)
    assert images.find_image("disk") is None
    fake_ims.clock.advance("5s")
    assert images.find_image("disk").id == image.id
    script.check()


def test_11_openstacksdk_gives_an_image_twice(play: Any, sdk: Any) -> None:
    play("11")
    names = [image.name for image in sdk().images(limit=2)]
    assert len(names) > len(set(names)) == 3


def test_14_openstacksdk_patches_what_it_means(fake_ims: FakeIMS, play: Any, sdk: Any) -> None:
    play("14")
    images = sdk()
    image = images.find_image("disk")
    images.update_image(image, min_ram=7)
    changed = fake_ims.images[image.id]
    assert (changed.name, changed["min_ram"]) == ("renamed by somebody else", 7)


def test_15_openstacksdk_tells_of_the_quota(fake_ims: FakeIMS, play: Any, sdk: Any) -> None:
    play("15")
    images = sdk()
    images.create_image("first", **RAW)
    with pytest.raises(openstack.exceptions.HttpException, match="413"):
        images.create_image("second", **RAW)
    assert [image.name for image in fake_ims.images] == ["first"]


def test_17_openstacksdk_does_not_outlive_an_outage_at_its_log_in(
    fake_ims: FakeIMS, play: Any, sdk: Any
) -> None:
    script = play("17")
    with pytest.raises(ServiceUnavailable):
        sdk()
    fake_ims.clock.advance("3m")
    images = sdk()
    assert list(images.images()) == []
    assert list(images.images()) == []
    script.check()


def test_19_openstacksdk_believes_the_services_clock(
    fake_ims: FakeIMS, play: Any, sdk: Any
) -> None:
    play("19")
    image = sdk().create_image("disk", **RAW)
    hour = fake_ims.clock.utcnow().strftime("%Y-%m-%dT%H:%M")
    assert image.created_at < hour


def test_20_openstacksdk_sees_that_nobody_has_accepted(
    fake_ims: FakeIMS, play: Any, sdk: Any
) -> None:
    play("20")
    members = list(sdk().members(fake_ims.images.named("shared disk").id))
    assert [(one.member_id, one.status) for one in members] == [("p2", "pending")]


def test_21_huaweis_client_tries_again(play: Any, ims: Any) -> None:
    script = play("21")
    client = ims()
    with pytest.raises(exceptions.ClientRequestException) as refused:
        start_import(client)
    assert refused.value.error_code == "IMG.0057"
    assert job(client, start_import(client)).status == "SUCCESS"
    script.check()


def test_every_scenario_is_played_by_a_real_client() -> None:
    """Here, or, those that need no more, in ``test_gallery.py``."""
    here = Path(__file__).read_text(encoding="utf-8")
    with_sdk = {"04", "12", "13", "16", "18"}
    numbers = {path.name[:2] for path in GALLERY.iterdir() if path.name[:2].isdigit()}
    assert {number for number in numbers if f"def test_{number}_" in here} == numbers - with_sdk
