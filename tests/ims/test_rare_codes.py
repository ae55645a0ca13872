"""Error codes of what hardly ever happens: the fake itself breaks, services around it do not work,
accounts and quotas stand in the way."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from fake_ims import UsageError
from fake_ims.domain.ims import listing
from fake_ims.domain.world import World

from .conftest import Ims

ID = "877a2cda-ba63-4e1e-b95f-e67e48b6129a"
SERVER = ("POST /v2/cloudimages/action", {"name": "n", "instance_id": ID})
FILE = ("POST /v2/cloudimages/action", {"name": "n", "image_url": "ims:a.vhd", "min_disk": 40})
WHOLE = ("POST /v1/cloudimages/wholeimages/action",
         {"name": "n", "instance_id": ID, "vault_id": ID})
SHARE = ("POST /v1/cloudimages/members", {"images": [ID], "projects": ["p2"]})
COPY = (f"POST /v1/cloudimages/{ID}/copy", {"name": "n"})
CROSS = (f"POST /v1/cloudimages/{ID}/cross_region_copy",
         {"name": "n", "agency_name": "a", "project_name": "p", "region": "eu-nl"})
FLAVORS = ("GET /v2/cloudimages?flavor_id=s3.large.2", None)
EPS = {"enterprise_project_id": ID}


def without(service: str) -> Callable[[World], object]:
    """A world in which a service does not answer."""
    return lambda world: world.outages.begin(service)


def unable(**fields: bool) -> Callable[[World], object]:
    """A world whose account is not sound."""
    return lambda world: [setattr(world.account, name, value) for name, value in fields.items()]


RULES: list[tuple[tuple[str, Any], Callable[[World], object], str]] = [
    ((SERVER[0], {**SERVER[1], **EPS}), without("EPS"), "IMG.0154"),
    ((COPY[0], {**COPY[1], **EPS}), without("EPS"), "IMG.0154"),
    (SERVER, without("ECS"), "IMG.0137"), (WHOLE, without("ECS"), "IMG.0137"),
    (FLAVORS, without("ECS"), "IMG.0191"), (WHOLE, without("CBR"), "IMG.0181"),
    (FILE, without("OBS"), "IMG.0040"), (SHARE, without("IAM"), "IMG.0064"),
    (CROSS, without("IAM"), "IMG.0036"),
    ((COPY[0], {**COPY[1], "cmk_id": ID}), lambda world: setattr(world, "has_kms", False),
     "IMG.0100"),
    ((COPY[0], {**COPY[1], "cmk_id": ID}), lambda world: world.keys.add(ID, is_throttled=True),
     "IMG.0187"),
    *(((route, {**body, **EPS}),
       lambda world: world.enterprise_projects.add(ID, has_budget=False), "IMG.0242")
      for route, body in (SERVER, FILE, WHOLE, COPY)),
    *((request, unable(is_verified=False), "IMG.0238") for request in (SERVER, FILE, WHOLE, COPY)),
    (SERVER, unable(has_payment=False), "IMG.0241"),
    (SERVER, unable(has_balance=False), "IMG.0239"),
    (SERVER, lambda world: world.servers.add(ID, os_version=None), "IMG.0138"),
]


@pytest.mark.parametrize(("request_", "change", "code"), RULES,
                         ids=[f"{number} {rule[2]}" for number, rule in enumerate(RULES)])
def test_a_world_that_is_not_sound_has_its_code(
    ims: Ims, request_: tuple[str, Any], change: Callable[[World], object], code: str
) -> None:
    ims.fake.images.add(id=ID, name="i", data=b"x")
    ims.ask(*request_, status=200)
    ims.fake.reset()
    ims.fake.images.add(id=ID, name="i", data=b"x")
    change(ims.fake.world)
    assert ims.refused(*request_) == code
    assert len(ims.fake.images) == 1
    assert not len(ims.fake.jobs)


def test_a_service_that_answers_again_is_used_again(ims: Ims) -> None:
    outages = ims.fake.world.outages
    outages.begin("OBS")
    assert ims.refused(*FILE) == "IMG.0040"
    assert "OBS" in outages
    assert repr(outages) == "<outages: OBS>"
    outages.end("OBS")
    ims.job(*FILE)
    with pytest.raises(UsageError, match="did you mean 'OBS'"):
        outages.begin("OSB")


def test_a_list_by_an_enterprise_project_costs_nothing(ims: Ims) -> None:
    ims.fake.world.enterprise_projects.add(ID, has_budget=False)
    ims.ask(f"GET /v2/cloudimages?enterprise_project_id={ID}", status=200)


def test_a_project_has_so_many_jobs_under_way_and_no_more(ims: Ims) -> None:
    ims.fake.lifecycle.jobs = "10s"
    ims.fake.world.max_jobs = 2
    ims.job(*SERVER)
    ims.job(*FILE)
    assert ims.refused(*SERVER) == "IMG.0060"
    ims.job(*SERVER, headers=ims.fake.tenant("p2").headers)
    ims.fake.clock.advance("10s")
    ims.job(*SERVER)


def test_an_image_that_is_being_made_cannot_be_deleted(ims: Ims) -> None:
    ims.fake.lifecycle.jobs = "10s"
    job = ims.job(*SERVER)
    ims.fake.clock.advance("5s")
    path = f"DELETE /v2/images/{job.entities['image_id']}"
    assert ims.refused(path) == "IMG.0090"
    ims.fake.clock.advance("5s")
    ims.ask(path, status=204)


@pytest.mark.parametrize(("code", "attributes"), [
    ("IMG.0092", {"members": ["p2"]}), ("IMG.0094", {"visibility": "public"})])
def test_an_image_of_others_cannot_be_deleted(
    ims: Ims, code: str, attributes: dict[str, Any]
) -> None:
    image = ims.fake.images.add(name="i", **attributes)
    stranger = ims.fake.tenant("p2").headers
    assert ims.refused(f"DELETE /v2/images/{image.id}", status=403, headers=stranger) == code


def test_a_data_disk_image_stays_private(ims: Ims) -> None:
    operator = ims.fake.tenant("operator", roles=["admin"]).headers
    publish = [{"op": "replace", "path": "/visibility", "value": "public"}]
    headers = {**operator, "Content-Type": "application/openstack-images-v2.1-json-patch"}
    data = ims.fake.images.add(name="d", virtual_env_type="DataImage")
    assert ims.refused(f"PATCH /v2/images/{data.id}", publish, headers=headers) == "IMG.0125"
    system = ims.fake.images.add(name="s", virtual_env_type="FusionCompute")
    ims.ask(f"PATCH /v2/images/{system.id}", publish, status=200, headers=headers)


def test_what_breaks_in_the_fake_itself_is_an_unknown_error(
    ims: Ims, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*arguments: object) -> None:
        raise RuntimeError("broken")

    monkeypatch.setattr(listing, "page", broken)
    assert ims.refused("GET /v2/cloudimages", status=500) == "IMG.0061"
    assert "GET /v2/cloudimages failed" in caplog.text
