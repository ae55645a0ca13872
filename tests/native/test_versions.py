"""Chapter *API Version Query (Native OpenStack API)*."""

from __future__ import annotations

import pytest
from wire import Wire

from fake_ims import FakeIMS


def row(fake: FakeIMS, number: str, status: str, path: str) -> dict[str, object]:
    return {"id": number, "status": status,
            "links": [{"href": f"{fake.url}/{path}/", "rel": "self"}]}


@pytest.mark.parametrize("token", [True, False])
def test_all_versions_are_those_of_the_example(
    wire: Wire, fake_ims: FakeIMS, token: bool
) -> None:
    reply = (wire if token else wire.anonymous()).get("/")
    assert reply.status == 300
    assert reply.json == {"versions": [
        row(fake_ims, "v2.2", "CURRENT", "v2"),
        row(fake_ims, "v2.1", "SUPPORTED", "v2"),
        row(fake_ims, "v2.0", "SUPPORTED", "v2"),
        row(fake_ims, "v1.1", "DEPRECATED", "v1"),
        row(fake_ims, "v1.0", "DEPRECATED", "v1"),
    ]}


def test_the_list_with_200_is_glances(wire: Wire) -> None:
    reply = wire.anonymous().get("/versions")
    assert (reply.status, reply.json) == (200, wire.get("/").json)


@pytest.mark.parametrize(("version", "ids"), [
    ("v2.0", ["v2.0"]), ("v2.1", ["v2.1"]), ("v2.2", ["v2.2"]), ("v1.0", ["v1.0"]),
    ("v1.1", ["v1.1"]), ("v2", ["v2.2", "v2.1", "v2.0"]), ("v1", ["v1.1", "v1.0"]),
    ("v2.0/", ["v2.0"]), ("v2/", ["v2.2", "v2.1", "v2.0"]),
])
def test_one_version(wire: Wire, version: str, ids: list[str]) -> None:
    reply = wire.anonymous().get(f"/{version}")
    assert reply.status == 300
    assert [one["id"] for one in reply.json["versions"]] == ids
    whole = wire.get("/").json["versions"]
    assert all(one in whole for one in reply.json["versions"])


def test_the_links_name_the_host_that_the_client_used(wire: Wire) -> None:
    reply = wire.send("GET", "/v2.0", headers={"Host": "image.example.com:8443"})
    assert reply.json["versions"][0]["links"][0]["href"] == "http://image.example.com:8443/v2/"


@pytest.mark.parametrize("version", ["v4", "v2.9", "v", "favicon.ico", "%00", "V2.0", "2.0"])
def test_a_version_that_is_not_there(wire: Wire, version: str) -> None:
    assert wire.get(f"/{version}").refusal == (404, "IMG.0017")


@pytest.mark.parametrize("path", ["/", "/v2.0", "/versions"])
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "HEAD"])
def test_versions_are_only_read(wire: Wire, path: str, method: str) -> None:
    reply = wire.send(method, path)
    assert (reply.status, reply.headers["Allow"]) == (405, "GET")
