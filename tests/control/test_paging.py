"""Lists of the control API come in pages, whose cost follows the page; names may be any."""

from __future__ import annotations

import json
import uuid
from typing import Any
from urllib.parse import quote

import pytest
from wire import Wire

from fake_ims import FakeIMS
from fake_ims.cli import main as cli


def pages(control: Any, path: str, name: str, limit: int) -> list[list[Any]]:
    """Every page of a list, by its markers."""
    found = []
    marker = ""
    while True:
        document = control.does("GET", f"{path}?limit={limit}{marker}")
        found.append(document[name])
        if document["next"] is None:
            return found
        marker = f"&marker={quote(document['next'], safe='')}"


def test_images(fake_ims: FakeIMS, control: Any) -> None:
    ids = [fake_ims.images.add(name=f"i{number}", created_at=float(number)).id
           for number in (3, 1, 2, 0, 4)]
    found = pages(control, "/images", "images", 2)
    assert [[image["name"] for image in page] for page in found] == [
        ["i0", "i1"], ["i2", "i3"], ["i4"]]
    fake_ims.images[ids[1]].delete()  # the marker may be gone by now
    rest = control.does("GET", f"/images?marker={ids[1]}&limit=2")
    assert ([image["name"] for image in rest["images"]], rest["next"]) == (["i2", "i3"], ids[0])
    assert control.does("GET", "/images")["next"] is None


def test_requests(control: Any, wire: Wire) -> None:
    for _ in range(5):
        wire.get("/v2/images")
    numbers = [[one["number"] for one in page] for page in pages(control, "/requests",
                                                                 "requests", 2)]
    assert numbers == [[1, 2], [3, 4], [5]]
    document = control.does("GET", "/requests?since=1&marker=3&form=bodies")
    assert [one["number"] for one in document["requests"]] == [4, 5]
    # An export is whole, unless it says otherwise.
    assert len(control.does("GET", "/requests?form=har")["log"]["entries"]) == 5
    assert len(control.does("GET", "/requests?form=har&limit=2")["log"]["entries"]) == 2


def test_jobs(fake_ims: FakeIMS, control: Any, wire: Wire) -> None:
    fake_ims.world.buckets["disks"].put("x.qcow2", data=b"x")
    body = {"name": "a", "min_disk": 40, "image_url": "disks:x.qcow2"}
    for _ in range(3):
        assert wire.post("/v2/cloudimages/action", body).status == 200
    found = pages(control, "/jobs", "jobs", 2)
    assert [len(page) for page in found] == [2, 1]
    assert [job["id"] for page in found for job in page] == [job.id for job in fake_ims.jobs]


def test_the_world(fake_ims: FakeIMS, control: Any) -> None:
    servers = [fake_ims.world.servers.add(str(uuid.UUID(int=number + 1))).id
               for number in range(3)]
    for name in ("disks-a", "disks-b", "disks-c"):
        for number in range(3):
            fake_ims.world.buckets[name].put(f"{number}.raw", size=1)
    found = pages(control, "/world/servers", "servers", 2)
    assert [[one["id"] for one in page] for page in found] == [servers[:2], servers[2:]]
    found = pages(control, "/world/buckets/disks-b/objects", "objects", 2)
    assert [[one["name"] for one in page] for page in found] == [["0.raw", "1.raw"], ["2.raw"]]
    world = control.does("GET", "/world?limit=2")
    assert [len(world[name]) for name in ("servers", "disks", "buckets")] == [2, 2, 2]
    assert world["next"]["servers"] == servers[1]
    assert world["next"]["buckets"] == "disks-b"
    assert (len(world["buckets"][0]["objects"]), world["buckets"][0]["next"]) == (2, "1.raw")
    buckets = control.does("GET", "/world/buckets?marker=disks-b")
    assert ([one["name"] for one in buckets["buckets"]], buckets["next"]) == (["disks-c"], None)
    assert control.does("GET", "/world")["next"] == {}


@pytest.mark.parametrize("path", [
    "/images", "/jobs", "/requests", "/world", "/world/servers", "/world/buckets",
])
@pytest.mark.parametrize("limit", ["0", "-1", "x", "", "10001", "9" * 5000, "1.0", "%C2%B2"])
def test_limits_that_are_none(control: Any, path: str, limit: str) -> None:
    status, message = control.refused("GET", f"{path}?limit={limit}")
    assert (status, "limit" in message) == (400, True)


@pytest.mark.parametrize("path", ["/images", "/jobs", "/world/servers", "/world/buckets"])
def test_markers_that_are_none(control: Any, path: str) -> None:
    assert control.refused("GET", f"{path}?marker=nosuch")[0] == 400


def test_a_list_has_at_most_so_many(fake_ims: FakeIMS, control: Any) -> None:
    for number in range(1001):
        fake_ims.world.agencies.add(f"agency-{number}")
    document = control.does("GET", "/world/agencies")
    assert (len(document["agencies"]), document["next"]) == (1000, "agency-999")


def test_ctl_says_how_to_get_more(
    fake_ims: FakeIMS, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAKE_IMS_URL", fake_ims.url)
    first, second = (fake_ims.images.add(name=name).id for name in ("1e5", "b"))
    assert cli.main(["ctl", "images", "limit=1"]) == 0
    told = capsys.readouterr()
    assert [image["id"] for image in json.loads(told.out)["images"]] == [first]
    assert told.err == f"fake-ims: there is more; for the next page, add marker={first}\n"
    assert cli.main(["ctl", "images", f"marker={first}"]) == 0
    told = capsys.readouterr()
    assert ([image["id"] for image in json.loads(told.out)["images"]], told.err) == ([second], "")
    for number in range(2):
        fake_ims.world.agencies.add(f"agency-{number}")
    assert cli.main(["ctl", "world", "limit=1"]) == 0
    assert "list all with 'fake-ims ctl world.list shelf=agencies'" in capsys.readouterr().err
    # A name is a string, whatever it looks like.
    assert cli.main(["ctl", "images.show", "image=1e5"]) == 0
    assert json.loads(capsys.readouterr().out)["id"] == first


NAMES = ["ubuntu/22.04", "a%2Fb", "a?b=c", "a#b", "ä ö", "日本", "a+b", "..", "{image}", "", "NaN",
         "%", "data", "a/data", "kill", '"', "\\", "a;b", "a\tb"]


@pytest.mark.parametrize("name", NAMES)
def test_an_image_of_any_name(
    fake_ims_factory: Any, control_of: Any, name: str, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    fake = fake_ims_factory(profile="openstack")
    control = control_of(fake)
    image = fake.images.add(name=name, data=b"x")
    one = f"/images/{quote(name, safe='')}"
    assert control.does("GET", one)["id"] == image.id
    assert control.does("GET", f"{one}/data") == {"base64": "eA=="}
    assert control.does("PATCH", one, {"min_ram": 7})["min_ram"] == 7
    monkeypatch.setenv("FAKE_IMS_URL", fake.url)
    assert cli.main(["ctl", "images.show", f"image={json.dumps(name)}"]) == 0
    assert json.loads(capsys.readouterr().out)["id"] == image.id
    control.does("POST", f"{one}/kill")
    assert image.status == "killed"
    control.does("DELETE", one)
    assert len(fake.images) == 0


@pytest.mark.parametrize("path", ["/images/%FF", "/faults/%C3%28", "/world/%ED%A0%80/x"])
def test_a_path_that_is_not_utf_8(control: Any, path: str) -> None:
    status, message = control.refused("DELETE", path)
    assert (status, "is not percent-encoded UTF-8" in message) == (400, True)


def test_arguments_that_are_not_utf_8(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["ctl", "--url", "http://127.0.0.1:1", "images.show", "image=\udcff"]) == 2
    assert "image: '\\udcff' has the lone surrogate" in capsys.readouterr().err
