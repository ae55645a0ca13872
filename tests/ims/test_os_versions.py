"""``GET /v1/cloudimages/os_version``: the reference's table, by platform."""

from __future__ import annotations

from typing import Any

import pytest

from fake_ims.contract.os_versions import OS_VERSIONS

from .conftest import Ims

ROUTE = "GET /v1/cloudimages/os_version"


def rows(ims: Ims, tag: str = "") -> list[dict[str, Any]]:
    groups = ims.ask(f"{ROUTE}?tag={tag}" if tag else ROUTE, status=200)
    return [row for group in groups for row in group["version_list"]]


def test_every_name_of_the_table_stands_there_once_below_its_platform(ims: Ims) -> None:
    groups = ims.ask(ROUTE, status=200)
    assert {group["platform"]: tuple(row["os_version"] for row in group["version_list"])
            for group in groups} == OS_VERSIONS
    assert len(groups) == len(OS_VERSIONS)
    for group in groups:
        assert group.keys() == {"platform", "version_list"}
        for row in group["version_list"]:
            assert row["platform"] == group["platform"]
            assert row["os_version_key"] == row["os_version"]


def test_every_name_is_one_that_an_image_can_have(ims: Ims) -> None:
    for row in rows(ims)[::10]:
        image = ims.ask("POST /v2/images", {"__os_version": row["os_version"]}, status=201)
        assert (image["__platform"], image["__os_type"], image["__os_bit"]) == (
            row["platform"], row["os_type"], str(row["os_bit"]))


@pytest.mark.parametrize("tag", ["uefi", "bms"])
def test_a_tag_leaves_no_platform_empty(ims: Ims, tag: str) -> None:
    groups = ims.ask(f"{ROUTE}?tag={tag}", status=200)
    assert all(group["version_list"] for group in groups)
    assert 0 < len(rows(ims, tag)) < len(rows(ims))
    assert ("Windows" in {group["platform"] for group in groups}) is (tag == "uefi")


def test_an_unknown_or_empty_tag_is_refused(ims: Ims) -> None:
    for tag in ("", "X86", "mips"):
        assert ims.refused(f"{ROUTE}?tag={tag}") == "IMG.0001"


def test_a_caller_without_roles_sees_none(ims: Ims) -> None:
    headers = ims.fake.tenant("p2", roles=()).headers
    assert ims.refused(ROUTE, status=403, headers=headers) == "IMG.0026"
