"""What IMS asks other services for: a record that it can use, or an error code."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..refusal import ImsError
from .buckets import format_of

if TYPE_CHECKING:
    from . import World, records
    from .buckets import Bucket, StoredObject
    from .shelf import R, Shelf


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


def server(world: World, server_id: str) -> records.Server:
    """A server.

    Raises:
        ImsError: ``IMG.0005``, or ``IMG.0137`` if ECS does not respond.
    """
    service(world, "ECS", "IMG.0137")
    return _known(world.servers, server_id, "IMG.0005")


def disk(world: World, disk_id: str, code: str = "IMG.0120") -> records.Disk:
    """A disk.

    Raises:
        ImsError: the code.
    """
    return _known(world.disks, disk_id, code)


def backup(world: World, backup_id: str, kind: str) -> records.Backup:
    """A backup of a kind (``CBR``, ``CSBS``).

    Raises:
        ImsError: ``IMG.0127`` or ``IMG.0020`` if it does not exist, ``IMG.0198`` if it is of
            another kind.
    """
    found = _known(world.backups, backup_id, "IMG.0127" if kind == "CSBS" else "IMG.0020",
                   kind=kind)
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


def vault(world: World, vault_id: str) -> records.Vault:
    """A vault.

    Raises:
        ImsError: ``IMG.0184``.
    """
    return _known(world.vaults, vault_id, "IMG.0184")


def key(world: World, key_id: str, *, original: bool = False) -> records.Key:
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
    found = _known(world.keys, key_id, "IMG.0101" if original else "IMG.0095")
    if not found.is_accessible:
        raise ImsError("IMG.0103" if original else "IMG.0099")
    if not found.enabled:
        raise ImsError("IMG.0102" if original else "IMG.0097")
    if found.is_throttled:
        raise ImsError("IMG.0187")
    return found


def enterprise_project(
    world: World, project_id: str, *, pays: bool = False
) -> records.EnterpriseProject:
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
    found = _known(world.enterprise_projects, project_id, "IMG.0155", always=project_id == "0")
    if not found.enabled:
        raise ImsError("IMG.0156")
    if pays and not found.has_budget:
        raise ImsError("IMG.0242")
    return found


def flavor(world: World, flavor_id: str) -> records.Flavor:
    """A flavor.

    Raises:
        ImsError: ``IMG.0192``, or ``IMG.0191`` if ECS does not respond.
    """
    service(world, "ECS", "IMG.0191")
    return _known(world.flavors, flavor_id, "IMG.0192")


def region(world: World, name: str) -> records.Region:
    """A region that images can be copied to.

    Raises:
        ImsError: ``IMG.0177``.
    """
    return _known(world.regions, name, "IMG.0177", f"there is no region {name}")


def agency(world: World, name: str) -> records.Agency:
    """An agency that IMS can use.

    Raises:
        ImsError: ``IMG.0179``, or ``IMG.0036`` if IAM does not respond.
    """
    service(world, "IAM", "IMG.0036")
    found = _known(world.agencies, name, "IMG.0179")
    if not found.is_valid:
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


def _known(shelf: Shelf[R], record_id: str, code: str, detail: str = "", **how: Any) -> R:
    """The record of an id that a request names. ``how`` goes to ``Shelf._find``.

    Raises:
        ImsError: the code, as the world does not know the id.
    """
    found = shelf._find(record_id, **how) if record_id else None
    if found is None:
        raise ImsError(code, detail=detail)
    return found
