"""Servers and flavors, as Nova answers with microversion 2.1."""

from __future__ import annotations

import re

from ...domain.clock import isotime
from ...domain.refusal import Refused
from ...domain.world import Flavor, Server
from ...profiles.answer import Answer
from ..call import Call
from ..registry import handles
from .paging import Document, answer, as_json, enter, number, page, root

_POWER = {"ACTIVE": 1, "REBOOT": 1, "SHUTOFF": 4, "SHELVED": 4, "SHELVED_OFFLOADED": 4}


@handles("compute.versions")
async def versions(call: Call) -> Answer:
    """The version list."""
    return as_json({"versions": [_version(call)]})


@handles("compute.version")
async def version(call: Call) -> Answer:
    """The version."""
    return as_json({"version": {**_version(call), "media-types": [{
        "base": "application/json", "type": "application/vnd.openstack.compute+json;version=2.1",
    }]}})


def _version(call: Call) -> Document:
    base = call.base_url + "/".join(call.path.split("/")[:3])
    # Higher microversions would change answers, and no look-up needs them.
    return {"id": "v2.1", "status": "CURRENT", "version": "2.1", "min_version": "2.1",
            "updated": "2013-07-23T11:33:21Z",
            "links": [{"rel": "self", "href": f"{base}/v2.1/"}]}


@handles("compute.servers.list")
async def servers(call: Call) -> Answer:
    """The servers: id, name and links."""
    return _servers(call, detailed=False)


@handles("compute.servers.detail")
async def servers_detail(call: Call) -> Answer:
    """The servers, whole."""
    return _servers(call, detailed=True)


def _servers(call: Call, *, detailed: bool) -> Answer:
    project_id = enter(call, "ECS")
    query = dict(call.pairs())
    found = [one for one in call.service.world.servers if _matches(one, query)]
    shown, following = page(call, found, lambda one: one.id)
    return answer("servers", [_server(call, one, project_id) if detailed else
                              _named(call, "servers", one.id, one.name) for one in shown],
                  following)


def _matches(server: Server, query: dict[str, str]) -> bool:
    name = query.get("name")
    try:
        named = name is None or re.search(name, server.name) is not None
    except re.error:
        named = name == server.name
    return (named and query.get("status", server.status).upper() == server.status
            and query.get("image", server.image_id) == server.image_id
            and query.get("flavor", server.flavor_id) == server.flavor_id)


@handles("compute.servers.show")
async def server(call: Call) -> Answer:
    """One server."""
    project_id = enter(call, "ECS")
    found = call.service.world.servers.get(call.params["server_id"])
    if found is None:
        raise Refused("lookup.server", id=call.params["server_id"])
    return as_json({"server": _server(call, found, project_id)})


def _server(call: Call, one: Server, project_id: str) -> Document:
    added = isotime(one._added)
    flavor_id = one.flavor_id
    disks = [one.system_disk, *one.data_disks]
    return {
        **_named(call, "servers", one.id, one.name),
        "status": one.status,
        "tenant_id": project_id,
        "user_id": call.known_caller.user_id,
        "metadata": {},
        "hostId": "",
        "image": {"id": one.image_id} if one.image_id else "",
        "flavor": {} if flavor_id is None else {
            "id": flavor_id, "links": [{"rel": "bookmark",
                                        "href": f"{root(call)}/flavors/{flavor_id}"}]},
        "created": added,
        "updated": added,
        "addresses": {},
        "accessIPv4": "",
        "accessIPv6": "",
        "links": [{"rel": "self", "href": f"{root(call)}/servers/{one.id}"}],
        "progress": 0,
        "key_name": None,
        "config_drive": "",
        "security_groups": [],
        "OS-DCF:diskConfig": "MANUAL",
        "OS-EXT-AZ:availability_zone": f"{call.service.region}-01",
        "OS-EXT-STS:power_state": _POWER.get(one.status, 0),
        "OS-EXT-STS:task_state": one.task,
        "OS-EXT-STS:vm_state": _state(one.status),
        "OS-SRV-USG:launched_at": None,
        "OS-SRV-USG:terminated_at": None,
        "os-extended-volumes:volumes_attached": [{"id": disk} for disk in disks if disk],
    }


def _state(status: str) -> str:
    return {"SHUTOFF": "stopped", "BUILD": "building"}.get(status, status.lower())


@handles("compute.flavors.list")
async def flavors(call: Call) -> Answer:
    """The flavors: id, name and links."""
    return _flavors(call, detailed=False)


@handles("compute.flavors.detail")
async def flavors_detail(call: Call) -> Answer:
    """The flavors, whole."""
    return _flavors(call, detailed=True)


def _flavors(call: Call, *, detailed: bool) -> Answer:
    enter(call, "ECS")
    query = dict(call.pairs())
    ram, disk = number(query, "minRam", 0), number(query, "minDisk", 0)
    found = [one for one in call.service.world.flavors if one.ram >= ram and one.disk >= disk]
    shown, following = page(call, found, lambda one: one.id)
    return answer("flavors", [_flavor(call, one) if detailed else
                              _named(call, "flavors", one.id, one.id) for one in shown], following)


@handles("compute.flavors.show")
async def flavor(call: Call) -> Answer:
    """One flavor."""
    return as_json({"flavor": _flavor(call, _find_flavor(call))})


@handles("compute.flavors.extra_specs")
async def extra_specs(call: Call) -> Answer:
    """The extra specifications of a flavor: its architecture."""
    return as_json({"extra_specs": {
        "ecs:instance_architecture": _find_flavor(call).architecture}})


def _find_flavor(call: Call) -> Flavor:
    enter(call, "ECS")
    found = call.service.world.flavors.get(call.params["flavor_id"])
    if found is None:
        raise Refused("lookup.flavor", id=call.params["flavor_id"])
    return found


def _flavor(call: Call, one: Flavor) -> Document:
    return {**_named(call, "flavors", one.id, one.id), "ram": one.ram, "vcpus": one.vcpus,
            "disk": one.disk, "swap": "", "rxtx_factor": 1.0, "OS-FLV-EXT-DATA:ephemeral": 0,
            "OS-FLV-DISABLED:disabled": False, "os-flavor-access:is_public": True}


def _named(call: Call, kind: str, id: str, name: str) -> Document:
    return {"id": id, "name": name,
            "links": [{"rel": "self", "href": f"{root(call)}/{kind}/{id}"}]}
