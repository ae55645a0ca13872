"""Page *Updating an Image*: which attributes change, and what is checked when."""

from __future__ import annotations

from typing import Any

import pytest

from fake_ims.contract.attributes import BY_NAME
from fake_ims.domain.ims.updating import CHANGEABLE

from .conftest import Ims

EPS = "bd66288c-9081-460a-8227-4cbd0c814cb4"
VALUES = {
    "name": "new", "__description": "d", "__support_xen_gpu_type": "M60_vGPU",
    "__support_kvm_gpu_type": "V100", "enterprise_project_id": EPS, "min_ram": 1024,
    "max_ram": "2048", "hw_firmware_type": "uefi",
}


def change(path: str, value: object = None, op: str = "replace") -> dict[str, Any]:
    return {"op": op, "path": path, **({} if op == "remove" else {"value": value})}


def route(image: Any) -> str:
    return f"PATCH /v2/cloudimages/{image.id}"


@pytest.mark.parametrize("name", sorted(CHANGEABLE))
def test_each_attribute_of_the_page_is_added_then_replaced(ims: Ims, name: str) -> None:
    image = ims.fake.images.add(name="i")
    value = VALUES.get(name, "true")
    if name in ("name", "min_ram", "enterprise_project_id"):  # each image has them
        ims.ask(route(image), [change(f"/{name}", value)], status=200)
    else:
        assert ims.refused(route(image), [change(f"/{name}", value)]) == "IMG.0035"
        assert name not in image.attributes
    for op in ("add", "replace", "add"):
        document = ims.ask(route(image), [change(f"/{name}", value, op)], status=200)
        assert document[name] == value
    assert document == ims.ask(f"GET /v2/images/{image.id}", status=200)


def test_changes_of_one_request_see_each_other(ims: Ims) -> None:
    image = ims.fake.images.add(name="i")
    add, put, take = (change("/max_ram", 1024, op) for op in ("add", "replace", "remove"))
    assert ims.refused(route(image), [take, put]) == "IMG.0035"
    assert ims.refused(route(image), [add, take, put]) == "IMG.0035"
    assert ims.ask(route(image), [add, put], status=200)["max_ram"] == "1024"


@pytest.mark.parametrize("name", sorted(BY_NAME.keys() - CHANGEABLE - {"locations"}))
def test_no_other_attribute_of_an_image_is_changed(ims: Ims, name: str) -> None:
    image = ims.fake.images.add(name="i")
    before = image.attributes
    for op in ("add", "replace", "remove"):
        ims.refused(route(image), [change(f"/{name}", "x", op)])
    assert image.attributes == before
    assert ims.refused(route(image), [change(f"/{name}", op="remove")]) == "IMG.0035"


@pytest.mark.parametrize(("path", "least", "most", "beyond", "code"), [
    ("/name", "a", "a" * 128, ["", "a" * 129], ["IMG.0013", "IMG.0002"]),
    ("/name", ".", "a b", [" a", "a ", "ä"], ["IMG.0003"] * 3),
    ("/__description", "", "d" * 1024, ["d" * 1025, "a\nb"], ["IMG.0004", "IMG.0054"]),
    ("/min_ram", 0, 2**31 - 1, [-1, 2**31, 1.5, True, None], ["IMG.0055"] * 5),
    ("/max_ram", "0", str(2**31 - 1), ["-1", str(2**31), "", []], ["IMG.0055"] * 4),
    ("/enterprise_project_id", "0", EPS, ["1", EPS[:-1]], ["IMG.0155"] * 2),
    ("/hw_firmware_type", "bios", "uefi", ["BIOS"], ["IMG.0141"]),
    ("/__support_xen", "true", "false", ["yes", True], ["IMG.0001"] * 2),
    ("/__is_config_init", "true", "false", ["TRUE"], ["IMG.0001"]),
])
def test_each_limit_holds_at_it_and_beyond(
    ims: Ims, path: str, least: object, most: object, beyond: list[object], code: list[str]
) -> None:
    image = ims.fake.images.add(name="i")
    for value in (least, most):
        assert ims.ask(route(image), [change(path, value, "add")], status=200)[path[1:]] == value
    found = [ims.refused(route(image), [change(path, value, op)])
             for value in beyond for op in ("add", "replace")]
    assert found == [one for one in code for _ in ("add", "replace")]
    assert image.attributes[path[1:]] == most


def test_memory_may_be_a_number_or_a_text(ims: Ims) -> None:
    image = ims.fake.images.add(name="i")
    document = ims.ask(route(image), [change("/min_ram", "512"), change("/max_ram", 1024, "add")],
                       status=200)
    assert (document["min_ram"], document["max_ram"]) == (512, "1024")


def test_a_blank_enterprise_project_is_the_default_one(ims: Ims) -> None:
    image = ims.fake.images.add(name="i", **{"enterprise_project_id": EPS})
    ims.ask(route(image), [change("/enterprise_project_id", "")], status=200)
    assert image["enterprise_project_id"] == "0"


def test_a_disabled_enterprise_project_takes_no_images(ims: Ims) -> None:
    ims.fake.world.enterprise_projects.add(EPS, enabled=False)
    image = ims.fake.images.add(name="i")
    assert ims.refused(route(image), [change("/enterprise_project_id", EPS)]) == "IMG.0156"


@pytest.mark.parametrize(("one", "other"), [
    ("__support_xen_gpu_type", "__support_xen"), ("__support_kvm_gpu_type", "__support_xen"),
    ("__support_xen_hana", "__support_xen"), ("__support_kvm_infiniband", "__support_xen"),
    ("__support_xen_gpu_type", "__support_kvm"), ("__support_xen_hana", "__support_kvm"),
])
def test_what_cannot_stand_beside_each_other_is_refused(ims: Ims, one: str, other: str) -> None:
    image = ims.fake.images.add(name="i", **{other: "true"})
    put = change(f"/{one}", VALUES.get(one, "true"), "add")
    assert ims.refused(route(image), [put]) == "IMG.0035"
    if other in CHANGEABLE:
        ims.ask(route(image), [change(f"/{other}", op="remove"), put], status=200)


def test_extension_attributes_come_and_go(ims: Ims) -> None:
    image = ims.fake.images.add(name="i")
    longest = "a" * 255
    assert ims.ask(route(image), [change(f"/{longest}", "x", "add")], status=200)[longest] == "x"
    assert ims.ask(route(image), [change(f"/{longest}", "y")], status=200)[longest] == "y"
    assert longest not in ims.ask(route(image), [change(f"/{longest}", op="remove")], status=200)
    for wrong in (longest + "a", "", "aB"):
        assert ims.refused(route(image), [change(f"/{wrong}", "x", "add")]) == "IMG.0001"
    assert ims.refused(route(image), [change(f"/{longest}", "x")]) == "IMG.0035"


def test_an_empty_list_changes_nothing(ims: Ims) -> None:
    image = ims.fake.images.add(name="i")
    before = image.attributes
    ims.fake.clock.advance("1h")
    assert ims.ask(route(image), [], status=200) == before


def test_a_change_tells_when(ims: Ims) -> None:
    image = ims.fake.images.add(name="i")
    before = image["updated_at"]
    ims.fake.clock.advance("1h")
    assert ims.ask(route(image), [change("/name", "j")], status=200)["updated_at"] > str(before)


# who, and in which order


def test_only_the_owner_or_an_administrator_changes_an_image(ims: Ims) -> None:
    image = ims.fake.images.add(name="i", owner="p2", members={"p3": "accepted"})
    changes = [change("/name", "x")]
    assert ims.refused(route(image), changes,
                       headers=ims.fake.tenant("p3").headers) == "IMG.0047"
    assert ims.refused(route(image), changes,
                       headers=ims.fake.tenant("p4").headers) == "IMG.0144"
    admin = ims.fake.tenant("ops", roles=("admin",)).headers
    assert ims.ask(route(image), changes, headers=admin, status=200)["name"] == "x"


def test_format_goes_before_permission_before_existence_before_owner_before_state(
    ims: Ims,
) -> None:
    queued = ims.fake.images.add(name="i", owner="p2", status="queued", members={"p3": "accepted"})
    reader = ims.fake.tenant("p2", user="r", roles=("reader",)).headers
    good, bad = [change("/name", "x")], [change("/name", "")]
    nowhere = f"PATCH /v2/cloudimages/{EPS}"
    assert ims.refused(nowhere, bad, headers=reader) == "IMG.0013"
    assert ims.refused(nowhere, good, headers=reader, status=403) == "IMG.0026"
    assert ims.refused(nowhere, good) == "IMG.0144"
    assert ims.refused(route(queued), good, headers=ims.fake.tenant("p3").headers) == "IMG.0047"
    assert ims.refused(route(queued), good, headers=ims.fake.tenant("p2").headers) == "IMG.0046"


def test_a_change_is_listed_at_once_on_the_other_face(ims: Ims) -> None:
    image = ims.fake.images.add(name="i")
    ims.ask("GET /v2/images", status=200)
    document = ims.ask(route(image), [change("/name", "x")], status=200)
    assert ims.ask("GET /v2/images?name=x", status=200)["images"] == [document]
