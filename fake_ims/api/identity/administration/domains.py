"""Domains: create, change, delete."""

from __future__ import annotations

import re

from ....domain.identity.people import Domain
from ....domain.refusal import Refused
from ....profiles.answer import Answer
from ...call import Call
from ...registry import Handler
from .. import bodies, render
from ..people import directory_of, found_domain
from ..policy import require
from . import changes

_KNOWN = ("name", "description", "enabled", "tags", "options", "explicit_domain_id")


async def create(call: Call) -> Answer:
    """Add a domain."""
    given = await bodies.new(call, "domain")
    require(call, "create_domain")
    id = given.get("explicit_domain_id") or changes.new_id()
    if not re.fullmatch("[0-9a-f]{32}", id):
        raise Refused("identity.schema", reason="Domain ID does not conform to required UUID "
                      "format.")
    return render.answer({"domain": render.domain(call, add(call, id, given, _KNOWN))})


def add(call: Call, id: str, given: bodies.Document, known: tuple[str, ...]) -> Domain:
    """Add a domain to the directory.

    Raises:
        Refused: its id or name is taken.
    """
    directory = directory_of(call)
    _check_free(directory.domains, given["name"])
    if id in directory.domains:
        raise Refused("identity.conflict", what="project", problem="it is not permitted to have "
                      f"two projects with the same id: {id}")
    row = directory.add_domain(given["name"], id)
    row.enabled = given.get("enabled", True)
    row.description = given.get("description", "")
    row.tags, row.options = sorted(given.get("tags", ())), dict(given.get("options", {}))
    row.extra = changes.extra(given, known)
    return row


def _check_free(rows: dict[str, Domain], name: str, besides: str = "") -> None:
    if any(row.name == name and row.id != besides for row in rows.values()):
        raise Refused("identity.conflict", what="project", problem="it is not permitted to have "
                      f"two projects acting as domains with the same name: {name}")


async def update(call: Call) -> Answer:
    """Change a domain. Disabling it ends its users' tokens."""
    given = await bodies.change(call, "domain")
    require(call, "update_domain")
    row = found_domain(call, call.params["domain_id"])
    change(call, row, given)
    return render.answer({"domain": render.domain(call, row)})


def change(call: Call, row: Domain, given: bodies.Document) -> None:
    """Change a domain, as such or as the project that it is, too.

    Raises:
        Refused: it is immutable, or the name is taken.
    """
    changes.check_mutable(row, "domain", "update", row.id, given)
    if "name" in given:
        _check_free(directory_of(call).domains, given["name"], row.id)
    for name in ("name", "description", "enabled"):
        if name in given:
            setattr(row, name, given[name])
    if "tags" in given:
        row.tags = sorted(given["tags"])
    changes.set_options(row, given)
    row.extra |= changes.extra(given, _KNOWN)
    if not row.enabled:
        call.service.identity.close_domain(row)


async def delete(call: Call) -> Answer:
    """Delete a disabled domain, with all that it has."""
    require(call, "delete_domain")
    remove(call, found_domain(call, call.params["domain_id"]))
    return changes.done()


def remove(call: Call, row: Domain) -> None:
    """Delete a domain.

    Raises:
        Refused: it is enabled, or immutable.
    """
    changes.check_mutable(row, "domain", "delete", row.id)
    if row.enabled:
        raise Refused("identity.refused", reason="Cannot delete a domain that is enabled, please "
                      "disable it first.")
    call.service.identity.remove_domain(row)


HANDLERS: dict[str, Handler] = {
    "domains.create": create,
    "domains.update": update,
    "domains.delete": delete,
}
