"""Imports: web-download, glance-download, tasks. What a real Glance 33 answers, asked for each."""

from __future__ import annotations

from typing import Any

import pytest
from wire import OCTETS, V21, Wire

from fake_ims import FakeIMS, UsageError, by_hand

pytestmark = pytest.mark.fake_ims(profile="openstack")
URL = "https://images.example.org/cirros.img"
INTERNAL = "Task failed due to Internal Error"
QCOW2 = b"QFI\xfb" + bytes(20)


def new(wire: Wire, **more: Any) -> str:
    return str(wire.create(name="a", **{"disk_format": "raw", "container_format": "bare", **more})[
        "id"])


def start(wire: Wire, image_id: str, uri: object = URL, **more: Any) -> int:
    return wire.post(f"/v2/images/{image_id}/import", {
        "method": {"name": "web-download", "uri": uri}, **more}).status


def show(wire: Wire, image_id: str) -> dict[str, Any]:
    return dict(wire.get(f"/v2/images/{image_id}").json)


def told(image: dict[str, Any]) -> tuple[Any, ...]:
    return (image["status"], image.get("os_glance_importing_to_stores"),
            image.get("os_glance_failed_import"), "os_glance_import_task" in image)


def task(wire: Wire, image_id: str) -> tuple[Any, ...]:
    found = wire.get(f"/v2/images/{image_id}/tasks").json["tasks"][-1]
    return found["status"], found["message"], found["result"]


# web-download

def test_it_brings_the_bytes_of_the_world(fake_ims: FakeIMS, wire: Wire) -> None:
    fake_ims.world.urls[URL] = b"hello web"
    image_id = new(wire)
    assert start(wire, image_id) == 202
    image = show(wire, image_id)
    assert told(image) == ("active", "", "", False)
    assert (image["size"], image["virtual_size"], image["stores"]) == (9, 9, "file")
    assert wire.get(f"/v2/images/{image_id}/file").body == b"hello web"
    assert task(wire, image_id) == ("success", "Copied 0 MiB", {"image_id": image_id})


def test_it_takes_time_and_keeps_others_away(fake_ims: FakeIMS, wire: Wire) -> None:
    fake_ims.world.urls[URL] = b"hello web"
    fake_ims.lifecycle.saving = "30s"
    image_id = new(wire)
    assert start(wire, image_id) == 202
    image = show(wire, image_id)
    assert told(image) == ("importing", "file", "", True)
    assert (image["size"], image["checksum"], image["os_hash_value"]) == (None, None, None)
    assert "stores" not in image
    assert task(wire, image_id) == ("processing", "", None)
    again = wire.post(f"/v2/images/{image_id}/import",
                      {"method": {"name": "web-download", "uri": URL}},
                      {"Accept": "application/json"})
    assert (again.status, again.json["message"]) == (
        409, "Image needs to be in 'queued' state to use 'web-download' method<br /><br />\n\n\n")
    for path in ("stage", "file"):
        assert wire.put(f"/v2/images/{image_id}/{path}", b"x", {"Content-Type": OCTETS}
                        ).status == 409
    assert wire.get(f"/v2/images/{image_id}/file").status == 204
    fake_ims.clock.advance("30s")
    assert told(show(wire, image_id)) == ("active", "", "", False)


def test_a_second_web_download_of_a_controller(fake_ims: FakeIMS, wire: Wire) -> None:
    """k-orc/openstack-resource-controller #264: it reconciles and imports again."""
    fake_ims.world.urls["https://example.com/create-minimal.img"] = QCOW2
    for slow in ("lifecycle", "fault"):
        if slow == "lifecycle":
            fake_ims.lifecycle.saving = "30s"
        else:
            fake_ims.lifecycle.reset()
            fake_ims.faults.add("images.import", saving="30s")
        image_id = new(wire)
        uri = "https://example.com/create-minimal.img"
        assert (start(wire, image_id, uri), start(wire, image_id, uri)) == (202, 409)
        assert show(wire, image_id)["status"] == "importing"
        fake_ims.clock.advance("1m")
        assert show(wire, image_id)["status"] == "active"


def test_it_ends_at_the_third_request(fake_ims: FakeIMS, wire: Wire) -> None:
    fake_ims.world.urls[URL] = b"x"
    fake_ims.lifecycle.saving = "polls(3)"  # type: ignore[assignment]
    image_id = new(wire)
    start(wire, image_id)
    assert [show(wire, image_id)["status"] for _ in range(3)] == [
        "importing", "importing", "active"]


@pytest.mark.parametrize("given", [
    {}, {"status": 404}, {"status": 500, "data": b"sorry"}, {"data": b"hello", "size": 10},
    {"redirect": "/loop"}, {"redirect": "http://169.254.169.254/latest"},
    {"redirect": "https://nowhere.example.org/"}, {"status": 304},
])
def test_a_download_that_fails_leaves_the_image_queued(
    fake_ims: FakeIMS, wire: Wire, given: dict[str, Any]
) -> None:
    if given:
        fake_ims.world.urls.add(URL, **given)
    fake_ims.world.urls.add("https://images.example.org/loop", redirect="/loop")
    fake_ims.world.urls["http://169.254.169.254/latest"] = b"secret"
    image_id = new(wire)
    assert start(wire, image_id) == 202
    image = show(wire, image_id)
    assert told(image) == ("queued", "", "file", False)
    assert (image["size"], image["checksum"]) == (None, None)
    assert task(wire, image_id) == ("failure", INTERNAL, None)
    fake_ims.world.urls[URL] = b"better"  # the next try succeeds, and its task is the last
    assert start(wire, image_id) == 202
    assert told(show(wire, image_id)) == ("active", "", "", False)
    assert task(wire, image_id)[0] == "success"


@pytest.mark.parametrize("given", [
    {"redirect": "/ok"}, {"redirect": "https://images.example.org:443/ok", "status": 308}])
def test_redirects_are_followed(fake_ims: FakeIMS, wire: Wire, given: dict[str, Any]) -> None:
    fake_ims.world.urls.add(URL, **given)
    fake_ims.world.urls["https://Images.Example.org/ok"] = b"moved"
    image_id = new(wire)
    start(wire, image_id)
    assert fake_ims.images[image_id].data == b"moved"


@pytest.mark.fake_ims(profile="openstack", glance={"image_size_cap": 4})
@pytest.mark.parametrize(("given", "status"), [
    ({"size": 4}, "active"), ({"size": 5}, "queued"), ({"data": b"hello"}, "queued")])
def test_a_file_that_is_too_large(
    fake_ims: FakeIMS, wire: Wire, given: dict[str, Any], status: str
) -> None:
    fake_ims.world.urls.add(URL, **given)
    image_id = new(wire)
    start(wire, image_id)
    assert wire.status(image_id) == status


@pytest.mark.parametrize(("given", "disk_format", "size", "status"), [
    ({"size": 2**20}, "qcow2", 2**20, "active"), ({"size": 2**20}, "raw", 2**20, "active"),
    ({"size": 5, "format": "vmdk"}, "qcow2", None, "queued"),
    ({"status": 204}, "raw", 0, "active"), ({"data": b"", "status": 201}, "raw", 0, "active"),
    ({"data": b"no qcow2"}, "qcow2", None, "queued"),
])
def test_sizes_and_formats(
    fake_ims: FakeIMS, wire: Wire, given: dict[str, Any], disk_format: str, size: int | None,
    status: str,
) -> None:
    fake_ims.world.urls.add(URL, **given)
    image_id = new(wire, disk_format=disk_format)
    start(wire, image_id)
    image = show(wire, image_id)
    assert (image["size"], image["status"]) == (size, status)
    if size and not given.get("data"):
        assert wire.download(image_id).body == bytes(size)
        assert wire.download(image_id, Range="bytes=5-8").body == bytes(4)


def test_a_lifecycle_that_kills_lets_the_import_fail(fake_ims: FakeIMS, wire: Wire) -> None:
    fake_ims.world.urls[URL] = b"x"
    fake_ims.lifecycle.saving = "10s"
    fake_ims.lifecycle.kill_next("disk full")
    image_id = new(wire)
    start(wire, image_id)
    assert show(wire, image_id)["status"] == "importing"
    fake_ims.clock.advance("10s")
    assert told(show(wire, image_id)) == ("queued", "", "file", False)
    assert task(wire, image_id) == ("failure", "disk full", None)
    assert fake_ims.images[image_id].kill_reason == "disk full"
    assert start(wire, image_id) == 202


def test_a_test_ends_a_stalled_import_by_hand(fake_ims: FakeIMS, wire: Wire) -> None:
    fake_ims.world.urls[URL] = b"x"
    fake_ims.lifecycle.saving = by_hand
    failed, done, other = new(wire), new(wire), new(wire)
    for image_id in (failed, done, other):
        start(wire, image_id)
    fake_ims.clock.advance("30d")
    assert show(wire, done)["status"] == "importing"
    fake_ims.images[failed].kill()
    fake_ims.images[done].activate()
    fake_ims.images[other].set(name="still there")
    assert told(show(wire, failed)) == ("queued", "", "file", False)
    assert told(show(wire, done)) == ("active", "", "", False)
    assert (fake_ims.images[done].data, task(wire, done)[0]) == (b"x", "success")
    fake_ims.images[other].set(status="active", data=b"mine")
    assert (fake_ims.images[other].data, task(wire, other)[0]) == (b"mine", "success")


def test_an_image_that_is_deleted_ends_its_import(fake_ims: FakeIMS, wire: Wire) -> None:
    fake_ims.world.urls[URL] = b"x"
    fake_ims.lifecycle.saving = by_hand
    fake_ims.lifecycle.deleting = "1m"
    image_id = new(wire)
    start(wire, image_id)
    task_id = wire.get(f"/v2/images/{image_id}/tasks").json["tasks"][0]["id"]
    assert wire.delete(f"/v2/images/{image_id}").status == 204
    admin = wire.caller(fake_ims.tenant("ops", roles=("admin",)))
    ended = admin.get(f"/v2/tasks/{task_id}").json
    assert (ended["status"], ended["message"]) == ("failure", INTERNAL)
    fake_ims.clock.advance("1m")
    assert wire.get(f"/v2/images/{image_id}").status == 404


@pytest.mark.parametrize(("uri", "status"), [
    ("http://10.0.0.5/", 202), ("http://[fd00::1]/", 202), ("http://0.0.0.0/", 202),
    ("http://localhost/", 400), ("http://a.localhost/", 400), ("http://127.0.0.2/", 400),
    ("http://[::1]/", 400), ("http://[::ffff:127.0.0.1]/", 400), ("http://169.254.1.1/", 400),
    ("http://[fe80::1]/", 400), ("http://2130706433/", 400), ("http://127.1/", 400),
    ("http://0x7f000001/", 400), ("http://127.0x0.0.1/", 400), ("http://x.invalid/", 400),
    ("http://example.org:22/", 400), ("http://example.org:443/", 202),
    ("ftp://example.org/", 400), ("http://", 400), ("http://exa mple.org/", 400),
    ("http://example.org:x/", 400), ("nonsense", 400), ("", 400), (None, 400), (5, 400),
])
def test_which_uris_pass(wire: Wire, uri: object, status: int) -> None:
    assert start(wire, new(wire), uri) == status


@pytest.mark.fake_ims(profile="openstack", glance={
    "allowed_schemes": ["http"], "disallowed_hosts": ["bad.example.org", "192.0.2.1"],
    "allowed_ports": [], "disallowed_ports": [22]})
@pytest.mark.parametrize(("uri", "status"), [
    ("https://example.org/", 400), ("http://bad.example.org/", 400), ("http://192.0.2.1/", 400),
    ("http://example.org:22/", 400), ("http://example.org:8080/", 202),
])
def test_the_filter_has_options(wire: Wire, uri: str, status: int) -> None:
    assert start(wire, new(wire), uri) == status


@pytest.mark.fake_ims(profile="openstack", glance={
    "allowed_hosts": ["localhost"], "disallowed_hosts": ["localhost"]})
def test_what_is_allowed_takes_precedence(wire: Wire) -> None:
    assert start(wire, new(wire), "http://localhost/") == 202
    assert start(wire, new(wire), "http://example.org/") == 400


# the world

def test_the_records_are_checked(fake_ims: FakeIMS) -> None:
    urls = fake_ims.world.urls
    urls[URL] = b"x"
    urls[URL] = b"y"
    assert (len(urls), urls["HTTPS://images.example.org:443/cirros.img"].data) == (1, b"y")
    for wrong, words in (
        (lambda: urls.add(URL, status=404), "already exists"),
        (lambda: urls.add("https://a/", sice=1), "did you mean 'size'"),
        (lambda: urls.add("https://a/"), "say what it returns"),
        (lambda: urls.add("ftp://a/", size=1), "is not a URL"),
        (lambda: urls.add("https://a/", status=99), "200 to 599"),
        (lambda: urls.add("https://a/", status=600), "200 to 599"),
        (lambda: urls.add("https://a/", size=-1), "0 or greater"),
        (lambda: urls.add("https://a/", size=2**31), "largest size"),
        (lambda: urls.add("https://a/", data="x"), "is not bytes"),
        (lambda: urls.add("https://a/", redirect="/x", status=200), "does not redirect"),
        (lambda: urls.__setitem__("https://a/", "x"), r"world\.urls\.add"),
        (lambda: urls["https://images.example.org/cirros.imk"], "did you mean"),
        (lambda: urls.remove("https://a/"), "unknown url"),
    ):
        with pytest.raises(UsageError, match=words):
            wrong()
    assert len(urls) == 1
    urls.remove(URL)
    assert URL not in urls


# glance-download

@pytest.mark.fake_ims(profile="openstack", glance={
    "enabled_import_methods": ["glance-download"]})
def test_glance_download(fake_ims: FakeIMS, wire: Wire) -> None:
    source = fake_ims.images.add(name="source", data=QCOW2, disk_format="raw",
                                 container_format="bare", properties={"hw_x": "1", "mine": "2"})
    remote = fake_ims.world.remote_images.add(region="else", data=b"far", disk_format="raw")

    def fetch(image_id: str, **method: object) -> int:
        return wire.post(f"/v2/images/{image_id}/import", {
            "method": {"name": "glance-download", **method}}).status

    image_id = new(wire, container_format="ovf", disk_format="iso", hw_x="0", own="3")
    assert fetch(image_id, glance_region=fake_ims.region.upper(), glance_image_id=source.id) == 202
    image = show(wire, image_id)
    assert told(image) == ("active", "", "", False)
    assert (image["disk_format"], image["container_format"]) == ("raw", "bare")
    assert (image["hw_x"], image["own"], "mine" in image) == ("1", "3", False)
    assert fake_ims.images[image_id].data == QCOW2
    far = new(wire)
    assert fetch(far, glance_region="Else", glance_image_id=remote.id) == 202
    assert fake_ims.images[far].data == b"far"
    lost = new(wire, hw_x="0")
    assert fetch(lost, glance_region="nowhere", glance_image_id=remote.id) == 202
    assert told(show(wire, lost)) == ("queued", "file", "", False)  # as Glance leaves it
    assert task(wire, lost) == ("failure", INTERNAL, None)
    for method in ({}, {"glance_region": "x"}, {"glance_region": "x", "glance_image_id": "foo"}):
        assert fetch(lost, **method) == 400
    fake_ims.faults.add("images.import", kill="disk full")
    failed = new(wire, container_format="ovf", disk_format="iso", hw_x="0")
    fetch(failed, glance_region=fake_ims.region, glance_image_id=source.id)
    image = show(wire, failed)
    assert (told(image), image["disk_format"], image["hw_x"]) == (
        ("queued", "", "file", False), "iso", "0")


# tasks

def given(uri: object = URL, **more: Any) -> dict[str, Any]:
    return {"type": "import", "input": {
        "import_from": uri, "import_from_format": "raw", "image_properties": {
            "name": "legacy", "disk_format": "raw", "container_format": "bare", "mine": "x"},
        **more}}


@pytest.fixture
def admin(fake_ims: FakeIMS, wire: Wire) -> Wire:
    return wire.caller(fake_ims.tenant("ops", roles=("admin",)))


def test_an_import_by_task_makes_the_image(fake_ims: FakeIMS, wire: Wire, admin: Wire) -> None:
    fake_ims.world.urls[URL] = b"hello web"
    fake_ims.lifecycle.saving = "10s"
    begun = admin.post("/v2/tasks", given())
    assert (begun.status, begun.json["status"]) == (201, "pending")
    image = fake_ims.images.named("legacy")
    assert image.status == "saving"
    assert admin.get(f"/v2/tasks/{begun.json['id']}").json["status"] == "processing"
    fake_ims.clock.advance("10s")
    ended = admin.get(f"/v2/tasks/{begun.json['id']}").json
    assert (ended["status"], ended["result"]) == ("success", {"image_id": image.id})
    assert (image.status, image.data, image.owner, image["mine"]) == (
        "active", b"hello web", "ops", "x")
    assert wire.post("/v2/tasks", given()).status == 403


@pytest.mark.parametrize(("more", "message"), [
    ({"import_from": "https://nowhere.example.org/"}, INTERNAL),
    ({"image_properties": {"name": "legacy"}}, INTERNAL),
    ({"image_properties": {"disk_format": "nonsense"}}, INTERNAL),
    ({"image_properties": None}, INTERNAL),
])
def test_an_import_by_task_that_fails_leaves_no_image(
    fake_ims: FakeIMS, admin: Wire, more: dict[str, Any], message: str
) -> None:
    fake_ims.world.urls[URL] = b"x"
    begun = admin.post("/v2/tasks", given(**more)).json
    ended = admin.get(f"/v2/tasks/{begun['id']}").json
    assert (ended["status"], ended["message"], ended["result"]) == ("failure", message, None)
    assert len(fake_ims.images) == 0


def test_an_import_by_task_names_the_field_that_it_misses(admin: Wire) -> None:
    begun = admin.post("/v2/tasks", {"type": "import", "input": {"import_from": URL}}).json
    assert admin.get(f"/v2/tasks/{begun['id']}").json["message"] == (
        "Input does not contain 'import_from_format' field")


@pytest.mark.parametrize(("uri", "words"), [
    ("file:///etc/passwd", "File based imports are not allowed."),
    ("ftp://x/y", "The given uri is not valid."), ("HTTP://x/", "The given uri is not valid."),
    ("", "Invalid location: "), (None, "Invalid location: None"), (5, "The given uri is not"),
    ("http://127.0.0.1/", "URI for legacy import task does not pass filtering: http://127"),
])
def test_the_uri_of_a_task_is_checked_at_once(admin: Wire, uri: object, words: str) -> None:
    reply = admin.post("/v2/tasks", given(uri), {"Accept": "application/json"})
    assert reply.status == 400
    assert reply.json["message"].startswith(words)


def test_unknown_keys_are_told_before_the_uri(admin: Wire) -> None:
    reply = admin.post("/v2/tasks", {**given("http://127.0.0.1/"), "color": "red"},
                       {"Accept": "application/json"})
    assert reply.status == 400
    assert "Additional properties are not allowed ('color' was unexpected)" in (
        reply.json["message"])


def test_others_do_not_see_the_tasks_of_an_administrator(
    fake_ims: FakeIMS, wire: Wire, admin: Wire
) -> None:
    fake_ims.world.urls[URL] = b"x"
    image_id = new(wire)
    assert start(admin, image_id) == 202
    assert wire.get(f"/v2/images/{image_id}/tasks").json == {"tasks": []}
    assert len(admin.get(f"/v2/images/{image_id}/tasks").json["tasks"]) == 1


def test_a_change_of_the_format_counts_until_the_end(fake_ims: FakeIMS, wire: Wire) -> None:
    fake_ims.world.urls[URL] = b"raw bytes"
    fake_ims.lifecycle.saving = "10s"
    image_id = new(wire, disk_format="qcow2")
    start(wire, image_id)
    assert wire.send("PATCH", f"/v2/images/{image_id}",
                     [{"op": "replace", "path": "/disk_format", "value": "raw"}],
                     {"Content-Type": V21}).status == 200
    fake_ims.clock.advance("10s")
    assert show(wire, image_id)["status"] == "active"
