"""Look-ups before an image request find what the world has."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import openstack
import pytest
from wire import Wire

from fake_ims import FakeIMS

# openstacksdk warns of what it will drop itself, whatever it is asked to do.
pytestmark = pytest.mark.filterwarnings(
    "ignore::PendingDeprecationWarning", "ignore::DeprecationWarning")


@pytest.fixture(params=["otc", "openstack"])
def cloud(request: pytest.FixtureRequest, fake_ims_factory: Any) -> Iterator[tuple[FakeIMS, Any]]:
    fake = fake_ims_factory(profile=request.param)
    connection = openstack.connection.Connection(
        region_name=fake.region, auth={
            "auth_url": f"{fake.url}/v3", "username": fake.username, "password": fake.password,
            "project_name": fake.project_name, "user_domain_id": fake.user_domain_id,
            "project_domain_id": fake.user_domain_id})
    yield fake, connection
    connection.close()


def test_openstacksdk_finds_servers_flavors_and_volumes(cloud: tuple[FakeIMS, Any]) -> None:
    fake, connection = cloud
    world = fake.world
    assert list(connection.compute.servers()) == []
    flavor = world.flavors.add("s3.large.2", ram=4096, vcpus=2)
    image = fake.images.add(name="base")
    server = world.servers.add(name="web", status="ACTIVE", image_id=image.id,
                               flavor_id=flavor.id)
    data = world.disks.add(name="data", size=100, server_id=server.id, cmk_id="key")
    world.servers.add(name="db")
    (found,) = connection.compute.servers(name="web")
    assert (found.id, found.status, found.vm_state) == (server.id, "ACTIVE", "active")
    assert (found.image.id, found.project_id) == (image.id, fake.project_id)
    assert [one["id"] for one in found.attached_volumes] == [server.system_disk, data.id]
    assert connection.compute.get_server(server.id).name == "web"
    assert connection.compute.find_server("db").status == "SHUTOFF"
    assert connection.get_server("web").id == server.id
    (shown,) = connection.compute.flavors()
    assert (shown.id, shown.name, shown.ram, shown.vcpus) == (flavor.id, flavor.id, 4096, 2)
    assert list(connection.compute.flavors(min_ram=5000)) == []
    assert [one.id for one in connection.list_flavors(get_extra=True)] == [flavor.id]
    volumes = {one.id: one for one in connection.block_storage.volumes()}
    assert volumes[data.id].size == 100
    assert volumes[data.id].is_encrypted
    assert volumes[server.system_disk].is_bootable
    assert volumes[data.id].attachments[0]["server_id"] == server.id
    assert connection.block_storage.find_volume("data").id == data.id
    assert connection.block_storage.get_volume(data.id).status == "in-use"
    for ask in (connection.compute.get_server, connection.compute.get_flavor,
                connection.block_storage.get_volume):
        with pytest.raises(openstack.exceptions.NotFoundException):
            ask("9f9f9f9f-0000-4000-8000-000000000000")


def test_paths_with_a_project_and_pages(fake_ims: FakeIMS, wire: Wire) -> None:
    for name in ("a", "b", "c"):
        fake_ims.world.servers.add(name=name)
    base = "/_elsewhere/compute/v2.1"
    page = wire.get(f"{base}/{fake_ims.project_id}/servers?limit=2").json
    assert [one["name"] for one in page["servers"]] == ["a", "b"]
    rest = wire.get(page["servers_links"][0]["href"].removeprefix(fake_ims.url)).json
    assert [one["name"] for one in rest["servers"]] == ["c"]
    assert "servers_links" not in rest
    assert wire.get(f"{base}/other/servers").status == 400
    assert wire.get(f"{base}/servers?limit=x").json["badRequest"]["code"] == 400
    assert wire.get(f"{base}/servers?marker=x").status == 400
    assert wire.get(f"{base}/servers/x").json["itemNotFound"]["code"] == 404
    assert wire.get("/_elsewhere/volumev3/v3/volumes/detail").json["volumes"][0]["size"] == 40
    fake_ims.world.outages.begin("ECS")
    assert wire.get(f"{base}/servers").status == 503
    with fake_ims.faults.add("volumes.list", status=500):
        assert wire.get("/_elsewhere/volumev3/v3/volumes").status == 500


def test_everything_else_is_not_implemented(fake_ims: FakeIMS, wire: Wire) -> None:
    for method, path in (("POST", "compute/v2.1/servers"), ("DELETE", "compute/v2.1/servers/x"),
                         ("GET", "compute/v2.1/os-keypairs"), ("GET", "network/v2.0/networks"),
                         ("GET", "compute/v2.1/servers/x/y"), ("PUT", "volumev3/v3/volumes/x")):
        answer = wire.send(method, f"/_elsewhere/{path}")
        assert answer.status == 501, path
        assert "nothing is behind it" in answer.body.decode()


@pytest.mark.fake_ims(auth="issued")
def test_a_token_is_needed(fake_ims: FakeIMS) -> None:
    stranger = Wire(fake_ims.url, {"X-Auth-Token": "x"})
    assert stranger.get("/_elsewhere/compute/v2.1/servers").status == 401
    assert stranger.get("/_elsewhere/compute/v2.1").status == 200
    tenant = fake_ims.tenant("p2")
    fake_ims.world.servers.add()
    own = Wire(fake_ims.url, {"X-Auth-Token": tenant.token})
    (server,) = own.get("/_elsewhere/compute/v2.1/p2/servers/detail").json["servers"]
    assert server["tenant_id"] == "p2"
