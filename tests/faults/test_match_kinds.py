"""Each kind of match, by requests over HTTP: what it strikes, what it spares, how it reads."""

from __future__ import annotations

from typing import Any

import pytest
from wire import Wire

from fake_ims import FakeIMS
from fake_ims.domain.callers import DEFAULT_PROJECT_ID
from fake_ims.errors import UsageError
from fake_ims.faults.expected import expecting, same
from fake_ims.faults.matches.request_body import at

JOBS = f"/v1/{DEFAULT_PROJECT_ID}/jobs/"


def server_image(wire: Wire, name: str = "from-server") -> str:
    """Id of the job that makes an image from a server."""
    reply = wire.post("/v2/cloudimages/action", {
        "name": name, "instance_id": "877a2cda-ba63-4e1e-b95f-e67e48b6129a"})
    assert reply.status == 200, reply
    return str(reply.json["job_id"])


@pytest.mark.parametrize(("chapter", "struck", "sentence"), [
    ("ims", "/v2/cloudimages", "every request of face ims returns 503"),
    ("native", "/v2/images", "every request of face native returns 503"),
    ("Querying Images", "/v2/cloudimages",
     "every request of chapter 'Querying Images' returns 503"),
    ("querying images (native*", "/v2/images",
     "every request of chapter 'querying images (native*' returns 503"),
])
def test_chapter(
    fake_ims: FakeIMS, wire: Wire, chapter: str, struck: str, sentence: str
) -> None:
    fault = fake_ims.faults.add(chapter=chapter, status=503)
    for path in ("/v2/images", "/v2/cloudimages"):
        assert wire.get(path).status == (503 if path == struck else 200), path
    assert str(fault) == sentence


def test_chapter_identity(fake_ims: FakeIMS, wire: Wire) -> None:
    fake_ims.faults.add(chapter="identity", status=503)
    assert wire.get("/v3/auth/catalog").status == 503
    assert wire.get("/v2/images").status == 200


def test_user(fake_ims: FakeIMS, wire: Wire) -> None:
    other = wire.caller(fake_ims.tenant("p2", user="ann"))
    same_project = wire.caller(fake_ims.tenant("p2", user="bob"))
    fault = fake_ims.faults.add("images.list", user="ann", status=503)
    assert other.get("/v2/images").status == 503
    assert same_project.get("/v2/images").status == wire.get("/v2/images").status == 200
    assert str(fault) == "images.list from user ann returns 503"
    fake_ims.faults.add("cloudimages.list", tenant="p2", user="ann", status=503)
    seen = [who.get("/v2/cloudimages").status for who in (other, same_project)]
    assert seen == [503, 200]


def test_image_by_id_and_by_name(fake_ims: FakeIMS, wire: Wire) -> None:
    one, other = (fake_ims.images.add(name=name) for name in ("one", "other"))
    for image in (one.id, "one"):
        with fake_ims.faults.add("images.*", image=image, status=503):
            assert wire.get(f"/v2/images/{one.id}").status == 503
            assert wire.get(f"/v2/images/{other.id}").status == 200
    fake_ims.faults.add(image="other", status=503)
    fake_ims.images[other.id].set(name="renamed")
    assert wire.get(f"/v2/images/{other.id}").status == 200
    assert wire.post("/v2/images", {"name": "other"}).status == 503


def test_image_attribute(fake_ims: FakeIMS, wire: Wire) -> None:
    ubuntu = "Ubuntu 16.04 server 64bit"
    one = fake_ims.images.add(name="a", __os_version=ubuntu, min_disk=40)
    other = fake_ims.images.add(name="b", __os_version="CentOS 7.4 64bit", min_disk=40)
    fault = fake_ims.faults.add(image_attribute={"__os_version": "Ubuntu*", "min_disk": 40},
                                status=503)
    assert wire.get(f"/v2/images/{one.id}").status == 503
    assert wire.get(f"/v2/images/{other.id}").status == 200
    assert wire.get("/v2/images").status == 200
    one.set(min_disk=41)
    assert wire.get(f"/v2/images/{one.id}").status == 200
    new = {"name": "c", "__os_version": ubuntu}
    assert wire.post("/v2/images", new).status == 201
    assert wire.post("/v2/images", {**new, "min_disk": 40}).status == 503
    assert str(fault) == ("every request for images with __os_version='Ubuntu*' and min_disk=40 "
                          "returns 503")


def test_image_attribute_of_a_batch(fake_ims: FakeIMS, wire: Wire) -> None:
    image = fake_ims.images.add(name="a", __os_type="Linux", data=b"x")
    fake_ims.faults.add("cloudimages.*", image_attribute={"__os_type": "Linux"}, status=503)
    body = {"images": [image.id], "projects": ["p2"]}
    assert wire.post("/v1/cloudimages/members", body).status == 503


def test_the_attributes_are_those_of_the_image_in_the_path(fake_ims: FakeIMS, wire: Wire) -> None:
    image = fake_ims.images.add(name="a", data=b"x", members=["p2"])
    fake_ims.faults.add("members.*", image_attribute={"status": "accepted"}, status=503)
    assert wire.caller(fake_ims.tenant("p2")).answer(image.id, "p2", "accepted").status == 200


def test_a_job_on_several_images_matches_the_status_of_each(
    fake_ims: FakeIMS, wire: Wire
) -> None:
    ids = [fake_ims.images.add(name="i", status=status).id for status in ("active", "queued")]
    fake_ims.faults.add("cloudimages.members.add", image_status="queued", status=503)
    body = {"images": ids, "projects": ["p2"]}
    assert wire.post("/v1/cloudimages/members", body).status == 503
    assert wire.post("/v1/cloudimages/members", {**body, "images": ids[:1]}).status == 200


def test_image_status(fake_ims: FakeIMS, wire: Wire) -> None:
    fake_ims.lifecycle.saving = "10s"
    fault = fake_ims.faults.add("images.show", image_status="saving", status=503)
    image = wire.create(name="a", container_format="bare", disk_format="raw")
    assert wire.status(image["id"]) == "queued"
    wire.upload(image["id"], b"x")
    assert wire.status(image["id"]) == "503"
    fake_ims.clock.advance("10s")
    assert wire.status(image["id"]) == "active"
    assert str(fault) == "images.show for saving images returns 503"


def test_job_status(fake_ims: FakeIMS, wire: Wire) -> None:
    fake_ims.lifecycle.jobs = "10s"
    fault = fake_ims.faults.add(job_status="RUNNING", status=503)
    job = server_image(wire)
    assert wire.get(JOBS + job).json["status"] == "INIT"
    fake_ims.clock.advance("5s")
    assert wire.get(JOBS + job).status == 503
    fake_ims.clock.advance("5s")
    assert wire.get(JOBS + job).json["status"] == "SUCCESS"
    assert wire.get(JOBS + "nothing").status != 503
    assert str(fault) == "every request for RUNNING jobs returns 503"


def test_header(fake_ims: FakeIMS, wire: Wire) -> None:
    fault = fake_ims.faults.add(request_headers={"user-agent": "openstacksdk*"}, status=503)
    for agent, status in (("openstacksdk/4", 503), ("curl", 200), ("an openstacksdk", 200)):
        assert wire.send("GET", "/v2/images", None, {"User-Agent": agent}).status == status
    assert wire.get("/v2/images").status == 200
    assert str(fault) == "every request with header user-agent='openstacksdk*' returns 503"


def test_query(fake_ims: FakeIMS, wire: Wire) -> None:
    fault = fake_ims.faults.add("images.list", status=503,
                                request_query={"limit": "2", "name": "a b*"})
    for query, status in (("limit=2&name=a%20b", 503), ("limit=2&name=a+bc", 503),
                          ("limit=2", 200), ("limit=1&name=a+b", 200), ("", 200),
                          ("limit=2&name=x&name=a+b", 503)):
        assert wire.get(f"/v2/images?{query}").status == status, query
    assert str(fault) == "images.list with query limit='2' and name='a b*' returns 503"


def test_request_body(fake_ims: FakeIMS, wire: Wire) -> None:
    fault = fake_ims.faults.add(request_body={"/name": "disk*", "/tags/0": "a=b"}, status=503)
    for body, status in (({"name": "disk1", "tags": ["a=b"]}, 503), ({"name": "disk1"}, 201),
                         ({"name": "a disk", "tags": ["a=b"]}, 201)):
        assert wire.post("/v2/images", body).status == status, body
    assert wire.get("/v2/images").status == 200
    assert str(fault) == ("every request with body /name='disk*' and /tags/0='a=b' returns 503")


def test_request_body_of_a_patch(fake_ims: FakeIMS, wire: Wire) -> None:
    image = fake_ims.images.add(name="a")
    fake_ims.faults.add("images.update", request_body={"/0/path": "/name"}, status=503)
    change = {"op": "replace", "path": "/name", "value": "b"}
    assert wire.patch(image.id, change).status == 503
    assert wire.patch(image.id, {**change, "path": "/min_disk", "value": 1}).status == 200
    assert fake_ims.images[image.id].name == "a"


def test_client(fake_ims: FakeIMS, wire: Wire) -> None:
    with fake_ims.faults.add(client="127.0.0.*", status=503) as fault:
        assert wire.get("/v2/images").status == 503
    with fake_ims.faults.add(client="10.*", status=503):
        assert wire.get("/v2/images").status == 200
    assert str(fault) == "every request from 127.0.0.* returns 503"


def test_all_must_agree(fake_ims: FakeIMS, wire: Wire) -> None:
    fake_ims.faults.add(request_headers={"X-A": "1"}, request_query={"limit": "1"}, status=503)
    assert wire.send("GET", "/v2/images?limit=1", None, {"X-A": "1"}).status == 503
    assert wire.send("GET", "/v2/images", None, {"X-A": "1"}).status == 200
    assert wire.get("/v2/images?limit=1").status == 200


def test_faults_for_others_are_not_looked_at(fake_ims: FakeIMS, wire: Wire) -> None:
    other = fake_ims.tenant("p2")
    image, another = fake_ims.images.add(name="a"), fake_ims.images.add(name="b")
    settings: list[dict[str, Any]] = [
        {"tenant": "p2"}, {"image": another.id}, {"image": "a"}, {"user": other.user_id},
        {"image": image.id}, {}, {"image": "a", "tenant": "p2"}]
    faults = [fake_ims.faults.add("images.show", delay=0, **one) for one in settings]
    wire.show(image.id)
    assert [fault.hits for fault in faults] == [0, 0, 1, 0, 1, 1, 0]
    # In order of adding, wherever they were looked up.
    assert fake_ims.requests[-1].faults == tuple(
        str(faults[position]) for position in (2, 4, 5))
    for fault in faults:
        fault.remove()
    assert not fake_ims.faults.any


@pytest.mark.parametrize(("settings", "words"), [
    ({"chapter": "Queryng Images"}, "did you mean 'Querying Images'"),
    ({"chapter": "nativ"}, "did you mean 'native'"),
    ({"chapter": 1}, "expected a face"),
    ({"chapter": "ims", "operation": "images.list"}, "no request can match"),
    ({"user": ""}, "user=''"),
    ({"client": 1}, "client=1"),
    ({"image_status": "activ"}, "did you mean 'active'"),
    ({"image_status": ["active"]}, "unknown image status"),
    ({"image_status": "deleted"}, "unknown image status"),
    ({"image_status": "active", "operation": "images.list"}, "no request can match"),
    ({"image_attribute": {}}, "with at least one"),
    ({"image_attribute": {"a": object()}}, "JSON supports"),
    ({"job_status": "RUNING"}, "did you mean 'RUNNING'"),
    ({"job_status": "RUNNING", "operation": "images.list"}, "no request can match"),
    ({"request_headers": {"limit": 2}}, "limit=2: expected a string or a glob"),
    ({"request_query": {"limit": 2}}, "limit=2: expected a string or a glob"),
    ({"request_headers": "X"}, "expected a mapping of names"),
    ({"request_query": {1: "2"}}, "the name 1 must be a string"),
    ({"request_body": {"name": "a"}}, "did you mean '/name'"),
    ({"request_body": {"/a": 1}, "operation": "images.upload"}, "no request can match"),
])
def test_what_cannot_be_is_refused(
    fake_ims: FakeIMS, settings: dict[str, Any], words: str
) -> None:
    with pytest.raises(UsageError) as refused:
        fake_ims.faults.add(status=503, **settings)
    assert words in str(refused.value)
    assert len(fake_ims.faults) == 0


@pytest.mark.parametrize(("found", "expected", "is_it"), [
    ("disk1", "disk*", True), ("[a]", "[a]", True), ("a", "[a]", True), ("Disk", "disk", False),
    (1, 1.0, True), (1, True, False), (True, True, True), (None, None, True), (1, "1", False),
    ({"a": 1, "b": 2}, {"b": 2, "a": 1}, True), ([1], [1, 2], False), ([True], [1], False),
    ({}, [], False),
])
def test_what_is_the_same(found: object, expected: object, is_it: bool) -> None:
    assert same(found, expected) is is_it
    assert expecting(expected)(found) is is_it


def test_pointers() -> None:
    document = {"a": [{"b/c": 1, "~": 2}], "": 3}
    assert at(document, "/a/0/b~1c") == 1
    assert at(document, "/a/0/~0") == 2
    assert at(document, "/") == 3
    assert at(document, "") == document
    for pointer in ("/a/1", "/a/x", "/a/0/b", "/a/0/b~1c/d"):
        assert not same(at(document, pointer), None)
