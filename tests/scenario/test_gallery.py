"""The gallery in docs/scenarios: each file is played, and the bug that it is about is found."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openstack
import pytest
from keystoneauth1.exceptions import ClientException
from naive import Client, Failed

from fake_ims import FakeIMS
from fake_ims.scenario import Scenario, load

# openstacksdk warns of its own plans.
pytestmark = pytest.mark.filterwarnings(
    "ignore::PendingDeprecationWarning", "ignore::DeprecationWarning")
GALLERY = Path(__file__).parents[2] / "docs" / "scenarios"
FILES = sorted(path.name for path in GALLERY.iterdir() if path.suffix in (".toml", ".json"))
IMAGE_ID = "22222222-2222-4222-8222-222222222222"
Play = Callable[[str], Scenario]


@pytest.fixture
def play(fake_ims: FakeIMS) -> Play:
    """Play a file of the gallery, by the beginning of its name."""
    def play(name: str) -> Scenario:
        (found,) = [file for file in FILES if file.startswith(name)]
        return fake_ims.load(GALLERY / found)

    return play


def client(fake: FakeIMS) -> Client:
    return Client(fake)


@pytest.fixture
def sdk(fake_ims: FakeIMS, monkeypatch: pytest.MonkeyPatch) -> Callable[[], Any]:
    """openstacksdk at the fake as it is then."""
    made: list[Any] = []

    def connect() -> Any:
        for name, value in fake_ims.env().items():
            monkeypatch.setenv(name, value)
        made.append(openstack.connect(load_yaml_config=False))
        return made[-1].image

    yield connect  # type: ignore[misc]
    for one in made:
        one.close()


@pytest.mark.parametrize("name", FILES)
def test_every_file_is_good_and_says_what_it_finds(name: str) -> None:
    scenario = load(GALLERY / name, FakeIMS)
    assert scenario.name != str(GALLERY / name)
    assert "Finds: " in (GALLERY / name).read_text(encoding="utf-8")


def test_the_page_and_these_tests_have_every_file() -> None:
    page = (GALLERY / "README.md").read_text(encoding="utf-8")
    assert re.findall(r"^\| \[.*?\]\((.*?)\)", page, re.MULTILINE) == FILES
    source = Path(__file__).read_text(encoding="utf-8")
    played = set(re.findall(r'(?:play\(|^    \()"(\d\d)"', source, re.MULTILINE))
    assert played == {name[:2] for name in FILES}
    assert len(FILES) >= 15


def test_lost_answer(fake_ims: FakeIMS, play: Play) -> None:
    script = play("01")
    client(fake_ims).create("disk")
    assert len(fake_ims.images) == 2  # the bug
    assert "a second 201 is a second image" in script.complaints()[0]
    with pytest.raises(AssertionError, match="the same request succeeded 2 times"):
        fake_ims.requests.assert_idempotent("images.create")
    script = play("01")
    assert client(fake_ims).create("disk", IMAGE_ID) == IMAGE_ID
    assert len(fake_ims.images) == 1
    script.check()


def test_busy(fake_ims: FakeIMS, play: Play, sdk: Any) -> None:
    script = play("02")
    with pytest.raises(Failed, match="503"):
        client(fake_ims).names()  # does not retry
    assert len(script.complaints()) == 1
    script = play("02")
    careful = client(fake_ims)
    while True:
        status, headers, _ = careful.ask("GET", "/v2/images")
        if status != 503:
            break
        careful.sleep(float(headers["Retry-After"]))
    script.check()
    fake_ims.requests.assert_retried("images.list", max=4)


def test_rate_limit(fake_ims: FakeIMS, play: Play) -> None:
    play("03")
    hasty = client(fake_ims)
    statuses = [hasty.ask("GET", "/v2/images")[0] for _ in range(40)]
    assert 429 in statuses
    play("03")
    careful = client(fake_ims)
    for _ in range(40):
        status, headers, _ = careful.ask("GET", "/v2/images")
        if status == 429:
            careful.sleep(float(headers["Retry-After"]))
            status, headers, _ = careful.ask("GET", "/v2/images")
        assert status == 200


def test_token_revoked(fake_ims: FakeIMS, play: Play, sdk: Any) -> None:
    script = play("04")
    naive = client(fake_ims)
    image_id = naive.create("disk")
    with pytest.raises(Failed, match="401"):
        naive.upload(image_id, b"data")
    assert len(script.complaints()) == 1
    script = play("04")
    images = sdk()
    image = images.create_image("disk", data=b"data", disk_format="raw",
                                container_format="bare")
    assert fake_ims.images[image.id].data == b"data"
    script.check()


def test_killed_upload(fake_ims: FakeIMS, play: Play) -> None:
    script = play("05")
    naive = client(fake_ims)
    image_id = naive.create("disk")
    naive.upload(image_id, b"data")
    with pytest.raises(Failed, match="not active after 30 looks"):
        naive.wait(image_id, looks=30)
    assert "a killed image never becomes active" in script.complaints()[0]
    script = play("05")
    careful = client(fake_ims)
    image_id = careful.create("disk")
    careful.upload(image_id, b"data")
    assert careful.wait(image_id, ("active", "killed")) == "killed"
    script.check()


def test_slow_saving(fake_ims: FakeIMS, play: Play) -> None:
    script = play("06")
    naive = client(fake_ims)
    image_id = naive.create("disk")
    naive.upload(image_id, b"data")
    assert naive.download(image_id, checked=False) == b""  # the bug: it is not there yet
    assert script.complaints()
    assert naive.wait(image_id) == "active"
    assert naive.download(image_id, checked=True) == b"data"
    script.check()


def test_job_hangs(fake_ims: FakeIMS, play: Play) -> None:
    script = play("07")
    naive = client(fake_ims)
    with pytest.raises(Failed, match="for ever"):
        naive.wait_for_job(fake_ims.project_id, naive.start_import())
    assert "a waiter needs a deadline" in script.complaints()[0]
    script = play("07")
    careful = client(fake_ims)
    with pytest.raises(Failed, match="still RUNNING after 300 s"):
        careful.wait_for_job(fake_ims.project_id, careful.start_import(), deadline=300)
    script.check()


def test_job_lies(fake_ims: FakeIMS, play: Play) -> None:
    play("08")
    naive = client(fake_ims)
    job = naive.wait_for_job(fake_ims.project_id, naive.start_import())
    image_id = job["entities"]["image_id"]  # and it goes on as if that were an image
    assert naive.wait(image_id, ("active", "killed")) == "killed"


def test_job_fails(fake_ims: FakeIMS, play: Play) -> None:
    script = play("09")
    naive = client(fake_ims)
    with pytest.raises(Failed, match="for ever"):
        naive.wait_for_job(fake_ims.project_id, naive.start_import())
    assert "FAIL is the end, too" in script.complaints()[0]
    script = play("09")
    careful = client(fake_ims)
    with pytest.raises(Failed, match=r"^IMG\.0057: "):
        careful.wait_for_job(fake_ims.project_id, careful.start_import(), deadline=300)
    script.check()


def test_stale_list(fake_ims: FakeIMS, play: Play) -> None:
    script = play("10")
    naive = client(fake_ims)
    naive.create("disk")
    if not naive.named("disk"):
        naive.create("disk")
    assert len(fake_ims.images) == 2  # the bug
    assert len(script.complaints()) == 1
    script = play("10")
    careful = client(fake_ims)
    image_id = careful.create("disk")
    assert careful.json("GET", f"/v2/images/{image_id}")["name"] == "disk"
    careful.sleep(5)
    assert len(careful.named("disk")) == 1
    script.check()


def test_page_repeats(fake_ims: FakeIMS, play: Play) -> None:
    play("11")
    names = client(fake_ims).names()
    assert len(names) > 3  # the bug: one is counted twice
    assert sorted(set(names)) == ["one", "three", "two"]


@pytest.mark.parametrize(("scenario", "words"), [
    ("12", "the checksum is another one"),
    ("13", r"9 bytes of 19"),
])
def test_downloads(fake_ims: FakeIMS, play: Play, sdk: Any, scenario: str, words: str) -> None:
    play(scenario)
    image_id = fake_ims.images.named("disk").id
    naive = client(fake_ims)
    assert naive.download(image_id, checked=False) != b"the bytes of a disk"  # the bug
    play(scenario)
    image_id = fake_ims.images.named("disk").id
    with pytest.raises(Failed, match=words):
        client(fake_ims).download(image_id, checked=True)
    play(scenario)
    with pytest.raises(openstack.exceptions.SDKException, match=r"[Cc]hecksum"):
        sdk().download_image(fake_ims.images.named("disk").id)


def test_changed_meanwhile(fake_ims: FakeIMS, play: Play) -> None:
    patch = "application/openstack-images-v2.1-json-patch"
    play("14")
    naive = client(fake_ims)
    image = naive.named("disk")[0]
    naive.json("PATCH", f"/v2/images/{image['id']}", [
        {"op": "replace", "path": "/name", "value": image["name"]},
        {"op": "replace", "path": "/min_ram", "value": 7}], media_type=patch)
    assert fake_ims.images[image["id"]].name == "disk"  # the bug: the other's change is undone
    play("14")
    careful = client(fake_ims)
    image = careful.named("disk")[0]
    careful.json("PATCH", f"/v2/images/{image['id']}", [
        {"op": "replace", "path": "/min_ram", "value": 7}], media_type=patch)
    assert fake_ims.images[image["id"]].name == "renamed by somebody else"


def test_quota(fake_ims: FakeIMS, play: Play) -> None:
    play("15")
    naive = client(fake_ims)
    naive.create("first")
    with pytest.raises(Failed, match="413"):
        naive.create("second")
    assert [image.name for image in fake_ims.images] == ["first"]  # the bug: it stays behind
    assert json.loads(fake_ims.requests.last.response_body)["error"]["code"] == "IMG.0015"


def test_slow_delete(fake_ims: FakeIMS, play: Play, sdk: Any) -> None:
    script = play("16")
    (image,) = fake_ims.images
    naive = client(fake_ims)
    naive.json("DELETE", f"/v2/images/{image.id}")
    assert naive.json("GET", f"/v2/images/{image.id}")["status"] == "pending_delete"  # not gone
    script = play("16")
    (image,) = fake_ims.images
    images = sdk()
    images.delete_image(image.id)
    assert images.get_image(image.id).status == "pending_delete"
    fake_ims.clock.advance("1m")
    assert images.find_image(image.id) is None
    script.check()


def test_outage(fake_ims: FakeIMS, play: Play) -> None:
    script = play("17")
    patient = client(fake_ims)
    wait = 1.0
    while patient.ask("GET", "/v2/images")[0] == 503:
        patient.sleep(wait)
        wait *= 2
    patient.sleep(120)
    patient.names()
    patient.names()
    script.check()
    play("17")
    with pytest.raises(Failed, match="503"):
        client(fake_ims).names()


def test_gateway_page(fake_ims: FakeIMS, play: Play, sdk: Any) -> None:
    play("18")
    naive = client(fake_ims)
    _, _, text = naive.ask("GET", "/v2/images")
    with pytest.raises(json.JSONDecodeError):
        json.loads(text)  # the bug: no look at the status before
    play("18")
    with pytest.raises((openstack.exceptions.HttpException, ClientException), match="502"):
        list(sdk().images())


def test_clock_skew(fake_ims: FakeIMS, play: Play) -> None:
    play("19")
    naive = client(fake_ims)
    image = naive.json("GET", f"/v2/images/{naive.create('disk')}")
    stamp = fake_ims.clock.utcnow().strftime("%Y-%m-%dT%H:%M")
    assert image["created_at"] < stamp  # the bug: "made in the last minute?" says no
    assert fake_ims.images.named("disk")


def test_never_accepted(fake_ims: FakeIMS, play: Play) -> None:
    script = play("20")
    theirs = Client(fake_ims, script.tenants["p2"].headers)
    assert theirs.names() == []  # the bug: shared is not yet seen
    image = fake_ims.images.named("shared disk")
    path = f"/v2/images/{image.id}/members/p2"
    assert theirs.json("GET", path)["status"] == "pending"
    theirs.json("PUT", path, {"status": "accepted"})
    assert theirs.names() == ["shared disk"]


def test_missing_object(fake_ims: FakeIMS, play: Play) -> None:
    script = play("21")
    naive = client(fake_ims)
    with pytest.raises(Failed, match="400"):
        naive.start_import()
    assert fake_ims.requests.last.response_json["error"]["code"] == "IMG.0057"
    assert len(script.complaints()) == 1
    naive.wait_for_job(fake_ims.project_id, naive.start_import())
    script.check()
