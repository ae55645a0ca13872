"""Where an effect means nothing, or a value cannot be, it is refused at ``add``."""

from __future__ import annotations

import re
from typing import Any

import pytest
from wire import Wire

from fake_ims import FakeIMS, UsageError
from fake_ims.contract.operations import BY_ID
from fake_ims.faults.effects.semantic import sorts


@pytest.mark.parametrize(("target", "settings", "words"), [
    ("images.list", {"twice": True}, "works only on requests that change something"),
    ("images.upload", {"twice": True}, "contain no image data"),
    ("images.create", {"stale": 5}, "only on requests that read images"),
    ("images.download", {"stale": 5}, "without their data, such as images.list, images.show, "
     "images.detail_v1, images.head_v1; this fault matches none of them"),
    ("cloudimages.os_versions", {"stale": 5}, "only on requests that read images"),
    ("cloudimages.quota", {"stale": 5}, "only on requests that read images"),
    ("identity.*", {"stale": 5}, "only on requests that read images"),
    ("schemas.*", {"stale": 5}, "only on requests that read images"),
    ("images.show", {"page": "miss"}, "only on lists of images, such as images.list"),
    ("schemas.images", {"page": "miss"}, "only on lists of images"),
    ("images.stage", {"dies_at": 1}, "no operation 'images.stage'"),
    ("images.download", {"dies_at": 1}, "only on uploads of an image's data"),
    ("images.upload", {"corrupt": True}, "only on downloads of an image's data"),
    ("images.create", {"job_hangs": 37}, "only on requests that start a job"),
    ("cloudimages.list", {"job_fails": "IMG.0057"}, "such as cloudimages.create"),
    ("cloudimages.export", {"job_lies": True}, "a job that creates or fills an image"),
    ("cloudimages.members.*", {"job_lies": True}, "a job that creates or fills an image"),
    ("images.update", {"quota_used_up": True}, "only on requests that create an image"),
    ("cloudimages.copy_cross_region", {"quota_used_up": True}, "that create an image"),
    ("identity.tokens.create", {"revokes_token": True}, "requests that need a token"),
    ("images.create", {"meanwhile": "delete"}, "requests that name an image in their path"),
    ("images.list", {"unseen": 5}, "requests that name an image in their path"),
    ("images.show", {"deleting": "1m"}, "only on requests that delete an image"),
    ("images.create", {"saving": "1m"}, "only on requests that upload or import an image's data"),
    ("cloudimages.create", {"kill": "x"}, "only on requests that upload or import an image's data"),
    ("images.*", {"page": "miss", "corrupt": True}, "this fault matches none of them"),
    (None, {"twice": 1}, "twice=1: expected true or false"),
    (None, {"twice": False}, "the fault has no effect"),
    (None, {"stale": 0}, "a duration greater than zero"),
    (None, {"stale": "soon"}, "stale: 'soon' is not a duration"),
    (None, {"page": "skip"}, "expected 'miss' (omit an image between two pages)"),
    (None, {"dies_at": -1}, "dies_at=-1: expected an integer, 0 or greater"),
    (None, {"dies_at": 1, "leaves": "active"}, "'saving', 'killed' or 'queued'"),
    (None, {"status": 503, "leaves": "saving"}, "leaves= requires dies_at="),
    (None, {"dies_at": 1, "status": 503},
     "a request can have only one outcome, but this fault has two"),
    (None, {"short": 0}, "short=0: expected an integer, 1 or greater"),
    (None, {"corrupt": "yes"}, "corrupt='yes': expected true or false"),
    (None, {"job_hangs": 100}, "a percentage, at least 0 and less than 100"),
    (None, {"job_fails": "IMG.9999"}, "unknown error code 'IMG.9999'"),
    (None, {"job_fails": "IMG.0057", "job_lies": True}, "a job that fails does not report SUCCESS"),
    (None, {"meanwhile": "rename"}, "expected 'delete', 'deactivate', or a mapping of attributes"),
    (None, {"meanwhile": {}}, "attributes to set, such as {'name': 'x'}"),
    (None, {"meanwhile": {"id": "x"}}, "the service refuses this change"),
    (None, {"meanwhile": {"min_disk": "x"}}, "the service refuses this change"),
    (None, {"unseen": -1}, "must be finite and not negative"),
    (None, {"deleting": 0}, "a duration greater than zero"),
    (None, {"saving": "polls(0)"}, "saving: polls(0)"),
    (None, {"kill": ""}, "expected the reason, a string"),
    (None, {"skew": 0}, "a duration greater than zero"),
    (None, {"skew": "--5m"}, "is not a duration"),
    (None, {"skew": "400d"}, "expected at most one year (366 days)"),
])
def test_it_says_what_is_wrong(
    fake_ims: FakeIMS, target: str | None, settings: dict[str, Any], words: str
) -> None:
    with pytest.raises(UsageError, match=re.escape(words)):
        fake_ims.faults.add(target, **settings)
    assert len(fake_ims.faults) == 0


@pytest.mark.fake_ims(profile="openstack")
@pytest.mark.parametrize(("settings", "words"), [
    ({"job_fails": "IMG.0057"}, "only on requests that start a job"),
    ({"quota_used_up": True}, "profile 'openstack', which has no image quota"),
])
def test_what_only_the_other_profile_has(
    fake_ims: FakeIMS, settings: dict[str, Any], words: str
) -> None:
    with pytest.raises(UsageError, match=re.escape(words)):
        fake_ims.faults.add(**settings)


def test_a_fault_fires_only_where_its_effect_means_something(fake_ims: FakeIMS) -> None:
    assert set(fake_ims.faults.add("images.*", page="miss").plan.keys) == {
        "images.list", "images.detail_v1"}
    assert set(fake_ims.faults.add(saving=1, delay=1).plan.keys) == {"images.upload"}
    assert set(fake_ims.faults.add(deleting=1).plan.keys) == {"images.delete",
                                                               "images.delete_v1"}
    assert "" not in fake_ims.faults.add(revokes_token=True).plan.keys
    assert "" in fake_ims.faults.add(skew=1).plan.keys


def test_the_rules_find_the_operations_that_begin_jobs() -> None:
    jobs = {name for name, row in BY_ID.items() if sorts.BEGINS_JOB.holds(row)}
    verbs = ("create", "quickimport", "create_data_image", "create_whole_image", "register",
             "export", "copy", "copy_cross_region", "members.add", "members.update",
             "members.delete")
    newer = ("create", "quickimport", "create_data_image", "export", "copy")
    assert jobs == {f"cloudimages.{verb}" for verb in verbs} | {
        f"cloudimages.{verb}_v21" for verb in newer}
    assert jobs - {name for name, row in BY_ID.items() if sorts.JOB_FILLS_IMAGE.holds(row)} == {
        "cloudimages.export", "cloudimages.export_v21", "cloudimages.copy_cross_region",
        "cloudimages.members.add", "cloudimages.members.update", "cloudimages.members.delete"}


READS = {"images.list", "images.show", "images.detail_v1", "images.head_v1", "members.list",
         "members.show", "cloudimages.list", "cloudimages.tags.list", "project_tags.find_images",
         "project_tags.of_image", "project_tags.of_project", "project_members.list",
         "project_members.show"}
MAKES = {f"cloudimages.{verb}{version}" for verb in (
    "create", "quickimport", "create_data_image", "copy") for version in ("", "_v21")} | {
    "images.create", "cloudimages.create_whole_image"}


@pytest.mark.parametrize(("sort", "operations"), [
    (sorts.READS, READS), (sorts.MAKES_IMAGE, MAKES),
    (sorts.LISTS, {"images.list", "images.detail_v1", "cloudimages.list"}),
    (sorts.UPLOADS, {"images.upload"}), (sorts.FILLS, {"images.upload", "images.import"}),
    (sorts.DOWNLOADS, {"images.download"}),
    (sorts.DELETES, {"images.delete", "images.delete_v1"}),
    (sorts.JOB_FILLS_IMAGE, MAKES - {"images.create"} | {"cloudimages.register"}),
    (sorts.WITH_TOKEN, {name for name, row in BY_ID.items() if row.auth}),
    (sorts.NAMES_IMAGE, {name for name, row in BY_ID.items() if "/images/{image_id}" in row.path
                         or "/cloudimages/{image_id}" in row.path}),
])
def test_the_operations_of_each_sort(sort: sorts.Sort, operations: set[str]) -> None:
    assert {name for name, row in BY_ID.items() if sort.includes(row)} == operations
    assert not sort.includes(None)


def test_only_requests_without_data_that_change_something_are_handled_twice() -> None:
    twice = {name for name, row in BY_ID.items() if sorts.CHANGES.holds(row)}
    assert twice.isdisjoint({"images.upload", "images.stage", "images.download", *READS})
    assert {"images.create", "images.update", "images.delete", "images.import", *MAKES,
            "project_tags.batch", "identity.tokens.create", "members.add", "tags.add"} <= twice
    assert not {name for name in twice if BY_ID[name].method in ("GET", "HEAD", "OPTIONS")}


def test_in_a_sequence_an_effect_acts_only_where_it_means_something(
    fake_ims: FakeIMS, wire: Wire
) -> None:
    image = fake_ims.images.add(name="new").id
    fake_ims.faults.add("images.*", sequence=[{"unseen": "5m"}, {"unseen": "5m"}, "ok"])
    assert wire.names() == ["new"]
    assert [wire.status(image), wire.status(image)] == ["404", "active"]
    with pytest.raises(UsageError, match="works only on requests that name an image"):
        fake_ims.faults.add("images.list", sequence=[{"unseen": "5m"}])
