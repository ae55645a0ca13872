"""What records say about each other: a server and its disks, a server and its vault.

Both sides name the other: ``server.data_disks`` and ``disk.server_id``. A test says it on one
side, and the other side follows. Backups and keys are no part of this: a backup outlives its
server, and a disk stays encrypted when its key is gone.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from ...errors import UsageError
from .records import Disk, Record, Server, Vault
from .rules import rules

if TYPE_CHECKING:
    from . import World


def check(world: World, record: Record) -> None:
    """Refuse references that contradict other records or, with ``known_only``, lead nowhere.

    Raises:
        UsageError: there is such a reference.
    """
    for field, shelf, record_id in _references(record):
        if world.known_only and record_id not in getattr(world, shelf):
            raise UsageError(
                f"{record._called()}: {field} refers to {shelf.removesuffix('s')} {record_id}, "
                f"which does not exist; add it first: world.{shelf}.add(id={record_id!r})")
    if isinstance(record, Server):
        _check_disks(world, record)
    elif isinstance(record, Disk) and record.server_id is not None:
        owner = _owner(world, record)
        if owner is not None and owner.id != record.server_id:
            raise UsageError(f"{record._called()}: server_id={record.server_id!r}, but server "
                             f"{owner.id} has this disk; use another disk, or remove that server "
                             "first")
    elif isinstance(record, Vault):
        for server in filter(None, map(world.servers.get, record.server_ids)):
            if server.vault_id not in (None, record.id):
                raise UsageError(f"{record._called()}: server_ids contains {server.id}, but that "
                                 f"server is in vault {server.vault_id}; a server can be in one "
                                 "vault only, so remove it from one of them")


def _check_disks(world: World, server: Server) -> None:
    named = [*server.data_disks, *([server.system_disk] if server.system_disk else [])]
    twice = next((disk_id for disk_id in named if named.count(disk_id) > 1), None)
    if twice is not None:
        raise UsageError(f"{server._called()}: disk {twice} is named twice; name each disk once, "
                         "in system_disk or in data_disks")
    for disk in filter(None, map(world.disks.get, named)):
        owner = _owner(world, disk, besides=server.id)
        other = disk.server_id if owner is None else owner.id
        if other not in (None, server.id):
            field = "system_disk" if disk.id == server.system_disk else "data_disks"
            raise UsageError(f"{server._called()}: {field} names disk {disk.id}, but server "
                             f"{other} has that disk; use another disk, or remove that server "
                             "first")


def check_all(world: World) -> None:
    """Check the references of all records.

    Raises:
        UsageError: as for ``check``.
    """
    for record in _records(world):
        check(world, record)


@contextmanager
def together(world: World) -> Iterator[None]:
    """Let the records that are added in this block refer to each other, in any order.

    Raises:
        UsageError: at the end, as for ``check``.
    """
    known_only = world.known_only
    world.known_only = False
    try:
        yield
    finally:
        world._known_only = known_only
    if world.known_only:
        check_all(world)


def join(world: World, record: Record, given: frozenset[str], before: object) -> None:
    """Let the other side of a new record's references follow.

    Args:
        world: the world.
        record: the new record, which has been checked.
        given: the names of its fields that the test has set.
        before: the assumed record that it replaces; None if there is none.
    """
    if isinstance(record, Server):
        if "system_disk" not in given:
            old = before.system_disk if isinstance(before, Server) else None
            record.system_disk = old or world.disks.add().id
        for disk in world.disks:
            if disk.id == record.system_disk or disk.id in record.data_disks:
                disk.server_id = record.id
            elif disk.server_id == record.id:
                record.data_disks.append(disk.id)
        for vault in world.vaults:
            if record.id in vault.server_ids:
                record.vault_id = record.vault_id or vault.id
        _protect(world, record)
    elif isinstance(record, Disk):
        owner = _owner(world, record)
        if owner is not None:
            record.server_id = owner.id
        elif (server := world.servers.get(record.server_id)) is not None:
            server.data_disks.append(record.id)
    elif isinstance(record, Vault):
        for server in world.servers:
            if server.id in record.server_ids:
                server.vault_id = record.id
            _protect(world, server)


def _protect(world: World, server: Server) -> None:
    vault = world.vaults.get(server.vault_id)
    if vault is not None and server.id not in vault.server_ids:
        vault.server_ids.append(server.id)


def forget(world: World, shelf: str, record_id: str) -> None:
    """Remove every reference to a record."""
    for record in _records(world):
        for field, where, named in list(_references(record)):
            if where == shelf and named == record_id:
                value: Any = getattr(record, field)
                setattr(record, field, [one for one in value if one != record_id]
                        if isinstance(value, list) else None)


def _owner(world: World, disk: Disk, besides: str = "") -> Server | None:
    """The server that names a disk as its own."""
    return next((server for server in world.servers if server.id != besides and
                 (disk.id == server.system_disk or disk.id in server.data_disks)), None)


def _records(world: World) -> Iterator[Record]:
    yield from world.servers
    yield from world.disks
    yield from world.vaults


def _references(record: Record) -> Iterator[tuple[str, str, str]]:
    """Each reference of a record: its field, the shelf and the id that it leads to."""
    for field, rule in rules(type(record)).items():
        if rule.says.refers:
            value = getattr(record, field)
            for record_id in value if isinstance(value, list) else filter(None, [value]):
                yield field, rule.says.refers, record_id
