"""What lies around images, as plain data: servers, disks, backups, vaults, buckets, keys, ...

The test writes these records; the service reads them. Sizes of disks are GB, of objects bytes.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from ..formats import Inspector

SERVER_STATUSES = ("SHUTOFF", "ACTIVE", "BUILD", "ERROR", "REBOOT", "DELETED")
DISK_STATUSES = ("in-use", "available", "creating", "error", "backing-up", "uploading")
BACKUP_STATUSES = ("available", "creating", "error", "deleting", "restoring")
VAULT_STATUSES = ("available", "lock", "frozen", "deleting", "error")


@dataclass(slots=True, eq=False)
class Disk:
    """An EVS disk, system or data.

    Attributes:
        id: UUID.
        size: GB.
        status: one of ``DISK_STATUSES``.
        server_id: the server that it is attached to; None if to none.
        dedicated: whether it lies on dedicated storage (DESS, DSS), of which no image can be made.
        creates_servers: whether servers are being made of it.
        cmk_id: id of the key that it is encrypted with; None if it is not.
        os_version: the operating system that can be detected on it; None if none.
    """

    id: str
    size: int = 40
    status: str = "in-use"
    server_id: str | None = None
    dedicated: bool = False
    creates_servers: bool = False
    cmk_id: str | None = None
    os_version: str | None = None


@dataclass(slots=True, eq=False)
class Server:
    """An Elastic Cloud Server.

    Attributes:
        id: UUID.
        name: its name.
        status: one of ``SERVER_STATUSES``; images are made of a stopped one (``SHUTOFF``).
        task: what is under way for it, such as ``rebooting``; None if nothing.
        system_disk: id of its system disk; None if it has none.
        data_disks: ids of its data disks.
        image_id: the image that it was made from; None if that is not known.
        os_version: its operating system; None if it cannot be found out.
        kind: ``ECS`` or ``BMS``.
        supports_images: whether its type can be made an image of.
        is_reclaimed: whether it is a spot server that is being reclaimed.
        is_backed_up: whether a backup of it is being made.
        uses_csbs: whether it is associated with CSBS.
        vault_id: the vault that it is in; None if in none.
        firmware: ``bios`` or ``uefi``.
        min_ram: MB that its flavor has at least; 0 for no limit.
    """

    id: str
    name: str = "server"
    status: str = "SHUTOFF"
    task: str | None = None
    system_disk: str | None = None
    data_disks: list[str] = field(default_factory=list)
    image_id: str | None = None
    os_version: str | None = "CentOS 7.0 64bit"
    kind: str = "ECS"
    supports_images: bool = True
    is_reclaimed: bool = False
    is_backed_up: bool = False
    uses_csbs: bool = False
    vault_id: str | None = None
    firmware: str = "bios"
    min_ram: int = 0


@dataclass(slots=True, eq=False)
class Backup:
    """A backup of a server, by CBR or CSBS.

    Attributes:
        id: UUID.
        kind: ``CBR``, ``CSBS``, or None to be what the request says.
        status: one of ``BACKUP_STATUSES``.
        server_id: the server; None if that is not known.
        image_id: the full-ECS image that was made of it; one backup makes one.
        has_system_disk: whether it holds the system disk.
        has_shared_disks: whether the server has shared disks.
        is_accessible: whether the caller may use it.
        is_shared: whether it was shared by another tenant; its image cannot be shared then.
        supports_images: whether its service can make images of it.
        os_version: operating system in it; None if it holds none.
        size: GB.
    """

    id: str
    kind: str | None = None
    status: str = "available"
    server_id: str | None = None
    image_id: str | None = None
    has_system_disk: bool = True
    has_shared_disks: bool = False
    is_accessible: bool = True
    is_shared: bool = False
    supports_images: bool = True
    os_version: str | None = "CentOS 7.0 64bit"
    size: int = 40


@dataclass(slots=True, eq=False)
class Vault:
    """A CBR vault.

    Attributes:
        id: UUID.
        status: one of ``VAULT_STATUSES``.
        object_type: ``server``, ``disk`` or ``turbo``.
        capacity: GB.
        used: GB.
        server_ids: the servers that it protects.
        max_servers: how many it may.
        supports_replication: whether images can be replicated with it.
    """

    id: str
    status: str = "available"
    object_type: str = "server"
    capacity: int = 100_000
    used: int = 0
    server_ids: list[str] = field(default_factory=list)
    max_servers: int = 256
    supports_replication: bool = True


@dataclass(slots=True, eq=False)
class StoredObject:
    """An object in a bucket.

    Attributes:
        name: its key.
        size: bytes.
        data: its bytes; None if only the size is known.
        format: ``qcow2``, ``vhd``, ``vmdk``, ``raw``, ``iso``, ``zvhd``, ``zvhd2``, ...
        has_bitmap: whether a bitmap file lies beside it, which a quick import of RAW needs.
        is_accessible: whether IMS may read it.
    """

    name: str
    size: int
    data: bytes | None
    format: str
    has_bitmap: bool = True
    is_accessible: bool = True


@dataclass(slots=True, eq=False)
class Bucket:
    """An OBS bucket.

    Attributes:
        name: its name.
        region: where it lies.
        storage_class: ``STANDARD``, ``WARM`` or ``COLD``; images need ``STANDARD``.
        is_accessible: whether IMS may use it.
        objects: what lies in it, by name.
    """

    name: str
    region: str
    storage_class: str = "STANDARD"
    is_accessible: bool = True
    objects: dict[str, StoredObject] = field(default_factory=dict)

    def put(
        self,
        name: str,
        *,
        data: bytes | None = None,
        size: int | None = None,
        format: str | None = None,
        has_bitmap: bool = True,
        is_accessible: bool = True,
    ) -> StoredObject:
        """Put an object into the bucket.

        Args:
            name: its key, such as ``centos.qcow2``.
            data: its bytes; their magic number tells the format.
            size: bytes, if there are no data.
            format: the format; by default that of the data, else that of the name's ending.
            has_bitmap: whether a bitmap file lies beside it.
            is_accessible: whether IMS may read it.
        """
        if size is None:
            size = len(data) if data is not None else 2**30
        stored = StoredObject(name, size, data, format or format_of(name, data), has_bitmap,
                              is_accessible)
        self.objects[name] = stored
        return stored

    def __getitem__(self, name: str) -> StoredObject:
        return self.objects[name]

    def __contains__(self, name: str) -> bool:
        return name in self.objects


def format_of(name: str, data: bytes | None) -> str:
    """The format of a disk image: what its bytes say, else what its name ends with."""
    if data is not None:
        inspector = Inspector()
        inspector.feed(data[:65536])
        told = inspector.format()
        if told not in ("raw", "gpt"):
            return told
    ending = name.rpartition(".")[2].lower() if "." in name else ""
    return _ENDINGS.get(ending, ending or "raw")


_ENDINGS = {"img": "raw", "vhdx": "vhdx"}


@dataclass(slots=True, eq=False)
class Key:
    """A KMS key.

    Attributes:
        id: UUID.
        enabled: whether it can be used.
        is_accessible: whether the caller may use it.
        is_default: whether it is the service's default key; what it encrypts is never shared.
        is_throttled: whether KMS is asked for it too often.
    """

    id: str
    enabled: bool = True
    is_accessible: bool = True
    is_default: bool = False
    is_throttled: bool = False


@dataclass(slots=True, eq=False)
class EnterpriseProject:
    """An enterprise project.

    Attributes:
        id: UUID, or ``0`` for the default one.
        name: its name.
        enabled: whether things can be put into it.
        has_budget: whether it has money left for new things.
    """

    id: str
    name: str = "enterprise-project"
    enabled: bool = True
    has_budget: bool = True


@dataclass(slots=True, eq=False)
class Flavor:
    """A flavor of servers, by which images can be filtered.

    Attributes:
        id: such as ``s3.large.2``.
        ram: MB.
        architecture: ``x86`` or ``arm``.
    """

    id: str
    ram: int = 2**31 - 1
    architecture: str = "x86"


@dataclass(slots=True, eq=False)
class RemoteImage:
    """A copy that has arrived in another region.

    Attributes:
        id: UUID.
        region: where it is.
        name: its name.
        description: its description.
        source_id: the image that it was copied from.
        project_name: the project that it is in there.
        agency_name: the agency by which it was copied.
        vault_id: the vault that its backup is in there; None if it has none.
    """

    id: str
    region: str = ""
    name: str = ""
    description: str = ""
    source_id: str = ""
    project_name: str = ""
    agency_name: str = ""
    vault_id: str | None = None


@dataclass(slots=True, eq=False)
class Region:
    """A region that images can be copied to.

    Attributes:
        id: such as ``eu-nl``.
        projects: names of the caller's projects there; empty for any.
    """

    id: str
    projects: list[str] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class Agency:
    """An agency that lets IMS act in another region.

    Attributes:
        id: its name.
        is_valid: whether IMS can act by it.
    """

    id: str
    is_valid: bool = True
