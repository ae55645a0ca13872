"""Page *Querying Images (Native OpenStack API)*."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import pytest
from freezegun import freeze_time
from wire import Wire, ids

from fake_ims import FakeIMS


def follow(wire: Wire, path: str) -> list[list[dict[str, Any]]]:
    """Every page, by the links that the service gives."""
    pages = []
    following: str | None = path
    while following is not None:
        page = wire.get(following).json
        assert page["schema"] == "/v2/schemas/images"
        assert page.keys() <= {"images", "first", "next", "schema"}
        pages.append(page["images"])
        following = page.get("next")
        assert len(pages) < 100
    return pages


# pages

@pytest.mark.parametrize(("count", "limit", "sizes"), [
    (0, None, [0]),
    (1, None, [1]),
    (25, None, [25]),
    (26, None, [25, 1]),
    (60, None, [25, 25, 10]),
    (60, 20, [20, 20, 20]),
    (60, 7, [7] * 8 + [4]),
    (60, 60, [60]),
    (60, 1000, [60]),
    (3, 1, [1, 1, 1]),
])
@pytest.mark.parametrize("sort", [{}, {"sort_dir": "asc"}, {"sort_key": "name"},
                                  {"sort": "status:asc,size:desc"}, {"sort_key": "size"}])
def test_paging_misses_and_repeats_nothing(
    wire: Wire, fake_ims: FakeIMS, count: int, limit: int | None, sizes: list[int],
    sort: dict[str, str],
) -> None:
    made = [fake_ims.images.add(name=f"i{number % 7}", data=b"x" * (number % 3),
                                status=("active", "deactivated")[number % 2]).id
            for number in range(count)]
    query = {**sort, **({} if limit is None else {"limit": str(limit)})}
    path = f"/v2/images?{urlencode(query)}" if query else "/v2/images"
    pages = follow(wire, path)
    assert [len(page) for page in pages] == sizes
    listed = [image_id for page in pages for image_id in ids(page)]
    assert sorted(listed) == sorted(made)
    whole = wire.get("/v2/images", **sort, limit=1000).json["images"]
    assert listed == ids(whole)


def test_the_links(wire: Wire, fake_ims: FakeIMS) -> None:
    for number in range(3):
        fake_ims.images.add(name="a b", visibility="public", min_disk=number)
    query = "?__isregistered=true&__imagetype=gold&limit=2&name=a+b"
    first = wire.get(f"/v2/images{query}").json
    marker = first["images"][-1]["id"]
    assert first["first"] == f"/v2/images{query}"
    assert first["next"] == f"/v2/images{query}&marker={marker}"
    last = wire.get(first["next"]).json
    assert last["first"] == f"/v2/images{query}"
    assert "next" not in last
    assert len(last["images"]) == 1


def test_an_image_in_a_list_is_the_image(wire: Wire, fake_ims: FakeIMS) -> None:
    image = fake_ims.images.add(name="a", data=b"data", tags=["t"], **{"__description": "d"})
    assert wire.get("/v2/images").json == {
        "images": [wire.show(image.id)], "first": "/v2/images", "schema": "/v2/schemas/images"}


def test_a_page_goes_on_where_the_marker_stood_when_images_come_and_go(
    wire: Wire, fake_ims: FakeIMS
) -> None:
    old = [fake_ims.images.add(name=f"i{number}") for number in range(6)]
    page = wire.get("/v2/images?limit=2").json
    assert [image["name"] for image in page["images"]] == ["i5", "i4"]
    fake_ims.images.add(name="newer")
    old[3].delete()
    assert [image["name"] for image in wire.get(page["next"]).json["images"]] == ["i2", "i1"]


@pytest.mark.parametrize("query", [
    "limit=-1", "limit=a", "limit=", "limit=1.5", "limit=1e3",
    "marker=11111111-2222-3333-4444-555555555555", "marker=x", "marker=" + "x" * 300, "marker=",
    "sort_key=color", "sort_key=", "sort_dir=up", "sort_dir=", "sort=name:up", "sort=color",
    "sort=name&sort_key=name", "sort_key=name&sort_dir=asc&sort_dir=desc",
    "sort_key=__os_type", "sort_key=tags",
    "protected=maybe", "protected=", "protected=True",
    "visibility=secret", "member_status=maybe", "changes-since=2018-01-01",
    "created_at=2018-13-01", "created_at=gt:", "created_at=gt:yesterday", "updated_at=",
    "created_at=in:2018-10-28T10:00:00Z", "created_at=like:2018-10-28T10:00:00Z",
    "size_min=a", "size_max=", "name=gt:a", "status=neq:active", 'name=in:"a', 'name=in:a"b"',
    "name=%ff", "%ff=a", "tag=%c3",
])
def test_a_query_that_makes_no_sense_is_refused(wire: Wire, fake_ims: FakeIMS, query: str) -> None:
    fake_ims.images.add(name="a")
    reply = wire.get(f"/v2/images?{query}")
    assert reply.status == 400
    assert reply.code in ("IMG.0001", "IMG.0144")


def test_the_marker_must_be_visible(wire: Wire, fake_ims: FakeIMS) -> None:
    image = fake_ims.images.add(owner="p2")
    assert wire.get(f"/v2/images?marker={image.id}").refusal == (403, "IMG.0144")


def test_a_property_may_end_as_the_filters_of_sizes_do(wire: Wire, fake_ims: FakeIMS) -> None:
    fake_ims.images.add(name="a", load_max="3")
    fake_ims.images.add(name="b", load_max="4")
    assert wire.names("?load_max=3") == ["a"]


@pytest.mark.fake_ims(profile="openstack")
@pytest.mark.parametrize(("marker", "sentence"), [
    ("x" * 36, f"No image found with ID {'x' * 36}"),
    ("x" * 37, "Image with the given id %(image_id)s was not found"),
])
def test_a_marker_that_no_id_can_be(wire: Wire, marker: str, sentence: str) -> None:
    reply = wire.get("/v2/images", marker=marker)
    assert reply.status == 400
    assert sentence.encode() in reply.body


def test_limits(wire: Wire, fake_ims: FakeIMS) -> None:
    fake_ims.images.add(name="a")
    assert wire.get("/v2/images?limit=0").json == {
        "images": [], "first": "/v2/images?limit=0", "schema": "/v2/schemas/images"}
    assert wire.names("?limit=99999999999999999999") == ["a"]


# order

def test_the_newest_comes_first(wire: Wire, fake_ims: FakeIMS) -> None:
    for name in "abc":
        fake_ims.images.add(name=name)
        fake_ims.clock.advance("1s")
    assert wire.names() == ["c", "b", "a"]
    assert wire.names("?sort_dir=asc") == ["a", "b", "c"]


def test_under_a_frozen_clock_the_order_is_that_of_creation(
    wire: Wire, fake_ims: FakeIMS
) -> None:
    with freeze_time("2024-02-29 12:00:00"):
        for number in range(30):
            wire.create(name=f"i{number:02}")
        names = wire.names("?limit=30")
        ascending = wire.names("?limit=30&sort_dir=asc")
        paged = [image["name"] for page in follow(wire, "/v2/images?limit=7") for image in page]
    assert names == sorted(names, reverse=True)
    assert paged == names
    assert ascending == sorted(names)


@pytest.mark.parametrize(("query", "expected"), [
    ("sort_key=name", "dcba"),
    ("sort_key=name&sort_dir=asc", "abcd"),
    ("sort_key=name&sort_dir=desc", "dcba"),
    ("sort=name", "dcba"),
    ("sort=name:asc", "abcd"),
    ("sort_key=size&sort_dir=asc", "dabc"),
    ("sort_key=size&sort_key=name&sort_dir=asc", "dabc"),
    ("sort_key=size&sort_key=name&sort_dir=asc&sort_dir=desc", "dbac"),
    ("sort=size:asc,name:desc", "dbac"),
    ("sort=disk_format:asc,name:asc", "bdac"),
    ("sort_key=status&sort_key=name&sort_dir=asc", "abcd"),
    ("sort_key=container_format&sort_dir=asc", "abcd"),
    ("sort_key=created_at&sort_dir=asc", "abcd"),
    ("sort_key=updated_at&sort_dir=asc", "bcda"),
    ("sort_key=id&sort_dir=asc", "dcba"),
])
def test_sort(wire: Wire, fake_ims: FakeIMS, query: str, expected: str) -> None:
    now = fake_ims.clock.now()
    for number, (name, size, disk_format) in enumerate([
        ("a", 2, "vhd"), ("b", 2, "qcow2"), ("c", 3, "vhd"), ("d", None, "raw"),
    ]):
        fake_ims.images.add(
            name=name, disk_format=disk_format, status="queued" if size is None else "active",
            data=None if size is None else b"x" * size, created_at=now + number,
            updated_at=now + (100 if name == "a" else number),
            id=f"{9 - number}1111111-2222-3333-4444-555555555555")
    assert "".join(wire.names(f"?{query}")) == expected


# filters

def seed(fake: FakeIMS) -> None:
    """Images of the default tenant and others, each different in what filters look at."""
    add = fake.images.add
    day = 86400.0
    t0 = 1540720800.0  # 2018-10-28T10:00:00Z
    add(name="ubuntu", created_at=t0, min_ram=512, min_disk=40, disk_format="zvhd2",
        data=b"x" * 10, tags=["env=prod", "plain"],
        **{"__os_version": "Ubuntu 18.04 server 64bit", "__support_kvm": "true",
           "__support_largememory": "true", "__support_diskintensive": "true",
           "__support_highperformance": "true"})
    add(name="windows", created_at=t0 + day, status="queued", disk_format="vhd", protected=True,
        tags=["env.prod"], **{"__os_version": "Windows 10 64bit", "__support_xen": "true"})
    add(name="old", created_at=t0 + 2 * day, status="killed", disk_format="zvhd",
        tags=["plain", "key="],
        **{"__os_version": "CentOS 6.10 32bit", "__support_xen_gpu_type": "M60_vGPU",
           "color": "blue,green"})
    add(name="out", created_at=t0 + 3 * day, members={"p2": "accepted"}, data=b"x" * 20,
        **{"__support_kvm_gpu_type": "P100"})
    add(name="gold", created_at=t0 + 4 * day, visibility="public", owner="vendor",
        protected=True, **{"__support_xen_hana": "true"})
    add(name="in-ok", created_at=t0 + 5 * day, owner="p3", members={fake.project_id: "accepted"},
        **{"__support_kvm_infiniband": "true"})
    add(name="in-new", created_at=t0 + 6 * day, owner="p3", members=[fake.project_id])
    add(name="in-no", created_at=t0 + 7 * day, owner="p3", members={fake.project_id: "rejected"})
    add(name="hidden", created_at=t0 + 8 * day, **{"__isregistered": "false"})
    add(name="strange", created_at=t0 + 9 * day, owner="p3")


MINE = "out old windows ubuntu"
EVERY = f"in-ok gold {MINE}"


@pytest.mark.parametrize(("query", "expected"), [
    ("", EVERY),
    # the five "Common Query Methods"
    ("__imagetype=gold&visibility=public&protected=true", "gold"),
    ("owner=b912fb4a4c464b568ecfca1071b21b10", MINE),
    ("member_status=accepted&visibility=shared&__imagetype=shared", "in-ok out"),
    ("member_status=rejected&visibility=shared&__imagetype=shared", "in-no out"),
    ("member_status=pending&visibility=shared&__imagetype=shared", "in-new out"),
    # the page's table
    ("__isregistered=true", EVERY),
    ("__isregistered=false", ""),
    ("__imagetype=private", "old windows ubuntu"),
    ("__imagetype=shared", "in-ok out"),
    ("protected=true", "gold windows"),
    ("protected=false", "in-ok out old ubuntu"),
    ("visibility=public", "gold"),
    ("visibility=private", "old windows ubuntu"),
    ("visibility=shared", "in-ok out"),
    ("visibility=all", EVERY),
    ("owner=vendor", "gold"),
    ("owner=p3", "in-ok"),
    ("owner=p4", ""),
    ("status=active", "in-ok gold out ubuntu"),
    ("status=queued", "windows"),
    ("status=killed", "old"),
    ("status=deleted", ""),
    ("status=in:queued,killed", "old windows"),
    ("name=ubuntu", "ubuntu"),
    ("name=Ubuntu", ""),
    ("name=ubun", ""),
    ("name=eq:ubuntu", "ubuntu"),
    ("name=in:ubuntu,old,none", "old ubuntu"),
    ('name=in:"ubuntu","old"', "old ubuntu"),
    ("name=old&name=ubuntu", "ubuntu"),
    ("container_format=bare", EVERY),
    ("container_format=ovf", ""),
    ("disk_format=vhd", "windows"),
    ("disk_format=zvhd", "old"),
    ("disk_format=in:vhd,zvhd", "old windows"),
    ("min_ram=512", "ubuntu"),
    ("min_ram=0", "in-ok gold out old windows"),
    ("min_ram=a", ""),
    ("min_disk=40", "ubuntu"),
    ("size_min=10", "out ubuntu"),
    ("size_min=11&size_max=20", "out"),
    ("size=10", "ubuntu"),
    ("__os_bit=32", "old"),
    ("__os_bit=64", "in-ok gold out windows ubuntu"),
    ("__platform=Windows", "windows"),
    ("__platform=CentOS", "old"),
    ("__os_type=Windows", "windows"),
    ("__os_type=Linux", "in-ok gold out old ubuntu"),
    ("__os_version=Windows+10+64bit", "windows"),
    ("virtual_env_type=FusionCompute", EVERY),
    ("virtual_env_type=Ironic", ""),
    ("tag=plain", "old ubuntu"),
    ("tag=env=prod", "windows ubuntu"),
    ("tag=env.prod", "windows"),
    ("tag=env%3Dprod&tag=plain", "ubuntu"),
    ("tag=key=", "old"),
    ("tag=env", ""),
    ("tag=", ""),
    ("__support_kvm=true", "ubuntu"),
    ("__support_xen=true", "windows"),
    ("__support_largememory=true", "ubuntu"),
    ("__support_diskintensive=true", "ubuntu"),
    ("__support_highperformance=true", "ubuntu"),
    ("__support_xen_gpu_type=M60_vGPU", "old"),
    ("__support_kvm_gpu_type=P100", "out"),
    ("__support_xen_hana=true", "gold"),
    ("__support_kvm_infiniband=true", "in-ok"),
    # a custom property is compared literally
    ("color=blue,green", "old"),
    ("color=in:blue,green", ""),
    ("nothing=x", ""),
    ("os_hidden=true", ""),
    ("deleted=true", EVERY),
    # instants
    ("created_at=lt:2018-10-28T10:00:00Z", ""),
    ("created_at=lte:2018-10-28T10:00:00Z", "ubuntu"),
    ("created_at=eq:2018-10-28T10:00:00Z", "ubuntu"),
    ("created_at=2018-10-28T10:00:00Z", "ubuntu"),
    ("created_at=2018-10-28+10:00:00", "ubuntu"),
    ("created_at=lt:2018-10-29+10:00:01", "windows ubuntu"),
    ("created_at=neq:2018-10-28T10:00:00Z", "in-ok gold out old windows"),
    ("created_at=gt:2018-10-31T10:00:00Z", "in-ok gold"),
    ("created_at=gte:2018-10-31T10:00:00Z", "in-ok gold out"),
    ("created_at=gte:2018-10-31T12:00:00%2B02:00", "in-ok gold out"),
    ("updated_at=lt:2018-10-29T10:00:00Z", "ubuntu"),
    # several at once, and in all orders
    ("__os_type=Linux&status=active&sort_key=name&sort_dir=asc", "gold in-ok out ubuntu"),
    ("status=active&limit=2", "in-ok gold"),
    ("limit=2&status=killed", "old"),
    ("name=ubuntu;status=active", "ubuntu"),
])
def test_a_filter(wire: Wire, fake_ims: FakeIMS, query: str, expected: str) -> None:
    seed(fake_ims)
    assert wire.names(f"?{query}") == expected.split()


def test_an_image_shared_out_is_no_private_one(wire: Wire) -> None:
    image_id = wire.create(name="a")["id"]
    wire.upload(image_id, b"data")
    assert wire.names("?visibility=private") == ["a"]
    wire.share(image_id, "p2")
    assert wire.names("?visibility=private") == []
    assert wire.names("?visibility=shared") == ["a"]
    assert wire.names("?__imagetype=shared") == ["a"]


def test_what_the_member_of_an_image_lists(wire: Wire, fake_ims: FakeIMS) -> None:
    image_id = wire.create(name="a")["id"]
    member = wire.caller(fake_ims.tenant("p2"))
    shared = "visibility=shared&__imagetype=shared"
    wire.upload(image_id, b"data")
    wire.share(image_id, "p2")
    for status, plain in (("pending", []), ("accepted", ["a"]), ("rejected", []),
                          ("accepted", ["a"])):
        member.answer(image_id, "p2", status)
        assert member.names() == plain
        for asked in ("pending", "accepted", "rejected"):
            expected = ["a"] if asked == status else []
            assert member.names(f"?member_status={asked}&{shared}") == expected
        assert member.names(f"?member_status=all&{shared}") == ["a"]


def test_unregistered_images_are_for_admins(wire: Wire, fake_ims: FakeIMS) -> None:
    seed(fake_ims)
    admin = wire.caller(fake_ims.tenant("ops", roles=("admin",)))
    assert admin.names("?__isregistered=false") == ["hidden"]
    assert "hidden" in admin.names()
    assert admin.names("?owner=p3&visibility=private") == ["strange"]


def test_a_stranger_sees_what_is_public(wire: Wire, fake_ims: FakeIMS) -> None:
    seed(fake_ims)
    assert wire.caller(fake_ims.tenant("p9")).names() == ["gold"]


def test_a_caller_without_roles_lists_nothing(wire: Wire, fake_ims: FakeIMS) -> None:
    nobody = wire.caller(fake_ims.tenant("p2", roles=()))
    assert nobody.get("/v2/images").refusal == (403, "IMG.0026")


@pytest.mark.parametrize("version", ["M", "Q", "queens", ""])
def test_the_header_of_the_release_is_let_through(
    wire: Wire, fake_ims: FakeIMS, version: str
) -> None:
    fake_ims.images.add(name="a")
    assert wire.send("GET", "/v2/images", headers={"X-Api-Version": version}).status == 200


def test_a_change_is_seen_at_once(wire: Wire) -> None:
    image_id = wire.create(name="a")["id"]
    assert wire.names() == ["a"]
    wire.send("PATCH", f"/v2/images/{image_id}", b'[{"replace": "/name", "value": "b"}]',
              {"Content-Type": "application/openstack-images-v2.0-json-patch"})
    assert wire.names() == ["b"]
    wire.delete(f"/v2/images/{image_id}")
    assert wire.names() == []


@pytest.mark.fake_ims(profile="openstack")
@pytest.mark.parametrize(("query", "names"), [
    ("", "shared public own"), ("?visibility=all", "community shared public own"),
    ("?visibility=community", "community"), ("?visibility=public", "public"),
    ("?visibility=private", "own"), ("?visibility=shared", "shared"),
    ("?visibility=all&member_status=all", "community shared public own"),
    ("?visibility=all&sort_key=name", "shared public own community"),
    ("?sort_key=name&sort_dir=asc", "own public shared"), ("?sort_dir=asc", "own public shared"),
    ("?sort_key=created_at", "shared public own"),
])
def test_visibility_and_order(
    wire: Wire, fake_ims: FakeIMS, query: str, names: str
) -> None:
    fake_ims.images.add(name="own", visibility="private")
    for name in ("public", "shared", "community", "private"):
        fake_ims.images.add(name=name, visibility=name, owner="p3", **(
            {"members": {fake_ims.project_id: "accepted"}} if name == "shared" else {}))
    assert wire.names(query) == names.split()


def test_equal_names_are_in_the_order_of_the_direction(wire: Wire, fake_ims: FakeIMS) -> None:
    images = [fake_ims.images.add(name="same").id for _ in range(3)]
    newest_first = images[::-1]
    for query, expected in (("sort_key=name", newest_first),
                            ("sort_key=name&sort_dir=desc", newest_first),
                            ("sort_key=name&sort_dir=asc", images),
                            ("sort=name:asc", images), ("sort=name", newest_first)):
        assert ids(wire.get(f"/v2/images?{query}").json["images"]) == expected, query


def test_a_tag_of_a_patch_is_found_at_once(wire: Wire) -> None:
    image = wire.create(name="i", tags=["old"])["id"]
    assert wire.patch(image, {"op": "replace", "path": "/tags", "value": ["new"]}).status == 200
    assert (wire.names("?tag=old"), wire.names("?tag=new")) == ([], ["i"])
