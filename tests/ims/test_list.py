"""Page *Querying Images*: what the list of the IMS APIs has beyond its filters."""

from __future__ import annotations

from typing import Any

import pytest

from fake_ims.domain import query

from .conftest import Ims

LIST = "GET /v2/cloudimages"
EPS = "bd66288c-9081-460a-8227-4cbd0c814cb4"


def names(ims: Ims, asked: str = "", **more: Any) -> list[str]:
    return [image["name"] for image in ims.ask(f"{LIST}?{asked}", status=200, **more)["images"]]


# pages


def test_the_answer_is_the_images_and_nothing_else(ims: Ims) -> None:
    for number in range(3):
        ims.fake.images.add(name=str(number))
    assert ims.ask(f"{LIST}?limit=2", status=200).keys() == {"images"}


def test_a_page_holds_at_most_1000_images(ims: Ims) -> None:
    for number in range(1001):
        ims.fake.images.add(name=str(number))
    assert len(names(ims, "limit=1000")) == 1000
    assert len(names(ims, "limit=1001")) == 1000
    assert names(ims, "limit=0") == []


@pytest.mark.parametrize("sort", [
    "", "sort_dir=asc", *(f"sort_key={key}&sort_dir={way}" for way in ("asc", "desc") for key in (
        "name", "container_format", "disk_format", "status", "id", "size", "created_at",
        "updated_at")),
])
def test_paging_misses_and_repeats_nothing(ims: Ims, sort: str) -> None:
    for number in range(11):
        ims.fake.images.add(name=f"i{number % 3}", disk_format=("raw", "vhd")[number % 2],
                            data=b"x" * (number % 4))
    whole = [image["id"] for image in ims.ask(f"{LIST}?{sort}", status=200)["images"]]
    found: list[str] = []
    while True:
        marker = f"&marker={found[-1]}" if found else ""
        page = ims.ask(f"{LIST}?{sort}&limit=4{marker}", status=200)["images"]
        found += [image["id"] for image in page]
        if len(page) < 4:
            break
    assert found == whole
    assert len(set(found)) == 11


@pytest.mark.parametrize("asked", ["limit=5", "limit=5&sort_dir=asc",
                                   "limit=5&enterprise_project_id=0&architecture=x86"])
def test_a_page_costs_what_the_page_costs(
    ims: Ims, monkeypatch: pytest.MonkeyPatch, asked: str
) -> None:
    for number in range(300):
        ims.fake.images.add(name=str(number))
    looked_at: list[str] = []
    listed = query._listed

    def counted(image: Any, *more: Any) -> bool:
        looked_at.append(image.id)
        return listed(image, *more)

    monkeypatch.setattr(query, "_listed", counted)
    assert len(names(ims, asked)) == 5
    assert len(looked_at) <= 6


# who sees what


def test_an_administrator_asks_for_unregistered_images(ims: Ims) -> None:
    ims.fake.images.add(name="hidden", owner="p2", **{"__isregistered": "false"})
    ims.fake.images.add(name="plain", owner="p2")
    admin = ims.fake.tenant("ops", roles=("admin",)).headers
    assert names(ims, headers=admin) == ["plain"]
    assert names(ims, "__isregistered=false", headers=admin) == ["hidden"]
    owner = ims.fake.tenant("p2").headers
    assert names(ims, "__isregistered=false", headers=owner) == []


def test_a_shared_image_is_of_type_shared_for_its_owner_and_its_members(ims: Ims) -> None:
    ims.fake.images.add(name="s", owner="p2", members={
        "p3": "accepted", "p4": "pending", "p5": "rejected"})
    asked = "__imagetype=shared"
    for project, found in (("p2", ["s"]), ("p3", ["s"]), ("p4", []), ("p5", []), ("p6", [])):
        assert names(ims, asked, headers=ims.fake.tenant(project).headers) == found
    assert names(ims, "__imagetype=private", headers=ims.fake.tenant("p2").headers) == []


@pytest.mark.parametrize("status", ["pending", "accepted", "rejected"])
def test_the_member_status_chooses_among_shared_images(ims: Ims, status: str) -> None:
    ims.fake.images.add(name="s", owner="p2", members={"p3": status})
    member = ims.fake.tenant("p3").headers
    for asked in ("pending", "accepted", "rejected"):
        found = names(ims, f"visibility=shared&member_status={asked}", headers=member)
        assert found == (["s"] if asked == status else [])


def test_a_public_image_of_nobodys_enterprise_project_is_of_the_default_one(ims: Ims) -> None:
    ims.fake.images.add(name="gold", visibility="public", owner="op")
    for project, found in (("0", ["gold"]), ("", ["gold"]), (EPS, [])):
        assert names(ims, f"enterprise_project_id={project}") == found


def test_the_id_of_an_enterprise_project_is_0_or_a_uuid(ims: Ims) -> None:
    for wrong in ("1", "all", EPS[:-1]):
        assert ims.refused(f"{LIST}?enterprise_project_id={wrong}") == "IMG.0155"


def test_a_disabled_enterprise_project_has_no_list(ims: Ims) -> None:
    ims.fake.world.enterprise_projects.add(EPS, enabled=False)
    assert ims.refused(f"{LIST}?enterprise_project_id={EPS}") == "IMG.0156"


def test_a_caller_without_roles_lists_nothing(ims: Ims) -> None:
    headers = ims.fake.tenant("p2", roles=()).headers
    assert ims.refused(LIST, status=403, headers=headers) == "IMG.0026"


def test_a_marker_that_the_caller_cannot_see_is_as_if_it_were_not_there(ims: Ims) -> None:
    marker = ims.fake.images.add(name="i", owner="p2").id
    assert ims.refused(f"{LIST}?marker={marker}") == "IMG.0144"


def test_a_flavor_takes_images_that_need_no_more_than_its_memory(ims: Ims) -> None:
    ims.fake.world.flavors.add("small", ram=1024)
    ims.fake.images.add(name="fits", min_ram=1024)
    ims.fake.images.add(name="big", min_ram=1025)
    assert names(ims, "flavor_id=small") == ["fits"]


def test_a_tag_does_not_find_the_beginning_of_another(ims: Ims) -> None:
    ims.fake.images.add(name="old", tags=["a.b"])
    ims.fake.images.add(name="new", tags=["a=b"])
    ims.fake.images.add(name="other", tags=["a=bc"])
    assert names(ims, "tag=a=b") == ["new", "old"]
    assert names(ims, "tag=a.b") == ["old"]
    assert names(ims, "tag=a=b&tag=c") == []


def test_a_refusal_says_what_is_wrong(ims: Ims) -> None:
    document = ims.ask(f"{LIST}?sort_key=owner", status=400)
    assert document["error"]["message"].startswith("The request message format is invalid: "
                                                   "Invalid sort key: owner.")


# both faces


def test_what_the_native_face_does_is_listed_at_once_and_the_other_way_round(ims: Ims) -> None:
    image_id = ims.ask("POST /v2/images", {"name": "a"}, status=201)["id"]
    assert names(ims) == ["a"]
    ims.ask(f"PUT /v2/images/{image_id}/tags/t", status=204)
    assert names(ims, "tag=t") == ["a"]
    ims.ask(f"DELETE /v2/images/{image_id}", status=204)
    assert names(ims) == []


def test_a_look_at_the_list_is_a_look_at_the_image(ims: Ims) -> None:
    ims.fake.lifecycle.saving = "10m"
    image_id = ims.ask("POST /v2/images", {"name": "a"}, status=201)["id"]
    ims.session.put(f"{ims.fake.url}/v2/images/{image_id}/file", data=b"x",
                    headers={**ims.fake.headers, "Content-Type": "application/octet-stream"})
    assert names(ims, "status=active") == []
    ims.fake.clock.advance("10m")
    assert names(ims, "status=active") == ["a"]
