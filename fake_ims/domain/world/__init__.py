"""The world around images: what IMS asks other services for, as plain data.

Permissive by default: an id that nobody has put there stands for a sound thing, so that a test
works at once. In a strict world it is not there. What has been put there is judged by its own
fields in both.
"""

from __future__ import annotations

from collections.abc import Iterator

from ...errors import UsageError, unknown
from ..refusal import ImsError
from .outages import Account, Outages
from .records import (
    Agency,
    Backup,
    Bucket,
    Disk,
    EnterpriseProject,
    Flavor,
    Key,
    Region,
    RemoteImage,
    Server,
    StoredObject,
    Vault,
    format_of,
)
from .shelf import Shelf

__all__ = ["Account", "Agency", "Backup", "Bucket", "Buckets", "Disk", "EnterpriseProject",
           "Flavor", "Key", "Outages", "Region", "RemoteImage", "Server", "Shelf",
           "StoredObject", "Vault", "World"]


class Buckets:
    """The buckets by name; ``buckets["b"]`` makes one that is not there yet."""

    def __init__(self, region: str) -> None:
        self._region = region
        self._buckets: dict[str, Bucket] = {}

    def add(self, name: str, *, region: str | None = None, storage_class: str = "STANDARD",
            is_accessible: bool = True) -> Bucket:
        """Put a bucket there. Gives it.

        Raises:
            UsageError: there is one of that name.
        """
        if name in self._buckets:
            raise UsageError(f"there is a bucket {name!r} already")
        bucket = Bucket(name, region or self._region, storage_class, is_accessible)
        self._buckets[name] = bucket
        return bucket

    def __getitem__(self, name: str) -> Bucket:
        if name not in self._buckets:
            self._buckets[name] = Bucket(name, self._region)
        return self._buckets[name]

    def get(self, name: str) -> Bucket | None:
        """The bucket, or None."""
        return self._buckets.get(name)

    def remove(self, name: str) -> None:
        """Take a bucket away, with all that lies in it.

        Raises:
            UsageError: it is not there.
        """
        if self._buckets.pop(name, None) is None:
            raise unknown("bucket", name, self._buckets)

    def __contains__(self, name: object) -> bool:
        return name in self._buckets

    def __iter__(self) -> Iterator[Bucket]:
        return iter(list(self._buckets.values()))

    def __len__(self) -> int:
        return len(self._buckets)

    def __repr__(self) -> str:
        return f"<buckets {list(self._buckets)}>"


class World:
    """Servers, disks, backups, vaults, buckets, keys, enterprise projects, regions, agencies, and
    the images that have been copied into other regions.

    Attributes:
        quota: how many private images a project may have.
        is_strict: whether an unknown id is an error.
        max_jobs: how many jobs of a project may be under way at a time; None for any number.
        has_kms: whether images can be encrypted at all.
        account: who pays.
        outages: services that do not answer.
    """

    def __init__(self, region: str, quota: int) -> None:
        self.region = region
        self.is_strict = False
        self.quota = quota
        self.max_jobs: int | None = None
        self.has_kms = True
        self.account = Account()
        self.outages = Outages()
        self.servers = Shelf("server", Server)
        self.disks = Shelf("disk", Disk)
        self.backups = Shelf("backup", Backup)
        self.vaults = Shelf("vault", Vault)
        self.keys = Shelf("key", Key)
        self.enterprise_projects = Shelf("enterprise project", EnterpriseProject)
        self.flavors = Shelf("flavor", Flavor)
        self.regions = Shelf("region", Region)
        self.agencies = Shelf("agency", Agency)
        self.remote_images = Shelf("remote image", RemoteImage)
        self.buckets = Buckets(region)

    def strict(self, strict: bool = True) -> None:
        """From now on, what is not there is an error (or, with ``False``, sound again)."""
        self.is_strict = strict

    # What the service asks; each takes an id and gives a record, or refuses by an error code.

    def server(self, server_id: str) -> Server:
        """A server with its system disk.

        Raises:
            ImsError: ``IMG.0005``, or ``IMG.0137`` if ECS does not answer.
        """
        self.outages.check("ECS", "IMG.0137")
        found = self.servers.find(server_id, not self.is_strict)
        if found is None:
            raise ImsError("IMG.0005")
        if server_id in self.servers.assumed and found.system_disk is None:
            disk = self.disks.add(server_id=server_id)
            found.system_disk = disk.id
        return found

    def disk(self, disk_id: str, code: str = "IMG.0120") -> Disk:
        """A disk.

        Raises:
            ImsError: the code.
        """
        found = self.disks.find(disk_id, not self.is_strict)
        if found is None:
            raise ImsError(code)
        return found

    def backup(self, backup_id: str, kind: str) -> Backup:
        """A backup of a kind (``CBR``, ``CSBS``).

        Raises:
            ImsError: ``IMG.0127`` or ``IMG.0020`` if it is not there, ``IMG.0198`` if it is of
                another kind.
        """
        found = self.backups.find(backup_id, not self.is_strict, kind=kind)
        if found is None:
            raise ImsError("IMG.0127" if kind == "CSBS" else "IMG.0020")
        if found.kind not in (None, kind):
            raise ImsError("IMG.0198")
        return found

    def delete_backup(self, backup_id: str | None) -> None:
        """Delete a backup, if it is there.

        Raises:
            ImsError: ``IMG.0176``: it is in use.
        """
        found = self.backups.get(backup_id)
        if found is None:
            return
        if found.status != "available":
            raise ImsError("IMG.0176")
        self.backups.remove(found.id)

    def vault(self, vault_id: str) -> Vault:
        """A vault.

        Raises:
            ImsError: ``IMG.0184``.
        """
        found = self.vaults.find(vault_id, not self.is_strict)
        if found is None:
            raise ImsError("IMG.0184")
        return found

    def key(self, key_id: str, *, original: bool = False) -> Key:
        """A key that can be used.

        Args:
            key_id: its id.
            original: whether it is the one that the source is encrypted with.

        Raises:
            ImsError: not there, not the caller's, or not enabled; ``IMG.0100`` if there is no
                KMS, ``IMG.0187`` if it is asked too often.
        """
        if not self.has_kms:
            raise ImsError("IMG.0100")
        found = self.keys.find(key_id, not self.is_strict)
        if found is None:
            raise ImsError("IMG.0101" if original else "IMG.0095")
        if not found.is_accessible:
            raise ImsError("IMG.0103" if original else "IMG.0099")
        if not found.enabled:
            raise ImsError("IMG.0102" if original else "IMG.0097")
        if found.is_throttled:
            raise ImsError("IMG.0187")
        return found

    def enterprise_project(self, project_id: str, *, pays: bool = False) -> EnterpriseProject:
        """An enterprise project that things can be put into; ``0`` is always there.

        Args:
            project_id: its id.
            pays: whether it is to pay for something.

        Raises:
            ImsError: ``IMG.0154`` if EPS does not answer, ``IMG.0155`` if it is not there,
                ``IMG.0156`` if it is disabled, ``IMG.0242`` if it cannot pay.
        """
        self.outages.check("EPS", "IMG.0154")
        found = self.enterprise_projects.find(project_id,
                                              project_id == "0" or not self.is_strict)
        if found is None:
            raise ImsError("IMG.0155")
        if not found.enabled:
            raise ImsError("IMG.0156")
        if pays and not found.has_budget:
            raise ImsError("IMG.0242")
        return found

    def flavor(self, flavor_id: str) -> Flavor:
        """A flavor.

        Raises:
            ImsError: ``IMG.0192``, or ``IMG.0191`` if ECS does not answer.
        """
        self.outages.check("ECS", "IMG.0191")
        found = self.flavors.find(flavor_id, bool(flavor_id) and not self.is_strict)
        if found is None:
            raise ImsError("IMG.0192")
        return found

    def bucket(self, name: str) -> Bucket:
        """A bucket of this region that IMS may use.

        Raises:
            ImsError: ``IMG.0069``, ``IMG.0058``, or ``IMG.0105`` for another storage class;
                ``IMG.0040`` if OBS does not answer.
        """
        self.outages.check("OBS", "IMG.0040")
        found = self.buckets.get(name)
        if found is None:
            if self.is_strict:
                raise ImsError("IMG.0069")
            found = self.buckets[name]
        if not found.is_accessible:
            raise ImsError("IMG.0069")
        if found.region != self.region:
            raise ImsError("IMG.0058")
        if found.storage_class.upper() != "STANDARD":
            raise ImsError("IMG.0105", detail=f"the storage class of bucket {name} is "
                           f"{found.storage_class}, not STANDARD")
        return found

    def file(self, url: str) -> StoredObject:
        """The object of a URL ``bucket:name``.

        Raises:
            ImsError: as ``bucket``, and ``IMG.0057`` if it is not there, empty or not accessible.
        """
        bucket_name, _, name = url.partition(":")
        bucket = self.bucket(bucket_name)
        found = bucket.objects.get(name)
        if found is None and not self.is_strict:
            found = bucket.put(name, size=2**30, format=format_of(name, None))
        if found is None or not found.size or not found.is_accessible:
            raise ImsError("IMG.0057")
        return found

    def __repr__(self) -> str:
        return f"<world, {'strict' if self.is_strict else 'permissive'}>"
