"""Volumes, as Cinder answers with microversion 3.0: the disks of the world."""

from __future__ import annotations

from datetime import datetime, timezone

from ...domain.refusal import Refused
from ...domain.world import Disk
from ...profiles.answer import Answer
from ..call import Call
from ..registry import handles
from .paging import Document, answer, as_json, enter, page, root


@handles("volumes.versions", "volumes.version")
async def versions(call: Call) -> Answer:
    """The version list; Cinder answers the version itself with a list, too."""
    base = call.base_url + "/".join(call.path.split("/")[:3])
    return as_json({"versions": [{
        "id": "v3.0", "status": "CURRENT", "version": "3.0", "min_version": "3.0",
        "updated": "2023-08-31T00:00:00Z",
        "links": [{"rel": "self", "href": f"{base}/v3/"}],
        "media-types": [{"base": "application/json",
                         "type": "application/vnd.openstack.volume+json;version=3"}]}]})


@handles("volumes.list")
async def volumes(call: Call) -> Answer:
    """The volumes: id, name and links."""
    return _volumes(call, detailed=False)


@handles("volumes.detail")
async def volumes_detail(call: Call) -> Answer:
    """The volumes, whole."""
    return _volumes(call, detailed=True)


def _volumes(call: Call, *, detailed: bool) -> Answer:
    project_id = enter(call)
    query = dict(call.pairs())
    found = [one for one in call.service.world.disks
             if query.get("name", one.name) == one.name
             and query.get("status", one.status) == one.status]
    shown, following = page(call, found, lambda one: one.id)
    return answer("volumes", [_volume(call, one, project_id) if detailed else _named(call, one)
                              for one in shown], following)


@handles("volumes.show")
async def volume(call: Call) -> Answer:
    """One volume."""
    project_id = enter(call)
    found = call.service.world.disks.get(call.params["volume_id"])
    if found is None:
        raise Refused("lookup.volume", id=call.params["volume_id"])
    return as_json({"volume": _volume(call, found, project_id)})


def _named(call: Call, one: Disk) -> Document:
    return {"id": one.id, "name": one.name,
            "links": [{"rel": "self", "href": f"{root(call)}/volumes/{one.id}"}]}


def _volume(call: Call, one: Disk, project_id: str) -> Document:
    added = f"{datetime.fromtimestamp(one._added, timezone.utc):%Y-%m-%dT%H:%M:%S.%f}"
    server = call.service.world.servers.get(one.server_id)
    is_system = server is not None and server.system_disk == one.id
    letter = "a"
    if server is not None and not is_system:
        letter = chr(ord("b") + server.data_disks.index(one.id) % 25)
    return {
        **_named(call, one),
        "status": one.status,
        "size": one.size,
        "availability_zone": f"{call.service.region}-01",
        "created_at": added,
        "updated_at": added,
        "description": None,
        "volume_type": "SSD",
        "snapshot_id": None,
        "source_volid": None,
        "consistencygroup_id": None,
        "metadata": {} if one.cmk_id is None else {
            "__system__encrypted": "1", "__system__cmkid": one.cmk_id},
        "encrypted": one.cmk_id is not None,
        "bootable": "true" if is_system else "false",
        "multiattach": False,
        "replication_status": "disabled",
        "migration_status": None,
        "user_id": call.known_caller.user_id,
        "os-vol-tenant-attr:tenant_id": project_id,
        "attachments": [] if one.server_id is None else [{
            "id": one.id, "attachment_id": one.id, "volume_id": one.id,
            "server_id": one.server_id, "device": f"/dev/vd{letter}", "host_name": None,
            "attached_at": added}],
    }
