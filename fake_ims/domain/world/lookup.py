"""What IMS asks other services for: a record that it can use, or an error code."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..refusal import ImsError
from .buckets import format_of

if TYPE_CHECKING:
    from . import World
    from .buckets import Bucket, StoredObject
    from .records import (
        Agency,
        Backup,
        Disk,
        EnterpriseProject,
        Flavor,
        Key,
        Region,
        Server,
        Vault,
    )


def service(world: World, name: str, code: str) -> None:
    """Check that a service responds.

    Raises:
        ImsError: the code.
    """
    if name in world.outages:
        raise ImsError(code)


def account(world: World) -> None:
    """Check that the account can pay.

    Raises:
        ImsError: ``IMG.0238``, ``IMG.0241`` or ``IMG.0239``.
    """
    if not world.account.is_verified:
        raise ImsError("IMG.0238")
    if not world.account.has_payment:
        raise ImsError("IMG.0241")
    if not world.account.has_balance:
        raise ImsError("IMG.0239")


def server(world: World, server_id: str) -> Server:
    """A server.

    Raises:
        ImsError: ``IMG.0005``, or ``IMG.0137`` if ECS does not respond.
    """
    service(world, "ECS", "IMG.0137")
    found = world.servers._find(server_id)
    if found is None:
        raise ImsError("IMG.0005")
    return found


def disk(world: World, disk_id: str, code: str = "IMG.0120") -> Disk:
    """A disk.

    Raises:
        ImsError: the code.
    """
    found = world.disks._find(disk_id)
    if found is None:
        raise ImsError(code)
    return found


def backup(world: World, backup_id: str, kind: str) -> Backup:
    """A backup of a kind (``CBR``, ``CSBS``).

    Raises:
        ImsError: ``IMG.0127`` or ``IMG.0020`` if it does not exist, ``IMG.0198`` if it is of
            another kind.
    """
    found = world.backups._find(backup_id, kind=kind)
    if found is None:
        raise ImsError("IMG.0127" if kind == "CSBS" else "IMG.0020")
    if found.kind not in (None, kind):
        raise ImsError("IMG.0198")
    return found


def delete_backup(world: World, backup_id: str | None) -> None:
    """Delete a backup if it exists.

    Raises:
        ImsError: ``IMG.0176``: it is in use.
    """
    found = world.backups.get(backup_id)
    if found is None:
        return
    if found.status != "available":
        raise ImsError("IMG.0176")
    world.backups.remove(found.id)


def vault(world: World, vault_id: str) -> Vault:
    """A vault.

    Raises:
        ImsError: ``IMG.0184``.
    """
    found = world.vaults._find(vault_id)
    if found is None:
        raise ImsError("IMG.0184")
    return found


def key(world: World, key_id: str, *, original: bool = False) -> Key:
    """A key that can be used.

    Args:
        world: the world.
        key_id: its id.
        original: whether it is the key that the source is encrypted with.

    Raises:
        ImsError: it does not exist, is not the caller's, or is disabled; ``IMG.0100`` if there
            is no KMS, ``IMG.0187`` if KMS gets too many requests.
    """
    if not world.has_kms:
        raise ImsError("IMG.0100")
    found = world.keys._find(key_id)
    if found is None:
        raise ImsError("IMG.0101" if original else "IMG.0095")
    if not found.is_accessible:
        raise ImsError("IMG.0103" if original else "IMG.0099")
    if not found.enabled:
        raise ImsError("IMG.0102" if original else "IMG.0097")
    if found.is_throttled:
        raise ImsError("IMG.0187")
    return found


def enterprise_project(world: World, project_id: str, *, pays: bool = False) -> EnterpriseProject:
    """An enterprise project that can get resources; ``0`` always exists.

    Args:
        world: the world.
        project_id: its id.
        pays: whether it has to pay for something.

    Raises:
        ImsError: ``IMG.0154`` if EPS does not respond, ``IMG.0155`` if it does not exist,
            ``IMG.0156`` if it is disabled, ``IMG.0242`` if it cannot pay.
    """
    service(world, "EPS", "IMG.0154")
    found = world.enterprise_projects._find(project_id, always=project_id == "0")
    if found is None:
        raise ImsError("IMG.0155")
    if not found.enabled:
        raise ImsError("IMG.0156")
    if pays and not found.has_budget:
        raise ImsError("IMG.0242")
    return found


def flavor(world: World, flavor_id: str) -> Flavor:
    """A flavor.

    Raises:
        ImsError: ``IMG.0192``, or ``IMG.0191`` if ECS does not respond.
    """
    service(world, "ECS", "IMG.0191")
    found = world.flavors._find(flavor_id) if flavor_id else None
    if found is None:
        raise ImsError("IMG.0192")
    return found


def region(world: World, name: str) -> Region:
    """A region that images can be copied to.

    Raises:
        ImsError: ``IMG.0177``.
    """
    found = world.regions._find(name) if name else None
    if found is None:
        raise ImsError("IMG.0177", detail=f"there is no region {name}")
    return found


def agency(world: World, name: str) -> Agency:
    """An agency that IMS can use.

    Raises:
        ImsError: ``IMG.0179``, or ``IMG.0036`` if IAM does not respond.
    """
    service(world, "IAM", "IMG.0036")
    found = world.agencies._find(name) if name else None
    if found is None or not found.is_valid:
        raise ImsError("IMG.0179")
    return found


def bucket(world: World, name: str) -> Bucket:
    """A bucket of this region that IMS may use.

    Raises:
        ImsError: ``IMG.0069``, ``IMG.0058``, or ``IMG.0105`` for another storage class;
            ``IMG.0040`` if OBS does not respond.
    """
    service(world, "OBS", "IMG.0040")
    found = world.buckets.get(name)
    if found is None:
        if world.known_only:
            raise ImsError("IMG.0069")
        found = world.buckets[name]
    if not found.is_accessible:
        raise ImsError("IMG.0069")
    if found.region != world.region:
        raise ImsError("IMG.0058")
    if found.storage_class != "STANDARD":
        raise ImsError("IMG.0105", detail=f"the storage class of bucket {name} is "
                       f"{found.storage_class}, not STANDARD")
    return found


def file(world: World, url: str) -> StoredObject:
    """The object of a URL ``bucket:name``.

    Raises:
        ImsError: as ``bucket``, and ``IMG.0057`` if it does not exist, is empty or not
            accessible.
    """
    bucket_name, _, name = url.partition(":")
    place = bucket(world, bucket_name)
    found = place.objects.get(name)
    if found is None and not world.known_only:
        found = place.put(name, size=2**30, format=format_of(name, None))
    if found is None or not found.size or not found.is_accessible:
        raise ImsError("IMG.0057")
    return found
