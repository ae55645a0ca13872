"""Which requests a fault is about."""

from __future__ import annotations

from typing import Any

import pytest

from fake_ims.contract.operations import BY_ID
from fake_ims.faults.matches.overlap import may_fit
from fake_ims.faults.matches.path import at_path


def test_an_operation(harness: Any) -> None:
    harness.faults.add("images.list", status=503)
    assert harness.send("images.show").status == 200
    assert harness.send("images.list").status == 503


def test_a_glob(harness: Any) -> None:
    harness.faults.add("images.*", status=503)
    assert harness.send("images.show").status == 503
    assert harness.send("members.list").status == 200
    assert harness.send("", path="/v2/images/x/y/z").status == 200


@pytest.mark.parametrize("target", [None, "*"])
def test_every_request_even_one_without_a_route(harness: Any, target: str | None) -> None:
    harness.faults.add(target, status=503)
    assert harness.send("").status == 503
    assert harness.send("jobs.show", project_id="p", job_id="j").status == 503


def test_a_method(harness: Any) -> None:
    harness.faults.add(method="delete", status=503)
    assert harness.send("images.list").status == 200
    assert harness.send("images.delete").status == 503
    assert harness.send("", method="DELETE").status == 503
    assert harness.send("", method="GET").status == 200


def test_a_path_template_means_its_operations(harness: Any) -> None:
    fault = harness.faults.add(path="/v2/images/{image_id}", status=503)
    assert set(fault.plan.keys) == {"images.show", "images.update", "images.delete"}
    assert harness.send("images.show").status == 503
    assert harness.send("images.upload").status == 200
    assert harness.send("", path="/v2/images/{image_id}").status == 200


def test_a_path_glob_reaches_unknown_routes(harness: Any) -> None:
    harness.faults.add(path="/v2/images/*", method="GET", status=503)
    assert harness.send("images.show").status == 503
    assert harness.send("images.delete").status == 200
    assert harness.send("images.list").status == 200
    assert harness.send("", path="/v2/images/a/b/c").status == 503
    assert harness.send("", path="/v3/images/a").status == 200


def test_a_path_with_a_percent_encoded_name(harness: Any) -> None:
    harness.faults.add(path="/v2/images/i1/tags/a b", status=503)
    path = "/v2/images/i1/tags/a%20b"
    assert harness.send("tags.add", path=path, tag="a b").status == 503


def test_an_operation_and_a_path_narrow_each_other(harness: Any) -> None:
    fault = harness.faults.add("images.*", path="/v2/images/*/file", status=503)
    assert fault.plan.keys == ("images.upload", "images.download")


def test_a_tenant(harness: Any) -> None:
    harness.faults.add("images.list", tenant="p2", status=503)
    assert harness.send(project="p1").status == 200
    assert harness.send(project=None).status == 200
    assert harness.send(project="p2").status == 503


def test_an_image_by_id(harness: Any) -> None:
    harness.faults.add(image="i7", status=503)
    assert harness.send("images.show", image_id="i1").status == 200
    assert harness.send("images.show", image_id="i7").status == 503
    assert harness.send("images.list").status == 200


def test_an_image_by_name(harness: Any) -> None:
    harness.names = {"i7": "ubuntu"}
    harness.faults.add("images.*", image="ubuntu", status=503)
    assert harness.send("images.show", image_id="i1").status == 200
    assert harness.send("images.show", image_id="i7").status == 503


def test_an_image_that_is_being_created(harness: Any) -> None:
    harness.faults.add("images.create", image="ubuntu", status=503)
    assert harness.send("images.create", body={"name": "debian"}).status == 200
    assert harness.send("images.create", body={"name": "ubuntu"}).status == 503
    assert harness.send("images.create", body={"name": 7}).status == 200
    assert harness.send("images.create", body=["ubuntu"]).status == 200
    assert harness.send("images.create", body=b"{broken").status == 200
    assert harness.send("images.create").status == 200


def test_an_image_in_a_batch(harness: Any) -> None:
    harness.names = {"i7": "ubuntu"}
    harness.faults.add("cloudimages.*", image="ubuntu", status=503)
    body = {"images": ["i1", "i7"], "projects": ["p"]}
    assert harness.send("cloudimages.members.add", body=body).status == 503


def test_the_body_is_read_for_a_fault_that_asks_for_it_or_fires(harness: Any) -> None:
    harness.faults.add("images.create", status=503, after=1)
    harness.faults.add("members.add", image="x", status=503)
    harness.send("images.create", body={"name": "x"})
    assert harness.bodies_read == 0
    harness.send("images.create", body={"name": "x"})
    assert harness.bodies_read == 1
    harness.faults.clear()
    harness.faults.add("images.create", image="x", status=503)
    harness.send("images.create", body={"name": "y"})
    assert harness.bodies_read == 2


def test_only_faults_of_the_operation_are_looked_at(harness: Any) -> None:
    shown = harness.faults.add("images.show", status=503)
    listed = harness.faults.add("images.list", status=503)
    call: Any = type("Call", (), {"operation": BY_ID["images.show"]})
    assert harness.faults.matching(call) == (shown,)
    call.operation = None
    assert harness.faults.matching(call) == ()
    assert listed.matched == 0


@pytest.mark.parametrize(("glob", "template", "fits"), [
    ("*", "/v2/images", True),
    ("/v2/images/*", "/v2/images", False),
    ("/v2/images*", "/v2/images", True),
    ("/v2/images/*", "/v2/images/{image_id}/file", True),
    ("/v2/images/abc", "/v2/images/{image_id}", True),
    ("/v2/images/abc/file", "/v2/images/{image_id}", False),
    ("/v2/images/", "/v2/images/{image_id}", False),
    ("*abc", "/v2/images/{image_id}", True),
    ("/v?/images/[ab]*", "/v2/images/{image_id}", True),
    ("/v1/*", "/v2/images/{image_id}", False),
    ("/v2/*/members/x*", "/v2/images/{image_id}/members/{member_id}", True),
])
def test_overlap_of_globs_and_templates(glob: str, template: str, fits: bool) -> None:
    assert may_fit(glob, template) is fits


def test_overlap_never_denies_a_path_that_fits() -> None:
    patterns = ("*", "/v2/*", "/*/images/*", "*file", "/v2/images/i-*", "/v?/images/*/tags/*")
    for row in BY_ID.values():
        path = row.path.replace("{", "i-").replace("}", "")
        for pattern in patterns:
            if at_path(pattern).fits(path, row.id):
                assert may_fit(pattern, row.path), (pattern, row.path)
