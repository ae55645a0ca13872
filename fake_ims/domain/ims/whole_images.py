"""Full-ECS images, created from servers through a backup, or from existing backups.

Source: page *Creating a Full-ECS Image*.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..ids import new_id
from ..image import Image
from ..minimum_sizes import check_memory
from ..refusal import ImsError
from ..world import lookup
from .from_server import FromWorld, of_server
from .making import MakesImage, plan
from .sources import GB

if TYPE_CHECKING:
    from ..job import Job
    from ..world import Backup


class WholeFromServer(FromWorld):
    """An image of a server: a backup is created in a vault, or by CSBS without a vault."""

    def find(self) -> None:
        """Check that the server and the vault exist.

        Raises:
            ImsError: ``IMG.0137``, ``IMG.0119``, ``IMG.0184``, or ``IMG.0181`` if CBR does not
                respond.
        """
        super().find()
        world = self.service.world
        try:
            self._server = lookup.server(world, self.body["instance_id"])
        except ImsError:
            raise ImsError("IMG.0137") from None
        if self._server.system_disk is None:
            raise ImsError("IMG.0119")
        self._disks = [lookup.disk(world, disk_id)
                       for disk_id in (self._server.system_disk, *self._server.data_disks)]
        vault_id = self.body.get("vault_id")
        if vault_id:
            lookup.service(world, "CBR", "IMG.0181")
        self._vault = lookup.vault(world, vault_id) if vault_id else None

    def check_state(self) -> None:
        """Check that the server can be backed up now, and that the vault accepts it.

        Raises:
            ImsError: ``IMG.0063``, ``IMG.0164``, ``IMG.0010``, ``IMG.0126``, ``IMG.0136``,
                ``IMG.0153``, ``IMG.0055``, and for the vault ``IMG.0186``, ``IMG.0188``,
                ``IMG.0193``, ``IMG.0183``, ``IMG.0185``, ``IMG.0182``.
        """
        server = self._server
        if not server.supports_images:
            raise ImsError("IMG.0063")
        if server.is_reclaimed:
            raise ImsError("IMG.0164")
        if server.task is not None:
            raise ImsError("IMG.0010")
        if server.status not in ("SHUTOFF", "ACTIVE"):
            raise ImsError("IMG.0126")
        if server.is_backed_up:
            raise ImsError("IMG.0136")
        if any(disk.dedicated for disk in self._disks):
            raise ImsError("IMG.0153")
        check_memory(self.body.get("min_ram"), self.body.get("max_ram"))
        self._check_vault()

    def _check_vault(self) -> None:
        server, vault = self._server, self._vault
        if vault is None:
            return
        if server.uses_csbs:
            raise ImsError("IMG.0186")
        if vault.status != "available":
            raise ImsError("IMG.0188")
        if vault.object_type != "server":
            raise ImsError("IMG.0193")
        if server.vault_id not in (None, vault.id):
            raise ImsError("IMG.0183")
        if server.id not in vault.server_ids and len(vault.server_ids) >= vault.max_servers:
            raise ImsError("IMG.0185")
        if vault.used + self._size() > vault.capacity:
            raise ImsError("IMG.0182")

    def _size(self) -> int:
        return sum(disk.size for disk in self._disks)

    def submit(self) -> Job:
        """Create the image. At the end of the job, its backup is in the vault."""
        server, vault, size = self._server, self._vault, self._size()
        kind = "CSBS" if vault is None else "CBR"
        backup_id = new_id()
        found = plan(self.caller, self.body, **of_server(self.service, server, self._disks[0]))
        found.properties |= {"__whole_image": "true", "__backup_id": backup_id,
                             "__data_origin": f"server_backup,{backup_id}"}
        found.min_disk, found.size = self._disks[0].size, size * GB
        world = self.service.world
        server.is_backed_up = True

        def backed_up(image: Image) -> None:
            server.is_backed_up = False
            world.backups.add(backup_id, kind=kind, server_id=server.id, image_id=image.id,
                              size=size, os_version=server.os_version)
            if vault is not None:
                server.vault_id = vault.id
                vault.used += size
                if server.id not in vault.server_ids:
                    vault.server_ids.append(server.id)

        def given_up() -> None:
            server.is_backed_up = False

        return self.service.jobs.submit(
            "imsCreateWholeImageByInstanceJob", self.caller.project_id,
            MakesImage(self.service, found, backed_up, given_up))


class WholeFromBackup(FromWorld):
    """An image of a CBR or CSBS backup. A backup can have one image only."""

    def find(self) -> None:
        """Check that the backup exists.

        Raises:
            ImsError: ``IMG.0020``, ``IMG.0127``, ``IMG.0198``.
        """
        super().find()
        self._kind: str = self.body["whole_image_type"]
        self._backup = lookup.backup(self.service.world, self.body["backup_id"], self._kind)

    def check_state(self) -> None:
        """Check that the backup allows creating an image.

        Raises:
            ImsError: ``IMG.0133`` or ``IMG.0165``, ``IMG.0180``, ``IMG.0132`` or ``IMG.0032``,
                ``IMG.0033``, ``IMG.0195``, ``IMG.0190``, ``IMG.0055``.
        """
        backup = self._backup
        if not backup.is_accessible:
            raise ImsError("IMG.0133" if self._kind == "CSBS" else "IMG.0165")
        if not backup.supports_images:
            raise ImsError("IMG.0180" if self._kind == "CBR" else "IMG.0190")
        if backup.status != "available":
            raise ImsError("IMG.0132" if self._kind == "CSBS" else "IMG.0032")
        if not backup.has_system_disk:
            raise ImsError("IMG.0033")
        if backup.has_shared_disks:
            raise ImsError("IMG.0105", detail="the backup has shared disks")
        if self._kind == "CBR" and backup.os_version is None:
            raise ImsError("IMG.0195")
        check_memory(self.body.get("min_ram"), self.body.get("max_ram"))

    def check_conflict(self) -> None:
        """Check that the backup has no image yet.

        Raises:
            ImsError: ``IMG.0134`` or ``IMG.0029``.
        """
        if self._is_used(self._backup):
            raise ImsError("IMG.0134" if self._kind == "CSBS" else "IMG.0029")

    def _is_used(self, backup: Backup) -> bool:
        image_id = backup.image_id
        return backup.makes_image or (image_id is not None
                                      and self.service.store.get(image_id) is not None)

    def submit(self) -> Job:
        """Create the image. The backup stays in use until the image is deleted."""
        backup = self._backup
        server = self.service.world.servers.get(backup.server_id)
        found = plan(
            self.caller, self.body,
            __os_version=backup.os_version,
            virtual_env_type="FusionCompute",
            hw_firmware_type=None if server is None else server.firmware,
            __originalimagename=None if server is None else server.image_id,
            __whole_image="true",
            __backup_id=backup.id,
            __data_origin=f"server_backup,{backup.id}",
            __sequence_num="0",
        )
        found.min_disk, found.size = backup.size, backup.size * GB
        backup.kind = self._kind
        backup.makes_image = True

        def used(image: Image) -> None:
            backup.makes_image, backup.image_id = False, image.id

        def given_up() -> None:
            backup.makes_image = False

        return self.service.jobs.submit(
            "imsCreateWholeImageByBackupJob", self.caller.project_id,
            MakesImage(self.service, found, used, given_up))
