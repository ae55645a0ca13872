"""What lies around images, as plain data: servers, disks, backups, vaults, keys, ...

The test writes these records; the service reads them. A field that is set is checked. Sizes of
disks, backups and vaults are GB. The statuses are those of the APIs of the services themselves:
ECS (*ECS Statuses*), EVS (*EVS Disk Status*) and CBR (*Querying All Backups*, *Querying the Vault
List*).
"""

from __future__ import annotations

import weakref
from dataclasses import dataclass, field
from typing import Annotated, Any, ClassVar

from ...contract.parameters import common, images, queries
from ...errors import UsageError, shown
from .rules import GB, TEXT, UUID, Checked, at_least, named_by, one_of, refers_to

SERVER_STATUSES = (
    "ACTIVE", "SHUTOFF", "BUILD", "REBOOT", "HARD_REBOOT", "REBUILD", "MIGRATING", "RESIZE",
    "REVERT_RESIZE", "VERIFY_RESIZE", "ERROR", "DELETED", "SHELVED", "SHELVED_OFFLOADED",
    "UNKNOWN",
)
DISK_STATUSES = (
    "in-use", "available", "creating", "error", "attaching", "detaching", "restoring-backup",
    "backing-up", "error_restoring", "uploading", "downloading", "extending", "error_extending",
    "deleting", "error_deleting", "rollbacking", "error_rollbacking", "awaiting-transfer",
)
BACKUP_STATUSES = ("available", "protecting", "deleting", "restoring", "error", "waiting_protect",
                   "waiting_delete", "waiting_restore")
VAULT_STATUSES = ("available", "lock", "frozen", "deleting", "error")
_SHOWN = 8  # characters of an id in a repr


class Record(Checked):
    """A thing that a test adds to the world."""

    __slots__ = ("_added", "_world")
    _KIND: ClassVar[str] = "record"
    _KEY: ClassVar[str] = "id"
    _world: weakref.ref[Any]  # for its repr only, and weak so that copies do not copy the world
    _added: float  # when it was added, on the fake's clock

    def __setattr__(self, name: str, value: object) -> None:
        """Set a field.

        Raises:
            UsageError: there is no such field, or the value is not allowed.
        """
        if name == self._KEY and hasattr(self, name):
            raise UsageError(f"{self._called()}: {name} cannot be changed; add another "
                             f"{self._KIND} instead")
        if name == "data" and value is not None and not isinstance(value, bytes):
            raise UsageError(f"{self._called()}: data={shown(value)} is not bytes; write b'...'")
        super().__setattr__(name, value)

    def _called(self) -> str:
        key = getattr(self, self._KEY, None)
        return self._KIND if key is None else f"{self._KIND} {key}"

    def _told(self) -> str:
        return ""

    def __repr__(self) -> str:
        key = str(getattr(self, self._KEY))
        shown = key if len(key) < 32 else f"{key[:_SHOWN]}…"
        return f"<{self._KIND} {shown} {self._told()}".rstrip() + ">"


@dataclass(slots=True, eq=False, repr=False)
class Disk(Record):
    """An EVS disk, system or data.

    Attributes:
        id: UUID.
        name: its name.
        size: GB, at least 1.
        status: one of ``DISK_STATUSES``; images are made of ``in-use`` and ``available`` disks.
        server_id: the server that it is attached to; None if it is detached.
        dedicated: whether it is on dedicated storage (DESS, DSS), which images cannot be made of.
        creates_servers: whether servers are being created from it.
        cmk_id: id of the KMS key that encrypts it; None if it is not encrypted.
        os_version: the operating system that IMS detects on it; None if it detects none.
    """

    _KIND: ClassVar[str] = "disk"
    id: Annotated[str, named_by(images.VOLUME)]
    name: str = ""
    size: Annotated[int, GB] = 40
    status: Annotated[str, one_of(*DISK_STATUSES)] = "in-use"
    server_id: Annotated[str | None, refers_to("servers", images.INSTANCE)] = None
    dedicated: bool = False
    creates_servers: bool = False
    cmk_id: Annotated[str | None, TEXT] = None
    os_version: Annotated[str | None, TEXT] = None

    def _told(self) -> str:
        return f"{self.status}, {self.size} GB"


@dataclass(slots=True, eq=False, repr=False)
class Server(Record):
    """An Elastic Cloud Server. One that is added without ``system_disk`` gets a disk of 40 GB.

    Attributes:
        id: UUID.
        name: its name.
        status: one of ``SERVER_STATUSES``; system disk images are made of ``SHUTOFF`` servers.
        task: the task in progress, such as ``rebooting``; None if there is none.
        system_disk: id of its system disk; None if it has none.
        data_disks: ids of its data disks.
        image_id: the image that it was created from; None if unknown.
        os_version: its operating system; None if IMS cannot detect it.
        kind: ``ECS`` or ``BMS``.
        supports_images: whether images can be made of servers of its type.
        is_reclaimed: whether it is a spot server that is being reclaimed.
        is_backed_up: whether a backup of it is being created.
        uses_csbs: whether it is associated with CSBS.
        vault_id: the vault that protects it; None if there is none.
        firmware: ``bios`` or ``uefi``.
        min_ram: memory of its flavor in MB; 0 for no limit.
        flavor_id: its flavor, as look-ups show it; None if unknown.
    """

    _KIND: ClassVar[str] = "server"
    id: Annotated[str, named_by(images.INSTANCE)]
    name: str = "server"
    status: Annotated[str, one_of(*SERVER_STATUSES)] = "SHUTOFF"
    task: Annotated[str | None, TEXT] = None
    system_disk: Annotated[str | None, refers_to("disks", images.VOLUME)] = None
    data_disks: Annotated[list[str], refers_to("disks", images.VOLUME)] = field(
        default_factory=list)
    image_id: Annotated[str | None, UUID] = None
    os_version: Annotated[str | None, TEXT] = "CentOS 7.0 64bit"
    kind: Annotated[str, one_of("ECS", "BMS")] = "ECS"
    supports_images: bool = True
    is_reclaimed: bool = False
    is_backed_up: bool = False
    uses_csbs: bool = False
    vault_id: Annotated[str | None, refers_to("vaults", common.VAULT)] = None
    firmware: Annotated[str, one_of("bios", "uefi")] = "bios"
    min_ram: int = 0
    flavor_id: Annotated[str | None, TEXT] = None

    def _told(self) -> str:
        if self.system_disk is None:
            return f"{self.status}, no system disk"
        world = self._world() if hasattr(self, "_world") else None
        disk = None if world is None else world.disks.get(self.system_disk)
        told = f"{self.system_disk[:_SHOWN]}…" if disk is None else f"{disk.size} GB"
        return f"{self.status}, system disk {told}"


@dataclass(slots=True, eq=False, repr=False)
class Backup(Record):
    """A backup of a server, by CBR or CSBS.

    Attributes:
        id: UUID.
        kind: ``CBR`` or ``CSBS``; None for the kind that the first request asks for.
        status: one of ``BACKUP_STATUSES``; images are made of ``available`` backups.
        server_id: the server, which need not exist any more; None if unknown.
        image_id: the full-ECS image that was made of it; one backup makes one image.
        makes_image: whether an image is being made of it.
        has_system_disk: whether it contains the system disk.
        has_shared_disks: whether the server has shared disks.
        is_accessible: whether the caller may use it.
        is_shared: whether another tenant shared it; its image cannot be shared then.
        supports_images: whether its service can make images of it.
        os_version: the operating system in it; None if it contains none.
        size: GB, at least 1.
    """

    _KIND: ClassVar[str] = "backup"
    id: Annotated[str, named_by(images.BACKUP)]
    kind: Annotated[str | None, one_of("CBR", "CSBS")] = None
    status: Annotated[str, one_of(*BACKUP_STATUSES)] = "available"
    server_id: Annotated[str | None, UUID] = None
    image_id: Annotated[str | None, UUID] = None
    makes_image: bool = False
    has_system_disk: bool = True
    has_shared_disks: bool = False
    is_accessible: bool = True
    is_shared: bool = False
    supports_images: bool = True
    os_version: Annotated[str | None, TEXT] = "CentOS 7.0 64bit"
    size: Annotated[int, GB] = 40

    def _told(self) -> str:
        return f"{self.status}, {self.size} GB"


@dataclass(slots=True, eq=False, repr=False)
class Vault(Record):
    """A CBR vault.

    Attributes:
        id: any text, as IMS does not check the format of ``vault_id``.
        status: one of ``VAULT_STATUSES``; only an ``available`` vault takes backups.
        object_type: ``server``, ``disk`` or ``turbo``.
        capacity: GB, at least 1.
        used: GB.
        server_ids: the servers that it protects.
        max_servers: how many servers it can protect.
        supports_replication: whether images can be replicated with it.
    """

    _KIND: ClassVar[str] = "vault"
    id: Annotated[str, named_by(common.VAULT)]
    status: Annotated[str, one_of(*VAULT_STATUSES)] = "available"
    object_type: Annotated[str, one_of("server", "disk", "turbo")] = "server"
    capacity: Annotated[int, GB] = 100_000
    used: Annotated[int, at_least(0, "GB")] = 0
    server_ids: Annotated[list[str], refers_to("servers", images.INSTANCE)] = field(
        default_factory=list)
    max_servers: int = 256
    supports_replication: bool = True

    def _told(self) -> str:
        return f"{self.status}, {self.used} of {self.capacity} GB used"


@dataclass(slots=True, eq=False, repr=False)
class Key(Record):
    """A KMS key.

    Attributes:
        id: any text, as IMS does not check the format of ``cmk_id``.
        enabled: whether it can be used.
        is_accessible: whether the caller may use it.
        is_default: whether it is the default key; an image that it encrypts cannot be shared.
        is_throttled: whether KMS refuses it because of too many requests.
    """

    _KIND: ClassVar[str] = "key"
    id: Annotated[str, named_by(common.CMK)]
    enabled: bool = True
    is_accessible: bool = True
    is_default: bool = False
    is_throttled: bool = False

    def _told(self) -> str:
        return "enabled" if self.enabled else "disabled"


@dataclass(slots=True, eq=False, repr=False)
class EnterpriseProject(Record):
    """An enterprise project.

    Attributes:
        id: UUID, or ``0`` for the default project.
        name: its name.
        enabled: whether resources can be added to it.
        has_budget: whether it can pay for new resources.
    """

    _KIND: ClassVar[str] = "enterprise project"
    id: Annotated[str, named_by(common.ENTERPRISE_PROJECT)]
    name: str = "enterprise-project"
    enabled: bool = True
    has_budget: bool = True

    def _told(self) -> str:
        return "enabled" if self.enabled else "disabled"


@dataclass(slots=True, eq=False, repr=False)
class Flavor(Record):
    """A flavor of servers. Lists of images can be filtered by it.

    Attributes:
        id: a name such as ``s3.large.2``.
        ram: MB, at least 1.
        architecture: ``x86`` or ``arm``.
        vcpus: number of its processors, at least 1, as look-ups show it.
        disk: GB of its local disk, as look-ups show it; 0 if servers boot from a volume.
    """

    _KIND: ClassVar[str] = "flavor"
    id: Annotated[str, named_by(queries.FLAVOR)]
    ram: Annotated[int, at_least(1, "MB")] = 2**31 - 1
    architecture: Annotated[str, one_of("x86", "arm")] = "x86"
    vcpus: Annotated[int, at_least(1, "processors")] = 1
    disk: Annotated[int, at_least(0, "GB")] = 0

    def _told(self) -> str:
        return f"{self.architecture}, {self.ram} MB"


@dataclass(slots=True, eq=False, repr=False)
class RemoteImage(Record):
    """A copy of an image in another region.

    Attributes:
        id: UUID.
        region: its region.
        name: its name.
        description: its description.
        source_id: the image that it is a copy of.
        project_name: its project in that region.
        agency_name: the agency that was used to copy it.
        vault_id: the vault of its backup in that region; None if it has no backup.
        status: its status; ``glance-download`` takes only ``active`` images.
        disk_format: its ``disk_format``.
        container_format: its ``container_format``.
        data: its bytes, for ``glance-download``; None for none.
    """

    _KIND: ClassVar[str] = "remote image"
    id: Annotated[str, UUID]
    region: str = ""
    name: str = ""
    description: str = ""
    source_id: str = ""
    project_name: str = ""
    agency_name: str = ""
    vault_id: str | None = None
    status: Annotated[str, TEXT] = "active"
    disk_format: Annotated[str, TEXT] = "raw"
    container_format: Annotated[str, TEXT] = "bare"
    data: bytes | None = None

    def _told(self) -> str:
        return f"{self.name!r} in {self.region!r}"


@dataclass(slots=True, eq=False, repr=False)
class Region(Record):
    """A region that images can be copied to.

    Attributes:
        id: its name, such as ``eu-nl``.
        projects: names of the caller's projects there; empty for any name.
    """

    _KIND: ClassVar[str] = "region"
    id: Annotated[str, named_by(images.REGION)]
    projects: list[str] = field(default_factory=list)


@dataclass(slots=True, eq=False, repr=False)
class Agency(Record):
    """An agency that lets IMS act in another region.

    Attributes:
        id: its name.
        is_valid: whether IMS can use it.
    """

    _KIND: ClassVar[str] = "agency"
    id: Annotated[str, named_by(images.AGENCY)]
    is_valid: bool = True

    def _told(self) -> str:
        return "valid" if self.is_valid else "not valid"
