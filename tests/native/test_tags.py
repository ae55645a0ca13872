"""Chapter *Image Tagging (Native OpenStack APIs)*."""

from __future__ import annotations

import pytest
from wire import Wire

from fake_ims import FakeIMS

UNKNOWN = "11111111-2222-3333-4444-555555555555"


@pytest.fixture
def path(wire: Wire) -> str:
    """Where the tags of an image are."""
    return f"/v2/images/{wire.create(name='a', tags=['key=value', 'old.one'])['id']}/tags"


def tags(wire: Wire, path: str) -> list[str]:
    return list(wire.get(path.removesuffix("/tags")).json["tags"])


@pytest.mark.parametrize("tag", ["aaaa", "A_z-09", "t" * 255, "-", "%61%62"])
def test_add_and_delete(wire: Wire, path: str, tag: str) -> None:
    added = wire.put(f"{path}/{tag}")
    assert (added.status, added.body) == (204, b"")
    shown = "ab" if "%" in tag else tag
    assert tags(wire, path) == ["key=value", "old.one", shown]
    assert wire.names(f"?tag={shown}") == ["a"]
    assert wire.put(f"{path}/{tag}").status == 204  # once more changes nothing
    assert tags(wire, path) == ["key=value", "old.one", shown]
    gone = wire.delete(f"{path}/{tag}")
    assert (gone.status, gone.body) == (204, b"")
    assert tags(wire, path) == ["key=value", "old.one"]


@pytest.mark.parametrize("tag", [
    "t" * 256, "a=b", "a.b", "a%20b", "a%2Bb", "%D0%BA", "a:b", "a,b", "%00", "a%0A", "%C2%A0",
])
def test_a_tag_of_other_characters_is_refused(wire: Wire, path: str, tag: str) -> None:
    """Only keys can be added here: values are for the IMS API."""
    assert wire.put(f"{path}/{tag}").refusal == (400, "IMG.0115")
    assert tags(wire, path) == ["key=value", "old.one"]


@pytest.mark.parametrize("tag", ["key=value", "key%3Dvalue", "old.one"])
def test_a_tag_with_a_value_can_be_deleted(wire: Wire, path: str, tag: str) -> None:
    assert wire.delete(f"{path}/{tag}").status == 204
    assert len(tags(wire, path)) == 1


@pytest.mark.parametrize("tag", ["none", "key", "Key=value", "%D0%BA", "t" * 300])
def test_a_tag_that_is_not_there(wire: Wire, path: str, tag: str) -> None:
    assert wire.delete(f"{path}/{tag}").refusal == (404, "IMG.0121")


def test_128_tags_and_no_more(wire: Wire) -> None:
    image_id = wire.create(tags=[f"t{number}" for number in range(127)])["id"]
    path = f"/v2/images/{image_id}/tags"
    assert wire.put(f"{path}/last").status == 204
    assert wire.put(f"{path}/more").refusal == (413, "IMG.0116")
    assert wire.put(f"{path}/t0").status == 204


def test_so_many_tags_of_a_new_image_and_no_more(wire: Wire) -> None:
    body = {"tags": [f"t{number}" for number in range(129)]}
    assert wire.post("/v2/images", body).refusal == (413, "IMG.0116")


@pytest.mark.fake_ims(profile="openstack")
def test_the_sentence_about_too_many_tags_counts_the_new_one(wire: Wire) -> None:
    image_id = wire.create(tags=[f"t{number}" for number in range(128)])["id"]
    body = wire.put(f"/v2/images/{image_id}/tags/more").body
    assert b"Attempted: 129, Maximum: 128" in body


def test_a_new_tag_moves_updated_at(wire: Wire, fake_ims: FakeIMS, path: str) -> None:
    image = path.removesuffix("/tags")
    before = wire.get(image).json["updated_at"]
    fake_ims.clock.advance("1m")
    wire.put(f"{path}/key2")
    assert wire.get(image).json["updated_at"] > before


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_who_may(wire: Wire, fake_ims: FakeIMS, path: str, method: str) -> None:
    stranger = wire.caller(fake_ims.tenant("p2"))
    reader = wire.caller(fake_ims.tenant(fake_ims.project_id, roles=("reader",)))
    assert stranger.send(method, f"{path}/t").refusal == (404, "IMG.0144")
    assert reader.send(method, f"{path}/t").refusal == (403, "IMG.0026")
    assert wire.send(method, f"/v2/images/{UNKNOWN}/tags/t").refusal == (404, "IMG.0144")
    assert wire.anonymous().send(method, f"{path}/t").refusal == (401, "IMG.0087")


def test_other_methods(wire: Wire, path: str) -> None:
    assert wire.get(f"{path}/t").refusal == (405, "IMG.0105")
    assert wire.get(f"{path}/t").headers["Allow"] == "PUT, DELETE"
    assert wire.put(path).status == 404
    assert wire.put(f"{path}/").status == 404
