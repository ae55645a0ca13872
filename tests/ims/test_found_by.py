"""What lists and queries find by name, tag and id is what a look at every image of the whole list
finds, after any sequence of changes by either face, by the test, and by jobs."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

from .conftest import Ims

NAMES = ("one", "two", "three")
KEYS = ("a", "b")
TAGS = ("a=1", "a=2", "b=1", "c")
PATCH = {"Content-Type": "application/openstack-images-v2.1-json-patch"}
SERVER = "11111111-2222-4333-8444-555555555555"


class Walk:
    """Random changes of images of two tenants."""

    def __init__(self, ims: Ims, seed: int) -> None:
        self.ims = ims
        self.random = Random(seed)
        self.other = ims.fake.tenant("other")
        self.admin = ims.fake.tenant("root", roles=["admin"])
        self.project = ims.fake.project_id
        self.changes = [
            self.create, self.create, self.seed, self.make, self.copy, self.delete, self.rename,
            self.rename_by_ims, self.retag, self.tag, self.untag, self.set_tag, self.batch,
            self.open, self.give_away, self.share, self.change]

    def any(self) -> Any:
        return self.random.choice(list(self.ims.fake.images))

    def some_tags(self) -> list[str]:
        return self.random.sample(TAGS, self.random.randrange(3))

    def name(self) -> str:
        return self.random.choice(NAMES)

    def patch(self, *changes: dict[str, object], by_admin: bool = False) -> None:
        headers = self.admin.headers if by_admin else self.ims.fake.headers
        self.ims.ask(f"PATCH /v2/images/{self.any().id}", list(changes),
                     headers={**headers, **PATCH})

    def create(self) -> None:
        headers, more = self.random.choice((
            (self.ims.fake.headers, []), (self.other.headers, ["from=other"])))
        self.ims.ask("POST /v2/images", {"name": self.name(), "tags": self.some_tags() + more},
                     status=201, headers=headers)

    def seed(self) -> None:
        self.ims.fake.images.add(
            name=self.name(), tags=self.some_tags(), created_at=float(self.random.randrange(9)),
            visibility=self.random.choice(("private", "public")),
            owner=self.random.choice((self.project, self.other.project_id)))

    def make(self) -> None:
        self.ims.job("POST /v2/cloudimages/action", {
            "name": self.name(), "instance_id": SERVER, "tags": self.some_tags()})

    def copy(self) -> None:
        self.ims.ask(f"POST /v1/cloudimages/{self.any().id}/copy", {"name": self.name()})

    def delete(self) -> None:
        if len(self.ims.fake.images) > 3:
            self.ims.ask(f"DELETE /v2/images/{self.any().id}")

    def rename(self) -> None:
        self.patch({"op": "replace", "path": "/name", "value": self.name()})

    def rename_by_ims(self) -> None:
        self.ims.ask(f"PATCH /v2/cloudimages/{self.any().id}", [
            {"op": "replace", "path": "/name", "value": self.name()}])

    def retag(self) -> None:
        self.patch({"op": "replace", "path": "/tags", "value": self.some_tags()})

    def tag(self) -> None:
        self.ims.ask(f"PUT /v2/images/{self.any().id}/tags/{self.random.choice(TAGS)}")

    def untag(self) -> None:
        self.ims.ask(f"DELETE /v2/images/{self.any().id}/tags/{self.random.choice(TAGS)}")

    def set_tag(self) -> None:
        self.ims.ask("PUT /v1/cloudimages/tags", {
            "image_id": self.any().id, "tag": self.random.choice(TAGS[:3])})

    def batch(self) -> None:
        self.ims.ask(f"POST /v2/{self.project}/images/{self.any().id}/tags/action", {
            "action": self.random.choice(("create", "delete")),
            "tags": [{"key": key, "value": "1"} for key in KEYS]})

    def open(self) -> None:
        self.patch({"op": "replace", "path": "/visibility",
                    "value": self.random.choice(("public", "private", "community", "shared"))},
                   by_admin=True)

    def give_away(self) -> None:
        self.patch({"op": "replace", "path": "/owner",
                    "value": self.random.choice((self.project, self.other.project_id))},
                   by_admin=True)

    def share(self) -> None:
        shared = [one for one in self.ims.fake.images if one.owner == self.other.project_id]
        if shared:
            image = self.random.choice(shared).id
            self.ims.ask(f"POST /v2/images/{image}/members", {"member": self.project},
                         headers=self.other.headers)
            self.ims.ask(f"PUT /v2/images/{image}/members/{self.project}",
                         {"status": "accepted"})

    def change(self) -> None:
        self.any().set(name=self.name(), tags=self.some_tags(), owner=self.project)


def ids(images: list[dict[str, Any]]) -> list[str]:
    return [image["id"] for image in images]


def of_keys(tags: list[str]) -> dict[str, str]:
    """The value of each key; of two with one key the last counts."""
    return {key: value for key, _, value in (text.partition("=") for text in tags)}


def check(ims: Ims, headers: dict[str, str], project: str, random: Random) -> None:
    def images(path: str, **params: Any) -> list[dict[str, Any]]:
        return list(ims.ask(f"GET {path}", headers=headers, params={"limit": 500, **params},
                            status=200)["images"])

    for path in ("/v2/images", "/v2/cloudimages"):
        everything = images(path)
        for name in NAMES:
            assert ids(images(path, name=name)) == [
                one["id"] for one in everything if one.get("name") == name]
        for text in TAGS:
            found = [one["id"] for one in everything if text in one["tags"]]
            assert ids(images(path, tag=text)) == found
            assert ids(images(path, tag=text, name=f"in:{NAMES[0]},{NAMES[1]}")) == [
                one["id"] for one in everything
                if one["id"] in found and one["name"] in NAMES[:2]]
        some = random.sample(everything, min(3, len(everything)))
        assert ids(images(path, id=f"in:{','.join(ids(some))}")) == [
            one["id"] for one in everything if one in some]
    assert ims.ask("GET /v1/cloudimages/tags", headers=headers, status=200)["tags"] == list(
        dict.fromkeys(text for one in images("/v2/cloudimages") for text in one["tags"]))
    own = [image for image in ims.fake.images if image.owner == project]
    for key in KEYS:
        body = {"action": "count", "tags": [{"key": key, "values": ["1"]}]}
        assert ims.ask(f"POST /v2/{project}/images/resource_instances/action", body,
                       headers=headers, status=200)["total_count"] == sum(
                           of_keys(image.tags).get(key) == "1" for image in own), key
    known = ims.ask(f"GET /v2/{project}/images/tags", headers=headers, status=200)["tags"]
    assert {(one["key"], value) for one in known for value in one["values"]} == {
        (key, value) for image in own for key, _, value in (
            text.partition("=") for text in image.tags)}


@pytest.mark.parametrize("seed", range(4))
def test_after_any_sequence(ims: Ims, seed: int) -> None:
    walk = Walk(ims, seed)
    for _ in range(6):
        walk.create()
    for step in range(48):
        change = walk.random.choice(walk.changes)
        change()
        if step % 4 == 3:
            check(ims, ims.fake.headers, walk.project, walk.random)
            check(ims, walk.other.headers, walk.other.project_id, walk.random)


def test_an_offset_of_any_size_is_past_all_images(ims: Ims) -> None:
    ims.fake.images.add(name="a", tags=["env=prod"])
    for condition in ({}, {"tags": [{"key": "env", "values": ["prod"]}]}):
        body = {"action": "filter", "limit": 5, "offset": 10**20, **condition}
        found = ims.ask(f"POST /v2/{ims.fake.project_id}/images/resource_instances/action", body,
                        status=200)
        assert (found["total_count"], found["resources"]) == (1, [])
