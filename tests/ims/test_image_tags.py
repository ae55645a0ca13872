"""Tags of the IMS APIs: set, taken, listed, and images found by them."""

from __future__ import annotations

from typing import Any

import pytest

from fake_ims import UsageError

from .conftest import Ims

IMAGE = "62a15f6c-9197-44d2-89c7-708981c1bec1"
EPS = "11111111-2222-4333-8444-555555555555"


@pytest.fixture
def path(ims: Ims) -> str:
    ims.fake.images.add(id=IMAGE, name="i", tags=["old.1", "plain"])
    return f"/v2/{ims.fake.project_id}/images/{IMAGE}/tags"


def tags(ims: Ims) -> list[str]:
    return ims.fake.images[IMAGE].tags


def tag(key: Any, value: Any = "") -> dict[str, Any]:
    return {"key": key, "value": value}


# setting and taking


def test_the_value_of_a_tag_changes_even_beside_too_many(ims: Ims, path: str) -> None:
    old = [f"k{number}" for number in range(12)]
    ims.fake.images[IMAGE].set(tags=old)
    ims.ask(f"POST {path}", {"tag": tag("k3", "v")}, status=204)
    ims.ask(f"POST {path}/action", {"action": "create", "tags": [tag("k4", "w")]}, status=204)
    assert tags(ims) == [*old[:3], "k3=v", "k4=w", *old[5:]]
    for route, body in ((f"POST {path}", {"tag": tag("new")}), (
            f"POST {path}/action", {"action": "create", "tags": [tag("k5", "x"), tag("new")]})):
        assert ims.refused(route, body) == "IMG.0116"
    ims.ask(f"POST {path}/action", {"action": "delete", "tags": [tag("k0"), tag("k1")]}, status=204)
    assert ims.refused(f"POST {path}", {"tag": tag("new")}) == "IMG.0116"


def test_a_tag_is_set_and_shown_by_both_faces(ims: Ims, path: str) -> None:
    ims.ask(f"POST {path}", {"tag": tag(" k ", " v ")}, status=204)
    assert tags(ims) == ["old.1", "plain", "k=v"]
    ims.ask(f"POST {path}", {"tag": tag("k", "w")}, status=204)
    ims.ask(f"POST {path}", {"tag": tag("old", "")}, status=204)
    assert tags(ims) == ["old", "plain", "k=w"]
    assert ims.ask(f"GET /v2/images/{IMAGE}", status=200)["tags"] == ["old", "plain", "k=w"]
    assert ims.ask(f"GET {path}", status=200) == {
        "tags": [tag("old"), tag("plain"), tag("k", "w")]}


def test_a_tag_is_set_by_either_parameter(ims: Ims, path: str) -> None:
    route = "PUT /v1/cloudimages/tags"
    ims.ask(route, {"image_id": IMAGE, "tag": "k.v"}, status=204)
    ims.ask(route, {"image_id": IMAGE, "image_tag": tag("l", "w")}, status=204)
    # as the Go SDK has it
    ims.ask(route, {"image_id": IMAGE, "tag": "m", "image_tag": tag("", "")}, status=204)
    assert tags(ims) == ["old.1", "plain", "k=v", "l=w", "m"]
    for body, code in (({}, "IMG.0115"), ({"tag": "a", "image_tag": tag("b")}, "IMG.0115"),
                       ({"tag": "a b"}, "IMG.0115"), ({"tag": "k" * 37}, "IMG.0115"),
                       ({"tag": "k." + "v" * 44}, "IMG.0115")):
        assert ims.refused(route, {"image_id": IMAGE, **body}) == code
    assert ims.refused(route, {"tag": "a"}) == "IMG.0066"
    assert ims.refused(route, {"image_id": "x", "tag": "a"}) == "IMG.0066"


def test_tags_are_set_and_taken_in_a_batch(ims: Ims, path: str) -> None:
    ims.ask(f"POST {path}/action", {"action": "create", "tags": [tag("a", "1"), tag("old", "2")]},
            status=204)
    assert tags(ims) == ["old=2", "plain", "a=1"]
    ims.ask(f"POST {path}/action", {"action": "delete", "tags": [
        {"key": "a"}, tag("old", "another"), tag("missing")]}, status=204)
    assert tags(ims) == ["old=2", "plain"]
    ims.ask(f"POST {path}/action", {"action": "delete", "tags": [tag("old", "2")]}, status=204)
    assert tags(ims) == ["plain"]
    project = ims.fake.project_id
    ims.ask(f"DELETE /v1/{project}/cloudimages/{IMAGE}/tags/delete", {"tags": [{"key": "plain"}]},
            status=204)
    assert tags(ims) == []


@pytest.mark.parametrize(("body", "code"), [
    ({}, "IMG.0001"), ({"action": "Create", "tags": [tag("a")]}, "IMG.0001"),
    ({"action": "create"}, "IMG.0115"), ({"action": "create", "tags": []}, "IMG.0115"),
    ({"action": "create", "tags": [tag("a"), tag("a", "b")]}, "IMG.0115"),
    ({"action": "create", "tags": [tag("")]}, "IMG.0115"),
    ({"action": "create", "tags": [{"key": "a"}]}, "IMG.0115"),
    ({"action": "create", "tags": [tag("k" * 37)]}, "IMG.0115"),
    ({"action": "create", "tags": [tag("k", "v" * 44)]}, "IMG.0115"),
    ({"action": "create", "tags": [tag(f"k{n}") for n in range(11)]}, "IMG.0116"),
    ({"action": "create", "tags": [tag(f"k{n}") for n in range(9)]}, "IMG.0116"),
    ({"action": "delete", "tags": [tag("")]}, "IMG.0115"),
    ({"action": "delete", "tags": [tag("k" * 128)]}, "IMG.0115"),
    ({"action": "delete", "tags": [tag("k", "v" * 256)]}, "IMG.0115"),
])
def test_a_batch_that_may_not_be_changes_nothing(
    ims: Ims, path: str, body: dict[str, Any], code: str
) -> None:
    assert ims.refused(f"POST {path}/action", body) == code
    assert tags(ims) == ["old.1", "plain"]


def test_what_is_at_a_limit_is_taken(ims: Ims, path: str) -> None:
    ims.ask(f"POST {path}/action", {"action": "delete", "tags": [
        tag("k" * 127, "v" * 255)]}, status=204)
    ims.ask(f"POST {path}/action", {"action": "create", "tags": [
        tag("k" * 36, "v" * 43), *(tag(f"k{n}") for n in range(7))]}, status=204)
    assert len(tags(ims)) == 10
    assert ims.refused(f"POST {path}", {"tag": tag("one-more")}) == "IMG.0116"
    ims.ask(f"POST {path}", {"tag": tag("k1", "changed")}, status=204)


def test_taking_one_tag_is_not_idempotent(ims: Ims, path: str) -> None:
    ims.ask(f"DELETE {path}/old", status=204)
    assert tags(ims) == ["plain"]
    assert ims.refused(f"DELETE {path}/old", status=404) == "IMG.0115"


def test_whose_images_may_be_tagged(ims: Ims, path: str) -> None:
    project = ims.fake.project_id
    gold = ims.fake.images.add(name="g", visibility="public", owner="op")
    shared = ims.fake.images.add(name="s", owner="p2", members={project: "accepted"})
    body = {"tag": tag("k")}
    assert ims.refused(f"POST /v2/{project}/images/{gold.id}/tags", body) == "IMG.0083"
    assert ims.refused(f"POST /v2/{project}/images/{shared.id}/tags", body) == "IMG.0047"
    missing = IMAGE.replace("6", "7")
    assert ims.refused(f"POST /v2/{project}/images/{missing}/tags", body) == "IMG.0144"
    assert ims.refused(f"POST /v2/p2/images/{IMAGE}/tags", body) == "IMG.0030"
    reader = ims.fake.tenant(project, user="r", roles=["reader"]).headers
    assert ims.refused(f"POST {path}", body, status=403, headers=reader) == "IMG.0026"
    ims.ask(f"GET {path}", headers=reader, status=200)
    for route in (f"GET /v2/p2/images/{IMAGE}/tags", "GET /v2/p2/images/tags"):
        assert ims.refused(route) == "IMG.0030"


# listing


def test_all_tags_of_a_project_each_value_once(ims: Ims) -> None:
    for values in (["a=1", "b"], ["a=2", "b"], ["a=1", "c=x"]):
        ims.fake.images.add(name="i", tags=values)
    ims.fake.images.add(name="other", owner="p2", tags=["z"])
    found = ims.ask(f"GET /v2/{ims.fake.project_id}/images/tags", status=200)["tags"]
    assert {one["key"]: sorted(one["values"]) for one in found} == {
        "a": ["1", "2"], "b": [""], "c": ["x"]}


def test_an_image_that_is_gone_by_now_has_no_tags_to_list(ims: Ims) -> None:
    image = ims.fake.images.add(name="i", tags=["a=1"])
    ims.fake.lifecycle.deleting = "10s"
    ims.ask(f"DELETE /v2/images/{image.id}", status=204)
    ims.fake.clock.advance(10)
    assert ims.ask(f"GET /v2/{ims.fake.project_id}/images/tags", status=200)["tags"] == []


def test_tags_are_listed_in_pages_by_the_filters_of_images(ims: Ims) -> None:
    for number in range(3):
        ims.fake.images.add(name=f"i{number}", tags=[f"k={number}", "same"],
                            **({"status": "killed"} if number == 0 else {}))
    route = "GET /v1/cloudimages/tags"
    assert ims.ask(route, status=200)["tags"] == ["k=2", "same", "k=1", "k=0"]
    assert ims.ask(f"{route}?limit=1", status=200)["tags"] == ["k=2", "same"]
    assert ims.ask(f"{route}?limit=1&page=2", status=200)["tags"] == ["k=1", "same"]
    assert ims.ask(f"{route}?limit=2&page=2", status=200)["tags"] == ["k=0", "same"]
    assert ims.ask(f"{route}?limit=2&page=3", status=200)["tags"] == []
    assert ims.ask(f"{route}?limit=1&sort_key=name&sort_dir=asc", status=200)["tags"] == [
        "k=0", "same"]
    assert ims.ask(f"{route}?status=killed", status=200)["tags"] == ["k=0", "same"]
    assert ims.ask(f"{route}?name=i1&__imagetype=private", status=200)["tags"] == ["k=1", "same"]
    for query, code in (("limit=0", "IMG.0001"), ("page=x", "IMG.0001"),
                        ("__imagetype=x", "IMG.0024")):
        assert ims.refused(f"{route}?{query}") == code


def test_one_face_takes_back_the_tags_of_the_other(ims: Ims) -> None:
    image = ims.fake.images.add(name="a", tags=["owner=ops:team 1"])
    ims.ask(f"POST /v2/{ims.fake.project_id}/images/{image.id}/tags",
            {"tag": {"key": "cost center", "value": "47:11"}}, status=204)
    shown = ims.ask(f"GET /v2/images/{image.id}", status=200)["tags"]
    assert shown == ["owner=ops:team 1", "cost center=47:11"]
    change = [{"op": "replace", "path": "/tags", "value": [*shown, "new", "my key"]}]
    ims.ask(f"PATCH /v2/images/{image.id}", change, status=200, headers={
        **ims.fake.headers, "Content-Type": "application/openstack-images-v2.1-json-patch"})
    assert image.tags == [*shown, "new", "my key"]


@pytest.mark.parametrize("tag", ["a|b", "a b=c<d", " a", "a ", "k=v ", "k" * 37 + " ", "",
                                 "a b=" + "v" * 44, "a b" * 13])
def test_a_tag_that_no_face_takes(ims: Ims, tag: str) -> None:
    image = ims.fake.images.add(name="a")
    assert ims.code(f"PATCH /v2/images/{image.id}",
                    [{"op": "replace", "path": "/tags", "value": [tag]}], headers={
                        **ims.fake.headers, "Content-Type":
                        "application/openstack-images-v2.1-json-patch"}) == "IMG.0115"
    with pytest.raises(UsageError, match=r"IMG\.0115"):
        ims.fake.images.add(name="b", tags=[tag])


# finding images


@pytest.mark.parametrize("more", [
    {"limit": "0"}, {"limit": "5000"}, {"offset": "-1"}, {"limit": "x"}, {"offset": []},
])
def test_a_count_ignores_the_page(ims: Ims, more: dict[str, Any]) -> None:
    route = f"POST /v2/{ims.fake.project_id}/images/resource_instances/action"
    populate(ims)
    assert ims.ask(route, {"action": "count", **more}, status=200) == {"total_count": 5}
    assert ims.refused(route, {"action": "filter", **more}) == "IMG.0001"


def test_without_any_tag_the_other_tags_are_ignored(ims: Ims) -> None:
    route = f"POST /v2/{ims.fake.project_id}/images/resource_instances/action"
    populate(ims)
    twice = [*has(("a", ["1", "1"]), ("a", [])), {"key": ""}]
    body = {"action": "count", "without_any_tag": True, "tags": twice, "not_tags_any": "x"}
    assert ims.ask(route, body, status=200) == {"total_count": 1}
    assert ims.refused(route, {**body, "without_any_tag": False}) == "IMG.0001"


def populate(ims: Ims) -> None:
    for name, values in (("none", []), ("a1", ["a=1"]), ("a2", ["a=2", "b=1"]), ("b", ["b=2"]),
                         ("old", ["a.1", "c"])):
        ims.fake.images.add(name=name, tags=values)
    ims.fake.images.add(name="other", owner="p2", tags=["a=1"])


def has(*pairs: tuple[str, list[str]]) -> list[dict[str, Any]]:
    return [{"key": key, "values": values} for key, values in pairs]


@pytest.mark.parametrize(("query", "found"), [
    ({}, {"none", "a1", "a2", "b", "old"}),
    ({"tags": has(("a", []))}, {"a1", "a2", "old"}),
    ({"tags": has(("a", ["1"]))}, {"a1", "old"}),
    ({"tags": has(("a", ["1", "2"]), ("b", []))}, {"a2"}),
    ({"tags_any": has(("a", ["1"]), ("b", ["2"]))}, {"a1", "b", "old"}),
    ({"not_tags": has(("a", []), ("b", []))}, {"none", "a1", "b", "old"}),
    ({"not_tags_any": has(("a", []), ("b", []))}, {"none"}),
    ({"tags": has(("a", [])), "not_tags_any": has(("c", []))}, {"a1", "a2"}),
    ({"without_any_tag": True, "tags": has(("a", []))}, {"none"}),
    ({"matches": [{"key": "resource_name", "value": "a"}]}, {"a1", "a2"}),
    ({"matches": [{"key": "resource_name", "value": ""}]}, set()),
    ({"without_any_tag": True, "matches": [{"key": "resource_name", "value": "a"}]}, set()),
])
def test_a_query_finds_images(ims: Ims, query: dict[str, Any], found: set[str]) -> None:
    populate(ims)
    route = f"POST /v2/{ims.fake.project_id}/images/resource_instances/action"
    document = ims.ask(route, {"action": "filter", **query}, status=200)
    assert {one["resource_name"] for one in document["resources"]} == found
    assert document["total_count"] == len(found)
    assert ims.ask(route, {"action": "count", **query}, status=200) == {
        "total_count": len(found)}


def test_an_image_without_a_name_is_found_by_an_empty_one(ims: Ims) -> None:
    ims.fake.images.add(tags=["nameless"])
    ims.fake.images.add(name="i")
    route = f"POST /v2/{ims.fake.project_id}/images/resource_instances/action"
    for value, count in (("", 1), ("X", 0)):
        query = {"action": "count", "matches": [{"key": "resource_name", "value": value}]}
        assert ims.ask(route, query, status=200) == {"total_count": count}


@pytest.mark.parametrize("values", [[], ["1", "2"]])
def test_an_image_with_two_values_of_a_key_is_found_once(ims: Ims, values: list[str]) -> None:
    ims.fake.images.add(name="i", tags=["a=1", "a=2"])
    route = f"POST /v2/{ims.fake.project_id}/images/resource_instances/action"
    assert ims.ask(route, {"action": "count", "tags": has(("a", values))}) == {"total_count": 1}


def test_a_query_by_one_tag_finds_only_what_the_caller_may_see(ims: Ims) -> None:
    for project in ("0", EPS):
        ims.fake.images.add(name=project, tags=["a=1"], enterprise_project_id=project)
    limited = ims.fake.tenant(ims.fake.project_id, user="limited", enterprise_projects=[EPS])
    route = f"POST /v2/{ims.fake.project_id}/images/resource_instances/action"
    body = {"action": "filter", "tags": has(("a", ["1"]))}
    found = ims.ask(route, body, status=200, headers=limited.headers)
    assert ([one["resource_name"] for one in found["resources"]], found["total_count"]) == (
        [EPS], 1)


def test_what_is_found_comes_in_pages(ims: Ims) -> None:
    for number in range(12):
        ims.fake.images.add(name=str(number), tags=["k=v"])
    route = f"POST /v2/{ims.fake.project_id}/images/resource_instances/action"
    first = ims.ask(route, {"action": "filter"}, status=200)
    assert (first["total_count"], len(first["resources"])) == (12, 10)
    for offset in ("10", 10):
        rest = ims.ask(route, {"action": "filter", "limit": "1000", "offset": offset}, status=200)
        assert [one["resource_name"] for one in rest["resources"]] == ["1", "0"]
    image = rest["resources"][0]
    assert (image["resource_detail"], image["tags"]) == ({"status": "active"}, [tag("k", "v")])
    by_id = ims.ask(route, {"action": "filter", "matches": [
        {"key": "resource_id", "value": image["resource_id"]}]}, status=200)
    assert by_id["total_count"] == 1


@pytest.mark.parametrize("body", [
    {}, {"action": "Filter"}, {"action": "filter", "limit": 0}, {"action": "filter",
                                                                "limit": 1001},
    {"action": "filter", "offset": -1}, {"action": "filter", "limit": "x"},
    {"action": "filter", "tags": has(*((f"k{n}", []) for n in range(11)))},
    {"action": "filter", "tags": has(("k", [str(n) for n in range(11)]))},
    {"action": "filter", "tags": has(("k", []), ("k", []))},
    {"action": "filter", "tags_any": has(("k", ["v", "v"]))},
    {"action": "filter", "not_tags": has(("", []))},
    {"action": "filter", "not_tags_any": has(("k" * 129, []))},
    {"action": "filter", "tags": has(("k", ["v" * 256]))},
    {"action": "filter", "tags": [{"key": "k"}]},
    {"action": "filter", "without_any_tag": "yes"},
    {"action": "filter", "matches": [{"key": "name", "value": "x"}]},
    {"action": "filter", "matches": [{"key": "resource_id", "value": "x"}] * 2},
    {"action": "filter", "matches": [{"key": "resource_name", "value": "x" * 256}]},
])
def test_a_query_that_cannot_be_read(ims: Ims, body: dict[str, Any]) -> None:
    route = f"POST /v2/{ims.fake.project_id}/images/resource_instances/action"
    assert ims.refused(route, body) == "IMG.0001"


def test_an_image_without_a_name_contains_no_text(ims: Ims) -> None:
    nameless = ims.fake.images.add()
    named = ims.fake.images.add(name="X1")

    def found(text: str) -> list[str]:
        route = f"POST /v2/{ims.fake.project_id}/images/resource_instances/action"
        document = ims.ask(route, {"action": "filter", "matches": [
            {"key": "resource_name", "value": text}]}, status=200)
        return [one["resource_id"] for one in document["resources"]]

    assert (found("X"), found(""), found("X1"), found("X2")) == (
        [named.id], [nameless.id], [named.id], [])


def test_a_changed_tag_changes_the_time_of_the_image(ims: Ims) -> None:
    image = ims.fake.images.add(name="i", created_at=1577836800.0)
    path = f"/v2/{ims.fake.project_id}/images/{image.id}/tags"
    ims.ask(f"DELETE {path}/none")
    assert image["updated_at"] == "2020-01-01T00:00:00Z"
    ims.ask(f"POST {path}", {"tag": {"key": "k", "value": "v"}})
    assert str(image["updated_at"]) > "2020-01-01T00:00:00Z"
