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
    ("images.list", {"twice": True}, "means something only at requests that change something"),
    ("images.upload", {"twice": True}, "carry no image data"),
    ("images.create", {"stale": 5}, "only at requests that read images"),
    ("images.download", {"stale": 5}, "without their data"),
    ("schemas.*", {"stale": 5}, "only at requests that read images"),
    ("images.show", {"page": "miss"}, "only at lists of images, such as images.list"),
    ("schemas.images", {"page": "miss"}, "only at lists of images"),
    ("images.stage", {"dies_at": 1}, "no operation 'images.stage'"),
    ("images.download", {"dies_at": 1}, "only at uploads of an image's data"),
    ("images.upload", {"corrupt": True}, "only at downloads of an image's data"),
    ("images.create", {"job_hangs": 37}, "only at requests that begin a job"),
    ("cloudimages.list", {"job_fails": "IMG.0057"}, "such as cloudimages.create"),
    ("cloudimages.export", {"job_lies": True}, "a job which makes or fills an image"),
    ("cloudimages.members.*", {"job_lies": True}, "a job which makes or fills an image"),
    ("images.update", {"quota_used_up": True}, "only at requests that make an image"),
    ("cloudimages.copy_cross_region", {"quota_used_up": True}, "that make an image"),
    ("identity.tokens.create", {"revokes_token": True}, "requests that carry a token"),
    ("images.create", {"meanwhile": "delete"}, "requests that name an image in their path"),
    ("images.list", {"unseen": 5}, "requests that name an image in their path"),
    ("images.show", {"deleting": "1m"}, "only at requests that delete an image"),
    ("images.create", {"saving": "1m"}, "only at requests that bring an image's data"),
    ("cloudimages.create", {"kill": "x"}, "only at requests that bring an image's data"),
    ("images.*", {"page": "miss", "corrupt": True}, "this fault is about none of them"),
    (None, {"twice": 1}, "twice=1: it is true or false"),
    (None, {"twice": False}, "a fault needs something to do"),
    (None, {"stale": 0}, "a duration that is not zero"),
    (None, {"stale": "soon"}, "stale: 'soon' is no duration"),
    (None, {"page": "skip"}, "lists 'miss' or 'repeat' an image"),
    (None, {"dies_at": -1}, "dies_at=-1: it is a whole number from 0 on"),
    (None, {"dies_at": 1, "leaves": "active"}, "'saving', 'killed' or 'queued'"),
    (None, {"status": 503, "leaves": "saving"}, "leaves= goes with dies_at="),
    (None, {"dies_at": 1, "status": 503}, "a request ends in one way, not in two"),
    (None, {"short": 0}, "short=0: it is a whole number from 1 on"),
    (None, {"corrupt": "yes"}, "corrupt='yes': it is true or false"),
    (None, {"job_hangs": 100}, "a percentage from 0 to below 100"),
    (None, {"job_fails": "IMG.9999"}, "unknown error code 'IMG.9999'"),
    (None, {"job_fails": "IMG.0057", "job_lies": True}, "does not say that it has succeeded"),
    (None, {"meanwhile": "rename"}, "somebody else does a 'delete', a 'deactivate', or sets"),
    (None, {"meanwhile": {}}, "sets attributes, such as {'name': 'x'}"),
    (None, {"meanwhile": {"id": "x"}}, "somebody else could not do that"),
    (None, {"meanwhile": {"min_disk": "x"}}, "somebody else could not do that"),
    (None, {"unseen": -1}, "must be finite and not negative"),
    (None, {"deleting": 0}, "a duration that is not zero"),
    (None, {"saving": "polls(0)"}, "saving: polls(0)"),
    (None, {"kill": ""}, "it is the reason"),
    (None, {"skew": 0}, "a duration that is not zero"),
    (None, {"skew": "--5m"}, "is no duration"),
    (None, {"skew": "400d"}, "a clock is at most a year wrong"),
])
def test_it_says_what_is_wrong(
    fake_ims: FakeIMS, target: str | None, settings: dict[str, Any], words: str
) -> None:
    with pytest.raises(UsageError, match=re.escape(words)):
        fake_ims.faults.add(target, **settings)
    assert len(fake_ims.faults) == 0


@pytest.mark.fake_ims(profile="openstack")
@pytest.mark.parametrize(("settings", "words"), [
    ({"job_fails": "IMG.0057"}, "only at requests that begin a job"),
    ({"quota_used_up": True}, "profile 'openstack', which counts no images"),
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


def test_in_a_sequence_an_effect_acts_only_where_it_means_something(
    fake_ims: FakeIMS, wire: Wire
) -> None:
    image = fake_ims.images.add(name="new").id
    fake_ims.faults.add("images.*", sequence=[{"unseen": "5m"}, {"unseen": "5m"}, "ok"])
    assert wire.names() == ["new"]
    assert [wire.status(image), wire.status(image)] == ["404", "active"]
    with pytest.raises(UsageError, match="means something only at requests that name an image"):
        fake_ims.faults.add("images.list", sequence=[{"unseen": "5m"}])
